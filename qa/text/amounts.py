"""The cells of a column -> what they are compared by: numbers with their sign, dates, times of day, durations.

    amounts(["-15℃", "3℃", "n/a"])         -15, 3, None
    amounts(["45分", "1時間30分"])           45, 90
    amounts(["2024-05-20", "2023年7月"])     (2024, 5, 20), (2023, 7, 0)

What the numbers are is decided by `qa.text.numbers`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from decimal import Decimal
from enum import Enum
from typing import NamedTuple

import regex

from qa.text.numbers import Number, numbers

Amount = tuple[Decimal, ...]


class _Kind(Enum):
    NUMBER = "number"
    DATE = "date"
    TIME = "time"
    DURATION = "duration"


class _Read(NamedTuple):
    kind: _Kind
    amount: Amount


_FORM = regex.compile(r"(?P<value>\d+(?:\.\d+)?)(?P<unit>.*)")
_MINUTES = {"時間": Decimal(60), "分": Decimal(1), "秒": Decimal(1) / 60}
_SIGN = regex.compile(r"(?:\A|[\s(\p{Sc}])[-−‐–▲△]\s?(?:\p{Sc}\s?)?\Z")
"""What stands before a negative number; between two numbers, a dash is no sign."""
_DECIMAL = regex.compile(r"\d\.(?:\d{1,2}|\d{4,})(?!\d)|(?<!\d)0\.\d{3}(?!\d)")
"""A number whose point cannot group thousands."""


def amounts(cells: Sequence[str]) -> list[Amount | None]:
    """Return what each cell of a column is compared by, a tuple; None for a cell without it.

    All tuples are of the kind that most of the cells have, so that dates are never compared with numbers. A point
    before three digits (1.085) groups thousands unless another cell shows that it is a decimal point.

    Args:
        cells: the cells of one column, folded by NFKC and case.
    """
    points = any(_DECIMAL.search(cell) for cell in cells)
    read = [_read(cell, points=points) for cell in cells]
    kinds = Counter(one.kind for one in read if one)
    most = kinds.most_common(1)[0][0] if kinds else None
    return [one.amount if one and one.kind is most else None for one in read]


def _read(cell: str, *, points: bool) -> _Read | None:
    """Return what a cell says first of a date, a time, a duration or a number."""
    readings = numbers(cell)
    by_unit = {unit: _first(readings, unit) for unit in ("年", "月", "日", "時", *_MINUTES)}
    zero = Decimal(0)
    if by_unit["年"] is not None or (by_unit["月"] is not None and by_unit["日"] is not None):
        return _Read(_Kind.DATE, tuple(by_unit[unit] or zero for unit in ("年", "月", "日")))
    if by_unit["時"] is not None:
        return _Read(_Kind.TIME, (by_unit["時"], by_unit["分"] or zero))
    parts = [value * minutes for unit, minutes in _MINUTES.items() if (value := by_unit[unit]) is not None]
    if parts:
        return _Read(_Kind.DURATION, (sum(parts, zero),))
    return _number(cell, readings, points=points)


def _first(readings: Iterable[Number], unit: str) -> Decimal | None:
    """Return the value of the first number with a unit; of its readings (午後3時, 令和5年) the largest."""
    parts = ((one, _FORM.match(one.form)) for one in readings)
    found = [(one, Decimal(match["value"])) for one, match in parts if match and match["unit"] == unit]
    return max((value for one, value in found if one.start < found[0][0].end), default=None)


def _number(cell: str, readings: Sequence[Number], *, points: bool) -> _Read | None:
    plain = [one for one in readings if one.form.replace(".", "").isdecimal()]
    if not plain:
        return None
    place = (plain[0].start, plain[0].end)
    values = [Decimal(one.form) for one in plain if (one.start, one.end) == place]
    value = min(values) if points else values[0]
    return _Read(_Kind.NUMBER, (-value if _SIGN.search(cell, 0, place[0]) else value,))
