"""Word's .docx -> its text (python-docx): headings, paragraphs, tables."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from typing import Any

import docx
from docx.oxml import parse_xml
from docx.oxml.ns import nsmap, qn

from qa.extraction import Extracted, UnreadableError
from qa.extraction.archive import expect_modest

nsmap.setdefault("m", "http://schemas.openxmlformats.org/officeDocument/2006/math")
nsmap.setdefault("mc", "http://schemas.openxmlformats.org/markup-compatibility/2006")

_HEADING = re.compile(r"heading ([1-9])", re.IGNORECASE)
_WRAPPERS = {qn(name) for name in ("w:sdt", "w:sdtContent", "w:customXml", "w:ins", "w:moveTo", "w:smartTag")}
"""What stands around paragraphs, rows or cells and is none itself: templates' fields, what was put in by review."""
_SKIPPED = {
    qn(name) for name in ("w:rt", "w:txbxContent", "w:del", "w:moveFrom", "w:sdtPr", "w:instrText", "mc:Fallback")
}
"""How a word is pronounced, boxes beside the text, what was deleted, what fields are made of, what is there twice."""
_SIGNS = {
    qn("w:tab"): "\t", qn("w:br"): "\n", qn("w:cr"): "\n", qn("w:noBreakHyphen"): "\N{NON-BREAKING HYPHEN}",
    qn("w:ptab"): "\t",
}  # fmt: skip
_WORDS = {qn("w:t"), qn("m:t")}


def read(data: bytes) -> Extracted:
    """The document's body in order, then its notes; boxes stand after the paragraph that holds them.

    Headers, footers and comments are left out.

    Raises:
        UnreadableError: it is no such document, or unpacks to too much.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            expect_modest(archive)
        document = docx.Document(io.BytesIO(data))
    except (zipfile.BadZipFile, KeyError, ValueError) as error:
        raise UnreadableError("damaged") from error
    levels = _levels(document)
    blocks: list[str] = []
    runs_on = False
    for block in _within(document.element.body, "w:p", "w:tbl"):
        words = _table(block) if block.tag == qn("w:tbl") else _paragraph(block, levels)
        if runs_on and blocks:
            blocks[-1] += words
        else:
            blocks.append(words)
        runs_on = block.find(f"{qn('w:pPr')}/{qn('w:rPr')}/{qn('w:del')}") is not None  # its end was deleted
        blocks += [_words(box) for box in block.iter(qn("w:txbxContent")) if not _is_fallback(box)]
    return Extracted("\n\n".join(block for block in (*blocks, *_notes(document)) if block))


def _levels(document: Any) -> dict[str, int]:
    """The ids of styles that head something -> how deep."""
    found = {}
    for style in document.styles:
        outline = style.element.find(f"{qn('w:pPr')}/{qn('w:outlineLvl')}")
        heading = _HEADING.fullmatch(style.name or "")
        if style.name == "Title":
            found[style.style_id] = 1
        elif heading:
            found[style.style_id] = int(heading.group(1))
        elif outline is not None and outline.get(qn("w:val"), "").isdecimal():
            found[style.style_id] = int(outline.get(qn("w:val"))) + 1
    return found


def _notes(document: Any) -> Iterator[str]:
    """Footnotes and endnotes, each a block."""
    for relation in document.part.rels.values():
        kind = relation.reltype.rpartition("/")[2]
        if kind in ("footnotes", "endnotes") and not relation.is_external:
            notes = parse_xml(relation.target_part.blob)
            yield from (_words(note) for note in notes if not note.get(qn("w:type")))


def _is_fallback(element: Any) -> bool:
    """Whether it stands once more what stands beside it already, for older programs."""
    return any(above.tag == qn("mc:Fallback") for above in element.iterancestors())


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


def _paragraph(paragraph: Any, levels: Mapping[str, int]) -> str:
    words = _words(paragraph)
    style = paragraph.find(f"{qn('w:pPr')}/{qn('w:pStyle')}")
    level = levels.get(style.get(qn("w:val"), ""), 0) if style is not None else 0
    return f"{'#' * min(level, 6)} {' '.join(words.split())}" if 0 < level < 10 and words else words


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
        hidden = one.tag == qn("w:r") and one.find(f"{qn('w:rPr')}/{qn('w:vanish')}") is not None
        if hidden or (one.tag in _SKIPPED and one is not element):
            continue
        if one.tag == qn("w:p") and one is not element:
            found.append("\n")
        if one.tag in _WORDS:
            found.append("".join(one.itertext()))
        found.append(_SIGNS.get(one.tag, "") if isinstance(one.tag, str) else "")
        stack.extend(reversed(one))
    return "".join(found).replace("\ufeff", "").strip()
