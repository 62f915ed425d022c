"""The model and settings of the next generation: the caller's, else those of the index, else the defaults."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from qa.catalogue import Command
from qa.errors import IndexMismatchError, ModelError, QAError, StorageError
from qa.search.embedding import Embedder, ModelRecord
from qa.search.weights import load_model, load_recorded
from qa.storage import generations
from qa.storage.manifest import KEPT, Manifest, Record
from qa.text.passages import Chunking

DEFAULT_CHUNKING = Chunking(max_tokens=256, min_tokens=100)
"""Sizes chosen by `python bench/chunking.py`, which prints what others give."""

_EARLIER_DEFAULTS = {1: Chunking(max_tokens=256, min_tokens=0)}
"""The default sizes by the format that they differed in."""


@dataclass(frozen=True)
class Settings:
    """What a caller asks of the next generation. None: as the index has it, or the default for a new index.

    Attributes:
        model: the embedding model, a SentenceTransformer by name or folder.
        chunking: the sizes of passages in the model's tokens.
        keep: how many generations are kept, at least 1.
        calibration: how confidences are computed (`qa.answering.confidence`); {} for the packaged calibration.
    """

    model: str | None = None
    chunking: Chunking | None = None
    keep: int | None = None
    calibration: Record | None = None


@dataclass(frozen=True)
class Configuration:
    """The model and settings of a generation.

    Attributes:
        model: what tells the model from others.
        load: loads it.
        chunking: the sizes of passages in the model's tokens, within its window.
        keep: how many generations are kept.
        calibration: how confidences are computed; {} for the packaged calibration.
    """

    model: ModelRecord
    load: Callable[[], Embedder]
    chunking: Chunking
    keep: int
    calibration: Record = field(default_factory=dict)

    @cached_property
    def embedder(self) -> Embedder:
        """The model, loaded when first needed; errors are those of loading it."""
        return self.load()


def check_settings(index: Path, settings: Settings) -> None:
    """Check settings before an index is made or locked; the model gets loaded, once per process.

    Raises:
        ModelError: there is no such model. StorageError: ``keep`` is below 1.
    """
    if settings.keep is not None and settings.keep < 1:
        raise StorageError("storage.keep", keep=settings.keep)
    _load_chosen_model(index, settings, _readable_manifest(index))


def configured(index: Path, settings: Settings) -> Configuration:
    """Return the configuration of a build; what the settings leave open is taken from the index in the folder.

    Call it under the lock: another process may have changed the index before.

    Raises:
        ModelError: there is no such model.
    """
    before = _readable_manifest(index)
    embedder = _load_chosen_model(index, settings, before)
    chunking = settings.chunking or _chunking_of(before)
    longest = min(chunking.max_tokens, embedder.max_tokens)
    chunking = Chunking(longest, min(chunking.min_tokens, longest))
    keep = settings.keep or (before.keep if before else KEPT)
    calibration = settings.calibration if settings.calibration is not None else (before.calibration if before else {})
    return Configuration(embedder.record, lambda: embedder, chunking, keep, calibration)


def _chunking_of(before: Manifest | None) -> Chunking:
    """Return the sizes that an index was built with, unless they were the default of an earlier format."""
    if before is None or before.chunking == _EARLIER_DEFAULTS.get(before.format):
        return DEFAULT_CHUNKING
    return before.chunking


def _load_chosen_model(index: Path, settings: Settings, before: Manifest | None) -> Embedder:
    if before and settings.model is None:
        return load_recorded_model(index, before.model)
    return load_model(settings.model)


def unchanged(index: Path) -> Configuration:
    """Return the configuration of the current generation, for a change that brings no new text.

    The model is loaded only if a text has to be split or embedded again, and may be gone until then.

    Raises:
        IndexMissingError, IndexDamagedError, IndexMismatchError: there is no manifest that can be read.
    """
    before = generations.read_manifest(index, generations.current_number(index))
    return Configuration(
        before.model, lambda: load_made_with(index, before.model), before.chunking, before.keep, before.calibration
    )


def load_made_with(index: Path, model: ModelRecord) -> Embedder:
    """Load the model that made an index.

    Raises:
        IndexMismatchError: the model of that name is another one now. ModelError: there is no such model any more.
    """
    embedder = load_recorded_model(index, model)
    now = embedder.record
    if (now.fingerprint, now.directions, now.lower) != (model.fingerprint, model.directions, model.lower):
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
