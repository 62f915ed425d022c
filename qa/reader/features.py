"""Texts -> states: what the lower layers of the embedding model make of questions and passages, without the upper ones.

An index keeps the states of its passages, and embedding a question gives its states too (`qa.search`). This is the
quicker way for many texts of which nothing else is wanted: the data to train on. Which tokens have states, and what
a passage is read after, is decided by the code that the index uses.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

import torch

from qa.errors import ModelError
from qa.search.e5 import E5Encoder, spans_of, special_in
from qa.search.embedding import Embedder
from qa.search.states import LOWER, Chosen, States, in_passage, in_question
from qa.search.weights import DEFAULT_MODEL

_BATCH_TOKENS = 3000
"""Tokens in one batch, padding included."""


@dataclass(frozen=True)
class Tokens:
    """A text in tokens.

    Attributes:
        ids: what the encoder reads, prompt and special tokens included.
        chosen: which of them have states.
    """

    ids: list[int]
    chosen: Chosen


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
        self._embedder, self._encoder = embedder, encoder_of(embedder)

    def questions(self, texts: Sequence[str]) -> list[Tokens]:
        """Return questions in tokens."""
        prompt = self._embedder.prompts.query
        encoded = self._encoder.tokenize([prompt + text for text in texts])
        return [Tokens(one.ids, in_question(spans_of(one), len(prompt))) for one in encoded]

    def in_context(self, texts: Sequence[str], contexts: Sequence[str]) -> list[Tokens]:
        """Return passages in tokens, each after what it stands under."""
        prompt, before = self._embedder.prompts.passage, self._embedder.before(texts, contexts)
        encoded = self._encoder.tokenize([prompt + start + text for start, text in zip(before, texts, strict=True)])
        return [
            Tokens(one.ids, in_passage(spans_of(one), special_in(one), len(prompt), len(start)))
            for start, one in zip(before, encoded, strict=True)
        ]

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
            yield text.chosen.states(hidden)


def precision() -> AbstractContextManager[object]:
    """Return a context in which matrices are multiplied in bfloat16, if the processor can, else as they are."""
    return torch.autocast("cpu", torch.bfloat16, enabled=torch.cpu._is_avx512_bf16_supported())
