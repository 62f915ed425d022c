"""What earlier builds have split and embedded, and the next build need not do again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import asdict, replace
from functools import cached_property

from qa.search.embedding import ModelRecord
from qa.search.tokens import QuantisedEmbedding
from qa.storage.checkpoint import Checkpoint
from qa.storage.configuration import Configuration
from qa.storage.contents import Contents
from qa.text.marks import Mark
from qa.text.passages import SPLITTING, Split
from qa.text.source import Source

_Said = tuple[str, tuple[Mark, ...]]
"""The SHA-256 of a source's text, and its marks: what is split alike."""


class Reusable:
    """Sources split and passages embedded before by the same model with the same settings."""

    def __init__(
        self,
        configuration: Configuration,
        current: Contents | None = None,
        checkpoint: Checkpoint | None = None,
        earlier: Iterable[Contents] = (),
    ) -> None:
        """Take what may be reused.

        Args:
            configuration: the model and settings of the next generation.
            current: the current generation.
            checkpoint: what an unfinished build has embedded.
            earlier: the other generations; read only when a passage is in neither of the others.
        """
        self._model = configuration.model
        self._current = dict(_embeddings(current, self._model)) if current else {}
        self._split = _split_alike(current, configuration) if current else {}
        self._checkpoint = checkpoint
        self._others = earlier

    def split(self, source: Source) -> Split | None:
        """Return how a source with the same text and marks was split; None if there was none."""
        return self._split.get((source.sha256, source.marks))

    def embedding(self, key: str) -> QuantisedEmbedding | None:
        """Return the embedding of a passage, by the :func:`content_key` of its text; None if there was none."""
        return self._current.get(key) or self._from_checkpoint(key) or self._from_others.get(key)

    def _from_checkpoint(self, key: str) -> QuantisedEmbedding | None:
        return self._checkpoint.get(key) if self._checkpoint is not None else None

    @cached_property
    def _from_others(self) -> dict[str, QuantisedEmbedding]:
        return {key: one for contents in self._others for key, one in _embeddings(contents, self._model)}


def content_key(content: str, context: str) -> str:
    """Return what tells one passage and its context from another: the SHA-256 of both, in hex."""
    return hashlib.sha256(f"{context}\0{content}".encode()).hexdigest()


def _split_alike(contents: Contents, configuration: Configuration) -> dict[_Said, Split]:
    """Return the text and marks of a source -> how it was split, if it would be split the same way now."""
    manifest = contents.manifest
    then = (manifest.splitting, asdict(manifest.chunking), manifest.model.fingerprint)
    if then != (SPLITTING, asdict(configuration.chunking), configuration.model.fingerprint):
        return {}
    return {
        (source.sha256, source.marks): Split(
            contents.blocks[name],
            [contents.passages[number] for number in contents.passages_of(name)],
            [contents.units[number] for number in contents.passages_of(name)],
        )
        for name, source in contents.sources.items()
    }


def _embeddings(contents: Contents, model: ModelRecord) -> Iterator[tuple[str, QuantisedEmbedding]]:
    """Yield the key and embedding of each passage, if the same model made them."""
    made_by = contents.manifest.model
    if replace(made_by, name=model.name) != model:
        return
    vectors = contents.store.vectors
    for number, passage in enumerate(contents.passages):
        key = content_key(contents.text(passage), contents.context(number))
        states = None if contents.states is None else contents.states.quantised(number)
        yield key, QuantisedEmbedding(vectors[number], *contents.tokens.of(number), states)
