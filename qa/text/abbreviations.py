"""The abbreviations of many languages, and the language of a paragraph that has some.

The words are in ``abbreviations.json``, by language. Those of de, en, es, fr, it, pt and ru are in part the sentence
break suppressions of Unicode CLDR 46.1 (Unicode License v3); the rest were collected by hand. Each language has

- ``joins``: titles and connecting words. A full stop after them never ends a sentence (Dr., ul., z.B.).
- ``number``: a number after them continues the sentence (No. 5, art. 12).
- ``seldom``: they end a sentence only if the next word is one that often begins one (etc., Inc., тыс.).
- ``words``: words that often begin a sentence; by them and ``particles`` and ``letters`` a language is recognized.
- ``ordinals``: a full stop after a number makes it an ordinal. With ``capital`` also if the next word has one.

``any`` counts in every text. An abbreviation of one language is often a word of another (art, sal, no), so the others
count only in a text of their language, or in one whose language is not recognized.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from functools import cached_property
from importlib.resources import files
from typing import Literal

import regex

Role = Literal["joins", "number", "seldom"]
"""What an abbreviation does to the full stop after it."""

_ANY = "any"
_ROLES: tuple[Role, ...] = ("joins", "number", "seldom")
_SAMPLE_CHARS = 600
"""Most code points of a paragraph by which its language is recognized."""
_AROUND_CHARS = 500
"""Code points before and after a short paragraph that are looked at, too."""
_FEWEST_VOTES = 2
"""With fewer, what surrounds a paragraph is looked at; if there are fewer even then, nothing is known."""
_CLOSE = 0.8
"""Share of the votes of the best language with which another may be meant as well (Danish and Norwegian)."""
_STREETS = ("str",)
"""The end of names of streets (Hauptstr.)."""
_STREET_LANGUAGES = frozenset({"da", "de", "nl", "no", "sv"})
_LATIN = regex.compile(r"\p{Latin}")

_DATA: dict[str, dict[str, str]] = json.loads((files("qa.text") / "abbreviations.json").read_text(encoding="utf-8"))
_EXACT: dict[str, dict[str, Role]] = defaultdict(dict)
"""Abbreviation as it is written -> language -> what it is."""
_FOLDED: dict[str, dict[str, Role]] = defaultdict(dict)
"""The same for those that may be written in any case, in lower case."""
_VOTERS: dict[str, frozenset[str]] = {}
"""Word or letter -> the languages that it tells of."""
_BEGINNERS: dict[str, frozenset[str]] = {}
"""Word that often begins a sentence, in lower case -> the languages in which it does."""


def _read_data() -> None:
    beginners: dict[str, set[str]] = defaultdict(set)
    voters: dict[str, set[str]] = defaultdict(set)
    for language, lists in _DATA.items():
        for role in _ROLES:
            for name in lists.get(role, "").split():
                if role == "joins":
                    _EXACT[name].setdefault(language, role)
                    _EXACT[name[0].upper() + name[1:]].setdefault(language, role)
                else:
                    _FOLDED[name.lower()].setdefault(language, role)
        for word in lists.get("words", "").split():
            beginners[word].add(language)
        if language != _ANY:
            known_by = [*lists.get("words", "").split(), *lists.get("particles", "").split(), *lists.get("letters", "")]
            for word in known_by:
                voters[word].add(language)
    _VOTERS.update((word, frozenset(languages)) for word, languages in voters.items())
    _BEGINNERS.update((word, frozenset(languages)) for word, languages in beginners.items())


_read_data()
_LETTERS = frozenset(letter for lists in _DATA.values() for letter in lists.get("letters", ""))


class Paragraph:
    """The paragraph ``text[start:end]``, in which an abbreviation means what it means in the paragraph's language."""

    def __init__(self, text: str, start: int, end: int) -> None:
        self._text, self._start, self._end = text, start, end

    def role(self, name: str) -> Role | None:
        """Return what an abbreviation is, written without its last full stop; None if it is none."""
        exact, folded = _EXACT.get(name), _FOLDED.get(name.lower())
        if exact or folded:
            meanings = (exact or {}) | {one: role for one, role in (folded or {}).items() if one not in (exact or {})}
            if role := meanings.get(_ANY) or next((meanings[one] for one in self.languages if one in meanings), None):
                return role
            role = next(iter(meanings.values()))
            if not _LATIN.search(name) or (not self.languages and role != "seldom"):
                return role
        germanic = not self.languages or not _STREET_LANGUAGES.isdisjoint(self.languages)
        return "seldom" if germanic and name.endswith(_STREETS) else None

    def begins(self, word: str) -> bool:
        """Return whether a word often begins a sentence."""
        found = _BEGINNERS.get(word.lower())
        return found is not None and (_ANY in found or not self.languages or not found.isdisjoint(self.languages))

    def has_ordinals(self, form: str = "") -> bool:
        """Return whether a full stop makes a number an ordinal, and in the given form."""
        return any((found := _DATA[one].get("ordinals")) and form in found for one in self.languages)

    @cached_property
    def languages(self) -> list[str]:
        """The languages that the paragraph may be in, the likeliest first; empty if nothing tells."""
        votes = _votes(self._text[self._start : min(self._end, self._start + _SAMPLE_CHARS)])
        if max(votes.values(), default=0) < _FEWEST_VOTES:
            votes += _votes(self._text[max(0, self._start - _AROUND_CHARS) : self._start])
            votes += _votes(self._text[self._end : self._end + _AROUND_CHARS])
        ranked = votes.most_common()
        if not ranked or ranked[0][1] < _FEWEST_VOTES:
            return []
        return [language for language, count in ranked if count >= _CLOSE * ranked[0][1]]


def _votes(sample: str) -> Counter[str]:
    """Return for each language how many words and letters tell of it."""
    sample = sample.lower()
    words = Counter(sample.replace(".", " ").replace(",", " ").split())
    found: Counter[str] = Counter()
    for word in words.keys() & _VOTERS.keys():
        for language in _VOTERS[word]:
            found[language] += words[word]
    if not sample.isascii():
        for letter in _LETTERS.intersection(sample):
            for language in _VOTERS[letter]:
                found[language] += sample.count(letter)
    return found
