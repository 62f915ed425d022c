"""Vectors -> vectors without the directions in which a multilingual model tells one language from another.

A multilingual model puts a question nearer to a passage of its own language than to the one that answers it in
another. The means of its vectors by language differ in few directions: what is common to all languages and the
directions with the largest differences are subtracted, and the rest compared (Yang et al., *A Simple and Effective
Method to Eliminate the Self Language Bias in Multilingual Representations*, EMNLP 2021).

The directions of a model are in ``<model>.npz`` beside this module; `bench/directions.py` computes them.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Directions:
    """What is removed from vectors of one kind.

    Attributes:
        mean: float32 [d], the mean over languages; subtracted first.
        basis: float32 [r, d], orthonormal: the directions that are removed.
    """

    mean: Vectors
    basis: Vectors

    def remove(self, vectors: Vectors) -> Vectors:
        """Return float32 [n, d] vectors of unit length without the directions, from unit vectors [n, d]."""
        rest = vectors - self.mean
        rest -= (rest @ self.basis.T) @ self.basis
        unit: Vectors = rest / np.maximum(np.linalg.norm(rest, axis=-1, keepdims=True), 1e-12)
        return unit


@dataclass(frozen=True)
class LanguageDirections:
    """The directions of one model.

    Attributes:
        name: the file's name and the beginning of its SHA-256, as the manifest of an index has it.
        texts: those of the vectors of whole texts.
        tokens: those of the vectors of tokens.
    """

    name: str
    texts: Directions
    tokens: Directions


def load_directions(model: str) -> LanguageDirections | None:
    """Return the directions of a model, by its name; None for a model whose directions nobody has computed."""
    file = Path(__file__).with_name(f"{model}.npz")
    if not file.is_file():
        return None
    digest = hashlib.sha256(file.read_bytes()).hexdigest()[:8]
    with np.load(file, allow_pickle=False) as found:
        texts, tokens = (Directions(found[f"{kind}_mean"], found[f"{kind}_basis"]) for kind in ("text", "token"))
    return LanguageDirections(f"{model}-{digest}", texts, tokens)
