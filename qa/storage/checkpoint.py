"""Passages that an unfinished build has embedded, kept so that the next build need not embed them again.

    index/batches/<made by>/<sha256>.safetensors     keys and embeddings of some passages

``made by`` identifies a model with its prompts. A file whose SHA-256 is not its name is removed unread. safetensors
maps a file and runs nothing of it; it comes with sentence-transformers.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from qa.search.embedding import ModelRecord
from qa.search.states import QuantisedStates
from qa.search.tokens import QuantisedEmbedding
from qa.storage.generations import BATCHES
from qa.storage.manifest import file_sha256

_SIZE = 64
"""Passages in a file: as many as a kill can cost."""
_KEPT_SECONDS = 7 * 24 * 3600
"""Age after which a file counts as abandoned."""


class Checkpoint:
    """The passages kept below an index folder. Only the holder of the index's lock may use it.

    Its methods raise OSError if the disk fails.
    """

    def __init__(self, index: Path, model: ModelRecord) -> None:
        """Find what the same model has left; remove what other models left, and what is old or damaged."""
        made_by = json.dumps([model.fingerprint, asdict(model.prompts), model.dimension, model.directions, model.lower])
        self._has_states = model.lower is not None
        self._folder = index / BATCHES / hashlib.sha256(made_by.encode()).hexdigest()[:16]
        self._used: set[Path] = set()
        self._waiting: list[tuple[str, QuantisedEmbedding]] = []
        self._found: dict[str, tuple[Path, int]] = {}
        for other in self._folder.parent.iterdir() if self._folder.parent.is_dir() else ():
            if other != self._folder:
                shutil.rmtree(other, ignore_errors=True)
        for file in self._folder.iterdir() if self._folder.is_dir() else ():
            abandoned = time.time() - file.stat().st_mtime > _KEPT_SECONDS
            if file.is_file() and not abandoned and file.stem == file_sha256(file):
                keys = _read_tensor(file, "keys")
                self._found |= {bytes(key).hex(): (file, row) for row, key in enumerate(keys)}
            else:
                file.unlink()

    def __len__(self) -> int:
        """Return how many passages were found."""
        return len(self._found)

    def get(self, key: str) -> QuantisedEmbedding | None:
        """Return what was embedded under a key, a SHA-256 in hex; None if nothing was."""
        if key not in self._found:
            return None
        file, row = self._found[key]
        self._used.add(file)
        rows = slice(*_read_tensor(file, "bounds", row).tolist())
        return QuantisedEmbedding(
            _read_tensor(file, "vectors", row),
            _read_tensor(file, "tokens", rows),
            _read_tensor(file, "spans", rows),
            _read_states(file, row) if self._has_states else None,
        )

    def put(self, key: str, embedding: QuantisedEmbedding) -> None:
        """Keep a passage; it is written with others as soon as they fill a file."""
        self._waiting.append((key, embedding))
        if len(self._waiting) == _SIZE:
            self._write()

    def forget(self) -> None:
        """Remove the files that were written or read from; what other builds of the same model left stays."""
        for file in self._used:
            file.unlink(missing_ok=True)
        for folder in (self._folder, self._folder.parent):
            with suppress(OSError):  # not empty, or not there
                folder.rmdir()

    def _write(self) -> None:
        from safetensors.numpy import save

        keys = [np.frombuffer(bytes.fromhex(key), dtype=np.uint8) for key, _ in self._waiting]
        embeddings = [embedding for _, embedding in self._waiting]
        content = save(
            {
                "keys": np.stack(keys),
                "vectors": np.stack([one.vector for one in embeddings]),
                "tokens": np.concatenate([one.tokens for one in embeddings]),
                "spans": np.concatenate([np.asarray(one.spans, dtype=np.int32) for one in embeddings]),
                "bounds": _bounds([len(one.tokens) for one in embeddings]),
                **_written_states([one.states for one in embeddings if one.states is not None]),
            }
        )
        self._folder.mkdir(parents=True, exist_ok=True)
        # No flush and no rename: the name of a half-written file is not its SHA-256.
        file = self._folder / f"{hashlib.sha256(content).hexdigest()}.safetensors"
        self._used.add(file)
        file.write_bytes(content)
        self._waiting.clear()


def _bounds(lengths: Sequence[int]) -> npt.NDArray[np.int64]:
    """Return int64 [n, 2], the first row and the one after the last of what has so many rows each."""
    ends = np.cumsum(lengths)
    return np.stack([ends - lengths, ends], axis=1)


def _written_states(states: Sequence[QuantisedStates]) -> dict[str, npt.NDArray[Any]]:
    """Return the tensors that keep states; none without any."""
    if not states:
        return {}
    return {
        "states": np.concatenate([one.values for one in states]),
        "scales": np.concatenate([one.scales for one in states]),
        "state_bounds": _bounds([len(one.values) for one in states]),
    }


def _read_states(file: Path, row: int) -> QuantisedStates:
    rows = slice(*_read_tensor(file, "state_bounds", row).tolist())
    return QuantisedStates(_read_tensor(file, "states", rows), _read_tensor(file, "scales", rows))


def _read_tensor(file: Path, name: str, rows: int | slice = slice(None)) -> Any:
    from safetensors import safe_open

    with safe_open(file, framework="np") as opened:
        return opened.get_slice(name)[rows]
