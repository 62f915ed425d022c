"""Zip archives that documents are packed in: how much they may unpack to."""

from __future__ import annotations

import zipfile

from qa.reading.extraction import UnreadableError

MOST_BYTES = 256 << 20
"""Unpacked, all together."""
MOST_FILES = 10_000


def expect_modest(archive: zipfile.ZipFile) -> None:
    """Holds that an archive unpacks to no more than that, by what it says of itself.

    One that lies is stopped by ``zipfile``, which unpacks no more of a file than it says.

    Raises:
        UnreadableError: it is too large, or encrypted.
    """
    files = archive.infolist()
    if len(files) > MOST_FILES or sum(file.file_size for file in files) > MOST_BYTES:
        raise UnreadableError("large")
    if any(file.flag_bits & 1 for file in files):
        raise UnreadableError("encrypted")
