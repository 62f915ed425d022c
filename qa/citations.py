"""Spans of a source -> numbered citations that are checked against it.

The invariant that everything here serves: ``source.text[start:end] == quote``, or the quote is not shown.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from qa.sources import Source

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
    """

    n: int
    source: str
    start: int
    end: int
    quote: str


def cite(spans: Iterable[tuple[str, int, int]], sources: Mapping[str, Source]) -> list[Citation]:
    """Numbers spans, given as (source, start, end), from 1 in their order; quotes are cut from the sources."""
    return [
        Citation(n, name, start, end, sources[name].text[start:end]) for n, (name, start, end) in enumerate(spans, 1)
    ]


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
            _log.warning(
                "dropped a citation that is not in its source: [%d] %r %d-%d",
                citation.n,
                citation.source,
                citation.start,
                citation.end,
            )
    return kept
