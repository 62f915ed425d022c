"""A damaged index -> one that answers again, made from its undamaged parts: ``qa doctor --fix``.

The folder holds the texts that the index was made of. If the current generation's texts are intact, there or in another
generation that is kept, the index is rebuilt from them. If not, or if nothing says which generation is current, it
goes back to the newest intact generation; if there is none, it is rebuilt from the newest one whose texts are intact.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from qa.catalogue import Sentence
from qa.errors import IndexDamagedError, IndexMismatchError, ModelError, QAError
from qa.progress import Progress
from qa.storage import generations
from qa.storage.configuration import Settings, configured, load_made_with
from qa.storage.contents import read_current, read_source
from qa.storage.generations import generation_folder
from qa.storage.manifest import Manifest, SourceRecord, file_sha256
from qa.storage.rollback import check_usable
from qa.storage.writing import IndexWriter
from qa.text.source import Source


def repair(
    path: str | Path,
    model: str | None = None,
    *,
    rebuild: bool = False,
    progress: Progress | None = None,
    on_commit: Callable[[], object] | None = None,
) -> str:
    """Repair the index in a folder; if it is intact, only remove damaged earlier generations.

    Args:
        path: the index folder.
        model: the model to embed its texts with, if its own is gone.
        rebuild: rebuild even an index that looks intact, and embed all of its texts again.
        progress: as for :meth:`qa.index.Index.build`.
        on_commit: as for :meth:`qa.index.Index.build`.

    Returns:
        What was done, in one sentence in English; "" if nothing was needed.

    Raises:
        IndexError_: there is no index, or no part of it is intact; it is left as it was. ModelError: its model
        cannot be loaded. StorageError: a write failed.
    """
    path = Path(path)
    if not rebuild and _is_whole(path, model):
        return _remove_damaged(path, progress)
    with IndexWriter(path, progress, on_commit=on_commit) as writer:
        if not rebuild and _is_whole(path, model):  # another process has repaired it while this one waited
            return ""
        done = _repair(writer, model, rebuild)
        # What was given up stays until a repair is asked for again: its texts may be rescued by hand.
        writer.discard([number for number in _damaged_generations(path) if _holds_no_other_text(path, number)])
    return done


def _is_whole(path: Path, model: str | None) -> bool:
    """Return whether the index answers; raise an error that no repair can fix."""
    try:
        load_made_with(path, read_current(path).manifest.model)
    except (IndexDamagedError, IndexMismatchError) as error:
        if error.code == "index.format":  # intact, but of another version of this package
            raise
        return False
    except ModelError:
        if model is None:
            raise
        return False
    return True


def _repair(writer: IndexWriter, model: str | None, rebuild: bool) -> str:
    """Rebuild the index or go back, whichever loses nothing or least."""
    path = writer.index
    manifests, current = _manifests(path), generations.current_or_none(path)
    if current in manifests and (sources := _whole_sources(path, manifests[current], manifests)):
        return _rebuild_from(writer, sources, model, rebuild)
    for number in reversed(generations.numbers(path)):
        with suppress(QAError):
            check_usable(path, number)
            writer.go_back(number)
            lost = sorted(_names(manifests.get(current or 0)) - _names(manifests[number]))
            if lost:
                return str(Sentence("repair.back.without", generation=str(number), names=tuple(lost)))
            return str(Sentence("repair.back", generation=str(number)))
    for manifest in reversed(manifests.values()):
        if sources := _whole_sources(path, manifest, manifests):
            return _rebuild_from(writer, sources, model, rebuild)
    raise IndexDamagedError("index.hopeless", index=str(path), remedy=generations.rebuild_command(path))


def _rebuild_from(writer: IndexWriter, sources: Mapping[str, Source], model: str | None, rebuild: bool) -> str:
    path = writer.index
    # Another model is used only if the index's own is gone.
    configuration = configured(path, Settings(model if model and _model_is_gone(path) else None))
    writer.write(sources, configuration, reuse=not rebuild)
    report = writer.commit()
    return str(Sentence("repair.rebuilt", sources=report.sources, generation=str(report.generation)))


def _model_is_gone(path: Path) -> bool:
    with suppress(IndexDamagedError, IndexMismatchError):
        manifest = generations.read_manifest(path, generations.current_number(path))
        try:
            load_made_with(path, manifest.model)
        except ModelError:
            return True
    return False


def _remove_damaged(path: Path, progress: Progress | None) -> str:
    """Remove the earlier generations that nobody can go back to."""
    if not _damaged_generations(path):
        return ""
    with IndexWriter(path, progress) as writer:
        damaged = _damaged_generations(path)
        writer.discard(damaged)
    return str(Sentence("repair.removed", numbers=tuple(map(str, damaged)))) if damaged else ""


def _damaged_generations(path: Path) -> list[int]:
    current = generations.current_or_none(path)
    others = [number for number in generations.numbers(path) if number != current]
    return [number for number in others if generations.lasting_damage(path, number)]


def _holds_no_other_text(path: Path, number: int) -> bool:
    """Return whether the current generation has all texts that another one has."""
    manifests, current = _manifests(path), generations.current_or_none(path)
    if number not in manifests or current not in manifests:
        return False
    texts = {source.sha256 for source in manifests[number].sources}
    return texts <= {source.sha256 for source in manifests[current].sources}


def _manifests(path: Path) -> dict[int, Manifest]:
    """Return number -> manifest of the generations whose manifest can be read, the oldest first."""
    found = {}
    for number in generations.numbers(path):
        with suppress(QAError):
            found[number] = generations.read_manifest(path, number)
    return found


def _names(manifest: Manifest | None) -> set[str]:
    return {source.name for source in manifest.sources} if manifest else set()


def _whole_sources(path: Path, wanted: Manifest, manifests: dict[int, Manifest]) -> dict[str, Source]:
    """Return the sources of a generation, each from wherever its text is intact; none at all if one is missing."""
    found: dict[str, Source] = {}
    for record in wanted.sources:
        alike = (
            _whole_source(path, number, manifest, other, record)
            for number, manifest in reversed(manifests.items())
            for other in manifest.sources
            if other.sha256 == record.sha256
        )
        source = next(filter(None, alike), None)
        if source is None:
            return {}
        found[record.name] = source
    return found


def _whole_source(
    path: Path, number: int, manifest: Manifest, found: SourceRecord, wanted: SourceRecord
) -> Source | None:
    """Return a source of a generation under the wanted name, if its files are intact."""
    folder = generation_folder(path, number)
    with suppress(OSError, ValueError, TypeError, KeyError):
        if all(file_sha256(folder / file) == manifest.files[file] for file in found.files):
            return read_source(path, folder, found.model_copy(update={"name": wanted.name, "path": wanted.path}))
    return None
