"""Text -> passages: the spans that are embedded and searched, each with the sentences in it.

The unit is a paragraph. Short paragraphs (captions, dialogue, list items) are joined with what follows. Long ones
are cut between sentences into parts of similar size. A sentence longer than the model's window is cut at a clause
mark, else at white space, else between two characters. Sizes are counted in the model's own tokens, so nothing is
lost when a passage is embedded. No passage crosses the border of a section; a web page's boilerplate gets passages
of its own.

Offsets are 0-based code points into ``Source.text``, end exclusive.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import regex

from qa.text.sections import layout
from qa.text.sentences import Span, split_paragraph, split_paragraphs, trim
from qa.text.source import Source

CountTokens = Callable[[Sequence[str]], Sequence[int]]
"""Texts -> number of tokens of each, as the model counts them, without prompt and special tokens."""

SPLITTING = 3
"""Version of the splitting, stored with an index. Raise it when a change splits any text differently: texts that
were split by an older version are then split again."""


@dataclass(frozen=True)
class Chunking:
    """How large passages are, in tokens of the embedding model.

    Attributes:
        max_tokens: most tokens of a passage.
        min_tokens: a paragraph with fewer is joined with its neighbours, if its section has any.
    """

    max_tokens: int
    min_tokens: int

    def __post_init__(self) -> None:
        if not 0 <= self.min_tokens <= self.max_tokens or self.max_tokens < 1:
            raise ValueError(f"0 <= min_tokens <= max_tokens, max_tokens > 0: {self}")


@dataclass(frozen=True)
class Passage:
    """A span of a source that is embedded and searched as one unit.

    Offsets are 0-based code points into ``Source.text``, end exclusive.

    Attributes:
        source: the source's name.
        start: offset of the first code point, which is not white space.
        end: offset after the last code point, which is not white space.
        section: the heading of its section, "" if it has none.
        boilerplate: whether it belongs to the page around the text: buttons, lists of links.
        headings: the headings above that of its section, outermost first.
    """

    source: str
    start: int
    end: int
    section: str = ""
    boilerplate: bool = False
    headings: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        """The headings from the outermost to that of its section, as a reader would write them."""
        return " › ".join((*self.headings, self.section))


class _Sentence(NamedTuple):
    """The span of a sentence, or of a piece of a long one, and how many tokens it has."""

    start: int
    end: int
    tokens: int


class _Stretch(NamedTuple):
    """A span of text whose borders no passage crosses: a section, or boilerplate."""

    start: int
    end: int
    title: str
    boilerplate: bool
    headings: tuple[str, ...] = ()


_JOINED_SHARE = 0.98
"""Share of max_tokens that is filled by adding up sentences: joined, they may have a few tokens more."""
_PIECE_SHARE = 0.9
"""Share of max_tokens that a piece of a long sentence should fill: tokens are not spread evenly."""
_EARLIEST_CUT = 0.6
"""Share of a piece's intended length after which a good place to cut is looked for."""
_CHARACTER = regex.compile(r"\p{Regional_Indicator}{2}[\p{M}\u200c\u200d\U0001f3fb-\U0001f3ff]*+|\X")
"""A character as a reader sees it (a grapheme cluster). Flags come first, because in a long row of flags ``\\X`` looks
back to the beginning of the row."""


def split_passages(
    source: Source, count_tokens: CountTokens, chunking: Chunking
) -> tuple[list[Passage], list[list[Span]]]:
    """Split a source into passages.

    Args:
        source: the text.
        count_tokens: counts the tokens of texts; it is called a few times with many texts.
        chunking: how large passages are.

    Returns:
        The passages in order, and for each the spans of its sentences. Every sentence is in exactly one passage. A
        sentence with more than ``max_tokens`` is returned as the pieces it was cut into. Offsets are 0-based code
        points into ``source.text``, end exclusive.
    """
    text = source.text
    paragraphs = [list(split_paragraph(text, *paragraph)) for paragraph in split_paragraphs(text)]
    measured = _count_sentences(text, paragraphs, count_tokens, chunking.max_tokens)
    groups = list(_group_sentences(_stretches(text), measured, chunking))
    groups = _halve_too_large(text, groups, count_tokens, chunking.max_tokens)
    passages = [
        Passage(source.name, group[0].start, group[-1].end, stretch.title, stretch.boilerplate, stretch.headings)
        for stretch, group in groups
    ]
    return passages, [[(sentence.start, sentence.end) for sentence in group] for _, group in groups]


def _stretches(text: str) -> list[_Stretch]:
    """Return the sections and the boilerplate of a text, in order."""
    found = layout(text)
    headed = [
        _Stretch(section.start, section.end, section.title, False, section.headings) for section in found.sections
    ]
    return sorted(headed + [_Stretch(start, end, "", True) for start, end in found.boilerplate])


def _count_sentences(
    text: str, paragraphs: list[list[Span]], count_tokens: CountTokens, limit: int
) -> list[list[_Sentence]]:
    """Return the sentences of each paragraph with their tokens; those over the limit are cut into pieces."""
    pending = [(number, span) for number, paragraph in enumerate(paragraphs) for span in paragraph]
    fitting: list[list[_Sentence]] = [[] for _ in paragraphs]
    while pending:
        counts = count_tokens([text[start:end] for _, (start, end) in pending])
        pieces = []
        for (number, (start, end)), tokens in zip(pending, counts, strict=True):
            if tokens <= limit or end - start == 1:
                fitting[number].append(_Sentence(start, end, tokens))
            else:
                length = math.ceil((end - start) * limit * _PIECE_SHARE / tokens)
                pieces += [(number, piece) for piece in _cut_sentence(text, start, end, length)]
        pending = pieces
    return [sorted(paragraph) for paragraph in fitting]


def _cut_sentence(text: str, start: int, end: int, length: int) -> Iterator[Span]:
    """Yield the spans of at least two pieces of a sentence, of about ``length`` code points, cut at the best places."""
    ends: Sequence[int] = [character.end() for character in _CHARACTER.finditer(text, start, end)]
    if len(ends) == 1:  # one character with very many combining marks
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
    """Return how well a sentence can be cut at ``at``: 3 at its end, 2 after a clause, 1 at white space, else 0."""
    if at == end:
        return 3
    before, after = text[at - 1], text[at]
    if before in "、，､；：،" or (before in ",;:" and after.isspace()):
        return 2
    return int(before.isspace() or after.isspace())


def _group_sentences(
    stretches: list[_Stretch], paragraphs: list[list[_Sentence]], chunking: Chunking
) -> Iterator[tuple[_Stretch, list[_Sentence]]]:
    """Yield the sentences of each future passage, with the stretch of text that they are in."""
    remaining = iter(paragraph for paragraph in paragraphs if paragraph)
    paragraph = next(remaining, None)
    for stretch in stretches:
        inside: list[list[_Sentence]] = []
        while paragraph and paragraph[0].start < stretch.end:
            inside.append(paragraph)
            paragraph = next(remaining, None)
        for group in _join_paragraphs(inside, bool(stretch.title), chunking):
            yield stretch, group


def _join_paragraphs(paragraphs: list[list[_Sentence]], has_heading: bool, chunking: Chunking) -> list[list[_Sentence]]:
    """Return the paragraphs of one stretch as groups: short ones joined with what follows, long ones cut."""
    limit = max(1, int(chunking.max_tokens * _JOINED_SHARE))
    groups: list[list[_Sentence]] = []
    current: list[_Sentence] = []
    size = 0
    for number, paragraph in enumerate(paragraphs):
        added = sum(sentence.tokens for sentence in paragraph)
        only_heading = has_heading and number == 1  # ``current`` is the heading, which stays with what follows it
        if current and not only_heading and (size >= chunking.min_tokens or size + added > limit):
            groups += _balance(current, limit)
            current, size = [], 0
        current += paragraph
        size += added
    if groups and size < chunking.min_tokens and size + sum(sentence.tokens for sentence in groups[-1]) <= limit:
        groups[-1] += current
    elif current:
        groups += _balance(current, limit)
    return groups


def _balance(sentences: list[_Sentence], limit: int) -> list[list[_Sentence]]:
    """Return the fewest groups within the limit, chosen so that the largest of them is as small as possible."""
    fewest = len(_fill(sentences, limit))
    if fewest == 1:
        return [sentences]
    low, high = 1, limit
    while low < high:
        middle = (low + high) // 2
        if len(_fill(sentences, middle)) <= fewest:
            high = middle
        else:
            low = middle + 1
    return _fill(sentences, low)


def _fill(sentences: list[_Sentence], limit: int) -> list[list[_Sentence]]:
    """Return groups that are filled one after the other up to the limit."""
    groups: list[list[_Sentence]] = []
    size = 0
    for sentence in sentences:
        if not groups or size + sentence.tokens > limit:
            groups.append([])
            size = 0
        groups[-1].append(sentence)
        size += sentence.tokens
    return groups


def _halve_too_large(
    text: str, groups: list[tuple[_Stretch, list[_Sentence]]], count_tokens: CountTokens, limit: int
) -> list[tuple[_Stretch, list[_Sentence]]]:
    """Return the groups with those halved that have more tokens as one text than their sentences have in sum."""
    unchecked = groups
    checked: list[tuple[_Stretch, list[_Sentence]]] = []
    while unchecked:
        counts = count_tokens([text[group[0].start : group[-1].end] for _, group in unchecked])
        halves = []
        for (stretch, group), tokens in zip(unchecked, counts, strict=True):
            if tokens <= limit or len(group) == 1:
                checked.append((stretch, group))
            else:
                middle = len(group) // 2
                halves += [(stretch, group[:middle]), (stretch, group[middle:])]
        unchecked = halves
    return sorted(checked, key=lambda item: item[1][0].start)
