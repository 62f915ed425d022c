"""Text -> the lines that say something, those of a hand-wrapped paragraph or of one mark joined.

Offsets are 0-based code points into the text, end exclusive.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from qa.text.markdown import verbatim_spans
from qa.text.marks import Kind, Mark
from qa.text.paragraphs import Span, group_lines, paragraphs_of, trim


@dataclass(frozen=True)
class Line:
    """A line, or the lines of a hand-wrapped paragraph or of one mark.

    Attributes:
        start: offset of its first code point that is not white space.
        end: offset after its last code point that is not white space.
        opens: whether a blank line or the beginning of the text comes before it.
        closes: whether a blank line or the end of the text comes after it.
        indent: white space before it, in columns of four for a tab.
        verbatim: whether it is code or front matter.
        mark: what the format declares it to be; None if nothing.
    """

    start: int
    end: int
    opens: bool
    closes: bool
    indent: int = 0
    verbatim: bool = False
    mark: Mark | None = None


def split_lines(text: str, marks: Sequence[Mark] = ()) -> Iterator[Line]:
    """Yield the lines of ``text`` that are not blank, in order.

    Where a format has marked nothing, code and front matter are found as Markdown writes them.
    """
    found = marks or [Mark(*span, Kind.CODE) for span in verbatim_spans(text)]
    at = 0
    for group in group_lines(text):
        covering: list[tuple[Span, Mark | None]] = []
        for span in group:
            while at < len(found) and found[at].end <= span[0]:
                at += 1
            begins = at < len(found) and found[at].start < trim(text, *span)[1]
            covering.append((span, found[at] if begins else None))
        parts = [part for mark, own in groupby(covering, key=lambda one: one[1]) for part in _parts(text, mark, own)]
        for number, (span, mark) in enumerate(parts):
            start, end = trim(text, *span)
            indent = len(text[span[0] : start].expandtabs(4))
            verbatim = mark is not None and mark.kind is Kind.CODE
            if mark is not None and not verbatim:
                start, end = trim(text, max(start, mark.start), min(end, mark.end))
            yield Line(start, end, number == 0, number == len(parts) - 1, indent, verbatim, mark)


def _parts(text: str, mark: Mark | None, own: Iterator[tuple[Span, Mark | None]]) -> Iterator[tuple[Span, Mark | None]]:
    """Yield the spans of the lines that a mark covers as they are kept: one by one, joined, or as paragraphs."""
    spans = [span for span, _ in own]
    if mark is None or mark.kind is Kind.CODE:
        yield from ((part, mark) for part in paragraphs_of(text, spans))
    else:
        yield (spans[0][0], spans[-1][1]), mark
