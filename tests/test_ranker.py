"""MaxSim and the ranker give what their formulas say, for passages and for their sentences."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from qa.search.config import SearchConfig
from qa.search.embedding import Embedded
from qa.search.lexical import tokenize
from qa.search.maxsim import Context, Stretches, maxsim, nearness
from qa.search.query import Query, exact_parts, missing_parts
from qa.search.ranker import Ranker, Units
from qa.search.tokens import TokenVectors, TokenWriter, quantise


def unit(*rows: list[float]) -> np.ndarray:
    vectors = np.array(rows, dtype=np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


QUESTION = Embedded(
    vector=unit([1, 1, 0])[0],
    tokens=unit([1, 0, 0], [0, 1, 0]),
    spans=np.array([[0, 1], [1, 2]], dtype=np.int32),
)


@pytest.fixture
def stored(tmp_path: Path) -> TokenVectors:
    """Two passages with tokens and one without, written out of order."""
    spans = np.array([[0, 2], [2, 4], [5, 7]], dtype=np.int32)
    with TokenWriter(tmp_path / "tokens", 3) as writer:
        writer.write([2], quantise(unit([1, 0, 0], [0, 0, 1], [0, 1, 1])), spans)
        writer.write([0], quantise(unit([0, 0, 1])), spans[:1])
        writer.finish()
    return TokenVectors.load(tmp_path / "tokens")


def test_what_is_written_is_read_back_by_passage(stored: TokenVectors) -> None:
    vectors, spans = stored.of(2)
    assert vectors.tolist() == [[127, 0, 0], [0, 0, 127], [0, 127, 127]]
    assert spans.tolist() == [[0, 2], [2, 4], [5, 7]]
    assert stored.of(0)[0].tolist() == [[0, 0, 127]]
    assert len(stored.of(1)[0]) == 0


WHOLE = (0, 100)


def maxsim_of(stored: TokenVectors, *units: tuple[int, tuple[int, int]]) -> list[float]:
    scores: list[float] = maxsim(QUESTION, stored, stretches(*units)).tolist()
    return scores


def stretches(*units: tuple[int, tuple[int, int]]) -> Stretches:
    return Stretches(
        np.array([passage for passage, _ in units], dtype=np.int64),
        np.array([span for _, span in units]).reshape(-1, 2),
    )


def test_a_passages_score_is_the_mean_of_each_question_tokens_best_cosine(stored: TokenVectors) -> None:
    scores = maxsim_of(stored, (0, WHOLE), (1, WHOLE), (2, WHOLE))
    assert scores == pytest.approx([0.0, 0.0, (1 + 2**-0.5) / 2], abs=1e-6)


def test_a_sentence_has_only_its_own_tokens_and_without_any_the_lowest_score(stored: TokenVectors) -> None:
    scores = maxsim_of(stored, (2, (0, 4)), (2, (5, 7)), (2, (4, 5)))
    assert scores == pytest.approx([0.5, 2**-0.5 / 2, 2**-0.5 / 2], abs=1e-6)


def test_units_of_several_passages_come_in_any_order_and_more_than_once(stored: TokenVectors) -> None:
    assert maxsim_of(stored, (2, WHOLE), (0, WHOLE), (2, (0, 4)), (2, WHOLE)) == pytest.approx(
        [(1 + 2**-0.5) / 2, 0.0, 0.5, (1 + 2**-0.5) / 2], abs=1e-6
    )


def test_units_without_any_token_score_zero(stored: TokenVectors) -> None:
    assert maxsim_of(stored, (1, WHOLE), (2, (4, 5))) == [0.0, 0.0]
    assert maxsim_of(stored) == []


def test_a_unit_borrows_the_cosines_of_its_context_less_a_discount(stored: TokenVectors) -> None:
    units, lenders = stretches((2, (2, 4)), (2, (0, 2))), stretches((2, (0, 2)), (0, WHOLE))
    context = Context(lenders, np.array([0, 0]), np.array([0, 1]), np.array([0.25, 0.0], dtype=np.float32))
    assert maxsim(QUESTION, stored, units).tolist() == pytest.approx([0.0, 0.5], abs=1e-6)
    assert maxsim(QUESTION, stored, units, context).tolist() == pytest.approx([0.75 / 2, 0.5], abs=1e-6)


def test_how_well_a_question_covers_a_short_text_is_the_mean_over_that_texts_tokens(stored: TokenVectors) -> None:
    found = nearness(QUESTION, stored, stretches((2, (0, 2)), (2, WHOLE), (1, WHOLE)))
    assert found.tolist() == pytest.approx([1.0, (1 + 0 + 2**-0.5) / 3, -1.0], abs=1e-6)


UNITS = Units(
    stretches=stretches((2, (0, 4)), (2, (5, 7)), (0, (0, 2))),
    lexical=np.array([0, 0.3, 0.9], dtype=np.float32),
    missing=np.array([0, 1, 0.5], dtype=np.float32),
    boilerplate=np.array([False, False, True]),
)
QUERY = Query("?", QUESTION, ("a", "b"), weight=4.0, coverage=0.5)


def test_a_score_is_the_weighted_sum_of_its_parts_less_the_penalties(stored: TokenVectors) -> None:
    config = SearchConfig(lexical_weight=3.0, coverage_power=2.0, exact_penalty=0.5, boilerplate_penalty=1.5)
    scores = Ranker(stored, config).score(QUERY, UNITS)
    expected = scores.maxsim + 3 * 0.25 * UNITS.lexical - 0.5 * UNITS.missing - np.array([0, 0, 1.5])
    np.testing.assert_allclose(scores.total, expected, rtol=1e-5)
    assert scores.lexical.tolist() == UNITS.lexical.tolist()
    assert scores.best_first() == np.argsort(-scores.total).tolist()
    regardless = Ranker(stored, replace(config, coverage_power=0.0)).score(QUERY, UNITS)
    np.testing.assert_allclose(regardless.total - scores.total, 3 * 0.75 * UNITS.lexical, rtol=1e-4)


def test_the_sum_depends_on_no_other_unit(stored: TokenVectors) -> None:
    first = Units(stretches((2, (0, 4))), UNITS.lexical[:1], UNITS.missing[:1], UNITS.boilerplate[:1])
    assert Ranker(stored).score(QUERY, first).total[0] == Ranker(stored).score(QUERY, UNITS).total[0]


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        ("第9条には何とありますか", [{"#9"}, {"#9条"}]),
        ("What does error E42 mean?", [{"e42"}]),
        ("Who has badge ABC-123?", [{"abc", "123", "#123"}]),
        ("Is it 1.5 km?", [{"#1.5"}]),
        ("第1条は？", [{"#1条"}]),
        ('Which pipes are 6" or 7" wide?', [{"#6"}, {"#7"}]),
        ("「電波」はどこですか", [{"電波", "電", "波"}]),
        ("OpenAI是哪一年成立的？", []),
        ("Where is it?", []),
    ],
)
def test_numbers_codes_and_quoted_words_are_wanted_exactly(question: str, parts: list[set[str]]) -> None:
    assert set(exact_parts(question, tokenize(question))) == {frozenset(part) for part in parts}


def test_what_all_units_lack_is_not_missing() -> None:
    exact = (frozenset(["#9"]), frozenset(["e42"]), frozenset(["x"]))
    assert missing_parts(exact, [{"#9", "a"}, {"e42", "#9"}, {"a"}]).tolist() == [0.5, 0.0, 1.0]
    assert missing_parts(exact, [{"a"}, {"b"}]).tolist() == [0.0, 0.0]
    assert missing_parts((), [{"a"}]).tolist() == [0.0]


def test_one_byte_a_number_keeps_directions() -> None:
    vectors = unit(*np.random.default_rng(0).normal(size=(100, 384)).tolist())
    kept = quantise(vectors).astype(np.float32)
    cosines = (vectors * kept).sum(axis=1) / np.linalg.norm(kept, axis=1)
    assert cosines.min() > 0.999
