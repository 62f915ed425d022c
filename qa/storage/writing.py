"""The one write path: a writer holds the lock of an index, writes the next generation aside, commits or aborts.

    with IndexWriter(path) as writer:
        writer.write({**writer.sources, "b": Source("b", "...")}, configured(path, Settings()))
        report = writer.commit()

A generation is written into a folder of its own and flushed to the disk, files and folders; only then is it named
in ``CURRENT``, by one rename. Whenever a writer is killed, the index that was there before is still intact. Readers
keep the generation that they have open.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack, suppress
from dataclasses import asdict
from functools import cached_property, partial
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType

from qa.errors import IndexMissingError, QAError, StorageError
from qa.progress import Progress, ProgressEvent, Stage
from qa.storage import generations
from qa.storage.building import Builder, Counts
from qa.storage.checkpoint import Checkpoint
from qa.storage.configuration import Configuration
from qa.storage.contents import Contents, read_contents, read_current
from qa.storage.disk import flush_folder, flush_tree, remove_tree, storage_errors
from qa.storage.generations import BATCHES, SUGGESTIONS, generation_folder, next_number, numbers
from qa.storage.lock import Holder, lock_holder, locked
from qa.storage.manifest import FILE, KEPT
from qa.storage.report import BuildReport
from qa.storage.reuse import Reusable
from qa.text.source import Source

_UNFINISHED = re.compile(r"([1-9][0-9]*)\.unfinished$")
_CHECKPOINT = re.compile(r"[0-9a-f]{16}$")


class IndexWriter:
    """The right to change an index, held by one process at a time in a ``with`` block.

    Leaving the block without :meth:`commit` or :meth:`go_back` leaves the index as it was. Passages that were embedded
    are then kept for the next try if the process was interrupted or a write failed, and removed if any other
    error ended the change.

    Attributes:
        index: the index folder.
        number: the number of the next generation.
    """

    def __init__(
        self,
        index: Path,
        progress: Progress | None = None,
        *,
        create: bool = False,
        on_commit: Callable[[], object] | None = None,
    ) -> None:
        """Take an index; nothing is done before the ``with`` block begins.

        Args:
            index: the index folder.
            progress: called at each stage, also while another process holds the lock; what it raises ends the change.
            create: make the folder if there is no index; else that is an IndexMissingError.
            on_commit: called under the lock just before another generation becomes the current one, also by
                :meth:`go_back`; what it raises ends the change.
        """
        self.index = index
        self.number = 0
        self._progress = progress
        self._create = create
        self._on_commit = on_commit
        self._keep_count = KEPT
        self._committed = False
        self._started = time.monotonic()
        self._counts = Counts()
        self._checkpoint: Checkpoint | None = None
        self._before: int | None = None
        self._held = ExitStack()

    def __enter__(self) -> IndexWriter:
        """Wait for the lock, then remove what killed writers left.

        Raises:
            StorageError: the folder cannot be written or holds something else, or another process keeps the lock.
        """
        with storage_errors(self.index):
            if not self._create and not numbers(self.index):
                generations.current_number(self.index)
            _expect_index(self.index)
            (self.index / "generations").mkdir(parents=True, exist_ok=True)
        waiting = partial(self._progress, ProgressEvent(Stage.WAITING, 0, 0)) if self._progress else None
        with ExitStack() as held:
            held.enter_context(locked(self.index, waiting))
            with storage_errors(self.index):
                left = _remove_unfinished(self.index)
                self._before = generations.current_or_none(self.index)
                self.number = next_number(self.index, left)
            self._held = held.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._held:
            if not self._committed:
                self._remove_uncommitted()
            called_off = isinstance(error, Exception) and not isinstance(error, StorageError)
            if called_off and self._checkpoint is not None:
                with suppress(OSError):  # the error that called it off is the one to report
                    self._checkpoint.forget()

    def _remove_uncommitted(self) -> None:
        """Remove what was written, also a complete generation that the pointer could not be changed to."""
        shutil.rmtree(self._folder_aside, ignore_errors=True)
        finished = generation_folder(self.index, self.number)
        if finished.exists() and generations.current_or_none(self.index) == self._before:
            with suppress(OSError):
                _discard(finished)

    @cached_property
    def current(self) -> Contents:
        """The current generation, which no other process can replace now.

        Raises:
            IndexMissingError, IndexDamagedError, IndexMismatchError: it cannot be used.
        """
        return read_current(self.index)

    @property
    def sources(self) -> Mapping[str, Source]:
        """The sources of the current generation; none if there is no index yet.

        Raises:
            IndexDamagedError, IndexMismatchError: the current generation cannot be used.
        """
        try:
            return self.current.sources
        except IndexMissingError:
            return {}

    @cached_property
    def folder(self) -> Path:
        """The folder that becomes the next generation."""
        with storage_errors(self.index):
            self._folder_aside.mkdir()
        return self._folder_aside

    @property
    def _folder_aside(self) -> Path:
        return self.index / "generations" / f"{self.number}.unfinished"

    def write(self, sources: Mapping[str, Source], configuration: Configuration, *, reuse: bool = True) -> None:
        """Write all files of the next generation.

        Args:
            sources: name -> source, in the order of the index.
            configuration: the model and settings.
            reuse: whether passages that were embedded before are not embedded again.

        Raises:
            SourceError: the sources hold no sentence. ModelError: the model cannot be loaded.
            StorageError: a write failed.
        """
        self._keep_count = configuration.keep
        with storage_errors(self.index):
            self._checkpoint = Checkpoint(self.index, configuration.model)
        reusable = self._reusable(configuration, self._checkpoint) if reuse else Reusable(configuration)
        builder = Builder(self.index, self.folder, configuration, reusable, self._checkpoint, self._progress)
        self._counts = builder.build(sources)

    def _reusable(self, configuration: Configuration, checkpoint: Checkpoint) -> Reusable:
        current = None
        with suppress(QAError):
            current = self.current
        others = (number for number in numbers(self.index) if current is None or number != current.number)
        return Reusable(configuration, current, checkpoint, _readable(self.index, others))

    def commit(self, *, purge: bool = False, keep_all: bool = False) -> BuildReport:
        """Make what was written into :attr:`folder` the current generation.

        As many generations stay as its configuration says. One that cannot be removed is left to the next change.

        Args:
            purge: remove all other generations and all that may hold anything of them.
            keep_all: remove none, because nothing but the format changes.

        Raises:
            StorageError: a write failed, and the index stays as it was; or what should be purged cannot be removed,
            after the commit.
        """
        with storage_errors(self.index):
            flush_tree(self.folder)
            self.folder.rename(generation_folder(self.index, self.number))
            flush_folder(self.index / "generations")
            self._point_at(self.number)
        self._committed = True
        if self._checkpoint is not None:
            with suppress(OSError):
                self._checkpoint.forget()
        if purge:
            with storage_errors(self.index):
                self._purge()
        elif not keep_all:
            self._remove_older()
        return BuildReport(self.number, **asdict(self._counts), seconds=time.monotonic() - self._started)

    def go_back(self, number: int) -> None:
        """Make a generation that is kept the current one; the caller has checked it.

        Raises:
            StorageError: a write failed.
        """
        with storage_errors(self.index):
            self._point_at(number)

    def discard(self, unwanted: Iterable[int]) -> None:
        """Remove generations other than the current one.

        Raises:
            StorageError: a write failed.
        """
        with storage_errors(self.index):
            for number in unwanted:
                _discard(generation_folder(self.index, number))

    def _point_at(self, number: int) -> None:
        if self._on_commit:
            self._on_commit()
        pointer = self.index / "CURRENT.new"
        with pointer.open("w", encoding="ascii") as file:
            file.write(f"{number}\n")
            file.flush()
            os.fsync(file.fileno())
        pointer.replace(self.index / "CURRENT")
        flush_folder(self.index)

    def _remove_older(self) -> None:
        """Remove all generations but as many as are kept: this one, the one before it, the newest of the others."""
        first = [self.number, *([] if self._before is None else [self._before])]
        with suppress(OSError):
            others = [number for number in reversed(numbers(self.index)) if number not in first]
            for number in [*first, *others][self._keep_count :]:
                with suppress(OSError):
                    _discard(generation_folder(self.index, number))

    def _purge(self) -> None:
        for path in (self.index / "generations").iterdir():
            if _UNFINISHED.match(path.name):
                remove_tree(path)
            elif path.name != str(self.number) and generations.is_generation(path):
                _discard(path)
        if (self.index / BATCHES).exists():
            remove_tree(self.index / BATCHES)
        for path in self.index.glob(f"{SUGGESTIONS}*"):
            path.unlink()


def try_change(index: Path) -> Holder | None:
    """Find out whether an index can be changed, without changing it; return who is changing it now, if anyone is.

    Raises:
        StorageError: it cannot.
    """
    with storage_errors(index):
        if holder := lock_holder(index):
            return holder
        with TemporaryDirectory(dir=index / "generations"):
            return None


def _readable(index: Path, kept: Iterable[int]) -> Iterable[Contents]:
    for number in kept:
        with suppress(QAError):
            yield read_contents(index, number)


def _expect_index(index: Path) -> None:
    """Reject a folder that is not an index and holds files that we would mistake for ours and remove."""
    if (index / "CURRENT").exists():
        return
    for name, is_ours in (("generations", _is_ours), (BATCHES, lambda path: _CHECKPOINT.match(path.name))):
        for path in (index / name).iterdir() if (index / name).is_dir() else ():
            if not is_ours(path):
                raise StorageError("storage.foreign", folder=str(index), file=str(path))


def _is_ours(path: Path) -> bool:
    """Return whether something in ``generations/`` was written by this package."""
    try:
        return _UNFINISHED.match(path.name) is not None or "sha256" in json.loads((path / FILE).read_bytes())
    except (OSError, ValueError, TypeError, RecursionError):
        return False


def _remove_unfinished(index: Path) -> list[int]:
    """Remove what killed writers left; return the numbers of what could not be removed."""
    for path in (index / "generations").iterdir():
        if _UNFINISHED.match(path.name):
            with suppress(OSError):
                remove_tree(path)
    with suppress(FileNotFoundError):
        (index / "CURRENT.new").unlink()
    left = (_UNFINISHED.match(path.name) for path in (index / "generations").iterdir())
    return [int(found[1]) for found in left if found]


def _discard(path: Path) -> None:
    """Remove a generation, renamed first: one that is removed in part is not taken for a generation."""
    doomed = path.with_name(f"{path.name}.unfinished")
    if doomed.exists():
        remove_tree(doomed)
    path.rename(doomed)
    remove_tree(doomed)
