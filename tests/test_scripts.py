"""The page's scripts and styles: types, rules, and no style without an element."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from qa.text.marks import Kind
from qa.ui.gradio_compat import FRONTEND_NAMES

UI = Path(__file__).parents[1] / "qa" / "ui"
PACKAGE = Path(__file__).parent / "js"


def test_types_and_rules_of_scripts_and_styles_hold() -> None:
    if not (PACKAGE / "node_modules").is_dir():
        pytest.skip("node_modules is missing: run `npm ci --ignore-scripts` in tests/js")
    checked = subprocess.run(["npm", "run", "--silent", "check"], cwd=PACKAGE, capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_every_class_and_id_that_a_style_names_is_somewhere_on_the_page() -> None:
    styles = "\n".join(re.sub(r"/\*.*?\*/|\{[^{}]*\}", "{}", path.read_text(), flags=re.DOTALL) for path in styled())
    named = set(re.findall(r"[.#]([a-zA-Z][\w-]*)", styles))
    code = "\n".join(path.read_text() for kind in ("*.py", "*.js", "*.html") for path in UI.glob(kind))
    named -= set(FRONTEND_NAMES) | {kind.value for kind in Kind}
    assert {name for name in named if not re.search(rf"""["' .#]{name}["' \n{{]""", code)} == set()


def styled() -> list[Path]:
    return sorted(UI.glob("*.css"))
