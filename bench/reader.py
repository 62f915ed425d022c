"""What a trained reader gives: python bench/reader.py SET [SET ...] [--reader WEIGHTS] [--fit SET]

Each question is asked of the product's index, and the passages that its search finds are read. ``first`` is the share
of questions whose evidence is the best unit, for questions in the document's language and, after a slash, in another;
``3`` the share with evidence among the three best; ``AUC`` how well the log-odds that any passage answers tell
answerable questions from the others. ``reader`` ranks units by the reader alone, ``product`` by the ranker alone, and
``fused`` by both: the ranker's score plus ``reader_weight`` times the reader's log-probability, a weight that
``--fit``, a set that nothing else is measured on, has chosen.

A set of documents is asked one document at a time and, after that, all together. ``--times`` prints how long the parts
of answering take instead.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from prepared import RESULTS

from qa.answering.readings import read_units
from qa.answering.units import score_units
from qa.evaluation.metrics import roc_auc
from qa.evaluation.questions import EvaluationSet, Question
from qa.evaluation.sets import place, read_set
from qa.index import Index
from qa.retrieval import prepare, search
from qa.search.config import DEFAULT_CONFIG, SearchConfig

TIMED = 40
"""Questions that are timed."""
PARTS = ("embedding", "search", "scoring", "reading")
WEIGHTS = (0.0, 1 / 256, 1 / 128, 1 / 64, 1 / 32, 1 / 16, 1 / 8, 1e6)
"""Weights of the reader that are tried; the last leaves nothing of the ranker."""


@dataclass(frozen=True)
class Scored:
    """The units read for a question.

    Attributes:
        question: the question.
        right: bool [n], which units are evidence.
        product, reader: float [n], the scores of each.
        found: log-odds that any passage answers.
    """

    question: Question
    right: np.ndarray
    product: np.ndarray
    reader: np.ndarray
    found: float

    def rank(self, weight: float) -> float:
        """Return the place, from 1, of the best unit that is evidence; infinite if none was read."""
        order = np.argsort(-(self.product + weight * self.reader), kind="stable")
        found = np.flatnonzero(self.right[order])
        return float(found[0] + 1) if len(found) else np.inf


def print_times(path: Path, config: SearchConfig) -> None:
    """Print the median times of the parts of answering a set's questions, all its texts together."""
    name, questions = list(collections(path))[-1]
    [collection] = questions.collections
    assert collection.sources is not None
    index = Index.build(collection.sources, RESULTS / f"reader {name}" / "0", keep=1)
    seconds: dict[str, list[float]] = {part: [] for part in PARTS}
    for question in collection.questions[:TIMED]:
        times = [time.perf_counter()]
        query = prepare(index, question.question)
        times.append(time.perf_counter())
        numbers = [hit.number for hit in search(index, query, config.passages_read, config=config)]
        times.append(time.perf_counter())
        units = score_units(index, query, numbers, config)
        times.append(time.perf_counter())
        read_units(index, query, units, config)
        times.append(time.perf_counter())
        for part, taken in zip(seconds, np.diff(times).tolist(), strict=True):
            seconds[part].append(taken)
    print(f"{name}: {config.passages_read} passages, {torch.get_num_threads()} threads")
    for part, own in seconds.items():
        print(f"{part:12}{1000 * np.median(own):6.0f} ms")


def scored(index: Index, question: Question, config: SearchConfig) -> Scored:
    """Search, read and score what was found."""
    query = prepare(index, question.question)
    hits = search(index, query, config.passages_read, config=config)
    units = score_units(index, query, [hit.number for hit in hits], config)
    read = read_units(index, query, units, config)
    return Scored(
        question,
        np.array([question.is_answered_by(unit.source, unit.start, unit.end) for unit in units]),
        np.array([unit.score for unit in units]),
        np.array([unit.log_p for unit in read.units], dtype=float),
        read.found,
    )


def collections(path: Path) -> Iterator[tuple[str, EvaluationSet]]:
    """Yield the sets that a file is measured as."""
    together = read_set(path)
    each = read_set(path, each=True)
    if len(each.collections) > len(together.collections):
        yield f"{together.name}, one open", each
        yield f"{together.name}, together", together
    else:
        yield together.name, together


def measure(name: str, questions: EvaluationSet, index: Path, config: SearchConfig) -> list[Scored]:
    """Print the figures of a set; return the scores."""
    every: list[Scored] = []
    for number, collection in enumerate(questions.collections):
        if collection.sources is None:
            opened = Index.open(index)
            [collection] = place(EvaluationSet(name, (collection,)), opened.sources).collections
        else:
            opened = Index.build(collection.sources, RESULTS / f"reader {name}" / str(number), keep=1)
        every += [scored(opened, question, config) for question in collection.questions]
    report(name, every, config.reader_weight)
    return every


def report(name: str, every: Sequence[Scored], weight: float) -> None:
    """Print the figures of a set's questions."""
    judged = [one for one in every if one.question.evidence]
    same = [one for one in judged if one.question.is_same_language is not False]
    other = [one for one in judged if one.question.is_same_language is False]
    groups = [own for own in (same, other) if own]
    print(f"\n{name}: {len(every)} questions, {' / '.join(str(len(own)) for own in groups)} with evidence")
    for way, used in (("product", 0.0), ("reader", 1e6), ("fused", weight)):
        ranks = [np.array([one.rank(used) for one in own]) for own in groups]
        shares = [" / ".join(f"{(own <= k).mean():.3f}" for own in ranks) for k in (1, 3)]
        print(f"{way:8}  first {shares[0]}  3 {shares[1]}", flush=True)
    values = {has: [one.found for one in every if one.question.answerable is has] for has in (True, False)}
    auc = roc_auc(values[True], values[False])
    print(f"AUC: {'-' if auc is None else f'{auc:.3f}'}", flush=True)


def fitted(every: Sequence[Scored]) -> float:
    """Return the weight of the reader with which most first units are evidence."""
    judged = [one for one in every if one.question.evidence]
    shares = {weight: np.mean([one.rank(weight) <= 1 for one in judged]) for weight in WEIGHTS}
    print("weight of the reader:", "  ".join(f"{w:.3g} {share:.3f}" for w, share in shares.items()), flush=True)
    return max(shares, key=shares.__getitem__)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sets", nargs="*", type=Path)
    parser.add_argument("--reader", help="folder of a trained reader, or a model by name; else the packaged one")
    parser.add_argument("--fit", type=Path, help="set that the weight is chosen on")
    parser.add_argument("--index", type=Path, default=Path("index"), help="index of the text that a set lacks")
    parser.add_argument("--times", action="store_true", help="print times instead")
    options = parser.parse_args()
    config = replace(DEFAULT_CONFIG, reader=options.reader)
    if options.times:
        for path in options.sets:
            print_times(path, config)
        return
    if options.fit:
        every = [one for name, own in collections(options.fit) for one in measure(name, own, options.index, config)]
        config = replace(config, reader_weight=fitted(every))
    for path in options.sets:
        for name, questions in collections(path):
            measure(name, questions, options.index, config)


if __name__ == "__main__":
    main()
