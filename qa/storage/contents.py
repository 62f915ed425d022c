"""A generation's files <-> its sources, blocks, passages, units, vectors and terms: the format in one place.

    sources/0000.txt                     each source's text in UTF-8
    sources/0000.places.json             where its pages or moments begin
    sources/0000.marks.json              what its format says of its lines: start, end, kind, level
    spans.npy                            int64 [p, 5]: source, start, end, section, boilerplate of each passage
    blocks.npy                           int64 [b, 7]: source, kind, start, end, words, parent (-1: none), level
    units.npy                            int64 [u, 4]: passage, start, end, block of each unit
    faiss.index, lexical/, tokens/       what is searched (`qa.search.store`, `qa.search.tokens`)
    states/                              what a trained reader reads (`qa.search.state_store`)

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
from qa.search.state_store import PassageStates
from qa.search.store import FaissStore
from qa.search.tokens import TokenVectors
from qa.storage import generations
from qa.storage.manifest import FORMAT_VERSION, Manifest, SourceRecord
from qa.text.blocks import Block
from qa.text.marks import Kind, Mark
from qa.text.passages import Passage, Unit, context_of
from qa.text.source import Place, Source

_ATTEMPTS = 20
"""How many times in a row a reader follows the pointer when the generation it wants is replaced."""
_KINDS = tuple(Kind)
"""The kinds of blocks by the number that is stored for them: new ones are added at the end."""
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
        blocks: name -> the blocks of that source, in order.
        units: the units of each passage.
        store: the passages' vectors and terms.
        tokens: the vectors of their tokens, which stay on the disk until they are needed.
        states: the states of their tokens, which do so too; None if the model gives none.
    """

    number: int
    manifest: Manifest
    sources: Mapping[str, Source]
    passages: tuple[Passage, ...]
    blocks: Mapping[str, tuple[Block, ...]]
    units: tuple[tuple[Unit, ...], ...]
    store: FaissStore
    tokens: TokenVectors
    states: PassageStates | None

    def text(self, passage: Passage) -> str:
        """Return the passage's text: ``sources[passage.source].text[passage.start:passage.end]``."""
        return self.sources[passage.source].text[passage.start : passage.end]

    def context(self, number: int) -> str:
        """Return what passage ``number`` stands under: what is put before it when it is embedded."""
        name = self.passages[number].source
        return context_of(self.sources[name].text, self.blocks[name], self.units[number][0].block)

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
    if manifest.format != FORMAT_VERSION:
        raise IndexMismatchError("index.older", index=str(index), remedy=generations.repair_command(index))
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
    blocks: dict[str, list[Block]] = {name: [] for name in names}
    for source, kind, start, end, words, parent, level in np.load(folder / "blocks.npy", allow_pickle=False).tolist():
        block = Block(_KINDS[kind], start, end, words, None if parent < 0 else parent, level)
        blocks[names[source]].append(block)
    units: list[list[Unit]] = [[] for _ in passages]
    for passage, *unit in np.load(folder / "units.npy", allow_pickle=False).tolist():
        units[passage].append(Unit(*unit))
    tokens = TokenVectors.load(folder / "tokens")
    return Contents(
        number,
        manifest,
        sources,
        passages,
        {name: tuple(own) for name, own in blocks.items()},
        tuple(map(tuple, units)),
        FaissStore.load(folder),
        tokens,
        None if manifest.model.lower is None else PassageStates.load(folder / "states", tokens),
    )


def read_source(index: Path, folder: Path, record: SourceRecord) -> Source:
    """Read a source of the generation in ``folder``.

    Raises:
        OSError, ValueError, TypeError: its files are missing or damaged; never after a check of the generation.
    """
    text = (folder / record.file).read_bytes().decode("utf-8")
    places, marks = (json.loads((folder / file).read_bytes()) if file else [] for file in (record.places, record.marks))
    path = Path(os.path.normpath(index.resolve() / record.path)) if record.path else None
    return Source(
        record.name,
        text,
        tuple(Place(*row) for row in places),
        tuple(Mark(start, end, Kind(kind), level) for start, end, kind, level in marks),
        path=path,
    )


def write_sources(index: Path, folder: Path, sources: Iterable[Source]) -> tuple[SourceRecord, ...]:
    """Write ``sources/`` of the generation in ``folder`` and return the sources' records."""
    (folder / "sources").mkdir()
    records: list[SourceRecord] = []
    for number, source in enumerate(sources):
        file = f"sources/{number:04}.txt"
        (folder / file).write_bytes(source.text.encode("utf-8"))
        places = _write_rows(folder, f"sources/{number:04}.places.json", source.places)
        marks = _write_rows(folder, f"sources/{number:04}.marks.json", source.marks)
        path = _stored_path(index, source.path) if source.path else None
        records.append(
            SourceRecord(
                name=source.name,
                file=file,
                sha256=source.sha256,
                characters=len(source.text),
                places=places,
                marks=marks,
                path=path,
            )
        )
    return tuple(records)


def _write_rows(folder: Path, file: str, rows: Sequence[Place] | Sequence[Mark]) -> str | None:
    """Write places or marks into a file of a generation's folder and return its name; None if there are none."""
    if not rows:
        return None
    (folder / file).write_text(json.dumps([astuple(row) for row in rows]), encoding="ascii")
    return file


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
    folder: Path,
    passages: Sequence[Passage],
    units: Sequence[Sequence[Unit]],
    blocks: Mapping[str, Sequence[Block]],
) -> list[Section]:
    """Write ``spans.npy``, ``units.npy`` and ``blocks.npy``.

    Args:
        folder: the generation's folder.
        passages: all passages.
        units: the units of each.
        blocks: name -> the blocks of each source, in the order of the index.

    Returns:
        The sections, which passages refer to by number.
    """
    sources = {name: number for number, name in enumerate(blocks)}
    sections = {one: number for number, one in enumerate(dict.fromkeys((p.section, p.headings) for p in passages))}
    rows = [(sources[p.source], p.start, p.end, sections[p.section, p.headings], p.boilerplate) for p in passages]
    spans = [(passage, *unit) for passage, own in enumerate(units) for unit in own]
    parts = [
        (number, _KINDS.index(b.kind), b.start, b.end, b.words, -1 if b.parent is None else b.parent, b.level)
        for number, own in enumerate(blocks.values())
        for b in own
    ]
    np.save(folder / "spans.npy", np.array(rows, dtype=np.int64), allow_pickle=False)
    np.save(folder / "units.npy", np.array(spans, dtype=np.int64).reshape(-1, 4), allow_pickle=False)
    np.save(folder / "blocks.npy", np.array(parts, dtype=np.int64).reshape(-1, 7), allow_pickle=False)
    return list(sections)
