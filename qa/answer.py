"""Question -> an answer in the source's own sentences, each cited; or an abstention.

    question -> hits -> their units, scored -> read -> the best ones chosen -> citations, verified -> Answer

No language model writes anything here. The sentences of the passages found are scored and read one by one
(`qa.answering`); the best comes first in the answer, and others that answer as well follow in reading order. Every
citation is checked against the stored source before it leaves this module.
"""

from __future__ import annotations

import warnings
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from qa.answering.asked import wanted
from qa.answering.choosing import choose, most_cited, nearness_of
from qa.answering.confidence import calibration_of
from qa.answering.differing import differing
from qa.answering.extents import Extent, extent_of_unit, extents_of
from qa.answering.origin import Origin, origin_of
from qa.answering.parts import parts_of
from qa.answering.readings import can_read
from qa.answering.turns import Before, Turned, look_up_whole, what_went_before
from qa.answering.units import ScoredUnit
from qa.citations import AnswerSpan, Citation, cite, numbered, verified
from qa.index import Index
from qa.retrieval import Hit, opened, passages_of, prepare
from qa.search.config import DEFAULT_CONFIG, Boldness, SearchConfig, checked_boldness
from qa.search.query import Query

if TYPE_CHECKING:
    from qa.llm.written import Written


def answer(
    index: Index | str | Path,
    question: str,
    k: int = 10,
    *,
    bold: Boldness | str | float = Boldness.NORMAL,
    min_confidence: float | None = None,
    reader: str | None = None,
    sources: str | Collection[str] | None = None,
    floor: float | None = None,
    history: Sequence[Answer] = (),
) -> Answer:
    """Answer a question from an index, with citations, or decline it.

    Args:
        index: an open index, or the folder of one.
        question: up to 2,000 code points, in any language.
        k: how many passages to return as ``hits``; one that is cited is returned beyond that number.
        bold: how readily to answer: "low", "normal" or "high", or the confidence below which a question is declined;
            0 never declines.
        min_confidence: that number, instead of ``bold``.
        reader: a question-answering model to read with, by name or folder; None for the packaged reader, which can read
            indexes of the default embedding model.
        sources: the name of the source to ask, or several names; None for all.
        floor: the former name of ``min_confidence``; it will be removed in the next version.
        history: the earlier answers of a conversation, oldest first, which a follow-up such as "and in 2012?" is read
            with (`qa.answering.turns`); without them it is asked as if it were the first. What they cite is compared
            with the present texts before it is used.

    Raises:
        QuestionError: the question is empty or too long, or no source is chosen.
        SourceError: the index has no source of that name.
        IndexError_: the folder holds no usable index.
        ModelError: the reader cannot be loaded.
        ValueError: ``bold`` is neither one of these words nor a number.
    """
    if floor is not None:
        warnings.warn("answer(floor=...) is now answer(min_confidence=...)", DeprecationWarning, stacklevel=2)
        min_confidence = floor
    index = opened(index)
    among = passages_of(index, sources)
    least = checked_boldness(bold if min_confidence is None else min_confidence)
    config = replace(DEFAULT_CONFIG, bold=least, reader=reader)
    before = what_went_before(index, history)
    found = answer_query(index, prepare(index, question), k, among, config, before)
    return replace(found, question=question, origin=origin_of(index, least, reader, sources))


@dataclass(frozen=True)
class Answer:
    """What the sources say to a question.

    Attributes:
        question: the question as asked.
        text: the cited sentences, each followed by its number: ``sentence [1] sentence [2]``; "" when declined.
        citations: at most five; [1] answers best, the others follow in reading order.
        answered: False when nothing found is close enough; then there are no citations.
        confidence: the probability that citation [1] answers the question (`qa.answering.confidence`); when declined,
            that of what would have been cited. For an index of another embedding model than the default one it is how
            near the cited sentences come to the question in meaning (MaxSim of the nearest). 0 to 1.
        hits: the passages found, best first: what was read for an answer, or, when declined, what is related.
        searched_for: the text that was searched for: the question, or the last questions of the conversation and this
            one, if that made another sentence the best.
        differing: the words in other citations that answer differently, and about as surely (`qa.answering.differing`).
        span: the words in citation [1] that answer; None when declined, if the index cannot be read, or if [1] is
            another part of the text than the sentence that was read, such as the deciding row of a table.
        sure: whether the confidence is so high that even the most careful setting would answer; see `sure_confidence`.
        kind: what the reply is: "answer" or "abstention", which follows from ``answered`` if it is not given; of a turn
            that is no question to the texts (`qa.conversation`) "talk", "overview", "list" or "place". Such a turn
            counts as answered, with or without citations, and ``confidence`` is the probability that it is no question.
        turn: what such a turn was taken for, such as "greeting" (`qa.conversation.kinds`); "" for a question.
        outline: the headings of an overview, or the title of each document of a list, all with the number 0.
        suggested: questions that the texts answer, offered with the reply.
        written: what a language model of the user's wrote to the question, each sentence with our verdict
            (`qa.llm`); None without one.
        parts: if the turn was several questions, the answer to each of them, or its abstention, in order
            (`qa.answering.parts`). Their citations are numbered through: all of them together are ``citations``, and
            the other attributes are those of the first part that is answered. Empty for a single question.
        origin: what it was made with; None for a part, or if that is not known.
    """

    question: str
    text: str
    citations: tuple[Citation, ...]
    answered: bool
    confidence: float
    hits: tuple[Hit, ...]
    searched_for: str
    span: AnswerSpan | None = None
    sure: bool = True
    differing: tuple[AnswerSpan, ...] = ()
    kind: str = ""
    turn: str = ""
    outline: tuple[Citation, ...] = ()
    suggested: tuple[str, ...] = ()
    written: Written | None = None
    parts: tuple[Answer, ...] = ()
    origin: Origin | None = None

    def __post_init__(self) -> None:
        if not self.kind:
            object.__setattr__(self, "kind", "answer" if self.answered else "abstention")

    def words_of(self, citation: Citation) -> AnswerSpan | None:
        """Return the words that answer in one of the citations; None if none are marked in it."""
        is_first = bool(self.citations) and citation.n == self.citations[0].n
        marked = (self.span, *self.differing) if is_first else self.differing
        return next((span for span in marked if span and span.is_in(citation)), None)

    def to_dict(self) -> dict[str, Any]:
        """Return the answer as the shell and HTTP print it.

        ``related`` is there only when it is declined; ``turn``, ``outline`` and ``suggested`` only for a turn that is
        no question to the texts; ``parts`` only for several questions; ``written`` only if a language model was asked.
        """
        given: dict[str, Any] = {
            "question": self.question,
            "kind": self.kind,
            "answered": self.answered,
            "confidence": self.confidence,
            "text": self.text,
            "citations": [citation.to_dict() for citation in self.citations],
            "searched_for": self.searched_for,
            "span": self.span.to_dict() if self.span else None,
            "sure": self.sure,
            "differing": [span.to_dict() for span in self.differing],
            **({"origin": self.origin.to_dict()} if self.origin else {}),
        }
        if self.written:
            given["written"] = self.written.to_dict()
        if self.turn:
            outline = [heading.to_dict() for heading in self.outline]
            return given | {"turn": self.turn, "outline": outline, "suggested": list(self.suggested)}
        if self.parts:
            return given | {"parts": [part.to_dict() for part in self.parts]}
        return given if self.answered else given | {"related": [hit.to_dict() for hit in self.hits]}


def least_confidence(index: Index, config: SearchConfig = DEFAULT_CONFIG) -> float:
    """Return the confidence below which a question of this index is declined.

    If the index cannot be read, all words for how bold to be mean the same.

    Raises:
        ValueError: there is no such word.
    """
    bold = checked_boldness(config.bold)
    if not isinstance(bold, Boldness):
        return bold
    return calibration_of(index, config).threshold(bold) if can_read(index, config) else config.min_confidence


def sure_confidence(index: Index, config: SearchConfig = DEFAULT_CONFIG) -> float:
    """Return the confidence from which an answer needs no "possibly"; see ``Calibration.sure``.

    If the index cannot be read, a confidence says too little to doubt an answer: then it is 0.
    """
    return calibration_of(index, config).sure if can_read(index, config) else 0.0


def answer_query(
    index: Index,
    query: Query,
    k: int,
    among: npt.NDArray[np.int64] | None = None,
    config: SearchConfig = DEFAULT_CONFIG,
    before: Before | None = None,
) -> Answer:
    """Answer a prepared question, or decline it; only from the passages numbered in ``among``, if given.

    With what went before in a conversation, it is read as a turn of it.
    """
    return answer_found(index, look_up(index, query, k, among, config, before), k, config)


def look_up(
    index: Index,
    query: Query,
    k: int,
    among: npt.NDArray[np.int64] | None = None,
    config: SearchConfig = DEFAULT_CONFIG,
    before: Before | None = None,
) -> Turned:
    """Return what is found for a prepared question, and what was searched for; arguments as of `answer_query`.

    If it is several questions, that is found for each of them too.
    """
    turned = look_up_whole(index, query, k, among, config, before)
    return replace(turned, parts=parts_of(index, query, turned, k, among, config, before))


def answer_found(index: Index, turned: Turned, k: int, config: SearchConfig = DEFAULT_CONFIG) -> Answer:
    """Answer from what was found, or decline; of several questions each, unless none of them is answered."""
    if turned.parts:
        parts = [answer_found(index, part, k, config) for part in turned.parts]
        if any(part.answered for part in parts):
            return in_parts(turned.query.question, parts)
    found, asked = turned.found, turned.query
    kind = wanted(asked.question)
    chosen = choose(found.units, index.sources, kind, config)
    confidence = found.confidence(calibration_of(index, config)) if found.signs else nearness_of(chosen)
    citations: list[Citation] = []
    if chosen and confidence >= least_confidence(index, config):
        first = extents_of(index, asked, chosen[0], found.units, config)
        most = most_cited(found.units, kind, config)
        spans = islice(_spans(index, first, chosen[1:]), max(most, len(first)))
        citations = verified(cite(spans, index.sources, index.blocks), index.sources)
    return Answer(
        question=turned.said or asked.question,
        text=numbered(citations),
        citations=tuple(citations),
        answered=bool(citations),
        confidence=round(confidence, 4),
        hits=tuple(
            hit
            for n, hit in enumerate(found.hits)
            if n < k or any(hit.holds(c.source, c.start, c.end) for c in citations)
        ),
        searched_for=asked.question,
        span=span_in(index, citations[0], chosen[0]) if citations else None,
        differing=tuple(_differing(index, citations, chosen, config)),
        sure=bool(citations) and confidence >= sure_confidence(index, config),
    )


def in_parts(question: str, parts: Sequence[Answer]) -> Answer:
    """Return the answer to several questions, at least one of them answered, with their citations numbered through.

    What an earlier part has cited is not cited again, unless it is what answers best.
    """
    done: list[Answer] = []
    cited: list[Citation] = []
    for part in parts:
        known = {(one.source, one.start, one.end) for one in cited}
        new = [one for one in part.citations if one.n == 1 or (one.source, one.start, one.end) not in known]
        own = [replace(citation, n=len(cited) + n) for n, citation in enumerate(new, 1)]
        differs = tuple(span for span in part.differing if any(span.is_in(citation) for citation in own))
        done.append(replace(part, citations=tuple(own), text=numbered(own), differing=differs))
        cited += own
    first = next(part for part in done if part.answered)
    hits = {hit.number: hit for part in done for hit in part.hits}
    return replace(
        first,
        question=question,
        text=numbered(cited),
        citations=tuple(cited),
        hits=tuple(hits.values()),
        searched_for=question,
        sure=all(part.sure for part in done if part.answered),
        parts=tuple(done),
    )


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


def _differing(
    index: Index, citations: Sequence[Citation], chosen: Sequence[ScoredUnit], config: SearchConfig
) -> Iterator[AnswerSpan]:
    """Yield the words in other citations than the first that answer differently."""
    others = citations[1:]
    for unit in differing(chosen[0], chosen[1:], index.sources, config) if others else ():
        spans = (span_in(index, citation, unit) for citation in others)
        yield from (span for span in spans if span is not None)


def span_in(index: Index, citation: Citation, unit: ScoredUnit) -> AnswerSpan | None:
    """Return the words of a unit that answer, if a citation has them."""
    if unit.span is None:
        return None
    start, end = unit.span
    span = AnswerSpan(unit.source, start, end, index.sources[unit.source].text[start:end])
    return span if span.is_in(citation) else None
