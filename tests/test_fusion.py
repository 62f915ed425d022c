"""Several lists of scores become one."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from qa.search.fusion import Component, fuse, z_scores


def scores(*values: float) -> np.ndarray:
    return np.array(values, dtype=np.float32)


def test_z_scores_by_hand() -> None:
    np.testing.assert_allclose(z_scores(scores(1, 2, 3)), [-1.2247449, 0, 1.2247449], rtol=1e-6)


def test_equal_scores_say_nothing() -> None:
    assert z_scores(scores(0.8, 0.8, 0.8, 0.8)).tolist() == [0, 0, 0, 0]
    assert z_scores(scores()).tolist() == []


def test_words_decide_between_equals_in_meaning() -> None:
    fused = fuse([Component(scores(0.5, 0.5, 0.5), 1.0), Component(scores(0, 3, 0), 1.0)])
    assert fused.argmax() == 1


def test_a_component_of_no_weight_does_not_count() -> None:
    meaning, lexical = scores(0.9, 0.1, 0.5), scores(0, 0, 9)
    assert fuse([Component(meaning, 1.0), Component(lexical, 0.0)]).tolist() == z_scores(meaning).tolist()
    assert fuse([Component(meaning, 1.0), Component(lexical, 1.0)]).argmax() == 2


def test_a_fallback_takes_the_place_of_the_lists_own_standard_deviation() -> None:
    lexical = Component(scores(0.0, 1.0), 0.5, fallback_std=2.0)
    fused = fuse([Component(scores(0.90, 0.88), 1.0, fallback_std=0.02), lexical])
    np.testing.assert_allclose(fused, [0.5 - 0.125, -0.5 + 0.125], atol=1e-4)
    assert fuse([Component(scores(0, 0), 1.0, 0.02), lexical]).tolist() == [-0.125, 0.125]


@given(arrays(np.float32, st.integers(1, 50), elements=st.floats(-100, 100, width=32)))
def test_the_order_of_one_list_is_kept(values: np.ndarray) -> None:
    fused = fuse([Component(values, 1.0), Component(np.zeros_like(values), 1.0)])
    assert np.isfinite(fused).all()
    order = np.argsort(values, kind="stable")
    assert (np.diff(fused[order]) >= 0).all()
