"""Text -> passages: the spans that are embedded and searched, each with the units in it that can be cited.

A passage is a run of blocks within a section: short blocks are joined with what follows, long ones are cut between
sentences into parts of similar size. A sentence longer than the model's window is cut at a clause mark, else at white
space, else between two characters. Sizes are counted in the model's own tokens, so nothing is lost when a passage is
embedded. No passage crosses the border of a section; a web page's boilerplate gets passages of its own.

A unit is a sentence of a block, or a whole row of a table or line of code.

Offsets are 0-based code points into ``Source.text``, end exclusive.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

import regex

from qa.text.blocks import CONTEXT, Block, ancestors, heading_over
from qa.text.marks import Kind
from qa.text.paragraphs import Span, trim
from qa.text.sections import layout, title_of
from qa.text.sentences import split_paragraph
from qa.text.source import Source

CountTokens = Callable[[Sequence[str]], Sequence[int]]
"""Texts -> number of tokens of each, as the model counts them, without prompt and special tokens."""

SPLITTING = 6
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


class Unit(NamedTuple):
    """A stretch of a text that is scored by itself and can be cited if its block can.

    Attributes:
        start: offset of its first code point.
        end: offset after its last code point.
        block: number of the block that it is in.
    """

    start: int
    end: int
    block: int


@dataclass(frozen=True)
class Split:
    """A source's parts.

    Attributes:
        blocks: its blocks, in order.
        passages: its passages, in order.
        units: the units of each passage.
    """

    blocks: Sequence[Block]
    passages: Sequence[Passage]
    units: Sequence[Sequence[Unit]]


class _Measured(NamedTuple):
    """A unit, or a piece of a long one, and how many tokens it has."""

    start: int
    end: int
    block: int
    tokens: int


LONGEST_CONTEXT = 300
"""Code points of the context that is put before a passage: about 100 to 200 tokens, which the model's window has room
for beside the largest passage."""
_JOINED_SHARE = 0.98
"""Share of max_tokens that is filled by adding up sentences: joined, they may have a few tokens more."""
_PIECE_SHARE = 0.9
"""Share of max_tokens that a piece of a long sentence should fill: tokens are not spread evenly."""
_EARLIEST_CUT = 0.6
"""Share of a piece's intended length after which a good place to cut is looked for."""
_CHARACTER = regex.compile(r"\p{Regional_Indicator}{2}[\p{M}\u200c\u200d\U0001f3fb-\U0001f3ff]*+|\X")
"""A character as a reader sees it (a grapheme cluster). Flags come first, because in a long row of flags ``\\X`` looks
back to the beginning of the row."""


def split_passages(source: Source, count_tokens: CountTokens, chunking: Chunking) -> Split:
    """Split a source into blocks, passages and units.

    Args:
        source: the text.
        count_tokens: counts the tokens of texts; it is called a few times with many texts.
        chunking: how large passages are.

    Returns:
        Every unit is in exactly one passage. One with more than ``max_tokens`` is returned as the pieces it was cut
        into. Offsets are 0-based code points into ``source.text``, end exclusive.
    """
    text = source.text
    blocks = layout(text, source.marks).blocks
    measured = _measure(text, units_of(text, blocks), count_tokens, chunking.max_tokens)
    groups = [group for run in _runs(blocks, measured) for group in _join_blocks(run, chunking)]
    groups = _halve_too_large(text, groups, count_tokens, chunking.max_tokens)
    passages = [_passage(source, blocks, group) for group in groups]
    return Split(blocks, passages, [[Unit(one.start, one.end, one.block) for one in group] for group in groups])


def context_of(text: str, blocks: Sequence[Block], number: int) -> str:
    """Return what block ``number`` stands under: its headings in one line, then its question, speaker and so on.

    It is put before a passage that begins with the block when the passage is embedded; "" at the top of a text. A
    context with more than ``LONGEST_CONTEXT`` code points keeps its end, which is nearest.
    """
    above = [blocks[one] for one in ancestors(blocks, number)]
    headings = " › ".join(dict.fromkeys(title_of(text, one) for one in above if one.kind is Kind.HEADING))
    others = [text[one.words : one.end] for one in above if one.kind is not Kind.HEADING]
    return "\n".join(part for part in (headings, *others) if part)[-LONGEST_CONTEXT:]


def units_of(text: str, blocks: Sequence[Block]) -> list[Unit]:
    """Return the units of a text, whose blocks are known, in order."""
    return [Unit(start, end, number) for number, block in enumerate(blocks) for start, end in _unit_spans(text, block)]


def _unit_spans(text: str, block: Block) -> Iterable[Span]:
    if block.kind in (Kind.ROW, Kind.HEADER, Kind.CODE):
        return [(block.start, block.end)]
    return split_paragraph(text, block.start, block.end)


def _passage(source: Source, blocks: Sequence[Block], group: Sequence[_Measured]) -> Passage:
    """Return the passage of a group of units; its section is that of the last heading in it or above it."""
    text, first, last = source.text, blocks[group[0].block], group[-1].block
    number = last if blocks[last].kind is Kind.HEADING else heading_over(blocks, last)
    headings = [] if number is None else [*ancestors(blocks, number), number]
    titles = [title_of(text, blocks[one]) for one in headings]
    return Passage(
        source.name,
        group[0].start,
        group[-1].end,
        titles[-1] if titles else "",
        first.kind is Kind.BOILERPLATE,
        tuple(titles[:-1]),
    )


def _runs(blocks: Sequence[Block], units: Sequence[_Measured]) -> Iterator[list[list[_Measured]]]:
    """Yield the stretches whose borders no passage crosses, each as the units of its blocks.

    A stretch begins with a heading, or with several that follow one another, or where boilerplate begins or ends.
    A block that only gives context is joined with the block after it.
    """
    run: list[list[_Measured]] = []
    for number, group in groupby(units, key=lambda unit: unit.block):
        kind = blocks[number].kind
        before = blocks[run[-1][-1].block].kind if run else kind
        begins = kind is Kind.HEADING and before is not Kind.HEADING
        if run and (begins or (Kind.BOILERPLATE in {kind, before} and kind is not before)):
            yield run
            run = []
        if run and before in CONTEXT:
            run[-1] += group
        else:
            run.append(list(group))
    if run:
        yield run


def _measure(text: str, units: Sequence[Unit], count_tokens: CountTokens, limit: int) -> list[_Measured]:
    """Return the units with their tokens, in order; those over the limit are cut into pieces."""
    pending = units
    fitting: list[_Measured] = []
    while pending:
        counts = count_tokens([text[unit.start : unit.end] for unit in pending])
        pieces: list[Unit] = []
        for unit, tokens in zip(pending, counts, strict=True):
            if tokens <= limit or unit.end - unit.start == 1:
                fitting.append(_Measured(*unit, tokens))
            else:
                length = math.ceil((unit.end - unit.start) * limit * _PIECE_SHARE / tokens)
                pieces += [Unit(*piece, unit.block) for piece in _cut_sentence(text, unit.start, unit.end, length)]
        pending = pieces
    return sorted(fitting)


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


def _join_blocks(run: Sequence[list[_Measured]], chunking: Chunking) -> Iterator[list[_Measured]]:
    """Yield the units of each passage of a run of blocks: short blocks are joined with what follows, long ones cut."""
    limit = max(1, int(chunking.max_tokens * _JOINED_SHARE))
    groups: list[list[_Measured]] = []
    current: list[_Measured] = []
    size = 0
    for block in run:
        added = sum(unit.tokens for unit in block)
        if current and (size >= chunking.min_tokens or size + added > limit):
            groups.append(current)
            current, size = [], 0
        current = current + block
        size += added
    if groups and size < chunking.min_tokens and size + sum(unit.tokens for unit in groups[-1]) <= limit:
        groups[-1] = groups[-1] + current
    else:
        groups.append(current)
    for group in groups:
        yield from _balance(group, limit)


def _balance(units: list[_Measured], limit: int) -> list[list[_Measured]]:
    """Return the fewest groups within the limit, chosen so that the largest of them is as small as possible."""
    fewest = len(_fill(units, limit))
    if fewest == 1:
        return [units]
    low, high = 1, limit
    while low < high:
        middle = (low + high) // 2
        if len(_fill(units, middle)) <= fewest:
            high = middle
        else:
            low = middle + 1
    return _fill(units, low)


def _fill(units: list[_Measured], limit: int) -> list[list[_Measured]]:
    """Return groups that are filled one after the other up to the limit."""
    groups: list[list[_Measured]] = []
    size = 0
    for unit in units:
        if not groups or size + unit.tokens > limit:
            groups.append([])
            size = 0
        groups[-1].append(unit)
        size += unit.tokens
    return groups


def _halve_too_large(
    text: str, groups: list[list[_Measured]], count_tokens: CountTokens, limit: int
) -> list[list[_Measured]]:
    """Halve every group that exceeds the limit when counted as one text."""
    unchecked = groups
    checked: list[list[_Measured]] = []
    while unchecked:
        counts = count_tokens([text[group[0].start : group[-1].end] for group in unchecked])
        halves: list[list[_Measured]] = []
        for group, tokens in zip(unchecked, counts, strict=True):
            if tokens <= limit or len(group) == 1:
                checked.append(group)
            else:
                middle = len(group) // 2
                halves += [group[:middle], group[middle:]]
        unchecked = halves
    return sorted(checked)
