"""A folder for uploaded files while a server runs. Files are deleted after about an hour, and when the server ends."""

from __future__ import annotations

import os
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

UPLOADS_KEPT = 3600
"""Seconds after which an uploaded file is deleted."""
_SWEEP_SECONDS = 600
_PREFIX = "cited-qa-"
_LOCK = ".held"
"""File in a server's folder, locked as long as the server runs."""


@contextmanager
def upload_folder() -> Iterator[Path]:
    """Yield a folder for this server alone and delete it afterwards; first delete those of servers that were killed."""
    _remove_abandoned()
    with tempfile.TemporaryDirectory(prefix=_PREFIX, ignore_cleanup_errors=True) as name:
        folder, ended = Path(name), threading.Event()
        lock = FileLock(folder / _LOCK, timeout=0)
        with suppress(OSError):  # on a file system without locks no server can remove what another has left
            lock.acquire()
        threading.Thread(target=_sweep_until, args=(folder, ended), name="uploads", daemon=True).start()
        try:
            yield folder
        finally:
            ended.set()
            lock.release()


def sweep(folder: Path, older_than: float) -> None:
    """Delete files that were last written more than so many seconds ago, including incomplete uploads."""
    latest = time.time() - older_than
    for path in folder.rglob("*"):
        with suppress(OSError):
            if path.name != _LOCK and path.is_file() and path.stat().st_mtime < latest:
                path.unlink()


def _sweep_until(folder: Path, ended: threading.Event) -> None:
    while not ended.wait(_SWEEP_SECONDS):
        sweep(folder, UPLOADS_KEPT)


def _remove_abandoned() -> None:
    for lock in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*/{_LOCK}"):
        with suppress(OSError, Timeout):
            if lock.stat().st_uid == os.getuid():
                with FileLock(lock, timeout=0):
                    shutil.rmtree(lock.parent, ignore_errors=True)
