"""Rows of tables -> lines."""

from __future__ import annotations

from collections.abc import Iterable

_EMPTY = "–"


def row_of(cells: Iterable[str]) -> str:
    """The cells with bars between them; "" without words.

    A cell that is empty shows, so that those after it stay under their headings.
    """
    found = list(cells)
    while found and not found[-1]:
        found.pop()
    return " | ".join(cell or _EMPTY for cell in found)
