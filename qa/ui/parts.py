"""The page's own components: each is a static ``name.html``, drawn by ``name.js`` from the JSON in its value."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

from qa.catalogue import Piece, Words
from qa.ui.gradio_compat import ServerFunction, gr, scripted_part


def own_part(name: str, functions: Sequence[ServerFunction] = (), **options: Any) -> gr.HTML:
    """Return the component of this name; see ``gradio_compat.scripted_part`` for the arguments."""
    return scripted_part(asset(f"{name}.html"), asset(f"{name}.js"), functions, **options)


def asset(name: str, package: str = "qa.ui") -> str:
    """Return the text of a file that lies beside a package's modules."""
    return (files(package) / name).read_text(encoding="utf-8")


def sample(words: Words) -> Path | None:
    """Return the file of the sample text in a language, else in English; None where the package has none."""
    folder = Path(str(files("qa.ui"))) / "samples"
    return next((path for tag in (words.tag, "en") if (path := folder / f"{tag}.md").is_file()), None)


def said(sentence: str | Sequence[Piece] = "", *, trouble: bool = False, repairs: bool = False) -> dict[str, Any]:
    """Return the value of a ``line``: one sentence, or none.

    Args:
        sentence: the sentence; "" hides the line.
        trouble: whether it reports an error.
        repairs: whether a button beside it repairs the index.
    """
    pieces = ([Piece(sentence)] if sentence else []) if isinstance(sentence, str) else sentence
    return {"pieces": as_json(pieces), "trouble": trouble, "repairs": repairs}


def as_json(pieces: Sequence[Piece]) -> list[tuple[str, bool]]:
    """Return a sentence for the page's scripts: ``[[text, whether it is code], ...]``."""
    return [(piece.text, piece.is_code) for piece in pieces]
