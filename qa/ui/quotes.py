"""Texts and a quote -> whether the quote may be in them, in microseconds and without searching the texts.

A conversation that comes from a browser may claim thousands of quotes that no text has. Searching for one takes a
millisecond or more per million characters, and a conversation is drawn while its visitor waits.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

SEARCHED_FIRST = 50
"""Quotes that are searched for before the filter is made: making it takes as long as searching for about as many."""
_WIDTHS = (8, 4, 2, 1)
"""Code points of the n-grams that the filter knows."""
_BITS_PER_CHAR = 16
_MULTIPLIER, _MIXER = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xD6E8FEB86659FD93)


class QuoteFilter:
    """A Bloom filter (Bloom 1970) of the n-grams of some texts. A quote with an n-gram of no text is in no text."""

    def __init__(self, texts: Iterable[str]) -> None:
        """Take the texts; nothing is computed before it pays."""
        self._texts = tuple(texts)
        self._asked = 0
        self._size = _BITS_PER_CHAR * sum(map(len, self._texts)) + 1
        self._bits: npt.NDArray[np.uint8] | None = None

    def may_hold(self, quote: str) -> bool:
        """Return False only if the quote is in none of the texts."""
        self._asked += 1
        if not quote or self._asked <= SEARCHED_FIRST:
            return True
        if self._bits is None:
            self._bits = self._filled()
        width = next(width for width in _WIDTHS if width <= len(quote))
        places = self._places(quote, width)
        return bool((self._bits[places >> 3] >> (places & 7) & 1).all())

    def _filled(self) -> npt.NDArray[np.uint8]:
        """Return one bit for each place, eight to a byte: 1 where an n-gram of a text is."""
        known = np.zeros(self._size, dtype=bool)
        for text in self._texts:
            for width in _WIDTHS:
                known[self._places(text, width)] = True
        return np.packbits(known, bitorder="little")

    def _places(self, text: str, width: int) -> npt.NDArray[np.int64]:
        """Return the place in the filter of each n-gram of a text."""
        chars = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.uint64)
        count = max(0, len(chars) - width + 1)
        hashed = np.full(count, width, dtype=np.uint64)
        for at in range(width):
            hashed = (hashed ^ chars[at : at + count]) * _MULTIPLIER
        hashed = (hashed ^ (hashed >> np.uint64(29))) * _MIXER
        return ((hashed >> np.uint64(16)) % np.uint64(self._size)).astype(np.int64)
