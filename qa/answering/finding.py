"""Query -> what is found: hits, their units, scored and read, and the signs of how surely they answer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from qa.answering.confidence import Signs, signs_of
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
    """

    hits: list[Hit]
    units: list[ScoredUnit]
    signs: Signs | None

    @property
    def best(self) -> ScoredUnit:
        """The unit with the highest score; there must be units."""
        return best_of(self.units)


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
