"""The cards below an answer: an excerpt or a hit goes in, HTML with its passage, place and score comes out."""

from __future__ import annotations

from qa.catalogue import Words
from qa.citations import Standing
from qa.retrieval import Hit
from qa.text.paragraphs import Span
from qa.text.source import Source
from qa.ui.excerpts import Excerpt, page_or_time
from qa.ui.markup import button, escape, lang, own, place
from qa.ui.quotation import over, quotation
from qa.ui.reading import Reading


def excerpt_card(excerpt: Excerpt, reading: Reading, words: Words) -> str:
    """Return the card of a citation that is still in the texts: its context, and its passage with the quote marked."""
    citation = excerpt.now
    source = reading.sources[citation.source]
    moved = excerpt.standing is Standing.MOVED
    note = f'<span class="standing">{own(words["card.moved"])}</span>' if moved else ""
    number = f'<span class="number">{citation.n}</span>' if citation.n else ""
    return (
        f'<div class="excerpt{f" c-{citation.n}" if citation.n else ""}"><p class="card-head">{number}'
        f"{_section_and_source(source.name, excerpt.section)}{note}</p>"
        f"{over(excerpt, words, escape, lang(reading.languages.get(source.name)))}"
        f"{_passage(quotation(excerpt, escape), source.name, reading)}"
        f"{_card_foot(source, citation.start, citation.end, excerpt.hit, words, copies=True, rest=citation.rest)}</div>"
    )


def related_card(hit: Hit, reading: Reading, words: Words) -> str:
    """Return the card of a passage that is related to the question but is not an answer."""
    source = reading.sources[hit.passage.source]
    passage = reading.passage_at(source.name, hit.start, hit.end)
    head = _section_and_source(source.name, passage.path if passage else "")
    return (
        f'<div class="related"><p class="card-head">{head}</p>'
        f"{_passage(escape(hit.text), source.name, reading)}"
        f"{_card_foot(source, hit.start, hit.end, hit, words)}</div>"
    )


def _section_and_source(source: str, section: str) -> str:
    shown = f'<span class="section" dir="auto">{escape(section)}</span>' if section else ""
    return f'{shown}<span class="source-name" dir="auto">{escape(source)}</span>'


def _passage(content: str, source: str, reading: Reading) -> str:
    return f'<div class="passage" dir="auto"{lang(reading.languages.get(source))}>{content}</div>'


def _card_foot(
    source: Source, start: int, end: int, hit: Hit | None, words: Words, copies: bool = False, rest: Span | None = None
) -> str:
    """Return the foot of a card; ``rest`` is what is left of a list that is cited in part."""
    score = own(words.say("card.score", score=f"{hit.score:.2f}")) if hit else ""
    leaf = page_or_time(source.place(start), words)
    leaf = f'<span class="leaf">{own(leaf)}</span>' if leaf else ""
    return (
        f'<div class="card-foot">{button(f"show {place(source, start, end)}", words["card.show"])}'
        f"{button(f'show {place(source, *rest)}', words['card.rest']) if rest else ''}"
        f"{button('copy-excerpt', words['card.copy']) if copies else ''}"
        f'{leaf}<span class="place" dir="ltr">{start}–{end}</span><span class="score">{score}</span>'
        f"{_reasons(hit, words) if hit else ''}</div>"
    )


def _reasons(hit: Hit, words: Words) -> str:
    """Return why a passage was found: in a sentence, then in figures."""
    terms = " ".join(f'<span class="term" dir="auto">{escape(term)}</span>' for term in hit.terms)
    figures = ((name, own(figure)) for name, figure in hit.figures(words))
    rows = (*figures, (words["why.terms"], terms or own(words["why.no.terms"])))
    table = "".join(f"<dt>{own(name)}</dt><dd>{value}</dd>" for name, value in rows)
    return (
        f'<details class="why"><summary>{own(words["card.why"])}</summary>'
        f"<p>{own(_reason_sentence(hit, words))}</p><dl>{table}</dl></details>"
    )


def _reason_sentence(hit: Hit, words: Words) -> str:
    if hit.lexical_rank is None:
        return words.say("why.meaning", meaning=hit.dense_rank)
    if hit.dense_rank is None:
        return words.say("why.words", words=hit.lexical_rank)
    return words.say("why.both", words=hit.lexical_rank, meaning=hit.dense_rank)
