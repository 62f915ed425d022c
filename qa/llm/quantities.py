"""A text -> the numbers in it, with what they count, in forms that all spellings and languages share.

    1,200,000円, 120万円 and 1.2 million yen    120万 of 円
    3 p.m., 15:00 and 午後3時                   15 of 時
    thirty-one days, 31日 and 31天              31 of 日
    Tuesdays, 火曜 and 周二                     weekday 1

`qa.text.numbers` reads the numerals; this module adds English number words, what a number counts in Japanese, Chinese
and English, days of the week, halves of the day, and keys such as telephone numbers.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import regex

from qa.search.lexical import fold
from qa.text.number_words import MONTHS
from qa.text.numbers import Number, numbers
from qa.text.paragraphs import Span

_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
)
_SMALL = {word: value for value, word in enumerate(f"{_ONES} eighteen nineteen".split())}
_TENS = {
    word: value
    for value, word in zip(
        range(20, 100, 10), ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], strict=True
    )
}
_NUMBER_WORD = regex.compile(
    rf"(?<![\p{{L}}\p{{N}}])(?:(?P<tens>{'|'.join(_TENS)})(?:[ -](?P<ones>{'|'.join(list(_SMALL)[1:10])}))?"
    rf"|(?P<small>{'|'.join(list(_SMALL)[2:])}))(?![\p{{L}}\p{{N}}])"
)
"""Two to ninety-nine. "One" is mostly no number."""

_MEASURES = {
    "円": r"yen|[円圓]|日元",
    "歳": r"years?[ -]old|years? of age|year-olds?|[歳才岁歲]|周岁",
    "元": r"yuan|rmb|[元块塊]|人民币",
    "箇月": r"months?|[かヶカヵケ箇個个]月間?",
    "時間": r"hours?|hrs?|[个個]?小[时時]|時間|[个個]钟头",
    "分": r"minutes?|mins?|分[間钟鐘]?",
    "週": r"weeks?|週間?|周(?![年辺围圍])|[个個]?星期",
    "日": r"days?|日間?|天",
    "年": r"years?|年間?",
    "$": r"dollars?|ドル|美元",
    "£": r"pounds?|ポンド|英[镑鎊]",
    "€": r"euros?|ユーロ|[欧歐]元",
}
"""What a number counts, in one form -> the words for it behind a number, as a pattern; folded."""
_MEASURE_NAMES = tuple(_MEASURES)
_MEASURE = regex.compile(
    f"[ -]?(?:{'|'.join(f'(?P<m{n}>{words})' for n, words in enumerate(_MEASURES.values()))})(?![a-z])"
)
_TAELS = regex.compile(r"(?<=[十百千万萬〇零一二三四五六七八九0-9])[两兩](?![个個百千万位名人年天月周点點小])")
"""两 that is a weight of silver, not the numeral it also is (三千八百两)."""
_ONE_NUMERAL = regex.compile(
    r"(?<![数數几幾十百千万萬〇零一二三四五六七八九第])(?P<n>[一二两三四五六七八九])(?=[钱錢斤尺丈里米克升亩畝石只隻张張把座艘挺株口])"
)
"""A kanji numeral by itself before what Chinese measures and counts with, which `qa.text.numbers` leaves alone."""
_CURRENCY_BEFORE = {"¥": "円", "$": "$", "£": "£", "€": "€"}

_EXACT = frozenset([*_MEASURES, *"年月日時分秒週度%条項章節編巻"])
"""What a number counts that no other word can stand for: 3日 is not 3月. People, things and floors have many words."""

_WEEKDAY = regex.compile(
    r"(?P<ja>[月火水木金土日])曜|(?:周|星期|礼拜|禮拜|週)(?P<zh>[一二三四五六日天])(?![本人回度个個次])"
    r"|(?<![a-z])(?P<en>mon|tue|tues|wed|wednes|thu|thur|thurs|fri|sat|satur|sun)(?:days?)?(?![a-z])"
    r"|[(](?P<mark>[月火水木金土日])(?:[・･]祝)?[)]"
)
_WEEKDAYS_LISTED = regex.compile(
    r"[月火水木金土日](?:[・･、,と](?:[月火水木金土日]))*(?=[・･、,と]?[月火水木金土日]?曜)"
)
_JA, _ZH, _EN = "月火水木金土日", "一二三四五六日", ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_HALF = regex.compile(r"(?P<am>午前|上午|早上|\d ?a\.?m\.?(?![a-z]))|(?P<pm>午後|下午|晚上|\d ?p\.?m\.?(?![a-z]))")
_HALVES = regex.compile(r"半(?:額|分|数|価|额|價|价)|(?<![a-z])half(?![a-z])|一半|减半|減半")
_DIGITS = regex.compile(r"[0-9](?:[0-9]|[-/.,:()][0-9])*")
_VALUE = regex.compile(r"-?[0-9.]+")


@dataclass(frozen=True)
class Quantity:
    """A number in a text.

    Attributes:
        start, end: its place in the text; 0-based code points, end exclusive.
        readings: what it can mean: values with what they count, "" where that is unknown.
    """

    start: int
    end: int
    readings: frozenset[tuple[str, str]]

    @property
    def values(self) -> frozenset[str]:
        """The values it can have."""
        return frozenset(value for value, _ in self.readings)

    @property
    def units(self) -> frozenset[str]:
        """What it can count."""
        return frozenset(unit for _, unit in self.readings if unit)


@dataclass(frozen=True)
class Quantities:
    """All numbers of some texts.

    Attributes:
        readings: value -> what it counts wherever it occurs, "" where that is unknown.
        weekdays: days of the week, 0 for Monday.
        halves: "am", "pm".
        digits: the digits of every number, phone numbers and codes included.
    """

    readings: dict[str, frozenset[str]]
    weekdays: frozenset[int]
    halves: frozenset[str]
    digits: frozenset[str]

    @classmethod
    def of(cls, texts: Iterable[str]) -> Quantities:
        """Return the numbers of some texts."""
        readings: dict[str, set[str]] = {}
        weekdays: set[int] = set()
        halves: set[str] = set()
        digits: set[str] = set()
        for text in texts:
            folded, _, _ = fold(text)
            for quantity in _in(folded):
                for value in quantity.values:
                    own = {unit for one, unit in quantity.readings if one == value and unit}
                    readings.setdefault(value, set()).update(own or {""})
            if _HALVES.search(folded):
                readings.setdefault("50", set()).add("%")
            for month in regex.findall(r"\p{L}+", folded):
                if month in MONTHS:
                    readings.setdefault(str(MONTHS[month]), set()).add("月")
            weekdays |= {day for day, _, _ in _weekdays(folded, listed=True)}
            halves |= {half for half, _, _ in _half_days(folded)}
            digits |= {_bare(found.group()) for found in _DIGITS.finditer(folded)}
        return cls(
            {k: frozenset(v) for k, v in readings.items()}, frozenset(weekdays), frozenset(halves), frozenset(digits)
        )

    def has(self, quantity: Quantity) -> bool:
        """Return whether one of the numbers means the same."""
        if quantity.values == {"1"} and not quantity.units & _EXACT:
            return True  # "one" and 1つ count nothing
        exact = {(value, unit) for value, unit in quantity.readings if unit}
        if any(unit in self.readings.get(value, ()) for value, unit in exact):
            return True
        if quantity.units & _EXACT:
            return any("" in self.readings.get(value, ()) for value in quantity.values)
        return any(
            not quantity.units or units - _EXACT for value in quantity.values if (units := self.readings.get(value))
        )


def lacking_number(text: str, known: Quantities) -> Span | None:
    """Return the place of the first number, date or amount of a text that is not known; None if all are.

    Offsets are 0-based code points into the text, end exclusive.
    """
    folded, starts, ends = fold(text)
    quantities = list(_in(folded))
    missing = [(one.start, one.end) for one in quantities if not known.has(one)]
    missing += [(start, end) for day, start, end in _weekdays(folded) if day not in known.weekdays]
    missing += [(start, end) for half, start, end in _half_days(folded) if known.halves and half not in known.halves]
    missing += [span for span in _keys(folded, quantities) if _bare(folded[slice(*span)]) not in known.digits]
    if not missing:
        return None
    start, end = min(missing)
    return starts[start], ends[end - 1]


def _in(folded: str) -> Iterator[Quantity]:
    """Yield the numbers of a folded text, each with all its readings."""
    folded = _TAELS.sub("銀", folded)
    groups: list[list[Number]] = []
    for number in sorted(numbers(folded), key=lambda one: (one.start, one.end)):
        if groups and number.start < max(one.end for one in groups[-1]):
            groups[-1].append(number)
        else:
            groups.append([number])
    for group in groups:
        start, end = min(one.start for one in group), max(one.end for one in group)
        readings = {(value := _VALUE.match(one.form).group(), one.form[len(value) :]) for one in group}  # type: ignore[union-attr]
        yield _measured(folded, start, end, readings)
    for one in _ONE_NUMERAL.finditer(folded):
        worth = "2" if one["n"] == "两" else str(int(unicodedata.numeric(one["n"])))
        yield Quantity(*one.span(), frozenset([(worth, "")]))
    for word in _NUMBER_WORD.finditer(folded):
        tens, ones, small = word["tens"], word["ones"], word["small"]
        value = _SMALL[small] if small else _TENS[tens] + (_SMALL[ones] if ones else 0)
        yield _measured(folded, *word.span(), {(str(value), "")})


def _measured(folded: str, start: int, end: int, readings: set[tuple[str, str]]) -> Quantity:
    """Return a number with what the words around it say that it counts."""
    values, found = {value for value, _ in readings}, set(readings)
    own_end = end - 1 if any(unit and folded[end - 1 : end] == unit for _, unit in readings) else end
    for at in dict.fromkeys((own_end, end)):
        if measure := _MEASURE.match(folded, at):
            unit = next(name for n, name in enumerate(_MEASURE_NAMES) if measure[f"m{n}"])
            if unit not in ("日", "年") or not any(one for _, one in readings):
                found |= {(value, unit) for value in values}
            end = max(end, measure.end())
    found |= {(value, "時") for value, unit in readings if unit == "点" and float(value) <= 24}  # 三点 is also an hour
    before = folded[start - 1 : start]
    if before in _CURRENCY_BEFORE:
        found |= {(value, _CURRENCY_BEFORE[before]) for value in values}
    return Quantity(start, end, frozenset(found))


def _weekdays(folded: str, listed: bool = False) -> Iterator[tuple[int, int, int]]:
    """Yield the days of the week with their places; ``listed`` also those of a list that ends with one (月・水曜)."""
    for found in _WEEKDAY.finditer(folded):
        if day := found["ja"] or found["mark"]:
            yield _JA.index(day), *found.span()
        elif day := found["zh"]:
            yield _ZH.index("日" if day == "天" else day), *found.span()
        else:
            yield _EN.index(found["en"][:3]), *found.span()
    if listed:
        for run in _WEEKDAYS_LISTED.finditer(folded):
            for at in range(run.start(), run.end()):
                if folded[at] in _JA:
                    yield _JA.index(folded[at]), at, at + 1


def _half_days(folded: str) -> Iterator[tuple[str, int, int]]:
    for found in _HALF.finditer(folded):
        yield "am" if found["am"] else "pm", *found.span()


def _keys(folded: str, quantities: Iterable[Quantity]) -> Iterator[Span]:
    """Yield the places of digits that are read as no number: telephone numbers, versions, dates with slashes."""
    read = [(one.start, one.end) for one in quantities]
    for found in _DIGITS.finditer(folded):
        start, end = found.span()
        if not any(first < end and start < last for first, last in read) or "/" in found.group():
            yield start, end


def _bare(digits: str) -> str:
    return "".join(filter(str.isdecimal, digits))
