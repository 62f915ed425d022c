"""A change of the index as a job: what it does, its state, and how its progress becomes time left.

``Job`` is what callers see, frozen. ``Task`` is the same job inside the queue, with the sources it works on.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from typing import Literal

from qa.errors import CancelledError
from qa.index import Index
from qa.progress import Progress, ProgressEvent, Stage
from qa.reading.remarks import Remark
from qa.suggestions import suggestions_of
from qa.text.source import Source, free_name

_log = logging.getLogger(__name__)

Kind = Literal["build", "add", "remove", "rename", "repair"]
State = Literal["held", "waiting", "embedding", "failed"]


@dataclass(frozen=True)
class Job:
    """One change of the index that is held, waiting, in progress or failed; a job that is done is no longer listed.

    Attributes:
        id: the job's number on this server, from 1.
        kind: build (the index from these texts alone), add, remove, rename, or repair (the index itself).
        name: the source it is about; the first one for a build, the index folder for a repair.
        state: held (it begins after a while, unless it is cancelled), waiting, embedding (in progress) or failed.
        done, total: passages that are embedded and that have to be; 0 of 0 until that is known.
        seconds_left: estimated time left; None until it can be estimated.
        error: why it failed.
        source: the text, if it is known.
        new_name: the new name, for a rename.
        replaces: whether it replaces a source of the same name, as far as was known when it was added.
        remarks: what there is to say of the files that were read for it, such as what of an archive was left out.
    """

    id: int
    kind: Kind
    name: str
    state: State = "waiting"
    done: int = 0
    total: int = 0
    seconds_left: float | None = None
    error: BaseException | None = None
    source: Source | None = None
    new_name: str = ""
    replaces: bool = False
    remarks: tuple[Remark, ...] = ()


@dataclass
class Task:
    """A job inside the queue. It changes only under the queue's lock.

    Attributes:
        job: what callers see of it.
        sources: the texts to build from or to add.
        progress: called with every progress event, besides the queue.
        due: when it is no longer held, as ``time.monotonic()`` has it.
        cancelled: whether a visitor cancelled it.
        result: the index that it made, or why it made none.
    """

    job: Job
    sources: list[Source] = field(default_factory=list)
    progress: Progress | None = None
    due: float = 0.0
    cancelled: bool = False
    result: Future[Index] = field(default_factory=Future)

    @property
    def is_held(self) -> bool:
        """Whether the job is held back for a while."""
        return self.job.state == "held"

    @property
    def is_waiting(self) -> bool:
        """Whether the job waits for its turn."""
        return self.job.state == "waiting"

    @property
    def has_failed(self) -> bool:
        """Whether the job has failed."""
        return self.job.state == "failed"

    def hold(self, seconds: float) -> None:
        """Let the job begin only after so many seconds."""
        self.due = time.monotonic() + seconds
        self.update("held")

    def update(self, state: State, done: int = 0, total: int = 0, seconds_left: float | None = None) -> None:
        """Set the job's state and how far it is."""
        self.job = replace(self.job, state=state, done=done, total=total, seconds_left=seconds_left)

    def fail(self, error: BaseException) -> None:
        """Record why the job failed, and raise it for the caller that waits for the result."""
        self.job = replace(self.job, state="failed", error=error)
        self.sources = []  # nobody tries it again
        if not self.result.done():
            self.result.set_exception(error)

    def cancel(self) -> None:
        """Raise CancelledError for the caller that waits for the result."""
        self.result.set_exception(CancelledError())


def without_duplicates(tasks: Iterable[Task]) -> list[Task]:
    """Return the tasks of texts that are added together: each text once, and each under a name of its own.

    A later text of the same name gets a number. A task without any text left is dropped, unless it has failed.
    """
    kept: list[Task] = []
    seen: set[Source] = set()
    names: set[str] = set()
    for task in tasks:
        sources: list[Source] = []
        for source in task.sources:
            if source in seen:
                continue
            seen.add(source)
            name = free_name(source.name, "", names)
            names.add(name)
            sources.append(source.named(name))
        if sources:
            only = sources[0] if len(sources) == 1 else None
            task.job = replace(task.job, name=sources[0].name, source=only)
        if sources or task.has_failed:
            task.sources = sources
            kept.append(task)
    return kept


def with_time_left(report: Callable[[int, int, float | None], None], others: Sequence[Progress] = ()) -> Progress:
    """Return a progress callable that calls ``report(done, total, seconds left)`` and then the others.

    It reports 0 of 0 before passages are embedded, because ``done`` and ``total`` count passages. The time left is
    estimated from the pace of the stage so far; None if there is none yet.
    """
    started: dict[Stage, tuple[float, int]] = {}  # each stage has its own pace

    def progress(event: ProgressEvent) -> None:
        done, total = event.done, event.total
        if event.stage in (Stage.WAITING, Stage.SPLITTING):
            report(0, 0, None)
        elif event.stage is Stage.WRITING:
            report(done, total, None)
        else:
            since, before = started.setdefault(event.stage, (time.monotonic(), done))
            seconds_left = (time.monotonic() - since) / (done - before) * (total - done) if done > before else None
            report(done, total, seconds_left)
        for other in others:
            other(event)

    return progress


def find_questions(index: Index) -> None:
    """Find the questions to suggest; the index is in use already, and complete without them."""
    try:
        suggestions_of(index)
    except BaseException as error:  # including a panic in a Rust library: the queue goes on
        _log.warning("no questions were found to suggest", exc_info=error)
