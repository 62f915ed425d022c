"""The rows of a sheet -> its tables: titles above them, the row that names the columns, and the rows below it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from qa.reading.extraction.composing import Piece
from qa.reading.extraction.tables import Cell, align, join_cells
from qa.text.marks import Kind

_NUMBER = re.compile(r"[^\w\s]?[\d０-９]")
"""The beginning of a value: a number, a date, an amount with its sign."""
_BAR_BETWEEN = re.compile(r"(?<=\s)\|(?=\s)|^\||\|$")
_SPACE = re.compile(r"\s+")
_LEAST_NAMED = 0.5
"""Share of the columns that a row has to name to be the one that names them."""


def sheet_blocks(rows: Iterable[Sequence[Cell]]) -> Iterator[list[Piece]]:
    """Yield the blocks of a sheet. An empty row ends a table; a row with a single cell above a table is a title.

    Args:
        rows: the rows in order, each with its cells; see :class:`~qa.reading.extraction.tables.Cell`.
    """
    table: list[Sequence[Cell]] = []
    for row in rows:
        if any(cell.words for cell in row):
            table.append(row)
        elif table:
            yield from _table_blocks(table)
            table = []
    yield from _table_blocks(table)


def single_line(words: str) -> str:
    """Return the words of a cell in one line, and a bar in them as one that parts no cells."""
    return _BAR_BETWEEN.sub("\N{FULLWIDTH VERTICAL LINE}", _SPACE.sub(" ", words).strip())


def _table_blocks(table: Sequence[Sequence[Cell]]) -> Iterator[list[Piece]]:
    rows = [[cell.words for cell in row] for row in align(table)]
    rows = [row for row in rows if any(row)]
    width = max((len(row) for row in rows), default=0)
    if width < 2:
        yield [Piece(row[0], Kind.PARAGRAPH) for row in rows if row]
        return
    first = next((n for n, row in enumerate(rows) if len(set(filter(None, row))) > 1), len(rows))
    yield from ([Piece(join_cells(dict.fromkeys(filter(None, row))))] for row in rows[:first])
    body = rows[first:]
    header = len(body) > 1 and _names_columns(body[0], width)
    kinds = [Kind.HEADER if header and not n else Kind.ROW for n in range(len(body))]
    yield [Piece(join_cells(row), kind) for row, kind in zip(body, kinds, strict=True)]


def _names_columns(row: Sequence[str], width: int) -> bool:
    """Return whether a row names columns: words for most of them, and no value among them."""
    names = [cell for cell in row if cell]
    # A year names a column beside names; a row of values has none.
    values = sum(_NUMBER.match(cell) is not None for cell in names)
    return len(names) >= _LEAST_NAMED * width and _NUMBER.match(names[0]) is None and (not values or not row[0])
