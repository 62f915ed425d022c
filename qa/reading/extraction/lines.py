"""Join lines that were broken to fit a page or a screen into sentences again."""

from __future__ import annotations

import regex

_NO_SPACE = regex.compile(
    r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}ー々〆"
    r"、。，．・：；！？「」『』（）【】〈〉《》…―〜～]"
)
"""Characters of scripts that are written without spaces."""


def separator(before: str, after: str) -> str:
    """Return what to put between two lines of one sentence: a space, or "" next to a script without spaces."""
    return "" if _NO_SPACE.match(before[-1]) or _NO_SPACE.match(after[0]) else " "
