"""A file of recorded answers -> ``Answer`` objects, oldest first.

A record is what ``qa ask --json`` or ``qa chat --json`` has printed, one answer a line, or what the page exports as
JSON. It is checked by the models of ``kept.py``: a file may hold anything.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from qa.answer import Answer
from qa.errors import SourceError
from qa.ui.kept import KeptAnswer
from qa.ui.records import RecordError, from_record

LARGEST = 64_000_000
"""Bytes of a file."""


def recorded_answers(path: Path) -> list[Answer]:
    """Return the answers of a file.

    Raises:
        SourceError: the file cannot be read, or holds something else.
    """
    try:
        if path.stat().st_size > LARGEST:
            raise ValueError
        answers = _answers(_parsed(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise SourceError("source.missing", path=str(path)) from None
    except (OSError, ValueError, RecursionError, RecordError):
        raise SourceError("shell.record", name=path.name) from None
    if not answers:
        raise SourceError("shell.record", name=path.name)
    return answers


def _parsed(text: str) -> list[Any]:
    """Return the JSON values of a file: one, or one on each line."""
    try:
        return [json.loads(text)]
    except ValueError:
        return [json.loads(line) for line in text.splitlines() if line.strip()]


def _answers(values: list[Any]) -> list[Answer]:
    if len(values) == 1 and isinstance(values[0], dict) and "entries" in values[0]:
        return list(from_record(values[0]).answers)
    try:
        kept = [KeptAnswer.model_validate(value) for value in values]
    except ValidationError as error:
        raise ValueError("not an answer") from error
    if any(one.citations and one.citations[0].n != 1 for one in kept):
        raise ValueError("not numbered from 1")
    return [one.opened(one.question) for one in kept]
