"""PowerPoint's .pptx -> the words of its slides: title, text, tables, charts, and the speaker's notes (python-pptx).

Each slide is a page. Hidden slides, and the numbers, dates and footers of slides, are left out.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator
from typing import Any

from pptx import Presentation
from pptx.enum.shapes import PP_PLACEHOLDER
from pptx.exc import PackageNotFoundError

from qa.reading.extraction import Extracted, UnreadableError
from qa.reading.extraction.archive import check_archive
from qa.reading.extraction.composing import Piece, compose, heading, join
from qa.reading.extraction.sheets import sheet_blocks, single_line
from qa.reading.extraction.tables import Cell
from qa.text.marks import Kind

_LEFT_OUT = {PP_PLACEHOLDER.SLIDE_NUMBER, PP_PLACEHOLDER.DATE, PP_PLACEHOLDER.FOOTER, PP_PLACEHOLDER.HEADER}
_LISTS = {PP_PLACEHOLDER.BODY, PP_PLACEHOLDER.OBJECT, PP_PLACEHOLDER.VERTICAL_BODY, PP_PLACEHOLDER.VERTICAL_OBJECT}
"""Placeholders whose paragraphs are the items of a list."""
_DEEPEST_GROUP = 20
_DIAGRAM = "/diagramData"
_TEXT = "{http://schemas.openxmlformats.org/drawingml/2006/main}t"
_POINT = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}pt"


def read(data: bytes) -> Extracted:
    """Return the slides in their order, each as a page.

    Raises:
        UnreadableError: the bytes are no presentation, or it is encrypted or too large.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            check_archive(archive)
        slides = list(Presentation(io.BytesIO(data)).slides)
    except (zipfile.BadZipFile, PackageNotFoundError, KeyError, ValueError) as error:
        raise UnreadableError("damaged") from error
    shown = [
        (number, slide) for number, slide in enumerate(slides, 1) if slide.element.get("show") not in ("0", "false")
    ]
    return join((compose(_page_blocks(slide)) for _, slide in shown), (number for number, _ in shown))


def _page_blocks(slide: Any) -> Iterator[list[Piece]]:
    """Yield the blocks of a slide: its title, its shapes in their order, and its notes."""
    title = slide.shapes.title
    if title is not None and (words := single_line(title.text_frame.text)):
        yield [heading(words, 2)]
    for shape in _shapes_in(slide.shapes):
        if title is None or shape.shape_id != title.shape_id:
            yield from _shape_blocks(shape)
    for relation in slide.part.rels.values():
        if relation.reltype.endswith(_DIAGRAM) and not relation.is_external:
            yield from _diagram_blocks(relation.target_part.blob)
    if slide.has_notes_slide and (frame := slide.notes_slide.notes_text_frame) is not None:
        yield from ([Piece(words, Kind.PARAGRAPH)] for words in _paragraphs_of(frame))


def _shapes_in(shapes: Iterable[Any], depth: int = 0) -> Iterator[Any]:
    """Yield the shapes of a slide, and those of its groups."""
    for shape in shapes:
        inner = getattr(shape, "shapes", None)
        if inner is not None and depth < _DEEPEST_GROUP:
            yield from _shapes_in(inner, depth + 1)
        elif inner is None:
            yield shape


def _shape_blocks(shape: Any) -> Iterator[list[Piece]]:
    kind = shape.placeholder_format.type if shape.is_placeholder else None
    if kind in _LEFT_OUT:
        return
    if shape.has_text_frame:
        lines = list(_paragraphs_of(shape.text_frame))
        if kind in _LISTS and len(lines) > 1:
            yield [Piece(f"- {words}", Kind.ITEM) for words in lines]
        else:
            yield from ([Piece(words)] for words in lines)
    elif getattr(shape, "has_table", False):
        yield from sheet_blocks(_rows_of(shape.table))
    elif getattr(shape, "has_chart", False):
        yield from _chart_blocks(shape.chart)


def _paragraphs_of(frame: Any) -> Iterator[str]:
    for paragraph in frame.paragraphs:
        if words := single_line(paragraph.text):
            yield words


def _rows_of(table: Any) -> Iterator[list[Cell]]:
    """Yield the rows of a table; a merged cell is in each row and column that it covers."""
    reaching: dict[int, tuple[Cell, int]] = {}
    for number, row in enumerate(table.rows):
        reaching = {column: (cell, stop) for column, (cell, stop) in reaching.items() if stop > number}
        found = [cell for cell, _ in reaching.values()]
        for column, cell in enumerate(row.cells):
            words = single_line(cell.text_frame.text)
            if cell.is_spanned or not words:
                continue
            own = Cell(words, column, column + cell.span_width, True)
            found.append(own)
            if cell.span_height > 1:
                reaching[column] = own._replace(written=None), number + cell.span_height
        yield sorted(found, key=lambda one: one.first)


def _chart_blocks(chart: Any) -> Iterator[list[Piece]]:
    """Yield the title of a chart and its values as a table, a row for each category."""
    if (
        chart.has_title
        and chart.chart_title.has_text_frame
        and (words := single_line(chart.chart_title.text_frame.text))
    ):
        yield [Piece(words, Kind.CAPTION)]
    plot = next(iter(chart.plots), None)
    series = list(plot.series) if plot is not None else []
    if plot is None or not series:
        return
    names = [single_line(str(one.name or "")) for one in series]
    columns = [list(one.values) for one in series]
    rows = [[Cell(name, n, n + 1, True) for n, name in enumerate(names, 1) if name]]
    for at, category in enumerate(plot.categories):
        values = [single_line(str(category))]
        values += ["" if at >= len(column) or column[at] is None else f"{column[at]:.15g}" for column in columns]
        rows.append([Cell(words, n, n + 1, True) for n, words in enumerate(values) if words])
    yield from sheet_blocks(rows)


def _diagram_blocks(data: bytes) -> Iterator[list[Piece]]:
    """Yield the words of a diagram (SmartArt), an item for each of its points."""
    from lxml import etree

    tree = etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True))
    points = ("".join(text.text or "" for text in point.iter(_TEXT)) for point in tree.iter(_POINT))
    yield [Piece(f"- {words}", Kind.ITEM) for point in points if (words := single_line(point))]
