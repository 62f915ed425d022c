"""One question, an index -> ``QuestionScore``: where the right passage came, what the answer cited.

A hit is right when it is of the gold source, hits of one source counting once; where a set marks evidence
alone, when it holds at least half of an evidence sentence. A citation is evidence when it shares with an
evidence sentence at least half of the shorter of the two.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from qa.answer import Answer, answer
from qa.errors import QuestionError
from qa.evaluation import metrics
from qa.evaluation.metrics import Rank
from qa.evaluation.questions import Question
from qa.index import Index
from qa.retrieval import Hit
from qa.text.source import Source

DEPTH = 10
"""Distinct places in the list of hits that are looked at, the k of the last figures."""


@dataclass(frozen=True)
class EvidenceScore:
    """What one answer cited: its first citation is evidence, any is, one holds an accepted answer, how many."""

    first: bool
    cited: bool
    answer: bool
    citations: int


@dataclass(frozen=True)
class QuestionScore:
    """One question's outcome.

    Attributes:
        id, lang, answerable: as in the set.
        judged: whether the set says where the answer stands; retrieval and evidence are told of these alone.
        rank: place of the first right hit, from 1; None where it is not among the first ten.
        answered: whether it was answered rather than declined.
        confidence: the answer's own.
        evidence: what the answer cited; all misses where it was declined.
        forced: the same had it not been allowed to decline.
        shown: excerpts shown, hits and citations.
        verbatim: how many of them read as their source does at their offsets.
    """

    id: str
    lang: str
    answerable: bool
    judged: bool
    rank: Rank
    answered: bool
    confidence: float
    evidence: EvidenceScore
    forced: EvidenceScore
    shown: int
    verbatim: int


_NOTHING = EvidenceScore(first=False, cited=False, answer=False, citations=0)


def score_question(
    index: Index, question: Question, depth: int, texts: Mapping[str, Source] | None = None
) -> QuestionScore:
    """Asks one question and compares what comes back with what is right.

    ``texts`` are the sources as the set has them, by name, which every excerpt shown is compared with; where
    the set brings none along, the index's own.
    ``depth`` is how many hits to look through for ten distinct sources. A question that cannot be asked
    (blank or too long) is the set's fault, and a miss all the same.
    """
    judged = question.answerable and bool(question.gold or question.evidence)
    try:
        given = answer(index, question.question, k=depth)
        forced = given if given.answered else answer(index, question.question, k=depth, min_confidence=0.0)
    except QuestionError:
        return QuestionScore(
            question.id, question.lang, question.answerable, judged, None, False, 0.0, _NOTHING, _NOTHING, 0, 0
        )
    shown = [(hit.passage.source, hit.start, hit.end, hit.text) for hit in given.hits]
    shown += [(cited.source, cited.start, cited.end, cited.quote) for cited in given.citations]
    return QuestionScore(
        id=question.id,
        lang=question.lang,
        answerable=question.answerable,
        judged=judged,
        rank=_rank(given.hits, question),
        answered=given.answered,
        confidence=given.confidence,
        evidence=_evidence(given, question),
        forced=_evidence(forced, question),
        shown=len(shown),
        verbatim=sum((texts or index.sources)[name].text[start:end] == text for name, start, end, text in shown),
    )


def _rank(hits: Sequence[Hit], question: Question) -> Rank:
    if question.gold:
        right = [name == question.gold for name in dict.fromkeys(hit.passage.source for hit in hits)]
    else:
        right = [
            any(
                hit.passage.source == evidence.source
                and metrics.covers_half((hit.start, hit.end), (evidence.start, evidence.end))
                for evidence in question.evidence
            )
            for hit in hits
        ]
    return right.index(True) + 1 if True in right[:DEPTH] else None


def _evidence(given: Answer, question: Question) -> EvidenceScore:
    right = {
        cited.n: any(
            cited.source == evidence.source
            and metrics.is_same_sentence((cited.start, cited.end), (evidence.start, evidence.end))
            for evidence in question.evidence
        )
        for cited in given.citations
    }
    return EvidenceScore(
        first=right.get(1, False),
        cited=any(right.values()),
        answer=metrics.holds_answer((cited.quote for cited in given.citations), question.answers),
        citations=len(given.citations),
    )
