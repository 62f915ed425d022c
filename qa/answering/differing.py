"""The units that are cited -> those that answer differently from the best one, and about as surely.

A text may give two prices, and two documents two dates. Then the reader of the answer should see both. Two answers
differ if each has a number that the other lacks, or, without numbers, if they share no term.

`bench/differing.py` measures how often two documents that disagree are seen to, and how often one is wrongly.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from qa.answering.units import ScoredUnit
from qa.search.config import DEFAULT_CONFIG, SearchConfig
from qa.search.lexical import NUMBER_MARK, tokenize
from qa.text.source import Source


def differing(
    best: ScoredUnit,
    others: Sequence[ScoredUnit],
    sources: Mapping[str, Source],
    config: SearchConfig = DEFAULT_CONFIG,
) -> list[ScoredUnit]:
    """Return those of the other units whose marked words say something else, about as surely as the best unit's."""
    return [unit for unit in others if _as_sure(unit, best, config) and _differ(unit, best, sources)]


def _as_sure(unit: ScoredUnit, best: ScoredUnit, config: SearchConfig) -> bool:
    return unit.log_p is not None and best.log_p is not None and unit.log_p >= best.log_p - config.as_sure


def _differ(one: ScoredUnit, other: ScoredUnit, sources: Mapping[str, Source]) -> bool:
    if one.span is None or other.span is None:
        return False
    own, others = _terms(one, sources), _terms(other, sources)
    own_numbers, other_numbers = _number_terms(own), _number_terms(others)
    if own_numbers and other_numbers:
        return bool(own_numbers - other_numbers) and bool(other_numbers - own_numbers)
    return not own_numbers and not other_numbers and bool(own) and bool(others) and own.isdisjoint(others)


def _terms(unit: ScoredUnit, sources: Mapping[str, Source]) -> frozenset[str]:
    assert unit.span is not None
    return frozenset(tokenize(sources[unit.source].text[slice(*unit.span)]))


def _number_terms(terms: frozenset[str]) -> frozenset[str]:
    return frozenset(term for term in terms if term.startswith(NUMBER_MARK))
