"""HTML -> the text of its article, without what is around it on the page (trafilatura)."""

from __future__ import annotations

import re
from typing import Any

import trafilatura
from lxml import etree
from trafilatura.settings import use_config
from trafilatura.utils import load_html

from qa.encodings import decode
from qa.extraction import Extracted, UnreadableError
from qa.extraction.blocks import text_of

_SETTINGS = use_config()
# Else a short article loses its paragraphs, and Japanese says much in few characters.
_SETTINGS.set("DEFAULT", "MIN_EXTRACTED_SIZE", "1")
_DECLARED = re.compile(rb"<meta[^>]{0,300}charset|<\?xml[^>]{0,100}encoding", re.IGNORECASE)
_HEAD = 4096
"""Bytes at the beginning in which a page says what encoding it is in."""
_BYTE_ORDER_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


def read(data: bytes) -> Extracted:
    """The article; of a page without one, all its words.

    Raises:
        UnreadableError: there is no page in it.
    """
    page = _page(data)
    etree.strip_elements(page, "rt", "rp", with_tail=False)
    title = trafilatura.extract_metadata(page).title or ""
    found = trafilatura.extract(page, output_format="xml", include_comments=False, favor_recall=True, config=_SETTINGS)
    text = text_of(etree.fromstring(found.encode()).find("main")) if found else text_of(page)
    if title and not text.lstrip("# ").startswith(title):
        text = f"# {title}\n\n{text}"
    return Extracted(text)


def _page(data: bytes) -> Any:
    """The page's tree, in the encoding of its mark, else as it says itself, else as any text is read."""
    marked = data.startswith(_BYTE_ORDER_MARKS)
    declared = not marked and _DECLARED.search(data[:_HEAD])
    page = load_html(data if declared else decode(data) or data)
    if page is None:
        raise UnreadableError("damaged")
    return page
