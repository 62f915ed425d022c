"""A name -> a reader: the packaged one, one that `qa.reader.train` made, or any question-answering model."""

from __future__ import annotations

import threading
from functools import lru_cache
from pathlib import Path

from qa.reader.readers import PassageReader
from qa.reader.weights import WEIGHTS

_loading = threading.Lock()


def load_reader(name: str | None = None) -> PassageReader:
    """Load the packaged reader, one that `qa.reader.train` made, or a question-answering model; once per process.

    Args:
        name: the model's name, or the folder of it or of a trained reader; None for the packaged reader.

    Raises:
        ModelError: there is no such model, or it cannot be loaded.
    """
    with _loading:  # lru_cache alone would load twice for two threads
        return _load(name)


def reader_id(name: str | None = None) -> str:
    """Return what tells a reader from others: the first 16 digits of its checksum. Raises as `load_reader` does."""
    return load_reader(name).checksum[:16]


@lru_cache(maxsize=2)
def _load(name: str | None) -> PassageReader:
    if name is None or _is_trained(name):
        from qa.reader.model import Reader

        return Reader.load(Path(name) if name else Path(__file__).with_name("trained"))
    from qa.reader.transformer import TransformerReader

    return TransformerReader.load(name)


def _is_trained(name: str) -> bool:
    """Return whether a name is that of a folder with a reader that `qa.reader.train` made."""
    try:
        return (Path(name) / WEIGHTS).exists()
    except (OSError, ValueError):  # a name that is too long for a path, or has a NUL in it
        return False
