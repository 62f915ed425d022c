"""axe-core finds no serious or critical fault in any state of the page, and the page is operable by keys alone.

A new state is one line of ``STATES``: how the browser is set, and the steps that lead there.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

playwright_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium: install it (on Debian, apt install chromium)"),
]

PACKAGE = Path(__file__).parent / "axe"
NPM_SECONDS = 120
ANSWERS_WITHIN = 60_000
DESKTOP, PHONE, SMALLEST = (1280, 800), (390, 844), (320, 640)
QUESTION, UNANSWERED = "暫定CEOに任命されたのは誰ですか", "富士山の高さは何メートルですか"

Step = Callable[[Any], None]


def answer(page: Any) -> None:
    _ask(page, QUESTION, "#chat .answer")


def citation(page: Any) -> None:
    page.locator("#chat .cite").first.click()
    page.wait_for_selector("#source .sentence.current")


def why(page: Any) -> None:
    page.locator("#chat .why summary").first.click()


def abstention(page: Any) -> None:
    _ask(page, UNANSWERED, "#chat .abstained")


def error(page: Any) -> None:
    _ask(page, "x" * 2001, "#notice .trouble:not([hidden])")


def texts(page: Any) -> None:
    page.click("#sources > button")
    page.wait_for_selector("#text-body textarea")


def source_view(page: Any) -> None:
    page.click("#header [data-view=source]")


def keys(page: Any) -> None:
    page.click("#header .keys")


def excerpt(page: Any) -> None:
    page.locator("#chat .cite").first.hover()
    page.wait_for_selector("#excerpt-tip")


def theme(name: str) -> Step:
    return lambda page: page.select_option("#theme", name)


@dataclass(frozen=True)
class State:
    """A state of the page: its name, the steps to it, and how the browser is set."""

    name: str
    steps: Sequence[Step] = ()
    locale: str = "ja-JP"
    size: tuple[int, int] = DESKTOP
    browser: dict[str, str] = field(default_factory=dict)


STATES = [
    State("welcome"),
    State("answer", (answer, why)),
    State("excerpt", (answer, excerpt)),
    State("citation followed", (answer, citation)),
    State("abstention", (abstention,)),
    State("error", (error,)),
    State("panel of texts", (texts,)),
    State("shortcuts", (keys,)),
    State("phone, chat", (answer,), size=PHONE),
    State("phone, source", (answer, citation), size=PHONE),
    State("phone, texts", (source_view, texts), size=PHONE),
    State("dark", (answer, citation), browser={"color_scheme": "dark"}),
    State("dark abstention", (abstention, error), browser={"color_scheme": "dark"}),
    State("high contrast", (theme("contrast"), answer, citation)),
    State("high contrast by the system, dark", (abstention, error), browser={"contrast": "more", "color_scheme": "dark"}),
    State("English", (answer, citation), locale="en-GB"),
    State("Chinese", (answer, texts), locale="zh-CN"),
    State("Arabic", (answer, citation), locale="ar-EG"),
    State("Arabic, phone", (abstention,), locale="ar-EG", size=PHONE),
]  # fmt: skip


def _ask(page: Any, question: str, until: str) -> None:
    page.fill("#question textarea", question)
    page.press("#question textarea", "Enter")
    page.wait_for_selector(until, timeout=ANSWERS_WITHIN)


@pytest.fixture(scope="module")
def axe() -> str:
    """The script of axe-core, fetched by npm where it is missing; the lock file holds its checksum."""
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


@pytest.fixture(scope="module")
def served(article_index: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server that answers from the article."""
    index = tmp_path_factory.mktemp("axe") / "index"
    shutil.copytree(article_index, index)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "qa", "serve", "--index", str(index), "--port", str(port)]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with (index.parent / "server.log").open("w") as log:
        server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True, env=environment)
        try:
            assert server.stdout
            address = re.search(r"http://\S+", server.stdout.readline())
            assert address, "the server did not start"
            yield address.group()
        finally:
            server.terminate()
            server.wait(15)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with playwright_api.sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield launched
        launched.close()


@pytest.fixture
def reach(chromium: Any, served: str) -> Iterator[Callable[[State], Any]]:
    """Opens the page in a fresh profile and takes the steps of a state."""
    contexts = []

    def open_page(state: State) -> Any:
        width, height = state.size
        viewport = {"width": width, "height": height}
        context = chromium.new_context(
            locale=state.locale, viewport=viewport, reduced_motion="reduce", bypass_csp=True, **state.browser
        )
        contexts.append(context)
        page = context.new_page()
        page.goto(served)
        page.wait_for_selector("#source .sentence", state="attached")
        page.wait_for_selector("html[data-ready]")
        for step in state.steps:
            step(page)
        page.wait_for_timeout(400)  # labels are put on in the next frame, and what fades in has come
        return page

    yield open_page
    for context in contexts:
        context.close()


def faults(page: Any, axe: str, options: str = "{}") -> list[str]:
    """What axe-core finds that is serious or critical: rule, how many, the first element."""
    page.evaluate(axe)
    found = page.evaluate(f"async () => (await axe.run(document, {options})).violations")
    return [
        f"{one['id']} ({one['impact']}, {len(one['nodes'])}): {one['nodes'][0]['html'][:160]}"
        for one in found
        if one["impact"] in ("serious", "critical")
    ]


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.name)
def test_no_state_has_a_serious_or_critical_fault(reach: Callable[[State], Any], axe: str, state: State) -> None:
    assert faults(reach(state), axe) == []
