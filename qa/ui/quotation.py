"""An excerpt -> HTML: what its quotation stands under, and the quotation itself, marked, within its passage.

The chat and the HTML export draw it alike; each brings the function that escapes its strings. The text of ``.quote`` is
the quotation, character by character: what need not be seen is there, in elements that style sheets hide.

``.around`` is what is beside the quotation, ``.cut`` a part of a long one, ``.bar`` a sign between cells or of
Markdown; ``.dots`` holds no text and stands where something is cut.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from qa.catalogue import Words
from qa.citations import ContextPart
from qa.text.marks import Kind
from qa.text.paragraphs import Span
from qa.ui.excerpts import Excerpt
from qa.ui.structure import Line, Row

DOTS = '<span class="dots"></span>'
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
        told = f'<span class="over-label" dir="auto">{write(words["cite.question"])}</span> '
    return f'<p class="over-{part.kind}">{told}<span dir="auto"{language}>{write(part.quote)}</span></p>'


def quotation(excerpt: Excerpt, write: Write, marked: bool = True, seen: Span | None = None) -> str:
    """Return the quotation between what is beside it; rows below the names of their columns, items as a list.

    Args:
        excerpt: the excerpt.
        write: escapes a string.
        marked: whether the short answer is marked, or the quotation if there is none.
        seen: start and end of what is shown of a long quotation; None for all of it.
    """
    pen = _Pen(excerpt, write, marked, seen or (0, len(excerpt.now.quote)))
    is_table = excerpt.rows and not (excerpt.before or excerpt.after)
    quote = pen.rows() if is_table else pen.lines() if excerpt.lines else pen.sentence()
    return f"{pen.beside(excerpt.before, 0)}{quote}{pen.beside(excerpt.after, pen.after)}"


def span_of(excerpt: Excerpt, write: Write) -> str:
    """Return the short answer of an excerpt, drawn as it is within the quotation; "" if there is none."""
    return _Pen(excerpt, write, False, (0, len(excerpt.now.quote))).words(*excerpt.span) if excerpt.span else ""


@dataclass(frozen=True)
class _Pen:
    """Draws one excerpt. Offsets are counted from the start of its quote."""

    excerpt: Excerpt
    write: Write
    marked: bool
    seen: Span

    @property
    def after(self) -> int:
        """Where what follows the quote begins, counted from the start of its passage."""
        return len(self.excerpt.before) + len(self.excerpt.now.quote)

    def beside(self, text: str, at: int) -> str:
        """Return a text that is beside the quote and begins at an offset of its passage."""
        at -= len(self.excerpt.before)
        return f'<span class="around" dir="auto">{"".join(self._pieces(text, at, at))}</span>' if text else ""

    def sentence(self) -> str:
        """Return the quote as running text."""
        quote, (start, end) = self.excerpt.now.quote, self.seen
        drawn = self._marked(0, len(quote)) or self._whole(self.words(0, len(quote)))
        before = DOTS if start else ""
        return f'<span class="quote">{before}{drawn}{DOTS if end < len(quote) else ""}</span>'

    def lines(self) -> str:
        """Return the quote as a list, with what leads it in."""
        quote, drawn, at = self.excerpt.now.quote, "", 0
        for line in self.excerpt.lines:
            gap, at = quote[at : line.start], line.end
            drawn += f'<span class="bar">{self.write(gap)}</span>' if gap else ""
            drawn += self._line(line)
        drawn = f'<span class="items">{drawn}</span>'
        return f'<span class="quote">{drawn if self._has_mark else self._whole(drawn)}</span>'

    def rows(self) -> str:
        """Return the quote as a table of spans, as a ``mark`` cannot hold the rows of a ``table``.

        The page's script gives them their roles. Cells have no ``dir``: the order of the columns follows the direction
        of their words.
        """
        names = "".join(f'<span class="cell">{self.write(name)}</span>' for name in self.excerpt.columns)
        head = f'<span class="row names">{names}</span>' if names else ""
        rows, at = "", 0
        for row in self.excerpt.rows:
            rows += self._row(row, at)
            at += sum(map(len, row.pieces))
        quote = f'<mark class="rows quote">{rows}</mark>'
        drawn = f'<span class="rows quote">{rows}</span>' if self._has_mark else quote
        return f'<span class="columns">{head}{drawn}</span>'

    def words(self, start: int, end: int) -> str:
        """Return a part of the quote, with its signs and what is cut of it hidden."""
        return "".join(self._pieces(self.excerpt.now.quote[start:end], start, start))

    def _line(self, line: Line) -> str:
        hidden = "" if self.seen[0] < line.end and line.start < self.seen[1] else " cut"
        if line.pieces:
            cells = self._cells(line.pieces, line.start)
            return f'<span class="line cells{hidden}">{cells}</span>'
        drawn = self._marked(line.words, line.end) or self.words(line.words, line.end)
        if not line.depth:
            return f'<span class="line{hidden}">{drawn}</span>'
        mark = self.excerpt.now.quote[line.start : line.words]
        bullet = " bullet" if mark.strip() in "-*+" else ""
        return (
            f'<span class="line item{bullet} deep-{min(line.depth, 4)}{hidden}">'
            f'<span class="sign">{self.words(line.start, line.words)}</span><span class="said">{drawn}</span></span>'
        )

    def _row(self, row: Row, at: int) -> str:
        hidden = " cut" if at >= self.seen[1] else ""
        return f'<span class="row{" names" if row.names_columns else ""}{hidden}">{self._cells(row.pieces, at)}</span>'

    def _cells(self, pieces: tuple[str, ...], at: int) -> str:
        drawn = ""
        for number, piece in enumerate(pieces):
            end = at + len(piece)
            if number % 2:
                drawn += f'<span class="cell">{self._marked(at, end) or self.words(at, end)}</span>'
            elif piece:
                drawn += f'<span class="bar">{self.write(piece)}</span>'
            at = end
        return drawn

    @property
    def _has_mark(self) -> bool:
        """Whether the mark is around the short answer, or there is no mark."""
        return self.excerpt.span is not None or not self.marked

    def _whole(self, drawn: str) -> str:
        return f'<mark class="whole">{drawn}</mark>' if self.marked else drawn

    def _marked(self, start: int, end: int) -> str:
        """Return a part of the quote with the short answer marked; "" if that is not in it."""
        if self.excerpt.span is None or not self.marked:
            return ""
        first, last = self.excerpt.span
        if not start <= first < last <= end:
            return ""
        return f"{self.words(start, first)}<mark>{self.words(first, last)}</mark>{self.words(last, end)}"

    def _pieces(self, text: str, start: int, at: int) -> Iterator[str]:
        """Yield the pieces of a text that begins at an offset of the quote; ``at`` is where it is counted from."""
        end, shift = start + len(text), len(self.excerpt.before)
        signs = [(a - shift, b - shift) for a, b in self.excerpt.signs]
        edges = {start, end, *(edge for span in (*signs, self.seen) for edge in span if start < edge < end)}
        is_beside = end <= 0 or start >= len(self.excerpt.now.quote)
        for first, last in pairwise(sorted(edges)):
            written = self.write(text[first - at : last - at])
            if any(a <= first and last <= b for a, b in signs):
                written = f'<span class="bar">{written}</span>'
            is_cut = not is_beside and not self.seen[0] <= first < self.seen[1]
            yield f'<span class="cut">{written}</span>' if is_cut else written
