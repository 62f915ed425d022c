"""OpenDocument (.odt, .ods, .odp) -> headings, paragraphs, lists, tables and slides, read from the XML (lxml).

Of spreadsheets, the values as they are shown. Each slide is a page. Deletions of a review are left out; notes follow
the text with their numbers.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any

from lxml import etree

from qa.reading.extraction import Extracted, UnreadableError
from qa.reading.extraction.archive import check_archive
from qa.reading.extraction.composing import Piece, compose, heading, join
from qa.reading.extraction.elements import check_complete
from qa.reading.extraction.sheets import sheet_blocks, single_line
from qa.reading.extraction.tables import Cell
from qa.text.marks import Kind

_SPACES = {
    "office": "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
    "text": "urn:oasis:names:tc:opendocument:xmlns:text:1.0",
    "table": "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
    "draw": "urn:oasis:names:tc:opendocument:xmlns:drawing:1.0",
    "presentation": "urn:oasis:names:tc:opendocument:xmlns:presentation:1.0",
}
_MANIFEST = "META-INF/manifest.xml"
_MOST_REPEATED = 1_000
"""Most equal rows or cells in a row that are written out; a sheet is filled up with a million empty ones."""
_MOST_CELLS = 2_000_000
_DIGITS = re.compile(r"\d{1,7}")
_PRESENTATION_NOTES = ("footer", "date-time", "page-number", "header")
"""What stands at the edge of each slide."""


def _name(short: str) -> str:
    prefix, _, local = short.partition(":")
    return f"{{{_SPACES[prefix]}}}{local}"


_H, _P, _LIST, _ITEM, _NOTE = (_name(f"text:{one}") for one in ("h", "p", "list", "list-item", "note"))
_TABLE, _ROW, _CELL = (_name(f"table:{one}") for one in ("table", "table-row", "table-cell"))
_COVERED = _name("table:covered-table-cell")
_FRAME, _BOX, _NOTES = _name("draw:frame"), _name("draw:text-box"), _name("presentation:notes")
_SKIPPED = {
    _name(one) for one in (
        "text:tracked-changes", "text:ruby-text", "text:note-body", "office:annotation", "office:forms",
        "text:sequence-decls", "text:bibliography-mark", "draw:image", "presentation:notes",
    )
}  # fmt: skip
_CONTROLS = {_name("text:tab"): "\t", _name("text:line-break"): "\n"}


def read(data: bytes) -> Extracted:
    """Return the document's body in order.

    Raises:
        UnreadableError: the bytes are no document of OpenDocument, or it is encrypted or too large.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            check_archive(archive)
            if "META-INF/manifest.xml" in archive.namelist() and b"encryption-data" in archive.read(
                "META-INF/manifest.xml"
            ):
                raise UnreadableError("encrypted")
            parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
            tree = etree.fromstring(archive.read("content.xml"), parser)
    except (zipfile.BadZipFile, KeyError, etree.XMLSyntaxError) as error:
        raise UnreadableError("damaged") from error
    check_complete(parser)
    body = tree.find(f"{_name('office:body')}/*")
    if body is None:
        raise UnreadableError("damaged")
    kind = etree.QName(body).localname
    if kind == "presentation":
        slides = list(body.iterchildren(_name("draw:page")))
        return join((compose(_slide_blocks(slide)) for slide in slides), range(1, len(slides) + 1))
    if kind == "spreadsheet":
        return compose(_spreadsheet_blocks(body))
    return compose([*_element_blocks(body), *_note_blocks(body)])


def _spreadsheet_blocks(body: Any) -> Iterator[list[Piece]]:
    for table in body.iterchildren(_TABLE):
        blocks = [block for block in sheet_blocks(_table_rows_of(table)) if any(piece.words for piece in block)]
        if blocks:
            yield [heading(single_line(table.get(_name("table:name"), "")), 2)]
            yield from blocks


def _slide_blocks(slide: Any) -> Iterator[list[Piece]]:
    """Yield the blocks of a slide: its title, the rest, its notes."""
    notes = slide.find(_NOTES)
    of_notes = set() if notes is None else set(notes.iter(_FRAME))
    frames = [frame for frame in slide.iter(_FRAME) if frame not in of_notes]
    roles = [frame.get(_name("presentation:class"), "") for frame in frames]
    for frame, role in zip(frames, roles, strict=True):
        if role == "title" and (words := single_line(" ".join(map(_element_words, frame.iter(_P))))):
            yield [heading(words, 2)]
    for frame, role in zip(frames, roles, strict=True):
        if role != "title" and role not in _PRESENTATION_NOTES:
            yield from _element_blocks(frame)
    for shape in slide.iterchildren():
        if shape.tag not in (_FRAME, _NOTES) and not list(shape.iter(_FRAME)):
            yield from _element_blocks(shape)
    for frame in notes.iter(_FRAME) if notes is not None else ():
        if frame.get(_name("presentation:class"), "") == "notes":
            yield from _element_blocks(frame)


def _element_blocks(parent: Any) -> Iterator[list[Piece]]:
    """Yield the blocks within an element, in their order; a text box follows the paragraph that holds it."""
    for element in parent.iterchildren():
        if element.tag in _SKIPPED or not isinstance(element.tag, str):
            continue
        if element.tag == _H:
            level = element.get(_name("text:outline-level"), "1")
            yield [heading(single_line(_element_words(element)), int(level) if _DIGITS.fullmatch(level) else 1)]
        elif element.tag == _P:
            yield [Piece(_element_words(element).strip())]
        elif element.tag == _LIST:
            yield list(_items_of(element))
        elif element.tag == _TABLE:
            yield from sheet_blocks(_table_rows_of(element))
        if element.tag in (_H, _P):
            for box in element.iter(_BOX):
                yield from _element_blocks(box)
        elif element.tag not in (_LIST, _TABLE):
            yield from _element_blocks(element)


def _items_of(element: Any, depth: int = 0) -> Iterator[Piece]:
    """Yield the items of a list, those of the lists within them indented."""
    for item in element.iterchildren():
        for part in item.iterchildren():
            if part.tag == _LIST:
                yield from _items_of(part, depth + 1)
            elif part.tag in (_P, _H) and (words := single_line(_element_words(part))):
                yield Piece(f"{'  ' * depth}- {words}", Kind.ITEM)


def _table_rows_of(table: Any) -> Iterator[list[Cell]]:
    """Yield the rows of a table; merged cells are in each row and column that they cover."""
    reaching: dict[int, tuple[Cell, int]] = {}
    count = number = 0
    for row in table.iter(_ROW):
        if next(row.iterancestors(_TABLE), None) is not table:
            continue  # of a table within a cell
        for _ in range(_repeats(row, "table:number-rows-repeated")):
            reaching = {column: (cell, stop) for column, (cell, stop) in reaching.items() if stop > number}
            found = [cell for cell, _ in reaching.values()]
            for own, rows in _cells_of(row):
                found.append(own)
                if rows > 1:
                    reaching[own.first] = own._replace(written=None), number + rows
            yield sorted(found, key=lambda one: one.first)
            number += 1
            count += max(1, len(found))
            if count > _MOST_CELLS:
                raise UnreadableError("large")
            if not found:
                break


def _cells_of(row: Any) -> Iterator[tuple[Cell, int]]:
    """Yield the cells of a row that have words, each with the number of rows that it covers."""
    column = 0
    for element in row.iterchildren(_CELL, _COVERED):
        times = element.get(_name("table:number-columns-repeated"), "1")
        repeats = int(times) if _DIGITS.fullmatch(times) else 1
        words = (
            single_line(" ".join(_element_words(part) for part in _paragraphs_of(element)))
            if element.tag == _CELL
            else ""
        )
        if words:
            columns, rows = (_repeats(element, f"table:number-{one}-spanned") for one in ("columns", "rows"))
            for n in range(min(repeats, _MOST_REPEATED)):
                yield Cell(words, column + n, column + n + columns, True), rows
        column += repeats


def _paragraphs_of(cell: Any) -> Iterator[Any]:
    return (part for part in cell.iter(_P, _H) if not any(one.tag in _SKIPPED for one in part.iterancestors()))


def _repeats(element: Any, name: str) -> int:
    """Return a number that an attribute gives, at most as many as are written out; 1 without it."""
    value = element.get(_name(name), "1")
    return max(1, min(int(value), _MOST_REPEATED)) if _DIGITS.fullmatch(value) else 1


def _element_words(element: Any) -> str:
    """Return the words of a paragraph, with one space where the document has white space."""
    parts: list[str] = []
    walk = etree.iterwalk(element, events=("start", "end"))
    for event, one in walk:
        if event == "end":
            if one is not element:
                parts.append(_plain(one.tail))
            continue
        if one.tag in _SKIPPED or (one.tag == _BOX and one is not element):
            walk.skip_subtree()
            continue
        if one.tag in _CONTROLS:
            parts.append(_CONTROLS[one.tag])
        elif one.tag == _name("text:s"):
            parts.append(" " * _repeats(one, "text:c"))
        elif one.tag in (_P, _H) and parts:
            parts.append("\n")
        parts.append(_plain(one.text))
    return "".join(parts)


def _plain(words: str | None) -> str:
    return re.sub(r"\s+", " ", words or "")


def _note_blocks(body: Any) -> Iterator[list[Piece]]:
    """Yield the footnotes and endnotes, each with the number that stands at its place in the text."""
    for note in body.iter(_NOTE):
        held = note.find(_name("text:note-body"))
        sign = "".join(note.itertext(_name("text:note-citation"))).strip()
        words = single_line(" ".join(_element_words(part) for part in held)) if held is not None else ""
        if words:
            yield [Piece(f"{sign} {words}".strip())]
