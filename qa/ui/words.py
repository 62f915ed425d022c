"""A language tag -> the words of the interface in that language.

Each file in ``languages/`` is one language: a flat JSON object, key -> sentence with ``{placeholders}``.
A new file is a new language; a test holds its keys and placeholders against ``en.json``.
The same files are sent to the page, whose own scripts take their words from them.
"""

from __future__ import annotations

import json
import logging
from functools import cache
from importlib.resources import files

from qa.errors import QAError

FALLBACK = "en"

_log = logging.getLogger(__name__)


@cache
def languages() -> dict[str, dict[str, str]]:
    """Language tag -> its words, in alphabetical order of the tags."""
    folder = files("qa.ui") / "languages"
    found = sorted((path for path in folder.iterdir() if path.name.endswith(".json")), key=lambda path: path.name)
    return {path.name.removesuffix(".json"): json.loads(path.read_text(encoding="utf-8")) for path in found}


def words_of(tag: str | None) -> dict[str, str]:
    """The words for a tag such as ``ja`` or ``ja-JP``; English for a language that has no file."""
    known = languages()
    for candidate in (tag or "", (tag or "").split("-")[0]):
        if candidate in known:
            return known[candidate]
    return known[FALLBACK]


class RefusedError(QAError):
    """Something the page itself will not do; its text is a sentence in the visitor's language already."""


def sentence_for(error: Exception, words: dict[str, str]) -> str:
    """What the visitor is told: one sentence, led in by the interface's language as far as the kind is known.

    An error that nobody expected is logged in full and told in general words.
    """
    if isinstance(error, RefusedError):
        return str(error)
    if not isinstance(error, QAError):
        _log.error("an unexpected error", exc_info=error)
        return words["error.unexpected"]
    templates = (words.get(f"error.{kind.__name__}") for kind in type(error).__mro__)
    return next(filter(None, templates)).format(detail=str(error))
