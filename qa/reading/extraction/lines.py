"""Lines that were broken to fit a page or a screen -> sentences."""

from __future__ import annotations

import regex

_END = regex.compile(r"""(?V1)[\p{Sentence_Terminal}।…][\p{Close_Punctuation}\p{Final_Punctuation}"'”’]*\Z""")
_NO_SPACE = regex.compile(
    r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}ー々〆"
    r"、。，．・：；！？「」『』（）【】〈〉《》…―〜～]"
)


def ends(text: str) -> bool:
    """Whether a sentence ends here, as far as its last mark tells."""
    return bool(_END.search(text[-16:]))


def join(before: str, after: str) -> str:
    """What stands between two lines of one sentence: a space, or nothing beside scripts that write without."""
    return "" if _NO_SPACE.match(before[-1]) or _NO_SPACE.match(after[0]) else " "
