"""Question and stretches of passages -> how near each comes to the question in meaning, token by token.

MaxSim (Khattab and Zaharia, *ColBERT*, 2020) is the mean, over the question's tokens, of the best cosine among the
tokens of what is scored. The token vectors are the embedding model's own and were kept when the index was built, so
a question costs one short forward pass and one matrix product. The tokens of a sentence were embedded within their
passage: a pronoun among them already knows what it refers to.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from qa.search.embedding import Embedded, Vectors
from qa.search.tokens import TokenVectors


def maxsim(
    question: Embedded, tokens: TokenVectors, passages: npt.NDArray[np.int64], spans: npt.NDArray[np.int64]
) -> Vectors:
    """Return the MaxSim score of each unit with the question.

    Args:
        question: the question's embeddings.
        tokens: the token vectors of the index's passages.
        passages: int64 [n], the number of the passage that each unit lies in.
        spans: int64 [n, 2], where each unit lies in its passage's text; 0-based code points, end exclusive.

    Returns:
        float32 [n], at most 1. A unit without tokens gets the lowest score of the others, which leaves their
        mean and spread almost as they are; 0 if no unit has any.
    """
    involved, own_passage = np.unique(passages, return_inverse=True)
    bounds = tokens.bounds[involved]
    similar = _token_cosines(question, tokens, bounds)
    ends = np.cumsum(bounds[:, 1] - bounds[:, 0])
    best = np.zeros((len(passages), similar.shape[1]), dtype=np.float32)
    scored = np.zeros(len(passages), dtype=bool)
    for unit, (passage, (start, end)) in enumerate(zip(own_passage, spans, strict=True)):
        first, last = bounds[passage]
        places = tokens.spans[first:last]
        rows = similar[ends[passage] - (last - first) : ends[passage]]
        inside = rows[(places[:, 0] < end) & (places[:, 1] > start)]
        if len(inside):
            best[unit] = inside.max(axis=0)
            scored[unit] = True
    scores: Vectors = best.mean(axis=1)
    if scored.any():
        scores[~scored] = scores[scored].min()
    return scores


def _token_cosines(question: Embedded, tokens: TokenVectors, bounds: npt.NDArray[np.int64]) -> Vectors:
    """Return float32 [t, q]: the cosine of each of the passages' t tokens with each of the question's q tokens."""
    stretches = [(first, last) for first, last in bounds.tolist() if last > first]
    if not stretches or not len(question.tokens):
        return np.zeros((sum(last - first for first, last in stretches), 1), dtype=np.float32)
    vectors = np.concatenate([tokens.vectors[first:last] for first, last in stretches])
    norms = np.concatenate([tokens.norms[first:last] for first, last in stretches])
    cosines: Vectors = (vectors.astype(np.float32) @ question.tokens.T) / norms[:, None]
    return cosines
