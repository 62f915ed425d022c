"""A broken index answers again from what of it is whole, and what is whole is never touched."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from qa.answer import answer
from qa.cli import main
from qa.errors import IndexDamagedError, IndexMissingError
from qa.generations import write_manifest
from qa.index import Index
from qa.repair import repair
from qa.sources import Source

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
def test_with_its_texts_whole_it_is_built_anew_of_them(index: Path, name: str) -> None:
    file = index / "generations" / "2" / name
    file.write_bytes(file.read_bytes()[:-1])
    assert repair(index) == "The index was built anew of its own 1 texts: it is generation 3 now."
    assert quote(index) == NEW.text


def test_an_index_of_another_model_is_built_anew_of_its_texts(index: Path) -> None:
    folder = index / "generations" / "2"
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    (folder / "manifest.json").unlink()
    kept = {key: value for key, value in manifest.items() if key not in ("format", "files", "sha256")}
    write_manifest(folder, kept | {"model": kept["model"] | {"fingerprint": "0" * 16}})
    assert "built anew" in repair(index)
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
def test_else_it_goes_back_to_the_newest_generation_that_is_whole(
    index: Path, damage: Callable[[Path], object], number: int, expected: Source
) -> None:
    damage(index)
    assert repair(index).endswith(f"the index went back to generation {number}.")
    assert quote(index) == expected.text


def test_where_nothing_is_whole_it_says_so_and_touches_nothing(index: Path) -> None:
    for number in (1, 2):
        (index / "generations" / str(number) / "sources" / "0000.txt").write_text("x")
    before = everything(index)
    with pytest.raises(IndexDamagedError, match=r"^Nothing of the index in .* is whole: make it anew with"):
        repair(index)
    assert everything(index) == before


def test_where_there_is_none_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(IndexMissingError, match="There is no index"):
        repair(tmp_path / "nowhere")


def test_the_command_mends_then_checks(index: Path) -> None:
    (index / "generations" / "2" / "spans.npy").write_bytes(b"")
    mended = CliRunner().invoke(main, ["doctor", "--fix", "--index", str(index), "--json"])
    assert mended.exit_code == 0, mended.output
    told = json.loads(mended.stdout)
    assert list(told) == ["ok", "checks", "fixed"] and told["ok"] and "built anew" in told["fixed"]
    again = CliRunner().invoke(main, ["doctor", "--fix", "--index", str(index)])
    assert again.stdout.startswith("The index needs no mending.\n") and again.exit_code == 0
