"""A question set -> its index and its questions, embedded: what the measurements in this folder start from.

The index of a set is kept in ``bench/results/``, so that the next measurement need not embed it again.
"""

from __future__ import annotations

import argparse
import random
from dataclasses import dataclass
from pathlib import Path

from tqdm import tqdm

from qa.evaluation.questions import Question
from qa.evaluation.sets import place, read_set
from qa.index import Index
from qa.retrieval import prepare
from qa.search.query import Query

RESULTS = Path(__file__).parent / "results"


@dataclass(frozen=True)
class Prepared:
    """A set's name, an index of its texts, and its answerable questions, each with its query."""

    name: str
    index: Index
    asked: tuple[tuple[Question, Query], ...]


def arguments(description: str, sets: bool = True) -> argparse.ArgumentParser:
    """Return a parser with the options that all measurements have."""
    parser = argparse.ArgumentParser(description=description)
    if sets:
        parser.add_argument("sets", nargs="+", type=Path, help="question sets, as for `qa eval`")
    parser.add_argument("--index", type=Path, default=Path("index"), help="index of the text that a set lacks")
    parser.add_argument("--limit", type=int, default=500, help="questions drawn from each set (500)")
    return parser


def prepared(path: Path, index: Path, limit: int) -> Prepared:
    """Build or open the index of a set and embed up to ``limit`` of its answerable questions."""
    questions = read_set(path)
    if questions.needs_index:
        opened = Index.open(index)
        questions = place(questions, opened.sources)
    else:
        [collection] = questions.collections
        assert collection.sources is not None
        with tqdm(total=len(collection.sources), desc=f"{questions.name}: embedding", leave=False) as bar:
            opened = Index.build(
                collection.sources, RESULTS / questions.name, progress=lambda event: bar.update(event.done - bar.n)
            )
    drawn = [q for collection in questions.collections for q in collection.questions if q.answerable]
    random.Random(0).shuffle(drawn)
    drawn = drawn[:limit]
    asked = tuple((q, prepare(opened, q.question)) for q in tqdm(drawn, desc=f"{questions.name}: asking", leave=False))
    return Prepared(questions.name, opened, asked)
