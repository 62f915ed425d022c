"""Texts -> passages cut by the product's own code, and what is right in them.

Offsets are 0-based code points, end exclusive: of units and answers into the passage, as the states' tokens have them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from qa.reader.records import Asked, Text
from qa.storage.configuration import DEFAULT_CHUNKING
from qa.text.paragraphs import Span
from qa.text.passages import CountTokens, context_of, split_passages
from qa.text.source import Source


@dataclass(frozen=True)
class Cut:
    """A passage of a text.

    Attributes:
        text: the number of its text.
        start: where it begins in the text.
        words: its own text.
        context: what it stands under.
        units: the spans of its units in ``words``.
        citable: which of them can be cited: not those that only give context.
    """

    text: int
    start: int
    words: str
    context: str
    units: tuple[Span, ...]
    citable: tuple[bool, ...]


@dataclass(frozen=True)
class Gold:
    """What answers a question.

    Attributes:
        passage: the number of the passage.
        units: the numbers of its units that answer.
        answer: the span of the answer in the passage.
    """

    passage: int
    units: tuple[int, ...]
    answer: Span


def cut_text(number: int, text: Text, count_tokens: CountTokens) -> Iterator[Cut]:
    """Yield the passages of a text, in order."""
    split = split_passages(Source(str(number), text.text), count_tokens, DEFAULT_CHUNKING)
    for passage, units in zip(split.passages, split.units, strict=True):
        yield Cut(
            number,
            passage.start,
            text.text[passage.start : passage.end],
            context_of(text.text, split.blocks, units[0].block),
            tuple((unit.start - passage.start, unit.end - passage.start) for unit in units),
            tuple(not split.blocks[unit.block].is_context for unit in units),
        )


def gold_of(asked: Asked, passages: Sequence[tuple[int, Cut]]) -> Gold | None:
    """Return what answers a question; None if no unit that can be cited has the answer.

    Args:
        asked: the question.
        passages: the passages of its text, with their numbers.
    """
    if asked.answer is None or asked.evidence is None:
        return None
    for number, cut in passages:
        answer = asked.answer[0] - cut.start, asked.answer[1] - cut.start
        if answer[0] >= 0 and answer[1] <= len(cut.words):
            evidence = asked.evidence[0] - cut.start, asked.evidence[1] - cut.start
            units = [at for at in _overlapping(cut, evidence) if cut.citable[at]]
            if any(cut.units[at][0] <= answer[0] < cut.units[at][1] for at in units):
                return Gold(number, tuple(units), answer)
    return None


def passages_with(span: Span, passages: Sequence[tuple[int, Cut]]) -> list[int]:
    """Return the numbers of the passages that have a part of a span of their text."""
    return [number for number, cut in passages if cut.start < span[1] and span[0] < cut.start + len(cut.words)]


def without_units(cut: Cut, units: Sequence[int]) -> Cut:
    """Return a passage as it would be without some of its units."""
    words, spans, citable, at = "", [], [], 0
    for number, (start, end) in enumerate(cut.units):
        words += cut.words[at:start]
        if number not in units:
            spans.append((len(words), len(words) + end - start))
            citable.append(cut.citable[number])
            words += cut.words[start:end]
        at = end
    return Cut(cut.text, cut.start, words, cut.context, tuple(spans), tuple(citable))


def _overlapping(cut: Cut, evidence: Span) -> Iterator[int]:
    """Yield the units that share at least half of the shorter of the two with what is evidence."""
    for number, (start, end) in enumerate(cut.units):
        shared = min(end, evidence[1]) - max(start, evidence[0])
        if 2 * shared >= min(end - start, evidence[1] - evidence[0]) > 0:
            yield number
