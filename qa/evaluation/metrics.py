"""Ranks, confidences and spans of single questions -> figures between 0 and 1.

Every mean has one denominator, all the questions of its kind: a question for which nothing was found
or nothing was answered counts as 0, it is never left out.
"""

from __future__ import annotations

import math
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence

Span = tuple[int, int]
Rank = int | None
"""Place of the first right hit, from 1; None where no hit was right."""


def recall_at(k: int, ranks: Sequence[Rank]) -> float | None:
    """R@k: the share of questions whose right passage is among the first ``k`` hits.

    With one right passage a question this is also called hit rate or success at k
    (Manning, Raghavan and Schütze, *Introduction to Information Retrieval*, 2008, chapter 8).
    """
    return mean([rank is not None and rank <= k for rank in ranks])


def mrr_at(k: int, ranks: Sequence[Rank]) -> float | None:
    """MRR@k: the mean of ``1 / rank``, 0 beyond rank ``k`` (Voorhees, *The TREC-8 Question Answering Track*, 1999)."""
    return mean([1 / rank if rank is not None and rank <= k else 0.0 for rank in ranks])


def ndcg_at(k: int, ranks: Sequence[Rank]) -> float | None:
    """nDCG@k with one right passage a question: the mean of ``1 / log2(1 + rank)``, 0 beyond rank ``k``.

    The ideal list has the right passage first and a gain of ``1 / log2(2) = 1``, so nothing is left to divide by
    (Järvelin and Kekäläinen, *Cumulated gain-based evaluation of IR techniques*, 2002).
    """
    return mean([1 / math.log2(1 + rank) if rank is not None and rank <= k else 0.0 for rank in ranks])


def roc_auc(positives: Iterable[float], negatives: Iterable[float]) -> float | None:
    """Area under the ROC: the chance that a positive's score exceeds a negative's, a tie counting one half.

    ``(pairs won + pairs tied / 2) / pairs`` (Hanley and McNeil, *The meaning and use of the area under a
    receiver operating characteristic curve*, 1982). None where one of the two sides is empty.
    """
    below = sorted(negatives)
    wins = [(bisect_left(below, score) + bisect_right(below, score)) / 2 for score in positives]
    return sum(wins) / (len(wins) * len(below)) if wins and below else None


def mean(values: Sequence[float]) -> float | None:
    """The arithmetic mean, of truth values the share that is true; None of nothing."""
    return math.fsum(values) / len(values) if values else None


def overlap(one: Span, other: Span) -> int:
    """How many code points two spans of one text share."""
    return max(0, min(one[1], other[1]) - max(one[0], other[0]))


def covers_half(hit: Span, evidence: Span) -> bool:
    """Whether a hit holds at least half of an evidence span."""
    return 0 < evidence[1] - evidence[0] <= 2 * overlap(hit, evidence)


def is_same_sentence(one: Span, other: Span) -> bool:
    """Whether two spans share at least half of the shorter: one sentence, however each of the two was cut."""
    shorter = min(one[1] - one[0], other[1] - other[0])
    return 0 < shorter <= 2 * overlap(one, other)


def holds_answer(quotes: Iterable[str], answers: Iterable[str]) -> bool:
    """Whether one of the accepted answers stands within one of the quotes, both as ``fold`` leaves them."""
    wanted = [folded for folded in map(fold, answers) if folded]
    return any(answer in quote for quote in map(fold, quotes) for answer in wanted)


def fold(text: str) -> str:
    """A text without differences of width (NFKC), case and white space."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())
