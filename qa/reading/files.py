"""Files, folders, bytes or strings -> sources, by the one table of kinds (`qa.reading.extraction.formats`).

Plain text is decoded (`qa.reading.encodings`), documents are extracted (`qa.reading.extraction`). The decoded or
extracted text is what is stored, shown and cited. Line breaks stay as they are; a byte order mark is not part of
the text. Files in an archive and attachments of a message are sources of their own.
"""

from __future__ import annotations

import math
import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from qa.errors import SourceError
from qa.reading.encodings import decode_noting, is_binary
from qa.reading.extraction.formats import READABLE_SUFFIXES, format_of, named_format, suffix_of
from qa.reading.extraction.isolation import extract
from qa.reading.folders import list_folder
from qa.reading.markup import with_marks
from qa.reading.remarks import Reading, Remark, damaged_bytes, other_kind
from qa.text.marks import are_sound
from qa.text.source import Source, clean_name, free_name

DEFAULT_MAX_CHARS = 5_000_000
"""Most code points of one text, unless the user allows more."""
DEFAULT_MAX_BYTES = 64 << 20
"""Most bytes of a document, pictures included."""
DEEPEST = 2
"""How deep an archive or a message may lie within others to be read."""

_BYTES_PER_CHAR = 4
"""Most bytes of one code point in any encoding that is read."""
_MAGIC = (
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
)
"""Offset, bytes found there, and what such a file is. Used to name the kind of a file that is not a text."""


class _Item(NamedTuple):
    """A file or a text to be read.

    Attributes:
        name: what its source is to be called.
        given: the file, or the text itself.
        listed: whether it was found in a folder, and not named by the user.
    """

    name: str
    given: Path | Source
    listed: bool = False


def read_sources(
    paths: Iterable[str | Path | Source] | str | Path | Source, *, max_chars: int = DEFAULT_MAX_CHARS
) -> list[Source]:
    """Read the given files and folders, in the order given; see :func:`read`, which also says what was left out."""
    return list(read(paths, max_chars=max_chars).sources)


def read(paths: Iterable[str | Path | Source] | str | Path | Source, *, max_chars: int = DEFAULT_MAX_CHARS) -> Reading:
    """Read the given files and folders, in the order given.

    A folder stands for the documents in it and below it, sorted, without hidden ones; each is named by its path within
    the folder. A file is named by its own name, a file within an archive or a message by its name after theirs. What
    is given twice counts once. If two texts would have the same name, the later one gets its folder before its name,
    or a number after it.

    Of a folder, an archive and a message, files of other kinds and files that cannot be read are left out, with a
    remark on each.

    Raises:
        SourceError: a path is missing, unreadable, a folder without texts or not a text, or a text is empty or
            has more than ``max_chars`` code points.
    """
    given = [paths] if isinstance(paths, str | Path | Source) else paths
    sources: dict[str, Source] = {}
    remarks: list[Remark] = []
    seen: set[Path | Source] = set()
    for item in _expand_folders(given, remarks):
        identity = item.given if isinstance(item.given, Source) else item.given.resolve()
        if identity in seen:
            continue
        seen.add(identity)
        try:
            found = _read_item(item, max_chars)
        except SourceError as error:
            if not item.listed:
                raise
            remarks.append(Remark.of(item.name, error))
            continue
        remarks += found.remarks
        for source in found.sources:
            folder = "" if isinstance(item.given, Source) or source.path is None else source.path.parent.name
            free = free_name(source.name, folder, sources)
            sources[free] = source.named(free)
    if not sources and remarks:
        raise _nothing_error(remarks[0].name, remarks)
    return Reading(tuple(sources.values()), tuple(remarks))


def read_folder(folder: Path, *, max_chars: int = DEFAULT_MAX_CHARS) -> tuple[Reading, set[Path]]:
    """Read a folder as :func:`read` does, and return the files in it that could not be read, too.

    A folder without any document is an empty reading.

    Raises:
        SourceError: there is no such folder, or it cannot be searched.
    """
    if not stat.S_ISDIR(_status(folder).st_mode):
        raise SourceError("source.nofolder", name=clean_name(str(folder)))
    try:
        found = read(folder, max_chars=max_chars)
    except SourceError as error:
        if error.code != "source.folder":
            raise
        found = Reading(())
    return found, {folder.resolve() / remark.name for remark in found.remarks if remark.error is not None}


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
    """Make a source of the bytes of a file, such as an upload. Of a message, its attachments are left out.

    Raises:
        SourceError: the bytes are neither a text nor a document, or an archive of several, or are empty, too long or
            in an unknown encoding; or the library that reads such a document is not installed.
    """
    found = sources_from_bytes(name, data, max_chars=max_chars).sources
    if len(found) > 1 and found[0].name != clean_name(name):
        raise SourceError("source.several", name=clean_name(name), count=len(found))
    return found[0]


def sources_from_bytes(name: str, data: bytes, *, max_chars: int = DEFAULT_MAX_CHARS, depth: int = 0) -> Reading:
    """Make sources of the bytes of a file: one, or one for each document in an archive or attached to a message.

    Args:
        name: the file's name, which tells the kinds that their bytes do not.
        data: its bytes.
        max_chars: most code points of each text.
        depth: how many archives and messages it lies in.

    Raises:
        SourceError: as for :func:`source_from_bytes`. A file within that cannot be read is left out, with a remark.
    """
    name = clean_name(name)
    if not data.strip():
        raise SourceError("source.empty", name=name)
    kind = format_of(name, data)
    if not kind.reader:
        return _plain_text(name, data, max_chars)
    if len(data) > kind.most_bytes:
        raise _heavy_error(name, len(data), kind.most_bytes)
    found = extract(name, data, kind)
    _check_length(name, found.text, max_chars)
    sources = [Source(name, found.text, found.places, found.marks)] if found.text.strip() else []
    remarks: list[Remark] = []
    for attached in found.attached:
        inner = clean_name(f"{name}/{attached.name}")
        if suffix_of(inner) not in READABLE_SUFFIXES:
            remarks.append(other_kind(inner))
            continue
        try:
            if attached.data is None or depth >= DEEPEST:
                raise SourceError("source.bomb", name=inner)
            more = sources_from_bytes(inner, attached.data, max_chars=max_chars, depth=depth + 1)
        except SourceError as error:
            remarks.append(Remark.of(inner, error))
        else:
            sources += more.sources
            remarks += more.remarks
    if not sources:
        raise _nothing_error(name, remarks) if remarks else SourceError("source.empty", name=name)
    return Reading(tuple(sources), tuple(remarks))


def _plain_text(name: str, data: bytes, max_chars: int) -> Reading:
    """Make a source of the bytes of a text."""
    for offset, magic, kind in _MAGIC:
        found_here = data[offset : offset + len(magic)] == magic
        # Magic bytes that are all letters and digits may begin a text: "GIF89a was a format".
        if found_here and (not magic.isalnum() or is_binary(data)):
            raise SourceError("source.kind", name=name, kind=kind)
    found = decode_noting(data)
    if found is None:
        raise SourceError("source.binary" if is_binary(data) else "source.encoding", name=name)
    source = source_from_text(name, found.text, max_chars=max_chars)
    return Reading((source,), (damaged_bytes(name, found.damaged, found.first),) if found.damaged else ())


def _read_item(item: _Item, max_chars: int) -> Reading:
    """Read one file, or check one text that was made elsewhere; the sources have their paths."""
    if isinstance(item.given, Source):
        checked = _checked_source(item.name, item.given, max_chars)
        return Reading((replace(checked, path=item.given.path),))
    path = item.given.resolve()
    found = sources_from_bytes(item.name, _read_bytes(item.given, max_chars), max_chars=max_chars)
    own = clean_name(item.name)
    inner = ((source, source.name.removeprefix(own).lstrip("/")) for source in found.sources)
    # A file within another has a path of its own, too, so that it replaces no other when it is added again.
    return replace(found, sources=tuple(replace(source, path=path / within) for source, within in inner))


def _nothing_error(name: str, remarks: list[Remark]) -> SourceError:
    """Return the error for a folder or an archive of which nothing could be read: the first of its files' errors."""
    errors = (remark.error for remark in remarks if isinstance(remark.error, SourceError))
    return next(errors, SourceError("source.others", name=name))


def _checked_source(name: str, given: Source, max_chars: int) -> Source:
    """Return a source that was made elsewhere, checked as a text is, with its own places and marks if it has any."""
    source = source_from_text(name, given.text, max_chars=max_chars)
    marks = given.marks if are_sound(given.marks, source.text) else ()
    return replace(source, places=given.places, marks=marks or source.marks)


def _expand_folders(given: Iterable[str | Path | Source], remarks: list[Remark]) -> Iterator[_Item]:
    """Yield each source and each file to be read; remark on files of other kinds in folders."""
    for item in given:
        if isinstance(item, Source):
            yield _Item(item.name, item)
            continue
        path = Path(item)
        if not str(item):
            raise SourceError("source.unnamed")
        mode = _status(path).st_mode
        if stat.S_ISDIR(mode):
            yield from _files_of(path, remarks)
        elif stat.S_ISREG(mode):
            yield _Item(path.name, path)
        else:
            raise SourceError("source.neither", name=clean_name(str(path)))


def _files_of(folder: Path, remarks: list[Remark]) -> Iterator[_Item]:
    """Yield the documents of a folder."""

    def fail(error: OSError) -> None:
        raise _unreadable_error(Path(error.filename or folder), error) from error

    listing = list_folder(folder, fail)
    remarks += [other_kind(clean_name(file.relative_to(folder).as_posix())) for file in listing.others]
    if not listing.documents:
        raise SourceError("source.folder", name=clean_name(str(folder)))
    yield from (_Item(file.relative_to(folder).as_posix(), file, listed=True) for file in listing.documents)


def _read_bytes(path: Path, max_chars: int) -> bytes:
    """Read a file, unless its size shows that it is too large."""
    size = _status(path).st_size
    name = clean_name(str(path))
    kind = named_format(path.name)
    if kind.reader:
        if size > kind.most_bytes:
            raise _heavy_error(name, size, kind.most_bytes)
    elif size > _BYTES_PER_CHAR * (max_chars + 1):
        length = math.ceil(size / _BYTES_PER_CHAR)
        raise SourceError("source.long.least", name=name, length=length, limit=max_chars)
    try:
        return path.read_bytes()
    except OSError as error:
        raise _unreadable_error(path, error) from error


def _heavy_error(name: str, size: int, most: int) -> SourceError:
    return SourceError("source.heavy", name=name, size=math.ceil(size / 2**20), limit=most >> 20)


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
