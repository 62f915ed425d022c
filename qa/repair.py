"""A broken index -> one that answers again, from what of it is whole: ``qa doctor --fix``.

What it was made of is in its folder. Where the present generation's texts are whole, there or in another generation
that is kept, the index is built anew of them. Else, or where nothing says which generation is the present one, it
goes back to the newest that is whole, and where none is, it is built of the texts of the newest that has all of them.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from qa import generations
from qa.building import read_source
from qa.commit import roll_back
from qa.errors import IndexDamagedError, IndexMismatchError, ModelError, QAError
from qa.index import Index
from qa.sources import DEFAULT_MAX_CHARS, Source


def repair(path: str | Path, model: str | None = None) -> str:
    """Mends the index in a folder; one that is whole is left as it is.

    Args:
        path: the index folder.
        model: the model to embed its texts with, should its own be gone.

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
        model = None
    except ModelError:
        if model is None:
            raise
    else:
        return ""
    kept = _manifests(path)
    present = _present(path)
    if present in kept and (texts := _texts(path, kept[present], kept)):
        return _built(path, texts, model)
    for number in reversed(generations.numbers(path)):
        with suppress(QAError):
            roll_back(path, number, lambda number: Index.read(path, number).embedder)
            lost = sorted(_names(kept.get(present)) - _names(kept.get(number)))
            without = f", without {', '.join(lost)}" if lost else ""
            return f"What was the present generation is damaged: the index went back to generation {number}{without}."
    for number in reversed(list(kept)):
        if texts := _texts(path, kept[number], kept):
            return _built(path, texts, model)
    raise IndexDamagedError(
        f"Nothing of the index in {path} is whole: {generations.anew(path)}", "index.hopeless", index=str(path)
    ) from None


def _built(path: Path, texts: list[Source], model: str | None) -> str:
    longest = max(len(source.text) for source in texts)
    index = Index.build(texts, path, model=model, max_chars=max(longest, DEFAULT_MAX_CHARS))
    return f"The index was built anew of its own {len(texts)} texts: it is generation {index.generation} now."


def _present(path: Path) -> int:
    """The number of the present generation; 0 where nothing says it."""
    with suppress(QAError):
        return generations.current_number(path)
    return 0


def _manifests(path: Path) -> dict[int, generations.Manifest]:
    """Number -> how that generation was made, of those that tell it."""
    found = {}
    for number in generations.numbers(path):
        with suppress(QAError):
            found[number] = generations.read_manifest(path, number)
    return found


def _names(manifest: generations.Manifest | None) -> set[str]:
    return {entry["name"] for entry in manifest["sources"]} if manifest else set()


def _texts(path: Path, wanted: generations.Manifest, kept: dict[int, generations.Manifest]) -> list[Source]:
    """The texts of a generation, in order, each from wherever it is whole; none where one is nowhere."""
    texts = []
    for entry in wanted["sources"]:
        alike = (
            _whole(path / "generations" / str(number), manifest, other)
            for number, manifest in reversed(kept.items())
            for other in manifest["sources"]
            if other["sha256"] == entry["sha256"]
        )
        source = next((source for source in alike if source), None)
        if source is None:
            return []
        texts.append(source.named(entry["name"]))
    return texts


def _whole(folder: Path, manifest: generations.Manifest, entry: dict[str, str]) -> Source | None:
    """A source of a generation, if its files are what was written there."""
    with suppress(OSError, ValueError, TypeError, KeyError):
        files = [entry[key] for key in ("file", "places") if key in entry]
        if all(generations.file_sha256(folder / file) == manifest["files"][file] for file in files):
            return read_source(folder, entry)
    return None
