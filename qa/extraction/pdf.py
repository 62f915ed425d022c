"""PDF -> its text, and where each page begins (pypdf).

A PDF knows no paragraphs, only lines: those that fill their column run on in the next, also over the edge of
a page. Lines that stand at the edge of most pages, but for their numbers, are no part of the text.
"""

from __future__ import annotations

import io
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from itertools import islice, takewhile

import pypdf
from pypdf.errors import DependencyError, PyPdfError

from qa.extraction import Extracted, Place, UnreadableError
from qa.extraction.lines import ends, join

MOST_PAGES = 10_000
_FULL = 0.85
"""Share of the column's width from which on a line is full; at a space or a long word it is broken earlier."""
_EDGE = 3
"""Lines at the top and the bottom of a page that may be no part of the text."""
_FEWEST_REPEATED = 3
_PAGE_NUMBER = "the number of the page"
_NUMBER = re.compile(
    r"\W*(?:p\.?|pp\.?|page|seite|página|pagina|стр\.?|第)?\s*(?:\d{1,5}|[ivxlc]{1,7})"
    r"(?:\s*(?:/|／|of|von|de|из)\s*\d{1,5})?\s*(?:ページ|頁|页|쪽)?\W*",
    re.IGNORECASE,
)
_ITEM = re.compile(
    r"\s*(?:[-*•‣◦・●○■□◆▪]|\(?\d{1,3}[.)）．]|[（(][\d一二三四五六七八九十]+[)）]"
    r"|第[\d〇一二三四五六七八九十]+[章節条])"
)
_NUMBERED = re.compile(r"\d{1,2}(?:\.\d{1,2})*\s")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


_RADICALS = "⺟母⺠民⻁虎⻄西⻑長⻘青⻝食⻤鬼⻨麦⻩黄⻫斉⻭歯⻯竜⻲亀"
_MEANT: dict[int, str | None] = {
    **{ord(radical): meant for radical, meant in zip(_RADICALS[::2], _RADICALS[1::2], strict=True)},
    0xFEFF: None,
} | {code: unicodedata.normalize("NFKC", chr(code)) for code in (*range(0x2F00, 0x2FD6), *range(0xFB00, 0xFB07))}
"""Radicals that fonts give for the ideographs of the same form, and ligatures: what was written and is looked for."""


def read(data: bytes) -> Extracted:
    """The pages' text with their numbers.

    Raises:
        UnreadableError: it is no such document, needs a password or has too many pages.
    """
    try:
        document = pypdf.PdfReader(io.BytesIO(data))
        if document.is_encrypted and not document.decrypt(""):
            raise UnreadableError("encrypted")
        if len(document.pages) > MOST_PAGES:
            raise UnreadableError("large")
        pages = [_lines(page.extract_text()) for page in document.pages]
    except DependencyError as error:  # an encryption that needs a library
        raise UnreadableError("encrypted") from error
    except PyPdfError as error:
        raise UnreadableError("damaged") from error
    widths = sorted(_width(line) for page in pages for line in page if line)
    column = widths[int(len(widths) * 0.9)] if widths else 0
    return _run_on(_without_edges(pages, column), column)


def _lines(text: str) -> list[str]:
    kept = (_CONTROL.sub("", line) for line in text.translate(_MEANT).splitlines())
    return [" ".join(line.split()) for line in kept]


def _without_edges(pages: Sequence[Sequence[str]], column: int) -> list[list[str]]:
    """The pages without their numbers and what stands at the same edge of most.

    A full line is part of the text, whatever it looks like. Of running heads the first stays: it may be the title.
    """
    kept = [list(page) for page in pages]
    for side in (0, -1):
        edges = [_outermost(page if side == 0 else page[::-1], column) for page in kept]
        seen = Counter(line for lines in edges for line in set(lines) if line)
        repeated = {line for line, n in seen.items() if n >= max(_FEWEST_REPEATED, len(pages) / 2)}
        titles = repeated - {_PAGE_NUMBER} if side == 0 else set()
        for lines, edge in zip(kept, edges, strict=True):
            for line in takewhile(repeated.__contains__, edge):
                while not lines[side]:
                    lines.pop(side)
                if line in titles:
                    titles.remove(line)
                    break
                lines.pop(side)
    return kept


def _outermost(lines: Sequence[str], column: int) -> list[str]:
    """The first lines with words; one that is a page's number as such, one that is full as ""."""
    return [
        _PAGE_NUMBER if _NUMBER.fullmatch(line) else line if _width(line) < _FULL * column else ""
        for line in islice(filter(None, lines), _EDGE)
    ]


def _width(line: str) -> int:
    return sum(1 + (unicodedata.east_asian_width(char) in "WF") for char in line)


def _run_on(pages: Sequence[Sequence[str]], column: int) -> Extracted:
    text = ""
    places: list[Place] = []
    full = blank = False
    for number, page in enumerate(pages, 1):
        begins = True
        for line in page:
            if not line:
                blank = True
                continue
            if text:
                begins_anew = _ITEM.match(line) or (ends(text) and (blank or _NUMBERED.match(line)))
                runs_on = full and not begins_anew
                text += join(text, line) if runs_on else "\n\n"
            if begins:
                places.append(Place(len(text), page=number))
                begins = False
            text += line
            full, blank = _width(line) >= _FULL * column, False
    return Extracted(text, tuple(places))
