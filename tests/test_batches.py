"""Passages that a killed build had embedded are reused by the next build with the same model."""

from __future__ import annotations

import hashlib
import os
from dataclasses import astuple
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from qa.errors import SourceError, StorageError
from qa.index import Index
from qa.progress import ProgressEvent, Stage
from qa.search.embedding import Embedder
from qa.search.encoders import Prompts
from qa.search.states import QuantisedStates
from qa.search.tokens import QuantisedEmbedding
from qa.storage.checkpoint import _SIZE, Checkpoint
from qa.text.source import Source

STORY = "\n\n".join(f"# 第{n}話\n\n{n}匹の猫が魚を食べました。" for n in range(3 * _SIZE))


def model(fingerprint: str = "a", query: str = "", lower: int | None = 8) -> Any:
    prompts = Prompts(query, "")
    return SimpleNamespace(fingerprint=fingerprint, prompts=prompts, dimension=4, directions=None, lower=lower)


def key(number: int) -> str:
    return hashlib.sha256(str(number).encode()).hexdigest()


def passage(number: int, has_states: bool = True) -> QuantisedEmbedding:
    tokens = number % 5 + 1
    states = QuantisedStates(
        np.full((tokens + number % 3, 4), -number % 100, dtype=np.int8),
        np.full(tokens + number % 3, number, dtype=np.float16),
    )
    return QuantisedEmbedding(
        np.full(4, number, dtype=np.float32),
        np.full((tokens, 4), number % 100, dtype=np.int8),
        np.arange(2 * tokens, dtype=np.int32).reshape(tokens, 2),
        states if has_states else None,
    )


def arrays(embedding: QuantisedEmbedding) -> list[Any]:
    *own, states = astuple(embedding)
    return [*own, *states]


def kept(index: Path, count: int = 2 * _SIZE) -> Checkpoint:
    batches = Checkpoint(index, model())
    for number in range(count):
        batches.put(key(number), passage(number))
    return Checkpoint(index, model())


def test_kept_passages_are_read_back_unchanged(tmp_path: Path) -> None:
    batches = kept(tmp_path)
    assert len(batches) == 2 * _SIZE
    for number in (0, 1, _SIZE - 1, _SIZE, 2 * _SIZE - 1):
        found = batches.get(key(number))
        assert found is not None
        for one, other in zip(arrays(found), arrays(passage(number)), strict=True):
            assert one.dtype == other.dtype and np.array_equal(one, other)
    assert batches.get(key(2 * _SIZE)) is None


def test_passages_of_a_model_that_gives_no_states_are_kept_without(tmp_path: Path) -> None:
    batches = Checkpoint(tmp_path, model(lower=None))
    for number in range(_SIZE):
        batches.put(key(number), passage(number, has_states=False))
    found = Checkpoint(tmp_path, model(lower=None)).get(key(3))
    assert found is not None and found.states is None
    assert np.array_equal(found.tokens, passage(3).tokens)


def test_only_full_files_are_written(tmp_path: Path) -> None:
    assert len(kept(tmp_path, _SIZE - 1)) == 0
    assert len(kept(tmp_path, _SIZE + 1)) == _SIZE


@pytest.mark.parametrize("other", [model("b"), model(query="query: "), model(lower=None)])
def test_passages_of_another_model_or_prompt_are_removed(tmp_path: Path, other: Any) -> None:
    kept(tmp_path)
    assert len(Checkpoint(tmp_path, other)) == 0
    assert list((tmp_path / "batches").iterdir()) == []


@pytest.mark.parametrize(
    "damage", [lambda whole: whole[:-1], lambda whole: b"", lambda whole: whole[:9] + b"!" + whole[10:]]
)
def test_a_file_that_is_cut_or_changed_is_ignored(tmp_path: Path, damage: Any) -> None:
    kept(tmp_path)
    first = sorted((tmp_path / "batches").rglob("*.safetensors"))[0]
    first.write_bytes(damage(first.read_bytes()))
    assert len(Checkpoint(tmp_path, model())) == _SIZE
    assert not first.exists()


class StoppedError(BaseException):
    """Stands for Ctrl-C; a kill leaves the same files."""


def stop_after(passages: int) -> Any:
    def progress(event: ProgressEvent) -> None:
        if event.stage is Stage.EMBEDDING and event.done == passages:
            raise StoppedError

    return progress


def test_an_interrupted_build_continues_where_it_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    embedded: list[int] = []
    embed = Embedder.embed_passages

    def counted(self: Embedder, texts: list[str], *rest: Any) -> Any:
        embedded.append(len(texts))
        return embed(self, texts, *rest)

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
    assert resumed.states is not None and whole.states is not None
    for number in range(len(whole.passages)):
        ours, theirs = resumed.states.of(number), whole.states.of(number)
        assert (ours.context, ours.spans.tolist()) == (theirs.context, theirs.spans.tolist())
        # They were in batches with other passages: the last digits differ.
        np.testing.assert_allclose(ours.hidden.astype(float), theirs.hidden.astype(float), atol=0.1)


def called_off_after(passages: int, error: type[Exception]) -> Any:
    def progress(event: ProgressEvent) -> None:
        if event.stage is Stage.EMBEDDING and event.done == passages:
            raise error

    return progress


@pytest.mark.parametrize("error", [RuntimeError, TimeoutError])
def test_a_build_ended_by_the_caller_leaves_no_passages_behind(tmp_path: Path, error: type[Exception]) -> None:
    with pytest.raises(error):
        Index.build(Source("story", STORY), tmp_path, progress=called_off_after(_SIZE + 1, error))
    assert not (tmp_path / "batches").exists()


@pytest.mark.parametrize("stage", [Stage.SPLITTING, Stage.EMBEDDING, Stage.WRITING])
@pytest.mark.parametrize("add", [False, True])
def test_an_error_of_the_progress_callable_comes_out_unchanged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stage: Stage, add: bool
) -> None:
    monkeypatch.setattr("qa.storage.checkpoint._SIZE", 1)
    index = Index.build(Source("cats", "猫は魚を食べます。"), tmp_path)
    error = TimeoutError()

    def end(event: ProgressEvent) -> None:
        if event.stage is stage and event.done == event.total - (stage is Stage.SPLITTING):
            raise error

    with pytest.raises(TimeoutError) as caught:
        dogs = Source("dogs", "犬は肉を食べます。\n\n犬は庭で眠ります。")
        _ = index.add(dogs, progress=end) if add else Index.build(dogs, tmp_path, progress=end)
    assert caught.value is error
    assert [path.name for path in (tmp_path / "generations").iterdir()] == ["1"]
    assert not (tmp_path / "batches").exists()


def test_passages_of_a_build_that_could_not_be_written_are_reused_by_the_next_try(tmp_path: Path) -> None:
    Index.build([Source("cats", "猫は魚を食べます。"), Source("dogs", "犬は肉を食べます。")], tmp_path)

    def refuse(event: ProgressEvent) -> None:
        if event.stage is Stage.WRITING:
            (tmp_path / "generations" / "2.unfinished" / "sources").mkdir()  # where the texts would be written

    with pytest.raises(StorageError):
        Index.open(tmp_path).add(Source("story", STORY), progress=refuse)
    with pytest.raises(SourceError):
        Index.open(tmp_path).remove("no such text")
    Index.open(tmp_path).add(Source("birds", "鳥は虫を食べます。"))
    story = Index.open(tmp_path).add(Source("story", STORY))
    assert story.built and story.built.reused == 3 + 3 * _SIZE
    assert not (tmp_path / "batches").exists()


def test_a_removal_also_removes_the_kept_passages(tmp_path: Path) -> None:
    Index.build([Source("cats", "猫は魚を食べます。"), Source("dogs", "犬は肉を食べます。")], tmp_path)
    with pytest.raises(StoppedError):
        Index.open(tmp_path).add(Source("story", STORY), progress=stop_after(_SIZE + 1))
    assert (tmp_path / "batches").exists()
    Index.open(tmp_path).remove("dogs")
    assert not (tmp_path / "batches").exists()


def test_passages_kept_for_a_week_are_removed(tmp_path: Path) -> None:
    kept(tmp_path)
    first = sorted((tmp_path / "batches").rglob("*.safetensors"))[0]
    os.utime(first, (0, 0))
    assert len(Checkpoint(tmp_path, model())) == _SIZE
    assert not first.exists()
