"""Files, folders, bytes or strings -> sources: decoded or extracted text and its sha256.

The code points of ``Source.text`` are the coordinates of everything after: sentences, passages,
citations. Newlines stay as they are; a byte order mark is not part of the text. Of a document that is more
than text (`qa.reading.extraction`) the text is what was extracted: that is stored, shown and cited.
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
from qa.reading.extraction import SUFFIXES as DOCUMENTS
from qa.reading.extraction import format_of
from qa.reading.extraction.isolation import extract
from qa.text.source import Source, clean_name, free_name

DEFAULT_MAX_CHARS = 5_000_000
"""Code points that one text may have unless the user allows more."""
DEFAULT_MAX_BYTES = 64 << 20
"""Bytes that a document may have, pictures and all."""
SUFFIXES = (".txt", ".md", *DOCUMENTS)
"""What is read from a folder. A file that is named itself may have any other."""
_BYTES_PER_CHAR = 4
"""The most that one code point takes in any encoding that is read."""
_KINDS = (  # a mark of letters alone is not enough: "GIF89a was a format" is a text
    (0, b"PK\x03\x04", "ZIP/Office"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "Office 97 or encrypted Office"),
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


def read_sources(
    paths: Iterable[str | Path | Source] | str | Path | Source, *, max_chars: int = DEFAULT_MAX_CHARS
) -> list[Source]:
    """The sources at the given paths, in the order given.

    A folder stands for the texts and documents (``SUFFIXES``) in and below it, sorted, hidden ones left out,
    each named by its path within the folder; a file is named by its own name. What is given twice counts once; where
    two different texts would share a name, the later one is told apart by its folder or a number.

    Raises:
        SourceError: a path is missing, not readable, a folder without texts or not a text, or a text is
            empty or has more than ``max_chars`` code points.
    """
    given = [paths] if isinstance(paths, str | Path | Source) else paths
    sources: dict[str, Source] = {}
    seen: set[Path | Source] = set()
    for name, item in _files(given):
        identity = item if isinstance(item, Source) else item.resolve()
        if identity in seen:
            continue
        seen.add(identity)
        if isinstance(item, Source):
            source = replace(source_from_text(name, item.text, max_chars=max_chars), places=item.places)
            free = free_name(source.name, "", sources)
        else:
            source = source_from_bytes(name, _bytes(item, max_chars), max_chars=max_chars)
            free = free_name(source.name, item.resolve().parent.name, sources)
        sources[free] = source.named(free)
    return list(sources.values())


def source_from_text(name: str, text: str, *, max_chars: int = DEFAULT_MAX_CHARS) -> Source:
    """A source from text that was pasted or read from standard input.

    Raises:
        SourceError: the text is empty, too long, or holds half of a surrogate pair.
    """
    name = clean_name(name)
    text = text.removeprefix("\ufeff")
    if not text.strip():
        raise _empty(name)
    if len(text) > max_chars:
        raise _too_long(name, len(text), max_chars)
    return Source(name, text)


def source_from_bytes(name: str, data: bytes, *, max_chars: int = DEFAULT_MAX_CHARS) -> Source:
    """A source from the bytes of a file, such as an upload.

    Raises:
        SourceError: the bytes are no text or document, in no encoding that is recognised, empty or too long;
            or what reads such a document is not installed.
    """
    name = clean_name(name)
    if not data.strip():
        raise _empty(name)
    if document := format_of(name, data):
        found = extract(name, data, document)
        if len(found.text) > max_chars:
            raise _too_long(name, len(found.text), max_chars)
        return Source(name, found.text, found.places)
    for offset, magic, kind in _KINDS:
        if data[offset : offset + len(magic)] == magic and (not magic.isalnum() or is_binary(data)):
            raise SourceError(
                "source.kind", name=name, kind=kind,
            )  # fmt: skip
    text = decode(data)
    if text is None:
        if is_binary(data):
            raise SourceError("source.binary", name=name)
        raise SourceError("source.encoding", name=name)
    return source_from_text(name, text, max_chars=max_chars)


def _files(given: Iterable[str | Path | Source]) -> Iterator[tuple[str, Path | Source]]:
    """What is given, folders replaced by the files in them, each with its name."""
    for item in given:
        if isinstance(item, Source):
            yield item.name, item
            continue
        path = Path(item)
        if not str(item):
            raise SourceError("source.unnamed")
        mode = _status(path).st_mode
        if stat.S_ISDIR(mode):
            files = list(_folder(path))
            if not files:
                raise SourceError("source.folder", name=_shown(path))
            yield from ((file.relative_to(path).as_posix(), file) for file in files)
        elif stat.S_ISREG(mode):
            yield path.name, path
        else:
            raise SourceError("source.neither", name=_shown(path))


def _folder(folder: Path) -> Iterator[Path]:
    """The texts in and below a folder, sorted; none that is hidden, in an index, or that a link leads out to."""

    def refuse(error: OSError) -> None:
        raise _unreadable(Path(error.filename or folder), error) from error

    inside = folder.resolve()
    found: list[Path] = []
    for place, folders, files in os.walk(folder, onerror=refuse):
        try:
            folders[:] = [name for name in folders if not name.startswith(".") and not _is_index(Path(place, name))]
            found += [
                path
                for name in files
                if not name.startswith(".")
                and (path := Path(place, name)).suffix.lower() in SUFFIXES
                and path.is_file()
                and path.resolve().is_relative_to(inside)
            ]
        except OSError as error:  # a path that is too long, say
            refuse(error)
    return iter(sorted(found, key=lambda path: path.relative_to(folder).parts))


def _is_index(folder: Path) -> bool:
    """Whether this is an index: its copies of texts are no sources, and would outlive their removal."""
    return (folder / "generations").is_dir() and (folder / "CURRENT").is_file()


def _bytes(path: Path, max_chars: int) -> bytes:
    size = _status(path).st_size
    if path.suffix.lower() in DOCUMENTS:
        if size > DEFAULT_MAX_BYTES:
            raise _too_heavy(_shown(path), size)
    elif size > _BYTES_PER_CHAR * (max_chars + 1):
        raise _too_long(_shown(path), math.ceil(size / _BYTES_PER_CHAR), max_chars, at_least=True)
    try:
        return path.read_bytes()
    except OSError as error:
        raise _unreadable(path, error) from error


def _status(path: Path) -> os.stat_result:
    try:
        return path.stat()
    except (FileNotFoundError, NotADirectoryError, ValueError) as error:
        raise SourceError("source.missing", name=_shown(path)) from error
    except OSError as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: OSError) -> SourceError:
    name, why = _shown(path), str(error.strerror or error)
    if isinstance(error, PermissionError):
        return SourceError("source.permission", name=name)
    return SourceError("source.unreadable", name=name, why=why)


def _too_long(name: str, length: int, limit: int, *, at_least: bool = False) -> SourceError:
    return SourceError(
        "source.long.least" if at_least else "source.long", name=name, length=length, limit=limit,
    )  # fmt: skip


def _too_heavy(name: str, size: int) -> SourceError:
    size, limit = math.ceil(size / (1 << 20)), DEFAULT_MAX_BYTES >> 20
    return SourceError("source.heavy", name=name, size=size, limit=limit)


def _empty(name: str) -> SourceError:
    return SourceError("source.empty", name=name)


def _shown(path: Path) -> str:
    return clean_name(str(path))
