"""Word's .docx -> its text (python-docx): headings, paragraphs, tables."""

from __future__ import annotations

import io
import re
import zipfile
from typing import Any

import docx
from docx.oxml.ns import qn
from docx.table import Table

from qa.extraction import Extracted, UnreadableError
from qa.extraction.archive import expect_modest

_HEADING = re.compile(r"heading ([1-9])", re.IGNORECASE)
_SKIPPED = {qn("w:rt"), qn("w:txbxContent"), qn("w:del"), qn("w:moveFrom")}
"""How a word is pronounced, boxes beside the text, and what has been deleted."""
_BREAKS = {qn("w:br"), qn("w:cr")}


def read(data: bytes) -> Extracted:
    """The document's body in order; headers, footers and notes are left out.

    Raises:
        UnreadableError: it is no such document, or unpacks to too much.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            expect_modest(archive)
        document = docx.Document(io.BytesIO(data))
    except (zipfile.BadZipFile, KeyError, ValueError) as error:
        raise UnreadableError("damaged") from error
    blocks = []
    for block in document.iter_inner_content():
        words = _table(block) if isinstance(block, Table) else _paragraph(block)
        if words:
            blocks.append(words)
    return Extracted("\n\n".join(blocks))


def _paragraph(paragraph: Any) -> str:
    words = _words(paragraph._p)
    style = paragraph.style.name if paragraph.style is not None else ""
    heading = _HEADING.fullmatch(style or "")
    level = 1 if style == "Title" else int(heading.group(1)) if heading else 0
    return f"{'#' * min(level, 6)} {' '.join(words.split())}" if level and words else words


def _table(table: Any) -> str:
    rows = []
    for row in table._tbl.iter(qn("w:tr")):
        cells = [" ".join(_words(cell).split()) for cell in row.iter(qn("w:tc"))]
        rows.append(" | ".join(cell for cell in cells if cell))
    return "\n".join(row for row in rows if row)


def _words(element: Any) -> str:
    """The words below an element, also those that python-docx passes over: under ruby, in fields, in links."""
    found: list[str] = []
    stack = [element]
    while stack:
        one = stack.pop()
        if one.tag in _SKIPPED:
            continue
        if one.tag == qn("w:t"):
            found.append(one.text or "")
        elif one.tag == qn("w:tab"):
            found.append("\t")
        elif one.tag in _BREAKS:
            found.append("\n")
        stack.extend(reversed(one))
    return "".join(found).strip()
