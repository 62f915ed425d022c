"""A trained reader on the disk: its weights, and a description with their checksum.

reader.safetensors   the weights, float16
config.json          what they were made for, and their SHA-256
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from safetensors.numpy import load, save

from qa.errors import ModelError

WEIGHTS, CONFIG = "reader.safetensors", "config.json"


@dataclass(frozen=True)
class ReaderConfig:
    """What a reader's weights were made for.

    Attributes:
        encoder: the name of the embedding model whose states it reads.
        lower: the layers of it that read question and passage apart.
        joint: the layers that read both together.
        version: raised when the same weights would mean something else.
        sha256: the digest of the file of weights.
    """

    encoder: str
    lower: int
    joint: int
    version: int = 1
    sha256: str = ""


def save_reader(folder: Path, config: ReaderConfig, weights: Mapping[str, npt.NDArray[Any]]) -> ReaderConfig:
    """Write weights as float16, and their description; return it with the checksum."""
    folder.mkdir(parents=True, exist_ok=True)
    content = save({name: np.ascontiguousarray(one, dtype=np.float16) for name, one in weights.items()})
    described = ReaderConfig(**{**asdict(config), "sha256": hashlib.sha256(content).hexdigest()})
    (folder / WEIGHTS).write_bytes(content)
    (folder / CONFIG).write_text(json.dumps(asdict(described), indent=2) + "\n", encoding="utf-8")
    return described


def load_weights(folder: Path) -> tuple[ReaderConfig, dict[str, npt.NDArray[np.float32]]]:
    """Read a reader's description and weights.

    Raises:
        ModelError: a file is missing, or the weights are not those that the description is about.
    """
    try:
        config = ReaderConfig(**json.loads((folder / CONFIG).read_text(encoding="utf-8")))
        content = (folder / WEIGHTS).read_bytes()
    except (OSError, ValueError, TypeError) as error:
        raise ModelError("model.reader.load", model=repr(folder.name), why=str(error)) from error
    if hashlib.sha256(content).hexdigest() != config.sha256:
        raise ModelError("model.reader.damaged", file=folder / WEIGHTS)
    return config, {name: one.astype(np.float32) for name, one in load(content).items()}
