"""Index -> suggestions: questions to ask first, each one tried and answered with the sentence it was made from.

Questions are made from sentences by rules and kept only if the round trip closes (Alberti et al. 2019, "Synthetic QA
Corpora Generation with Roundtrip Consistency"): when the index is asked, citation [1] is the sentence that the
question was made from.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass

from qa.answer import answer
from qa.index import Index
from qa.search.lexical import fold
from qa.suggestions.candidates import Candidate, Place, candidates

COUNT = 12
MOST_TRIED = 40
"""The most candidates to try; each costs as much as a question."""

_MOST_OF = defaultdict(lambda: 4, about=3, event=2, said=2)
"""The most suggestions of one kind."""

# What a candidate loses for each similar one that was kept or tried before.
_SAME_KIND_KEPT = 0.2
_SAME_REGION_KEPT = 0.3
_SAME_REGION_TRIED = 0.06


@dataclass(frozen=True)
class Suggestion:
    """A question that the index answers.

    Attributes:
        question: the question, in the language of its text.
        source: name of the source that answers it.
        start: 0-based offset, in code points, of the sentence that is cited first.
        end: offset after that sentence.
    """

    question: str
    source: str
    start: int
    end: int


@dataclass(frozen=True)
class Trial:
    """The suggestions, and how many candidates there were and how many of them were tried."""

    suggestions: tuple[Suggestion, ...]
    candidates: int
    tried: int


def suggest(index: Index, count: int = COUNT) -> tuple[Suggestion, ...]:
    """Return up to ``count`` questions, best first, spread over sections and sources; the same ones each time.

    Raises:
        ModelError, IndexMismatchError: the model of the index cannot be loaded.
    """
    return attempt(index, count).suggestions


def attempt(index: Index, count: int = COUNT) -> Trial:
    """Return the suggestions of :func:`suggest` with the number of candidates made and tried."""
    pool = candidates(index)
    made = len(pool)
    kept: dict[Suggestion, Candidate] = {}
    tried: Counter[tuple[str, int]] = Counter()
    while len(kept) < count and tried.total() < MOST_TRIED:
        kinds = Counter(one.draft.kind for one in kept.values())
        pool = [c for c in pool if kinds[c.draft.kind] < _MOST_OF[c.draft.kind] and not _repeats(c, kept)]
        if not pool:
            break
        best = max(pool, key=lambda candidate: _worth(candidate, list(kept.values()), tried))
        pool.remove(best)
        tried[best.region] += 1
        place = cited_first(index, best.draft.question)
        if place in best.answers and not any(place == (one.source, one.start, one.end) for one in kept):
            kept[Suggestion(best.draft.question, *place)] = best
    return Trial(tuple(kept), made, tried.total())


def cited_first(index: Index, question: str) -> Place | None:
    """Return the sentence that the answer cites first; None if the question is declined."""
    citations = answer(index, question).citations
    return (citations[0].source, citations[0].start, citations[0].end) if citations else None


def _worth(candidate: Candidate, kept: list[Candidate], tried: Counter[tuple[str, int]]) -> float:
    return (
        candidate.draft.quality
        - _SAME_KIND_KEPT * sum(one.draft.kind == candidate.draft.kind for one in kept)
        - _SAME_REGION_KEPT * sum(one.region == candidate.region for one in kept)
        - _SAME_REGION_TRIED * tried[candidate.region]
    )


def _repeats(candidate: Candidate, kept: dict[Suggestion, Candidate]) -> bool:
    """Return whether a kept suggestion is about the same subject, or kept ones use all sentences of the candidate."""
    subject = fold(candidate.draft.subject)[0]
    places = {(one.source, one.start, one.end) for one in kept}
    return places.issuperset(candidate.answers) or any(
        subject in other or other in subject for other in (fold(one.draft.subject)[0] for one in kept.values())
    )
