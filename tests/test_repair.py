"""A damaged index answers again from whatever of it is whole, and what is whole is never touched."""

from __future__ import annotations

import errno
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from manifests import rewrite_manifest

from qa.answer import answer
from qa.cli import main
from qa.errors import IndexDamagedError, IndexMismatchError, IndexMissingError
from qa.index import Index
from qa.maintenance.doctor import check
from qa.maintenance.repair import repair
from qa.search.lexical import BM25, tokenize
from qa.search.store import FaissStore
from qa.search.weights import DEFAULT_MODEL
from qa.storage import generations
from qa.storage.generations import history
from qa.storage.writing import IndexWriter
from qa.text.source import Source

OLD, NEW = Source("庭", "門の鍵は青い箱の中にあります。"), Source("庭", "門の鍵は赤い箱の中にあります。")
QUESTION = "門の鍵はどこですか"


@pytest.fixture
def index(tmp_path: Path) -> Path:
    """An index of two generations."""
    Index.build(OLD, tmp_path / "index")
    Index.build(NEW, tmp_path / "index")
    return tmp_path / "index"


def quote(index: Path) -> str:
    return answer(index, QUESTION).citations[0].quote


def everything(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_whole_index_is_left_as_it_is(index: Path) -> None:
    before = everything(index)
    assert repair(index) == ""
    assert everything(index) == before


@pytest.mark.parametrize("name", ["faiss.index", "spans.npy", "tokens/vectors.i8"])
def test_an_index_with_whole_texts_is_rebuilt_from_them(index: Path, name: str) -> None:
    file = index / "generations" / "2" / name
    file.write_bytes(file.read_bytes()[:-1])
    assert repair(index) == "The index was rebuilt from its own texts (1): it is generation 3 now."
    assert quote(index) == NEW.text


def test_an_index_of_another_model_is_rebuilt_from_its_texts(index: Path) -> None:
    rewrite_manifest(index, {"model": {"fingerprint": "0" * 16}})
    assert "rebuilt" in repair(index)
    assert quote(index) == NEW.text


@pytest.mark.parametrize(
    ("damage", "number", "expected"),
    [
        (lambda index: (index / "generations/2/sources/0000.txt").write_text("x"), 1, OLD),
        (lambda index: (index / "generations/2/manifest.json").unlink(), 1, OLD),
        (lambda index: (index / "CURRENT").write_text("x"), 2, NEW),
        (lambda index: (index / "CURRENT").write_text("9"), 2, NEW),
    ],
)
def test_with_damaged_texts_it_goes_back_to_the_newest_whole_generation(
    index: Path, damage: Callable[[Path], object], number: int, expected: Source
) -> None:
    damage(index)
    assert repair(index).endswith(f"the index went back to generation {number}.")
    assert quote(index) == expected.text


def test_a_text_that_is_whole_in_another_generation_is_taken_from_there(tmp_path: Path) -> None:
    Index.build(OLD, tmp_path)
    Index.open(tmp_path).add(Source("犬", "犬は肉を食べます。"))
    (tmp_path / "generations/2/sources/0000.txt").write_text("x")
    assert "rebuilt from its own texts (2)" in repair(tmp_path)
    assert {name: source.text for name, source in Index.open(tmp_path).sources.items()} == {
        "庭": OLD.text,
        "犬": "犬は肉を食べます。",
    }


def test_texts_that_are_lost_are_named(tmp_path: Path) -> None:
    Index.build(OLD, tmp_path)
    Index.open(tmp_path).add(Source("犬", "犬は肉を食べます。"))
    (tmp_path / "generations/2/sources/0001.txt").write_text("x")
    assert repair(tmp_path).endswith("the index went back to generation 1, without 犬.")


def test_without_a_whole_generation_it_is_rebuilt_from_the_newest_whole_texts(index: Path) -> None:
    (index / "generations/2/sources/0000.txt").write_text("x")
    (index / "generations/1/faiss.index").write_bytes(b"")
    assert "rebuilt from its own texts (1)" in repair(index)
    assert quote(index) == OLD.text


def test_a_repair_accepts_texts_longer_than_new_ones_may_be(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qa.index.DEFAULT_MAX_CHARS", 3)
    (index / "generations/2/faiss.index").write_bytes(b"")
    assert "rebuilt" in repair(index)


def test_a_generation_without_a_pointer_is_found(index: Path) -> None:
    (index / "CURRENT").unlink()
    assert repair(index).endswith("the index went back to generation 2.")
    assert quote(index) == NEW.text


def test_another_model_can_be_named_when_its_own_is_gone(index: Path) -> None:
    rewrite_manifest(index, {"model": {"name": str(index / "gone")}})
    assert CliRunner().invoke(main, ["doctor", "--fix", "--index", str(index)]).exit_code == 1
    command = ["doctor", "--fix", "--model", DEFAULT_MODEL, "--index", str(index)]
    repaired = CliRunner().invoke(main, command)
    assert repaired.exit_code == 0 and "rebuilt" in repaired.stdout
    assert quote(index) == NEW.text


def test_with_nothing_whole_it_says_so_and_touches_nothing(index: Path) -> None:
    for number in (1, 2):
        (index / "generations" / str(number) / "sources" / "0000.txt").write_text("x")
    before = everything(index)
    with pytest.raises(IndexDamagedError, match=r"^No part of the index in .* can be recovered: build it again with"):
        repair(index)
    assert everything(index) == before


def test_without_an_index_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(IndexMissingError, match="There is no index"):
        repair(tmp_path / "nowhere")


def test_the_command_repairs_then_checks(index: Path) -> None:
    (index / "generations" / "2" / "spans.npy").write_bytes(b"")
    repaired = CliRunner().invoke(main, ["doctor", "--fix", "--index", str(index), "--json"])
    assert repaired.exit_code == 0, repaired.output
    told = json.loads(repaired.stdout)
    assert list(told) == ["ok", "checks", "fixed"] and told["ok"] and "rebuilt" in told["fixed"]
    again = CliRunner().invoke(main, ["doctor", "--fix", "--index", str(index)])
    assert again.stdout.startswith("The index needs no repair.\n") and again.exit_code == 0


def after(change: str) -> type[IndexWriter]:
    """A writer that gets the lock after another process has changed the index."""

    class Waiting(IndexWriter):
        def __enter__(self) -> IndexWriter:
            command = [sys.executable, "-c", change, str(self.index)]
            subprocess.run(command, check=True, env={"PYTHONPATH": ":".join(sys.path)})
            return super().__enter__()

    return Waiting


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ('Index.open(path).remove("犬")', ["庭"]),
        ('Index.open(path).add(Source("鳥", "鳥は虫を食べます。"))', ["庭", "犬", "鳥"]),
    ],
)
def test_a_change_by_another_process_while_waiting_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: str, expected: list[str]
) -> None:
    Index.build([NEW, Source("犬", "犬は肉を食べます。")], tmp_path)
    (tmp_path / "generations" / "1" / "faiss.index").write_bytes(b"")
    imports = "import sys; from qa import Index, Source; from qa.maintenance.repair import repair; path = sys.argv[1]"
    repair_then = f"{imports}; repair(path); {change}"
    monkeypatch.setattr("qa.maintenance.repair.IndexWriter", after(repair_then))
    assert repair(tmp_path) == ""
    assert list(Index.open(tmp_path).sources) == expected


def test_with_its_model_gone_and_its_files_damaged_it_is_rebuilt_with_another_model(index: Path) -> None:
    rewrite_manifest(index, {"model": {"name": str(index / "gone")}})
    (index / "generations/2/faiss.index").write_bytes(b"")
    assert "rebuilt" in repair(index, DEFAULT_MODEL)
    assert quote(index) == NEW.text


def test_a_generation_that_cannot_be_read_for_now_is_kept(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = generations.file_sha256

    def refused(path: Path) -> str:
        if "generations/1" in path.as_posix():
            raise OSError(errno.EMFILE, "Too many open files")
        return real(path)

    monkeypatch.setattr(generations, "file_sha256", refused)
    assert repair(index) == "" and [entry.generation for entry in history(index)] == [2, 1]


def test_a_damaged_earlier_generation_is_removed(index: Path) -> None:
    (index / "generations" / "1" / "manifest.json").unlink()
    assert repair(index) == "Earlier generations that could no longer be read were removed: 1."
    assert [entry.generation for entry in history(index)] == [2] and repair(index) == ""


def test_a_damaged_generation_with_lost_texts_stays_until_the_next_repair(index: Path) -> None:
    (index / "generations/2/sources/0000.txt").write_text("x")
    assert repair(index).endswith("the index went back to generation 1.")
    assert [entry.generation for entry in history(index)] == [2, 1]
    assert repair(index) == "Earlier generations that could no longer be read were removed: 2."


def test_an_index_of_another_format_is_left_alone_with_an_error(index: Path) -> None:
    file = index / "generations" / "2" / "manifest.json"
    file.write_text(file.read_text(encoding="utf-8").replace('"format": 3', '"format": 7'), encoding="utf-8")
    with pytest.raises(IndexMismatchError, match="has format 7, but this version reads format 3"):
        repair(index)


def test_the_command_embeds_again_when_embeddings_do_not_belong_to_their_texts(index: Path) -> None:
    other = Index.build([OLD, Source("犬", "犬は肉を食べます。")], index.parent / "other")
    FaissStore(other.store.vectors[1:], BM25([tokenize(NEW.text)])).save(index / "generations" / "2")
    rewrite_manifest(index, {})
    (fault,) = [one for one in check(index) if not one.ok]
    assert (fault.name, fault.advice) == (
        "search", f"Rebuild the index from its own texts with `qa doctor --fix --index {index}`.",
    )  # fmt: skip
    repaired = CliRunner().invoke(main, ["doctor", "--fix", "--index", str(index)])
    assert repaired.exit_code == 0 and "rebuilt from its own texts (1)" in repaired.stdout
