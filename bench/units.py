"""What each way of scoring and choosing units gives: python bench/units.py SET [SET ...]

The first table compares the product's ranker with other numbers (`qa.search.config`) in the place of one of its own:
``first``, ``3`` and ``5`` are the shares of questions whose evidence is the best unit or among so many. The second
compares margins below the best unit within which another is cited too: ``first`` is the share of questions whose first
citation is evidence, ``cited`` the share with any, ``mean`` how many are cited. Of a set that names languages, each
figure is given for questions in the language of the document and, after a slash, for those in another.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from prepared import Prepared, arguments, prepared
from tqdm import tqdm

from qa.answer import answer_query
from qa.evaluation.metrics import is_same_sentence
from qa.evaluation.questions import Question
from qa.retrieval import search
from qa.search.config import DEFAULT_CONFIG, SearchConfig
from qa.search.query import Query
from qa.units import ScoredUnit, score_units

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
MARGINS = (0.02, 0.04, 0.06, 0.08, 0.12, 0.16)


@dataclass(frozen=True)
class Read:
    """A question and the passages that are read for it."""

    question: Question
    query: Query
    passages: tuple[int, ...]


def is_evidence(question: Question, source: str, start: int, end: int) -> bool:
    """Return whether a span is one that answers."""
    return any(
        source == evidence.source and is_same_sentence((start, end), (evidence.start, evidence.end))
        for evidence in question.evidence
    )


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
    right = (n for n, unit in enumerate(ranked, 1) if is_evidence(one.question, unit.source, unit.start, unit.end))
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
    print(f"\n{'margin':24}  first        cited        mean")
    for margin in MARGINS:
        config = replace(DEFAULT_CONFIG, margin=margin, min_confidence=0.0)
        cited = [answer_query(data.index, one.query, 1, config=config).citations for one in all_read]
        right = [
            [is_evidence(one.question, c.source, c.start, c.end) for c in own]
            for one, own in zip(all_read, cited, strict=True)
        ]
        figures = ([own[0] for own in right], map(any, right), map(len, cited))
        print(f"{margin:<24g}  " + "  ".join(f"{shares(all_read, figure):11}" for figure in figures), flush=True)


if __name__ == "__main__":
    options = arguments(__doc__ or "").parse_args()
    for path in options.sets:
        measure(prepared(path, options.index, options.limit))
