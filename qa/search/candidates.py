"""Query -> the passages worth ranking: the nearest vectors, and the best by BM25."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from qa.search.query import Query
from qa.search.store import FaissStore, Numbers


@dataclass(frozen=True)
class Candidates:
    """The n passages that at least one of the two searches found.

    Attributes:
        numbers: int64 [n], the passages' numbers, ascending.
        lexical: float32 [n], their BM25 scores; 0 for those that the lexical search did not return.
        cosines: number -> cosine, of those that the dense search returned.
        dense_ranks: number -> place among the nearest vectors, from 1.
        lexical_ranks: number -> place by BM25, from 1.
    """

    numbers: Numbers
    lexical: npt.NDArray[np.float32]
    cosines: Mapping[int, float]
    dense_ranks: Mapping[int, int]
    lexical_ranks: Mapping[int, int]


def find_candidates(store: FaissStore, query: Query, depth: int, among: Numbers | None = None) -> Candidates:
    """Return the ``depth`` best passages of each search; only passages numbered in ``among``, if given."""
    near, cosines = store.search_dense(query.embedded.vector, depth, among)
    matching, bm25 = store.search_lexical(query.terms, depth, among)
    numbers = np.union1d(near, matching).astype(np.int64)
    lexical = np.zeros(len(numbers), dtype=np.float32)
    lexical[np.searchsorted(numbers, matching)] = bm25
    return Candidates(
        numbers=numbers,
        lexical=lexical,
        cosines=dict(zip(near.tolist(), cosines.tolist(), strict=True)),
        dense_ranks={number: rank for rank, number in enumerate(near.tolist(), 1)},
        lexical_ranks={number: rank for rank, number in enumerate(matching.tolist(), 1)},
    )
