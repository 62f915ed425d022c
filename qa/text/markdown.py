"""Where a text is written in Markdown, the stretches whose lines are no headings: front matter and fenced code.

A fence is what CommonMark calls one, but for this: one that is never closed is none, since in a plain text a line of
tildes is a rule. Offsets are 0-based code points into the text, end exclusive.
"""

from __future__ import annotations

from collections.abc import Iterator

import regex

from qa.text.sentences import Span

_FRONT_MATTER = regex.compile(
    r"---[ \t]*\r?\n[\w-]+[ \t]*:.*\n(?:(?:[\w-]+[ \t]*:|[ \t]+\S|- |#).*\n)*+(?:---|\.\.\.)[ \t]*(?=[\r\n]|\Z)"
)
"""YAML without blank lines: what stands between two rules may be a text."""
_FENCE = regex.compile(r"(?P<run>`{3,}+(?!.*`)|~{3,})\s*(?P<info>.*)")
_ITEM = regex.compile(r"(?:[-*+]|\d{1,9}[.)])(?: {1,4}(?=\S)| |\Z)")
_MARKS = "`~"
_INDENTED = 4
"""Spaces from which on a line is code of another kind, in which a fence is a word as any other."""


def verbatim(text: str) -> Iterator[Span]:
    """The front matter and the fenced code of a text, in order."""
    end = 0
    if front := _FRONT_MATTER.match(text):
        yield front.span()
        end = front.end()
    items: list[int] = []  # where the words of the list items around a line begin, the outermost first
    opened, run = 0, ""
    lines = text[end:].splitlines(keepends=True)
    for line, closing in zip(lines, _closing_after(lines), strict=True):
        start, end = end, end + len(line)
        line = line.expandtabs(_INDENTED).rstrip()
        at = len(line) - len(line.lstrip(" "))
        if not line:
            continue
        if run and at < _last(items):  # the list item ends, and with it the code in it
            yield opened, start
            run = ""
        if run:
            fence = _FENCE.match(line, at) if at - _last(items) < _INDENTED else None
            if fence and fence["run"].startswith(run) and not fence["info"]:
                yield opened, end
                run = ""
            continue
        while at < _last(items):
            items.pop()
        while at - _last(items) < _INDENTED and (item := _ITEM.match(line, at)):
            at = item.end()
            items.append(at)
        fence = _FENCE.match(line, at) if at - _last(items) < _INDENTED else None
        # The end of a list item closes one too.
        if fence and (items or len(fence["run"]) <= closing[_MARKS.index(fence["run"][0])]):
            opened, run = start, fence["run"]


def _closing_after(lines: list[str]) -> list[tuple[int, int]]:
    """Of each line the longest runs of either mark that stand alone in a line after it: what may close a fence."""
    found, longest = [], [0, 0]
    for line in reversed(lines):
        found.append((longest[0], longest[1]))
        bare = line.strip()
        if bare and bare[0] in _MARKS and not bare.strip(bare[0]):
            mark = _MARKS.index(bare[0])
            longest[mark] = max(longest[mark], len(bare))
    return found[::-1]


def _last(items: list[int]) -> int:
    return items[-1] if items else 0
