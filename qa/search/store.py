"""Passages' vectors and terms -> ranked passages: FAISS for meaning, BM25 for words, in plain files.

The vectors lie in an exact ``IndexFlatIP``: of unit vectors the inner product is the cosine.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from qa.search.lexical import BM25

Numbers = npt.NDArray[np.int64]
"""Numbers of passages."""
Ranking = tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]
"""Numbers of passages, best first, and their scores."""

_VECTORS = "faiss.index"
_LEXICAL = "lexical"


class FaissStore:
    """The searchable side of one generation."""

    def __init__(self, vectors: npt.NDArray[np.float32], lexical: BM25) -> None:
        """Takes float32 [n, d] vectors of unit length and the BM25 index of the same n passages."""
        import faiss

        self._dense: Any = faiss.IndexFlatIP(vectors.shape[1])
        self._dense.add(np.ascontiguousarray(vectors))
        self.lexical = lexical

    @classmethod
    def load(cls, folder: Path) -> FaissStore:
        """Reads what :meth:`save` wrote.

        Raises:
            OSError: a file is missing, or cannot be read.
        """
        import faiss

        store = cls.__new__(cls)
        # Read by ourselves: faiss tells a missing file by a RuntimeError.
        store._dense = faiss.deserialize_index(np.frombuffer((folder / _VECTORS).read_bytes(), dtype=np.uint8))
        store.lexical = BM25.load(folder / _LEXICAL)
        return store

    def save(self, folder: Path) -> None:
        """Writes ``faiss.index`` and ``lexical/`` into the folder."""
        import faiss

        # Written by ourselves: faiss raises nothing that tells a full disk.
        (folder / _VECTORS).write_bytes(faiss.serialize_index(self._dense).tobytes())
        self.lexical.save(folder / _LEXICAL)

    @property
    def vectors(self) -> npt.NDArray[np.float32]:
        """float32 [n, d]: the passages' vectors, in the passages' order."""
        found: npt.NDArray[np.float32] = self._dense.reconstruct_n(0, self._dense.ntotal)
        return found

    def vector(self, number: int) -> npt.NDArray[np.float32]:
        """float32 [d]: one passage's vector."""
        found: npt.NDArray[np.float32] = self._dense.reconstruct(number)
        return found

    def search_dense(self, vector: npt.NDArray[np.float32], k: int, among: Numbers | None = None) -> Ranking:
        """The k passages whose vectors are nearest, with their cosines; of those ``among`` alone, if given."""
        import faiss

        chosen = None if among is None else faiss.SearchParameters(sel=faiss.IDSelectorBatch(among))  # type: ignore[call-arg]
        there = self._dense.ntotal if among is None else len(among)
        scores, numbers = self._dense.search(vector[None, :], min(k, there), params=chosen)
        return numbers[0].astype(np.int64), scores[0]

    def search_lexical(self, terms: Sequence[str], k: int, among: Numbers | None = None) -> Ranking:
        """The at most k passages, ``among`` those given, that hold any of the terms; BM25 scores above zero."""
        scores = self.lexical.scores(terms)
        if among is not None:
            others = np.ones(len(scores), dtype=bool)
            others[among] = False
            scores = np.where(others, np.float32(0), scores)
        numbers = np.argsort(-scores, kind="stable")[:k]
        numbers = numbers[scores[numbers] > 0]
        return numbers.astype(np.int64), scores[numbers]
