"""The bytes of an HTML page -> its tree, however deep and long, in the encoding that it is written in (lxml)."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Any

from lxml import html

from qa.reading.encodings import decode, web_codec
from qa.reading.extraction import UnreadableError
from qa.reading.extraction.elements import expect_whole

_DECLARED = re.compile(
    rb"""<meta[^>]{0,300}?charset\s*=\s*["']?\s*([\w.:-]+)|<\?xml[^>]{0,100}?encoding\s*=\s*["']([\w.:-]+)""",
    re.IGNORECASE,
)
_HEAD = 4096
"""Bytes at the beginning in which a page says what encoding it is in."""
_BYTE_ORDER_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_DECLARATION = re.compile(r"\A\s*<\?xml[^>]*\?>")


def parse_html(data: bytes) -> Any:
    """The root element; a piece of a page is a page too.

    Raises:
        UnreadableError: there is no page in it, or it is nested too deep.
    """
    text = _DECLARATION.sub("", _decoded(data))
    if "<html" not in text[:_HEAD].lower():
        text = f"<html><body>{text}</body></html>"
    parser = html.HTMLParser(huge_tree=True, remove_comments=True, remove_pis=True)
    page = html.fromstring(text, parser=parser)
    expect_whole(parser)
    if page is None:
        raise UnreadableError("damaged")
    return page


def _decoded(data: bytes) -> str:
    """In the encoding of its mark, else as it says itself, else as any text is read."""
    declared = None if data.startswith(_BYTE_ORDER_MARKS) else _DECLARED.search(data[:_HEAD])
    if declared:
        codec = web_codec((declared.group(1) or declared.group(2)).decode("ascii", "replace"))
        if codec and codec.startswith("utf-16"):
            codec = "utf-8"  # it could not be read here otherwise, as the standard has it
        with suppress(UnicodeDecodeError):  # it says what it is not
            if codec and codec != "iso2022_jp":  # which decode knows better
                return data.decode(codec)
    # A zero byte in a page is nothing, as the standard has it.
    text = decode(data) or decode(data.replace(b"\0", b""))
    if text is None:
        raise UnreadableError("damaged")
    return text
