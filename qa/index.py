"""Sources -> an index on the disk, and back: the object a user holds.

    index = Index.build(["source/"], "index")     # read, split, embed, write
    index = Index.open("index")                   # the current generation, checked file by file
    index = index.add(["notes.txt"])              # another generation, open; so do remove, rename and rollback

An ``Index`` is one generation and never changes; every change writes another and returns it, open. A change starts
from what is on the disk at that moment, so that changes of other processes are never lost. `qa.storage` reads and
writes the folder.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path

from qa.errors import IndexDamagedError, IndexMismatchError, QAError
from qa.progress import Progress
from qa.reading.files import DEFAULT_MAX_CHARS, read, read_folder
from qa.reading.remarks import Reading
from qa.search.embedding import Embedder
from qa.search.term_cache import TermCache
from qa.storage import generations
from qa.storage.collection import renamed, stored_name, synced, with_added, without
from qa.storage.configuration import Settings, check_settings, configured, load_made_with, unchanged
from qa.storage.contents import Contents, read_contents, read_current
from qa.storage.generations import HistoryEntry
from qa.storage.manifest import Record
from qa.storage.report import BuildReport, unchanged_report
from qa.storage.rollback import roll_back
from qa.storage.upgrade import is_older
from qa.storage.upgrade import upgrade as upgrade_index
from qa.storage.writing import IndexWriter
from qa.text.blocks import Block
from qa.text.paragraphs import Span
from qa.text.passages import Chunking, Passage, Unit
from qa.text.source import Source

Given = Iterable[str | Path | Source] | str | Path | Source
"""Files, folders (the texts and documents in them) and texts."""

DEFAULT_INDEX = "index"


class Index:
    """One generation of an index, open for questions.

    Offsets are 0-based code points into ``Source.text``, end exclusive.

    Attributes:
        path: the index folder.
        generation: the generation's number.
        manifest: how it was made.
        model: the embedding model that made it.
        sources: name -> Source, in the order given.
        blocks: name -> the blocks of that source, in order.
        passages: all passages, source by source, in reading order.
        store: the passages' vectors and terms.
        tokens: the vectors of their tokens.
        states: the states of their tokens, for a trained reader; None if the model is not the default one.
        built: what the change did that returned this object; None after :meth:`open` and :meth:`rollback`.
    """

    def __init__(self, path: Path, contents: Contents, built: BuildReport | None = None) -> None:
        """Take what was read of a generation; use :meth:`open` and :meth:`build` instead."""
        self.path = path
        self.generation = contents.number
        self.manifest = contents.manifest
        self.model = contents.manifest.model
        self.sources = contents.sources
        self.blocks: Mapping[str, tuple[Block, ...]] = contents.blocks
        self.passages = contents.passages
        self.store = contents.store
        self.tokens = contents.tokens
        self.states = contents.states
        self.built = built
        self._contents = contents
        self._stamp = generations.pointer_stamp(path)
        self._terms = TermCache()

    @classmethod
    def build(
        cls,
        sources: Given,
        path: str | Path = DEFAULT_INDEX,
        *,
        add: bool = False,
        model: str | None = None,
        chunking: Chunking | None = None,
        max_chars: int = DEFAULT_MAX_CHARS,
        keep: int | None = None,
        progress: Progress | None = None,
        on_commit: Callable[[], object] | None = None,
    ) -> Index:
        """Make an index of these sources; passages that were embedded before are not embedded again.

        Args:
            sources: files, folders (the texts and documents in them) and ``Source`` texts.
            path: the index folder; made if missing.
            add: whether the sources that are there already stay, as with :meth:`add`; otherwise the index is made of
                the given sources alone.
            model: a SentenceTransformer by name or folder; None: the one that the index there was built with, else
                the packaged one.
            chunking: the sizes of passages in the model's tokens; None: those of the index there, else the default.
            max_chars: the longest text accepted, in code points.
            keep: how many generations are kept from now on, this one included; at least 1. None: as many as before,
                2 at first.
            progress: called at each stage; see :class:`qa.progress.Stage`. What it raises ends the build.
            on_commit: called while the index is locked, just before another generation becomes the current one; what
                it raises ends the change.

        Raises:
            SourceError: a text cannot be read. ModelError: there is no such model. StorageError: a write failed.
            IndexDamagedError, IndexMismatchError: the index to add to cannot be read. In each case the old index stays.
        """
        new = read(sources, max_chars=max_chars)
        if add and generations.numbers(Path(path)):
            upgrade_index(Path(path), progress)
        writer = IndexWriter(Path(path), progress, create=True, on_commit=on_commit)
        return cls._write_texts(writer, new, Settings(model, chunking, keep, None if add else {}), add=add)

    @classmethod
    def sync(
        cls,
        folder: str | Path,
        path: str | Path = DEFAULT_INDEX,
        *,
        max_chars: int = DEFAULT_MAX_CHARS,
        keep: int | None = None,
        progress: Progress | None = None,
    ) -> Index:
        """Make an index have what a folder has now; ``built`` says what was added, replaced and removed.

        What it has from elsewhere stays, as does a text whose file cannot be read. Arguments are as for :meth:`build`.
        """
        new, unread = read_folder(Path(folder), max_chars=max_chars)
        with IndexWriter(Path(path), progress, create=True) as writer:
            change = synced(writer.sources, new.sources, Path(folder).resolve(), unread)
            if not change:
                return cls(writer.index, writer.current, unchanged_report(writer.current, new.remarks))
            writer.write(change.sources, configured(writer.index, Settings(keep=keep)))
            told = replace(writer.commit(), replaced=change.replaced, added=change.added, removed=change.removed)
        return cls._open_written(writer.index, replace(told, remarks=new.remarks))

    @classmethod
    def open(cls, path: str | Path = DEFAULT_INDEX, *, upgrade: bool = True, progress: Progress | None = None) -> Index:
        """Open the current generation after checking every file of it; no model is loaded yet.

        Args:
            path: the index folder.
            upgrade: whether an index of an earlier format is made anew from its own texts, which loads its model; else
                it is an IndexMismatchError.
            progress: as for :meth:`build`, if it is.

        Raises:
            IndexMissingError, IndexDamagedError, IndexMismatchError: each names the command that helps. ModelError,
            StorageError: an index of an earlier format cannot be made anew.
        """
        path = Path(path)
        try:
            return cls(path, read_current(path))
        except IndexMismatchError as error:
            if not (upgrade and is_older(error)):
                raise
        upgrade_index(path, progress)
        return cls(path, read_current(path))

    @classmethod
    def _write_texts(cls, writer: IndexWriter, new: Reading, settings: Settings, *, add: bool) -> Index:
        """Write the generation that has these sources, or these besides the ones that are there."""
        check_settings(writer.index, settings)
        with writer:
            addition = with_added(writer.sources if add else {}, new.sources)
            writer.write(addition.sources, configured(writer.index, settings))
            report = writer.commit()
        return cls._open_written(writer.index, replace(report, replaced=addition.replaced, remarks=new.remarks))

    @classmethod
    def _open_written(cls, path: Path, report: BuildReport) -> Index:
        try:
            contents = read_contents(path, report.generation)
        except IndexDamagedError:  # another process has replaced and removed it since
            contents = read_current(path)
        return cls(path, contents, report)

    def add(
        self,
        sources: Given,
        *,
        max_chars: int = DEFAULT_MAX_CHARS,
        keep: int | None = None,
        progress: Progress | None = None,
    ) -> Index:
        """Add sources to the index, which must still exist; ``build(..., add=True)`` also makes a new one.

        A file that is already in the index (the same path) is replaced. Another file of the same name is added as
        ``folder/name``. Text that comes from no file replaces the source of its name. ``built.replaced`` names what
        was replaced.

        Arguments and errors are those of :meth:`build`; an index that cannot be read is an IndexError_.
        """
        new = read(sources, max_chars=max_chars)
        return self._write_texts(IndexWriter(self.path, progress), new, Settings(keep=keep), add=True)

    def remove(
        self,
        names: Iterable[str],
        *,
        purge: bool = True,
        progress: Progress | None = None,
        on_commit: Callable[[], object] | None = None,
    ) -> Index:
        """Remove the sources of these names; nothing is embedded, and no model loaded.

        Args:
            names: the sources' names, or one name.
            purge: remove earlier generations too, so that no file below ``path`` holds anything of these sources.
                Then a name that only an earlier generation has is accepted too, and any name if one cannot be read.
            progress: as for :meth:`build`.
            on_commit: as for :meth:`build`.

        Raises:
            SourceError: there is no source of such a name, or none would be left. IndexError_: the index cannot be
            used. StorageError: a write failed.
        """
        given = {names} if isinstance(names, str) else set(names)
        with IndexWriter(self.path, progress, on_commit=on_commit) as writer:
            there = writer.current.sources
            unwanted = {stored_name(name, there) for name in given}
            if purge:
                unwanted -= generations.known_earlier(self.path, unwanted - there.keys())
            writer.write(without(there, unwanted), unchanged(self.path))
            report = writer.commit(purge=purge)
        return self._open_written(self.path, report)

    def rename(
        self,
        old: str,
        new: str,
        *,
        progress: Progress | None = None,
        on_commit: Callable[[], object] | None = None,
    ) -> Index:
        """Give a source another name; its place in the order stays, nothing is embedded, and no model loaded.

        Args:
            old: the source's name.
            new: the name it gets.
            progress: as for :meth:`build`.
            on_commit: as for :meth:`build`.

        Raises:
            SourceError: there is no source of the old name, or another has the new one. IndexError_, StorageError: as
            for :meth:`remove`.
        """
        with IndexWriter(self.path, progress, on_commit=on_commit) as writer:
            there = writer.current.sources
            writer.write(renamed(there, stored_name(old, there), new), unchanged(self.path))
            report = writer.commit()
        return self._open_written(self.path, report)

    def calibrated(self, calibration: Record, *, progress: Progress | None = None) -> Index:
        """Keep a calibration (`qa.answering.confidence`) from now on; nothing is embedded, and no model loaded.

        Args:
            calibration: what ``Calibration.to_record`` gave; {} for the packaged calibration.
            progress: as for :meth:`build`.

        Raises:
            IndexError_, StorageError: as for :meth:`remove`.
        """
        with IndexWriter(self.path, progress) as writer:
            writer.write(writer.current.sources, replace(unchanged(self.path), calibration=calibration))
            report = writer.commit()
        return self._open_written(self.path, report)

    def rollback(self, generation: int | None = None, *, progress: Progress | None = None) -> Index:
        """Go back to a generation that is kept, after checking every file of it.

        Args:
            generation: its number; None: the newest before the current one.
            progress: as for :meth:`build`.

        Raises:
            IndexMissingError: no such generation is kept. IndexDamagedError, IndexMismatchError, ModelError: it cannot
            be used. StorageError: a write failed.
        """
        roll_back(self.path, generation, progress=progress)
        return Index.open(self.path)

    def history(self) -> list[HistoryEntry]:
        """Return the generations that are kept, the newest first."""
        return generations.history(self.path)

    @cached_property
    def embedder(self) -> Embedder:
        """The model that the index was built with.

        Raises:
            IndexMismatchError: the model of that name is not the one that made the index.
            ModelError: there is no such model any more.
        """
        return load_made_with(self.path, self.model)

    def is_current(self) -> bool:
        """Return whether this generation is still the current one on the disk."""
        try:
            # The number shows a change during opening, the stamp a new index that has the same number.
            number, stamp = generations.current_number(self.path), generations.pointer_stamp(self.path)
        except (QAError, OSError):
            return True  # there is nothing better to turn to
        return (number, stamp) == (self.generation, self._stamp)

    def text(self, passage: Passage) -> str:
        """Return the passage's text: ``sources[passage.source].text[passage.start:passage.end]``."""
        return self._contents.text(passage)

    def passage_at(self, name: str, offset: int) -> int | None:
        """Return the number of the passage that has the code point at ``offset`` of a source; None if none has."""
        own = self.passages_of(name)
        at = bisect_right(own, offset, key=lambda number: self.passages[number].start) - 1
        return own[at] if at >= 0 and offset < self.passages[own[at]].end else None

    def context(self, number: int) -> str:
        """Return what passage ``number`` stands under: its headings, and its question, lead-in or table's header."""
        return self._contents.context(number)

    def passage_units(self, number: int) -> tuple[Unit, ...]:
        """Return the units of passage ``number``, in order."""
        return self._contents.units[number]

    def unit_terms(self, number: int) -> list[list[str]]:
        """Return the terms of each unit of passage ``number``; those of the passages used last are kept."""
        text = self.sources[self.passages[number].source].text
        return self._terms.terms(number, [text[unit.start : unit.end] for unit in self.passage_units(number)])

    def passages_of(self, name: str) -> range:
        """Return the numbers of a source's passages, which are consecutive; an empty range for an unknown name."""
        return self._contents.passages_of(name)

    def sentences(self, name: str) -> list[Span]:
        """Return the spans of all units of a source, in order: (start, end) in it."""
        return [(unit.start, unit.end) for unit in self.units(name)]

    def units(self, name: str) -> Iterator[Unit]:
        """Yield all units of a source, in order."""
        return (unit for number in self.passages_of(name) for unit in self.passage_units(number))
