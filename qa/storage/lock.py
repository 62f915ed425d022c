"""One process at a time changes an index: its lock, and which process holds it.

    index/LOCK       held through the system, which takes it back from a process that dies
    index/LOCK.held  there while it is held, on file systems without such locks
    index/BUILDER    which process that is, on which machine, since when

Readers look at none of them.
"""

from __future__ import annotations

import errno
import json
import logging
import os
import platform
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from filelock import BaseFileLock, FileLock, SoftFileLock, Timeout

from qa.catalogue import Sentence
from qa.errors import StorageError
from qa.storage.disk import storage_errors

_LOCK_SECONDS = 600
_STEP = 0.5
"""Seconds between two calls of ``waiting``."""
_NO_LOCKS = {errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOLCK, errno.EINVAL}

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Holder:
    """The process that holds the lock, as far as that is known."""

    pid: int | str = "?"
    since: str = "?"
    host: str = ""


@contextmanager
def locked(index: Path, waiting: Callable[[], None] | None = None) -> Iterator[None]:
    """Hold the lock of an index, and record which process holds it.

    Args:
        index: the index folder, which exists.
        waiting: called now and then while another process holds it; what it raises ends the waiting.

    Raises:
        StorageError: another process keeps it, or a write failed.
    """
    lock = _acquire(index, waiting)
    holder = index / "BUILDER"
    try:
        with storage_errors(index):
            since = datetime.now(UTC).isoformat(timespec="seconds")
            holder.write_text(json.dumps(asdict(Holder(os.getpid(), since, platform.node()))), encoding="utf-8")
        yield
    finally:
        with suppress(OSError):
            holder.unlink()
        lock.release()


def lock_holder(index: Path) -> Holder | None:
    """Return which process holds the lock of an index now; None if none does.

    Raises:
        OSError: the lock cannot be read.
    """
    try:
        _try(index, 0).release()
    except Timeout:
        return _read_holder(index)
    return None


def _acquire(index: Path, waiting: Callable[[], None] | None) -> BaseFileLock:
    deadline, logged = time.monotonic() + _LOCK_SECONDS, False
    while True:
        with storage_errors(index):
            try:
                return _try(index, min(_STEP, _LOCK_SECONDS))
            except Timeout:
                holder = _read_holder(index)
        if not logged:
            told = Sentence("lock.waiting", pid=str(holder.pid), index=index, since=holder.since)
            _log.warning("%s", told)
            logged = True
        if time.monotonic() >= deadline:
            raise _locked_error(index, holder)
        if waiting:
            waiting()


def _try(index: Path, seconds: float) -> BaseFileLock:
    """Return the lock, held; raises Timeout if another process keeps it for longer."""
    lock: BaseFileLock = FileLock(index / "LOCK", timeout=seconds, fallback_to_soft=False)
    try:
        lock.acquire()
    except OSError as error:  # a Timeout is one without a number
        if error.errno not in _NO_LOCKS:
            raise
        lock = SoftFileLock(_marker(index), timeout=seconds)
        lock.acquire()
    return lock


def _marker(index: Path) -> Path:
    # Not LOCK: that file stays behind where the file system had locks, and would count as held for ever.
    return index / "LOCK.held"


def _read_holder(index: Path) -> Holder:
    try:
        found = json.loads((index / "BUILDER").read_bytes())
        return Holder(int(found["pid"]), datetime.fromisoformat(found["since"]).isoformat(), str(found.get("host", "")))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return Holder()


def _locked_error(index: Path, holder: Holder) -> StorageError:
    pid, since = str(holder.pid), holder.since
    if holder.host in ("", platform.node()) or not _marker(index).exists():
        return StorageError("storage.locked", index=str(index), pid=pid, since=since)
    # Nothing here can tell whether a process of another machine, or of a container that is gone, still runs.
    file = str(_marker(index))
    return StorageError("storage.locked.elsewhere", index=str(index), pid=pid, since=since, host=holder.host, file=file)
