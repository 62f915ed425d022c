"""Jobs -> done one after another, by one thread of the queue's own.

Texts that wait in a row are added together: they make one generation. A job that is held begins after a while, or
before the next change of the same text. A job can be cancelled until its generation is written. A failed job stays
listed until it is dismissed, repeated, or a later change of the same text succeeds.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from itertools import count, takewhile

from qa.errors import CancelledError, QAError
from qa.index import Index
from qa.progress import Progress
from qa.service.jobs import Job, Kind, Task, with_time_left
from qa.text.source import Source

_log = logging.getLogger(__name__)

MOST_FAILED = 20
"""Failed jobs that stay listed: they hold their texts, and any visitor may fail as often as they like."""


class JobQueue:
    """The jobs of one index. Every method may be called from any thread."""

    def __init__(self, change: Callable[[list[Task], Progress], Index], when_idle: Callable[[Index], None]) -> None:
        """Take what the thread calls.

        Args:
            change: does the jobs of a batch and returns the new index. A batch is one job, or several of the kind
                "add". An error that the progress callable raises has to end the work without any change.
            when_idle: called with the newest index once no job waits; has to handle its own errors.
        """
        self._change = change
        self._when_idle = when_idle
        self._tasks: list[Task] = []
        self._lock = threading.Condition()  # held to read or change a task, or the list; notified when held ones change
        self._numbers = count(1)
        self._running = False

    @property
    def jobs(self) -> tuple[Job, ...]:
        """The jobs in progress, held, waiting or failed, in their order."""
        with self._lock:
            return tuple(task.job for task in self._tasks)

    def task(self, kind: Kind, name: str, source: Source | None = None, new_name: str = "") -> Task:
        """Return a new task; it does nothing until :meth:`enter`."""
        return Task(Job(next(self._numbers), kind, name, source=source, new_name=new_name))

    def enter(self, *tasks: Task) -> tuple[Job, ...]:
        """Append tasks and start the thread; failed jobs that tried the same before are no longer listed."""
        jobs = tuple(task.job for task in tasks)
        repeated = {(job.kind, job.name) for job in jobs}
        with self._lock:
            self._forget_failed(lambda job: (job.kind, job.name) in repeated)
            self._release(lambda held: any(_is_about(task, held.name) for task in tasks))
            self._tasks += tasks
            self._forget_oldest_failed()
            self._lock.notify_all()
            if not self._running:
                self._running = True
                threading.Thread(target=self._work_through, name="indexing", daemon=True).start()
        return jobs

    def cancel(self, job_id: int) -> None:
        """Remove a held or waiting job; one in progress stops at its next report, and the index stays as it was."""
        with self._lock:
            self._lock.notify_all()
            for task in [task for task in self._tasks if task.job.id == job_id]:
                task.cancelled = True
                if task.is_held or task.is_waiting:
                    self._remove(task)

    def dismiss(self, job_id: int) -> None:
        """Stop listing a failed job; begin a held one now."""
        with self._lock:
            self._forget_failed(lambda job: job.id == job_id)
            self._release(lambda job: job.id == job_id)
            self._lock.notify_all()

    # The thread

    def _work_through(self) -> None:
        """Do all jobs. What is to be done when idle comes last, because the next job would make it obsolete."""
        newest: Index | None = None
        while True:
            if batch := self._next_batch(last=newest is None):
                newest = self._do(batch) or newest
            elif newest:
                self._when_idle(newest)
                newest = None
            else:
                return

    def _next_batch(self, *, last: bool) -> list[Task]:
        """Take the next task, or all texts that are to be added next.

        If there is none and ``last``, wait for those that are held; without any, the thread ends.
        """
        with self._lock:
            while not (batch := self._first_waiting()) and last and (held := [t.due for t in self._tasks if t.is_held]):
                self._lock.wait(max(0.0, min(held) - time.monotonic()))
            for task in batch:
                task.update("embedding")
            self._running = bool(batch) or not last
            return batch

    def _do(self, batch: list[Task]) -> Index | None:
        """Do a batch and record how it ended; return the new index, or None if there is none."""
        others = [task.progress for task in batch if task.progress]
        try:
            index = self._change(batch, with_time_left(lambda *how_far: self._record_progress(batch, *how_far), others))
        except CancelledError:
            self._put_back(batch)
        except BaseException as error:  # including a panic in a Rust library: the other jobs still have their turn
            if not isinstance(error, QAError):
                _log.error("a text could not be indexed", exc_info=error)
            self._fail(batch, error)
        else:
            self._finish(batch, index)
            return index
        return None

    def _record_progress(self, batch: list[Task], done: int, total: int, seconds_left: float | None) -> None:
        with self._lock:
            for task in batch:
                if task.cancelled:
                    raise CancelledError
                task.update("embedding", done, total, seconds_left)

    def _put_back(self, batch: list[Task]) -> None:
        """Remove the cancelled tasks of a batch; the others wait again."""
        with self._lock:
            for task in batch:
                if task.cancelled:
                    self._remove(task)
                else:
                    task.update("waiting")

    def _fail(self, batch: list[Task], error: BaseException) -> None:
        with self._lock:
            for task in batch:
                task.fail(error)
            self._forget_oldest_failed()

    def _finish(self, batch: list[Task], index: Index) -> None:
        names = {task.job.name for task in batch}
        with self._lock:
            self._tasks = [task for task in self._tasks if task not in batch]
            self._forget_failed(lambda job: job.name in names)  # they are about a text that has changed since
        for task in batch:
            task.result.set_result(index)

    # Under the lock

    def _first_waiting(self) -> list[Task]:
        now = time.monotonic()
        for task in self._tasks:
            if task.is_held and task.due <= now:
                task.update("waiting")
        waiting = [task for task in self._tasks if task.is_waiting]
        return list(takewhile(lambda task: task.job.kind == "add", waiting)) or waiting[:1]

    def _release(self, which: Callable[[Job], bool]) -> None:
        for task in self._tasks:
            if task.is_held and which(task.job):
                task.update("waiting")

    def _remove(self, task: Task) -> None:
        self._tasks.remove(task)
        task.cancel()

    def _forget_failed(self, which: Callable[[Job], bool]) -> None:
        self._tasks = [task for task in self._tasks if not (task.has_failed and which(task.job))]

    def _forget_oldest_failed(self) -> None:
        failed = [task for task in self._tasks if task.has_failed]
        for task in failed[:-MOST_FAILED]:
            self._tasks.remove(task)


def _is_about(task: Task, name: str) -> bool:
    """Return whether a change has to find the source of this name as earlier changes left it."""
    job, given = task.job, {source.name for source in task.sources}
    return job.kind in ("build", "repair") or name in {job.name, job.new_name, *given}
