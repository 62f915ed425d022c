"""The best unit -> how much around it answers: a whole list, a reply, or the row of a table that decides.

A list is cited whole and contiguous, with its lead-in, up to `LONGEST_EXTENT`. So is the short reply to a question, and
a sentence with the exceptions that follow it. In a table the column that the question is about is found by its header,
the values in it are compared (`qa.text.amounts`), and the row that has the largest or smallest is cited.

Offsets are 0-based code points into ``Source.text``, end exclusive.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

import numpy as np
import regex

from qa.answering.asked import Wanted, wanted
from qa.answering.units import ScoredUnit, places_of_block
from qa.index import Index
from qa.search.config import DEFAULT_CONFIG, SearchConfig
from qa.search.lexical import fold
from qa.search.maxsim import Stretches, nearness
from qa.search.query import Query
from qa.text.amounts import amounts
from qa.text.blocks import Block
from qa.text.forms import asks, refers_below
from qa.text.marks import Kind
from qa.text.passages import Unit
from qa.text.tables import cells

LONGEST_EXTENT = 800
"""Code points of a list that is cited whole. Of a longer one the first part is cited, up to the end of an item."""
LONGEST_REPLY = 240
"""Code points of a reply to a question that is cited whole; of a longer one the best sentence is."""
LONGEST_QUOTE = 10_000
"""Code points of anything that is cited: a sentence without an end is cut."""
MOST_CELLS = 20_000
"""Cells of a table whose rows are compared."""
_EXCEPTION = regex.compile(
    r"(?:ただし|但し|但书|但(?=[^し])|不过|除非|단,|다만|However\b|Except\b|Unless\b|Provided that|Jedoch\b"
    r"|Allerdings\b|Toutefois\b|Sauf\b|Sin embargo|Salvo\b|No entanto|Exceto\b|Tuttavia\b|Однако\b|Кроме\b"
    r"|غير أن|إلا أن|باستثناء|Tuy nhiên|ยกเว้น|Kecuali\b)"
)
"""How a sentence begins that limits the one before."""
_ALIKE = 1.5
"""How far below the best item's log-probability those of others may be so that the whole list is asked for."""
_NUMERIC = 0.6
"""The least share of cells with a value for a column to be compared."""


@dataclass(frozen=True)
class Extent:
    """What is cited for the best unit.

    Attributes:
        source, start, end: its place.
    """

    source: str
    start: int
    end: int

    def holds(self, unit: ScoredUnit) -> bool:
        """Return whether a unit begins in it."""
        return unit.source == self.source and self.start <= unit.start < self.end


def extents_of(
    index: Index,
    query: Query,
    best: ScoredUnit,
    units: Sequence[ScoredUnit],
    config: SearchConfig = DEFAULT_CONFIG,
) -> list[Extent]:
    """Return what to cite for the unit that answers best: one extent, or the unit and the list that it is in.

    The latter is for a long list, if the unit is beyond the part of it that is cited. The list comes first if that part
    has a unit that scores nearly as well, as when all of it is asked for.

    Args:
        index: the index.
        query: the question.
        best: the unit that answers best.
        units: all units that were scored.
        config: how near the best others must come to be asked for, too.
    """
    kind, blocks = wanted(query.question), index.blocks[best.source]
    if blocks[best.block].kind is Kind.ITEM and _answer_alike(best, units, _run(blocks, best.block)):
        kind = Wanted.LIST
    text, block = index.sources[best.source].text, blocks[best.block]
    alone = extent_of_unit(index, best)
    below = _list_below(blocks, best.block)
    if below and (kind is Wanted.LIST or block.kind is Kind.ITEM or refers_below(text[best.start : best.end])):
        last = _fitting(blocks, alone.start, below)
        return [alone if last is None else Extent(best.source, alone.start, blocks[last].end)]
    if (kind, block.kind) in ((Wanted.LIST, Kind.ITEM), (Wanted.ROWS, Kind.ROW)):
        whole = _whole(best.source, text, blocks, _run(blocks, best.block))
        if best.end <= whole.end:
            return [whole]
        near = any(unit.score >= best.score - config.margin and whole.holds(unit) for unit in units)
        return [whole, alone] if near else [alone, whole]
    if block.kind is Kind.ROW:
        row = _deciding_row(index, query, best, _run(blocks, best.block), kind)
        if row is not None:
            return [Extent(best.source, blocks[row].start, blocks[row].end)]
    if block.end - block.start <= LONGEST_REPLY and _replies(text, blocks, block):
        return [Extent(best.source, block.start, block.end)]
    return [alone]


def _answer_alike(best: ScoredUnit, units: Sequence[ScoredUnit], items: range) -> bool:
    """Return whether more than half of the items of a list answer nearly as surely as the best one."""
    if best.log_p is None or len(items) < 2:
        return False
    least = best.log_p - _ALIKE
    own = {
        unit.block for unit in units if unit.source == best.source and unit.log_p is not None and unit.log_p >= least
    }
    return 2 * len(own.intersection(items)) > len(items)


def extent_of_unit(index: Index, unit: ScoredUnit) -> Extent:
    """Return a unit with what it must not be cited without.

    That is the speaker's name before what is said first in a turn, and the exceptions that follow in its block (ただし,
    "However"), as far as they fit.
    """
    blocks, text = index.blocks[unit.source], index.sources[unit.source].text
    block, start, end = blocks[unit.block], unit.start, unit.end
    if block.kind is Kind.TURN and start == block.start and block.parent == unit.block - 1:
        start = blocks[unit.block - 1].start
    for following in _units_after(index, unit):
        if not _EXCEPTION.match(text, *following[:2]) or following[1] - start > LONGEST_EXTENT:
            break
        end = following[1]
    return Extent(unit.source, start, min(end, start + LONGEST_QUOTE))


def _units_after(index: Index, unit: ScoredUnit) -> Iterator[Unit]:
    """Return the units that follow a unit in its block."""
    own = (index.passage_units(number)[at] for number, at in places_of_block(index, unit.source, unit.block))
    return (one for one in own if one.start >= unit.end)


def _replies(text: str, blocks: Sequence[Block], block: Block) -> bool:
    """Return whether a block is the reply to a question, which may be a heading."""
    over = None if block.parent is None else blocks[block.parent]
    if over is None or block.kind not in (Kind.REPLY, Kind.PARAGRAPH):
        return False
    return over.kind is Kind.QUESTION or (over.kind is Kind.HEADING and asks(text[over.start : over.end]))


def _list_below(blocks: Sequence[Block], number: int) -> range:
    """Return the numbers of the items right below a block that stand under it, nested ones included."""
    last = number
    while last + 1 < len(blocks) and blocks[last + 1].kind is Kind.ITEM and _is_in_list(blocks, last + 1, number):
        last += 1
    return range(number + 1, last + 1)


def _run(blocks: Sequence[Block], number: int) -> range:
    """Return the numbers of the items or rows around one that follow one another in its list, nested ones included."""
    own = blocks[number]

    def belongs(other: int) -> bool:
        return 0 <= other < len(blocks) and blocks[other].kind is own.kind and _is_in_list(blocks, other, own.parent)

    first = last = number
    while belongs(first - 1):
        first -= 1
    while belongs(last + 1):
        last += 1
    return range(first, last + 1)


def _is_in_list(blocks: Sequence[Block], number: int, parent: int | None) -> bool:
    """Return whether a block stands under ``parent``, by itself or in items of the list there."""
    above = blocks[number].parent
    while above != parent and above is not None and blocks[above].kind is Kind.ITEM:
        above = blocks[above].parent
    return above == parent


def _whole(source: str, text: str, blocks: Sequence[Block], run: range) -> Extent:
    """Return the extent of a list or table, with what leads in it if that leaves room.

    That is the lead-in or header right before it, or a paragraph there that refers to it.
    """
    parent, start = blocks[run.start].parent, blocks[run.start].start
    before = blocks[run.start - 1] if run.start else None
    if before is not None:
        leads = parent == run.start - 1 and before.kind in (Kind.LEAD_IN, Kind.HEADER, Kind.ITEM)
        if leads or (before.kind is Kind.PARAGRAPH and refers_below(text[before.start : before.end])):
            start = before.start
    last = _fitting(blocks, start, run)
    if last is None:
        start = blocks[run.start].start
        last = _fitting(blocks, start, run)
    return Extent(source, start, min(blocks[run.start if last is None else last].end, start + LONGEST_QUOTE))


def _fitting(blocks: Sequence[Block], start: int, run: range) -> int | None:
    """Return the last block of a run that ends within `LONGEST_EXTENT` from ``start``; None if none does."""
    return max((number for number in run if blocks[number].end - start <= LONGEST_EXTENT), default=None)


def _deciding_row(index: Index, query: Query, best: ScoredUnit, rows: range, kind: Wanted) -> int | None:
    """Return the number of the row that decides; None if the question wants none, or no column can be compared.

    Of rows that tie, the best unit decides if it is one of them, else the first.
    """
    if kind in (Wanted.FIRST, Wanted.LAST):
        return rows[0] if kind is Wanted.FIRST else rows[-1]
    if kind not in (Wanted.LARGEST, Wanted.SMALLEST) or len(rows) == 1:
        return None
    source = best.source
    text, blocks = index.sources[source].text, index.blocks[source]
    table = [[fold(text[slice(*cell)])[0] for cell in cells(text, blocks[n].start, blocks[n].end)] for n in rows]
    if len(rows) * max(map(len, table)) > MOST_CELLS:
        return None
    columns = [amounts(column) for column in zip_longest(*table, fillvalue="")]
    numeric = [at for at, own in enumerate(columns) if sum(v is not None for v in own) >= _NUMERIC * len(rows)]
    column = _column_asked_for(index, query, source, blocks[rows[0]].parent, numeric)
    if column is None:
        return None
    values = {row: value for row, value in zip(rows, columns[column], strict=True) if value is not None}
    extreme = max(values.values()) if kind is Wanted.LARGEST else min(values.values())
    deciding = [row for row, value in values.items() if value == extreme]
    return best.block if best.block in deciding else deciding[0]


def _column_asked_for(
    index: Index, query: Query, source: str, header: int | None, numeric: Sequence[int]
) -> int | None:
    """Return which of the numeric columns the question is about, judged by its header; None if none is."""
    if len(numeric) <= 1:
        return numeric[0] if numeric else None
    block = index.blocks[source][header] if header is not None else None
    if block is None or block.kind is not Kind.HEADER:
        return None
    titles = cells(index.sources[source].text, block.start, block.end)
    found = [at for at in numeric if at < len(titles) and titles[at][0] < titles[at][1]]
    passage = index.passage_at(source, block.start)
    if not found or passage is None:
        return None
    begin = index.passages[passage].start
    spans = [(titles[at][0] - begin, titles[at][1] - begin) for at in found]
    stretches = Stretches(np.full(len(found), passage, dtype=np.int64), np.array(spans, dtype=np.int64))
    return found[int(np.argmax(nearness(query.embedded, index.tokens, stretches)))]
