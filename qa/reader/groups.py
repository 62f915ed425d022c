"""Prepared data -> groups, again and again: a question with a list of passages, at most one of which answers.

What is drawn depends on the seed and the number of the step alone, so that a run that was broken off goes on as if it
had not been.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from qa.reader.layers import WIDTH
from qa.reader.prepared import Prepared, Question
from qa.search.states import States16

SHARES = {"documents": 0.48, "hard": 0.16, "paragraphs": 0.18, "parallel": 0.11, "faq": 0.07}
"""How often a question of each group is drawn."""
ANSWERABLE = 0.64
"""How often it is one that its text answers, if the group has others."""
LEFT_OUT, WITHOUT, CHANGED = 0.08, 0.12, 0.12
"""How often the passage that answers is left out, is read without what answers, or the question no longer holds."""
SIZES = (4, 6, 10)
"""Passages in a group."""
EARLY_SIZES = (2, 3)
NEAREST = 2
"""Of so many times as many of the nearest passages the others in a group are drawn."""


@dataclass(frozen=True)
class Group:
    """A question and the passages that are read for it.

    Attributes:
        question: the number of its states.
        passages: the numbers of the passages.
        gold: which of them answers; None if none does.
        units: the numbers of its units that do.
        answer: the first and the last token of the answer in it.
    """

    question: int
    passages: tuple[int, ...]
    gold: int | None = None
    units: tuple[int, ...] = ()
    answer: tuple[int, int] = (0, 0)


class Groups:
    """Draws groups of prepared data."""

    def __init__(self, data: Prepared, held_out: bool = False) -> None:
        """Draw from the questions that are held out, or from the others."""
        self.data = data
        self._questions: dict[tuple[str, bool], list[Question]] = {}
        for question in data.questions:
            if question.held_out == held_out:
                self._questions.setdefault((question.group, question.gold is not None), []).append(question)
        groups = {group for group, _ in self._questions}
        self._names = [name for name in SHARES if name in groups]
        self._weights = [SHARES[name] for name in self._names]

    def draw(self, rng: random.Random, early: bool) -> Group:
        """Draw a group."""
        [name] = rng.choices(self._names, self._weights)
        answerable, others = (self._questions.get((name, has), []) for has in (True, False))
        if not others or (answerable and (early or rng.random() < ANSWERABLE)):
            question = rng.choice(answerable)
        else:
            question = rng.choice(others)
        return _group(question, rng, early)

    def batch(self, rng: random.Random, tokens: int, early: bool) -> list[Group]:
        """Draw groups until they have so many tokens."""
        groups, total = [], 0
        while total < tokens:
            group = self.draw(rng, early)
            groups.append(group)
            places = self.data.places
            asked = int(np.diff(places.questions[group.question])[0])
            total += int(np.diff(places.passages[list(group.passages)]).sum()) + asked * len(group.passages)
        return groups


def _group(question: Question, rng: random.Random, early: bool) -> Group:
    """Return a question with passages, in one of the ways in which it is answered or not."""
    size = rng.choice(EARLY_SIZES if early else SIZES)
    chance, own, first, gold = (1.0 if early else rng.random()), question.own, list[int](), question.gold
    if gold is not None and chance < LEFT_OUT and len(question.beside) + len(question.negatives) > 1:
        gold = None
    elif gold is not None and LEFT_OUT <= chance < LEFT_OUT + WITHOUT and question.without is not None:
        first, gold = [question.without], None
    elif gold is not None and LEFT_OUT + WITHOUT <= chance < LEFT_OUT + WITHOUT + CHANGED and question.changed:
        own, first, gold = question.changed, [gold], None
    elif gold is not None:
        first = [gold]
    first += question.near[:2]
    beside, negatives = list(question.beside), list(question.negatives[: NEAREST * size])
    rng.shuffle(beside)
    rng.shuffle(negatives)
    share = (size - len(first) + 1) // 2 if negatives else size
    passages = (first + beside[: max(share, 0)] + negatives)[: max(size, len(first))]
    if gold is None:
        return Group(own, tuple(passages))
    return Group(own, tuple(passages), 0, question.units, question.answer)


@dataclass(frozen=True)
class Windows:
    """Some windows of a batch, each a question and a passage, padded to one length.

    Attributes:
        groups, positions: int64 [n], the group of each window, and its place in the group's list.
        question, asked, passage, there, context: what :class:`qa.reader.layers.Joint` reads.
        units: int64 [n, u, 2], the first token of each unit and the one after its last.
        citable: bool [n, u], whether each is there and can be cited.
        right: bool [n, u], whether it answers.
        answer: int64 [n, 2], the first and last token of the answer; -1 where nothing answers.
    """

    groups: Tensor
    positions: Tensor
    question: Tensor
    asked: Tensor
    passage: Tensor
    there: Tensor
    context: Tensor
    units: Tensor
    citable: Tensor
    right: Tensor
    answer: Tensor


def windows_of(data: Prepared, groups: Sequence[Group], tokens: int) -> list[Windows]:
    """Return the windows of groups, those of like length together, each lot with at most so many tokens."""
    pairs = [(number, at) for number, group in enumerate(groups) for at in range(len(group.passages))]

    def length(pair: tuple[int, int]) -> int:
        group, places = groups[pair[0]], data.places
        passage, question = places.passages[group.passages[pair[1]]], places.questions[group.question]
        return int(passage[1] - passage[0] + question[1] - question[0])

    pairs.sort(key=length)
    lots: list[list[tuple[int, int]]] = [[]]
    for pair in pairs:
        if lots[-1] and length(pair) * (len(lots[-1]) + 1) > tokens:
            lots.append([])
        lots[-1].append(pair)
    return [_windows(data, groups, lot) for lot in lots if lot]


def _windows(data: Prepared, groups: Sequence[Group], pairs: Sequence[tuple[int, int]]) -> Windows:
    own = [(groups[number], groups[number].passages[at], at) for number, at in pairs]
    question, asked = _padded([data.question(group.question) for group, _, _ in own])
    passage, there = _padded([data.passage(number) for _, number, _ in own])
    contexts = torch.tensor([int(data.places.contexts[number]) for _, number, _ in own])
    units = [data.units(number) for _, number, _ in own]
    most = max(len(one) for one in units)
    places = torch.zeros(len(own), most, 2, dtype=torch.long)
    citable, right = torch.zeros(len(own), most, dtype=torch.bool), torch.zeros(len(own), most, dtype=torch.bool)
    answer = torch.full((len(own), 2), -1)
    for n, (group, _, at) in enumerate(own):
        given = torch.from_numpy(np.array(units[n]))
        places[n, : len(given)] = given[:, :2]
        citable[n, : len(given)] = (given[:, 2] > 0) & (given[:, 1] > given[:, 0])
        if at == group.gold:
            right[n, list(group.units)] = True
            answer[n] = torch.tensor(group.answer)
    return Windows(
        groups=torch.tensor([number for number, _ in pairs]),
        positions=torch.tensor([at for _, at in pairs]),
        question=question,
        asked=asked,
        passage=passage,
        there=there,
        context=torch.arange(passage.shape[1])[None] < contexts[:, None],
        units=places,
        citable=citable,
        right=right & citable,
        answer=answer,
    )


def _padded(states: Sequence[States16]) -> tuple[Tensor, Tensor]:
    """Return float32 [n, t, d] of states of different lengths, and bool [n, t], which are there."""
    longest = max(len(one) for one in states)
    padded = np.zeros((len(states), longest, WIDTH), dtype=np.float32)
    there = np.zeros((len(states), longest), dtype=bool)
    for n, one in enumerate(states):
        padded[n, : len(one)] = one
        there[n, : len(one)] = True
    return torch.from_numpy(padded), torch.from_numpy(there)
