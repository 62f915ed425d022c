"""A tree of elements -> text: a block a paragraph, headings with Markdown's marks.

Reads XHTML and the XML that trafilatura gives, which call the same things by few different names. How a word
is pronounced (ruby) is left out: it would stand in the middle of every sentence.
"""

from __future__ import annotations

import re
from typing import Any

from lxml import etree

from qa.reading.extraction import UnreadableError
from qa.reading.extraction.glyphs import lowered, raised
from qa.reading.extraction.tables import fill_spans, row_of

_HEADING = re.compile(r"h([1-6])")
_HEADINGS = [f"{{*}}h{level}" for level in range(1, 7)]
_ITEMS = {"li", "item", "tr", "row", "dt", "dd"}
"""What stands in a line of its own within a block."""
_ROWS = {"tr", "row"}
_CELLS = {"td", "th", "cell"}
_SHIFTED = (("{*}sup", raised), ("{*}sub", lowered))
_INLINE = {
    "a", "abbr", "b", "bdi", "bdo", "cite", "code", "data", "del", "dfn", "em", "font", "hi", "i", "ins", "kbd", "mark",
    "q", "rb", "ref", "ruby", "s", "samp", "small", "span", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr",
    "math", "semantics", "mrow", "mi", "mo", "mn", "ms", "mtext", "mfrac", "msqrt", "mroot", "msup", "msub", "msubsup",
    "mover", "munder", "munderover", "mstyle", "mspace", "mpadded", "mfenced", "mtable", "mtr", "mtd",
}  # fmt: skip
"""What runs on within a sentence; whatever else is a block."""
_LEFT_OUT = {"script", "style", "template", "noscript", "rt", "rp", "svg", "title", "annotation", "annotation-xml"}
_SPACE = re.compile(r"[ \t\r\n\f]+")
_UNSEEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_LINE = "\0"
_BLOCK = "\1"
_ROW = "\2"
_CELL = "\3"
_NO_SIGNS = dict.fromkeys(map(ord, (_LINE, _BLOCK, _ROW, _CELL, "\ufeff")))


def expect_whole(parser: Any) -> None:
    """Holds that a parser did not stop in the middle, which lxml tells in its log alone.

    Raises:
        UnreadableError: what it read is nested too deep, or too long for it.
    """
    if any(entry.type_name == "ERR_RESOURCE_LIMIT" for entry in parser.error_log):
        raise UnreadableError("large")


def text_of(root: Any) -> str:
    """The text of an lxml element: blocks with a blank line between them, none around."""
    blocks = (_lines(block) for block in _marked(root).split(_BLOCK))
    return "\n\n".join(block for block in blocks if block)


def simplify(root: Any) -> None:
    """Writes powers and indices as Unicode does, a heading in one line, and tables cell by cell; what leads to a note
    stays as it is."""
    fill_spans(root)
    for tag, shift in _SHIFTED:
        for element in root.iter(tag):
            parent = element.getparent()
            if not len(element) and (parent is None or etree.QName(parent).localname != "a"):
                element.text = shift(element.text or "")
    for heading in root.iter(*_HEADINGS):
        for line_break in heading.iter("{*}br"):
            line_break.tail = f" {line_break.tail or ''}"
        etree.strip_tags(heading, "{*}br")


def _lines(block: str) -> str:
    lines = (_line(line) for line in block.split(_LINE))
    return "\n".join(line for line in lines if line.strip("-# "))


def _line(line: str) -> str:
    cells = (_SPACE.sub(" ", cell).strip(" ") for cell in line.removeprefix(_ROW).split(_CELL))
    # A row that goes on in another line, as one with a list in it does, has no columns any more.
    return row_of(cells if line.startswith(_ROW) else filter(None, cells))


def _marked(root: Any) -> str:
    """All words in reading order, with signs of ours where a line or a block begins."""
    parts: list[str] = []
    within = 0  # items of lists and rows of tables around: no block begins in them
    written = 0  # elements around whose lines stand as they are written
    walk = etree.iterwalk(root, events=("start", "end", "comment", "pi"))
    for event, element in walk:
        if not isinstance(element.tag, str):  # a comment, or an entity that nobody declared
            if event != "start":
                parts.append(_own(element.tail, written))
            continue
        tag = element.tag.rpartition("}")[2].lower()
        is_item, is_block = tag in _ITEMS, tag not in _INLINE | _ITEMS | _CELLS
        hidden = element.get("hidden") is not None or _UNSEEN.search(element.get("style", ""))
        left_out = hidden or (tag in _LEFT_OUT and element is not root)  # a chapter may be a drawing with words
        if event == "start" and not left_out:
            written += tag == "pre"
            parts.append(_before(tag, element, within, is_block))
            parts.append(_own(element.text, written))
            within += is_item
        elif event == "start":
            walk.skip_subtree()
        elif event == "end" and not left_out:
            written -= tag == "pre"
            within -= is_item
            parts.append(_CELL if tag in _CELLS else "" if not is_block or tag in ("br", "lb") or within else _BLOCK)
        if event != "start" and element is not root:
            parts.append(_own(element.tail, written))
    return "".join(parts)


def _before(tag: str, element: Any, within: int, is_block: bool) -> str:
    if tag in ("br", "lb"):
        return _LINE
    # In trafilatura's XML a heading is a head that tells its level; in HTML a head is none.
    heading = _HEADING.fullmatch(element.get("rend", "") if tag == "head" else tag)
    if heading and not within:
        return f"{_BLOCK}{'#' * int(heading.group(1))} "
    if tag in _ITEMS:
        return _LINE + (_ROW if tag in _ROWS else "- " if tag in ("li", "item") else "")
    return "" if not is_block else " " if within else _BLOCK


def _own(words: str | None, written: int) -> str:
    kept = (words or "").translate(_NO_SIGNS)
    return kept.replace("\n", _LINE) if written else kept
