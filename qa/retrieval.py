"""Question -> hits: the passages that are about it, best first, each with the reasons for its rank.

    question -> Query -> candidates of two searches -> ranked -> Hits

`qa.search.candidates` finds the candidates, by meaning and by terms; `qa.search.ranker` says how they are scored.
"""

from __future__ import annotations

import unicodedata
import warnings
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from qa.catalogue import Words, words_of
from qa.errors import QuestionError
from qa.index import Index
from qa.search.candidates import Candidates, find_candidates
from qa.search.config import DEFAULT_CONFIG, SearchConfig
from qa.search.embedding import Embedded
from qa.search.lexical import NUMBER_MARK, Term, fold, terms, tokenize
from qa.search.maxsim import Stretches
from qa.search.query import Query, exact_parts, missing_parts
from qa.search.ranker import Ranker, Units
from qa.storage.collection import expect
from qa.text.passages import Passage

MAX_QUESTION = 2000
"""Code points of the longest question."""


def retrieve(
    index: Index | str | Path, question: str, k: int = 5, *, sources: str | Collection[str] | None = None
) -> list[Hit]:
    """Return the k best passages for a question, best first.

    Args:
        index: an open index, or the folder of one.
        question: up to 2,000 code points, in any language.
        k: the most hits to return.
        sources: the name of the source to search, or several names; None for all.

    Raises:
        QuestionError: the question is empty or too long, or no source is chosen.
        SourceError: the index has no source of that name.
        IndexError_: the folder holds no usable index.
    """
    index = opened(index)
    among = passages_of(index, sources)
    return search(index, prepare(index, question), k, among)


@dataclass(frozen=True)
class Hit:
    """A passage that was found, and why.

    Attributes:
        passage: its place: source, start, end, section; offsets are 0-based code points, end exclusive.
        text: its text, ``source.text[start:end]``.
        score: what hits are ordered by (`qa.search.ranker`).
        dense: cosine of the question's vector and the passage's.
        lexical: BM25 score; 0 where no term matched.
        terms: the question's terms that the passage has, longest first: words folded, numbers as the question writes
            them.
        dense_rank: place among the nearest vectors, from 1; None beyond the search's depth.
        lexical_rank: place by BM25, from 1; None where no term matched or beyond the depth.
        maxsim: closeness in meaning, token by token (MaxSim), at most 1.
        number: the passage's position in ``index.passages``.
    """

    passage: Passage
    text: str
    score: float
    dense: float
    lexical: float
    terms: tuple[str, ...]
    dense_rank: int | None
    lexical_rank: int | None
    maxsim: float
    number: int

    @property
    def start(self) -> int:
        """Offset of its first code point in the source's text."""
        return self.passage.start

    @property
    def end(self) -> int:
        """Offset after its last code point."""
        return self.passage.end

    @property
    def late(self) -> float:
        """The former name of ``maxsim``; it will be removed in the next version."""
        warnings.warn("Hit.late is now Hit.maxsim", DeprecationWarning, stacklevel=2)
        return self.maxsim

    def to_dict(self) -> dict[str, Any]:
        """Return the hit as the shell and HTTP print it.

        ``headings`` is included if the section has headings above it; ``late`` is the former name of ``maxsim``.
        """
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
            "late": self.maxsim,
            "maxsim": self.maxsim,
            "terms": list(self.terms),
            "section": self.passage.section,
            **above,
        }

    def holds(self, source: str, start: int, end: int) -> bool:
        """Return whether this passage overlaps a span of a source."""
        return self.passage.source == source and self.start < end and start < self.end

    @property
    def why(self) -> str:
        """The reasons for its rank, in one line of English."""
        words = words_of("en")
        shared = (words["why.terms"], " ".join(self.terms) or words["why.no.terms"])
        return " · ".join(f"{name}: {figure}" for name, figure in (*self.figures(words), shared))

    def figures(self, words: Words) -> tuple[tuple[str, str], ...]:
        """Return the name and the value of each score that it was ranked by, in a language."""

        def ranked(score: str, rank: int | None) -> str:
            return words.say("why.unranked" if rank is None else "why.value", score=score, rank=rank)

        return (
            (words["why.maxsim"], f"{self.maxsim:.3f}"),
            (words["why.dense"], ranked(f"{self.dense:.3f}", self.dense_rank)),
            (words["why.lexical"], ranked(f"{self.lexical:.2f}", self.lexical_rank)),
        )


def opened(index: Index | str | Path) -> Index:
    """Return an open index as it is; open the index of a folder."""
    return index if isinstance(index, Index) else Index.open(index)


def names_of(sources: str | Collection[str]) -> tuple[str, ...]:
    """Return the names given; a lone string is one name, not a collection of letters."""
    return (sources,) if isinstance(sources, str) else tuple(sources)


def passages_of(index: Index, sources: str | Collection[str] | None) -> npt.NDArray[np.int64] | None:
    """Return int64 [m], the numbers of these sources' passages; None, which stands for all, for None.

    Raises:
        QuestionError: no source is chosen.
        SourceError: the index has no source of that name.
    """
    if sources is None:
        return None
    wanted = set(names_of(sources))
    if not wanted:
        raise QuestionError("sources.none")
    expect(wanted, index.sources)
    numbers = (index.passages_of(name) for name in index.sources if name in wanted)
    return np.array([number for own in numbers for number in own], dtype=np.int64)


def prepare(index: Index, question: str) -> Query:
    """Check a question and embed it with the index's model.

    Raises:
        QuestionError: the question is empty, too long, or holds half of a character.
    """
    return prepare_all(index, [question])[0]


def prepare_all(index: Index, questions: Sequence[str]) -> list[Query]:
    """Check several questions, at least one, and embed them together.

    Raises:
        QuestionError: one of them is empty, too long, or holds half of a character.
    """
    asked = [_checked(question) for question in questions]
    embedded = index.embedder.embed_questions(asked)
    return [_query(index, question, own) for question, own in zip(asked, embedded, strict=True)]


def _checked(question: str) -> str:
    asked = question.strip()
    if any("\ud800" <= char <= "\udfff" for char in asked):
        raise QuestionError("question.surrogate")
    kinds = {unicodedata.category(char) for char in asked}
    if all(kind[0] in "CZ" for kind in kinds):  # white space and what has no width ...
        if kinds & {"Co", "Cn"}:  # ... or no meaning but a private one
            raise QuestionError("question.unreadable")
        raise QuestionError("question.empty")
    if len(asked) > MAX_QUESTION:
        raise QuestionError("question.long", length=len(asked), limit=MAX_QUESTION)
    return asked


def _query(index: Index, asked: str, embedded: Embedded) -> Query:
    terms, lexical = tuple(dict.fromkeys(tokenize(asked))), index.store.lexical
    return Query(
        question=asked,
        embedded=embedded,
        terms=terms,
        weight=lexical.weight(terms),
        coverage=lexical.coverage(terms),
        exact=exact_parts(asked, terms),
    )


def search(
    index: Index,
    query: Query,
    k: int,
    among: npt.NDArray[np.int64] | None = None,
    config: SearchConfig = DEFAULT_CONFIG,
) -> list[Hit]:
    """Return the k best passages for a prepared question, best first; only those numbered in ``among``, if given."""
    if among is not None and not len(among):
        return []
    candidates = find_candidates(index.store, query, max(config.depth, k), among)
    units = as_units(index, query, candidates)
    scores = Ranker(index.tokens, config).score(query, units)
    asked = terms(query.question)
    hits = []
    for at in scores.best_first()[: max(k, 0)]:
        number = int(candidates.numbers[at])
        lexical_rank = candidates.lexical_ranks.get(number)
        hits.append(
            Hit(
                passage=index.passages[number],
                text=index.text(index.passages[number]),
                score=float(scores.total[at]),
                dense=_cosine(index, query, candidates, number),
                lexical=float(candidates.lexical[at]),
                terms=matching_terms(query.question, asked, index.unit_terms(number)) if lexical_rank else (),
                dense_rank=candidates.dense_ranks.get(number),
                lexical_rank=lexical_rank,
                maxsim=float(scores.maxsim[at]),
                number=number,
            )
        )
    return hits


def as_units(index: Index, query: Query, candidates: Candidates) -> Units:
    """Return the candidates, as whole passages, in the form that the ranker scores."""
    numbers = candidates.numbers.tolist()
    passages = [index.passages[number] for number in numbers]
    spans = [(0, passage.end - passage.start) for passage in passages]
    return Units(
        stretches=Stretches(candidates.numbers, np.array(spans, dtype=np.int64).reshape(-1, 2)),
        lexical=(candidates.lexical / max(query.weight, 1e-9)).astype(np.float32),
        missing=missing_parts(query.exact, [_passage_terms(index, n) if query.exact else () for n in numbers]),
        boilerplate=np.array([passage.boilerplate for passage in passages], dtype=bool),
    )


def _passage_terms(index: Index, number: int) -> set[str]:
    """Return the terms of a passage and of what it stands under."""
    return {*tokenize(index.context(number)), *(term for terms in index.unit_terms(number) for term in terms)}


def _cosine(index: Index, query: Query, candidates: Candidates, number: int) -> float:
    found = candidates.cosines.get(number)
    return float(index.store.vector(number) @ query.embedded.vector) if found is None else found


def matching_terms(question: str, asked: Sequence[Term], sentences: list[list[str]]) -> tuple[str, ...]:
    """Return the question's terms that a passage has, longest first, without those that a longer one includes.

    A single hiragana (は, の, で) counts for BM25, but is no reason that a reader would recognize. A number that the
    passage writes differently (第九条 for 第9条) is shown as the question writes it.

    Args:
        question: the text of the question.
        asked: its terms, with their places in it.
        sentences: the terms of each of the passage's sentences.
    """
    present = {term for terms in sentences for term in terms if not (len(term) == 1 and "\u3040" < term < "\u30a0")}
    shown: dict[str, str] = {}
    for term in asked:
        if term.text in present:
            written = question[term.start : term.end] if term.text.startswith(NUMBER_MARK) else term.text
            shown.setdefault(fold(written)[0], written)
    matched: list[str] = []
    for folded in sorted(shown, key=len, reverse=True):
        if not any(folded in longer for longer in matched):
            matched.append(folded)
    return tuple(shown[folded] for folded in matched)
