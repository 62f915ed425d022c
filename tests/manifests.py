"""Manifests that say something else than what was made, and are sealed all the same."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from qa.storage import generations


def rewrite_manifest(index: Path, change: Mapping[str, object]) -> None:
    """Changes what the present generation's manifest says, parts of it as well, and seals it with its files anew."""
    folder = index / "generations" / str(generations.current_number(index))
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    for key, value in change.items():
        manifest[key] = {**manifest[key], **value} if isinstance(value, Mapping) else value
    (folder / "manifest.json").unlink()
    generations.write_manifest(folder, {key: manifest[key] for key in manifest if key not in ("files", "sha256")})
