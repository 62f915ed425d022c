"""A tree of HTML elements -> text: a paragraph for each block, headings with Markdown's marks.

Reads XHTML and the XML that trafilatura returns; they have different names for a few elements. Pronunciations (ruby)
are left out, because they would break up the sentences.
"""

from __future__ import annotations

import re
from typing import Any

from lxml import etree

from qa.reading.extraction import UnreadableError
from qa.reading.extraction.glyphs import subscript, superscript
from qa.reading.extraction.tables import fill_spans, join_cells

_HEADING_TAG = re.compile(r"h([1-6])")
_HEADING_TAGS = [f"{{*}}h{level}" for level in range(1, 7)]
_ITEMS = {"li", "item", "tr", "row", "dt", "dd"}
"""Elements that get a line of their own within a block."""
_ROWS = {"tr", "row"}
_CELLS = {"td", "th", "cell"}
_SCRIPT_TAGS = (("{*}sup", superscript), ("{*}sub", subscript))
_INLINE = {
    "a", "abbr", "b", "bdi", "bdo", "cite", "code", "data", "del", "dfn", "em", "font", "hi", "i", "ins", "kbd", "mark",
    "q", "rb", "ref", "ruby", "s", "samp", "small", "span", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr",
    "math", "semantics", "mrow", "mi", "mo", "mn", "ms", "mtext", "mfrac", "msqrt", "mroot", "msup", "msub", "msubsup",
    "mover", "munder", "munderover", "mstyle", "mspace", "mpadded", "mfenced", "mtable", "mtr", "mtd",
}  # fmt: skip
"""Elements within a sentence. Every other element is a block."""
_LEFT_OUT = {"script", "style", "template", "noscript", "rt", "rp", "svg", "title", "annotation", "annotation-xml"}
_HTML_SPACE = re.compile(r"[ \t\r\n\f]+")
_DISPLAY_NONE = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_LINE_START = "\0"
_BLOCK_START = "\1"
_ROW_START = "\2"
_CELL_END = "\3"
"""Marks that are put between the words of a tree. They are removed from the words themselves."""
_NO_MARKS = dict.fromkeys(map(ord, (_LINE_START, _BLOCK_START, _ROW_START, _CELL_END, "\ufeff")))


def check_complete(parser: Any) -> None:
    """Check that an lxml parser read its input to the end. lxml reports it only in its log.

    Raises:
        UnreadableError: the input is nested too deep, or is too long.
    """
    if any(entry.type_name == "ERR_RESOURCE_LIMIT" for entry in parser.error_log):
        raise UnreadableError("large")


def text_of(root: Any) -> str:
    """Return the text of an lxml element: its blocks, separated by a blank line."""
    blocks = (_block_text(block) for block in _marked_words(root).split(_BLOCK_START))
    return "\n\n".join(block for block in blocks if block)


def simplify(root: Any) -> None:
    """Change a tree in place so that its words alone are enough.

    Superscripts and subscripts become Unicode's, except those that link to notes. Line breaks in headings become
    spaces. Cells that span columns or rows are followed by empty cells.
    """
    fill_spans(root)
    for tag, shift in _SCRIPT_TAGS:
        for element in root.iter(tag):
            parent = element.getparent()
            if not len(element) and (parent is None or etree.QName(parent).localname != "a"):
                element.text = shift(element.text or "")
    for heading in root.iter(*_HEADING_TAGS):
        for line_break in heading.iter("{*}br"):
            line_break.tail = f" {line_break.tail or ''}"
        etree.strip_tags(heading, "{*}br")


def _block_text(block: str) -> str:
    """Return the lines of a block, without those that have no words."""
    lines = (_line_text(line) for line in block.split(_LINE_START))
    return "\n".join(line for line in lines if line.strip("-# "))


def _line_text(line: str) -> str:
    """Return the words of a line, with its cells separated by bars."""
    cells = (_HTML_SPACE.sub(" ", cell).strip(" ") for cell in line.removeprefix(_ROW_START).split(_CELL_END))
    # A row with a list in it goes on in further lines, whose cells are in no column.
    return join_cells(cells if line.startswith(_ROW_START) else filter(None, cells))


def _marked_words(root: Any) -> str:
    """Return all words in reading order, with marks where lines, blocks and rows begin and cells end."""
    parts: list[str] = []
    within = 0  # number of list items and table rows around; no block begins in them
    preformatted = 0  # number of <pre> elements around
    walk = etree.iterwalk(root, events=("start", "end", "comment", "pi"))
    for event, element in walk:
        if not isinstance(element.tag, str):  # a comment, or an undeclared entity
            if event != "start":
                parts.append(_words_between(element.tail, preformatted))
            continue
        tag = element.tag.rpartition("}")[2].lower()
        is_item, is_block = tag in _ITEMS, tag not in _INLINE | _ITEMS | _CELLS
        hidden = element.get("hidden") is not None or _DISPLAY_NONE.search(element.get("style", ""))
        # The root counts, whatever it is: a whole chapter may be a drawing (svg) with words.
        left_out = hidden or (tag in _LEFT_OUT and element is not root)
        if event == "start" and not left_out:
            preformatted += tag == "pre"
            parts.append(_opening_mark(tag, element, within, is_block))
            parts.append(_words_between(element.text, preformatted))
            within += is_item
        elif event == "start":
            walk.skip_subtree()
        elif event == "end" and not left_out:
            preformatted -= tag == "pre"
            within -= is_item
            runs_on = not is_block or tag in ("br", "lb") or within
            parts.append(_CELL_END if tag in _CELLS else "" if runs_on else _BLOCK_START)
        if event != "start" and element is not root:
            parts.append(_words_between(element.tail, preformatted))
    return "".join(parts)


def _opening_mark(tag: str, element: Any, within: int, is_block: bool) -> str:
    """Return the mark, and what is written for it, where an element begins."""
    if tag in ("br", "lb"):
        return _LINE_START
    # In trafilatura's XML a heading is a <head> with its level in `rend`.
    heading = _HEADING_TAG.fullmatch(element.get("rend", "") if tag == "head" else tag)
    if heading and not within:
        return f"{_BLOCK_START}{'#' * int(heading.group(1))} "
    if tag in _ITEMS:
        return _LINE_START + (_ROW_START if tag in _ROWS else "- " if tag in ("li", "item") else "")
    return "" if not is_block else " " if within else _BLOCK_START


def _words_between(words: str | None, preformatted: int) -> str:
    """Return the text between two tags; line breaks count only in preformatted text."""
    kept = (words or "").translate(_NO_MARKS)
    return kept.replace("\n", _LINE_START) if preformatted else kept
