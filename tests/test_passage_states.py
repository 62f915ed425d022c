"""The states that a trained reader reads come from the pass that makes the vectors, and an index keeps them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from qa.index import Index
from qa.reader.features import Encoder
from qa.reading.markup import with_marks
from qa.search.embedding import Embedded, Embedder
from qa.search.sentence_transformer import load_encoder
from qa.search.states import LONGEST_CONTEXT, LONGEST_QUESTION, QuantisedStates, States
from qa.search.weights import default_model_folder, load_model
from qa.storage import generations
from qa.text.passages import Chunking
from qa.text.source import Source

PASSAGE, CONTEXT = "大は500円、 中は330円です。", "料金 › 指定袋"
LONG = "家庭ごみの出し方と料金についての細かい決まりを次に示す。" * 8


def embedded_passages(texts: list[str], contexts: list[str]) -> list[Embedded]:
    return list(load_model().embed_passages(texts, contexts=contexts))


def assert_alike(found: States | None, expected: States) -> None:
    """Check that two states differ by no more than the precision they were computed with."""
    assert found is not None and found.hidden.dtype == np.float16
    assert (found.context, found.spans.tolist()) == (expected.context, expected.spans.tolist())
    ours, theirs = found.hidden.astype(np.float32), expected.hidden.astype(np.float32)
    cosines = (ours * theirs).sum(1) / np.linalg.norm(ours, axis=1) / np.linalg.norm(theirs, axis=1)
    assert cosines.min() > 0.999


def test_embedding_a_passage_gives_the_states_that_a_reader_is_trained_on() -> None:
    texts, contexts = [PASSAGE, "猫", LONG], [CONTEXT, "", LONG]
    encoder = Encoder(load_model())
    trained_on = encoder.states(encoder.in_context(texts, contexts))
    for one, expected in zip(embedded_passages(texts, contexts), trained_on, strict=True):
        assert_alike(one.states, expected)


def test_the_states_of_a_passage_are_those_of_the_last_tokens_of_its_context_and_of_its_own() -> None:
    short, without, long = embedded_passages([PASSAGE] * 3, [CONTEXT, "", LONG])
    for one, context in ((short, 5), (without, 0), (long, LONGEST_CONTEXT)):  # 料金, ›, a space, 指定, 袋
        assert one.states is not None
        assert one.states.context == context
        assert not one.states.spans[:context].any()
        assert one.states.spans[context:].tolist() == one.spans.tolist()
        assert len(one.states.hidden) == context + len(one.tokens)


def test_a_question_has_the_states_of_its_prompt_and_special_tokens_too() -> None:
    encoder = Encoder(load_model())
    for question, expected in zip(("猫は?", LONG), encoder.states(encoder.questions(["猫は?", LONG])), strict=True):
        assert_alike(load_model().embed_question(question).states, expected)
    own = load_model().embed_question("猫は?")
    assert own.states is not None and own.states.spans[0].tolist() == own.states.spans[-1].tolist() == [0, 0]
    assert len(own.states.hidden) == len(own.tokens) + len(encoder.questions([""])[0].ids)
    long = load_model().embed_question(LONG)
    assert long.states is not None and len(long.states.hidden) == LONGEST_QUESTION < len(long.tokens)


def test_a_context_is_cut_for_the_reader_as_for_the_index() -> None:
    text = "時間は十分です。" * 110
    assert sum(load_model().count_tokens([text, LONG])) > load_model().max_tokens > load_model().count_tokens([text])[0]
    [tokens] = Encoder(load_model()).in_context([text], [LONG])
    assert tokens.chosen.context > 0 and tokens.chosen.spans[-1].tolist()[1] == len(text)


@pytest.fixture(scope="module")
def other_model() -> Embedder:
    """The default model, run as any other model is."""
    folder = str(default_model_folder())
    return Embedder(load_encoder(folder, folder), folder)


def test_another_model_gives_no_states(other_model: Embedder) -> None:
    assert other_model.record.lower is None
    assert other_model.embed_question("猫は?").states is None
    assert [one.states for one in other_model.embed_passages([PASSAGE], contexts=[CONTEXT])] == [None]


# What an index keeps

FEES = with_marks(Source("fees.md", f"# {LONG}\n\n{PASSAGE}\n\n## 袋\n\n袋は店で買えます。"))
CATS, DOGS = Source("cats", "猫は魚を食べます。"), Source("dogs", "犬は肉を食べます。")


def hidden(index: Index) -> list[Any]:
    """Return the states of each passage, as they are stored."""
    assert index.states is not None
    return [index.states.of(number).hidden.tolist() for number in range(len(index.passages))]


def test_states_in_one_byte_a_number_are_off_by_half_a_step_at_most() -> None:
    rows = np.random.default_rng(0).normal(size=(5, 384)).astype(np.float16)
    rows[0] *= 40
    rows[4] = 0
    quantised = QuantisedStates.of(States(rows, np.zeros((5, 2), dtype=np.int32)))
    assert quantised.values.dtype == np.int8 and np.abs(quantised.values[:4]).max(axis=1).tolist() == [127] * 4
    steps = np.abs(rows.astype(float)).max(axis=1, keepdims=True) / 127
    assert (np.abs(quantised.hidden().astype(float) - rows) <= 0.6 * steps).all()


def test_an_index_keeps_the_states_that_embedding_its_passages_gives(tmp_path: Path) -> None:
    index = Index.build([FEES, CATS], tmp_path, chunking=Chunking(256, 0))
    texts = [index.text(passage) for passage in index.passages]
    contexts = [index.context(number) for number in range(len(texts))]
    encoder, embedded = Encoder(index.embedder), embedded_passages(texts, contexts)
    trained_on = encoder.states(encoder.in_context(texts, contexts))
    assert index.states is not None
    for number, (one, expected) in enumerate(zip(embedded, trained_on, strict=True)):
        found = index.states.of(number)
        assert_alike(found, expected)
        assert one.states is not None and found.spans.tolist() == one.states.spans.tolist()
        exact = one.states.hidden.astype(float)
        steps = np.abs(exact).max(axis=1, keepdims=True) / 127
        # Batches of other lengths move the last digits, too.
        assert (np.abs(found.hidden.astype(float) - exact) <= 0.6 * steps + 0.01).all()
    by_context = {index.states.of(number).context for number in range(len(texts))}
    assert by_context == {0, LONGEST_CONTEXT}
    assert index.states.values.dtype == np.int8


def test_passages_with_the_same_words_share_their_states(tmp_path: Path) -> None:
    text = "Cats sleep all day.\n\nDogs bark at night.\n\nCats sleep all day."
    index = Index.build(Source("a", text), tmp_path, chunking=Chunking(256, 0))
    assert index.states is not None
    first, other, last = index.states.bounds.tolist()
    assert first == last != other and len(index.states.values) == other[1]


def test_states_are_taken_over_by_the_next_generations(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = hidden(Index.build([CATS, DOGS], tmp_path))

    def none_wanted(*_: object, **__: object) -> Any:
        raise AssertionError("a passage is embedded again")

    monkeypatch.setattr(Embedder, "embed_passages", none_wanted)
    again = Index.build([DOGS, CATS], tmp_path)
    assert again.built is not None and again.built.embedded == 0
    assert hidden(again) == before[::-1]
    assert hidden(again.remove(["dogs"])) == before[:1]
    assert hidden(Index.open(tmp_path)) == before[:1]


def test_an_index_of_another_model_has_no_states_until_it_is_built_with_the_default_one(tmp_path: Path) -> None:
    other = Index.build(CATS, tmp_path, model=str(default_model_folder()))
    folder = generations.generation_folder(tmp_path, other.generation)
    assert other.states is None and other.model.lower is None and not (folder / "states").exists()
    assert Index.open(tmp_path).states is None
    own = Index.build(CATS, tmp_path, model="multilingual-e5-small")
    assert own.built is not None and own.built.embedded == 1
    assert own.states is not None and len(own.states.of(0).hidden) == len(own.tokens.of(0)[0])
