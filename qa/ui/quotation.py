"""An excerpt -> HTML: what its quotation stands under, and the quotation itself, marked, within its passage.

The chat and the HTML export draw it alike; each brings the function that escapes its strings. Without tags, the marked
element is the quotation, character by character.
"""

from __future__ import annotations

from collections.abc import Callable

from qa.catalogue import Words
from qa.citations import ContextPart
from qa.text.marks import Kind
from qa.ui.excerpts import Excerpt, Row

Write = Callable[[str], str]
"""Returns a string of a source as it stands in the HTML."""


def over(excerpt: Excerpt, words: Words, write: Write, language: str = "") -> str:
    """Return what the quotation of an excerpt stands under besides headings; "" if that is nothing.

    Args:
        excerpt: the excerpt. The names of columns are left out where its rows are drawn as a table.
        words: the interface's language.
        write: escapes a string.
        language: the ``lang`` attribute of the source, with a space before it, or nothing.
    """
    parts = [part for part in excerpt.now.under if part.kind != Kind.HEADER or not excerpt.rows]
    if not parts:
        return ""
    return f'<div class="over">{"".join(_part(part, words, write, language) for part in parts)}</div>'


def _part(part: ContextPart, words: Words, write: Write, language: str) -> str:
    told = ""
    if part.kind == Kind.QUESTION:
        told = f'<span class="over-label" dir="auto">{write(words["card.question"])}</span> '
    return f'<p class="over-{part.kind}">{told}<span dir="auto"{language}>{write(part.quote)}</span></p>'


def quotation(excerpt: Excerpt, write: Write, marked: bool = True) -> str:
    """Return the quotation with what is beside it; rows of a table below the names of their columns.

    Args:
        excerpt: the excerpt.
        write: escapes a string.
        marked: whether the quotation is marked.
    """
    if excerpt.rows and not (excerpt.before or excerpt.after):
        return _drawn_rows(excerpt, write, marked)
    quote = write(excerpt.now.quote)
    return f"{write(excerpt.before)}{f'<mark>{quote}</mark>' if marked else quote}{write(excerpt.after)}"


def _drawn_rows(excerpt: Excerpt, write: Write, marked: bool) -> str:
    """Return rows as a table of spans: a ``mark`` cannot hold the rows of a ``table``. chat.js gives them their roles.

    What separates the cells is in the HTML, and hidden. Cells have no ``dir``: the order of the columns follows the
    direction of their words.
    """
    names = "".join(f'<span class="cell">{write(name)}</span>' for name in excerpt.columns)
    head = f'<span class="row names">{names}</span>' if names else ""
    rows = "".join(_row(row, write) for row in excerpt.rows)
    tag = "mark" if marked else "span"
    return f'<span class="columns">{head}<{tag} class="rows">{rows}</{tag}></span>'


def _row(row: Row, write: Write) -> str:
    drawn = (
        f'<span class="cell">{write(piece)}</span>'
        if number % 2
        else (f'<span class="bar">{write(piece)}</span>' if piece else "")
        for number, piece in enumerate(row.pieces)
    )
    return f'<span class="row{" names" if row.names_columns else ""}">{"".join(drawn)}</span>'
