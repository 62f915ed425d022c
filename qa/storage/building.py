"""Sources -> a generation's files: split them, embed their passages, write everything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt

from qa.errors import SourceError
from qa.progress import Progress, ProgressEvent, Stage
from qa.search.embedding import ModelRecord
from qa.search.lexical import BM25, Analysis, tokenize
from qa.search.state_store import StateWriter
from qa.search.store import FaissStore
from qa.search.tokens import QuantisedEmbedding, TokenWriter
from qa.storage.checkpoint import Checkpoint
from qa.storage.configuration import Configuration
from qa.storage.contents import write_sources, write_spans
from qa.storage.disk import storage_errors
from qa.storage.manifest import Manifest, write_manifest
from qa.storage.reuse import Reusable, content_key
from qa.text.blocks import Block
from qa.text.passages import SPLITTING, Passage, Unit, context_of, split_passages
from qa.text.source import Source


@dataclass(frozen=True)
class Counts:
    """What a generation holds, and how many of its passages were embedded for it or reused."""

    sources: int = 0
    passages: int = 0
    embedded: int = 0
    reused: int = 0


@dataclass
class _Parts:
    """The blocks of each source, and the passages of all sources with the units of each."""

    blocks: dict[str, Sequence[Block]] = field(default_factory=dict)
    passages: list[Passage] = field(default_factory=list)
    units: list[Sequence[Unit]] = field(default_factory=list)


class _EmbeddingWriter:
    """Writer of the embeddings of a generation's passages, in any order.

    Attributes:
        vectors: float32 [p, d], the passages' vectors; the rest goes to ``tokens/`` and ``states/``.
    """

    def __init__(self, folder: Path, passages: int, model: ModelRecord) -> None:
        self.vectors = np.zeros((passages, model.dimension), dtype=np.float32)
        self._open = ExitStack()
        self._tokens = self._open.enter_context(TokenWriter(folder / "tokens", passages))
        self._states = None
        if model.lower is not None:
            self._states = self._open.enter_context(StateWriter(folder / "states", passages))

    def write(self, passages: list[int], embedding: QuantisedEmbedding) -> None:
        """Add an embedding; the passages given have the same text and context."""
        self.vectors[passages] = embedding.vector
        self._tokens.write(passages, embedding.tokens, embedding.spans)
        if self._states is not None:
            assert embedding.states is not None  # the same model made it
            self._states.write(passages, embedding.states)

    def __enter__(self) -> _EmbeddingWriter:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def finish(self) -> None:
        """Close the files and write what belongs to them."""
        self._tokens.finish()
        if self._states is not None:
            self._states.finish()


@dataclass(frozen=True)
class Builder:
    """Writes the files of one generation.

    Attributes:
        index: the index folder.
        folder: the generation's folder, empty at first.
        configuration: the model and settings.
        reusable: what need not be done again.
        checkpoint: where passages are kept as they get embedded.
        progress: called at each stage; what it raises ends the build.
    """

    index: Path
    folder: Path
    configuration: Configuration
    reusable: Reusable
    checkpoint: Checkpoint
    progress: Progress | None = None

    def build(self, sources: Mapping[str, Source]) -> Counts:
        """Split, embed and write the sources.

        Raises:
            SourceError: the sources hold no sentence. ModelError: the model cannot be loaded.
            StorageError: a write failed.
        """
        parts = self._split(sources)
        if not parts.passages:
            raise SourceError("source.wordless")
        contents = [sources[p.source].text[p.start : p.end] for p in parts.passages]
        contexts = [
            context_of(sources[p.source].text, parts.blocks[p.source], units[0].block)
            for p, units in zip(parts.passages, parts.units, strict=True)
        ]
        vectors, embedded = self._write_embeddings(contents, contexts)
        terms = [tokenize(f"{context}\n{text}") for context, text in zip(contexts, contents, strict=True)]
        self._report_stage(Stage.WRITING, len(contents), len(contents))
        with storage_errors(self.index, library_writes=True):
            FaissStore(vectors, BM25(terms)).save(self.folder)
            self._write_manifest(sources, parts)
        return Counts(len(sources), len(contents), embedded, len(contents) - embedded)

    def _report_stage(self, stage: Stage, done: int, total: int) -> None:
        if self.progress:
            self.progress(ProgressEvent(stage, done, total))

    def _split(self, sources: Mapping[str, Source]) -> _Parts:
        """Return the blocks, passages and units of all sources."""
        parts = _Parts()
        for number, source in enumerate(sources.values()):
            self._report_stage(Stage.SPLITTING, number, len(sources))
            split = self.reusable.split(source) or split_passages(
                source, self.configuration.embedder.count_tokens, self.configuration.chunking
            )
            parts.blocks[source.name] = split.blocks
            parts.passages += [replace(passage, source=source.name) for passage in split.passages]
            parts.units += split.units
        return parts

    def _write_embeddings(
        self, contents: Sequence[str], contexts: Sequence[str]
    ) -> tuple[npt.NDArray[np.float32], int]:
        """Write ``tokens/`` and ``states/``.

        Returns:
            The passages' vectors, float32 [p, d], and how many had to be embedded.
        """
        alike: dict[str, list[int]] = {}  # passages with the same text and context are embedded once
        for number, (content, context) in enumerate(zip(contents, contexts, strict=True)):
            alike.setdefault(content_key(content, context), []).append(number)
        # Our own reading and writing is wrapped piece by piece: errors of the model and of ``progress`` are no disk's.
        with storage_errors(self.index):
            writer = _EmbeddingWriter(self.folder, len(contents), self.configuration.model)
        missing: list[str] = []
        with writer:
            with storage_errors(self.index):
                for key, numbers in alike.items():
                    if known := self.reusable.embedding(key):
                        writer.write(numbers, known)
                    else:
                        missing.append(key)
            # Texts of similar length share a batch, so that little of it is padding.
            missing.sort(key=lambda key: -len(contents[alike[key][0]]))
            first = [alike[key][0] for key in missing]
            embedded = (
                self.configuration.embedder.embed_passages(
                    [contents[n] for n in first], self.progress, [contexts[n] for n in first]
                )
                if first
                else ()
            )
            for key, one in zip(missing, embedded, strict=True):
                with storage_errors(self.index):
                    embedding = QuantisedEmbedding.of(one)
                    self.checkpoint.put(key, embedding)
                    writer.write(alike[key], embedding)
            with storage_errors(self.index, library_writes=True):
                writer.finish()
        return writer.vectors, len(missing)

    def _write_manifest(self, sources: Mapping[str, Source], parts: _Parts) -> None:
        records = write_sources(self.index, self.folder, sources.values())
        sections = write_spans(self.folder, parts.passages, parts.units, parts.blocks)
        manifest = Manifest(
            created=datetime.now(UTC).isoformat(timespec="seconds"),
            model=self.configuration.model,
            chunking=self.configuration.chunking,
            splitting=SPLITTING,
            keep=self.configuration.keep,
            lexical=dict(Analysis().to_dict()),
            calibration=self.configuration.calibration,
            passages=len(parts.passages),
            sections=tuple(title for title, _ in sections),
            headings=tuple(above for _, above in sections),
            sources=records,
        )
        write_manifest(self.folder, manifest)
