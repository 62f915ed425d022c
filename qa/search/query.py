"""A question prepared for one index: its embeddings, its terms, and how well the index covers them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import regex

from qa.search.embedding import Embedded
from qa.search.lexical import NUMBER_MARK, tokenize

Scores = npt.NDArray[np.float32]
"""float32 [n]: a score for each of n units."""


@dataclass(frozen=True)
class Query:
    """What both searches and the ranker need of a question.

    Attributes:
        question: the question without the white space around it.
        embedded: its embeddings, by the index's model.
        terms: its terms, each once, in order.
        weight: the sum of the terms' idf, numbers counted more (`BM25.weight`).
        coverage: the share of it that the index knows, 0 to 1 (`BM25.coverage`).
        exact: what an answer should have just as it is asked for: numbers, codes, words in quotation marks; each as
            the terms it has.
    """

    question: str
    embedded: Embedded
    terms: tuple[str, ...]
    weight: float
    coverage: float
    exact: tuple[frozenset[str], ...] = ()


_QUOTED = regex.compile(r"[「『“\"«„]([^「『“\"«„」』”»]{1,60})[」』”\"»“]")
_NUMBER = regex.compile(rf"{NUMBER_MARK}(?!1(?!\d))")
"""The term of a number, but not of 1: 一番, 一つ and 哪一年 count nothing."""
_CODE = regex.compile(r"(?=\S*\p{Nd})(?=\S*\p{L})[\p{Latin}\p{Cyrillic}\p{Nd}]++")


def exact_parts(question: str, terms: Iterable[str]) -> tuple[frozenset[str], ...]:
    """Return what of a question should be in its answer just as it is: see :class:`Query`."""
    quoted = (frozenset(tokenize(match[1])) for match in _QUOTED.finditer(question))
    alone = (frozenset([term]) for term in terms if _NUMBER.match(term) or _CODE.fullmatch(term))
    return tuple(dict.fromkeys(part for part in (*quoted, *alone) if part))


def missing_parts(exact: Sequence[frozenset[str]], units: Sequence[Collection[str]]) -> Scores:
    """Return float32 [n], 0 to 1: the share of the exact parts that each unit lacks, of those that any unit has.

    Args:
        exact: the exact parts of a question.
        units: the terms of each unit and of its context.
    """
    has = np.array([[part.issubset(unit) for part in exact] for unit in units], dtype=bool).reshape(len(units), -1)
    wanted = has[:, has.any(axis=0)]
    if not wanted.size:
        return np.zeros(len(units), dtype=np.float32)
    lacking: Scores = 1 - wanted.mean(axis=1, dtype=np.float32)
    return lacking
