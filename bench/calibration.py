"""Fit the packaged calibration, and measure it: python bench/calibration.py [SET ...] --fit SET [SET ...]

The confidence of an answer is fitted (`qa.evaluation.calibrating`) to the questions of ``--fit``, sets of documents
that the reader was not trained on: each document asked by itself, those of a set together, and these among texts of
``--among``, the data that the reader was trained on, so that it holds for indexes of one document and of a thousand.
``--write`` keeps it in the package.

For each set: ``AUC`` says how well the confidence tells questions with an answer from those without, ``AUC right`` how
well it tells right first citations from the others; ``ECE`` is the expected calibration error; ``declined`` the share
of the questions without an answer, and after a slash with one, that are declined at each boldness.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from prepared import RESULTS

from qa.answering.confidence import PACKAGED, Calibration, packaged_calibration
from qa.evaluation.calibrating import Example, examples_of, fit
from qa.evaluation.calibration import bins_of_equal_mass, error
from qa.evaluation.metrics import roc_auc
from qa.evaluation.questions import EvaluationSet
from qa.evaluation.sets import place, read_set
from qa.index import Index
from qa.reader.records import read_records
from qa.text.source import Source


def asked(name: str, questions: EvaluationSet, index: Path, among: Sequence[Source] = ()) -> list[Example]:
    """Ask all questions of a set, whose texts stand among others."""
    found: list[Example] = []
    for number, collection in enumerate(questions.collections):
        if collection.sources is None:
            opened = Index.open(index)
            [collection] = place(EvaluationSet(name, (collection,)), opened.sources).collections
        else:
            opened = Index.build([*collection.sources, *among], RESULTS / f"calibration {name}" / str(number), keep=1)
        found += examples_of(opened, collection.questions)
    return found


def ways(path: Path, index: Path, among: Sequence[Source] = ()) -> Iterator[tuple[str, list[Example]]]:
    """Yield the examples of a set in each way in which it is asked."""
    together, each = read_set(path), read_set(path, each=True)
    if len(each.collections) > len(together.collections):
        yield f"{each.name}, one open", asked(f"{each.name}, one open", each, index)
        yield f"{each.name}, together", asked(f"{each.name}, together", together, index)
        if among:
            yield f"{each.name}, among others", asked(f"{each.name}, among others", together, index, among)
    else:
        yield together.name, asked(together.name, together, index)


def texts(data: Path, most: int) -> list[Source]:
    """Return texts of the data that a reader is trained on, as many of each kind as there are, up to ``most``."""
    records = read_records(data, {"jaquad": most // 2, "drcd": most // 8, "cmrc": most // 8}, random.Random(0))
    found = [text for text in records.texts if text.pool != "held out"]
    random.Random(0).shuffle(found)
    return [Source(f"other {number}", text.text) for number, text in enumerate(found[:most])]


def report(name: str, examples: Sequence[Example], calibration: Calibration) -> None:
    """Print the figures of some questions."""
    surely = np.array([calibration.probability(example.signs) for example in examples])
    right = np.array([example.right for example in examples])
    answerable = np.array([example.answerable for example in examples])
    outcomes = list(zip(surely.tolist(), right.tolist(), strict=True))
    aucs = [roc_auc(surely[own], surely[~own]) for own in (answerable, right)]
    declined = [
        " / ".join(f"{(surely[own] < least).mean():.2f}" for own in (~answerable, answerable) if own.any())
        for least in calibration.thresholds.values()
    ]
    auc, auc_right = ("-" if value is None else f"{value:.3f}" for value in aucs)
    print(
        f"{name:34}{len(examples):5}  right {right.mean():.3f}  mean {surely.mean():.3f}  AUC {auc}"
        f"  AUC right {auc_right}  ECE {error(bins_of_equal_mass(outcomes)):.3f}  declined {'  '.join(declined)}",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sets", nargs="*", type=Path)
    parser.add_argument("--fit", type=Path, nargs="+", help="sets that it is fitted to; else the packaged one is used")
    parser.add_argument("--among", type=Path, help="folder of data whose texts are added to those of --fit")
    parser.add_argument("--most", type=int, default=1000, help="most texts of --among (1000)")
    parser.add_argument("--index", type=Path, default=Path("index"), help="index of the text that a set lacks")
    parser.add_argument("--write", action="store_true", help="keep the calibration in the package")
    options = parser.parse_args()
    calibration: Calibration | None = None
    if options.fit:
        among = texts(options.among, options.most) if options.among else ()
        by_way = dict(way for path in options.fit for way in ways(path, options.index, among))
        calibration = fit([example for own in by_way.values() for example in own])
        print(json.dumps(calibration.to_record(), indent=2), flush=True)
        if options.write:
            PACKAGED.write_text(json.dumps(calibration.to_record(), indent=2) + "\n", encoding="utf-8")
        for name, own in by_way.items():
            report(name, own, calibration)
    for path in options.sets:
        for name, own in ways(path, options.index):
            report(name, own, calibration or packaged_calibration())


if __name__ == "__main__":
    main()
