"""The page's own components: ``name.html``, static, drawn by ``name.js`` from the JSON in its value.

Gradio never sanitises ``gr.HTML`` and compiles what stands in its template: data therefore never enters a
template, the script puts it in place as text.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files
from typing import Any

import gradio as gr

from qa.catalogue import Piece


def own_part(name: str, **options: Any) -> gr.HTML:
    """The component of this name; options are those of ``gr.HTML``."""
    return gr.HTML(
        html_template=asset(f"{name}.html"), js_on_load=asset(f"{name}.js"), apply_default_css=False, **options
    )


def asset(name: str, package: str = "qa.ui") -> str:
    """The text of a file that stands beside a package's modules."""
    return (files(package) / name).read_text(encoding="utf-8")


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
