"""Sources -> the files of a generation: split, embed, write. What `qa.index` reads is written here."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, astuple, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from qa.errors import SourceError
from qa.progress import Progress, ProgressEvent, Stage
from qa.search.lexical import BM25, Analysis, tokenize
from qa.search.store import FaissStore
from qa.search.tokens import TokenWriter, quantise
from qa.storage import generations
from qa.storage.batches import Embedding
from qa.storage.configuration import Configuration
from qa.text.passages import SPLITTING, Passage, split_passages
from qa.text.sentences import Span
from qa.text.source import Place, Source

Entry = dict[str, Any]
"""What a manifest says of a source: name, file, sha256, characters, and the file of its places if it has any."""
Split = tuple[list[Passage], list[list[Span]]]
"""A source's passages, and the sentences of each."""
Section = tuple[str, tuple[str, ...]]
"""A passage's section, and the headings above it."""


@dataclass(frozen=True)
class BuildReport:
    """What a build made, as ``qa build --json`` prints it.

    Attributes:
        generation: the new generation's number.
        sources, passages: how many there are in it.
        embedded, reused: passages embedded anew, and those that took the vectors of one with the same words.
        seconds: how long it took.
    """

    generation: int
    sources: int
    passages: int
    embedded: int
    reused: int
    seconds: float

    def to_dict(self) -> dict[str, int | float]:
        """As programs get it, from the shell and over HTTP."""
        return asdict(self) | {"seconds": round(self.seconds, 2)}


@dataclass(frozen=True)
class Known:
    """What was made before of the same texts, by the same model with the same settings.

    Attributes:
        embedded: :func:`content_key` of a passage's text -> what the model gave for it, or None.
        split: SHA-256 of a source's text -> how it was split.
        aside: called with key and passage as passages get embedded, to keep them should the build be killed.
    """

    embedded: Callable[[str], Embedding | None] = lambda key: None
    split: Mapping[str, Split] = field(default_factory=dict)
    aside: Callable[[str, Embedding], None] = lambda key, passage: None


def write_generation(
    folder: Path,
    texts: Sequence[Source],
    made: Configuration,
    known: Known,
    progress: Progress | None,
) -> tuple[int, int]:
    """Writes all files of a generation into an empty folder.

    Args:
        folder: where to.
        texts: the sources, with names of their own.
        made: the model, the sizes of passages, and the generations that are kept, as later changes have to know.
        known: what need not be done again.
        progress: called at each stage.

    Returns:
        The numbers of passages embedded and taken over.

    Raises:
        SourceError: the texts hold no sentence.
    """
    passages, sentences = _split(texts, made, known, progress)
    by_name = {source.name: source for source in texts}
    contents = [by_name[p.source].text[p.start : p.end] for p in passages]
    if not contents:
        raise SourceError("source.wordless")
    vectors, counts = _embed(folder, contents, made, known, progress)
    if progress:
        progress(ProgressEvent(Stage.WRITING, len(contents), len(contents)))
    FaissStore(vectors, BM25([tokenize(content) for content in contents])).save(folder)
    entries = _write_sources(folder, texts)
    sections = _write_spans(folder, passages, sentences, list(by_name))
    manifest = {
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "model": asdict(made.model),
        "chunking": asdict(made.chunking),
        "splitting": SPLITTING,
        "keep": made.keep,
        "lexical": Analysis().to_dict(),
        "passages": len(passages),
        "sections": [title for title, _ in sections],
        "headings": [above for _, above in sections],
        "sources": entries,
    }
    generations.write_manifest(folder, manifest)
    return counts


def _split(
    texts: Sequence[Source], made: Configuration, known: Known, progress: Progress | None
) -> tuple[list[Passage], list[tuple[int, int, int]]]:
    """The passages of all texts, and their sentences: the passage's number, start, end."""
    passages: list[Passage] = []
    sentences: list[tuple[int, int, int]] = []
    for number, source in enumerate(texts):
        if progress:
            progress(ProgressEvent(Stage.SPLITTING, number, len(texts)))
        found, spans = known.split.get(source.sha256) or split_passages(
            source, made.embedder.count_tokens, made.chunking
        )
        for passage, own in zip(found, spans, strict=True):
            sentences.extend((len(passages), start, end) for start, end in own)
            passages.append(replace(passage, source=source.name))
    return passages, sentences


def _write_spans(
    folder: Path, passages: Sequence[Passage], sentences: Sequence[tuple[int, int, int]], names: Sequence[str]
) -> list[Section]:
    """Writes where passages and sentences stand; returns the sections, which a passage names by number."""
    sources = {name: number for number, name in enumerate(names)}
    sections = {one: number for number, one in enumerate(dict.fromkeys((p.section, p.headings) for p in passages))}
    rows = [(sources[p.source], p.start, p.end, sections[p.section, p.headings], p.boilerplate) for p in passages]
    np.save(folder / "spans.npy", np.array(rows, dtype=np.int64), allow_pickle=False)
    np.save(folder / "sentences.npy", np.array(sentences, dtype=np.int64).reshape(-1, 3), allow_pickle=False)
    return list(sections)


def _write_sources(folder: Path, texts: Sequence[Source]) -> list[Entry]:
    (folder / "sources").mkdir()
    entries: list[Entry] = []
    for number, source in enumerate(texts):
        file = f"sources/{number:04}.txt"
        (folder / file).write_bytes(source.text.encode("utf-8"))
        entry: Entry = {
            "name": source.name, "file": file, "sha256": source.sha256, "characters": len(source.text),
        }  # fmt: skip
        if source.places:
            entry["places"] = f"sources/{number:04}.places.json"
            rows = [astuple(place) for place in source.places]
            (folder / entry["places"]).write_text(json.dumps(rows), encoding="ascii")
        entries.append(entry)
    return entries


def read_source(folder: Path, entry: Entry) -> Source:
    """A source of a generation, by its entry in the manifest.

    Raises:
        OSError, ValueError, TypeError: its files are missing or not what was written; of a generation that
            was checked they are neither.
    """
    text = (folder / entry["file"]).read_bytes().decode("utf-8")
    rows = json.loads((folder / entry["places"]).read_bytes()) if "places" in entry else []
    return Source(entry["name"], text, tuple(Place(*row) for row in rows))


def content_key(content: str) -> str:
    """What tells one passage's text from another's."""
    return hashlib.sha256(content.encode("utf-8")).hexdigest()


def _embed(
    folder: Path,
    contents: Sequence[str],
    made: Configuration,
    known: Known,
    progress: Progress | None,
) -> tuple[npt.NDArray[np.float32], tuple[int, int]]:
    """Writes ``tokens/`` and returns the passages' vectors, float32 [n, d], with the two numbers."""
    vectors = np.zeros((len(contents), made.model.dimension), dtype=np.float32)
    alike: dict[str, list[int]] = {}  # passages with the same words are embedded once
    for number, content in enumerate(contents):
        alike.setdefault(content_key(content), []).append(number)
    missing = []
    with TokenWriter(folder / "tokens", len(contents)) as writer:
        for key, numbers in alike.items():
            before = known.embedded(key)
            if before is None:
                missing.append((key, numbers))
                continue
            vectors[numbers] = before[0]
            writer.write(numbers, before[1], before[2])
        # Texts of like length share a batch, so that little of it is padding.
        missing.sort(key=lambda one: -len(contents[one[1][0]]))
        texts = [contents[numbers[0]] for _, numbers in missing]
        embedded = made.embedder.embed_passages(texts, progress) if texts else ()
        for (key, numbers), one in zip(missing, embedded, strict=True):
            tokens = quantise(one.tokens)
            known.aside(key, (one.vector, tokens, one.spans))
            vectors[numbers] = one.vector
            writer.write(numbers, tokens, one.spans)
    return vectors, (len(missing), len(contents) - len(missing))
