"""Rows of bytes of passages -> files, and back: token vectors (`tokens.py`) and states (`state_store.py`).

A file has the rows of all passages one after the other, and ``bounds.npy`` beside it which of them are whose.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.int8]
Bounds = npt.NDArray[np.int64]
"""int64 [p, 2], each passage's first row and the one after its last."""

_BOUNDS = "bounds.npy"


class RowWriter:
    """Writer of rows, passage by passage in any order; call :meth:`finish` when all are written.

    Leaving its ``with`` block without that only closes the file.
    """

    def __init__(self, folder: Path, name: str, passages: int) -> None:
        """Create the folder and open the file ``name`` in it, for ``passages`` passages."""
        folder.mkdir()
        self._folder = folder
        self._file = (folder / name).open("wb")
        self._bounds = np.zeros((passages, 2), dtype=np.int64)
        self._written = 0

    def add(self, passages: list[int], rows: Bytes) -> None:
        """Add rows, int8 [t, d]; the passages given share them."""
        self._file.write(np.ascontiguousarray(rows).tobytes())
        self._bounds[passages] = (self._written, self._written + len(rows))
        self._written += len(rows)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):  # what is buffered may not fit on the disk
            self._file.close()

    def finish(self) -> None:
        """Close the file and write what belongs to it."""
        self._file.close()
        np.save(self._folder / _BOUNDS, self._bounds, allow_pickle=False)


def load_rows(folder: Path, name: str, count: int) -> tuple[Bytes, Bounds]:
    """Return the rows, int8 [count, d], which stay on the disk until they are used, and the bounds.

    Raises:
        OSError, ValueError: a file is missing or damaged.
    """
    rows = (
        np.memmap(folder / name, dtype=np.int8, mode="r").reshape(count, -1)
        if count
        else np.zeros((0, 0), dtype=np.int8)
    )
    return rows, np.load(folder / _BOUNDS, allow_pickle=False)
