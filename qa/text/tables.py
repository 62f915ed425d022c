"""Lines -> the tables among them: which line is a header, a row or a border; and the cells of a row.

Rows are lines with ``|`` between their cells, as Markdown and the readers of documents write them, or with tabs.
Offsets are 0-based code points into the text, end exclusive.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import regex

from qa.text.forms import DIGIT, Form
from qa.text.lines import Line
from qa.text.marks import Kind
from qa.text.paragraphs import Span, trim

_BORDER = regex.compile(r"(?=(?:[\s:|┼+]|[-─━](?![-─━]))*+[-─━]{2})[\s:|\-─━┼+]++\Z")
_BAR = regex.compile(r"(?<!\\)\|")
"""A bar between cells; one after a backslash belongs to its cell."""
_SPACED_BAR = regex.compile(r"(?<=\s)\|(?=\s|\Z)")
"""A bar as the readers of documents write it; one without spaces belongs to its cell."""
_BORDER_SIGNS = " \t|:-+"
_MOST_DIFFERENT = 3
"""Numbers of cells that the rows of one table may have: merged cells are left out in some of them."""


def find_tables(text: str, lines: Sequence[Line]) -> dict[int, Form | None]:
    """Return the number of each line of a table -> its form; None for a border."""
    found: dict[int, Form | None] = {}
    at = 0
    while at < len(lines):
        if _is_marked(lines[at]):
            stop = next((n for n in range(at, len(lines)) if not _continues(text, lines[n])), len(lines))
            found |= _marked_table(text, lines, at, stop)
            at = stop
            continue
        stop = at
        counts = set()
        while stop < len(lines) and not lines[stop].verbatim and (stop == at or not lines[stop].opens):
            bars = _bars(text, lines[stop])
            if not bars:
                break
            counts.add(bars)
            stop += 1
        if stop - at >= 2 and len(counts) <= _MOST_DIFFERENT:
            found |= _table(text, lines, at, stop)
        at = max(stop, at + 1)
    return found


def cells(text: str, start: int, end: int) -> list[Span]:
    """Return the spans of the cells of a table's row ``text[start:end]``, in order; empty cells are empty spans."""
    row = text[start:end]
    if _has_bars(row) or "\t" not in row:
        bar = _SPACED_BAR if " | " in row and not row.startswith("|") else _BAR
        borders = [match.start() for match in bar.finditer(row)]
        closes = bool(borders) and borders[-1] == len(row) - 1
        cuts = [*([] if row.startswith("|") else [-1]), *borders, *([] if closes else [len(row)])]
    else:
        cuts = [-1, *(at for at, char in enumerate(row) if char == "\t"), len(row)]
    return [trim(text, start + before + 1, start + after) for before, after in pairwise(cuts)]


def _is_marked(line: Line) -> bool:
    """Return whether the format says that a line is a row of a table."""
    return line.mark is not None and line.mark.kind in (Kind.HEADER, Kind.ROW)


def _continues(text: str, line: Line) -> bool:
    """Return whether a line is in a table that the format marks: a row, or the border under the header."""
    return _is_marked(line) or (line.mark is None and not text[line.start : line.end].strip(_BORDER_SIGNS))


def _marked_table(text: str, lines: Sequence[Line], at: int, stop: int) -> dict[int, Form | None]:
    """Return the forms of the lines of a table that the format marks; its header is guessed if it marks none."""
    marks = {n: mark.kind for n in range(at, stop) if (mark := lines[n].mark) is not None}
    rows = list(marks)
    if Kind.HEADER not in marks.values() and len(rows) > 2 and _names_columns(text, lines, rows):
        marks[rows[0]] = Kind.HEADER
    forms = {n: Form(kind, lines[n].start) for n, kind in marks.items()}
    return {**forms, **dict.fromkeys(set(range(at, stop)) - set(rows))}


def pieces(text: str, start: int, end: int) -> list[str]:
    """Return what a table's row ``text[start:end]`` consists of: what is between its cells, and its cells, in turn.

    The pieces with odd numbers are the cells; all of them, joined, are the row.
    """
    found, at = list[str](), start
    for first, last in cells(text, start, end):
        found += [text[at:first], text[first:last]]
        at = last
    return [*found, text[at:end]]


def _bars(text: str, line: Line) -> int:
    """Return how many marks stand between the cells of a line, if it can be a row; 0 if it cannot."""
    row = text[line.start : line.end] if line.mark is None else ""
    if _has_bars(row) or ("|" in row and _BORDER.match(row)):
        return len(_BAR.findall(row))
    return row.count("\t")


def _has_bars(row: str) -> bool:
    """Return whether bars stand between the cells of a row, rather than tabs."""
    return row.startswith("|") or " | " in row


def _table(text: str, lines: Sequence[Line], at: int, stop: int) -> dict[int, Form | None]:
    borders = {n for n in range(at, stop) if _BORDER.match(text[lines[n].start : lines[n].end])}
    rows = [n for n in range(at, stop) if n not in borders]
    header = None
    if rows and (at + 1 in borders or (stop - at > 2 and _names_columns(text, lines, rows))):
        header = rows[0]
    forms = {n: Form(Kind.HEADER if n == header else Kind.ROW, lines[n].start) for n in rows}
    return {**forms, **dict.fromkeys(borders)}


def _names_columns(text: str, lines: Sequence[Line], rows: Sequence[int]) -> bool:
    """Return whether the first row names the columns: it has no digits, and one below it has."""
    digits = [DIGIT.search(text, lines[n].start, lines[n].end) is not None for n in rows]
    return not digits[0] and any(digits[1:])
