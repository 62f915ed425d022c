"""Back to an earlier generation: also when the current one is damaged and cannot be opened."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from qa.catalogue import Command
from qa.errors import IndexMissingError
from qa.progress import Progress
from qa.storage import generations
from qa.storage.configuration import load_made_with, load_recorded_model
from qa.storage.contents import read_contents
from qa.storage.manifest import FORMAT_VERSION
from qa.storage.writing import IndexWriter


def roll_back(
    index: Path,
    number: int | None = None,
    *,
    check: Callable[[Path, int], object] | None = None,
    progress: Progress | None = None,
) -> int:
    """Make a generation that is kept the current one again; the current one may be damaged.

    Args:
        index: the index folder.
        number: which one; None: the newest before the current one, or the newest if it is not known which that is.
        check: raises an error if a generation cannot be used; by default it must be undamaged and have its model.
        progress: called while another process changes the index.

    Returns:
        Its number.

    Raises:
        IndexMissingError: there is no index, or no such generation. IndexDamagedError, IndexMismatchError, ModelError:
        it cannot be used. StorageError: a write failed.
    """
    with IndexWriter(index, progress) as writer:
        kept, current = generations.numbers(index), generations.current_or_none(index)
        if number is None:
            earlier = [one for one in kept if current is None or one < current]
            if not earlier:
                raise IndexMissingError("index.earlier", index=str(index))
            number = earlier[-1]
        elif number not in kept:
            raise IndexMissingError(
                "index.generation", index=str(index), number=number, remedy=Command.of("qa", "log", "--index", index)
            )
        (check or check_usable)(index, number)
        writer.go_back(number)
    return number


def check_usable(index: Path, number: int) -> None:
    """Check that a generation is undamaged and that its model can be loaded.

    Raises:
        IndexDamagedError, IndexMismatchError, ModelError: it cannot be used.
    """
    manifest = generations.check_generation(index, number)
    if manifest.format != FORMAT_VERSION:  # it is upgraded when it is opened
        load_recorded_model(index, manifest.model)
    else:
        load_made_with(index, read_contents(index, number).manifest.model)
