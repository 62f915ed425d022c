"""Spans of sources -> numbered citations, each checked against its source.

The invariant: ``source.text[start:end] == quote``, or the quote is not shown. All offsets are 0-based code points into
a source's text, end exclusive.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from enum import Enum

from qa.text.source import Source

_log = logging.getLogger(__name__)


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
    """

    n: int
    source: str
    start: int
    end: int
    quote: str
    page: int | None = None
    time: float | None = None

    def to_dict(self) -> dict[str, str | int | float]:
        """Return the citation as the shell and HTTP print it; ``page`` and ``time`` only where they are known."""
        return {key: value for key, value in asdict(self).items() if value is not None}


def cite(spans: Iterable[tuple[str, int, int]], sources: Mapping[str, Source]) -> list[Citation]:
    """Return a citation of each span, given as (source, start, end), numbered from 1; the sources give the quotes."""
    return [
        at_place(Citation(n, name, start, end, sources[name].text[start:end]), sources[name], start)
        for n, (name, start, end) in enumerate(spans, 1)
    ]


def at_place(citation: Citation, source: Source, start: int) -> Citation:
    """Return the citation at the place where its words are in a source: from ``start`` (0-based code point) on."""
    page, time = (place.page, place.time) if (place := source.place(start)) else (None, None)
    end = start + len(citation.quote)
    return replace(citation, source=source.name, start=start, end=end, page=page, time=time)


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


def verified(citations: Iterable[Citation], sources: Mapping[str, Source]) -> list[Citation]:
    """Return the citations that are in their sources, renumbered from 1; drop and log the others."""
    kept: list[Citation] = []
    for citation in citations:
        if verify(citation, sources):
            kept.append(replace(citation, n=len(kept) + 1))
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
