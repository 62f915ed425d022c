"""Question -> answer in the source's own sentences, each cited; or an abstention.

No language model writes anything here: the sentences of the passages found are scored one by one, the
best is the answer's first, and others follow, in reading order, while they come near it. Every
citation is checked against the stored source before it leaves this module.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from qa.citations import Citation, cite, verified
from qa.index import Index
from qa.retrieval import BOILERPLATE_PENALTY, Hit, Query, opened, passages_of, prepare, search
from qa.search.fusion import fuse
from qa.search.rerank import sentence_scores
from qa.text.source import Source

MAX_CITATIONS = 5
READ = 20
"""Passages whose sentences are read for an answer."""
MARGIN = 2.0
"""How far below the best, in standard deviations of the scores read, a sentence may be and still be
cited: `python bench/sentences.py` prints what others give."""
FEW = 8
"""Sentences fewer than this do not show how far scores spread: of two, each is one deviation from their mean."""
TYPICAL_SPREADS = (0.024, 1.8)
"""Standard deviations of late interaction and BM25 that stand in then; `python bench/sentences.py` prints them."""
FLOOR = 0.78
"""The confidence under which it declines: `python bench/abstention.py` prints what others give."""


@dataclass(frozen=True)
class Answer:
    """What the sources say to a question.

    Attributes:
        question: as asked.
        text: the cited sentences, each followed by its number: ``sentence [1] sentence [2]``; "" when declined.
        citations: at most five; [1] answers best, the others follow in reading order.
        answered: False when nothing found comes near enough; then there are no citations.
        confidence: 0 to 1, how near the nearest sentence read comes to the question (MaxSim).
        hits: the passages found, best first: what was read for an answer, or, when declined, related only.
        searched_for: what was looked for.
    """

    question: str
    text: str
    citations: tuple[Citation, ...]
    answered: bool
    confidence: float
    hits: tuple[Hit, ...]
    searched_for: str

    def to_dict(self) -> dict[str, Any]:
        """As programs get it, from the shell and over HTTP; ``related`` only when declined."""
        given = {
            "question": self.question,
            "answered": self.answered,
            "confidence": self.confidence,
            "text": self.text,
            "citations": [citation.to_dict() for citation in self.citations],
            "searched_for": self.searched_for,
        }
        return given if self.answered else given | {"related": [hit.to_dict() for hit in self.hits]}


@dataclass(frozen=True)
class ScoredSentence:
    """A sentence of a passage found.

    Attributes:
        source, start, end: where it stands.
        score: what sentences are chosen by: ``late`` and ``words`` fused as those of passages are.
        late: late-interaction score (MaxSim), at most 1.
        words: BM25 score.
    """

    source: str
    start: int
    end: int
    score: float
    late: float
    words: float


def answer(
    index: Index | str | Path,
    question: str,
    k: int = 10,
    *,
    floor: float = FLOOR,
    sources: Collection[str] | None = None,
) -> Answer:
    """Answers a question from an index, with citations, or declines.

    Args:
        index: an open index, or the folder of one.
        question: up to 2,000 code points, in any language.
        k: passages returned as ``hits``; one that is cited from is returned beyond that number.
        floor: the confidence under which it declines; 0 never does.
        sources: names of the sources to ask; None for all.

    Raises:
        QuestionError: the question is empty or too long, or no source is chosen. SourceError: there is no
        source of such a name. IndexError_: the folder holds no sound index.
    """
    index = opened(index)
    among = passages_of(index, sources)
    query = prepare(index, question)
    found = search(index, query, max(k, READ), among)
    sentences = score_sentences(index, query, found[:READ])
    confidence = max(0.0, min(1.0, max((sentence.late for sentence in sentences), default=0.0)))
    citations: list[Citation] = []
    if confidence >= floor:
        chosen = choose(sentences, index.sources)
        citations = verified(cite(((s.source, s.start, s.end) for s in chosen), index.sources), index.sources)
    return Answer(
        question=question,
        text=" ".join(f"{citation.quote} [{citation.n}]" for citation in citations),
        citations=tuple(citations),
        answered=bool(citations),
        confidence=round(confidence, 4),
        hits=tuple(
            hit for n, hit in enumerate(found) if n < k or any(hit.holds(c.source, c.start, c.end) for c in citations)
        ),
        searched_for=query.question,
    )


def score_sentences(index: Index, query: Query, hits: Sequence[Hit]) -> list[ScoredSentence]:
    """Every sentence of the hits with its score: late interaction and BM25, fused as passages are."""
    spans: list[tuple[Hit, int, int]] = []
    late: list[np.ndarray[tuple[int, ...], np.dtype[np.float32]]] = []
    for hit in hits:
        own = index.passage_sentences(hit.number)
        inside = [(start - hit.start, end - hit.start) for start, end in own]
        late.append(sentence_scores(query.embedded, index.tokens, hit.number, inside))
        spans.extend((hit, start, end) for start, end in own)
    if not spans:
        return []
    meaning = np.concatenate(late)
    contents = [terms for hit in hits for terms in index.sentence_terms(hit.number)]
    words = index.store.lexical.scores_of(contents, query.terms)
    fused = fuse(meaning, words, query.coverage, TYPICAL_SPREADS if len(spans) < FEW else None)
    return [
        ScoredSentence(
            source=hit.passage.source,
            start=start,
            end=end,
            score=float(fused[n]) - BOILERPLATE_PENALTY * hit.passage.boilerplate,
            late=float(meaning[n]),
            words=float(words[n]),
        )
        for n, (hit, start, end) in enumerate(spans)
    ]


def choose(
    sentences: Sequence[ScoredSentence], sources: Mapping[str, Source], margin: float = MARGIN
) -> list[ScoredSentence]:
    """The best sentence, then those that come near it, in reading order; none twice in the same words."""
    ranked = sorted(sentences, key=lambda sentence: -sentence.score)
    chosen: list[ScoredSentence] = []
    said: set[str] = set()
    for sentence in ranked:
        if len(chosen) == MAX_CITATIONS or sentence.score < ranked[0].score - margin:
            break
        words = "".join(sources[sentence.source].text[sentence.start : sentence.end].split())
        if words not in said:
            said.add(words)
            chosen.append(sentence)
    order = {name: number for number, name in enumerate(sources)}
    return chosen[:1] + sorted(chosen[1:], key=lambda sentence: (order[sentence.source], sentence.start))
