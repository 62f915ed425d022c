"""Word's .docx -> its text (python-docx): headings, paragraphs, tables."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import docx
from docx.oxml import parse_xml
from docx.oxml.ns import nsmap, qn

from qa.reading.extraction import Extracted, UnreadableError
from qa.reading.extraction.archive import expect_modest
from qa.reading.extraction.glyphs import lowered, raised, symbol
from qa.reading.extraction.tables import gaps, row_of

nsmap.setdefault("m", "http://schemas.openxmlformats.org/officeDocument/2006/math")
nsmap.setdefault("mc", "http://schemas.openxmlformats.org/markup-compatibility/2006")

_HEADING = re.compile(r"heading ([1-9])", re.IGNORECASE)
_WRAPPERS = {qn(f"w:{name}") for name in ("sdt", "sdtContent", "customXml", "ins", "moveTo", "smartTag")} | {
    qn(f"mc:{name}") for name in ("AlternateContent", "Choice", "Fallback")
}
"""What stands around paragraphs, rows or cells and is none itself: templates' fields, what was put in by review."""
_SKIPPED = {qn(f"w:{name}") for name in ("rt", "del", "moveFrom", "sdtPr", "pPr", "instrText")}
"""How a word is pronounced, what was deleted, what fields are made of, what a paragraph looks like."""
_BOX = qn("w:txbxContent")
_SIGNS = {
    qn("w:tab"): "\t", qn("w:br"): "\n", qn("w:cr"): "\n", qn("w:noBreakHyphen"): "\N{NON-BREAKING HYPHEN}",
    qn("w:ptab"): "\t",
}  # fmt: skip
_WORDS = {qn("w:t"), qn("m:t")}
_SHIFTED = {"superscript": raised, "subscript": lowered}
_COLUMNS = re.compile(r"[1-9]\d{0,2}")
_CODE = re.compile(r"[0-9A-Fa-f]{4}")


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
    for group in _joined(_within(document.element.body, "w:p", "w:tbl")):
        blocks.append(_table(group[0]) if group[0].tag == qn("w:tbl") else _paragraph(group, levels))
        blocks += [_words(one) for block in group for one in _seen(block) if one.tag == _BOX]
    return Extracted("\n\n".join(block for block in (*blocks, *_notes(document)) if block))


def _levels(document: Any) -> dict[str, int]:
    """The ids of styles that head something -> how deep; a style is like the one that it is based on."""
    styles = {style.style_id: style for style in document.styles}
    found = {}
    for name in styles:
        one, passed = name, set[str]()
        while one in styles and one not in passed:
            passed.add(one)
            level = _own_level(styles[one])
            if level:
                found[name] = level
                break
            one = _value(styles[one].element.find(qn("w:basedOn")))
    return found


def _own_level(style: Any) -> int:
    """How deep a style's headings stand by what it says itself; 0 where it says nothing."""
    if style.name == "Title":
        return 1
    heading = _HEADING.fullmatch(style.name or "")
    return int(heading.group(1)) if heading else _outline(style.element)


def _outline(element: Any) -> int:
    """How deep a style or a paragraph says that it stands, 10 for what is no heading; 0 where it says nothing."""
    level = _value(element.find(f"{qn('w:pPr')}/{qn('w:outlineLvl')}"))
    return int(level) + 1 if level.isdecimal() else 0


def _value(element: Any) -> str:
    return "" if element is None else str(element.get(qn("w:val"), ""))


def _notes(document: Any) -> Iterator[str]:
    """Footnotes and endnotes, each a block."""
    for relation in document.part.rels.values():
        kind = relation.reltype.rpartition("/")[2]
        if kind in ("footnotes", "endnotes") and not relation.is_external:
            notes = parse_xml(relation.target_part.blob)
            yield from (_words(note) for note in notes if not note.get(qn("w:type")))


def _joined(blocks: Iterable[Any]) -> Iterator[list[Any]]:
    """Tables, and paragraphs with those before them whose ends were deleted: they run on."""
    group: list[Any] = []
    for block in blocks:
        if block.tag == qn("w:tbl") and group:
            yield group
            group = []
        group.append(block)
        if not _runs_on(block):
            yield group
            group = []
    if group:
        yield group


def _runs_on(paragraph: Any) -> bool:
    """Whether the end of a paragraph was deleted, or moved away."""
    mark = None if paragraph is None else paragraph.find(f"{qn('w:pPr')}/{qn('w:rPr')}")
    return mark is not None and any(mark.find(qn(name)) is not None for name in ("w:del", "w:moveFrom"))


def _within(element: Any, *tags: str) -> Iterator[Any]:
    """The nearest elements of these tags, whatever stands around them."""
    wanted = {qn(tag) for tag in tags}
    stack = list(reversed(element))
    while stack:
        one = stack.pop()
        if one.tag in wanted:
            yield one
        elif one.tag in _WRAPPERS:
            stack.extend(reversed(_parts(one)))


def _parts(element: Any) -> list[Any]:
    """What an element is made of; of what is there once more for older programs the first."""
    if element.tag == qn("mc:AlternateContent"):
        return [*element.iterchildren(qn("mc:Choice")), *element.iterchildren(qn("mc:Fallback"))][:1]
    return list(element)


def _paragraph(joined: Sequence[Any], levels: Mapping[str, int]) -> str:
    """A paragraph and those that run on into it; what it is like is said at its end."""
    words = "".join(_written(one) for one in joined).strip()
    last = joined[-1]
    level = _outline(last) or levels.get(_value(last.find(f"{qn('w:pPr')}/{qn('w:pStyle')}")), 0)
    return f"{'#' * min(level, 6)} {' '.join(words.split())}" if 0 < level < 10 and words else words


def _table(table: Any) -> str:
    """A row a line; what stands in a cell, also another table, within its row."""
    rows = [list(_cells(row)) for row in _within(table, "w:tr")]
    before = gaps([[column for _, column in row] for row in rows])
    lines = (
        row_of(cell for (words, _), empty in zip(row, empties, strict=True) for cell in (*[""] * empty, words))
        for row, empties in zip(rows, before, strict=True)
    )
    return "\n".join(line for line in lines if line)


def _cells(row: Any) -> Iterator[tuple[str, int]]:
    """The words of each cell, and the column of the table's grid in which it begins."""
    column = 0
    for cell in _within(row, "w:tc"):
        yield " ".join(_words(cell).split()), column
        columns = _value(cell.find(f"{qn('w:tcPr')}/{qn('w:gridSpan')}"))
        column += int(columns) if _COLUMNS.fullmatch(columns) else 1


def _words(element: Any) -> str:
    return _written(element).strip()


def _written(element: Any) -> str:
    """The words below an element, also those that python-docx passes over: under ruby, in fields, in formulas."""
    found: list[str] = []
    for one in _seen(element, boxes=False):
        if one.tag == qn("w:p") and one is not element and not _runs_on(one.getprevious()):
            found.append("\n")
        elif one.tag in _WORDS:
            found.append(_shifted(one))
        elif one.tag == qn("w:sym"):
            code = one.get(qn("w:char"), "")
            found.append(symbol(one.get(qn("w:font"), ""), int(code, 16)) if _CODE.fullmatch(code) else "")
        elif isinstance(one.tag, str):
            found.append(_SIGNS.get(one.tag, ""))
    return "".join(found).replace("\ufeff", "")


def _seen(element: Any, *, boxes: bool = True) -> Iterator[Any]:
    """An element and what is shown below it, in order."""
    stack = [element]
    while stack:
        one = stack.pop()
        if one is not element and (one.tag in _SKIPPED or _is_hidden(one) or (one.tag == _BOX and not boxes)):
            continue
        yield one
        stack.extend(reversed(_parts(one)))


def _is_hidden(element: Any) -> bool:
    mark = element.find(f"{qn('w:rPr')}/{qn('w:vanish')}") if element.tag == qn("w:r") else None
    return mark is not None and _value(mark) not in ("0", "false", "off")


def _shifted(text: Any) -> str:
    """The words of a run, as Unicode writes them where they stand higher or lower; a link's are no power."""
    words = "".join(text.itertext())
    run = text.getparent()
    shift = _SHIFTED.get(_value(run.find(f"{qn('w:rPr')}/{qn('w:vertAlign')}")))
    return words if shift is None or run.getparent().tag == qn("w:hyperlink") else shift(words)
