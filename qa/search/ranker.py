"""Query and units -> a score for each unit: the one place that defines how scores are computed.

A unit is a stretch of a passage: the whole passage, a sentence, a row of a table. All kinds are scored by one
formula, over the units that are scored together:

    score = maxsim_weight * z(maxsim)
          + lexical_weight * coverage * z(lexical)
          + dense_weight * z(dense)                 if the units bring it; its weight is 0 by default
          - boilerplate_penalty                     if the unit belongs to a page's boilerplate

    maxsim      closeness in meaning, token by token (`qa.search.maxsim`)
    lexical     BM25 over the question's terms (`qa.search.lexical`)
    dense       cosine of the question's vector and the unit's
    coverage    the share of the question's terms, by weight, that the index knows; near 0 in a foreign language
    z(x)        x in standard deviations above the mean of the units (`qa.search.fusion`)

The weights are in `qa.search.config`. The scores of two calls cannot be compared, since z depends on the other
units of the call; MaxSim, BM25 and cosines can.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from qa.search.config import DEFAULT_CONFIG, SearchConfig
from qa.search.fusion import Component, Scores, fuse
from qa.search.maxsim import maxsim
from qa.search.query import Query
from qa.search.tokens import TokenVectors


@dataclass(frozen=True)
class Units:
    """n stretches of passages that are scored together, and what is known of them before.

    Attributes:
        passages: int64 [n], the number of the passage that each lies in.
        spans: int64 [n, 2], where each lies in its passage's text; 0-based code points, end exclusive.
        lexical: float32 [n], BM25 scores; 0 where no term matched.
        boilerplate: bool [n], whether each belongs to a page's boilerplate.
        dense: float32 [n], cosines with the question's vector; None where nothing has been measured.
    """

    passages: npt.NDArray[np.int64]
    spans: npt.NDArray[np.int64]
    lexical: Scores
    boilerplate: npt.NDArray[np.bool_]
    dense: Scores | None = None

    def __len__(self) -> int:
        return len(self.passages)


@dataclass(frozen=True)
class UnitScores:
    """The scores of n units, float32 [n] each, in the units' order: the sum, and the parts it is made of."""

    total: Scores
    maxsim: Scores
    lexical: Scores

    def best_first(self) -> list[int]:
        """Return the units' positions by falling total; of equal ones the first comes first."""
        order: list[int] = np.argsort(-self.total, kind="stable").tolist()
        return order


class Ranker:
    """Scores the units of one index by one configuration.

    Attributes:
        tokens: the token vectors of the index's passages.
        config: the weights.
    """

    def __init__(self, tokens: TokenVectors, config: SearchConfig = DEFAULT_CONFIG) -> None:
        """Keep what the scores depend on besides query and units."""
        self.tokens = tokens
        self.config = config

    def score(self, query: Query, units: Units, fallback_std: tuple[float, float] | None = None) -> UnitScores:
        """Return the score of each unit, and its parts.

        Args:
            query: a question prepared for the index.
            units: stretches of the index's passages.
            fallback_std: the usual standard deviations of MaxSim and BM25 for units of this kind, which are used
                where there are fewer than `SearchConfig.few_units`. None: the units' own, however few.
        """
        config = self.config
        meaning = maxsim(query.embedded, self.tokens, units.passages, units.spans)
        maxsim_std, lexical_std = (fallback_std if len(units) < config.few_units else None) or (None, None)
        coverage = query.coverage if config.use_coverage else 1.0
        components = [
            Component(meaning, config.maxsim_weight, maxsim_std),
            Component(units.lexical, config.lexical_weight * coverage, lexical_std),
        ]
        if units.dense is not None:
            components.append(Component(units.dense, config.dense_weight))
        total = fuse(components) - np.float32(config.boilerplate_penalty) * units.boilerplate.astype(np.float32)
        return UnitScores(total, meaning, units.lexical)
