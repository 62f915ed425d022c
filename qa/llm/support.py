"""A sentence, numbered sentences -> how well each of them supports it, by the embedding model and the reader.

    score = MaxSim(sentence's tokens, quote's tokens) + READER_SHARE * how surely the quote answers the sentence

The sentence is read as if it were a question: what it is about is then what the reader looks for. Always the default
model, whatever made the index: the numbers below are for it. ``bench/statements.py`` measures them, and says what they
cannot do: a denial, or who did what to whom, hardly changes the score.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from qa.citations import Citation
from qa.llm.names import load_name_weights
from qa.reader.loading import load_reader
from qa.reader.readers import Readable, ReadableQuestion
from qa.search.embedding import Embedded, Embedder
from qa.search.weights import load_model

READER_SHARE = 0.05
"""What a logit of the reader counts beside a cosine (`bench/statements.py --tune`, as for the next two)."""
LEAST_SUPPORT = 0.25
"""The score below which a sentence is struck."""
LEAST_MARGIN = -0.13
"""How much less than another sentence that was given the cited ones may support it."""


class Support:
    """Says how well each of some numbered sentences supports another sentence.

    Not for several threads at once: it keeps the last sentence that it read.
    """

    def __init__(self, given: Sequence[Citation], model: Embedder | None = None) -> None:
        """Take the numbered sentences.

        Args:
            given: the sentences.
            model: the default embedding model; None loads it when it is first needed.

        Raises:
            ModelError: later, when a sentence is read: the model cannot be loaded.
        """
        self._given = given
        self._model = model
        self._last: tuple[str, Embedded] | None = None

    def embedded(self, words: str) -> Embedded | None:
        """Return a sentence's embeddings for `qa.llm.names`; None if these weights were made for another model."""
        weights = load_name_weights()
        return self._read(words) if weights is not None and weights.fits(self._embedder.record) else None

    def of(self, words: str) -> dict[int, float]:
        """Return how well each of the numbered sentences supports this one, by its number."""
        asked = self._read(words)
        passages = [readable for readable, _ in self._passages]
        readings = load_reader().read(ReadableQuestion(words, asked.states), passages)
        found = {}
        for one, (_, tokens), reading in zip(self._given, self._passages, readings, strict=True):
            nearest = (asked.tokens @ tokens.tokens.T).max(axis=1, initial=-1.0)
            found[one.n] = float(nearest.mean()) + READER_SHARE * max(-6.0, min(6.0, reading.has))
        return found

    def _read(self, words: str) -> Embedded:
        if self._last is None or self._last[0] != words:
            self._last = words, self._embedder.embed_question(words)
        return self._last[1]

    @cached_property
    def _embedder(self) -> Embedder:
        return self._model or load_model()

    @cached_property
    def _passages(self) -> list[tuple[Readable, Embedded]]:
        """The numbered sentences in the form that the reader reads, with their embeddings."""
        contexts = [" › ".join(" ".join(part.quote.split()) for part in one.context) for one in self._given]
        quotes = [one.quote for one in self._given]
        embedded = self._embedder.embed_passages(quotes, contexts=contexts)
        return [
            (Readable(quote, [(0, len(quote))], context, one.states), one)
            for quote, context, one in zip(quotes, contexts, embedded, strict=True)
        ]
