"""Index folder -> a list of checks: what works, and how to fix what does not.

The checks go from the ground up: Python, libraries, cache folder, disk, index, model, whether the two fit, and a
search for a passage's own text. Checks that depend on a failed one are skipped, so only the first cause is reported.
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

from qa.catalogue import counted, words_of
from qa.errors import QAError
from qa.storage import generations
from qa.storage.writing import try_change

if TYPE_CHECKING:
    from qa.index import Index
    from qa.search.embedding import Embedder

_OLDEST_PYTHON = (3, 11)
_UNPACKED_MODEL = 600 * 1024**2
"""Bytes that the default model takes in the cache folder while it is being unpacked."""
_INDEX_ROOM = 100 * 1024**2
"""Bytes that an index of a book or two takes, with room to write the next generation beside it."""
_PROBE_CHARS = 500
"""Code points of a passage that are searched for."""
_PROBE_HITS = 3
_SAME = 0.99
"""The least cosine of two embeddings of one text by one model; batches differ in their last digits."""
_RECALL_PROBES = 50
_RECALL_AT = 10
_SCRIPTS = {
    "Latin": "Latin", "Cyrillic": "Cyrillic", "Greek": "Greek", "Arabic": "Arabic", "Hebrew": "Hebrew",
    "Devanagari": "Devanagari", "Thai": "Thai", "Hangul": "Korean", "Hiragana": "Japanese", "Han": "Chinese",
}  # fmt: skip
"""Unicode's names of scripts -> what their users call what they write in them."""


@dataclass(frozen=True)
class Check:
    """One check.

    Attributes:
        name: what was checked, one word.
        ok: whether it is in order.
        detail: what was found.
        remedy: what to do; "" if it is in order, or if the detail says all there is to say.
    """

    name: str
    ok: bool
    detail: str
    remedy: str = ""


class _FaultError(Exception):
    """What a check found wrong, and what helps."""

    def __init__(self, detail: str, remedy: str) -> None:
        super().__init__(detail)
        self.remedy = remedy


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
            yield _perform("search", lambda: _search(opened[0]))
            yield _perform("recall", lambda: _recall(opened[0]))
            yield _perform("terms", lambda: _terms(opened[0]))


def _perform(name: str, step: Callable[[], str]) -> Check:
    try:
        return Check(name, True, step())
    except _FaultError as fault:
        return Check(name, False, str(fault), fault.remedy)
    except QAError as error:
        return Check(name, False, *_fault_and_advice(error))
    except Exception as error:  # such as a library that cannot even be imported
        detail = f"{type(error).__name__}: {error}"
        return Check(name, False, detail, "Install cited-qa again in a new virtual environment.")


def _fault_and_advice(error: QAError) -> tuple[str, str]:
    """Return the two halves of an error's sentence: what is wrong, and what to do; the latter is "" if there is none.

    The sentence is cut before its values are filled in, which may have colons of their own.
    """
    fault, _, advice = words_of("en")[error.key].partition(": ")
    values = {**error.values, "command": error.remedy}
    return fault.format(**values), (advice[:1].upper() + advice[1:]).format(**values)


def _python() -> str:
    found = f"Python {platform.python_version()} on {platform.system()} {platform.machine()}"
    if sys.version_info < _OLDEST_PYTHON:
        raise _FaultError(found, "Install Python {}.{} or newer.".format(*_OLDEST_PYTHON))
    return found


def _libraries() -> str:
    found, wrong = [], []
    for name, oldest in _requirements():
        try:
            version = metadata.version(name)
        except metadata.PackageNotFoundError:
            wrong.append(f"{name} is not installed")
            continue
        found.append(f"{name} {version}")
        if _numbers(version) < _numbers(oldest):
            wrong.append(f"{name} {version} is older than {oldest}")
    if wrong:
        raise _FaultError("; ".join(wrong), "Install cited-qa again with pip, which installs what it needs.")
    return ", ".join(found)


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


def _cache() -> str:
    cache = platformdirs.user_cache_path("cited-qa")
    try:
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=cache) as probe:
            probe.write(b"probe")
    except OSError as error:
        raise _FaultError(
            f"Cannot write to {cache} ({error.strerror or error})",
            "Change its permissions, or set XDG_CACHE_HOME to a writable folder.",
        ) from error
    return f"{cache} is writable"


def _disk(index_path: Path) -> str:
    cache = platformdirs.user_cache_path("cited-qa")
    unpacked = any(cache.glob("multilingual-e5-small-*/modules.json"))
    wanted = {index_path.absolute(): _INDEX_ROOM} | ({} if unpacked else {cache: _UNPACKED_MODEL})
    found = []
    for place, room in wanted.items():
        there = next(folder for folder in (place, *place.parents) if folder.exists())
        free = shutil.disk_usage(there).free
        found.append(f"{free / 1024**3:.1f} GB free for {place}")
        if free < room:
            raise _FaultError(found[-1], f"Free {room // 1024**2} MB there.")
    return ", ".join(found)


def _index(path: Path, opened: list[Index]) -> str:
    from qa.index import Index

    index = Index.open(path)
    opened.append(index)
    made = index.manifest
    return (
        f"{path}, generation {index.generation} of {made.created}, format {made.format}: "
        f"{counted(len(index.sources), 'source')}, {counted(len(index.passages), 'passage')}, "
        "and every checksum matches"
    )


def _earlier_generations(index: Index) -> str:
    """Check that `qa rollback` can go back to every generation that is kept."""
    earlier = [number for number in generations.numbers(index.path) if number != index.generation]
    for number in earlier:
        if error := generations.lasting_damage(index.path, number):
            raise _FaultError(
                f"Generation {number} is damaged: {error.values['file']}",
                f"Remove it with `{generations.repair_command(index.path)}`.",
            ) from error
    return f"{len(earlier)} earlier generations are kept, and every checksum matches"


def _changes(index_path: Path) -> str:
    """Check that the index can be changed, without changing it."""
    for name, is_folder in (("LOCK", False), ("BUILDER", False), (generations.BATCHES, True)):
        place = index_path / name
        if place.exists() and place.is_dir() != is_folder:
            kind = "file" if is_folder else "folder"
            raise _FaultError(f"{place} is a {kind} and blocks every change", "Move it out of the index folder.")
    return f"{index_path} {try_change(index_path)}"


def _model(opened: list[Index], loaded: list[Embedder]) -> str:
    """Load the model that the index names, or the default one if there is no index to ask."""
    from qa.search.weights import DEFAULT_MODEL, HUB_NAME, default_model_folder, load_model
    from qa.storage.configuration import load_recorded_model

    embedder = load_recorded_model(opened[0].path, opened[0].model) if opened else load_model()
    loaded.append(embedder)
    place = f", from {default_model_folder() or HUB_NAME}" if embedder.name == DEFAULT_MODEL else ""
    return f"{embedder.name}, {embedder.dimension} dimensions, fingerprint {embedder.fingerprint}{place}"


def _fit(index: Index, embedder: Embedder) -> str:
    made_with = index.model.fingerprint
    if made_with != embedder.fingerprint:
        raise _FaultError(
            f"The index was made with {embedder.name} with fingerprint {made_with}; "
            f"the one installed has {embedder.fingerprint}",
            _advise_rebuild(index),
        )
    return "the index was made with this model"


def _search(index: Index) -> str:
    """Search for the beginning of the longest passage, which should be found."""
    from qa.retrieval import retrieve

    numbered = enumerate(index.passages)
    number, passage = max(numbered, key=lambda one: (not one[1].boilerplate, one[1].end - one[1].start))
    text = index.text(passage)
    (again,) = index.embedder.embed_passages([text])
    if float(again.vector @ index.store.vectors[number]) < _SAME:
        raise _FaultError(f"Passage {number} has the embedding of another text", _advise_rebuild(index))
    hits = retrieve(index, text[:_PROBE_CHARS], k=_PROBE_HITS)
    if text not in [hit.text for hit in hits]:
        raise _FaultError(
            f"Passage {number} is not among the first {_PROBE_HITS} hits for its own text", _advise_rebuild(index)
        )
    return f"passage {number} has the embedding of its text, and a search for its text finds it"


def _recall(index: Index) -> str:
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
    result = f"{found} of the {wanted} nearest neighbours of {counted(len(probes), 'passage')} are found"
    if found < wanted:
        raise _FaultError(result, _advise_rebuild(index))
    return result


def _advise_rebuild(index: Index) -> str:
    return f"Rebuild the index from its own texts with `{generations.repair_command(index.path)}`."


def _terms(index: Index) -> str:
    """Say in which scripts a question shares no term with the texts."""
    import regex

    written = "".join(source.text for source in index.sources.values())
    absent = [users for script, users in _SCRIPTS.items() if not regex.search(rf"\p{{{script}}}", written)]
    if not absent:
        return "a question in any script may share terms with the texts"
    return f"questions in {', '.join(absent)} share no term with these texts and are answered by meaning alone"
