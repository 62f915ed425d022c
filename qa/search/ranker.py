"""Query and units -> a score for each unit: the one place that defines how scores are computed.

A unit is a stretch of a passage: the whole passage, a sentence, an item, a row of a table. All kinds are scored by
one formula:

    score = maxsim + lexical_weight * coverage ** coverage_power * lexical
          - exact_penalty * missing
          - boilerplate_penalty                     if the unit belongs to a page's boilerplate

    maxsim      closeness in meaning, token by token, the unit's context included (`qa.search.maxsim`)
    lexical     BM25 of the unit and half of the best of its context's, over the most that they can be
    coverage    the share of them that the index knows; near 0 in a foreign language
    missing     the share of the question's numbers, codes and quoted words that the unit lacks and another has

The weights are in `qa.search.config`. Scores can be compared within one call: BM25 depends on the mean length of the
units, and `missing` on what the others have.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from qa.search.config import DEFAULT_CONFIG, SearchConfig
from qa.search.maxsim import Context, Stretches, maxsim
from qa.search.query import Query, Scores
from qa.search.tokens import TokenVectors


@dataclass(frozen=True)
class Units:
    """n stretches of passages that are scored, and what is known of them before.

    Attributes:
        stretches: the n stretches.
        lexical: float32 [n], BM25 over the sum of the question's weights, with a share of the context's.
        missing: float32 [n], 0 to 1: the share of the question's exact parts that each lacks, of those that any has.
        boilerplate: bool [n], whether each belongs to a page's boilerplate.
        context: what each may borrow from what stands around it; None for nothing.
    """

    stretches: Stretches
    lexical: Scores
    missing: Scores
    boilerplate: npt.NDArray[np.bool_]
    context: Context | None = None

    def __len__(self) -> int:
        return len(self.stretches)


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

    def score(self, query: Query, units: Units) -> UnitScores:
        """Return the score of each unit, and its parts."""
        config = self.config
        meaning = maxsim(query.embedded, self.tokens, units.stretches, units.context)
        weight = config.lexical_weight * query.coverage**config.coverage_power
        total = meaning + np.float32(weight) * units.lexical
        total -= np.float32(config.exact_penalty) * units.missing
        total -= np.float32(config.boilerplate_penalty) * units.boilerplate.astype(np.float32)
        return UnitScores(total, meaning, units.lexical)
