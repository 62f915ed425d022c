"""What is to be done to an index, one job at a time: its state, its pace, and how it is called off."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from typing import Literal

from qa.errors import QAError
from qa.index import Index
from qa.progress import Progress, ProgressEvent, Stage
from qa.text.source import Source, free_name

Kind = Literal["build", "add", "remove", "rename", "repair"]
State = Literal["waiting", "embedding", "failed"]


class CancelledError(QAError):
    """The work was called off by a visitor; the index stays as it was."""

    def __init__(self) -> None:
        super().__init__("job.cancelled")


@dataclass(frozen=True)
class Job:
    """One change of the index that is not done yet, or failed.

    Attributes:
        id: its number on this server, from 1.
        kind: build (anew, of these texts alone), add, remove, rename, or repair (the index itself).
        name: the source it is about; of a build the first one, of repairing the index folder.
        state: waiting, embedding (under way) or failed.
        done, total: passages embedded, and to be embedded; 0 of 0 until that is known.
        seconds_left: None until it can be told.
        error: why it failed.
        source: the text, where it is known.
        new_name: of a rename.
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


@dataclass
class Task:
    """A job with what it works on; changed only under the lock of the queue that holds it."""

    job: Job
    sources: list[Source] = field(default_factory=list)
    also: Progress | None = None
    cancelled: bool = False
    done: Future[Index] = field(default_factory=Future)

    def at(self, state: State, done: int = 0, total: int = 0, left: float | None = None) -> None:
        """Puts the job into a state."""
        self.job = replace(self.job, state=state, done=done, total=total, seconds_left=left)

    def fail(self, error: BaseException) -> None:
        """Keeps why it failed, and tells whoever waits for it."""
        self.job = replace(self.job, state="failed", error=error)
        self.sources = []  # nobody tries it again
        if not self.done.done():
            self.done.set_exception(error)


def told_apart(tasks: Iterable[Task]) -> list[Task]:
    """The tasks of texts that are given together: each text once, and each under a name of its own."""
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
        if sources or not task.sources:  # one that failed has none
            task.sources = sources
            kept.append(task)
    return kept


def paced(report: Callable[[int, int, float | None], None], others: Sequence[Progress] = ()) -> Progress:
    """A build's progress as ``report(done, total, seconds left)``; the others are called as well.

    Until passages are embedded it is 0 of 0: texts that are split are none of them, and whoever waits for another
    process does nothing yet.
    """
    begun: dict[Stage, tuple[float, int]] = {}  # each stage has its own pace

    def progress(event: ProgressEvent) -> None:
        stage, done, total = event.stage, event.done, event.total
        if stage in (Stage.WAITING, Stage.SPLITTING):
            report(0, 0, None)
        elif stage is Stage.WRITING:
            report(done, total, None)
        else:
            started, before = begun.setdefault(stage, (time.monotonic(), done))
            left = (time.monotonic() - started) / (done - before) * (total - done) if done > before else None
            report(done, total, left)
        for other in others:
            other(event)

    return progress
