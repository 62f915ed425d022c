"""An index of an earlier format -> one of this format, made of the texts that it holds."""

from __future__ import annotations

import logging
from pathlib import Path

from qa.catalogue import Sentence
from qa.errors import IndexMismatchError
from qa.progress import Progress
from qa.reading.markup import with_marks
from qa.storage import generations
from qa.storage.configuration import Settings, configured
from qa.storage.contents import read_source
from qa.storage.manifest import FORMAT_VERSION
from qa.storage.writing import IndexWriter

_log = logging.getLogger(__name__)

_FIRST_WITH_MARKS = 2
"""The first format that keeps what Markdown says of its lines."""


def upgrade(index: Path, progress: Progress | None = None) -> bool:
    """Split and embed the texts of an index again, if its format is an earlier one.

    All generations that were there stay, to go back to.

    Returns:
        Whether the index had an earlier format.

    Raises:
        IndexMissingError, IndexDamagedError, IndexMismatchError: there is no index that can be read. ModelError: its
        model cannot be loaded. StorageError: a write failed.
    """
    if _current_format(index) == FORMAT_VERSION:
        return False
    with IndexWriter(index, progress) as writer:
        number = generations.current_number(index)
        manifest = generations.check_generation(index, number)
        if manifest.format != FORMAT_VERSION:  # unless another process was faster
            folder = generations.generation_folder(index, number)
            sources = {record.name: read_source(index, folder, record) for record in manifest.sources}
            if manifest.format < _FIRST_WITH_MARKS:
                sources = {name: with_marks(source) for name, source in sources.items()}
            writer.write(sources, configured(index, Settings()))
            writer.commit(keep_all=True)
            _log.warning("%s", Sentence("index.upgraded", index=str(index)))
    return True


def is_older(error: IndexMismatchError) -> bool:
    """Return whether an index could not be read because its format is an earlier one."""
    return error.code == "index.older"


def _current_format(index: Path) -> int:
    return generations.read_manifest(index, generations.current_number(index)).format
