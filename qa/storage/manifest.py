"""``manifest.json``: how a generation was made, and the SHA-256 of each of its files.

Keys that this version does not know are ignored, so that a later version may add some without a new format.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, JsonValue, field_validator

from qa.search.embedding import ModelRecord
from qa.text.passages import Chunking

FORMAT_VERSION = 3
EARLIER_FORMATS = (1, 2)
"""Formats whose texts can be read, to make an index of the present format of them."""
KEPT = 2
"""Generations that are kept by default: the current one, and the one before it to go back to."""
FILE = "manifest.json"
Record = dict[str, JsonValue]
"""What another package writes and reads."""


class _StrictModel(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True, extra="ignore")


class SourceRecord(_StrictModel):
    """A source of a generation.

    Attributes:
        name: its name.
        file: the file of its text, relative to the generation's folder.
        sha256: SHA-256 of the text's UTF-8, in hex.
        characters: length of the text in code points.
        places: the file of its pages or moments; None where it has none.
        marks: the file of what its format says of its lines; None where it says nothing.
        path: the file that it was read from, relative to the index folder where possible; None for text that came
            from no file, and in manifests of earlier versions.
    """

    name: str
    file: str
    sha256: str
    characters: int
    places: str | None = None
    marks: str | None = None
    path: str | None = None

    @property
    def files(self) -> list[str]:
        """Its files, relative to the generation's folder."""
        return [file for file in (self.file, self.places, self.marks) if file]


class Manifest(_StrictModel):
    """How a generation was made.

    Attributes:
        created: when, in ISO 8601.
        model: the embedding model.
        chunking: the sizes of passages.
        splitting: the version of the splitting rules; None in manifests of earlier versions.
        keep: how many generations are kept.
        lexical: how text became terms (`qa.search.lexical.Analysis`).
        calibration: how confidences are computed (`qa.answering.confidence`); {} for the packaged calibration.
        passages: how many passages there are.
        sections: the titles that passages refer to by number.
        headings: the headings above each section; None in manifests of earlier versions.
        sources: the sources, in the order of the index.
        format: version of the format.
        files: each file but the manifest, relative to the folder -> its SHA-256 in hex.
        sha256: the manifest's own, over everything but itself.
    """

    created: str
    model: ModelRecord
    chunking: Chunking
    splitting: int | None = None
    keep: int = Field(KEPT, ge=1)
    lexical: Record
    calibration: Record = {}
    passages: int
    sections: tuple[str, ...]
    headings: tuple[tuple[str, ...], ...] | None = None
    sources: tuple[SourceRecord, ...]
    format: int = FORMAT_VERSION
    files: dict[str, str] = {}
    sha256: str = ""

    @field_validator("sources")
    @classmethod
    def _names_differ(cls, sources: tuple[SourceRecord, ...]) -> tuple[SourceRecord, ...]:
        if len({record.name for record in sources}) < len(sources):
            raise ValueError("two sources have the same name")
        return sources


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write ``manifest.json`` with the SHA-256 of every other file in the folder, and its own."""
    files = {
        path.relative_to(folder).as_posix(): file_sha256(path) for path in sorted(folder.rglob("*")) if path.is_file()
    }
    content = manifest.model_copy(update={"files": files}).model_dump(mode="json", exclude_none=True)
    content["sha256"] = seal(content)
    (folder / FILE).write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")


def seal(content: Mapping[str, Any]) -> str:
    """Return the SHA-256 of a manifest's content, its own ``sha256`` aside, in hex."""
    sealed = {key: value for key, value in content.items() if key != "sha256"}
    return hashlib.sha256(json.dumps(sealed, sort_keys=True).encode()).hexdigest()


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
