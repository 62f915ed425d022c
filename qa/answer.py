"""Question -> an answer in the source's own sentences, each cited; or an abstention.

    question -> hits -> sentences of the hits, scored -> the best ones chosen -> citations, verified -> Answer

No language model writes anything here. The sentences of the passages found are scored one by one; the best comes
first in the answer, and others with a score close to it follow in reading order. Every citation is checked against the
stored source before it leaves this module.
"""

from __future__ import annotations

import warnings
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from qa.citations import Citation, cite, verified
from qa.extents import Extent, extent_of_unit, extents_of
from qa.index import Index
from qa.retrieval import Hit, opened, passages_of, prepare, search
from qa.search.config import DEFAULT_CONFIG, SearchConfig
from qa.search.query import Query
from qa.text.source import Source
from qa.units import ScoredUnit, score_units


def answer(
    index: Index | str | Path,
    question: str,
    k: int = 10,
    *,
    min_confidence: float = DEFAULT_CONFIG.min_confidence,
    sources: str | Collection[str] | None = None,
    floor: float | None = None,
) -> Answer:
    """Answer a question from an index, with citations, or decline it.

    Args:
        index: an open index, or the folder of one.
        question: up to 2,000 code points, in any language.
        k: how many passages to return as ``hits``; one that is cited is returned beyond that number.
        min_confidence: the confidence below which the question is declined; 0 never declines.
        sources: the name of the source to ask, or several names; None for all.
        floor: the former name of ``min_confidence``; it will be removed in the next version.

    Raises:
        QuestionError: the question is empty or too long, or no source is chosen.
        SourceError: the index has no source of that name.
        IndexError_: the folder holds no usable index.
    """
    if floor is not None:
        warnings.warn("answer(floor=...) is now answer(min_confidence=...)", DeprecationWarning, stacklevel=2)
        min_confidence = floor
    index = opened(index)
    among = passages_of(index, sources)
    config = replace(DEFAULT_CONFIG, min_confidence=min_confidence)
    return replace(answer_query(index, prepare(index, question), k, among, config), question=question)


@dataclass(frozen=True)
class Answer:
    """What the sources say to a question.

    Attributes:
        question: the question as asked.
        text: the cited sentences, each followed by its number: ``sentence [1] sentence [2]``; "" when declined.
        citations: at most five; [1] answers best, the others follow in reading order.
        answered: False when nothing found is close enough; then there are no citations.
        confidence: how near the cited sentences come to the question in meaning (MaxSim of the nearest), 0 to 1;
            when declined, that of the sentences that would have been cited.
        hits: the passages found, best first: what was read for an answer, or, when declined, what is related.
        searched_for: the text that was searched for.
    """

    question: str
    text: str
    citations: tuple[Citation, ...]
    answered: bool
    confidence: float
    hits: tuple[Hit, ...]
    searched_for: str

    def to_dict(self) -> dict[str, Any]:
        """Return the answer as the shell and HTTP print it; ``related`` is there only when declined."""
        given = {
            "question": self.question,
            "answered": self.answered,
            "confidence": self.confidence,
            "text": self.text,
            "citations": [citation.to_dict() for citation in self.citations],
            "searched_for": self.searched_for,
        }
        return given if self.answered else given | {"related": [hit.to_dict() for hit in self.hits]}


def answer_query(
    index: Index,
    query: Query,
    k: int,
    among: npt.NDArray[np.int64] | None = None,
    config: SearchConfig = DEFAULT_CONFIG,
) -> Answer:
    """Answer a prepared question, or decline it; only from the passages numbered in ``among``, if given."""
    found = search(index, query, max(k, config.passages_read), among, config)
    units = score_units(index, query, [hit.number for hit in found[: config.passages_read]], config)
    chosen = choose(units, index.sources, config)
    confidence = confidence_of(chosen)
    citations: list[Citation] = []
    if confidence >= config.min_confidence:
        first = extents_of(index, query, chosen[0], units, config.margin)
        spans = islice(_spans(index, first, chosen[1:]), config.max_citations)
        citations = verified(cite(spans, index.sources, index.blocks), index.sources)
    return Answer(
        question=query.question,
        text=" ".join(f"{citation.quote} [{citation.n}]" for citation in citations),
        citations=tuple(citations),
        answered=bool(citations),
        confidence=round(confidence, 4),
        hits=tuple(
            hit for n, hit in enumerate(found) if n < k or any(hit.holds(c.source, c.start, c.end) for c in citations)
        ),
        searched_for=query.question,
    )


def choose(
    units: Sequence[ScoredUnit], sources: Mapping[str, Source], config: SearchConfig = DEFAULT_CONFIG
) -> list[ScoredUnit]:
    """Return the best unit, then those that score close to it, in reading order, without repetitions."""
    ranked = sorted(units, key=lambda unit: -unit.score)
    chosen: list[ScoredUnit] = []
    quoted: set[str] = set()
    for unit in ranked:
        if len(chosen) == config.max_citations or unit.score < ranked[0].score - config.margin:
            break
        quote = "".join(sources[unit.source].text[unit.start : unit.end].split())
        if quote not in quoted:
            quoted.add(quote)
            chosen.append(unit)
    order = {name: number for number, name in enumerate(sources)}
    return chosen[:1] + sorted(chosen[1:], key=lambda unit: (order[unit.source], unit.start))


def _spans(index: Index, first: Sequence[Extent], others: Sequence[ScoredUnit]) -> Iterator[tuple[str, int, int]]:
    """Yield what is cited: what the best unit stands for, then the other units chosen that are not part of that.

    Of the others, those that follow one another in a block are cited as one.
    """
    yield from ((one.source, one.start, one.end) for one in first)
    others = [unit for unit in others if not any(one.holds(unit) for one in first)]
    while others:
        unit = others.pop(0)
        own = extent_of_unit(index, unit)
        end = own.end
        while others and (own.holds(others[0]) or _follows(index, unit, end, others[0])):
            end = max(end, others.pop(0).end)
        yield unit.source, own.start, end


def _follows(index: Index, unit: ScoredUnit, end: int, after: ScoredUnit) -> bool:
    """Return whether only white space stands between the end of a unit and another one of the same block."""
    between = index.sources[unit.source].text[end : after.start]
    return (unit.source, unit.block) == (after.source, after.block) and end <= after.start and not between.strip()


def confidence_of(chosen: Sequence[ScoredUnit]) -> float:
    """Return how near the chosen units come to the question: the best MaxSim among them, from 0 to 1."""
    return max(0.0, min(1.0, max((unit.maxsim for unit in chosen), default=0.0)))
