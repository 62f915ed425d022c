"""Sentences -> their terms, kept for the texts that were asked for last."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field

from qa.search.lexical import tokenize

ROOM = 300_000
"""Code points of text whose terms are kept: 172 bytes for each of Chinese or Japanese, so some 50 MB at most."""


@dataclass
class TermCache:
    """The terms of texts, by a number for each; the least recently used go first. Safe to share between threads.

    Attributes:
        room: how many code points of text are kept.
    """

    room: int = ROOM
    _kept: OrderedDict[int, tuple[int, list[list[str]]]] = field(default_factory=OrderedDict)
    _size: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def terms(self, number: int, sentences: Sequence[str]) -> list[list[str]]:
        """Return the terms of each sentence of the text with this number."""
        with self._lock:
            if number in self._kept:
                self._kept.move_to_end(number)
                return self._kept[number][1]
        found = [tokenize(sentence) for sentence in sentences]
        size = sum(map(len, sentences))
        with self._lock:
            if number not in self._kept and size <= self.room:
                self._kept[number] = size, found
                self._size += size
            while self._size > self.room:
                self._size -= self._kept.popitem(last=False)[1][0]
        return found
