"""The states that a trained reader reads come from the pass that makes the vectors, and an index keeps them."""

from __future__ import annotations

import numpy as np
import pytest

from qa.reader.features import Encoder
from qa.search.embedding import Embedded, Embedder
from qa.search.sentence_transformer import load_encoder
from qa.search.states import LONGEST_CONTEXT, LONGEST_QUESTION, States
from qa.search.weights import default_model_folder, load_model

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
