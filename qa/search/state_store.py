"""States of passages -> files, and back: what the trained reader reads of an index.

The places of a passage's tokens are those of its token vectors (`qa.search.tokens`) and are not stored again.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from qa.search.rows import RowWriter, load_rows
from qa.search.states import QuantisedStates, States
from qa.search.tokens import TokenVectors

_VALUES, _SCALES = "values.i8", "scales.npy"


@dataclass(frozen=True)
class PassageStates:
    """The states of a generation's passages.

    Attributes:
        values: int8 [t, d], the states; those of a passage's context come before its own.
        scales: float16 [t], what the values of each token are multiplied with.
        bounds: int64 [p, 2], each passage's first token and the one after its last.
        tokens: the token vectors of the same passages.
    """

    values: npt.NDArray[np.int8]
    scales: npt.NDArray[np.float16]
    bounds: npt.NDArray[np.int64]
    tokens: TokenVectors

    @classmethod
    def load(cls, folder: Path, tokens: TokenVectors) -> PassageStates:
        """Read what a :class:`StateWriter` wrote; the states stay on the disk until they are used."""
        scales = np.load(folder / _SCALES, allow_pickle=False)
        values, bounds = load_rows(folder, _VALUES, len(scales))
        return cls(values, scales, bounds, tokens)

    def quantised(self, passage: int) -> QuantisedStates:
        """Return a passage's states as they are stored."""
        first, end = self.bounds[passage]
        return QuantisedStates(self.values[first:end], self.scales[first:end])

    def of(self, passage: int) -> States:
        """Return a passage's states, with those of the last tokens of its context."""
        hidden = self.quantised(passage).hidden()
        _, own = self.tokens.of(passage)
        spans = np.zeros((len(hidden), 2), dtype=np.int32)
        context = len(hidden) - len(own)
        spans[context:] = own
        return States(hidden, spans, context)


class StateWriter(RowWriter):
    """Writer of states: see :class:`qa.search.rows.RowWriter`."""

    def __init__(self, folder: Path, passages: int) -> None:
        """Create the folder and open its files, for ``passages`` passages."""
        super().__init__(folder, _VALUES, passages)
        self._scales: list[npt.NDArray[np.float16]] = []

    def write(self, passages: list[int], states: QuantisedStates) -> None:
        """Add states; the passages given have the same text and context."""
        self.add(passages, states.values)
        self._scales.append(np.asarray(states.scales, dtype=np.float16))

    def finish(self) -> None:
        """Close the file and write what belongs to it."""
        super().finish()
        scales = np.concatenate(self._scales) if self._scales else np.zeros(0, dtype=np.float16)
        np.save(self._folder / _SCALES, scales, allow_pickle=False)
