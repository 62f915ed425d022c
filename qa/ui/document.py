"""What the source pane draws: a source goes in, blocks of sentences come out as JSON.

The text is cut here, in code points; JavaScript counts UTF-16 units, so its script does no arithmetic. The pieces of
all blocks, joined in order, are the text without the white space between blocks.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

from qa.citations import clock
from qa.index import Index
from qa.suggestions import suggestions_of
from qa.text.blocks import Block, ancestors
from qa.text.language import language_of
from qa.text.marks import Kind
from qa.text.paragraphs import Span, ends_sentence
from qa.text.passages import Unit, units_of
from qa.text.sections import layout
from qa.text.source import Source
from qa.text.tables import pieces
from qa.ui.markup import source_class
from qa.ui.structure import depth_of, signs_of

LONGEST_TITLE = 120
"""Code points. A longer line without a sign of a heading is prose."""
_KINDS = {Kind.PARAGRAPH: "text", Kind.LABELLED: "text", Kind.TURN: "text", Kind.BOILERPLATE: "tail"}
"""Kinds of blocks that the pane calls by another name."""
_LINE_ENDS = "\n\r\u2028\u2029"
_OF_TABLES = {Kind.HEADER, Kind.ROW}


def document(index: Index, name: str) -> dict[str, Any]:
    """Return one source as JSON.

    ``{"name", "id", "length", "language", "blocks": [{"kind", "parts": [[text, start, end, words?] | [text]]}]}``

    ``language`` is a BCP 47 tag, ``und`` if it is unknown. ``kind`` is title, heading, text, speaker, lead-in, item,
    header, border, row, question, reply, caption, code, tail (boilerplate) or rule (a line without words). A part with
    offsets (0-based code points, end exclusive) is a unit. ``words`` is its text once more where it has signs of
    Markdown: words and signs in turn, words first. A heading has ``level``, from 1. An item within another has
    ``depth``, from 2; one that begins with a sign has ``bullet``. A row and a header have ``cells``: what is between
    the cells, and the cells, in turn; a cell with signs is a list like ``words``. The first block of a page has
    ``page``, its number; a block of subtitles has ``time``.
    """
    source = index.sources[name]
    return {
        **described(source),
        "language": language_of(source.text),
        "blocks": _cut_blocks(source, index.blocks[name], index.units(name)),
    }


def draft(source: Source) -> dict[str, Any]:
    """Return the same for a source that is not indexed yet."""
    text, blocks = source.text, layout(source.text, source.marks).blocks
    return {
        **described(source),
        "language": language_of(text),
        "blocks": _cut_blocks(source, blocks, units_of(text, blocks)),
    }


def described(source: Source) -> dict[str, Any]:
    """Return a source without its text: name, id on the page, length in code points."""
    return {"name": source.name, "id": source_class(source), "length": len(source.text)}


def overview(index: Index | None) -> dict[str, Any]:
    """Return what is indexed: ``{"generation", "passages", "questions", "sources": [described]}``.

    ``generation`` is 0 without an index; ``questions`` tells whether the questions to suggest have been found.
    """
    if index is None:
        return {"generation": 0, "passages": 0, "questions": False, "sources": []}
    return {
        "generation": index.generation,
        "passages": len(index.passages),
        "questions": bool(suggestions_of(index, make=False)),
        "sources": [described(source) for source in index.sources.values()],
    }


def _cut_blocks(source: Source, blocks: Sequence[Block], units: Iterable[Unit]) -> list[dict[str, Any]]:
    """Return the blocks of a source as JSON, with what lies between them, such as rules and the borders of tables."""
    text = source.text
    spans = {number: list(group) for number, group in groupby(units, key=lambda unit: unit.block)}
    titled = _title(text, blocks)
    drawn: list[dict[str, Any]] = []
    page, at = None, 0
    for number, block in enumerate(blocks):
        is_border = number > 0 and {blocks[number - 1].kind, block.kind} <= _OF_TABLES
        drawn += _between(text, at, block.start, "border" if is_border else "rule")
        at = block.end
        own = [(unit.start, unit.end) for unit in spans.get(number, ())]
        cut = _cut_block(text, blocks, number, own)
        if number == titled:
            cut["kind"] = "title"
            cut.pop("level", None)
        place = source.place(block.start)
        if place and place.time is not None:
            cut["time"] = clock(place.time)
        elif place and place.page != page:
            cut["page"] = page = place.page
        drawn.append(cut)
    return drawn + _between(text, at, len(text))


def _cut_block(text: str, blocks: Sequence[Block], number: int, units: Sequence[Span]) -> dict[str, Any]:
    """Return a block as JSON."""
    block = blocks[number]
    signs = signs_of(text, block)
    parts = _sentence_parts(text, block.start, block.end, units, signs)
    cut: dict[str, Any] = {"kind": _KINDS.get(block.kind, block.kind.value), "parts": parts}
    if block.kind is Kind.CODE and (indent := _indent(text, block.start)):
        parts.insert(0, [indent])
    if block.kind is Kind.HEADING:
        cut["level"] = max(1, sum(blocks[one].kind is Kind.HEADING for one in ancestors(blocks, number)))
    if block.kind is Kind.ITEM:
        if (depth := depth_of(blocks, number)) > 1:
            cut["depth"] = depth
        if signs and signs[0][0] == block.start < block.words:
            cut["bullet"] = True
    if block.kind in _OF_TABLES and list(units) == [(block.start, block.end)]:
        cut["cells"] = _cut_cells(text, block, signs)
    return cut


def _cut_cells(text: str, block: Block, signs: Sequence[Span]) -> list[str | list[str]]:
    """Return what is between the cells of a row, and the cells, in turn."""
    cut: list[str | list[str]] = []
    at = block.start
    for number, piece in enumerate(pieces(text, block.start, block.end)):
        at, start = at + len(piece), at
        cut.append((number % 2 and signs and _words(text, start, at, signs)) or piece)
    return cut


def _title(text: str, blocks: Sequence[Block]) -> int | None:
    """Return the number of the block that is a text's title: its first line, if that is a heading or no sentence."""
    first = next((number for number, block in enumerate(blocks) if block.kind is not Kind.BOILERPLATE), None)
    if first is None or blocks[first].kind not in (Kind.HEADING, Kind.PARAGRAPH):
        return None
    line = text[blocks[first].start : blocks[first].end]
    told = len(line) > LONGEST_TITLE or "\n" in line or ends_sentence(line)
    return None if blocks[first].kind is Kind.PARAGRAPH and (told or first + 1 == len(blocks)) else first


def _between(text: str, start: int, end: int, kind: str = "rule") -> list[dict[str, Any]]:
    """Return the rules between two blocks, one for each line."""
    between = text[start:end]
    if not between or between.isspace():
        return []
    return [{"kind": kind, "parts": [[line.strip()]]} for line in between.splitlines() if line.strip()]


def _indent(text: str, start: int) -> str:
    """Return the white space before a line's first character."""
    at = start
    while at and text[at - 1].isspace() and text[at - 1] not in _LINE_ENDS:
        at -= 1
    return text[at:start] if not at or text[at - 1] in _LINE_ENDS else ""


def _sentence_parts(
    text: str, start: int, end: int, sentences: Sequence[Span], signs: Sequence[Span]
) -> list[list[Any]]:
    parts: list[list[Any]] = []
    at = start
    for first, last in sentences:
        if first > at:
            parts.append([text[at:first]])
        words = signs and _words(text, first, last, signs)
        parts.append([text[first:last], first, last, *([words] if words else [])])
        at = last
    if at < end:
        parts.append([text[at:end]])
    return parts


def _words(text: str, start: int, end: int, signs: Sequence[Span]) -> list[str]:
    """Return the words and the signs of a stretch in turn, words first; nothing if it has no signs."""
    cut: list[str] = []
    at = start
    for first, last in signs:
        if start <= first and last <= end:
            cut += [text[at:first], text[first:last]]
            at = last
    return [*cut, text[at:end]] if cut else []
