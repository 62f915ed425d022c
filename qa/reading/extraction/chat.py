"""Chats as LINE and WhatsApp export them -> what was said, under the day and the name of who said it at what time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from qa.reading.encodings import decode
from qa.reading.extraction import Extracted, UnreadableError
from qa.reading.extraction.composing import Piece, compose, heading
from qa.text.marks import Kind

_CLOCK = r"(?:午前|午後|上午|下午|오전|오후)?\s?\d{1,2}:\d\d(?::\d\d)?(?:\s?[AaPp]\.?\s?[Mm]\.?)?"
_DAY = r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4}"
_WHATSAPP = re.compile(
    rf"(?:\[(?P<day>{_DAY}),?\s(?P<time>{_CLOCK})\]\s|(?P<day2>{_DAY}),?\s(?P<time2>{_CLOCK})\s-\s)"
    r"(?:(?P<name>[^:\n]{1,80}):\s)?(?P<words>.*)"
)
_LINE_DAY = re.compile(rf"(?:\w{{2,4}},?\s)?{_DAY}\.?\s?(?:[(（]\w{{1,4}}[)）]|\w{{1,3}}曜日|\w{{2,9}})?\Z")
_LINE_TURN = re.compile(rf"(?P<time>{_CLOCK})(?:\t(?P<name>[^\t]{{0,80}})\t| (?P<name2>\S{{1,40}}) )(?P<words>.*)")
_LINE_NOTE = re.compile(rf"(?P<time>{_CLOCK})\t(?P<words>[^\t]*)\Z")
_LINE_TITLE = re.compile(r"\[LINE\] ?(.*)")
_INVISIBLE = dict.fromkeys(map(ord, "\ufeff\u200e\u200f\u202a\u202b\u202c\u202f"), None) | {0x202F: " "}
"""Marks of direction that WhatsApp writes around names and attachments, and its narrow space before AM and PM."""


@dataclass
class _Message:
    """What one person said at one time; nobody, if the program itself says it."""

    day: str
    time: str
    name: str
    lines: list[str] = field(default_factory=list)


def read(data: bytes) -> Extracted:
    """Return the messages in their order; a heading for each day, and a line with name and time above each message.

    Raises:
        UnreadableError: the bytes are no text, or no message is in it.
    """
    text = decode(data)
    if text is None:
        raise UnreadableError("damaged")
    lines = text.translate(_INVISIBLE).splitlines()
    title = _LINE_TITLE.match(lines[0]) if lines else None
    messages = list(_line_messages(lines[1:]) if title else _whatsapp_messages(lines))
    if not messages:
        raise UnreadableError("damaged")
    return compose(_chat_blocks(title[1] if title else "", messages))


def _chat_blocks(title: str, messages: list[_Message]) -> Iterator[list[Piece]]:
    if title.strip():
        yield [heading(title.strip(), 1)]
    day = ""
    for message in messages:
        if message.day != day:
            day = message.day
            yield [heading(day, 2)]
        said = [Piece(words, Kind.TURN if message.name else Kind.PARAGRAPH) for words in message.lines if words.strip()]
        if message.name and said:
            yield [Piece(f"{message.name} {message.time}", Kind.SPEAKER), *said]
        else:
            yield said


def _whatsapp_messages(lines: list[str]) -> Iterator[_Message]:
    message: _Message | None = None
    for line in lines:
        if found := _WHATSAPP.match(line):
            if message:
                yield message
            day, time = found["day"] or found["day2"], found["time"] or found["time2"]
            message = _Message(day, time.strip(), (found["name"] or "").strip(), [found["words"]])
        elif message:
            message.lines.append(line)
    if message:
        yield message


def _line_messages(lines: list[str]) -> Iterator[_Message]:
    """Yield the messages of a chat of LINE; one in several lines stands in quotation marks."""
    message: _Message | None = None
    day = ""
    for line in lines:
        found = _LINE_TURN.match(line) or _LINE_NOTE.match(line)
        if not found and not _LINE_DAY.match(line.strip()):
            if message:
                message.lines.append(line)
            continue
        if message:
            yield _unquoted(message)
            message = None
        if found:
            groups = found.groupdict()
            name = groups.get("name") or groups.get("name2") or ""
            message = _Message(day, groups["time"], name, [groups["words"]])
        else:
            day = line.strip()
    if message:
        yield _unquoted(message)


def _unquoted(message: _Message) -> _Message:
    while message.lines and not message.lines[-1].strip():
        message.lines.pop()
    if len(message.lines) > 1 and message.lines[0].startswith('"') and message.lines[-1].endswith('"'):
        message.lines[0] = message.lines[0][1:]
        message.lines[-1] = message.lines[-1][:-1]
    return message
