"""Two score lists over the same things -> one.

Each list is put on the scale of its own mean and standard deviation (z-scores), then they are added.
Ranks alone, as in reciprocal rank fusion, throw away by how much one thing beats the next;
`python bench/retrieval.py` prints what that costs.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Scores = npt.NDArray[np.float32]


def fuse(meaning: Scores, words: Scores, trust: float, spreads: tuple[float, float] | None = None) -> Scores:
    """Sum of two lists' z-scores, the second weighted by ``trust``.

    Args:
        meaning: float32 [n], scores by embeddings.
        words: float32 [n], scores by words; 0 where none matched.
        trust: 0 to 1, how far words can be relied on for this question (``BM25.coverage``).
        spreads: standard deviations to take for the two lists' own, where these are too short to tell.

    Returns:
        float32 [n]
    """
    of_meaning, of_words = spreads or (None, None)
    return standardise(meaning, of_meaning) + np.float32(trust) * standardise(words, of_words)


def standardise(scores: Scores, spread: float | None = None) -> Scores:
    """z-scores of a list; zeros when all its scores are equal, since then it says nothing."""
    deviation = float(scores.std()) if len(scores) else 0.0
    if deviation >= 1e-6 and spread is not None:
        deviation = spread
    if deviation < 1e-6:
        return np.zeros_like(scores)
    scaled: Scores = ((scores - scores.mean()) / deviation).astype(np.float32)
    return scaled
