"""Flushes, removals, and the errors of the disk as one sentence each."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from qa.errors import StorageError


@contextmanager
def storage_errors(place: Path, *, library_writes: bool = False) -> Iterator[None]:
    """Turn an OSError inside the block into a StorageError that says what to do.

    Use the block for our own reading and writing only. Errors of a caller's code are not the disk's.

    Args:
        place: the folder that the error names.
        library_writes: whether the block only writes, with numpy, bm25s and the like, which report a full disk as a
            short write without an error number.
    """
    full = (errno.ENOSPC, errno.EDQUOT, None) if library_writes else (errno.ENOSPC, errno.EDQUOT)
    try:
        yield
    except OSError as error:
        if error.errno in full:
            code = "storage.full"
        elif error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            code = "storage.permission"
        elif error.errno in (errno.ENOTDIR, errno.EEXIST):
            code = "storage.folder"
        else:
            code = "storage.refused"
        raise StorageError(code, folder=str(place), why=str(error.strerror or error)) from error


def flush_tree(folder: Path) -> None:
    """Flush every file and folder in and below a folder to the disk."""
    for path in [*folder.rglob("*"), folder]:
        if path.is_dir():
            flush_folder(path)
        else:
            with path.open("rb") as file:
                os.fsync(file.fileno())


def flush_folder(folder: Path) -> None:
    """Flush the names in a folder to the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def remove_tree(path: Path) -> None:
    """Remove a folder with everything in it; of a link, such as one to another disk, also what it leads to."""
    if path.is_symlink():
        shutil.rmtree(path.resolve())
        path.unlink()
    else:
        shutil.rmtree(path)
