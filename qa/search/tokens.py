"""Token vectors of passages -> files, and back: what MaxSim compares a question with.

A number takes one byte. Only the directions of the vectors matter, so their scale is not kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from qa.search.rows import RowWriter, load_rows
from qa.search.states import QuantisedStates

if TYPE_CHECKING:
    from qa.search.embedding import Embedded

_VECTORS, _NORMS, _SPANS = "vectors.i8", "norms.npy", "spans.npy"


@dataclass(frozen=True)
class TokenVectors:
    """The token vectors of a generation's passages.

    Attributes:
        vectors: int8 [t, d], the tokens' directions.
        norms: float32 [t], the lengths of these vectors; an inner product divided by them is a cosine.
        spans: int32 [t, 2], each token's place in its passage's text; 0-based code points, end exclusive.
        bounds: int64 [p, 2], each passage's first token and the one after its last.
    """

    vectors: npt.NDArray[np.int8]
    norms: npt.NDArray[np.float32]
    spans: npt.NDArray[np.int32]
    bounds: npt.NDArray[np.int64]

    @classmethod
    def load(cls, folder: Path) -> TokenVectors:
        """Read what a :class:`TokenWriter` wrote; the vectors stay on the disk until they are used."""
        spans = np.load(folder / _SPANS, allow_pickle=False)
        vectors, bounds = load_rows(folder, _VECTORS, len(spans))
        return cls(vectors, np.load(folder / _NORMS, allow_pickle=False), spans, bounds)

    def of(self, passage: int) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.int32]]:
        """Return a passage's token vectors, int8 [t, d], and their spans, int32 [t, 2]."""
        first, end = self.bounds[passage]
        return self.vectors[first:end], self.spans[first:end]


@dataclass(frozen=True)
class QuantisedEmbedding:
    """A passage's embedding as an index keeps it: :class:`qa.search.embedding.Embedded` with one byte a number.

    Attributes:
        vector: float32 [d], unit length: the passage as a whole.
        tokens: int8 [t, d]: the directions of its tokens.
        spans: int32 [t, 2]: each token's start and end in the passage's text, 0-based code points, end exclusive.
        states: the states of its tokens, those of its context first; None if its model gives none.
    """

    vector: npt.NDArray[np.float32]
    tokens: npt.NDArray[np.int8]
    spans: npt.NDArray[np.int32]
    states: QuantisedStates | None = None

    @classmethod
    def of(cls, embedded: Embedded) -> QuantisedEmbedding:
        """Quantise what the model gave for a passage."""
        states = QuantisedStates.of(embedded.states) if embedded.states else None
        return cls(embedded.vector, quantise(embedded.tokens), embedded.spans, states)


class TokenWriter(RowWriter):
    """Writer of token vectors: see :class:`qa.search.rows.RowWriter`."""

    def __init__(self, folder: Path, passages: int) -> None:
        """Create the folder and open its files, for ``passages`` passages."""
        super().__init__(folder, _VECTORS, passages)
        self._norms: list[npt.NDArray[np.float32]] = []
        self._spans: list[npt.NDArray[np.int32]] = []

    def write(self, passages: list[int], vectors: npt.NDArray[np.int8], spans: npt.NDArray[np.int32]) -> None:
        """Add token vectors, int8 [t, d], and spans, int32 [t, 2]; the passages given have the same text."""
        self.add(passages, vectors)
        lengths = np.linalg.norm(vectors.astype(np.float32), axis=1)
        self._norms.append(np.maximum(lengths, 1e-12).astype(np.float32))
        self._spans.append(np.asarray(spans, dtype=np.int32))

    def finish(self) -> None:
        """Close the file and write what belongs to it."""
        super().finish()
        spans = np.concatenate(self._spans) if self._spans else np.zeros((0, 2), dtype=np.int32)
        norms = np.concatenate(self._norms) if self._norms else np.zeros(0, dtype=np.float32)
        np.save(self._folder / _NORMS, norms, allow_pickle=False)
        np.save(self._folder / _SPANS, spans, allow_pickle=False)


def quantise(tokens: npt.NDArray[np.float32]) -> npt.NDArray[np.int8]:
    """Return int8 [t, d] vectors with the directions of the float32 [t, d] vectors given."""
    if not len(tokens):
        return np.zeros(tokens.shape, dtype=np.int8)
    largest = np.maximum(np.abs(tokens).max(axis=1, keepdims=True), 1e-12)
    directions: npt.NDArray[np.int8] = np.rint(tokens * (127 / largest)).astype(np.int8)
    return directions
