"""Text -> its blocks: headings, paragraphs, items, rows, questions and their replies, each with its exact span.

    for block in layout(text).blocks:
        print(block.kind, text[block.start:block.end])

Each block knows what it stands under: an item its lead-in, a row its table's header, a reply its question, a
paragraph its heading, a turn its speaker. Headings, questions, headers, lead-ins and speakers give context; the other
kinds hold what can be an answer.

Offsets are 0-based code points into the text, end exclusive.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from qa.text.forms import REFERRING, Form
from qa.text.lines import Line
from qa.text.marks import Kind
from qa.text.paragraphs import trim
from qa.text.speakers import RECORD

CONTEXT = frozenset({Kind.HEADING, Kind.LEAD_IN, Kind.HEADER, Kind.QUESTION, Kind.SPEAKER})
"""Kinds that say what other blocks are about and answer nothing by themselves."""


@dataclass(frozen=True)
class Block:
    """A stretch of a text.

    Attributes:
        kind: what it is.
        start: offset of its first code point; never white space.
        end: offset after its last code point.
        words: offset of its first code point after a mark such as ``##``, ``Q1.`` or ``・``.
        parent: number of the block that it stands under; None at the top.
        level: how deep a heading stands; one with a smaller level contains those with larger ones.
    """

    kind: Kind
    start: int
    end: int
    words: int
    parent: int | None = None
    level: int = 0

    @property
    def is_context(self) -> bool:
        """Whether it says what other blocks are about and answers nothing by itself."""
        return self.kind in CONTEXT


def place(text: str, lines: Iterable[Line], forms: Iterable[Form | None]) -> list[Block]:
    """Return the blocks of lines whose roles are known, each with what it stands under.

    Args:
        text: the text.
        lines: the lines of a text, in order.
        forms: what each of them is (`qa.text.roles.roles`); None for a line that is no block.
    """
    placing = _Placing(text)
    for line, form in zip(lines, forms, strict=True):
        if form is not None:
            for part, own in _parts(text, line, form):
                placing.add(part, own)
    return placing.blocks


def _parts(text: str, line: Line, form: Form) -> Iterator[tuple[Line, Form]]:
    """Yield a line with its form; a speaker's turn as its speaker and what is said."""
    if not form.spoken or form.kind is Kind.QUESTION:
        yield line, form
        return
    name = replace(line, end=trim(text, line.start, form.words)[1], closes=False)
    yield name, Form(Kind.SPEAKER, line.start)
    yield replace(line, start=form.words, opens=False), form


def ancestors(blocks: Sequence[Block], number: int) -> list[int]:
    """Return the numbers of the blocks that block ``number`` stands under, the outermost first."""
    above: list[int] = []
    parent = blocks[number].parent
    while parent is not None:
        above.append(parent)
        parent = blocks[parent].parent
    return above[::-1]


def heading_over(blocks: Sequence[Block], number: int) -> int | None:
    """Return the number of the innermost heading that block ``number`` stands under; None if there is none."""
    return next((one for one in reversed(ancestors(blocks, number)) if blocks[one].kind is Kind.HEADING), None)


_UNDER = {
    Kind.QUESTION: frozenset(Kind) - {Kind.HEADING, Kind.QUESTION},
    Kind.LEAD_IN: frozenset({Kind.ITEM, Kind.ROW, Kind.LABELLED, Kind.HEADER, Kind.LEAD_IN}),
    Kind.HEADER: frozenset({Kind.ROW}),
    Kind.SPEAKER: frozenset(Kind) - {Kind.HEADING, Kind.SPEAKER, Kind.QUESTION, Kind.REPLY, Kind.LABELLED},
}
"""What may stand under a question, a lead-in, a table's header and a speaker."""


_DEEPEST_LIST = 8
"""Items that a nested item may stand in."""


@dataclass
class _Placing:
    """Gives each block, in order, what it stands under.

    Attributes:
        blocks: the blocks so far.
        headings: numbers of the headings in force, outermost first.
        schemes: how each heading is numbered.
        over: numbers of the question, speaker, lead-in and header in force, outermost first.
        replied: whether somebody has replied to what a speaker asked last; None if no speaker asked.
        items: the items of a list that an item may stand under: numbers and indents, outermost first.
        record: number of the line that heads the record whose other lines follow; None outside of one.
        apart: whether blank lines stand between the turns, so that one does not end the speaker's words.
        leader: number of the paragraph that items after it stand under; None if there is none.
        leads_on: whether it leads items after other lines too, as an article does.
    """

    text: str
    blocks: list[Block] = field(default_factory=list)
    headings: list[int] = field(default_factory=list)
    schemes: dict[int, str] = field(default_factory=dict)
    over: list[int] = field(default_factory=list)
    replied: bool | None = None
    items: list[tuple[int, int]] = field(default_factory=list)
    record: int | None = None
    apart: bool = False
    leader: int | None = None
    leads_on: bool = False

    def add(self, line: Line, form: Form) -> None:
        """Add the block of a line."""
        number = len(self.blocks)
        if form.kind is Kind.SPEAKER:
            self.apart = line.opens
            if self.replied:  # the next speaker replies, and nobody else
                self.over, self.replied = [], None
            elif self.replied is False:
                self.replied = True
        elif line.opens and not self.apart:
            self._end_turn()
        if form.kind is Kind.QUESTION:
            self.replied = False if form.spoken else None
        if form.kind is Kind.HEADER and line.opens:
            self.over = [one for one in self.over if self.blocks[one].kind is not Kind.HEADER]
        parent = self._list_parent(line, form)
        if parent is None:
            parent = self._parent(form)
        level = form.level if form.kind is Kind.HEADING else 0
        self.blocks.append(Block(form.kind, line.start, line.end, form.words, parent, level))
        if form.kind is Kind.HEADING:
            self.headings.append(number)
            self.schemes[number] = form.scheme
        elif form.kind in _UNDER:
            self.over.append(number)
        self._lead(form, number)
        if form.kind is not Kind.ITEM:
            self.items = []
        elif len(self.items) < _DEEPEST_LIST:
            self.items.append((number, line.indent))
        if form.kind is not Kind.LABELLED:
            self.record = None
        elif form.scheme == RECORD:
            self.record = number

    def _lead(self, form: Form, number: int) -> None:
        """Remember the paragraph that the items after it stand under: an article, or one that refers to them."""
        if form.scheme in ("article", REFERRING):
            self.leader, self.leads_on = number, form.scheme == "article"
        elif form.kind is not Kind.ITEM and not self.leads_on:
            self.leader = None

    def _list_parent(self, line: Line, form: Form) -> int | None:
        """Return the item that a nested item stands under, or the head of a record for its other lines; else None."""
        if form.kind is Kind.ITEM:
            while self.items and self.items[-1][1] >= line.indent:
                self.items.pop()
            return self.items[-1][0] if self.items else None
        return self.record if form.kind is Kind.LABELLED and form.scheme != RECORD and not line.opens else None

    def _end_headings_like(self, form: Form) -> None:
        """Let nothing more stand under headings that a line is parallel to: 4.2 is not part of 4.1."""
        while self.headings and (
            self.schemes[self.headings[-1]] == form.scheme
            or (form.scheme == "article" and self.blocks[self.headings[-1]].level >= form.level)
        ):
            self.headings.pop()

    def _end_turn(self) -> None:
        """Let nothing more stand under who speaks, nor under what somebody asked."""
        kinds = [self.blocks[one].kind for one in self.over]
        if self.replied is not None:
            self.over, self.replied = [], None
        elif Kind.SPEAKER in kinds:
            self.over = self.over[: kinds.index(Kind.SPEAKER)]

    def _parent(self, form: Form) -> int | None:
        if form.kind is Kind.BOILERPLATE:
            return None
        if form.kind is Kind.HEADING:
            while self.headings and self.blocks[self.headings[-1]].level >= form.level:
                self.headings.pop()
            self.over, self.leader = [], None
            return self.headings[-1] if self.headings else None
        if form.scheme == "article":
            self.over, self.leader = [], None
        if form.scheme == "article" or form.scheme.startswith("deep"):
            self._end_headings_like(form)
        if form.kind is Kind.HEADER and self.over and self.over[-1] == len(self.blocks) - 1:
            return self.over[-1]  # the second line of a header, or the header right under what leads it in
        while self.over and form.kind not in _UNDER[self.blocks[self.over[-1]].kind]:
            self.over.pop()
        if form.kind is Kind.LEAD_IN and self.over and self.blocks[self.over[-1]].kind is Kind.LEAD_IN:
            self.over.pop()
        if self.over:
            return self.over[-1]
        if self.leader is not None and form.kind is Kind.ITEM:
            return self.leader
        return self.headings[-1] if self.headings else None
