"""Where uploaded files lie while a server runs. Nothing of them outlives it, nor a page that was closed meanwhile."""

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
_HELD = ".held"
"""Locked by the server that a folder belongs to, for as long as it lives."""


@contextmanager
def upload_folder() -> Iterator[Path]:
    """A folder of this server's own, gone afterwards; those of servers that were killed go at once."""
    _remove_abandoned()
    with tempfile.TemporaryDirectory(prefix=_PREFIX, ignore_cleanup_errors=True) as name:
        folder, over = Path(name), threading.Event()
        held = FileLock(folder / _HELD, timeout=0)
        with suppress(OSError):  # where nothing can be locked, nobody removes what is left
            held.acquire()
        threading.Thread(target=_sweep_until, args=(folder, over), name="uploads", daemon=True).start()
        try:
            yield folder
        finally:
            over.set()
            held.release()


def sweep(folder: Path, older_than: float) -> None:
    """Deletes the files that nobody has written to for so many seconds: also what a page sent half before it closed."""
    latest = time.time() - older_than
    for path in folder.rglob("*"):
        with suppress(OSError):
            if path.name != _HELD and path.is_file() and path.stat().st_mtime < latest:
                path.unlink()


def _sweep_until(folder: Path, over: threading.Event) -> None:
    while not over.wait(_SWEEP_SECONDS):
        sweep(folder, UPLOADS_KEPT)


def _remove_abandoned() -> None:
    for held in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*/{_HELD}"):
        with suppress(OSError, Timeout):
            if held.stat().st_uid == os.getuid():
                with FileLock(held, timeout=0):
                    shutil.rmtree(held.parent, ignore_errors=True)
