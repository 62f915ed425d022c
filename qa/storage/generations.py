"""An index folder: immutable generations, one pointer to the present one, one writer at a time.

    index/CURRENT              the present generation's number; replaced by one atomic rename
    index/LOCK, index/BUILDER  held by the process that builds; which process that is (lock.py)
    index/generations/<n>/     manifest.json and the files it lists with their SHA-256
    index/batches/             what a build that was killed had embedded (batches.py)
    index/suggestions.json     questions found in the present generation (suggestions/kept.py)

Here they are read; ``commit.py`` writes them.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from qa.catalogue import Command
from qa.errors import IndexDamagedError, IndexMismatchError, IndexMissingError, QAError

FORMAT_VERSION = 1
BATCHES = "batches"
SUGGESTIONS = "suggestions.json"

Manifest = dict[str, Any]


@dataclass(frozen=True)
class Entry:
    """One generation that is kept.

    Attributes:
        generation: its number.
        created: when, in ISO 8601; "" where the manifest cannot be read.
        sources: the names of its texts.
        passages: how many it has.
        present: whether it is the one that answers.
        trouble: why it cannot be used, as far as its manifest tells; "" where it can.
    """

    generation: int
    created: str
    sources: tuple[str, ...]
    passages: int
    present: bool
    trouble: str = ""

    def to_dict(self) -> dict[str, Any]:
        """As ``qa log --json`` prints it."""
        return asdict(self)


def log(index: Path) -> list[Entry]:
    """The generations that are kept, the newest first; their files are not checked.

    Raises:
        IndexMissingError: there is no index.
    """
    there = numbers(index)
    try:
        present = current_number(index)
    except IndexDamagedError:
        present = -1
    except IndexMissingError:
        if not there:
            raise
        present = -1
    return [_entry(index, number, present) for number in reversed(there)]


def _entry(index: Path, number: int, present: int) -> Entry:
    try:
        manifest = read_manifest(index, number)
        names = tuple(source["name"] for source in manifest["sources"])
        return Entry(number, manifest["created"], names, manifest["passages"], number == present)
    except (KeyError, TypeError) as error:
        trouble = str(unreadable(index, _folder(index, number) / "manifest.json", error))
    except QAError as error:
        trouble = str(error)
    return Entry(number, "", (), 0, number == present, trouble)


def read_generation(index: Path, number: int) -> tuple[Path, Manifest]:
    """Folder and manifest of a generation, every file checked against its SHA-256.

    Raises:
        IndexDamagedError: a file is missing or not what was written.
        IndexMismatchError: another version of this package wrote it, in another format.
    """
    manifest = read_manifest(index, number)
    folder = _folder(index, number)
    _check_files(index, folder, manifest)
    return folder, manifest


def broken(index: Path, number: int) -> IndexDamagedError | None:
    """Why nobody can go back to a generation any more.

    None where one can, and where that cannot be told: what is refused now may be read tomorrow, and another
    format by another version.
    """
    try:
        read_generation(index, number)
    except IndexDamagedError as error:
        return None if error.code == "index.unreadable" else error
    except IndexMismatchError:
        return None
    return None


def stamp(index: Path) -> tuple[int, int]:
    """What changes whenever ``CURRENT`` is replaced, also by an index made anew with the same number; (0, 0) where it
    is missing."""
    try:
        found = (index / "CURRENT").stat()
    except FileNotFoundError:
        return 0, 0
    return found.st_ino, found.st_mtime_ns


def repair_command(index: Path) -> Command:
    """The command that repairs an index."""
    return Command.of("qa", "doctor", "--fix", "--index", index)


def rebuild_command(index: Path) -> Command:
    """The command that builds an index anew; PATH stands for the text."""
    return Command.of("qa", "build", "PATH", "--index", index)


def damaged(index: Path, code: str, file: Path, why: str = "") -> IndexDamagedError:
    """Return the error for a file of the index that is missing or changed."""
    return IndexDamagedError(code, remedy=repair_command(index), index=str(index), file=str(file), why=why)


def unreadable(index: Path, file: Path, error: Exception) -> IndexDamagedError:
    """Return the error for a file or folder of the index that exists and cannot be read."""
    return damaged(index, "index.unreadable", file, str(error))


def current_number(index: Path) -> int:
    """The number in ``CURRENT``."""
    pointer = index / "CURRENT"
    try:
        content = pointer.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        if numbers(index):  # whether a build was killed before it could name it, or the file was lost
            raise damaged(index, "index.file.missing", pointer) from None
        build = Command("qa build") if str(index) == "index" else rebuild_command(index)
        raise IndexMissingError("index.missing", index=str(index), remedy=build) from None
    except NotADirectoryError:
        raise IndexMissingError("index.folder", index=str(index)) from None
    except (OSError, UnicodeDecodeError) as error:
        raise unreadable(index, pointer, error) from error
    if not (content.isdecimal() and len(content) < 10):
        raise damaged(index, "index.pointer", pointer)
    return int(content)


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Writes ``manifest.json`` with the format's version, the SHA-256 of every other file, and its own."""
    files = {
        path.relative_to(folder).as_posix(): file_sha256(path) for path in sorted(folder.rglob("*")) if path.is_file()
    }
    content = {"format": FORMAT_VERSION, **manifest, "files": files}
    content["sha256"] = _seal(content)
    (folder / "manifest.json").write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")


def _seal(manifest: Manifest) -> str:
    """SHA-256 of a manifest's content, its own ``sha256`` aside."""
    content = {key: value for key, value in manifest.items() if key != "sha256"}
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def file_sha256(path: Path) -> str:
    """SHA-256 of a file's bytes, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_manifest(index: Path, number: int) -> Manifest:
    """How a generation was made, checked against its own SHA-256 alone: its files may be damaged.

    Raises:
        IndexDamagedError: the manifest is missing or not what was written.
        IndexMismatchError: another version of this package wrote it, in another format.
    """
    path = _folder(index, number) / "manifest.json"
    try:
        manifest = json.loads(path.read_bytes())
        version, seal = manifest["format"], manifest["sha256"]
    except FileNotFoundError:
        raise damaged(index, "index.file.missing", path) from None
    except OSError as error:
        raise unreadable(index, path, error) from error
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise damaged(index, "index.file.damaged", path) from error
    if version != FORMAT_VERSION:
        raise IndexMismatchError(
            "index.format", index=str(index), found=repr(version), known=str(FORMAT_VERSION),
            remedy=rebuild_command(index),
        )  # fmt: skip
    if seal != _seal(manifest):
        raise damaged(index, "index.file.changed", path)
    return dict(manifest)


def _check_files(index: Path, folder: Path, manifest: Manifest) -> None:
    for name, expected in manifest["files"].items():
        file = folder / name
        if ".." in Path(name).parts or Path(name).is_absolute():
            raise damaged(index, "index.outside", folder)
        try:
            found = file_sha256(file)
        except (FileNotFoundError, NotADirectoryError):
            raise damaged(index, "index.file.missing", file) from None
        except OSError as error:
            raise unreadable(index, file, error) from error
        if found != expected:
            raise damaged(index, "index.file.changed", file)


def _folder(index: Path, number: int) -> Path:
    return index / "generations" / str(number)


def numbers(index: Path) -> list[int]:
    """The generations that are there, oldest first, whole or not."""
    there = index / "generations"
    return sorted(int(path.name) for path in there.iterdir() if is_generation(path)) if there.is_dir() else []


def is_generation(path: Path) -> bool:
    """Whether this is named as a generation is, and a folder."""
    return re.fullmatch("[1-9][0-9]{0,8}", path.name) is not None and path.is_dir()
