"""Strings of users and sources -> HTML that shows them as written. Nothing enters a message but through here."""

from __future__ import annotations

from html import escape as html_escape

from qa.sources import Source

FINGERPRINT = 12
"""Hex digits of a source's sha256 that name it on the page."""


def escape(text: str) -> str:
    """Text as HTML; Gradio trims and re-indents a message's lines, so its white space goes as references."""
    escaped = html_escape(text)
    for char in "\r\n\t":
        escaped = escaped.replace(char, f"&#{ord(char)};")
    return escaped


def own(text: str) -> str:
    """Escaped, and isolated: direction marks inside cannot reorder what stands around."""
    return f'<span dir="auto">{escape(text)}</span>'


def button(classes: str, text: str) -> str:
    """A button that the page's script knows by its classes."""
    return f'<button type="button" class="{classes}">{own(text)}</button>'


def source_class(source: Source) -> str:
    """The class that names a source: ``s-`` and the first digits of its sha256."""
    return f"s-{source.sha256[:FINGERPRINT]}"


def place(source: Source, start: int, end: int) -> str:
    """The classes that name a span of a source, for the script to go to."""
    return f"{source_class(source)} at-{start}-{end}"
