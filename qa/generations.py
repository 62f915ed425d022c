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


def current_number(index: Path) -> int:
    """The number in ``CURRENT``."""
    try:
        content = (index / "CURRENT").read_text(encoding="ascii").strip()
    except FileNotFoundError:
        raise IndexMissingError(f"There is no index in {index}: make one with `qa build`.") from None
    except NotADirectoryError:
        raise IndexMissingError(f"{index} is not a folder: name the index's folder with --index.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise IndexDamagedError(f"{index / 'CURRENT'} cannot be read ({error}): {mend(index)}") from error
    if not (content.isdecimal() and len(content) < 10):
        raise IndexDamagedError(f"{index / 'CURRENT'} does not name a generation: {mend(index)}")
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
                "wait for it to end, then run the command again."
            ) from None
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
        # A library that writes through C tells a short write without a number.
        if error.errno in (errno.ENOSPC, errno.EDQUOT, None):
            problem = f"The disk that holds {place} is full: free some space, then run the command again."
        elif error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            problem = f"{place} cannot be written: change its permissions, or choose another folder with --index."
        elif error.errno in (errno.ENOTDIR, errno.EEXIST):
            problem = f"{place} is not a folder: choose another place with --index."
        else:
            problem = f"{place} cannot be written ({error.strerror or error}): choose another folder with --index."
        raise StorageError(problem) from error


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
        raise IndexDamagedError(f"{path} is missing: {mend(index)}") from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise IndexDamagedError(f"{path} is damaged: {mend(index)}") from error
    if version != FORMAT_VERSION:
        raise IndexMismatchError(
            f"The index in {index} has format {version!r} and this version reads {FORMAT_VERSION}: {mend(index)}"
        )
    if seal != _seal(manifest):
        raise IndexDamagedError(f"{path} is not what was written there: {mend(index)}")
    return dict(manifest)


def _check_files(index: Path, folder: Path, manifest: Manifest) -> None:
    for name, expected in manifest["files"].items():
        file = folder / name
        if ".." in Path(name).parts or Path(name).is_absolute():
            raise IndexDamagedError(f"The manifest in {folder} names a file outside the index: {mend(index)}")
        try:
            found = file_sha256(file)
        except OSError:
            raise IndexDamagedError(f"{file} is missing: {mend(index)}") from None
        if found != expected:
            raise IndexDamagedError(f"{file} is not what was written there: {mend(index)}")


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
