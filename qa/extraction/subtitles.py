"""Subtitles (SubRip, WebVTT, SubStation Alpha) -> what is said, and when (pysubs2).

What one says is spread over several titles: they are joined until a sentence ends or nobody speaks.
"""

from __future__ import annotations

import html
import re

import pysubs2

from qa.encodings import decode
from qa.extraction import Extracted, Place, UnreadableError
from qa.extraction.lines import ends, join

_SILENCE = 2.0
"""Seconds after which someone begins anew."""
_AT_ONCE = 0.1
"""Seconds within which a title that begins as the one before ended has rolled upwards, and does not say it again."""
_SPEAKERS = ("-", "–", "—", "‐", "−")
_TAG = re.compile(
    r"<rt>.*?</rt>|</?(?:i|b|u|s|font|c|v|lang|ruby|rt|rp)(?:[.\s][^<>]*)?>|<\d[\d:.]*>|\{\\[^{}]*\}", re.IGNORECASE
)
"""How words look, who says them, when each is sung; how one is pronounced."""


def read(data: bytes) -> Extracted:
    """What is said, an utterance a line; each title's place has its time.

    Raises:
        UnreadableError: it holds no titles.
    """
    text = decode(data)
    if text is None:
        raise UnreadableError("damaged")
    try:
        titles = pysubs2.SSAFile.from_string(text, keep_html_tags=True)
    except pysubs2.Pysubs2Error as error:
        raise UnreadableError("damaged") from error
    said = ""
    places: list[Place] = []
    before: list[str] = []
    spoken_until = 0.0
    for title in sorted(titles, key=lambda title: title.start):
        lines = _lines(title, titles.format)
        rolls = title.start / 1000 - spoken_until < _AT_ONCE
        new = lines[_repeated(before, lines) if rolls else 0 :]
        before = lines or before
        for number, line in enumerate(new):
            silent = title.start / 1000 - spoken_until > _SILENCE
            anew = ends(said) or line.startswith(_SPEAKERS) or (silent and not number)
            if said:
                said += "\n" if anew else join(said, line)
            if not number:
                places.append(Place(len(said), time=title.start / 1000))
            said += line
        spoken_until = max(spoken_until, title.end / 1000)
    return Extracted(said, tuple(places))


def _lines(title: pysubs2.SSAEvent, kind: str | None) -> list[str]:
    if title.is_comment or title.is_drawing:
        return []
    written = _TAG.sub("", title.text.replace("\\N", "\n"))
    words = title.plaintext if kind in ("ass", "ssa") else html.unescape(written)
    return [kept for line in words.replace("\ufeff", "").split("\n") if (kept := " ".join(line.split()))]


def _repeated(before: list[str], lines: list[str]) -> int:
    """How many lines a title takes over from the one before, as captions do that roll upwards."""
    return next((n for n in range(min(len(before), len(lines)), 0, -1) if before[-n:] == lines[:n]), 0)
