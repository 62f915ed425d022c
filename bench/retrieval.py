"""What each way of ranking passages gives: python bench/retrieval.py SET [SET ...]

All of them rank the same candidates, the best hundred of the vectors' and of BM25's. RRF is reciprocal
rank fusion, which many products use; the lists are else added as z-scores (`qa.search.fusion`). Where a text
has page boilerplate, the last rows give the product's own way with other penalties on it.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from prepared import Prepared, arguments, prepared

from qa import retrieval
from qa.evaluation.metrics import covers_half, mrr_at, recall_at
from qa.evaluation.questions import Question
from qa.retrieval import Query
from qa.search.fusion import fuse, standardise
from qa.search.rerank import passage_scores

Scores = np.ndarray


def ranks_of(scores: Scores) -> Scores:
    """Place of each score, from 1, best first."""
    return np.argsort(np.argsort(-scores, kind="stable"), kind="stable") + 1


def rrf(one: Scores, other: Scores, k: int = 60) -> Scores:
    """Reciprocal rank fusion (Cormack, Clarke and Büttcher 2009)."""
    return 1 / (k + ranks_of(one)) + 1 / (k + ranks_of(other))


Way = Callable[[Scores, Scores, Scores, float], Scores]

WAYS: dict[str, Way] = {
    "dense": lambda dense, late, words, coverage: dense,
    "BM25": lambda dense, late, words, coverage: words,
    "late interaction": lambda dense, late, words, coverage: late,
    "RRF of dense and BM25": lambda dense, late, words, coverage: rrf(dense, words),
    "dense + BM25": lambda dense, late, words, coverage: fuse(dense, words, 1.0),
    "dense + coverage x BM25": lambda dense, late, words, coverage: fuse(dense, words, coverage),
    "late + BM25": lambda dense, late, words, coverage: fuse(late, words, 1.0),
    "late + coverage x BM25": lambda dense, late, words, coverage: fuse(late, words, coverage),
    "dense / 2 + late / 2 + coverage x BM25": lambda dense, late, words, coverage: (
        (standardise(dense) + standardise(late)) / 2 + coverage * standardise(words)
    ),
}


def right_passages(data: Prepared, question: Question) -> set[int]:
    """Numbers of the passages that should be found."""
    if question.gold:
        return {n for n, passage in enumerate(data.index.passages) if passage.source == question.gold}
    return {
        n
        for n, passage in enumerate(data.index.passages)
        for evidence in question.evidence
        if passage.source == evidence.source
        and covers_half((passage.start, passage.end), (evidence.start, evidence.end))
    }


def candidates(data: Prepared, query: Query) -> tuple[Scores, Scores, Scores, Scores]:
    """Candidates, and their cosines, late-interaction and BM25 scores."""
    index = data.index
    near, _ = index.store.search_dense(query.embedded.vector, retrieval.DEPTH)
    worded, bm25 = index.store.search_lexical(query.terms, retrieval.DEPTH)
    found = np.union1d(near, worded)
    words = np.zeros(len(found), dtype=np.float32)
    words[np.searchsorted(found, worded)] = bm25
    dense = np.array([index.store.vector(int(n)) @ query.embedded.vector for n in found], dtype=np.float32)
    return found, dense, passage_scores(query.embedded, index.tokens, found), words


def measure(data: Prepared) -> None:
    """Prints a row for each way."""
    ranks: dict[str, list[int | None]] = {}
    boilerplate = np.array([passage.boilerplate for passage in data.index.passages])
    for question, query in data.asked:
        right = right_passages(data, question)
        found, dense, late, words = candidates(data, query)
        scores = {name: way(dense, late, words, query.coverage) for name, way in WAYS.items()}
        for penalty in (0.0, 1.0, 2.0) if boilerplate.any() else ():
            scores[f"late + coverage x BM25, boilerplate -{penalty:g}"] = (
                fuse(late, words, query.coverage) - penalty * boilerplate[found]
            )
        for name, score in scores.items():
            order = found[np.argsort(-score, kind="stable")][:10].tolist()
            ranks.setdefault(name, []).append(next((i for i, n in enumerate(order, 1) if n in right), None))
    print(f"\n{data.name}: {len(data.asked)} questions, {len(data.index.passages)} passages")
    print(f"{'':40}  R@1    R@5    R@10   MRR@10")
    for name, found_at in ranks.items():
        figures = [*(recall_at(k, found_at) for k in (1, 5, 10)), mrr_at(10, found_at)]
        print(f"{name:40}  " + "  ".join(f"{figure:.3f}" for figure in figures if figure is not None))


if __name__ == "__main__":
    options = arguments(__doc__ or "").parse_args()
    for path in options.sets:
        measure(prepared(path, options.index, options.limit))
