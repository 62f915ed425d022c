"""Index -> suggestions: questions to ask first, each one tried and answered with the sentence it was made from.

Questions are made from sentences by rules and kept only if the round trip closes (Alberti et al. 2019, "Synthetic QA
Corpora Generation with Roundtrip Consistency"): when the index is asked, citation [1] is the sentence that the
question was made from, or a whole reply that holds it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass

from qa.answer import answer
from qa.index import Index
from qa.search.lexical import fold
from qa.suggestions.candidates import Candidate, Place, candidates

COUNT, COUNT_OF_EACH = 12, 3
MOST_TRIED, TRIED_OF_EACH = 40, 6
"""The most candidates to try; each costs as much as a question."""
MOST_SOURCES = 16
"""Of more sources, the counts above are no greater than of so many."""

_MOST_OF = defaultdict(lambda: 4, about=3, event=2, said=2)
"""The most suggestions of one kind, from one source."""

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
        start: 0-based offset, in code points, of what is cited first: a sentence, or a whole reply.
        end: offset after it.
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


def most(sources: int, one: int = COUNT, each: int = COUNT_OF_EACH) -> int:
    """Return how many suggestions there are of so many sources at most: ``one`` of one, or ``each`` of each if more."""
    return max(one, each * min(sources, MOST_SOURCES))


def suggest(index: Index, count: int | None = None) -> tuple[Suggestion, ...]:
    """Return up to ``count`` questions, from each source in turn, its best first; the same ones each time.

    Within a source they are spread over its sections. ``count`` is ``most`` of the sources unless it is given.

    Raises:
        ModelError, IndexMismatchError: the model of the index cannot be loaded.
    """
    return attempt(index, count).suggestions


def attempt(index: Index, count: int | None = None) -> Trial:
    """Return the suggestions of :func:`suggest` with the number of candidates made and tried."""
    pool = candidates(index)
    made = len(pool)
    kept: dict[Suggestion, Candidate] = {}
    tried: Counter[tuple[str, int]] = Counter()
    wanted = most(len(index.sources)) if count is None else count
    limit = most(len(index.sources), MOST_TRIED, TRIED_OF_EACH)
    while len(kept) < wanted and tried.total() < limit:
        kinds = Counter((one.region[0], one.draft.kind) for one in kept.values())
        pool = [c for c in pool if kinds[c.region[0], c.draft.kind] < _MOST_OF[c.draft.kind] and not _repeats(c, kept)]
        if not pool:
            break
        turn = _whose_turn(pool, kept, tried)
        best = max(
            (one for one in pool if one.region[0] == turn),
            key=lambda candidate: _worth(candidate, list(kept.values()), tried),
        )
        pool.remove(best)
        tried[best.region] += 1
        place = cited_first(index, best.draft.question)
        if place and _holds_one(place, best.answers) and place not in ((k.source, k.start, k.end) for k in kept):
            kept[Suggestion(best.draft.question, *place)] = best
    return Trial(tuple(kept), made, tried.total())


def _holds_one(place: Place, answers: tuple[Place, ...]) -> bool:
    """Return whether what is cited is one of these sentences, or holds one of them, as a whole reply does."""
    source, start, end = place
    return any(source == one[0] and start <= one[1] and one[2] <= end for one in answers)


def cited_first(index: Index, question: str) -> Place | None:
    """Return what the answer cites first; None if the question is declined."""
    citations = answer(index, question).citations
    return (citations[0].source, citations[0].start, citations[0].end) if citations else None


def _whose_turn(pool: list[Candidate], kept: dict[Suggestion, Candidate], tried: Counter[tuple[str, int]]) -> str:
    """Return the source with the fewest suggestions, of those the one with the fewest trials, of those the first."""
    found = Counter(one.source for one in kept)
    trials: Counter[str] = Counter()
    for (source, _), times in tried.items():
        trials[source] += times
    return min(dict.fromkeys(one.region[0] for one in pool), key=lambda name: (found[name], trials[name]))


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
