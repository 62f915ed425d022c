"""A turn of a conversation, with what went before -> what is found for it.

    turn, history -> passages for the turn, and near the last answer -> their units, scored and read -> blended

A turn may say everything itself, or leave something to be understood: "and in 2012?", それはなぜ. What it leaves out
stands in the last questions or in the last answer. So the units of the passages are scored and read with the turn as
it stands, with the last questions before it, and with the words that answered last before it; a unit's score is a
blend of these:

    score = (1 - weight) * score for the turn
          + weight * mean of the scores for the last questions and the turn, and for the last words and the turn
          + NEAR + NEAR_IF_SHORT * weight   if the unit is in the source of the last answer
          - SAID                            if the last answer was this unit

The weight falls with the length of the turn; one that stands alone is read as it stands only. No list of pronouns
decides anything. `bench/conversations.py` measures it; docs/follow-ups.md says how the numbers were chosen.

Offsets are 0-based code points into ``Source.text``, end exclusive.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from qa.answering.confidence import signs_of
from qa.answering.finding import Found, find
from qa.answering.readings import ReadUnits, can_read, read_units
from qa.answering.units import ScoredUnit, score_units
from qa.citations import Citation, recheck, verify
from qa.index import Index
from qa.retrieval import MAX_QUESTION, Hit, prepare_all, search
from qa.search.config import DEFAULT_CONFIG, SearchConfig
from qa.search.lexical import tokenize
from qa.search.query import Query

if TYPE_CHECKING:
    from qa.answer import Answer

MOST_TURNS = 20
"""Earlier answers that a caller may give."""
RECENT = 3
"""Of them, the last ones that are looked at: what was said longer ago is not left out."""
WEIGHT = 0.9
"""Weight of the readings with what went before, for a turn that says nothing."""
LENGTH = 8.0
"""Tokens of a turn, by the embedding model, with which that weight has fallen to 1/e of it."""
LEAST_WEIGHT = 0.1
"""Below this weight a turn stands alone and is read only once."""
BEFORE_IN_CONFIDENCE = 1.5
"""How much what went before counts in the confidence: this times that weight, at most all."""
NEAR, NEAR_IF_SHORT = 0.03, 0.2
"""What a unit's score gains in the source of the last answer: the first, and the second times that weight. A turn that
stands alone may well be about another text."""
SAID = 0.04
"""What the unit that answered last loses: it may answer again, but the next question is rarely about the same."""
_ENOUGH = 12
"""Terms of the last questions from which on no earlier one is put before them."""
_LONGEST_BEFORE = 120
"""Code points of them that are put before a turn; the reader sees no more than the beginning of a question."""
_LONGEST_WORDS = 80
"""Code points of the words that answered last."""
_READ = 10
"""Passages read of those found for the turn itself, `_READ_NEAR` more in the source of the last answer, and
`_READ_AFTER` of those found for the turn with what went before, there and everywhere."""
_READ_NEAR = 5
_READ_AFTER = 2

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Before:
    """What a turn may leave out.

    Attributes:
        questions: the last questions, oldest first, in one text.
        said: where the last answer stands, its first citation; None if the last questions were declined.
        words: the words in it that answered; "" if none are known.
    """

    questions: str
    said: Citation | None = None
    words: str = ""


@dataclass(frozen=True)
class Turned:
    """What was found for a turn.

    Attributes:
        found: its passages and units, with the blended scores.
        query: what decided which unit is best: the turn, or what went before and the turn.
        parts: what was found for each of the questions that the turn is; empty if it is one.
        said: the words of a turn that are this question, if it is one of several.
    """

    found: Found
    query: Query
    parts: tuple[Turned, ...] = ()
    said: str = ""


def what_went_before(index: Index, history: Sequence[Answer]) -> Before | None:
    """Return what the next turn may leave out, given the answers so far, oldest first; None at the beginning.

    Replies to what was no question are passed over. What was cited is looked for in the present texts: words that have
    moved are found where they are now, and words that are gone, or were never there, are left out.
    """
    asked = [answer for answer in history if answer.question.strip() and not answer.turn]
    recent = asked[-RECENT:]
    if not recent:
        return None
    text = ""
    for answer in reversed(recent):
        text = f"{answer.question.strip()} {text}".strip()
        if len(tokenize(text)) >= _ENOUGH:
            break
    for answer in reversed(recent):
        if answer.citations and (said := _where_it_is_now(index, answer.citations[0])):
            words = answer.span.quote if answer.span and answer.span.quote in said.quote else ""
            return Before(text[-_LONGEST_BEFORE:], said, words[:_LONGEST_WORDS])
    return Before(text[-_LONGEST_BEFORE:])


def _where_it_is_now(index: Index, citation: Citation) -> Citation | None:
    """Return a citation where its words are now, as one that passes ``verify``; None if they are gone."""
    _, now = recheck(citation, "", index.sources)
    return now if verify(now, index.sources) else None


def look_up_whole(
    index: Index,
    query: Query,
    k: int,
    among: Numbers | None = None,
    config: SearchConfig = DEFAULT_CONFIG,
    before: Before | None = None,
) -> Turned:
    """Return what is found for a prepared question, as a turn of a conversation if something went before."""
    if before is None:
        return Turned(find(index, query, k, among, config), query)
    return find_turn(index, query, before, k, among, config)


def find_turn(
    index: Index,
    query: Query,
    before: Before,
    k: int,
    among: Numbers | None = None,
    config: SearchConfig = DEFAULT_CONFIG,
) -> Turned:
    """Search for a turn and what it may leave out, and read what was found.

    Args:
        index: the index.
        query: the turn as it stands.
        before: what went before.
        k: how many passages to return at least.
        among: the numbers of the passages to search; None for all.
        config: how to search.
    """
    weight = weight_of(query)
    texts = [before.questions, *([before.words] if before.words else [])] if weight else []
    after = prepare_all(index, [f"{text} {query.question}"[-MAX_QUESTION:] for text in texts]) if texts else []
    hits = search(index, query, max(k, config.passages_read), among, config)
    near = _near(index, before, among)
    more = [] if near is None else search(index, query, _READ_NEAR, near, config)
    for one in after:
        more += search(index, one, _READ_AFTER, among, config)
        more += [] if near is None else search(index, one, _READ_AFTER, near, config)
    read = {hit.number: hit for hit in chain(hits[: _READ if after else config.passages_read], more)}
    known = {hit.number for hit in hits}
    hits += [hit for number, hit in read.items() if number not in known]
    return _blended(index, [query, *after], weight, before, hits, list(read), config)


def _near(index: Index, before: Before, among: Numbers | None) -> Numbers | None:
    """Return the numbers of the passages of the source of the last answer; None if it is not asked, or all there is."""
    if before.said is None:
        return None
    own = np.array(list(index.passages_of(before.said.source)), dtype=np.int64)
    own = own if among is None else np.intersect1d(own, among)
    return own if 0 < len(own) < len(index.passages) else None


def _blended(
    index: Index,
    queries: Sequence[Query],
    weight: float,
    before: Before,
    hits: list[Hit],
    read: list[int],
    config: SearchConfig,
) -> Turned:
    """Score and read the units of these passages with each query, of which the first is the turn as it stands."""
    shares = [1 - weight if len(queries) > 1 else 1.0, *[weight / (len(queries) - 1) for _ in queries[1:]]]
    gain = _Gain(before.said, near_gain(weight))
    scored = [score_units(index, query, read, config) for query in queries]
    if not scored[0]:
        return Turned(Found(hits, [], None), queries[0])
    ranked = [_blend(views, shares, gain) for views in zip(*scored, strict=True)]
    if not can_read(index, config):
        return Turned(Found(hits, ranked, None), _deciding(queries, scored, _gained(scored[0], gain), ranked))
    readings = [read_units(index, query, units, config) for query, units in zip(queries, scored, strict=True)]
    every = [reading.units for reading in readings]
    units = [_blend(views, shares, gain) for views in zip(*every, strict=True)]
    own = _gained(every[0], gain)
    deciding = _deciding(queries, every, own, units)
    found = float(np.dot(shares, [reading.found for reading in readings]))
    signs = signs_of(index, deciding, ReadUnits(units, found), ranked)
    if len(queries) == 1:
        return Turned(Found(hits, units, signs), deciding)
    alone = signs_of(index, queries[0], ReadUnits(own, readings[0].found), _gained(scored[0], gain))
    return Turned(Found(hits, units, signs, alone, max(0.0, 1 - BEFORE_IN_CONFIDENCE * weight)), deciding)


def weight_of(query: Query) -> float:
    """Return the weight of the readings with what went before, 0 to `WEIGHT`: the less a turn says, the more."""
    weight = WEIGHT * math.exp(-len(query.embedded.tokens) / LENGTH)
    return weight if weight >= LEAST_WEIGHT else 0.0


def near_gain(weight: float) -> float:
    """Return what a unit's score gains in the source of the last answer, given the weight of what went before."""
    return NEAR + NEAR_IF_SHORT * weight


@dataclass(frozen=True)
class _Gain:
    """What units gain by where they are: ``near`` in the source of what was ``said`` last."""

    said: Citation | None
    near: float

    def of(self, unit: ScoredUnit) -> float:
        """Return what a unit gains; the one that was said last loses again."""
        if self.said is None or self.said.source != unit.source:
            return 0.0
        return self.near - (SAID if unit.start < self.said.end and self.said.start < unit.end else 0.0)


def _deciding(
    queries: Sequence[Query],
    views: Sequence[Sequence[ScoredUnit]],
    alone: Sequence[ScoredUnit],
    blended: Sequence[ScoredUnit],
) -> Query:
    """Return the turn if it has the same best unit by itself, else the other query that likes the best unit best."""
    best = max(range(len(blended)), key=lambda at: blended[at].score)
    own = max(range(len(alone)), key=lambda at: alone[at].score)
    if own == best or len(queries) == 1:
        return queries[0]
    lead = [units[best].score - max(unit.score for unit in units) for units in views[1:]]
    return queries[1 + lead.index(max(lead))]


def _gained(units: Sequence[ScoredUnit], gain: _Gain) -> list[ScoredUnit]:
    """Return units as one query alone sees them, with what they gain."""
    return [_blend([unit], [1.0], gain) for unit in units]


def _blend(views: Sequence[ScoredUnit], shares: Sequence[float], gain: _Gain) -> ScoredUnit:
    """Return a unit as several queries see it, each with its share; units that were read have all figures."""

    def mean(name: str) -> float:
        return sum(share * float(getattr(view, name)) for share, view in zip(shares, views, strict=True))

    first = views[0]
    blended = replace(first, score=mean("score") + gain.of(first), maxsim=mean("maxsim"), lexical=mean("lexical"))
    if any(view.log_p is None or view.evidence is None for view in views):
        return blended
    logs = [(view.log_p or 0.0) + math.log(max(share, 1e-9)) for share, view in zip(shares, views, strict=True)]
    span = views[logs.index(max(logs))].span
    return replace(blended, log_p=float(np.logaddexp.reduce(logs)), evidence=mean("evidence"), span=span)
