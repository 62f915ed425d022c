"""A question's vector and terms -> the nearest passages: FAISS for meaning, BM25 for terms, in plain files.

FAISS searches exactly (``IndexFlatIP``); for vectors of unit length the inner product is the cosine.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from qa.search.lexical import BM25

Numbers = npt.NDArray[np.int64]
"""Numbers of passages: their positions in ``Index.passages``."""
Ranking = tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]
"""Numbers of passages, best first, and their scores, float32."""

_VECTORS = "faiss.index"
_LEXICAL = "lexical"


class FaissStore:
    """The vectors and the BM25 index of one generation's n passages.

    Attributes:
        lexical: the BM25 index.
    """

    def __init__(self, vectors: npt.NDArray[np.float32], lexical: BM25) -> None:
        """Take float32 [n, d] vectors of unit length and the BM25 index of the same n passages."""
        import faiss

        self._dense: Any = faiss.IndexFlatIP(vectors.shape[1])
        self._dense.add(np.ascontiguousarray(vectors))
        self.lexical = lexical

    @classmethod
    def load(cls, folder: Path) -> FaissStore:
        """Read what :meth:`save` wrote.

        Raises:
            OSError: a file is missing or cannot be read.
        """
        import faiss

        store = cls.__new__(cls)
        # faiss would report a missing file as a RuntimeError.
        store._dense = faiss.deserialize_index(np.frombuffer((folder / _VECTORS).read_bytes(), dtype=np.uint8))
        store.lexical = BM25.load(folder / _LEXICAL)
        return store

    def save(self, folder: Path) -> None:
        """Write ``faiss.index`` and ``lexical/`` into the folder."""
        import faiss

        # faiss would not report a full disk as an OSError.
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
        """Return the k passages whose vectors are nearest, with their cosines; only from ``among``, if given."""
        import faiss

        chosen = None if among is None else faiss.SearchParameters(sel=faiss.IDSelectorBatch(among))  # type: ignore[call-arg]
        available = self._dense.ntotal if among is None else len(among)
        scores, numbers = self._dense.search(vector[None, :], min(k, available), params=chosen)
        return numbers[0].astype(np.int64), scores[0]

    def search_lexical(self, terms: Sequence[str], k: int, among: Numbers | None = None) -> Ranking:
        """Return the k best passages by BM25 that have any of the terms; only from ``among``, if given.

        Passages without a term are left out, so there may be fewer than k.
        """
        scores = self.lexical.scores(terms)
        if among is not None:
            others = np.ones(len(scores), dtype=bool)
            others[among] = False
            scores = np.where(others, np.float32(0), scores)
        numbers = np.argsort(-scores, kind="stable")[:k]
        numbers = numbers[scores[numbers] > 0]
        return numbers.astype(np.int64), scores[numbers]
