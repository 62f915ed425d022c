"""Citations and hits -> cards: a passage with its place, the cited sentence marked, and why it was found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from qa.citations import Citation, Standing
from qa.retrieval import Hit
from qa.sources import Source
from qa.ui.markup import button, escape, own, place
from qa.ui.reading import Reading
from qa.ui.words import Words


@dataclass(frozen=True)
class Checked:
    """A citation where its words stand now, and how that compares with where they stood."""

    citation: Citation
    standing: Standing


def excerpt_card(checked: Checked, hits: Sequence[Hit], reading: Reading, words: Words) -> str:
    """A card of a citation that is not gone: the passage with the cited sentence marked."""
    citation = checked.citation
    hit = None
    if checked.standing is Standing.VALID:  # what was found then tells nothing of another place
        hit = next((hit for hit in hits if _found(hit, citation, reading)), None)
    passage = hit.passage if hit else reading.passage_at(citation.source, citation.start, citation.end)
    start, end = (passage.start, passage.end) if passage else (citation.start, citation.end)
    source = reading.sources[citation.source]
    body = (
        f"{escape(source.text[start : citation.start])}<mark>{escape(source.text[citation.start : citation.end])}"
        f"</mark>{escape(source.text[citation.end : end])}"
    )
    moved = checked.standing is Standing.MOVED
    note = f'<span class="standing">{own(words["card.moved"])}</span>' if moved else ""
    return (
        f'<div class="excerpt c-{citation.n}"><p class="card-head"><span class="number">{citation.n}</span>'
        f"{_origin(source.name, passage.section if passage else '', words)}{note}</p>"
        f"{_body(body, source.name, reading)}"
        f"{_foot(source, citation.start, citation.end, hit, words, copies=True)}</div>"
    )


def related_card(hit: Hit, reading: Reading, words: Words) -> str:
    """A card of a passage that is no answer."""
    source = reading.sources[hit.passage.source]
    return (
        f'<div class="related"><p class="card-head">{_origin(source.name, hit.passage.section, words)}</p>'
        f"{_body(escape(hit.text), source.name, reading)}"
        f"{_foot(source, hit.start, hit.end, hit, words)}</div>"
    )


def stands(hit: Hit, reading: Reading) -> bool:
    """Whether a passage found earlier still stands where it stood."""
    source = reading.sources.get(hit.passage.source)
    return source is not None and bool(hit.text) and source.text[hit.start : hit.end] == hit.text


def _found(hit: Hit, citation: Citation, reading: Reading) -> bool:
    return hit.holds(citation.source, citation.start, citation.end) and stands(hit, reading)


def _origin(source: str, section: str, words: Words) -> str:
    shown = f'<span class="section" dir="auto">{escape(section)}</span>' if section else ""
    return f'{shown}<span class="source-name" dir="auto">{escape(source)}</span>'


def _body(content: str, source: str, reading: Reading) -> str:
    tag = reading.languages.get(source)
    lang = f' lang="{escape(tag)}"' if tag else ""
    return f'<div class="passage" dir="auto"{lang}>{content}</div>'


def _foot(source: Source, start: int, end: int, hit: Hit | None, words: Words, copies: bool = False) -> str:
    score = own(words.say("card.score", score=f"{hit.score:.2f}")) if hit else ""
    return (
        f'<div class="card-foot">{button(f"show {place(source, start, end)}", words["card.show"])}'
        f"{button('copy-excerpt', words['card.copy']) if copies else ''}"
        f'<span class="place" dir="ltr">{start}–{end}</span><span class="score">{score}</span>'
        f"{_why(hit, words) if hit else ''}</div>"
    )


def _why(hit: Hit, words: Words) -> str:
    """First in a sentence, then in figures."""
    terms = " ".join(f'<span class="term" dir="auto">{escape(term)}</span>' for term in hit.terms)
    rows = (
        (words["why.late"], own(f"{hit.late:.3f}")),
        (words["why.dense"], own(_ranked(f"{hit.dense:.3f}", hit.dense_rank, words))),
        (words["why.lexical"], own(_ranked(f"{hit.lexical:.2f}", hit.lexical_rank, words))),
        (words["why.terms"], terms or own(words["why.no.terms"])),
    )
    table = "".join(f"<dt>{own(name)}</dt><dd>{value}</dd>" for name, value in rows)
    return (
        f'<details class="why"><summary>{own(words["card.why"])}</summary>'
        f"<p>{own(_in_a_sentence(hit, words))}</p><dl>{table}</dl></details>"
    )


def _in_a_sentence(hit: Hit, words: Words) -> str:
    if hit.lexical_rank is None:
        return words.say("why.meaning", meaning=hit.dense_rank)
    if hit.dense_rank is None:
        return words.say("why.words", words=hit.lexical_rank)
    return words.say("why.both", words=hit.lexical_rank, meaning=hit.dense_rank)


def _ranked(score: str, rank: int | None, words: Words) -> str:
    return words.say("why.unranked" if rank is None else "why.value", score=score, rank=rank)
