"""What each way of scoring and choosing units gives: python bench/units.py SET [SET ...]

The first table compares the product's ranker with other numbers (`qa.search.config`) in the place of one of its own:
``first``, ``3`` and ``5`` are the shares of questions whose evidence is the best unit or among so many, before they are
read. The second compares what a unit must have to be cited beside the best one: a score within a margin, the least
evidence, and how far below the best one's log-probability its own may be; ``cited`` is the share of questions for which
a unit that is cited is evidence, ``mean`` how many are cited. Of a set that names languages, each figure is given for
questions in the language of the document and, after a slash, for those in another.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
from prepared import Prepared, arguments, prepared
from tqdm import tqdm

from qa.answering.asked import wanted
from qa.answering.choosing import choose
from qa.answering.finding import find
from qa.answering.units import ScoredUnit, score_units
from qa.evaluation.questions import Question
from qa.retrieval import search
from qa.search.config import DEFAULT_CONFIG, SearchConfig
from qa.search.query import Query

FAR = 9.0
"""A discount that leaves nothing to borrow."""
WAYS: dict[str, SearchConfig] = {
    "the product's": DEFAULT_CONFIG,
    "MaxSim alone": replace(
        DEFAULT_CONFIG,
        lexical_weight=0.0,
        exact_penalty=0.0,
        above_discount=FAR,
        lead_discount=FAR,
        before_discount=FAR,
    ),
    **{f"lexical_weight {n}": replace(DEFAULT_CONFIG, lexical_weight=n) for n in (0.0, 0.6, 1.8)},
    **{f"coverage_power {n}": replace(DEFAULT_CONFIG, coverage_power=n) for n in (0.0, 1.0)},
    **{f"above_discount {n}": replace(DEFAULT_CONFIG, above_discount=n) for n in (0.03, 0.12, FAR)},
    **{f"lead_discount {n}": replace(DEFAULT_CONFIG, lead_discount=n) for n in (0.06, 0.24, FAR)},
    **{f"before_discount {n}": replace(DEFAULT_CONFIG, before_discount=n) for n in (0.06, 0.24, FAR)},
    **{f"context_share {n}": replace(DEFAULT_CONFIG, context_share=n) for n in (0.0, 1.0)},
    **{f"exact_penalty {n}": replace(DEFAULT_CONFIG, exact_penalty=n) for n in (0.0, 0.05, 0.2)},
}
MARGINS = (0.03, 0.045, 0.06, 0.08)
EVIDENCE = (-9.0, -3.0, -2.0, 0.0)
ALTERNATIVES = (1.0, 3.0)


@dataclass(frozen=True)
class Read:
    """A question and the passages that are read for it."""

    question: Question
    query: Query
    passages: tuple[int, ...]


def read(data: Prepared) -> list[Read]:
    """Find the passages that each question reads."""
    asked = [pair for pair in data.asked if pair[0].evidence]
    return [
        Read(question, query, tuple(hit.number for hit in search(data.index, query, DEFAULT_CONFIG.passages_read)))
        for question, query in tqdm(asked, desc="reading", leave=False)
    ]


def rank_of_evidence(one: Read, units: Sequence[ScoredUnit]) -> float:
    """Return the place, from 1, of the first unit that answers; infinite if none was read."""
    ranked = sorted(units, key=lambda unit: -unit.score)
    right = (n for n, unit in enumerate(ranked, 1) if one.question.is_answered_by(unit.source, unit.start, unit.end))
    return next(right, np.inf)


def shares(all_read: Sequence[Read], true: Iterable[float]) -> str:
    """Return the mean for questions in the document's language, and after a slash for the others."""
    values = np.array(list(true), dtype=float)
    other = np.array([one.question.is_same_language is False for one in all_read])
    means = [values[group].mean() for group in (~other, other) if group.any()]
    return "/".join(f"{mean:.3f}" for mean in means)


def measure(data: Prepared) -> None:
    """Print both tables."""
    all_read = read(data)
    print(f"\n{data.name}: {len(all_read)} questions\n{'':24}  first        3            5")
    for name, config in WAYS.items():
        ranks = [rank_of_evidence(one, score_units(data.index, one.query, one.passages, config)) for one in all_read]
        print(
            f"{name:24}  " + "  ".join(f"{shares(all_read, [r <= k for r in ranks]):11}" for k in (1, 3, 5)), flush=True
        )
    found = [find(data.index, one.query, 1) for one in tqdm(all_read, desc="reading", leave=False)]
    print(f"\n{'cited beside the best':24}  cited        mean")
    for margin, evidence, alternative in product(MARGINS, EVIDENCE, ALTERNATIVES):
        config = replace(DEFAULT_CONFIG, margin=margin, least_evidence=evidence, alternative=alternative)
        chosen = [
            choose(own.units, data.index.sources, wanted(one.query.question), config)
            for one, own in zip(all_read, found, strict=True)
        ]
        right = [
            any(one.question.is_answered_by(unit.source, unit.start, unit.end) for unit in own)
            for one, own in zip(all_read, chosen, strict=True)
        ]
        name = f"{margin:g}, {evidence:g}, {alternative:g}"
        print(f"{name:24}  {shares(all_read, right):11}  {shares(all_read, map(len, chosen)):11}", flush=True)


if __name__ == "__main__":
    options = arguments(__doc__ or "").parse_args()
    for path in options.sets:
        measure(prepared(path, options.index, options.limit))
