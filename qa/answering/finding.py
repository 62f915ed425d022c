"""Query -> what is found: hits, their units, scored and read, and the signs of how surely they answer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from qa.answering.confidence import Calibration, Signs, signs_of
from qa.answering.readings import can_read, read_units
from qa.answering.units import ScoredUnit, best_of, score_units
from qa.index import Index
from qa.retrieval import Hit, search
from qa.search.config import DEFAULT_CONFIG, SearchConfig
from qa.search.query import Query


@dataclass(frozen=True)
class Found:
    """What was found for a question.

    Attributes:
        hits: the passages, best first.
        units: the units of those that were read, or only scored, with their scores.
        signs: how surely they answer; None if nothing was found, or the index cannot be read.
        alone: of a turn that was read with what went before, the signs of the turn by itself; else None.
        alone_share: how much these count, 0 to 1.
    """

    hits: list[Hit]
    units: list[ScoredUnit]
    signs: Signs | None
    alone: Signs | None = None
    alone_share: float = 0.0

    @property
    def best(self) -> ScoredUnit:
        """The unit with the highest score; there must be units."""
        return best_of(self.units)

    def confidence(self, calibration: Calibration) -> float:
        """Return the probability that the best unit answers; there must be signs.

        Of a turn of a conversation it is the weighted geometric mean of both readings, so that a question about
        something else is not answered because the one before it was.
        """
        assert self.signs is not None
        blended = calibration.probability(self.signs)
        if self.alone is None:
            return blended
        return float(calibration.probability(self.alone) ** self.alone_share * blended ** (1 - self.alone_share))


def find(
    index: Index,
    query: Query,
    k: int,
    among: npt.NDArray[np.int64] | None = None,
    config: SearchConfig = DEFAULT_CONFIG,
) -> Found:
    """Search for at least k passages, only among those numbered, if given, and read the best of them."""
    hits = search(index, query, max(k, config.passages_read), among, config)
    units = score_units(index, query, [hit.number for hit in hits[: config.passages_read]], config)
    if not units or not can_read(index, config):
        return Found(hits, units, None)
    read = read_units(index, query, units, config)
    return Found(hits, read.units, signs_of(index, query, read, units))
