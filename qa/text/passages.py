"""Text -> passages, the spans that are embedded and searched, each with the sentences it holds.

A paragraph is the unit. Short ones (captions, dialogue, list items) are joined with what follows, long
ones are cut between sentences into parts of like size, and a sentence longer than the model's window is
cut at a clause mark, at white space, or at worst between two characters as a reader sees them. Sizes are
counted in the model's own tokens, so that nothing is silently cut off when a passage is embedded.
No passage crosses a section; a web page's boilerplate is kept in passages of its own.

Offsets are 0-based code points into ``Source.text``, end exclusive.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import regex

from qa.text.sections import Section, layout, sections
from qa.text.sentences import Span, split_paragraph, split_paragraphs, trim
from qa.text.source import Source

__all__ = ["Chunking", "CountTokens", "Passage", "Section", "sections", "split_passages"]

CountTokens = Callable[[Sequence[str]], Sequence[int]]
"""Texts -> how many tokens the model sees in each, without prompt and special tokens."""


SPLITTING = 3
"""Raised whenever the same text would be split otherwise than before: until then it is not split again."""


@dataclass(frozen=True)
class Chunking:
    """How large passages are, in tokens of the embedding model.

    Attributes:
        max_tokens: no passage has more.
        min_tokens: a paragraph with fewer is joined with its neighbours, if the section has any.
    """

    max_tokens: int
    min_tokens: int

    def __post_init__(self) -> None:
        if not 0 <= self.min_tokens <= self.max_tokens or self.max_tokens < 1:
            raise ValueError(f"0 <= min_tokens <= max_tokens, max_tokens > 0: {self}")


@dataclass(frozen=True)
class Passage:
    """A span of a source that is embedded and searched as one.

    Attributes:
        source: the source's name.
        start: offset of the first code point; never white space.
        end: offset after the last one; never white space.
        section: the heading it stands under, "" if none.
        boilerplate: whether it belongs to the page around the text: buttons, link lists.
        headings: those that its section stands under, the outermost first.
    """

    source: str
    start: int
    end: int
    section: str = ""
    boilerplate: bool = False
    headings: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        """The headings down to that of its section, as a reader would write them."""
        return " › ".join((*self.headings, self.section))


class _Sentence(NamedTuple):
    start: int
    end: int
    tokens: int


class _Part(NamedTuple):
    """A stretch of text that no passage crosses."""

    start: int
    end: int
    title: str
    boilerplate: bool
    headings: tuple[str, ...] = ()


_SLACK = 0.98
"""Share of max_tokens that is filled by adding up sentences: together they may count a little more."""
_FULL = 0.9
"""Share of the window that a piece of a long sentence is meant to fill; tokens are spread unevenly."""
_EARLIEST_CUT = 0.6
"""Share of a piece's intended length from which on a good place to cut is looked for."""
_CLUSTER = regex.compile(r"\p{Regional_Indicator}{2}[\p{M}\u200c\u200d\U0001f3fb-\U0001f3ff]*+|\X")
"""A character as a reader sees it. Flags go first: in a long row of them ``\\X`` looks back to the row's start."""


def split_passages(
    source: Source, count_tokens: CountTokens, chunking: Chunking
) -> tuple[list[Passage], list[list[Span]]]:
    """The passages of a source in order, and for each the sentences it holds.

    ``count_tokens`` is called a few times with many texts. Every sentence is in exactly one passage;
    one with more than ``max_tokens`` is stored as the pieces it is cut into.
    """
    text = source.text
    paragraphs = [list(split_paragraph(text, *paragraph)) for paragraph in split_paragraphs(text)]
    measured = _measure(text, paragraphs, count_tokens, chunking.max_tokens)
    groups = list(_groups(_parts(text), measured, chunking))
    groups = _verified(text, groups, count_tokens, chunking.max_tokens)
    passages = [
        Passage(source.name, group[0].start, group[-1].end, part.title, part.boilerplate, part.headings)
        for part, group in groups
    ]
    return passages, [[(sentence.start, sentence.end) for sentence in group] for _, group in groups]


def _parts(text: str) -> list[_Part]:
    found, boilerplate = layout(text)
    parts = [_Part(section.start, section.end, section.title, False, section.headings) for section in found]
    return sorted(parts + [_Part(start, end, "", True) for start, end in boilerplate])


def _measure(text: str, paragraphs: list[list[Span]], count_tokens: CountTokens, limit: int) -> list[list[_Sentence]]:
    """The sentences of each paragraph with their tokens; those over the limit cut into pieces."""
    pending = [(number, span) for number, paragraph in enumerate(paragraphs) for span in paragraph]
    fitting: list[list[_Sentence]] = [[] for _ in paragraphs]
    while pending:
        counts = count_tokens([text[start:end] for _, (start, end) in pending])
        pieces = []
        for (number, (start, end)), tokens in zip(pending, counts, strict=True):
            if tokens <= limit or end - start == 1:
                fitting[number].append(_Sentence(start, end, tokens))
            else:
                length = math.ceil((end - start) * limit * _FULL / tokens)
                pieces += [(number, piece) for piece in _cut(text, start, end, length)]
        pending = pieces
    return [sorted(paragraph) for paragraph in fitting]


def _cut(text: str, start: int, end: int, length: int) -> Iterator[Span]:
    """Pieces of a sentence of about ``length`` code points, at least two, cut where it hurts least."""
    ends: Sequence[int] = [cluster.end() for cluster in _CLUSTER.finditer(text, start, end)]
    if len(ends) == 1:  # one character under a heap of combining marks
        ends = range(start + 1, end + 1)
    position, done = start, 0
    while position < end:
        rest = end - position
        step = rest / max(math.ceil(rest / length), 2 if position == start else 1)
        first = bisect_right(ends, position + step * _EARLIEST_CUT, done)
        last = max(bisect_right(ends, position + step, first), done + 1)
        first = min(first, last - 1)
        best = max(range(first, last), key=lambda i: (_cut_quality(text, ends[i], end), i))
        piece = trim(text, position, ends[best])
        if piece[0] < piece[1]:
            yield piece
        position, done = ends[best], best + 1


def _cut_quality(text: str, at: int, end: int) -> int:
    """How well a sentence can be cut before ``at``: 2 after a clause, 1 at white space, 0 elsewhere."""
    if at == end:
        return 3
    before, after = text[at - 1], text[at]
    if before in "、，､；：،" or (before in ",;:" and after.isspace()):
        return 2
    return int(before.isspace() or after.isspace())


def _groups(
    parts: list[_Part], paragraphs: list[list[_Sentence]], chunking: Chunking
) -> Iterator[tuple[_Part, list[_Sentence]]]:
    """The sentences of each passage to be, with the part of the text they stand in."""
    remaining = iter(paragraph for paragraph in paragraphs if paragraph)
    paragraph = next(remaining, None)
    for part in parts:
        inside: list[list[_Sentence]] = []
        while paragraph and paragraph[0].start < part.end:
            inside.append(paragraph)
            paragraph = next(remaining, None)
        for group in _joined(inside, bool(part.title), chunking):
            yield part, group


def _joined(paragraphs: list[list[_Sentence]], has_heading: bool, chunking: Chunking) -> list[list[_Sentence]]:
    """Paragraphs of one part, the short ones joined with what follows, the long ones cut."""
    limit = max(1, int(chunking.max_tokens * _SLACK))
    groups: list[list[_Sentence]] = []
    current: list[_Sentence] = []
    size = 0
    for number, paragraph in enumerate(paragraphs):
        added = sum(sentence.tokens for sentence in paragraph)
        is_heading = has_heading and number == 1  # what stands in ``current``
        if current and not is_heading and (size >= chunking.min_tokens or size + added > limit):
            groups += _balanced(current, limit)
            current, size = [], 0
        current += paragraph
        size += added
    if groups and size < chunking.min_tokens and size + sum(sentence.tokens for sentence in groups[-1]) <= limit:
        groups[-1] += current
    elif current:
        groups += _balanced(current, limit)
    return groups


def _balanced(sentences: list[_Sentence], limit: int) -> list[list[_Sentence]]:
    """The fewest groups within the limit, and among those the ones whose largest is smallest."""
    fewest = len(_filled(sentences, limit))
    if fewest == 1:
        return [sentences]
    low, high = 1, limit
    while low < high:
        middle = (low + high) // 2
        if len(_filled(sentences, middle)) <= fewest:
            high = middle
        else:
            low = middle + 1
    return _filled(sentences, low)


def _filled(sentences: list[_Sentence], limit: int) -> list[list[_Sentence]]:
    """Groups filled one after the other up to the limit."""
    groups: list[list[_Sentence]] = []
    size = 0
    for sentence in sentences:
        if not groups or size + sentence.tokens > limit:
            groups.append([])
            size = 0
        groups[-1].append(sentence)
        size += sentence.tokens
    return groups


def _verified(
    text: str, groups: list[tuple[_Part, list[_Sentence]]], count_tokens: CountTokens, limit: int
) -> list[tuple[_Part, list[_Sentence]]]:
    """The groups, those halved that count more tokens as one text than their sentences do apart."""
    unchecked = groups
    checked: list[tuple[_Part, list[_Sentence]]] = []
    while unchecked:
        counts = count_tokens([text[group[0].start : group[-1].end] for _, group in unchecked])
        halves = []
        for (part, group), tokens in zip(unchecked, counts, strict=True):
            if tokens <= limit or len(group) == 1:
                checked.append((part, group))
            else:
                middle = len(group) // 2
                halves += [(part, group[:middle]), (part, group[middle:])]
        unchecked = halves
    return sorted(checked, key=lambda item: item[1][0].start)
