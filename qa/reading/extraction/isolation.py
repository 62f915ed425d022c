"""Has a document read in a process of its own: what goes wrong there, also its death, is one sentence here.

The process limits itself (``__main__.py``) before it loads a parser; its reply goes to a file whose size is
limited too, so that it can neither fill this process's memory nor the disk.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from threading import BoundedSemaphore

from qa.catalogue import Command
from qa.errors import SourceError
from qa.reading.extraction import PDF, Extracted, Format
from qa.text.source import Place

SECONDS = 60
"""Of computing; as much again is given to a machine that is busy with other things."""
MEMORY = 1 << 30
"""Bytes of address space."""
REPLY = 64 << 20
"""Bytes of the reply: a text of the usual limit with room to spare."""
AT_ONCE = 2

KEPT_VARIABLES = ("PATH", "PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "LD_LIBRARY_PATH", "LANG", "TMPDIR", "SYSTEMROOT")
"""Of the environment; what else stands in it, passwords perhaps, is none of a parser's business."""

REASONS = {
    "damaged": "source.damaged",
    "encrypted": "source.encrypted",
    "wordless": "source.pictures",
    "large": "source.bomb",
    "reader": "source.reader",
}
"""Why a document cannot be read -> the code of the error."""

_turns = BoundedSemaphore(AT_ONCE)


def extract(name: str, data: bytes, kind: Format) -> Extracted:
    """The text of a document.

    Raises:
        SourceError: the library is not installed, or the document is damaged, encrypted, without words, or
            takes too much to read.
    """
    if not kind.installed:
        raise SourceError(
            "source.extra", name=name, kind=kind.name, remedy=Command.of("pip", "install", f"cited-qa[{kind.extra}]"),
        )  # fmt: skip
    with _turns:
        reply = _reply(data, kind)
    if isinstance(reply, Extracted):
        return reply
    if reply == "wordless" and kind is not PDF:
        raise SourceError("source.empty", name=name)
    again = Command.of("pip", "install", "--force-reinstall", f"cited-qa[{kind.extra}]")
    raise SourceError(REASONS[reply], name=name, kind=kind.name, remedy=again if reply == "reader" else "")


def _reply(data: bytes, kind: Format) -> Extracted | str:
    """What the process made of the document, or the reason why it made nothing."""
    # -P: whatever lies in the working folder is not taken for a library.
    command = [sys.executable, "-P", "-m", "qa.reading.extraction", kind.extra]
    environment = {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ}
    environment |= {"PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as file:
        given.write(data)
        given.seek(0)
        try:
            done = subprocess.run(
                command, stdin=given, stdout=file, stderr=subprocess.DEVNULL, timeout=2 * SECONDS, env=environment
            )
        except subprocess.TimeoutExpired:
            return "large"
        if done.returncode < 0:  # a signal: of its own limits, of a full memory, of a fault in a library
            return "large"
        file.seek(0)
        content = file.read(REPLY + 1)
    if done.returncode:
        return "reader"
    try:
        reply = json.loads(content)
        if reason := reply.get("reason"):
            return str(reason) if reason in REASONS else "damaged"
        return Extracted(str(reply["text"]), tuple(Place(*place) for place in reply["places"]))
    except (ValueError, KeyError, TypeError, AttributeError):
        return "damaged"
