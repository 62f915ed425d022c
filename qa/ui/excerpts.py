"""The excerpts of a turn, for the chat and for exports: each citation with its present place and its passage.

The text around a quote always comes from the current texts, whatever the stored conversation claims. The functions at
the end put facts about a turn into words, for every kind of export.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from qa.answer import Answer
from qa.catalogue import Words
from qa.citations import Citation, Standing, at_place, block_at, clock, in_context, recheck
from qa.retrieval import Hit
from qa.text.blocks import Block, ancestors
from qa.text.marks import Kind
from qa.text.paragraphs import Span
from qa.text.passages import Passage
from qa.text.source import Place
from qa.ui.history import Turn
from qa.ui.markup import isolated
from qa.ui.reading import Found, Reading
from qa.ui.structure import Line, Row, columns_of, is_one, lines_of, rows_of, signs_in

RELATED = 3
"""How many of the nearest passages an abstention shows and a browser keeps."""

STANDINGS_KEPT = 10_000
"""Citations whose standing is kept in memory, per index: some 3 MB."""


@dataclass(frozen=True)
class Excerpt:
    """A quote and the text around it.

    Attributes:
        was: the citation at the time of the answer; a related passage has the number 0.
        now: the citation at its present place; the same as ``was`` if the quote is gone.
        standing: how the two compare.
        sha256: SHA-256 of the present text; of the former text if the quote is gone.
        section: the headings above it, "" if there are none or they are unknown.
        before, after: what is beside it in its passage; ``before + now.quote + after`` is one piece of the source.
        hit: why its passage was found; None if the quote is elsewhere now.
        columns: the names of a table's columns, for rows of a table that names them.
        rows: the rows of a table that the quote is. All pieces of all rows, joined, are the quote. Empty for another
            quote.
        lines: the blocks of a quote with a list; empty for another quote.
        signs: spans of Markdown's signs, which need not be seen, counted from the start of ``before``.
        span: start and end of the short answer within the quote; None if there is none, all of it is the answer, or the
            quote is gone.
    """

    was: Citation
    now: Citation
    standing: Standing
    sha256: str
    section: str = ""
    before: str = ""
    after: str = ""
    hit: Hit | None = None
    columns: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    lines: tuple[Line, ...] = ()
    signs: tuple[Span, ...] = ()
    span: Span | None = None


def cited_excerpts(turn: Turn, reading: Reading) -> list[Excerpt]:
    """Return one excerpt for each citation of a turn, in their order."""
    if turn.answer is None:
        return []
    return [_excerpt_of(citation, turn, reading) for citation in turn.answer.citations]


def excerpts_by_title(turn: Turn, reading: Reading) -> list[tuple[str, list[Excerpt]]]:
    """Return all excerpts of a turn, each group with the key of its title; no group is empty."""
    groups = [
        ("export.cited", cited_excerpts(turn, reading)),
        ("chat.related", related_excerpts(turn, reading)),
    ]
    return [(title, excerpts) for title, excerpts in groups if excerpts]


def related_excerpts(turn: Turn, reading: Reading) -> list[Excerpt]:
    """Return one excerpt for each of the nearest passages of an abstention; none for an answer."""
    if turn.answer is None or turn.answer.answered:
        return []
    near = turn.answer.hits[:RELATED]
    return [_excerpt_of(Citation(0, hit.passage.source, hit.start, hit.end, hit.text), turn, reading) for hit in near]


def _excerpt_of(was: Citation, turn: Turn, reading: Reading) -> Excerpt:
    sha256 = turn.sources.get(was.source, "")
    standing, now = _standing(was, sha256, reading)
    if standing is Standing.GONE:
        return Excerpt(was, replace(now, context=()), standing, sha256)  # a context that nothing confirms
    source = reading.sources[now.source]
    assert turn.answer is not None
    hit = _hit_around(now, turn.answer.hits, reading) if standing is Standing.VALID else None
    passage = reading.passage_at(now.source, now.start, now.end)
    section = passage.path if passage else ""
    blocks = reading.blocks.get(now.source, ())
    start, end = (passage.start, passage.end) if passage else (now.start, now.end)
    columns, rows, lines = tuple[str, ...](), tuple[Row, ...](), tuple[Line, ...]()
    if blocks:
        now = in_context(now, source.text, blocks)
        if was.n:  # a passage that is only near is shown by itself
            section = " › ".join(now.headings)
            start, end = _beside(blocks, now, passage) if passage else (start, end)
        rows = rows_of(source.text, blocks, now)
        columns = columns_of(source.text, now) if rows else ()
        lines = () if rows else lines_of(source.text, blocks, now)
    return _short(
        Excerpt(
            was, now, standing, source.sha256, section,
            source.text[start : now.start], source.text[now.end : end], hit, columns, rows, lines,
            signs_in(source.text, start, end, blocks), _span_of(was, turn.answer),
        )
    )  # fmt: skip


def _beside(blocks: Sequence[Block], citation: Citation, passage: Passage) -> Span:
    """Return the part of a passage that is shown around a citation: what stands under the same as the citation.

    An item or a row is shown by itself: what it belongs to is its lead-in or its table's header.
    """
    first = block_at(blocks, citation.start)
    last = block_at(blocks, citation.end - 1)
    if first is None or last is None:
        return passage.start, passage.end
    parent = blocks[first].parent
    if citation.kind not in (Kind.ITEM, Kind.ROW):
        while first and blocks[first].start > passage.start and _is_under(blocks, first - 1, parent):
            first -= 1
        while last + 1 < len(blocks) and blocks[last].end < passage.end and _is_under(blocks, last + 1, parent):
            last += 1
    return max(passage.start, blocks[first].start), min(passage.end, blocks[last].end)


def _is_under(blocks: Sequence[Block], number: int, parent: int | None) -> bool:
    return parent is None or parent in ancestors(blocks, number)


def _span_of(was: Citation, answer: Answer) -> Span | None:
    """Return the words of a citation that answer, as offsets into its quote."""
    span, first = answer.span, answer.citations[0].n if answer.citations else 0
    if span is None or was.n != first or span.source != was.source or not was.start <= span.start < span.end <= was.end:
        return None
    return span.start - was.start, span.end - was.start


def _short(excerpt: Excerpt) -> Excerpt:
    """Return the excerpt without its span if all of it is the answer: several items or rows, or several cells."""
    if excerpt.span is None or is_one(excerpt.span, excerpt.rows, excerpt.lines):
        return excerpt
    return replace(excerpt, span=None)


def _standing(was: Citation, sha256: str, reading: Reading) -> tuple[Standing, Citation]:
    """Return the result of ``recheck``, looked up once: a conversation is drawn many times."""
    key = _standing_key(was, sha256)
    known = reading.standings.get(key)
    if known is None:
        may_hold = reading.quotes.may_hold if reading.quotes else None
        standing, now = recheck(was, sha256, reading.sources, may_hold)
        if len(reading.standings) >= STANDINGS_KEPT:
            reading.standings.clear()
        own_name = "" if standing is Standing.GONE else reading.sources[now.source].name
        reading.standings[key] = Found(standing, own_name, now.start)
        return standing, now
    if known.standing is Standing.GONE:
        return known.standing, was
    return known.standing, at_place(was, reading.sources[known.source], known.start)


def _standing_key(was: Citation, sha256: str) -> bytes:
    """Return a hash of what a standing depends on. The strings themselves may be a visitor's, and of any length."""
    place = f"{was.start}-{was.end} {sha256} {len(was.source)} {was.source}{was.quote}"
    return hashlib.sha256(place.encode(errors="surrogatepass")).digest()


def is_in_place(hit: Hit, reading: Reading) -> bool:
    """Return whether a passage that was found earlier is still at its place."""
    source = reading.sources.get(hit.passage.source)
    return source is not None and bool(hit.text) and source.text[hit.start : hit.end] == hit.text


def _hit_around(citation: Citation, hits: tuple[Hit, ...], reading: Reading) -> Hit | None:
    held = (
        hit for hit in hits if hit.holds(citation.source, citation.start, citation.end) and is_in_place(hit, reading)
    )
    return next(held, None)


def standing_in_words(excerpt: Excerpt, words: Words) -> str:
    """Return in words what became of a citation."""
    if excerpt.standing is Standing.MOVED:
        was = excerpt.was
        return words.say("export.moved", source=isolated(was.source), start=str(was.start), end=str(was.end))
    return words["export.gone" if excerpt.standing is Standing.GONE else "export.valid"]


def page_or_time(at: Citation | Place | None, words: Words) -> str:
    """Return the page or the time at which something begins, in words; "" if it has neither."""
    if at is None or at.page is None:
        return clock(at.time) if at and at.time is not None else ""
    return words.say("cite.page", page=at.page)


def asked_on(turn: Turn, words: Words) -> str:
    """Return in words when a question was asked; "" if that is unknown."""
    if not turn.asked_at:
        return ""
    return words.say("export.asked", time=words.time(datetime.fromisoformat(turn.asked_at).astimezone(UTC)))


def verdict(turn: Turn, words: Words) -> str:
    """Return the sentence that a question was not answered."""
    return words.say("chat.abstained", question=isolated(turn.question.strip()))
