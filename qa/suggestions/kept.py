"""The suggestions of an index, kept in its folder: ``suggestions.json`` beside ``CURRENT``.

The file is checked when it is read: it has to belong to the open generation, and every span has to lie within its
source. Otherwise the suggestions are made again.
"""

from __future__ import annotations

import json
import os
import tempfile
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary

from qa.index import Index
from qa.storage.generations import SUGGESTIONS
from qa.suggestions.suggest import Suggestion, most, suggest

FORMAT = 1
_LARGEST_FILE = 1_000_000
_LONGEST_QUESTION = 500

_in_memory: WeakKeyDictionary[Index, tuple[Suggestion, ...]] = WeakKeyDictionary()
_making = Lock()


def suggestions_of(index: Index, *, make: bool = True) -> tuple[Suggestion, ...]:
    """Return the suggestions of this generation; make and keep them if there are none yet.

    Args:
        index: an open index. If its folder cannot be written, they are kept in memory while it is open.
        make: False returns at once, without suggestions if none have been made.

    Raises:
        ModelError, IndexMismatchError: they have to be made, and the model of the index cannot be loaded.
    """
    found = _existing(index)
    if found is not None or not make:
        return found or ()
    with _making:
        found = _existing(index)  # another thread may have made them meanwhile
        if found is None:
            found = _in_memory[index] = suggest(index)
            _write_file(index, found)
    return found


def _existing(index: Index) -> tuple[Suggestion, ...] | None:
    found = _in_memory.get(index)
    if found is None and (found := _read_file(index)) is not None:
        _in_memory[index] = found
    return found


def _read_file(index: Index) -> tuple[Suggestion, ...] | None:
    """Return what the folder has for this generation; None if there is no valid file."""
    path = index.path / SUGGESTIONS
    try:
        if path.stat().st_size > _LARGEST_FILE:
            return None
        content = json.loads(path.read_bytes())
        if {key: content[key] for key in ("format", "generation", "manifest")} != _identity(index):
            return None
        found = tuple(Suggestion(**entry) for entry in content["suggestions"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
    return found if len(found) <= most(len(index.sources)) and all(_is_valid(one, index) for one in found) else None


def _is_valid(one: Suggestion, index: Index) -> bool:
    return (
        isinstance(one.question, str)
        and 0 < len(one.question.strip()) <= len(one.question) <= _LONGEST_QUESTION
        and isinstance(one.source, str)
        and one.source in index.sources
        and type(one.start) is type(one.end) is int
        and 0 <= one.start < one.end <= len(index.sources[one.source].text)
    )


def _identity(index: Index) -> dict[str, Any]:
    """Return what identifies a generation, even among rebuilt ones with the same number."""
    return {"format": FORMAT, "generation": index.generation, "manifest": index.manifest.sha256}


def _write_file(index: Index, suggestions: tuple[Suggestion, ...]) -> None:
    """Write the file completely or not at all; do nothing if the folder cannot be written."""
    content = {**_identity(index), "suggestions": [asdict(one) for one in suggestions]}
    with suppress(OSError):
        if not index.is_current():
            return
        descriptor, name = tempfile.mkstemp(prefix=f"{SUGGESTIONS}.", dir=index.path)
        unfinished = Path(name)
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                json.dump(content, file, ensure_ascii=False, indent=1)
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(index.path / SUGGESTIONS)
            if not index.is_current():  # swapped meanwhile: the texts of the suggestions may have been removed
                (index.path / SUGGESTIONS).unlink(missing_ok=True)
        finally:
            unfinished.unlink(missing_ok=True)
