"""States of a question and a passage -> scores: the layers that read both together.

The encoder's lower layers read question and passage apart. The layers here start as its upper ones and read the two as
one sequence, so that every token of the passage sees the question.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

WIDTH, HEADS, INNER = 384, 12, 1536
"""The sizes of the default encoder: numbers of a state, heads of attention, numbers between the two feed-forward
matrices."""
JOINT = 4
"""Layers that read question and passage together."""
_EPSILON = 1e-12
_NONE = -9.0
"""The cosine with a token that is not there."""
_SHARPNESS = 12.0
"""How sharply a token of the passage looks at the question's nearest tokens."""


class Layer(nn.Module):
    """A layer of BERT: attention, then two feed-forward matrices, each added to its input and normalised."""

    def __init__(self, dropout: float = 0.0) -> None:
        """Make a layer with random weights."""
        super().__init__()
        self.qkv = nn.Linear(WIDTH, 3 * WIDTH)
        self.out = nn.Linear(WIDTH, WIDTH)
        self.norm1 = nn.LayerNorm(WIDTH, eps=_EPSILON)
        self.up = nn.Linear(WIDTH, INNER)
        self.down = nn.Linear(INNER, WIDTH)
        self.norm2 = nn.LayerNorm(WIDTH, eps=_EPSILON)
        self.dropout = dropout

    def forward(self, states: Tensor, mask: Tensor) -> Tensor:
        """Return states [n, t, d] after the layer; ``mask`` [n, 1, 1, t] says which tokens are there."""
        n, t, _ = states.shape
        query, key, value = self.qkv(states).view(n, t, 3, HEADS, WIDTH // HEADS).permute(2, 0, 3, 1, 4)
        attend = _attend if self.training else functional.scaled_dot_product_attention
        seen = self.out(attend(query, key, value, mask).transpose(1, 2).reshape(n, t, WIDTH))
        states = self.norm1(states + functional.dropout(seen, self.dropout, self.training))
        inner = self.down(functional.gelu(self.up(states)))
        normed: Tensor = self.norm2(states + functional.dropout(inner, self.dropout, self.training))
        return normed


def _attend(query: Tensor, key: Tensor, value: Tensor, mask: Tensor) -> Tensor:
    """Return what ``scaled_dot_product_attention`` does, whose gradient takes twice as long on a CPU."""
    n, heads, t, width = query.shape
    query, key, value = (one.reshape(n * heads, t, width) for one in (query, key, value))
    hidden = torch.zeros(mask.shape, dtype=query.dtype).masked_fill(~mask, -1e4).expand(n, heads, 1, t)
    scores = torch.baddbmm(hidden.reshape(n * heads, 1, t), query, key.transpose(1, 2), alpha=width**-0.5)
    return torch.bmm(scores.softmax(-1).to(value.dtype), value).view(n, heads, t, width)


def layers_of(weights: Mapping[str, Tensor], numbers: Iterable[int], dropout: float = 0.0) -> nn.ModuleList:
    """Return copies of some layers of an encoder, given its parameters by BertModel's names."""
    copies = nn.ModuleList()
    for number in numbers:
        layer, prefix = Layer(dropout), f"encoder.layer.{number}."
        parts = {
            layer.out: "attention.output.dense",
            layer.norm1: "attention.output.LayerNorm",
            layer.up: "intermediate.dense",
            layer.down: "output.dense",
            layer.norm2: "output.LayerNorm",
        }
        with torch.no_grad():
            for name in ("weight", "bias"):
                attention = [weights[f"{prefix}attention.self.{one}.{name}"] for one in ("query", "key", "value")]
                getattr(layer.qkv, name).copy_(torch.cat(attention))
                for own, its in parts.items():
                    getattr(own, name).copy_(weights[f"{prefix}{its}.{name}"])
        copies.append(layer)
    return copies


class Scores(NamedTuple):
    """What the joint layers say of n passages with at most t tokens.

    Attributes:
        has: [n], how surely each passage answers; 0 stands for "none of them".
        evidence: [n, t], how surely each token belongs to what answers.
        start, end: [n, t], how surely the answer begins and ends with each token.
    """

    has: Tensor
    evidence: Tensor
    start: Tensor
    end: Tensor


class Joint(nn.Module):
    """The layers that read a question and a passage together.

    Attributes:
        part: [3, d], added to the states of a question, a passage and a passage's context.
        nearness: [d], added to a passage's token by its best cosine with the question's tokens.
        covered: [d], added to a question's token by its best cosine with the passage's tokens: what of the question
            the passage lacks.
        mean: [2, d], the mean states of questions and of passages: cosines are of what differs from them.
    """

    mean: Tensor

    def __init__(self, dropout: float = 0.0) -> None:
        """Make them with random weights."""
        super().__init__()
        self.layers = nn.ModuleList(Layer(dropout) for _ in range(JOINT))
        self.part = nn.Parameter(torch.zeros(3, WIDTH))
        self.aligned = nn.Linear(WIDTH, WIDTH)
        self.nearness = nn.Parameter(torch.zeros(WIDTH))
        self.covered = nn.Parameter(torch.zeros(WIDTH))
        nn.init.zeros_(self.aligned.weight)
        nn.init.zeros_(self.aligned.bias)
        self.span = nn.Linear(WIDTH, 2)
        self.has = nn.Linear(2 * WIDTH, 1)
        self.evidence = nn.Linear(WIDTH, 1)
        self.register_buffer("mean", torch.zeros(2, WIDTH))

    def forward(self, question: Tensor, asked: Tensor, passage: Tensor, there: Tensor, context: Tensor) -> Scores:
        """Return the scores of n passages.

        Args:
            question: [n, q, d], the states of the question that each passage is read for.
            asked: bool [n, q], which of its tokens are there.
            passage: [n, t, d], the passages' states, those of their contexts first.
            there: bool [n, t], which of their tokens are there.
            context: bool [n, t], which of them belong to the context.
        """
        near, nearest, covered = self._compare(question, asked, passage, there)
        parts = torch.where(context[:, :, None], self.part[2], self.part[1])
        read = passage + parts + self.aligned(nearest) + near[:, :, None] * self.nearness
        states = torch.cat([question + self.part[0] + covered[:, :, None] * self.covered, read], 1)
        mask = torch.cat([asked, there], 1)[:, None, None, :]
        for layer in self.layers:
            states = layer(states, mask)
        length = question.shape[1]
        weights = asked.to(states.dtype)[:, :, None]
        pooled = (states[:, :length] * weights).sum(1) / weights.sum(1)
        own = states[:, length:]
        start, end = self.span(own).unbind(-1)
        return Scores(self.has(torch.cat([states[:, 0], pooled], 1))[:, 0], self.evidence(own)[:, :, 0], start, end)

    def _compare(
        self, question: Tensor, asked: Tensor, passage: Tensor, there: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Compare each token of the passage with each of the question, by the cosine.

        Returns:
            The best cosine of each token of the passage; what the question's tokens nearest to it are, [n, t, d]; the
            best cosine of each token of the question. The question's first token stands for the whole of it: no token
            of the passage looks at it.
        """
        ours = functional.normalize(question - self.mean[0], dim=-1)
        theirs = functional.normalize(passage - self.mean[1], dim=-1)
        words = asked.clone()
        words[:, 0] = False
        cosines = theirs @ ours.transpose(1, 2)
        seen = cosines.masked_fill(~words[:, None, :], _NONE)
        nearest = torch.softmax(seen * _SHARPNESS, -1) @ question
        return seen.max(-1).values, nearest, cosines.masked_fill(~there[:, :, None], _NONE).max(1).values
