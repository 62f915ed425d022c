"""The lines of a text -> its body, without the boilerplate of a web page at its head and tail.

Boilerplate are the buttons, counters, and lists of links and languages that come along when a page is copied. They
are found by their form alone; what the words mean plays no part.

Offsets are 0-based code points into the text, end exclusive.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Container, Sequence
from statistics import median

import regex

from qa.text.paragraphs import Span, columns, trim

_FEWEST_LINES = 5
"""Lines of the smallest group that is boilerplate."""
_WIDEST_LABEL = 40
"""Most code points, and most columns, of a label."""
_USUAL_LABEL = 20
"""Most columns of the median line of a group that is boilerplate."""
_LEAST_LABELS = 0.7
"""Share of labels among the lines of a group below which the search inwards ends."""
_LARGEST_SHARE = 0.4
"""Share of the text that is boilerplate at most. If more is found, the text is a list and none of it is."""
_BULLET = regex.compile(r"\s*[-*+•‣◦・●○]\s*")
"""The beginning of a list item."""
_SPEECH = regex.compile(r"""\s*[「『“"—–>|]""")
"""The beginning of a line of dialogue or of a quotation, which is not a label."""
_CLAUSE_END = regex.compile(r"""(?V1)[\p{Sentence_Terminal},;:،、，；：…།」』”"]\Z""")
"""The end of a sentence or clause: a line that ends so is not a label."""
_COUNTER = regex.compile(
    r"\W*\d+\s?[/／]\s?\d+\W*\Z|.*[©®→»›]|(?:.*\S\s*[|·]\s*\S){2}|\W*\d[\d.,]*\s?[KMB万億천만]?\W*\Z"
)
"""What is common in labels of a page and rare in a text: 0/400, © 2023, Home | News | Contact, 1.2K."""


def body_span(text: str, groups: Sequence[list[Span]], headings: Container[int]) -> Span:
    """Return the span of the text without the boilerplate at its ends and without white space there.

    Args:
        text: the text.
        groups: its lines, as :func:`qa.text.paragraphs.group_lines` gives them.
        headings: offsets of the headings of the body; what is under one of them is not boilerplate.
    """
    head, _ = _outer_boilerplate(text, groups, headings)
    tail, headed = _outer_boilerplate(text, groups[::-1], headings)
    if headed:
        tail = []
    start = head[-1][-1][1] if head else 0
    end = tail[-1][0][0] if tail else len(text)
    if start + len(text) - end > _LARGEST_SHARE * len(text):
        return trim(text, 0, len(text))
    return trim(text, start, end)


def _outer_boilerplate(
    text: str, groups: Sequence[list[Span]], headings: Container[int]
) -> tuple[Sequence[list[Span]], bool]:
    """Return the first groups that are boilerplate, and whether a heading ended the search."""
    found = size = 0
    headed = False
    for i, group in enumerate(groups):
        size += group[-1][1] - group[0][0]
        lines = [text[slice(*trim(text, *line))] for line in group]
        rows = _table_rows(lines)
        labels = [line for line, is_row in zip(lines, rows, strict=True) if not is_row and _is_label(line)]
        headed = trim(text, *group[0])[0] in headings
        if headed or size > _LARGEST_SHARE * len(text) or len(labels) < _LEAST_LABELS * len(lines):
            break
        if _looks_like_navigation(lines, labels):
            found = i + 1
    return groups[:found], headed


def _table_rows(lines: Sequence[str]) -> list[bool]:
    """Return for each line whether it is a row of a table, as the readers of documents write them.

    A row has bars, and so has a line next to it. How many it has means nothing: empty cells at the end of a row are
    not written.
    """
    barred = [False, *(" | " in line for line in lines), False]
    return [here and (before or after) for before, here, after in zip(barred, barred[1:], barred[2:], strict=False)]


def _is_label(line: str) -> bool:
    """Return whether a line is short, does not end like a clause and does not begin like speech."""
    return (
        len(line) <= _WIDEST_LABEL
        and columns(line) <= _WIDEST_LABEL
        and not _CLAUSE_END.search(line)
        and not _SPEECH.match(line)
    )


def _looks_like_navigation(lines: Sequence[str], labels: Sequence[str]) -> bool:
    """Return whether the lines of a group are labels of a page, and not a poem, a dialogue or an ordinary list.

    A sign of a page is a counter, or names in three scripts, as a list of languages has.
    """
    if len(lines) < _FEWEST_LINES or median(columns(line) for line in lines) > _USUAL_LABEL:
        return False
    if all(_BULLET.match(line) for line in lines[1:]):
        return False
    return any(_COUNTER.match(line) for line in labels) or len({_script_of(line) for line in labels} - {""}) >= 3


def _script_of(line: str) -> str:
    """Return the script of a line's first letter, "" without letters. Chinese and Japanese count as one script."""
    for char in line:
        if char.isalpha():
            name = unicodedata.name(char, "").partition(" ")[0]
            return "CJK" if name in ("HIRAGANA", "KATAKANA") else name
    return ""
