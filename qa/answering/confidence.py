"""What was read -> a probability that the best unit answers the question, and whether that is enough.

The probability is a logistic function of a few signs, `SIGNS`. Their weights are fitted to questions with and without
an answer (`qa.evaluation.calibrating`) and kept in a file: the packaged one, or that of an index whose user has called
``qa calibrate``.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import lru_cache
from itertools import compress
from pathlib import Path
from typing import NamedTuple

import numpy as np

from qa.answering.readings import ReadUnits
from qa.answering.units import ScoredUnit, words_of
from qa.index import Index
from qa.reader.loading import reader_id
from qa.search.config import DEFAULT_CONFIG, Boldness, SearchConfig
from qa.search.query import Query
from qa.storage.manifest import Record

_USUAL_MARGIN = 0.05
"""The margin of a unit without a rival: the median of the questions that the calibration is fitted to."""
_THRESHOLDS: Mapping[str, float] = {"low": 0.5, "normal": 0.3, "high": 0.1}
"""Those of a reader for which none have been measured."""
PACKAGED = Path(__file__).parents[1] / "reader" / "trained" / "calibration.json"


class Signs(NamedTuple):
    """What tells whether a question is answered.

    Attributes:
        found: log-odds that any passage read answers, by the reader.
        log_p: log-probability that the best unit answers, or another with the same words, by the reader.
        maxsim, lexical: the best unit's scores by the ranker.
        margin: how far the best unit's score is above that of the next with other words.
        agreed: 1 if the ranker alone would have chosen the same unit, else 0.
        read: the logarithm of the number of units read.
        covered: how much of the question's terms the index knows, 0 to 1; near 0 for another language.
        exact: 1 if the question has numbers, codes or quoted words, else 0.
    """

    found: float
    log_p: float
    maxsim: float
    lexical: float
    margin: float
    agreed: float
    read: float
    covered: float
    exact: float


@dataclass(frozen=True)
class Calibration:
    """A logistic function of `Signs`, and the probabilities from which questions are answered.

    Attributes:
        weights: the weight of each sign, by its name.
        bias: what is added to their sum.
        thresholds: the least probability at which a question is answered, by the name of the boldness.
        reader: the beginning of the checksum of the reader whose signs it is for.
    """

    weights: Mapping[str, float]
    bias: float
    thresholds: Mapping[str, float]
    reader: str

    def probability(self, signs: Signs) -> float:
        """Return the probability, 0 to 1, that the best unit answers."""
        total = self.bias + sum(self.weights[name] * value for name, value in signs._asdict().items())
        return 1 / (1 + math.exp(-max(-700.0, min(700.0, total)))) if math.isfinite(total) else 0.0

    def threshold(self, boldness: Boldness) -> float:
        """Return the least probability at which a question is answered."""
        return self.thresholds[boldness]

    @property
    def sure(self) -> float:
        """The probability from which an answer is given without "possibly".

        It is what the least bold setting asks for: three in four of the answerable questions that the calibration is
        fitted to reach it (`qa.evaluation.calibrating.DECLINED`), so the word stays rare where answers are right. What
        is answered below it is answered only because the setting is bolder.
        """
        return self.thresholds[Boldness.LOW]

    def to_record(self) -> Record:
        """Return it as :func:`from_record` reads it and JSON writes it."""
        return asdict(self)


def signs_of(index: Index, query: Query, read: ReadUnits, ranked: Sequence[ScoredUnit]) -> Signs:
    """Return the signs of a question.

    Args:
        index: the index.
        query: the question.
        read: the units read.
        ranked: the same units before they were read, in the same order.
    """
    best = read.best
    words = words_of(index.sources, best)
    is_same = [words_of(index.sources, unit) == words for unit in read.units]
    same = list(compress(read.units, is_same))
    others = [unit.score for unit, same_words in zip(read.units, is_same, strict=True) if not same_words]
    first = max(range(len(ranked)), key=lambda at: ranked[at].score)
    return Signs(
        found=read.found,
        log_p=float(np.logaddexp.reduce([unit.log_p for unit in same if unit.log_p is not None])),
        maxsim=best.maxsim,
        lexical=best.lexical,
        margin=best.score - max(others) if others else _USUAL_MARGIN,
        agreed=float(is_same[first]),
        read=math.log(len(ranked)),
        covered=query.coverage,
        exact=float(bool(query.exact)),
    )


def calibration_of(index: Index, config: SearchConfig = DEFAULT_CONFIG) -> Calibration:
    """Return the calibration that an index keeps, if it is for this reader; else the reader's own."""
    first = first_calibration(config)
    with suppress(ValueError, TypeError, AttributeError):  # of another version
        kept = from_record(index.manifest.calibration)
        if kept.reader == first.reader:
            return kept
    return first


def first_calibration(config: SearchConfig = DEFAULT_CONFIG) -> Calibration:
    """Return the calibration that comes with the packaged reader; for another reader, what it says itself."""
    if config.reader is None:
        return packaged_calibration()
    weights = dict.fromkeys(Signs._fields, 0.0) | {"found": 1.0}
    return Calibration(weights, 0.0, _THRESHOLDS, reader_id(config.reader))


@lru_cache(maxsize=1)
def packaged_calibration() -> Calibration:
    """Return the calibration that comes with the packaged reader."""
    return from_record(json.loads(PACKAGED.read_text(encoding="utf-8")))


def from_record(record: Record) -> Calibration:
    """Return what :meth:`Calibration.to_record` gave.

    Raises:
        ValueError, TypeError: it is something else, or of another version.
    """
    found = Calibration(**record)  # type: ignore[arg-type]
    if set(found.weights) != set(Signs._fields) or set(found.thresholds) != set(Boldness):
        raise ValueError("the calibration has other signs or thresholds")
    numbers = [*found.weights.values(), found.bias, *found.thresholds.values()]
    if not all(type(number) in (int, float) and math.isfinite(number) for number in numbers):
        raise ValueError("the calibration has something that is not a number")
    if not all(0 <= least <= 1 for least in found.thresholds.values()) or not isinstance(found.reader, str):
        raise ValueError("the calibration has a threshold that is no probability, or no reader")
    return found
