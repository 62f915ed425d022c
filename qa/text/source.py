"""A text that questions are asked of, the places in it (pages, moments), and names that are safe to show.

The code points of ``Source.text`` are the coordinates of everything that follows: sentences, passages and
citations. Offsets are 0-based code points, end exclusive.
"""

from __future__ import annotations

import hashlib
import unicodedata
from bisect import bisect_right
from collections.abc import Container
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path

from qa.errors import SourceError
from qa.text.marks import Mark


@dataclass(frozen=True)
class Place:
    """The page or the moment that a text belongs to from ``start`` on, until the next place.

    Attributes:
        start: offset of its first code point, 0-based.
        page: page number, from 1; None in a document without pages.
        time: seconds from the beginning of the film; None in a document without times.
    """

    start: int
    page: int | None = None
    time: float | None = None


@dataclass(frozen=True)
class Source:
    """A text that questions are asked of.

    Attributes:
        name: what citations call it; unique among the sources of an index.
        text: the decoded text.
        places: where its pages or moments begin, in order; empty for a plain text.
        marks: what its format says of its lines, in order; empty for a plain text.
        path: the file that it was read from; None for text that came from no file. Equality ignores it.
        sha256: hexadecimal digest of the text's UTF-8.

    Raises:
        SourceError: the text holds half of a surrogate pair, which cannot be written to a file.
    """

    name: str
    text: str
    places: tuple[Place, ...] = ()
    marks: tuple[Mark, ...] = ()
    path: Path | None = field(default=None, compare=False, kw_only=True)
    sha256: str = field(init=False)

    def __post_init__(self) -> None:
        try:
            encoded = self.text.encode()
        except UnicodeEncodeError as error:
            raise SourceError("source.surrogate", name=clean_name(self.name), at=error.start) from error
        object.__setattr__(self, "sha256", hashlib.sha256(encoded).hexdigest())

    def place(self, offset: int) -> Place | None:
        """Return the page or moment of the code point at ``offset`` (0-based), or None if there is none."""
        following = bisect_right(self.places, offset, key=lambda place: place.start)
        return self.places[following - 1] if following else None

    def named(self, name: str) -> Source:
        """Return the same source under another name."""
        return self if name == self.name else replace(self, name=name)


LONGEST_NAME = 4_096
"""Code points of a source's name: as many as a path may have. A number may be added to it."""
_BIDI_CONTROLS = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
"""Characters that change the direction of writing: a name with them can be shown as another one."""


def clean_name(name: str) -> str:
    """Return a name that is safe to show: in Unicode's composed form (NFC), without control or bidi characters.

    It has at most ``LONGEST_NAME`` code points. A name of which nothing is left becomes ``text``.
    """
    kept = "".join(
        "\N{REPLACEMENT CHARACTER}" if unicodedata.category(char) == "Cs" else char
        for char in unicodedata.normalize("NFC", name)
        if unicodedata.category(char) not in ("Cc", "Zl", "Zp") and char not in _BIDI_CONTROLS
    ).strip()
    return kept[:LONGEST_NAME] or "text"


def free_name(name: str, folder: str, taken: Container[str]) -> str:
    """Return ``name``, or if it is taken, the name with ``folder`` before it or a number after it."""
    if name not in taken:
        return name
    if folder and (longer := clean_name(f"{folder}/{name}")) not in taken:
        return longer
    stem, dot, suffix = name.rpartition(".")
    if not stem or "/" in suffix:
        stem, dot, suffix = name, "", ""
    return next(free for n in count(2) if (free := f"{stem} ({n}){dot}{suffix}") not in taken)
