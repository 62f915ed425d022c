"""Rows of a table -> lines in which every cell keeps its column."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any

_EMPTY_CELL = "–"
_SPAN_VALUE = re.compile(r"[1-9]\d?")
_SPAN_ATTRIBUTES = ("colspan", "rowspan")
_MOST_EMPTY = 10
"""Most empty cells per written cell. With more, the table is used for page layout and its columns mean nothing."""


def join_cells(cells: Iterable[str]) -> str:
    """Return the cells of a row with bars between them, "" if all are empty.

    An empty cell becomes a dash, so that the cells after it stay under their headings.
    """
    found = list(cells)
    while found and not found[-1]:
        found.pop()
    return " | ".join(cell or _EMPTY_CELL for cell in found)


def count_gaps(rows: Sequence[Sequence[int]]) -> list[list[int]]:
    """Return how many empty cells are needed before each cell of a table.

    Args:
        rows: for each row the columns of the grid in which its cells begin, ascending.

    Returns:
        For each row and cell the number of empty cells. Columns in which no cell begins do not count.
    """
    place = {column: at for at, column in enumerate(sorted({column for row in rows for column in row}))}
    found = [[at - before - 1 for before, at in pairwise([-1, *(place[column] for column in row)])] for row in rows]
    if sum(map(sum, found)) > _MOST_EMPTY * sum(map(len, rows)):
        return [[0] * len(row) for row in rows]
    return found


def fill_spans(root: Any) -> None:
    """Replace cells that span columns or rows in the HTML tables of a tree by single cells and empty ones, in place."""
    for table in root.iter("{*}table"):
        groups = [table, *table.iterchildren("{*}thead", "{*}tbody", "{*}tfoot")]
        rows = [row for group in groups for row in _cells_with_columns(group)]
        for row, empties in zip(rows, count_gaps([[column for _, column in row] for row in rows]), strict=True):
            for (cell, _), empty in zip(row, empties, strict=True):
                for _ in range(empty):
                    cell.addprevious(cell.makeelement(cell.tag))
                for name in _SPAN_ATTRIBUTES:
                    cell.attrib.pop(name, None)


def _cells_with_columns(group: Any) -> Iterator[list[tuple[Any, int]]]:
    """Yield for each row of a table, or of a part of it, its cells and the columns in which they begin."""
    reaching: dict[int, int] = {}  # column -> number of rows, from this one on, that a cell from above spans
    for row in group.iterchildren("{*}tr"):
        column, placed = 0, []
        below = {at: rows - 1 for at, rows in reaching.items() if rows > 1}
        for cell in row.iterchildren("{*}td", "{*}th"):
            while column in reaching:
                column += 1
            placed.append((cell, column))
            columns, rows = (_span_of(cell, name) for name in _SPAN_ATTRIBUTES)
            if rows > 1:
                below.update(dict.fromkeys(range(column, column + columns), rows - 1))
            column += columns
        reaching = below
        yield placed


def _span_of(cell: Any, name: str) -> int:
    """Return a colspan or rowspan, 1 if it is missing or not a number below 100."""
    span = cell.get(name, "1").strip()
    return int(span) if _SPAN_VALUE.fullmatch(span) else 1
