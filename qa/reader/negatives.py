"""Questions -> passages that come near and do not answer: by words, and by vectors."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from qa.search.lexical import BM25, fold, tokenize

Vectors = npt.NDArray[np.float32]

_LOOKED_AT = 40
"""Nearest passages of each kind that are looked at."""


@dataclass(frozen=True)
class Wanted:
    """A question that passages are looked for, and which of them will not do.

    Attributes:
        question: the question.
        vector: its embedding.
        answer: what no passage may contain; "" for a question without an answer.
        texts: the numbers of the texts that the passages may not be from.
    """

    question: str
    vector: Vectors
    answer: str
    texts: frozenset[int]


class Pool:
    """Passages that are searched together."""

    def __init__(self, numbers: Sequence[int], words: Sequence[str], texts: Sequence[int], vectors: Vectors) -> None:
        """Index passages, each given by its number, its words with their context, its text and its embedding."""
        self._numbers = np.array(numbers, dtype=np.int64)
        self._folded = [folded(one) for one in words]
        self._texts = texts
        self._vectors = vectors
        self._lexical = BM25([tokenize(one) for one in words])

    def near(self, wanted: Wanted, each: int) -> list[int]:
        """Return up to ``each`` passages near by words and as many near by vectors, alternately, each once."""
        lists = [
            self._fitting(wanted, self._lexical.scores(tokenize(wanted.question)), each),
            self._fitting(wanted, self._vectors @ wanted.vector, each),
        ]
        mixed = [at for pair in zip(*(one + [-1] * (each - len(one)) for one in lists), strict=True) for at in pair]
        return [int(self._numbers[at]) for at in dict.fromkeys(mixed) if at >= 0]

    def _fitting(self, wanted: Wanted, scores: npt.NDArray[np.float32], each: int) -> list[int]:
        found = self._best_first(scores)
        return [at for at, _ in zip((at for at in found if self._fits(wanted, at)), range(each), strict=False)]

    def _best_first(self, scores: npt.NDArray[np.float32]) -> Iterator[int]:
        nearest = np.argsort(-scores, kind="stable")[:_LOOKED_AT]
        return (int(at) for at in nearest if scores[at] > 0)

    def _fits(self, wanted: Wanted, at: int) -> bool:
        answer = folded(wanted.answer)
        return self._texts[at] not in wanted.texts and not (answer and answer in self._folded[at])


def folded(text: str) -> str:
    """Return a text without differences of width and case, and without white space."""
    return "".join(fold(text)[0].split())
