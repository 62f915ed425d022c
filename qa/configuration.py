"""How an index is to be made: as its caller says, else as the index that is there was, else by default."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from qa import generations
from qa.commit import KEPT
from qa.embedding import Embedder
from qa.errors import QAError, StorageError
from qa.passages import Chunking
from qa.weights import load_model, load_recorded

DEFAULT_CHUNKING = Chunking(max_tokens=256, min_tokens=0)
"""Sizes chosen by `python bench/chunking.py`, which prints what others give."""


@dataclass(frozen=True)
class Configuration:
    """The model, the sizes of passages in its tokens, none beyond its window, and the generations that are kept."""

    embedder: Embedder
    chunking: Chunking
    keep: int


def configured(index: Path, model: str | None, chunking: Chunking | None, keep: int | None) -> Configuration:
    """What a build into this folder goes by; what is None is taken from the index there.

    Raises:
        ModelError: there is no such model. StorageError: ``keep`` is below 1.
    """
    if keep is not None and keep < 1:
        sentence = f"An index keeps at least one generation, not {keep}: give a larger number."
        raise StorageError(sentence, "storage.keep", keep=keep)
    before = _manifest(index)
    embedder = load_recorded(before["model"]) if model is None and "model" in before else load_model(model)
    if chunking is None:
        chunking = Chunking(**before["chunking"]) if "chunking" in before else DEFAULT_CHUNKING
    longest = min(chunking.max_tokens, embedder.max_tokens)
    return Configuration(
        embedder, Chunking(longest, min(chunking.min_tokens, longest)), keep or before.get("keep", KEPT)
    )


def _manifest(index: Path) -> generations.Manifest:
    """The manifest of the index that is there, its files unread; empty where there is none that can be read."""
    try:
        return generations.read_manifest(index, generations.current_number(index))
    except QAError:
        return {}
