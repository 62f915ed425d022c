"""A long quotation -> the part of it that is in sight at first: what answers, with as much around it as there is room.

Offsets are 0-based code points into the quotation, end exclusive.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence

from qa.citations import block_at
from qa.text.blocks import Block
from qa.text.marks import Kind
from qa.text.paragraphs import Span
from qa.ui.excerpts import Excerpt

ANSWER = 420
"""Code points of a question, its short answer and the quotation below it: about a phone's screen."""
MOST = 220
"""Code points of a quotation that are in sight at first, however short the question is."""
LEAST = 90
"""Code points of a quotation that are always in sight, however long the question is."""
_LEAST_ITEMS = 3
"""Items and rows that are always in sight."""
_SPARED = 24
"""A quotation is not cut for fewer code points than that."""
_PAIR = 2
"""Code points of a term of a text without spaces (`qa.search.lexical`)."""
_SENTENCE_ENDS = ("\n", "。", "！", "？", ". ", "! ", "? ")
_CLAUSE_ENDS = ("、", "，", ", ", "; ", "،")
_WORD = 24
"""Code points of most words."""
_BEFORE = 12
"""Code points before the words that matter, where only one line is in sight."""


def room_for(question: str, short: str, path: str) -> int:
    """Return how many code points of a quotation are in sight below its question, short answer and path."""
    return max(LEAST, min(MOST, ANSWER - len(question) - len(short) - len(path)))


def seen_of(excerpt: Excerpt, room: int) -> Span:
    """Return the part of a quotation that is in sight: around its short answer, or from where the question's words are.

    Lists and tables are cut between their items and rows.
    """
    quote = excerpt.now.quote
    if excerpt.rows or excerpt.lines:
        return 0, _whole_parts(excerpt, room)
    return _around(quote, excerpt.span or _focus(quote, excerpt), room)


def line_of(excerpt: Excerpt) -> Span:
    """Return the part of a quotation that is in sight as one line: from shortly before what the question asks."""
    quote = excerpt.now.quote
    start, _ = excerpt.span or _focus(quote, excerpt)
    return _shortly_before(quote, start), len(quote)


def said_of(excerpt: Excerpt, blocks: Sequence[Block]) -> Span:
    """Return the part of a passage that is in sight as one line: as ``line_of``, but after its headings."""
    start, length = excerpt.now.start, len(excerpt.now.quote)
    said = (block.start for block in _from(blocks, start) if block.kind is not Kind.HEADING)
    first = next(said, start) - start
    first = first if 0 <= first < length else 0
    at, _ = _focus(excerpt.now.quote[first:], excerpt)
    return _shortly_before(excerpt.now.quote, first + at, first), length


def _from(blocks: Sequence[Block], start: int) -> Iterator[Block]:
    number = block_at(blocks, start)
    return iter(()) if number is None else (blocks[at] for at in range(number, len(blocks)))


def _focus(text: str, excerpt: Excerpt) -> Span:
    """Return where the longest term of the question is in a text that shares it; (0, 0) if it has none."""
    folded = text.casefold() if len(text.casefold()) == len(text) else text
    terms = excerpt.hit.terms if excerpt.hit else ()
    for term in sorted((*joined(terms), *terms), key=len, reverse=True):
        at = folded.find(term.casefold())
        if term and at >= 0:
            return at, at + len(term)
    return 0, 0


def joined(terms: Sequence[str]) -> list[str]:
    """Return the terms of a question as a reader knows words: pairs of characters that overlap are one word again."""
    found: list[str] = []
    for term in terms:
        if found and len(term) == _PAIR and not term.isascii() and found[-1].endswith(term[0]):
            found[-1] += term[1]
        else:
            found.append(term)
    return found


def _shortly_before(text: str, at: int, first: int = 0) -> int:
    """Return where a line begins that has an offset in sight: at its sentence, or a few code points before it."""
    for ends in (_SENTENCE_ENDS, _CLAUSE_ENDS):
        begins = max([first, *(text.rfind(end, first, at) + len(end) for end in ends if end in text[first:at])])
        if at - begins <= 2 * _BEFORE:
            return begins
    return min(at, _at_word(text, at - _BEFORE, 1))


def _around(text: str, focus: Span, room: int) -> Span:
    """Return a part of a text of about ``room`` code points around a focus; all of it if hardly anything is spared."""
    if len(text) <= room + _SPARED:
        return 0, len(text)
    start, end = focus
    room = max(room, end - start)
    if end <= room:
        return 0, _at_word(text, room, -1)
    first = max(0, start - (room - (end - start)) // 2)
    last = min(len(text), first + room)
    first = max(0, last - room)
    return (
        min(start, _at_word(text, first, 1)) if first else 0,
        max(end, _at_word(text, last, -1)) if last < len(text) else last,
    )


def _whole_parts(excerpt: Excerpt, room: int) -> int:
    """Return the end of the last item or row that is in sight."""
    ends, at = [], 0
    for row in excerpt.rows:
        at += sum(map(len, row.pieces))
        ends.append(at)
    ends = ends or [line.end for line in excerpt.lines]
    within = [end for end in ends if end <= room]
    last = max(len(within), min(_LEAST_ITEMS, len(ends))) - 1
    rest = len(excerpt.now.quote) - ends[last]
    return ends[last] if rest > _SPARED else len(excerpt.now.quote)


def _at_word(text: str, at: int, by: int) -> int:
    """Return the nearest offset in a direction that is between words, or where no letter is combined with the next."""
    for step in range(_WORD):
        near = at + by * step
        if 0 < near < len(text) and (text[near - 1].isspace() or text[near].isspace()):
            return near
    while 0 < at < len(text) and unicodedata.combining(text[at]):
        at += by
    return min(max(at, 0), len(text))
