"""Files, folders, bytes or strings -> sources.

Plain text is decoded (`qa.reading.encodings`), documents are extracted (`qa.reading.extraction`). The decoded or
extracted text is what is stored, shown and cited. Line breaks stay as they are; a byte order mark is not part of
the text.
"""

from __future__ import annotations

import math
import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from qa.errors import SourceError
from qa.reading.encodings import decode, is_binary
from qa.reading.extraction.formats import DOCUMENT_SUFFIXES, format_of
from qa.reading.extraction.isolation import extract
from qa.reading.markdown import SUFFIXES as MARKDOWN_SUFFIXES
from qa.reading.markdown import with_marks
from qa.text.marks import are_sound
from qa.text.source import Source, clean_name, free_name

DEFAULT_MAX_CHARS = 5_000_000
"""Most code points of one text, unless the user allows more."""
DEFAULT_MAX_BYTES = 64 << 20
"""Most bytes of a document, pictures included."""
SUFFIXES = (".txt", *MARKDOWN_SUFFIXES, *DOCUMENT_SUFFIXES)
"""Suffixes of the files that are read from a folder. A file that is named itself may have any suffix."""

_BYTES_PER_CHAR = 4
"""Most bytes of one code point in any encoding that is read."""
_MAGIC = (
    (0, b"PK\x03\x04", "ZIP/Office"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "Office 97/encrypted Office"),
    (0, b"\x89PNG\r\n\x1a\n", "PNG"),
    (0, b"\xff\xd8\xff", "JPEG"),
    (0, b"GIF87a", "GIF"),
    (0, b"GIF89a", "GIF"),
    (8, b"WEBP", "WebP"),
    (4, b"ftyp", "MP4/HEIC"),
    (0, b"ID3", "MP3"),
    (0, b"OggS", "Ogg"),
    (0, b"\x1f\x8b\x08", "gzip"),
    (0, b"7z\xbc\xaf\x27\x1c", "7z"),
    (0, b"Rar!\x1a\x07", "RAR"),
    (0, b"\x7fELF", "ELF"),
    (0, b"SQLite format 3\0", "SQLite"),
    (0, b"{\\rtf", "RTF"),
)
"""Offset, bytes found there, and what such a file is. Used to name the kind of a file that is not a text."""


def read_sources(
    paths: Iterable[str | Path | Source] | str | Path | Source, *, max_chars: int = DEFAULT_MAX_CHARS
) -> list[Source]:
    """Read the given files and folders, in the order given.

    A folder stands for the texts and documents (``SUFFIXES``) in it and below it, sorted, without hidden ones; each
    is named by its path within the folder. A file is named by its own name. What is given twice counts once. If two
    texts would have the same name, the later one gets its folder before its name, or a number after it.

    Raises:
        SourceError: a path is missing, unreadable, a folder without texts or not a text, or a text is empty or
            has more than ``max_chars`` code points.
    """
    given = [paths] if isinstance(paths, str | Path | Source) else paths
    sources: dict[str, Source] = {}
    seen: set[Path | Source] = set()
    for name, item in _expand_folders(given):
        identity = item if isinstance(item, Source) else item.resolve()
        if identity in seen:
            continue
        seen.add(identity)
        if isinstance(item, Source):
            source = _checked_source(name, item, max_chars)
            free = free_name(source.name, "", sources)
        else:
            source = source_from_bytes(name, _read_bytes(item, max_chars), max_chars=max_chars)
            free = free_name(source.name, item.resolve().parent.name, sources)
        sources[free] = replace(source.named(free), path=item.path if isinstance(item, Source) else item.resolve())
    return list(sources.values())


def source_from_text(name: str, text: str, *, max_chars: int = DEFAULT_MAX_CHARS) -> Source:
    """Make a source of text that was pasted or read from standard input; its name says whether it is Markdown.

    Raises:
        SourceError: the text is empty, too long, or holds half of a surrogate pair.
    """
    name = clean_name(name)
    text = text.removeprefix("\ufeff")
    if not text.strip():
        raise SourceError("source.empty", name=name)
    _check_length(name, text, max_chars)
    return with_marks(Source(name, text))


def source_from_bytes(name: str, data: bytes, *, max_chars: int = DEFAULT_MAX_CHARS) -> Source:
    """Make a source of the bytes of a file, such as an upload.

    Raises:
        SourceError: the bytes are neither a text nor a document, or are empty, too long or in an unknown encoding;
            or the library that reads such a document is not installed.
    """
    name = clean_name(name)
    if not data.strip():
        raise SourceError("source.empty", name=name)
    if document := format_of(name, data):
        found = extract(name, data, document)
        _check_length(name, found.text, max_chars)
        return Source(name, found.text, found.places, found.marks)
    for offset, magic, kind in _MAGIC:
        found_here = data[offset : offset + len(magic)] == magic
        # Magic bytes that are all letters and digits may begin a text: "GIF89a was a format".
        if found_here and (not magic.isalnum() or is_binary(data)):
            raise SourceError("source.kind", name=name, kind=kind)
    text = decode(data)
    if text is None:
        raise SourceError("source.binary" if is_binary(data) else "source.encoding", name=name)
    return source_from_text(name, text, max_chars=max_chars)


def _checked_source(name: str, given: Source, max_chars: int) -> Source:
    """Return a source that was made elsewhere, checked as a text is, with its own places and marks if it has any."""
    source = source_from_text(name, given.text, max_chars=max_chars)
    marks = given.marks if are_sound(given.marks, source.text) else ()
    return replace(source, places=given.places, marks=marks or source.marks)


def _expand_folders(given: Iterable[str | Path | Source]) -> Iterator[tuple[str, Path | Source]]:
    """Yield each source and each file to be read, with its name."""
    for item in given:
        if isinstance(item, Source):
            yield item.name, item
            continue
        path = Path(item)
        if not str(item):
            raise SourceError("source.unnamed")
        mode = _status(path).st_mode
        if stat.S_ISDIR(mode):
            files = _readable_files(path)
            if not files:
                raise SourceError("source.folder", name=clean_name(str(path)))
            yield from ((file.relative_to(path).as_posix(), file) for file in files)
        elif stat.S_ISREG(mode):
            yield path.name, path
        else:
            raise SourceError("source.neither", name=clean_name(str(path)))


def _readable_files(folder: Path) -> list[Path]:
    """Return the texts and documents in and below a folder, sorted.

    Left out are hidden files, the files of an index, and links that lead out of the folder.
    """

    def fail(error: OSError) -> None:
        raise _unreadable_error(Path(error.filename or folder), error) from error

    inside = folder.resolve()
    found: list[Path] = []
    for parent, folders, files in os.walk(folder, onerror=fail):
        try:
            folders[:] = [name for name in folders if not name.startswith(".") and not _is_index(Path(parent, name))]
            found += [
                path
                for name in files
                if not name.startswith(".")
                and (path := Path(parent, name)).suffix.lower() in SUFFIXES
                and path.is_file()
                and path.resolve().is_relative_to(inside)
            ]
        except OSError as error:  # for example a path that is too long
            fail(error)
    return sorted(found, key=lambda path: path.relative_to(folder).parts)


def _is_index(folder: Path) -> bool:
    """Return whether a folder is an index. Its copies of texts are not sources: they would outlive a removal."""
    return (folder / "generations").is_dir() and (folder / "CURRENT").is_file()


def _read_bytes(path: Path, max_chars: int) -> bytes:
    """Read a file, unless its size shows that it is too large."""
    size = _status(path).st_size
    name = clean_name(str(path))
    if path.suffix.lower() in DOCUMENT_SUFFIXES:
        if size > DEFAULT_MAX_BYTES:
            raise SourceError("source.heavy", name=name, size=math.ceil(size / 2**20), limit=DEFAULT_MAX_BYTES >> 20)
    elif size > _BYTES_PER_CHAR * (max_chars + 1):
        length = math.ceil(size / _BYTES_PER_CHAR)
        raise SourceError("source.long.least", name=name, length=length, limit=max_chars)
    try:
        return path.read_bytes()
    except OSError as error:
        raise _unreadable_error(path, error) from error


def _status(path: Path) -> os.stat_result:
    try:
        return path.stat()
    except (FileNotFoundError, NotADirectoryError, ValueError) as error:
        raise SourceError("source.missing", name=clean_name(str(path))) from error
    except OSError as error:
        raise _unreadable_error(path, error) from error


def _unreadable_error(path: Path, error: OSError) -> SourceError:
    name = clean_name(str(path))
    if isinstance(error, PermissionError):
        return SourceError("source.permission", name=name)
    return SourceError("source.unreadable", name=name, why=str(error.strerror or error))


def _check_length(name: str, text: str, max_chars: int) -> None:
    if len(text) > max_chars:
        raise SourceError("source.long", name=name, length=len(text), limit=max_chars)
