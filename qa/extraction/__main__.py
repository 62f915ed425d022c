"""``python -m qa.extraction FORMAT``: a document on standard input -> JSON on standard output.

``{"text", "places": [[start, page, time], ...]}``, or ``{"reason"}`` where it cannot be read. Limits memory,
time and the size of what it writes, and may reach neither the network nor another program.
"""

from __future__ import annotations

import importlib
import json
import sys
from dataclasses import astuple

from qa.extraction import FORMATS, Extracted, UnreadableError
from qa.extraction.isolation import MEMORY, REPLY, SECONDS

_REFUSED = ("socket.connect", "socket.getaddrinfo", "socket.bind", "subprocess.Popen", "os.system", "os.exec",
            "os.posix_spawn", "os.fork", "os.remove", "os.rename")  # fmt: skip


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


def _refuse(event: str, _: object) -> None:
    if event in _REFUSED:
        raise PermissionError(event)


def read(name: str, data: bytes) -> dict[str, object]:
    """The reply to a document of the format whose extra is ``name``."""
    reader = importlib.import_module(f"qa.extraction.{name}")
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
    _limit()
    sys.addaudithook(_refuse)
    json.dump(read(name, sys.stdin.buffer.read()), sys.stdout)


if __name__ == "__main__":
    main()
