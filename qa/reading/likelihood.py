"""How likely bytes are to be a text of a language, once they are decoded in one of its encodings.

Each encoding explains the same bytes, so the likelihoods of what it makes of them can be compared: that of a character
is the share of its class in ordinary text, divided by the size of the class. In the wrong encoding, characters come out
that the language hardly has. The character sets of East Asia list the common characters first, so that this is known of
every one of their characters and decides texts of a few words, too.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import islice

import regex

_UNLIMITED = 1_000_000


@dataclass(frozen=True)
class Language:
    """How a language looks when its bytes are decoded correctly.

    A run is a sequence of characters beyond ASCII. Runs that are shorter or longer than given here are a sign of
    another language's bytes: German has at most three such letters together (Füße), Japanese seldom has one alone
    next to Latin letters (Webサイト), and Russian words are never half Latin.

    Attributes:
        share: the share of ``common`` among the characters beyond ASCII of ordinary text.
        common: its most common characters beyond ASCII.
        encodings: the encodings of its texts, in groups; of a group, the first that reads the bytes counts.
        further: the sets of its other characters, the more frequent first; the shares of the sets are ``_SHARES``.
        shortest: fewest code points of a run next to a lower-case ASCII letter.
        longest: most code points of any run.
        falls: whether ``common`` is in the order of frequency, and not of equally frequent characters.
        weight: how many texts are in the language, compared with others.
    """

    share: float
    common: str
    encodings: tuple[tuple[str, ...], ...]
    further: Callable[[], tuple[frozenset[str], ...]]
    shortest: int = 0
    longest: int = _UNLIMITED
    falls: bool = False
    weight: float = 1.0


def _rows(codec: str, *leads: range) -> tuple[frozenset[str], ...]:
    """Return the characters of a double-byte encoding whose first byte is in each of the ranges."""
    trails = (*range(0x40, 0x7F), *range(0xA1, 0xFF))
    pairs = ([bytes((lead, trail)) for lead in one for trail in trails] for one in leads)
    found = ("".join(pair.decode(codec, "ignore") for pair in one) for one in pairs)
    return tuple(frozenset(char for char in one if not char.isascii()) for one in found)


def _east_asian(
    share: float, common: str, *encodings: tuple[str, ...], rows: tuple[str, tuple[range, ...]], next_ones: str = ""
) -> Language:
    return Language(
        share, common, encodings, cache(lambda: (frozenset(next_ones), *_rows(rows[0], *rows[1]))), shortest=2
    )


def _letters(encodings: tuple[str, ...]) -> tuple[frozenset[str], ...]:
    """Return the small and uncased letters of the encodings, and their capitals and signs."""
    chars = set("".join(bytes(range(0x80, 0x100)).decode(encoding, "ignore") for encoding in encodings))
    small = {char for char in chars if unicodedata.category(char) in ("Ll", "Lo", "Mn")}
    signs = {char for char in chars - small if unicodedata.category(char)[0] in "LP" or char in "€£§№©®°"}
    return frozenset(small), frozenset(signs)


def _alphabet(share: float, common: str, *encodings: str) -> Language:
    groups = tuple((encoding,) for encoding in encodings)
    return Language(share, common, groups, cache(lambda: _letters(encodings)), shortest=_UNLIMITED, falls=True)


def _latin(common: str, *encodings: str, longest: int = 3) -> Language:
    groups = tuple((encoding,) for encoding in encodings)
    others = frozenset(common.upper() + "“”„‘’«»‹›–—…•·°§©®™€£")
    weight = 1.0 if encodings == ("cp1252",) else 0.03
    return Language(0.85, common, groups, lambda: (others,), longest=longest, falls=True, weight=weight)


_KANJI = (
    "本中行発的後生出用上部合成代山間立事力方設作書世定分長主同開動業党入家体化水産戦内物対明高場前多自民名機川所見"
    "実建関政第当性小以道員度東最法初公下電現要館数結軍和通新田面目約治外在表共期子文王記教海全使議理平鉱置社位計画"
    "持図品連島制受線天路語気進回点素流活正車手権西原経北利区続重町信域取選形式有指種近特船工野不交支加量基赤務築造"
    "能南考始来県質金万組府側反認界女条構決問際呼都紀示保知意付石移応着次号向言料食三戸果領住城音送州義元村安命可心"
    "運得少状変土存半害二系空彼解術銅施木改製球直説資調起他規題洋馬論強団挙由鉄総楽委昭派類雨様相集争古伝神身降校研"
    "確終究無放登件判京血転江落型採等両各士引求賞再録増係任導松標細格営色常称断死補酸験参込別陸必太例備与報朝統響含"
    "接止歌独広育訳装影先勝番協技史働隊職居円管属口央労検撃院配完航油族積聖光済離残述官描態炭張門低勢沢異織乗提頭継"
    "収皇谷速周像字親兵藤査諸比源器試優白予台母役曲郎令費載歳父圧従宮過推良留候程売模復価消梅情限非師切容及真輸端感"
)
_SIMPLIFIED = (
    "市斯口西物南美北高海民教世全特文尔克省业共也山三亚立面政度外里州平界东性天城科利比合总德球得小司工港表都於兰拉"
    "任万量影入期重次目院此列包华过布族四基元水种产金二香古台定校原首但者系机制英马米十联相如尼达巴能约统括广铁品事"
    "少罗类计林治心运场星赛集常女阿设使洲乐或些式站该色视府王进明江两安史组格普占交京展属力保各已河正提军超车级增语"
    "然演型座湖均获商歌太将接起它团始士音流易当县直资季岛形据奥波务号居後选馆片从五改漫朝程欧白管收关非根气近传奖节"
    "洋向游查就际则土委意受更福蒙活陆青实队男光局除深例积手书亿持战著信每别印研曾社播还育们率历办门空网川曲点伊排版"
    "神吉博单域今造半技器纪百哈龙宗专帝盟源举志究较项温只画份石条景清参支乌处认具维创境字剧苏议术九济俄皇很存卡连义"
    "说领初周阳党指投官风低植鲁记企旗群汉届情构带算无导取模划限夫结应命花客银足另藏千哥言早航规亦即候武标角纳先又冠"
    "果督六护且伦食着木夏示央李密身速像反卫营伯放牙张变权唱派洛园富功旅迪段件拿拥推服值黑质报酒勒萨岁牌农典室坡图裔"
)
_TRADITIONAL = (
    "于斯口物南位全加特克省共化后山三面里州平至界性前天路城科与比合德球得小子司工港表拉任理万量道影入通重次目院体列"
    "包布族四基元水种金二香古台定校原首但者系机制英米并十相如尼巴能括品事少林治心星集常女阿洲或些式站色王明江安史格"
    "普占交京展力保各已河正提超增然演型座湖均商歌太接起它始士音流易直季形据波居片五改漫朝程白管收非根气近洋向游查就"
    "土委意受更福蒙活青男光局除深例手持著信每印研曾社亞播育率空電网川曲伊排版神吉博域今造半技器百哈宗帝盟源灣志究只"
    "份石景清支業體具境字九俄皇很存卡數約初周党指投官低植企旗群萬情构算取模划限夫總命花客足另藏千哥言早航亦即候武角"
    "過先又冠果華督六且食場木夏示央李密當爾稱身速像反間伯蘭畫放牙唱派洛富功旅迪段件拿推服值黑馬酒勒牌典室坡裔宁回引"
    "移住解八副容佛完未威老班樂知選病堂雄沙臺考范再佳象希致船房那塔降仍坦素好极登余供往准聯票批森宣島故則計去圣截越"
    "黎達設离語控埃賽律荷瑞筑雷瓦含草施整止修產村席料員峰丹附售津團升街縣步想春配干類复塞岸需泰姆七告真刊落革廣般感"
)
"""Characters of Wikipedia's articles in Japanese and Chinese that come next in frequency."""
_KANA = "".join(map(chr, (*range(0x3041, 0x3094), *range(0x30A1, 0x30F5))))
LANGUAGES = (
    _east_asian(
        0.7,
        _KANA + "、。ー年月日人大国一会者地時市学",
        ("cp932", "shift_jisx0213"),
        ("euc_jp", "euc_jisx0213"),
        next_ones=_KANJI,
        rows=("euc_jp", (range(0xB0, 0xD0), range(0xA1, 0xA9), range(0xD0, 0xF5))),
    ),
    _east_asian(
        0.44,
        "，的。、年在一为是有中于大）（国和人以会个了学地时不后成公上分他与部发行法被用其及作出生月名本之主到体日来《》可位而长这线"
        "多下由现前对区路家方并建动员要数理所”“第因最等新同道至代内自加经电称通子化开间",
        ("gb18030",),
        next_ones=_SIMPLIFIED,
        rows=("gb2312", (range(0xB0, 0xD8), range(0xA1, 0xAA), range(0xD8, 0xF8))),
    ),
    _east_asian(
        0.44,
        "，的。、國年在為一中大是人和有了於以地後成時學會民不日與之政軍主上部發行月個區其多西到世而來分北東出方這生家對自法及公他"
        "經由戰用代「」也最被名作要立等市同開並利都本文建動高第海外長統教內期因下美可現所使機此府度進新",
        ("cp950", "big5hkscs"),
        next_ones=_TRADITIONAL,
        rows=("big5", (range(0xA4, 0xC7), range(0xA1, 0xA4), range(0xC9, 0xFA))),
    ),
    _east_asian(
        0.5,
        "이다는의에을가고로하한은서지도인를사기어리자시아대해과나있으스일수만정들보부그라상주전제습니",
        ("cp949",),
        rows=("euc_kr", (range(0xB0, 0xC9), range(0xA1, 0xAD), range(0xCA, 0xFE))),
    ),
    _alphabet(0.95, "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфёъ", "cp1251", "koi8_u", "iso8859_5", "cp866"),
    _alphabet(0.95, "αοτειςνσρυπκμληωόίάέλύήώδγχθφβξζψ", "cp1253", "iso8859_7"),
    _alphabet(0.95, "اليمنوتربةعدهسفكقحجشصطخأإذضثزغئءىظآؤ", "cp1256", "iso8859_6"),
    _alphabet(0.95, "יוהלאםרבתשמנדכקעחפסטגזןצךףץ", "cp1255", "iso8859_8"),
    _alphabet(0.7, "านรอก่งเมั้ีลวยดิทสต", "cp874"),
    _latin("éèàêçôâîûùœëïæ", "cp1252"),
    _latin("üäöß", "cp1252"),
    _latin("óíáéñú¿¡üºª", "cp1252"),
    _latin("ãçáéíóõêâúà", "cp1252"),
    _latin("èàùòìé", "cp1252"),
    _latin("åäöæøé", "cp1252"),
    _latin("łęążśóćńź", "cp1250", "iso8859_2"),
    _latin("íáéěřčžýšůúóťďň", "cp1250", "iso8859_2"),
    _latin("éáöóíőüúű", "cp1250", "iso8859_2"),
    _latin("ăâîşţ", "cp1250", "iso8859_2"),
    _latin("ışğüçöİâî", "cp1254", longest=4),
    _latin("ąčęėįšųūž", "cp1257"),
    _latin("āčēģīķļņšūž", "cp1257"),
    _latin("õäöüšž", "cp1257"),
    _latin("ăâđêôơư\u0300\u0301\u0303\u0309\u0323áàéèíóòúù", "cp1258", longest=5),
)

_SHARES = (0.6, 0.3, 0.07, 0.03)
"""Shares of the sets of further characters in what is no common one."""
_ODD = 1e-8
"""Likelihood of a character that no text of the language has."""
_ASCII = 0.01
"""Likelihood of a character of ASCII, the same in every language."""
_FALL = 0.1
"""How much rarer each letter is than the one before it, where letters are in the order of frequency."""
_CAPITALS = 0.01
"""Likelihood that a text is written in capitals alone."""
_SAMPLE_RUNS = 10_000
"""Most runs that are looked at."""
_LEAST_USUAL = 0.7
"""Least share of characters that are common in the language, or in the first three sets of its further ones."""
_BEYOND_ASCII = regex.compile(r"(?<before>(?<=[a-z]))?(?<run>[^\x00-\x7f]+)(?<after>(?=[a-z]))?")
"""A run of characters beyond ASCII; ``before`` and ``after`` match if a lower-case ASCII letter touches it."""


def log_likelihood(text: str, language: Language) -> float:
    """Return the logarithm of the likelihood that a text of the language consists of these characters."""
    plain = _log_likelihood(text, language) + math.log(language.weight)
    lower = text.lower()
    if lower == text or len(lower) != len(text) or any(char.islower() and not char.isascii() for char in text):
        return plain
    return max(plain, _log_likelihood(lower, language) + math.log(language.weight * _CAPITALS))


def is_recognized(text: str, language: Language) -> bool:
    """Return whether nearly all characters beyond ASCII are usual in the language."""
    usual, total = _usual(language), 0
    found = 0
    for run, fits in _runs(text, language):
        total += len(run)
        found += fits and sum(char in usual or char.lower() in usual for char in run)
    return bool(total) and found >= _LEAST_USUAL * total


def _log_likelihood(text: str, language: Language) -> float:
    known, odd = _logarithms(language), math.log(_ODD)
    beyond, total = 0, 0.0
    for run, fits in _runs(text, language):
        beyond += len(run)
        total += sum(known.get(char, odd) for char in run) if fits else odd * len(run)
    return total + math.log(_ASCII) * (len(text) - beyond)


def _runs(text: str, language: Language) -> Iterator[tuple[str, bool]]:
    """Yield the runs of characters beyond ASCII, and whether the language has runs of this length there."""
    for match in islice(_BEYOND_ASCII.finditer(text), _SAMPLE_RUNS):
        run = match["run"]
        touches = match["before"] is not None or match["after"] is not None
        yield run, len(run) <= language.longest and not (touches and len(run) < language.shortest)


@cache
def _usual(language: Language) -> frozenset[str]:
    return frozenset(language.common).union(*language.further()[:3])


@cache
def _logarithms(language: Language) -> dict[str, float]:
    """Return the logarithm of the likelihood of each character of a language."""
    found: dict[str, float] = {}
    seen = frozenset(language.common)
    sets = [(language.share, seen)]
    for share, chars in zip(_SHARES, language.further(), strict=False):
        sets.append(((1 - language.share) * share, chars - seen))
        seen |= chars
    for share, chars in sets:
        found |= dict.fromkeys(chars, math.log(share / max(1, len(chars))))
    if language.falls:
        weights = [math.exp(-_FALL * rank) for rank in range(len(language.common))]
        logarithms = (math.log(language.share * weight / sum(weights)) for weight in weights)
        found |= dict(zip(language.common, logarithms, strict=True))
    return found
