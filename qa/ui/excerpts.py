"""A turn -> its excerpts, for the chat and for exports: the cited words where they stand now, within their passage.

Everything around the words comes from the present texts, whatever the conversation says of them. And what
every kind of export says of them in words.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from qa.catalogue import Words
from qa.citations import Citation, Standing, clock, recheck
from qa.retrieval import Hit
from qa.text.source import Place
from qa.ui.history import Turn
from qa.ui.markup import isolated
from qa.ui.reading import Reading

RELATED = 3
"""How many of the nearest passages an abstention shows and a browser keeps."""

STANDINGS_KEPT = 10_000
"""Citations whose standing is kept in memory, per index."""
LONGEST_KEPT = 2_000
"""Code points of a quote whose standing is kept. Only a forged conversation has longer ones."""


@dataclass(frozen=True)
class Excerpt:
    """Cited words and what stands around them.

    Attributes:
        was: the citation as it was answered; of a related passage, the passage itself under the number 0.
        now: where its words stand now; as it was, if they are gone.
        standing: how the two compare.
        sha256: of the text that it speaks of: the present one, or the one of then if the words are gone.
        section: the headings it stands under, "" if none or not known.
        before, after: the rest of its passage; ``before + now.quote + after`` stands in the source as one.
        hit: why its passage was found; None where it stands elsewhere now.
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
    """One for each citation of an answered turn, in their order."""
    if turn.answer is None:
        return []
    return [_excerpt(citation, turn, reading) for citation in turn.answer.citations]


def related_excerpts(turn: Turn, reading: Reading) -> list[Excerpt]:
    """One for each of the nearest passages of an abstention; none of an answer."""
    if turn.answer is None or turn.answer.answered:
        return []
    near = turn.answer.hits[:RELATED]
    return [_excerpt(Citation(0, hit.passage.source, hit.start, hit.end, hit.text), turn, reading) for hit in near]


def _excerpt(was: Citation, turn: Turn, reading: Reading) -> Excerpt:
    sha256 = turn.sources.get(was.source, "")
    standing, now = _standing(was, sha256, reading)
    if standing is Standing.GONE:
        return Excerpt(was, now, standing, sha256)
    source = reading.sources[now.source]
    assert turn.answer is not None
    hit = _found(now, turn.answer.hits, reading) if standing is Standing.VALID else None
    passage = reading.passage_at(now.source, now.start, now.end)
    if passage is None:
        return Excerpt(was, now, standing, source.sha256, hit=hit)
    return Excerpt(
        was, now, standing, source.sha256, passage.path,
        source.text[passage.start : now.start], source.text[now.end : passage.end], hit,
    )  # fmt: skip


def _standing(was: Citation, sha256: str, reading: Reading) -> tuple[Standing, Citation]:
    """Return ``recheck``'s result; a conversation is drawn many times, and looked up once."""
    known = reading.standings.get((was, sha256))
    if known is None:
        known = recheck(was, sha256, reading.sources)
        if len(was.quote) <= LONGEST_KEPT:
            if len(reading.standings) >= STANDINGS_KEPT:
                reading.standings.clear()
            reading.standings[was, sha256] = known
    return known


def stands(hit: Hit, reading: Reading) -> bool:
    """Whether a passage found earlier still stands where it stood."""
    source = reading.sources.get(hit.passage.source)
    return source is not None and bool(hit.text) and source.text[hit.start : hit.end] == hit.text


def _found(citation: Citation, hits: tuple[Hit, ...], reading: Reading) -> Hit | None:
    held = (hit for hit in hits if hit.holds(citation.source, citation.start, citation.end) and stands(hit, reading))
    return next(held, None)


def standing_told(excerpt: Excerpt, words: Words) -> str:
    """What has become of the words, in the interface's language."""
    if excerpt.standing is Standing.MOVED:
        was = excerpt.was
        return words.say("export.moved", source=isolated(was.source), start=str(was.start), end=str(was.end))
    return words["export.gone" if excerpt.standing is Standing.GONE else "export.valid"]


def leaf_told(at: Citation | Place | None, words: Words) -> str:
    """The page or the moment that something begins at, in the interface's language; "" where there is none."""
    if at is None or at.page is None:
        return clock(at.time) if at and at.time is not None else ""
    return words.say("card.page", page=at.page)


def asked_on(turn: Turn, words: Words) -> str:
    """When it was asked; "" where that is not known."""
    if not turn.asked_at:
        return ""
    return words.say("export.asked", time=words.time(datetime.fromisoformat(turn.asked_at).astimezone(UTC)))


def verdict(turn: Turn, words: Words) -> str:
    """That the question was not answered."""
    return words.say("chat.abstained", question=isolated(turn.question.strip()))
