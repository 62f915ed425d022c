"""Subtitles (SubRip, WebVTT, SubStation Alpha) -> what is said, and when (pysubs2).

SubRip and WebVTT are parsed here, because pysubs2 takes a number at the end of a cue for the counter of the next one.
An utterance is spread over several cues. Where the words have full stops, they are joined until a sentence ends,
another person speaks or there is a pause. Where they have none, as in automatic captions, each cue is a line of its
own.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pysubs2
import regex

from qa.reading.encodings import decode
from qa.reading.extraction import Extracted, UnreadableError
from qa.reading.extraction.lines import separator
from qa.text.paragraphs import ends_sentence
from qa.text.source import Place

_PAUSE = 2000
"""Milliseconds of silence after which a new utterance begins."""
_LEAST_FULL_STOPS = 0.1
"""Share of lines with a full stop below which the words of a file have none. Marks that ask or exclaim do not count:
Japanese subtitles have those and no others."""
_MOST_JOINED = 12
"""Most cues of one utterance. Where more have no full stop, each is a line of its own."""
_FULL_STOP = regex.compile(r"(?V1)[。｡।]|[[\p{Sentence_Terminal}]--[!?！？‼⁇⁈⁉؟]](?=\W*(?:\s|\Z))")
_NEW_SPEAKER = re.compile(r"[-–—‐−(（\[［♪♬>»]|[\w.' ]{1,30}[:：]\s?\S")
"""The beginning of a line of another speaker, of a sound or of a song."""
_MARKUP = re.compile(
    r"<rt>.*?</rt>|</?(?:i|b|u|s|font|c|v|lang|ruby|rt|rp)(?:[.\s][^<>]*)?>|<\d[\d:.]*>|\{\\[^{}]*\}", re.IGNORECASE
)
"""Markup of appearance, speaker and time, and the pronunciation of a word."""
_WORD_TIME = re.compile(r"<\d\d:[\d:.]+>")
"""The time of a single word, as in captions that roll upwards."""
_BLANK_LINE = re.compile(r"\n[ \t]*\n")
_STAMP = r"(?:(\d{1,4}):)?(\d{1,2}):(\d{1,2})[.,](\d{1,3})"
_TIMES = re.compile(rf"^[ \t]*{_STAMP}[ \t]*-->[ \t]*{_STAMP}.*$", re.MULTILINE)


@dataclass(frozen=True)
class _Cue:
    """Lines that are shown from ``start`` to ``end``, in milliseconds from the beginning."""

    start: int
    end: int
    lines: list[str]


@dataclass(frozen=True)
class _Part:
    """A line of a cue.

    Attributes:
        time: when it is shown, in milliseconds from the beginning.
        words: what is said.
        first: whether it is the first line of its cue.
        begins: whether another person speaks, or after a pause.
    """

    time: int
    words: str
    first: bool
    begins: bool


def read(data: bytes) -> Extracted:
    """Return what is said, a line for each utterance or cue, with a place for the time of each cue.

    Raises:
        UnreadableError: the bytes are not subtitles.
    """
    text = decode(data)
    if text is None:
        raise UnreadableError("damaged")
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\ufeff", "")
    utterances: list[list[_Part]] = []
    parts = list(_new_parts(sorted(_parse_cues(text), key=lambda cue: cue.start), rolls=bool(_WORD_TIME.search(text))))
    joins = sum(_FULL_STOP.search(part.words) is not None for part in parts) >= _LEAST_FULL_STOPS * len(parts)
    for part in parts:
        if not utterances or (part.first and not joins) or part.begins or ends_sentence(utterances[-1][-1].words):
            utterances.append([])
        utterances[-1].append(part)
    said = ""
    places: list[Place] = []
    for utterance in utterances:
        apart = len({part.time for part in utterance}) > _MOST_JOINED
        for number, part in enumerate(utterance):
            if said:
                said += "\n" if not number or (apart and part.first) else separator(said, part.words)
            if part.first:
                places.append(Place(len(said), time=part.time / 1000))
            said += part.words
    return Extracted(said, tuple(places))


def _new_parts(cues: Iterable[_Cue], *, rolls: bool) -> Iterator[_Part]:
    """Yield what each cue says that the one before does not say already."""
    before: list[str] = []
    spoken_until = 0
    for cue in cues:
        repeated = _repeated_lines(before, cue.lines)
        new = cue.lines[repeated if rolls or repeated < len(cue.lines) else 0 :]
        before = cue.lines or before
        for number, line in enumerate(new):
            pause = cue.start - spoken_until
            starts_over = not number and not repeated and (pause > _PAUSE or pause < 0)
            yield _Part(cue.start, line, not number, starts_over or _NEW_SPEAKER.match(line) is not None)
        spoken_until = max(spoken_until, cue.end)


def _parse_cues(text: str) -> Iterator[_Cue]:
    """Yield the cues of a file in its order."""
    times = [] if "[Script Info]" in text else list(_TIMES.finditer(text))
    if not times:
        yield from _parse_with_pysubs2(text)
        return
    is_webvtt = text.lstrip().startswith("WEBVTT")
    # Some SubRip files number their cues and some do not: look at the first one.
    numbered = not is_webvtt and any(line.isdecimal() for line in _nonempty_lines(text[: times[0].start()])[-1:])
    nexts = [*(one.start() for one in times[1:]), len(text)]
    for number, (one, until) in enumerate(zip(times, nexts, strict=True), 1):
        words = text[one.end() : until]
        # A blank line ends a cue of WebVTT; notes, styles and the name of the next cue may follow it.
        lines = _nonempty_lines(_plain_words(_BLANK_LINE.split(words, 1)[0] if is_webvtt else words))
        if numbered and number < len(times) and lines and lines[-1].isdecimal():
            lines.pop()
        yield _Cue(_milliseconds(*one.groups()[:4]), _milliseconds(*one.groups()[4:]), lines)


def _milliseconds(hours: str | None, minutes: str, seconds: str, fraction: str) -> int:
    return ((int(hours or 0) * 60 + int(minutes)) * 60 + int(seconds)) * 1000 + int(fraction.ljust(3, "0"))


def _parse_with_pysubs2(text: str) -> Iterator[_Cue]:
    try:
        subtitles = pysubs2.SSAFile.from_string(text, keep_html_tags=True)
    except pysubs2.Pysubs2Error as error:
        raise UnreadableError("damaged") from error
    for event in subtitles:
        if not (event.is_comment or event.is_drawing):
            words = event.plaintext if subtitles.format in ("ass", "ssa") else _plain_words(event.text)
            yield _Cue(event.start, event.end, _nonempty_lines(words))


def _plain_words(words: str) -> str:
    return html.unescape(_MARKUP.sub("", words.replace("\\N", "\n")))


def _nonempty_lines(words: str) -> list[str]:
    return [kept for line in words.split("\n") if (kept := " ".join(line.split()))]


def _repeated_lines(before: list[str], lines: list[str]) -> int:
    """Return how many lines a cue repeats from the one before, as in captions that roll upwards."""
    return next((n for n in range(min(len(before), len(lines)), 0, -1) if before[-n:] == lines[:n]), 0)
