"""Late interaction gives what its formula says, for passages and for their sentences."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from qa.search.embedding import Embedded
from qa.search.rerank import passage_scores, sentence_scores
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
    return TokenVectors.load(tmp_path / "tokens")


def test_what_is_written_is_read_back_by_passage(stored: TokenVectors) -> None:
    vectors, spans = stored.of(2)
    assert vectors.tolist() == [[127, 0, 0], [0, 0, 127], [0, 127, 127]]
    assert spans.tolist() == [[0, 2], [2, 4], [5, 7]]
    assert stored.of(0)[0].tolist() == [[0, 0, 127]]
    assert len(stored.of(1)[0]) == 0


def test_a_passages_score_is_the_mean_of_each_question_tokens_best_cosine(stored: TokenVectors) -> None:
    scores = passage_scores(QUESTION, stored, np.array([0, 1, 2]))
    assert scores.tolist() == pytest.approx([0.0, 0.0, (1 + 2**-0.5) / 2], abs=1e-6)


def test_a_sentence_has_only_its_own_tokens_and_without_any_the_lowest_score(stored: TokenVectors) -> None:
    scores = sentence_scores(QUESTION, stored, 2, [(0, 4), (5, 7), (4, 5)])
    assert scores.tolist() == pytest.approx([0.5, 2**-0.5 / 2, 2**-0.5 / 2], abs=1e-6)


def test_one_byte_a_number_keeps_directions() -> None:
    vectors = unit(*np.random.default_rng(0).normal(size=(100, 384)).tolist())
    kept = quantise(vectors).astype(np.float32)
    cosines = (vectors * kept).sum(axis=1) / np.linalg.norm(kept, axis=1)
    assert cosines.min() > 0.999
