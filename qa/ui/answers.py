"""An answer's excerpts -> HTML: the short answer, the sentence it is from, and what else speaks of it, folded.

Nothing is told twice: the passage around a quotation is in it, hidden, for the tooltip (tooltip.js). What few people
ask for, such as scores and offsets, is in a menu of each citation.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Sequence

from qa.catalogue import Words
from qa.citations import Standing
from qa.retrieval import Hit
from qa.text.language import UNKNOWN, language_of
from qa.text.paragraphs import Span
from qa.ui.cuts import joined, line_of, room_for, said_of, seen_of
from qa.ui.excerpts import Excerpt, page_or_time
from qa.ui.markup import button, direction, escape, lang, own, place
from qa.ui.quotation import over, quotation, span_of
from qa.ui.reading import Reading

LONGEST_SHORT = 80
"""Columns of a short answer in a line of its own: one line of 40 Japanese characters. A longer one is not short."""
_ALL_BUT = 0.8
"""A short answer that is more than this share of its quotation would say the same twice."""


def answer_html(
    excerpts: Sequence[Excerpt], question: str, sure: bool, differs: Collection[int], reading: Reading, words: Words
) -> str:
    """Return an answer: what [1] says, what answers differently, then the other citations, one line each.

    Args:
        excerpts: those of its citations, in order.
        question: as asked; with the answer it fits on a phone's screen.
        sure: whether [1] is; if not, that is said, and the other citations are not folded.
        differs: the numbers of the citations that answer differently from [1], and as surely.
        reading: the current texts.
        words: the interface's language.
    """
    first, *further = excerpts
    differing = [one for one in further if one.now.n in differs]
    others = [one for one in further if one.now.n not in differs]
    possibly = "" if sure else f'<p class="unsure">{own(words["chat.possibly"])}</p>'
    said = "".join(first_html(one, question, reading, words) for one in differing)
    if said:
        said = f'<div class="differing"><p class="differs">{own(words["chat.differs"])}</p>{said}</div>'
    more = ""
    if others:
        told = own(words.say("chat.more", count=len(others)))
        lines = "".join(f"<li>{further_html(one, reading, words)}</li>" for one in others)
        more = f'<details class="more"{"" if sure else " open"}><summary>{told}</summary><ul>{lines}</ul></details>'
    return f'<div class="answer">{possibly}{first_html(first, question, reading, words)}{said}{more}</div>'


def first_html(excerpt: Excerpt, question: str, reading: Reading, words: Words) -> str:
    """Return the citation that answers: its short answer large, then its sentence as a quotation."""
    if excerpt.standing is Standing.GONE:
        return _gone(excerpt, words)
    said, short = short_answer(excerpt), ""
    if said:
        spoken = lang(reading.languages.get(excerpt.now.source))
        short = f'<p class="short" dir="{direction(said)}"{spoken}>{span_of(excerpt, escape)}</p>'
    seen = seen_of(excerpt, room_for(question, said, excerpt.section + excerpt.now.source))
    return (
        f'{short}<div class="excerpt c-{excerpt.now.n}{"" if said else " plain"}">{_origin(excerpt, reading, words)}'
        f"{_blockquote(excerpt, reading, words, _cite(excerpt, reading), seen)}{_whole(excerpt, seen, words)}"
        f"{_rest(excerpt, reading, words)}{_foreign(excerpt, question, reading, words)}"
        f"{_menu(excerpt, reading, words)}</div>"
    )


def further_html(excerpt: Excerpt, reading: Reading, words: Words) -> str:
    """Return a citation as one line; its menu shows all of it."""
    if excerpt.standing is Standing.GONE:
        return _gone(excerpt, words)
    return (
        f'<div class="excerpt c-{excerpt.now.n} line">{_cite(excerpt, reading)}'
        f"{_blockquote(excerpt, reading, words, '', line_of(excerpt))}"
        f"{_origin(excerpt, reading, words)}{_menu(excerpt, reading, words)}</div>"
    )


def near_html(excerpt: Excerpt, reading: Reading) -> str:
    """Return a passage that is near a declined question as one line: the way to it, and what it says."""
    now = excerpt.now
    source = reading.sources[now.source]
    heading = excerpt.section.split(" › ")[-1] or source.name
    seen = said_of(excerpt, reading.blocks.get(source.name, ()))
    spoken = lang(reading.languages.get(source.name))
    return (
        f'<div class="related line">{button(f"show {place(source, now.start, now.end)}", heading)}'
        f'<span class="passage" dir="{direction(now.quote[seen[0] :])}"{spoken}>'
        f"{quotation(excerpt, escape, marked=False, seen=seen)}</span></div>"
    )


def short_answer(excerpt: Excerpt) -> str:
    """Return the short answer of an excerpt if it is worth a line of its own, else nothing."""
    if excerpt.span is None:
        return ""
    quote = excerpt.now.quote
    said = quote[slice(*excerpt.span)]
    columns = sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in said)
    return said if columns <= LONGEST_SHORT and len(said) < _ALL_BUT * len(quote) else ""


def _whole(excerpt: Excerpt, seen: Span, words: Words) -> str:
    """Return the button that shows all of a quotation of which only a part is in sight."""
    return button("all", words["cite.all"]) if seen != (0, len(excerpt.now.quote)) else ""


def _blockquote(excerpt: Excerpt, reading: Reading, words: Words, cite: str, seen: Span) -> str:
    spoken = lang(reading.languages.get(excerpt.now.source))
    drawn = " drawn" if excerpt.rows or excerpt.lines else ""
    return (
        f'<blockquote dir="{direction(excerpt.now.quote)}">{over(excerpt, words, escape, spoken)}'
        f'<span class="passage{drawn}"{spoken}>{quotation(excerpt, escape, seen=seen)}</span>{cite}</blockquote>'
    )


def _cite(excerpt: Excerpt, reading: Reading) -> str:
    now = excerpt.now
    moved = " moved" if excerpt.standing is Standing.MOVED else ""
    where = place(reading.sources[now.source], now.start, now.end)
    return f'<button type="button" class="cite c-{now.n}{moved} {where}">[{now.n}]</button>'


def _gone(excerpt: Excerpt, words: Words) -> str:
    told = escape(words.say("cite.gone", n=excerpt.now.n))
    quote = f'<s class="quote gone" dir="auto">{escape(excerpt.now.quote)}</s>'
    return f'<p class="gone">{quote}<span class="lost">{told}</span></p>'


def _origin(excerpt: Excerpt, reading: Reading, words: Words) -> str:
    """Return where a quotation is from: its headings, its document, its page."""
    source = reading.sources[excerpt.now.source]
    leaf = page_or_time(source.place(excerpt.now.start), words)
    parts = (("section", excerpt.section), ("source-name", source.name), ("leaf", leaf))
    shown = " · ".join(f'<span class="{name}" dir="auto">{escape(text)}</span>' for name, text in parts if text)
    moved = excerpt.standing is Standing.MOVED
    note = f' <span class="standing">{own(words["cite.moved"])}</span>' if moved else ""
    return f'<p class="origin">{shown}{note}</p>'


def _rest(excerpt: Excerpt, reading: Reading, words: Words) -> str:
    """Return the way to what is left of a list that is cited in part."""
    if not excerpt.now.rest:
        return ""
    return button(f"show {place(reading.sources[excerpt.now.source], *excerpt.now.rest)}", words["cite.rest"])


def _foreign(excerpt: Excerpt, question: str, reading: Reading, words: Words) -> str:
    """Return that a quotation is in another language than the question, and stands as it is written."""
    written, asked = reading.languages.get(excerpt.now.source, UNKNOWN), language_of(question)
    if UNKNOWN in (written, asked) or written.split("-")[0] == asked.split("-")[0]:
        return ""
    return f'<p class="foreign">{own(words.say("cite.foreign", language=words.language(written)))}</p>'


def _menu(excerpt: Excerpt, reading: Reading, words: Words) -> str:
    """Return what few people ask for: a button that copies, the place in the source, why it was found."""
    now, hit = excerpt.now, excerpt.hit
    where = f'<span class="place" dir="ltr">{now.start}–{now.end}</span>'
    return (
        f'<details class="menu"><summary>⋯</summary><div class="menu-body">{button("copy", words["cite.copy"])}'
        f"{_reasons(hit, where, words) if hit else f'<p>{where}</p>'}</div></details>"
    )


def _reasons(hit: Hit, where: str, words: Words) -> str:
    """Return why a passage was found: in a sentence, then in figures."""
    terms = " ".join(f'<span class="term" dir="auto">{escape(term)}</span>' for term in joined(hit.terms))
    figures = ((name, own(figure)) for name, figure in hit.figures(words))
    rows = (
        (words["export.place"], where),
        (words["why.score"], own(f"{hit.score:.2f}")),
        *figures,
        (words["why.terms"], terms or own(words["why.no.terms"])),
    )
    table = "".join(f"<dt>{own(name)}</dt><dd>{value}</dd>" for name, value in rows)
    return f'<p class="why">{own(words["cite.why"])} {own(_reason_sentence(hit, words))}</p><dl>{table}</dl>'


def _reason_sentence(hit: Hit, words: Words) -> str:
    if hit.lexical_rank is None:
        return words.say("why.meaning", meaning=hit.dense_rank)
    if hit.dense_rank is None:
        return words.say("why.words", words=hit.lexical_rank)
    return words.say("why.both", words=hit.lexical_rank, meaning=hit.dense_rank)
