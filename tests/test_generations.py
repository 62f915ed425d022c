"""The current generation stays whole, whatever happens to a build."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
import warnings
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock
from manifests import empty_manifest

from qa.errors import IndexDamagedError, IndexMismatchError, IndexMissingError, SourceError, StorageError
from qa.index import Index
from qa.progress import ProgressEvent, Stage
from qa.retrieval import retrieve
from qa.search.lexical import BM25
from qa.storage import generations, lock, writing
from qa.storage.disk import storage_errors
from qa.storage.generations import check_generation, history
from qa.storage.manifest import file_sha256, seal, write_manifest
from qa.storage.rollback import roll_back
from qa.storage.writing import IndexWriter
from qa.text.source import Source


def make(index: Path, content: str = "", *, purge: bool = False) -> None:
    with IndexWriter(index, create=True) as writer:
        (writer.folder / "data").mkdir()
        (writer.folder / "data" / "text").write_text(content)
        write_manifest(writer.folder, empty_manifest(content))
        writer.commit(purge=purge)


def present(index: Path) -> tuple[Path, str]:
    """Return the current generation's folder and the note in its manifest, after a check of every file."""
    number = generations.current_number(index)
    return generations.generation_folder(index, number), check_generation(index, number).created


def read(index: Path) -> str:
    folder, note = present(index)
    content = (folder / "data" / "text").read_text()
    assert note == content
    return content


def go_back(index: Path, number: int | None = None) -> int:
    return roll_back(index, number, check=check_generation)


def test_a_new_generation_becomes_the_current_one(tmp_path: Path) -> None:
    make(tmp_path / "index", "one")
    assert (tmp_path / "index" / "CURRENT").read_text() == "1\n"
    assert read(tmp_path / "index") == "one"
    make(tmp_path / "index", "two")
    assert read(tmp_path / "index") == "two"


def test_the_one_before_is_kept_for_its_readers_and_older_ones_go(tmp_path: Path) -> None:
    for content in "abcd":
        make(tmp_path, content)
    assert sorted(path.name for path in (tmp_path / "generations").iterdir()) == ["3", "4"]


def test_a_failed_build_leaves_the_current_generation_and_nothing_else(tmp_path: Path) -> None:
    make(tmp_path, "good")
    with pytest.raises(ZeroDivisionError), IndexWriter(tmp_path) as writer:
        (writer.folder / "half").write_text("half")
        raise ZeroDivisionError
    assert read(tmp_path) == "good"
    assert [path.name for path in (tmp_path / "generations").iterdir()] == ["1"]


def test_remains_of_a_killed_build_are_cleared_by_the_next(tmp_path: Path) -> None:
    make(tmp_path, "good")
    (tmp_path / "generations" / "2.unfinished").mkdir()
    (tmp_path / "CURRENT.new").write_text("2")
    assert read(tmp_path) == "good"
    make(tmp_path, "next")
    assert read(tmp_path) == "next"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["CURRENT", "LOCK", "generations"]


def test_a_finished_generation_that_was_never_named_is_not_the_current_one(tmp_path: Path) -> None:
    make(tmp_path, "good")
    make(tmp_path, "unnamed")
    (tmp_path / "CURRENT").write_text("1\n")
    assert read(tmp_path) == "good"
    make(tmp_path, "next")
    assert read(tmp_path) == "next"
    kept = [(path / "data" / "text").read_text() for path in sorted((tmp_path / "generations").iterdir())]
    assert kept == ["good", "next"]


def test_a_manifest_that_points_outside_the_index_is_rejected(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    make(tmp_path / "index")
    file = tmp_path / "index" / "generations" / "1" / "manifest.json"
    manifest = json.loads(file.read_text())
    manifest["files"] = {"../../../secret": file_sha256(tmp_path / "secret")}
    file.write_text(json.dumps({**manifest, "sha256": seal(manifest)}))
    with pytest.raises(IndexDamagedError, match="names a file outside the index"):
        present(tmp_path / "index")


def test_a_manifest_whose_sources_have_other_files_the_same_name_or_that_keeps_nothing_is_damaged(
    tmp_path: Path,
) -> None:
    index = tmp_path / "index"
    Index.build([Source("a", "The key is red."), Source("b", "The box is blue.")], index)
    file = index / "generations" / "1" / "manifest.json"
    (tmp_path / "secret").write_text("secret")
    good = json.loads(file.read_text())
    first, second = good["sources"]
    for change in (
        {"sources": [{**first, "file": "../../../secret"}, second]},
        {"sources": [{**first, "marks": "../../../secret"}, second]},
        {"sources": [first, {**second, "name": first["name"]}]},
        {"keep": 0},
        {"keep": -3},
    ):
        file.write_text(json.dumps({**good, **change, "sha256": seal({**good, **change})}))
        with pytest.raises(IndexDamagedError):
            Index.open(index)
        assert list((index / "generations").iterdir()) == [file.parent]


FULL = r"^The disk that holds .* is full: free some space"


def test_a_short_write_of_a_library_is_a_full_disk_and_no_other_error_without_a_number_is(tmp_path: Path) -> None:
    short = OSError("10 requested and 4 written")
    with pytest.raises(StorageError, match=FULL), storage_errors(tmp_path, library_writes=True):
        raise short
    with pytest.raises(StorageError, match=r"^Cannot write to .* \(10 requested"), storage_errors(tmp_path):
        raise short


def fill_up(monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    """Let the disk be full where a generation's files, its folder, or the pointer are written."""
    full, opened = OSError(errno.ENOSPC, "No space left on device"), Path.open

    def refuse(*_: object, **__: object) -> Any:
        raise full

    def open_all_but_the_pointer(path: Path, *mode: Any, **options: Any) -> Any:
        return refuse() if path.name == "CURRENT.new" else opened(path, *mode, **options)

    if where == "terms":
        monkeypatch.setattr(BM25, "save", lambda *_: (_ for _ in ()).throw(OSError("10 requested and 4 written")))
    elif where == "pointer":
        monkeypatch.setattr(Path, "open", open_all_but_the_pointer)
    else:
        monkeypatch.setattr(writing, where, refuse)


@pytest.mark.parametrize("where", ["terms", "flush_tree", "flush_folder", "pointer"])
def test_a_disk_that_gets_full_leaves_the_old_index_and_what_was_embedded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    index = Index.build(Source("a", "猫は魚を食べます。"), tmp_path)
    monkeypatch.setattr("qa.storage.checkpoint._SIZE", 1)
    with monkeypatch.context() as filled:
        fill_up(filled, where)
        with pytest.raises(StorageError, match=FULL):
            index.add(Source("b", "犬は肉を食べます。"))
    assert retrieve(Index.open(tmp_path), "猫は何を食べますか", 1)[0].text == "猫は魚を食べます。"
    assert [path.name for path in (tmp_path / "generations").iterdir()] == ["1"]
    assert len(list((tmp_path / "batches").rglob("*.safetensors"))) == 1
    again = index.add(Source("b", "犬は肉を食べます。"))
    assert again.built and (again.built.embedded, again.generation) == (0, 2)


def test_a_change_is_done_once_the_pointer_names_it_though_cleaning_up_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(errno.EPERM, "no")

    index = Index.build(Source("a", "猫は魚を食べます。"), tmp_path, keep=1)
    for part in ("qa.storage.checkpoint.Checkpoint.forget", "qa.storage.writing._discard"):
        monkeypatch.setattr(part, refuse)
    assert list(index.rename("a", "b").sources) == ["b"]
    assert generations.current_number(tmp_path) == 2


def test_an_error_of_the_caller_is_not_reported_as_one_of_the_disk(tmp_path: Path) -> None:
    make(tmp_path, "good")
    for error in (TimeoutError(), OSError("of another"), PermissionError(errno.EACCES, "of another")):
        with pytest.raises(type(error)) as caught, IndexWriter(tmp_path) as writer:
            (writer.folder / "half").write_text("half")
            raise error
        assert caught.value is error
    assert read(tmp_path) == "good"


def test_no_index_says_which_command_makes_one(tmp_path: Path) -> None:
    with pytest.raises(
        IndexMissingError, match=r"There is no index in .*: create one with `qa build PATH --index .*nowhere`\.$"
    ):
        present(tmp_path / "nowhere")


@pytest.mark.parametrize("content", ["", "x", "-1", "1 2", "9" * 5, "9" * 5000])
def test_a_pointer_to_nothing_is_damage(tmp_path: Path, content: str) -> None:
    make(tmp_path, "good")
    (tmp_path / "CURRENT").write_text(content)
    with pytest.raises(IndexDamagedError, match=r"repair it with `qa doctor --fix --index .*`"):
        present(tmp_path)


def test_a_changed_a_cut_and_a_missing_file_are_each_named(tmp_path: Path) -> None:
    make(tmp_path, "good")
    file = tmp_path / "generations" / "1" / "data" / "text"
    for damage in ("goof", "goo", ""):
        file.write_text(damage)
        with pytest.raises(IndexDamagedError, match="text has been changed since it was written"):
            present(tmp_path)
    file.unlink()
    with pytest.raises(IndexDamagedError, match="text is missing"):
        present(tmp_path)


def test_a_damaged_manifest_is_named(tmp_path: Path) -> None:
    make(tmp_path, "good")
    manifest = tmp_path / "generations" / "1" / "manifest.json"
    whole = manifest.read_bytes()
    for damage in (whole[:20], b"", b"[]", b'{"format": 1}', b"\xff\xfe", whole.replace(b"good", b"goof")):
        manifest.write_bytes(damage)
        with pytest.raises(IndexDamagedError, match=r"manifest\.json (is damaged|has been changed)"):
            present(tmp_path)


def test_another_format_is_rejected_by_its_number(tmp_path: Path) -> None:
    make(tmp_path, "good")
    manifest = tmp_path / "generations" / "1" / "manifest.json"
    manifest.write_text(json.dumps({**json.loads(manifest.read_text()), "format": 99}))
    with pytest.raises(IndexMismatchError, match="has format 99, but this version reads format 3"):
        present(tmp_path)


@pytest.mark.parametrize("stray", ["generations/2", "generations/999999999", "generations/999999999999.unfinished"])
@pytest.mark.parametrize("is_folder", [True, False])
def test_what_is_named_like_a_generation_and_is_none_stops_no_change(
    tmp_path: Path, stray: str, is_folder: bool
) -> None:
    Index.build(Source("a", "The key is red."), tmp_path / "index")
    path = tmp_path / "index" / stray
    path.mkdir() if is_folder else path.write_text("x")
    renamed = Index.open(tmp_path / "index").rename("a", "b")
    assert list(renamed.sources) == list(Index.open(tmp_path / "index").sources) == ["b"]
    assert renamed.generation < 10


def test_two_writers_take_turns(tmp_path: Path) -> None:
    order: list[str] = []

    def slow() -> None:
        with IndexWriter(tmp_path, create=True) as writer:
            order.append("slow begins")
            time.sleep(0.3)
            write_manifest(writer.folder, empty_manifest("slow"))
            writer.commit()
            order.append("slow ends")

    thread = threading.Thread(target=slow)
    thread.start()
    while not order:
        time.sleep(0.01)
    with IndexWriter(tmp_path, create=True) as writer:
        order.append("second begins")
        assert (generations.current_number(tmp_path), writer.number) == (1, 2)
        write_manifest(writer.folder, empty_manifest("second"))
        writer.commit()
    thread.join()
    assert generations.current_number(tmp_path) == 2
    assert order == ["slow begins", "slow ends", "second begins"]


def test_a_waiting_writer_says_for_which_process_and_since_when(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(lock, "_LOCK_SECONDS", 0)
    make(tmp_path)
    with IndexWriter(tmp_path):
        line = rf"^Process {os.getpid()} has been changing .* since 20\d\d-.*: wait for it to end, then try again\.$"
        with pytest.raises(StorageError, match=line), IndexWriter(tmp_path):
            pass
    assert f"Waiting: process {os.getpid()}" in caplog.text
    make(tmp_path, "next")  # a process that ended without a trace blocks nobody
    assert not (tmp_path / "BUILDER").exists()


def test_a_rollback_goes_back_to_the_generation_before_and_forward_again(tmp_path: Path) -> None:
    for content in "ab":
        make(tmp_path, content)
    assert go_back(tmp_path) == 1 and read(tmp_path) == "a"
    assert [(one.generation, one.present) for one in history(tmp_path)] == [(2, False), (1, True)]
    with pytest.raises(IndexMissingError, match=r"has no earlier generation"):
        go_back(tmp_path)
    with pytest.raises(IndexMissingError, match=r"has no generation 7: `qa log --index .*` lists"):
        go_back(tmp_path, 7)
    assert go_back(tmp_path, 2) == 2 and read(tmp_path) == "b"
    go_back(tmp_path, 1)
    make(tmp_path, "c")  # the one that answered before is kept, not the newest number
    assert [one.generation for one in history(tmp_path)] == [3, 1]


def test_a_rollback_leaves_a_damaged_generation_and_never_goes_to_one(tmp_path: Path) -> None:
    for content in "ab":
        make(tmp_path, content)
    (tmp_path / "generations" / "1" / "data" / "text").write_text("x")
    with pytest.raises(IndexDamagedError):
        go_back(tmp_path)
    assert read(tmp_path) == "b"
    (tmp_path / "CURRENT").write_text("nonsense")
    assert go_back(tmp_path) == 2 and read(tmp_path) == "b"


def test_a_purge_leaves_nothing_of_earlier_generations(tmp_path: Path) -> None:
    for content in "ab":
        make(tmp_path, content)
    (tmp_path / "suggestions.json").write_text("what is b?")
    make(tmp_path, purge=True)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["CURRENT", "LOCK", "generations"]
    assert [path.name for path in (tmp_path / "generations").iterdir()] == ["3"]


def test_a_file_in_place_of_the_folder_is_reported_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "index").write_text("")
    with pytest.raises(StorageError, match=r"is not a folder: choose another place with --index\.$"):
        make(tmp_path / "index", "x")


KILLED = """
import sys, os, time
from pathlib import Path
from manifests import empty_manifest
from qa.storage.manifest import write_manifest
from qa.storage.writing import IndexWriter
index = Path(sys.argv[1])
for n in range(1000):
    with IndexWriter(index) as writer:
        for part in range(20):
            (writer.folder / f"part{part}").write_text(str(n) * 1000)
        write_manifest(writer.folder, empty_manifest(str(n)))
        writer.commit()
"""


def test_an_index_whose_writer_is_killed_at_any_moment_still_opens(tmp_path: Path) -> None:
    make(tmp_path)
    for kill in range(12):
        command = [sys.executable, "-c", KILLED, str(tmp_path)]
        builder = subprocess.Popen(command, env={"PYTHONPATH": ":".join(sys.path)})
        time.sleep(0.35 + 0.037 * kill)
        builder.kill()
        builder.wait()
        folder, note = present(tmp_path)
        parts = {path.read_text() for path in folder.glob("part*")}
        assert parts == ({note * 1000} if note else set())


HOLDS_WITHOUT_FLOCK = """
import errno, fcntl, os, sys, time
def none(*_): raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))
fcntl.flock = none
from pathlib import Path
from qa.storage.writing import IndexWriter
with IndexWriter(Path(sys.argv[1]), create=True):
    print("held", flush=True)
    time.sleep(600)
"""


def test_without_flock_the_lock_of_a_dead_process_is_taken_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(*_: object) -> None:
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))

    command = [sys.executable, "-W", "ignore", "-c", HOLDS_WITHOUT_FLOCK, str(tmp_path)]
    holder = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert holder.stdout and holder.stdout.readline() == "held\n"
    monkeypatch.setattr(fcntl, "flock", none)
    monkeypatch.setattr("qa.storage.lock._LOCK_SECONDS", 1)
    with warnings.catch_warnings(action="ignore"):
        with (
            pytest.raises(StorageError, match=f"^Process {holder.pid} has been changing"),
            IndexWriter(tmp_path, create=True),
        ):
            pass
        holder.kill()
        holder.wait()
        monkeypatch.setattr("qa.storage.lock._LOCK_SECONDS", 60)
        make(tmp_path)
    assert generations.current_number(tmp_path) == 1


@pytest.mark.parametrize("theirs", ["generations/1/result.csv", "generations/2/manifest.json", "generations/notes.txt",
                                    "batches/mine.csv"])  # fmt: skip
def test_a_folder_that_is_no_index_is_rejected_and_nothing_in_it_is_touched(tmp_path: Path, theirs: str) -> None:
    (tmp_path / theirs).parent.mkdir(parents=True)
    (tmp_path / theirs).write_text("[]")
    with pytest.raises(StorageError, match=r"is not an index and contains .*: choose another folder"):
        make(tmp_path, "x")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [tmp_path / theirs]
    assert (tmp_path / theirs).read_text() == "[]"


def test_other_things_beside_the_generations_stay_and_are_not_taken_for_any(tmp_path: Path) -> None:
    make(tmp_path, "a")
    for name in ("1.bak", "20261125120000", "01", "２", "notes"):
        (tmp_path / "generations" / name).mkdir()
    (tmp_path / "generations" / "9").write_text("")
    before = {path.name for path in (tmp_path / "generations").iterdir()}
    make(tmp_path, "b")
    assert generations.numbers(tmp_path) == [1, 2] and read(tmp_path) == "b"
    assert {path.name for path in (tmp_path / "generations").iterdir()} == before | {"2"}


def test_generations_without_a_pointer_are_a_damaged_index_not_a_missing_one(tmp_path: Path) -> None:
    make(tmp_path, "a")
    (tmp_path / "CURRENT").unlink()
    with pytest.raises(IndexDamagedError, match=r"CURRENT is missing: repair it with `qa doctor --fix"):
        generations.current_number(tmp_path)
    make(tmp_path, "b")
    assert generations.numbers(tmp_path) == [1, 2]


def test_a_purge_that_fails_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path, "a")

    def refuse(path: object, **options: object) -> None:
        if "ignore_errors" not in options:
            raise PermissionError(errno.EPERM, "no", str(path))

    monkeypatch.setattr(shutil, "rmtree", refuse)
    with pytest.raises(StorageError, match="Cannot write to"):
        make(tmp_path, purge=True)


def test_a_purge_follows_a_generation_to_another_disk_and_removes_half_written_files(tmp_path: Path) -> None:
    index, disk = tmp_path / "index", tmp_path / "disk"
    make(index, "secret")
    (index / "generations" / "1").rename(disk)
    (index / "generations" / "1").symlink_to(disk)
    (index / "suggestions.json.x1").write_text("secret")
    make(index, purge=True)
    assert not disk.exists() and generations.numbers(index) == [2]
    assert {path.name for path in index.iterdir()} <= {"CURRENT", "LOCK", "generations"}


def test_a_rollback_checks_the_generation_first(tmp_path: Path) -> None:
    make(tmp_path, "a")
    make(tmp_path, "b")

    def refuse(index: Path, number: int) -> None:
        raise KeyError(number)

    with pytest.raises(KeyError, match="1"):
        roll_back(tmp_path, 1, check=refuse)
    assert read(tmp_path) == "b"


def test_a_manifest_of_nonsense_or_of_wrong_types_is_damaged(tmp_path: Path) -> None:
    make(tmp_path, "a")
    manifest = tmp_path / "generations" / "1" / "manifest.json"
    manifest.write_text("[" * 200_000)
    with pytest.raises(IndexDamagedError, match=r"manifest\.json is damaged"):
        generations.read_manifest(tmp_path, 1)
    assert history(tmp_path)[0].trouble
    content = {"format": 1, "created": 7}
    manifest.write_text(json.dumps({**content, "sha256": seal(content)}))
    assert "manifest.json is damaged" in history(tmp_path)[0].trouble


KILLED_WHILE_PURGING = """
import os, signal, shutil, sys
from pathlib import Path
from qa import Index
kills, unlink, removed = int(sys.argv[2]), os.unlink, 0
def counted(*given, **more):
    global removed
    unlink(*given, **more)
    removed += 1
    if removed == kills:
        os.kill(os.getpid(), signal.SIGKILL)
def purge(*given):
    os.unlink = counted
    real(*given)
from qa.storage.writing import IndexWriter
real, IndexWriter._purge = IndexWriter._purge, purge
Index.open(Path(sys.argv[1])).remove("b")
"""


@pytest.mark.parametrize("kills", [1, 3, 5, 8])
def test_a_removal_that_was_killed_while_it_purged_is_finished_by_the_next_one(tmp_path: Path, kills: int) -> None:
    Index.build([Source("a", "猫は魚を食べます。"), Source("b", "秘密の鍵は井戸の中です。")], tmp_path)
    command = [sys.executable, "-c", KILLED_WHILE_PURGING, str(tmp_path), str(kills)]
    killed = subprocess.run(command, env={"PYTHONPATH": ":".join(sys.path)}, check=False)
    assert killed.returncode == -signal.SIGKILL
    assert list(Index.open(tmp_path).sources) == ["a"]
    with contextlib.suppress(SourceError):  # the index holds it no more, and says so
        Index.open(tmp_path).remove("b")
    left = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert "秘密".encode() not in left and json.dumps("秘密").encode() not in left and "井戸".encode() not in left


def test_a_removal_also_removes_an_unreadable_generation_which_may_hold_the_name(tmp_path: Path) -> None:
    Index.build([Source("a", "猫は魚を食べます。"), Source("b", "秘密の鍵は井戸の中です。")], tmp_path)
    Index.build([Source("a", "猫は魚を食べます。")], tmp_path)
    (tmp_path / "generations" / "1" / "manifest.json").unlink()
    assert list(Index.open(tmp_path).remove("b").sources) == ["a"]
    assert generations.numbers(tmp_path) == [3]


@pytest.mark.parametrize("number", [errno.ENOSYS, errno.ENOTSUP, errno.ENOLCK])
def test_a_lock_file_left_by_a_file_system_with_flock_blocks_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def none(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    make(tmp_path, "a")
    assert (tmp_path / "LOCK").exists()
    monkeypatch.setattr(fcntl, "flock", none)
    monkeypatch.setattr(lock, "_LOCK_SECONDS", 0)
    make(tmp_path, "b")
    assert read(tmp_path) == "b" and not (tmp_path / "LOCK.held").exists()


def test_a_purge_follows_batches_to_another_disk(tmp_path: Path) -> None:
    index, disk = tmp_path / "index", tmp_path / "disk"
    make(index, "a")
    disk.mkdir()
    (disk / "x.safetensors").write_text("secret")
    (index / "batches").symlink_to(disk)
    make(index, purge=True)
    assert not (index / "batches").is_symlink() and not disk.exists()


def test_remains_that_cannot_be_removed_block_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path, "a")
    (tmp_path / "generations" / "2.unfinished").mkdir()
    (tmp_path / "generations" / "2.unfinished" / "held").write_text("by a reader")
    monkeypatch.setattr(writing, "_remove_unfinished", lambda index: [2])
    make(tmp_path, "b")
    assert read(tmp_path) == "b" and generations.current_number(tmp_path) == 3


def test_progress_can_end_the_waiting_for_the_lock(tmp_path: Path) -> None:
    def leave(event: ProgressEvent) -> None:
        assert event.stage is Stage.WAITING
        raise TimeoutError

    make(tmp_path, "a")
    with FileLock(tmp_path / "LOCK"), pytest.raises(TimeoutError), IndexWriter(tmp_path, leave):
        pass
    assert read(tmp_path) == "a"
