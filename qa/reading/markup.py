"""A text in Markdown, reStructuredText or AsciiDoc -> what its markup says of its lines. The text stays as it is.

Offsets are 0-based code points, end exclusive.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from typing import NamedTuple

import regex

from qa.reading import markdown
from qa.reading.extraction.formats import ASCIIDOC, MARKDOWN, RESTRUCTURED, named_format
from qa.text.marks import Kind, Mark
from qa.text.paragraphs import columns
from qa.text.source import Source

_LINE_END = regex.compile(r"\r\n?|\n")
_RULE = regex.compile(r"""([!-/:-@\[-`{-~])\1+\Z""")
"""A row of one sign, as it stands under and over the titles of reStructuredText."""
_FEWEST_SIGNS = 4
"""Signs of a row that is shorter than its title and still underlines it."""
_LITERAL = regex.compile(r"(?!\.\. ).*::\Z|\.\. (?:code|code-block|sourcecode|parsed-literal|math|highlight)::.*\Z")
"""A line of reStructuredText that says that the indented lines after it stand as they are written."""
_DIRECTIVE = regex.compile(
    r"\.\. (?:_[^:]+:|\|[^|]+\||(?:toctree|image|figure|contents|include|raw|index|only|meta|include)::).*\Z"
)
"""A line of reStructuredText that shows nothing of its own, such as the target of a link."""
_ASCIIDOC_HEADING = regex.compile(r"(=|#){1,6}(?=[ \t]+\S)")
_ASCIIDOC_FENCE = regex.compile(r"(?:-{4,}|\.{4,}|\+{4,}|/{4,}|`{3,})\Z")
_ASCIIDOC_SETTING = regex.compile(
    r":!?[\w-]+!?:(?:[ \t].*)?\Z|\[[^\[\]]*\]\Z|//(?!/).*\Z|(?:ifdef|ifndef|endif|include)::.*\Z"
)
"""A line of AsciiDoc that shows nothing: an attribute, the style of the next block, a comment."""


class _Written(NamedTuple):
    """A line: its offsets without white space around it, its words, and how far it is indented."""

    start: int
    end: int
    words: str
    indent: int


def with_marks(source: Source) -> Source:
    """Return a source whose name says that it is in a markup with the marks of its text; another as it is."""
    marks = {MARKDOWN: markdown.marks_of, RESTRUCTURED: _restructured_marks, ASCIIDOC: _asciidoc_marks}
    find = marks.get(named_format(source.name))
    return replace(source, marks=tuple(find(source.text))) if find else source


def _restructured_marks(text: str) -> Iterator[Mark]:
    """Yield the marks of a text in reStructuredText: its titles, and what stands as it is written."""
    lines = list(_lines_of(text))
    levels: list[tuple[str, bool]] = []  # the styles of titles, in the order in which they come first
    at = 0
    while at < len(lines):
        line = lines[at]
        if size := _title_size(lines, at):
            over = size == 3
            title = lines[at + over]
            style = (lines[at + size - 1].words[0], over)
            levels += [] if style in levels else [style]
            yield Mark(title.start, title.end, Kind.HEADING, min(levels.index(style) + 1, 6))
            at += size
        elif _DIRECTIVE.match(line.words):
            stop = _indented_until(lines, at)
            yield Mark(line.start, max(one.end for one in lines[at:stop]), Kind.CODE)
            at = stop
        elif _LITERAL.match(line.words) and (stop := _indented_until(lines, at)) > at + 1:
            held = [one for one in lines[at + 1 : stop] if one.words]
            if held:
                yield Mark(held[0].start, held[-1].end, Kind.CODE)
            at = stop
        else:
            at += 1


def _title_size(lines: list[_Written], at: int) -> int:
    """Return how many lines the title that begins at a line takes: 3 with a row over it, 2 without, 0 if it is none."""
    here, below, third = (lines[n].words if n < len(lines) else "" for n in (at, at + 1, at + 2))
    if _RULE.match(here):
        return 3 if third == here and below and not _RULE.match(below) and _underlines(here, below) else 0
    return 2 if here and not lines[at].indent and _RULE.match(below) and _underlines(below, here) else 0


def _underlines(row: str, title: str) -> bool:
    return len(row) >= min(columns(title), _FEWEST_SIGNS)


def _indented_until(lines: list[_Written], at: int) -> int:
    """Return the number of the line after those that are indented below a line; blank lines may be among them."""
    stop = at + 1
    while stop < len(lines) and (not lines[stop].words or lines[stop].indent > lines[at].indent):
        stop += 1
    return stop


def _asciidoc_marks(text: str) -> Iterator[Mark]:
    """Yield the marks of a text in AsciiDoc: its titles, and what stands as it is written."""
    fence, opened = "", 0
    for line in _lines_of(text):
        if fence:
            if line.words == fence:
                yield Mark(opened, line.end, Kind.CODE)
                fence = ""
        elif _ASCIIDOC_FENCE.match(line.words) and text.find(f"\n{line.words}", line.end) >= 0:
            fence, opened = line.words, line.start
        elif not line.indent and (signs := _ASCIIDOC_HEADING.match(line.words)):
            title = line.words[signs.end() :].lstrip()
            yield Mark(line.end - len(title), line.end, Kind.HEADING, signs.end())
        elif _ASCIIDOC_SETTING.match(line.words):
            yield Mark(line.start, line.end, Kind.CODE)


def _lines_of(text: str) -> Iterator[_Written]:
    """Yield every line of a text, blank ones too."""
    cuts = [(0, 0), *((end.start(), end.end()) for end in _LINE_END.finditer(text)), (len(text), len(text))]
    for (_, start), (stop, _) in pairwise(cuts):
        written = text[start:stop]
        words = written.strip()
        indent = len(written) - len(written.lstrip()) if words else 0
        yield _Written(start + indent, start + indent + len(words), words, indent)
