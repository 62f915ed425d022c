"""Lines -> who speaks in them: the turns of minutes, interviews, chats and plays.

A line that begins with a name, such as ``Tanaka: ...``, looks like any line with a label. What makes it a turn is that
names recur, that there are at least two of them, and that most of what follows them ends like a sentence. A time
beside the name, or brackets that only chats use, say it without sentences.

Offsets are 0-based code points into the text, end exclusive.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import regex

from qa.text.forms import Form, asks
from qa.text.lines import Line
from qa.text.marks import Kind
from qa.text.paragraphs import ends_sentence

_TIME = r"[\[(（]?\d{1,2}[:：]\d{2}(?:[:：]\d{2})?(?:[.,]\d{1,3})?(?:\s?[AaPp]\.?[Mm]\.?)?[\])）]?"
_DATED_TIME = rf"(?:\d{{2,4}}[-/.年]\d{{1,2}}[-/.月]\d{{1,4}}日?,?\s+)?{_TIME}"
_NAME = r"(?P<name>\p{L}[^:：|。．！？!?、,;「」『』<>\t\u3000]{0,27}?)"
_ROLE = r"(?:\s?[(（][^)）\n]{1,30}[)）])?"
_COLON = r"[*_]{0,3}\s?[:：](?!//)(?!(?<=\d[:：])\d)[*_]{0,3}\s*(?=\S)"
"""A colon before words; that of a time or an address is none."""
_SHAPES = {
    "label": regex.compile(rf"[*_]{{0,3}}[○◯〇●◎◆■—–-]?\s?{_NAME}{_ROLE}{_COLON}"),
    "timed": regex.compile(rf"[*_]{{0,3}}{_DATED_TIME}\s{{0,9}}[-–—]?\s{{0,9}}{_NAME}{_ROLE}{_COLON}"),
    "circle": regex.compile(rf"[○◯〇◎]\s?{_NAME}{_ROLE}\u3000+(?=\S)"),
    "angle": regex.compile(rf"(?:{_DATED_TIME}\s+)?<{_NAME}>\s+(?=\S)"),
    "quote": regex.compile(rf"{_NAME}[ \u3000]?(?=[「『].*[」』]\Z)", regex.DOTALL),
    "above": regex.compile(
        rf"(?:[*_]{{0,3}}{_NAME}{_ROLE}[*_]{{0,3}}[\s,·—–-]{{1,4}}{_DATED_TIME}|{_DATED_TIME}\s+{_NAME}{_ROLE})\s*\Z"
    ),
}
"""How a turn begins: ``Tanaka: words``, ``[10:03] Tanaka: words``, ``○議長（田中君）　words``, ``<tanaka> words``,
``田中「words」``, and a line with a name and a time above the words."""
_CERTAIN = frozenset({"timed", "angle", "quote", "above"})
"""Shapes that nothing but a chat, a transcript or a play has, so that their words need not be sentences."""
RECORD = "record"
"""The scheme of a line that heads a record."""
_FEWEST = 2
"""How often a name comes back, and how many names recur."""


class _Turn(NamedTuple):
    """A line that may be a turn: its shape, the name, the offset of its words, and whether they can be said."""

    shape: str
    name: str
    words: int
    said: bool


def find_turns(text: str, lines: Sequence[Line], forms: Sequence[Form | None]) -> dict[int, Form]:
    """Return the number of each line that is a speaker's turn -> its form: a turn, or a name that stands above one.

    Args:
        text: the text.
        lines: its lines.
        forms: what each looks like by itself.
    """
    found = dict(_candidates(text, lines, forms))
    for shape in {turn.shape for turn in found.values()} - _CERTAIN:
        if _are_records(found, shape):
            found = {at: turn for at, turn in found.items() if turn.shape != shape}
    speakers = {shape: _speakers(found.values(), shape) for shape in {turn.shape for turn in found.values()}}
    turns: dict[int, Form] = {}
    for at, turn in found.items():
        if _is_one_of(turn.name, speakers[turn.shape]) or _is_beside_one(found, at, speakers[turn.shape]):
            above = turn.shape == "above"
            turns[at] = Form(Kind.SPEAKER, lines[at].start) if above else Form(Kind.TURN, turn.words, spoken=True)
    return turns


def find_records(text: str, lines: Sequence[Line], forms: Sequence[Form | None]) -> set[int]:
    """Return the numbers of the lines that head a record, as the name of each place does in a list of places.

    A record is a run of lines with labels. Its first label is the first of another one, too.
    """
    runs: list[list[tuple[int, str]]] = []
    before, seen = -1, set[str]()
    for at, form in enumerate(forms):
        if form is None or form.kind is not Kind.LABELLED:
            continue
        label = text[lines[at].start : form.words].strip()
        if before != at - 1 or lines[at].opens or label in seen:
            runs.append([])
            seen = set()
        runs[-1].append((at, label))
        seen.add(label)
        before = at
    firsts = Counter(run[0][1] for run in runs if len(run) > 1)
    return {run[0][0] for run in runs if len(run) > 1 and firsts[run[0][1]] > 1}


def _candidates(text: str, lines: Sequence[Line], forms: Sequence[Form | None]) -> Iterator[tuple[int, _Turn]]:
    for at, (line, form) in enumerate(zip(lines, forms, strict=True)):
        if form is None or form.kind not in (Kind.PARAGRAPH, Kind.LABELLED, Kind.ITEM, Kind.HEADING):
            continue
        for shape, pattern in _SHAPES.items():
            if match := pattern.match(text, line.start, line.end):
                said = shape in _CERTAIN or _is_said(text[match.end() : line.end])
                yield at, _Turn(shape, match["name"].strip().casefold(), match.end(), said)
                break


def _are_records(found: Mapping[int, _Turn], shape: str) -> bool:
    """Return whether labels come in groups between other lines, the same in the same order, as those of products do."""
    groups: list[list[str]] = []
    before = None
    for at, turn in found.items():
        if turn.shape != shape:
            continue
        if before != at - 1:
            groups.append([])
        groups[-1].append(turn.name)
        before = at
    labels = [group for group in groups if len(group) > 1]
    return len(labels) > 1 and all(group == labels[0] and len(set(group)) == len(group) for group in labels)


def _is_said(words: str) -> bool:
    return ends_sentence(words) or asks(words)


def _speakers(turns: Iterable[_Turn], shape: str) -> set[str]:
    """Return the names of a shape that come back; none if they are not those of speakers."""
    own = [turn for turn in turns if turn.shape == shape]
    counts = Counter(turn.name for turn in own)
    names = {name for name, count in counts.items() if count >= _FEWEST}
    said = [turn.said for turn in own if turn.name in names]
    return names if len(names) >= _FEWEST and 2 * sum(said) >= len(said) else set()


def _is_one_of(name: str, speakers: set[str]) -> bool:
    """Return whether a name is that of a speaker, or ends with it, as a full name does with a surname."""
    return name in speakers or name.split()[-1] in speakers


def _is_beside_one(found: Mapping[int, _Turn], at: int, speakers: set[str]) -> bool:
    """Return whether a line whose name does not come back is said right before or after the turn of a speaker."""
    own = found[at]
    beside = (found[n] for n in (at - 1, at + 1) if n in found)
    return own.said and any(turn.shape == own.shape and _is_one_of(turn.name, speakers) for turn in beside)
