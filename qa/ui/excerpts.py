"""The excerpts of a turn, for the chat and for exports: each citation with its present place and its passage.

The text around a quote always comes from the current texts, whatever the stored conversation claims. The functions at
the end put facts about a turn into words, for every kind of export.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime

from qa.catalogue import Words
from qa.citations import Citation, Standing, at_place, clock, recheck
from qa.retrieval import Hit
from qa.text.source import Place
from qa.ui.history import Turn
from qa.ui.markup import isolated
from qa.ui.reading import Found, Reading

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
        before, after: the rest of its passage; ``before + now.quote + after`` is one piece of the source.
        hit: why its passage was found; None if the quote is elsewhere now.
    """

    was: Citation
    now: Citation
    standing: Standing
    sha256: str
    section: str = ""
    before: str = ""
    after: str = ""
    hit: Hit | None = None


def cited_excerpts(turn: Turn, reading: Reading) -> list[Excerpt]:
    """Return one excerpt for each citation of a turn, in their order."""
    if turn.answer is None:
        return []
    return [_excerpt_of(citation, turn, reading) for citation in turn.answer.citations]


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
        return Excerpt(was, now, standing, sha256)
    source = reading.sources[now.source]
    assert turn.answer is not None
    hit = _hit_around(now, turn.answer.hits, reading) if standing is Standing.VALID else None
    passage = reading.passage_at(now.source, now.start, now.end)
    if passage is None:
        return Excerpt(was, now, standing, source.sha256, hit=hit)
    return Excerpt(
        was, now, standing, source.sha256, passage.path,
        source.text[passage.start : now.start], source.text[now.end : passage.end], hit,
    )  # fmt: skip


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
    return words.say("card.page", page=at.page)


def asked_on(turn: Turn, words: Words) -> str:
    """Return in words when a question was asked; "" if that is unknown."""
    if not turn.asked_at:
        return ""
    return words.say("export.asked", time=words.time(datetime.fromisoformat(turn.asked_at).astimezone(UTC)))


def verdict(turn: Turn, words: Words) -> str:
    """Return the sentence that a question was not answered."""
    return words.say("chat.abstained", question=isolated(turn.question.strip()))
