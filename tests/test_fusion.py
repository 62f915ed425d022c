"""Two score lists become one."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from qa.search.fusion import fuse, standardise


def test_z_scores_by_hand() -> None:
    scaled = standardise(np.array([1, 2, 3], dtype=np.float32))
    np.testing.assert_allclose(scaled, [-1.2247449, 0, 1.2247449], rtol=1e-6)


def test_equal_scores_say_nothing() -> None:
    assert standardise(np.full(4, 0.8, dtype=np.float32)).tolist() == [0, 0, 0, 0]
    assert standardise(np.zeros(0, dtype=np.float32)).tolist() == []


def test_words_decide_between_equals_in_meaning() -> None:
    fused = fuse(np.array([0.5, 0.5, 0.5], dtype=np.float32), np.array([0, 3, 0], dtype=np.float32), trust=1.0)
    assert fused.argmax() == 1


def test_without_trust_words_do_not_count() -> None:
    meaning = np.array([0.9, 0.1, 0.5], dtype=np.float32)
    words = np.array([0, 0, 9], dtype=np.float32)
    assert fuse(meaning, words, trust=0.0).tolist() == standardise(meaning).tolist()
    assert fuse(meaning, words, trust=1.0).argmax() == 2


def test_given_spreads_take_the_place_of_the_lists_own() -> None:
    meaning = np.array([0.90, 0.88], dtype=np.float32)
    words = np.array([0.0, 1.0], dtype=np.float32)
    fused = fuse(meaning, words, trust=0.5, spreads=(0.02, 2.0))
    np.testing.assert_allclose(fused, [0.5 - 0.125, -0.5 + 0.125], atol=1e-4)
    assert fuse(np.zeros(2, dtype=np.float32), words, 1.0, spreads=(0.02, 2.0)).tolist() == [-0.25, 0.25]


@given(arrays(np.float32, st.integers(1, 50), elements=st.floats(-100, 100, width=32)))
def test_the_order_of_one_list_is_kept(scores: np.ndarray) -> None:
    fused = fuse(scores, np.zeros_like(scores), trust=1.0)
    assert np.isfinite(fused).all()
    order = np.argsort(scores, kind="stable")
    assert (np.diff(fused[order]) >= 0).all()
