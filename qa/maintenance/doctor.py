"""Index folder -> a list of checks: what is in order, and what to do about what is not.

From the ground up: Python, libraries, cache folder, disk, model, index, whether the two fit, and a search for
a passage's own text. What rests on something broken is not tried, so that the first cause stands alone.
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
from shlex import quote
from typing import TYPE_CHECKING

import platformdirs

from qa.errors import ModelError, QAError
from qa.storage import generations
from qa.storage.commit import try_change

if TYPE_CHECKING:
    from qa.index import Index
    from qa.search.embedding import Embedder

_OLDEST_PYTHON = (3, 11)
_UNPACKED_MODEL = 600 * 1024**2
"""Bytes that the default model takes in the cache folder while it is being unpacked."""
_INDEX_ROOM = 100 * 1024**2
"""Bytes that an index of a book or two takes, with room to write the next one beside it."""
_PROBE_CHARS = 500
"""Code points of a passage that are searched for."""
_PROBE_HITS = 3
_SAME = 0.99
"""Cosine of two embeddings of one text by one model at the least; batches differ in their last digits."""
_RECALL_PROBES = 50
_RECALL_AT = 10
_SCRIPTS = {
    "Latin": "Latin", "Cyrillic": "Cyrillic", "Greek": "Greek", "Arabic": "Arabic", "Hebrew": "Hebrew",
    "Devanagari": "Devanagari", "Thai": "Thai", "Hangul": "Korean", "Hiragana": "Japanese", "Han": "Chinese",
}  # fmt: skip
"""Unicode's names of scripts, and what their users call what they write in them."""


@dataclass(frozen=True)
class Check:
    """One thing looked at: whether it is in order, what was found, and what to do where it is not ("" where it is)."""

    name: str
    ok: bool
    detail: str
    remedy: str = ""


class _TroubleError(Exception):
    """What a step found wrong and what helps."""

    def __init__(self, detail: str, remedy: str) -> None:
        super().__init__(detail)
        self.remedy = remedy


def check(index_path: str | Path = "index") -> list[Check]:
    """Looks at the installation and at an index; changes nothing but that the default model may get unpacked."""
    return list(_checks(Path(index_path)))


def _checks(index_path: Path) -> Iterator[Check]:
    yield _tried("python", _python)
    libraries = _tried("libraries", _libraries)
    cache = _tried("cache", _cache)
    yield from (libraries, cache, _tried("disk", lambda: _disk(index_path)))
    if not libraries.ok:
        return
    opened: list[Index] = []
    index = _tried("index", lambda: _index(index_path, opened))
    yield index
    if index.ok:
        yield _tried("earlier", lambda: _earlier(opened[0]))
        yield _tried("changes", lambda: f"{index_path} {try_change(index_path)}")
    if not cache.ok:
        return
    loaded: list[Embedder] = []
    model = _tried("model", lambda: _model(opened, loaded))
    yield model
    if index.ok and model.ok:
        fit = _tried("fit", lambda: _fit(opened[0], loaded[0]))
        yield fit
        if fit.ok:
            yield _tried("search", lambda: _search(opened[0]))
            yield _tried("recall", lambda: _recall(opened[0]))
            yield _tried("terms", lambda: _terms(opened[0]))


def _tried(name: str, step: Callable[[], str]) -> Check:
    try:
        return Check(name, True, step())
    except _TroubleError as trouble:
        return Check(name, False, str(trouble), trouble.remedy)
    except QAError as error:  # its sentence ends with what to do
        what, _, remedy = str(error).rpartition(": ")
        return Check(name, False, what or str(error), remedy[:1].upper() + remedy[1:])
    except Exception as error:  # a library that does not even load
        return Check(name, False, f"{type(error).__name__}: {error}", "Install cited-qa anew in a fresh environment.")


def _python() -> str:
    found = f"Python {platform.python_version()} on {platform.system()} {platform.machine()}"
    if sys.version_info < _OLDEST_PYTHON:
        raise _TroubleError(found, "Install Python {}.{} or newer.".format(*_OLDEST_PYTHON))
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
        raise _TroubleError("; ".join(wrong), "Install this package again with pip: it brings what it needs.")
    return ", ".join(found)


def _requirements() -> list[tuple[str, str]]:
    """Name and oldest version of each library that the package cannot do without here."""
    try:
        lines = metadata.requires("cited-qa") or []
    except metadata.PackageNotFoundError:  # run from a checkout
        project = Path(__file__).parents[2] / "pyproject.toml"
        lines = tomllib.loads(project.read_text(encoding="utf-8"))["project"]["dependencies"]
    unconditional = [line for line in lines if ";" not in line]  # the rest is for some systems, or an extra
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
        raise _TroubleError(
            f"{cache} cannot be written ({error.strerror or error})",
            "Give yourself permission there, or point XDG_CACHE_HOME at a folder that can be written.",
        ) from error
    return f"{cache} can be written"


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
            raise _TroubleError(found[-1], f"Free {room // 1024**2} MB there.")
    return ", ".join(found)


def _index(path: Path, opened: list[Index]) -> str:
    from qa.index import Index

    index = Index.open(path)
    opened.append(index)
    format_version, created = index.manifest["format"], index.manifest["created"]
    return (
        f"{path}, generation {index.generation} of {created}, format {format_version}: "
        f"{len(index.sources)} sources, {len(index.passages)} passages, every checksum right"
    )


def _earlier(index: Index) -> str:
    """Whether one could go back to the generations that are kept."""
    earlier = [number for number in generations.numbers(index.path) if number != index.generation]
    for number in earlier:
        if error := generations.broken(index.path, number):
            what, _, _ = str(error).rpartition(": ")
            raise _TroubleError(
                f"Generation {number} cannot be gone back to: {what}",
                f"Remove it with `qa doctor --fix --index {quote(str(index.path))}`.",
            ) from error
    return f"{len(earlier)} earlier generations are kept, every checksum right"


def _model(opened: list[Index], loaded: list[Embedder]) -> str:
    """Loads the model that the index names, or the default where there is no index to ask."""
    from qa.search.weights import DEFAULT_MODEL, HUB_NAME, default_model_folder, load_model, load_recorded

    if opened:
        try:
            embedder = load_recorded(opened[0].model)
        except ModelError as error:
            again = f"`qa doctor --fix --model NAME --index {quote(str(opened[0].path))}`"
            raise _TroubleError(
                str(error).rpartition(": ")[0], f"Bring it back, or embed the texts with another one by {again}."
            ) from error
    else:
        embedder = load_model()
    loaded.append(embedder)
    place = f", from {default_model_folder() or HUB_NAME}" if embedder.name == DEFAULT_MODEL else ""
    return f"{embedder.name}, {embedder.dimension} dimensions, fingerprint {embedder.fingerprint}{place}"


def _fit(index: Index, embedder: Embedder) -> str:
    made_with = index.model.fingerprint
    if made_with != embedder.fingerprint:
        raise _TroubleError(
            f"The index was made with a {embedder.name} of fingerprint {made_with}, here is {embedder.fingerprint}",
            _anew(index),
        )
    return "the index was made with this very model"


def _search(index: Index) -> str:
    """Asks for the beginning of the longest passage, which should lead to that passage."""
    from qa.retrieval import retrieve

    numbered = enumerate(index.passages)
    number, passage = max(numbered, key=lambda one: (not one[1].boilerplate, one[1].end - one[1].start))
    text = index.text(passage)
    (again,) = index.embedder.embed_passages([text])
    if float(again.vector @ index.store.vectors[number]) < _SAME:
        raise _TroubleError(f"Passage {number} has another embedding than its text", _anew(index))
    hits = retrieve(index, text[:_PROBE_CHARS], k=_PROBE_HITS)
    if text not in [hit.text for hit in hits]:
        raise _TroubleError(
            f"Passage {number} is not among the first {_PROBE_HITS} hits for its own text", _anew(index)
        )
    return f"passage {number} is embedded as its text is, and finds itself"


def _recall(index: Index) -> str:
    """Of each passage's nearest by exact search, how many the index finds; over passages spread evenly."""
    import numpy as np

    vectors = index.store.vectors
    probes = range(0, len(vectors), max(1, len(vectors) // _RECALL_PROBES))
    found = wanted = 0
    for number in probes:
        cosines = vectors @ vectors[number]
        nearest, _ = index.store.search_dense(vectors[number], _RECALL_AT)
        least = np.sort(cosines)[::-1][: len(nearest)][-1]
        found += int((cosines[nearest] >= least - 1e-5).sum())  # those that are equally near are as good
        wanted += len(nearest)
    told = f"{found} of the {wanted} nearest of {len(probes)} passages are found"
    if found < wanted:
        raise _TroubleError(told, _anew(index))
    return told


def _anew(index: Index) -> str:
    return f"Make the index anew of its own texts with `qa doctor --fix --index {quote(str(index.path))}`."


def _terms(index: Index) -> str:
    """In which scripts a question would share no term with the texts, and rest on meaning alone."""
    import regex

    written = "".join(source.text for source in index.sources.values())
    absent = [users for script, users in _SCRIPTS.items() if not regex.search(rf"\p{{{script}}}", written)]
    if not absent:
        return "questions in any script may find terms"
    return f"questions in {', '.join(absent)} find no term in these texts and rest on meaning alone"
