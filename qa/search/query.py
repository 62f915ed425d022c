"""A question prepared for one index: its embeddings, its terms, and how well the index covers them."""

from __future__ import annotations

from dataclasses import dataclass

from qa.search.embedding import Embedded


@dataclass(frozen=True)
class Query:
    """What both searches and the ranker need of a question.

    Attributes:
        question: the question without the white space around it.
        embedded: its embeddings, by the index's model.
        terms: its terms, each once, in order.
        coverage: the share of the terms' weight that the index knows, 0 to 1 (`BM25.coverage`).
    """

    question: str
    embedded: Embedded
    terms: tuple[str, ...]
    coverage: float
