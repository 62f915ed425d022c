"""Texts -> embeddings: float32 vectors of unit length, one for the text and one for each of its tokens.

`qa.search.weights` finds the default model; any ``SentenceTransformer`` can be used instead. The vectors of the tokens
come from the same forward pass as the text's own; `qa.search.maxsim` compares them.
"""

from __future__ import annotations

import copy
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from qa.progress import Progress, ProgressEvent, Stage
from qa.search.directions import LanguageDirections
from qa.search.encoders import Encoded, Encoder, Prompts, Vectors
from qa.search.states import Chosen, States, in_passage, in_question

_BATCH = 16
_BETWEEN = 4
"""Tokens that a context and its passage, joined by a line break, may have more than apart."""


@dataclass(frozen=True)
class ModelRecord:
    """The model that made an index, as its manifest records it.

    Attributes:
        name: the name that the user gave it.
        fingerprint: see :class:`Embedder`.
        prompts: the text put before questions and passages.
        dimension: the length of a vector.
        directions: the name of the directions of language that are removed; None if none are.
        lower: the layer after which the states of tokens are kept; None if none are.
    """

    name: str
    fingerprint: str
    prompts: Prompts
    dimension: int
    directions: str | None = None
    lower: int | None = None


@dataclass(frozen=True)
class Embedded:
    """The embeddings of one text.

    Attributes:
        vector: float32 [d], unit length, the text as a whole.
        tokens: float32 [t, d], unit length, its tokens; special tokens and the prompt are left out.
        spans: int32 [t, 2], each token's place in the text; 0-based code points, end exclusive.
        states: the states of a question's first tokens, prompt and special tokens included, or of a passage's tokens
            after the last ones of its context; None if the model gives none.
    """

    vector: Vectors
    tokens: Vectors
    spans: npt.NDArray[np.int32]
    states: States | None = None


class Embedder:
    """An embedding model with its prompts.

    Attributes:
        name: the name that the user gave it.
        prompts: the text put before questions and passages.
        dimension: d, the length of a vector.
        max_tokens: how many tokens of a passage the model reads, not counting prompt and special tokens.
        fingerprint: 16 hex digits, a hash of all weights, the tokenizer, the window and the kind of pooling; another
            model has another one, and so has the same model after more training.
        directions: the directions of language that are removed from its vectors; None if none are.
    """

    def __init__(self, encoder: Encoder, name: str, directions: LanguageDirections | None = None) -> None:
        """Wrap a loaded model, with its own prompts."""
        self._encoder = encoder
        self._lock = threading.Lock()  # a fast tokenizer changes its truncation state when used
        self.name = name
        self.directions = directions
        self.dimension = encoder.dimension
        self.fingerprint = encoder.fingerprint
        self._set(encoder.prompts)

    @property
    def record(self) -> ModelRecord:
        """What distinguishes it from another model, and from the same model with other prompts."""
        directions = self.directions.name if self.directions else None
        return ModelRecord(self.name, self.fingerprint, self.prompts, self.dimension, directions, self._encoder.lower)

    def without_directions(self) -> Embedder:
        """Return the same model with its vectors as they are, directions of language included."""
        other = copy.copy(self)
        other.directions = None
        return other

    def with_prompts(self, prompts: Prompts) -> Embedder:
        """Return the same model with other prompts; it stays in memory once."""
        other = copy.copy(self)
        other._set(prompts)
        return other

    def _set(self, prompts: Prompts) -> None:
        self.prompts = prompts
        with self._lock:
            [read] = self._encoder.encode([prompts.passage])
        self.max_tokens = self._encoder.window - len(read.spans)

    @property
    def encoder(self) -> Encoder:
        """The model itself, for what needs more of it than vectors (`qa.reader`)."""
        return self._encoder

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return the number of tokens of each text, not counting prompt and special tokens."""
        with self._lock:
            return self._encoder.count_tokens(texts) if texts else []

    def hash_weights(self) -> str:
        """Return the fingerprint as it is now, read from all weights."""
        with self._lock:
            return self._encoder.hash_weights()

    def embed_question(self, question: str) -> Embedded:
        """Return a question's embeddings."""
        return self.embed_questions([question])[0]

    def embed_questions(self, questions: Sequence[str]) -> list[Embedded]:
        """Return the embeddings of several questions, at least one, from one pass of the model."""
        prompt = self.prompts.query
        return [
            self._embedded(
                encoded,
                in_passage(encoded.spans, encoded.special, len(prompt), 0),
                in_question(encoded.spans, len(prompt)),
            )
            for encoded in self._encode([prompt + question for question in questions])
        ]

    def embed_passages(
        self, texts: Sequence[str], progress: Progress | None = None, contexts: Sequence[str] | None = None
    ) -> Iterator[Embedded]:
        """Yield the passages' embeddings in order, batch by batch.

        Args:
            texts: the passages.
            progress: called after each passage.
            contexts: what each stands under, which is read before it and gets no token vectors; None for nothing. Of
                a context that the window has no room for, the end is read.
        """
        prompt = self.prompts.passage
        before = self.before(texts, contexts) if contexts else [""] * len(texts)
        read = [prompt + start + text for start, text in zip(before, texts, strict=True)]
        for first in range(0, len(texts), _BATCH):
            for done, one in enumerate(self._encode(read[first : first + _BATCH]), first + 1):
                chosen = in_passage(one.spans, one.special, len(prompt), len(before[done - 1]))
                yield self._embedded(one, chosen.own, chosen)
                if progress:
                    progress(ProgressEvent(Stage.EMBEDDING, done, len(texts)))

    def before(self, texts: Sequence[str], contexts: Sequence[str]) -> list[str]:
        """Return what is put between the prompt and each passage: its context and a line break, or nothing."""
        return [f"{context}\n" if context else "" for context in self._fitted(texts, contexts)]

    def _fitted(self, texts: Sequence[str], contexts: Sequence[str]) -> list[str]:
        """Return the contexts, those cut to their end that would push a part of their text out of the window."""
        counts = zip(contexts, self.count_tokens(contexts), self.count_tokens(texts), strict=True)
        return [
            context if own <= (room := max(0, self.max_tokens - tokens - _BETWEEN)) else self._end_of(context, room)
            for context, own, tokens in counts
        ]

    def _end_of(self, text: str, tokens: int) -> str:
        """Return the last ``tokens`` tokens of a text."""
        with self._lock:
            spans = self._encoder.token_spans(text)
        return text[spans[-tokens][0] :] if tokens else ""

    def _encode(self, texts: Sequence[str]) -> list[Encoded]:
        with self._lock:
            return self._encoder.encode(texts)

    def _embedded(self, encoded: Encoded, own: Chosen, stated: Chosen) -> Embedded:
        """Return the embeddings of a text, given which of its tokens have vectors and which have states."""
        tokens = encoded.tokens[own.rows]
        norms = np.linalg.norm(tokens, axis=1, keepdims=True)
        vector = (encoded.vector / max(float(np.linalg.norm(encoded.vector)), 1e-12)).astype(np.float32)
        tokens = (tokens / np.maximum(norms, 1e-12)).astype(np.float32)
        if self.directions is not None:
            vector, tokens = self.directions.texts.remove(vector), self.directions.tokens.remove(tokens)
        states = None if encoded.lower is None else stated.states(encoded.lower)
        return Embedded(vector, tokens, own.spans, states)
