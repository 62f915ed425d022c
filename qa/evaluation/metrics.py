"""Ranks, confidences and spans of questions -> figures between 0 and 1.

Every mean is over all questions of its kind: a question for which nothing was found or answered counts as 0 and is
never left out. Offsets are 0-based code points, end exclusive.
"""

from __future__ import annotations

import math
import random
import unicodedata
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence

Span = tuple[int, int]
Rank = int | None
"""Place of the first right hit, from 1; None if no hit was right."""


def recall_at(k: int, ranks: Sequence[Rank]) -> float | None:
    """Return R@k, recall at k: the share of questions whose right passage is among the first ``k`` hits.

    With one right passage for each question it is also called hit rate or success at k
    (Manning, Raghavan and Schütze, *Introduction to Information Retrieval*, 2008, chapter 8).
    """
    return mean([rank is not None and rank <= k for rank in ranks])


def mrr_at(k: int, ranks: Sequence[Rank]) -> float | None:
    """Return MRR@k: the mean of ``1 / rank``, 0 beyond rank ``k``.

    Mean reciprocal rank (Voorhees, *The TREC-8 Question Answering Track*, 1999).
    """
    return mean([1 / rank if rank is not None and rank <= k else 0.0 for rank in ranks])


def ndcg_at(k: int, ranks: Sequence[Rank]) -> float | None:
    """Return nDCG@k for one right passage per question: the mean of ``1 / log2(1 + rank)``, 0 beyond rank ``k``.

    The ideal list has the right passage first, a gain of ``1 / log2(2) = 1``, so dividing by it changes nothing
    (Järvelin and Kekäläinen, *Cumulated gain-based evaluation of IR techniques*, 2002).
    """
    return mean([1 / math.log2(1 + rank) if rank is not None and rank <= k else 0.0 for rank in ranks])


def roc_auc(positives: Iterable[float], negatives: Iterable[float]) -> float | None:
    """Return the area under the ROC curve: how often a positive's score exceeds a negative's; a tie counts one half.

    ``(pairs won + pairs tied / 2) / pairs`` (Hanley and McNeil, *The meaning and use of the area under a
    receiver operating characteristic curve*, 1982). None if there are no positives or no negatives.
    """
    below = sorted(negatives)
    wins = [(bisect_left(below, score) + bisect_right(below, score)) / 2 for score in positives]
    return sum(wins) / (len(wins) * len(below)) if wins and below else None


def mean(values: Sequence[float]) -> float | None:
    """Return the arithmetic mean, which for truth values is the share of true ones; None without values."""
    return math.fsum(values) / len(values) if values else None


def interval(values: Sequence[float], *, samples: int = 1000, seed: int = 0) -> tuple[float, float] | None:
    """Return the 95 % interval of the mean by bootstrap: the means of resampled values, without the outer 2.5 %.

    The percentile method (Efron and Tibshirani, *An Introduction to the Bootstrap*, 1993, chapter 13). None without
    values.
    """
    if not values:
        return None
    draw = random.Random(seed)
    means = sorted(math.fsum(draw.choices(values, k=len(values))) / len(values) for _ in range(samples))
    return means[int(0.025 * samples)], means[int(0.975 * samples) - 1]


def overlap(one: Span, other: Span) -> int:
    """Return how many code points two spans of a text share."""
    return max(0, min(one[1], other[1]) - max(one[0], other[0]))


def covers_half(hit: Span, evidence: Span) -> bool:
    """Return whether a hit covers at least half of an evidence span."""
    return 0 < evidence[1] - evidence[0] <= 2 * overlap(hit, evidence)


def is_same_sentence(one: Span, other: Span) -> bool:
    """Return whether two spans share at least half of the shorter one, and so are one sentence, however it was cut."""
    shorter = min(one[1] - one[0], other[1] - other[0])
    return 0 < shorter <= 2 * overlap(one, other)


def holds_answer(quotes: Iterable[str], answers: Iterable[str]) -> bool:
    """Return whether one of the quotes contains one of the accepted answers, both folded by ``fold``."""
    wanted = [folded for folded in map(fold, answers) if folded]
    return any(answer in quote for quote in map(fold, quotes) for answer in wanted)


def character_f1(words: str, answers: Iterable[str]) -> float:
    """Return how well words match the nearest accepted answer: the harmonic mean of precision and recall of characters.

    SQuAD's F1 (Rajpurkar et al. 2016) over characters instead of words, as JaQuAD has it for a language that is written
    without spaces; both sides are folded by ``fold``. 0 without words or answers.
    """
    given, best = Counter(fold(words)), 0.0
    for answer in map(fold, answers):
        shared = (given & Counter(answer)).total()
        best = max(best, 2 * shared / (given.total() + len(answer)) if shared else 0.0)
    return best


def fold(text: str) -> str:
    """Fold a text: no differences of width (NFKC) and case, no white space."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())
