"""Word's .docx -> the text of its headings, paragraphs and tables (python-docx).

The XML is read here element by element, because python-docx skips words in fields, formulas, ruby and text boxes.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import docx
from docx.oxml import parse_xml
from docx.oxml.ns import nsmap, qn

from qa.reading.extraction import Extracted, UnreadableError
from qa.reading.extraction.archive import check_archive
from qa.reading.extraction.composing import Piece, compose, heading
from qa.reading.extraction.glyphs import subscript, superscript, symbol
from qa.reading.extraction.tables import Cell, align, join_cells
from qa.text.marks import Kind

nsmap.setdefault("m", "http://schemas.openxmlformats.org/officeDocument/2006/math")
nsmap.setdefault("mc", "http://schemas.openxmlformats.org/markup-compatibility/2006")

_HEADING_STYLE = re.compile(r"heading ([1-9])", re.IGNORECASE)
_WRAPPERS = {qn(f"w:{name}") for name in ("sdt", "sdtContent", "customXml", "ins", "moveTo", "smartTag")} | {
    qn(f"mc:{name}") for name in ("AlternateContent", "Choice", "Fallback")
}
"""Elements around paragraphs, rows or cells: fields of templates, insertions of a review, alternatives."""
_SKIPPED = {qn(f"w:{name}") for name in ("rt", "del", "moveFrom", "sdtPr", "pPr", "instrText")}
"""Pronunciations, deletions, and the code and properties of fields and paragraphs: not text."""
_TEXT_BOX = qn("w:txbxContent")
_CONTROL_CHARS = {
    qn("w:tab"): "\t", qn("w:br"): "\n", qn("w:cr"): "\n", qn("w:noBreakHyphen"): "\N{NON-BREAKING HYPHEN}",
    qn("w:ptab"): "\t",
}  # fmt: skip
_TEXT_TAGS = {qn("w:t"), qn("m:t")}
_SCRIPT_OF_ALIGNMENT = {"superscript": superscript, "subscript": subscript}
_GRID_SPAN = re.compile(r"[1-9]\d{0,2}")
_SYMBOL_CODE = re.compile(r"[0-9A-Fa-f]{4}")


def read(data: bytes) -> Extracted:
    """Return the document's body in order, then its notes. A text box follows the paragraph that holds it.

    Headers, footers and comments are left out.

    Raises:
        UnreadableError: the bytes are not a Word document, or it is encrypted or too large.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            check_archive(archive)
        document = docx.Document(io.BytesIO(data))
    except (zipfile.BadZipFile, KeyError, ValueError) as error:
        raise UnreadableError("damaged") from error
    styles = _Styles(document)
    blocks: list[list[Piece]] = []
    for group in _merge_deleted_ends(_find_nearest(document.element.body, "w:p", "w:tbl")):
        blocks.append(_table_lines(group[0]) if group[0].tag == qn("w:tbl") else [_paragraph(group, styles)])
        boxes = (one for block in group for one in _visible_elements(block) if one.tag == _TEXT_BOX)
        blocks += [[Piece(_stripped_text(box))] for box in boxes]
    return compose([*blocks, *([Piece(note)] for note in _note_texts(document))])


class _Styles:
    """What the styles of a document say of the paragraphs that have them, by the ids of the styles.

    Attributes:
        levels: the levels of headings.
        lists: the numbers of lists; "0" is none.
        captions: the styles of captions.
    """

    def __init__(self, document: Any) -> None:
        self._styles = {style.style_id: style for style in document.styles}
        self.levels: dict[str, int] = self._inherited(_own_level)
        self.lists: dict[str, str] = self._inherited(lambda style: _list_number(style.element))
        self.captions: dict[str, bool] = self._inherited(lambda style: (style.name or "").lower() == "caption")

    def _inherited(self, own: Callable[[Any], Any]) -> dict[str, Any]:
        """Return what each style says; one that says nothing says what the one that it is based on does."""
        found = {}
        for name in self._styles:
            one, seen = name, set[str]()
            while one in self._styles and one not in seen:
                seen.add(one)
                if value := own(self._styles[one]):
                    found[name] = value
                    break
                one = _val_attribute(self._styles[one].element.find(qn("w:basedOn")))
        return found


def _own_level(style: Any) -> int:
    """Return the level of headings that a style states itself, 0 if it states none."""
    if style.name == "Title":
        return 1
    heading = _HEADING_STYLE.fullmatch(style.name or "")
    return int(heading.group(1)) if heading else _outline_level(style.element)


def _outline_level(element: Any) -> int:
    """Return the outline level that a style or a paragraph states: 10 is body text, 0 is nothing stated."""
    level = _val_attribute(element.find(f"{qn('w:pPr')}/{qn('w:outlineLvl')}"))
    return int(level) + 1 if level.isdecimal() else 0


def _list_number(element: Any) -> str:
    """Return the number of the list that a style or a paragraph belongs to: "0" is none, "" is nothing stated."""
    return _val_attribute(element.find(f"{qn('w:pPr')}/{qn('w:numPr')}/{qn('w:numId')}"))


def _val_attribute(element: Any) -> str:
    """Return the attribute ``w:val``, "" without it or without an element."""
    return "" if element is None else str(element.get(qn("w:val"), ""))


def _note_texts(document: Any) -> Iterator[str]:
    """Yield the text of each footnote and endnote."""
    for relation in document.part.rels.values():
        kind = relation.reltype.rpartition("/")[2]
        if kind in ("footnotes", "endnotes") and not relation.is_external:
            notes = parse_xml(relation.target_part.blob)
            yield from (_stripped_text(note) for note in notes if not note.get(qn("w:type")))


def _merge_deleted_ends(blocks: Iterable[Any]) -> Iterator[list[Any]]:
    """Yield each table alone, and each paragraph with those before it whose paragraph marks were deleted."""
    group: list[Any] = []
    for block in blocks:
        if block.tag == qn("w:tbl") and group:
            yield group
            group = []
        group.append(block)
        if not _has_deleted_end(block):
            yield group
            group = []
    if group:
        yield group


def _has_deleted_end(paragraph: Any) -> bool:
    """Return whether the mark at the end of a paragraph was deleted or moved away."""
    mark = None if paragraph is None else paragraph.find(f"{qn('w:pPr')}/{qn('w:rPr')}")
    return mark is not None and any(mark.find(qn(name)) is not None for name in ("w:del", "w:moveFrom"))


def _find_nearest(element: Any, *tags: str) -> Iterator[Any]:
    """Yield the nearest elements with these tags, also inside of wrappers such as fields."""
    wanted = {qn(tag) for tag in tags}
    stack = list(reversed(element))
    while stack:
        one = stack.pop()
        if one.tag in wanted:
            yield one
        elif one.tag in _WRAPPERS:
            stack.extend(reversed(_shown_children(one)))


def _shown_children(element: Any) -> list[Any]:
    """Return the children of an element; of alternatives for newer and older programs only the first."""
    if element.tag == qn("mc:AlternateContent"):
        return [*element.iterchildren(qn("mc:Choice")), *element.iterchildren(qn("mc:Fallback"))][:1]
    return list(element)


def _paragraph(joined: Sequence[Any], styles: _Styles) -> Piece:
    """Return a paragraph with those merged into it. The last one states the style."""
    words = "".join(_raw_text(one) for one in joined).strip()
    last = joined[-1]
    style = _val_attribute(last.find(f"{qn('w:pPr')}/{qn('w:pStyle')}"))
    level = _outline_level(last) or styles.levels.get(style, 0)
    if 0 < level < 10 and words:
        return heading(" ".join(words.split()), level)
    if (_list_number(last) or styles.lists.get(style, "0")) != "0":
        return Piece(words, Kind.ITEM)
    return Piece(words, Kind.CAPTION if style in styles.captions else None)


def _table_lines(table: Any) -> list[Piece]:
    """Return a line for each row of a table; the text of a cell, even of a table in it, stays in the line."""
    rows, above = list(_find_nearest(table, "w:tr")), dict[int, str]()
    lines = align([list(_cells(row, above)) for row in rows])
    return [
        Piece(join_cells(cell.words for cell in line), Kind.HEADER if _is_header(row) else Kind.ROW)
        for row, line in zip(rows, lines, strict=True)
    ]


def _is_header(row: Any) -> bool:
    """Return whether a row is repeated at the top of each page, as the header of a table is."""
    repeated = row.find(f"{qn('w:trPr')}/{qn('w:tblHeader')}")
    return repeated is not None and _is_on(repeated)


def _cells(row: Any, above: dict[int, str]) -> Iterator[Cell]:
    """Yield the cells of a row; one that continues the cell above it has the text of that.

    Args:
        row: the row.
        above: column -> the text of the cell above that begins there; becomes that of this row.
    """
    column = 0
    for element in _find_nearest(row, "w:tc"):
        columns = _val_attribute(element.find(f"{qn('w:tcPr')}/{qn('w:gridSpan')}"))
        stop = column + (int(columns) if _GRID_SPAN.fullmatch(columns) else 1)
        merged = element.find(f"{qn('w:tcPr')}/{qn('w:vMerge')}")
        continues = merged is not None and _val_attribute(merged) != "restart" and column in above
        if not continues:
            above[column] = " ".join(_stripped_text(element).split())
        yield Cell(above[column], column, stop, None if continues else element)
        column = stop


def _stripped_text(element: Any) -> str:
    """Return the text below an element without white space around it."""
    return _raw_text(element).strip()


def _raw_text(element: Any) -> str:
    """Return the text below an element, without that of text boxes in it."""
    found: list[str] = []
    for one in _visible_elements(element, boxes=False):
        if one.tag == qn("w:p") and one is not element and not _has_deleted_end(one.getprevious()):
            found.append("\n")
        elif one.tag in _TEXT_TAGS:
            found.append(_run_text(one))
        elif one.tag == qn("w:sym"):
            code = one.get(qn("w:char"), "")
            found.append(symbol(one.get(qn("w:font"), ""), int(code, 16)) if _SYMBOL_CODE.fullmatch(code) else "")
        elif isinstance(one.tag, str):
            found.append(_CONTROL_CHARS.get(one.tag, ""))
    return "".join(found).replace("\ufeff", "")


def _visible_elements(element: Any, *, boxes: bool = True) -> Iterator[Any]:
    """Yield an element and those below it that are shown, in order."""
    stack = [element]
    while stack:
        one = stack.pop()
        if one is not element and (one.tag in _SKIPPED or _is_hidden(one) or (one.tag == _TEXT_BOX and not boxes)):
            continue
        yield one
        stack.extend(reversed(_shown_children(one)))


def _is_hidden(element: Any) -> bool:
    """Return whether an element is a run of hidden text."""
    mark = element.find(f"{qn('w:rPr')}/{qn('w:vanish')}") if element.tag == qn("w:r") else None
    return mark is not None and _is_on(mark)


def _is_on(switch: Any) -> bool:
    """Return whether an element that switches something on does so; it can also say that it does not."""
    return _val_attribute(switch) not in ("0", "false", "off")


def _run_text(text: Any) -> str:
    """Return the words of a text element, in Unicode's superscript or subscript if it is; those of a link stay."""
    words = "".join(text.itertext())
    run = text.getparent()
    shift = _SCRIPT_OF_ALIGNMENT.get(_val_attribute(run.find(f"{qn('w:rPr')}/{qn('w:vertAlign')}")))
    return words if shift is None or run.getparent().tag == qn("w:hyperlink") else shift(words)
