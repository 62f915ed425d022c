"""A text that questions are asked of, the places in it (pages, moments), and names fit to be shown.

The code points of ``Source.text`` are the coordinates of everything after: sentences, passages,
citations. Offsets are 0-based, the end is exclusive.
"""

from __future__ import annotations

import hashlib
import unicodedata
from bisect import bisect_right
from collections.abc import Container
from dataclasses import dataclass, field, replace
from itertools import count

from qa.errors import SourceError

_BIDI_CONTROLS = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


@dataclass(frozen=True)
class Place:
    """From where in a text on something of its document is true, until the next place.

    Attributes:
        start: offset of the first code point.
        page: number of the page, from 1; None where there are no pages.
        time: seconds from the beginning of the film; None where it is none.
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
        places: where its pages or moments begin, in order; a plain text has none.
        sha256: hexadecimal digest of the text's UTF-8.

    Raises:
        SourceError: the text holds half of a surrogate pair, which no file can hold.
    """

    name: str
    text: str
    places: tuple[Place, ...] = ()
    sha256: str = field(init=False)

    def __post_init__(self) -> None:
        try:
            encoded = self.text.encode()
        except UnicodeEncodeError as error:
            name = clean_name(self.name)
            raise SourceError(
                "source.surrogate", name=name, at=error.start,
            ) from error  # fmt: skip
        object.__setattr__(self, "sha256", hashlib.sha256(encoded).hexdigest())

    def place(self, offset: int) -> Place | None:
        """The page or moment of the code point at ``offset``; None where there is none."""
        at = bisect_right(self.places, offset, key=lambda place: place.start)
        return self.places[at - 1] if at else None

    def named(self, name: str) -> Source:
        """The same under another name."""
        return self if name == self.name else replace(self, name=name)


def clean_name(name: str) -> str:
    """A name fit to be shown, in Unicode's composed form: without control characters and those that turn the
    direction of writing."""
    kept = "".join(
        "\N{REPLACEMENT CHARACTER}" if unicodedata.category(char) == "Cs" else char
        for char in unicodedata.normalize("NFC", name)
        if unicodedata.category(char) not in ("Cc", "Zl", "Zp") and char not in _BIDI_CONTROLS
    ).strip()
    return kept or "text"


def free_name(name: str, folder: str, taken: Container[str]) -> str:
    """The name, or where it is taken the same with its folder before it or a number after it."""
    if name not in taken:
        return name
    if folder and (longer := clean_name(f"{folder}/{name}")) not in taken:
        return longer
    stem, dot, suffix = name.rpartition(".")
    if not stem or "/" in suffix:
        stem, dot, suffix = name, "", ""
    return next(free for n in count(2) if (free := f"{stem} ({n}){dot}{suffix}") not in taken)
