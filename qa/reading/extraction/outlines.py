"""The outline of a PDF -> which lines of its pages are headings (pypdf).

The outline (bookmarks) names the titles of a document and the pages on which they stand, but not their lines: a line of
that page with the same words is the title.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

import pypdf
from pypdf.errors import PyPdfError

from qa.reading.extraction.lines import separator

Titles = Mapping[str, int]
"""Titles that stand on a page, as `_key` writes them, and their levels, from 1 to 6."""

_MOST_TITLES = 10_000
_MOST_LINES = 3
"""Most lines of a title."""
_DEEPEST = 6
_DIGITS = "0123456789"
_BROKEN = (PyPdfError, AttributeError, ValueError, KeyError, TypeError, IndexError, RecursionError)
"""What pypdf raises on a broken outline."""


def titles_of(document: pypdf.PdfReader) -> dict[int, dict[str, int]]:
    """Return for each page with titles, counted from 0, those that the outline names; none if it is broken."""
    found: dict[int, dict[str, int]] = {}
    with suppress(*_BROKEN):
        for number, (entry, level) in enumerate(_entries(document.outline, 1)):
            if number == _MOST_TITLES:
                break
            page, key = document.get_destination_page_number(entry), _key(str(entry.title or ""))
            if page is not None and key:
                found.setdefault(page, {}).setdefault(key, level)
    return found


def join_titles(lines: Sequence[str], titles: Titles) -> tuple[list[str], dict[int, int]]:
    """Return the lines of a page with each title in one line, and the levels of the titles by the number of the line.

    A title counts once: where its words stand again on the same page, they are text.
    """
    left, unnumbered = dict(titles), {key.lstrip(_DIGITS): key for key in titles}
    joined: list[str] = []
    levels: dict[int, int] = {}
    at = 0
    while at < len(lines):
        stop, key = _title_at(lines, at, left, unnumbered)
        if key:
            levels[len(joined)] = left.pop(key)
        joined.append(_in_one_line(lines[at:stop]))
        at = stop
    return joined, levels


def _title_at(lines: Sequence[str], at: int, titles: Titles, unnumbered: Mapping[str, str]) -> tuple[int, str]:
    """Return the number of the line after the title that begins at a line, and its key; "" if none begins there."""
    for stop in range(at + 1, min(at + _MOST_LINES, len(lines)) + 1):
        if not titles or not lines[stop - 1]:
            break
        key = _key(_in_one_line(lines[at:stop]))
        # Either the outline or the page may leave out the number before a title.
        alike = (one for one in (key, key.lstrip(_DIGITS), unnumbered.get(key, "")) if one in titles)
        if found := next(alike, ""):
            return stop, found
    return at + 1, ""


def _in_one_line(lines: Sequence[str]) -> str:
    joined = lines[0]
    for line in lines[1:]:
        joined += separator(joined, line) + line
    return joined


def _key(title: str) -> str:
    """Return the letters and digits of a title, in a form that is the same however they are written."""
    return "".join(char for char in unicodedata.normalize("NFKC", title).casefold() if char.isalnum())


def _entries(outline: Sequence[Any], level: int) -> Iterator[tuple[Any, int]]:
    """Yield the entries of an outline and of those in it, with their levels."""
    for entry in outline:
        if isinstance(entry, list):
            yield from _entries(entry, min(level + 1, _DEEPEST))
        else:
            yield entry, level
