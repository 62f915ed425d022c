"""The bytes of an HTML page -> its tree of elements (lxml), decoded as browsers do."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Any

from lxml import html

from qa.reading.encodings import decode, web_codec
from qa.reading.extraction import UnreadableError
from qa.reading.extraction.elements import check_complete

_DECLARED = re.compile(
    rb"""<meta[^>]{0,300}?charset\s*=\s*["']?\s*([\w.:-]+)|<\?xml[^>]{0,100}?encoding\s*=\s*["']([\w.:-]+)""",
    re.IGNORECASE,
)
_HEAD = 4096
"""Bytes at the beginning of a page in which its encoding may be declared."""
_MARKS_OF_UNICODE = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_DECLARATION = re.compile(r"\A\s*<\?xml[^>]*\?>")


def parse_html(data: bytes) -> Any:
    """Return the root element of a page, or of a piece of one.

    Raises:
        UnreadableError: the bytes are not a page, or it is nested too deep.
    """
    text = _DECLARATION.sub("", _decode_page(data))
    if "<html" not in text[:_HEAD].lower():
        text = f"<html><body>{text}</body></html>"
    parser = html.HTMLParser(huge_tree=True, remove_comments=True, remove_pis=True)
    page = html.fromstring(text, parser=parser)
    check_complete(parser)
    if page is None:
        raise UnreadableError("damaged")
    return page


def _decode_page(data: bytes) -> str:
    """Decode a page by its byte order mark, else by the encoding it declares, else as any text."""
    declared = None if data.startswith(_MARKS_OF_UNICODE) else _DECLARED.search(data[:_HEAD])
    if declared:
        codec = web_codec((declared.group(1) or declared.group(2)).decode("ascii", "replace"))
        if codec and codec.startswith("utf-16"):
            codec = "utf-8"  # a declaration that could be read as ASCII is wrong: the HTML standard says so
        with suppress(UnicodeDecodeError):  # the declaration is wrong
            if codec and codec != "iso2022_jp":  # `decode` reads more kinds of it
                return data.decode(codec)
    # The HTML standard ignores zero bytes.
    text = decode(data) or decode(data.replace(b"\0", b""))
    if text is None:
        raise UnreadableError("damaged")
    return text
