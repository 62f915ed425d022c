"""``python -m qa.reading.extraction READER``: a document on standard input -> JSON on standard output.

The JSON is ``{"text", "places": [[start, page, time], ...], "marks": [[start, end, kind, level], ...], "attached":
[[name, Base64 or null], ...]}``, or ``{"reason"}`` if the document cannot be read.
The process limits its memory, its CPU time and the size of its output, and may use neither the network nor other
programs. `qa.reading.extraction.isolation` starts it.
"""

from __future__ import annotations

import base64
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

_FORBIDDEN_EVENTS = (
    "socket.", "subprocess.", "os.system", "os.exec", "os.posix_spawn", "os.fork", "os.spawn", "os.startfile",
    "os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.link", "os.symlink", "os.truncate", "os.chmod", "os.chown",
    "shutil.",
)  # fmt: skip
"""Beginnings of the names of the audit events (PEP 578) that are forbidden."""
_TO_WRITE = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_NEW_USER, _NEW_NETWORK = 0x10000000, 0x40000000
"""Linux's CLONE_NEWUSER and CLONE_NEWNET."""


def _limit_resources() -> None:
    """Limit address space, CPU time, output and core dumps, as far as the system can."""
    try:
        import resource
    except ImportError:  # not on this system; the parent's time limit still applies
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


def _leave_network() -> None:
    """Move this process to a network of its own, without any connection, if the system allows it."""
    if sys.platform == "linux":
        unshare = ctypes.CDLL(None).unshare
        if unshare(_NEW_NETWORK):  # needs privileges, or a user namespace of its own
            unshare(_NEW_USER | _NEW_NETWORK)


def _forbid(event: str, arguments: tuple[object, ...]) -> None:
    """Raise an error on an audit event that writes to the disk, uses the network or starts a program."""
    writes = event == "open" and isinstance(arguments[2], int) and arguments[2] & _TO_WRITE
    if writes or event.startswith(_FORBIDDEN_EVENTS):
        raise PermissionError(event)


def read(name: str, data: bytes) -> dict[str, object]:
    """Return the reply to a document that the module ``name`` reads: its text, places, marks and files, or a reason.

    Never raises, whatever the parser does.
    """
    try:
        reader = importlib.import_module(f"qa.reading.extraction.{name}")
    except Exception:  # a library that is installed and cannot be imported
        logging.getLogger(__name__).exception("a reader cannot be imported")
        return {"reason": "reader"}
    try:
        found: Extracted = reader.read(data)
    except UnreadableError as error:
        return {"reason": error.reason}
    except MemoryError:
        return {"reason": "large"}
    except Exception:  # parsers raise anything on a document made to break them
        return {"reason": "damaged"}
    if not found.text.strip() and not found.attached:
        return {"reason": "wordless"}
    # Half a surrogate pair cannot be stored. A pair of halves becomes one character, which would move places and marks.
    text = found.text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if len(text) != len(found.text):
        return {"reason": "damaged"}
    places, marks = list(map(astuple, found.places)), list(map(astuple, found.marks))
    attached = [[one.name, None if one.data is None else base64.b64encode(one.data).decode()] for one in found.attached]
    return {"text": text, "places": places, "marks": marks, "attached": attached}


def main() -> None:
    """Read a document from standard input and write one JSON object, or end this process by a signal."""
    (name,) = sys.argv[1:]
    if not name or name not in {kind.reader for kind in FORMATS}:
        raise SystemExit(f"no reader {name!r}")
    _leave_network()
    _limit_resources()
    sys.addaudithook(_forbid)
    try:
        reply = json.dumps(read(name, sys.stdin.buffer.read()), ensure_ascii=False)
        sys.stdout.write(reply)
        sys.stdout.flush()
    except (MemoryError, OSError):  # the reply is larger than allowed
        os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main()
