"""Index folder -> ``OpenIndex``: the index that is in use now, and the jobs that change it.

Questions are answered from the last finished generation while jobs make the next one. Another process may change
the index too: then it is opened again, and each job builds on what is there when its turn comes.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from weakref import ReferenceType, ref

from qa.answer import Answer
from qa.catalogue import Words
from qa.conversation import reply
from qa.errors import IndexDamagedError, IndexMismatchError, QAError, SourceError
from qa.index import Index
from qa.llm.client import LanguageModel
from qa.llm.replies import writing
from qa.llm.written import Written
from qa.maintenance.repair import repair
from qa.progress import Progress
from qa.reading.files import read
from qa.retrieval import Hit, retrieve
from qa.search.config import DEFAULT_CONFIG, SearchConfig
from qa.service.jobs import Job, Kind, Task, find_questions, without_duplicates
from qa.service.queue import JobQueue
from qa.service.turns import Turns
from qa.storage.generations import current_number
from qa.text.source import Source, clean_name

MODEL_SECONDS = 30
"""How long :meth:`OpenIndex.has_model` does not try again to load a model that could not be loaded."""
QUESTIONS_AT_ONCE = 4
"""Questions that are answered or searched for at the same time, by all callers together."""
QUESTIONS_WAITING = 16
"""Questions that may wait for that. Each holds one of the server's 40 threads, and the page needs some as well."""
BUILDS_WAITING = 8
"""Callers that may wait for a build at the same time; each holds a thread as well."""


class OpenIndex:
    """An index that all callers of one server share. Every method may be called from any thread.

    Attributes:
        path: the index folder.
        urls: whether web addresses are fetched.
        config: how questions are answered.
        llm: the language model that writes replies; None for none.
        observe: called with the outcome ("answered", "declined" or "failed") and the seconds of each answer.
    """

    def __init__(
        self,
        path: str | Path,
        *,
        urls: bool = False,
        config: SearchConfig = DEFAULT_CONFIG,
        llm: LanguageModel | None = None,
    ) -> None:
        """Take the index folder; it is opened when it is first needed, and need not hold an index yet."""
        self.path = Path(path)
        self.urls = urls
        self.config = config
        self.llm = llm
        self.observe: Callable[[str, float], None] = lambda outcome, seconds: None
        self._index: Index | None = None
        self._trouble: QAError | None = None
        self._opening = threading.Lock()
        self._committing = False
        self._without_model: ReferenceType[Index] | None = None  # weak, so that a replaced index is freed
        self._try_model_at = 0.0
        self._queue = JobQueue(self._change, find_questions)
        self._questions = Turns(QUESTIONS_AT_ONCE, QUESTIONS_WAITING)
        self._builds = Turns(BUILDS_WAITING, 0)

    # The index in use

    def current(self) -> Index:
        """Return the index of the current generation, or the previous one while another thread opens it.

        Raises:
            IndexError_: there is none, or it cannot be used.
        """
        index = self._index
        # In this order: _committing is set before our own generation becomes the current one.
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
        """Return the same, or None if there is no index that can be used."""
        try:
            index = self.current()
        except QAError as error:
            self._trouble = error
            return None
        self._trouble = None
        return index

    @property
    def trouble(self) -> QAError | None:
        """Why the last call of :meth:`available` found no index, if :meth:`repair` may help; else None."""
        return self._trouble if is_repairable(self._trouble) else None

    def is_missing(self) -> bool:
        """Return whether the folder holds no index, but one can be built there."""
        try:
            current_number(self.path)
        except QAError as error:
            return error.code == "index.missing"
        return False

    def has_model(self) -> bool:
        """Return whether there is an index and the model that made it; a missing model is looked for now and then."""
        index = self.available()
        if index is None:
            return False
        if self._without_model and self._without_model() is index and time.monotonic() < self._try_model_at:
            return False
        try:
            return bool(index.embedder)
        except QAError:
            self._without_model, self._try_model_at = ref(index), time.monotonic() + MODEL_SECONDS
            return False

    def answer(
        self,
        index: Index,
        question: str,
        k: int = 10,
        sources: Collection[str] | None = None,
        *,
        history: Sequence[Answer] = (),
        words: Words | None = None,
    ) -> Answer:
        """Reply to a turn as :func:`qa.conversation.reply` does, once it is this caller's turn.

        Raises:
            BusyError: too many questions are waiting.
        """
        with self._questions.turn():
            started, outcome = time.perf_counter(), "failed"
            try:
                result = reply(
                    index, question, k, history=history, words=words,
                    bold=self.config.bold, reader=self.config.reader, sources=sources,
                )  # fmt: skip
                outcome = "answered" if result.answered else "declined"
                return result
            finally:
                self.observe(outcome, time.perf_counter() - started)

    def writing(self, index: Index, answer: Answer, history: Sequence[Answer] = ()) -> Iterator[Written]:
        """Yield what the language model writes to an answer, sentence by sentence; nothing if there is no model."""
        if self.llm is not None:
            yield from writing(index, answer, self.llm, history)

    def answer_in_full(
        self,
        index: Index,
        question: str,
        k: int = 10,
        sources: Collection[str] | None = None,
        *,
        history: Sequence[Answer] = (),
    ) -> Answer:
        """Reply as :meth:`answer` does, and wait for all that the language model writes, if there is one."""
        result = self.answer(index, question, k, sources, history=history)
        for written in self.writing(index, result, history):
            result = replace(result, written=written)
        return result

    def retrieve(self, index: Index, question: str, k: int = 5, sources: Collection[str] | None = None) -> list[Hit]:
        """Find passages as :func:`qa.retrieval.retrieve` does, once it is this caller's turn.

        Raises:
            BusyError: too many questions are waiting.
        """
        with self._questions.turn():
            return retrieve(index, question, k, sources=sources)

    @property
    def jobs(self) -> tuple[Job, ...]:
        """The jobs in progress, held, waiting or failed, in their order."""
        return self._queue.jobs

    @property
    def building(self) -> Job | None:
        """The job in progress or about to begin, or None."""
        return next((job for job in self.jobs if job.state in ("waiting", "embedding")), None)

    @property
    def leaving(self) -> frozenset[str]:
        """The names of the sources whose removal is held or under way."""
        return frozenset(job.name for job in self.jobs if job.kind == "remove" and job.state != "failed")

    def add(self, sources: Iterable[str | Path | Source]) -> tuple[Job, ...]:
        """Queue one job per source that adds it, or replaces the source of the same name.

        Files are read now, so a text that cannot be read is a failed job; embedding comes later. A text that is given
        twice is added once. If two of the given texts have the same name, the later one gets a number. A text that is
        there already under another name is a failed job as well.
        """
        tasks = without_duplicates(self._task_for("add", [source]) for source in sources)
        index = self.available()
        for task in tasks:
            is_there = index is not None and task.job.name in index.sources
            task.job = replace(task.job, replaces=is_there and not task.has_failed)
            self._expect_new(task, index)
        return self._queue.enter(*tasks)

    def exchange(self, name: str, given: str | Path | Source) -> Job:
        """Queue a text that takes the place of the source of this name, and its name."""
        task = self._task_for("add", [given])
        task.sources = [source.named(name) for source in task.sources]
        only = task.sources[0] if task.sources else None
        task.job = replace(task.job, name=name, source=only, replaces=not task.has_failed)
        return self._queue.enter(task)[0]

    def remove(self, name: str, *, hold: float = 0.0) -> Job:
        """Queue the removal of a source.

        Args:
            name: the source's name.
            hold: seconds for which it is held, so that :meth:`cancel` still finds everything as it was. It begins
                earlier if the text is changed again, or at :meth:`dismiss`.
        """
        removals = (job for job in self.jobs if job.kind == "remove" and job.name == name and job.state != "failed")
        if hold and (same := next(removals, None)):
            return same
        task = self._queue.task("remove", name)
        if hold and not self._is_last(name):
            task.hold(hold)
        elif hold:
            task.fail(SourceError("index.last"))  # said now: after the time of holding nobody would look
        return self._queue.enter(task)[0]

    def rename(self, old: str, new: str) -> Job:
        """Queue the renaming of a source."""
        return self._queue.enter(self._queue.task("rename", old, new_name=clean_name(new)))[0]

    def repair(self) -> None:
        """Queue the repair of an index that is damaged or made by another model; an intact one is not changed."""
        if not any(job.kind == "repair" for job in self.jobs if job.state != "failed"):
            self._queue.enter(self._queue.task("repair", self.path.name))

    def build(
        self, sources: Iterable[str | Path | Source], progress: Progress | None = None, *, add: bool = False
    ) -> Index:
        """Build the index from these sources alone or, with ``add``, add them; return it once it is in use.

        Raises:
            BusyError: too many callers are waiting for a build. CancelledError: a visitor cancelled it.
            QAError: any error of :meth:`qa.index.Index.build`.
        """
        with self._builds.turn():
            task = self._task_for("add" if add else "build", list(sources))
            task.progress = progress
            self._queue.enter(task)
            return task.result.result()

    def cancel(self, job_id: int) -> None:
        """Remove a held or waiting job; one in progress stops at its next report, and the index stays as it was."""
        self._queue.cancel(job_id)

    def dismiss(self, job_id: int) -> None:
        """Stop listing a failed job; begin a held one now."""
        self._queue.dismiss(job_id)

    def _task_for(self, kind: Kind, given: list[str | Path | Source]) -> Task:
        """Return a task for these texts, read now: an uploaded file may be gone when its turn comes."""
        try:
            found = read(given)
        except Exception as error:
            first = given[0]
            name = first.name if isinstance(first, Source) else Path(first).name
            task = self._queue.task(kind, clean_name(name), first if isinstance(first, Source) else None)
            task.fail(error)
            return task
        sources = list(found.sources)
        if kind == "add":  # an upload lies in a temporary file, whose path says nothing
            sources = [replace(source, path=None) for source in sources]
        only = sources[0] if len(sources) == 1 else None
        task = self._queue.task(kind, sources[0].name if sources else "", only)
        task.sources = sources
        task.job = replace(task.job, remarks=found.remarks)
        return task

    def _is_last(self, name: str) -> bool:
        """Return whether no other source would be left once all jobs are done."""
        index = self.available()
        coming = {job.name for job in self.jobs if job.kind == "add" and job.state != "failed"}
        return index is not None and not (index.sources.keys() | coming) - self.leaving - {name}

    def _expect_new(self, task: Task, index: Index | None) -> None:
        """Fail a task whose only text is in the index under another name."""
        own, there = task.job.source, index.sources.values() if index else ()
        if own is None or task.has_failed:
            return
        for other in there:
            if other.sha256 == own.sha256 and other.name not in {own.name, *self.leaving}:
                task.fail(SourceError("source.twice", name=own.name, other=other.name))
                return

    def _change(self, batch: list[Task], progress: Progress) -> Index:
        """Do a batch of jobs and use the index that they make."""
        try:
            index = self._make(batch, progress)
            with self._opening:
                if index.is_current():
                    self._index = index
        finally:
            self._committing = False
        return index

    def _begin_commit(self) -> None:
        """Note, while a job holds the lock of the index, that the next current generation is our own."""
        self._committing = True

    def _make(self, batch: list[Task], progress: Progress) -> Index:
        """Make the generation that a batch of jobs asks for."""
        job, on_commit = batch[0].job, self._begin_commit
        if job.kind == "remove":
            return self.current().remove([job.name], progress=progress, on_commit=on_commit)
        if job.kind == "rename":
            return self.current().rename(job.name, job.new_name, progress=progress, on_commit=on_commit)
        if job.kind == "repair":
            repair(self.path, progress=progress, on_commit=on_commit)
            return Index.open(self.path)
        if job.kind == "build":
            return Index.build(batch[0].sources, self.path, progress=progress, on_commit=on_commit)
        latest = {source.name: source for task in batch for source in task.sources}
        return Index.build(latest.values(), self.path, add=True, progress=progress, on_commit=on_commit)


def is_repairable(error: BaseException | None) -> bool:
    """Return whether :meth:`OpenIndex.repair` may help after this error."""
    return isinstance(error, IndexDamagedError | IndexMismatchError)
