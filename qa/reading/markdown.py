"""Markdown -> what it says of its lines: headings, items, tables, quotations and code (markdown-it-py).

The text stays as it is written. Markdown is CommonMark with the tables of GitHub and with front matter in YAML.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import regex
from markdown_it import MarkdownIt
from markdown_it.token import Token

from qa.text.markdown import front_matter_end
from qa.text.marks import Kind, Mark
from qa.text.paragraphs import Span, is_wrapped, trim

_PARSER = MarkdownIt("commonmark").enable("table").disable(["inline", "text_join"])
"""Finds blocks only: what is within a line is not looked at."""
_LINE_END = regex.compile(r"\r\n?|\n")
_QUOTED = regex.compile(r"(?:[ \t]*>)+[ \t]*")
"""The signs of a quotation at the beginning of a line."""
_CODE = ("fence", "code_block")


def marks_of(text: str) -> tuple[Mark, ...]:
    """Return the marks of a text in Markdown, in order. Offsets are 0-based code points, end exclusive."""
    front = front_matter_end(text)
    marks = [Mark(0, front, Kind.CODE)] if front else []
    starts = [front, *(end.end() for end in _LINE_END.finditer(text, front)), len(text)]
    for first, last, kind, level in _marked_lines(_PARSER.parse(text[front:])):
        lines = [trim(text, *span) for span in pairwise(starts[first : last + 1])]
        if kind is not Kind.CODE:
            lines = [_without_quotation_signs(text, *span) for span in lines]
        lines = [(start, end) for start, end in lines if start < end]
        if kind is Kind.PARAGRAPH and not is_wrapped([text[start:end] for start, end in lines]):
            marks += [Mark(start, end, kind) for start, end in lines]
        elif lines:
            marks.append(Mark(lines[0][0], lines[-1][1], kind, level))
    return tuple(marks)


def _without_quotation_signs(text: str, start: int, end: int) -> Span:
    """Return the span of a line without the signs of the quotation that it is in."""
    signs = _QUOTED.match(text, start, end)
    return signs.end() if signs else start, end


def _marked_lines(tokens: list[Token]) -> Iterator[tuple[int, int, Kind, int]]:
    """Yield the first line of each block that is marked, the line after its last, its kind and its level."""
    quotes, in_head, before = 0, False, ""
    for token in tokens:
        quotes += {"blockquote_open": 1, "blockquote_close": -1}.get(token.type, 0)
        in_head = token.type == "thead_open" or (in_head and token.type != "thead_close")
        first, last = token.map or (0, 0)
        if token.type == "heading_open" and token.level == 0:
            underlined = token.markup in ("=", "-")
            yield first, last - underlined, Kind.HEADING, int(token.tag[1])
        elif token.type == "paragraph_open" and before == "list_item_open":
            yield first, last, Kind.ITEM, 0
        elif token.type == "paragraph_open" and quotes:
            yield first, last, Kind.PARAGRAPH, 0
        elif token.type == "tr_open":
            yield first, last, Kind.HEADER if in_head else Kind.ROW, 0
        elif token.type in _CODE:
            yield first, last, Kind.CODE, 0
        before = token.type
