"""MaxSim and the ranker give what their formulas say, for passages and for their sentences."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from qa.search.config import SearchConfig
from qa.search.embedding import Embedded
from qa.search.fusion import z_scores
from qa.search.maxsim import maxsim
from qa.search.query import Query
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
    passages, spans = zip(*units, strict=True)
    scores: list[float] = maxsim(QUESTION, stored, np.array(passages), np.array(spans)).tolist()
    return scores


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
    assert maxsim(QUESTION, stored, np.zeros(0, dtype=np.int64), np.zeros((0, 2), dtype=np.int64)).tolist() == []


UNITS = Units(
    passages=np.array([2, 2, 0]),
    spans=np.array([(0, 4), (5, 7), (0, 2)]),
    lexical=np.array([0, 3, 9], dtype=np.float32),
    boilerplate=np.array([False, False, True]),
    dense=np.array([0.8, 0.9, 0.7], dtype=np.float32),
)
QUERY = Query("?", QUESTION, ("a", "b"), coverage=0.5)


def test_a_score_is_the_weighted_sum_of_its_parts_less_the_penalty(stored: TokenVectors) -> None:
    config = SearchConfig(
        maxsim_weight=2.0, lexical_weight=3.0, dense_weight=0.25, boilerplate_penalty=1.5, few_units=0
    )
    scores = Ranker(stored, config).score(QUERY, UNITS, config.fallback_std)
    assert UNITS.dense is not None
    expected = 2 * z_scores(scores.maxsim) + 3 * 0.5 * z_scores(UNITS.lexical) + 0.25 * z_scores(UNITS.dense)
    np.testing.assert_allclose(scores.total, expected - np.array([0, 0, 1.5]), rtol=1e-5)
    assert scores.lexical.tolist() == UNITS.lexical.tolist()
    assert scores.best_first() == np.argsort(-scores.total).tolist()
    regardless = Ranker(stored, replace(config, use_coverage=False)).score(QUERY, UNITS)
    np.testing.assert_allclose(regardless.total - scores.total, 1.5 * z_scores(UNITS.lexical), rtol=1e-4, atol=1e-5)


def test_a_few_units_are_measured_by_the_usual_standard_deviations_if_given(stored: TokenVectors) -> None:
    config = SearchConfig(lexical_weight=0.0, boilerplate_penalty=0.0, few_units=4)
    usual = Ranker(stored, config).score(QUERY, UNITS, (0.1, 1.0))
    np.testing.assert_allclose(usual.total, (usual.maxsim - usual.maxsim.mean()) / 0.1, rtol=1e-5)
    own = Ranker(stored, config).score(QUERY, UNITS)
    np.testing.assert_allclose(own.total, z_scores(own.maxsim), rtol=1e-5)


def test_one_byte_a_number_keeps_directions() -> None:
    vectors = unit(*np.random.default_rng(0).normal(size=(100, 384)).tolist())
    kept = quantise(vectors).astype(np.float32)
    cosines = (vectors * kept).sum(axis=1) / np.linalg.norm(kept, axis=1)
    assert cosines.min() > 0.999
