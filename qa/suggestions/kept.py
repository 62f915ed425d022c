"""The suggestions of an index, kept in its folder: ``suggestions.json`` beside ``CURRENT``.

What is read there is trusted no further than it can be checked: it has to belong to the generation that is
open, and every span has to lie within its source. Anything else is made anew.
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
from qa.suggestions.suggest import COUNT, Suggestion, suggest

FORMAT = 1
_LARGEST_FILE = 1_000_000
_LONGEST_QUESTION = 500

_in_memory: WeakKeyDictionary[Index, tuple[Suggestion, ...]] = WeakKeyDictionary()
_one_maker = Lock()


def suggestions_of(index: Index, *, make: bool = True) -> tuple[Suggestion, ...]:
    """The suggestions of this generation, made and kept where there are none yet.

    Args:
        index: an open index. Where its folder cannot be written they are kept as long as it is open.
        make: False never takes time: what is not there yet is left out.

    Raises:
        ModelError, IndexMismatchError: they have to be made and the model of the index cannot be loaded.
    """
    found = _ready(index)
    if found is not None or not make:
        return found or ()
    with _one_maker:
        found = _ready(index)  # somebody else may have made them meanwhile
        if found is None:
            found = _in_memory[index] = suggest(index)
            _keep(index, found)
    return found


def _ready(index: Index) -> tuple[Suggestion, ...] | None:
    found = _in_memory.get(index)
    if found is None and (found := _read(index)) is not None:
        _in_memory[index] = found
    return found


def _read(index: Index) -> tuple[Suggestion, ...] | None:
    """What the folder has for this generation; None where that is nothing sound."""
    path = index.path / SUGGESTIONS
    try:
        if path.stat().st_size > _LARGEST_FILE:
            return None
        content = json.loads(path.read_bytes())
        if {key: content[key] for key in ("format", "generation", "manifest")} != _belongs_to(index):
            return None
        found = tuple(Suggestion(**entry) for entry in content["suggestions"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
    return found if len(found) <= COUNT and all(_holds(one, index) for one in found) else None


def _holds(one: Suggestion, index: Index) -> bool:
    return (
        isinstance(one.question, str)
        and 0 < len(one.question.strip()) <= len(one.question) <= _LONGEST_QUESTION
        and isinstance(one.source, str)
        and one.source in index.sources
        and type(one.start) is type(one.end) is int
        and 0 <= one.start < one.end <= len(index.sources[one.source].text)
    )


def _belongs_to(index: Index) -> dict[str, Any]:
    """What names one generation, also among those that were made anew with the same number."""
    return {"format": FORMAT, "generation": index.generation, "manifest": index.manifest.sha256}


def _keep(index: Index, suggestions: tuple[Suggestion, ...]) -> None:
    """Writes the file whole or not at all; a folder that cannot be written is no fault of the reader's."""
    content = {**_belongs_to(index), "suggestions": [asdict(one) for one in suggestions]}
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
            if not index.is_current():  # swapped meanwhile: what they quote may have been removed
                (index.path / SUGGESTIONS).unlink(missing_ok=True)
        finally:
            unfinished.unlink(missing_ok=True)
