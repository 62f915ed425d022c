"""axe-core finds no serious or critical fault in any state of the page. To add a state, add a line to ``STATES``."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from browser import needs_chromium
from fastapi import FastAPI
from fastapi.testclient import TestClient
from states import (
    PHONE,
    State,
    abstention,
    answer,
    citation,
    error,
    excerpt,
    history,
    keys,
    menu,
    rated,
    revising,
    source_view,
    texts,
    theme,
    unheard,
    why,
)

from qa.serving.accounts import Accounts, hashed_password
from qa.serving.sign_in import SignIn

pytestmark = needs_chromium

PACKAGE = Path(__file__).parent / "js"
NPM_SECONDS = 120

STATES = [
    State("welcome"),
    State("answer", (answer, why)),
    State("excerpt", (answer, excerpt)),
    State("citation followed", (answer, citation)),
    State("abstention", (abstention, why)),
    State("error", (error,)),
    State("panel of texts", (texts,)),
    State("shortcuts", (keys,)),
    State("editing", (answer, revising)),
    State("menu, an answer rated", (answer, rated, menu)),
    State("menu, an answer rated, phone, dark", (answer, rated, menu), size=PHONE, browser={"color_scheme": "dark"}),
    State("conversations", (answer, history)),
    State("conversations, phone, dark", (abstention, history), size=PHONE, browser={"color_scheme": "dark"}),
    State("phone, chat", (answer,), size=PHONE),
    State("phone, source", (answer, citation), size=PHONE),
    State("phone, texts", (source_view, texts), size=PHONE),
    State("dark", (answer, citation), browser={"color_scheme": "dark"}),
    State("dark, unfolded", (answer, why), browser={"color_scheme": "dark"}),
    State("phone, unfolded", (answer, why), size=PHONE),
    State("dark abstention", (abstention, error), browser={"color_scheme": "dark"}),
    State("high contrast", (theme("contrast"), answer, citation)),
    State("high contrast, dark", (abstention, error), browser={"contrast": "more", "color_scheme": "dark"}),
    State("signed out", (unheard,)),
    State("signed out, phone, dark", (unheard,), size=PHONE, browser={"color_scheme": "dark"}),
    State("high contrast, signed out", (theme("contrast"), unheard)),
    State("English", (answer, citation), locale="en-GB"),
    State("Chinese", (answer, texts), locale="zh-CN"),
    State("Arabic", (answer, citation), locale="ar-EG"),
    State("high contrast, unfolded", (theme("contrast"), answer, why)),
    State("Arabic, phone", (abstention,), locale="ar-EG", size=PHONE),
]  # fmt: skip


@pytest.fixture(scope="module")
def axe() -> str:
    """Return the script of axe-core. npm fetches it if it is missing; the lock file holds its checksum."""
    script = PACKAGE / "node_modules" / "axe-core" / "axe.min.js"
    if not script.is_file():
        npm = shutil.which("npm")
        if npm is None:
            pytest.skip("axe-core is not here and npm is not installed")
        try:
            subprocess.run([npm, "ci", "--ignore-scripts"], cwd=PACKAGE, check=True, timeout=NPM_SECONDS)
        except (subprocess.SubprocessError, OSError) as failure:
            pytest.skip(f"axe-core is not here and npm could not fetch it ({type(failure).__name__})")
    return script.read_text(encoding="utf-8")


def faults(page: Any, axe: str, rules: dict[str, Any]) -> list[str]:
    """Return the serious and critical faults that axe-core finds: rule, how many, the first element."""
    page.evaluate(axe)
    found = page.evaluate("async rules => (await axe.run(document, {rules})).violations", rules)
    return [
        f"{one['id']} ({one['impact']}, {len(one['nodes'])}): {one['nodes'][0]['html'][:160]}"
        for one in found
        if one["impact"] in ("serious", "critical")
    ]


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.name)
def test_no_state_has_a_serious_or_critical_fault(reach: Callable[[State], Any], axe: str, state: State) -> None:
    page = reach(state)
    # Text needs a contrast of 4.5:1, and 7:1 in high contrast.
    strong = page.evaluate("document.documentElement.dataset.contrast") == "more"
    assert faults(page, axe, {"color-contrast-enhanced": {"enabled": strong}, "target-size": {"enabled": True}}) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("locale", ["ja", "ar"])
def test_the_sign_in_form_has_no_serious_or_critical_fault(browser: Any, axe: str, scheme: str, locale: str) -> None:
    app = FastAPI()
    SignIn(Accounts(f"anna:{hashed_password('x')}", "here")).add_to(app)
    wrong = TestClient(app).post("/sign-in", data={"name": "anna"}, headers={"accept-language": locale})
    page = browser.new_page(color_scheme=scheme)
    page.set_content(wrong.text)
    assert page.is_visible("[role=alert]") and faults(page, axe, {"target-size": {"enabled": True}}) == []
    page.close()
