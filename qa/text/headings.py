"""The lines of a text -> which of them are headings, and how deep, by their form alone.

Headings are Markdown's (``#`` or underlined), and numbered or chapter headings that stand alone in their
paragraph (``01 …``, ``1. …``, ``第三章 …``, ``II. …``, ``Chapter 4 …``, ``■ …``). What the words mean plays no part.

Offsets are 0-based code points into the text, end exclusive.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import regex

from qa.text.markdown import verbatim_spans
from qa.text.sentences import Span, columns, trim


@dataclass(frozen=True)
class Heading:
    """A line that heads what follows it.

    Attributes:
        start: offset of its first code point.
        title: its words, without Markdown's marks.
        level: how deep it is; one with a smaller level contains those with larger ones. Markdown's marks give 1 to 6,
            other forms more.
        signed: whether it begins with a sign (■, 【…】), as headings in the page around an article may, too.
    """

    start: int
    title: str
    level: int
    signed: bool


class _Numbering(NamedTuple):
    """How a line is numbered: place of the scheme in ``_NUMBERED``, full stops in it (1.2.3), a bare number itself."""

    scheme: int
    depth: int
    number: int | None


_DEEPEST_MARK = 6
_MARKED = regex.compile(r"[ \u3000]{0,3}(?P<marks>#{1,6})\s+(?P<title>.*)")
"""Markdown's ``#``. A line that is indented further is code."""
_UNDERLINE = regex.compile(r"\s{0,3}(?:=+|-{2,})\s*\Z")
_SIGNED = regex.compile(r"[■◆▼]\s*\S|【[^】]+】\s*\Z")
"""Headings of an article, and of the lists of other articles at the end of a page (▼関連記事)."""
_NUMERAL = r"(?:\d{1,3}|[IVXLC]{1,7}|[A-Z]\b|one|two|three|four|five|six|seven|eight|nine|ten)"
_NUMBERED = (
    regex.compile(r"\d{1,2}(?P<depth>(?:\.\d{1,2})*)(?:[.．:：、]\s+|[．、]|(?<=\.\d+)\s+|(?<=\b0\d)\s+)\S"),
    regex.compile(r"(?P<plain>\d{1,2})\s+\S"),
    regex.compile(r"第\s?[\d〇一二三四五六七八九十百]+\s?(?:章|[節部編話回条款項篇节卷巻講课課](?=[\s:：]|\Z))"),
    regex.compile(r"제\s?\d+\s?[장절부편](?=[\s:.]|\Z)"),
    regex.compile(r"(?:[IVXLC]{1,7}[.．]\s+|[Ⅰ-Ⅻ][.．、\s]\s*)\S"),
    regex.compile(r"(?:[一二三四五六七八九十]{1,3}[、．]|[（(][一二三四五六七八九十]{1,3}[)）])\s*\S"),
    regex.compile(
        rf"(?i:chapter|part|section|appendix|kapitel|teil|abschnitt|anhang|chapitre|partie|annexe|cap[ií]tulo"
        rf"|parte|secci[óo]n|capitolo|глава|часть|раздел)\s+(?i:{_NUMERAL})(?=[\s.:—–-]|\Z)"
    ),
    _SIGNED,
)
"""Schemes of numbering: 1.2, 3, 第三章, 제1장, IV., 二、, Chapter 4, ■."""
_WIDEST_HEADING = 80
"""Most code points, and most columns, of a heading without Markdown's marks."""
_FULL_STOP = regex.compile(r"""(?V1)[[\p{Sentence_Terminal}།]--[?？]]["'”’」』)）]*\Z""")
"""The end of a sentence: a line that ends so is no heading. Questions may be headings."""


def find_headings(text: str, groups: Sequence[list[Span]]) -> Iterator[Heading]:
    """Yield the headings of ``text`` in order.

    Args:
        text: the text.
        groups: its lines, as :func:`qa.text.sentences.group_lines` gives them.
    """
    skipped = verbatim_spans(text)
    skip_from, skip_to = next(skipped, (len(text), len(text)))
    numberings = [_numbering(text, group) for group in groups]
    bare_numbers = {one.number for one in numberings if one and one.number is not None}
    for i, group in enumerate(groups):
        start, end = trim(text, group[0][0], group[0][1])
        while skip_to <= start < len(text):
            skip_from, skip_to = next(skipped, (len(text), len(text)))
        if skip_from <= start:
            continue
        title = text[start:end]
        signed = _SIGNED.match(title) is not None
        following = groups[i + 1] if i + 1 < len(groups) else None
        if marked := _MARKED.match(text, group[0][0], end):
            if title := _without_closing_marks(marked["title"]):
                yield Heading(start, title, len(marked["marks"]), _SIGNED.match(title) is not None)
        elif following is None or len(group) > 1 or not _fits_heading(title):
            continue
        elif following[0][0] == group[0][1] and _UNDERLINE.match(text, *following[0]):
            yield Heading(start, title, 1 if text[trim(text, *following[0])[0]] == "=" else 2, signed)
        elif (own := numberings[i]) and _heads_a_section(i, numberings, bare_numbers):
            yield Heading(start, title, _DEEPEST_MARK + 1 + own.depth, signed)


def _heads_a_section(i: int, numberings: Sequence[_Numbering | None], bare_numbers: Container[int]) -> bool:
    """Return whether the numbered line of group ``i`` is a heading and not an item of a list.

    Items of a list follow one another. A bare number counts only if the text also has the one before or after it.
    """
    own, following = numberings[i], numberings[i + 1]
    if own and own.number is not None:
        has_neighbour = own.number - 1 in bare_numbers or own.number + 1 in bare_numbers
        return has_neighbour and (following is None or following.number is None)
    return own != following and (i == 0 or own != numberings[i - 1])


def _without_closing_marks(title: str) -> str:
    title = title.strip()
    bare = title.rstrip("#")
    return bare.rstrip() if not bare or bare[-1].isspace() else title


def _numbering(text: str, group: list[Span]) -> _Numbering | None:
    """Return how a line standing alone is numbered, or None if it is not."""
    if len(group) > 1:
        return None
    line = text[slice(*trim(text, *group[0]))]
    for scheme, pattern in enumerate(_NUMBERED):
        if match := pattern.match(line):
            found = match.groupdict()
            number = int(found["plain"]) if found.get("plain") else None
            return _Numbering(scheme, found.get("depth", "").count("."), number)
    return None


def _fits_heading(line: str) -> bool:
    """Return whether a line is short enough for a heading and does not end like a sentence."""
    return len(line) <= _WIDEST_HEADING and columns(line) <= _WIDEST_HEADING and not _FULL_STOP.search(line)
