"""An open index and its jobs: questions are answered while it changes, and nothing is lost."""

from __future__ import annotations

import gc
import shutil
import signal
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from manifests import rewrite_manifest

from qa import index as index_module
from qa.catalogue import words_of
from qa.errors import BusyError, CancelledError, IndexMissingError, ModelError, QAError, SourceError
from qa.index import Index
from qa.progress import ProgressEvent, Stage
from qa.retrieval import retrieve
from qa.search.embedding import Embedder
from qa.service.jobs import with_time_left
from qa.service.open_index import BUILDS_WAITING, OpenIndex
from qa.service.queue import MOST_FAILED
from qa.service.turns import Turns
from qa.storage import contents, generations
from qa.storage.building import Builder
from qa.storage.lock import locked
from qa.storage.writing import IndexWriter
from qa.text.source import Source
from qa.ui.gradio_compat import gr
from qa.ui.history import History
from qa.ui.listing import listing
from qa.ui.reading import reading_of
from qa.ui.texts import TextsPanel

CATS = Source("cats", "猫は魚を食べます。")
DOGS = Source("dogs", "犬は肉を食べます。")
BIRDS = Source("birds", "鳥は空を飛びます。")


@pytest.fixture
def open_index(tmp_path: Path) -> OpenIndex:
    """An index of one text."""
    Index.build(CATS, tmp_path / "index")
    return OpenIndex(tmp_path / "index")


class Gate:
    """Makes the real embedder wait until the gate is opened."""

    def __init__(self) -> None:
        self.reached = threading.Event()
        self.opened = threading.Event()
        self.once = threading.Semaphore(0)

    def pass_through(self) -> None:
        """Wait at the gate; called where embedding begins."""
        self.reached.set()
        end = time.monotonic() + 60
        while not (self.opened.is_set() or self.once.acquire(timeout=0.01)):
            assert time.monotonic() < end

    def let_one_pass(self) -> None:
        """Let the waiting batch pass, and wait until the next one arrives."""
        self.reached.clear()
        self.once.release()
        assert self.reached.wait(60)


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    gate = Gate()
    embed = Embedder.embed_passages

    def held(self: Embedder, texts: list[str], *rest: object) -> object:
        if texts:
            gate.pass_through()
        return embed(self, texts, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(Embedder, "embed_passages", held)
    yield gate
    gate.opened.set()


def until(reached: Callable[[], object]) -> None:
    end = time.monotonic() + 60
    while not reached():
        assert time.monotonic() < end, "never happened"
        time.sleep(0.01)


def settled(open_index: OpenIndex) -> None:
    until(lambda: open_index.building is None)


def names(open_index: OpenIndex) -> list[str]:
    return list(open_index.current().sources)


def test_texts_are_added_renamed_and_removed_in_the_order_of_the_calls(open_index: OpenIndex) -> None:
    open_index.add([DOGS, BIRDS])
    open_index.rename("dogs", "hounds")
    open_index.remove("cats")
    settled(open_index)
    assert open_index.jobs == ()
    assert names(open_index) == ["hounds", "birds"]


def test_questions_are_answered_from_the_last_generation_while_a_text_is_added(
    open_index: OpenIndex, gate: Gate
) -> None:
    before = open_index.current()
    began = time.monotonic()
    [job] = open_index.add([DOGS])
    assert time.monotonic() - began < 5
    assert (job.kind, job.name, job.state, job.source) == ("add", "dogs", "waiting", DOGS)
    assert gate.reached.wait(60)
    assert [(job.name, job.state) for job in open_index.jobs] == [("dogs", "embedding")]
    assert open_index.current() is before
    assert retrieve(open_index.current(), "猫は何を食べますか", 1)[0].passage.source == "cats"
    gate.opened.set()
    settled(open_index)
    assert names(open_index) == ["cats", "dogs"]


def test_texts_that_wait_in_a_row_are_one_generation(open_index: OpenIndex, gate: Gate) -> None:
    open_index.add([DOGS])
    assert gate.reached.wait(60)
    open_index.add([BIRDS, Source("bees", "蜂は蜜を集めます。")])
    assert [job.state for job in open_index.jobs] == ["embedding", "waiting", "waiting"]
    gate.opened.set()
    settled(open_index)
    assert names(open_index) == ["cats", "dogs", "birds", "bees"]
    assert open_index.current().generation == 3


def test_a_text_that_cannot_be_read_fails_alone_with_its_reason(open_index: OpenIndex, tmp_path: Path) -> None:
    (tmp_path / "empty.txt").write_text(" \n", encoding="utf-8")
    (tmp_path / "program.txt").write_bytes(b"\x7fELF\0\1\2\3")
    missing = tmp_path / "missing.txt"
    open_index.add([tmp_path / "empty.txt", DOGS, tmp_path / "program.txt", missing])
    settled(open_index)
    assert names(open_index) == ["cats", "dogs"]
    failed = open_index.jobs
    assert [(job.name, job.state) for job in failed] == [
        ("empty.txt", "failed"), ("program.txt", "failed"), ("missing.txt", "failed"),
    ]  # fmt: skip
    assert all(isinstance(job.error, SourceError) for job in failed)
    open_index.dismiss(failed[0].id)
    assert open_index.jobs == failed[1:]
    missing.write_text("もうあります。", encoding="utf-8")
    open_index.add([missing])  # the failed job of the same name is no longer listed
    settled(open_index)
    assert [job.name for job in open_index.jobs] == ["program.txt"]


def test_a_file_is_read_when_it_is_given(open_index: OpenIndex, gate: Gate, tmp_path: Path) -> None:
    upload = tmp_path / "upload.txt"
    upload.write_text("犬は肉を食べます。", encoding="utf-8")
    open_index.add([BIRDS])
    assert gate.reached.wait(60)
    open_index.add([upload])
    upload.unlink()
    gate.opened.set()
    settled(open_index)
    assert open_index.current().sources["upload.txt"].text == "犬は肉を食べます。"


def test_a_waiting_job_is_removed_when_it_is_cancelled_and_one_in_progress_stops(
    open_index: OpenIndex, gate: Gate
) -> None:
    before = open_index.current()
    [in_progress] = open_index.add([DOGS])
    assert gate.reached.wait(60)
    removing = open_index.remove("cats")
    [waiting] = open_index.add([BIRDS])
    open_index.cancel(removing.id)
    assert [job.name for job in open_index.jobs] == ["dogs", "birds"]
    open_index.cancel(in_progress.id)
    open_index.cancel(waiting.id)
    assert [job.name for job in open_index.jobs] == ["dogs"]
    gate.opened.set()
    settled(open_index)
    assert open_index.jobs == ()
    assert open_index.current() is before
    assert [path.name for path in (before.path / "generations").iterdir()] == ["1"]


def test_one_of_several_texts_that_are_added_together_can_be_cancelled(open_index: OpenIndex, gate: Gate) -> None:
    dogs, _ = open_index.add([DOGS, BIRDS])
    assert gate.reached.wait(60)
    assert [job.state for job in open_index.jobs] == ["embedding", "embedding"]
    open_index.cancel(dogs.id)
    gate.let_one_pass()
    assert [(job.name, job.state) for job in open_index.jobs] == [("birds", "embedding")]
    gate.opened.set()
    settled(open_index)
    assert names(open_index) == ["cats", "birds"]


def test_a_change_that_is_rejected_is_a_failed_job_and_the_index_stays(open_index: OpenIndex) -> None:
    open_index.remove("cats")
    open_index.rename("dogs", "hounds")
    settled(open_index)
    assert [(job.kind, job.state) for job in open_index.jobs] == [("remove", "failed"), ("rename", "failed")]
    assert ["at least one document" in str(job.error) for job in open_index.jobs] == [True, False]
    assert names(open_index) == ["cats"]


def test_a_failed_job_is_no_longer_listed_once_a_later_change_of_its_text_succeeds(open_index: OpenIndex) -> None:
    open_index.add([DOGS])
    open_index.rename("dogs", "cats")
    settled(open_index)
    assert [(job.kind, job.name) for job in open_index.jobs] == [("rename", "dogs")]
    open_index.remove("dogs")
    settled(open_index)
    assert names(open_index) == ["cats"] and open_index.jobs == ()


def test_adding_a_text_that_is_embedded_already_can_be_cancelled(
    open_index: OpenIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    build = Builder.build

    def cancelled(*given: Any) -> Any:
        open_index.cancel(open_index.jobs[0].id)  # while the texts are being read
        return build(*given)

    monkeypatch.setattr(Builder, "build", cancelled)
    open_index.add([Source("again", CATS.text)])
    settled(open_index)
    assert names(open_index) == ["cats"]


def test_a_job_builds_on_what_another_process_has_changed(open_index: OpenIndex, gate: Gate) -> None:
    open_index.current()
    open_index.add([DOGS])
    assert gate.reached.wait(60)
    open_index.add([BIRDS])
    other = threading.Thread(target=open_index.current().rename, args=("cats", "felines"))
    other.start()  # waits for the lock, and so do the birds
    gate.opened.set()
    other.join(60)
    settled(open_index)
    assert set(names(open_index)) == {"felines", "dogs", "birds"}


def test_many_threads_may_change_the_index_at_once(open_index: OpenIndex) -> None:
    def change(number: int) -> None:
        open_index.add([Source(f"text {number}", f"第{number}話。")])
        retrieve(open_index.current(), "話", 1)
        assert open_index.jobs is not None

    threads = [threading.Thread(target=change, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    settled(open_index)
    assert open_index.jobs == ()
    assert set(names(open_index)) == {"cats", *(f"text {number}" for number in range(8))}


def test_servers_that_add_to_the_same_empty_folder_lose_no_text(tmp_path: Path) -> None:
    servers = [OpenIndex(tmp_path) for _ in range(3)]
    with locked(tmp_path):
        for number, server in enumerate(servers):
            server.add([Source(f"text {number}", f"第{number}話。")])
        until(lambda: all(job.state == "embedding" for server in servers for job in server.jobs))
    for server in servers:
        settled(server)
    assert set(names(servers[0])) == {"text 0", "text 1", "text 2"}


def test_an_unexpected_error_fails_one_job_and_the_queue_goes_on(
    open_index: OpenIndex, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    class PanicError(BaseException):
        """A panic, as Rust libraries raise it."""

    def panic(*_: object) -> None:
        raise PanicError("out of order")

    with monkeypatch.context() as broken:
        broken.setattr("qa.service.jobs.suggestions_of", panic)
        open_index.add([DOGS])
        until(lambda: "no questions were found" in caplog.text)
        broken.setattr(Index, "remove", panic)
        open_index.remove("dogs")
        settled(open_index)
    assert [(job.kind, job.state) for job in open_index.jobs] == [("remove", "failed")]
    assert "a text could not be indexed" in caplog.text
    assert list(open_index.build([BIRDS], add=True).sources) == ["cats", "dogs", "birds"]


def test_a_job_that_waits_for_another_process_can_be_cancelled(open_index: OpenIndex, tmp_path: Path) -> None:
    with locked(tmp_path / "index"):
        (job,) = open_index.add([DOGS])
        until(lambda: [one.state for one in open_index.jobs] == ["embedding"])
        assert open_index.jobs[0].id == job.id
        open_index.cancel(job.id)
        until(lambda: not open_index.jobs)
    assert list(open_index.current().sources) == ["cats"]


def test_the_index_that_another_process_makes_is_used_while_a_job_waits_for_that_process(
    open_index: OpenIndex, tmp_path: Path
) -> None:
    assert list(open_index.current().sources) == ["cats"]
    with IndexWriter(tmp_path / "index") as writer:
        folder = writer.folder
        open_index.remove("cats")
        until(lambda: [one.state for one in open_index.jobs] == ["embedding"])
        other = Index.build([DOGS, BIRDS], tmp_path / "other")
        shutil.rmtree(folder)
        shutil.copytree(tmp_path / "other" / "generations" / str(other.generation), folder)
        # It is the present generation before the lock is released, as when old generations are being removed.
        folder.rename(tmp_path / "index" / "generations" / "2")
        (tmp_path / "index" / "CURRENT").write_text("2")
        until(lambda: list(open_index.current().sources) == ["dogs", "birds"])
        shutil.copytree(tmp_path / "index" / "generations" / "2", folder)
        shutil.rmtree(tmp_path / "index" / "generations" / "2")
    until(lambda: not [one for one in open_index.jobs if one.state != "failed"])


def test_a_model_that_could_not_be_loaded_is_tried_again_later(
    open_index: OpenIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_index.current().__dict__.pop("embedder", None)
    monkeypatch.setattr("qa.service.open_index.MODEL_SECONDS", 0.2)
    with monkeypatch.context() as once:
        once.setattr(index_module, "load_made_with", lambda *_: (_ for _ in ()).throw(ModelError("no room")))
        assert not open_index.has_model()
    assert not open_index.has_model()  # not tried again yet
    until(open_index.has_model)


def test_a_repair_can_be_cancelled(open_index: OpenIndex, gate: Gate, tmp_path: Path) -> None:
    rewrite_manifest(tmp_path / "index", {"model": {"fingerprint": "0" * 16}})
    open_index.repair()
    assert gate.reached.wait(60)
    open_index.cancel(open_index.jobs[0].id)
    gate.opened.set()
    until(lambda: not open_index.jobs)
    assert generations.numbers(tmp_path / "index") == [1]


def test_suggested_questions_are_found_once_no_job_waits(
    open_index: OpenIndex, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[list[str]] = []
    monkeypatch.setattr("qa.service.jobs.suggestions_of", lambda index: looked.append(list(index.sources)))
    open_index.add([DOGS])
    assert gate.reached.wait(60)
    open_index.add([BIRDS])
    open_index.remove("nothing of this name")  # the last job makes no index
    gate.opened.set()
    settled(open_index)
    until(lambda: looked)
    open_index.remove("cats")
    settled(open_index)
    until(lambda: looked[1:])
    assert looked == [["cats", "dogs", "birds"], ["dogs", "birds"]]


def test_texts_of_the_same_name_that_are_added_together_get_different_names(
    open_index: OpenIndex, tmp_path: Path
) -> None:
    files = [tmp_path / folder / "a.txt" for folder in ("one", "two", "three")]
    for file, text in zip(files, ("犬は肉を食べます。", "鳥は空を飛びます。", "鳥は空を飛びます。"), strict=True):
        file.parent.mkdir()
        file.write_text(text, encoding="utf-8")
    jobs = open_index.add([*files, CATS, Source("cats", "猫は眠ります。")])
    assert [job.name for job in jobs] == ["a.txt", "a (2).txt", "cats", "cats (2)"]
    assert all(job.source and job.source.name == job.name for job in jobs)
    settled(open_index)
    assert {source.name: source.text for source in open_index.current().sources.values()} == {
        "cats": CATS.text,
        "a.txt": "犬は肉を食べます。",
        "a (2).txt": "鳥は空を飛びます。",
        "cats (2)": "猫は眠ります。",
    }
    open_index.add([Source("a.txt", "蜂は蜜を集めます。")])  # added later, it replaces the first
    settled(open_index)
    assert open_index.current().sources["a.txt"].text == "蜂は蜜を集めます。"


def test_adding_a_text_of_a_name_that_is_there_says_that_it_replaces_it(open_index: OpenIndex, tmp_path: Path) -> None:
    upload = tmp_path / "cats"
    upload.write_text("猫は眠ります。", encoding="utf-8")
    jobs = open_index.add([upload, DOGS, tmp_path / "missing.txt"])
    assert [(job.name, job.replaces) for job in jobs] == [("cats", True), ("dogs", False), ("missing.txt", False)]
    settled(open_index)
    assert open_index.current().sources["cats"].text == "猫は眠ります。"


def test_the_panel_names_the_documents_that_are_replaced(open_index: OpenIndex, gate: Gate) -> None:
    with gr.Blocks():
        panel = TextsPanel(open_index)
        panel.draw()

    def added(name: str) -> str:
        sent = SimpleNamespace(_data={"do": "paste", "name": name, "text": f"{name}: 猫は眠ります。"})
        return str(panel._add("en", sent)[panel._result])

    assert "Received; cats replaces the document of the same name." in added("cats")
    assert "Received" not in added("dogs")


def test_a_removal_that_is_held_is_undone_begun_or_made_before_a_change_of_the_same_text(
    open_index: OpenIndex,
) -> None:
    open_index.add([DOGS, BIRDS])
    settled(open_index)
    job = open_index.remove("dogs", hold=60)
    assert (job.state, open_index.building, open_index.leaving) == ("held", None, {"dogs"})
    open_index.add([Source("fish", "魚は水の中にいます。")])  # another text: it does not wait
    until(lambda: "fish" in names(open_index))
    open_index.cancel(job.id)
    assert names(open_index) == ["cats", "dogs", "birds", "fish"] and not open_index.jobs
    open_index.dismiss(open_index.remove("fish", hold=60).id)
    until(lambda: "fish" not in names(open_index))
    open_index.remove("birds", hold=60)
    open_index.add([Source("birds", "鳥は歌います。")])  # the new text stays, whatever became of the old one
    until(lambda: not open_index.jobs)
    assert open_index.current().sources["birds"].text == "鳥は歌います。"
    open_index.remove("birds", hold=0.1)
    until(lambda: "birds" not in names(open_index))
    # What would be the last one is kept, and that is said at once.
    open_index.remove("dogs", hold=60)
    assert open_index.remove("cats", hold=60).state == "failed"


def test_a_text_takes_the_place_and_the_name_of_another(open_index: OpenIndex, tmp_path: Path) -> None:
    (tmp_path / "felines.txt").write_text("猫は屋根で眠ります。", encoding="utf-8")
    open_index.exchange("cats", tmp_path / "felines.txt")
    settled(open_index)
    assert [(one.name, one.text) for one in open_index.current().sources.values()] == [("cats", "猫は屋根で眠ります。")]
    assert open_index.exchange("cats", tmp_path / "missing.txt").name == "cats"
    assert [(job.name, job.state) for job in open_index.jobs] == [("cats", "failed")]


def test_the_same_text_is_not_there_twice(open_index: OpenIndex) -> None:
    [job] = open_index.add([Source("kittens", CATS.text)])
    assert job.error and "cats" in str(job.error)
    assert names(open_index) == ["cats"]


def test_a_document_has_one_row_whatever_is_being_done_to_it(open_index: OpenIndex, gate: Gate) -> None:
    open_index.add([DOGS])
    assert gate.reached.wait(60)
    open_index.add([Source("cats", "猫は眠ります。"), Source("cats", "猫は遊びます。")])
    open_index.rename("cats", "felines")
    open_index.add([Source("dogs", "犬は走ります。")])
    rows = listing(open_index.current(), open_index.jobs, words_of("en"))["rows"]
    assert [(row["name"], row["state"], row["indexed"]) for row in rows] == [
        ("cats", "waiting", True), ("dogs", "embedding", False), ("cats (2)", "waiting", False),
    ]  # fmt: skip


def test_only_the_newest_failed_jobs_are_kept(open_index: OpenIndex, tmp_path: Path) -> None:
    open_index.add([tmp_path / f"{number}.txt" for number in range(MOST_FAILED)])
    open_index.rename("nothing of this name", "dogs")
    settled(open_index)
    assert len(open_index.jobs) == MOST_FAILED
    assert [open_index.jobs[0].name, open_index.jobs[-1].kind] == ["1.txt", "rename"]


# Switching to another generation


class SlowReading:
    """Makes threads of these names wait before they read a generation, and lists all reads."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *threads: str, number: int = 2) -> None:
        self.begun = threading.Event()
        self.go_on = threading.Event()
        self.read: list[str] = []
        read = contents.read_contents

        def slowly(path: Path, wanted: int) -> contents.Contents:
            thread = threading.current_thread().name
            self.read.append(f"{thread} {wanted}")
            if thread in threads and wanted == number:
                self.begun.set()
                assert self.go_on.wait(60)
            return read(path, wanted)

        monkeypatch.setattr(contents, "read_contents", slowly)
        monkeypatch.setattr(index_module, "read_contents", slowly)


@pytest.mark.parametrize("kind", ["add", "rename", "repair"])
def test_a_generation_of_our_own_thread_is_opened_once_and_no_caller_waits(
    open_index: OpenIndex, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    wanted = 1 if kind == "repair" else 2
    if kind == "repair":  # goes back, because the new text is nowhere intact
        dogs = Index.build([DOGS], open_index.path)
    before = open_index.current()
    reading = SlowReading(monkeypatch, "indexing", number=wanted)
    if kind == "add":
        open_index.add([DOGS])
    elif kind == "rename":
        open_index.rename("cats", "felines")
    else:
        (open_index.path / "generations" / "2" / dogs.manifest.sources[0].file).write_text("damaged")
        open_index.repair()
    assert reading.begun.wait(60)
    assert not before.is_current()
    assert open_index.current() is before
    reading.go_on.set()
    settled(open_index)
    assert open_index.current().generation == wanted
    assert reading.read[-1] == f"indexing {wanted}" and reading.read.count(reading.read[-1]) == 1
    assert all(one.startswith("indexing") for one in reading.read)


def test_a_generation_of_another_process_is_opened_by_one_caller_while_the_others_go_on(
    open_index: OpenIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = open_index.current()
    Index.build([BIRDS], before.path)
    reading = SlowReading(monkeypatch, "opening")
    opening = threading.Thread(target=open_index.current, name="opening")
    opening.start()
    assert reading.begun.wait(60)
    assert open_index.current() is before
    reading.go_on.set()
    opening.join(60)
    assert names(open_index) == ["birds"]
    assert reading.read == ["opening 2"]


# Building, which blocks the caller


def test_a_folder_without_an_index_raises_until_one_is_built(tmp_path: Path) -> None:
    open_index = OpenIndex(tmp_path / "index")
    with pytest.raises(IndexMissingError):
        open_index.current()
    seen: list[ProgressEvent] = []
    built = open_index.build([CATS, DOGS], seen.append)
    assert open_index.current() is built
    assert built.built is not None and built.built.embedded == 2
    assert open_index.building is None
    assert [(event.done, event.total, event.stage) for event in seen] == [
        (0, 2, Stage.SPLITTING),
        (1, 2, Stage.SPLITTING),
        (1, 2, Stage.EMBEDDING),
        (2, 2, Stage.EMBEDDING),
        (2, 2, Stage.WRITING),
    ]


def test_a_build_waits_its_turn_and_replaces_everything_unless_it_adds(open_index: OpenIndex, gate: Gate) -> None:
    open_index.add([DOGS])
    assert gate.reached.wait(60)
    threading.Timer(0.1, gate.opened.set).start()
    assert list(open_index.build([BIRDS]).sources) == ["birds"]
    assert list(open_index.build([CATS], add=True).sources) == ["birds", "cats"]


def test_a_build_that_fails_raises_and_leaves_the_old_index(open_index: OpenIndex, tmp_path: Path) -> None:
    for nothing in ([tmp_path / "missing.txt"], [Source("marks", "* * *")]):
        with pytest.raises(QAError) as caught:
            open_index.build(nothing)
        assert open_index.jobs[-1].error is caught.value
    assert open_index.building is None
    assert names(open_index) == ["cats"]


def test_a_caller_that_waits_for_a_build_is_told_when_it_is_cancelled(open_index: OpenIndex, gate: Gate) -> None:
    def cancel_it() -> None:
        gate.reached.wait(60)
        building = open_index.building
        assert building
        open_index.cancel(building.id)
        gate.opened.set()

    threading.Thread(target=cancel_it).start()
    with pytest.raises(CancelledError):
        open_index.build([DOGS])
    assert names(open_index) == ["cats"]


def test_an_index_that_another_process_rebuilt_is_opened_again(open_index: OpenIndex) -> None:
    before = open_index.current()
    assert open_index.current() is before
    Index.build([BIRDS], before.path)
    assert names(open_index) == ["birds"]
    assert open_index.current().generation > before.generation


def test_time_left_is_estimated_from_the_pace_of_the_same_stage(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[int, int, float | None]] = []
    now = 10.0
    monkeypatch.setattr("qa.service.jobs.time.monotonic", lambda: now)
    report = with_time_left(lambda *how_far: seen.append(how_far))
    for now, done, stage in ((10.0, 1, Stage.EMBEDDING), (20.0, 2, Stage.SPLITTING), (30.0, 3, Stage.EMBEDDING)):  # noqa: B007
        report(ProgressEvent(stage, done, 5))
    assert seen == [(1, 5, None), (0, 0, None), (3, 5, 20.0)]  # two in 20 seconds, two are left


def test_a_damaged_index_is_reported_until_it_is_repaired(open_index: OpenIndex, tmp_path: Path) -> None:
    assert open_index.trouble is None
    for file in (tmp_path / "index").rglob("spans.npy"):
        file.write_bytes(b"")
    broken = OpenIndex(tmp_path / "index")
    assert broken.available() is None and "has been changed since it was written" in str(broken.trouble)
    broken.repair()
    broken.repair()
    settled(broken)
    index = broken.available()
    assert index and list(index.sources) == ["cats"] and broken.trouble is None


def test_without_an_index_there_is_nothing_to_repair(tmp_path: Path) -> None:
    open_index = OpenIndex(tmp_path / "none")
    assert open_index.available() is None and open_index.trouble is None


def test_generations_that_were_replaced_are_freed(open_index: OpenIndex) -> None:
    generations_seen: list[weakref.ReferenceType[Index]] = []
    for number in range(12):
        open_index.build([Source(f"text {number}", f"第{number}話。猫は魚を食べます。")])
        index = open_index.current()
        reading_of(index, History())
        assert open_index.has_model()
        generations_seen.append(weakref.ref(index))
    del index
    gc.collect()
    alive = [seen() for seen in generations_seen if seen()]
    assert alive == [open_index.current()]


# Limits


def test_callers_are_served_in_the_order_they_came_and_more_are_rejected() -> None:
    turns, order, running = Turns(at_once=1, waiting=3), list[int](), threading.Event()

    def take(number: int) -> None:
        with turns.turn():
            order.append(number)
            assert running.wait(60)

    threads = [threading.Thread(target=take, args=(number,)) for number in range(4)]
    threads[0].start()
    until(lambda: order)
    for waiting, thread in enumerate(threads[1:], 1):
        thread.start()
        until(lambda: len(turns._line) == waiting)  # noqa: B023
    with pytest.raises(BusyError, match=r"^The server is busy"), turns.turn():
        pass
    running.set()
    for thread in threads:
        thread.join(60)
    assert order == [0, 1, 2, 3]
    with turns.turn():  # all places are free again, also after an error
        pass


def test_a_caller_interrupted_in_the_line_leaves_it() -> None:
    class CtrlCError(BaseException):
        """Stands for Ctrl-C."""

    def interrupt(*_: object) -> None:
        raise CtrlCError

    turns = Turns(at_once=1, waiting=1)

    def hold(begun: threading.Event, may_end: threading.Event) -> None:
        with turns.turn():
            begun.set()
            may_end.wait(60)

    begun, may_end = threading.Event(), threading.Event()
    holder = threading.Thread(target=hold, args=(begun, may_end))
    holder.start()
    assert begun.wait(60)
    before = signal.signal(signal.SIGUSR1, interrupt)
    try:
        main = threading.get_ident()

        def kill() -> None:
            until(lambda: turns._line)
            signal.pthread_kill(main, signal.SIGUSR1)

        threading.Thread(target=kill).start()
        with pytest.raises(CtrlCError), turns.turn():
            pass
    finally:
        signal.signal(signal.SIGUSR1, before)
    assert not turns._line
    may_end.set()
    holder.join(60)
    with turns.turn():
        pass


def test_the_number_of_callers_that_wait_for_a_build_is_limited(open_index: OpenIndex, gate: Gate) -> None:
    threads = [
        threading.Thread(target=open_index.build, args=([Source(f"text {number}", f"第{number}話。")],))
        for number in range(BUILDS_WAITING)
    ]
    for thread in threads:
        thread.start()
    until(lambda: len(open_index.jobs) == BUILDS_WAITING)
    with pytest.raises(BusyError):
        open_index.build([DOGS])
    gate.opened.set()
    for thread in threads:
        thread.join(60)
    assert list(open_index.build([DOGS]).sources) == ["dogs"]
