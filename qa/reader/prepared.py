"""Prepared data on the disk: the states of passages and questions, and what is right.

states.f16            float16 [s, d], the states of all tokens
arrays.safetensors    where each passage's and question's states are, and the units of the passages
questions.jsonl       a :class:`Question` a line
held_out.jsonl        the documents that are held out, with their questions, as a question set
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from safetensors.numpy import load_file, save_file

from qa.reader.layers import WIDTH
from qa.search.states import States16


@dataclass(frozen=True)
class Question:
    """A question with the passages that it may be read with.

    Attributes:
        group: what kind of data it is from (`qa.reader.records`).
        same_language: whether it is asked in the language of the passages.
        held_out: whether it must not be trained on.
        own: number of its states.
        changed: number of the states of the question as it no longer holds; None without one.
        gold: number of the passage that answers; None if none does.
        units: which of its units do.
        answer: the answer's first and last token in the passage's states.
        without: number of the gold passage without these units; None without one.
        near: passages that come near and do not answer, by hand.
        beside: passages of the same text, none of which answers.
        negatives: passages of other texts, near by words and by vectors, none of which answers.
    """

    group: str
    same_language: bool
    held_out: bool
    own: int
    changed: int | None = None
    gold: int | None = None
    units: tuple[int, ...] = ()
    answer: tuple[int, int] = (0, 0)
    without: int | None = None
    near: tuple[int, ...] = ()
    beside: tuple[int, ...] = ()
    negatives: tuple[int, ...] = ()


@dataclass(frozen=True)
class Places:
    """Where the states are.

    Attributes:
        passages: int64 [p, 2], each passage's first row of states and the one after its last.
        questions: int64 [q, 2], each question's.
        contexts: int64 [p], how many of a passage's rows, the first, belong to its context.
        units: int64 [u, 3], each unit's first token, the one after its last, and 1 if it can be cited, else 0.
        unit_bounds: int64 [p, 2], each passage's first unit and the one after its last.
    """

    passages: npt.NDArray[np.int64]
    questions: npt.NDArray[np.int64]
    contexts: npt.NDArray[np.int64]
    units: npt.NDArray[np.int64]
    unit_bounds: npt.NDArray[np.int64]


@dataclass(frozen=True)
class Prepared:
    """Prepared data, its states on the disk until they are used.

    Attributes:
        states: the states of each folder.
        places: where the states are, the rows of the folders counted one after the other.
        questions: the questions of all folders.
        mean: float32 [2, d], the mean states of the first folder's questions and passages.
    """

    states: Sequence[States16]
    places: Places
    questions: Sequence[Question]
    mean: npt.NDArray[np.float32]

    @classmethod
    def load(cls, *folders: Path) -> Prepared:
        """Read folders as one."""
        states, means = list[States16](), []
        places, questions = list[Places](), list[Question]()
        for folder in folders:
            arrays = load_file(folder / "arrays.safetensors")
            means.append(arrays.pop("mean"))
            own = Places(**arrays)
            lines = (folder / "questions.jsonl").read_text(encoding="utf-8").splitlines()
            moved = sum(len(one.passages) for one in places), sum(len(one.questions) for one in places)
            questions += [_moved(_question(line), *moved) for line in lines]
            places.append(_places_after(own, sum(len(one) for one in states), sum(len(one.units) for one in places)))
            states.append(np.memmap(folder / "states.f16", dtype=np.float16, mode="r").reshape(-1, WIDTH))
        joined = {name: np.concatenate([getattr(one, name) for one in places]) for name in vars(places[0])}
        return cls(states, Places(**joined), questions, means[0])

    def passage(self, number: int) -> States16:
        """Return the states of a passage, float16 [t, d]."""
        return self._rows(*self.places.passages[number])

    def question(self, number: int) -> States16:
        """Return the states of a question, float16 [t, d]."""
        return self._rows(*self.places.questions[number])

    def _rows(self, first: int, end: int) -> States16:
        """Return the states between two rows, which are of one folder."""
        own = 0
        while first >= len(self.states[own]):
            first, end, own = first - len(self.states[own]), end - len(self.states[own]), own + 1
        return self.states[own][first:end]

    def units(self, passage: int) -> npt.NDArray[np.int64]:
        """Return int64 [u, 3], a passage's units as :class:`Places` has them."""
        return self.places.units[slice(*self.places.unit_bounds[passage])]


def save_prepared(folder: Path, places: Places, questions: Sequence[Question], mean: npt.NDArray[np.float32]) -> None:
    """Write all but the states."""
    save_file({**vars(places), "mean": mean}, folder / "arrays.safetensors")
    lines = [json.dumps(asdict(question), ensure_ascii=False) for question in questions]
    (folder / "questions.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _places_after(places: Places, rows: int, units: int) -> Places:
    """Return places that stand after so many rows and units."""
    return replace(
        places,
        passages=places.passages + rows,
        questions=places.questions + rows,
        unit_bounds=places.unit_bounds + units,
    )


def _moved(question: Question, passages: int, questions: int) -> Question:
    """Return a question whose passages and questions are numbered after so many others."""
    return replace(
        question,
        own=question.own + questions,
        changed=None if question.changed is None else question.changed + questions,
        gold=None if question.gold is None else question.gold + passages,
        without=None if question.without is None else question.without + passages,
        near=tuple(n + passages for n in question.near),
        beside=tuple(n + passages for n in question.beside),
        negatives=tuple(n + passages for n in question.negatives),
    )


def _question(line: str) -> Question:
    given: dict[str, Any] = json.loads(line)
    fields: dict[str, Any] = {name: tuple(one) if isinstance(one, list) else one for name, one in given.items()}
    return Question(**fields)
