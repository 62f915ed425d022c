"""A generation's files <-> its sources, passages, sentences, vectors and terms: the format in one place.

    sources/0000.txt, 0000.places.json   each source's text in UTF-8, and where its pages or moments begin
    spans.npy                            int64 [p, 5]: source, start, end, section, boilerplate of each passage
    sentences.npy                        int64 [s, 3]: passage, start, end of each sentence
    faiss.index, lexical/, tokens/       what is searched (`qa.search.store`, `qa.search.tokens`)

Text is stored once; everything else is offsets into it: 0-based code points, end exclusive.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from qa.errors import IndexDamagedError, IndexMismatchError
from qa.search.lexical import Analysis
from qa.search.store import FaissStore
from qa.search.tokens import TokenVectors
from qa.storage import generations
from qa.storage.manifest import Manifest, SourceRecord
from qa.text.passages import Passage
from qa.text.sentences import Span
from qa.text.source import Place, Source

_ATTEMPTS = 20
"""How many times in a row a reader follows the pointer when the generation it wants is replaced."""
Section = tuple[str, tuple[str, ...]]
"""A section's title, and the headings above it."""


@dataclass(frozen=True)
class Contents:
    """Everything that a generation holds.

    Attributes:
        number: the generation's number.
        manifest: how it was made.
        sources: name -> source, in the order of the index.
        passages: all passages, source by source, in reading order.
        sentences: the sentences of each passage: (start, end) in its source.
        store: the passages' vectors and terms.
        tokens: the vectors of their tokens, which stay on the disk until they are needed.
    """

    number: int
    manifest: Manifest
    sources: Mapping[str, Source]
    passages: tuple[Passage, ...]
    sentences: tuple[tuple[Span, ...], ...]
    store: FaissStore
    tokens: TokenVectors

    def text(self, passage: Passage) -> str:
        """Return the passage's text: ``sources[passage.source].text[passage.start:passage.end]``."""
        return self.sources[passage.source].text[passage.start : passage.end]

    def passages_of(self, name: str) -> range:
        """Return the numbers of a source's passages, which are consecutive; an empty range for an unknown name."""
        return self._passages_of.get(name, range(0))

    @cached_property
    def _passages_of(self) -> dict[str, range]:
        found: dict[str, range] = {}
        for number, passage in enumerate(self.passages):
            first = found.get(passage.source, range(number, number)).start
            found[passage.source] = range(first, number + 1)
        return found


def read_current(index: Path) -> Contents:
    """Read the current generation after checking every file of it.

    Raises:
        IndexMissingError, IndexDamagedError, IndexMismatchError: each names the command that helps.
    """
    number = generations.current_number(index)
    for _ in range(_ATTEMPTS):
        try:
            return read_contents(index, number)
        except (IndexDamagedError, OSError):
            # A writer may have replaced and removed this generation while it was being read.
            before, number = number, generations.current_number(index)
            if before == number:
                break
    return read_contents(index, number)


def read_contents(index: Path, number: int) -> Contents:
    """Read one of the generations that are kept, after checking every file of it.

    Raises:
        IndexDamagedError, IndexMismatchError: it cannot be used; each names the command that helps.
    """
    manifest, folder = generations.check_generation(index, number), generations.generation_folder(index, number)
    try:
        contents = _read_files(index, number, folder, manifest)
    except (OSError, ValueError, TypeError, LookupError) as error:
        raise generations.unreadable(index, folder, error) from error
    if manifest.lexical != Analysis().to_dict():
        raise IndexMismatchError("index.words", index=str(index), remedy=generations.repair_command(index))
    return contents


def _read_files(index: Path, number: int, folder: Path, manifest: Manifest) -> Contents:
    sources = {record.name: read_source(index, folder, record) for record in manifest.sources}
    names, titles = list(sources), manifest.sections
    headings = manifest.headings if manifest.headings is not None else ((),) * len(titles)
    spans = np.load(folder / "spans.npy", allow_pickle=False).tolist()
    passages = tuple(
        Passage(names[source], start, end, titles[section], bool(boilerplate), headings[section])
        for source, start, end, section, boilerplate in spans
    )
    sentences: list[list[Span]] = [[] for _ in passages]
    for passage, start, end in np.load(folder / "sentences.npy", allow_pickle=False).tolist():
        sentences[passage].append((start, end))
    store, tokens = FaissStore.load(folder), TokenVectors.load(folder / "tokens")
    return Contents(number, manifest, sources, passages, tuple(map(tuple, sentences)), store, tokens)


def read_source(index: Path, folder: Path, record: SourceRecord) -> Source:
    """Read a source of the generation in ``folder``.

    Raises:
        OSError, ValueError, TypeError: its files are missing or damaged; never after a check of the generation.
    """
    text = (folder / record.file).read_bytes().decode("utf-8")
    rows = json.loads((folder / record.places).read_bytes()) if record.places else []
    path = Path(os.path.normpath(index.resolve() / record.path)) if record.path else None
    return Source(record.name, text, tuple(Place(*row) for row in rows), path=path)


def write_sources(index: Path, folder: Path, sources: Iterable[Source]) -> tuple[SourceRecord, ...]:
    """Write ``sources/`` of the generation in ``folder`` and return the sources' records."""
    (folder / "sources").mkdir()
    records: list[SourceRecord] = []
    for number, source in enumerate(sources):
        file, places = f"sources/{number:04}.txt", None
        (folder / file).write_bytes(source.text.encode("utf-8"))
        if source.places:
            places = f"sources/{number:04}.places.json"
            (folder / places).write_text(json.dumps([astuple(place) for place in source.places]), encoding="ascii")
        path = _stored_path(index, source.path) if source.path else None
        records.append(
            SourceRecord(
                name=source.name,
                file=file,
                sha256=source.sha256,
                characters=len(source.text),
                places=places,
                path=path,
            )
        )
    return tuple(records)


def _stored_path(index: Path, path: Path) -> str | None:
    """Return a path relative to the index, so that both can be moved together; None if UTF-8 cannot write it."""
    try:
        stored = Path(os.path.relpath(path, index.resolve())).as_posix()
    except ValueError:  # on another drive
        stored = path.as_posix()
    try:
        stored.encode()
    except UnicodeEncodeError:
        return None
    return stored


def write_spans(
    folder: Path, passages: Sequence[Passage], sentences: Sequence[Sequence[Span]], names: Iterable[str]
) -> list[Section]:
    """Write ``spans.npy`` and ``sentences.npy`` and return the sections, which passages refer to by number.

    Args:
        folder: the generation's folder.
        passages: all passages.
        sentences: the sentences of each.
        names: the names of the sources, in the order of the index.
    """
    sources = {name: number for number, name in enumerate(names)}
    sections = {one: number for number, one in enumerate(dict.fromkeys((p.section, p.headings) for p in passages))}
    rows = [(sources[p.source], p.start, p.end, sections[p.section, p.headings], p.boilerplate) for p in passages]
    spans = [(passage, start, end) for passage, own in enumerate(sentences) for start, end in own]
    np.save(folder / "spans.npy", np.array(rows, dtype=np.int64), allow_pickle=False)
    np.save(folder / "sentences.npy", np.array(spans, dtype=np.int64).reshape(-1, 3), allow_pickle=False)
    return list(sections)
