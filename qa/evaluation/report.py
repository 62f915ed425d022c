"""Question set, index -> ``Report``: the score of each question, and the figures computed from them.

Retrieval figures come from the rank of the right passage and evidence figures from what the answers cite. Abstention
figures are the share of answerable questions that were answered, the share of the others that were declined, and how
well the confidence alone separates the two. Confidence figures say how far it can be trusted to tell whether the first
citation answers.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from qa.answer import Answer, least_confidence
from qa.catalogue import Sentence
from qa.errors import EvaluationSetError
from qa.evaluation import calibration, metrics
from qa.evaluation.calibration import Outcome
from qa.evaluation.questions import Collection, EvaluationSet
from qa.evaluation.scores import DEPTH, EvidenceScore, QuestionScore, score_question
from qa.evaluation.sets import place
from qa.index import Index
from qa.progress import Progress, ProgressEvent, Stage
from qa.search.config import DEFAULT_CONFIG, SearchConfig
from qa.text.passages import Chunking


@dataclass(frozen=True)
class Report:
    """The scores of a set's questions; every figure is computed from them.

    Attributes:
        set: the set's name.
        scores: one for each question.
        seconds: how long it took.
        threshold: the confidence from which on questions were answered.
    """

    set: str
    scores: tuple[QuestionScore, ...]
    seconds: float
    threshold: float

    def to_dict(self) -> dict[str, Any]:
        """Return the figures as ``qa eval --json`` prints them; None where a set does not allow a figure."""
        languages = sorted({score.lang for score in self.scores})
        return {
            "set": self.set,
            **_figures(self.scores),
            "verbatim": self.verbatim,
            "languages": {lang: _figures([s for s in self.scores if s.lang == lang]) for lang in languages},
            **({"groups": {name: _figures(own) for name, own in self.groups.items()}} if self.groups else {}),
            "intervals": {name: _intervals(own) for name, own in {"all": list(self.scores), **self.groups}.items()},
            "seconds": round(self.seconds, 1),
        }

    @property
    def groups(self) -> dict[str, list[QuestionScore]]:
        """The questions in their document's language, those in another, and each kind; {} if the set does not say."""
        groups = {
            "same language": [score for score in self.scores if score.same_language is True],
            "other language": [score for score in self.scores if score.same_language is False],
        }
        for kind in sorted({score.kind for score in self.scores if score.kind}):
            groups[kind] = [score for score in self.scores if score.kind == kind]
        return {name: own for name, own in groups.items() if own}

    @property
    def outcomes(self) -> list[Outcome]:
        """The confidence of each question and whether it was right; [] if the set does not say of every question."""
        return _outcomes(self.scores)

    @property
    def verbatim(self) -> float | None:
        """Share of all excerpts shown that are equal to their source's text; not rounded, so 1.0 means all."""
        shown = sum(score.shown for score in self.scores)
        return sum(score.verbatim for score in self.scores) / shown if shown else None


def evaluate(
    questions: EvaluationSet,
    index: Index | str | Path | None = None,
    *,
    progress: Progress | None = None,
    limit: int | None = None,
    seed: int = 0,
    chunking: Chunking | None = None,
    config: SearchConfig = DEFAULT_CONFIG,
    standalone: bool = False,
) -> Report:
    """Ask every question of a set and score the answers.

    Args:
        questions: the set; texts that it includes are indexed in a temporary folder.
        index: an open index or its folder, for questions about a text that the set does not include.
        progress: called after each question, and while texts are indexed.
        limit: how many questions to draw from the set; None: all. The texts stay complete. Of a conversation the first
            turns are drawn.
        seed: the seed of the draw.
        chunking: how large the passages of the set's own texts are; None for the default.
        config: how questions are answered.
        standalone: whether the turns of a conversation are asked each by itself, in their complete form; otherwise each
            is asked as it stands, after what was really answered before.

    Raises:
        EvaluationSetError: the set needs an index, and none is given or it holds another text.
        IndexError_: the index cannot be used.
    """
    started = time.perf_counter()
    if questions.needs_index:
        if index is None:
            raise EvaluationSetError("set.index", name=questions.name)
        index = index if isinstance(index, Index) else Index.open(index)
        questions = place(questions, index.sources)
    if limit is not None:
        questions = _draw(questions, limit, seed)
    total = sum(len(collection.questions) for collection in questions.collections)
    scores: list[QuestionScore] = []
    threshold = 0.0
    for collection_index, collection in _indexed(questions, index, progress, chunking):
        asked = collection.questions
        threshold = least_confidence(collection_index, config)
        texts = {source.name: source for source in collection.sources} if collection.sources else None
        # Where a source should be found, hits from one source count once.
        depth = DEPTH * (_most_passages(collection_index) if any(question.gold for question in asked) else 1)
        histories: dict[str, list[Answer]] = {}
        for question in asked:
            is_turn = question.conversation and not standalone
            history = histories.setdefault(question.conversation, []) if is_turn else None
            scores.append(score_question(collection_index, question, depth, texts, config, history))
            if progress:
                progress(ProgressEvent(Stage.ASKING, len(scores), total))
    return Report(questions.name, tuple(scores), time.perf_counter() - started, threshold)


def _draw(questions: EvaluationSet, limit: int, seed: int) -> EvaluationSet:
    conversations: dict[tuple[int, str | int], list[tuple[int, int]]] = {}
    for c, collection in enumerate(questions.collections):
        for q, asked in enumerate(collection.questions):
            conversations.setdefault((c, asked.conversation or q), []).append((c, q))
    drawn = list(conversations.values())
    random.Random(seed).shuffle(drawn)
    kept = set([one for turns in drawn for one in turns][:limit])
    collections = [
        replace(collection, questions=tuple(asked for q, asked in enumerate(collection.questions) if (c, q) in kept))
        for c, collection in enumerate(questions.collections)
    ]
    return replace(questions, collections=tuple(collection for collection in collections if collection.questions))


def _indexed(
    questions: EvaluationSet, index: Index | str | Path | None, progress: Progress | None, chunking: Chunking | None
) -> Iterator[tuple[Index, Collection]]:
    """Yield each collection with its index; a temporary index is removed before the next one."""
    # With hundreds of small collections a bar for each would only flicker.
    own_progress = progress if len(questions.collections) == 1 else None
    for collection in questions.collections:
        if collection.sources is None:
            assert isinstance(index, Index)  # evaluate() opened it
            yield index, collection
        else:
            with TemporaryDirectory(prefix="qa-eval-") as folder:
                path = Path(folder) / "index"
                built = Index.build(collection.sources, path, chunking=chunking, progress=own_progress)
                yield built, collection


def _most_passages(index: Index) -> int:
    """Return the number of passages of the largest source: that many hits may come from one source."""
    counts = dict.fromkeys(index.sources, 0)
    for passage in index.passages:
        counts[passage.source] += 1
    return max(counts.values(), default=1)


def _figures(scores: Sequence[QuestionScore]) -> dict[str, Any]:
    judged = [score for score in scores if score.judged]
    ranks = [score.rank for score in judged]
    answerable = [score for score in scores if score.answerable]
    unanswerable = [score for score in scores if not score.answerable]
    return {
        "questions": len(scores),
        "retrieval": _rounded(
            {
                "R@1": metrics.recall_at(1, ranks),
                "R@5": metrics.recall_at(5, ranks),
                "R@10": metrics.recall_at(10, ranks),
                "MRR@10": metrics.mrr_at(10, ranks),
                "nDCG@10": metrics.ndcg_at(10, ranks),
            }
        ),
        "evidence": _evidence_figures([score.evidence for score in judged]),
        "forced": _evidence_figures([score.forced for score in judged]),
        "abstention": _rounded(
            {
                "answered_answerable": metrics.mean([score.answered for score in answerable]),
                "declined_unanswerable": metrics.mean([not score.answered for score in unanswerable]),
                "AUC": metrics.roc_auc((s.confidence for s in answerable), (s.confidence for s in unanswerable)),
            }
        ),
        "confidence": _confidence_figures(_outcomes(scores)),
    }


def _outcomes(scores: Sequence[QuestionScore]) -> list[Outcome]:
    # Without the questions whose outcome is unknown the others would look riskier than they are.
    outcomes = [(score.confidence, score.right) for score in scores if score.right is not None]
    return outcomes if len(outcomes) == len(scores) else []


def _confidence_figures(outcomes: Sequence[Outcome]) -> dict[str, float | None]:
    return _rounded(
        {
            "ece": calibration.error(calibration.bins_of_equal_mass(outcomes)),
            "ece_width": calibration.error(calibration.bins_of_equal_width(outcomes)),
            "brier": calibration.brier(outcomes),
            "aurc": calibration.aurc(calibration.risk_curve(outcomes)),
        }
    )


def _evidence_figures(scores: Sequence[EvidenceScore]) -> dict[str, float | None]:
    return _rounded(
        {
            "first": metrics.mean([score.first for score in scores]),
            "cited": metrics.mean([score.cited for score in scores]),
            "answer": metrics.mean([score.answer for score in scores]),
            "citations": metrics.mean([score.citations for score in scores]),
            "span": metrics.mean([score.span for score in scores]),
            "f1": metrics.mean([score.f1 for score in scores]),
        }
    )


def _intervals(scores: Sequence[QuestionScore]) -> dict[str, list[float] | None]:
    """Return the 95 % intervals, low and high, of the figures that are read most."""
    judged = [score for score in scores if score.judged]
    values = {
        "R@1": [float(score.rank == 1) for score in judged],
        "first": [float(score.evidence.first) for score in judged],
        "cited": [float(score.evidence.cited) for score in judged],
        "answered_answerable": [float(score.answered) for score in scores if score.answerable],
        "declined_unanswerable": [float(not score.answered) for score in scores if not score.answerable],
    }
    found = {name: metrics.interval(own) for name, own in values.items()}
    return {name: None if one is None else [round(one[0], 4), round(one[1], 4)] for name, one in found.items()}


def _rounded(figures: dict[str, float | None]) -> dict[str, float | None]:
    return {name: None if figure is None else round(figure, 4) for name, figure in figures.items()}


def render(report: Report) -> str:
    """Return the report as tables for a terminal: one for each kind of figure, a row for all and one per language.

    The column ``of`` is the number of questions that a row is about.
    """
    figures = report.to_dict()
    heading = Sentence(
        "eval.heading.none" if report.verbatim is None else "eval.heading",
        set=report.set,
        questions=Sentence("history.count", count=len(report.scores)),
        seconds=f"{report.seconds:.1f}",
        verbatim="" if report.verbatim is None else f"{100 * report.verbatim:.6g} %",
    )
    tables = [_table(report, kind) for kind in _TITLES if kind != "forced" or figures["forced"] != figures["evidence"]]
    return "\n\n".join(filter(None, [str(heading), *tables, _interval_table(figures["intervals"])]))


def _table(report: Report, kind: str) -> str:
    """Return the table of one kind of figure; "" if the set allows none of them."""
    figures = report.to_dict()
    if all(figure is None for figure in figures[kind].values()):
        return ""
    of_all = kind in ("abstention", "confidence")
    counted = [score.lang for score in report.scores if score.judged or of_all]
    groups = {name: [score for score in own if score.judged or of_all] for name, own in report.groups.items()}
    rows = [[_TITLES[kind], "of", *figures[kind]]]
    rows.append(["all", str(len(counted)), *map(_figure_text, figures[kind].values())])
    languages = sorted(set(counted))
    for lang in languages if len(languages) > 1 else ():
        row = figures["languages"][lang][kind].values()
        rows.append([lang, str(counted.count(lang)), *map(_figure_text, row)])
    for name, own in groups.items():
        if own:
            rows.append([name, str(len(own)), *map(_figure_text, figures["groups"][name][kind].values())])
    return _aligned(rows)


def _interval_table(intervals: dict[str, dict[str, list[float] | None]]) -> str:
    """Return the table of 95 % intervals, a row for all questions and one for each group."""
    rows = [["95 % intervals", *intervals["all"]]]
    rows += [
        [name, *("-" if one is None else f"{one[0]:.2f}-{one[1]:.2f}" for one in own.values())]
        for name, own in intervals.items()
    ]
    return _aligned(rows)


_TITLES = {
    "retrieval": "retrieval",
    "evidence": "evidence",
    "forced": "evidence, never declining",
    "abstention": "abstention",
    "confidence": "confidence",
}


def _figure_text(figure: float | None) -> str:
    return "-" if figure is None else f"{figure:.4f}"


def _aligned(cells: Sequence[Sequence[str]]) -> str:
    """Return rows of cells as aligned columns: names to the left, figures to the right."""
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = []
    for name, *figures in cells:
        right = [figure.rjust(width) for figure, width in zip(figures, widths[1:], strict=True)]
        lines.append("  ".join([name.ljust(widths[0]), *right]))
    return "\n".join(lines)
