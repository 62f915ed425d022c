"""Numbers of all spellings have one form; what only looks like a number has none."""

from __future__ import annotations

import sys
import time
import unicodedata
from decimal import Decimal

import pytest
import regex
from babel import Locale
from hypothesis import given
from hypothesis import strategies as st

from qa.search.lexical import fold
from qa.text.number_patterns import FOREIGN
from qa.text.number_words import MONTHS, SCALES
from qa.text.numbers import numbers
from qa.text.numerals import values

ARTICLES = {
    "第九条": {"9", "9条"},
    "第9条": {"9", "9条"},
    "第９条": {"9", "9条"},
    "第 9 条": {"9", "9条"},
    "第二十一条": {"21", "21条"},
    "第百二条": {"102", "102条"},
    "第一〇三条": {"103", "103条"},
    "第十二条の三": {"12", "12条の3"},
    "第12条の3第2項": {"12", "12条の3", "2", "2項"},
    "第九条之二": {"9", "9条の2"},
    "第9條": {"9", "9条"},
    "제9조": {"9", "9条"},
    "Article 9": {"9"},
    "第九条の一部": {"9", "9条"},
    "第三章": {"3", "3章"},
}
YEARS = {
    "二〇一三年": {"2013", "2013年"},
    "二○一三年": {"2013", "2013年"},
    "二千十三年": {"2013", "2013年"},
    "二千零一十三年": {"2013", "2013年"},
    "2013年": {"2013", "2013年"},
    "２０１３年": {"2013", "2013年"},
    "2013 年": {"2013", "2013年"},
    "2013년": {"2013", "2013年"},
    "in 2013,": {"2013"},
    "平成25年": {"2013", "2013年", "25", "25年"},
    "平成二十五年": {"2013", "2013年", "25", "25年"},
    "平成元年": {"1989", "1989年", "1", "1年"},
    "令和元年度": {"2019", "2019年", "1", "1年"},
    "㋿5年": {"2023", "2023年", "5", "5年"},
    "昭和六十四年": {"1989", "1989年", "64", "64年"},
    "大正12年": {"1923", "1923年", "12", "12年"},
    "明治 45年": {"1912", "1912年", "45", "45年"},
    "H25年": {"2013", "2013年"},
    "民國105年": {"2016", "2016年", "105", "105年"},
    "民國一百零五年": {"2016", "2016年", "105", "105年"},
    "พ.ศ. ๒๕๕๙": {"2559", "2016", "2016年"},
    "ปี 2559": {"2559", "2016", "2016年"},
    "B.E. 2559": {"2559", "2016", "2016年"},
    "仏暦2559年": {"2559", "2559年", "2016", "2016年"},
    "2559 pages": {"2559"},
}
AMOUNTS = {
    "3億円": {"300000000", "300000000円"},
    "３億円": {"300000000", "300000000円"},
    "三億円": {"300000000", "300000000円"},
    "300,000,000円": {"300000000", "300000000円"},
    "4億5000万円": {"450000000", "450000000円"},
    "4億5,000万円": {"450000000", "450000000円"},
    "450,000,000円": {"450000000", "450000000円"},
    "80,000千円": {"80000000", "80000000円"},
    "1.5億": {"150000000"},
    "１,２００万円": {"12000000", "12000000円"},
    "２億５千万円": {"250000000", "250000000円"},
    "1.5万亿": {"1500000000000"},
    "三萬五千": {"35000"},
    "弐百": {"200"},
    "3조 5000억 원": {"3500000000000", "3500000000000원"},
    "$3.5 million": {"3500000"},
    "$3.5m": {"3500000"},
    "3.5 Mio. Euro": {"3500000"},
    "2,5 Millionen": {"2500000"},
    "3 mil millones": {"3000000000"},
    "5 млн рублей": {"5000000"},
    "3 ล้านบาท": {"3000000"},
    "3 lakh": {"300000"},
    "2.5 crore": {"25000000"},
    "1,00,000": {"100000"},
    "1.234.567,89 €": {"1234567.89"},
    "1'234'567": {"1234567"},
    "1.234": {"1234", "1.234"},
    "450 000 000 €": {"450000000", "450"},
    "450\u202f000\u202f000 €": {"450000000", "450"},
    "10〜20万円": {"10", "200000", "200000円"},
    "£5": {"5"},
    "3.50": {"3.5"},
}
DATES = {
    "2013年4月1日": {"2013", "2013年", "4", "4月", "1", "1日"},
    "二〇一三年四月一日": {"2013", "2013年", "4", "4月", "1", "1日"},
    "2013年04月01日": {"2013", "2013年", "4", "4月", "1", "1日"},
    "2013-04-01": {"2013", "2013年", "4", "4月", "1", "1日"},
    "2013/4/1": {"2013", "2013年", "4", "4月", "1", "1日"},
    "2013.04.01": {"2013", "2013年", "4", "4月", "1", "1日"},
    "1.4.2013": {"2013", "2013年", "4", "4月", "1", "1日"},
    "April 1, 2013": {"2013", "2013年", "4月", "1", "1日"},
    "Apr. 1st, 2013": {"2013", "2013年", "4月", "1", "1日"},
    "1. April 2013": {"2013", "2013年", "4月", "1", "1日"},
    "1 avril 2013": {"2013", "2013年", "4月", "1", "1日"},
    "1 de abril de 2013": {"2013", "2013年", "4月", "1", "1日"},
    "1 апреля 2013": {"2013", "2013年", "4月", "1", "1日"},
    "1 เมษายน ๒๕๕๖": {"2556", "2556年", "2013", "2013年", "4月", "1", "1日"},
    "April 2013": {"2013", "2013年", "4月"},
    "4/1/2013": {"2013"},
    "2013-14-40": set(),
    "三ヶ月": {"3", "3箇月"},
    "3か月": {"3", "3箇月"},
}
TIMES = {
    "午後3時": {"3", "3時", "15", "15時"},
    "午後三時": {"3", "3時", "15", "15時"},
    "15時": {"15", "15時"},
    "15:00": {"15", "15時"},
    "15:30": {"15", "15時", "30", "30分"},
    "3 pm": {"3", "3時", "15", "15時"},
    "3:30 p.m.": {"3", "3時", "15", "15時", "30", "30分"},
    "下午3点": {"3", "3点", "15", "15時"},
    "오후 3시": {"3", "3時", "15", "15時"},
    "午前9時": {"9", "9時"},
    "12 am": {"12", "12時", "0", "0時"},
    "午後一時": {"1", "1時", "13", "13時"},
    "3時間": {"3", "3時間"},
    "三時十分": {"3", "3時", "10", "10分"},
    "16:9": {"16", "9"},
}
PERCENTAGES = {
    "5割": {"50", "50%"},
    "五割": {"50", "50%"},
    "3割5分": {"35", "35%"},
    "50%": {"50", "50%"},
    "５０％": {"50", "50%"},
    "50 %": {"50", "50%"},
    "50パーセント": {"50", "50%"},
    "50 percent": {"50", "50%"},
    "50 Prozent": {"50", "50%"},
    "50 pour cent": {"50", "50%"},
    "50 por ciento": {"50", "50%"},
    "百分の五十": {"50", "50%"},
    "百分之五十": {"50", "50%"},
    "٥٠٪": {"50", "50%"},
    "2.5%": {"2.5", "2.5%"},
    "5割る2": {"5", "2"},
    "5割合": {"5"},
}
DIGITS = {
    "๒๐๑๓": {"2013"},
    "٢٠١٣": {"2013"},
    "۲۰۱۳": {"2013"},
    "२०१३": {"2013"},
    "২০১৩": {"2013"},
    "௨௦௧௩": {"2013"},
    "၂၀၁၃": {"2013"},
    "២០១៣": {"2013"},
    "໒໐໑໓": {"2013"},
    "༢༠༡༣": {"2013"},
    "２０１３": {"2013"},
    "١٬٢٣٤٫٥": {"1234.5"},
    "३,००,०००": {"300000"},
    "③": {"3"},
}
COUNTED = {
    "十五": {"15"},
    "十五人": {"15", "15人"},
    "三名": {"3", "3名"},
    "百二十冊": {"120", "120冊"},
    "千五百": {"1500"},
    "一万二千三百四十五": {"12345"},
    "一億二千三百四十五万六千七百八十九": {"123456789"},
    "五つ": {"5", "5つ"},
    "十分間": {"10", "10分"},
    "2人三脚": {"2", "2人"},
    "1,2,3": {"1", "2", "3"},
    "2013–2016": {"2013", "2016"},
}
NO_NUMBERS = [
    *("一緒", "三重県", "千葉", "百貨店", "万一", "十分", "一部の人", "一杯", "二度と", "千歳空港", "六本木", "四日市"),
    *("三日月", "五十嵐", "八百屋", "一元化", "一層", "三分の二", "数千人", "何百人", "十数年", "億劫", "兆候", "十百"),
    *("二三百", "参加", "九州", "四国", "〇〇さん", "元気", "令和", "割合"),
    *("03-1234-5678", "0120-123-456", "+81 3 1234 5678", "〒123-4567", "123-4567", "ISBN 978-4-06-519981-0"),
    *("3.10.1", "v3.10", "192.168.0.1", "mp3", "h2o", "x86-64", "007", "1" * 30, "12/5", "", "#", "条"),
]


@pytest.mark.parametrize(
    ("text", "forms"),
    [one for kind in (ARTICLES, YEARS, AMOUNTS, DATES, TIMES, PERCENTAGES, DIGITS, COUNTED) for one in kind.items()],
)
def test_each_spelling_of_a_number_has_its_forms(text: str, forms: set[str]) -> None:
    assert {number.form for number in numbers(fold(text)[0])} == forms


@pytest.mark.parametrize("text", NO_NUMBERS)
def test_what_only_looks_like_a_number_stays_as_it_is(text: str) -> None:
    for written in (text, f"これは{text}。", f"「{text}」"):
        assert numbers(fold(written)[0]) == []


def test_a_number_knows_what_it_was_read_from() -> None:
    text = "平成25年4月に3億円、第九条。"
    assert [(number.form, text[number.start : number.end]) for number in numbers(text)] == [
        ("25", "25"),
        ("25年", "25年"),
        ("2013", "平成25年"),
        ("2013年", "平成25年"),
        ("4", "4"),
        ("4月", "4月"),
        ("300000000", "3億"),
        ("300000000円", "3億円"),
        ("9", "九"),
        ("9条", "九条"),
    ]


@pytest.mark.parametrize(
    "around", ["{}", "計{}。", "total: {} (about)", "- {}\n", "「{}」", "約{} ", "\t{}\t", "x {}; y"]
)
def test_what_stands_around_a_number_does_not_change_it(around: str) -> None:
    for written, form in (("450,000", "450000"), ("3.5 million", "3500000"), ("二〇一三年", "2013年"), ("50%", "50%")):
        assert form in {number.form for number in numbers(fold(around.format(written))[0])}


@given(st.text(alphabet="0123456789.,:/-+' %年月日時分条の第平成令和元午後前割万億千百十一二三〇○零元円apmhMa٣๒\n×"))
def test_whatever_is_read_lies_in_the_text(text: str) -> None:
    folded = fold(text)[0]
    for number in numbers(folded):
        assert 0 <= number.start < number.end <= len(folded)
        assert regex.match(r"[0-9]+(?:\.[0-9]*[1-9])?(?![0-9.])", number.form)


@given(st.integers(min_value=0, max_value=10**15))
def test_every_whole_number_is_read_with_and_without_separators(value: int) -> None:
    for written in (f"{value}", f"{value:,}", f"{value:,}".replace(",", "'")):
        assert str(value) in {number.form for number in numbers(f"({written})")}


@given(st.integers(min_value=1, max_value=10**16 - 1))
def test_every_kanji_numeral_is_worth_what_it_says(value: int) -> None:
    names = "〇一二三四五六七八九"

    def below(number: int) -> str:
        parts = zip(f"{number:04}", "千百十", strict=False)
        tens = "".join(("" if digit == "1" else names[int(digit)]) + ten for digit, ten in parts if digit != "0")
        return tens + (names[number % 10] if number % 10 else "")

    groups = [(value // 10**power % 10**4, name) for power, name in ((12, "兆"), (8, "億"), (4, "万"), (0, ""))]
    assert values("".join(below(number) + name for number, name in groups if number)) == [Decimal(value)]
    assert values("".join(f"{number}{name}" for number, name in groups if number)) == [Decimal(value)]
    if value > 9:
        assert values("".join(names[int(digit)] for digit in str(value))) == [Decimal(value)]


@pytest.mark.parametrize("piece", ["1 ", "100 ", "1,", "1.", "1-", "一", "十", "1億", "元", "(", "1/", "+1 "])
def test_long_runs_take_linear_time(piece: str) -> None:
    def seconds(length: int) -> float:
        begin = time.process_time()
        numbers(piece * length)
        return time.process_time() - begin

    most = 24 * seconds(2_500) + 0.3  # eight times the text; quadratic would be 64
    assert any(seconds(20_000) < most for _ in range(3))


def test_the_digits_of_all_scripts_are_looked_for() -> None:
    for char in map(chr, range(sys.maxunicode)):
        if char.isdecimal() and not fold(char)[0].isascii():
            assert FOREIGN.match(char), f"{ord(char):x}"
            assert numbers(char)[0].form == str(unicodedata.decimal(char))


LANGUAGES = "en de fr es it pt nl sv da nb pl cs ru uk tr id el hu fi ro ar fa he hi bn th"


@pytest.mark.parametrize("language", LANGUAGES.split())
def test_the_words_beside_numbers_are_those_of_cldr(language: str) -> None:
    locale = Locale(language)
    for context in ("format", "stand-alone"):
        for month, name in locale.months[context]["wide"].items():
            assert MONTHS[fold(name)[0]] == month
    long = locale._data["compact_decimal_formats"]["long"]
    for forms in long.values():
        for magnitude, pattern in forms.items():
            zeros = str(pattern.pattern).count("0")
            word = fold(regex.sub(r"[0'\u200e\u200f]", "", str(pattern.pattern)).strip())[0].removeprefix("de ")
            if zeros and word in SCALES and (language, word) not in {("es", "mil"), ("fr", "billions")}:
                assert SCALES[word] == int(magnitude) // 10 ** (zeros - 1) or word == "billion", word


@pytest.mark.parametrize(("text", "worth"), [("两倍", 2), ("两个村子", 2), ("兩倍", 2), ("两千元", 2000)])
def test_the_chinese_two_is_a_digit(text: str, worth: int) -> None:
    assert {Decimal(number.form) for number in numbers(text) if number.form.isdecimal()} == {Decimal(worth)}
