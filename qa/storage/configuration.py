"""The model and settings of the next generation: the caller's, else those of the index, else the defaults."""

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
from qa.storage.manifest import KEPT, Manifest
from qa.text.passages import Chunking

DEFAULT_CHUNKING = Chunking(max_tokens=256, min_tokens=0)
"""Sizes chosen by `python bench/chunking.py`, which prints what others give."""


@dataclass(frozen=True)
class Configuration:
    """The model and settings of a generation.

    Attributes:
        model: what tells the model from others.
        load: loads it.
        chunking: the sizes of passages in the model's tokens, within its window.
        keep: how many generations are kept.
    """

    model: ModelRecord
    load: Callable[[], Embedder]
    chunking: Chunking
    keep: int

    @cached_property
    def embedder(self) -> Embedder:
        """The model, loaded when first needed; errors are those of loading it."""
        return self.load()


def configured(
    index: Path, model: str | None = None, chunking: Chunking | None = None, keep: int | None = None
) -> Configuration:
    """Return the configuration of a build into a folder; what is None is taken from the index there.

    Raises:
        ModelError: there is no such model. StorageError: ``keep`` is below 1.
    """
    if keep is not None and keep < 1:
        raise StorageError("storage.keep", keep=keep)
    before = _readable_manifest(index)
    embedder = load_recorded_model(index, before.model) if before and model is None else load_model(model)
    chunking = chunking or (before.chunking if before else DEFAULT_CHUNKING)
    longest = min(chunking.max_tokens, embedder.max_tokens)
    chunking = Chunking(longest, min(chunking.min_tokens, longest))
    return Configuration(embedder.record, lambda: embedder, chunking, keep or (before.keep if before else KEPT))


def unchanged(index: Path) -> Configuration:
    """Return the configuration of the current generation, for a change that brings no new text.

    The model is loaded only if a text has to be split or embedded again, and may be gone until then.

    Raises:
        IndexMissingError, IndexDamagedError, IndexMismatchError: there is no manifest that can be read.
    """
    before = generations.read_manifest(index, generations.current_number(index))
    return Configuration(before.model, lambda: load_made_with(index, before.model), before.chunking, before.keep)


def load_made_with(index: Path, model: ModelRecord) -> Embedder:
    """Load the model that made an index.

    Raises:
        IndexMismatchError: the model of that name is another one now. ModelError: there is no such model any more.
    """
    embedder = load_recorded_model(index, model)
    if embedder.fingerprint != model.fingerprint:
        raise IndexMismatchError(
            "index.model", index=str(index), model=model.name, remedy=generations.repair_command(index)
        )
    return embedder


def load_recorded_model(index: Path, model: ModelRecord) -> Embedder:
    """Load the model of the name that an index records; it may differ from the one that made the index.

    Raises:
        ModelError: there is no such model any more.
    """
    try:
        return load_recorded(model)
    except ModelError as error:
        if error.code != "model.load":
            raise
        raise ModelError(
            "model.gone", index=str(index), model=model.name, why=str(error.values["why"]),
            remedy=Command.of("qa", "doctor", "--fix", "--model", "NAME", "--index", index),
        ) from error  # fmt: skip


def _readable_manifest(index: Path) -> Manifest | None:
    try:
        return generations.read_manifest(index, generations.current_number(index))
    except QAError:
        return None
