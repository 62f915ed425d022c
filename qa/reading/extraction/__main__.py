"""``python -m qa.reading.extraction FORMAT``: a document on standard input -> JSON on standard output.

``{"text", "places": [[start, page, time], ...]}``, or ``{"reason"}`` where it cannot be read. Limits memory,
time and the size of what it writes, and may reach neither the network nor another program.
"""

from __future__ import annotations

import ctypes
import importlib
import json
import logging
import os
import signal
import sys
from dataclasses import astuple

from qa.reading.extraction import Extracted, UnreadableError
from qa.reading.extraction.formats import FORMATS
from qa.reading.extraction.isolation import MEMORY, REPLY, SECONDS

_REFUSED = (
    "socket.", "subprocess.", "os.system", "os.exec", "os.posix_spawn", "os.fork", "os.spawn", "os.startfile",
    "os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.link", "os.symlink", "os.truncate", "os.chmod", "os.chown",
    "shutil.",
)  # fmt: skip
"""Beginnings of the events of Python's audit hooks."""
_TO_WRITE = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_NEW_USER, _NEW_NETWORK = 0x10000000, 0x40000000
"""CLONE_NEWUSER and CLONE_NEWNET of Linux."""


def _limit() -> None:
    try:
        import resource
    except ImportError:  # not on this system: the time limit of the process that asks still holds
        return
    for limit, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_FSIZE, REPLY),
        (resource.RLIMIT_CORE, 0),
    ):
        hard = resource.getrlimit(limit)[1]
        allowed = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(limit, (allowed, allowed))


def _cut_off() -> None:
    """Leaves the network, where the system lets a process do so."""
    if sys.platform == "linux":
        unshare = ctypes.CDLL(None).unshare
        if unshare(_NEW_NETWORK):  # needs rights, or a namespace of users of one's own
            unshare(_NEW_USER | _NEW_NETWORK)


def _refuse(event: str, given: tuple[object, ...]) -> None:
    writes = event == "open" and isinstance(given[2], int) and given[2] & _TO_WRITE
    if writes or event.startswith(_REFUSED):
        raise PermissionError(event)


def read(name: str, data: bytes) -> dict[str, object]:
    """The reply to a document of the format whose extra is ``name``."""
    try:
        reader = importlib.import_module(f"qa.reading.extraction.{name}")
    except Exception:  # a library that is there and does not load
        logging.getLogger(__name__).exception("a reader does not load")
        return {"reason": "reader"}
    try:
        found: Extracted = reader.read(data)
    except UnreadableError as error:
        return {"reason": error.reason}
    except MemoryError:
        return {"reason": "large"}
    except Exception:  # parsers raise what they like on what was made to break them
        return {"reason": "damaged"}
    if not found.text.strip():
        return {"reason": "wordless"}
    # Half a surrogate pair is in no text that can be stored.
    text = found.text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if len(text) != len(found.text):
        return {"reason": "damaged"}
    return {"text": text, "places": [astuple(place) for place in found.places]}


def main() -> None:
    """Reads what is given; whatever happens, the reply is one JSON object, or the process dies."""
    (name,) = sys.argv[1:]
    if name not in {kind.extra for kind in FORMATS}:
        raise SystemExit(f"no format {name!r}")
    _cut_off()
    _limit()
    sys.addaudithook(_refuse)
    try:
        reply = json.dumps(read(name, sys.stdin.buffer.read()), ensure_ascii=False)
        sys.stdout.write(reply)
        sys.stdout.flush()
    except (MemoryError, OSError):  # the reply is larger than is allowed
        os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main()
