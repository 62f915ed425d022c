"""A generation, written aside -> the present one, or an earlier one again: whole, or not at all.

A generation is written into a folder of its own, flushed to the disk, files and folders, and only then named
in ``CURRENT`` by one rename: whenever a build dies, the index that was there before still stands. One process
writes at a time. A reader keeps the generation that it has open: what it maps lives on until it lets go.
"""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from qa.catalogue import Command
from qa.errors import IndexError_, IndexMissingError, StorageError
from qa.storage import generations
from qa.storage.lock import the_only_builder, who_builds

KEPT = 2
"""Generations that are kept: the present one, and the one before to go back to."""
_UNFINISHED = re.compile(r"[1-9][0-9]*\.unfinished$")
_BATCHES_OF = re.compile(r"[0-9a-f]{16}$")
"""A folder of batches, by what made them (batches.py)."""


@contextmanager
def new_generation(
    index: Path, *, purge: bool = False, spent: Collection[Path] = (), waiting: Callable[[], None] | None = None
) -> Iterator[Path]:
    """A folder to write the next generation into; on leaving the block it becomes the present one.

    The block writes its files and ``manifest.json`` with :func:`qa.storage.generations.write_manifest`. When the
    block raises, what it wrote is removed and the present generation stays.

    As many generations stay as the new manifest's ``keep`` says.

    Args:
        index: the index folder; made if missing.
        purge: no other generation stays, and nothing below ``index`` holds anything of one.
        spent: files in ``batches/`` that nobody needs any more once the generation is the present one, or was called
            off; looked at then. Where the disk refuses they stay for the next try.
        waiting: called now and then while another process changes the index; it may raise.

    Raises:
        StorageError: the folder cannot be written or holds something else, the disk is full, another process
            keeps building, or what is to be purged cannot be removed.
    """
    with storage_errors(index):
        _expect_ours(index)
        there = index / "generations"
        there.mkdir(parents=True, exist_ok=True)
        with the_only_builder(index, waiting):
            _remove_unfinished(index)
            before = _present(index)
            number = max([*generations.numbers(index), *_left_unfinished(index)], default=0) + 1
            unfinished = there / f"{number}.unfinished"
            unfinished.mkdir()
            try:
                yield unfinished
                _flush(unfinished)
                unfinished.rename(there / str(number))
                _flush_folder(there)
                _point_at(index, number)
            except OSError:
                raise
            except Exception:
                _forget(index, spent)
                raise
            finally:
                shutil.rmtree(unfinished, ignore_errors=True)
            _forget(index, spent)
            if purge:
                _purge(index, number)
            else:
                _keep(index, number, before, generations.read_manifest(index, number).get("keep", KEPT))


def roll_back(index: Path, number: int | None = None, try_out: Callable[[int], object] | None = None) -> int:
    """Makes a generation that is kept the present one again, after checking every file of it.

    Args:
        index: the index folder.
        number: which one; None: the newest before the present one, or where that cannot be told, the newest.
        try_out: opens it by its number, which checks every file too; what it raises leaves the present one as it is.

    Returns:
        Its number.

    Raises:
        IndexMissingError: there is no index, or none of this number. IndexDamagedError, IndexMismatchError:
        it cannot be used. StorageError: the disk refused.
    """
    if not generations.numbers(index):
        generations.current_number(index)
    with storage_errors(index), the_only_builder(index):
        there, present = generations.numbers(index), _present(index)
        if number is None:
            earlier = [one for one in there if present is None or one < present]
            if not earlier:
                raise IndexMissingError(
                    "index.earlier", index=str(index),
                )  # fmt: skip
            number = earlier[-1]
        elif number not in there:
            raise IndexMissingError(
                "index.generation", index=str(index), number=number, remedy=Command.of("qa", "log", "--index", index),
            )  # fmt: skip
        if try_out:
            try_out(number)
        else:
            generations.read_generation(index, number)
        _point_at(index, number)
    return number


def discard(index: Path, is_unwanted: Callable[[int], bool]) -> list[int]:
    """Removes generations; the present one stays, whatever is asked.

    Args:
        index: the index folder.
        is_unwanted: whether that of a number shall go; asked while nobody else can change the index.

    Returns:
        Which were removed.
    """
    with storage_errors(index), the_only_builder(index):
        present = _present(index)
        gone = [number for number in generations.numbers(index) if number != present and is_unwanted(number)]
        for number in gone:
            _discard(index / "generations" / str(number))
    return gone


def try_change(index: Path) -> str:
    """Looks whether an index can be changed, and changes nothing.

    Returns:
        What was found, a part of a sentence.

    Raises:
        StorageError: it cannot.
    """
    with storage_errors(index):
        if builder := who_builds(index):
            return f"is being changed by process {builder.pid} since {builder.since}"
        with TemporaryDirectory(dir=index / "generations"):
            pass
        for name in ("BUILDER", generations.BATCHES):
            place = index / name
            if place.exists() and place.is_dir() != (name == generations.BATCHES):
                raise OSError(errno.EEXIST, f"{place} is in the way")
    return "can be changed"


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
        elif error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            key = "storage.permission"
        elif error.errno in (errno.ENOTDIR, errno.EEXIST):
            key = "storage.folder"
        else:
            key = "storage.refused"
        raise StorageError(key, folder=str(place), why=why) from error


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
        return generations.current_number(index)
    except IndexError_:
        return None


def _expect_ours(index: Path) -> None:
    """Refuses a folder that is no index and holds what would be taken for our own, and removed."""
    if (index / "CURRENT").exists():
        return
    for name, is_ours in (("generations", _is_ours), (generations.BATCHES, lambda path: _BATCHES_OF.match(path.name))):
        for path in (index / name).iterdir() if (index / name).is_dir() else ():
            if not is_ours(path):
                raise StorageError(
                    "storage.foreign", folder=str(index), file=str(path),
                )  # fmt: skip


def _is_ours(path: Path) -> bool:
    """Whether this, in ``generations/``, was written here."""
    try:
        return _UNFINISHED.match(path.name) is not None or "sha256" in json.loads((path / "manifest.json").read_bytes())
    except (OSError, ValueError, TypeError, RecursionError):
        return False


def _remove_unfinished(index: Path) -> None:
    """Removes what killed builds left. Only the holder of the lock may do this."""
    for path in (index / "generations").iterdir():
        if _UNFINISHED.match(path.name):
            with suppress(OSError):
                _remove(path)
    with suppress(FileNotFoundError):
        (index / "CURRENT.new").unlink()


def _left_unfinished(index: Path) -> list[int]:
    """The numbers of what could not be removed."""
    left = (path.name for path in (index / "generations").iterdir() if _UNFINISHED.match(path.name))
    return [int(name.partition(".")[0]) for name in left]


def _forget(index: Path, spent: Collection[Path]) -> None:
    """Removes files below ``batches/``, and what is empty then."""
    for file in spent:
        file.unlink(missing_ok=True)
    batches = index / generations.BATCHES
    for folder in (*{file.parent for file in spent}, batches):
        with suppress(OSError):
            folder.rmdir()


def _keep(index: Path, number: int, before: int | None, kept: int) -> None:
    """Removes all generations but this many: this one, the one before it, then the newest of the others."""
    others = [one for one in reversed(generations.numbers(index)) if one not in (number, before)]
    ordered = [number, *([] if before is None else [before]), *others]
    for old in ordered[kept:]:
        with suppress(OSError):
            _discard(index / "generations" / str(old))


def _purge(index: Path, number: int) -> None:
    """Removes whatever may hold anything of other generations than this; an OSError where it cannot."""
    for path in (index / "generations").iterdir():
        if _UNFINISHED.match(path.name):
            _remove(path)
        elif path.name != str(number) and generations.is_generation(path):
            _discard(path)
    if (index / generations.BATCHES).exists():
        _remove(index / generations.BATCHES)
    for path in index.glob(f"{generations.SUGGESTIONS}*"):
        path.unlink()


def _discard(path: Path) -> None:
    """Removes a generation. One that is removed in part only, by whom is killed then, is none any more at once."""
    doomed = path.with_name(f"{path.name}.unfinished")
    if doomed.exists():
        _remove(doomed)
    path.rename(doomed)
    _remove(doomed)


def _remove(path: Path) -> None:
    if path.is_symlink():  # to another disk, say
        shutil.rmtree(path.resolve())
        path.unlink()
    else:
        shutil.rmtree(path)
