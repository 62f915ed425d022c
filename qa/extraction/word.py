"""Word's .docx -> its text (python-docx): headings, paragraphs, tables."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any

import docx
from docx.oxml.ns import nsmap, qn
from docx.text.paragraph import Paragraph

from qa.extraction import Extracted, UnreadableError
from qa.extraction.archive import expect_modest

nsmap.setdefault("m", "http://schemas.openxmlformats.org/officeDocument/2006/math")

_HEADING = re.compile(r"heading ([1-9])", re.IGNORECASE)
_WRAPPERS = {qn(name) for name in ("w:sdt", "w:sdtContent", "w:customXml", "w:ins", "w:moveTo", "w:smartTag")}
"""What stands around paragraphs, rows or cells and is none itself: templates' fields, what was put in by review."""
_SKIPPED = {qn(name) for name in ("w:rt", "w:txbxContent", "w:del", "w:moveFrom", "w:sdtPr", "w:instrText")}
"""How a word is pronounced, boxes beside the text, what was deleted, what fields are made of."""
_SIGNS = {
    qn("w:tab"): "\t", qn("w:br"): "\n", qn("w:cr"): "\n", qn("w:noBreakHyphen"): "\N{NON-BREAKING HYPHEN}",
    qn("w:ptab"): "\t",
}  # fmt: skip
_WORDS = {qn("w:t"), qn("m:t")}


def read(data: bytes) -> Extracted:
    """The document's body in order; headers, footers, notes and boxes are left out.

    Raises:
        UnreadableError: it is no such document, or unpacks to too much.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            expect_modest(archive)
        document = docx.Document(io.BytesIO(data))
    except (zipfile.BadZipFile, KeyError, ValueError) as error:
        raise UnreadableError("damaged") from error
    blocks = (
        _table(block) if block.tag == qn("w:tbl") else _paragraph(Paragraph(block, document._body))
        for block in _within(document.element.body, "w:p", "w:tbl")
    )
    return Extracted("\n\n".join(block for block in blocks if block))


def _within(element: Any, *tags: str) -> Iterator[Any]:
    """The nearest elements of these tags, whatever stands around them."""
    wanted = {qn(tag) for tag in tags}
    stack = list(reversed(element))
    while stack:
        one = stack.pop()
        if one.tag in wanted:
            yield one
        elif one.tag in _WRAPPERS:
            stack.extend(reversed(one))


def _paragraph(paragraph: Paragraph) -> str:
    words = _words(paragraph._p)
    style = paragraph.style.name if paragraph.style is not None else ""
    heading = _HEADING.fullmatch(style or "")
    level = 1 if style == "Title" else int(heading.group(1)) if heading else 0
    return f"{'#' * min(level, 6)} {' '.join(words.split())}" if level and words else words


def _table(table: Any) -> str:
    """A row a line; what stands in a cell, also another table, within its row."""
    rows = []
    for row in _within(table, "w:tr"):
        cells = (" ".join(_words(cell).split()) for cell in _within(row, "w:tc"))
        rows.append(" | ".join(cell for cell in cells if cell))
    return "\n".join(row for row in rows if row)


def _words(element: Any) -> str:
    """The words below an element, also those that python-docx passes over: under ruby, in fields, in formulas."""
    found: list[str] = []
    stack = [element]
    while stack:
        one = stack.pop()
        if one.tag in _SKIPPED:
            continue
        if one.tag == qn("w:p") and one is not element:
            found.append("\n")
        if one.tag in _WORDS:
            found.append(one.text or "")
        found.append(_SIGNS.get(one.tag, ""))
        stack.extend(reversed(one))
    return "".join(found).replace("\ufeff", "").strip()
