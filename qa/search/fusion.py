"""Several scores of the same units -> one score each.

The lists are on different scales: cosines near 0.8, BM25 from 0 to 40. Each is put on the scale of its own mean and
standard deviation (z-scores) and the results are added. Reciprocal rank fusion, the usual alternative, keeps only the
ranks and forgets by how much one unit beats the next; `python bench/retrieval.py SET` prints what that costs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Scores = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Component:
    """One of the scores that are added up.

    Attributes:
        scores: float32 [n], one for each unit.
        weight: the factor of its z-scores.
        fallback_std: the standard deviation to use in place of the scores' own, where these are too few to show it.
    """

    scores: Scores
    weight: float
    fallback_std: float | None = None


def fuse(components: Sequence[Component]) -> Scores:
    """Return float32 [n]: the weighted sum of the components' z-scores; at least one component is needed."""
    weighted = [np.float32(one.weight) * z_scores(one.scores, one.fallback_std) for one in components]
    total: Scores = np.sum(weighted, axis=0, dtype=np.float32)
    return total


def z_scores(scores: Scores, fallback_std: float | None = None) -> Scores:
    """Return float32 [n]: ``(score - mean) / standard deviation``; zeros if all scores are equal.

    ``fallback_std`` takes the place of the standard deviation, unless all scores are equal.
    """
    deviation = float(scores.std()) if len(scores) else 0.0
    if deviation < 1e-6:
        return np.zeros_like(scores)
    scaled: Scores = ((scores - scores.mean()) / (fallback_std or deviation)).astype(np.float32)
    return scaled
