"""Passages embedded by a build that is not done yet, kept aside for the next one should this one be killed.

    index/batches/<made by>/<sha256>.safetensors     keys, vectors, and the tokens of some passages

``made by`` tells one model with its prompts from another; a file whose bytes are not those that its name
tells is left out. safetensors maps a file and runs nothing of it; it comes with sentence-transformers.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from qa.search.embedding import ModelRecord
from qa.storage.generations import BATCHES, file_sha256

Embedding = tuple[npt.NDArray[np.float32], npt.NDArray[np.int8], npt.NDArray[np.int32]]
"""A passage's vector [d], token vectors [t, d] and token spans [t, 2]."""

_SIZE = 64
"""Passages in a file: what a kill can cost."""
_KEPT_SECONDS = 7 * 24 * 3600
"""Time after which what a build left is taken for abandoned."""


class Batches:
    """What is kept aside below an index folder. Only the holder of the index's lock may use it."""

    def __init__(self, index: Path, model: ModelRecord, spent: set[Path]) -> None:
        """Takes the index folder, the model, and where to put down the files that are written or read from: once the
        build is done nobody needs those. What other models left there, or nobody took up, is removed."""
        made_by = json.dumps([model.fingerprint, asdict(model.prompts), model.dimension])
        self._folder = index / BATCHES / hashlib.sha256(made_by.encode()).hexdigest()[:16]
        self._spent = spent
        self._waiting: list[tuple[str, Embedding]] = []
        self._found: dict[str, tuple[Path, int]] = {}
        for other in self._folder.parent.iterdir() if self._folder.parent.is_dir() else ():
            if other != self._folder:
                shutil.rmtree(other, ignore_errors=True)
        for file in self._folder.iterdir() if self._folder.is_dir() else ():
            abandoned = time.time() - file.stat().st_mtime > _KEPT_SECONDS
            if file.is_file() and not abandoned and file.stem == file_sha256(file):
                keys = self._read(file, "keys")
                self._found |= {bytes(key).hex(): (file, row) for row, key in enumerate(keys)}
            else:
                file.unlink()

    def __len__(self) -> int:
        """Passages found there."""
        return len(self._found)

    def get(self, key: str) -> Embedding | None:
        """What was embedded under this key, a SHA-256 in hex; None where nothing was."""
        if key not in self._found:
            return None
        file, row = self._found[key]
        self._spent.add(file)
        first, end = self._read(file, "bounds", row)
        within = slice(int(first), int(end))
        return self._read(file, "vectors", row), self._read(file, "tokens", within), self._read(file, "spans", within)

    def put(self, key: str, passage: Embedding) -> None:
        """Keeps a passage aside, in the next file as soon as that is full."""
        self._waiting.append((key, passage))
        if len(self._waiting) == _SIZE:
            self._write()

    def _write(self) -> None:
        from safetensors.numpy import save

        keys = [np.frombuffer(bytes.fromhex(key), dtype=np.uint8) for key, _ in self._waiting]
        passages = [passage for _, passage in self._waiting]
        ends = np.cumsum([len(tokens) for _, tokens, _ in passages])
        content = save(
            {
                "keys": np.stack(keys),
                "vectors": np.stack([vector for vector, _, _ in passages]),
                "tokens": np.concatenate([tokens for _, tokens, _ in passages]),
                "spans": np.concatenate([np.asarray(spans, dtype=np.int32) for _, _, spans in passages]),
                "bounds": np.stack([np.concatenate([[0], ends[:-1]]), ends], axis=1),
            }
        )
        self._folder.mkdir(parents=True, exist_ok=True)
        # No flush and no rename: half a file is not what its name says.
        file = self._folder / f"{hashlib.sha256(content).hexdigest()}.safetensors"
        self._spent.add(file)
        file.write_bytes(content)
        self._waiting.clear()

    @staticmethod
    def _read(file: Path, name: str, rows: int | slice = slice(None)) -> Any:
        from safetensors import safe_open

        with safe_open(file, framework="np") as opened:
            return opened.get_slice(name)[rows]
