"""The words of the interface: a language tag goes in, sentences in that language come out.

Each file in ``languages/`` is one language: a JSON object that maps a key to a sentence with ``{placeholders}``,
or, where a count matters, to ``{CLDR plural category: sentence}``. Text between backticks is code, such as a
shell command. To add a language, add a file; a test compares its keys and placeholders with ``en.json``.

The page's scripts read the same files, so the shell, the API and the page say the same thing.
"""

from __future__ import annotations

import json
import re
import shlex
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files

from babel import Locale
from babel.dates import format_datetime
from babel.numbers import format_decimal

FALLBACK = "en"
_CODE_MARK = "`"
_FIRST_STRONG_ISOLATE, _POP_ISOLATE = "\u2068", "\u2069"

_RANGE = re.compile(
    r"(?:^|,)\s*(?P<tag>[a-z]{1,8}(?:-[a-z0-9]{1,8}){0,8})\s*"
    r"(?:;\s*q=(?P<weight>0(?:\.\d{0,3})?|1(?:\.0{0,3})?)\s*)?(?=,|$)",
    re.IGNORECASE,
)
"""One language of Accept-Language and its weight."""


def words_of(tag: str | None) -> Words:
    """Return the words for a tag such as ``ja``, ``ja-JP`` or ``zh-CN``; English if there is no such language."""
    known = languages()
    if tag in known:
        return known[tag]
    asked = (tag or "").split("-")[0]
    return next((words for own, words in known.items() if own.split("-")[0] == asked), known[FALLBACK])


def words_accepted(header: str) -> Words:
    """Return the words of the best known language in an Accept-Language header (RFC 9110, 12.5.4)."""
    wanted = [(float(found["weight"] or 1), found["tag"]) for found in _RANGE.finditer(header)]
    known = {own.split("-")[0]: own for own in languages()}
    ordered = (tag.lower().split("-")[0] for weight, tag in sorted(wanted, key=lambda one: -one[0]) if weight)
    return words_of(next((known[tag] for tag in ordered if tag in known), None))


@cache
def languages() -> dict[str, Words]:
    """Return the words of each language by its tag, in alphabetical order of the tags."""
    folder = files("qa") / "languages"
    found = sorted((path for path in folder.iterdir() if path.name.endswith(".json")), key=lambda path: path.name)
    tags = [path.name.removesuffix(".json") for path in found]
    return {
        tag: Words(tag, json.loads(path.read_text(encoding="utf-8"))) for tag, path in zip(tags, found, strict=True)
    }


class Command(str):
    """A shell command that a sentence recommends. It never gets direction marks, so that it can be copied."""

    __slots__ = ()

    @classmethod
    def of(cls, *words: object) -> Command:
        """Join words into a command and quote each one for the shell where it needs quotes."""
        return cls(" ".join(_quoted(str(word)) for word in words))


def _quoted(word: str) -> str:
    """Return a word quoted for the shell; invisible characters are escaped as bash, zsh and ksh read them."""
    if not any(unicodedata.category(char) in _INVISIBLE for char in word):
        return shlex.quote(word)
    escaped = (
        f"\\U{ord(char):08x}" if unicodedata.category(char) in _INVISIBLE else f"\\{char}" if char in "'\\" else char
        for char in word
    )
    return f"$'{''.join(escaped)}'"


_INVISIBLE = frozenset({"Cc", "Cf", "Zl", "Zp"})
"""Categories of characters that cannot be seen in a command."""


class Sentence:
    """A sentence that is not yet said in any language: a key of the language files, and the values of its placeholders.

    It may itself be a value of another sentence. ``str`` says it in English, as the shell does.
    """

    def __init__(self, key: str, /, **values: object) -> None:
        self.key = key
        self.values = values

    def __str__(self) -> str:
        return words_of(FALLBACK).say_plainly(self.key, **self.values)


@dataclass(frozen=True)
class Piece:
    """A part of a sentence: ordinary text, or code, which is shown from left to right in every language."""

    text: str
    is_code: bool = False


@dataclass(frozen=True)
class Words:
    """The interface's words in one language.

    Attributes:
        tag: the language tag, such as ``ja`` or ``zh-Hans``.
        table: key -> sentence, or {plural category: sentence}.
    """

    tag: str
    table: Mapping[str, str | dict[str, str]]

    def __getitem__(self, key: str) -> str:
        """Return a sentence that has no plural forms, with its placeholders unfilled."""
        sentence = self.table[key]
        assert isinstance(sentence, str), key
        return sentence

    def say(self, key: str, /, **values: object) -> str:
        """Return a sentence with its values filled in.

        Whole numbers are written as the language does; the value ``count`` selects the plural form. A value that is a
        sentence is said in this language too, and a tuple is a list of values. A value that may run in the other
        direction is isolated (Unicode bidi isolates), except within code.
        """
        return _CODE_MARK.join(piece.text for piece in self.pieces(key, **values))

    def say_plainly(self, key: str, /, **values: object) -> str:
        """Return the same sentence without bidi isolates around its values, for terminals and logs."""
        return self._form(key, values).format(**self.written(values))

    def pieces(self, key: str, /, **values: object) -> list[Piece]:
        """Return the same sentence as alternating text and code, without the backticks around the code.

        The sentence is split before its values are filled in: a backtick within a value makes no code.
        """
        isolated = {name: self._isolated(value) for name, value in values.items()}
        written = self.written(values)
        return [
            Piece(part.format(**(written if number % 2 else isolated)), is_code=bool(number % 2))
            for number, part in enumerate(self._form(key, values).split(_CODE_MARK))
        ]

    def written(self, values: Mapping[str, object]) -> dict[str, str]:
        """Return the values of a sentence as this language writes them, without bidi isolates."""
        return {name: self._written(value) for name, value in values.items()}

    def number(self, value: int) -> str:
        """Write a whole number with the language's separators, in European digits, as [n] and offsets are."""
        return str(format_decimal(value, locale=self._locale))

    def language(self, tag: str) -> str:
        """Return the name of a language, such as ``en`` or ``zh-Hant``; the tag itself if it has no name."""
        names = self._locale.languages
        return str(names.get(tag.replace("-", "_")) or names.get(tag.split("-")[0]) or tag)

    def time(self, moment: datetime) -> str:
        """Write a date and the time of day as the language does."""
        return str(format_datetime(moment, "medium", locale=self._locale))

    def _form(self, key: str, values: Mapping[str, object]) -> str:
        """Return the sentence of a key, in the plural form that ``count`` asks for."""
        sentence = self.table[key]
        if isinstance(sentence, str):
            return sentence
        count = values["count"]
        assert isinstance(count, int), key
        return sentence.get(self._locale.plural_form(count), sentence["other"])

    def _written(self, value: object) -> str:
        if isinstance(value, Sentence):
            return self.say_plainly(value.key, **value.values)
        if isinstance(value, tuple):
            return ", ".join(map(self._written, value))
        return self.number(value) if isinstance(value, int) else str(value)

    def _isolated(self, value: object) -> str:
        """Write a value so that it cannot reorder the sentence around it."""
        text = self._written(value)
        if isinstance(value, Command | int):
            return text
        if self["direction"] == "rtl" or any(unicodedata.bidirectional(char) in ("R", "AL") for char in text):
            return f"{_FIRST_STRONG_ISOLATE}{text}{_POP_ISOLATE}"
        return text

    @property
    def _locale(self) -> Locale:
        return _locale_of(self.tag)


@cache
def _locale_of(tag: str) -> Locale:
    return Locale.parse(tag, sep="-")
