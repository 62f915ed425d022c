"""Rows of tables -> lines, in which each column keeps its place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any

_EMPTY = "–"
_SPAN = re.compile(r"[1-9]\d?")
_SPANS = ("colspan", "rowspan")
_MOST = 10
"""Empty cells for one that is written, beyond which a table is no grid: it only looks as it shall."""


def row_of(cells: Iterable[str]) -> str:
    """The cells with bars between them; "" without words.

    A cell that is empty shows, so that those after it stay under their headings.
    """
    found = list(cells)
    while found and not found[-1]:
        found.pop()
    return " | ".join(cell or _EMPTY for cell in found)


def gaps(rows: Sequence[Sequence[int]]) -> list[list[int]]:
    """How many empty cells stand before each cell of a table.

    Args:
        rows: of each row the columns of the grid in which its cells begin, ascending.

    Returns:
        The same with numbers of empty cells. Columns of the grid in which no cell begins are none of the table's.
    """
    place = {column: at for at, column in enumerate(sorted({column for row in rows for column in row}))}
    found = [[at - before - 1 for before, at in pairwise([-1, *(place[column] for column in row)])] for row in rows]
    if sum(map(sum, found)) > _MOST * sum(map(len, rows)):
        return [[0] * len(row) for row in rows]
    return found


def fill_spans(root: Any) -> None:
    """Puts empty cells into HTML's tables where one cell reaches over several columns or rows, which none does then."""
    for table in root.iter("{*}table"):
        groups = [table, *table.iterchildren("{*}thead", "{*}tbody", "{*}tfoot")]
        rows = [row for group in groups for row in _placed(group)]
        for row, empties in zip(rows, gaps([[column for _, column in row] for row in rows]), strict=True):
            for (cell, _), empty in zip(row, empties, strict=True):
                for _ in range(empty):
                    cell.addprevious(cell.makeelement(cell.tag))
                for name in _SPANS:
                    cell.attrib.pop(name, None)


def _placed(group: Any) -> Iterator[list[tuple[Any, int]]]:
    """Of each row of a table, or of a part of it, the cells and the columns in which they begin."""
    reaching: dict[int, int] = {}  # a column -> how many rows, this one too, a cell from above reaches over
    for row in group.iterchildren("{*}tr"):
        column, placed = 0, []
        below = {at: rows - 1 for at, rows in reaching.items() if rows > 1}
        for cell in row.iterchildren("{*}td", "{*}th"):
            while column in reaching:
                column += 1
            placed.append((cell, column))
            columns, rows = (_span(cell, name) for name in _SPANS)
            if rows > 1:
                below.update(dict.fromkeys(range(column, column + columns), rows - 1))
            column += columns
        reaching = below
        yield placed


def _span(cell: Any, name: str) -> int:
    span = cell.get(name, "1").strip()
    return int(span) if _SPAN.fullmatch(span) else 1
