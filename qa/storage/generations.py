"""An index folder: immutable generations, one pointer to the current one, one writer at a time.

    index/CURRENT              the current generation's number; replaced by one atomic rename
    index/LOCK, index/BUILDER  held by the process that is changing the index; which process that is (lock.py)
    index/generations/<n>/     manifest.json and the files it lists with their SHA-256
    index/batches/             what an unfinished build has embedded (checkpoint.py)
    index/suggestions.json     questions found in the current generation (suggestions/kept.py)

The folder is read here and written by ``writing.py``.
"""

from __future__ import annotations

import errno
import json
import re
from collections.abc import Collection
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from qa.catalogue import Command
from qa.errors import IndexDamagedError, IndexMismatchError, IndexMissingError, QAError
from qa.storage.manifest import EARLIER_FORMATS, FILE, FORMAT_VERSION, Manifest, file_sha256, seal

BATCHES = "batches"
SUGGESTIONS = "suggestions.json"


@dataclass(frozen=True)
class HistoryEntry:
    """One generation that is kept.

    Attributes:
        generation: its number.
        created: when it was made, in ISO 8601; "" where the manifest cannot be read.
        sources: the names of its sources.
        passages: how many passages it has.
        present: whether it is the current one.
        trouble: why it cannot be used, as far as its manifest shows; "" where it can.
    """

    generation: int
    created: str
    sources: tuple[str, ...]
    passages: int
    present: bool
    trouble: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return the entry as ``qa log --json`` prints it."""
        return asdict(self)


def history(index: Path) -> list[HistoryEntry]:
    """Return the generations that are kept, the newest first; reads their manifests alone.

    Raises:
        IndexMissingError: there is no index.
    """
    kept = numbers(index)
    if not kept:
        current_number(index)
    current = current_or_none(index)
    return [_history_entry(index, number, number == current) for number in reversed(kept)]


def _history_entry(index: Path, number: int, is_current: bool) -> HistoryEntry:
    try:
        manifest = read_manifest(index, number)
    except QAError as error:
        return HistoryEntry(number, "", (), 0, is_current, str(error))
    names = tuple(source.name for source in manifest.sources)
    return HistoryEntry(number, manifest.created, names, manifest.passages, is_current)


def current_number(index: Path) -> int:
    """Return the number in ``CURRENT``.

    Raises:
        IndexMissingError: there is no index. IndexDamagedError: ``CURRENT`` cannot be read, or is no number.
    """
    pointer = index / "CURRENT"
    try:
        content = pointer.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        if numbers(index):  # the first build was killed before it could write the pointer, or the pointer was lost
            raise damaged(index, "index.file.missing", pointer) from None
        # Without a path, `qa build` reads ./source into ./index.
        default = str(index) == "index" and Path("source").is_dir()
        build = Command("qa build") if default else rebuild_command(index)
        raise IndexMissingError("index.missing", index=str(index), remedy=build) from None
    except NotADirectoryError:
        raise IndexMissingError("index.folder", index=str(index)) from None
    except (OSError, UnicodeDecodeError) as error:
        raise unreadable(index, pointer, error) from error
    if not (content.isdecimal() and len(content) < 10):
        raise damaged(index, "index.pointer", pointer)
    return int(content)


def current_or_none(index: Path) -> int | None:
    """Return the number in ``CURRENT``; None where there is none that can be read."""
    try:
        return current_number(index)
    except QAError:
        return None


def pointer_stamp(index: Path) -> tuple[int, int]:
    """Return a value that changes whenever ``CURRENT`` is replaced, also by the same number; (0, 0) without one."""
    try:
        found = (index / "CURRENT").stat()
    except FileNotFoundError:
        return 0, 0
    return found.st_ino, found.st_mtime_ns


def numbers(index: Path) -> list[int]:
    """Return the numbers of all generations in the folder, the oldest first, damaged ones too."""
    folder = index / "generations"
    return sorted(int(path.name) for path in folder.iterdir() if is_generation(path)) if folder.is_dir() else []


def next_number(index: Path, left: Collection[int]) -> int:
    """Return the number of the next generation: above all that have a manifest, and used by no other file there."""
    written = [n for n in numbers(index) if (generation_folder(index, n) / FILE).exists()]
    number = max([*written, *(n for n in left if n <= GREATEST_NUMBER)], default=0) + 1
    while generation_folder(index, number).exists():
        number += 1
    if number > GREATEST_NUMBER:
        raise OSError(errno.EOVERFLOW, "no number is left for another generation")
    return number


GREATEST_NUMBER = 999_999_999
"""The largest number of a generation: nine digits."""


def is_generation(path: Path) -> bool:
    """Return whether a path is a folder that is named as a generation is."""
    return re.fullmatch("[1-9][0-9]{0,8}", path.name) is not None and path.is_dir()


def generation_folder(index: Path, number: int) -> Path:
    """Return the folder of a generation."""
    return index / "generations" / str(number)


def read_manifest(index: Path, number: int) -> Manifest:
    """Return a generation's manifest, checked against its own SHA-256; the other files are not looked at.

    Raises:
        IndexDamagedError: the manifest is missing or not what was written.
        IndexMismatchError: another version of this package wrote it, in another format.
    """
    path = generation_folder(index, number) / FILE
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise damaged(index, "index.file.missing", path) from None
    except OSError as error:
        raise unreadable(index, path, error) from error
    try:
        raw = json.loads(content)
        version, sealed = raw["format"], raw["sha256"]
        if version not in (FORMAT_VERSION, *EARLIER_FORMATS):
            raise IndexMismatchError(
                "index.format", index=str(index), found=repr(version), known=str(FORMAT_VERSION),
                remedy=rebuild_command(index),
            )  # fmt: skip
        if sealed != seal(raw):
            raise damaged(index, "index.file.changed", path)
        return Manifest.model_validate_json(content)
    except (ValueError, KeyError, TypeError, RecursionError) as error:  # pydantic's errors are ValueErrors
        raise damaged(index, "index.file.damaged", path) from error


def check_generation(index: Path, number: int) -> Manifest:
    """Return a generation's manifest after checking every file of it against its SHA-256.

    Raises:
        IndexDamagedError: a file is missing or not what was written.
        IndexMismatchError: another version of this package wrote it, in another format.
    """
    manifest, folder = read_manifest(index, number), generation_folder(index, number)
    if not manifest.files.keys() >= {name for record in manifest.sources for name in record.files}:
        raise damaged(index, "index.outside", folder)
    for name, expected in manifest.files.items():
        if ".." in Path(name).parts or Path(name).is_absolute():
            raise damaged(index, "index.outside", folder)
        file = folder / name
        try:
            found = file_sha256(file)
        except (FileNotFoundError, NotADirectoryError):
            raise damaged(index, "index.file.missing", file) from None
        except OSError as error:
            raise unreadable(index, file, error) from error
        if found != expected:
            raise damaged(index, "index.file.changed", file)
    return manifest


def lasting_damage(index: Path, number: int) -> IndexDamagedError | None:
    """Return why a generation can never be used again; None where it can, or may be one day.

    A file that cannot be read now may be readable tomorrow, and another version may read another format.
    """
    try:
        check_generation(index, number)
    except IndexDamagedError as error:
        return None if error.code == "index.unreadable" else error
    except IndexMismatchError:
        return None
    return None


def repair_command(index: Path) -> Command:
    """Return the command that repairs an index."""
    return Command.of("qa", "doctor", "--fix", "--index", index)


def rebuild_command(index: Path) -> Command:
    """Return the command that builds an index again; PATH stands for the text."""
    return Command.of("qa", "build", "PATH", "--index", index)


def damaged(index: Path, code: str, file: Path, why: str = "") -> IndexDamagedError:
    """Return the error for a file of the index that is missing or changed."""
    return IndexDamagedError(code, remedy=repair_command(index), index=str(index), file=str(file), why=why)


def unreadable(index: Path, file: Path, error: Exception) -> IndexDamagedError:
    """Return the error for a file or folder of the index that exists and cannot be read."""
    return damaged(index, "index.unreadable", file, str(getattr(error, "strerror", None) or error))


def known_earlier(path: Path, names: set[str]) -> set[str]:
    """Return which of the names earlier generations have; all of them if one cannot be read, which may have any."""
    kept = history(path)
    if any(entry.trouble for entry in kept):
        return names
    return names & {name for entry in kept for name in entry.sources}
