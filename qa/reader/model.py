"""Question and passages -> readings: whether each passage answers, which of its units does, and in which words.

    reader = load_reader()
    readings = reader.read(question, passages)      # states of the question and the passages

Offsets are 0-based code points into the passage's text, end exclusive.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from qa.reader.features import precision
from qa.reader.layers import WIDTH, Joint
from qa.reader.weights import ReaderConfig, load_weights
from qa.search.states import States
from qa.text.paragraphs import Span, trim

Floats = npt.NDArray[np.float32]

LONGEST_SPAN = 40
"""Tokens of the longest answer that is marked."""
_LOT = 2200
"""Tokens that go through the layers at once."""
_NO_EVIDENCE = -20.0
"""The evidence of a unit without tokens."""


@dataclass(frozen=True)
class Readable:
    """A passage to read.

    Attributes:
        text: its text.
        states: its states, with those of its context.
        units: the spans of its units.
    """

    text: str
    states: States
    units: Sequence[Span]


@dataclass(frozen=True)
class Reading:
    """What the reader found in a passage.

    Attributes:
        has: how surely it answers; 0 is as likely as that no passage does.
        evidence: for each unit, how surely it answers (a logit).
        spans: for each unit, the words in it that answer best: ``text[start:end]``.
    """

    has: float
    evidence: tuple[float, ...]
    spans: tuple[Span, ...]


class Reader:
    """A trained reader.

    Attributes:
        config: what its weights were made for.
    """

    def __init__(self, config: ReaderConfig, model: Joint) -> None:
        """Wrap loaded layers."""
        self.config = config
        self._model = model.eval().requires_grad_(False)

    @classmethod
    def load(cls, folder: Path) -> Reader:
        """Load a reader from its folder.

        Raises:
            ModelError: its files are missing or damaged.
        """
        config, weights = load_weights(folder)
        model = Joint()
        model.load_state_dict({name: torch.from_numpy(one) for name, one in weights.items()})
        return cls(config, model)

    def read(self, question: States, passages: Sequence[Readable]) -> list[Reading]:
        """Read a question with each of some passages."""
        found: dict[int, Reading] = {}
        order = sorted(range(len(passages)), key=lambda n: len(passages[n].states.hidden))
        for lot in _lots(order, [len(passage.states.hidden) for passage in passages]):
            for number, reading in zip(lot, self._read(question, [passages[n] for n in lot]), strict=True):
                found[number] = reading
        return [found[number] for number in range(len(passages))]

    def _read(self, question: States, passages: Sequence[Readable]) -> Iterator[Reading]:
        n, longest = len(passages), max(len(passage.states.hidden) for passage in passages)
        states = np.zeros((n, longest, WIDTH), dtype=np.float32)
        lengths = torch.tensor([len(passage.states.hidden) for passage in passages])
        contexts = torch.tensor([passage.states.context for passage in passages])
        for row, passage in zip(states, passages, strict=True):
            row[: len(passage.states.hidden)] = passage.states.hidden
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
        for at, passage in enumerate(passages):
            own = slice(passage.states.context, len(passage.states.hidden))
            yield _reading(passage, float(has[at]), evidence[at, own], start[at, own], end[at, own])


@lru_cache(maxsize=1)
def load_reader() -> Reader:
    """Load the packaged reader; once per process."""
    return Reader.load(Path(__file__).with_name("trained"))


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


def _reading(passage: Readable, has: float, evidence: Floats, start: Floats, end: Floats) -> Reading:
    spans = passage.states.spans[passage.states.context :]
    scores: list[float] = []
    chosen: list[Span] = []
    for unit in passage.units:
        first = int(np.searchsorted(spans[:, 1], unit[0], side="right"))
        last = int(np.searchsorted(spans[:, 0], unit[1], side="left"))
        if first >= last:
            scores.append(_NO_EVIDENCE)
            chosen.append(unit)
            continue
        scores.append(float(evidence[first:last].mean()))
        begin, stop = best_span(start[first:last], end[first:last])
        words = max(unit[0], int(spans[first + begin, 0])), min(unit[1], int(spans[first + stop, 1]))
        chosen.append(trim(passage.text, *words))
    return Reading(has, tuple(scores), tuple(chosen))


def best_span(start: Floats, end: Floats) -> tuple[int, int]:
    """Return the first and last token of the span with the highest sum of its start and end, not too long."""
    sums = start[:, None] + end[None, :]
    allowed = np.triu(np.ones(sums.shape, dtype=bool)) & ~np.triu(np.ones(sums.shape, dtype=bool), LONGEST_SPAN)
    first, last = np.unravel_index(int(np.where(allowed, sums, -np.inf).argmax()), sums.shape)
    return int(first), int(last)
