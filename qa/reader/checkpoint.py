"""A run of training on the disk, so that it can go on after it was broken off.

    checkpoint.safetensors   weights, their running mean and the optimizer's two moments
    checkpoint.json          how far the run is

Both are replaced by a rename, the description last; one that belongs to other weights is not used.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.optim import AdamW

_TENSORS, _STATE = "checkpoint.safetensors", "checkpoint.json"


@dataclass(frozen=True)
class Progress:
    """How far a run is.

    Attributes:
        step: steps done.
        seconds: time spent on them.
        seed: what the run is drawn by.
        sha256: the digest of the tensors.
    """

    step: int = 0
    seconds: float = 0.0
    seed: int = 0
    sha256: str = ""


def save_checkpoint(
    folder: Path, progress: Progress, model: nn.Module, average: Mapping[str, Tensor], optimizer: AdamW
) -> None:
    """Write the state of a run."""
    tensors = {f"model.{name}": one.detach() for name, one in model.state_dict().items()}
    tensors |= {f"average.{name}": one for name, one in average.items()}
    for name, parameter in model.named_parameters():
        state = optimizer.state[parameter]
        tensors |= {f"first.{name}": state["exp_avg"], f"second.{name}": state["exp_avg_sq"]}
    unfinished = folder / f"{_TENSORS}.new"
    save_file({name: one.contiguous() for name, one in tensors.items()}, unfinished)
    digest = _digest(unfinished)
    unfinished.replace(folder / _TENSORS)
    described = Progress(progress.step, progress.seconds, progress.seed, digest)
    (folder / f"{_STATE}.new").write_text(json.dumps(asdict(described)), encoding="utf-8")
    (folder / f"{_STATE}.new").replace(folder / _STATE)


def load_checkpoint(folder: Path, model: nn.Module, average: dict[str, Tensor], optimizer: AdamW) -> Progress | None:
    """Put the state of a run into model, mean and optimizer; return how far it is, None without a usable one."""
    if not (folder / _STATE).exists():
        return None
    progress = Progress(**json.loads((folder / _STATE).read_text(encoding="utf-8")))
    if _digest(folder / _TENSORS) != progress.sha256:
        return None
    tensors = load_file(folder / _TENSORS)
    model.load_state_dict({name: tensors[f"model.{name}"] for name in model.state_dict()})
    average.update({name: tensors[f"average.{name}"] for name in average})
    moments = {
        number: {
            "step": _steps(progress.step),
            "exp_avg": tensors[f"first.{name}"],
            "exp_avg_sq": tensors[f"second.{name}"],
        }
        for number, (name, _) in enumerate(model.named_parameters())
    }
    optimizer.load_state_dict({**optimizer.state_dict(), "state": moments})
    return progress


def _steps(number: int) -> Tensor:
    import torch

    return torch.tensor(float(number))


def _digest(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
