"""The blocks of a document -> one text with the marks of its lines.

Text and marks are made together, so that every mark is at its line.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

from qa.reading.extraction import Extracted
from qa.text.marks import Kind, Mark
from qa.text.paragraphs import trim
from qa.text.source import Place


class Piece(NamedTuple):
    """A line of a document, or several that belong together.

    Attributes:
        words: its text.
        kind: what the document says that it is; None if it says nothing.
        level: its level, if it is a heading.
    """

    words: str
    kind: Kind | None = None
    level: int = 0


def heading(words: str, level: int) -> Piece:
    """Return a heading with Markdown's marks before it; a level below the sixth becomes the sixth."""
    level = min(level, 6)
    return Piece(f"{'#' * level} {words}", Kind.HEADING, level)


def compose(blocks: Iterable[Sequence[Piece]]) -> Extracted:
    """Return the blocks, separated by a blank line, and their marks. What has no words is left out."""
    parts: list[str] = []
    marks: list[Mark] = []
    at = 0
    for block in blocks:
        gap = "\n\n" if parts else ""
        for piece in block:
            if not piece.words.strip():
                continue
            at += len(gap)
            if piece.kind is not None:
                start, end = trim(piece.words, 0, len(piece.words))
                marks.append(Mark(at + start, at + end, piece.kind, piece.level))
            parts += (gap, piece.words)
            at += len(piece.words)
            gap = "\n"
    return Extracted("".join(parts), marks=tuple(marks))


def join(parts: Iterable[Extracted], pages: Iterable[int] | None = None) -> Extracted:
    """Return texts one after another, separated by a blank line; those without words are left out.

    Args:
        parts: the texts.
        pages: the number of the page that each of them is, if they are pages.
    """
    texts, at, places, marks = list[str](), 0, list[Place](), list[Mark]()
    numbers = iter(pages) if pages is not None else None
    for part in parts:
        page = next(numbers) if numbers is not None else None
        if not part.text.strip():
            continue
        at += 2 if texts else 0
        own = part.places if page is None else (Place(0, page=page),)
        places += [replace(place, start=place.start + at) for place in own]
        marks += [replace(mark, start=mark.start + at, end=mark.end + at) for mark in part.marks]
        texts.append(part.text)
        at += len(part.text)
    return Extracted("\n\n".join(texts), tuple(places), tuple(marks))
