"""The table of the kinds of files that are read: by what they are recognized, what reads them, and with which extra.

The page, the shell, folders, HTTP and Python all go by this table; ``qa kinds`` prints it.
"""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import PurePath


@dataclass(frozen=True)
class Format:
    """A kind of file.

    Attributes:
        name: what users call it.
        suffixes: suffixes of its files, in lower case.
        reader: the module of this package that reads it, in a process of its own; "" if it is a text as it stands.
        extra: the extra of cited-qa that brings the library; "" if none is needed.
        library: the name under which the library is imported; "" if none is needed.
        signature: what its bytes begin with, as users may be told; "" if it is recognized by its suffix alone.
        most_bytes: the largest file that is read, in bytes.
    """

    name: str
    suffixes: tuple[str, ...]
    reader: str = ""
    extra: str = ""
    library: str = ""
    signature: str = ""
    most_bytes: int = 64 << 20

    @property
    def installed(self) -> bool:
        """Whether the library is installed; it is not imported to find out."""
        return not self.library or find_spec(self.library) is not None

    def to_dict(self) -> dict[str, object]:
        """Return the kind as programs get it."""
        told = {name: value for name, value in vars(self).items() if name in ("name", "extra", "most_bytes")}
        return told | {"suffixes": list(self.suffixes), "signature": self.signature, "installed": self.installed}


TEXT = Format("text", (".txt", ".text"), most_bytes=20 << 20)
MARKDOWN = Format("Markdown", (".md", ".markdown"), most_bytes=20 << 20)
RESTRUCTURED = Format("reStructuredText", (".rst", ".rest"), most_bytes=20 << 20)
ASCIIDOC = Format("AsciiDoc", (".adoc", ".asciidoc"), most_bytes=20 << 20)
LATEX = Format("LaTeX", (".tex", ".latex", ".ltx"), "latex")
HTML = Format("HTML", (".html", ".htm", ".xhtml"), "html", "html", "trafilatura")
PDF = Format("PDF", (".pdf",), "pdf", "pdf", "pypdf", "%PDF-")
WORD = Format("Word", (".docx",), "word", "word", "docx", "PK…word/document.xml")
EXCEL = Format("Excel", (".xlsx", ".xlsm"), "excel", "excel", "openpyxl", "PK…xl/workbook.xml")
POWERPOINT = Format("PowerPoint", (".pptx", ".pptm"), "powerpoint", "powerpoint", "pptx", "PK…ppt/presentation.xml")
OPENDOCUMENT = Format(
    "OpenDocument", (".odt", ".ods", ".odp", ".ott"), "opendocument", "opendocument", "lxml",
    "PK…application/vnd.oasis.opendocument",
)  # fmt: skip
RTF = Format("RTF", (".rtf",), "rtf", "rtf", "striprtf", "{\\rtf")
EPUB = Format("EPUB", (".epub",), "epub", "epub", "lxml", "PK…application/epub+zip")
CSV = Format("CSV", (".csv", ".tsv", ".tab"), "delimited")
MAIL = Format("E-mail", (".eml", ".mbox"), "mail", "email", "lxml")
NOTEBOOK = Format("Jupyter", (".ipynb",), "notebook")
SUBTITLES = Format("SRT/WebVTT", (".srt", ".vtt", ".ass", ".ssa"), "subtitles", "subtitles", "pysubs2")
CHAT = Format("LINE/WhatsApp", (".txt",), "chat", signature="[LINE], [2026/1/31, 10:03:00]")
ZIP = Format("ZIP", (".zip",), "archived", signature="PK")
FORMATS = (
    TEXT, MARKDOWN, RESTRUCTURED, ASCIIDOC, LATEX, HTML, PDF, WORD, EXCEL, POWERPOINT, OPENDOCUMENT, RTF, EPUB, CSV,
    MAIL, NOTEBOOK, SUBTITLES, CHAT, ZIP,
)  # fmt: skip
"""Every kind that is read, in the order in which ``qa kinds`` lists them."""
READABLE_SUFFIXES = frozenset(suffix for one in FORMATS for suffix in one.suffixes)
"""Suffixes of the files that are read from folders and archives. A file that is named itself may have any suffix."""

_BY_SUFFIX = {suffix: one for one in reversed(FORMATS) for suffix in one.suffixes}
_PDF_HEADER = re.compile(rb"%PDF-\d\.\d\s*[\r\n]")
_ZIP_MAGIC = b"PK\x03\x04"
_EMPTY_ZIP = b"PK\x05\x06"
_WITHIN_ZIP = {"word/document.xml": WORD, "xl/workbook.xml": EXCEL, "ppt/presentation.xml": POWERPOINT}
"""A file that the archive has -> what the archive is."""
_PACKAGES = (WORD, EXCEL, POWERPOINT, OPENDOCUMENT, EPUB)
_CHAT_START = re.compile(
    rb"(?:\xef\xbb\xbf)?(?:\xe2\x80\x8e)?(?:\[LINE\] ?\S"  # [LINE] Chat history with Aoi, [LINE] 葵とのトーク履歴
    rb"|\[\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4},? \d{1,2}:\d\d(?::\d\d)?[^\]\n]{0,12}\] [^:\n]{1,80}:"
    rb"|\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4},? \d{1,2}:\d\d[^-\n]{0,12} - \S)"
)
"""How the chats begin that LINE and WhatsApp export; those of WhatsApp on iOS and on Android differ."""


def suffix_of(name: str) -> str:
    """Return the suffix of a file's name in lower case, with its dot; "" if it has none."""
    return PurePath(name).suffix.lower()


def named_format(name: str) -> Format:
    """Return the format that a file has by its name; ``TEXT`` for every suffix that the table does not have."""
    return _BY_SUFFIX.get(suffix_of(name), TEXT)


def format_of(name: str, data: bytes) -> Format:
    """Return the format of a file; ``TEXT`` for plain text and for kinds that no reader here knows.

    Binary formats are recognized by their first bytes, whatever the file is called. The others are recognized by
    the file's name: a .txt file with HTML in it stays a text, unless it is a chat that LINE or WhatsApp exported.
    """
    named = named_format(name)
    if b"%PDF-" in data[:1024] and (named is PDF or _PDF_HEADER.match(data)):
        return PDF
    if data.startswith(b"{\\rtf"):
        return RTF
    if data.startswith((_ZIP_MAGIC, _EMPTY_ZIP)):
        return _archive_format(named, data)
    if named is TEXT and _CHAT_START.match(data):
        return CHAT
    # What is no archive has another kind than its name says, and is read as what it is, if that is a text.
    return TEXT if named in (PDF, RTF, ZIP, *_PACKAGES) else named


def _archive_format(named: Format, data: bytes) -> Format:
    """Return the format of a file that is a ZIP archive."""
    if named in _PACKAGES:
        return named
    if data[30:58] == b"mimetypeapplication/epub+zip":
        return EPUB
    if data[30:].startswith(b"mimetypeapplication/vnd.oasis.opendocument."):
        return OPENDOCUMENT
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            files = archive.namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        files = []
    return next((one for file, one in _WITHIN_ZIP.items() if file in files), ZIP)
