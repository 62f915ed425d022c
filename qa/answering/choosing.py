"""Units, scored and maybe read -> those that are cited: the best, then what adds to it.

Another unit adds if it answers by itself and nearly as surely as the best. Units that could not be read are judged by
the ranker's score alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from qa.answering.asked import Wanted
from qa.answering.units import ScoredUnit, words_of
from qa.search.config import DEFAULT_CONFIG, SearchConfig
from qa.text.source import Source

_MANY = (Wanted.LIST, Wanted.ROWS)


def choose(
    units: Sequence[ScoredUnit],
    sources: Mapping[str, Source],
    kind: Wanted = Wanted.SENTENCE,
    config: SearchConfig = DEFAULT_CONFIG,
) -> list[ScoredUnit]:
    """Return the best unit, then those that add to it, in reading order, without repetitions."""
    ranked = sorted(units, key=lambda unit: -unit.score)
    chosen: list[ScoredUnit] = []
    quoted: set[str] = set()
    most = most_cited(units, kind, config)
    for unit in ranked:
        if len(chosen) == most or unit.score < ranked[0].score - config.margin:
            break
        quote = words_of(sources, unit)
        if quote not in quoted and (not chosen or _adds(unit, ranked[0], config)):
            quoted.add(quote)
            chosen.append(unit)
    order = {name: number for number, name in enumerate(sources)}
    return chosen[:1] + sorted(chosen[1:], key=lambda unit: (order[unit.source], unit.start))


def most_cited(units: Sequence[ScoredUnit], kind: Wanted, config: SearchConfig = DEFAULT_CONFIG) -> int:
    """Return how many citations an answer has at most: more if a list is asked for, or the units could not be read."""
    many = kind in _MANY or not units or units[0].log_p is None
    return config.max_citations if many else config.max_answers


def _adds(unit: ScoredUnit, best: ScoredUnit, config: SearchConfig) -> bool:
    """Return whether a unit answers by itself, and nearly as surely as the best."""
    if unit.evidence is None or unit.log_p is None or best.log_p is None:
        return True
    return unit.evidence >= config.least_evidence and unit.log_p >= best.log_p - config.alternative


def nearness_of(chosen: Sequence[ScoredUnit]) -> float:
    """Return how near the chosen units come to the question: the best MaxSim among them, from 0 to 1."""
    return max(0.0, min(1.0, max((unit.maxsim for unit in chosen), default=0.0)))
