"""What the page has besides its components: the document's head, the theme, and the limit of an upload.

``head`` returns HTML; ``qa.serving.app`` gives all three to Gradio when it mounts the page.
"""

from __future__ import annotations

import json

from qa.catalogue import languages
from qa.ui.gradio_compat import gr
from qa.ui.markup import escape
from qa.ui.parts import asset

MAX_UPLOAD = 50 * 1024**2
"""Bytes of files that are uploaded at once. A request may hold somewhat more (guard.py)."""

_HEAD_SCRIPTS = (
    "qa.js", "session.js", "words.js", "page.js", "sheet.js", "blocks.js", "source_scroll.js", "source_tabs.js",
    "source_outline.js", "source_text.js", "source_find.js", "store.js", "files.js", "records.js", "drawer_row.js",
    "arming.js", "title_edit.js", "citations.js", "tooltip.js", "ratings.js", "rating.js", "chat.js", "left_out.js",
    "row.js", "panel.js", "accessibility.js", "drop.js",
)  # fmt: skip
_STYLES = (
    "colours.css", "page.css", "typography.css", "header.css", "panel.css", "adding.css", "listing.css", "chat.css",
    "offers.css", "quotation.css", "answer.css", "written.css", "rating.css", "tooltip.css", "source.css",
    "source_bar.css", "sheet.css", "conversations.css", "shortcuts.css", "contrast.css",
)  # fmt: skip


def head(reader: str | None = None) -> str:
    """Return the contents of the document's head: the words of every language, our scripts and styles.

    Args:
        reader: the name of the cookie that tells accounts apart; None if visitors do not sign in.
    """
    tables = {tag: words.table for tag, words in languages().items()}
    words = json.dumps(tables, ensure_ascii=False).replace("<", "\\u003c")
    # Each script becomes a function, as Gradio does with those of components: they share nothing but QA.
    bodies = (f'(() => {{\n"use strict";\n{asset(name)}}})();' for name in _HEAD_SCRIPTS)
    scripts = "".join(f"<script>\n{body}</script>" for body in bodies)
    styles = "".join(f"<style>\n{asset(name)}</style>" for name in _STYLES)
    session = f'<meta name="qa-reader" content="{escape(reader)}">' if reader else ""
    limit = f'<meta name="qa-upload" content="{MAX_UPLOAD}">'
    return f'{session}{limit}<script type="application/json" id="qa-words">{words}</script>{scripts}{styles}'


def theme() -> gr.themes.Base:
    """Return Gradio's plainest theme with the system's own fonts, so that no font is fetched."""
    return gr.themes.Base(font=["system-ui", "sans-serif"], font_mono=["ui-monospace", "monospace"])
