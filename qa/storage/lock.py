"""One process at a time changes an index: its lock, and who holds it.

    index/LOCK       held through the system, which takes it back from a process that dies
    index/LOCK.held  there while it is held, where the file system knows no such locks
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

from qa.errors import StorageError

_LOCK_SECONDS = 600
_STEP = 0.5
"""Seconds of waiting after which whoever waits is asked whether they still want to."""
_NO_LOCKS = {errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOLCK, errno.EINVAL}

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Builder:
    """The process that changes an index, as far as that can be told."""

    pid: int | str = "?"
    since: str = "?"
    host: str = ""


@contextmanager
def the_only_builder(index: Path, waiting: Callable[[], None] | None = None) -> Iterator[None]:
    """Holds the lock of an index, and says beside it who does.

    Args:
        index: the index folder, which is there.
        waiting: called now and then while another holds it; what it raises ends the waiting.

    Raises:
        StorageError: another keeps it. OSError: the disk refused.
    """
    lock = _acquired(index, waiting)
    builder = index / "BUILDER"
    try:
        since = datetime.now(UTC).isoformat(timespec="seconds")
        builder.write_text(json.dumps(asdict(Builder(os.getpid(), since, platform.node()))), encoding="utf-8")
        yield
    finally:
        with suppress(OSError):
            builder.unlink()
        lock.release()


def who_builds(index: Path) -> Builder | None:
    """Who holds the lock of an index just now; None where nobody does."""
    try:
        _try(index, 0).release()
    except Timeout:
        return _builder(index)
    return None


def _acquired(index: Path, waiting: Callable[[], None] | None) -> BaseFileLock:
    deadline, told = time.monotonic() + _LOCK_SECONDS, False
    while True:
        try:
            return _try(index, min(_STEP, _LOCK_SECONDS))
        except Timeout:
            holder = _builder(index)
        if not told:
            _log.warning("Waiting: process %s has been changing %s since %s.", holder.pid, index, holder.since)
            told = True
        if time.monotonic() >= deadline:
            raise _locked(index, holder)
        if waiting:
            waiting()


def _try(index: Path, seconds: float) -> BaseFileLock:
    """The lock, held; a Timeout where another holds it longer than this."""
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
    # Not LOCK: that is left behind where the file system had locks, and would count as held for ever.
    return index / "LOCK.held"


def _builder(index: Path) -> Builder:
    try:
        told = json.loads((index / "BUILDER").read_bytes())
        return Builder(int(told["pid"]), datetime.fromisoformat(told["since"]).isoformat(), str(told.get("host", "")))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return Builder()


def _locked(index: Path, holder: Builder) -> StorageError:
    pid, since = str(holder.pid), holder.since
    if holder.host in ("", platform.node()) or not _marker(index).exists():
        return StorageError(
            "storage.locked", index=str(index), pid=pid, since=since,
        )  # fmt: skip
    # Nobody here can tell whether a process of another machine, or of a container that is gone, still runs.
    file = str(_marker(index))
    return StorageError(
        "storage.locked.elsewhere", index=str(index), pid=pid, since=since, host=holder.host, file=file,
    )  # fmt: skip
