"""E-mail (.eml, .mbox) -> each message under its subject: who wrote to whom and when, and what (Python's email).

A quoted reply is a paragraph of its own behind a ``>``. What is attached is handed over as files.
"""

from __future__ import annotations

import email.policy
import re
from collections.abc import Iterator
from contextlib import suppress
from email.message import EmailMessage
from email.parser import BytesParser
from itertools import groupby
from typing import Any

from qa.reading.encodings import decode, web_codec
from qa.reading.extraction import Attached, Extracted, UnreadableError
from qa.reading.extraction.composing import Piece, compose, heading, join
from qa.reading.extraction.elements import blocks_of, simplify
from qa.reading.extraction.html_tree import parse_html
from qa.reading.extraction.lines import separator
from qa.text.marks import Kind

_SHOWN = ("From", "To", "Cc", "Date")
_MESSAGE_START = re.compile(rb"(?:\A|(?<=\n\r\n)|(?<=\n\n))From \S[^\r\n]*\d{4}[^\r\n]*\r?\n")
_ESCAPED_START = re.compile(rb"(?m)^>(>*From )")
_HEADER = re.compile(rb"(?:From [^\r\n]*\r?\n)?(?:[!-9;-~]+:[^\r\n]*\r?\n(?:[ \t][^\r\n]*\r?\n)*)+(?:\r?\n|\Z)")
_QUOTED = re.compile(r"[ \t]*((?:>[ \t]?)+)(.*)")
_FLOWED = re.compile(r"(?m)(?<!^-- )(?<= )\r?\n(?!>|\Z)")
"""The end of a line that runs on in the next, where a message says that its lines do (RFC 3676)."""
_LEAST_PLAIN = 0.3
"""Share of the letters of a message's page that its plain text has at least; with less, it only points at the page."""
_MOST_MESSAGES = 20_000
_MOST_ATTACHED = 500
_MOST_BYTES = 48 << 20
"""Most bytes of all attachments together."""


def read(data: bytes) -> Extracted:
    """Return the messages in their order, and the files attached to them.

    Raises:
        UnreadableError: the bytes are no message, or there are too many messages.
    """
    if not _HEADER.match(data):
        raise UnreadableError("damaged")
    starts = [match.start() for match in _MESSAGE_START.finditer(data)] if data.startswith(b"From ") else [0]
    if len(starts) > _MOST_MESSAGES:
        raise UnreadableError("large")
    parts: list[Extracted] = []
    attached: list[Attached] = []
    size = 0
    for number, (start, stop) in enumerate(zip(starts, [*starts[1:], len(data)], strict=True), 1):
        written = data[start:stop]
        if len(starts) > 1 or written.startswith(b"From "):
            written = _ESCAPED_START.sub(rb"\1", written.partition(b"\n")[2])
        message = BytesParser(policy=email.policy.default).parsebytes(written)
        parts.append(compose(_message_blocks(message)))
        for name, content in _attachments(message):
            size += len(content)
            kept = content if size <= _MOST_BYTES and len(attached) < _MOST_ATTACHED else None
            attached.append(Attached(f"{number}/{name}" if len(starts) > 1 else name, kept))
    whole = join(parts)
    return Extracted(whole.text, whole.places, whole.marks, tuple(attached))


def _message_blocks(message: EmailMessage) -> Iterator[list[Piece]]:
    if subject := _header(message, "Subject"):
        yield [heading(subject, 1)]
    lines = [Piece(f"{name}: {value}", Kind.LABELLED) for name in _SHOWN if (value := _header(message, name))]
    yield lines
    yield from _body_blocks(message)


def _header(message: EmailMessage, name: str) -> str:
    """Return a header's value in one line; a header that breaks the rules as it is written."""
    try:
        value = str(message.get(name, ""))
    except Exception:  # the parser of headers raises errors of many kinds on broken ones
        value = next((str(found) for key, found in message.raw_items() if key.lower() == name.lower()), "")
    if any("\udc80" <= char <= "\udcff" for char in value):  # bytes that no header may have, in the writer's encoding
        value = decode(value.encode("utf-8", "surrogateescape")) or value.encode("ascii", "replace").decode()
    return " ".join(value.split())


def _body_blocks(message: EmailMessage) -> Iterator[list[Piece]]:
    """Yield what a message says: its plain text, or its page if that has more."""
    plain = html = ""
    pages: list[list[Piece]] = []
    for part in _text_parts(message):
        words = _text_of(part)
        if part.get_content_subtype() == "html":
            page = list(_page_blocks(words))
            html += "".join(piece.words for block in page for piece in block)
            pages += page
        else:
            flowed = part.get_param("format", "") == "flowed"
            plain += ("\n\n" if plain else "") + (
                re.sub(r"(?m)(?<!^-- )(?<= )\r?\n(?!>|\Z)", "", words) if flowed else words
            )
    if sum(map(str.isalnum, plain)) >= _LEAST_PLAIN * sum(map(str.isalnum, html)):
        yield from _plain_blocks(plain)
    else:
        yield from pages


def _text_parts(message: EmailMessage) -> Iterator[EmailMessage]:
    """Yield the parts that are shown as the message's text."""
    for part in _own_parts(message):
        if (
            part.get_content_maintype() == "text"
            and not _file_name(part)
            and part.get_content_disposition() != "attachment"
        ):
            yield part


def _own_parts(message: Any) -> Iterator[Any]:
    """Yield the parts of a message that hold no others; a message within it counts as one."""
    if message.is_multipart() and message.get_content_maintype() != "message":
        for part in message.iter_parts():
            yield from _own_parts(part)
    else:
        yield message


def _text_of(part: EmailMessage) -> str:
    """Return a part's text, in the encoding that it names or, if that is wrong, in the one it turns out to have."""
    data = part.get_payload(decode=True)
    if not isinstance(data, bytes):
        return ""
    codec = web_codec(str(part.get_param("charset", "")))
    with suppress(UnicodeDecodeError):
        # `decode` reads more kinds of the first; the others are what programs write that do not know.
        if codec not in (None, "iso2022_jp", "cp1252"):
            return data.decode(codec)
    return decode(data) or data.decode("utf-8", "replace")


def _page_blocks(words: str) -> Iterator[list[Piece]]:
    try:
        page = parse_html(words.encode("utf-8-sig", "replace"))
    except UnreadableError:
        return
    simplify(page)
    yield from blocks_of(page)


def _plain_blocks(text: str) -> Iterator[list[Piece]]:
    """Yield the paragraphs of a plain text; what is quoted is apart from what replies to it."""
    lines = [_depth(line) for line in text.splitlines()]
    for (depth, blank), group in groupby(lines, key=lambda one: (one[0], not one[1].strip())):
        words = [one[1] for one in group]
        if blank:
            continue
        if not depth:
            yield [Piece("\n".join(words))]
            continue
        joined = words[0].strip()
        for line in filter(None, map(str.strip, words[1:])):
            joined += separator(joined, line) + line
        yield [Piece(f"{'>' * depth} {joined}", Kind.PARAGRAPH)]


def _depth(line: str) -> tuple[int, str]:
    """Return how often a line is quoted, and its words."""
    found = _QUOTED.match(line)
    return (found.group(1).count(">"), found.group(2)) if found else (0, line.rstrip())


def _attachments(message: EmailMessage) -> Iterator[tuple[str, bytes]]:
    for number, part in enumerate(_own_parts(message), 1):
        if part.get_content_maintype() == "message" and part is not message:
            inner = part.get_payload()
            if isinstance(inner, list) and inner:
                subject = _header(inner[0], "Subject") or str(number)
                yield f"{_safe_name(subject)}.eml", inner[0].as_bytes()
        elif name := _file_name(part):
            data = part.get_payload(decode=True)
            if isinstance(data, bytes):
                yield _safe_name(name), data


def _file_name(part: EmailMessage) -> str:
    with suppress(Exception):  # the parser of headers raises errors of many kinds on broken ones
        return part.get_filename() or ""
    return ""


def _safe_name(name: str) -> str:
    return name.replace("/", "_").replace("\\", "_").strip(". ") or "_"
