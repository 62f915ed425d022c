"""A text in Markdown -> the stretches in which no line is a heading: front matter and fenced code.

Fences follow CommonMark, with one exception: a fence that is never closed is not a fence, because in a plain text a
line of tildes is a rule. Offsets are 0-based code points into the text, end exclusive.
"""

from __future__ import annotations

from collections.abc import Iterator

import regex

from qa.text.paragraphs import Span

_FRONT_MATTER = regex.compile(
    r"---[ \t]*\r?\n[\w-]+[ \t]*:.*\n(?:(?:[\w-]+[ \t]*:|[ \t]+\S|- |#).*\n)*+(?:---|\.\.\.)[ \t]*(?=[\r\n]|\Z)"
)
"""YAML without blank lines. With blank lines, what is between two rules may be a text."""
_FENCE = regex.compile(r"(?P<run>`{3,}+(?!.*`)|~{3,})\s*(?P<info>.*)")
"""The beginning of a fence: at least three backticks or tildes, then words such as the name of a language."""
_ITEM_MARKER = regex.compile(r"(?:[-*+]|\d{1,9}[.)])(?: {1,4}(?=\S)| |\Z)")
"""The mark of a list item, with the white space after it."""
_FENCE_CHARS = "`~"
_INDENTED = 4
"""Spaces that make a line indented code, in which a fence has no meaning; also the width of a tab."""


def front_matter_end(text: str) -> int:
    """Return the offset after the front matter with which a text begins; 0 if it has none."""
    front = _FRONT_MATTER.match(text)
    return front.end() if front else 0


def verbatim_spans(text: str) -> Iterator[Span]:
    """Yield the spans of the front matter and of the fenced code of a text, in order."""
    end = front_matter_end(text)
    if end:
        yield 0, end
    items: list[int] = []  # columns where the text of the list items around a line begins, outermost first
    opened, run = 0, ""
    lines = text[end:].splitlines(keepends=True)
    for line, closing in zip(lines, _longest_fences_after(lines), strict=True):
        start, end = end, end + len(line)
        line = line.expandtabs(_INDENTED).rstrip()
        at = len(line) - len(line.lstrip(" "))
        if not line:
            continue
        if run and at < _indentation(items):  # the list item ends, and so does the code in it
            yield opened, start
            run = ""
        if run:
            fence = _FENCE.match(line, at) if at - _indentation(items) < _INDENTED else None
            if fence and fence["run"].startswith(run) and not fence["info"]:
                yield opened, end
                run = ""
            continue
        while at < _indentation(items):
            items.pop()
        while at - _indentation(items) < _INDENTED and (item := _ITEM_MARKER.match(line, at)):
            at = item.end()
            items.append(at)
        fence = _FENCE.match(line, at) if at - _indentation(items) < _INDENTED else None
        # A fence in a list item needs no closing one: the end of the item closes it.
        if fence and (items or len(fence["run"]) <= closing[_FENCE_CHARS.index(fence["run"][0])]):
            opened, run = start, fence["run"]


def _longest_fences_after(lines: list[str]) -> list[tuple[int, int]]:
    """Return for each line the length of the longest closing fence after it, of backticks and of tildes."""
    found, longest = [], [0, 0]
    for line in reversed(lines):
        found.append((longest[0], longest[1]))
        bare = line.strip()
        if bare and bare[0] in _FENCE_CHARS and not bare.strip(bare[0]):
            mark = _FENCE_CHARS.index(bare[0])
            longest[mark] = max(longest[mark], len(bare))
    return found[::-1]


def _indentation(items: list[int]) -> int:
    """Return the column where the text of the innermost list item begins; 0 outside of lists."""
    return items[-1] if items else 0
