"""Exports: a conversation goes in, the text of a Markdown, HTML or JSON file comes out.

Each citation is checked against the current texts when it is written, and its excerpt is cut from them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from qa import __version__
from qa.catalogue import Words
from qa.citations import Standing
from qa.ui.excerpts import Excerpt, cited_excerpts, related_excerpts
from qa.ui.export_html import as_html
from qa.ui.export_markdown import as_markdown
from qa.ui.history import History, Turn
from qa.ui.reading import Reading
from qa.ui.records import to_record

GENERATOR = f"cited-qa {__version__}"
UNIT = "code points"
"""What offsets count, from 0, end exclusive."""


@dataclass(frozen=True)
class Form:
    """A kind of file: the function that writes it, the suffix of its name, its media type."""

    write: Callable[[History, Reading, Words, str], str]
    suffix: str
    media_type: str


def as_json(history: History, reading: Reading, words: Words, title: str) -> str:
    """Return the record of the conversation, each excerpt with its standing and present place.

    A citation's ``source``, ``start``, ``end`` and ``sha256`` are those of its answer; ``now`` has the present ones, or
    is null if the quote is gone. Offsets are 0-based code points, end exclusive.
    """
    record = to_record(history)
    turns = [entry for entry in record["entries"] if entry["kind"] == "turn"]
    for entry, turn in zip(turns, history.turns, strict=True):
        if turn.answer is not None:
            entry["answer"]["citations"] = [_excerpt_json(excerpt, turn) for excerpt in cited_excerpts(turn, reading)]
            entry["answer"]["related"] = [_excerpt_json(excerpt, turn) for excerpt in related_excerpts(turn, reading)]
    exported = {"generator": GENERATOR, "unit": UNIT, "language": words.tag, "title": title, **record}
    return json.dumps(exported, ensure_ascii=False, indent=2) + "\n"


def _excerpt_json(excerpt: Excerpt, turn: Turn) -> dict[str, Any]:
    now = None
    if excerpt.standing is not Standing.GONE:
        place = {key: value for key, value in excerpt.now.to_dict().items() if key not in ("n", "quote")}
        now = {**place, "sha256": excerpt.sha256}
    return {
        **replace(excerpt.was, context=excerpt.now.context).to_dict(),  # what it stands under, if it still does
        "sha256": turn.sources.get(excerpt.was.source, ""),
        "standing": excerpt.standing.value,
        "now": now,
    }


FORMS: Mapping[str, Form] = MappingProxyType(
    {
        "markdown": Form(as_markdown, ".md", "text/markdown"),
        "html": Form(as_html, ".html", "text/html"),
        "json": Form(as_json, ".json", "application/json"),
    }
)
"""Kinds of file by the names that the page sends."""
