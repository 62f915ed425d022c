"""Texts -> states: what the lower layers of the embedding model make of a question, or of a passage with its context.

The passage is read with its context before it, exactly as the index embeds it (`qa.search.embedding`). The states of
its prompt and of the special tokens are left out; those of the context's last tokens come first, and are read, but
nothing that answers is ever looked for in them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from qa.errors import ModelError
from qa.reader.layers import LOWER
from qa.search.e5 import E5Encoder
from qa.search.embedding import Embedder
from qa.search.weights import DEFAULT_MODEL

States16 = npt.NDArray[np.float16]

LONGEST_CONTEXT = 48
"""Tokens of a passage's context whose states are kept: the last, which are the nearest."""
LONGEST_QUESTION = 96
"""Tokens of a question whose states are kept, its prompt included: the first."""
_BATCH_TOKENS = 3000
"""Tokens in one batch, padding included."""


@dataclass(frozen=True)
class States:
    """The states of a text's tokens after the lower layers.

    Attributes:
        hidden: float16 [t, d], the states.
        spans: int32 [t, 2], each token's place in the text; 0-based code points, end exclusive; (0, 0) in a context.
        context: how many of the tokens, the first ones, belong to the context.
    """

    hidden: States16
    spans: npt.NDArray[np.int32]
    context: int = 0


@dataclass(frozen=True)
class Tokens:
    """A text in tokens.

    Attributes:
        ids: what the encoder reads, prompt and special tokens included.
        kept: int64 [t], which of them have states.
        spans, context: as :class:`States` has them.
    """

    ids: list[int]
    kept: npt.NDArray[np.int64]
    spans: npt.NDArray[np.int32]
    context: int


def encoder_of(embedder: Embedder) -> E5Encoder:
    """Return the default model itself; a reader is trained on the states of that one.

    Raises:
        ModelError: it is another model.
    """
    if not isinstance(embedder.encoder, E5Encoder):
        raise ModelError("model.reader", model=repr(embedder.name), default=DEFAULT_MODEL)
    return embedder.encoder


class Encoder:
    """The lower layers of an embedding model."""

    def __init__(self, embedder: Embedder) -> None:
        """Use the layers of an embedding model.

        Raises:
            ModelError: it is not the default model.
        """
        self._prompts, self._encoder = embedder.prompts, encoder_of(embedder)

    def question(self, text: str) -> States:
        """Return the states of a question, its prompt and special tokens included."""
        return next(self.states(self.questions([text])))

    def passages(self, texts: Sequence[str], contexts: Sequence[str]) -> Iterator[States]:
        """Yield the states of passages, each read after what it stands under."""
        return self.states(self.in_context(texts, contexts))

    def questions(self, texts: Sequence[str]) -> list[Tokens]:
        """Return questions in tokens."""
        prompt = self._prompts.query
        found = []
        for one in self._encoder.tokenize([prompt + text for text in texts]):
            spans = np.maximum(np.array(one.offsets, dtype=np.int32) - len(prompt), 0)
            kept = np.arange(min(len(one.ids), LONGEST_QUESTION))
            found.append(Tokens(one.ids, kept, spans[kept], 0))
        return found

    def in_context(self, texts: Sequence[str], contexts: Sequence[str]) -> list[Tokens]:
        """Return passages in tokens, each after what it stands under."""
        if not texts:
            return []
        prompt = self._prompts.passage
        before = [f"{context}\n" if context else "" for context in contexts]
        encoded = self._encoder.tokenize([prompt + one + text for one, text in zip(before, texts, strict=True)])
        found = []
        for one, tokens in zip(before, encoded, strict=True):
            spans = np.array(tokens.offsets, dtype=np.int32).reshape(-1, 2) - len(prompt)
            real = ~np.array(tokens.special_tokens_mask, dtype=bool) & (spans[:, 1] > spans[:, 0])
            own = np.flatnonzero(real & (spans[:, 1] > len(one)))
            context = np.flatnonzero(real & (spans[:, 1] > 0) & (spans[:, 1] <= len(one)))[-LONGEST_CONTEXT:]
            places = np.zeros((len(context) + len(own), 2), dtype=np.int32)
            places[len(context) :] = np.maximum(spans[own] - len(one), 0)
            found.append(Tokens(tokens.ids, np.concatenate([context, own]), places, len(context)))
        return found

    def states(self, texts: Sequence[Tokens]) -> Iterator[States]:
        """Yield the states of each text, in order; texts that follow one another share a batch."""
        first = 0
        while first < len(texts):
            last, longest = first, 0
            while last < len(texts):
                longest = max(longest, len(texts[last].ids))
                if last > first and longest * (last + 1 - first) > _BATCH_TOKENS:
                    break
                last += 1
            yield from self._run(texts[first:last])
            first = last

    def _run(self, texts: Sequence[Tokens]) -> Iterator[States]:
        """Yield the states of a batch."""
        with precision():
            states = self._encoder.states([text.ids for text in texts], LOWER)
        for text, hidden in zip(texts, states, strict=True):
            yield States(hidden[text.kept].astype(np.float16), text.spans, text.context)


def precision() -> AbstractContextManager[object]:
    """Return a context in which matrices are multiplied in bfloat16, if the processor can, else as they are."""
    return torch.autocast("cpu", torch.bfloat16, enabled=torch.cpu._is_avx512_bf16_supported())
