"""RTF -> its paragraphs, headings and the rows of its tables (striprtf)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from striprtf.striprtf import rtf_to_text

from qa.reading.extraction import Extracted, UnreadableError
from qa.reading.extraction.composing import Piece, compose, heading
from qa.reading.extraction.sheets import sheet_blocks, single_line
from qa.reading.extraction.tables import Cell

_without_commands: Any = rtf_to_text  # striprtf has no types
_SIGN = 0xE100
"""The first of the private characters that stand for the levels of headings while the commands are taken out."""
_PARTS = re.compile(r"[0-9a-fA-F\s]{400,}")
"""The bytes of a picture."""
_STYLE = re.compile(r"\\s(\d{1,4})\b[^{};]*?\\outlinelevel(\d)\b|\\s(\d{1,4})\b[^{};]*?[ ]heading (\d);", re.IGNORECASE)
"""A style in the table of styles that is a heading: its number and its level, from 0 or in its name from 1."""
_OUTLINE = re.compile(r"\\outlinelevel(\d)\b ?")
_USED_STYLE = re.compile(r"\\s(\d{1,4})(?!\d)(?=[\\ ])")
_SIGNS = re.compile(f"[{chr(_SIGN)}-{chr(_SIGN + 9)}]")


def read(data: bytes) -> Extracted:
    """Return the text, a block for each paragraph.

    Raises:
        UnreadableError: the bytes are no RTF.
    """
    if not data.startswith(b"{\\rtf"):
        raise UnreadableError("damaged")
    written = _PARTS.sub("", data.decode("cp1252", "replace"))
    text = _without_commands(_with_signs(written), encoding="cp1252", errors="replace")
    return compose(_line_blocks(text))


def _with_signs(written: str) -> str:
    """Return the commands with a private character where a heading begins: striprtf drops what says so."""
    start = written.find("{\\stylesheet")
    stop = _group_end(written, start) if start >= 0 else 0
    levels: dict[str, int] = {}
    for by_level, level, by_name, number in _STYLE.findall(written[start:stop] if start >= 0 else ""):
        levels[by_level or by_name] = int(level) if by_level else int(number) - 1
    body = _OUTLINE.sub(lambda found: _sign(int(found.group(1))), written[stop:])
    body = _USED_STYLE.sub(
        lambda found: found.group() + (_sign(levels[found.group(1)]) if found.group(1) in levels else ""), body
    )
    return written[:stop] + body


def _sign(level: int) -> str:
    return f"\\u{_SIGN + level - 65536}? " if level < 9 else ""


def _group_end(written: str, start: int) -> int:
    """Return the offset after the group that begins with the brace at an offset."""
    depth = 0
    for brace in re.compile(r"\\[{}\\]|[{}]").finditer(written, start):
        depth += {"{": 1, "}": -1}.get(brace.group(), 0)
        if not depth:
            return brace.end()
    return len(written)


def _line_blocks(text: str) -> Iterator[list[Piece]]:
    rows: list[list[Cell]] = []
    for line in text.split("\n"):
        if line.rstrip().endswith("|") and line.count("|"):
            cells = [single_line(_SIGNS.sub("", cell)) for cell in line.rstrip()[:-1].split("|")]
            rows.append([Cell(words, n, n + 1, True) for n, words in enumerate(cells) if words])
            continue
        yield from sheet_blocks(rows)
        rows = []
        sign = _SIGNS.search(line)
        words = _SIGNS.sub("", line).strip()
        if words:
            yield [heading(single_line(words), ord(sign.group()) - _SIGN + 1) if sign else Piece(words)]
    yield from sheet_blocks(rows)
