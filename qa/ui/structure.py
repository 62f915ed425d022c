"""A quotation -> what it is made of: rows of a table, lines of a list, signs of Markdown that need not be seen.

Nothing is taken out of the text: what is not seen is drawn hidden, so that the quotation stays what the source says.
Offsets are 0-based code points, end exclusive.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise
from typing import NamedTuple

import regex

from qa.citations import Citation, block_at
from qa.text.blocks import Block, ancestors
from qa.text.marks import Kind
from qa.text.paragraphs import Span
from qa.text.tables import cells, pieces

_LONGEST_MARKED = 300
"""Code points between two signs of Markdown that belong together."""
_SIGNS = regex.compile(
    rf"""(?P<before>`+)(?!`)[^\n]{{1,{_LONGEST_MARKED}}}?(?<!`)(?P<after>(?P=before))(?!`)
    |(?P<before>!?\[)[^\[\]\n]{{0,{_LONGEST_MARKED}}}(?P<after>\]\([^()\s]{{0,{_LONGEST_MARKED}}}\))
    |(?<![\\*])(?P<before>\*\*\*?)(?=[^\s*])[^\n]{{1,{_LONGEST_MARKED}}}?(?<=[^\s*])(?P<after>(?P=before))(?!\*)
    |(?<![\\*0-9A-Za-z])(?P<before>\*)(?=[^\s*])[^\n*]{{1,{_LONGEST_MARKED}}}?(?<=[^\s*])(?P<after>\*)(?![*0-9A-Za-z])
    |(?P<before>~~)(?=[^\s~])[^\n~]{{1,{_LONGEST_MARKED}}}?(?<=[^\s~])(?P<after>~~)""",
    regex.VERBOSE,
)
"""What Markdown puts around words: code, links, strong and other emphasis, what is struck through."""
_BULLETS = frozenset("-*+")


class Row(NamedTuple):
    """A row of a table: its pieces, as `qa.text.tables.pieces` gives them, and whether they are names of columns."""

    pieces: tuple[str, ...]
    names_columns: bool


class Line(NamedTuple):
    """A block of a quotation with a list: where it begins, where its words do, where it ends; how deep an item stands.

    An item's number or bullet is before its words. ``depth`` is 0 for what is no item. ``pieces`` are those of a row.
    """

    start: int
    words: int
    end: int
    depth: int
    pieces: tuple[str, ...] = ()


def rows_of(text: str, blocks: Sequence[Block], citation: Citation) -> tuple[Row, ...]:
    """Return the rows that a citation consists of; none if it is something else or part of a row."""
    rows = _blocks_of(blocks, citation)
    if not rows or any(row.kind not in (Kind.ROW, Kind.HEADER) for row in rows):
        return ()
    found = []
    for row, end in zip(rows, [*(row.start for row in rows[1:]), citation.end], strict=True):
        *own, rest = pieces(text, row.start, row.end)
        found.append(Row((*own, rest + text[row.end : end]), row.kind is Kind.HEADER))
    return tuple(found)


def columns_of(text: str, citation: Citation) -> tuple[str, ...]:
    """Return the names of the columns that a citation of rows stands under."""
    headers = (part for part in citation.under if part.kind == Kind.HEADER)
    return tuple(text[slice(*cell)] for part in headers for cell in cells(text, part.start, part.end))


def lines_of(text: str, blocks: Sequence[Block], citation: Citation) -> tuple[Line, ...]:
    """Return the blocks of a citation with a list or a table below other words; none if it has neither.

    Offsets are counted from the start of the quote.
    """
    own = _blocks_of(blocks, citation)
    if not any(block.kind in (Kind.ITEM, Kind.ROW) for block in own):
        return ()
    first = block_at(blocks, citation.start) or 0
    depths = [depth_of(blocks, first + at) for at in range(len(own))]
    least = min((depth for depth in depths if depth), default=1)
    at = citation.start
    return tuple(
        Line(
            block.start - at, block.words - at, block.end - at, depth and depth - least + 1,
            tuple(pieces(text, block.start, block.end)) if block.kind in (Kind.HEADER, Kind.ROW) else (),
        )
        for block, depth in zip(own, depths, strict=True)
    )  # fmt: skip


def is_one(span: Span, rows: Sequence[Row], lines: Sequence[Line]) -> bool:
    """Return whether a span of a quote is within one cell or item, and the quote has no other rows or items."""
    start, end = span
    if not rows and not lines:
        return True
    told = sum(not row.names_columns for row in rows) + sum(bool(line.depth or line.pieces) for line in lines)
    return told < 2 and any(first <= start and end <= last for first, last in _leaves(rows, lines))


def _leaves(rows: Sequence[Row], lines: Sequence[Line]) -> Iterator[Span]:
    """Yield the spans of the cells and of the words of items."""
    at = 0
    for row in rows:
        yield from _cells(row.pieces, at)
        at += sum(map(len, row.pieces))
    for line in lines:
        if line.pieces:
            yield from _cells(line.pieces, line.start)
        else:
            yield line.words, line.end


def _cells(row: Sequence[str], at: int) -> Iterator[Span]:
    ends = list(accumulate(map(len, row), initial=at))
    yield from list(pairwise(ends))[1::2]


def signs_in(text: str, start: int, end: int, blocks: Sequence[Block]) -> tuple[Span, ...]:
    """Return the spans of Markdown's signs within ``text[start:end]``, in order, counted from ``start``.

    Signs belong together within one block. Code has none.
    """
    number = block_at(blocks, start)
    found: list[Span] = []
    while number is not None and number < len(blocks) and blocks[number].start < end:
        found += _signs(text, blocks[number], start - _LONGEST_MARKED, end + _LONGEST_MARKED)
        number += 1
    within = ((max(a, start), min(b, end)) for a, b in found)
    return tuple(sorted((a - start, b - start) for a, b in within if a < b))


def signs_of(text: str, block: Block) -> list[Span]:
    """Return the spans of Markdown's signs within a block, in order. Offsets are those of the text."""
    return sorted((start, end) for start, end in _signs(text, block, block.start, block.end) if start < end)


def _signs(text: str, block: Block, start: int, end: int) -> Iterator[Span]:
    """Yield the signs of a block that are between two offsets."""
    if _has_sign_before(text, block):
        yield block.start, block.words
    if block.kind is not Kind.CODE:
        yield from _pairs(text, max(block.start, start), min(block.end, end))


def _has_sign_before(text: str, block: Block) -> bool:
    """Return whether a heading or an item begins with a sign; a number is no sign, it is read."""
    before = text[block.start : block.words].strip()
    return (block.kind is Kind.ITEM and before in _BULLETS) or (block.kind is Kind.HEADING and not before.strip("#"))


def _pairs(text: str, start: int, end: int) -> Iterator[Span]:
    """Yield the signs before and after each marked stretch, and those within it."""
    for match in _SIGNS.finditer(text, start, end):
        yield match.span("before")
        yield match.span("after")
        if match["before"][0] != "`":
            yield from _pairs(text, match.end("before"), match.start("after"))


def _blocks_of(blocks: Sequence[Block], citation: Citation) -> Sequence[Block]:
    """Return the blocks that a citation consists of; none if it is part of one."""
    first, last = block_at(blocks, citation.start), block_at(blocks, citation.end - 1)
    if first is None or last is None:
        return ()
    own = blocks[first : last + 1]
    return own if (own[0].start, own[-1].end) == (citation.start, citation.end) else ()


def depth_of(blocks: Sequence[Block], number: int) -> int:
    """Return how many items an item stands in, itself included; 0 for another block."""
    if blocks[number].kind is not Kind.ITEM:
        return 0
    return 1 + sum(blocks[one].kind is Kind.ITEM for one in ancestors(blocks, number))
