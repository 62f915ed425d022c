"""PDF -> its text, and where each page begins (pypdf).

A PDF knows no paragraphs, only lines: those that have no room for the next word run on in the next line, also over
the edge of a page if no title stands there. What stands at the edge of most pages is no part of the text.
"""

from __future__ import annotations

import io
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from itertools import islice, takewhile
from typing import Any

import pypdf
from pypdf.errors import DependencyError, LimitReachedError, PyPdfError

from qa.reading.extraction import Extracted, UnreadableError
from qa.reading.extraction.lines import ends, join
from qa.text.sentences import columns
from qa.text.source import Place

MOST_PAGES = 10_000
_FULL = 0.85
"""Share of the column from which on a line is part of the text, whatever it looks like."""
_COLUMN = 0.15
"""Share of a page's lines, at least two, that are about as wide as its column."""
_NEARLY, _HALF = 0.75, 0.5
"""Shares of the column from which on a line goes on where no sentence ends: letters are not all of one width. The
second is for a line that goes on in small letters."""
_NARROWEST = 40
"""Columns that running text fills at the least; what is narrower, as on slides, ends with its page."""
_EDGE = 3
"""Lines at the top and the bottom of a page that may be no part of the text."""
_FEWEST_REPEATED = 3
_NUMBER = re.compile(
    r"[^\w.]*(?:p\.|pp\.|page|seite|página|pagina|стр\.|第)?\s*(\d{1,5})(?:\s*(?:/|／|of|von|de|из)\s*\d{1,5})?"
    r"\s*(?:ページ|頁|页|쪽)?[^\w.]*",
    re.IGNORECASE,
)
_YEARS = range(1000, 2100)
"""Numbers that, where nothing says that they are pages', may as well be the years of a chronicle."""
_ITEM = re.compile(
    r"\s*(?:[-*•‣◦・●○■□◆▪]|\(?\d{1,3}[.)）．]|[（(][\d一二三四五六七八九十]+[)）]"
    r"|第[\d〇一二三四五六七八九十]+[章節条])"
)
_NUMBERED = re.compile(r"\d{1,2}(?:\.\d{1,2})*\s")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]|(?<![\w./])(?:/g[0-9A-Z]{1,3}){2,}(?!\.?[\w/])")
"""No letters, and glyphs of which nobody knows what they mean; within a word they are part of an address."""
_WRITTEN_IN = ("/Tx", "/Ch")
"""Fields of a form that hold words: lines to write in, and choices."""
_BROKEN = (PyPdfError, AttributeError, ValueError, KeyError, TypeError, IndexError, RecursionError)
_PASSWORD = 1 << 13
_UNSEEN = 0b100010
"""What a PDF says of a field that is hidden or not shown on screens."""
_WORD = re.compile(r"[^\W\d_]+")
_FIRST = re.compile(r"[\x21-\x7e\u00a1-\u02af\u0370-\u052f]+|\S")
"""The first word of a line, or its first sign in scripts that break lines anywhere."""

_RADICALS = "⺟母⺠民⻁虎⻄西⻑長⻘青⻝食⻤鬼⻨麦⻩黄⻫斉⻭歯⻯竜⻲亀"
_FORMS = ((0x2F00, 0x2FD6), (0xFB00, 0xFB07), (0xFB50, 0xFDFC), (0xFE10, 0xFE1A), (0xFE30, 0xFE50), (0xFE70, 0xFEFD))
_MEANT: dict[int, str | None] = {
    **{ord(radical): meant for radical, meant in zip(_RADICALS[::2], _RADICALS[1::2], strict=True)},
    **{code: unicodedata.normalize("NFKC", chr(code)) for first, end in _FORMS for code in range(first, end)},
    0xFEFF: None,
}
"""What fonts give for letters of the same form: radicals, ligatures, signs of vertical lines, Arabic letters as they
stand in a word. What was written, and is looked for, is on the right."""


def read(data: bytes) -> Extracted:
    """The pages' text with their numbers; a page that cannot be read is passed over.

    Raises:
        UnreadableError: it is no such document, needs a password, or is too large.
    """
    try:
        document = pypdf.PdfReader(io.BytesIO(data))
        if document.is_encrypted and not document.decrypt(""):
            raise UnreadableError("encrypted")
        if len(document.pages) > MOST_PAGES:
            raise UnreadableError("large")
        pages = [_lines(page) for page in document.pages]
    except DependencyError as error:  # an encryption that needs a library
        raise UnreadableError("encrypted") from error
    except LimitReachedError as error:
        raise UnreadableError("large") from error
    except PyPdfError as error:
        raise UnreadableError("damaged") from error
    if pages and all(page is None for page in pages):
        raise UnreadableError("damaged")
    read_pages = [page or [] for page in pages]
    column = _column([line for page in read_pages for line in page])
    kept = _without_edges(read_pages, column)
    return _run_on([lines + _filled(page) for lines, page in zip(kept, document.pages, strict=True)], column)


def _lines(page: pypdf.PageObject) -> list[str] | None:
    """The lines of a page; None where its content cannot be read."""
    try:
        text = page.extract_text()
    except (LimitReachedError, DependencyError):
        raise
    except (PyPdfError, ValueError, KeyError, TypeError, IndexError):
        return None
    return [_cleaned(line) for line in text.splitlines()]


def _filled(page: pypdf.PageObject) -> list[str]:
    """What is written in the fields of a page's form, each an item with its name; a broken one is passed over."""
    found = []
    with suppress(*_BROKEN):
        for annotation in page.annotations or ():
            with suppress(*_BROKEN):
                found.append(_written(annotation.get_object()))
    return [line for line in found if line]


def _written(field: Any) -> str:
    """What is written in a field that is seen, with the field's name; "" where nothing is, or a password."""
    unseen = int(field["/F"]) & _UNSEEN if "/F" in field else 0
    secret = int(field.get_inherited("/Ff") or 0) & _PASSWORD
    value = field.get_inherited("/V")
    if field.get_inherited("/FT") not in _WRITTEN_IN or unseen or secret:
        return ""
    if not isinstance(value, str) or not value.strip():
        return ""
    name = str(field.get_inherited("/TU") or field.get_inherited("/T") or "").rstrip(" :：")
    return _cleaned(f"- {name}: {value}" if name else f"- {value}")


def _cleaned(line: str) -> str:
    return " ".join(_CONTROL.sub("", line.translate(_MEANT)).split())


def _column(lines: Sequence[str], otherwise: int = 0) -> int:
    """How wide the column is: the widest line that is not alone in being so."""
    widths = sorted(map(columns, filter(None, lines)), reverse=True)
    fewest = max(2, _COLUMN * len(widths))
    alike = (width for n, width in enumerate(widths) if sum(_FULL * width <= one for one in widths[n:]) >= fewest)
    return next(alike, otherwise)


def _without_edges(pages: Sequence[Sequence[str]], column: int) -> list[list[str]]:
    """The pages without their numbers and what stands at the same edge of most.

    A full line is part of the text, whatever it looks like. Of running heads the first stays: it may be the title.
    """
    kept = [list(page) for page in pages]
    for side in (0, -1):
        edges = [_outermost(page if side == 0 else page[::-1], column) for page in kept]
        fewest = max(_FEWEST_REPEATED, len(pages) / 2)
        seen = Counter(line for lines in edges for line in set(lines) if line)
        repeated = {line for line, n in seen.items() if n >= fewest}
        before = len(pages) + 1  # a volume before this one may have had as many pages
        ahead = Counter(number - n for n, lines in enumerate(edges) for number in set(_numbers(lines, n + before)))
        offset, times = ahead.most_common(1)[0] if ahead else (0, 0)
        titles = set(repeated) if side == 0 else set()
        for n, (lines, edge) in enumerate(zip(kept, edges, strict=True)):
            own = {line for line in edge if times >= fewest and _numbers([line], n + before) == [n + offset]}
            for line in takewhile((repeated | own).__contains__, edge):
                while not lines[side]:
                    lines.pop(side)
                if line in titles:
                    titles.remove(line)
                    break
                lines.pop(side)
                own.discard(line)
    return kept


def _numbers(lines: Sequence[str], most: int) -> list[int]:
    """The numbers that stand alone in a line; of larger ones than ``most`` none that may be a year."""
    found = [(int(match.group(1)), line) for line in lines if (match := _NUMBER.fullmatch(line))]
    return [n for n, line in found if n <= most or n not in _YEARS or any(map(str.isalpha, line))]


def _outermost(lines: Sequence[str], column: int) -> list[str]:
    """The first lines with words; one that is full as ""."""
    return [line if columns(line) < _FULL * column else "" for line in islice(filter(None, lines), _EDGE)]


def _run_on(pages: Sequence[Sequence[str]], usual: int) -> Extracted:
    words = Counter(word for page in pages for line in page for word in _WORD.findall(line))
    text = ""
    places: list[Place] = []
    last, column, blank = "", usual, False
    for number, page in enumerate(pages, 1):
        begins = True
        for line in page:
            if not line:
                blank = True
                continue
            if text and _goes_on(last, line, column, blank) and not (begins and _begins_anew(line, column)):
                text = _joined(text, line, words)
            elif text:
                text += "\n\n"
            if begins:
                places.append(Place(len(text), page=number))
                column, begins = _column(page, usual), False
            text += line
            last, blank = line, False
    return Extracted(text, tuple(places))


def _goes_on(last: str, line: str, column: int, blank: bool) -> bool:
    """Whether a line is of one paragraph with the last: that one had no room for its first word."""
    if _ITEM.match(line) or (ends(last) and (blank or _NUMBERED.match(line))):
        return False
    first = _FIRST.match(line)
    width = columns(last)
    if column - width <= columns(first.group() if first else line):
        return True
    return not ends(last) and width > column * (_HALF if line[0].islower() else _NEARLY)


def _begins_anew(line: str, column: int) -> bool:
    """Whether the first line of a page is a title: short without ending a sentence, or not of running text at all."""
    if line[0].islower():
        return False
    return column < _NARROWEST or (columns(line) <= _NEARLY * column and not ends(line))


def _joined(text: str, line: str, words: Counter[str]) -> str:
    """The text so far, ready for a line of the same paragraph: a word that was parted is whole again."""
    if text.endswith("\N{SOFT HYPHEN}"):
        return text[:-1]
    if text[-1] in "-\N{HYPHEN}" and text[-2:-1].isalpha() and line[0].islower():
        first, second = _WORD.findall(text[-40:])[-1], _WORD.match(line)
        return text[:-1] if second and words[first + second.group()] else text
    return text + join(text, line)
