"""The words beside a number: scales (million, Mio., lakh) and months, both from CLDR, eras and counters; all folded.

A word that two languages use differently has one meaning here: ``billion`` is the English one, ``mil`` the Spanish.
CLDR is read when the tests run, not when the product does: its version must not decide whether a question matches.
"""

from __future__ import annotations

import unicodedata

_SCALES = {
    10**3: (
        "bin duizend ezer mii mil mila mille millier nghìn ribu tausend thousand thousands tis tisíc tisíce "
        "tuhat tuhatta tusen tusind tys tysiąc tysiąca tysiące tysięcy χιλ χιλιάδα χιλιάδεσ тис тисяч тисяча "
        "тисячі тыс тысяч тысяча тысячи אלף آلاف ألف هزار हज़ार হাজার พัน"
    ),
    10**4: ("หมื่น"),
    10**5: ("lakh lakhs लाख লাখ แสน"),
    10**6: (
        "juta milhão milhões milioane milion miliona milione milioni milionu miliony milionów milionů miljoen "
        "miljon miljoner miljoona miljoonaa million millionen millioner millions millió millones millón "
        "milyon mio mln mn triệu εκατομμύρια εκατομμύριο миллион миллиона миллионов млн мільйон мільйона "
        "мільйони мільйонів מיליון ملايين مليون میلیون ล้าน"
    ),
    10**7: ("crore crores करोड़ কোটি"),
    10**9: (
        "bilhão bilhões billion billions bn miliar miliard miliarda miliarde miliardi miliardo miliardy "
        "miliardów miljard miljarder miljardi miljardia milliard milliarde milliarden milliarder milliards "
        "milliárd milyar mld mrd tỷ δισ δισεκατομμύρια δισεκατομμύριο миллиард миллиарда миллиардов млрд "
        "мільярд мільярда мільярди мільярдів מיליארד مليار میلیارد अरब"
    ),
    10**11: ("खरब"),
    10**12: (
        "bilion biliona bilionu biliony bilionów bilionů biljoen biljon biljoner biljoona biljoonaa billionen "
        "billioner billió billones billón bln trilhão trilhões trilioane trilion triliun trillion trilyon "
        "τρισ τρισεκατομμύρια τρισεκατομμύριο триллион триллиона триллионов трильйон трильйона трильйони "
        "трильйонів трлн טריליון ترليون تریلیون هزارمیلیارد"
    ),
    10**13: ("नील"),
}

_MONTHS = (
    "january february march april may june july august september october november december",
    "jan feb mar apr may jun jul aug sep oct nov dec",
    "januar februar märz april mai juni juli august september oktober november dezember",
    "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
    "januari februari maart april mei juni juli augustus september oktober november december",
    "januari februari mars april maj juni juli augusti september oktober november december",
    "januar februar marts april maj juni juli august september oktober november december",
    "januar februar mars april mai juni juli august september oktober november desember",
    "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia",
    "styczeń luty marzec kwiecień maj czerwiec lipiec sierpień wrzesień październik listopad grudzień",
    "ledna února března dubna května června července srpna září října listopadu prosince",
    "leden únor březen duben květen červen červenec srpen září říjen listopad prosinec",
    "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
    "январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь",
    "січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня",
    "січень лютий березень квітень травень червень липень серпень вересень жовтень листопад грудень",
    "ocak şubat mart nisan mayıs haziran temmuz ağustos eylül ekim kasım aralık",
    "januari februari maret april mei juni juli agustus september oktober november desember",
    (
        "ιανουαρίου φεβρουαρίου μαρτίου απριλίου μαΐου ιουνίου ιουλίου αυγούστου σεπτεμβρίου "
        "οκτωβρίου νοεμβρίου δεκεμβρίου"
    ),
    (
        "ιανουάριοσ φεβρουάριοσ μάρτιοσ απρίλιοσ μάιοσ ιούνιοσ ιούλιοσ αύγουστοσ σεπτέμβριοσ "
        "οκτώβριοσ νοέμβριοσ δεκέμβριοσ"
    ),
    "január február március április május június július augusztus szeptember október november december",
    (
        "tammikuuta helmikuuta maaliskuuta huhtikuuta toukokuuta kesäkuuta heinäkuuta elokuuta "
        "syyskuuta lokakuuta marraskuuta joulukuuta"
    ),
    "tammikuu helmikuu maaliskuu huhtikuu toukokuu kesäkuu heinäkuu elokuu syyskuu lokakuu marraskuu joulukuu",
    "ianuarie februarie martie aprilie mai iunie iulie august septembrie octombrie noiembrie decembrie",
    "يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر",
    "ژانویه فوریه مارس آوریل مه ژوئن ژوئیه اوت سپتامبر اکتبر نوامبر دسامبر",
    "ינואר פברואר מרץ אפריל מאי יוני יולי אוגוסט ספטמבר אוקטובר נובמבר דצמבר",
    "जनवरी फ़रवरी मार्च अप्रैल मई जून जुलाई अगस्त सितंबर अक्टूबर नवंबर दिसंबर",
    "জানুয়ারি ফেব্রুয়ারি মার্চ এপ্রিল মে জুন জুলাই আগস্ট সেপ্টেম্বর অক্টোবর নভেম্বর ডিসেম্বর",
    "มกราคม กุมภาพันธ์ มีนาคม เมษายน พฤษภาคม มิถุนายน กรกฎาคม สิงหาคม กันยายน ตุลาคม พฤศจิกายน ธันวาคม",
)


def _folded(word: str) -> str:
    return unicodedata.normalize("NFKC", word).casefold()


SCALES = {_folded(word): scale for scale, words in _SCALES.items() for word in words.split()}
"""Scale word -> what it multiplies by."""

MONTHS = {_folded(name): number for names in _MONTHS for number, name in enumerate(names.split(), 1)}
"""Name of a month -> 1 to 12."""

ERAS = {"令和": 2018, "平成": 1988, "昭和": 1925, "大正": 1911, "明治": 1867, "民国": 1911, "民國": 1911}
"""Era -> the Gregorian year before its first."""
ERA_LETTERS = {"r": 2018, "h": 1988, "s": 1925, "t": 1911, "m": 1867}

_COUNTERS = "年月日時分秒週回度番号条項章節編巻話課部円銭元人名個本台枚匹頭羽杯冊軒戸棟階層歳才件社校点倍級位組泊つ원"
UNITS = dict(zip(_COUNTERS, _COUNTERS, strict=True))
UNITS |= dict(zip("时號條节编卷话圆圓个層岁歲點점", "時号条節編巻話円円個層歳歳点点", strict=True))
UNITS |= dict(zip("년월일시분초조항호장회번명개살층", "年月日時分秒条項号章回番名個歳階", strict=True))
"""Character that counts or measures -> the form that stands for all of them."""
