"""Scores of a batch -> what is to be lowered.

has       which passage of the list answers, or none: cross-entropy over the list
unit      which unit of the passage that answers does: cross-entropy over its units
evidence  whether a unit answers: binary, over the units of all passages
span      where the answer begins and ends: cross-entropy over the tokens
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from qa.reader.groups import Group, Windows
from qa.reader.layers import Scores

_NEVER = -1e4
_ELSEWHERE = 0.25
"""How much the units of a passage that does not answer count for ``evidence``."""


class Losses(NamedTuple):
    """The parts of the loss of a batch."""

    has: Tensor
    unit: Tensor
    evidence: Tensor
    span: Tensor

    @property
    def total(self) -> Tensor:
        """What is lowered."""
        return self.has + 0.5 * self.unit + 0.5 * self.evidence + 0.25 * self.span


def unit_scores(evidence: Tensor, units: Tensor) -> Tensor:
    """Return [n, u]: the mean score of each unit's tokens; 0 for a unit without tokens.

    Args:
        evidence: [n, t], the scores of the tokens.
        units: int64 [n, u, 2], the first token of each unit and the one after its last.
    """
    sums = functional.pad(evidence.float().cumsum(1), (1, 0))
    first, last = units.unbind(-1)
    return (sums.gather(1, last) - sums.gather(1, first)) / (last - first).clamp(min=1)


def losses_of(groups: Sequence[Group], lots: Sequence[Windows], scores: Sequence[Scores]) -> Losses:
    """Return the losses of a batch, of whose windows each lot has its own scores."""
    units = [unit_scores(one.evidence, lot.units) for one, lot in zip(scores, lots, strict=True)]
    answers = [lot.answer[:, 0] >= 0 for lot in lots]
    chosen = [_unit_loss(u[a], lot.citable[a], lot.right[a]) for u, lot, a in zip(units, lots, answers, strict=True)]
    spans = [_span_loss(one, lot, a) for one, lot, a in zip(scores, lots, answers, strict=True)]
    return Losses(
        _has_loss(groups, lots, scores),
        torch.cat(chosen).sum() / max(sum(map(len, chosen)), 1),
        _evidence_loss(units, lots),
        torch.cat(spans).sum() / max(sum(map(len, spans)), 1),
    )


def _has_loss(groups: Sequence[Group], lots: Sequence[Windows], scores: Sequence[Scores]) -> Tensor:
    most = max(len(group.passages) for group in groups)
    table = torch.full((len(groups), most), _NEVER)
    places = torch.cat([lot.groups for lot in lots]), torch.cat([lot.positions for lot in lots])
    table = table.index_put(places, torch.cat([one.has.float() for one in scores]))
    table = torch.cat([table, torch.zeros(len(groups), 1)], 1)  # the last stands for none of them
    right = torch.tensor([most if group.gold is None else group.gold for group in groups])
    return functional.cross_entropy(table, right)


def _unit_loss(scores: Tensor, citable: Tensor, right: Tensor) -> Tensor:
    """Return [m]: how surely each passage's right units are not chosen among those that can be cited."""
    if not len(scores):
        return scores.sum(1)
    every = scores.masked_fill(~citable, _NEVER).logsumexp(1)
    return every - scores.masked_fill(~right, _NEVER).logsumexp(1)


def _evidence_loss(units: Sequence[Tensor], lots: Sequence[Windows]) -> Tensor:
    total, weights = torch.zeros(()), torch.zeros(())
    for scores, lot in zip(units, lots, strict=True):
        weight = torch.where(lot.right.any(1, keepdim=True), 1.0, _ELSEWHERE) * lot.citable
        each = functional.binary_cross_entropy_with_logits(scores, lot.right.float(), reduction="none")
        total, weights = total + (each * weight).sum(), weights + weight.sum()
    return total / weights.clamp(min=1)


def _span_loss(scores: Scores, lot: Windows, answers: Tensor) -> Tensor:
    """Return [m]: the loss of start and end, of the windows that answer."""
    own = lot.there & ~lot.context
    parts = []
    for at, ends in enumerate((scores.start, scores.end)):
        table = ends.float().masked_fill(~own, _NEVER)[answers]
        parts.append(functional.cross_entropy(table, lot.answer[answers, at], reduction="none"))
    return parts[0] + parts[1]
