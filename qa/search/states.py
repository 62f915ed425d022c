"""Which of a text's tokens have states, and the states themselves: what the trained reader reads (`qa.reader`).

States are what the lower layers of the default embedding model make of tokens, before its upper layers turn them into
vectors. The reader reads them instead of the text, so that the encoder need not run again.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Spans = npt.NDArray[np.int32]
States16 = npt.NDArray[np.float16]

LOWER = 8
"""The layer of the encoder after which states are kept; the layers up to it read question and passage apart."""
LONGEST_CONTEXT = 48
"""Tokens of a passage's context whose states are kept: the last, which are the nearest."""
LONGEST_QUESTION = 96
"""Tokens of a question whose states are kept, its prompt included: the first."""


@dataclass(frozen=True)
class States:
    """The states of a text's tokens after the lower layers.

    Attributes:
        hidden: float16 [t, d], the states.
        spans: int32 [t, 2], each token's place in the text; 0-based code points, end exclusive; (0, 0) in a context.
        context: how many of the tokens, the first ones, belong to the context.
    """

    hidden: States16
    spans: Spans
    context: int = 0


@dataclass(frozen=True)
class Chosen:
    """The tokens of a text that are kept, of all that the encoder reads.

    Attributes:
        rows: int64 [t], their numbers.
        spans, context: as :class:`States` has them.
    """

    rows: npt.NDArray[np.int64]
    spans: Spans
    context: int = 0

    @property
    def own(self) -> Chosen:
        """The same without the tokens of the context: those that have vectors."""
        return Chosen(self.rows[self.context :], self.spans[self.context :])

    def states(self, lower: npt.NDArray[np.float32]) -> States:
        """Return their states, of the states float32 [n, d] of all tokens."""
        return States(lower[self.rows].astype(np.float16), self.spans, self.context)


def in_passage(spans: Spans, special: npt.NDArray[np.bool_], prompt: int, before: int) -> Chosen:
    """Choose the tokens of a passage, the last ones of its context first; special ones and the prompt are left out.

    Args:
        spans: int32 [n, 2], the places of all tokens in what the encoder reads.
        special: bool [n], which of them are special.
        prompt: code points of the prompt, which comes first.
        before: code points of the context, which comes next, with the line break after it; 0 without one.
    """
    places = spans - prompt
    real = ~special & (places[:, 1] > np.maximum(places[:, 0], 0))
    own = np.flatnonzero(real & (places[:, 1] > before))
    context = np.flatnonzero(real & (places[:, 1] <= before))[-LONGEST_CONTEXT:]
    kept = np.zeros((len(context) + len(own), 2), dtype=np.int32)
    kept[len(context) :] = np.maximum(places[own] - before, 0)
    return Chosen(np.concatenate([context, own]), kept, len(context))


def in_question(spans: Spans, prompt: int) -> Chosen:
    """Choose the first tokens of a question, its prompt and special tokens included.

    Args:
        spans: int32 [n, 2], the places of all tokens in what the encoder reads.
        prompt: code points of the prompt, which comes first.
    """
    rows = np.arange(min(len(spans), LONGEST_QUESTION))
    return Chosen(rows, np.maximum(spans[rows] - prompt, 0).astype(np.int32))


@dataclass(frozen=True)
class QuantisedStates:
    """States in one byte a number.

    Attributes:
        values: int8 [t, d].
        scales: float16 [t], what the values of each token are multiplied with.
    """

    values: npt.NDArray[np.int8]
    scales: npt.NDArray[np.float16]

    @classmethod
    def of(cls, states: States) -> QuantisedStates:
        """Quantise states: the largest absolute value of each token becomes 127."""
        hidden = states.hidden.astype(np.float32)
        scales = (np.abs(hidden).max(axis=1, initial=1e-3) / 127).astype(np.float16)
        values = np.clip(np.rint(hidden / scales[:, None].astype(np.float32)), -127, 127)
        return cls(values.astype(np.int8), scales)

    def hidden(self) -> States16:
        """Return the states as they are read: float16 [t, d]."""
        return (self.values * self.scales[:, None].astype(np.float32)).astype(np.float16)
