"""Subtitles (SubRip, WebVTT, SubStation Alpha) -> what is said, and when (pysubs2).

SubRip and WebVTT are taken apart here: pysubs2 takes a number at a title's end for the counter of the next.
What one says is spread over several titles: they are joined until a sentence ends, another speaks, or nobody.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass

import pysubs2

from qa.reading.encodings import decode
from qa.reading.extraction import Extracted, UnreadableError
from qa.reading.extraction.lines import ends, join
from qa.text.source import Place

_SILENCE = 2000
"""Milliseconds after which someone begins anew."""
_BEGINS = re.compile(r"[-–—‐−(（\[［♪♬>»]|[\w.' ]{1,30}[:：]\s?\S")
"""How a line begins that is another's, a sound or a song."""
_TAG = re.compile(
    r"<rt>.*?</rt>|</?(?:i|b|u|s|font|c|v|lang|ruby|rt|rp)(?:[.\s][^<>]*)?>|<\d[\d:.]*>|\{\\[^{}]*\}", re.IGNORECASE
)
"""How words look, who says them, when each is sung; how one is pronounced."""
_SUNG = re.compile(r"<\d\d:[\d:.]+>")
_BLANK = re.compile(r"\n[ \t]*\n")
_STAMP = r"(?:(\d{1,4}):)?(\d{1,2}):(\d{1,2})[.,](\d{1,3})"
_TIMES = re.compile(rf"^[ \t]*{_STAMP}[ \t]*-->[ \t]*{_STAMP}.*$", re.MULTILINE)


@dataclass(frozen=True)
class _Title:
    """What stands on the screen for a while, in milliseconds."""

    start: int
    end: int
    lines: list[str]


def read(data: bytes) -> Extracted:
    """What is said, an utterance a line; each title's place has its time.

    Raises:
        UnreadableError: it holds no titles.
    """
    text = decode(data)
    if text is None:
        raise UnreadableError("damaged")
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\ufeff", "")
    rolls = bool(_SUNG.search(text))
    said = ""
    places: list[Place] = []
    before: list[str] = []
    spoken_until = 0
    for title in sorted(_titles(text), key=lambda title: title.start):
        lines = title.lines
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


def _titles(text: str) -> Iterator[_Title]:
    times = [] if "[Script Info]" in text else list(_TIMES.finditer(text))
    if not times:
        yield from _by_pysubs2(text)
        return
    is_webvtt = text.lstrip().startswith("WEBVTT")
    # Of SubRip some files count their titles and some do not: the first one tells.
    counted = not is_webvtt and any(line.isdecimal() for line in _lines(text[: times[0].start()])[-1:])
    nexts = [*(one.start() for one in times[1:]), len(text)]
    for number, (one, until) in enumerate(zip(times, nexts, strict=True), 1):
        words = text[one.end() : until]
        # A blank line ends a title of WebVTT: what comes after are notes, styles and the name of the next.
        lines = _lines(_unmarked(_BLANK.split(words, 1)[0] if is_webvtt else words))
        if counted and number < len(times) and lines and lines[-1].isdecimal():
            lines.pop()
        yield _Title(_milliseconds(*one.groups()[:4]), _milliseconds(*one.groups()[4:]), lines)


def _milliseconds(hours: str | None, minutes: str, seconds: str, fraction: str) -> int:
    return ((int(hours or 0) * 60 + int(minutes)) * 60 + int(seconds)) * 1000 + int(fraction.ljust(3, "0"))


def _by_pysubs2(text: str) -> Iterator[_Title]:
    try:
        titles = pysubs2.SSAFile.from_string(text, keep_html_tags=True)
    except pysubs2.Pysubs2Error as error:
        raise UnreadableError("damaged") from error
    for title in titles:
        if not (title.is_comment or title.is_drawing):
            words = title.plaintext if titles.format in ("ass", "ssa") else _unmarked(title.text)
            yield _Title(title.start, title.end, _lines(words))


def _unmarked(words: str) -> str:
    return html.unescape(_TAG.sub("", words.replace("\\N", "\n")))


def _lines(words: str) -> list[str]:
    return [kept for line in words.split("\n") if (kept := " ".join(line.split()))]


def _repeated(before: list[str], lines: list[str]) -> int:
    """How many lines a title takes over from the one before, as captions do that roll upwards."""
    return next((n for n in range(min(len(before), len(lines)), 0, -1) if before[-n:] == lines[:n]), 0)
