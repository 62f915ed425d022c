"""Manifests of generations without sources, and manifests that say something else than what was made."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from qa.search.embedding import ModelRecord
from qa.search.encoders import Prompts
from qa.storage import generations
from qa.storage.manifest import Manifest, write_manifest
from qa.text.passages import Chunking


def empty_manifest(note: str = "") -> Manifest:
    """Return a manifest without sources; the note is in ``created``."""
    model = ModelRecord("none", "0", Prompts(), 1)
    return Manifest(
        created=note, model=model, chunking=Chunking(1, 0), lexical={}, passages=0, sections=(), sources=()
    )  # fmt: skip


def rewrite_manifest(index: Path, change: Mapping[str, object]) -> None:
    """Change values of the current generation's manifest, or values within them, and seal it with its files again."""
    folder = generations.generation_folder(index, generations.current_number(index))
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    for key, value in change.items():
        manifest[key] = {**manifest[key], **value} if isinstance(value, Mapping) else value
    (folder / "manifest.json").unlink()
    write_manifest(folder, Manifest.model_validate_json(json.dumps(manifest)))
