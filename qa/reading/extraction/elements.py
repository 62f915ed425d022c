"""A tree of HTML elements -> blocks of lines: headings with Markdown's marks, items, rows and paragraphs.

Reads XHTML and the XML that trafilatura returns; they have different names for a few elements. Pronunciations (ruby)
are left out, because they would break up the sentences.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from lxml import etree

from qa.reading.extraction import UnreadableError
from qa.reading.extraction.composing import Piece, heading
from qa.reading.extraction.glyphs import subscript, superscript
from qa.reading.extraction.tables import fill_spans, holds_value, join_cells
from qa.text.marks import Kind

_HEADING_TAG = re.compile(r"h([1-6])")
_HEADING_TAGS = [f"{{*}}h{level}" for level in range(1, 7)]
_ITEMS = {"li", "item", "tr", "row", "dt", "dd"}
"""Elements that get a line of their own within a block."""
_ROWS = {"tr", "row"}
_LINES_OF_CELLS = [f"{{*}}{name}" for name in ("br", "li", "ul", "ol", "p", "div")]
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
_LINE_START, _BLOCK_START, _CELL_END = "\0\1\2"
_HEADING, _ITEM, _ROW, _HEADER, _CAPTION, _CODE = "\3\4\5\6\7\x0e"
"""Signs that are put between the words of a tree. They are removed from the words themselves. Those of the second line
follow a sign of the first and say what begins there; after that of a heading comes its level."""
_SIGNS = f"{_LINE_START}{_BLOCK_START}{_CELL_END}{_HEADING}{_ITEM}{_ROW}{_HEADER}{_CAPTION}{_CODE}"
_NO_SIGNS = dict.fromkeys(map(ord, f"{_SIGNS}\ufeff"))
_KINDS = {_ITEM: Kind.ITEM, _ROW: Kind.ROW, _HEADER: Kind.HEADER, _CAPTION: Kind.CAPTION, _CODE: Kind.CODE}


def check_complete(parser: Any) -> None:
    """Check that an lxml parser read its input to the end. lxml reports it only in its log.

    Raises:
        UnreadableError: the input is nested too deep, or is too long.
    """
    if any(entry.type_name == "ERR_RESOURCE_LIMIT" for entry in parser.error_log):
        raise UnreadableError("large")


def blocks_of(root: Any) -> Iterator[list[Piece]]:
    """Yield the blocks of an lxml element, each as its lines."""
    for block in _marked_words(root).split(_BLOCK_START):
        lines = [_piece(line) for line in block.split(_LINE_START)]
        yield [line for line in lines if line.words.strip("-# ")]


def simplify(root: Any) -> None:
    """Change a tree in place so that its words alone are enough.

    Superscripts and subscripts become Unicode's, except those that link to notes. Line breaks in headings become
    spaces, and so do lines, paragraphs and lists in cells with values. Cells that span columns or rows are in each of
    them.
    """
    for title in list(root.iter(*_HEADING_TAGS)):
        _put_in_one_line(title, "{*}br")
    for cell in list(root.iter("{*}td", "{*}th")):
        if len(cell) and holds_value(cell) and not any(map(_is_hidden, cell.iter(*_LINES_OF_CELLS))):
            _put_in_one_line(cell, *_LINES_OF_CELLS)
    fill_spans(root)
    for tag, shift in _SCRIPT_TAGS:
        for element in root.iter(tag):
            parent = element.getparent()
            if not len(element) and (parent is None or etree.QName(parent).localname != "a"):
                element.text = shift(element.text or "")


def _put_in_one_line(element: Any, *tags: str) -> None:
    """Replace the elements with these tags in another, in place, by their words with spaces around them."""
    for one in element.iter(*tags):
        one.text, one.tail = f" {one.text or ''}", f" {one.tail or ''}"
    etree.strip_tags(element, *tags)


def _piece(line: str) -> Piece:
    """Return a line with what it is, its cells separated by bars."""
    sign = line[:1]
    level = int(line[1]) if sign == _HEADING else 0
    words = line[2 if level else 1 :] if sign == _HEADING or sign in _KINDS else line
    cells = (_HTML_SPACE.sub(" ", cell).strip(" ") for cell in words.split(_CELL_END))
    # A row with a list in it goes on in further lines, whose cells are in no column.
    text = join_cells(cells if sign in (_ROW, _HEADER) else filter(None, cells))
    if level:
        return heading(text, level)
    return Piece(f"- {text}" if sign == _ITEM else text, _KINDS.get(sign))


def _marked_words(root: Any) -> str:
    """Return all words in reading order, with signs where lines, blocks and rows begin and cells end."""
    parts: list[str] = []
    within = 0  # number of list items and table rows around; no block begins in them
    breaks = ""  # what a line break in the words stands for: a new line within <pre>, else white space
    walk = etree.iterwalk(root, events=("start", "end", "comment", "pi"))
    for event, element in walk:
        if not isinstance(element.tag, str):  # a comment, or an undeclared entity
            if event != "start":
                parts.append(_words_between(element.tail, breaks))
            continue
        tag = _tag_of(element)
        is_item, is_block = tag in _ITEMS, tag not in _INLINE | _ITEMS | _CELLS
        # The root counts, whatever it is: a whole chapter may be a drawing (svg) with words.
        left_out = _is_hidden(element) or (tag in _LEFT_OUT and element is not root)
        if event == "start" and not left_out:
            if tag == "pre":
                breaks = _LINE_START + (_CODE if is_code(element) else "")
            parts.append(breaks if breaks and tag == "br" else _opening_signs(tag, element, within, is_block))
            parts.append(_words_between(element.text, breaks))
            within += is_item
        elif event == "start":
            walk.skip_subtree()
        elif event == "end" and not left_out:
            breaks = "" if tag == "pre" else breaks
            within -= is_item
            runs_on = not is_block or tag in ("br", "lb") or within
            parts.append(_CELL_END if tag in _CELLS else "" if runs_on else _BLOCK_START)
        if event != "start" and element is not root:
            parts.append(_words_between(element.tail, breaks))
    return "".join(parts)


def _is_hidden(element: Any) -> bool:
    """Return whether a page does not show an element."""
    return element.get("hidden") is not None or _DISPLAY_NONE.search(element.get("style", "")) is not None


def is_code(preformatted: Any) -> bool:
    """Return whether a <pre> element holds code and not, for example, a poem."""
    return preformatted.find(".//{*}code") is not None


def _opening_signs(tag: str, element: Any, within: int, is_block: bool) -> str:
    """Return the signs where an element begins."""
    if tag in ("br", "lb"):
        return _LINE_START
    # In trafilatura's XML a heading is a <head> with its level in `rend`.
    level = _HEADING_TAG.fullmatch(element.get("rend", "") if tag == "head" else tag)
    if level and not within:
        return f"{_BLOCK_START}{_HEADING}{level.group(1)}"
    if tag in _ITEMS:
        return _LINE_START + (_row_sign(element) if tag in _ROWS else _ITEM if tag in ("li", "item") else "")
    sign = _CAPTION if tag in ("figcaption", "caption") else _CODE if tag == "pre" and is_code(element) else ""
    return "" if not is_block else " " if within else _BLOCK_START + sign


def _row_sign(row: Any) -> str:
    """Return the sign of a row, or of a header: a row whose cells all name columns, or one in the table's head."""
    cells = [cell for cell in row if isinstance(cell.tag, str) and _tag_of(cell) in _CELLS]
    names = bool(cells) and all(_tag_of(cell) == "th" or cell.get("role") == "head" for cell in cells)
    above = row.getparent()
    return _HEADER if names or (above is not None and _tag_of(above) == "thead") else _ROW


def _tag_of(element: Any) -> str:
    """Return the name of an element in lower case, without its namespace."""
    return str(element.tag).rpartition("}")[2].lower()


def _words_between(words: str | None, breaks: str) -> str:
    """Return the text between two tags, with what its line breaks stand for, if they stand for anything."""
    kept = (words or "").translate(_NO_SIGNS)
    return kept.replace("\n", breaks) if breaks else kept
