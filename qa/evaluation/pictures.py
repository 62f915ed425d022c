"""``Report`` -> two pictures: what declining costs and gains, and whether confidences can be taken at their word.

NAME-risk.svg         risk against coverage, the product's threshold, and the risk of answering everything
NAME-reliability.svg  the share right against the mean confidence, by bins of equal mass
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from qa import plot
from qa.catalogue import Sentence
from qa.errors import EvaluationSetError, StorageError
from qa.evaluation import calibration
from qa.evaluation.questions import EvaluationSet
from qa.evaluation.report import Report
from qa.plot import Axis, Plot, Series


def check_pictures(questions: EvaluationSet, folder: Path) -> None:
    """Check before any question is asked that pictures can be drawn and written, and make the folder.

    Raises:
        EvaluationSetError: the set has an answer without saying where it is.
        StorageError: the folder cannot be made, or the files in it cannot be written.
    """
    asked = [question for collection in questions.collections for question in collection.questions]
    if any(question.answerable and not question.is_judged for question in asked):
        raise EvaluationSetError("set.unmarked", name=questions.name)
    with _writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        for file in _files(questions.name, folder):
            is_new = not file.exists()
            file.open("ab").close()
            if is_new:
                file.unlink()


def write_pictures(report: Report, folder: Path) -> list[Path]:
    """Write the pictures of a report into a folder that is there, and return their files.

    Raises:
        StorageError: they cannot be written.
    """
    files = _files(report.set, folder)
    with _writing(folder):
        for file, picture in zip(files, (risk_plot(report), reliability_plot(report)), strict=True):
            file.write_text(plot.draw(picture), encoding="utf-8")
    return files


def risk_plot(report: Report) -> Plot:
    """Return the risk at each coverage; there must be outcomes."""
    curve = calibration.risk_curve(report.outcomes)
    points = [(point.coverage, point.risk) for point in curve]
    _, everything = points[-1]
    name = _words("eval.plot.curve", aurc=_figure(calibration.aurc(curve)))
    series = [
        Series(name, points, dots=len(points) == 1),
        Series(_words("eval.plot.all", risk=_figure(everything)), [(0, everything), (1, everything)], 1, dashed=True),
    ]
    answered = [score for score in report.scores if score.answered]
    if answered:
        coverage = len(answered) / len(report.scores)
        risk = sum(not score.right for score in answered) / len(answered)
        told = {"coverage": _figure(coverage), "risk": _figure(risk), "threshold": f"{report.threshold:g}"}
        series.append(Series(_words("eval.plot.threshold", **told), [(coverage, risk)], 2, line=False, dots=True))
    tenths = max(1, math.ceil(max(risk for _, risk in points) * 10))
    parts, decimals = (tenths, 1) if tenths > 2 else (5 * tenths, 2)
    risks = Axis(_words("eval.plot.wrong"), high=tenths / 10, parts=parts, decimals=decimals)
    return Plot(_heading("eval.plot.risk", report), Axis(_words("eval.plot.coverage")), risks, series)


def reliability_plot(report: Report) -> Plot:
    """Return the share right of each bin, and as a table how many questions it has; there must be outcomes."""
    bins = calibration.bins_of_equal_mass(report.outcomes)
    told = {"ece": _figure(calibration.error(bins)), "brier": _figure(calibration.brier(report.outcomes))}
    points = [(own.confidence, own.right) for own in bins]
    titles = ("eval.plot.column.confidence", "eval.plot.column.right", "eval.plot.column.questions")
    rows = [[_figure(own.confidence), _figure(own.right), str(own.questions)] for own in bins]
    return Plot(
        _heading("eval.plot.reliability", report),
        Axis(_words("eval.plot.confidence")),
        Axis(_words("eval.plot.right")),
        [
            Series(_words("eval.plot.bins", **told), points, dots=True),
            Series(_words("eval.plot.ideal"), [(0, 0), (1, 1)], plot.GREY, dashed=True),
        ],
        [list(map(_words, titles)), *rows],
    )


def _heading(key: str, report: Report) -> str:
    return _words(key, set=report.set, questions=Sentence("history.count", count=len(report.scores)))


def _words(key: str, **values: object) -> str:
    return str(Sentence(key, **values))


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _files(name: str, folder: Path) -> list[Path]:
    return [folder / f"{name}-{kind}.svg" for kind in ("risk", "reliability")]


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StorageError("set.pictures", folder=str(folder), why=str(error.strerror or error)) from error
