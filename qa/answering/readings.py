"""Units of the passages found -> the same units, read together with the question (`qa.reader`).

The ranker's score says what a unit is about; the reader says whether it answers. Both are added:

    score = ranker's score + reader_weight * log P(this unit answers)

    P(unit) = P(its passage answers, of all read and "none of them") * P(unit | its passage)

Offsets are 0-based code points into ``Source.text``, end exclusive.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from qa.answering.units import ScoredUnit, best_of
from qa.errors import ModelError
from qa.index import Index
from qa.reader.loading import load_reader
from qa.reader.readers import Readable, ReadableQuestion
from qa.search.config import DEFAULT_CONFIG, SearchConfig
from qa.search.query import Query
from qa.search.weights import DEFAULT_MODEL


@dataclass(frozen=True)
class ReadUnits:
    """The units of the passages read.

    Attributes:
        units: each with its score, its evidence and the words in it that answer.
        found: log-odds that any of them answers; not calibrated.
    """

    units: list[ScoredUnit]
    found: float

    @cached_property
    def best(self) -> ScoredUnit:
        """The unit with the highest score."""
        return best_of(self.units)


def can_read(index: Index, config: SearchConfig = DEFAULT_CONFIG) -> bool:
    """Return whether an index can be read: the packaged reader needs the states that the default model gives."""
    return config.reader is not None or index.states is not None


def read_units(
    index: Index, query: Query, units: Sequence[ScoredUnit], config: SearchConfig = DEFAULT_CONFIG
) -> ReadUnits:
    """Read the passages of some units, at least one, with the question.

    Raises:
        ModelError: the reader cannot be loaded, or cannot read this index.
    """
    reader = load_reader(config.reader)
    if reader.needs_states and index.states is None:
        raise ModelError("model.reader", model=repr(index.model.name), default=DEFAULT_MODEL)
    own: dict[int, list[int]] = {}
    for at, unit in enumerate(units):
        number = index.passage_at(unit.source, unit.start)
        assert number is not None
        own.setdefault(number, []).append(at)
    passages = [_readable(index, number, [units[at] for at in found]) for number, found in own.items()]
    readings = reader.read(ReadableQuestion(query.question, query.embedded.states), passages)
    has = np.array([reading.has for reading in readings])
    every = np.logaddexp.reduce(np.append(has, 0.0))
    result = list(units)
    for number, reading in zip(own, readings, strict=True):
        begin = index.passages[number].start
        logs = reading.has - every + _log_softmax(np.array(reading.evidence))
        for at, evidence, span, log_p in zip(own[number], reading.evidence, reading.spans, logs.tolist(), strict=True):
            result[at] = replace(
                units[at],
                score=units[at].score + config.reader_weight * log_p,
                log_p=log_p,
                evidence=evidence,
                span=(begin + span[0], begin + span[1]),
            )
    return ReadUnits(result, float(np.logaddexp.reduce(has)))


def _readable(index: Index, number: int, units: Sequence[ScoredUnit]) -> Readable:
    passage = index.passages[number]
    return Readable(
        index.text(passage),
        [(unit.start - passage.start, unit.end - passage.start) for unit in units],
        index.context(number),
        None if index.states is None else index.states.of(number),
    )


def _log_softmax(scores: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return the logarithms of the probabilities of alternatives, given their scores."""
    logs: npt.NDArray[np.float64] = scores - np.logaddexp.reduce(scores)
    return logs
