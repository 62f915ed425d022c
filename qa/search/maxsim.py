"""Question and stretches of passages -> how near each comes to the question in meaning, token by token.

MaxSim (Khattab and Zaharia, *ColBERT*, 2020) is the mean, over the question's tokens, of the best cosine among the
tokens of what is scored. The token vectors are the embedding model's own and were kept when the index was built, so
a question costs one short forward pass and one matrix product. The tokens of a sentence were embedded within their
passage: a pronoun among them already knows what it refers to.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from qa.search.embedding import Embedded
from qa.search.encoders import Vectors
from qa.search.tokens import TokenVectors


@dataclass(frozen=True)
class Stretches:
    """n stretches of passages.

    Attributes:
        passages: int64 [n], the number of the passage that each lies in.
        spans: int64 [n, 2], where each lies in its passage's text; 0-based code points, end exclusive.
    """

    passages: npt.NDArray[np.int64]
    spans: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.passages)


@dataclass(frozen=True)
class Context:
    """What n units may borrow from m stretches around them, in k pairs of a unit and a stretch.

    A token of the question that matches a token of the stretch counts for the unit, less a discount.

    Attributes:
        stretches: the m stretches.
        units: int64 [k], the unit of each pair.
        lenders: int64 [k], the stretch of each pair.
        discounts: float32 [k], what is taken off the cosines.
    """

    stretches: Stretches
    units: npt.NDArray[np.int64]
    lenders: npt.NDArray[np.int64]
    discounts: npt.NDArray[np.float32]


def maxsim(question: Embedded, tokens: TokenVectors, units: Stretches, context: Context | None = None) -> Vectors:
    """Return the MaxSim score of each unit with the question; arguments as of `matches`.

    Returns:
        float32 [n], at most 1. A unit without tokens gets the lowest score of the others; 0 if no unit has any.
    """
    best, scored = matches(question, tokens, units, context)
    scores: Vectors = np.where(scored, best.mean(axis=1), np.float32(0)).astype(np.float32)
    if scored.any():
        scores[~scored] = scores[scored].min()
    return scores


def matches(
    question: Embedded, tokens: TokenVectors, units: Stretches, context: Context | None = None
) -> tuple[Vectors, npt.NDArray[np.bool_]]:
    """Return how well each unit matches each token of the question.

    Args:
        question: the question's embeddings.
        tokens: the token vectors of the index's passages.
        units: what is scored.
        context: what they may borrow; None for nothing.

    Returns:
        float32 [n, q], for each unit and token the best cosine, and bool [n], which units have tokens of their own.
    """
    best = best_cosines(question, tokens, units)
    scored = np.isfinite(best[:, 0])
    if context is not None and len(context.units):
        lent = best_cosines(question, tokens, context.stretches)[context.lenders]
        np.maximum.at(best, context.units, lent - context.discounts[:, None])
    return best, scored


def nearness(question: Embedded, tokens: TokenVectors, stretches: Stretches) -> Vectors:
    """Return float32 [n]: the mean, over a stretch's tokens, of the best cosine among the question's.

    It says how well the question covers a short text such as the title of a column; -1 for one without tokens.
    """
    means = []
    for passage, (start, end) in zip(stretches.passages.tolist(), stretches.spans.tolist(), strict=True):
        bounds = tokens.bounds[[passage]]
        places = tokens.spans[slice(*bounds[0])]
        inside = _token_cosines(question, tokens, bounds)[(places[:, 0] < end) & (places[:, 1] > start)]
        means.append(float(inside.max(axis=1).mean()) if len(inside) and len(question.tokens) else -1.0)
    return np.array(means, dtype=np.float32)


def best_cosines(question: Embedded, tokens: TokenVectors, stretches: Stretches) -> Vectors:
    """Return float32 [n, q]: for each stretch and token of the question, the best cosine among the stretch's tokens.

    The values of a stretch without tokens are minus infinity.
    """
    involved, own_passage = np.unique(stretches.passages, return_inverse=True)
    bounds = tokens.bounds[involved]
    similar = _token_cosines(question, tokens, bounds)
    ends = np.cumsum(bounds[:, 1] - bounds[:, 0])
    best = np.full((len(stretches), similar.shape[1]), -np.inf, dtype=np.float32)
    for number, (passage, (start, end)) in enumerate(zip(own_passage, stretches.spans, strict=True)):
        first, last = bounds[passage]
        places = tokens.spans[first:last]
        # Tokens are in reading order: those that overlap the stretch are a range.
        begin = int(np.searchsorted(places[:, 1], start, side="right"))
        stop = int(np.searchsorted(places[:, 0], end, side="left"))
        if begin < stop:
            offset = ends[passage] - (last - first)
            best[number] = similar[offset + begin : offset + stop].max(axis=0)
    return best


def _token_cosines(question: Embedded, tokens: TokenVectors, bounds: npt.NDArray[np.int64]) -> Vectors:
    """Return float32 [t, q]: the cosine of each of the passages' t tokens with each of the question's q tokens."""
    ranges = [(first, last) for first, last in bounds.tolist() if last > first]
    if not ranges or not len(question.tokens):
        return np.zeros((sum(last - first for first, last in ranges), 1), dtype=np.float32)
    vectors = np.concatenate([tokens.vectors[first:last] for first, last in ranges])
    norms = np.concatenate([tokens.norms[first:last] for first, last in ranges])
    cosines: Vectors = (vectors.astype(np.float32) @ question.tokens.T) / norms[:, None]
    return cosines
