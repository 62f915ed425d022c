"""Sources -> an index on the disk, and back: the object a user holds.

    index = Index.build(["source/"], "index")     # read, split, embed, write, swap
    index = Index.open("index")                   # the present generation, checked file by file
    index = Index.add(["notes.txt"], "index")     # so do Index.remove and Index.rename: another generation

A generation's folder holds the texts once, as they stand, in ``sources/``; passages and sentences are
offsets into them (``spans.npy``, ``sentences.npy``); ``faiss.index``, ``lexical/`` and ``tokens/``
are what is searched; ``manifest.json`` says how all of it was made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict
from datetime import UTC, datetime
from functools import cache, cached_property, partial
from pathlib import Path

import numpy as np

from qa.errors import IndexDamagedError, IndexMismatchError, IndexMissingError, QAError
from qa.progress import Progress, ProgressEvent, Stage
from qa.reading.files import DEFAULT_MAX_CHARS, read_sources
from qa.search.embedding import Embedder, ModelRecord
from qa.search.lexical import Analysis, tokenize
from qa.search.store import FaissStore
from qa.search.tokens import TokenVectors
from qa.storage import generations
from qa.storage.batches import Batches, Embedding
from qa.storage.building import BuildReport, Known, Split, content_key, read_source, write_generation
from qa.storage.collection import Texts, renamed, with_added, without
from qa.storage.commit import new_generation
from qa.storage.configuration import Configuration, as_it_was, configured, load_made_with
from qa.text.passages import SPLITTING, Chunking, Passage
from qa.text.sentences import Span
from qa.text.source import Source, clean_name

Given = Iterable[str | Path | Source] | str | Path | Source
"""Files, folders (the texts and documents in them) and texts."""

DEFAULT_INDEX = "index"
_ATTEMPTS = 20
"""Swaps in a row that a reader follows while it opens."""


class Index:
    """One generation of an index, open for questions. It does not change; a rebuild makes another.

    Attributes:
        path: the index folder.
        generation: the generation's number.
        model: what made it.
        sources: name -> Source, in the order given.
        passages: all passages, source by source, in reading order.
        built: what the build did, when this object came from :meth:`build`.
    """

    def __init__(self, path: Path, generation: int, folder: Path, manifest: generations.Manifest) -> None:
        """Reads a generation that :func:`qa.storage.generations.read_generation` checked."""
        self.path = path
        self.generation = generation
        self.manifest = manifest
        self.model = ModelRecord.read(manifest["model"])
        self._stamp = generations.stamp(path)
        self.built: BuildReport | None = None
        self.sources = {entry["name"]: read_source(folder, entry) for entry in manifest["sources"]}
        names = list(self.sources)
        spans = np.load(folder / "spans.npy", allow_pickle=False).tolist()
        titles = manifest["sections"]
        above = [tuple(headings) for headings in manifest.get("headings", [()] * len(titles))]
        self.passages = tuple(
            Passage(names[source], start, end, titles[section], bool(boilerplate), above[section])
            for source, start, end, section, boilerplate in spans
        )
        self._passages_of: dict[str, range] = {}
        for number, passage in enumerate(self.passages):
            first = self._passages_of.get(passage.source, range(number, number)).start
            self._passages_of[passage.source] = range(first, number + 1)
        self._sentences: list[list[Span]] = [[] for _ in self.passages]
        for passage, start, end in np.load(folder / "sentences.npy", allow_pickle=False).tolist():
            self._sentences[passage].append((start, end))
        self._words: dict[int, list[list[str]]] = {}
        self.store = FaissStore.load(folder)
        self.tokens = TokenVectors.load(folder / "tokens")

    @classmethod
    def build(
        cls,
        sources: Given,
        path: str | Path = DEFAULT_INDEX,
        *,
        model: str | None = None,
        chunking: Chunking | None = None,
        max_chars: int = DEFAULT_MAX_CHARS,
        keep: int | None = None,
        progress: Progress | None = None,
    ) -> Index:
        """Makes the index of these sources the present one; passages already embedded are not again.

        Args:
            sources: files, folders (the texts and documents in them) and ``Source`` texts.
            path: the index folder; made if missing.
            model: a SentenceTransformer by name or folder; when left out, the one that the index there was
                built with, else the packaged one.
            chunking: sizes of passages in the model's tokens; when left out, likewise.
            max_chars: the longest text accepted, in code points.
            keep: generations that stay from now on, this one among them; at least 1. When left out, as many as
                before, 2 at first.
            progress: called at each stage; see :class:`qa.progress.Stage`.

        Raises:
            SourceError: a text cannot be read. ModelError: no such model. StorageError: the disk refused.
            In each case the index that was there stays.
        """
        texts = with_added({}, read_sources(sources, max_chars=max_chars))
        configure = partial(configured, Path(path), model, chunking, keep)
        return cls.made(Path(path), lambda _: texts, configure, forgiven=QAError, progress=progress)

    @classmethod
    def add(
        cls,
        sources: Given,
        path: str | Path = DEFAULT_INDEX,
        *,
        max_chars: int = DEFAULT_MAX_CHARS,
        keep: int | None = None,
        progress: Progress | None = None,
    ) -> Index:
        """Puts sources beside those of the index; one whose name is there takes that one's place.

        Arguments and errors are those of :meth:`build`. Where there is no index it makes one; an index that
        cannot be read is refused (IndexError_), for its texts would be lost.
        """
        new = read_sources(sources, max_chars=max_chars)
        configure = partial(configured, Path(path), None, None, keep)
        return cls.made(
            Path(path), lambda texts: with_added(texts, new), configure, forgiven=IndexMissingError, progress=progress
        )

    @classmethod
    def remove(
        cls,
        names: Iterable[str],
        path: str | Path = DEFAULT_INDEX,
        *,
        purge: bool = True,
        progress: Progress | None = None,
    ) -> Index:
        """Takes the sources of these names out of the index; what stays is not embedded again, and no model loaded.

        With ``purge`` earlier generations go too: then no file below ``path`` holds anything of these sources,
        nor their vectors. Without it one can still go back to them.

        A name that only an earlier generation holds, as after a removal that was killed or a rollback, is one of
        the index for ``purge`` too, and any is where one of those cannot be read.

        Raises:
            SourceError: there is no source of such a name, or none would be left. IndexError_: there is no
            index, or it cannot be used. StorageError: the disk refused.
        """
        path = _there(path)
        unwanted = {names} if isinstance(names, str) else set(names)

        def left(texts: Texts) -> Texts:
            given = {name if name in texts else clean_name(name) for name in unwanted}
            kept = generations.log(path) if purge else []
            if any(entry.trouble for entry in kept):  # it may hold whatever was asked for
                return without(texts, given & texts.keys())
            earlier = {name for entry in kept for name in entry.sources}
            return without(texts, {name for name in given if name in texts or name not in earlier})

        return cls.made(path, left, partial(as_it_was, path), progress=progress, purge=purge)

    @classmethod
    def rename(cls, old: str, new: str, path: str | Path = DEFAULT_INDEX, *, progress: Progress | None = None) -> Index:
        """Gives a source of the index another name, in its place; nothing is embedded again, and no model loaded.

        Raises:
            SourceError: there is no source of the old name, or another of the new. IndexError_, StorageError:
            as for :meth:`remove`.
        """
        path = _there(path)
        return cls.made(path, lambda texts: renamed(texts, old, new), partial(as_it_was, path), progress=progress)

    @classmethod
    def made(
        cls,
        path: Path,
        choose: Callable[[Texts], Texts],
        configure: Callable[[], Configuration],
        *,
        forgiven: type[QAError] | tuple[()] = (),
        progress: Progress | None = None,
        purge: bool = False,
        reuse: bool = True,
    ) -> Index:
        """A generation of what is chosen of the present texts: what all the changes above come to.

        Args:
            path: the index folder.
            choose: the present texts -> those of the new generation. Called while nobody else can change the index.
            configure: how it is to be made; called before anything is, so that it may refuse, and again then.
            forgiven: errors of opening the index after which there are no present texts.
            progress: as for :meth:`build`; called with ``Stage.WAITING`` while another process changes the index.
            purge: no other generation stays.
            reuse: whether passages that were embedded before are not again.
        """
        started = datetime.now(UTC)
        configure()
        spent: set[Path] = set()
        waiting = partial(progress, ProgressEvent(Stage.WAITING, 0, 0)) if progress else None
        with new_generation(path, purge=purge, spent=spent, waiting=waiting) as folder:
            number = int(folder.name.partition(".")[0])
            # The lock is held: what another process has put there meanwhile is built upon, not lost.
            made = configure()
            before = cls._before(path, forgiven)
            texts = choose(dict(before.sources) if before else {})
            batches = Batches(path, made.model, spent)
            known = cls._known(path, before, made, batches) if reuse else Known(aside=batches.put)
            counts = write_generation(folder, list(texts.values()), made, known, progress)
        try:
            index = cls.read(path, number)
        except IndexDamagedError:  # another process has put one in its place meanwhile, and removed it
            index = cls.open(path)
        seconds = (datetime.now(UTC) - started).total_seconds()
        index.built = BuildReport(number, len(index.sources), len(index.passages), *counts, seconds)
        return index

    @classmethod
    def open(cls, path: str | Path = DEFAULT_INDEX) -> Index:
        """Opens the present generation after checking every file of it; loads no model yet.

        Raises:
            IndexMissingError, IndexDamagedError, IndexMismatchError: each says which command repairs it.
        """
        path = Path(path)
        number = generations.current_number(path)
        for _ in range(_ATTEMPTS):
            try:
                return cls.read(path, number)
            except (IndexDamagedError, OSError):
                # Builders may have swapped and cleaned up while this reader was opening.
                before, number = number, generations.current_number(path)
                if before == number:
                    break
        return cls.read(path, number)

    @classmethod
    def _before(cls, path: Path, forgiven: type[QAError] | tuple[()]) -> Index | None:
        try:
            return cls.open(path)
        except forgiven:
            return None

    @classmethod
    def _known(cls, path: Path, before: Index | None, made: Configuration, batches: Batches) -> Known:
        """What the present generation, a killed build and the generations kept beside them hold already."""
        present = dict(_embedded_in(before, made.model)) if before else {}

        @cache
        def earlier() -> dict[str, Embedding]:
            """Read once a passage is in neither of the others."""
            found: dict[str, Embedding] = {}
            for number in generations.numbers(path):
                if before is None or number != before.generation:
                    with suppress(QAError):
                        found |= _embedded_in(cls.read(path, number), made.model)
            return found

        def embedded(key: str) -> Embedding | None:
            return present.get(key) or batches.get(key) or earlier().get(key)

        return Known(embedded, _split_in(before, made) if before else {}, batches.put)

    @classmethod
    def read(cls, path: Path, number: int) -> Index:
        """Opens one of the generations that are kept, as :meth:`open` does the present one."""
        folder, manifest = generations.read_generation(path, number)
        try:
            index = cls(path, number, folder, manifest)
        except (OSError, ValueError, TypeError, LookupError) as error:
            raise generations.unreadable(path, folder, error) from error
        if index.manifest["lexical"] != Analysis().to_dict():
            raise IndexMismatchError(
                "index.words", index=str(path), remedy=generations.repair_command(path),
            )  # fmt: skip
        return index

    @cached_property
    def embedder(self) -> Embedder:
        """The model that the index was built with.

        Raises:
            IndexMismatchError: the model of that name is not the one that made the index.
            ModelError: there is no such model any more.
        """
        return load_made_with(self.path, self.model)

    def is_current(self) -> bool:
        """Whether the folder still names this generation; False once a rebuild has put another there."""
        try:
            # The number tells a swap during opening, the stamp an index made anew with the same number.
            number, stamp = generations.current_number(self.path), generations.stamp(self.path)
        except (QAError, OSError):
            return True  # nothing better to turn to
        return (number, stamp) == (self.generation, self._stamp)

    def text(self, passage: Passage) -> str:
        """The passage's text: ``sources[passage.source].text[passage.start:passage.end]``."""
        return self.sources[passage.source].text[passage.start : passage.end]

    def passage_sentences(self, number: int) -> list[Span]:
        """The sentences of passage ``number``, as offsets into its source."""
        return self._sentences[number]

    def sentence_terms(self, number: int) -> list[list[str]]:
        """The terms of each sentence of passage ``number``; worked out once."""
        found = self._words.get(number)
        if found is None:
            text = self.sources[self.passages[number].source].text
            found = self._words[number] = [tokenize(text[start:end]) for start, end in self._sentences[number]]
        return found

    def passages_of(self, name: str) -> range:
        """The numbers of a source's passages; they stand together."""
        return self._passages_of.get(name, range(0))

    def sentences(self, name: str) -> list[Span]:
        """All sentences of a source, in order."""
        return [span for number in self.passages_of(name) for span in self._sentences[number]]


def _there(path: str | Path) -> Path:
    """The folder of an index; refused before anything is made in it where there is none."""
    path = Path(path)
    generations.current_number(path)
    return path


def _split_in(index: Index, made: Configuration) -> dict[str, Split]:
    """How a generation's sources are split, if it was done as it would be now."""
    manifest = index.manifest
    now = (SPLITTING, asdict(made.chunking), made.model.fingerprint)
    if (manifest.get("splitting"), manifest["chunking"], index.model.fingerprint) != now:
        return {}
    return {
        source.sha256: (
            [index.passages[number] for number in index.passages_of(name)],
            [index.passage_sentences(number) for number in index.passages_of(name)],
        )
        for name, source in index.sources.items()
    }


def _embedded_in(index: Index, model: ModelRecord) -> Iterator[tuple[str, Embedding]]:
    """What a generation has of passages, if the same model made it."""
    if (index.model.fingerprint, index.model.prompts) != (model.fingerprint, model.prompts):
        return
    vectors = index.store.vectors
    for number, passage in enumerate(index.passages):
        yield content_key(index.text(passage)), (vectors[number], *index.tokens.of(number))
