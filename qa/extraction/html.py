"""HTML -> the text of its article, without what is around it on the page (trafilatura)."""

from __future__ import annotations

import copy
from typing import Any

import trafilatura
from lxml import etree
from trafilatura.settings import use_config

from qa.extraction import Extracted
from qa.extraction.blocks import text_of, write_shifted
from qa.extraction.pages import page_of

_SETTINGS = use_config()
# Else a short article loses its paragraphs, and Japanese says much in few characters.
_SETTINGS.set("DEFAULT", "MIN_EXTRACTED_SIZE", "1")
_AROUND = ("nav", "header", "footer", "aside", "form", "button", "select", "dialog", "iframe")
_LEAST = 0.6
"""Share of the page's own letters below which what was found is not taken for its article: there were several."""


def read(data: bytes) -> Extracted:
    """The article; of a page without one, or with several, all its words but those of menus and the like.

    Raises:
        UnreadableError: there is no page in it.
    """
    page = page_of(data)
    etree.strip_elements(page, "rt", "rp", with_tail=False)
    write_shifted(page)
    rest = copy.deepcopy(page)
    etree.strip_elements(rest, *_AROUND, with_tail=False)
    found = trafilatura.extract(page, output_format="xml", include_comments=False, favor_recall=True, config=_SETTINGS)
    text = text_of(etree.fromstring(found.encode(), etree.XMLParser(huge_tree=True)).find("main")) if found else ""
    if _letters(text) < _LEAST * _letters("".join(_unlinked(rest))):
        text = text_of(rest)
    title = trafilatura.extract_metadata(page).title or ""
    if title and text and not text.lstrip("# ").startswith(title):
        text = f"# {title}\n\n{text}"
    return Extracted(text)


def _unlinked(page: Any) -> list[str]:
    """The words of a page that lead nowhere."""
    left_out = ("head", "script", "style", "template", "noscript", "a")
    etree.strip_elements(kept := copy.deepcopy(page), *left_out, with_tail=False)
    return list(kept.itertext())


def _letters(text: str) -> int:
    return sum(char.isalnum() for char in text)
