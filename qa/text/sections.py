"""Text -> its layout: sections under their headings, and the boilerplate of a web page around them.

Headings are found by `qa.text.headings`, boilerplate by `qa.text.boilerplate`; here they become spans that together
cover the text.

Offsets are 0-based code points into the text, end exclusive.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from qa.text.boilerplate import body_span
from qa.text.headings import Heading, find_headings
from qa.text.sentences import Span, group_lines, trim


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
    """What a text consists of. All of it but white space is in exactly one of the spans.

    Attributes:
        sections: its sections, in order.
        boilerplate: the head and the tail that belong to the page around the text; at most two spans, in order.
    """

    sections: tuple[Section, ...]
    boilerplate: tuple[Span, ...]


def layout(text: str) -> Layout:
    """Return the sections of ``text``, and its head and tail if they are boilerplate."""
    groups = list(group_lines(text))
    headings = list(find_headings(text, groups))
    start, end = body_span(text, groups, {heading.start for heading in headings if not heading.signed})
    starts = [(at, title, above) for at, title, above in _with_parents(headings) if start <= at < end]
    if not starts or starts[0][0] > start:
        starts.insert(0, (start, "", ()))
    ends = [at for at, _, _ in starts[1:]] + [end]
    found = [
        Section(*trim(text, at, stop), title, above) for (at, title, above), stop in zip(starts, ends, strict=True)
    ]
    around = [trim(text, 0, start), trim(text, end, len(text))]
    return Layout(
        tuple(section for section in found if section.start < section.end),
        tuple(span for span in around if span[0] < span[1]),
    )


def sections(text: str) -> list[Section]:
    """Return the sections of ``text`` in order; they cover all of it but white space and boilerplate."""
    return list(layout(text).sections)


def _with_parents(headings: Iterable[Heading]) -> Iterator[tuple[int, str, tuple[str, ...]]]:
    """Yield the offset and the title of each heading, and the titles of the headings above it."""
    above: list[Heading] = []
    for heading in headings:
        while above and above[-1].level >= heading.level:
            above.pop()
        yield heading.start, heading.title, tuple(one.title for one in above)
        above.append(heading)
