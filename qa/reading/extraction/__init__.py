"""A document's bytes -> its text, and where in it a page or a moment begins.

    html.py  pdf.py  word.py  epub.py  subtitles.py    a format each: read(data) -> Extracted
    blocks.py  lines.py  tables.py  signs.py            what they have in common
    isolation.py                                        has one read in a process of its own, within limits
    __main__.py                                         that process

What comes out is the text that is stored, shown and cited; offsets are 0-based code points into it.
Parsers are large and documents come from anywhere: none of them is imported by the process that asks.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import PurePath

from qa.text.source import Place


@dataclass(frozen=True)
class Extracted:
    """The text of a document; headings have Markdown's marks, blocks stand apart by a blank line.

    Attributes:
        text: the text.
        places: where its pages or moments begin, in order; empty where it has none.
    """

    text: str
    places: tuple[Place, ...] = ()


class UnreadableError(Exception):
    """A parser could not read a document; ``reason`` is a key of ``isolation.REASONS``."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Format:
    """A kind of document that is read by a library which few users need.

    Attributes:
        name: what a reader calls it.
        extra: of this package, which brings the library; also the name of our module.
        library: what is imported.
        suffixes: of its files.
    """

    name: str
    extra: str
    library: str
    suffixes: tuple[str, ...]

    @property
    def installed(self) -> bool:
        """Whether the library is there; it is not loaded."""
        return find_spec(self.library) is not None


HTML = Format("HTML", "html", "trafilatura", (".html", ".htm", ".xhtml"))
PDF = Format("PDF", "pdf", "pypdf", (".pdf",))
WORD = Format("Word", "word", "docx", (".docx",))
EPUB = Format("EPUB", "epub", "lxml", (".epub",))
SUBTITLES = Format("SRT/WebVTT", "subtitles", "pysubs2", (".srt", ".vtt", ".ass", ".ssa"))
FORMATS = (HTML, PDF, WORD, EPUB, SUBTITLES)
SUFFIXES = tuple(suffix for one in FORMATS for suffix in one.suffixes)

_PDF = re.compile(rb"%PDF-\d\.\d\s*[\r\n]")
_ZIP = b"PK\x03\x04"


def format_of(name: str, data: bytes) -> Format | None:
    """What has to read a file; None for plain text, and for what nothing here reads.

    What is binary is known by its first bytes whatever it is called, the rest by its name: a text that is
    written in HTML stays a text.
    """
    suffix = PurePath(name).suffix.lower()
    if b"%PDF-" in data[:1024] and (suffix in PDF.suffixes or _PDF.match(data)):
        return PDF
    if data.startswith(_ZIP):
        if suffix in EPUB.suffixes or data[30:58] == b"mimetypeapplication/epub+zip":
            return EPUB
        return WORD if suffix in WORD.suffixes or b"word/document.xml" in data else None
    return next((one for one in (HTML, SUBTITLES) if suffix in one.suffixes), None)
