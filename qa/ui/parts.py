"""The page's own components: ``name.html``, static, drawn by ``name.js`` from the JSON in its value.

Gradio never sanitises ``gr.HTML`` and compiles what stands in its template: data therefore never enters a
template, the script puts it in place as text.
"""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import gradio as gr


def own_part(name: str, **options: Any) -> gr.HTML:
    """The component of this name; options are those of ``gr.HTML``."""
    return gr.HTML(
        html_template=asset(f"{name}.html"), js_on_load=asset(f"{name}.js"), apply_default_css=False, **options
    )


def asset(name: str) -> str:
    """The text of one of the page's own files."""
    return (files("qa.ui") / name).read_text(encoding="utf-8")


def said(text: str = "", *, trouble: bool = False, mends: bool = False) -> dict[str, Any]:
    """The value of a ``line``: one sentence, or none; with ``mends`` a button beside it that mends the index."""
    return {"text": text, "trouble": trouble, "mends": mends}
