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
_LIKELY = 24
"""Spans among which the one is chosen that is expected to share most with the answer."""
_BRACKETS = tuple(zip("「『（(【[［〈《“«„", "」』）)】]］〉》”»“", strict=True))
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
        spans: for each unit, the words in it that answer best: ``text[start:end]``.
    """

    has: float
    evidence: tuple[float, ...]
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
    first, last = expected_best(places, start, end)
    chosen = trim(text, max(unit[0], int(places[first, 0])), min(unit[1], int(places[last, 1])))
    return _with_brackets(text, unit, chosen)


def best_span(start: Floats, end: Floats) -> tuple[int, int]:
    """Return the first and last token of the span with the highest sum of its start and end, not too long."""
    first, last = np.unravel_index(int(_sums(start, end).argmax()), (len(start), len(start)))
    return int(first), int(last)


def expected_best(places: Spans, start: Floats, end: Floats) -> tuple[int, int]:
    """Return the first and last token of the span that is expected to share most with the answer.

    Of the likeliest spans that is the one with the highest expected F1 over characters, each of them taken for the
    answer with its probability: of "7", "7 days" and "7 days before" the middle one, if all are as likely. (Minimum
    Bayes risk decoding.) `bench/spans.py` measures it.

    Args:
        places: [t, 2], the places of the tokens, in order.
        start: [t], how surely the answer begins with each.
        end: [t], how surely it ends with each.
    """
    sums = _sums(start, end).ravel()
    likely = np.argsort(-sums, kind="stable")[:_LIKELY]
    likely = likely[np.isfinite(sums[likely])]
    first, last = np.unravel_index(likely, (len(start), len(start)))
    weights = np.exp(sums[likely] - sums[likely[0]])
    begins, ends = places[first, 0], places[last, 1]
    shared = np.minimum(ends[:, None], ends) - np.maximum(begins[:, None], begins)
    lengths = ends - begins
    f1 = 2 * shared.clip(0) / np.maximum(lengths[:, None] + lengths, 1)
    best = int((f1 @ weights).argmax())
    return int(first[best]), int(last[best])


def _sums(start: Floats, end: Floats) -> Floats:
    """Return [t, t]: how surely the answer is from one token to another; -inf if it would end too early or late."""
    allowed = np.triu(np.ones((len(start), len(start)), dtype=bool))
    allowed &= ~np.triu(allowed, LONGEST_SPAN)
    return np.where(allowed, start[:, None] + end[None, :], -np.inf).astype(np.float32)


def _with_brackets(text: str, unit: Span, span: Span) -> Span:
    """Return a span with the bracket or quotation mark beside it that it lacks, or without one that has no other."""
    start, end = span
    for opening, closing in _BRACKETS:
        words = text[start:end]
        more = words.count(opening) - words.count(closing)
        if more == 1 and end < unit[1] and text[end] == closing:
            end += 1
        elif more == 1 and words.startswith(opening):
            start += 1
        elif more == -1 and start > unit[0] and text[start - 1] == opening:
            start -= 1
        elif more == -1 and words.endswith(closing):
            end -= 1
    return trim(text, start, end) if start < end else span
