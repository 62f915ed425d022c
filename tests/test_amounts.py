"""The cells of a column as values that can be compared."""

from __future__ import annotations

import pytest

from qa.search.lexical import fold
from qa.text.amounts import amounts
from qa.text.tables import cells, pieces


@pytest.mark.parametrize(
    ("column", "values"),
    [
        (["-15℃", "3℃", "n/a"], [(-15,), (3,), None]),
        (["▲3.5", "△2", "−4", "7"], [(-3.5,), (-2,), (-4,), (7,)]),
        (["-€ 30", "€ 1,200.50"], [(-30,), (1200.5,)]),
        (["1.085", "149.32"], [(1.085,), (149.32,)]),
        (["1.200", "900", "2.500"], [(1200,), (900,), (2500,)]),
        (["2024-05-20", "2023年7月", "令和5年8月1日"], [(2024, 5, 20), (2023, 7, 0), (2023, 8, 1)]),
        (["5月20日", "3月1日"], [(0, 5, 20), (0, 3, 1)]),
        (["Mon 3 May 2024", "4 June 2023"], [(2024, 5, 3), (2023, 6, 4)]),
        (["10:30", "9:00〜17:00", "午後3時"], [(10, 30), (9, 0), (15, 0)]),
        (["45分", "1時間30分", "2時間"], [(45,), (90,), (120,)]),
        (["10-12", "8", "3億円"], [(10,), (8,), (300_000_000,)]),
        (["2024年", "12", "15"], [None, (12,), (15,)]),
        (["", "—"], [None, None]),
    ],
)
def test_a_column_is_compared_by_what_most_of_its_cells_are(
    column: list[str], values: list[tuple[float, ...] | None]
) -> None:
    found = amounts([fold(cell)[0] for cell in column])
    assert [value and tuple(map(float, value)) for value in found] == values


@pytest.mark.parametrize(
    ("row", "found"),
    [
        ("| a | b |", ["a", "b"]),
        ("||a|b|", ["", "a", "b"]),
        ("| a |  | c |", ["a", "", "c"]),
        (r"| a \| b | c |", [r"a \| b", "c"]),
        ("a | b|c | d", ["a", "b|c", "d"]),
        ("a\tb|c\td", ["a", "b|c", "d"]),
        ("a|b", ["a", "b"]),
        ("a | b |", ["a", "b"]),
        ("a", ["a"]),
    ],
)
def test_a_row_is_cut_at_the_bars_or_tabs_between_its_cells(row: str, found: list[str]) -> None:
    assert [row[start:end] for start, end in cells(row, 0, len(row))] == found
    assert "".join(pieces(row, 0, len(row))) == row
