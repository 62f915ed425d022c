"""Sources -> the files of a generation: split, embed, write. What `qa.index` reads is written here."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt

from qa import generations
from qa.embedding import Embedder, Progress
from qa.errors import SourceError
from qa.lexical import BM25, Analysis, words
from qa.passages import Chunking, Passage, split_passages
from qa.sources import Source
from qa.stores.faiss import FaissStore
from qa.stores.tokens import TokenWriter, quantise

Before = tuple[npt.NDArray[np.float32], npt.NDArray[np.int8], npt.NDArray[np.int32]]
"""A passage's vector, token vectors and token spans, from an older generation."""


def write_generation(
    folder: Path,
    texts: Sequence[Source],
    embedder: Embedder,
    chunking: Chunking,
    known: Mapping[str, Before],
    progress: Progress | None,
) -> tuple[int, int]:
    """Writes all files of a generation into an empty folder.

    Args:
        folder: where to.
        texts: the sources, with names of their own.
        embedder: the model.
        chunking: sizes of passages in its tokens.
        known: :func:`content_key` of a passage's text -> what the same model gave for it before.
        progress: called with texts or passages done, how many there are, and what is being done: "splitting"
            before each text, then "embedding".

    Returns:
        The numbers of passages embedded and taken over.

    Raises:
        SourceError: the texts hold no sentence.
    """
    passages: list[Passage] = []
    sentences: list[tuple[int, int, int]] = []
    for number, source in enumerate(texts):
        if progress:
            progress(number, len(texts), "splitting")
        found, spans = split_passages(source, embedder.count_tokens, chunking)
        for passage, own in zip(found, spans, strict=True):
            sentences.extend((len(passages), start, end) for start, end in own)
            passages.append(passage)
    by_name = {source.name: source for source in texts}
    contents = [by_name[p.source].text[p.start : p.end] for p in passages]
    if not contents:
        sentence = "The texts hold no sentence that could be cited: give a text with words in it."
        raise SourceError(sentence, "source.wordless")
    vectors, counts = _embed(folder, contents, embedder, known, progress)
    FaissStore(vectors, BM25([words(content) for content in contents])).save(folder)
    entries = _write_sources(folder, texts)
    names = {name: number for number, name in enumerate(by_name)}
    titles = {title: number for number, title in enumerate(dict.fromkeys(p.section for p in passages))}
    rows = [(names[p.source], p.start, p.end, titles[p.section], p.furniture) for p in passages]
    np.save(folder / "spans.npy", np.array(rows, dtype=np.int64), allow_pickle=False)
    np.save(folder / "sentences.npy", np.array(sentences, dtype=np.int64).reshape(-1, 3), allow_pickle=False)
    manifest = {
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "model": {
            "name": embedder.name,
            "fingerprint": embedder.fingerprint,
            "prompts": asdict(embedder.prompts),
            "dimension": embedder.dimension,
        },
        "chunking": asdict(chunking),
        "lexical": Analysis().to_dict(),
        "passages": len(passages),
        "sections": list(titles),
        "sources": entries,
    }
    generations.write_manifest(folder, manifest)
    return counts


def _write_sources(folder: Path, texts: Sequence[Source]) -> list[dict[str, str | int]]:
    (folder / "sources").mkdir()
    entries: list[dict[str, str | int]] = []
    for number, source in enumerate(texts):
        file = f"sources/{number:04}.txt"
        (folder / file).write_bytes(source.text.encode("utf-8"))
        entries.append({"name": source.name, "file": file, "sha256": source.sha256, "characters": len(source.text)})
    return entries


def content_key(content: str) -> str:
    """What tells one passage's text from another's."""
    return hashlib.sha256(content.encode("utf-8")).hexdigest()


def _embed(
    folder: Path,
    contents: Sequence[str],
    embedder: Embedder,
    known: Mapping[str, Before],
    progress: Progress | None,
) -> tuple[npt.NDArray[np.float32], tuple[int, int]]:
    """Writes ``tokens/`` and returns the passages' vectors, float32 [n, d], with the two numbers."""
    vectors = np.zeros((len(contents), embedder.dimension), dtype=np.float32)
    alike: dict[str, list[int]] = {}  # passages with the same words are embedded once
    for number, content in enumerate(contents):
        alike.setdefault(content_key(content), []).append(number)
    missing = []
    with TokenWriter(folder / "tokens", len(contents)) as writer:
        for key, numbers in alike.items():
            before = known.get(key)
            if before is None:
                missing.append(numbers)
                continue
            vectors[numbers] = before[0]
            writer.write(numbers, before[1], before[2])
        # Texts of like length share a batch, so that little of it is padding.
        missing.sort(key=lambda numbers: -len(contents[numbers[0]]))
        embedded = embedder.embed_passages([contents[numbers[0]] for numbers in missing], progress)
        for numbers, one in zip(missing, embedded, strict=True):
            vectors[numbers] = one.vector
            writer.write(numbers, quantise(one.tokens), one.spans)
    return vectors, (len(missing), len(contents) - len(missing))
