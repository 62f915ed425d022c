"""A value of a spreadsheet and the code of its format -> what the sheet shows (ECMA-376, part 1, 18.8.31).

Dates in the format of the user's country are written as ISO 8601 has them. Fractions and colours are not followed.
"""

from __future__ import annotations

import datetime as dt
import re
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

_SHORT_DATE = "mm-dd-yy"
"""The code that stands for the short date of the user's country."""
_GENERAL = re.compile(r"general\Z|@|\Z", re.IGNORECASE)
_SECTION_END = re.compile(r';(?=(?:[^"]*"[^"]*")*[^"]*\Z)')
_LITERAL = r'"([^"]*)"|\\(.)|\[\$([^\]\-]*)(?:-[^\]]*)?\]|\[[^\]]*\]|_.|\*.'
_NUMBER_PART = re.compile(rf"{_LITERAL}|([#0?,]*[#0?](?:\.[#0?]*)?,*(?:[Ee][+-]0+)?)|(%)|(.)")
_DATE_PART = re.compile(
    r'"([^"]*)"|\\(.)|\[(h+|m+|s+)\]|\[[^\]]*\]|_.|\*.|(am/pm|a/p|y+|m+|d+|h+|s+|a{3,4}|g+|e+|\.0+)|(.)', re.IGNORECASE
)
_ERAS = (
    (dt.date(2019, 5, 1), "令和", "R"), (dt.date(1989, 1, 8), "平成", "H"), (dt.date(1926, 12, 25), "昭和", "S"),
    (dt.date(1912, 7, 30), "大正", "T"), (dt.date(1868, 1, 25), "明治", "M"),
)  # fmt: skip
"""First day, name and letter of the eras of Japan since its calendar is the Gregorian one."""
_WEEKDAYS = "月火水木金土日"
_LONGEST_CODE = 255


def shown(value: object, code: str) -> str:
    """Return what a cell shows.

    Args:
        value: a string, number, truth value, date, time or duration; None if the cell is empty.
        code: its number format, such as ``#,##0.00`` or ``yyyy/m/d``.
    """
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, dt.datetime | dt.date | dt.time):
        return _date(value, code)
    if isinstance(value, dt.timedelta):
        return _duration(value)
    if not isinstance(value, int | float):
        return str(value)
    try:
        return _number(Decimal(repr(value)), code) if len(code) <= _LONGEST_CODE else _general(Decimal(repr(value)))
    except (InvalidOperation, ValueError, OverflowError):
        return str(value)


def _number(value: Decimal, code: str) -> str:
    """Return a number in the section of the code that is for its sign."""
    sections = _SECTION_END.split(code)
    section, sign = sections[0], "-" if value < 0 else ""
    if value < 0 and len(sections) > 1:
        section, sign = sections[1], ""
    elif value == 0 and len(sections) > 2:
        section = sections[2]
    if _GENERAL.match(section) or "/" in section:
        return sign + _general(abs(value))
    parts = [match.groups() for match in _NUMBER_PART.finditer(section)]
    slots = [part[3] for part in parts if part[3]]
    amount = abs(value) * 100 ** sum(part[4] is not None for part in parts)
    filled = iter(_mask(amount, slots) if len(slots) > 1 else [_digits(amount, slot) for slot in slots])
    words = "".join(
        next(filled) if slot else (quoted or escaped or currency or percent or other or "")
        for quoted, escaped, currency, slot, percent, other in parts
    )
    return (words if not words.strip("0.,") else sign + words).strip()  # what is rounded to nothing has no sign


def _digits(amount: Decimal, slot: str) -> str:
    """Return a number that is not negative by one run of signs for digits, such as ``#,##0.0#``."""
    mantissa, exponent, zeros = re.fullmatch(r"([^Ee]*)(?:([Ee][+-])(0+))?", slot).groups()  # type: ignore[union-attr]
    power = 0
    if exponent:
        power = amount.adjusted() if amount else 0
        amount = amount.scaleb(-power)
    scaled = mantissa.rstrip(",")
    amount = amount.scaleb(-3 * (len(mantissa) - len(scaled)))
    whole, _, fraction = scaled.partition(".")
    rounded = amount.quantize(Decimal(1).scaleb(-len(fraction)), ROUND_HALF_UP)
    digits, _, decimals = f"{rounded:f}".partition(".")
    while len(decimals) > fraction.rfind("0") + 1 and decimals.endswith("0"):
        decimals = decimals[:-1]
    digits = digits.lstrip("0").zfill(whole.count("0"))
    if "," in whole:
        digits = re.sub(r"(?<=\d)(?=(?:\d{3})+\Z)", ",", digits)
    sign = "-" if power < 0 else "+" if exponent == "E+" else ""
    return digits + ("." + decimals if decimals else "") + (f"E{sign}{abs(power):0{len(zeros)}}" if exponent else "")


def _mask(amount: Decimal, slots: list[str]) -> list[str]:
    """Return the digits of a whole number dealt out over several runs, as in ``000-0000``, from the right."""
    digits = f"{amount.quantize(Decimal(1), ROUND_HALF_UP):f}"
    found: list[str] = []
    for number, slot in enumerate(reversed(slots)):
        size = len(digits) if number == len(slots) - 1 else min(len(slot), len(digits))
        taken, digits = digits[len(digits) - size :], digits[: len(digits) - size]
        found.append(taken.zfill(slot.count("0")))
    return found[::-1]


def _general(value: Decimal) -> str:
    return f"{float(value):.15g}" if value % 1 else f"{value:.0f}"


def _date(value: dt.datetime | dt.date | dt.time, code: str) -> str:
    """Return a date or a time of day."""
    section = _SECTION_END.split(code)[0]
    if _GENERAL.match(section) or section == _SHORT_DATE or len(code) > _LONGEST_CODE:
        if isinstance(value, dt.datetime):
            return value.date().isoformat() if value.time() == dt.time() else value.isoformat(" ", "seconds")
        return value.isoformat()
    parts = [match.groups() for match in _DATE_PART.finditer(section)]
    tokens = [(part[2] or part[3] or "").lower() for part in parts]
    half = any(token in ("am/pm", "a/p") for token in tokens)
    out: list[str] = []
    for at, (quoted, escaped, _, _, other) in enumerate(parts):
        token = tokens[at]
        if token.startswith("m") and len(token) < 3 and _are_minutes(tokens, at):
            token = "n" * len(token)
        out.append(_date_token(value, token, half=half) if token else quoted or escaped or other or "")
    return "".join(out).strip()


def _are_minutes(tokens: list[str], at: int) -> bool:
    """Return whether the letters m stand for minutes: hours come before them, or seconds after."""
    before = next((token for token in reversed(tokens[:at]) if token and token[0] in "hsymd"), "")
    after = next((token for token in tokens[at + 1 :] if token and token[0] in "hsymd"), "")
    return before.startswith("h") or after.startswith("s")


def _date_token(value: dt.datetime | dt.date | dt.time, token: str, *, half: bool) -> str:
    """Return one part of a date or time; ``n`` are minutes."""
    hour, minute, second = getattr(value, "hour", 0), getattr(value, "minute", 0), getattr(value, "second", 0)
    if token[0] in "hns":
        number = {"h": (hour - 1) % 12 + 1 if half else hour, "n": minute, "s": second}[token[0]]
        return f"{number:0{min(len(token), 2)}}"
    if token in ("am/pm", "a/p"):
        return ("AM" if hour < 12 else "PM")[: 2 if token == "am/pm" else 1]
    if token[0] == ".":
        return f"{getattr(value, 'microsecond', 0) / 1e6:.{len(token) - 1}f}"[1:]
    if isinstance(value, dt.time):
        return ""
    day = value.date() if isinstance(value, dt.datetime) else value
    if token[0] in "ge":
        first, name, letter = next((era for era in _ERAS if era[0] <= day), (dt.date(1, 1, 1), "", ""))
        if token[0] == "g":
            return {1: letter, 2: name[:1]}.get(len(token), name)
        return f"{day.year - first.year + 1:0{min(len(token), 2)}}"
    if token[0] == "a":
        return _WEEKDAYS[day.weekday()] + ("曜日" if len(token) == 4 else "")
    if token[0] == "y":
        return f"{day.year:04}" if len(token) > 2 else f"{day.year % 100:02}"
    if len(token) < 3:
        return f"{day.month if token[0] == 'm' else day.day:0{len(token)}}"
    name = day.strftime("%B" if token[0] == "m" else "%A")
    return name[:1] if len(token) == 5 else name if len(token) > 3 else name[:3]


def _duration(value: dt.timedelta) -> str:
    """Return a duration in hours, minutes and seconds."""
    seconds = round(abs(value.total_seconds()))
    return f"{'-' if value < dt.timedelta() else ''}{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
