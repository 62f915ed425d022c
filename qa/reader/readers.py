"""What any reader is given and gives back (`qa.reader.loading` finds one).

Offsets are 0-based code points into the passage's text, end exclusive.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from qa.search.states import Spans, States
from qa.text.paragraphs import Span, trim

Floats = npt.NDArray[np.float32]

LONGEST_SPAN = 40
"""Tokens of the longest answer that is marked."""
NO_EVIDENCE = -20.0
"""The evidence of a unit without tokens."""


@dataclass(frozen=True)
class ReadableQuestion:
    """A question to read.

    Attributes:
        text: its text.
        states: its states; None if the embedding model gives none.
    """

    text: str
    states: States | None = None


@dataclass(frozen=True)
class Readable:
    """A passage to read.

    Attributes:
        text: its text.
        units: the spans of the units that may answer.
        context: what it stands under.
        states: its states, with those of its context; None if the embedding model gives none.
    """

    text: str
    units: Sequence[Span]
    context: str = ""
    states: States | None = None


@dataclass(frozen=True)
class Reading:
    """What a reader found in a passage.

    Attributes:
        has: how surely it answers; 0 is as likely as that no passage does.
        evidence: for each unit, how surely it answers (a logit).
        denial: for each unit, how surely it denies what the question presumes (a logit).
        spans: for each unit, the words in it that answer best: ``text[start:end]``.
    """

    has: float
    evidence: tuple[float, ...]
    denial: tuple[float, ...]
    spans: tuple[Span, ...]


class PassageReader(Protocol):
    """A model that reads a question with passages.

    Attributes:
        checksum: identifies its weights.
        needs_states: whether it reads states, which only the default embedding model gives.
    """

    checksum: str
    needs_states: bool

    def read(self, question: ReadableQuestion, passages: Sequence[Readable]) -> list[Reading]:
        """Read a question with each of some passages."""
        ...


def marked(text: str, unit: Span, places: Spans, start: Floats, end: Floats) -> Span:
    """Return the words of a unit that answer best.

    Args:
        text: the passage's text.
        unit: the unit's span in it.
        places: [t, 2], the places of the unit's tokens, in order.
        start: [t], how surely the answer begins with each.
        end: [t], how surely it ends with each.
    """
    if not len(places):
        return unit
    first, last = best_span(start, end)
    return trim(text, max(unit[0], int(places[first, 0])), min(unit[1], int(places[last, 1])))


def best_span(start: Floats, end: Floats) -> tuple[int, int]:
    """Return the first and last token of the span with the highest sum of its start and end, not too long."""
    sums = start[:, None] + end[None, :]
    allowed = np.triu(np.ones(sums.shape, dtype=bool)) & ~np.triu(np.ones(sums.shape, dtype=bool), LONGEST_SPAN)
    first, last = np.unravel_index(int(np.where(allowed, sums, -np.inf).argmax()), sums.shape)
    return int(first), int(last)
