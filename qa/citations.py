"""Spans of sources -> numbered citations, each checked against its source.

The invariant: ``source.text[start:end] == quote``, or the quote is not shown. It holds for what a quote stands under
too: its headings, the question it replies to, the words that lead in its list, the names of its columns. All offsets
are 0-based code points into a source's text, end exclusive.
"""

from __future__ import annotations

import logging
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from itertools import takewhile
from types import MappingProxyType
from typing import Any

from qa.text.blocks import Block, ancestors
from qa.text.forms import names_article
from qa.text.marks import Kind
from qa.text.paragraphs import Span
from qa.text.sections import title_of
from qa.text.sentences import split_paragraph
from qa.text.source import Source

_log = logging.getLogger(__name__)


ARTICLE = "article"
"""The kind of a part of a context: the article of a law, whose numbered paragraphs stand under it."""
LONGEST_PART = 2_000
"""Code points of a part of a context. What is longer is left out: it explains nothing at a glance."""
MOST_PARTS = 40
"""Parts of a context, the innermost ones."""
_NO_BLOCKS: Mapping[str, Sequence[Block]] = MappingProxyType({})


@dataclass(frozen=True)
class ContextPart:
    """Something that a citation stands under, and where it is.

    Attributes:
        kind: heading, question, speaker, lead-in, header (a row with the names of columns) or article.
        start: 0-based offset of its first code point in the source's text.
        end: offset after the last one.
        quote: its words, ``text[start:end]``.
    """

    kind: str
    start: int
    end: int
    quote: str

    def to_dict(self) -> dict[str, str | int]:
        """Return the part as the shell and HTTP print it."""
        return {"kind": self.kind, "start": self.start, "end": self.end, "quote": self.quote}


@dataclass(frozen=True)
class AnswerSpan:
    """The words of a citation that answer.

    Attributes:
        source: the source's name.
        start: 0-based offset of its first code point in the source's text.
        end: offset after the last one.
        quote: the words, ``text[start:end]``.
    """

    source: str
    start: int
    end: int
    quote: str

    def is_in(self, citation: Citation) -> bool:
        """Return whether these are words of a citation."""
        at = slice(self.start - citation.start, self.end - citation.start)
        inside = citation.start <= self.start < self.end <= citation.end
        return inside and (self.source, self.quote) == (citation.source, citation.quote[at])

    def to_dict(self) -> dict[str, str | int]:
        """Return the span as the shell and HTTP print it."""
        return {"source": self.source, "start": self.start, "end": self.end, "quote": self.quote}


@dataclass(frozen=True)
class Citation:
    """An excerpt of a source, and where it is.

    Attributes:
        n: its number in the answer, from 1.
        source: the source's name.
        start: 0-based offset of the first code point of the excerpt in the source's text.
        end: offset after the last one.
        quote: the excerpt itself, ``text[start:end]``.
        page: the page it begins on, from 1, if the document has pages.
        time: when it begins, in seconds, if the source has times, as subtitles do.
        kind: what its block is: paragraph, item, row, reply; see `qa.text.marks.Kind`.
        context: what it stands under, outermost first.
        rest: start and end of what is left of a long list or table that is cited up to there; None if nothing is.
    """

    n: int
    source: str
    start: int
    end: int
    quote: str
    page: int | None = None
    time: float | None = None
    kind: str = Kind.PARAGRAPH.value
    context: tuple[ContextPart, ...] = ()
    rest: Span | None = None

    @property
    def headings(self) -> tuple[str, ...]:
        """The headings that it stands under, outermost first; one that repeats the heading above it only once."""
        found = (" ".join(part.quote.split()) for part in self.context if part.kind == Kind.HEADING)
        return tuple(dict.fromkeys(found))

    @property
    def under(self) -> tuple[ContextPart, ...]:
        """What it stands under besides headings."""
        return tuple(part for part in self.context if part.kind != Kind.HEADING)

    def to_dict(self) -> dict[str, Any]:
        """Return the citation as the shell and HTTP print it.

        ``page`` and ``time`` are there only where they are known, ``kind`` only if it is no paragraph, ``context`` only
        if it stands under something, ``rest`` only of a list that goes on.
        """
        told = {"n": self.n, "source": self.source, "start": self.start, "end": self.end, "quote": self.quote}
        known = {"page": self.page, "time": self.time, "kind": None if self.kind == Kind.PARAGRAPH else self.kind}
        context = {"context": [part.to_dict() for part in self.context]} if self.context else {}
        rest = {"rest": {"start": self.rest[0], "end": self.rest[1]}} if self.rest else {}
        return told | {key: value for key, value in known.items() if value is not None} | context | rest


def cite(
    spans: Iterable[tuple[str, int, int]],
    sources: Mapping[str, Source],
    blocks: Mapping[str, Sequence[Block]] = _NO_BLOCKS,
) -> list[Citation]:
    """Return a citation of each span, given as (source, start, end), numbered from 1; the sources give the quotes.

    Args:
        spans: the spans; offsets are 0-based code points, end exclusive.
        sources: name -> Source.
        blocks: name -> the blocks of that source, which give what a span stands under.
    """
    cited = (
        at_place(Citation(n, name, start, end, sources[name].text[start:end]), sources[name], start)
        for n, (name, start, end) in enumerate(spans, 1)
    )
    return [in_context(one, sources[one.source].text, blocks.get(one.source, ())) for one in cited]


def in_context(citation: Citation, text: str, blocks: Sequence[Block]) -> Citation:
    """Return the citation with its kind and its context.

    The context is that of the block that it begins in; the kind is that of its first block that answers anything, so
    that a list with its lead-in is items, and a table with its header rows.

    Args:
        citation: a citation that is in the text.
        text: its source's text.
        blocks: the blocks of that text, in order.
    """
    number = block_at(blocks, citation.start)
    if number is None:
        return replace(citation, kind=Kind.PARAGRAPH.value, context=(), rest=None)
    parts = (_context_part(text, blocks[one]) for one in ancestors(blocks, number)[-MOST_PARTS:])
    context = tuple(part for part in parts if 0 < len(part.quote) <= LONGEST_PART)
    last = block_at(blocks, citation.end - 1)
    own = blocks[number : (number if last is None else last) + 1]
    kind = next((block.kind for block in own if not block.is_context), blocks[number].kind)
    rest = _rest(blocks, last) if last is not None and last > number else None
    return replace(citation, kind=kind.value, context=context, rest=rest)


def _rest(blocks: Sequence[Block], last: int) -> Span | None:
    """Return the span of the items or rows that follow block ``last`` in its list or table; None if there are none."""
    kind, parent = blocks[last].kind, blocks[last].parent
    following = range(last + 1, len(blocks))
    run = list(takewhile(lambda one: (blocks[one].kind, blocks[one].parent) == (kind, parent), following))
    return (blocks[run[0]].start, blocks[run[-1]].end) if run and kind in (Kind.ITEM, Kind.ROW) else None


def block_at(blocks: Sequence[Block], start: int) -> int | None:
    """Return the number of the block that the code point ``start`` is in; None if it is between two blocks."""
    number = bisect_right(blocks, start, key=lambda block: block.start) - 1
    return number if number >= 0 and start < blocks[number].end else None


def _context_part(text: str, block: Block) -> ContextPart:
    kind, start, end = block.kind.value, block.words, block.end
    if block.kind is Kind.HEADING:
        title = title_of(text, block)
        start = text.index(title, block.start, block.end)
        end = start + len(title)
    elif block.kind is Kind.PARAGRAPH:  # the first sentence names an article, the last refers to a list
        sentences = list(split_paragraph(text, block.start, block.end)) or [(block.start, block.end)]
        is_article = names_article(text, block.start, block.end)
        kind, (start, end) = (ARTICLE, sentences[0]) if is_article else (Kind.LEAD_IN.value, sentences[-1])
    return ContextPart(kind, start, end, text[start:end])


def at_place(citation: Citation, source: Source, start: int) -> Citation:
    """Return the citation at the place where its words are in a source: from ``start`` (0-based code point) on.

    It keeps the parts of its context that stand there too; at another place it has none.
    """
    page, time = (place.page, place.time) if (place := source.place(start)) else (None, None)
    end = start + len(citation.quote)
    context = _standing_parts(citation.context, source.text) if start == citation.start else ()
    rest = citation.rest if start == citation.start else None
    return replace(citation, source=source.name, start=start, end=end, page=page, time=time, context=context, rest=rest)


def _standing_parts(context: Iterable[ContextPart], text: str) -> tuple[ContextPart, ...]:
    """Return the parts of a context that are in the text at their offsets, word for word."""
    return tuple(part for part in context if 0 <= part.start < part.end and text[part.start : part.end] == part.quote)


def clock(seconds: float) -> str:
    """Return seconds as hours, minutes and seconds: 0:01:31."""
    minutes, second = divmod(int(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{second:02}"


def verify(citation: Citation, sources: Mapping[str, Source]) -> bool:
    """Return whether the source has the quote at its offsets, word for word."""
    source = sources.get(citation.source)
    return (
        source is not None
        and 0 <= citation.start < citation.end <= len(source.text)
        and source.text[citation.start : citation.end] == citation.quote
    )


def numbered(citations: Iterable[Citation]) -> str:
    """Return the quotes in one text, each followed by its number: ``sentence [1] sentence [2]``."""
    return " ".join(f"{citation.quote} [{citation.n}]" for citation in citations)


def verified(citations: Iterable[Citation], sources: Mapping[str, Source]) -> list[Citation]:
    """Return the citations that are in their sources, renumbered from 1; drop and log the others.

    Parts of their contexts that are not in the source are dropped as well.
    """
    kept: list[Citation] = []
    for citation in citations:
        if verify(citation, sources):
            context = _standing_parts(citation.context, sources[citation.source].text)
            kept.append(replace(citation, n=len(kept) + 1, context=context))
        else:
            span = (citation.n, citation.start, citation.end)
            _log.warning("dropped a citation that is not in its source: [%d] %d-%d", *span)
            _log.debug("its quote was %r, of %r", citation.quote, citation.source)
    return kept


class Standing(Enum):
    """What became of a citation when its sources changed."""

    VALID = "valid"
    """Its words are where they were, in the same text, which may have another name now."""
    MOVED = "moved"
    """Its words are elsewhere: at another place in the text of that name, or in another text."""
    GONE = "gone"
    """Its words are in none of the texts."""


def recheck(
    citation: Citation,
    sha256: str,
    sources: Mapping[str, Source],
    may_hold: Callable[[str], bool] | None = None,
) -> tuple[Standing, Citation]:
    """Look for an earlier citation in the current sources.

    Args:
        citation: the citation as it was shown then.
        sha256: the hash of the text it came from, which identifies the text under a new name.
        sources: the current sources.
        may_hold: returns False for a quote that is known to be in none of them; it saves the search for it.

    Returns:
        What became of it, and the citation with its current source and offsets, which pass ``verify``. Of
        several places with the same words it is the nearest one in the text of that name, else the first in the
        order of the sources. A citation that is gone is returned as it was.
    """
    if not citation.quote:
        return Standing.GONE, citation
    same = [name for name, source in sources.items() if source.sha256 == sha256]
    for name in sorted({*same, citation.source} & set(sources), key=lambda name: name != citation.source):
        if verify(replace(citation, source=name), sources):
            return Standing.VALID, at_place(citation, sources[name], citation.start)
    if may_hold and not may_hold(citation.quote):
        return Standing.GONE, citation
    own = sources.get(citation.source)
    if own is not None and (start := _nearest(own.text, citation.quote, citation.start)) >= 0:
        return Standing.MOVED, at_place(citation, own, start)
    for source in sources.values():
        if source is not own and (start := source.text.find(citation.quote)) >= 0:
            return Standing.MOVED, at_place(citation, source, start)
    return Standing.GONE, citation


def _nearest(text: str, quote: str, start: int) -> int:
    """Return where the quote occurs nearest to an offset; -1 if it does not occur."""
    start = max(0, min(start, len(text)))
    before, after = text.rfind(quote, 0, start + len(quote)), text.find(quote, start)
    if -1 in (before, after):
        return max(before, after)
    return before if start - before <= after - start else after
