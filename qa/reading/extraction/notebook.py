"""Jupyter notebooks (.ipynb) -> their notes, code and printed results, in order (nbformat 3 and 4, read as JSON)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from qa.reading.extraction import Extracted, UnreadableError
from qa.reading.extraction.composing import Piece, compose, join
from qa.reading.markdown import marks_of
from qa.text.marks import Kind

_LONGEST_OUTPUT = 20_000
"""Code points of a result; what is longer is a listing that nobody reads."""


def read(data: bytes) -> Extracted:
    """Return the cells of a notebook: notes as the Markdown that they are, code, and results that are text.

    Raises:
        UnreadableError: the bytes are no notebook.
    """
    try:
        book = json.loads(data)
        cells = book["cells"] if "cells" in book else [cell for sheet in book["worksheets"] for cell in sheet["cells"]]
        return join([part for cell in cells for part in _cell_parts(cell)])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise UnreadableError("damaged") from error


def _cell_parts(cell: dict[str, Any]) -> Iterator[Extracted]:
    words = _joined_lines(cell.get("source", cell.get("input", "")))
    match cell.get("cell_type"):
        case "markdown":
            text = words.strip("\r\n")
            yield Extracted(text, marks=marks_of(text))
        case "heading":
            level = max(1, min(int(cell.get("level", 1)), 6))
            title = f"{'#' * level} {' '.join(words.split())}"
            yield Extracted(title, marks=marks_of(title))
        case "code":
            yield compose([[Piece(words.strip("\r\n"), Kind.CODE)]])
            yield from (compose([[Piece(result)]]) for output in cell.get("outputs", ()) if (result := _result(output)))
        case _:
            yield compose([[Piece(words.strip("\r\n"))]])


def _result(output: dict[str, Any]) -> str:
    """Return the words of a result; "" for pictures and errors."""
    kind = output.get("output_type")
    if kind == "stream":
        words = _joined_lines(output.get("text", ""))
    elif kind in ("execute_result", "display_data", "pyout"):
        held = output.get("data", output)
        words = _joined_lines(held.get("text/plain", held.get("text", "")))
    else:
        return ""
    return words.strip("\r\n") if len(words) <= _LONGEST_OUTPUT else ""


def _joined_lines(written: Any) -> str:
    """Return a text that may be written as a list of its lines."""
    return "".join(map(str, written)) if isinstance(written, list) else str(written)
