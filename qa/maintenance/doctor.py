"""Index folder -> a list of checks: what works, and how to fix what does not.

The checks go from the ground up: Python, libraries, cache folder, disk, index, model, whether the two fit, the reader,
and a search for a passage's own text. Checks that depend on a failed one are skipped, so that only the first cause is
reported.
"""

from __future__ import annotations

import platform
import re
import shutil
import sys
import tempfile
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs

from qa.catalogue import Command, Sentence, words_of
from qa.errors import QAError
from qa.storage import generations
from qa.storage.writing import try_change

if TYPE_CHECKING:
    from qa.index import Index
    from qa.search.embedding import Embedder

_OLDEST_PYTHON = (3, 11)
_UNPACKED_MODEL = 600 * 1024**2
"""Bytes that the default model takes in the cache folder while it is being unpacked."""
_INDEX_ROOM = 200 * 1024**2
"""Bytes that an index of a book or two takes, with room to write the next generation beside it."""
_PROBE_CHARS = 500
"""Code points of a passage that are searched for."""
_PROBE_HITS = 3
_SAME = 0.99
"""The least cosine of two embeddings of one text by one model; batches differ in their last digits."""
_RECALL_PROBES = 50
_RECALL_AT = 10
_SCRIPTS = {
    "Latin": "script.latin", "Cyrillic": "script.cyrillic", "Greek": "script.greek", "Arabic": "script.arabic",
    "Hebrew": "script.hebrew", "Devanagari": "script.devanagari", "Thai": "script.thai", "Hangul": "script.korean",
    "Hiragana": "script.japanese", "Han": "script.chinese",
}  # fmt: skip
"""Unicode's names of scripts -> the key of what their users call what they write in them."""


@dataclass(frozen=True)
class Check:
    """One check.

    Attributes:
        name: what was checked, one word.
        ok: whether it is in order.
        found: what was found; of a fault, the sentence of its error, which also says what to do.
        remedy: the shell command that helps; "" if there is none.
    """

    name: str
    ok: bool
    found: Sentence
    remedy: Command

    @property
    def detail(self) -> str:
        """What was found, in English."""
        return _halves(self)[0]

    @property
    def advice(self) -> str:
        """What to do, in English; "" if it is in order, or if the detail says all there is to say."""
        return _halves(self)[1]


def check(index_path: str | Path = "index") -> list[Check]:
    """Check the installation and an index; changes nothing, except that the default model may get unpacked."""
    return list(_checks(Path(index_path)))


def _checks(index_path: Path) -> Iterator[Check]:
    yield _perform("python", _python)
    libraries = _perform("libraries", _libraries)
    cache = _perform("cache", _cache)
    yield from (libraries, cache, _perform("disk", lambda: _disk(index_path)))
    if not libraries.ok:
        return
    opened: list[Index] = []
    index = _perform("index", lambda: _index(index_path, opened))
    yield index
    if index.ok:
        yield _perform("earlier", lambda: _earlier_generations(opened[0]))
        yield _perform("changes", lambda: _changes(index_path))
    if not cache.ok:
        return
    loaded: list[Embedder] = []
    model = _perform("model", lambda: _model(opened, loaded))
    yield model
    if index.ok and model.ok:
        fit = _perform("fit", lambda: _fit(opened[0], loaded[0]))
        yield fit
        if fit.ok:
            yield _perform("reader", lambda: _reader(opened[0]))
            yield _perform("search", lambda: _search(opened[0]))
            yield _perform("recall", lambda: _recall(opened[0]))
            yield _perform("terms", lambda: _terms(opened[0]))


def _perform(name: str, step: Callable[[], Sentence]) -> Check:
    try:
        return Check(name, True, step(), Command())
    except QAError as error:
        fault = error
    except Exception as error:  # such as a library that cannot even be imported
        fault = QAError("doctor.unexpected", why=f"{type(error).__name__}: {error}")
    remedy = Command(fault.remedy)
    return Check(name, False, Sentence(fault.key, command=remedy, **fault.values), remedy)


def _halves(check: Check) -> tuple[str, str]:
    """Return what a check found and what to do about it, in English; the latter is "" if there is nothing to do.

    The sentence of an error is cut before its values are filled in, which may have colons of their own.
    """
    if check.ok:
        return str(check.found), ""
    words, values = words_of("en"), check.found.values
    fault, _, advice = words[check.found.key].partition(": ")
    written = words.written(values)
    return fault.format(**written), (advice[:1].upper() + advice[1:]).format(**written)


def _python() -> Sentence:
    about = {"version": platform.python_version(), "system": platform.system(), "machine": platform.machine()}
    if sys.version_info < _OLDEST_PYTHON:
        raise QAError("doctor.python", oldest="{}.{}".format(*_OLDEST_PYTHON), **about)
    return Sentence("doctor.python", **about)


def _libraries() -> Sentence:
    found: list[str] = []
    wrong: list[Sentence] = []
    for name, oldest in _requirements():
        try:
            version = metadata.version(name)
        except metadata.PackageNotFoundError:
            wrong.append(Sentence("doctor.library.missing", name=name))
            continue
        found.append(f"{name} {version}")
        if _numbers(version) < _numbers(oldest):
            wrong.append(Sentence("doctor.library.old", name=name, version=version, oldest=oldest))
    if wrong:
        raise QAError("doctor.libraries", wrong=tuple(wrong))
    return Sentence("doctor.libraries", libraries=tuple(found))


def _requirements() -> list[tuple[str, str]]:
    """Return the name and oldest version of each library that the package needs on every system."""
    try:
        lines = metadata.requires("cited-qa") or []
    except metadata.PackageNotFoundError:  # run from a checkout
        project = Path(__file__).parents[2] / "pyproject.toml"
        lines = tomllib.loads(project.read_text(encoding="utf-8"))["project"]["dependencies"]
    unconditional = [line for line in lines if ";" not in line]  # the others are for some systems, or for an extra
    parsed = [(re.match(r"[\w.-]+", line), re.search(r">=\s*([\d.]+)", line)) for line in unconditional]
    return [(name.group(), oldest.group(1) if oldest else "0") for name, oldest in parsed if name]


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"\d+", version.split("+")[0])[:3]))


def _cache() -> Sentence:
    cache = platformdirs.user_cache_path("cited-qa")
    try:
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=cache) as probe:
            probe.write(b"probe")
    except OSError as error:
        raise QAError("doctor.cache", folder=cache, why=error.strerror or error) from error
    return Sentence("doctor.cache", folder=cache)


def _disk(index_path: Path) -> Sentence:
    cache = platformdirs.user_cache_path("cited-qa")
    unpacked = any(cache.glob("multilingual-e5-small-*/modules.json"))
    wanted = {index_path.absolute(): _INDEX_ROOM} | ({} if unpacked else {cache: _UNPACKED_MODEL})
    found: list[Sentence] = []
    for place, room in wanted.items():
        there = next(folder for folder in (place, *place.parents) if folder.exists())
        free = shutil.disk_usage(there).free
        size = f"{free / 1024**3:.1f}"
        if free < room:
            raise QAError("doctor.disk", size=size, folder=place, room=room // 1024**2)
        found.append(Sentence("doctor.disk.place", size=size, folder=place))
    return Sentence("doctor.disk", places=tuple(found))


def _index(path: Path, opened: list[Index]) -> Sentence:
    from qa.index import Index

    index = Index.open(path, upgrade=False)
    opened.append(index)
    made = index.manifest
    return Sentence(
        "doctor.index",
        index=path,
        generation=str(index.generation),
        created=made.created,
        format=made.format,
        sources=Sentence("count.sources", count=len(index.sources)),
        passages=Sentence("count.passages", count=len(index.passages)),
    )


def _earlier_generations(index: Index) -> Sentence:
    """Check that `qa rollback` can go back to every generation that is kept."""
    earlier = [number for number in generations.numbers(index.path) if number != index.generation]
    for number in earlier:
        if error := generations.lasting_damage(index.path, number):
            remedy = generations.repair_command(index.path)
            raise QAError("doctor.earlier", number=str(number), file=error.values["file"], remedy=remedy) from error
    return Sentence("doctor.earlier", count=len(earlier))


def _changes(index_path: Path) -> Sentence:
    """Check that the index can be changed, without changing it."""
    for name, is_folder in (("LOCK", False), ("BUILDER", False), (generations.BATCHES, True)):
        place = index_path / name
        if place.exists() and place.is_dir() != is_folder:
            raise QAError("doctor.file" if is_folder else "doctor.folder", place=place)
    if holder := try_change(index_path):
        return Sentence("doctor.changes.locked", index=index_path, pid=str(holder.pid), since=holder.since)
    return Sentence("doctor.changes", index=index_path)


def _model(opened: list[Index], loaded: list[Embedder]) -> Sentence:
    """Load the model that the index names, or the default one if there is no index to ask."""
    from qa.search.weights import DEFAULT_MODEL, HUB_NAME, default_model_folder, load_model
    from qa.storage.configuration import load_recorded_model

    embedder = load_recorded_model(opened[0].path, opened[0].model) if opened else load_model()
    loaded.append(embedder)
    about = {"model": embedder.name, "dimension": embedder.dimension, "fingerprint": embedder.fingerprint}
    if embedder.name == DEFAULT_MODEL:
        return Sentence("doctor.model.default", place=default_model_folder() or HUB_NAME, **about)
    return Sentence("doctor.model", **about)


def _fit(index: Index, embedder: Embedder) -> Sentence:
    made, found = index.model.fingerprint, embedder.hash_weights()
    if made != found:
        remedy = generations.repair_command(index.path)
        raise QAError("doctor.fit", model=embedder.name, made=made, found=found, remedy=remedy)
    return Sentence("doctor.fit")


def _reader(index: Index) -> Sentence:
    """Check the reader's weights, and say what an index goes without that it cannot read."""
    from qa.answering.readings import can_read
    from qa.reader.loading import reader_id

    if not can_read(index):
        return Sentence("doctor.reader.other", model=index.model.name)
    return Sentence("doctor.reader", checksum=reader_id())


def _search(index: Index) -> Sentence:
    """Search for the beginning of the longest passage, which should be found."""
    from qa.retrieval import retrieve

    numbered = enumerate(index.passages)
    number, passage = max(numbered, key=lambda one: (not one[1].boilerplate, one[1].end - one[1].start))
    text = index.text(passage)
    (again,) = index.embedder.embed_passages([text], contexts=[index.context(number)])
    if float(again.vector @ index.store.vectors[number]) < _SAME:
        raise QAError("doctor.embedding", number=number, remedy=generations.repair_command(index.path))
    hits = retrieve(index, text[:_PROBE_CHARS], k=_PROBE_HITS)
    if text not in [hit.text for hit in hits]:
        remedy = generations.repair_command(index.path)
        raise QAError("doctor.search", number=number, hits=_PROBE_HITS, remedy=remedy)
    return Sentence("doctor.search", number=number)


def _recall(index: Index) -> Sentence:
    """Compare the index's search with an exact one, for passages spread evenly over the index."""
    import numpy as np

    vectors = index.store.vectors
    probes = range(0, len(vectors), max(1, len(vectors) // _RECALL_PROBES))
    found = wanted = 0
    for number in probes:
        cosines = vectors @ vectors[number]
        nearest, _ = index.store.search_dense(vectors[number], _RECALL_AT)
        least = np.sort(cosines)[::-1][: len(nearest)][-1]
        found += int((cosines[nearest] >= least - 1e-5).sum())  # one that is equally near is as good
        wanted += len(nearest)
    of = Sentence("count.passages", count=len(probes))
    figures: dict[str, object] = {"found": found, "wanted": wanted, "passages": of}
    if found < wanted:
        raise QAError("doctor.recall", remedy=generations.repair_command(index.path), **figures)
    return Sentence("doctor.recall", **figures)


def _terms(index: Index) -> Sentence:
    """Say in which scripts a question shares no term with the texts."""
    import regex

    written = "".join(source.text for source in index.sources.values())
    absent = [Sentence(key) for script, key in _SCRIPTS.items() if not regex.search(rf"\p{{{script}}}", written)]
    if not absent:
        return Sentence("doctor.terms")
    return Sentence("doctor.terms.absent", scripts=tuple(absent))
