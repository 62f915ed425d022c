"""Question and passages, token by token -> late-interaction scores of passages and of their sentences.

MaxSim (Khattab & Zaharia 2020): the mean over the question's tokens of the best cosine among the
tokens of what is scored. The token vectors are the embedding model's own, kept since indexing, so a
question costs one short forward pass and one matrix product. A sentence's tokens were embedded
inside their passage: a pronoun there already knows whom it means.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from qa.search.embedding import Embedded, Vectors
from qa.search.tokens import TokenVectors


def cosines(question: Embedded, vectors: npt.NDArray[np.int8], norms: Vectors) -> Vectors:
    """Cosines, float32 [t, q], of each token with each of the question's tokens."""
    if not len(question.tokens):
        return np.zeros((len(vectors), 1), dtype=np.float32)
    product: Vectors = (vectors.astype(np.float32) @ question.tokens.T) / norms[:, None]
    return product


def passage_scores(question: Embedded, tokens: TokenVectors, passages: npt.NDArray[np.int64]) -> Vectors:
    """MaxSim of each passage with the question: float32 [n], at most 1.

    A passage without tokens has the lowest score of the others, so as not to stretch their scale.
    """
    scores = np.zeros(len(passages), dtype=np.float32)
    bounds = tokens.bounds[passages]
    lengths = bounds[:, 1] - bounds[:, 0]
    filled = np.flatnonzero(lengths)
    if len(filled):
        vectors = np.concatenate([tokens.vectors[a:b] for a, b in bounds[filled]])
        norms = np.concatenate([tokens.norms[a:b] for a, b in bounds[filled]])
        starts = np.concatenate([[0], np.cumsum(lengths[filled])[:-1]])
        scores[filled] = np.maximum.reduceat(cosines(question, vectors, norms), starts, axis=0).mean(axis=1)
        scores[lengths == 0] = scores[filled].min()
    return scores


def sentence_scores(
    question: Embedded, tokens: TokenVectors, passage: int, sentences: Sequence[tuple[int, int]]
) -> Vectors:
    """MaxSim of each sentence of one passage: float32 [n]; sentences are spans in the passage's text.

    A sentence without tokens has the lowest score of the others, 0 if there is none.
    """
    vectors, spans = tokens.of(passage)
    first, last = tokens.bounds[passage]
    similar = cosines(question, vectors, tokens.norms[first:last])
    scores = np.full(len(sentences), np.inf, dtype=np.float32)
    for i, (start, end) in enumerate(sentences):
        own = similar[(spans[:, 0] < end) & (spans[:, 1] > start)]
        if len(own):
            scores[i] = own.max(axis=0).mean()
    empty = np.isinf(scores)
    scores[empty] = scores[~empty].min() if not empty.all() else 0.0
    return scores
