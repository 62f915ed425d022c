"""Limits for the zip archives that Word and EPUB documents are."""

from __future__ import annotations

import zipfile

from qa.reading.extraction import UnreadableError

MOST_BYTES = 256 << 20
"""Most bytes of all files together, unpacked."""
MOST_FILES = 10_000
"""Most files in an archive."""


def check_archive(archive: zipfile.ZipFile) -> None:
    """Check the number and the declared sizes of the files in an archive, and that none is encrypted.

    ``zipfile`` unpacks no more of a file than its declared size, so a false declaration does no harm.

    Raises:
        UnreadableError: the archive is too large, or a file in it is encrypted.
    """
    files = archive.infolist()
    if len(files) > MOST_FILES or sum(file.file_size for file in files) > MOST_BYTES:
        raise UnreadableError("large")
    if any(file.flag_bits & 1 for file in files):
        raise UnreadableError("encrypted")
