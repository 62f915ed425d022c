"""PDF -> its text, and where each page begins (pypdf).

A PDF has lines but no paragraphs. A line without room for the first word of the next one continues in it, even on the
next page, unless a title begins there. Titles are known from the outline (`outlines`) or by their form. Lines that are
at the edge of most pages are not part of the text.

Widths are in columns, as `qa.text.paragraphs.columns` counts them.
"""

from __future__ import annotations

import io
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from itertools import islice, takewhile
from typing import Any

import pypdf
from pypdf.errors import DependencyError, LimitReachedError, PyPdfError

from qa.reading.extraction import Extracted, UnreadableError
from qa.reading.extraction.lines import separator
from qa.reading.extraction.outlines import join_titles, titles_of
from qa.text.marks import Kind, Mark
from qa.text.paragraphs import columns, ends_sentence
from qa.text.source import Place

MOST_PAGES = 10_000
_FULL_LINE = 0.85
"""Share of the column's width from which a line is part of the text, whatever it looks like."""
_COLUMN_LINES = 0.15
"""Share of the lines, but at least two, that must be about as wide as the column."""
_NEARLY, _HALF = 0.75, 0.5
"""Shares of the column's width from which a line without the end of a sentence continues in the next one. They are
below 1 because letters differ in width. The second one is for a next line that begins with a lower-case letter."""
_NARROWEST = 40
"""Least width of running text. Narrower text, as on slides, does not continue on the next page."""
_EDGE = 3
"""Lines at the top and at the bottom of a page that may not be part of the text."""
_FEWEST_REPEATED = 3
"""Fewest pages with the same line at the edge for it to be a running head."""
_PAGE_NUMBER = re.compile(
    r"[^\w.]*(?:p\.|pp\.|page|seite|página|pagina|стр\.|第)?\s*(\d{1,5})(?:\s*(?:/|／|of|von|de|из)\s*\d{1,5})?"
    r"\s*(?:ページ|頁|页|쪽)?[^\w.]*",
    re.IGNORECASE,
)
"""A line with nothing but a page number (3, - 3 -, Page 3 of 10, 3ページ)."""
_YEARS = range(1000, 2100)
"""Bare numbers that may be years, as in a chronicle."""
_ITEM_START = re.compile(
    r"\s*(?:[-*•‣◦・●○■□◆▪]|\(?\d{1,3}[.)）．]|[（(][\d一二三四五六七八九十]+[)）]"
    r"|第[\d〇一二三四五六七八九十]+[章節条])"
)
"""The beginning of a list item or of a chapter, which never continues a line."""
_SECTION_NUMBER = re.compile(r"\d{1,2}(?:\.\d{1,2})*\s")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]|(?<![\w./])(?:/g[0-9A-Z]{1,3}){2,}(?!\.?[\w/])")
"""Control characters, and names of glyphs without a character (/g12/g3A). Within a word these are part of a URL."""
_TEXT_FIELDS = ("/Tx", "/Ch")
"""Kinds of form fields that hold words: text and choices."""
_PARSER_ERRORS = (PyPdfError, AttributeError, ValueError, KeyError, TypeError, IndexError, RecursionError)
"""What pypdf raises on a broken field."""
_PASSWORD_FLAG = 1 << 13
_HIDDEN_FLAGS = 0b100010
"""Flags of a field that is hidden or not shown on screens (PDF 32000-1:2008, table 165)."""
_LETTERS = re.compile(r"[^\W\d_]+")
_FIRST_UNIT = re.compile(r"[\x21-\x7e\u00a1-\u02af\u0370-\u052f]+|\S")
"""The first word of a line; in scripts that break lines anywhere, its first character."""

_RADICALS = "⺟母⺠民⻁虎⻄西⻑長⻘青⻝食⻤鬼⻨麦⻩黄⻫斉⻭歯⻯竜⻲亀"
_PRESENTATION_FORMS = (
    (0x2F00, 0x2FD6),
    (0xFB00, 0xFB07),
    (0xFB50, 0xFDFC),
    (0xFE10, 0xFE1A),
    (0xFE30, 0xFE50),
    (0xFE70, 0xFEFD),
)
_CHARACTER_MEANT: dict[int, str | None] = {
    **{ord(radical): meant for radical, meant in zip(_RADICALS[::2], _RADICALS[1::2], strict=True)},
    **{
        code: unicodedata.normalize("NFKC", chr(code))
        for first, end in _PRESENTATION_FORMS
        for code in range(first, end)
    },
    0xFEFF: None,
}
"""Characters that fonts give for others of the same shape -> those that were meant, and that readers search for.

They are radicals, ligatures, marks of vertical writing, and Arabic letters in the form they have within a word."""


def read(data: bytes) -> Extracted:
    """Return the text of the pages, with a place for each. A page that cannot be read is skipped.

    Raises:
        UnreadableError: the bytes are not a PDF, or it needs a password or is too large.
    """
    try:
        document = pypdf.PdfReader(io.BytesIO(data))
        if document.is_encrypted and not document.decrypt(""):
            raise UnreadableError("encrypted")
        if len(document.pages) > MOST_PAGES:
            raise UnreadableError("large")
        pages = [_page_lines(page) for page in document.pages]
    except DependencyError as error:  # the encryption needs another library
        raise UnreadableError("encrypted") from error
    except LimitReachedError as error:
        raise UnreadableError("large") from error
    except PyPdfError as error:
        raise UnreadableError("damaged") from error
    if pages and all(page is None for page in pages):
        raise UnreadableError("damaged")
    read_pages = [page or [] for page in pages]
    column = _column_width([line for page in read_pages for line in page])
    kept = _without_edges(read_pages, column)
    titles = titles_of(document)
    return _join_pages(
        [
            (lines + _form_lines(page), levels)
            for number, page in enumerate(document.pages)
            for lines, levels in [join_titles(kept[number], titles.get(number, {}))]
        ],
        column,
    )


def _page_lines(page: pypdf.PageObject) -> list[str] | None:
    """Return the lines of a page, None if its content cannot be read."""
    try:
        text = page.extract_text()
    except (LimitReachedError, DependencyError):
        raise
    except (PyPdfError, ValueError, KeyError, TypeError, IndexError):
        return None
    return [_clean_line(line) for line in text.splitlines()]


def _form_lines(page: pypdf.PageObject) -> list[str]:
    """Return the fields of a page's form, each as a list item with its name. A broken field is skipped."""
    found = []
    with suppress(*_PARSER_ERRORS):
        for annotation in page.annotations or ():
            with suppress(*_PARSER_ERRORS):
                found.append(_field_line(annotation.get_object()))
    return [line for line in found if line]


def _field_line(field: Any) -> str:
    """Return the name and the words of a visible field; "" if it is empty, hidden or a password."""
    hidden = int(field["/F"]) & _HIDDEN_FLAGS if "/F" in field else 0
    secret = int(field.get_inherited("/Ff") or 0) & _PASSWORD_FLAG
    value = field.get_inherited("/V")
    if field.get_inherited("/FT") not in _TEXT_FIELDS or hidden or secret:
        return ""
    if not isinstance(value, str) or not value.strip():
        return ""
    name = str(field.get_inherited("/TU") or field.get_inherited("/T") or "").rstrip(" :：")
    return _clean_line(f"- {name}: {value}" if name else f"- {value}")


def _clean_line(line: str) -> str:
    """Return a line with the characters that were meant, and single spaces."""
    return " ".join(_UNPRINTABLE.sub("", line.translate(_CHARACTER_MEANT)).split())


def _column_width(lines: Sequence[str], otherwise: int = 0) -> int:
    """Return the width of the column: that of the widest line that enough other lines come close to."""
    widths = sorted(map(columns, filter(None, lines)), reverse=True)
    fewest = max(2, _COLUMN_LINES * len(widths))
    alike = (width for n, width in enumerate(widths) if sum(_FULL_LINE * width <= one for one in widths[n:]) >= fewest)
    return next(alike, otherwise)


def _without_edges(pages: Sequence[Sequence[str]], column: int) -> list[list[str]]:
    """Return the pages without page numbers and running heads.

    A full line is part of the text, whatever it looks like. The first of equal running heads at the top stays,
    because it may be the title.
    """
    kept = [list(page) for page in pages]
    for side in (0, -1):
        edges = [_edge_lines(page if side == 0 else page[::-1], column) for page in kept]
        fewest = max(_FEWEST_REPEATED, len(pages) / 2)
        seen = Counter(line for lines in edges for line in set(lines) if line)
        repeated = {line for line, n in seen.items() if n >= fewest}
        before = len(pages) + 1  # numbers may go on from a volume of as many pages
        offsets = Counter(
            number - n for n, lines in enumerate(edges) for number in set(_page_numbers(lines, n + before))
        )
        offset, times = offsets.most_common(1)[0] if offsets else (0, 0)
        titles = set(repeated) if side == 0 else set()
        for n, (lines, edge) in enumerate(zip(kept, edges, strict=True)):
            own = {line for line in edge if times >= fewest and _page_numbers([line], n + before) == [n + offset]}
            for line in takewhile((repeated | own).__contains__, edge):
                while not lines[side]:
                    lines.pop(side)
                if line in titles:
                    titles.remove(line)
                    break
                lines.pop(side)
                own.discard(line)
    return kept


def _page_numbers(lines: Sequence[str], most: int) -> list[int]:
    """Return the page numbers that are alone in a line; a bare one above ``most`` is left out if it may be a year."""
    found = [(int(match.group(1)), line) for line in lines if (match := _PAGE_NUMBER.fullmatch(line))]
    return [n for n, line in found if n <= most or n not in _YEARS or any(map(str.isalpha, line))]


def _edge_lines(lines: Sequence[str], column: int) -> list[str]:
    """Return the first lines with words; a full line is returned as ""."""
    return [line if columns(line) < _FULL_LINE * column else "" for line in islice(filter(None, lines), _EDGE)]


def _join_pages(pages: Sequence[tuple[Sequence[str], Mapping[int, int]]], usual: int) -> Extracted:
    """Join the lines of all pages into paragraphs.

    Args:
        pages: the lines of each page, and the levels of those that are headings by their numbers.
        usual: the width of the document's column.
    """
    words = Counter(word for page, _ in pages for line in page for word in _LETTERS.findall(line))
    text = ""
    places: list[Place] = []
    marks: list[Mark] = []
    last, column, blank = "", usual, False
    for number, (page, levels) in enumerate(pages, 1):
        begins = True
        for at, line in enumerate(page):
            if not line:
                blank = True
                continue
            titled = at in levels or (marks and marks[-1].end == len(text))
            starts = titled or (begins and _is_page_title(line, column))
            if text and not starts and _goes_on(last, line, column, blank):
                text = _ready_for_next_line(text, line, words)
            elif text:
                text += "\n\n"
            if begins:
                places.append(Place(len(text), page=number))
                column, begins = _column_width(page, usual), False
            if at in levels:
                marks.append(Mark(len(text), len(text) + len(line), Kind.HEADING, levels[at]))
            text += line
            last, blank = line, False
    return Extracted(text, tuple(places), tuple(marks))


def _goes_on(last: str, line: str, column: int, blank: bool) -> bool:
    """Return whether a line continues the last one, which had no room for its first word."""
    if _ITEM_START.match(line) or (ends_sentence(last) and (blank or _SECTION_NUMBER.match(line))):
        return False
    first = _FIRST_UNIT.match(line)
    width = columns(last)
    if column - width <= columns(first.group() if first else line):
        return True
    return not ends_sentence(last) and width > column * (_HALF if line[0].islower() else _NEARLY)


def _is_page_title(line: str, column: int) -> bool:
    """Return whether the first line of a page is a title: short and not the end of a sentence, or not running text."""
    if line[0].islower():
        return False
    return column < _NARROWEST or (columns(line) <= _NEARLY * column and not ends_sentence(line))


def _ready_for_next_line(text: str, line: str, words: Counter[str]) -> str:
    """Return the text so far, ready for a line of the same paragraph to be added.

    The hyphen of a word that was divided at the end of the line is removed if the whole word occurs elsewhere.
    """
    if text.endswith("\N{SOFT HYPHEN}"):
        return text[:-1]
    if text[-1] in "-\N{HYPHEN}" and text[-2:-1].isalpha() and line[0].islower():
        first, second = _LETTERS.findall(text[-40:])[-1], _LETTERS.match(line)
        return text[:-1] if second and words[first + second.group()] else text
    return text + separator(text, line)
