"""Strings of users and sources -> HTML that shows them as written. Nothing enters a message but through here."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from html import escape as html_escape
from unicodedata import bidirectional

from qa.catalogue import Piece
from qa.text.source import Source

FINGERPRINT = 12
"""Hex digits that name a source on the page."""


def escape(text: str) -> str:
    """Text as HTML; Gradio trims and re-indents a message's lines, so its white space goes as references."""
    escaped = html_escape(text)
    for char in "\r\n\t":
        escaped = escaped.replace(char, f"&#{ord(char)};")
    return escaped


def direction(text: str) -> str:
    """The direction of its first letter that has one: ``rtl`` or ``ltr``."""
    strong = (bidirectional(char) for char in text)
    return "rtl" if next((kind for kind in strong if kind in ("L", "R", "AL")), "L") != "L" else "ltr"


def own(text: str) -> str:
    """Escaped, and isolated: direction marks inside cannot reorder what stands around."""
    return f'<span dir="auto">{escape(text)}</span>'


def sentence(pieces: Sequence[Piece]) -> str:
    """Return a sentence of text and code as escaped HTML, isolated from what surrounds it."""
    shown = (f'<code dir="ltr">{escape(one.text)}</code>' if one.is_code else escape(one.text) for one in pieces)
    return f'<span dir="auto">{"".join(shown)}</span>'


def isolated(text: str) -> str:
    """Within a sentence of ours: keeps its own direction (first strong isolate, and its end)."""
    return f"\u2068{text}\u2069"


def button(classes: str, text: str) -> str:
    """A button that the page's script knows by its classes."""
    return f'<button type="button" class="{classes}">{own(text)}</button>'


def lang(tag: str | None) -> str:
    """The attribute for a language tag; nothing where it is not known."""
    return f' lang="{escape(tag)}"' if tag else ""


def source_class(source: Source) -> str:
    """The class that names a source: ``s-`` and digits of a sha256 over its name and its text's."""
    return f"s-{hashlib.sha256(f'{source.name}/{source.sha256}'.encode()).hexdigest()[:FINGERPRINT]}"


def place(source: Source, start: int, end: int) -> str:
    """The classes that name a span of a source, for the script to go to."""
    return f"{source_class(source)} at-{start}-{end}"
