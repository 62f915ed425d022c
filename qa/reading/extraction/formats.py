"""A file's name and first bytes -> the kind of document it is, and the library that reads it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import PurePath


@dataclass(frozen=True)
class Format:
    """A kind of document, read by a library that is installed with an extra of this package.

    Attributes:
        name: what users call it.
        extra: the extra that brings the library; also the name of the module here that reads the format.
        library: the name under which the library is imported.
        suffixes: suffixes of its files, in lower case.
    """

    name: str
    extra: str
    library: str
    suffixes: tuple[str, ...]

    @property
    def installed(self) -> bool:
        """Whether the library is installed; it is not imported to find out."""
        return find_spec(self.library) is not None


HTML = Format("HTML", "html", "trafilatura", (".html", ".htm", ".xhtml"))
PDF = Format("PDF", "pdf", "pypdf", (".pdf",))
WORD = Format("Word", "word", "docx", (".docx",))
EPUB = Format("EPUB", "epub", "lxml", (".epub",))
SUBTITLES = Format("SRT/WebVTT", "subtitles", "pysubs2", (".srt", ".vtt", ".ass", ".ssa"))
FORMATS = (HTML, PDF, WORD, EPUB, SUBTITLES)
DOCUMENT_SUFFIXES = tuple(suffix for one in FORMATS for suffix in one.suffixes)

_PDF_HEADER = re.compile(rb"%PDF-\d\.\d\s*[\r\n]")
_ZIP_MAGIC = b"PK\x03\x04"


def format_of(name: str, data: bytes) -> Format | None:
    """Return the format of a file, or None for plain text and for kinds that no reader here knows.

    Binary formats are recognized by their first bytes, whatever the file is called. The others are recognized by
    the file's name: a .txt file with HTML in it stays a text.
    """
    suffix = PurePath(name).suffix.lower()
    if b"%PDF-" in data[:1024] and (suffix in PDF.suffixes or _PDF_HEADER.match(data)):
        return PDF
    if data.startswith(_ZIP_MAGIC):
        if suffix in EPUB.suffixes or data[30:58] == b"mimetypeapplication/epub+zip":
            return EPUB
        return WORD if suffix in WORD.suffixes or b"word/document.xml" in data else None
    return next((one for one in (HTML, SUBTITLES) if suffix in one.suffixes), None)
