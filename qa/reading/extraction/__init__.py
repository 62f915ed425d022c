"""A document's bytes -> its text, where in it a page or a moment begins, and what its lines are.

    formats.py       the table of the kinds of files that are read, and of which kind a file is
    isolation.py     extract(): has a document read by a child process, within limits
    __main__.py      that process
    html.py  pdf.py  word.py  epub.py  subtitles.py  excel.py  powerpoint.py  opendocument.py  delimited.py  mail.py
    notebook.py  rtf.py  latex.py  chat.py  archived.py      a format each: read(data) -> Extracted
    html_tree.py  elements.py  outlines.py  archive.py       what is in pages, books, PDFs and archives
    sheets.py  number_formats.py                             what is in spreadsheets
    tables.py  composing.py  glyphs.py  lines.py             what the formats share

The extracted text is what is stored, shown and cited; offsets are 0-based code points into it, end exclusive.
The process that asks imports none of the parsers.
"""

from __future__ import annotations

from dataclasses import dataclass

from qa.text.marks import Mark
from qa.text.source import Place


@dataclass(frozen=True)
class Attached:
    """A file within a file: what is attached to a message, or packed into an archive.

    Attributes:
        name: its name, with its folder within the archive.
        data: its bytes; None if it was too large, encrypted or damaged.
    """

    name: str
    data: bytes | None


@dataclass(frozen=True)
class Extracted:
    """The text of a document. Headings have Markdown's marks; a blank line separates blocks.

    Attributes:
        text: the text; "" is allowed only where files are attached.
        places: where its pages or moments begin, in order; empty if it has none.
        marks: what the document says of the lines of the text, in order.
        attached: the files within it, in order; each is read by the table of kinds as a file of its own.
    """

    text: str
    places: tuple[Place, ...] = ()
    marks: tuple[Mark, ...] = ()
    attached: tuple[Attached, ...] = ()


class UnreadableError(Exception):
    """A document that cannot be read.

    Attributes:
        reason: why, a key of ``isolation.REASONS``.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
