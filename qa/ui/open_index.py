"""Index folder -> the ``Index`` now in use: reopened when rebuilt, here or by another process.

A build goes on beside the questions: they are answered from the last finished generation until the
new one is whole on disk.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from qa.embedding import Progress
from qa.errors import QAError, StorageError
from qa.index import Index
from qa.sources import Source
from qa.suggestions import suggestions_of


@dataclass(frozen=True)
class Building:
    """How far a build is. ``seconds_left`` is None until it can be told."""

    done: int
    total: int
    seconds_left: float | None


class OpenIndex:
    """What every visitor of one server shares: the index in use and the build under way, if any."""

    def __init__(self, path: str | Path) -> None:
        """Takes the index folder; opens nothing yet, there may be none."""
        self._path = Path(path)
        self._index: Index | None = None
        self._opening = threading.Lock()
        self._one_build = threading.Lock()
        self._building: Building | None = None
        self._failure: Exception | None = None

    def current(self) -> Index:
        """The index of the generation that stands on disk now.

        Raises:
            IndexError_: there is none, or it cannot be used.
        """
        with self._opening:
            if self._index is None or not self._index.is_current():
                self._index = Index.open(self._path)
            return self._index

    def available(self) -> Index | None:
        """The same, or None where there is none that can be used."""
        try:
            return self.current()
        except QAError:
            return None

    @property
    def building(self) -> Building | None:
        """The build under way, or None."""
        return self._building

    @property
    def failure(self) -> Exception | None:
        """Why the last build failed, or None where it did not."""
        return self._failure

    def build(self, sources: Iterable[str | Path | Source], progress: Progress | None = None) -> Index:
        """Builds the index anew from these sources and puts it in use. Blocks until it is done.

        Raises:
            StorageError: another build is under way, or the disk refused.
            QAError: whatever building can raise.
        """
        if not self._one_build.acquire(blocking=False):
            raise StorageError("Another text is being indexed: wait until it is done.", "storage.building")
        self._building, self._failure = Building(0, 0, None), None
        try:
            suggestions_of(Index.build(sources, self._path, progress=self._watched(progress)))
            return self.current()
        except Exception as error:
            self._failure = error
            raise
        finally:
            self._building = None
            self._one_build.release()

    def _watched(self, also: Progress | None) -> Progress:
        begun: dict[str, tuple[float, int]] = {}  # each kind of work has its own pace

        def report(done: int, total: int, what: str) -> None:
            started, before = begun.setdefault(what, (time.monotonic(), done))
            left = None
            if done > before:
                left = (time.monotonic() - started) / (done - before) * (total - done)
            self._building = Building(done, total, left)
            if also:
                also(done, total, what)

        return report
