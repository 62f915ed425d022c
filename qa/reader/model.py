"""States of a question and of passages -> readings: whether each passage answers, which of its units, in which words.

    reader = load_reader()
    readings = reader.read(ReadableQuestion(text, states), passages)

Offsets are 0-based code points into the passage's text, end exclusive.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import torch

from qa.errors import ModelError
from qa.reader.features import precision
from qa.reader.layers import WIDTH, Joint
from qa.reader.readers import NO_EVIDENCE, Floats, Readable, ReadableQuestion, Reading, marked
from qa.reader.weights import ReaderConfig, load_weights
from qa.search.states import Spans, States
from qa.text.paragraphs import Span

_LOT = 2200
"""Tokens that go through the layers at once."""


class Reader:
    """A trained reader. See :class:`qa.reader.readers.PassageReader`.

    Attributes:
        config: what its weights were made for.
    """

    needs_states = True

    def __init__(self, config: ReaderConfig, model: Joint) -> None:
        """Wrap loaded layers."""
        self.config = config
        self.checksum = config.sha256
        self._model = model.eval().requires_grad_(False)

    @classmethod
    def load(cls, folder: Path) -> Reader:
        """Load a reader from its folder.

        Raises:
            ModelError: its files are missing or damaged.
        """
        config, weights = load_weights(folder)
        model = Joint()
        try:
            model.load_state_dict({name: torch.from_numpy(one) for name, one in weights.items()})
        except RuntimeError as error:
            why = str(error).partition("\n")[0]
            raise ModelError("model.reader.load", model=repr(folder.name), why=why) from error
        return cls(config, model)

    def read(self, question: ReadableQuestion, passages: Sequence[Readable]) -> list[Reading]:
        """Read a question with each of some passages; all must have states."""
        found: dict[int, Reading] = {}
        lengths = [len(_states_of(passage).hidden) for passage in passages]
        order = sorted(range(len(passages)), key=lengths.__getitem__)
        for lot in _lots(order, lengths):
            for number, reading in zip(lot, self._read(_states_of(question), [passages[n] for n in lot]), strict=True):
                found[number] = reading
        return [found[number] for number in range(len(passages))]

    def _read(self, question: States, passages: Sequence[Readable]) -> Iterator[Reading]:
        texts = [_states_of(passage) for passage in passages]
        n, longest = len(texts), max(len(text.hidden) for text in texts)
        states = np.zeros((n, longest, WIDTH), dtype=np.float32)
        lengths = torch.tensor([len(text.hidden) for text in texts])
        contexts = torch.tensor([text.context for text in texts])
        for row, text in zip(states, texts, strict=True):
            row[: len(text.hidden)] = text.hidden
        places = torch.arange(longest)[None]
        asked = torch.from_numpy(question.hidden.astype(np.float32)).expand(n, -1, -1)
        with torch.inference_mode(), precision():
            scores = self._model(
                asked,
                torch.ones(asked.shape[:2], dtype=torch.bool),
                torch.from_numpy(states),
                places < lengths[:, None],
                places < contexts[:, None],
            )
        has, evidence, start, end = (one.float().numpy() for one in scores)
        for at, (passage, text) in enumerate(zip(passages, texts, strict=True)):
            own = slice(text.context, len(text.hidden))
            spans = text.spans[text.context :]
            yield _reading(passage, spans, float(has[at]), evidence[at, own], start[at, own], end[at, own])


def _states_of(text: ReadableQuestion | Readable) -> States:
    if text.states is None:
        raise ValueError("what is read needs states")
    return text.states


def _lots(order: Sequence[int], lengths: Sequence[int]) -> Iterator[list[int]]:
    """Yield passages, of which those of like length go through the layers together."""
    lot: list[int] = []
    for number in order:
        if lot and lengths[number] * (len(lot) + 1) > _LOT:
            yield lot
            lot = []
        lot.append(number)
    if lot:
        yield lot


def _reading(passage: Readable, spans: Spans, has: float, evidence: Floats, start: Floats, end: Floats) -> Reading:
    scores: list[float] = []
    chosen: list[Span] = []
    for unit in passage.units:
        first = int(np.searchsorted(spans[:, 1], unit[0], side="right"))
        last = int(np.searchsorted(spans[:, 0], unit[1], side="left"))
        scores.append(float(evidence[first:last].mean()) if first < last else NO_EVIDENCE)
        chosen.append(marked(passage.text, unit, spans[first:last], start[first:last], end[first:last]))
    return Reading(has, tuple(scores), tuple(chosen))
