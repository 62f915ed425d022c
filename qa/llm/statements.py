"""A reply's text -> its sentences, each with the numbers it cites.

    "It opens at nine [2]. Lunch is free. [1][3]"  ->  "It opens at nine [2]." cites 2; "Lunch is free. [1][3]" 1 and 3

Offsets are 0-based code points into the reply, end exclusive. Every letter and digit of the reply is in a sentence.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass

import regex

from qa.text.paragraphs import Span, trim
from qa.text.sentences import split_paragraph

MARK = regex.compile(
    r"[ \u3000]*(?:\[\s*(?P<n>\d{1,3}(?:\s*[,、，;–-]\s*\[?\d{1,3})*)\s*\]"
    r"|［\s*(?P<wide>\d{1,3}(?:\s*[,、，]\s*\d{1,3})*)\s*］"
    r"|【\s*(?P<thick>\d{1,3})(?:†[^】]{0,40})?】)"
)
"""[2], [1, 3], [1-3], ［２］ and 【2†source】, which some models write."""
_RANGE = regex.compile(r"(\d+)(?:\s*[–-]\s*(\d+))?")
_LONGEST_RANGE = 20
_BULLET = regex.compile(r"(?:[-*+•・‣]|\d{1,2}[.)])[ \t\u3000]+|#{1,6}[ \t]+")


@dataclass(frozen=True)
class Statement:
    """A sentence of a reply.

    Attributes:
        start, end: its place in the reply, with its marks.
        words: what it says, without its marks and the bullet before it.
        cited: the numbers it cites, in order, each once.
    """

    start: int
    end: int
    words: str
    cited: tuple[int, ...]


def statements_of(reply: str) -> list[Statement]:
    """Return the sentences of a reply, in order."""
    found: list[Statement] = []
    at = 0
    for line in reply.splitlines(keepends=True):
        found += _in_line(line, at)
        at += len(line)
    return found


def _in_line(line: str, at: int) -> list[Statement]:
    """Return the sentences of one line, which begins at an offset of the reply."""
    marks = list(MARK.finditer(line))
    kept, places = _without(line, [mark.span() for mark in marks])
    bullet = _BULLET.match(kept.lstrip())
    first = len(kept) - len(kept.lstrip()) + (bullet.end() if bullet else 0)
    spans = [span for span in split_paragraph(kept, first, len(kept)) if any(map(str.isalnum, kept[slice(*span)]))]
    if not spans:  # nothing but marks and signs: shown if it says nothing, else struck
        start, end = trim(line, 0, len(line))
        cited = _numbers(marks)
        return [Statement(at + start, at + end, "", cited)] if cited else []
    begins = [0, *(places[span[0]] for span in spans[1:])]
    owners: list[list[regex.Match[str]]] = [[] for _ in spans]
    for mark in marks:  # one that stands between two sentences belongs to the one before
        before = bisect_left(places, mark.start())
        owners[max(0, bisect_right([span[0] for span in spans], before - 1) - 1)].append(mark)
    result = []
    for number, (begin, span) in enumerate(zip(begins, spans, strict=True)):
        own = owners[number]
        last = max([places[span[1] - 1] + 1, *(mark.end() for mark in own)])
        start, end = trim(line, begin, last)
        result.append(Statement(at + start, at + end, kept[slice(*span)], _numbers(own)))
    return result


def _without(line: str, cuts: list[Span]) -> tuple[str, list[int]]:
    """Return a line without some parts, and for each code point left its place in the line."""
    places: list[int] = []
    at = 0
    for start, end in cuts:
        places += range(at, start)
        at = end
    places += range(at, len(line))
    return "".join(line[place] for place in places), places


def _numbers(marks: list[regex.Match[str]]) -> tuple[int, ...]:
    found: list[int] = []
    for mark in marks:
        for first, last in _RANGE.findall(mark["n"] or mark["wide"] or mark["thick"]):
            start, end = int(first), int(last or first)
            found += range(start, min(end, start + _LONGEST_RANGE) + 1) if end >= start else (start, end)
    return tuple(dict.fromkeys(found))
