"""Each fault that the doctor knows is caused, and found by name with its remedy."""

from __future__ import annotations

import json
import shutil
from collections import namedtuple
from pathlib import Path

import platformdirs
import pytest
from click.testing import CliRunner
from filelock import FileLock
from manifests import rewrite_manifest

from qa.catalogue import languages
from qa.cli import main
from qa.maintenance.doctor import Check, check

ALL = [
    "python",
    "libraries",
    "cache",
    "disk",
    "index",
    "earlier",
    "changes",
    "model",
    "fit",
    "reader",
    "search",
    "recall",
    "terms",
]


def by_name(checks: list[Check]) -> dict[str, Check]:
    return {one.name: one for one in checks}


def the_fault(checks: list[Check]) -> Check:
    """Return the one check that failed; it alone has a remedy."""
    (fault,) = [one for one in checks if not one.ok]
    assert fault.advice.endswith(".")
    assert all(one.advice == "" and one.remedy == "" for one in checks if one.ok)
    return fault


@pytest.fixture
def index_copy(tmp_path: Path, article_index: Path) -> Path:
    copy = tmp_path / "index"
    shutil.copytree(article_index, copy)
    return copy


def test_a_whole_index_passes_every_check_and_its_own_text_finds_itself(article_index: Path) -> None:
    checks = check(article_index)
    assert [one.name for one in checks if one.ok] == ALL
    assert {one.advice for one in checks} == {""}
    details = {name: one.detail for name, one in by_name(checks).items()}
    assert details["python"].startswith("Python 3.")
    assert "sentence-transformers " in details["libraries"]
    assert "generation 1" in details["index"]
    assert "multilingual-e5-small" in details["model"]


def test_a_missing_index_is_the_only_fault_and_names_the_command(tmp_path: Path) -> None:
    checks = check(tmp_path / "none")
    fault = the_fault(checks)
    assert fault.name == "index"
    assert "qa build" in fault.advice
    assert [one.name for one in checks] == [*ALL[:5], "model"]


@pytest.mark.parametrize("name", ["LOCK", "BUILDER", "batches"])
def test_an_obstacle_to_every_change_is_found(index_copy: Path, name: str) -> None:
    place = index_copy / name
    if name == "batches":
        shutil.rmtree(place, ignore_errors=True)
        place.write_text("")
    else:
        place.unlink(missing_ok=True)
        place.mkdir()
    assert the_fault(check(index_copy)).name == "changes"


def test_an_index_that_is_being_changed_is_not_a_fault(index_copy: Path) -> None:
    with FileLock(index_copy / "LOCK"):
        checks = check(index_copy)
    assert all(one.ok for one in checks)
    assert "is locked by process" in by_name(checks)["changes"].detail


def test_a_check_changes_nothing(index_copy: Path) -> None:
    check(index_copy)
    before = sorted(index_copy.rglob("*"))
    check(index_copy)
    assert sorted(index_copy.rglob("*")) == before


def test_a_model_that_is_gone_is_replaced_by_one_command(index_copy: Path) -> None:
    rewrite_manifest(index_copy, {"model": {"name": str(index_copy / "gone")}})
    fault = the_fault(check(index_copy))
    assert fault.name == "model" and "`qa doctor --fix --model NAME --index" in fault.advice


def test_a_changed_file_of_the_index_is_found_by_its_checksum(index_copy: Path) -> None:
    file = next(path for path in index_copy.rglob("*") if path.is_file() and path.name.startswith("spans"))
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.write_bytes(content)
    fault = the_fault(check(index_copy))
    assert fault.name == "index"
    assert file.name in fault.detail
    assert "qa doctor --fix" in fault.advice


def test_an_index_of_another_model_does_not_fit(index_copy: Path) -> None:
    rewrite_manifest(index_copy, {"model": {"fingerprint": "0" * 16}})
    fault = the_fault(check(index_copy))
    assert fault.name == "fit"
    assert "0" * 16 in fault.detail
    assert "qa doctor --fix" in fault.advice


def test_a_cache_folder_that_cannot_be_written_is_found(
    tmp_path: Path, article_index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("not a folder", encoding="utf-8")
    monkeypatch.setattr(platformdirs, "user_cache_path", lambda name: tmp_path / "file" / name)
    fault = the_fault(check(article_index))
    assert fault.name == "cache"
    assert "XDG_CACHE_HOME" in fault.advice


def test_a_full_disk_is_found(article_index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10**9, 10**9, 10**6))
    fault = the_fault(check(article_index))
    assert fault.name == "disk"
    assert fault.advice == "Free 200 MB there."


def test_a_missing_library_is_found_and_nothing_is_imported_after(
    article_index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from qa.maintenance import doctor

    monkeypatch.setattr(doctor, "_requirements", lambda: [("faiss-cpu", "99.0"), ("no-such-library", "1")])
    checks = check(article_index)
    fault = the_fault(checks)
    assert fault.name == "libraries"
    assert "no-such-library is not installed" in fault.detail
    assert "is older than 99.0" in fault.detail
    assert [one.name for one in checks] == ALL[:4]


def test_the_command_exits_with_0_when_all_is_well_and_1_when_not(tmp_path: Path, article_index: Path) -> None:
    well = CliRunner().invoke(main, ["doctor", "--index", str(article_index)])
    assert well.exit_code == 0
    assert [line.split()[:2] for line in well.stdout.splitlines()] == [["ok", f"{name}:"] for name in ALL]
    ill = CliRunner().invoke(main, ["doctor", "--index", str(tmp_path), "--json"])
    assert ill.exit_code == 1
    printed = json.loads(ill.stdout)
    assert list(printed) == ["ok", "checks"]
    assert printed["ok"] is False
    assert [one["name"] for one in printed["checks"] if not one["ok"]] == ["index"]
    assert list(printed["checks"][0]) == ["name", "ok", "detail", "remedy"]


def test_a_check_has_a_sentence_in_every_language_and_its_command(index_copy: Path) -> None:
    rewrite_manifest(index_copy, {"model": {"fingerprint": "0" * 16}})
    for check_ in check(index_copy):
        told = {tag: words.say_plainly(check_.found.key, **check_.found.values) for tag, words in languages().items()}
        assert not any("{" in one or "Sentence" in one for one in told.values())
        assert all(check_.remedy in one for one in told.values())
        assert len(set(told.values())) > 1
    assert check_.remedy == f"qa doctor --fix --index {index_copy}"
    assert told["ja"].endswith(f"`{check_.remedy}` で、保存してある資料から索引を作り直してください。")
    assert str(check_.found) == f"{check_.detail}: {check_.advice[:1].lower()}{check_.advice[1:]}"


def test_a_colon_in_a_path_is_not_taken_for_the_start_of_the_remedy(tmp_path: Path) -> None:
    index = tmp_path / "x: y"
    fault = the_fault(check(index))
    command = f"qa build PATH --index '{index}'"
    assert fault.detail == f"There is no index in {index}"
    assert fault.advice == f"Create one with `{command}`."


def test_an_error_without_a_command_gives_advice_too(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    fault = the_fault(check(tmp_path / "file"))
    assert fault.detail == f"{tmp_path / 'file'} is not a folder"
    assert fault.advice == "Give the index folder with --index."
