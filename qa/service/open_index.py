"""Index folder -> the ``Index`` now in use, and the queue of what is to be done to it.

One thread of its own works the queue off, one generation after another. Questions are answered meanwhile
from the last finished generation, until the new one is whole on disk. Another process may rebuild the
index: it is opened anew, and each job starts from what stands there when its turn comes.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Collection, Iterable
from itertools import count, takewhile
from pathlib import Path
from weakref import ReferenceType, ref

from qa.answer import Answer, answer
from qa.errors import IndexDamagedError, IndexMismatchError, QAError
from qa.index import Index
from qa.maintenance.repair import repair
from qa.progress import Progress, ProgressEvent, Stage
from qa.reading.files import read_sources
from qa.retrieval import Hit, retrieve
from qa.service.jobs import CancelledError, Job, Kind, Task, paced, told_apart
from qa.service.turns import Turns
from qa.storage.generations import current_number
from qa.suggestions import suggestions_of
from qa.text.source import Source, clean_name

_log = logging.getLogger(__name__)

MODEL_SECONDS = 30
"""How long a model that could not be loaded is not tried again by whoever asks whether it is there."""
MOST_FAILED = 20
"""Jobs that failed and are still shown: they keep their texts, and any visitor may fail as often as they like."""
QUESTIONS_AT_ONCE = 4
"""Questions that are answered or searched for at the same time, by all callers together."""
QUESTIONS_WAITING = 16
"""Questions that wait for that; one more is rejected. Each holds one of the server's 40 threads."""
BUILDS_WAITING = 8
"""Callers that wait for a build to end; each holds a thread as well."""


def is_repaired(error: BaseException | None) -> bool:
    """Whether what went wrong is a matter of the index that :meth:`OpenIndex.repair` may put in order."""
    return isinstance(error, IndexDamagedError | IndexMismatchError)


class OpenIndex:
    """What every visitor of one server shares. All of it may be called from any thread."""

    def __init__(self, path: str | Path, *, urls: bool = False) -> None:
        """Takes the index folder, and whether web addresses are fetched; opens nothing yet, there may be none."""
        self.path = Path(path)
        self.urls = urls
        self._index: Index | None = None
        self._trouble: QAError | None = None
        self._opening = threading.Lock()
        self._tasks: list[Task] = []
        self._changing = threading.Lock()
        self._numbers = count(1)
        self._working = False
        self._committing = False
        self._without_model: ReferenceType[Index] | None = None  # weak: an index that was replaced is to be freed
        self._questions = Turns(QUESTIONS_AT_ONCE, QUESTIONS_WAITING)
        self._builds = Turns(BUILDS_WAITING, 0)
        self._try_again = 0.0
        self.observe: Callable[[str, float], None] = lambda outcome, seconds: None

    def current(self) -> Index:
        """The index of the generation that stands on disk now, or the last one while that is being opened.

        Raises:
            IndexError_: there is none, or it cannot be used.
        """
        index = self._index
        # In this order: what our own thread commits is told before it stands on disk.
        if index is not None and (index.is_current() or self._committing):
            return index
        if not self._opening.acquire(blocking=index is None):
            assert index is not None
            return index
        try:
            if self._index is None or not self._index.is_current():
                self._index = Index.open(self.path)
            return self._index
        finally:
            self._opening.release()

    def available(self) -> Index | None:
        """The same, or None where there is none that can be used."""
        try:
            index = self.current()
        except QAError as error:
            self._trouble = error
            return None
        self._trouble = None
        return index

    def is_missing(self) -> bool:
        """Return whether the folder holds no index, but one can be built there."""
        try:
            current_number(self.path)
        except QAError as error:
            return error.code == "index.missing"
        return False

    def has_model(self) -> bool:
        """Whether the index that answers has the model that made it; where not, it is tried again now and then."""
        index = self.available()
        if index is None:
            return False
        if self._without_model and self._without_model() is index and time.monotonic() < self._try_again:
            return False
        try:
            return bool(index.embedder)
        except QAError:
            self._without_model, self._try_again = ref(index), time.monotonic() + MODEL_SECONDS
            return False

    @property
    def trouble(self) -> QAError | None:
        """Why there was none when it was looked for last, if :meth:`repair` may help."""
        return self._trouble if is_repaired(self._trouble) else None

    def answer(self, index: Index, question: str, k: int = 10, sources: Collection[str] | None = None) -> Answer:
        """Answer a question as :func:`qa.answer.answer` does, in turn, and count it.

        Raises:
            BusyError: too many questions wait already.
        """
        with self._questions.turn():
            started, outcome = time.perf_counter(), "failed"
            try:
                result = answer(index, question, k, sources=sources)
                outcome = "answered" if result.answered else "declined"
                return result
            finally:
                self.observe(outcome, time.perf_counter() - started)

    def retrieve(self, index: Index, question: str, k: int = 5, sources: Collection[str] | None = None) -> list[Hit]:
        """Find passages as :func:`qa.retrieval.retrieve` does, in turn with the questions that are answered.

        Raises:
            BusyError: too many questions wait already.
        """
        with self._questions.turn():
            return retrieve(index, question, k, sources=sources)

    @property
    def jobs(self) -> tuple[Job, ...]:
        """What is under way, waits or failed, in the order of its turn."""
        with self._changing:
            return tuple(task.job for task in self._tasks)

    @property
    def building(self) -> Job | None:
        """The job under way or about to begin, or None."""
        return next((job for job in self.jobs if job.state != "failed"), None)

    def add(self, sources: Iterable[str | Path | Source]) -> tuple[Job, ...]:
        """Has sources put beside the others, or in the place of those of the same names; one job each.

        Files are read here, nothing is embedded: a text that cannot be read is a failed job. What is given
        twice counts once; where two texts that are given would share a name, the later one gets a number.
        """
        return self._enter(*told_apart(self._read("add", [source]) for source in sources))

    def remove(self, name: str) -> Job:
        """Has a source taken out."""
        return self._enter(self._task("remove", name))[0]

    def rename(self, old: str, new: str) -> Job:
        """Has a source called otherwise."""
        return self._enter(self._task("rename", old, new_name=clean_name(new)))[0]

    def repair(self) -> None:
        """Has a damaged index, or one that another model made, put in order; one that is whole is left alone."""
        if not any(job.kind == "repair" for job in self.jobs if job.state != "failed"):
            self._enter(self._task("repair", self.path.name))

    def build(
        self, sources: Iterable[str | Path | Source], progress: Progress | None = None, *, add: bool = False
    ) -> Index:
        """Builds the index anew from these sources, or with ``add`` beside those that are there.

        Waits its turn and blocks until it is done; from then on it is in use.

        Raises:
            BusyError: too many callers wait for a build already. CancelledError: a visitor called it off.
            QAError: whatever building can raise.
        """
        with self._builds.turn():
            task = self._read("add" if add else "build", list(sources))
            task.also = progress
            self._enter(task)
            return task.done.result()

    def cancel(self, job_id: int) -> None:
        """Takes a waiting job out; one under way stops at its next report, and the index stays as it was."""
        with self._changing:
            for task in self._of(job_id):
                task.cancelled = True
                if task.job.state == "waiting":
                    self._drop(task)

    def dismiss(self, job_id: int) -> None:
        """Takes a failed job out of sight."""
        with self._changing:
            self._tasks = [task for task in self._tasks if task.job.id != job_id or task.job.state != "failed"]

    def _of(self, job_id: int) -> list[Task]:
        return [task for task in self._tasks if task.job.id == job_id]

    def _drop(self, task: Task) -> None:
        self._tasks.remove(task)
        task.done.set_exception(CancelledError())

    def _task(self, kind: Kind, name: str, source: Source | None = None, new_name: str = "") -> Task:
        return Task(Job(next(self._numbers), kind, name, source=source, new_name=new_name))

    def _read(self, kind: Kind, given: list[str | Path | Source]) -> Task:
        """A task of texts that are read now: an uploaded file may be gone when its turn comes."""
        try:
            sources = read_sources(given)
        except Exception as error:
            first = given[0]
            name = first.name if isinstance(first, Source) else Path(first).name
            task = self._task(kind, clean_name(name), first if isinstance(first, Source) else None)
            task.fail(error)
            return task
        task = self._task(kind, sources[0].name if sources else "", sources[0] if len(sources) == 1 else None)
        task.sources = sources
        return task

    def _enter(self, *tasks: Task) -> tuple[Job, ...]:
        """Puts tasks at the end and begins; earlier ones that failed at the same are forgotten."""
        jobs = tuple(task.job for task in tasks)
        tried = {(job.kind, job.name) for job in jobs}
        with self._changing:
            self._tasks = [
                task
                for task in self._tasks
                if task.job.state != "failed" or (task.job.kind, task.job.name) not in tried
            ]
            self._tasks += tasks
            self._forget()
            if not self._working:
                self._working = True
                threading.Thread(target=self._work, name="indexing", daemon=True).start()
        return jobs

    def _forget(self) -> None:
        """Lets the oldest of too many failed tasks go."""
        failed = [task for task in self._tasks if task.job.state == "failed"]
        for task in failed[:-MOST_FAILED]:
            self._tasks.remove(task)

    def _work(self) -> None:
        """Works the queue off, then finds what may be asked: earlier the next job would throw it away."""
        newest: Index | None = None
        while True:
            if batch := self._next(ends=newest is None):
                newest = self._done(batch) or newest
            elif newest:
                self._find_questions(newest)
                newest = None
            else:
                return

    def _done(self, batch: list[Task]) -> Index | None:
        """Does a batch, whatever comes of it; the index that it made, or None."""
        try:
            index = self._made(batch)
            self._finished(batch, index)
        except CancelledError:
            self._put_back(batch)
        except BaseException as error:  # also a panic in a library's Rust: the jobs that wait have their turn
            if not isinstance(error, QAError):
                _log.error("a text could not be indexed", exc_info=error)
            self._failed(batch, error)
        else:
            return index
        finally:
            self._committing = False
        return None

    def _next(self, *, ends: bool) -> list[Task]:
        """The next task, of texts to be added all that wait in a row: they make one generation.

        Where nothing waits the work is over, if it ``ends`` then.
        """
        with self._changing:
            waiting = [task for task in self._tasks if task.job.state == "waiting"]
            adds = list(takewhile(lambda task: task.job.kind == "add", waiting))
            batch = adds or waiting[:1]
            for task in batch:
                task.at("embedding")
            self._working = bool(batch) or not ends
            return batch

    def _made(self, batch: list[Task]) -> Index:
        first = batch[0].job
        others = [task.also for task in batch if task.also]
        reported = paced(lambda *how_far: self._report(batch, *how_far), others)

        def progress(event: ProgressEvent) -> None:
            # Whoever writes holds the lock: from now on it is we who change what stands there.
            self._committing = event.stage is Stage.WRITING
            reported(event)

        if first.kind == "remove":
            return Index.remove([first.name], self.path, progress=progress)
        if first.kind == "rename":
            return Index.rename(first.name, first.new_name, self.path, progress=progress)
        if first.kind == "repair":
            repair(self.path, progress=progress)
            return Index.open(self.path)
        if first.kind == "build":
            return Index.build(batch[0].sources, self.path, progress=progress)
        latest = {source.name: source for task in batch for source in task.sources}
        return Index.add(latest.values(), self.path, progress=progress)

    @staticmethod
    def _find_questions(index: Index) -> None:
        """Finds what may be asked; the index is in use already, and whole without."""
        try:
            suggestions_of(index)
        except BaseException as error:  # as above
            _log.warning("no questions were found to suggest", exc_info=error)

    def _report(self, batch: list[Task], done: int, total: int, left: float | None) -> None:
        with self._changing:
            for task in batch:
                if task.cancelled:
                    raise CancelledError
                task.at("embedding", done, total, left)

    def _put_back(self, batch: list[Task]) -> None:
        with self._changing:
            for task in batch:
                if task.cancelled:
                    self._drop(task)
                else:
                    task.at("waiting")

    def _failed(self, batch: list[Task], error: BaseException) -> None:
        with self._changing:
            for task in batch:
                task.fail(error)
            self._forget()

    def _finished(self, batch: list[Task], index: Index) -> None:
        with self._opening:
            if index.is_current():
                self._index = index
        names = {task.job.name for task in batch}
        with self._changing:
            # With them goes what failed before at the same texts: it speaks of what is no longer there.
            self._tasks = [
                task
                for task in self._tasks
                if task not in batch and (task.job.state != "failed" or task.job.name not in names)
            ]
        for task in batch:
            task.done.set_result(index)
