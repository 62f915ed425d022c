"""HTML -> the text of its article, without the rest of the page (trafilatura)."""

from __future__ import annotations

import copy
from collections.abc import Container, Iterable, Iterator
from typing import Any

import trafilatura
from lxml import etree
from trafilatura.settings import use_config

from qa.reading.extraction import Extracted
from qa.reading.extraction.composing import Piece, compose, heading
from qa.reading.extraction.elements import blocks_of, is_code, simplify
from qa.reading.extraction.html_tree import parse_html
from qa.text.marks import Kind

_SETTINGS = use_config()
# The default drops the paragraphs of short articles, and Japanese says much in few characters.
_SETTINGS.set("DEFAULT", "MIN_EXTRACTED_SIZE", "1")
_NOT_ARTICLE = ("nav", "header", "footer", "aside", "form", "button", "select", "dialog", "iframe")
_RENAMED = {"figure": "div", "figcaption": "p", "details": "div", "summary": "p"}
"""Elements of an article that trafilatura leaves out -> elements that it keeps."""
_LEAST_SHARE = 0.6
"""Least share of the page's letters outside of links that the article has. With less, the page has several articles."""


def read(data: bytes) -> Extracted:
    """Return the article of a page. If it has none or several, return all but its menus and the like.

    Raises:
        UnreadableError: the bytes are not a page.
    """
    page = parse_html(data)
    etree.strip_elements(page, "rt", "rp", with_tail=False)
    simplify(page)
    code = set(_code_lines(page))
    protect_content(page)
    rest = copy.deepcopy(page)
    etree.strip_elements(rest, *_NOT_ARTICLE, with_tail=False)
    found = trafilatura.extract(page, output_format="xml", include_comments=False, favor_recall=True, config=_SETTINGS)
    article = etree.fromstring(found.encode(), etree.XMLParser(huge_tree=True)).find("main") if found else None
    blocks = list(blocks_of(article)) if article is not None else []
    text = compose(blocks).text
    if _count_letters(text) < _LEAST_SHARE * _count_letters("".join(_words_outside_links(rest))):
        blocks = list(blocks_of(rest))
        text = compose(blocks).text
    title = trafilatura.extract_metadata(page).title or ""
    if title and text and not text.lstrip("# ").startswith(title):
        blocks = [[heading(" ".join(title.split()), 1)], *blocks]
    return compose(_with_code(blocks, code))


def protect_content(page: Any) -> None:
    """Rename elements, in place, that trafilatura would drop, split or join."""
    for part in list(page.iter("header")):
        if next(part.iterancestors("article", "main"), None) is not None:
            part.tag = "div"  # the header of an article, not of the page
    for link in list(page.iter("a")):
        if next(link.iterancestors("figure"), None) is not None and not "".join(link.itertext()).strip():
            link.tag = "span"  # trafilatura takes a caption with only the link of its picture for a menu
    for part in list(page.iter(*_RENAMED)):
        part.tag = _RENAMED[part.tag]
        part.attrib.pop("class", None)  # classes such as "caption" make trafilatura leave it out, too
    etree.strip_tags(page, "q")  # trafilatura makes it a block
    for part in page.iter():  # merge adjacent text nodes, or each later access walks over all of them
        part.text, part.tail = part.text, part.tail
    for part in list(page.iter("pre")):
        _make_paragraph(part)


def _code_lines(page: Any) -> Iterator[str]:
    """Yield the lines of a page's code, with single spaces. trafilatura returns them as paragraphs."""
    for part in page.iter("pre"):
        if is_code(part):
            yield from (" ".join(line.split()) for line in "".join(part.itertext()).splitlines())


def _with_code(blocks: Iterable[list[Piece]], code: Container[str]) -> Iterator[list[Piece]]:
    """Yield the blocks; those that have lines of code and nothing else are code."""
    for block in blocks:
        if all(line.kind is None and line.words in code for line in block):
            yield [line._replace(kind=Kind.CODE) for line in block]
        else:
            yield block


def _make_paragraph(part: Any) -> None:
    """Turn a <pre> element, in place, into a paragraph with line breaks."""
    for line_break in part.iter("br"):
        line_break.tail = "\n" + (line_break.tail or "")
    etree.strip_tags(part, "*")
    part.tag = "p"
    part.text, *lines = (part.text or "").split("\n")
    for line in lines:
        etree.SubElement(part, "br").tail = line


def _words_outside_links(page: Any) -> list[str]:
    """Return the words of a page that are not in links."""
    left_out = ("head", "script", "style", "template", "noscript", "a")
    etree.strip_elements(kept := copy.deepcopy(page), *left_out, with_tail=False)
    return list(kept.itertext())


def _count_letters(text: str) -> int:
    return sum(char.isalnum() for char in text)
