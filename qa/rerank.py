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

from qa.embedding import Embedded, Vectors
from qa.stores.tokens import TokenVectors


def cosines(question: Embedded, vectors: npt.NDArray[np.int8], norms: Vectors) -> Vectors:
    """Cosines, float32 [t, q], of each token with each of the question's tokens."""
    asked = question.tokens if len(question.tokens) else question.vector[None, :]
    product: Vectors = (vectors.astype(np.float32) @ asked.T) / norms[:, None]
    return product


def passage_scores(question: Embedded, tokens: TokenVectors, passages: npt.NDArray[np.int64]) -> Vectors:
    """MaxSim of each passage with the question: float32 [n], at most 1; -1 for one without tokens."""
    scores = np.full(len(passages), -1.0, dtype=np.float32)
    bounds = tokens.bounds[passages]
    lengths = bounds[:, 1] - bounds[:, 0]
    filled = np.flatnonzero(lengths)
    if len(filled):
        vectors = np.concatenate([tokens.vectors[a:b] for a, b in bounds[filled]])
        norms = np.concatenate([tokens.norms[a:b] for a, b in bounds[filled]])
        starts = np.concatenate([[0], np.cumsum(lengths[filled])[:-1]])
        scores[filled] = np.maximum.reduceat(cosines(question, vectors, norms), starts, axis=0).mean(axis=1)
    return scores


def sentence_scores(
    question: Embedded, tokens: TokenVectors, passage: int, sentences: Sequence[tuple[int, int]]
) -> Vectors:
    """MaxSim of each sentence of one passage: float32 [n]; sentences are spans in the passage's text."""
    vectors, spans = tokens.of(passage)
    first, last = tokens.bounds[passage]
    similar = cosines(question, vectors, tokens.norms[first:last])
    scores = np.full(len(sentences), -1.0, dtype=np.float32)
    for i, (start, end) in enumerate(sentences):
        own = similar[(spans[:, 0] < end) & (spans[:, 1] > start)]
        if len(own):
            scores[i] = own.max(axis=0).mean()
    return scores
