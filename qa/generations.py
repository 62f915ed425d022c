"""An index folder: immutable generations, one pointer to the present one, one writer at a time.

    index/CURRENT              the present generation's number; replaced by one atomic rename
    index/LOCK                 held by the process that builds
    index/generations/<n>/     manifest.json and the files it lists with their SHA-256

A generation is written aside, flushed to the disk, and only then named in ``CURRENT``: whenever a
build dies, the index that was there before still stands. The generation before the present one is
kept for the readers that still have it open.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from qa.errors import IndexDamagedError, IndexError_, IndexMismatchError, IndexMissingError, StorageError

FORMAT_VERSION = 1
_LOCK_SECONDS = 600

Manifest = dict[str, Any]


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


def stamp(index: Path) -> tuple[int, int]:
    """What changes whenever ``CURRENT`` is replaced, also by an index made anew with the same number."""
    found = (index / "CURRENT").stat()
    return found.st_ino, found.st_mtime_ns


def mend(index: Path) -> str:
    """The end of a sentence about an index that cannot be used."""
    return f"make the index anew with `qa build PATH --index {index}`, PATH being the text."


def _damaged(index: Path, problem: str, key: str, file: Path, **values: object) -> IndexDamagedError:
    return IndexDamagedError(f"{problem}: {mend(index)}", key, index=str(index), file=str(file), **values)


def current_number(index: Path) -> int:
    """The number in ``CURRENT``."""
    pointer = index / "CURRENT"
    try:
        content = pointer.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        sentence = f"There is no index in {index}: make one with `qa build`."
        raise IndexMissingError(sentence, "index.missing", index=str(index)) from None
    except NotADirectoryError:
        sentence = f"{index} is not a folder: name the index's folder with --index."
        raise IndexMissingError(sentence, "index.folder", index=str(index)) from None
    except (OSError, UnicodeDecodeError) as error:
        problem = f"{pointer} cannot be read ({error})"
        raise _damaged(index, problem, "index.unreadable", pointer, why=str(error)) from error
    if not (content.isdecimal() and len(content) < 10):
        raise _damaged(index, f"{pointer} does not name a generation", "index.pointer", pointer)
    return int(content)


@contextmanager
def new_generation(index: Path) -> Iterator[Path]:
    """A folder to write the next generation into; on leaving the block it becomes the present one.

    The block writes its files and ``manifest.json`` with :func:`write_manifest`. When the block
    raises, what it wrote is removed and the present generation stays.

    Raises:
        StorageError: the folder cannot be written, the disk is full, or another process keeps building.
    """
    with storage_errors(index):
        generations = index / "generations"
        generations.mkdir(parents=True, exist_ok=True)
        try:
            lock = FileLock(index / "LOCK", timeout=_LOCK_SECONDS)
            lock.acquire()
        except Timeout:
            raise StorageError(
                f"Another process has been building {index} for {_LOCK_SECONDS // 60} minutes: "
                "wait for it to end, then run the command again.",
                "storage.locked", index=str(index), minutes=_LOCK_SECONDS // 60,
            ) from None  # fmt: skip
        try:
            before = _present(index)
            _remove_all_but(index, {before})
            number = _next_number(generations)
            unfinished = generations / f"{number}.unfinished"
            unfinished.mkdir()
            try:
                yield unfinished
                _flush(unfinished)
                unfinished.rename(_folder(index, number))
                _flush_folder(generations)
                _point_at(index, number)
            finally:
                shutil.rmtree(unfinished, ignore_errors=True)
            _remove_all_but(index, {before, number})
        finally:
            lock.release()


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


@contextmanager
def storage_errors(place: Path) -> Iterator[None]:
    """Turns the disk's refusals inside the block into a StorageError that says what to do."""
    try:
        yield
    except OSError as error:
        why = str(error.strerror or error)
        # A library that writes through C tells a short write without a number.
        if error.errno in (errno.ENOSPC, errno.EDQUOT, None):
            key = "storage.full"
            problem = f"The disk that holds {place} is full: free some space, then run the command again."
        elif error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            key = "storage.permission"
            problem = f"{place} cannot be written: change its permissions, or choose another folder with --index."
        elif error.errno in (errno.ENOTDIR, errno.EEXIST):
            key = "storage.folder"
            problem = f"{place} is not a folder: choose another place with --index."
        else:
            key = "storage.refused"
            problem = f"{place} cannot be written ({why}): choose another folder with --index."
        raise StorageError(problem, key, folder=str(place), why=why) from error


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
        raise _damaged(index, f"{path} is missing", "index.file.missing", path) from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _damaged(index, f"{path} is damaged", "index.file.damaged", path) from error
    if version != FORMAT_VERSION:
        raise IndexMismatchError(
            f"The index in {index} has format {version!r} and this version reads {FORMAT_VERSION}: {mend(index)}",
            "index.format", index=str(index), found=repr(version), known=str(FORMAT_VERSION),
        )  # fmt: skip
    if seal != _seal(manifest):
        raise _damaged(index, f"{path} is not what was written there", "index.file.changed", path)
    return dict(manifest)


def _check_files(index: Path, folder: Path, manifest: Manifest) -> None:
    for name, expected in manifest["files"].items():
        file = folder / name
        if ".." in Path(name).parts or Path(name).is_absolute():
            raise _damaged(index, f"The manifest in {folder} names a file outside the index", "index.outside", folder)
        try:
            found = file_sha256(file)
        except OSError:
            raise _damaged(index, f"{file} is missing", "index.file.missing", file) from None
        if found != expected:
            raise _damaged(index, f"{file} is not what was written there", "index.file.changed", file)


def _folder(index: Path, number: int) -> Path:
    return index / "generations" / str(number)


def _numbers(generations: Path) -> list[int]:
    return sorted(int(path.name) for path in generations.iterdir() if path.name.isdecimal())


def _next_number(generations: Path) -> int:
    return max(_numbers(generations), default=0) + 1


def _point_at(index: Path, number: int) -> None:
    pointer = index / "CURRENT.new"
    with pointer.open("w", encoding="ascii") as file:
        file.write(f"{number}\n")
        file.flush()
        os.fsync(file.fileno())
    pointer.replace(index / "CURRENT")
    _flush_folder(index)


def _flush(folder: Path) -> None:
    for path in [*folder.rglob("*"), folder]:
        if path.is_dir():
            _flush_folder(path)
        else:
            with path.open("rb") as file:
                os.fsync(file.fileno())


def _flush_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _present(index: Path) -> int | None:
    try:
        return current_number(index)
    except IndexError_:
        return None


def _remove_all_but(index: Path, kept: set[int | None]) -> None:
    """Removes what killed builds left and generations nobody needs. Only the holder of the lock may do this."""
    for path in (index / "generations").iterdir():
        if not (path.name.isdecimal() and int(path.name) in kept):
            shutil.rmtree(path, ignore_errors=True)
    with suppress(FileNotFoundError):
        (index / "CURRENT.new").unlink()
