"""Short runs of the measurements in ``bench/faults/``, whose full results are in ``docs/``."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

FAULTS = Path(__file__).parents[1] / "bench" / "faults"


def measurement(name: str) -> ModuleType:
    spec = spec_from_file_location(name, FAULTS / f"{name}.py")
    assert spec and spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_damaged_index_names_the_damage_or_answers_correctly(capsys: pytest.CaptureFixture[str]) -> None:
    assert measurement("damages").main(80) == 0, capsys.readouterr().err


def test_strange_input_leads_to_no_traceback_and_no_wrong_offset(capsys: pytest.CaptureFixture[str]) -> None:
    assert measurement("fuzz").main(60) == 0, capsys.readouterr().err


@pytest.mark.skipif(sys.platform == "win32", reason="forks")
def test_a_change_killed_anywhere_leaves_the_texts_before_or_after_it_never_a_mixture() -> None:
    command = [sys.executable, str(FAULTS / "kills.py"), "--kills", "3", "--calls", "1"]  # one of each change
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr + done.stdout
    killed = re.findall(r"^\| (\w+)[^|]*\| +([1-9])", done.stdout, re.MULTILINE)
    assert ("at" in dict(killed)) == ("skipped" not in done.stdout) and len(killed) > 1, done.stdout


@pytest.mark.skipif(sys.platform != "linux", reason="mounts a small disk, or limits the size of files")
def test_a_disk_that_fills_up_or_goes_away_is_reported_in_one_sentence_and_nothing_is_lost() -> None:
    command = [sys.executable, str(FAULTS / "disk.py"), "--times", "2"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr + done.stdout


@pytest.mark.skipif(sys.platform != "linux", reason="looks at the memory in /proc")
def test_each_of_many_users_is_answered_from_one_generation_while_the_index_changes() -> None:
    command = [sys.executable, str(FAULTS / "users.py"), "--users", "6", "--minutes", "0.08"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr + done.stdout
    assert re.search(r"mixed or wrong +\| 0 \|\n.*lost +\| 0 \|\n.*meanwhile +\| [1-9]", done.stdout)
