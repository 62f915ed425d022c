"""Spans of a source -> numbered citations that are checked against it.

The invariant that everything here serves: ``source.text[start:end] == quote``, or the quote is not shown.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from enum import Enum

from qa.text.source import Source

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Citation:
    """An excerpt and where it stands.

    Attributes:
        n: its number in the answer, from 1.
        source: name of the source.
        start: 0-based offset of the first code point of the excerpt in the source's text.
        end: offset after the last one.
        quote: the excerpt itself, ``text[start:end]``.
        page: of a document with pages, the one it begins on, from 1.
        time: of a film's subtitles, when it begins, in seconds.
    """

    n: int
    source: str
    start: int
    end: int
    quote: str
    page: int | None = None
    time: float | None = None

    def to_dict(self) -> dict[str, str | int | float]:
        """As programs get it; ``page`` and ``time`` where there is such a thing."""
        return {key: value for key, value in asdict(self).items() if value is not None}


def cite(spans: Iterable[tuple[str, int, int]], sources: Mapping[str, Source]) -> list[Citation]:
    """Numbers spans, given as (source, start, end), from 1 in their order; quotes are cut from the sources."""
    return [
        _at(Citation(n, name, start, end, sources[name].text[start:end]), sources[name], start)
        for n, (name, start, end) in enumerate(spans, 1)
    ]


def _at(citation: Citation, source: Source, start: int) -> Citation:
    """A citation whose words stand in a source from ``start`` on."""
    page, time = (place.page, place.time) if (place := source.place(start)) else (None, None)
    end = start + len(citation.quote)
    return replace(citation, source=source.name, start=start, end=end, page=page, time=time)


def clock(seconds: float) -> str:
    """A moment of a film: 0:01:31."""
    minutes, second = divmod(int(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{second:02}"


def verify(citation: Citation, sources: Mapping[str, Source]) -> bool:
    """Whether the quote stands in the source at its offsets, word for word."""
    source = sources.get(citation.source)
    return (
        source is not None
        and 0 <= citation.start < citation.end <= len(source.text)
        and source.text[citation.start : citation.end] == citation.quote
    )


def verified(citations: Iterable[Citation], sources: Mapping[str, Source]) -> list[Citation]:
    """The citations that hold, numbered anew from 1; each that does not is dropped and logged."""
    kept: list[Citation] = []
    for citation in citations:
        if verify(citation, sources):
            kept.append(replace(citation, n=len(kept) + 1))
        else:
            span = (citation.n, citation.start, citation.end)
            _log.warning("dropped a citation that is not in its source: [%d] %d-%d", *span)
            _log.debug("it was %r of %r", citation.quote, citation.source)
    return kept


class Standing(Enum):
    """What has become of a citation whose texts may have changed since."""

    VALID = "valid"
    """Its words stand where they stood, in the same text, which may have another name now."""
    MOVED = "moved"
    """Its words stand elsewhere: in the text of that name at another place, or in another text."""
    GONE = "gone"
    """Its words stand in none of the texts."""


def recheck(citation: Citation, sha256: str, sources: Mapping[str, Source]) -> tuple[Standing, Citation]:
    """Looks for a citation of an earlier day in the present sources.

    Args:
        citation: as it was shown then.
        sha256: of the text it came from; tells a renamed text from another one.
        sources: the present ones.

    Returns:
        What has become of it, and the citation with its present source and offsets; of one that is gone, as it
        was. One that is not gone holds: ``verify(citation, sources)``. Of several places with the same words
        it is the nearest one in the same text, else the first in the order of the sources.
    """
    if not citation.quote:
        return Standing.GONE, citation
    same = [name for name, source in sources.items() if source.sha256 == sha256]
    for name in sorted({*same, citation.source} & set(sources), key=lambda name: name != citation.source):
        if verify(replace(citation, source=name), sources):
            return Standing.VALID, _at(citation, sources[name], citation.start)
    own = sources.get(citation.source)
    if own is not None and (start := _nearest(own.text, citation.quote, citation.start)) >= 0:
        return Standing.MOVED, _at(citation, own, start)
    for source in sources.values():
        if (start := source.text.find(citation.quote)) >= 0:
            return Standing.MOVED, _at(citation, source, start)
    return Standing.GONE, citation


def _nearest(text: str, quote: str, start: int) -> int:
    """Where the quote stands nearest to an offset; -1 where it does not."""
    start = max(0, min(start, len(text)))
    before, after = text.rfind(quote, 0, start + len(quote)), text.find(quote, start)
    if -1 in (before, after):
        return max(before, after)
    return before if start - before <= after - start else after
