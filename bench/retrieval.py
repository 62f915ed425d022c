"""What each way of ranking passages gives: python bench/retrieval.py SET [SET ...]

Every way but one is the product's own ranker with other weights (`qa.search.config`), over the same candidates. RRF
is reciprocal rank fusion, which many products use. Where a text has page boilerplate, the last rows give the
product's own weights with other penalties on it.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from prepared import Prepared, arguments, prepared

from qa.evaluation.metrics import Rank, covers_half, mrr_at, recall_at
from qa.evaluation.questions import Question
from qa.index import Index
from qa.retrieval import passage_units, search
from qa.search.candidates import find_candidates
from qa.search.config import DEFAULT_CONFIG, SearchConfig
from qa.search.query import Query
from qa.text.passages import Passage

PLAIN = replace(DEFAULT_CONFIG, boilerplate_penalty=0.0)
DENSE = replace(PLAIN, dense_weight=1.0, maxsim_weight=0.0)

WAYS: dict[str, SearchConfig] = {
    "dense": replace(DENSE, lexical_weight=0.0),
    "BM25": replace(PLAIN, maxsim_weight=0.0, use_coverage=False),
    "MaxSim": replace(PLAIN, lexical_weight=0.0),
    "dense + BM25": replace(DENSE, use_coverage=False),
    "dense + coverage x BM25": DENSE,
    "MaxSim + BM25": replace(PLAIN, use_coverage=False),
    "MaxSim + coverage x BM25": PLAIN,
    "dense / 2 + MaxSim / 2 + coverage x BM25": replace(PLAIN, dense_weight=0.5, maxsim_weight=0.5),
}
PENALTIES = (0.0, 1.0, 2.0)
TOP = 10


def ranked_by_rrf(index: Index, query: Query, k: int = 60) -> list[Passage]:
    """Return the candidates by reciprocal rank fusion of cosine and BM25 (Cormack, Clarke and Büttcher 2009)."""
    candidates = find_candidates(index.store, query, DEFAULT_CONFIG.depth)
    units = passage_units(index, query, candidates, with_cosines=True)
    assert units.dense is not None
    scores = 1 / (k + ranks_of(units.dense)) + 1 / (k + ranks_of(units.lexical))
    return [index.passages[candidates.numbers[n]] for n in np.argsort(-scores, kind="stable")]


def ranks_of(scores: np.ndarray) -> np.ndarray:
    """Return the place of each score, from 1, best first."""
    return np.argsort(np.argsort(-scores, kind="stable"), kind="stable") + 1


def is_right(question: Question, passage: Passage) -> bool:
    """Return whether a passage is one that should be found."""
    if question.gold:
        return passage.source == question.gold
    return any(
        passage.source == evidence.source and covers_half((passage.start, passage.end), (evidence.start, evidence.end))
        for evidence in question.evidence
    )


def first_right(question: Question, passages: list[Passage]) -> Rank:
    """Return the place of the first right passage among the first ten, from 1; None if there is none."""
    return next((n for n, passage in enumerate(passages[:TOP], 1) if is_right(question, passage)), None)


def measure(data: Prepared) -> None:
    """Print a row for each way."""
    ways = dict(WAYS)
    if any(passage.boilerplate for passage in data.index.passages):
        for penalty in PENALTIES:
            name = f"MaxSim + coverage x BM25, boilerplate -{penalty:g}"
            ways[name] = replace(DEFAULT_CONFIG, boilerplate_penalty=penalty)
    ranks: dict[str, list[Rank]] = {name: [] for name in ["RRF of dense and BM25", *ways]}
    for question, query in data.asked:
        ranks["RRF of dense and BM25"].append(first_right(question, ranked_by_rrf(data.index, query)))
        for name, config in ways.items():
            hits = search(data.index, query, TOP, config=config)
            ranks[name].append(first_right(question, [hit.passage for hit in hits]))
    print(f"\n{data.name}: {len(data.asked)} questions, {len(data.index.passages)} passages")
    print(f"{'':40}  R@1    R@5    R@10   MRR@10")
    for name, found_at in ranks.items():
        figures = [*(recall_at(k, found_at) for k in (1, 5, 10)), mrr_at(10, found_at)]
        print(f"{name:40}  " + "  ".join(f"{figure:.3f}" for figure in figures if figure is not None))


if __name__ == "__main__":
    options = arguments(__doc__ or "").parse_args()
    for path in options.sets:
        measure(prepared(path, options.index, options.limit))
