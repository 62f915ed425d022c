"""What is uploaded lies in a folder of the server's own, and neither outlives it nor stays for long."""

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


def test_the_folder_is_gone_when_its_server_is(temporary: Path) -> None:
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


def test_what_a_server_that_was_killed_left_goes_with_the_next_start_and_a_living_ones_stays(temporary: Path) -> None:
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


def test_what_nobody_writes_to_any_more_goes(temporary: Path) -> None:
    with upload_folder() as folder:
        for name, age in {"old/tmp1": 7200, "old/tmp2": 10}.items():
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_text("half")
            os.utime(folder / name, (time.time() - age,) * 2)
        os.utime(next(folder.glob(".held")), (0, 0))
        sweep(folder, 3600)
        assert sorted(path.name for path in folder.rglob("*") if path.is_file()) == [".held", "tmp2"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_server_that_is_told_to_end_leaves_nothing_of_what_was_uploaded(
    article_index: Path, tmp_path: Path, number: signal.Signals
) -> None:
    command = [sys.executable, "-m", "qa", "serve", "--index", str(article_index), "--port", "0"]
    environment = {**os.environ, "TMPDIR": str(tmp_path)}

    def heard() -> None:  # whatever these tests were started by
        signal.signal(number, signal.SIG_DFL)

    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment, preexec_fn=heard)
    assert server.stdout and "answers at" in server.stdout.readline()
    (folder,) = tmp_path.iterdir()
    (folder / "a.txt").write_text("猫")
    server.send_signal(number)
    assert server.wait(10) == 0
    assert list(tmp_path.iterdir()) == []


def test_a_server_whose_terminal_closes_goes_on_if_it_was_started_so(article_index: Path, tmp_path: Path) -> None:
    command = ["nohup", sys.executable, "-m", "qa", "serve", "--index", str(article_index), "--port", "0"]
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment)
    assert server.stdout and "answers at" in server.stdout.readline()
    server.send_signal(signal.SIGHUP)
    with pytest.raises(subprocess.TimeoutExpired):
        server.wait(3)
    server.terminate()
    assert server.wait(10) == 0
