"""axe-core finds no serious or critical fault in any state of the page. To add a state, add a stop to ``WALKS``."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from browser import needs_chromium
from fastapi import FastAPI
from fastapi.testclient import TestClient
from states import (
    PHONE,
    State,
    Step,
    abstention,
    answer,
    citation,
    error,
    escape,
    excerpt,
    history,
    keys,
    menu,
    rated,
    revising,
    settle,
    texts,
    texts_closed,
    theme,
    unheard,
    why,
)

from qa.serving.accounts import Accounts, hashed_password
from qa.serving.sign_in import SignIn

pytestmark = needs_chromium

PACKAGE = Path(__file__).parent / "js"
NPM_SECONDS = 120

Stop = tuple[str, Sequence[Step]]
"""What a state of the page is called, and the steps that lead there from the one before."""


@dataclass(frozen=True)
class Walk:
    """A visit that stops at several states: how the browser is set, and the stops. A visit takes seconds to begin."""

    state: State
    stops: Sequence[Stop]


WALKS = [
    Walk(State("desktop"), [
        ("welcome", ()),
        ("panel of texts", (texts,)),
        ("answer", (texts_closed, answer)),
        ("excerpt", (excerpt,)),
        ("citation followed", (citation,)),
        ("unfolded", (why,)),
        ("editing", (revising,)),
        ("error", (error,)),
        ("shortcuts", (keys,)),
        ("an answer rated, menu", (escape, rated, menu)),
        ("conversations", (escape, history)),
    ]),
    Walk(State("dark", browser={"color_scheme": "dark"}), [
        ("citation followed", (answer, citation)),
        ("unfolded", (why,)),
        ("abstention", (abstention, why, error)),
    ]),
    Walk(State("phone", size=PHONE), [
        ("answer", (answer,)),
        ("unfolded", (why,)),
        ("source", (citation,)),
        ("texts", (texts,)),
        ("signed out", (texts_closed, unheard)),
    ]),
    Walk(State("phone, dark", size=PHONE, browser={"color_scheme": "dark"}), [
        ("conversations", (abstention, history)),
        ("an answer rated, menu", (escape, rated, menu)),
        ("signed out", (escape, unheard)),
    ]),
    Walk(State("high contrast", (theme("contrast"),)), [
        ("citation followed", (answer, citation)),
        ("unfolded", (why,)),
        ("signed out", (unheard,)),
    ]),
    Walk(State("Arabic", locale="ar-EG"), [("citation followed", (answer, citation))]),
    Walk(State("Arabic, phone", locale="ar-EG", size=PHONE), [("abstention", (abstention,))]),
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


@pytest.mark.parametrize("walk", WALKS, ids=lambda walk: walk.state.name)
def test_no_state_has_a_serious_or_critical_fault(reach: Callable[[State], Any], axe: str, walk: Walk) -> None:
    page = reach(walk.state)
    # Text needs a contrast of 4.5:1, and 7:1 in high contrast.
    strong = page.evaluate("document.documentElement.dataset.contrast") == "more"
    rules = {"color-contrast-enhanced": {"enabled": strong}, "target-size": {"enabled": True}}
    found = {}
    for name, steps in walk.stops:
        for step in steps:
            step(page)
        settle(page)
        found[name] = faults(page, axe, rules)
    assert found == {name: [] for name, _ in walk.stops}


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
