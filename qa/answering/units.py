"""Hits -> their units with what stands around them, in the form that the ranker scores.

A unit is a sentence of a block, a row of a table or a line of code. It borrows from its context what it does not say
itself: from what it stands under (headings, a question, a speaker, a lead-in, a table's header), from the beginning of
its source, and from the unit before it.

Offsets are 0-based code points into ``Source.text``, end exclusive.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from qa.index import Index
from qa.search.config import DEFAULT_CONFIG, SearchConfig
from qa.search.maxsim import Context, Stretches
from qa.search.query import Query, missing_parts
from qa.search.ranker import Ranker, Units
from qa.text.blocks import ancestors
from qa.text.forms import asks
from qa.text.marks import Kind
from qa.text.paragraphs import Span
from qa.text.source import Source

_QUESTION_END = 20
"""Code points at the end of a unit that are looked at for the end of a question."""
Place = tuple[int, int]
"""A passage's number, and the position of a unit in it."""


@dataclass(frozen=True)
class ScoredUnit:
    """A unit of a passage found, with the scores of `qa.search.ranker`.

    Attributes:
        source, start, end: its place; offsets are 0-based code points, end exclusive.
        block: number of its block in the source.
        score: what units are chosen by.
        maxsim: closeness in meaning, token by token, at most 1.
        lexical: BM25 over the sum of the question's weights, with a share of the context's.
        log_p: the logarithm of the probability that this unit answers, as the reader sees it; not calibrated. This
            and what follows is None until the unit is read (`qa.answering.readings`).
        evidence: how surely it answers by itself (a logit).
        span: the words in it that answer best; offsets as above.
    """

    source: str
    start: int
    end: int
    block: int
    score: float
    maxsim: float
    lexical: float
    log_p: float | None = None
    evidence: float | None = None
    span: Span | None = None


def score_units(
    index: Index, query: Query, passages: Sequence[int], config: SearchConfig = DEFAULT_CONFIG
) -> list[ScoredUnit]:
    """Return the units of these passages that can be cited, each with its score, in the passages' order."""
    places = citable_units(index, passages)
    if not places:
        return []
    scores = Ranker(index.tokens, config).score(query, units_of(index, query, places, config))
    parts = zip(places, scores.total.tolist(), scores.maxsim.tolist(), scores.lexical.tolist(), strict=True)
    return [
        ScoredUnit(index.passages[number].source, *index.passage_units(number)[at], *scored)
        for (number, at), *scored in parts
    ]


def citable_units(index: Index, passages: Sequence[int]) -> list[Place]:
    """Return the units of these passages but those that only give context to others, or ask what the next one says."""
    found = []
    for number in passages:
        blocks, units = index.blocks[index.passages[number].source], index.passage_units(number)
        for at, unit in enumerate(units):
            is_asked = at + 1 < len(units) and _asks(index, number, at)
            if not blocks[unit.block].is_context and not is_asked:
                found.append((number, at))
    return found


def best_of(units: Sequence[ScoredUnit]) -> ScoredUnit:
    """Return the unit with the highest score, the first of those that tie."""
    return max(units, key=lambda unit: unit.score)


def words_of(sources: Mapping[str, Source], unit: ScoredUnit) -> str:
    """Return the words of a unit without white space, to tell whether another one says the same."""
    return "".join(sources[unit.source].text[unit.start : unit.end].split())


def places_of_block(index: Index, name: str, block: int) -> list[Place]:
    """Return the units of a block of a source, in order."""
    found: list[Place] = []
    number = index.passage_at(name, index.blocks[name][block].start)
    while number is not None and number in index.passages_of(name):
        own = [(number, at) for at, unit in enumerate(index.passage_units(number)) if unit.block == block]
        if not own:
            break
        found += own
        number += 1
    return found


def units_of(index: Index, query: Query, places: Sequence[Place], config: SearchConfig = DEFAULT_CONFIG) -> Units:
    """Return units in the form that the ranker scores, with what they may borrow."""
    lending = _Lending(index)
    for n, (number, at) in enumerate(places):
        lenders = lending.lend(n, lending.above(number, at), config.above_discount)
        lending.headed += [(n, lender) for lender in lenders]
        lending.lend(n, lending.lead(number), config.lead_discount)
        before = lending.before(number, at)
        if before is not None:
            asked = _asks(index, *before)
            lenders = lending.lend(n, [before], config.above_discount if asked else config.before_discount)
            lending.headed += [(n, lender) for lender in lenders if asked]
    own = [index.unit_terms(number)[at] for number, at in places]
    lent = [index.unit_terms(number)[at] for number, at in lending.places]
    lexical, lexical_lent = (index.store.lexical.scores_of(terms, query.terms) for terms in (own, lent))
    above = np.zeros(len(places), dtype=np.float32)
    known = [set(terms) for terms in own]
    for n, lender in lending.headed:
        above[n] = max(above[n], lexical_lent[lender])
        known[n].update(lent[lender])
    return Units(
        stretches=_stretches(index, places),
        lexical=((lexical + np.float32(config.context_share) * above) / max(query.weight, 1e-9)).astype(np.float32),
        missing=missing_parts(query.exact, known),
        boilerplate=np.array([index.passages[number].boilerplate for number, _ in places], dtype=bool),
        context=lending.context(),
    )


def _asks(index: Index, number: int, at: int) -> bool:
    """Return whether a unit ends like a question."""
    unit, source = index.passage_units(number)[at], index.passages[number].source
    return asks(index.sources[source].text[max(unit.start, unit.end - _QUESTION_END) : unit.end].rstrip("。"))


@dataclass
class _Lending:
    """Collects which unit may borrow from which others.

    Attributes:
        places: the lenders, each once.
        pairs: unit, lender (its position in ``places``) and discount.
        headed: the pairs of a unit with what it stands under.
    """

    index: Index
    places: list[Place] = field(default_factory=list)
    pairs: list[tuple[int, int, float]] = field(default_factory=list)
    headed: list[tuple[int, int]] = field(default_factory=list)
    _numbers: dict[Place, int] = field(default_factory=dict)
    _leads: dict[str, list[Place]] = field(default_factory=dict)
    _blocks: dict[tuple[str, int], list[Place]] = field(default_factory=dict)

    def lend(self, unit: int, lenders: Sequence[Place], discount: float) -> list[int]:
        """Let a unit borrow from others; return their positions in ``places``."""
        for place in lenders:
            if place not in self._numbers:
                self._numbers[place] = len(self.places)
                self.places.append(place)
        found = [self._numbers[place] for place in lenders]
        self.pairs += [(unit, lender, discount) for lender in found]
        return found

    def above(self, number: int, at: int) -> list[Place]:
        """Return the units of the blocks that a unit stands under."""
        name = self.index.passages[number].source
        found: list[Place] = []
        for block in ancestors(self.index.blocks[name], self.index.passage_units(number)[at].block):
            key = (name, block)
            if key not in self._blocks:
                self._blocks[key] = places_of_block(self.index, name, block)
            found += self._blocks[key]
        return found

    def before(self, number: int, at: int) -> Place | None:
        """Return the unit before a unit in its passage, the name of a speaker aside; None if there is none."""
        blocks, units = self.index.blocks[self.index.passages[number].source], self.index.passage_units(number)
        at -= 1
        while at >= 0 and blocks[units[at].block].kind is Kind.SPEAKER:
            at -= 1
        return (number, at) if at >= 0 else None

    def lead(self, number: int) -> list[Place]:
        """Return the first units of a passage's source, up to the first that can be cited."""
        name = self.index.passages[number].source
        if name not in self._leads:
            self._leads[name] = self._first_units(name)
        return self._leads[name]

    def _first_units(self, name: str) -> list[Place]:
        blocks, found = self.index.blocks[name], list[Place]()
        for number in self.index.passages_of(name):
            for at, unit in enumerate(self.index.passage_units(number)):
                if blocks[unit.block].kind is Kind.BOILERPLATE:
                    continue
                found.append((number, at))
                if not blocks[unit.block].is_context:
                    return found
        return found

    def context(self) -> Context:
        """Return what was collected, as MaxSim reads it."""
        return Context(
            _stretches(self.index, self.places),
            np.array([unit for unit, _, _ in self.pairs], dtype=np.int64),
            np.array([lender for _, lender, _ in self.pairs], dtype=np.int64),
            np.array([discount for _, _, discount in self.pairs], dtype=np.float32),
        )


def _stretches(index: Index, places: Sequence[Place]) -> Stretches:
    units = [(index.passages[number].start, index.passage_units(number)[at]) for number, at in places]
    spans = [(unit.start - start, unit.end - start) for start, unit in units]
    return Stretches(
        np.array([number for number, _ in places], dtype=np.int64),
        np.array(spans, dtype=np.int64).reshape(-1, 2),
    )
