"""Rows of a table -> lines in which every cell keeps its column; a merged cell is in each row and column it covers."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

_EMPTY_CELL = "–"
_SPAN_VALUE = re.compile(r"[1-9]\d?")
_SPAN_ATTRIBUTES = ("colspan", "rowspan")
_MOST_ADDED = 10
"""Most cells that are added per written cell. With more, the table is used for page layout and its columns mean
nothing."""
_LONGEST_VALUE = 200
"""Code points of the longest value: a cell with more holds a text. It is not repeated where it covers several."""


class Cell(NamedTuple):
    """A cell of a row, or one that reaches into it from above.

    Attributes:
        words: its text.
        first: the first column of the grid that it covers.
        stop: the column after the last.
        written: the element of this row that it was made of; None for a cell from above.
    """

    words: str
    first: int
    stop: int
    written: Any = None


def join_cells(cells: Iterable[str]) -> str:
    """Return the cells of a row with bars between them, "" if all are empty.

    An empty cell becomes a dash, so that the cells after it stay under their headings.
    """
    found = list(cells)
    while found and not found[-1]:
        found.pop()
    return " | ".join(cell or _EMPTY_CELL for cell in found)


def align(rows: Sequence[Sequence[Cell]]) -> list[list[Cell]]:
    """Return the rows of a table with one cell for each column in which a cell begins.

    A merged cell is there once for each column and row that it covers, with its value if that is short; one that
    covers a whole row is there once. What no cell covers is empty. Rows of a table that is used for layout come back
    as they were written.
    """
    columns = sorted({cell.first for row in rows for cell in row})
    written = [[cell for cell in row if cell.written is not None] for row in rows]
    size = sum(bisect_left(columns, max((cell.stop for cell in row), default=0)) for row in rows)
    if size > (1 + _MOST_ADDED) * sum(map(len, written)):
        return written
    return [list(_aligned(row, columns)) if own else [] for row, own in zip(rows, written, strict=True)]


def _aligned(row: Sequence[Cell], columns: Sequence[int]) -> Iterator[Cell]:
    """Yield the cell at each column, up to the last that is written."""
    if len(row) == 1 and row[0].first <= columns[0] and row[0].stop > columns[-1]:
        yield row[0]
        return
    cells = iter(sorted(row, key=lambda cell: cell.first))
    cell = next(cells, None)
    for column in columns:
        while cell is not None and cell.stop <= column:
            cell = next(cells, None)
        if cell is None:
            return
        if cell.first > column:
            yield Cell("", column, column + 1)
        elif cell.first == column:
            short = cell.written is not None or len(cell.words) <= _LONGEST_VALUE
            yield cell if short else cell._replace(words="")
        else:
            words = cell.words if len(cell.words) <= _LONGEST_VALUE else ""
            yield Cell(words, column, column + 1)


def fill_spans(root: Any) -> None:
    """Replace cells that span columns or rows in the HTML tables of a tree by single cells, in place."""
    for table in root.iter("{*}table"):
        groups = [table, *table.iterchildren("{*}thead", "{*}tbody", "{*}tfoot")]
        rows = [row for group in groups for row in _rows_of(group)]
        for (row, _), cells in zip(rows, align([cells for _, cells in rows]), strict=True):
            _write_cells(row, cells)


def _write_cells(row: Any, cells: Sequence[Cell]) -> None:
    """Put the cells of an aligned row into its element; those that are not written yet get their words."""
    before: Any = None
    tags = [cell.written.tag for cell in cells if cell.written is not None]
    for cell in cells:
        element = cell.written
        if element is None:
            element = row.makeelement(tags[0])
            element.text = cell.words
            if before is None:
                row.insert(0, element)
            else:
                before.addnext(element)
        for name in _SPAN_ATTRIBUTES:
            element.attrib.pop(name, None)
        before = element


def _rows_of(group: Any) -> Iterator[tuple[Any, list[Cell]]]:
    """Yield each row of a table, or of a part of it, with its cells and those that reach into it from above."""
    reaching: dict[int, tuple[Cell, int]] = {}  # first column -> cell from above, and rows that it covers from this on
    for row in group.iterchildren("{*}tr"):
        column, found = 0, sorted((cell for cell, _ in reaching.values()), key=lambda cell: cell.first)
        taken = iter(found.copy())
        above = next(taken, None)
        below = {first: (cell, rows - 1) for first, (cell, rows) in reaching.items() if rows > 1}
        for element in row.iterchildren("{*}td", "{*}th"):
            while above is not None and above.first <= column:
                column, above = max(column, above.stop), next(taken, None)
            columns, rows = (_span_of(element, name) for name in _SPAN_ATTRIBUTES)
            words = "" if columns == rows == 1 else _first_words(element)
            cell = Cell(words, column, column + columns, element)
            found.append(cell)
            if rows > 1:
                below[column] = cell._replace(written=None), rows - 1
            column = cell.stop
        reaching = below
        yield row, found


def holds_value(cell: Any) -> bool:
    """Return whether a cell holds a value, which is short and in one line, and no text of its own."""
    return len(_first_words(cell)) <= _LONGEST_VALUE


def _first_words(element: Any) -> str:
    """Return the words of an element, but only as many as show that they are no value."""
    found, length = [], 0
    for words in element.itertext():
        found.append(words)
        length += len(words)
        if length > 4 * _LONGEST_VALUE:
            break
    return " ".join("".join(found).split())


def _span_of(cell: Any, name: str) -> int:
    """Return a colspan or rowspan, 1 if it is missing or not a number below 100."""
    span = cell.get(name, "1").strip()
    return int(span) if _SPAN_VALUE.fullmatch(span) else 1
