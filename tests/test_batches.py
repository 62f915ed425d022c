"""What a killed build had embedded is taken up by the next, if it is whole and the same model's."""

from __future__ import annotations

import hashlib
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from qa.batches import _SIZE, Batches, Embedding
from qa.embedding import Embedder, Prompts
from qa.index import Index
from qa.sources import Source

STORY = "\n\n".join(f"第{n}話。{n}匹の猫が魚を食べました。" for n in range(3 * _SIZE))


def model(fingerprint: str = "a", query: str = "") -> Any:
    return SimpleNamespace(fingerprint=fingerprint, prompts=Prompts(query, ""), dimension=4)


def key(number: int) -> str:
    return hashlib.sha256(str(number).encode()).hexdigest()


def passage(number: int) -> Embedding:
    tokens = number % 5 + 1
    return (
        np.full(4, number, dtype=np.float32),
        np.full((tokens, 4), number % 100, dtype=np.int8),
        np.arange(2 * tokens, dtype=np.int32).reshape(tokens, 2),
    )


def kept(index: Path, count: int = 2 * _SIZE) -> Batches:
    batches = Batches(index, model())
    for number in range(count):
        batches.put(key(number), passage(number))
    return Batches(index, model())


def test_what_was_put_aside_is_there_again_as_it_was(tmp_path: Path) -> None:
    batches = kept(tmp_path)
    assert len(batches) == 2 * _SIZE
    for number in (0, 1, _SIZE - 1, _SIZE, 2 * _SIZE - 1):
        found = batches.get(key(number))
        assert found is not None
        for one, other in zip(found, passage(number), strict=True):
            assert one.dtype == other.dtype and np.array_equal(one, other)
    assert batches.get(key(2 * _SIZE)) is None


def test_only_full_files_are_written(tmp_path: Path) -> None:
    assert len(kept(tmp_path, _SIZE - 1)) == 0
    assert len(kept(tmp_path, _SIZE + 1)) == _SIZE


@pytest.mark.parametrize("other", [model("b"), model(query="query: ")])
def test_what_another_model_or_prompt_left_is_removed(tmp_path: Path, other: Any) -> None:
    kept(tmp_path)
    assert len(Batches(tmp_path, other)) == 0
    assert list((tmp_path / "batches").iterdir()) == []


@pytest.mark.parametrize(
    "damage", [lambda whole: whole[:-1], lambda whole: b"", lambda whole: whole[:9] + b"!" + whole[10:]]
)
def test_a_file_that_is_cut_or_changed_is_left_out(tmp_path: Path, damage: Any) -> None:
    kept(tmp_path)
    first = sorted((tmp_path / "batches").rglob("*.safetensors"))[0]
    first.write_bytes(damage(first.read_bytes()))
    assert len(Batches(tmp_path, model())) == _SIZE
    assert not first.exists()


class StoppedError(BaseException):
    """Stands for Ctrl-C; a kill leaves the same files."""


def stop_after(passages: int) -> Any:
    def progress(done: int, total: int, what: str) -> None:
        if what == "embedding" and done == passages:
            raise StoppedError

    return progress


def test_a_build_that_was_interrupted_goes_on_where_it_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    embedded: list[int] = []
    embed = Embedder.embed_passages

    def counted(self: Embedder, texts: list[str], progress: Any = None) -> Any:
        embedded.append(len(texts))
        return embed(self, texts, progress)

    monkeypatch.setattr(Embedder, "embed_passages", counted)
    source = Source("story", STORY)
    with pytest.raises(StoppedError):
        Index.build(source, tmp_path / "resumed", progress=stop_after(2 * _SIZE + 3))
    resumed = Index.build(source, tmp_path / "resumed")
    assert resumed.built and resumed.built.reused == 2 * _SIZE
    assert embedded[0] - embedded[1] == 2 * _SIZE
    assert not (tmp_path / "resumed" / "batches").exists()
    whole = Index.build(source, tmp_path / "whole")
    assert np.allclose(resumed.store.vectors, whole.store.vectors, atol=1e-5)
    assert resumed.passages == whole.passages


def test_what_fails_or_is_called_off_leaves_nothing_aside(tmp_path: Path) -> None:
    def called_off(done: int, total: int, what: str) -> None:
        if done == _SIZE + 1:
            raise RuntimeError

    with pytest.raises(RuntimeError):
        Index.build(Source("story", STORY), tmp_path, progress=called_off)
    assert not (tmp_path / "batches").exists()
