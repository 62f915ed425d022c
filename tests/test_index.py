"""An index holds the texts unchanged, reuses what is already embedded, and never mixes models."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Condition, get_ident
from typing import Any

import numpy as np
import pytest
from manifests import rewrite_manifest

from qa.answer import answer, least_confidence
from qa.answering.finding import find
from qa.errors import (
    IndexDamagedError,
    IndexMismatchError,
    IndexMissingError,
    ModelError,
    SourceError,
    StorageError,
)
from qa.index import Index
from qa.progress import ProgressEvent, Stage
from qa.retrieval import prepare
from qa.search.config import DEFAULT_CONFIG, Boldness
from qa.search.lexical import tokenize
from qa.search.store import FaissStore
from qa.search.term_cache import TermCache
from qa.search.weights import default_model_folder
from qa.storage import generations
from qa.storage.contents import read_contents
from qa.storage.lock import locked
from qa.storage.manifest import FILE, FORMAT_VERSION
from qa.storage.rollback import roll_back
from qa.suggestions import suggestions_of
from qa.text.marks import Kind, Mark
from qa.text.passages import Chunking, split_passages
from qa.text.source import Source

TEXT = "第一章 猫\n\n猫は魚を食べます。犬は肉を食べます。\r\n\r\n第二章 鳥\n\nThe bird sings, e.g. at dawn. \ufeffEnd."


def test_texts_are_stored_and_read_back_unchanged(tmp_path: Path) -> None:
    built = Index.build([Source("a", TEXT), Source("b", "二つ目の文です。")], tmp_path)
    opened = Index.open(tmp_path)
    assert {name: source.text for name, source in opened.sources.items()} == {"a": TEXT, "b": "二つ目の文です。"}
    assert opened.passages == built.passages
    assert (opened.generation, built.built.embedded) == (1, len(opened.passages))  # type: ignore[union-attr]
    for name in opened.sources:
        assert opened.sentences(name) == built.sentences(name)


def test_passages_know_their_sections_and_hold_their_sentences(tmp_path: Path) -> None:
    index = Index.build(Source("a", TEXT), tmp_path)
    assert {passage.section for passage in index.passages} == {"第一章 猫", "第二章 鳥"}
    for number, passage in enumerate(index.passages):
        units = index.passage_units(number)
        assert units
        assert (units[0].start, units[-1].end) == (passage.start, passage.end)
    quotes = [TEXT[start:end] for start, end in index.sentences("a")]
    assert "猫は魚を食べます。" in quotes
    assert "The bird sings, e.g. at dawn." in quotes


def test_search_is_exact_over_the_stored_vectors(tmp_path: Path) -> None:
    index = Index.build(Source("a", TEXT), tmp_path, chunking=Chunking(max_tokens=12, min_tokens=0))
    assert len(index.passages) > 3
    question = index.embedder.embed_question("猫は何を食べますか")
    texts = [index.text(passage) for passage in index.passages]
    contexts = [index.context(number) for number in range(len(texts))]
    assert set(contexts) == {"", "第一章 猫", "第二章 鳥"}
    vectors = np.stack([one.vector for one in index.embedder.embed_passages(texts, contexts=contexts)])
    numbers, scores = index.store.search_dense(question.vector, 3)
    expected = vectors @ question.vector
    assert numbers.tolist() == np.argsort(-expected)[:3].tolist()
    np.testing.assert_allclose(scores, np.sort(expected)[::-1][:3], atol=1e-4)


def test_only_matching_passages_come_from_the_lexical_side(tmp_path: Path) -> None:
    index = Index.build(Source("a", TEXT), tmp_path)
    numbers, scores = index.store.search_lexical(tokenize("bird"), 10)
    assert ["bird" in index.text(index.passages[n]) for n in numbers] == [True]
    assert scores[0] > 0
    assert index.store.search_lexical(["zebra"], 10)[0].tolist() == []


def test_a_rebuild_embeds_only_what_is_new(tmp_path: Path) -> None:
    Index.build([Source("a", "猫は魚を食べます。"), Source("b", "犬は肉を食べます。")], tmp_path)
    texts = [Source("renamed", "猫は魚を食べます。"), Source("c", "鳥は空を飛びます。")]
    index = Index.build(texts, tmp_path)
    assert index.built is not None
    assert (index.built.embedded, index.built.reused) == (1, 1)
    fresh = Index.build(texts, tmp_path / "fresh")
    np.testing.assert_allclose(index.store.vectors, fresh.store.vectors, atol=1e-4)
    for number in range(2):
        np.testing.assert_allclose(index.tokens.of(number)[0], fresh.tokens.of(number)[0], atol=2)
        assert index.tokens.of(number)[1].tolist() == fresh.tokens.of(number)[1].tolist()


def test_an_open_index_still_works_and_knows_when_it_is_no_longer_current(tmp_path: Path) -> None:
    Index.build(Source("a", "猫は魚を食べます。"), tmp_path)
    old = Index.open(tmp_path)
    assert old.is_current()
    Index.build(Source("b", "犬は肉を食べます。"), tmp_path)
    assert not old.is_current()
    assert old.text(old.passages[0]) == "猫は魚を食べます。"
    assert old.tokens.of(0)[0].any()
    assert Index.open(tmp_path).is_current()


def test_a_new_index_with_the_same_generation_number_is_noticed(tmp_path: Path) -> None:
    Index.build(Source("a", "猫は魚を食べます。"), tmp_path / "index")
    old = Index.open(tmp_path / "index")
    shutil.rmtree(tmp_path / "index")
    assert old.is_current()
    new = Index.build(Source("b", "犬は肉を食べます。"), tmp_path / "index")
    assert (old.generation, new.generation) == (1, 1)
    assert not old.is_current()


def test_an_index_replaced_while_it_was_being_opened_knows_it(tmp_path: Path) -> None:
    Index.build(Source("a", "猫は魚を食べます。"), tmp_path)
    Index.build(Source("b", "犬は肉を食べます。"), tmp_path)
    # Its number was read before the change, its files after.
    assert not Index(tmp_path, read_contents(tmp_path, 1)).is_current()
    assert Index(tmp_path, read_contents(tmp_path, 2)).is_current()


def test_repairing_a_damaged_index_keeps_how_it_was_made(tmp_path: Path) -> None:
    Index.build(Source("a", TEXT), tmp_path, chunking=Chunking(40, 0))
    (tmp_path / "generations" / "1" / "faiss.index").write_bytes(b"cut")
    with pytest.raises(IndexDamagedError):
        Index.open(tmp_path)
    repaired = Index.build(Source("a", TEXT), tmp_path)
    assert repaired.manifest.chunking == Chunking(40, 0)
    assert repaired.built is not None and repaired.built.reused == 0


@pytest.fixture(scope="module")
def narrow_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The default model with a layer after pooling that leaves 8 of 384 dimensions."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Dense

    folder = tmp_path_factory.mktemp("narrow")
    model = SentenceTransformer(str(default_model_folder()))
    model.insert(2, Dense(384, 8))
    model.save(str(folder))
    return folder


def test_a_build_keeps_model_and_passage_length_unless_told_otherwise(tmp_path: Path, narrow_model: Path) -> None:
    texts = [Source("a", "猫は魚を食べます。犬は肉を食べます。" * 20)]
    first = Index.build(texts, tmp_path / "index", model=str(narrow_model), chunking=Chunking(40, 0))
    again = Index.build([Source("b", texts[0].text)], tmp_path / "index")
    assert again.model == first.model
    assert again.manifest.chunking == Chunking(40, 0)
    assert again.built is not None and again.built.embedded == 0
    default = Index.build(texts, tmp_path / "index", model="multilingual-e5-small")
    assert default.model.name == "multilingual-e5-small"
    distinct = {default.text(passage) for passage in default.passages}
    assert default.built is not None and default.built.embedded == len(distinct)


def test_a_model_whose_texts_and_tokens_have_other_dimensions_is_searched_with(
    tmp_path: Path, narrow_model: Path
) -> None:
    index = Index.build(Source("a", TEXT), tmp_path, model=str(narrow_model))
    assert index.model.dimension == 8
    assert index.tokens.vectors.shape[1] == 384
    assert answer(index, "猫は何を食べますか", min_confidence=0.0).citations[0].quote in TEXT


def test_an_index_of_another_model_is_answered_from_by_scores_alone(tmp_path: Path, narrow_model: Path) -> None:
    index = Index.build(Source("a", TEXT), tmp_path, model=str(narrow_model))
    result = answer(index, "猫は何を食べますか", bold=0.0)
    assert result.citations and result.span is None
    assert find(index, prepare(index, "猫は何を食べますか"), 1).signs is None
    levels = {least_confidence(index, replace(DEFAULT_CONFIG, bold=bold)) for bold in Boldness}
    assert levels == {DEFAULT_CONFIG.min_confidence}


def test_a_build_that_fails_keeps_the_index(tmp_path: Path) -> None:
    Index.build(Source("a", "猫は魚を食べます。"), tmp_path)
    for nothing in ([], [Source("empty", "  \n ")], [tmp_path / "missing.txt"]):
        with pytest.raises(SourceError):
            Index.build(nothing, tmp_path)
    assert list(Index.open(tmp_path).sources) == ["a"]


def test_progress_counts_the_passages(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    index = Index.build(Source("a", TEXT), tmp_path, progress=lambda event: seen.append((event.done, event.total)))
    assert seen[-1] == (len(index.passages), len(index.passages))


def test_passages_fit_the_models_window_even_without_a_full_stop(tmp_path: Path) -> None:
    text = "これは終わらない文で、" * 300
    index = Index.build(Source("long", text), tmp_path, chunking=Chunking(max_tokens=5000, min_tokens=0))
    counts = index.embedder.count_tokens([index.text(passage) for passage in index.passages])
    assert max(counts) <= index.embedder.max_tokens
    assert len("".join(index.text(passage) for passage in index.passages)) == len(text)


def test_an_index_is_never_searched_with_another_model_or_another_tokenizer(
    article_index: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "a"
    shutil.copytree(article_index, copy)
    rewrite_manifest(copy, {"model": {"fingerprint": "0" * 16}})
    with pytest.raises(IndexMismatchError, match=r"repair it with `qa doctor --fix --index"):
        _ = Index.open(copy).embedder
    copy = tmp_path / "b"
    shutil.copytree(article_index, copy)
    rewrite_manifest(copy, {"lexical": {"version": 0}})
    with pytest.raises(IndexMismatchError, match="another way of splitting text into words"):
        Index.open(copy)


def test_every_file_of_the_index_is_under_a_checksum(article_index: Path, tmp_path: Path) -> None:
    copy = tmp_path / "index"
    shutil.copytree(article_index, copy)
    folder = generations.generation_folder(copy, generations.current_number(copy))
    files = [path for path in folder.rglob("*") if path.is_file() and path.name != FILE]
    assert {"faiss.index", "spans.npy", "units.npy", "blocks.npy", "vectors.i8", "0000.txt"} <= {
        path.name for path in files
    }
    for path in files:
        whole = path.read_bytes()
        for damaged in (whole[: len(whole) // 2], bytes([whole[0] ^ 1]) + whole[1:], whole + b"\0"):
            path.write_bytes(damaged)
            with pytest.raises(IndexDamagedError, match=path.name.replace(".", r"\.")):
                Index.open(copy)
        path.write_bytes(whole)
    assert Index.open(copy).passages


def test_passages_with_the_same_words_are_embedded_once(tmp_path: Path) -> None:
    text = "Cats sleep all day.\n\nDogs bark at night.\n\nCats sleep all day."
    index = Index.build([Source("a", text)], tmp_path, chunking=Chunking(256, 0))
    assert index.built is not None
    assert (len(index.passages), index.built.embedded, index.built.reused) == (3, 2, 1)
    first, _, last = (index.tokens.of(number) for number in range(3))
    assert (first[0] == last[0]).all() and len(first[0]) > 0
    assert index.store.vector(0) == pytest.approx(index.store.vector(2))


# Sources one by one

CATS, DOGS, BIRDS = (
    Source("cats", "猫は魚を食べます。"),
    Source("dogs", "犬は肉を食べます。"),
    Source("birds", "鳥は空を飛びます。"),
)


def what_is_there(index: Index) -> dict[str, str]:
    return {name: source.text for name, source in index.sources.items()}


def test_an_added_source_joins_the_others_and_is_the_only_one_embedded(tmp_path: Path) -> None:
    Index.build([CATS, DOGS], tmp_path)
    index = Index.open(tmp_path).add(BIRDS)
    assert list(index.sources) == ["cats", "dogs", "birds"]
    assert index.built is not None and (index.built.embedded, index.built.reused) == (1, 2)
    assert what_is_there(Index.open(tmp_path)) == what_is_there(index)
    fresh = Index.build([CATS, DOGS, BIRDS], tmp_path / "fresh")
    assert (index.passages, index.generation) == (fresh.passages, 2)
    np.testing.assert_allclose(index.store.vectors, fresh.store.vectors, atol=1e-4)


def test_a_text_added_under_a_known_name_replaces_that_text(tmp_path: Path) -> None:
    Index.build([CATS, DOGS], tmp_path)
    index = Index.open(tmp_path).add([Source("cats", BIRDS.text)])
    assert what_is_there(index) == {"cats": BIRDS.text, "dogs": DOGS.text}


def test_adding_to_a_damaged_index_fails_because_its_texts_would_be_lost(tmp_path: Path) -> None:
    Index.build(CATS, tmp_path)
    (tmp_path / "generations" / "1" / "faiss.index").write_bytes(b"cut")
    with pytest.raises(IndexDamagedError):
        Index.open(tmp_path).add(DOGS)
    assert generations.current_number(tmp_path) == 1


def test_removing_and_renaming_embed_nothing(tmp_path: Path) -> None:
    Index.build([CATS, DOGS, BIRDS], tmp_path)
    renamed = Index.open(tmp_path).rename("dogs", "\u202edogs (old)")
    assert what_is_there(renamed) == {"cats": CATS.text, "dogs (old)": DOGS.text, "birds": BIRDS.text}
    assert renamed.built is not None and (renamed.built.embedded, renamed.built.reused) == (0, 3)
    removed = Index.open(tmp_path).remove(["cats", "birds"])
    assert what_is_there(removed) == {"dogs (old)": DOGS.text}
    assert removed.built is not None and (removed.built.embedded, removed.built.reused) == (0, 1)


def test_a_text_can_be_removed_when_the_model_is_gone(tmp_path: Path) -> None:
    Index.build([CATS, DOGS], tmp_path)
    rewrite_manifest(tmp_path, {"model": {"name": str(tmp_path / "gone")}})
    assert what_is_there(Index.open(tmp_path).rename("dogs", "wolves")) == {"cats": CATS.text, "wolves": DOGS.text}
    left = Index.open(tmp_path).remove("cats")
    assert what_is_there(left) == {"wolves": DOGS.text}
    with pytest.raises(ModelError, match="gone"):
        _ = left.embedder


def test_a_text_split_by_another_release_is_not_split_again_with_another_model(tmp_path: Path) -> None:
    Index.build([CATS, DOGS], tmp_path)
    rewrite_manifest(tmp_path, {"splitting": 0, "model": {"fingerprint": "0" * 16}})
    with pytest.raises(IndexMismatchError, match="built with a different multilingual-e5-small"):
        Index.open(tmp_path).remove("cats")
    assert list(Index.open(tmp_path).sources) == ["cats", "dogs"]


def test_unknown_and_taken_names_and_removing_the_last_text_are_errors(tmp_path: Path) -> None:
    gone = Index.build([CATS, DOGS], tmp_path / "gone")
    shutil.rmtree(gone.path)
    for change in (lambda: gone.remove("cats"), lambda: gone.rename("cats", "lions"), lambda: gone.add(BIRDS)):
        with pytest.raises(IndexMissingError):
            change()
    assert not gone.path.exists()
    Index.build([CATS, DOGS], tmp_path)
    with pytest.raises(SourceError, match=r"^There is no document named birds: check the name\.$"):
        Index.open(tmp_path).remove(["cats", "birds"])
    with pytest.raises(SourceError, match="no document named birds"):
        Index.open(tmp_path).rename("birds", "eagles")
    with pytest.raises(SourceError, match="already a document named dogs"):
        Index.open(tmp_path).rename("cats", "dogs")
    with pytest.raises(SourceError, match="at least one document"):
        Index.open(tmp_path).remove(["cats", "dogs"])
    assert list(Index.open(tmp_path).sources) == ["cats", "dogs"]


def test_texts_added_at_the_same_time_are_all_there(tmp_path: Path) -> None:
    Index.build(CATS, tmp_path)
    with ThreadPoolExecutor() as pool:
        list(pool.map(lambda n: Index.open(tmp_path).add(Source(f"text {n}", f"第{n}話。")), range(4)))
    assert set(Index.open(tmp_path).sources) == {"cats", "text 0", "text 1", "text 2", "text 3"}


class Waiters:
    """The changes that wait for the lock of an index; an instance is their progress callable."""

    def __init__(self) -> None:
        self._threads: set[int] = set()
        self._changed = Condition()

    def __call__(self, event: ProgressEvent) -> None:
        if event.stage is Stage.WAITING:
            with self._changed:
                self._threads.add(get_ident())
                self._changed.notify()

    def wait_for(self, count: int) -> None:
        """Wait until so many changes wait."""
        with self._changed:
            assert self._changed.wait_for(lambda: len(self._threads) == count, 60)


def test_texts_added_at_the_same_time_where_there_is_no_index_are_all_there(tmp_path: Path) -> None:
    waiters = Waiters()
    with ThreadPoolExecutor() as pool, locked(tmp_path):
        added = [
            pool.submit(Index.build, Source(f"text {number}", f"第{number}話。"), tmp_path, add=True, progress=waiters)
            for number in range(3)
        ]
        waiters.wait_for(3)
    assert sorted(one.result().generation for one in added)[-1] == 3
    assert set(Index.open(tmp_path).sources) == {"text 0", "text 1", "text 2"}


SECRET = Source("secret", "合言葉は山と川です。\n\nThe password is swordfish.")


def below(folder: Path) -> bytes:
    """Return every byte of every file below a folder."""
    return b"\0".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def test_no_file_holds_a_sentence_or_a_vector_of_a_removed_text(tmp_path: Path) -> None:
    secret = SECRET
    before = Index.build([Source("a", TEXT), secret], tmp_path)
    suggestions_of(before)
    sentences = [secret.text[start:end] for start, end in before.sentences("secret")]
    vectors = [before.store.vector(number).tobytes() for number in before.passages_of("secret")]
    tokens = [before.tokens.of(number)[0].tobytes() for number in before.passages_of("secret")]
    traces = [*(sentence.encode() for sentence in sentences), b"swordfish", *vectors, *tokens, secret.sha256.encode()]
    assert all(trace in below(tmp_path) for trace in traces)
    after = Index.open(tmp_path).remove("secret")
    suggestions_of(after)
    assert [trace for trace in traces if trace in below(tmp_path)] == []
    assert "swordfish" in before.text(before.passages[-1])  # readers that have it open still read it


def added_then_rolled_back(index: Path) -> None:
    Index.build(CATS, index)
    Index.open(index).add(SECRET)
    roll_back(index)


def built_without(index: Path) -> None:
    Index.build([CATS, SECRET], index)
    Index.build(CATS, index)


def removed_and_kept(index: Path) -> None:
    Index.build([CATS, SECRET], index)
    Index.open(index).remove("secret", purge=False)


def killed_before_it_was_named(index: Path) -> None:
    Index.build(CATS, index)
    Index.open(index).add(SECRET)
    (index / "CURRENT").write_text("1\n")


def replaced(index: Path) -> None:
    Index.build([CATS, SECRET], index)
    Index.open(index).add(Source("secret", "何もありません。"))


@pytest.mark.parametrize(
    "before", [added_then_rolled_back, built_without, removed_and_kept, killed_before_it_was_named, replaced]
)
def test_a_text_that_only_another_generation_holds_is_removed_too(
    tmp_path: Path, before: Callable[[Path], None]
) -> None:
    before(tmp_path)
    assert b"swordfish" in below(tmp_path)
    assert list(Index.open(tmp_path).remove("secret").sources) == ["cats"]
    assert b"swordfish" not in below(tmp_path)
    with pytest.raises(SourceError, match="no document named secret"):
        Index.open(tmp_path).remove("secret")


def test_a_name_is_found_in_the_unicode_form_it_was_given_in(tmp_path: Path) -> None:
    Index.build([CATS, Source("cafe\u0301", "珈琲があります。")], tmp_path)
    index = Index.open(tmp_path).rename("cafe\u0301", "the\u0301")
    assert list(index.remove("the\u0301").sources) == ["cats"]


def test_a_change_that_waited_for_another_process_builds_upon_what_that_one_has_put_there(tmp_path: Path) -> None:
    other = Index.build([CATS, DOGS], tmp_path / "other", chunking=Chunking(40, 0), keep=5)
    before = Index.build(CATS, tmp_path / "index")
    waiters = Waiters()
    with ThreadPoolExecutor() as pool, locked(before.path):
        adding = pool.submit(before.add, BIRDS, progress=waiters)
        waiters.wait_for(1)
        folder = generations.generation_folder(other.path, other.generation)
        shutil.copytree(folder, generations.generation_folder(before.path, 2))
        (before.path / "CURRENT").write_text("2\n")
    after = adding.result()
    assert list(after.sources) == ["cats", "dogs", "birds"]
    assert (after.manifest.keep, after.manifest.chunking.max_tokens) == (5, 40)
    assert generations.numbers(before.path) == [1, 2, 3]
    assert list(before.remove("dogs", purge=False).rename("birds", "eagles").sources) == ["cats", "eagles"]


def test_fewer_than_one_generation_cannot_be_kept(tmp_path: Path) -> None:
    Index.build(CATS, tmp_path)
    with pytest.raises(StorageError, match="at least one generation, not -1"):
        Index.open(tmp_path).add(DOGS, keep=-1)
    assert list(Index.open(tmp_path).sources) == ["cats"]


def test_without_purge_a_rollback_brings_back_what_was_removed(tmp_path: Path) -> None:
    Index.build([Source("a", TEXT), Source("b", "二つ目の文です。")], tmp_path)
    Index.open(tmp_path).remove("b", purge=False)
    back = Index.open(tmp_path).rollback()
    assert list(back.sources) == list(Index.open(tmp_path).sources) == ["a", "b"]
    assert [(entry.generation, entry.present) for entry in back.history()] == [(2, False), (1, True)]


def test_a_passage_of_an_earlier_generation_is_not_embedded_again(tmp_path: Path) -> None:
    both = [Source("a", TEXT), Source("b", "二つ目の文です。")]
    Index.build(both, tmp_path)
    Index.build(both[:1], tmp_path)
    again = Index.build(both, tmp_path)
    assert again.built and again.built.embedded == 0


def test_a_source_that_did_not_change_is_not_split_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    split: list[str] = []

    def watched(source: Source, *settings: Any) -> Any:
        split.append(source.name)
        return split_passages(source, *settings)

    monkeypatch.setattr("qa.storage.building.split_passages", watched)
    first = Index.build([Source("a", TEXT), Source("b", "二つ目の文です。")], tmp_path)
    added = Index.open(tmp_path).add(Source("c", "三つ目の文です。"))
    renamed = Index.open(tmp_path).rename("a", "d")
    assert split == ["a", "b", "c"]
    assert added.passages[:-1] == first.passages
    assert renamed.sentences("d") == first.sentences("a") and {p.source for p in renamed.passages} == {"b", "c", "d"}
    Index.build([Source("a", TEXT)], tmp_path, chunking=Chunking(max_tokens=12, min_tokens=0))
    assert split[3:] == ["a"]  # other sizes


def test_a_text_is_split_again_if_its_format_says_something_else_of_it(tmp_path: Path) -> None:
    text = "灯台\n\nこの灯台は1874年に建てられた。\n\n概要\n\n高さは31メートルである。"
    marks = (Mark(0, 2, Kind.HEADING, 1), Mark(23, 25, Kind.ITEM))
    plain = Index.build([Source("a", text)], tmp_path)
    marked = Index.build([Source("a", text, marks=marks)], tmp_path)
    assert {passage.section for passage in plain.passages} == {"灯台", "概要"}
    assert {passage.section for passage in marked.passages} == {"灯台"}
    assert Index.open(tmp_path).rename("a", "c").sources["c"].marks == marks


def test_a_reader_follows_when_a_generation_is_removed_while_it_opens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, cats, dogs = tmp_path / "index", Source("cats", "Cats sleep."), Source("dogs", "Dogs bark.")
    Index.build(cats, path)
    load = FaissStore.load
    swapped = []

    def meanwhile(folder: Path) -> FaissStore:
        if not swapped:
            swapped.append(folder)
            monkeypatch.setattr(FaissStore, "load", load)
            Index.build(dogs, path)
            Index.open(path).add(cats)
            Index.open(path).remove(["cats"])
        return load(folder)

    monkeypatch.setattr(FaissStore, "load", meanwhile)
    assert list(Index.open(path).sources) == ["dogs"] and not swapped[0].exists()


# Files of the same name


@pytest.fixture
def reports(tmp_path: Path) -> tuple[Path, Path]:
    """Two files of one name, in the folders north and south."""
    for folder, text in (("north", "There are three mills in the north."), ("south", "There are two in the south.")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "report.txt").write_text(text)
    return tmp_path / "north" / "report.txt", tmp_path / "south" / "report.txt"


def test_a_file_of_the_same_name_from_another_folder_is_added_beside_the_first(
    tmp_path: Path, reports: tuple[Path, Path]
) -> None:
    north, south = reports
    index = Index.build(north, tmp_path / "index").add(south)
    assert what_is_there(index) == {"report.txt": north.read_text(), "south/report.txt": south.read_text()}
    assert index.built is not None and index.built.replaced == ()
    assert [source.path for source in Index.open(index.path).sources.values()] == [north, south]


def test_the_same_file_replaces_its_text_whatever_its_name_is_now(tmp_path: Path, reports: tuple[Path, Path]) -> None:
    north, south = reports
    index = Index.build(north, tmp_path / "index").add(south).rename("report.txt", "mills")
    north.write_text("There are four mills now.")
    index = index.add([north, south])
    assert what_is_there(index) == {"mills": "There are four mills now.", "south/report.txt": south.read_text()}
    assert index.built is not None and index.built.to_dict()["replaced"] == ["mills", "south/report.txt"]


def test_a_text_from_no_file_replaces_what_has_its_name_and_says_so(tmp_path: Path, reports: tuple[Path, Path]) -> None:
    index = Index.build(reports[0], tmp_path / "index").add(Source("report.txt", "An upload."))
    assert what_is_there(index) == {"report.txt": "An upload."}
    assert index.built is not None and index.built.replaced == ("report.txt",)


@pytest.mark.parametrize("upload_first", [True, False])
def test_sources_added_together_never_replace_each_other(
    tmp_path: Path, reports: tuple[Path, Path], upload_first: bool
) -> None:
    north, upload = reports[0], Source("mills", "An upload.")
    index = Index.build(north, tmp_path / "index").rename("report.txt", "mills")
    index = index.add([upload, north] if upload_first else [north, upload])
    report = north.read_text()
    expected = (
        {"mills": upload.text, "report.txt": report} if upload_first else {"mills": report, "mills (2)": upload.text}
    )
    assert what_is_there(index) == expected
    assert index.built is not None and index.built.replaced == ("mills",)


def test_an_index_moved_with_its_files_knows_them(tmp_path: Path, reports: tuple[Path, Path]) -> None:
    Index.build(reports, tmp_path / "index")
    moved = tmp_path.with_name(f"{tmp_path.name}-moved")
    tmp_path.rename(moved)
    index = Index.open(moved / "index").add(moved / "south" / "report.txt")
    assert list(index.sources) == ["report.txt", "south/report.txt"]


def test_a_manifest_of_an_earlier_version_without_paths_replaces_by_name(
    tmp_path: Path, reports: tuple[Path, Path]
) -> None:
    north, south = reports
    index = Index.build(north, tmp_path / "index")
    records = [record.model_dump(exclude={"path"}, exclude_none=True) for record in index.manifest.sources]
    rewrite_manifest(index.path, {"sources": records})
    index = Index.open(index.path).add(south)
    assert what_is_there(index) == {"report.txt": south.read_text()}
    assert index.built is not None and index.built.replaced == ("report.txt",)


def test_an_index_of_an_earlier_version_is_opened_asked_and_added_to(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    shutil.copytree(Path(__file__).parent / "data" / "index-without-paths", tmp_path, dirs_exist_ok=True)
    with pytest.raises(IndexMismatchError, match="earlier version"):
        Index.open(tmp_path, upgrade=False)
    stages = []
    index = Index.open(tmp_path, progress=lambda event: stages.append(event.stage))
    assert Stage.EMBEDDING in stages and "earlier version" in caplog.text
    assert Index.open(tmp_path).generation == index.generation > 1
    assert [source.path for source in index.sources.values()] == [None]
    cited = answer(index, "Who counts the ships at dusk?", min_confidence=0.0).citations[0]
    assert cited.quote == "The lighthouse keeper counts the ships at dusk."
    added = index.add(CATS)
    assert what_is_there(added) == {**what_is_there(index), "cats": CATS.text}
    assert added.built is not None and (added.built.embedded, added.built.reused) == (1, 1)


def test_an_index_of_an_earlier_version_keeps_its_generations_when_it_is_upgraded(tmp_path: Path) -> None:
    shutil.copytree(Path(__file__).parent / "data" / "index-without-paths", tmp_path, dirs_exist_ok=True)
    shutil.copytree(tmp_path / "generations" / "1", tmp_path / "generations" / "2")
    (tmp_path / "CURRENT").write_text("2\n", encoding="ascii")
    index = Index.open(tmp_path)
    assert (index.generation, [entry.generation for entry in index.history()]) == (3, [3, 2, 1])


def as_format_2(index: Path) -> None:
    """Turn the current generation into what the version before the states of tokens wrote."""
    shutil.rmtree(generations.generation_folder(index, generations.current_number(index)) / "states")
    rewrite_manifest(index, {"format": 2, "model": {"lower": None}})


def test_an_index_of_format_2_gets_states_and_keeps_texts_marks_and_sizes(tmp_path: Path) -> None:
    marked = Source("list.md", "# no heading", marks=(Mark(0, 12, Kind.PARAGRAPH),))
    before = Index.build([CATS, marked], tmp_path, chunking=Chunking(256, 0))
    as_format_2(tmp_path)
    with pytest.raises(IndexMismatchError, match="earlier version"):
        Index.open(tmp_path, upgrade=False)
    after = Index.open(tmp_path)
    assert after.manifest.format == FORMAT_VERSION and after.states is not None
    assert (after.sources, after.passages) == (before.sources, before.passages)
    assert after.manifest.chunking == Chunking(256, 0)
    np.testing.assert_allclose(after.store.vectors, before.store.vectors, atol=1e-4)
    assert [entry.generation for entry in after.history()] == [2, 1]


@pytest.mark.parametrize("format_", [1, 2])
def test_a_generation_of_an_earlier_version_can_be_gone_back_to(tmp_path: Path, format_: int) -> None:
    if format_ == 1:
        shutil.copytree(Path(__file__).parent / "data" / "index-without-paths", tmp_path, dirs_exist_ok=True)
    else:
        Index.build(CATS, tmp_path)
        as_format_2(tmp_path)
    upgraded = Index.open(tmp_path)
    texts = what_is_there(upgraded)
    added = upgraded.add(BIRDS, keep=4)
    assert [entry.generation for entry in added.history()] == [3, 2, 1]
    back = added.rollback(1)
    assert what_is_there(back) == texts and back.states is not None
    assert (back.generation, [entry.generation for entry in back.history()]) == (4, [4, 3, 2, 1])


def test_the_terms_of_sentences_take_bounded_memory(tmp_path: Path) -> None:
    cache = TermCache(room=10)
    for number in range(5):
        assert cache.terms(number, ["猫は魚", "犬"]) == [tokenize("猫は魚"), tokenize("犬")]
    assert list(cache._kept) == [3, 4]
    kept = cache.terms(3, ["猫は魚", "犬"])
    cache.terms(5, ["鳥は空を"])
    assert list(cache._kept) == [3, 5] and cache.terms(3, []) is kept
    assert cache.terms(6, ["長い" * 20]) == [tokenize("長い" * 20)]
    assert list(cache._kept) == [5, 3]
    index = Index.build(Source("a", TEXT), tmp_path)
    assert index.unit_terms(0) is index.unit_terms(0)


@pytest.mark.parametrize("name", ["", " ", "\u200b"])
def test_an_empty_name_removes_nothing(tmp_path: Path, name: str) -> None:
    index = Index.build([Source("text", "The key is red."), Source("b", "The box is blue.")], tmp_path / "index")
    with pytest.raises(SourceError):
        index.remove([name])
    assert list(Index.open(tmp_path / "index").sources) == ["text", "b"]
