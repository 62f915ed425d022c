"""Subtitles (SubRip, WebVTT, SubStation Alpha) -> what is said, and when (pysubs2).

What one says is spread over several titles: they are joined until a sentence ends, another speaks, or nobody.
"""

from __future__ import annotations

import html
import re

import pysubs2

from qa.encodings import decode
from qa.extraction import Extracted, Place, UnreadableError
from qa.extraction.lines import ends, join

_SILENCE = 2000
"""Milliseconds after which someone begins anew."""
_BEGINS = re.compile(r"[-–—‐−(（\[［♪♬>»]|[\w.' ]{1,30}[:：]\s?\S")
"""How a line begins that is another's, a sound or a song."""
_TAG = re.compile(
    r"<rt>.*?</rt>|</?(?:i|b|u|s|font|c|v|lang|ruby|rt|rp)(?:[.\s][^<>]*)?>|<\d[\d:.]*>|\{\\[^{}]*\}", re.IGNORECASE
)
"""How words look, who says them, when each is sung; how one is pronounced."""
_SUNG = re.compile(r"<\d\d:[\d:.]+>")
_BLANK = re.compile(r"\r?\n[ \t]*\r?\n")


def read(data: bytes) -> Extracted:
    """What is said, an utterance a line; each title's place has its time.

    Raises:
        UnreadableError: it holds no titles.
    """
    text = decode(data)
    if text is None:
        raise UnreadableError("damaged")
    try:
        titles = pysubs2.SSAFile.from_string(_titles_alone(text), keep_html_tags=True)
    except pysubs2.Pysubs2Error as error:
        raise UnreadableError("damaged") from error
    rolls = bool(_SUNG.search(text))
    said = ""
    places: list[Place] = []
    before: list[str] = []
    spoken_until = 0
    for title in sorted(titles, key=lambda title: title.start):
        lines = _lines(title, titles.format)
        taken_over = _repeated(before, lines)
        new = lines[taken_over if rolls or taken_over < len(lines) else 0 :]
        before = lines or before
        for number, line in enumerate(new):
            pause = title.start - spoken_until
            another = not number and not taken_over and (pause > _SILENCE or pause < 0)
            if said:
                said += "\n" if ends(said) or another or _BEGINS.match(line) else join(said, line)
            if not number:
                places.append(Place(len(said), time=title.start / 1000))
            said += line
        spoken_until = max(spoken_until, title.end)
    return Extracted(said, tuple(places))


def _titles_alone(text: str) -> str:
    """WebVTT without its notes, styles and the names of its titles, which would pass for words."""
    if not text.lstrip("\ufeff").startswith("WEBVTT"):
        return text
    blocks = [block[block.rfind("\n", 0, block.index("-->")) + 1 :] for block in _BLANK.split(text) if "-->" in block]
    return "WEBVTT\n\n" + "\n\n".join(blocks)


def _lines(title: pysubs2.SSAEvent, kind: str | None) -> list[str]:
    if title.is_comment or title.is_drawing:
        return []
    written = _TAG.sub("", title.text.replace("\\N", "\n"))
    words = title.plaintext if kind in ("ass", "ssa") else html.unescape(written)
    return [kept for line in words.replace("\ufeff", "").split("\n") if (kept := " ".join(line.split()))]


def _repeated(before: list[str], lines: list[str]) -> int:
    """How many lines a title takes over from the one before, as captions do that roll upwards."""
    return next((n for n in range(min(len(before), len(lines)), 0, -1) if before[-n:] == lines[:n]), 0)
