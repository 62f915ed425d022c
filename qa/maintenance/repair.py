"""A broken index -> one that answers again, from what of it is whole: ``qa doctor --fix``.

What it was made of is in its folder. Where the present generation's texts are whole, there or in another generation
that is kept, the index is built anew of them. Else, or where nothing says which generation is the present one, it
goes back to the newest that is whole, and where none is, it is built of the texts of the newest that has all of them.
"""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from pathlib import Path

from qa.errors import IndexDamagedError, IndexMismatchError, ModelError, QAError
from qa.index import Index
from qa.progress import Progress
from qa.search.embedding import ModelRecord
from qa.storage import generations
from qa.storage.building import read_source
from qa.storage.collection import Texts, with_added
from qa.storage.commit import discard, roll_back
from qa.storage.configuration import configured, load_made_with
from qa.text.source import Source


class _WholeError(Exception):
    """Another process has put the index in order meanwhile."""


def repair(path: str | Path, model: str | None = None, *, anew: bool = False, progress: Progress | None = None) -> str:
    """Repairs the index in a folder; of one that is whole only earlier generations that are not are removed.

    Args:
        path: the index folder.
        model: the model to embed its texts with, should its own be gone.
        anew: also makes one anew of its texts that looks whole, and embeds each of them again.
        progress: as for :meth:`qa.index.Index.build`.

    Returns:
        What was done, one sentence; "" where nothing had to be.

    Raises:
        IndexError_: there is no index, or nothing of it is whole; it is left as it was. ModelError: its model
        cannot be loaded. StorageError: the disk refused.
    """
    path = Path(path)
    if not anew and _is_whole(path, model):
        return _without_broken_ones(path)
    try:
        done = _repaired(path, model, anew, progress)
    except _WholeError:
        return ""
    _without_broken_ones(path, given_up=False)
    return done


def _is_whole(path: Path, model: str | None) -> bool:
    try:
        Index.open(path).embedder  # noqa: B018
    except (IndexDamagedError, IndexMismatchError) as error:
        if error.code == "index.format":  # whole, but of another version of this package
            raise
        return False
    except ModelError:
        if model is None:
            raise
        return False
    return True


def _repaired(path: Path, model: str | None, anew: bool, progress: Progress | None) -> str:
    # With another model only where its own is gone.
    model = model if model and _model_is_gone(path) else None

    def choose(_: Texts) -> Texts:
        """What is to be built, once nobody else can change the index any more."""
        if not anew and _is_whole(path, model):
            raise _WholeError
        return with_added({}, _whole_texts(path))

    def made() -> str:
        configure = partial(configured, path, model, None, None)
        index = Index.made(path, choose, configure, forgiven=QAError, progress=progress, reuse=not anew)
        count, number = len(index.sources), index.generation
        return f"The index was built anew of its own {count} texts: it is generation {number} now."

    def try_out(number: int) -> None:
        if _is_whole(path, None):
            raise _WholeError
        Index.read(path, number).embedder  # noqa: B018

    kept, present = _manifests(path), _present(path)
    if present in kept and _texts(path, kept[present], kept):
        return made()
    for number in reversed(generations.numbers(path)):
        with suppress(QAError):
            roll_back(path, number, try_out)
            lost = sorted(_names(kept.get(present)) - _names(kept.get(number)))
            without = f", without {', '.join(lost)}" if lost else ""
            return f"What was the present generation is damaged: the index went back to generation {number}{without}."
    if _whole_texts(path):
        return made()
    raise IndexDamagedError("index.hopeless", index=str(path), remedy=generations.rebuild_command(path)) from None


def _model_is_gone(path: Path) -> bool:
    with suppress(IndexDamagedError, IndexMismatchError):
        manifest = generations.read_manifest(path, generations.current_number(path))
        try:
            load_made_with(path, ModelRecord.read(manifest["model"]))
        except ModelError:
            return True
    return False


def _without_broken_ones(path: Path, *, given_up: bool = True) -> str:
    """Removes the generations that nobody could go back to, unless ``given_up`` only those of the present texts."""

    def is_unwanted(number: int) -> bool:
        if generations.broken(path, number) is None:
            return False
        kept = _manifests(path)
        return given_up or (number in kept and _hashes(kept[number]) <= _hashes(kept.get(_present(path))))

    if not any(map(is_unwanted, generations.numbers(path))) or not (gone := discard(path, is_unwanted)):
        return ""
    return f"Earlier generations that could not be read any more were removed: {', '.join(map(str, gone))}."


def _whole_texts(path: Path) -> list[Source]:
    """The texts of the present generation; where not all of them are whole, of the newest that has all of its own."""
    kept = _manifests(path)
    ordered = dict.fromkeys([_present(path), *reversed(kept)])
    return next((texts for number in ordered if number in kept and (texts := _texts(path, kept[number], kept))), [])


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


def _hashes(manifest: generations.Manifest | None) -> set[str]:
    return {entry["sha256"] for entry in manifest["sources"]} if manifest else set()


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
