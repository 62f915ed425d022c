"""A document's bytes -> its text, extracted in a process of its own.

Parsers are large, documents come from anywhere, and a parser may crash. The child process (``__main__.py``)
limits its memory, time and rights before it loads a parser. It writes its reply to a file whose size is limited
too, so it can fill neither the parent's memory nor the disk. Whatever goes wrong there, including the child's
death, becomes one `SourceError` here.
"""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from threading import BoundedSemaphore

from qa.catalogue import Command
from qa.errors import SourceError
from qa.reading.extraction import Attached, Extracted
from qa.reading.extraction.formats import PDF, Format
from qa.text.marks import Kind, Mark, are_sound
from qa.text.source import Place

SECONDS = 60
"""CPU time of the child. Its wall-clock limit is twice as long, for a machine that is busy with other work."""
MEMORY = 1 << 30
"""Address space of the child, in bytes."""
REPLY = 128 << 20
"""Most bytes of a reply: a text of the default limit and the files within a document, with room to spare."""
AT_ONCE = 2
"""Children that run at the same time."""

KEPT_VARIABLES = ("PATH", "PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "LD_LIBRARY_PATH", "LANG", "TMPDIR", "SYSTEMROOT")
"""Environment variables that the child inherits. All others, which may hold passwords, are kept from it."""
SET_VARIABLES = {
    "PYTHONUTF8": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
    # numpy's linear algebra reserves address space for a thread per core: with 24 cores that exceeds MEMORY.
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
}
"""Environment variables that are set for the child."""

REASONS = {
    "damaged": "source.damaged",
    "encrypted": "source.encrypted",
    "wordless": "source.pictures",
    "large": "source.bomb",
    "reader": "source.reader",
}
"""Why a document cannot be read -> the code of the error."""

_PACKAGE = Path(__file__).parents[2] / "__init__.py"
_PROGRAM = """
import importlib.util, runpy, sys
spec = importlib.util.spec_from_file_location("qa", sys.argv.pop(1))
sys.modules["qa"] = importlib.util.module_from_spec(spec)
spec.loader.exec_module(sys.modules["qa"])
runpy.run_module("qa.reading.extraction", run_name="__main__")
"""
"""Loads the package ``qa`` from the given file, so that no other ``qa`` on the path is run in its place."""

_turns = BoundedSemaphore(AT_ONCE)


def extract(name: str, data: bytes, kind: Format) -> Extracted:
    """Return the text of a document, with the places of its pages or moments, the marks of its lines and its files.

    Raises:
        SourceError: the library is not installed, or the document is damaged, encrypted, without words, or
            takes too much time or memory to read.
    """
    if not kind.installed:
        raise SourceError(
            "source.extra", name=name, kind=kind.name, remedy=Command.of("pip", "install", f"cited-qa[{kind.extra}]"),
        )  # fmt: skip
    with _turns:
        reply = _run_child(data, kind)
    if isinstance(reply, Extracted):
        return reply
    if reply == "wordless" and kind is not PDF:
        raise SourceError("source.empty", name=name)
    package = f"cited-qa[{kind.extra}]" if kind.extra else "cited-qa"
    again = Command.of("pip", "install", "--force-reinstall", package)
    raise SourceError(REASONS[reply], name=name, kind=kind.name, remedy=again if reply == "reader" else "")


def _run_child(data: bytes, kind: Format) -> Extracted | str:
    """Return what the child extracted, or the reason (a key of ``REASONS``) why it could not."""
    # -P keeps the working folder off the path: a file in it must not be taken for a library.
    command = [sys.executable, "-P", "-c", _PROGRAM, str(_PACKAGE), kind.reader]
    environment = {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ} | SET_VARIABLES
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as file:
        given.write(data)
        given.seek(0)
        try:
            done = subprocess.run(
                command, stdin=given, stdout=file, stderr=subprocess.DEVNULL, timeout=2 * SECONDS, env=environment
            )
        except subprocess.TimeoutExpired:
            return "large"
        if done.returncode < 0:  # killed by a signal: a limit was reached, or a library crashed
            return "large"
        file.seek(0)
        content = file.read(REPLY + 1)
    return "reader" if done.returncode else _parse_reply(content)


def _parse_reply(content: bytes) -> Extracted | str:
    """Return the text in a child's reply, or its reason; a reply of any other form counts as a damaged document."""
    try:
        reply = json.loads(content)
        if reason := reply.get("reason"):
            return str(reason) if reason in REASONS else "damaged"
        text, places = str(reply["text"]), tuple(Place(*place) for place in reply["places"])
        marks = tuple(Mark(int(start), int(end), Kind(kind), int(level)) for start, end, kind, level in reply["marks"])
        attached = tuple(
            Attached(str(name), None if data is None else base64.b64decode(data)) for name, data in reply["attached"]
        )
        return Extracted(text, places, marks, attached) if are_sound(marks, text) else "damaged"
    except (ValueError, KeyError, TypeError, AttributeError):
        return "damaged"
