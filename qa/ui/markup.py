"""HTML for the chat: a string of a user or a source goes in, and is shown exactly as it was written.

Every string in a message is escaped here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from html import escape as html_escape
from unicodedata import bidirectional

from qa.catalogue import Piece
from qa.text.source import Source

FINGERPRINT = 12
"""Hex digits in a source's class."""


def escape(text: str) -> str:
    """Escape a text. Gradio trims and re-indents the lines of a message, so line ends and tabs become references."""
    escaped = html_escape(text)
    for char in "\r\n\t":
        escaped = escaped.replace(char, f"&#{ord(char)};")
    return escaped


def direction(text: str) -> str:
    """Return the direction of the first letter that has one: ``rtl`` or ``ltr``."""
    strong = (bidirectional(char) for char in text)
    return "rtl" if next((kind for kind in strong if kind in ("L", "R", "AL")), "L") != "L" else "ltr"


def own(text: str) -> str:
    """Escape and isolate a text, so that its direction marks cannot reorder what surrounds it."""
    return f'<span dir="auto">{escape(text)}</span>'


def sentence(pieces: Sequence[Piece]) -> str:
    """Return a sentence of text and code as escaped HTML, isolated from what surrounds it."""
    shown = (f'<code dir="ltr">{escape(one.text)}</code>' if one.is_code else escape(one.text) for one in pieces)
    return f'<span dir="auto">{"".join(shown)}</span>'


def isolated(text: str) -> str:
    """Wrap a text in bidi isolates (U+2068, U+2069), so that it keeps its direction within a sentence."""
    return f"\u2068{text}\u2069"


def button(classes: str, text: str) -> str:
    """Return a button; the page's script recognizes it by its classes."""
    return f'<button type="button" class="{classes}">{own(text)}</button>'


def lang(tag: str | None) -> str:
    """Return the ``lang`` attribute of a language tag, or nothing if it is unknown."""
    return f' lang="{escape(tag)}"' if tag else ""


def source_class(source: Source) -> str:
    """Return the class of a source: ``s-`` and digits of a SHA-256 over its name and its text's SHA-256."""
    return f"s-{hashlib.sha256(f'{source.name}/{source.sha256}'.encode()).hexdigest()[:FINGERPRINT]}"


def place(source: Source, start: int, end: int) -> str:
    """Return the classes of a span of a source, which the script scrolls to. Offsets are code points, end exclusive."""
    return f"{source_class(source)} at-{start}-{end}"
