"""What a stretch of a text is, and what a document's format says of its stretches.

A format such as Markdown or Word says which lines are headings, items, rows or code. A reader hands that over as marks
beside the text. What a format does not say, such as questions and legal articles, is found by form (`qa.text.forms`).

Offsets are 0-based code points into the text, end exclusive.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a block is."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    LEAD_IN = "lead-in"
    ITEM = "item"
    HEADER = "header"
    ROW = "row"
    QUESTION = "question"
    REPLY = "reply"
    LABELLED = "labelled"
    SPEAKER = "speaker"
    TURN = "turn"
    CAPTION = "caption"
    CODE = "code"
    BOILERPLATE = "boilerplate"


@dataclass(frozen=True)
class Mark:
    """What a format says of a stretch of its text: one or more whole lines.

    The marks of a text are in order and do not overlap.

    Attributes:
        start: offset of its first code point that is not white space.
        end: offset after its last code point that is not white space.
        kind: what it is. A paragraph may still be a question, a label or an item by its form, but no heading.
        level: how deep a heading stands, 1 to 6; 0 for the other kinds.
    """

    start: int
    end: int
    kind: Kind
    level: int = 0


def are_sound(marks: tuple[Mark, ...], text: str) -> bool:
    """Return whether marks are within a text, in order and without overlap, and their levels are those of headings."""
    before = 0
    for mark in marks:
        levels = range(1, 7) if mark.kind is Kind.HEADING else range(1)
        if not before <= mark.start < mark.end <= len(text) or mark.level not in levels:
            return False
        before = mark.end
    return True
