"""One question, index -> ``QuestionScore``: the rank of the right passage, and what the answer cited.

A hit is right if it is from the gold source; hits from one source count once. If a set marks evidence only, a hit is
right if it covers at least half of an evidence sentence. A citation counts as evidence if it shares with an evidence
sentence at least half of the shorter of the two.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from qa.answer import Answer, answer_found, look_up
from qa.answering.turns import what_went_before
from qa.errors import QuestionError
from qa.evaluation import metrics
from qa.evaluation.metrics import Rank
from qa.evaluation.questions import Question
from qa.index import Index
from qa.retrieval import Hit, prepare
from qa.search.config import DEFAULT_CONFIG, SearchConfig
from qa.text.source import Source

DEPTH = 10
"""How many distinct hits are looked at: the largest k of the figures."""


@dataclass(frozen=True)
class EvidenceScore:
    """What one answer cited.

    Attributes:
        first: whether the first citation is evidence.
        cited: whether any citation is.
        answer: whether a citation contains an accepted answer.
        citations: how many there are.
        span: whether the words marked in the first citation contain an accepted answer.
        f1: how well they match the nearest accepted answer (`metrics.character_f1`); both are 0 without such words.
    """

    first: bool
    cited: bool
    answer: bool
    citations: int
    span: bool = False
    f1: float = 0.0


@dataclass(frozen=True)
class QuestionScore:
    """The outcome of one question.

    Attributes:
        id, lang, answerable, kind: as in the set.
        same_language: whether the question is in its document's language; None if the set does not say.
        judged: whether the set says where the answer is; retrieval and evidence figures are about these questions.
        rank: place of the first right hit, from 1; None if it is not among the first ten.
        answered: whether it was answered rather than declined.
        confidence: the confidence of the answer, which is the same whether or not it may be declined.
        evidence: what the answer cited; nothing if it was declined.
        forced: what it would have cited if declining had not been allowed.
        shown: how many excerpts were shown, hits and citations.
        verbatim: how many of them are equal to their source's text at their offsets.
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
    kind: str = ""
    same_language: bool | None = None

    @property
    def right(self) -> bool | None:
        """Whether there is an answer and the first citation, if declining had not been allowed, is evidence for it.

        None if there is an answer, but the set does not say where.
        """
        return None if self.answerable and not self.judged else self.judged and self.forced.first


_NOTHING = EvidenceScore(first=False, cited=False, answer=False, citations=0)


def score_question(
    index: Index,
    question: Question,
    depth: int,
    texts: Mapping[str, Source] | None = None,
    config: SearchConfig = DEFAULT_CONFIG,
    history: list[Answer] | None = None,
) -> QuestionScore:
    """Ask one question and compare the answer with what is right.

    Args:
        index: the index to ask.
        question: the question; one that cannot be asked (blank or too long) counts as a miss.
        depth: how many hits to fetch, so that there are ten distinct sources among them.
        texts: the sources as the set has them, by name, to compare every excerpt with; None: the index's own.
        config: how it is answered.
        history: the answers to the turns before it, oldest first, to which its own is added; None to ask it by itself,
            in its complete form.
    """
    judged = question.is_judged
    try:
        query = prepare(index, question.question if history is None else question.turn)
        before = None if history is None else what_went_before(index, history)
        found = look_up(index, query, depth, config=config, before=before)
        result = answer_found(index, found, depth, config)
        if history is not None:
            history.append(replace(result, question=query.question))
        forced = result if result.answered else answer_found(index, found, depth, replace(config, bold=0.0))
    except QuestionError:
        return QuestionScore(
            question.id, question.lang, question.answerable, judged, None, False, 0.0, _NOTHING, _NOTHING, 0, 0,
            question.kind, question.is_same_language,
        )  # fmt: skip
    shown = [(hit.passage.source, hit.start, hit.end, hit.text) for hit in result.hits]
    shown += [(cited.source, cited.start, cited.end, cited.quote) for cited in result.citations]
    return QuestionScore(
        id=question.id,
        lang=question.lang,
        answerable=question.answerable,
        judged=judged,
        rank=_rank_of_right_hit(result.hits, question),
        answered=result.answered,
        confidence=forced.confidence,
        evidence=_score_citations(result, question),
        forced=_score_citations(forced, question),
        shown=len(shown),
        verbatim=sum((texts or index.sources)[name].text[start:end] == text for name, start, end, text in shown),
        kind=question.kind,
        same_language=question.is_same_language,
    )


def _rank_of_right_hit(hits: Sequence[Hit], question: Question) -> Rank:
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


def _score_citations(result: Answer, question: Question) -> EvidenceScore:
    right = {cited.n: question.is_answered_by(cited.source, cited.start, cited.end) for cited in result.citations}
    words = result.span.quote if result.span else ""
    return EvidenceScore(
        first=right.get(1, False),
        cited=any(right.values()),
        answer=metrics.holds_answer((cited.quote for cited in result.citations), question.answers),
        citations=len(result.citations),
        span=metrics.holds_answer([words], question.answers),
        f1=metrics.character_f1(words, question.answers),
    )
