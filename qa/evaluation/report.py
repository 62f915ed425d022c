"""Question set, index -> ``Report``: each question's score, and the figures that are made of them.

Retrieval is told by the place of the right passage, evidence by what the answers cite, abstention by what is
answered of the answerable, what is declined of the rest, and how well the confidence alone tells the two apart.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from qa.errors import EvaluationSetError
from qa.evaluation import metrics
from qa.evaluation.questions import Collection, EvaluationSet
from qa.evaluation.scores import DEPTH, EvidenceScore, QuestionScore, score_question
from qa.evaluation.sets import place
from qa.index import Index
from qa.progress import Progress, ProgressEvent, Stage


@dataclass(frozen=True)
class Report:
    """All scores of a set; every figure is worked out from them."""

    set: str
    scores: tuple[QuestionScore, ...]
    seconds: float

    def to_dict(self) -> dict[str, Any]:
        """The figures as ``qa eval --json`` prints them; None where a set cannot tell a figure."""
        languages = sorted({score.lang for score in self.scores})
        return {
            "set": self.set,
            **_figures(self.scores),
            "verbatim": self.verbatim,
            "languages": {lang: _figures([s for s in self.scores if s.lang == lang]) for lang in languages},
            "seconds": round(self.seconds, 1),
        }

    @property
    def verbatim(self) -> float | None:
        """Share of all excerpts shown that read as their source does; never rounded, so that 1.0 means all."""
        shown = sum(score.shown for score in self.scores)
        return sum(score.verbatim for score in self.scores) / shown if shown else None


def evaluate(
    questions: EvaluationSet,
    index: Index | str | Path | None = None,
    *,
    progress: Progress | None = None,
    limit: int | None = None,
    seed: int = 0,
) -> Report:
    """Asks every question of a set and scores what comes back.

    Texts that the set brings along are indexed in a temporary folder; the questions of other sets are asked of
    ``index``. ``limit`` takes that many questions, drawn with ``seed``, and leaves the texts as they are.

    Raises:
        EvaluationSetError: the set needs an index of a certain text, and ``index`` is none.
        IndexError_: the index cannot be used.
    """
    started = time.perf_counter()
    if questions.needs_index:
        if index is None:
            raise EvaluationSetError("set.index", name=questions.name)
        index = index if isinstance(index, Index) else Index.open(index)
        questions = place(questions, index.sources)
    if limit is not None:
        questions = _sample(questions, limit, seed)
    total = sum(len(collection.questions) for collection in questions.collections)
    scores: list[QuestionScore] = []
    for collection_index, collection in _opened(questions, index, progress):
        asked = collection.questions
        texts = {source.name: source for source in collection.sources} if collection.sources else None
        # Hits of one source count once where a source is what should be found.
        depth = DEPTH * (_most_passages(collection_index) if any(question.gold for question in asked) else 1)
        for question in asked:
            scores.append(score_question(collection_index, question, depth, texts))
            if progress:
                progress(ProgressEvent(Stage.ASKING, len(scores), total))
    return Report(questions.name, tuple(scores), time.perf_counter() - started)


def _sample(questions: EvaluationSet, limit: int, seed: int) -> EvaluationSet:
    drawn = [(c, q) for c, collection in enumerate(questions.collections) for q in range(len(collection.questions))]
    random.Random(seed).shuffle(drawn)
    kept = set(drawn[:limit])
    collections = [
        replace(collection, questions=tuple(asked for q, asked in enumerate(collection.questions) if (c, q) in kept))
        for c, collection in enumerate(questions.collections)
    ]
    return replace(questions, collections=tuple(collection for collection in collections if collection.questions))


def _opened(
    questions: EvaluationSet, index: Index | str | Path | None, progress: Progress | None
) -> Iterator[tuple[Index, Collection]]:
    """Each collection with its index; those of own texts vanish when the next one is wanted."""
    # Among hundreds of small collections a bar for each would only flicker: the one over all questions tells.
    own_progress = progress if len(questions.collections) == 1 else None
    for collection in questions.collections:
        if collection.sources is None:
            assert isinstance(index, Index)  # evaluate() has opened it
            yield index, collection
        else:
            with TemporaryDirectory(prefix="qa-eval-") as folder:
                built = Index.build(collection.sources, Path(folder) / "index", progress=own_progress)
                yield built, collection


def _most_passages(index: Index) -> int:
    """Passages of the source that has most: so many hits may have to be read for each distinct source."""
    counts = dict.fromkeys(index.sources, 0)
    for passage in index.passages:
        counts[passage.source] += 1
    return max(counts.values(), default=1)


def _figures(scores: Sequence[QuestionScore]) -> dict[str, Any]:
    judged = [score for score in scores if score.judged]
    ranks = [score.rank for score in judged]
    answerable = [score for score in scores if score.answerable]
    others = [score for score in scores if not score.answerable]
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
                "declined_unanswerable": metrics.mean([not score.answered for score in others]),
                "AUC": metrics.roc_auc((s.confidence for s in answerable), (s.confidence for s in others)),
            }
        ),
    }


def _evidence_figures(scores: Sequence[EvidenceScore]) -> dict[str, float | None]:
    return _rounded(
        {
            "first": metrics.mean([score.first for score in scores]),
            "cited": metrics.mean([score.cited for score in scores]),
            "answer": metrics.mean([score.answer for score in scores]),
            "citations": metrics.mean([score.citations for score in scores]),
        }
    )


def _rounded(figures: dict[str, float | None]) -> dict[str, float | None]:
    return {name: None if figure is None else round(figure, 4) for name, figure in figures.items()}


def render(report: Report) -> str:
    """The report as tables for a terminal: one for each kind of figure, a row for all and one a language.

    ``of`` is the number of questions that a row's figures are about.
    """
    figures = report.to_dict()
    verbatim = "none" if report.verbatim is None else f"{100 * report.verbatim:.6g} %"
    parts = [f"{report.set}: {len(report.scores)} questions in {report.seconds:.1f} s; excerpts verbatim: {verbatim}"]
    for kind, title in _TITLES.items():
        if kind == "forced" and figures["forced"] == figures["evidence"]:
            continue  # nothing was declined
        counted = [score.lang for score in report.scores if score.judged or kind == "abstention"]
        if counted:
            cells = [[title, "of", *figures[kind]], ["all", str(len(counted)), *map(_cell, figures[kind].values())]]
            if len(set(counted)) > 1:
                for lang in sorted(set(counted)):
                    row = figures["languages"][lang][kind].values()
                    cells.append([lang, str(counted.count(lang)), *map(_cell, row)])
            parts.append(_aligned(cells))
    return "\n\n".join(parts)


_TITLES = {
    "retrieval": "retrieval",
    "evidence": "evidence",
    "forced": "evidence, never declining",
    "abstention": "abstention",
}


def _cell(figure: float | None) -> str:
    return "-" if figure is None else f"{figure:.4f}"


def _aligned(cells: Sequence[Sequence[str]]) -> str:
    """Rows of cells in columns: names to the left, figures to the right."""
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = []
    for name, *figures in cells:
        right = [figure.rjust(width) for figure, width in zip(figures, widths[1:], strict=True)]
        lines.append("  ".join([name.ljust(widths[0]), *right]))
    return "\n".join(lines)
