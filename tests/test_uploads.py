"""Uploaded files are in a folder of the server's own, and are deleted after a while and when the server ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from qa.service.uploads import sweep, upload_folder


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path


def test_the_folder_is_deleted_with_its_server(temporary: Path) -> None:
    with upload_folder() as folder:
        assert folder.parent == temporary
        (folder / "a.txt").write_text("猫")
    assert list(temporary.iterdir()) == []


HOLDS = """
import sys, tempfile, time
tempfile.tempdir = sys.argv[1]
from qa.service.uploads import upload_folder
with upload_folder() as folder:
    (folder / "a.txt").write_text("猫")
    print(folder, flush=True)
    time.sleep(600)
"""


def test_the_folder_of_a_killed_server_is_deleted_at_the_next_start_and_that_of_a_running_one_is_not(
    temporary: Path,
) -> None:
    servers = [
        subprocess.Popen([sys.executable, "-c", HOLDS, str(temporary)], stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    killed, living = [Path(server.stdout.readline().strip()) for server in servers if server.stdout]
    foreign = temporary / "cited-qa-notes"
    foreign.mkdir()
    servers[0].kill()
    servers[0].wait()
    with upload_folder() as folder:
        assert set(temporary.iterdir()) == {living, foreign, folder}
        assert (living / "a.txt").read_text() == "猫"
    servers[1].kill()
    servers[1].wait()
    assert killed != living


def test_files_that_were_not_written_for_a_while_are_deleted(temporary: Path) -> None:
    with upload_folder() as folder:
        for name, age in {"old/tmp1": 7200, "old/tmp2": 10}.items():
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_text("half")
            os.utime(folder / name, (time.time() - age,) * 2)
        os.utime(next(folder.glob(".held")), (0, 0))
        sweep(folder, 3600)
        assert sorted(path.name for path in folder.rglob("*") if path.is_file()) == [".held", "tmp2"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_server_that_is_told_to_end_deletes_what_was_uploaded(
    article_index: Path, tmp_path: Path, number: signal.Signals
) -> None:
    command = [sys.executable, "-m", "qa", "serve", "--index", str(article_index), "--port", "0"]
    environment = {**os.environ, "TMPDIR": str(tmp_path)}

    def not_ignored() -> None:  # even if these tests were started to ignore it
        signal.signal(number, signal.SIG_DFL)

    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment, preexec_fn=not_ignored)
    assert server.stdout and "is running at" in server.stdout.readline()
    (folder,) = tmp_path.iterdir()
    (folder / "a.txt").write_text("猫")
    server.send_signal(number)
    assert server.wait(10) == 0
    assert list(tmp_path.iterdir()) == []


def test_a_server_that_was_started_with_nohup_outlives_its_terminal(article_index: Path, tmp_path: Path) -> None:
    command = ["nohup", sys.executable, "-m", "qa", "serve", "--index", str(article_index), "--port", "0"]
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment)
    assert server.stdout and "is running at" in server.stdout.readline()
    server.send_signal(signal.SIGHUP)
    with pytest.raises(subprocess.TimeoutExpired):
        server.wait(3)
    server.terminate()
    assert server.wait(10) == 0
