"""HTML -> the text of its article, without what is around it on the page (trafilatura)."""

from __future__ import annotations

import copy
from typing import Any

import trafilatura
from lxml import etree
from trafilatura.settings import use_config

from qa.reading.extraction import Extracted
from qa.reading.extraction.elements import simplify, text_of
from qa.reading.extraction.html_tree import parse_html

_SETTINGS = use_config()
# Else a short article loses its paragraphs, and Japanese says much in few characters.
_SETTINGS.set("DEFAULT", "MIN_EXTRACTED_SIZE", "1")
_AROUND = ("nav", "header", "footer", "aside", "form", "button", "select", "dialog", "iframe")
_KEPT = {"figure": "div", "figcaption": "p", "details": "div", "summary": "p"}
"""Parts of an article that trafilatura leaves out under these names, and keeps under those."""
_LEAST = 0.6
"""Share of the page's own letters below which what was found is not taken for its article: there were several."""


def read(data: bytes) -> Extracted:
    """The article; of a page without one, or with several, all its words but those of menus and the like.

    Raises:
        UnreadableError: there is no page in it.
    """
    page = parse_html(data)
    etree.strip_elements(page, "rt", "rp", with_tail=False)
    simplify(page)
    _keep_whole(page)
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


def _keep_whole(page: Any) -> None:
    """Renames what would be lost, broken apart or joined as it is called."""
    for part in list(page.iter("header")):
        if next(part.iterancestors("article", "main"), None) is not None:
            part.tag = "div"  # of the article, not of the page
    for link in list(page.iter("a")):
        if next(link.iterancestors("figure"), None) is not None and not "".join(link.itertext()).strip():
            link.tag = "span"  # with the link of its picture alone a caption passes for a menu
    for part in list(page.iter(*_KEPT)):
        part.tag = _KEPT[part.tag]
        part.attrib.pop("class", None)  # one that tells of a caption or the like is left out too
    etree.strip_tags(page, "q")  # it would be a block
    for part in page.iter():  # else every piece of what is joined would be looked at again for each that follows
        part.text, part.tail = part.text, part.tail
    for part in list(page.iter("pre")):
        _break_lines(part)


def _break_lines(part: Any) -> None:
    """Makes a paragraph with its line breaks of what is shown as it is written."""
    for line_break in part.iter("br"):
        line_break.tail = "\n" + (line_break.tail or "")
    etree.strip_tags(part, "*")
    part.tag = "p"
    part.text, *lines = (part.text or "").split("\n")
    for line in lines:
        etree.SubElement(part, "br").tail = line


def _unlinked(page: Any) -> list[str]:
    """The words of a page that lead nowhere."""
    left_out = ("head", "script", "style", "template", "noscript", "a")
    etree.strip_elements(kept := copy.deepcopy(page), *left_out, with_tail=False)
    return list(kept.itertext())


def _letters(text: str) -> int:
    return sum(char.isalnum() for char in text)
