"""What a trained reader finds: python bench/reader.py WEIGHTS SET [SET ...] [--fit SET]

Each question is asked of the product's index, and the passages that its search finds are read. ``first`` is the share
of questions whose evidence is the best unit, for questions in the document's language and, after a slash, in another;
``3`` the share with evidence among the three best; ``AUC`` how well the largest ``has``, and the probability that any
passage answers, tell answerable questions from the others. ``reader`` scores units by the reader alone, ``product``
by the product's own formula, and ``fused`` by the sum of both, the product's times a weight that ``--fit``, a set
that nothing else is measured on, has chosen.

A set of documents is asked one document at a time and, after that, all together. ``--times`` prints how long the parts
of reading take instead.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from prepared import RESULTS
from units import is_evidence

from qa.evaluation.metrics import roc_auc
from qa.evaluation.questions import EvaluationSet, Question
from qa.evaluation.sets import place, read_set
from qa.index import Index
from qa.reader.model import Readable, Reader, Reading
from qa.retrieval import prepare, search
from qa.search.config import DEFAULT_CONFIG
from qa.search.query import Query
from qa.search.states import States
from qa.units import score_units

TIMED = 40
"""Questions that are timed."""
PARTS = ("search", "states of passages", "reading")
WEIGHTS = (0.0, 4.0, 8.0, 12.0, 16.0, 24.0, 32.0, 48.0, 64.0, 1e6)
"""Weights of the product's score that are tried; the last leaves nothing of the reader."""

SURELY: dict[str, Callable[[np.ndarray], float]] = {
    "largest has": lambda has: float(has.max()),
    "any": lambda has: float(np.logaddexp.reduce(has)),
}
"""Ways to tell from the scores of the passages how surely there is an answer; "none of them" has the score 0."""


@dataclass(frozen=True)
class Scored:
    """The units read for a question.

    Attributes:
        question: the question.
        right: which units are evidence.
        product, reader: the scores of each.
        has: of each passage.
    """

    question: Question
    right: np.ndarray
    product: np.ndarray
    reader: np.ndarray
    has: np.ndarray

    def rank(self, weight: float) -> float:
        """Return the place, from 1, of the best unit that is evidence; infinite if none was read."""
        order = np.argsort(-(self.reader + weight * self.product), kind="stable")
        found = np.flatnonzero(self.right[order])
        return float(found[0] + 1) if len(found) else np.inf


def readable(index: Index, number: int) -> Readable:
    """Return a passage as a reader reads it."""
    assert index.states is not None
    passage = index.passages[number]
    spans = [(unit.start - passage.start, unit.end - passage.start) for unit in index.passage_units(number)]
    return Readable(index.text(passage), index.states.of(number), spans)


def states_of(query: Query) -> States:
    """Return the states of a question."""
    assert query.embedded.states is not None
    return query.embedded.states


def print_times(path: Path, reader: Reader) -> None:
    """Print the median times of the parts of reading for a set's questions, all its texts together."""
    name, questions = list(collections(path, Path("index")))[-1]
    [collection] = questions.collections
    assert collection.sources is not None
    index = Index.build(collection.sources, RESULTS / f"reader {name}" / "0", keep=1)
    seconds: dict[str, list[float]] = {part: [] for part in PARTS}
    tokens = []
    for question in collection.questions[:TIMED]:
        times = [time.perf_counter()]
        query = prepare(index, question.question)
        numbers = [hit.number for hit in search(index, query, DEFAULT_CONFIG.passages_read)]
        times.append(time.perf_counter())
        passages = [readable(index, number) for number in numbers]
        times.append(time.perf_counter())
        reader.read(states_of(query), passages)
        times.append(time.perf_counter())
        tokens.append(sum(len(passage.states.hidden) for passage in passages) / len(passages))
        for part, taken in zip(seconds, np.diff(times).tolist(), strict=True):
            seconds[part].append(taken)
    print(f"{name}: {len(numbers)} passages of {np.mean(tokens):.0f} tokens, {torch.get_num_threads()} threads")
    for part, own in seconds.items():
        print(f"{part:24}{1000 * np.median(own):6.0f} ms")


def scored(index: Index, reader: Reader, question: Question) -> Scored:
    """Search, read and score what was found."""
    query = prepare(index, question.question)
    numbers = [hit.number for hit in search(index, query, DEFAULT_CONFIG.passages_read)]
    readings = reader.read(states_of(query), [readable(index, number) for number in numbers])
    by_unit = dict(unit_scores(index, numbers, readings))
    units = score_units(index, query, numbers)
    return Scored(
        question,
        np.array([is_evidence(question, unit.source, unit.start, unit.end) for unit in units]),
        np.array([unit.score for unit in units]),
        np.array([by_unit[unit.source, unit.start, unit.end] for unit in units]),
        np.array([reading.has for reading in readings]),
    )


def unit_scores(
    index: Index, numbers: Sequence[int], readings: Sequence[Reading]
) -> Iterator[tuple[tuple[str, int, int], float]]:
    """Yield each unit that can be cited with its score: the logarithm of its probability, up to a constant."""
    for number, reading in zip(numbers, readings, strict=True):
        name, units = index.passages[number].source, index.passage_units(number)
        citable = [at for at, unit in enumerate(units) if not index.blocks[name][unit.block].is_context]
        if citable:
            evidence = np.array([reading.evidence[at] for at in citable])
            within = evidence - np.logaddexp.reduce(evidence)
            for at, score in zip(citable, within.tolist(), strict=True):
                yield (name, units[at].start, units[at].end), reading.has + score


def collections(path: Path, index: Path) -> Iterator[tuple[str, EvaluationSet]]:
    """Yield the sets that a file is measured as."""
    together = read_set(path)
    each = read_set(path, each=True)
    if len(each.collections) > len(together.collections):
        yield f"{together.name}, one open", each
        yield f"{together.name}, together", together
    else:
        yield together.name, together


def measure(
    name: str, questions: EvaluationSet, options: argparse.Namespace, reader: Reader, weight: float
) -> list[Scored]:
    """Print the figures of a set; return the scores."""
    every: list[Scored] = []
    for number, collection in enumerate(questions.collections):
        if collection.sources is None:
            index = Index.open(options.index)
            [collection] = place(EvaluationSet(name, (collection,)), index.sources).collections
        else:
            index = Index.build(collection.sources, RESULTS / f"reader {name}" / str(number), keep=1)
        every += [scored(index, reader, question) for question in collection.questions]
    report(name, every, weight)
    return every


def report(name: str, every: Sequence[Scored], weight: float) -> None:
    """Print the figures of a set's questions."""
    judged = [one for one in every if one.question.evidence]
    same = [one for one in judged if one.question.is_same_language is not False]
    other = [one for one in judged if one.question.is_same_language is False]
    groups = [own for own in (same, other) if own]
    print(f"\n{name}: {len(every)} questions, {' / '.join(str(len(own)) for own in groups)} with evidence")
    for way, used in (("product", 1e6), ("reader", 0.0), ("fused", weight)):
        ranks = [np.array([one.rank(used) for one in own]) for own in groups]
        shares = [" / ".join(f"{(own <= k).mean():.3f}" for own in ranks) for k in (1, 3)]
        print(f"{way:8}  first {shares[0]}  3 {shares[1]}", flush=True)
    for way, surely in SURELY.items():
        values = {has: [surely(one.has) for one in every if one.question.answerable is has] for has in (True, False)}
        found = roc_auc(values[True], values[False])
        print(f"AUC, {way}: {'-' if found is None else f'{found:.3f}'}", flush=True)


def fitted(every: Sequence[Scored]) -> float:
    """Return the weight of the product's score with which most first units are evidence."""
    judged = [one for one in every if one.question.evidence]
    shares = {weight: np.mean([one.rank(weight) <= 1 for one in judged]) for weight in WEIGHTS}
    print("weight of the product's score:", "  ".join(f"{w:g} {share:.3f}" for w, share in shares.items()), flush=True)
    return max(shares, key=shares.__getitem__)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("weights", type=Path, help="folder of a trained reader")
    parser.add_argument("sets", nargs="*", type=Path)
    parser.add_argument("--fit", type=Path, help="set that the weight is chosen on")
    parser.add_argument("--weight", type=float, default=32.0, help="weight of the product's score without --fit")
    parser.add_argument("--index", type=Path, default=Path("index"), help="index of the text that a set lacks")
    parser.add_argument("--times", action="store_true", help="print times instead")
    options = parser.parse_args()
    reader, weight = Reader.load(options.weights), options.weight
    if options.times:
        for path in options.sets:
            print_times(path, reader)
        return
    if options.fit:
        every: list[Scored] = []
        for name, questions in collections(options.fit, options.index):
            every += measure(name, questions, options, reader, weight)
        weight = fitted(every)
    for path in options.sets:
        for name, questions in collections(path, options.index):
            measure(name, questions, options, reader, weight)


if __name__ == "__main__":
    main()
