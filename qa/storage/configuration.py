"""How an index is to be made: as its caller says, else as the index that is there was, else by default."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from qa.catalogue import Command
from qa.errors import IndexMismatchError, ModelError, QAError, StorageError
from qa.search.embedding import Embedder, ModelRecord
from qa.search.weights import load_model, load_recorded
from qa.storage import generations
from qa.storage.commit import KEPT
from qa.text.passages import Chunking

DEFAULT_CHUNKING = Chunking(max_tokens=256, min_tokens=0)
"""Sizes chosen by `python bench/chunking.py`, which prints what others give."""


@dataclass(frozen=True)
class Configuration:
    """The model, the sizes of passages in its tokens, none beyond its window, and the generations that are kept."""

    model: ModelRecord
    load: Callable[[], Embedder]
    chunking: Chunking
    keep: int

    @cached_property
    def embedder(self) -> Embedder:
        """The model, loaded at the first passage that wants it; errors are those of its loading."""
        return self.load()


def configured(index: Path, model: str | None, chunking: Chunking | None, keep: int | None) -> Configuration:
    """What a build into this folder goes by; what is None is taken from the index there.

    Raises:
        ModelError: there is no such model. StorageError: ``keep`` is below 1.
    """
    if keep is not None and keep < 1:
        raise StorageError("storage.keep", keep=keep)
    before = _manifest(index)
    embedder = (
        _recorded(index, ModelRecord.read(before["model"]))
        if model is None and "model" in before
        else load_model(model)
    )
    if chunking is None:
        chunking = Chunking(**before["chunking"]) if "chunking" in before else DEFAULT_CHUNKING
    longest = min(chunking.max_tokens, embedder.max_tokens)
    chunking = Chunking(longest, min(chunking.min_tokens, longest))
    return Configuration(embedder.record, lambda: embedder, chunking, keep or before.get("keep", KEPT))


def as_it_was(index: Path) -> Configuration:
    """What a change goes by that brings no new text: all as it was, and the model need not be there any more.

    Raises:
        IndexMissingError, IndexDamagedError, IndexMismatchError: there is no manifest that could be read.
    """
    before = generations.read_manifest(index, generations.current_number(index))
    model = ModelRecord.read(before["model"])
    return Configuration(
        model, lambda: load_made_with(index, model), Chunking(**before["chunking"]), before.get("keep", KEPT)
    )


def load_made_with(index: Path, model: ModelRecord) -> Embedder:
    """The model that made an index.

    Raises:
        IndexMismatchError: the model of that name is not the one that made the index.
        ModelError: there is no such model any more.
    """
    embedder = _recorded(index, model)
    if embedder.fingerprint != model.fingerprint:
        raise IndexMismatchError(
            "index.model", index=str(index), model=model.name, remedy=generations.repair_command(index),
        )  # fmt: skip
    return embedder


def _recorded(index: Path, model: ModelRecord) -> Embedder:
    try:
        return load_recorded(model)
    except ModelError as error:
        if error.code != "model.load":
            raise
        raise ModelError(
            "model.gone", index=str(index), model=model.name, why=str(error.values["why"]),
            remedy=Command.of("qa", "doctor", "--fix", "--model", "NAME", "--index", index),
        ) from error  # fmt: skip


def _manifest(index: Path) -> generations.Manifest:
    """The manifest of the index that is there, its files unread; empty where there is none that can be read."""
    try:
        return generations.read_manifest(index, generations.current_number(index))
    except QAError:
        return {}
