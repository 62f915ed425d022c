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


def asset(name: str, package: str = "qa.ui") -> str:
    """The text of a file that stands beside a package's modules."""
    return (files(package) / name).read_text(encoding="utf-8")


def said(text: str = "", *, trouble: bool = False, repairs: bool = False) -> dict[str, Any]:
    """The value of a ``line``: one sentence, or none; with ``repairs`` a button beside it that repairs the index."""
    return {"text": text, "trouble": trouble, "repairs": repairs}
