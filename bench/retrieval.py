"""What each way of ranking passages gives: python bench/retrieval.py SET [SET ...]

Every way but two is the product's own ranker with other weights (`qa.search.config`), over the same candidates. RRF is
reciprocal rank fusion, which many products use. Where a text has page boilerplate, the last rows give the product's own
weights with other penalties on it.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from prepared import Prepared, arguments, prepared

from qa.evaluation.metrics import Rank, covers_half, mrr_at, recall_at
from qa.evaluation.questions import Question
from qa.index import Index
from qa.retrieval import search
from qa.search.candidates import find_candidates
from qa.search.config import DEFAULT_CONFIG, SearchConfig
from qa.search.query import Query
from qa.text.passages import Passage

PLAIN = replace(DEFAULT_CONFIG, boilerplate_penalty=0.0)

WAYS: dict[str, SearchConfig] = {
    "BM25 almost alone": replace(PLAIN, lexical_weight=1e3, coverage_power=0.0, exact_penalty=0.0),
    "MaxSim": replace(PLAIN, lexical_weight=0.0, exact_penalty=0.0),
    **{f"MaxSim + {n} x share": replace(PLAIN, lexical_weight=n) for n in (0.4, 0.8, 1.2, 1.6)},
    "MaxSim + share, whatever the coverage": replace(PLAIN, coverage_power=0.0),
}
PENALTIES = (0.0, 0.1, 0.2)
TOP = 10


def by_cosine(index: Index, query: Query) -> list[Passage]:
    """Return the passages whose vectors are nearest."""
    return [index.passages[number] for number in index.store.search_dense(query.embedded.vector, TOP)[0]]


def by_rrf(index: Index, query: Query, k: int = 60) -> list[Passage]:
    """Return the candidates by reciprocal rank fusion of cosine and BM25 (Cormack, Clarke and Büttcher 2009)."""
    candidates = find_candidates(index.store, query, DEFAULT_CONFIG.depth)
    cosines = np.array([index.store.vector(number) @ query.embedded.vector for number in candidates.numbers.tolist()])
    scores = 1 / (k + ranks_of(cosines)) + 1 / (k + ranks_of(candidates.lexical))
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
            name = f"boilerplate -{penalty:g}"
            ways[name] = replace(DEFAULT_CONFIG, boilerplate_penalty=penalty)
    ranks: dict[str, list[Rank]] = {name: [] for name in ["dense", "RRF of dense and BM25", *ways]}
    for question, query in data.asked:
        ranks["dense"].append(first_right(question, by_cosine(data.index, query)))
        ranks["RRF of dense and BM25"].append(first_right(question, by_rrf(data.index, query)))
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
