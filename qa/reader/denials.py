"""A trained reader -> the same, with its head for denials fitted: `python -m qa.reader.denials PREPARED... READER`.

Too few questions presume what their text denies to train this head with the others. It is fitted afterwards, to what
the finished layers make of the units of the passages that questions without an answer come near to: some units deny
what a question presumes (`Question.denying`), the others do not. As many are read of questions that are answered.

PREPARED are folders that `qa.reader.prepare` made; READER's weights are written anew. The questions that are held out
are not read.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

from qa.reader.features import precision
from qa.reader.groups import Group, Windows, windows_of
from qa.reader.layers import WIDTH, Joint
from qa.reader.prepared import Prepared
from qa.reader.weights import load_weights, save_reader

LOT = 2200
"""Tokens that go through the layers at once."""
_ROUND = 400
"""Questions that are read between two reports."""
_STRENGTH = 0.02
"""How freely the weights are fitted (scikit-learn's C)."""


def groups_of(data: Prepared, rng: random.Random) -> list[Group]:
    """Return the questions to read, each with one passage."""
    asked = [one for one in data.questions if not one.held_out]
    near = [Group(one.own, one.near[:1], denying=one.denying) for one in asked if one.gold is None and one.near]
    answered = [Group(one.own, (one.gold,)) for one in asked if one.gold is not None]
    found = near + rng.sample(answered, min(len(answered), len(near)))
    rng.shuffle(found)
    return found


def features(model: Joint, data: Prepared, groups: Sequence[Group]) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield float32 [u, d], the mean states of units that can be cited, and bool [u], which of them deny."""
    for first in range(0, len(groups), _ROUND):
        for lot in windows_of(data, groups[first : first + _ROUND], LOT):
            with torch.inference_mode(), precision():
                states = model.read(lot.question, lot.asked, lot.passage, lot.there, lot.context)
            yield _units(states[:, lot.question.shape[1] :], lot)
        print(f"{min(first + _ROUND, len(groups))} of {len(groups)} questions", flush=True)


def _units(states: torch.Tensor, lot: Windows) -> tuple[np.ndarray, np.ndarray]:
    sums = functional.pad(states.float().cumsum(1), (0, 0, 1, 0))
    first, last = (sums.gather(1, at[:, :, None].expand(-1, -1, WIDTH)) for at in lot.units.unbind(-1))
    lengths = (lot.units[:, :, 1] - lot.units[:, :, 0]).clamp(min=1)
    means = (last - first) / lengths[:, :, None]
    return means[lot.citable].numpy(), lot.denying[lot.citable].numpy()


def fit(model: Joint, data: Prepared, seed: int = 0) -> tuple[np.ndarray, float]:
    """Return the head's weights, float32 [d], and its bias."""
    from sklearn.linear_model import LogisticRegression

    found = list(features(model, data, groups_of(data, random.Random(seed))))
    units, denying = (np.concatenate(parts) for parts in zip(*found, strict=True))
    print(f"{len(units)} units, {denying.sum()} of them deny", flush=True)
    fitted = LogisticRegression(C=_STRENGTH, max_iter=2000).fit(units, denying)
    return fitted.coef_[0].astype(np.float32), float(fitted.intercept_[0])


def main() -> None:
    """Fit the head of a reader and write its weights."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("prepared", type=Path, nargs="+")
    parser.add_argument("reader", type=Path)
    options = parser.parse_args()
    config, weights = load_weights(options.reader)
    model = Joint()
    model.load_state_dict({name: torch.from_numpy(one) for name, one in weights.items()})
    own, bias = fit(model.eval(), Prepared.load(*options.prepared))
    head = {"denial.weight": own[None], "denial.bias": np.array([bias], dtype=np.float32)}
    save_reader(options.reader, replace(config, sha256=""), {**weights, **head})


if __name__ == "__main__":
    main()
