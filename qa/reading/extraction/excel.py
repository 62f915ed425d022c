"""Excel's .xlsx -> the tables of its sheets, each under the sheet's name (openpyxl).

Values are as the sheet shows them; of formulas, the values that were saved with them. Hidden sheets are left out.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import openpyxl
from openpyxl.utils.cell import range_boundaries
from openpyxl.utils.exceptions import InvalidFileException

from qa.reading.extraction import Extracted, UnreadableError
from qa.reading.extraction.archive import check_archive
from qa.reading.extraction.composing import Piece, compose, heading
from qa.reading.extraction.number_formats import shown
from qa.reading.extraction.sheets import sheet_blocks, single_line
from qa.reading.extraction.tables import Cell

_MERGED = re.compile(rb"<(?:\w+:)?mergeCell\b[^>]*?\bref=[\"']([A-Z]+\d+:[A-Z]+\d+)[\"']")
_MOST_CELLS = 2_000_000
"""Cells of a workbook, empty ones among others counted."""
_MOST_MERGED = 10_000
"""Ranges of merged cells of a sheet that are looked at."""

Ranges = Mapping[tuple[int, int], tuple[int, int]]
"""The row and column of the first cell of a range, from 1 -> those of its last cell."""


def read(data: bytes) -> Extracted:
    """Return the sheets that are shown, in order. A merged cell is in each row and column that it covers.

    Raises:
        UnreadableError: the bytes are no workbook, or it is encrypted or too large.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            check_archive(archive)
            book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
            return compose(_book_blocks(book, archive))
    except (zipfile.BadZipFile, KeyError, ValueError, InvalidFileException) as error:
        raise UnreadableError("damaged") from error


def _book_blocks(book: Any, archive: zipfile.ZipFile) -> Iterator[Sequence[Piece]]:
    for sheet in book.worksheets:
        if sheet.sheet_state != "visible":
            continue
        sheet.reset_dimensions()  # what the file says of them may be wrong
        merged = _merged_ranges(archive, sheet._worksheet_path)
        blocks = [block for block in sheet_blocks(_sheet_rows(sheet, merged)) if any(piece.words for piece in block)]
        if blocks:
            yield [heading(single_line(sheet.title), 2)]
            yield from blocks


def _sheet_rows(sheet: Any, merged: Ranges) -> Iterator[list[Cell]]:
    """Yield each row of a sheet with its cells, and with those that reach into it from above."""
    reaching: dict[int, tuple[Cell, int]] = {}  # first column -> cell from above, and the last row that it covers
    count = 0
    for number, row in enumerate(sheet.iter_rows(), 1):
        count += len(row)
        if count > _MOST_CELLS:
            raise UnreadableError("large")
        reaching = {column: (cell, last) for column, (cell, last) in reaching.items() if last >= number}
        found = [cell for cell, _ in reaching.values()]
        for cell in row:
            words = single_line(shown(cell.value, getattr(cell, "number_format", "General")))
            if not words:
                continue
            column = cell.column
            last_row, last_column = merged.get((number, column), (number, column))
            own = Cell(words, column, last_column + 1, True)
            found.append(own)
            if last_row > number:
                reaching[column] = own._replace(written=None), last_row
        yield sorted(found, key=lambda one: one.first)


def _merged_ranges(archive: zipfile.ZipFile, path: str) -> Ranges:
    """Return the ranges of merged cells of a sheet, which openpyxl does not tell while it only reads."""
    found: dict[tuple[int, int], tuple[int, int]] = {}
    for written in _MERGED.findall(archive.read(path.lstrip("/")))[:_MOST_MERGED]:
        left, top, right, bottom = range_boundaries(written.decode())
        if left and top and right and bottom:
            found[top, left] = bottom, right
    return found
