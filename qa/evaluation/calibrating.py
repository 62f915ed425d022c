"""Questions with and without an answer -> a calibration: what each sign of a question counts for its confidence.

The confidence is the probability that citation [1] answers. It is fitted on questions about half of which have no
answer in their texts: where users ask fewer such questions, answers are right more often than it says.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from qa.answering.confidence import Calibration, Signs, first_calibration
from qa.answering.finding import find
from qa.answering.readings import can_read
from qa.errors import ModelError, SourceError
from qa.evaluation.questions import Question
from qa.index import Index
from qa.progress import Progress, ProgressEvent, Stage
from qa.reader.loading import reader_id
from qa.retrieval import prepare
from qa.search.config import DEFAULT_CONFIG, Boldness, SearchConfig
from qa.search.weights import DEFAULT_MODEL
from qa.suggestions.candidates import Candidate, candidates

DECLINED = {Boldness.LOW: 0.25, Boldness.NORMAL: 0.12, Boldness.HIGH: 0.03}
"""Share of the questions with an answer that are declined, of those that the packaged calibration is fitted to."""
MOST_ASKED = 100
"""Questions made of an index's own sentences that it is calibrated with; each is asked twice."""
FEWEST_ASKED = 5
"""Questions, each asked with and without what answers it, that a calibration needs."""
_STRENGTH = 1.0
"""How freely the weights are fitted (scikit-learn's C)."""
_FIRMNESS = 5.0
"""How firmly an index's calibration keeps to the packaged one: rules make easier questions than people do."""


@dataclass(frozen=True)
class Example:
    """A question with what its answer depends on.

    Attributes:
        signs: the signs of its confidence.
        right: whether its best unit is evidence; if the question has none, whether it is answerable.
        answerable: whether it has an answer in the texts.
    """

    signs: Signs
    right: bool
    answerable: bool


@dataclass(frozen=True)
class Calibrated:
    """An index's own calibration, and what it was fitted to.

    Attributes:
        index: the index that keeps it.
        calibration: the calibration.
        examples: questions made of its sentences, each with and without the passages that answer.
    """

    index: Index
    calibration: Calibration
    examples: tuple[Example, ...]

    def to_dict(self) -> dict[str, int]:
        """Return how many questions were asked and right, and what is declined now, as the shell prints it."""
        calibration = self.calibration
        least = calibration.threshold(Boldness.NORMAL)
        own = [example for example in self.examples if example.answerable]
        without = [example for example in self.examples if not example.answerable]
        return {
            "generation": self.index.generation,
            "questions": len(own),
            "right": sum(example.right for example in own),
            "declined": sum(calibration.probability(example.signs) < least for example in own),
            "without": len(without),
            "declined_without": sum(calibration.probability(example.signs) < least for example in without),
        }


def examples_of(index: Index, questions: Iterable[Question]) -> Iterator[Example]:
    """Yield what is found for questions; those for which nothing is found are left out."""
    for question in questions:
        found = find(index, prepare(index, question.question), 1)
        if found.signs is not None:
            best = found.best
            right = not question.evidence or question.is_answered_by(best.source, best.start, best.end)
            yield Example(found.signs, question.answerable and right, question.answerable)


def fit(examples: Sequence[Example]) -> Calibration:
    """Fit a calibration to examples, some right and some not.

    Raises:
        ValueError: all are right, or none is.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    signs = np.array([example.signs for example in examples], dtype=np.float64)
    right = np.array([example.right for example in examples])
    scaler = StandardScaler().fit(signs)
    fitted = LogisticRegression(C=_STRENGTH, max_iter=1000).fit(scaler.transform(signs), right)
    weights = fitted.coef_[0] / scaler.scale_
    calibration = Calibration(
        dict(zip(Signs._fields, np.round(weights, 6).tolist(), strict=True)),
        round(float(fitted.intercept_[0] - weights @ scaler.mean_), 6),
        {},
        reader_id(),
    )
    answerable = [calibration.probability(example.signs) for example in examples if example.answerable]
    thresholds = {str(bold): round(float(np.quantile(answerable, share)), 4) for bold, share in DECLINED.items()}
    return replace(calibration, thresholds=thresholds)


def calibrate(index: Index, progress: Progress | None = None, config: SearchConfig = DEFAULT_CONFIG) -> Calibrated:
    """Fit an index's own calibration, and keep it.

    Questions are made of the index's sentences, as suggestions are. Each is asked of all passages, and of all but
    those that answer it, when it has no answer.

    Raises:
        ModelError: the index is of another model than the default one, and cannot be read.
        SourceError: too few questions can be made of its sentences.
    """
    if not can_read(index, config):
        raise ModelError("model.reader", model=repr(index.model.name), default=DEFAULT_MODEL)
    pool = candidates(index)
    drawn = random.Random(0).sample(pool, min(MOST_ASKED, len(pool)))
    examples: list[Example] = []
    for number, candidate in enumerate(drawn, 1):
        pair = list(own_examples(index, candidate, config))
        examples += pair if len(pair) == 2 else []
        if progress:
            progress(ProgressEvent(Stage.ASKING, number, len(drawn)))
    if len(examples) < 2 * FEWEST_ASKED:
        raise SourceError("calibrate.few", questions=len(examples) // 2, needed=FEWEST_ASKED)
    fitted = scaled(first_calibration(config), examples)
    return Calibrated(index.calibrated(fitted.to_record(), progress=progress), fitted, tuple(examples))


def own_examples(index: Index, candidate: Candidate, config: SearchConfig = DEFAULT_CONFIG) -> Iterator[Example]:
    """Yield a question made of an index's own sentences, with and without the passages that answer it."""
    query = prepare(index, candidate.draft.question)
    found = find(index, query, 1, config=config)
    if found.signs is not None:
        best = found.best
        yield Example(found.signs, (best.source, best.start, best.end) in candidate.answers, answerable=True)
    answering = {index.passage_at(source, start) for source, start, _ in candidate.answers}
    others = np.array([n for n in range(len(index.passages)) if n not in answering], dtype=np.int64)
    without = find(index, query, 1, others, config)
    if without.signs is not None:
        yield Example(without.signs, right=False, answerable=False)


def scaled(calibration: Calibration, examples: Sequence[Example]) -> Calibration:
    """Return a calibration whose log-odds are scaled and shifted to fit examples (Platt 1999), but not far.

    The thresholds stay: they are probabilities, which mean the same for every index.
    """
    from scipy.optimize import minimize

    odds = np.array([_log_odds(calibration.probability(example.signs)) for example in examples])
    right = np.array([example.right for example in examples])

    def loss(given: npt.NDArray[np.float64]) -> float:
        slope, shift = given
        wrong = np.logaddexp(0, np.where(right, -1, 1) * (slope * odds + shift)).sum()
        return float(wrong + _FIRMNESS * ((slope - 1) ** 2 + shift**2))

    slope, shift = minimize(loss, np.array([1.0, 0.0]), bounds=[(0, None), (None, None)]).x if len(odds) else (1.0, 0.0)
    slope = float(slope)
    weights = {name: round(slope * weight, 6) for name, weight in calibration.weights.items()}
    return replace(calibration, weights=weights, bias=round(slope * calibration.bias + float(shift), 6))


def _log_odds(probability: float) -> float:
    return math.log(max(probability, 1e-12) / max(1 - probability, 1e-12))
