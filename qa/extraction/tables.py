"""Rows of tables -> lines, in which each column keeps its place."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

_EMPTY = "–"
_SPAN = re.compile(r"[1-9]\d{0,2}")


def row_of(cells: Iterable[str]) -> str:
    """The cells with bars between them; "" without words.

    A cell that is empty shows, so that those after it stay under their headings.
    """
    found = list(cells)
    while found and not found[-1]:
        found.pop()
    return " | ".join(cell or _EMPTY for cell in found)


def fill_spans(root: Any) -> None:
    """Puts empty cells into HTML's tables where one cell reaches over several columns or rows."""
    for table in root.iter("{*}table"):
        reaching: dict[int, int] = {}  # a column -> how many more rows the cell above reaches over
        for row in (*table.iterchildren("{*}tr"), *table.iterfind("./*/{*}tr")):
            column = 0
            for cell in list(row.iterchildren("{*}td", "{*}th")):
                while reaching.get(column):
                    reaching[column] -= 1
                    column += 1
                    cell.addprevious(cell.makeelement(cell.tag))
                columns, rows = _span(cell, "colspan"), _span(cell, "rowspan")
                for _ in range(columns - 1):
                    cell.addnext(cell.makeelement(cell.tag))
                reaching.update(dict.fromkeys(range(column, column + columns), rows - 1))
                column += columns
            reaching = {at: rows - (at >= column) for at, rows in reaching.items() if rows > (at >= column)}


def _span(cell: Any, name: str) -> int:
    span = cell.get(name, "1").strip()
    return int(span) if _SPAN.fullmatch(span) else 1
