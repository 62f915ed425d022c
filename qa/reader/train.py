"""Data -> a trained reader: `python -m qa.reader.train DATA... OUT [--minutes N] [--resume]`.

DATA are folders of question sets, or such that `python -m qa.reader.prepare` has made of them. OUT gets the weights
(``reader.safetensors``, ``config.json``), the learning curve (``curve.csv``, ``curve.svg``), and a checkpoint that
``--resume`` goes on from. With ``--steps`` alone, a run that was broken off gives the same weights as an unbroken one;
with ``--minutes`` it ends by the clock.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.optim import AdamW

from qa.reader.checkpoint import Progress, load_checkpoint, save_checkpoint
from qa.reader.curve import add_row, draw, keep_rows, read_rows
from qa.reader.features import encoder_of, precision
from qa.reader.groups import Group, Groups, windows_of
from qa.reader.layers import JOINT, Joint, layers_of
from qa.reader.losses import Losses, losses_of
from qa.reader.prepare import prepare
from qa.reader.prepared import Prepared
from qa.reader.weights import ReaderConfig, load_weights, save_reader
from qa.search.states import LOWER
from qa.search.weights import DEFAULT_MODEL, load_model

WARM_UP = 0.02
"""Share of the training in which the learning rate rises."""
AVERAGED = 0.99
"""How slowly the running mean of the weights, which is what is kept, follows them."""
CLIPPED = 1.0
"""Longest gradient."""
CHECKPOINT_SECONDS = 300
HELD_OUT_GROUPS = 60
"""Groups of the questions held out that a loss is computed for at each checkpoint."""
UNSEEN_WORDS = 0.05
"""Share of a question's tokens that are hidden while training."""
LOT = 2200
"""Tokens that go through the layers at once."""


@dataclass(frozen=True)
class Plan:
    """How a reader is trained.

    Attributes:
        steps: updates of the weights.
        minutes: the time after which it ends, as if that were the last step; None for no limit.
        rate: the highest learning rate; it falls to 0 at the end.
        tokens: the fewest tokens of a batch.
        dropout: share of the numbers that are left out while training.
        early: share of the training in which there are only questions that are answered, and few passages: what
            answers is learnt first, and then when nothing does.
        seed: what everything drawn depends on.
    """

    steps: int = 20_000
    minutes: float | None = None
    rate: float = 3e-4
    tokens: int = 3300
    dropout: float = 0.1
    early: float = 0.06
    seed: int = 0


@dataclass
class Run:
    """A run of training: the weights, what is known of them, and how far it is."""

    data: Prepared
    plan: Plan
    model: Joint
    out: Path
    optimizer: AdamW = field(init=False)
    average: dict[str, Tensor] = field(init=False)
    done: Progress = field(init=False)

    def __post_init__(self) -> None:
        self.optimizer = AdamW(
            self.model.parameters(), lr=self.plan.rate, betas=(0.9, 0.98), weight_decay=0.01, fused=True
        )
        self.average = {name: one.detach().clone() for name, one in self.model.state_dict().items()}
        self.done = Progress(seed=self.plan.seed)
        self._groups = Groups(self.data)
        self._held_out = Groups(self.data, held_out=True)
        self.out.mkdir(parents=True, exist_ok=True)

    def resume(self) -> None:
        """Go on from the checkpoint, if there is one."""
        found = load_checkpoint(self.out, self.model, self.average, self.optimizer)
        if found is not None:
            self.done = found
            keep_rows(self.out / "curve.csv", found.step)

    @property
    def share(self) -> float:
        """How much of the training is done, 0 to 1."""
        by_clock = self.done.seconds / (self.plan.minutes * 60) if self.plan.minutes else 0.0
        return min(1.0, max(self.done.step / self.plan.steps, by_clock))

    def train(self, until: int | None = None) -> None:
        """Train to the end of the plan, or to a step, and write the checkpoint."""
        saved = last = time.monotonic()
        losses: list[list[float]] = []
        windows = 0
        while self.share < 1 and (until is None or self.done.step < until):
            part, count = self._step()
            losses.append([float(one.detach()) for one in part])
            windows += count
            now = time.monotonic()
            self.done = replace(self.done, step=self.done.step + 1, seconds=self.done.seconds + now - last)
            last = now
            if self.done.step % 100 == 0 or self.share >= 1:
                self._report(losses, windows)
                losses, windows = [], 0
            if now - saved > CHECKPOINT_SECONDS:
                self.save()
                saved = last = time.monotonic()
        self.save()

    def _step(self) -> tuple[Losses, int]:
        """Update the weights once; return the losses, and how many windows were read."""
        rng = random.Random(f"{self.plan.seed} {self.done.step}")
        torch.manual_seed(rng.getrandbits(32))
        groups = self._groups.batch(rng, self.plan.tokens, self.share < self.plan.early)
        rising = (self.share + 1 / self.plan.steps) / WARM_UP
        rate = self.plan.rate * min(1, rising) * max(0.01, 1 - self.share)
        for settings in self.optimizer.param_groups:
            settings["lr"] = rate
        self.model.train()
        losses, windows = self._losses(groups)
        self.optimizer.zero_grad()
        losses.total.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.model.parameters(), CLIPPED)
        self.optimizer.step()
        follow = 1 - min(AVERAGED, (1 + self.done.step) / (10 + self.done.step))
        for name, one in self.model.state_dict().items():
            self.average[name].lerp_(one.detach(), follow)
        return losses, windows

    def _losses(self, groups: Sequence[Group]) -> tuple[Losses, int]:
        lots = windows_of(self.data, groups, LOT)
        scores = []
        with precision():
            for lot in lots:
                asked = lot.asked
                if self.model.training:
                    hidden = torch.rand(asked.shape) < UNSEEN_WORDS
                    hidden[:, 0] = False
                    asked = asked & ~hidden
                scores.append(self.model(lot.question, asked, lot.passage, lot.there, lot.context))
        return losses_of(groups, lots, scores), sum(len(lot.groups) for lot in lots)

    def _report(self, losses: list[list[float]], windows: int) -> None:
        means = torch.tensor(losses).mean(0).tolist()
        row = {"step": self.done.step, "minutes": self.done.seconds / 60, "windows": windows / len(losses)}
        row |= dict(zip(Losses._fields, means, strict=True))
        add_row(self.out / "curve.csv", row)
        print("  ".join(f"{name} {value:.4g}" for name, value in row.items()), flush=True)

    def held_out(self) -> Losses:
        """Return the losses of questions held out, by the running mean of the weights."""
        rng = random.Random(0)
        model = Joint()
        model.load_state_dict(self.average)
        own, self.model = self.model, model.eval()
        groups = [self._held_out.draw(rng, False) for _ in range(HELD_OUT_GROUPS)]
        with torch.inference_mode():
            losses, _ = self._losses(groups)
        self.model = own
        return losses

    def save(self) -> None:
        """Write the checkpoint, the weights and the picture of the curve."""
        save_checkpoint(self.out, self.done, self.model, self.average, self.optimizer)
        weights = {name: one.numpy() for name, one in self.average.items()}
        save_reader(self.out, ReaderConfig(DEFAULT_MODEL, LOWER, JOINT), weights)
        if (self.out / "curve.csv").exists():
            draw(read_rows(self.out / "curve.csv"), Losses._fields, self.out / "curve.svg")
        if any(question.held_out for question in self.data.questions):
            parts = zip(Losses._fields, self.held_out(), strict=True)
            row = {"step": float(self.done.step), **{name: float(value) for name, value in parts}}
            add_row(self.out / "held_out.csv", row)
            print("held out:", "  ".join(f"{name} {value:.4g}" for name, value in row.items()), flush=True)


def first_weights(data: Prepared, plan: Plan, start: Path | None) -> Joint:
    """Return the layers to begin with: those of a trained reader, or the encoder's upper ones."""
    torch.manual_seed(plan.seed)
    model = Joint(plan.dropout)
    if start is not None:
        _, weights = load_weights(start)
        model.load_state_dict({name: torch.from_numpy(one) for name, one in weights.items()})
        return model
    model.layers = layers_of(encoder_of(load_model()).weights, range(LOWER, LOWER + JOINT), plan.dropout)
    model.mean.copy_(torch.from_numpy(data.mean))
    return model


def _prepared(data: Path, out: Path, seed: int) -> Path:
    """Return the folder of prepared data: the one given, or one made of it."""
    if (data / "arrays.safetensors").exists():
        return data
    if not (out / "arrays.safetensors").exists():
        prepare(data, out, seed=seed)
    return out


def main() -> None:
    """Prepare the data if need be, and train."""
    plan = Plan()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, nargs="+")
    parser.add_argument("out", type=Path)
    parser.add_argument("--minutes", type=float, help="end after this time")
    parser.add_argument("--steps", type=int, default=plan.steps)
    parser.add_argument("--rate", type=float, default=plan.rate, help="highest learning rate")
    parser.add_argument("--seed", type=int, help="what is drawn depends on; with --start, on those weights if left out")
    parser.add_argument("--start", type=Path, help="folder of a trained reader to begin with")
    parser.add_argument("--resume", action="store_true", help="go on from the checkpoint in OUT")
    options = parser.parse_args()
    seed = options.seed
    if seed is None:  # a reader that is trained on should not draw again what it began with
        seed = int(load_weights(options.start)[0].sha256[:8], 16) if options.start else plan.seed
    data = Prepared.load(
        *(_prepared(folder, options.out / f"prepared-{n}", seed) for n, folder in enumerate(options.data, 1))
    )
    plan = replace(plan, steps=options.steps, minutes=options.minutes, rate=options.rate, seed=seed)
    if options.start:
        plan = replace(plan, early=0.0)  # it has learnt what answers
    run = Run(data, plan, first_weights(data, plan, options.start), options.out)
    if options.resume:
        run.resume()
    run.train()


if __name__ == "__main__":
    main()
