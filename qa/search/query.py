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


_QUOTED = regex.compile(r"(?:[「『“«„]|(?<![\p{L}\p{N}])\")([^「『“\"«„」』”»]{1,60})[」』”\"»“]")
_NUMBER = regex.compile(rf"{NUMBER_MARK}(?!1(?![\d.条章節項号月日位]))")
"""The term of a number, but not of 1 unless it numbers something: 一番, 一つ and 哪一年 count nothing."""
_CODE = regex.compile(
    r"(?<![\p{L}\p{N}])[\p{Latin}\p{Cyrillic}\p{Nd}]++(?:[-/_.][\p{Latin}\p{Cyrillic}\p{Nd}]++)*+(?![\p{L}\p{N}])"
)
"""Letters and digits in one word, or joined by hyphens, slashes or points: E42, ABC-123, ISO/IEC-27001."""
_LETTER_AND_DIGIT = regex.compile(r"(?=.*\p{Nd})(?=.*\p{L})")


def exact_parts(question: str, terms: Iterable[str]) -> tuple[frozenset[str], ...]:
    """Return what of a question should be in its answer just as it is: see :class:`Query`."""
    quoted = (frozenset(tokenize(match[1])) for match in _QUOTED.finditer(question))
    codes = [frozenset(tokenize(code[0])) for code in _CODE.finditer(question) if _LETTER_AND_DIGIT.match(code[0])]
    in_codes = frozenset(term for code in codes for term in code)
    alone = (frozenset([term]) for term in terms if _NUMBER.match(term) and term not in in_codes)
    return tuple(dict.fromkeys(part for part in (*quoted, *codes, *alone) if part))


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
