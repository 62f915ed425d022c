"""A numeral -> what it is worth: 4億5,000万, 二〇一三, 百二十, 1.234.567,89 and 1,00,000.

Digits are those of ASCII. What a kanji is worth comes from `unicodedata`. No library fits: kanjize and cn2an accept no
separators and not every form (萬), and neither finds a numeral in a text.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

KANJI = "〇零一二三四五六七八九壱壹弐貳参叁两兩"
TENS = "十拾百千仟"
MYRIADS = {"万": 4, "萬": 4, "億": 8, "亿": 8, "兆": 12, "만": 4, "억": 8, "조": 12}
"""Character -> the power of ten that it multiplies by."""
_LONGEST = 24
"""Digits beyond which a number is a key or a serial number."""

_ATOM = rf"(?>[0-9]+(?:[.,'][0-9]+)*|[{KANJI}][{KANJI}○]*)"
_SMALL = rf"(?:(?:{_ATOM}?[{TENS}])+{_ATOM}?|{_ATOM})"
_LARGE = r"(?:[万萬億亿兆]|(?:[만억]|조(?= ?[0-9원]))(?: (?=[0-9]))?)"  # 조 is an article as well
NUMERAL = re.compile(rf"(?:{_SMALL}{_LARGE}+)*(?:{_SMALL})?")
"""Matches the longest numeral at a place, or nothing."""

_GROUP = re.compile(rf"({_SMALL})({_LARGE}*)")
_DIGIT_AND_TEN = re.compile(rf"({_ATOM})?([{TENS}]?)")
_BY_COMMA = re.compile(
    r"(?:[1-9][0-9]{0,2}(?:,[0-9]{3})+|[1-9][0-9]?(?:,[0-9]{2})+,[0-9]{3}|[1-9][0-9]{0,2}(?:'[0-9]{3})+)(?:\.[0-9]+)?"
)
_BY_POINT = re.compile(r"[1-9][0-9]{0,2}(?:\.[0-9]{3})+(?:,[0-9]+)?")
_DECIMAL = re.compile(r"(?:0|[1-9][0-9]*)(?:\.[0-9]+|,[0-9]{1,2})?|0,[0-9]+")


def values(numeral: str) -> list[Decimal]:
    """Return what a numeral can mean: two values for 1.234, none for what is no number (3.10.1, 007, 十百)."""
    if len(numeral) == 1:
        return [Decimal(_worth(numeral))]
    if len(numeral) > 2 * _LONGEST:
        return []
    if numeral.isascii() and numeral.isdecimal() and numeral[0] != "0" and len(numeral) < _LONGEST:
        return [Decimal(numeral)]
    if numeral[0] in "0123456789" and numeral[-1] in "0123456789" and not re.search(r"[^0-9.,']", numeral):
        return _values_of_digits(numeral)
    total, limit = Decimal(0), None
    for small, large in _GROUP.findall(numeral):
        value, power = _value_of_small(small), sum(MYRIADS.get(char, 0) for char in large)
        if value is None or power > _LONGEST or (limit is not None and value * 10**power >= 10**limit):
            return []
        total += value * 10**power
        limit = power
    return [total]


def written(value: Decimal) -> str:
    """Return a value in plain decimal notation, without zeros at the end of a fraction."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _worth(char: str) -> int:
    """Return what one digit or 十, 百, 千 is worth; `unicodedata` does not know 两."""
    return 2 if char == "两" else int(unicodedata.numeric(char))


def _values_of_digits(digits: str) -> list[Decimal]:
    if len(digits) > _LONGEST:
        return []
    if _BY_COMMA.fullmatch(digits):
        return [Decimal(re.sub("[,']", "", digits))]
    found = []
    if _BY_POINT.fullmatch(digits):
        found.append(Decimal(digits.replace(".", "").replace(",", ".")))
    if _DECIMAL.fullmatch(digits):
        found.append(Decimal(digits.replace(",", ".")))
    return found


def _value_of_small(small: str) -> Decimal | None:
    """Return the value of a numeral below 万, such as 三千五百, 5,000 or 二〇; None where it is none (二三百, 十百)."""
    total, limit = Decimal(0), None
    for digits, ten in _DIGIT_AND_TEN.findall(small):
        if not digits and not ten:
            continue
        value = _value_of_atom(digits) if digits else Decimal(1)
        worth = _worth(ten) if ten else 1
        if value is None or (limit is not None and value * worth >= limit):
            return None
        if ten and value >= 10 and digits[0] in KANJI:
            return None
        total += value * worth
        limit = worth
    return total


def _value_of_atom(digits: str) -> Decimal | None:
    """Return the value of digits without 十 or 万; None where they are a key (〇〇, 007)."""
    if digits[0] not in KANJI:
        read = _values_of_digits(digits)
        return read[-1] if read else None
    if digits[0] in "〇零" and set(digits[1:]) & set("〇零○"):
        return None
    return Decimal("".join("0" if char == "○" else str(_worth(char)) for char in digits))
