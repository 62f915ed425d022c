"""Text -> its layout: blocks, sections under their headings, and the boilerplate of a web page around them.

Blocks are found by `qa.text.blocks`, boilerplate by `qa.text.boilerplate`; here they become spans that together cover
the text.

Offsets are 0-based code points into the text, end exclusive.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from qa.text.blocks import Block, ancestors, place
from qa.text.boilerplate import body_span
from qa.text.forms import CHAPTER_LEVEL, MARKED_LEVEL, SIGNED_LEVEL, Form, is_signed
from qa.text.lines import Line, split_lines
from qa.text.marks import Kind, Mark
from qa.text.paragraphs import Span, group_lines, trim
from qa.text.roles import roles


@dataclass(frozen=True)
class Section:
    """A stretch of text under one heading.

    Attributes:
        start: offset of the heading's first code point.
        end: offset after the last code point that is not white space.
        title: the heading, without Markdown's marks; "" before the first heading.
        headings: the titles of the headings above it, outermost first.
    """

    start: int
    end: int
    title: str
    headings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Layout:
    """What a text consists of. All of it but white space is in exactly one of the sections and the boilerplate.

    Attributes:
        blocks: its blocks, in order.
        sections: its sections, in order.
        boilerplate: the head and the tail that belong to the page around the text; at most two spans, in order.
    """

    blocks: tuple[Block, ...]
    sections: tuple[Section, ...]
    boilerplate: tuple[Span, ...]


def layout(text: str, marks: Sequence[Mark] = ()) -> Layout:
    """Return the blocks and sections of ``text``, and its head and tail if they are boilerplate.

    Args:
        text: the text.
        marks: what its format says of it; everything else is found by form.
    """
    lines = list(split_lines(text, marks))
    forms = roles(text, lines)
    firm = {line.start for line, form in zip(lines, forms, strict=True) if form and _is_firm(text, line, form)}
    start, end = body_span(text, list(group_lines(text)), firm)
    inside = [number for number, line in enumerate(lines) if start <= line.start < end]
    if len(inside) < len(lines):  # the first line of the body may be its title
        body = dict(zip(inside, roles(text, [lines[number] for number in inside]), strict=True))
        around = (body.get(number, Form(Kind.BOILERPLATE, line.start)) for number, line in enumerate(lines))
        forms = [form if forms[number] is not None else None for number, form in enumerate(around)]
    blocks = place(text, lines, forms)
    head, tail = trim(text, 0, start), trim(text, end, len(text))
    return Layout(
        tuple(blocks),
        tuple(_sections(text, blocks, start, end)),
        tuple(span for span in (head, tail) if span[0] < span[1]),
    )


def _is_firm(text: str, line: Line, form: Form) -> bool:
    """Return whether a line is a heading of the kind that the page around an article has none of."""
    return (
        form.kind is Kind.HEADING
        and MARKED_LEVEL <= form.level < SIGNED_LEVEL
        and not is_signed(text, form.words, line.end)
    )


def _sections(text: str, blocks: Sequence[Block], start: int, end: int) -> Iterator[Section]:
    """Yield the sections of the body ``text[start:end]`` in order."""
    headings = [number for number, block in enumerate(blocks) if block.kind is Kind.HEADING]
    starts = [blocks[number].start for number in headings]
    stops = [*starts, end]
    yield from _section(text, start, stops[0])
    for number, stop in zip(headings, stops[1:], strict=True):
        above = tuple(title_of(text, blocks[one]) for one in ancestors(blocks, number))
        yield from _section(text, blocks[number].start, stop, title_of(text, blocks[number]), above)


def _section(text: str, start: int, end: int, title: str = "", headings: tuple[str, ...] = ()) -> Iterator[Section]:
    start, end = trim(text, start, end)
    if start < end:
        yield Section(start, end, title, headings)


def sections(text: str, blocks: Sequence[Block]) -> list[Section]:
    """Return the sections of ``text``, whose blocks are known, in order; they cover all blocks but boilerplate."""
    body = [block for block in blocks if block.kind is not Kind.BOILERPLATE]
    return list(_sections(text, blocks, body[0].start, body[-1].end)) if body else []


def title_of(text: str, heading: Block) -> str:
    """Return a heading without Markdown's marks."""
    marked = MARKED_LEVEL <= heading.level < CHAPTER_LEVEL
    title = text[heading.words if marked else heading.start : heading.end].strip()
    bare = title.rstrip("#")
    return bare.rstrip() if marked and bare and bare[-1].isspace() else title
