"""A broken index -> one that answers again, from what of it is whole: ``qa doctor --fix``.

What it was made of is in its folder. Where the present generation's texts are whole, the index is built anew
of them; where they are not, or where nothing says which generation is the present one, it goes back to the
newest that is whole.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from qa import generations
from qa.building import read_source
from qa.commit import roll_back
from qa.errors import IndexDamagedError, IndexError_, IndexMismatchError, QAError
from qa.index import Index
from qa.sources import Source


def repair(path: str | Path) -> str:
    """Mends the index in a folder; one that is whole is left as it is.

    Returns:
        What was done, one sentence; "" where nothing had to be.

    Raises:
        IndexError_: there is no index, or nothing of it is whole; it is left as it was. ModelError: its model
        cannot be loaded. StorageError: the disk refused.
    """
    path = Path(path)
    try:
        Index.open(path).embedder  # noqa: B018
    except (IndexDamagedError, IndexMismatchError):
        if texts := _whole_texts(path):
            index = Index.build(texts, path)
            return f"The index was built anew of its own {len(texts)} texts: it is generation {index.generation} now."
        number = _newest_whole(path)
        if number is None:
            raise IndexDamagedError(
                f"Nothing of the index in {path} is whole: {generations.anew(path)}", "index.hopeless", index=str(path)
            ) from None
        roll_back(path, number)
        return f"What was the present generation is damaged: the index went back to generation {number}."
    return ""


def _whole_texts(path: Path) -> list[Source]:
    """The texts of the present generation, in order; none where one is missing or not what was written."""
    try:
        number = generations.current_number(path)
        manifest = generations.read_manifest(path, number)
    except IndexError_:
        return []
    folder = path / "generations" / str(number)
    entries = manifest["sources"]
    texts = []
    for entry in entries:
        with suppress(OSError, ValueError, TypeError, KeyError):
            files = [entry[key] for key in ("file", "places") if key in entry]
            if all(generations.file_sha256(folder / file) == manifest["files"][file] for file in files):
                texts.append(read_source(folder, entry))
    return texts if len(texts) == len(entries) else []


def _newest_whole(path: Path) -> int | None:
    for number in reversed(generations.numbers(path)):
        with suppress(QAError):
            generations.read_generation(path, number)
            return number
    return None
