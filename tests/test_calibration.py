"""How far a confidence can be trusted: every figure worked by hand, with ties and with nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.evaluation.calibration import (
    Bin,
    Outcome,
    RiskPoint,
    aurc,
    bins_of_equal_mass,
    bins_of_equal_width,
    brier,
    error,
    risk_curve,
)

FOUR = [(0.8, True), (0.3, False), (0.9, True), (0.8, False)]
"""Two right and two wrong; the two in the middle are equally confident."""

outcomes = st.lists(st.tuples(st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.9, 1.0]), st.booleans()), min_size=1, max_size=30)


def sizes(bins: list[Bin]) -> list[int]:
    return [own.questions for own in bins]


def test_bins_of_equal_mass_keep_equal_confidences_together() -> None:
    low, high = bins_of_equal_mass(FOUR, bins=2, least=1)
    # two each would part the two of .8: the first bin takes both
    assert (low.questions, low.confidence, low.right) == (3, pytest.approx((0.3 + 0.8 + 0.8) / 3), pytest.approx(1 / 3))
    assert high == Bin(1, 0.9, 1.0)


def test_bins_after_a_long_tie_are_as_large_as_others() -> None:
    tied = [(0.5, True)] * 4
    assert sizes(bins_of_equal_mass([*tied, (0.9, True), (0.95, True)], bins=3, least=1)) == [4, 2]
    assert sizes(bins_of_equal_mass(tied, bins=3, least=1)) == [4]


def test_a_small_set_has_fewer_bins_so_that_each_has_enough_questions() -> None:
    spread = [(number / 1000, True) for number in range(1000)]
    assert sizes(bins_of_equal_mass(spread)) == [100] * 10
    assert sizes(bins_of_equal_mass(spread[:25])) == [13, 12]
    assert sizes(bins_of_equal_mass(spread[:3])) == [3]


def test_a_confidence_between_two_bins_of_equal_width_is_in_the_upper_one_and_1_in_the_last() -> None:
    found = bins_of_equal_width([(0.0, False), (0.49, False), (0.5, True), (1.0, True)], bins=2)
    assert found == [Bin(2, 0.245, 0.0), Bin(2, 0.75, 1.0)]
    assert sizes(bins_of_equal_width([(0.05, True), (0.95, True)])) == [1, 1]  # the eight between are left out


def test_the_calibration_error_weighs_the_gap_of_each_bin_by_its_questions() -> None:
    # 3/4 * |1/3 - 1.9/3| + 1/4 * |1 - .9| = .75 * .3 + .25 * .1
    assert error(bins_of_equal_mass(FOUR, bins=2, least=1)) == pytest.approx(0.25)
    # below .5: 1/4 * |0 - .3|; above: 3/4 * |2/3 - 2.5/3|
    assert error(bins_of_equal_width(FOUR, bins=2)) == pytest.approx(0.075 + 0.125)
    # within one bin too high and too low make up for each other: |1/2 - 2.8/4|
    assert error(bins_of_equal_mass(FOUR)) == pytest.approx(0.2)


def test_the_brier_score_is_the_mean_square_of_the_gaps() -> None:
    assert brier(FOUR) == pytest.approx((0.2**2 + 0.3**2 + 0.1**2 + 0.8**2) / 4)
    assert brier([(1.0, True), (0.0, False)]) == 0.0
    assert brier([(1.0, False)]) == 1.0


def test_the_risk_falls_as_the_least_confident_are_declined() -> None:
    # .9 is right; of three from .8 on one is wrong; of all four two are
    assert risk_curve(FOUR) == [RiskPoint(0.25, 0.0), RiskPoint(0.75, 1 / 3), RiskPoint(1.0, 0.5)]


def test_the_area_under_the_curve_counts_each_point_by_the_coverage_that_it_adds() -> None:
    assert aurc(risk_curve(FOUR)) == pytest.approx(0.25 * 0 + 0.5 / 3 + 0.25 * 0.5)
    # all equally confident: nothing can be declined before the rest, whatever the order of the questions
    assert aurc(risk_curve([(0.5, True), (0.5, False)])) == aurc(risk_curve([(0.5, False), (0.5, True)])) == 0.5
    # the best and the worst order of one right and one wrong
    assert aurc(risk_curve([(0.9, True), (0.1, False)])) == pytest.approx(0.5 * 0 + 0.5 * 0.5)
    assert aurc(risk_curve([(0.9, False), (0.1, True)])) == pytest.approx(0.5 * 1 + 0.5 * 0.5)


def test_nothing_has_no_bins_no_curve_and_no_figures() -> None:
    assert bins_of_equal_mass([]) == bins_of_equal_width([]) == risk_curve([]) == []
    assert error([]) is brier([]) is aurc([]) is None


@given(outcomes)
def test_the_area_is_the_mean_risk_where_each_question_sets_the_threshold(judged: list[Outcome]) -> None:
    reached = [[right for other, right in judged if other >= confidence] for confidence, _ in judged]
    risks = [own.count(False) / len(own) for own in reached]
    assert aurc(risk_curve(judged)) == pytest.approx(sum(risks) / len(risks))


@given(outcomes, st.integers(1, 12), st.integers(1, 12))
def test_bins_hold_every_question_once_and_no_confidence_is_in_two(
    judged: list[Outcome], bins: int, least: int
) -> None:
    for found in (bins_of_equal_mass(judged, bins, least), bins_of_equal_width(judged, bins)):
        assert sum(sizes(found)) == len(judged)
        assert len(found) <= bins
        assert [own.confidence for own in found] == sorted({own.confidence for own in found})
        assert sum(own.right * own.questions for own in found) == pytest.approx(sum(right for _, right in judged))


@given(outcomes, st.randoms(use_true_random=False))
def test_the_order_of_the_questions_changes_nothing(judged: list[Outcome], random: object) -> None:
    shuffled = list(judged)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert risk_curve(shuffled) == risk_curve(judged)
    assert bins_of_equal_mass(shuffled, least=1) == bins_of_equal_mass(judged, least=1)
