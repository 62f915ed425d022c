"""A turn that is several questions -> what is found for each of them.

    turn -> where it may be cut -> two units that cover it better than any one unit does -> two questions, each read

Whether a turn is two questions is for the texts to say. Each token of the turn is compared with each unit of the
passages found. At a joint (`qa.answering.cuts`) the turn falls into a part that one unit covers, a part that another
one covers, and what both share; of all joints and pairs of units the one is taken that covers the turn best. If no
single unit covers it nearly as well, both questions are read; how surely each is answered decides (`are_two`).

Offsets are 0-based code points, end exclusive.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from qa.answering.confidence import calibration_of
from qa.answering.cuts import Cut, Joint, edges_of, joints_of
from qa.answering.readings import can_read
from qa.answering.turns import Before, Numbers, Turned, look_up_whole
from qa.answering.units import citable_units, units_of, words_of
from qa.index import Index
from qa.retrieval import prepare_all
from qa.search.config import DEFAULT_CONFIG, SearchConfig
from qa.search.maxsim import matches
from qa.search.query import Query

MOST_QUESTIONS = 4
"""Questions that one turn may be."""
LEAST_GAIN = 0.022
"""The gain (`Split`) below which a turn is taken for one question without reading more."""
WEIGHTS = {"gain": 0.31, "better": 0.31, "worse": 0.26}
BIAS = -0.6
"""The logistic function by which a cut turn is two questions (docs/several-questions.md)."""
_MOST_ODDS = 6.0
"""The log-odds of a confidence beyond which more of it tells nothing."""
_READ = 10
"""Passages that are read for each of two questions."""
_TRIED = 12
"""Units that are tried for each of two parts: those that cover best what stands before, or after, the joint."""
_CLEAR = 0.02
"""What one unit must cover a token better than another one, for the token to be asked of that one alone."""

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Split:
    """The cut of a turn at which two units cover it best.

    Attributes:
        cut: the cut.
        gain: by how much they cover it better than any one unit does: in the mean of the cosines over its tokens.
    """

    cut: Cut
    gain: float


def best_split(index: Index, query: Query, turned: Turned, config: SearchConfig = DEFAULT_CONFIG) -> Split | None:
    """Return the cut at which two units of what was found cover a turn best; None if it has no joint."""
    spans = [(start, end) for start, end in query.embedded.spans.tolist()]
    joints = joints_of(query.question, spans)
    if not joints or len(turned.found.units) < 2:
        return None
    numbers = dict.fromkeys(index.passage_at(unit.source, unit.start) for unit in turned.found.units)
    places = citable_units(index, [number for number in numbers if number is not None])
    units = units_of(index, query, places, config)
    cover, has_tokens = matches(query.embedded, index.tokens, units.stretches, units.context)
    cover = cover[has_tokens]
    if len(cover) < 2:
        return None
    scored = [unit for unit, kept in zip(places, has_tokens.tolist(), strict=True) if kept]
    texts = [_words_at(index, number, at) for number, at in scored]
    covering = _Covering(query.question, spans, edges_of(query.question, spans), cover, texts)
    splits = [found for joint in joints if (found := covering.split(joint))]
    return max(splits, key=lambda one: one.gain, default=None)


def _words_at(index: Index, number: int, at: int) -> str:
    unit = index.passage_units(number)[at]
    text = index.sources[index.passages[number].source].text
    return "".join(text[unit.start : unit.end].split())


@dataclass(frozen=True)
class _Covering:
    """How units cover a turn.

    Attributes:
        turn: the turn.
        spans: the places of its tokens.
        edges: whether a word may begin with each.
        cover: float32 [n, q], how well each unit matches each token.
        words: what each unit says.
    """

    turn: str
    spans: list[tuple[int, int]]
    edges: list[bool]
    cover: Floats
    words: list[str]

    def split(self, joint: Joint) -> Split | None:
        """Return the best cut at a joint; None if there are no tokens before or after it."""
        before = [n for n, (start, end) in enumerate(self.spans) if start < end <= joint.start]
        after = [n for n, (start, end) in enumerate(self.spans) if joint.end <= start < end]
        if not before or not after:
            return None
        own = before + after
        alone = float(self.cover[:, own].mean(axis=1).max())
        first, second = (np.argsort(-self.cover[:, part].mean(axis=1))[:_TRIED].tolist() for part in (before, after))
        best: tuple[float, int, int] | None = None
        for one, other in product(first, second):
            if self.words[one] == self.words[other]:
                continue
            more = self.cover[one] - self.cover[other]
            begin, left = self._reach(before[::-1], more, False) if joint.shares else (before[0], more[before].sum())
            end, right = self._reach(after, -more, True) if joint.shares else (after[-1], -more[after].sum())
            both = float((self.cover[one][own] + self.cover[other][own]).sum() + left + right) / (2 * len(own))
            if best is None or both > best[0]:
                best = both, begin, end
        if best is None:
            return None
        both, begin, end = best
        size = len(self.turn)
        cut = Cut(
            self.turn, joint, 0 if begin == before[0] else self.spans[begin][0],
            size if end == after[-1] else self.spans[end][1],
        )  # fmt: skip
        return Split(cut, both - alone)

    def _reach(self, tokens: list[int], more: Floats, forward: bool) -> tuple[int, float]:
        """Return how far from a joint one unit covers more than the other, as the last token, and the sum of it."""
        sums = np.cumsum(more[tokens] - _CLEAR)
        ends = [
            at for at, token in enumerate(tokens)
            if at + 1 == len(tokens) or self.edges[tokens[at + 1] if forward else token]
        ]  # fmt: skip
        best = max(ends, key=lambda at: sums[at])
        return tokens[best], float(more[tokens[: best + 1]].sum())


class SplitSigns(NamedTuple):
    """What tells whether a cut turn is two questions.

    Attributes:
        gain: see `Split`, times 100.
        better, worse: log-odds of the confidence that its two questions are answered, the higher and the lower ones.
        apart: 1 if the best units of the two questions say different things, else 0.
    """

    gain: float
    better: float
    worse: float
    apart: float


def split_signs(index: Index, split: Split, halves: Sequence[Turned], config: SearchConfig) -> SplitSigns:
    """Return the signs of a cut, given what was found for its two questions."""
    calibration = calibration_of(index, config)

    def odds(turned: Turned) -> float:
        if turned.found.signs is None:
            return -_MOST_ODDS
        likely = turned.found.confidence(calibration)
        return max(-_MOST_ODDS, min(_MOST_ODDS, math.log(max(likely, 1e-9) / max(1 - likely, 1e-9))))

    first, second = sorted(map(odds, halves), reverse=True)
    words = {words_of(index.sources, half.found.best) for half in halves if half.found.units}
    return SplitSigns(100 * split.gain, first, second, float(len(words) == 2))


def are_two(signs: SplitSigns) -> bool:
    """Return whether a turn with these signs is two questions; never if both have the same answer."""
    return bool(signs.apart) and BIAS + sum(weight * getattr(signs, name) for name, weight in WEIGHTS.items()) > 0


def parts_of(
    index: Index,
    query: Query,
    turned: Turned,
    k: int,
    among: Numbers | None = None,
    config: SearchConfig = DEFAULT_CONFIG,
    before: Before | None = None,
    most: int = MOST_QUESTIONS,
) -> tuple[Turned, ...]:
    """Return what is found for each of the questions that a turn is; nothing if it is one.

    Args:
        index: the index. If it cannot be read, nothing tells how surely a part is answered, and no turn is divided.
        query: the turn as it stands.
        turned: what was found for it.
        k: how many passages to return at least for each.
        among: the numbers of the passages to search; None for all.
        config: how to search.
        before: what went before in the conversation.
        most: how many questions it may be.
    """
    if most < 2 or not can_read(index, config):
        return ()
    split = best_split(index, query, turned, config)
    if split is None or split.gain < LEAST_GAIN:
        return ()
    queries = prepare_all(index, split.cut.questions)
    read = replace(config, passages_read=min(config.passages_read, _READ))
    halves = [look_up_whole(index, one, k, among, read, before) for one in queries]
    if not are_two(split_signs(index, split, halves, config)):
        return ()
    first, second = (replace(half, said=said) for half, said in zip(halves, split.cut.said, strict=True))
    more = parts_of(index, queries[0], first, k, among, config, before, most - 1) or (first,)
    rest = parts_of(index, queries[1], second, k, among, config, before, most - len(more)) or (second,)
    return more + rest
