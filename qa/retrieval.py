"""Question -> hits: the passages that speak of it, best first, each with the reasons for its rank.

Two searches propose candidates: nearest vectors and BM25. Their order is then decided by two scores
on a common scale (`qa.search.fusion`): late interaction, which compares the question with a passage token
by token, and BM25, which counts for as much as the texts know the question's words. A question in
another language has few of those, and leans on meaning alone.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from qa.errors import QuestionError
from qa.index import Index
from qa.search.embedding import Embedded
from qa.search.fusion import fuse
from qa.search.lexical import tokenize
from qa.search.rerank import passage_scores
from qa.storage.collection import expect
from qa.text.passages import Passage

DEPTH = 100
"""Candidates taken from each of the two searches, or as many as are asked for."""
BOILERPLATE_PENALTY = 2.0
"""Standard deviations that a page's boilerplate (buttons, link lists) must make up for.
`python bench/retrieval.py` prints what 0, 1 and 2 give."""
MAX_QUESTION = 2000
"""Code points of the longest question."""


@dataclass(frozen=True)
class Hit:
    """A passage found, and why.

    Attributes:
        passage: where it is: source, start, end, section.
        text: what stands there, ``source.text[start:end]``.
        score: what the order goes by; a sum of z-scores, comparable within one search only.
        dense: cosine of the question's vector and the passage's.
        lexical: BM25 score; 0 where no term matched.
        terms: the question's terms that the passage holds, folded, longest first.
        dense_rank: place among the nearest vectors, from 1; None beyond the search's depth.
        lexical_rank: place by BM25, from 1; None where no term matched or beyond the depth.
        late: late-interaction score (MaxSim), at most 1.
        number: the passage's place in ``index.passages``.
    """

    passage: Passage
    text: str
    score: float
    dense: float
    lexical: float
    terms: tuple[str, ...]
    dense_rank: int | None
    lexical_rank: int | None
    late: float
    number: int

    @property
    def start(self) -> int:
        """Offset of its first code point in the source's text."""
        return self.passage.start

    @property
    def end(self) -> int:
        """Offset after its last code point."""
        return self.passage.end

    def to_dict(self) -> dict[str, Any]:
        """As programs get it, from the shell and over HTTP; ``headings`` where the section stands under others."""
        above = {"headings": list(self.passage.headings)} if self.passage.headings else {}
        return {
            "source": self.passage.source,
            "start": self.start,
            "end": self.end,
            "text": self.text,
            "score": self.score,
            "dense": self.dense,
            "dense_rank": self.dense_rank,
            "lexical": self.lexical,
            "lexical_rank": self.lexical_rank,
            "late": self.late,
            "terms": list(self.terms),
            "section": self.passage.section,
            **above,
        }

    def holds(self, source: str, start: int, end: int) -> bool:
        """Whether a span of a source lies within this passage."""
        return self.passage.source == source and self.start <= start and end <= self.end

    @property
    def why(self) -> str:
        """The reasons for its rank, in one line."""
        meaning = f"meaning {self.late:.2f} token by token, {self.dense:.2f} as a whole"
        if self.dense_rank:
            meaning += f" (rank {self.dense_rank})"
        if self.lexical_rank is None:
            return f"{meaning}; no word in common"
        return f"{meaning}; words {self.lexical:.1f} (rank {self.lexical_rank}): {' '.join(self.terms)}"


@dataclass(frozen=True)
class Query:
    """A question made ready for one index.

    Attributes:
        question: as asked, white space around it removed.
        embedded: its vectors.
        terms: its terms, each once, in order.
        coverage: share of its terms' weight that the index knows, 0 to 1.
    """

    question: str
    embedded: Embedded
    terms: tuple[str, ...]
    coverage: float


def retrieve(
    index: Index | str | Path, question: str, k: int = 5, *, sources: Collection[str] | None = None
) -> list[Hit]:
    """The k best passages for a question, best first.

    Args:
        index: an open index, or the folder of one.
        question: up to 2,000 code points, in any language.
        k: how many hits at the most.
        sources: names of the sources to search; None for all.

    Raises:
        QuestionError: the question is empty or too long, or no source is chosen. SourceError: there is no
        source of such a name. IndexError_: the folder holds no sound index.
    """
    index = opened(index)
    among = passages_of(index, sources)
    return search(index, prepare(index, question), k, among)


def opened(index: Index | str | Path) -> Index:
    """An open index as it is, a folder's index opened."""
    return index if isinstance(index, Index) else Index.open(index)


def passages_of(index: Index, sources: Collection[str] | None) -> npt.NDArray[np.int64] | None:
    """int64 [m]: the numbers of these sources' passages; None, which is all of them, for None.

    Raises:
        QuestionError: no source is chosen. SourceError: there is no source of such a name.
    """
    if sources is None:
        return None
    if not sources:
        raise QuestionError("sources.none")
    expect(sources, index.sources)
    wanted = set(sources)
    return np.array([n for n, passage in enumerate(index.passages) if passage.source in wanted], dtype=np.int64)


def prepare(index: Index, question: str) -> Query:
    """Checks a question and embeds it with the index's model."""
    asked = question.strip()
    if any("\ud800" <= char <= "\udfff" for char in asked):
        raise QuestionError("question.surrogate")
    if all(unicodedata.category(char)[0] in "CZ" for char in asked):  # spaces, and what has no width
        raise QuestionError("question.empty")
    if len(asked) > MAX_QUESTION:
        raise QuestionError(
            "question.long", length=len(asked), limit=MAX_QUESTION,
        )  # fmt: skip
    found = tuple(dict.fromkeys(tokenize(asked)))
    return Query(asked, index.embedder.embed_question(asked), found, index.store.lexical.coverage(found))


def search(index: Index, query: Query, k: int, among: npt.NDArray[np.int64] | None = None) -> list[Hit]:
    """The k best passages for a prepared question, best first; of those numbered in ``among`` alone, if given."""
    if among is not None and not len(among):
        return []
    vector = query.embedded.vector
    depth = max(DEPTH, k)
    near, cosines = index.store.search_dense(vector, depth, among)
    worded, bm25 = index.store.search_lexical(query.terms, depth, among)
    candidates = np.union1d(near, worded).astype(np.int64)
    late = passage_scores(query.embedded, index.tokens, candidates)
    lexical = np.zeros(len(candidates), dtype=np.float32)
    lexical[np.searchsorted(candidates, worded)] = bm25
    fused = fuse(late, lexical, query.coverage)
    fused -= BOILERPLATE_PENALTY * np.array([index.passages[c].boilerplate for c in candidates], dtype=np.float32)
    dense_ranks = {int(number): rank for rank, number in enumerate(near, 1)}
    lexical_ranks = {int(number): rank for rank, number in enumerate(worded, 1)}
    dense = dict(zip(near.tolist(), cosines.tolist(), strict=True))
    hits = []
    for at in np.argsort(-fused, kind="stable")[: max(k, 0)]:
        number = int(candidates[at])
        hits.append(
            Hit(
                passage=index.passages[number],
                text=index.text(index.passages[number]),
                score=float(fused[at]),
                dense=dense[number] if number in dense else float(index.store.vector(number) @ vector),
                lexical=float(lexical[at]),
                terms=_matched(query.terms, index.sentence_terms(number)) if number in lexical_ranks else (),
                dense_rank=dense_ranks.get(number),
                lexical_rank=lexical_ranks.get(number),
                late=float(late[at]),
                number=number,
            )
        )
    return hits


def _matched(asked: tuple[str, ...], sentences: list[list[str]]) -> tuple[str, ...]:
    """The question's terms found in a passage, longest first, without those that a longer one holds.

    A single hiragana (は, の, で) counts for BM25, but is no reason that a reader would recognise.
    """
    there = {term for terms in sentences for term in terms if not (len(term) == 1 and "\u3040" < term < "\u30a0")}
    matched: list[str] = []
    for term in sorted((term for term in asked if term in there), key=len, reverse=True):
        if not any(term in longer for longer in matched):
            matched.append(term)
    return tuple(matched)
