"""A language tag -> the words of the interface in that language.

Each file in ``languages/`` is one language: a JSON object, key -> sentence with ``{placeholders}``, or, where
a count decides, key -> {plural category of CLDR: sentence}. A new file is a new language; a test holds its
keys and placeholders against ``en.json``.
The same files are sent to the page, whose own scripts take their words from them.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from unicodedata import bidirectional

from babel import Locale
from babel.dates import format_datetime
from babel.numbers import format_decimal

FALLBACK = "en"
_FIRST_STRONG_ISOLATE, _POP_ISOLATE = "\u2068", "\u2069"

_RANGE = re.compile(
    r"(?:^|,)\s*(?P<tag>[a-z]{1,8}(?:-[a-z0-9]{1,8}){0,8})\s*"
    r"(?:;\s*q=(?P<weight>0(?:\.\d{0,3})?|1(?:\.0{0,3})?)\s*)?(?=,|$)",
    re.IGNORECASE,
)
"""A language of Accept-Language and its weight."""


class Command(str):
    """A shell command in a sentence. It is shown as it is, without marks of direction, so that it can be copied."""

    __slots__ = ()

    @classmethod
    def of(cls, *words: object) -> Command:
        """Join words into a command, each quoted for the shell where it needs to be."""
        return cls(shlex.join(map(str, words)))


@dataclass(frozen=True)
class Words:
    """The interface in one language.

    Attributes:
        tag: its language tag, such as ``ja`` or ``zh-Hans``.
        table: key -> sentence, or {plural category: sentence}.
    """

    tag: str
    table: Mapping[str, str | dict[str, str]]

    def __getitem__(self, key: str) -> str:
        """A sentence without count, its placeholders unfilled."""
        sentence = self.table[key]
        assert isinstance(sentence, str), key
        return sentence

    def say(self, key: str, **values: object) -> str:
        """A sentence with its values; whole numbers are written, and ``count`` decides, as the language does."""
        sentence = self.table[key]
        if isinstance(sentence, dict):
            count = values["count"]
            assert isinstance(count, int), key
            sentence = sentence.get(self._locale.plural_form(count), sentence["other"])
        return sentence.format(**{name: self._shown(value) for name, value in values.items()})

    def _shown(self, value: object) -> str:
        """A value as it stands in a sentence: one whose writing may run the other way is isolated."""
        if isinstance(value, Command):
            return value
        if isinstance(value, int):
            return self.number(value)
        text = str(value)
        if self["direction"] == "rtl" or any(bidirectional(char) in ("R", "AL") for char in text):
            return f"{_FIRST_STRONG_ISOLATE}{text}{_POP_ISOLATE}"
        return text

    def number(self, value: int) -> str:
        """A whole number with the language's separators, in European digits, as [n] and offsets are."""
        return str(format_decimal(value, locale=self._locale))

    def time(self, moment: datetime) -> str:
        """A date with the time of day, as the language writes them."""
        return str(format_datetime(moment, "medium", locale=self._locale))

    @property
    def _locale(self) -> Locale:
        return Locale.parse(self.tag, sep="-")


@cache
def languages() -> dict[str, Words]:
    """Language tag -> its words, in alphabetical order of the tags."""
    folder = files("qa") / "languages"
    found = sorted((path for path in folder.iterdir() if path.name.endswith(".json")), key=lambda path: path.name)
    tags = [path.name.removesuffix(".json") for path in found]
    return {
        tag: Words(tag, json.loads(path.read_text(encoding="utf-8"))) for tag, path in zip(tags, found, strict=True)
    }


def words_of(tag: str | None) -> Words:
    """The words for a tag such as ``ja``, ``ja-JP`` or ``zh-CN``; English for a language that has no file."""
    known = languages()
    if tag in known:
        return known[tag]
    asked = (tag or "").split("-")[0]
    return next((words for own, words in known.items() if own.split("-")[0] == asked), known[FALLBACK])


def words_accepted(header: str) -> Words:
    """The words that a browser asks for by its Accept-Language (RFC 9110), the most wanted language that is known."""
    wanted = [(float(found["weight"] or 1), found["tag"]) for found in _RANGE.finditer(header)]
    known = {own.split("-")[0]: own for own in languages()}
    ordered = (tag.lower().split("-")[0] for weight, tag in sorted(wanted, key=lambda one: -one[0]) if weight)
    return words_of(next((known[tag] for tag in ordered if tag in known), None))
