"""Confidences, and whether each was right -> how far a confidence can be trusted.

An outcome is a pair: the confidence, from 0 to 1, and whether the first citation answers. A question without an answer
in the texts counts as wrong, whatever is cited.

The figure ``ece`` is computed over bins of equal mass. Confidences lie close together, so that most of them fall into
two or three bins of equal width; and equal mass has the lower bias (Roelofs, Cain, Shlens and Mozer, *Mitigating Bias
in Calibration Error Estimation*, 2022). Bins of equal width, ``ece_width``, are for comparison with figures that others
publish. Both come out too large for small sets, since each bin has an error by chance, which is never negative.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

Outcome = tuple[float, bool]
BINS = 10
LEAST = 10
"""How many questions a bin of equal mass should have, so that its share right is more than chance."""


@dataclass(frozen=True)
class Bin:
    """Questions of similar confidence: how many, their mean confidence, and the share that was right."""

    questions: int
    confidence: float
    right: float


@dataclass(frozen=True)
class RiskPoint:
    """A share of all questions, those with the highest confidence, and the share of them that was wrong."""

    coverage: float
    risk: float


def bins_of_equal_mass(outcomes: Sequence[Outcome], bins: int = BINS, least: int = LEAST) -> list[Bin]:
    """Put about the same number of questions into each bin, in order of confidence.

    Adaptive binning (Nguyen and O'Connor, *Posterior calibration and exploratory analysis for natural language
    processing models*, 2015).

    Args:
        outcomes: the outcomes in any order.
        bins: how many bins there should be. Equal confidences stay together, so there may be fewer; none is empty.
        least: how many questions a bin should have: fewer bins are made of a small set, and one of a smaller one.
    """
    bins = max(1, min(bins, len(outcomes) // least))
    found: list[Bin] = []
    own: list[Outcome] = []
    seen, due = 0, 1
    for _, tied in groupby(sorted(outcomes), key=itemgetter(0)):
        own += tied
        if (seen + len(own)) * bins >= due * len(outcomes):
            seen += len(own)
            due = seen * bins // len(outcomes) + 1
            found.append(_bin(own))
            own = []
    return found


def bins_of_equal_width(outcomes: Sequence[Outcome], bins: int = BINS) -> list[Bin]:
    """Divide 0 to 1 into equal parts and return those with questions; a confidence between two is in the upper one.

    Guo, Pleiss, Sun and Weinberger, *On Calibration of Modern Neural Networks*, 2017, section 2.
    """

    def number(outcome: Outcome) -> int:
        return min(int(outcome[0] * bins), bins - 1)

    return [_bin(list(own)) for _, own in groupby(sorted(outcomes), key=number)]


def error(bins: Sequence[Bin]) -> float | None:
    """Return ECE, the expected calibration error: the mean gap between confidence and share right, by question.

    ``sum(questions / all questions * |right - confidence|)`` over the bins (Naeini, Cooper and Hauskrecht, *Obtaining
    Well Calibrated Probabilities Using Bayesian Binning*, 2015; Guo and others, 2017, equation 3). None without bins.
    """
    questions = sum(own.questions for own in bins)
    return math.fsum(own.questions * abs(own.right - own.confidence) for own in bins) / questions if bins else None


def brier(outcomes: Sequence[Outcome]) -> float | None:
    """Return the Brier score: the mean of ``(confidence - outcome) ** 2``, where right is 1 and wrong is 0.

    Half of the sum over both outcomes in Brier, *Verification of forecasts expressed in terms of probability*, 1950.
    None without outcomes.
    """
    gaps = [(confidence - right) ** 2 for confidence, right in outcomes]
    return math.fsum(gaps) / len(gaps) if gaps else None


def risk_curve(outcomes: Sequence[Outcome]) -> list[RiskPoint]:
    """Return the risk for each coverage that a threshold can give, from the lowest coverage to 1.

    Coverage is the share of questions whose confidence reaches the threshold, risk the share of those that was wrong
    (El-Yaniv and Wiener, *On the Foundations of Noise-free Selective Classification*, 2010). No threshold divides
    equal confidences, so they make one point.
    """
    points: list[RiskPoint] = []
    answered = wrong = 0
    for _, tied in groupby(sorted(outcomes, reverse=True), key=itemgetter(0)):
        own = list(tied)
        answered += len(own)
        wrong += sum(not right for _, right in own)
        points.append(RiskPoint(answered / len(outcomes), wrong / answered))
    return points


def aurc(curve: Sequence[RiskPoint]) -> float | None:
    """Return AURC, the area under the risk-coverage curve: the mean risk where each question sets the threshold.

    Each point counts by the coverage that it adds (Geifman, Uziel and El-Yaniv, *Bias-Reduced Uncertainty Estimation
    for Deep Neural Classifiers*, 2019). None without points.
    """
    before = [0.0, *(point.coverage for point in curve)]
    added = [(point.coverage - less) * point.risk for point, less in zip(curve, before, strict=False)]
    return math.fsum(added) if added else None


def _bin(outcomes: Sequence[Outcome]) -> Bin:
    count = len(outcomes)
    confidence = math.fsum(confidence for confidence, _ in outcomes) / count
    return Bin(count, confidence, sum(right for _, right in outcomes) / count)
