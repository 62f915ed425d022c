"""Sources -> an index on the disk, and back: the object a user holds.

    index = Index.build(["source/"], "index")     # read, split, embed, write, swap
    index = Index.open("index")                   # the present generation, checked file by file

A generation's folder holds the texts once, as they stand, in ``sources/``; passages and sentences are
offsets into them (``spans.npy``, ``sentences.npy``); ``faiss.index``, ``lexical/`` and ``tokens/``
are what is searched; ``manifest.json`` says how all of it was made.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

from qa import generations
from qa.embedding import Embedder, Progress, Prompts
from qa.errors import IndexMismatchError, QAError, SourceError
from qa.lexical import BM25, Analysis, words
from qa.passages import Chunking, Passage, split_passages
from qa.sentences import Span
from qa.sources import Source, read_sources
from qa.stores.faiss import FaissStore
from qa.stores.tokens import TokenVectors, TokenWriter, quantise
from qa.weights import load_model

DEFAULT_INDEX = "index"
DEFAULT_CHUNKING = Chunking(max_tokens=256, min_tokens=0)
"""Sizes chosen by `python bench/chunking.py`, which prints what others give."""


@dataclass(frozen=True)
class BuildReport:
    """What a build did: passages embedded anew, and those whose vectors were taken over."""

    embedded: int
    reused: int
    seconds: float


class Index:
    """One generation of an index, open for questions. It does not change; a rebuild makes another.

    Attributes:
        path: the index folder.
        generation: the generation's number.
        sources: name -> Source, in the order given.
        passages: all passages, source by source, in reading order.
        built: what the build did, when this object came from :meth:`build`.
    """

    def __init__(self, path: Path, generation: int, folder: Path, manifest: generations.Manifest) -> None:
        """Reads a generation that :func:`qa.generations.open_current` checked."""
        self.path = path
        self.generation = generation
        self.manifest = manifest
        self.built: BuildReport | None = None
        model = manifest["model"]
        self.sources = {
            entry["name"]: Source(entry["name"], (folder / entry["file"]).read_bytes().decode("utf-8"))
            for entry in manifest["sources"]
        }
        names = list(self.sources)
        spans = np.load(folder / "spans.npy", allow_pickle=False).tolist()
        titles = manifest["sections"]
        self.passages = tuple(
            Passage(names[source], start, end, titles[section], bool(furniture))
            for source, start, end, section, furniture in spans
        )
        self._sentences: list[list[Span]] = [[] for _ in self.passages]
        for passage, start, end in np.load(folder / "sentences.npy", allow_pickle=False).tolist():
            self._sentences[passage].append((start, end))
        self._words: dict[int, list[list[str]]] = {}
        self.store = FaissStore.load(folder)
        self.tokens = TokenVectors.load(folder / "tokens", model["dimension"])

    @classmethod
    def build(
        cls,
        sources: Iterable[str | Path | Source] | str | Path | Source,
        path: str | Path = DEFAULT_INDEX,
        *,
        model: str | None = None,
        chunking: Chunking | None = None,
        max_chars: int = 5_000_000,
        progress: Progress | None = None,
    ) -> Index:
        """Makes the index of these sources the present one; passages already embedded are not again.

        Args:
            sources: files, folders (their .txt and .md) and ``Source`` texts.
            path: the index folder; made if missing.
            model: a SentenceTransformer by name or folder; the packaged one when left out.
            chunking: sizes of passages in the model's tokens; the default was measured.
            max_chars: the longest text accepted, in code points.
            progress: called with passages done, passages in all, and what is being done.

        Raises:
            SourceError: a text cannot be read. ModelError: no such model. StorageError: the disk refused.
            In each case the index that was there stays.
        """
        path = Path(path)
        started = datetime.now(UTC)
        given = [sources] if isinstance(sources, str | Path | Source) else sources
        texts = read_sources(given, max_chars=max_chars)
        embedder = load_model(model)
        chunking = _within(embedder.max_tokens, chunking or DEFAULT_CHUNKING)
        with generations.new_generation(path) as folder:
            counts = _write_generation(folder, path, texts, embedder, chunking, progress)
        index = cls.open(path)
        index.__dict__["embedder"] = embedder
        index.built = BuildReport(*counts, seconds=(datetime.now(UTC) - started).total_seconds())
        return index

    @classmethod
    def open(cls, path: str | Path = DEFAULT_INDEX) -> Index:
        """Opens the present generation after checking every file of it; loads no model yet.

        Raises:
            IndexMissingError, IndexDamagedError, IndexMismatchError: each says which command mends it.
        """
        path = Path(path)
        number, folder, manifest = generations.open_current(path)
        index = cls(path, number, folder, manifest)
        if index.manifest["lexical"] != Analysis().to_dict():
            raise IndexMismatchError(
                f"The index in {path} was made with another way of reading words: "
                f"make it anew with `qa build --index {path}`."
            )
        return index

    @cached_property
    def embedder(self) -> Embedder:
        """The model that the index was built with.

        Raises:
            IndexMismatchError: the model of that name is not the one that made the index.
            ModelError: there is no such model any more.
        """
        model = self.manifest["model"]
        embedder = load_model(model["name"], Prompts(**model["prompts"]))
        if embedder.fingerprint != model["fingerprint"]:
            raise IndexMismatchError(
                f"The index in {self.path} was made with another {model['name']} than the one installed "
                f"now: make it anew with `qa build --index {self.path}`."
            )
        return embedder

    def is_current(self) -> bool:
        """Whether the folder still names this generation; False once a rebuild has put another there."""
        try:
            return generations.current_number(self.path) == self.generation
        except QAError:
            return True  # nothing better to turn to

    def text(self, passage: Passage) -> str:
        """The passage's text: ``sources[passage.source].text[passage.start:passage.end]``."""
        return self.sources[passage.source].text[passage.start : passage.end]

    def passage_sentences(self, number: int) -> list[Span]:
        """The sentences of passage ``number``, as offsets into its source."""
        return self._sentences[number]

    def sentence_words(self, number: int) -> list[list[str]]:
        """The terms of each sentence of passage ``number``; worked out once."""
        found = self._words.get(number)
        if found is None:
            text = self.sources[self.passages[number].source].text
            found = self._words[number] = [words(text[start:end]) for start, end in self._sentences[number]]
        return found

    def sentences(self, name: str) -> list[Span]:
        """All sentences of a source, in order."""
        return [
            span
            for passage, spans in zip(self.passages, self._sentences, strict=True)
            if passage.source == name
            for span in spans
        ]


def _within(window: int, chunking: Chunking) -> Chunking:
    """No passage may be longer than what the model reads."""
    longest = min(chunking.max_tokens, window)
    return Chunking(longest, min(chunking.min_tokens, longest))


def _write_generation(
    folder: Path,
    path: Path,
    texts: Sequence[Source],
    embedder: Embedder,
    chunking: Chunking,
    progress: Progress | None,
) -> tuple[int, int]:
    """Writes all files of a generation; returns the numbers of passages embedded and reused."""
    passages: list[Passage] = []
    sentences: list[tuple[int, int, int]] = []
    for source in texts:
        found, spans = split_passages(source, embedder.count_tokens, chunking)
        for passage, own in zip(found, spans, strict=True):
            sentences.extend((len(passages), start, end) for start, end in own)
            passages.append(passage)
    by_name = {source.name: source for source in texts}
    contents = [by_name[p.source].text[p.start : p.end] for p in passages]
    if not contents:
        raise SourceError("The texts hold no sentence that could be cited: give a text with words in it.")
    vectors, counts = _embed(folder, path, contents, embedder, progress)
    FaissStore(vectors, BM25([words(content) for content in contents])).save(folder)
    entries = _write_sources(folder, texts)
    titles = list(dict.fromkeys(passage.section for passage in passages))
    names = list(by_name)
    rows = [(names.index(p.source), p.start, p.end, titles.index(p.section), p.furniture) for p in passages]
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
        "sections": titles,
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


def _embed(
    folder: Path, path: Path, contents: Sequence[str], embedder: Embedder, progress: Progress | None
) -> tuple[npt.NDArray[np.float32], tuple[int, int]]:
    """Writes ``tokens/`` and returns the passages' vectors, taking over what an older generation has."""
    known = dict(_embedded_before(path, embedder))
    vectors = np.zeros((len(contents), embedder.dimension), dtype=np.float32)
    writer = TokenWriter(folder / "tokens", len(contents))
    missing = []
    for number, content in enumerate(contents):
        before = known.get(_key(content))
        if before is None:
            missing.append(number)
            continue
        vectors[number] = before[0]
        writer.write(number, before[1], before[2])
    # Texts of like length share a batch, so that little of it is padding.
    missing.sort(key=lambda number: -len(contents[number]))
    embedded = embedder.embed_passages([contents[number] for number in missing], progress)
    for number, one in zip(missing, embedded, strict=True):
        vectors[number] = one.vector
        writer.write(number, quantise(one.tokens), one.spans)
    writer.close()
    return vectors, (len(missing), len(contents) - len(missing))


_Before = tuple[npt.NDArray[np.float32], npt.NDArray[np.int8], npt.NDArray[np.int32]]


def _embedded_before(path: Path, embedder: Embedder) -> Iterator[tuple[str, _Before]]:
    """Text's hash -> vector, token vectors and spans, from the present generation if its model fits."""
    try:
        index = Index.open(path)
    except QAError:
        return
    model = index.manifest["model"]
    if (model["fingerprint"], model["prompts"]) != (embedder.fingerprint, asdict(embedder.prompts)):
        return
    vectors = index.store.vectors
    for number, passage in enumerate(index.passages):
        yield _key(index.text(passage)), (vectors[number], *index.tokens.of(number))


def _key(content: str) -> str:
    return hashlib.sha256(content.encode("utf-8")).hexdigest()
