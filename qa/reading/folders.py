"""A folder -> the files in it and below it that are documents, and those that are left out."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from qa.reading.extraction.formats import READABLE_SUFFIXES, suffix_of


@dataclass(frozen=True)
class Listing:
    """The files of a folder, each part sorted by its path within the folder.

    Attributes:
        documents: those of the kinds that are read.
        others: those of other kinds.
    """

    documents: tuple[Path, ...]
    others: tuple[Path, ...]


def list_folder(folder: Path, fail: Callable[[OSError], None]) -> Listing:
    """Return the files in and below a folder.

    Hidden files, the files of an index, and links that lead out of the folder are in neither part.

    Args:
        folder: the folder.
        fail: called with what the system says of a folder that cannot be read; raises an error.
    """
    inside = folder.resolve()
    found: list[Path] = []
    for parent, folders, files in os.walk(folder, onerror=fail):
        try:
            folders[:] = [name for name in folders if not name.startswith(".") and not _is_index(Path(parent, name))]
            shown = (Path(parent, name) for name in files if not name.startswith("."))
            found += [path for path in shown if path.is_file() and path.resolve().is_relative_to(inside)]
        except OSError as error:  # for example a path that is too long
            fail(error)
    found.sort(key=lambda path: path.relative_to(folder).parts)
    documents = tuple(path for path in found if suffix_of(path.name) in READABLE_SUFFIXES)
    return Listing(documents, tuple(path for path in found if suffix_of(path.name) not in READABLE_SUFFIXES))


def _is_index(folder: Path) -> bool:
    """Return whether a folder is an index. Its copies of texts are not sources: they would outlive a removal."""
    return (folder / "generations").is_dir() and (folder / "CURRENT").is_file()
