"""CSV and TSV -> a table: the row that names the columns, and the rows below it (Python's csv)."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Sequence
from typing import Literal

from qa.reading.encodings import decode
from qa.reading.extraction import Extracted, UnreadableError
from qa.reading.extraction.composing import compose
from qa.reading.extraction.sheets import sheet_blocks, single_line
from qa.reading.extraction.tables import Cell

_DELIMITERS = ",\t;|"
_SAMPLE = 200
"""Rows by which the delimiter is told."""
_DECLARED = "sep="
"""What Excel writes in a first line that names the delimiter."""


def read(data: bytes) -> Extracted:
    """Return the rows, each with bars between its cells.

    Raises:
        UnreadableError: the bytes are no text, or a cell is larger than allowed.
    """
    text = decode(data)
    if text is None:
        raise UnreadableError("damaged")
    delimiter = ""
    if text[: len(_DECLARED)].lower() == _DECLARED:
        first, _, text = text.partition("\n")
        delimiter = first[len(_DECLARED) :].strip("\r\n") or ";"
    if len(delimiter) != 1:
        delimiter = _delimiter_of(text)
    csv.field_size_limit(len(text) + 1)
    # A quotation mark that is never closed takes all that follows into one cell: then it is a sign like any other.
    rows = _csv_rows(text, delimiter)
    if any("\n" in cell and cell.count(delimiter) > 2 * len(row) for row in rows for cell in row):
        rows = _csv_rows(text, delimiter, quoted=False)
    cells = (
        [Cell(words, n, n + 1, True) for n, cell in enumerate(row) if (words := single_line(cell))] for row in rows
    )
    return compose(sheet_blocks(list(cells)))


def _csv_rows(text: str, delimiter: str, *, quoted: bool = True, most: int | None = None) -> list[list[str]]:
    """Return the rows, or as many as ``most`` of them."""
    how: Literal[0, 3] = csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, quoting=how, skipinitialspace=True)
    try:
        return [row for _, row in zip(range(most), reader, strict=False)] if most else list(reader)
    except csv.Error as error:
        raise UnreadableError("damaged") from error


def _delimiter_of(text: str) -> str:
    """Return the delimiter by which most rows have the same number of cells, more than one.

    csv.Sniffer is not used: it takes a letter or the colon of a time for one, and fails on cells with line breaks.
    """
    return max(_DELIMITERS, key=lambda one: _agreement(_csv_rows(text, one, most=_SAMPLE)))


def _agreement(rows: Sequence[Sequence[str]]) -> tuple[float, int]:
    """Return how many rows have the most frequent number of cells beyond one, as a share, and that number."""
    counts = Counter(len(row) for row in rows if any(row))
    cells, times = max(((n, times) for n, times in counts.items() if n > 1), key=lambda one: one[1], default=(0, 0))
    return times / max(1, sum(counts.values())), cells
