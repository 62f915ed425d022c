"""States of the page that tests look at: how the browser is set, and the steps that lead there.

``conftest.py`` takes the fixtures from here: ``reach`` opens the page in a state.
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

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ANSWERS_WITHIN = 60_000
DESKTOP, PHONE, SMALLEST = (1280, 800), (390, 844), (320, 640)
QUESTION, UNANSWERED = "暫定CEOに任命されたのは誰ですか", "富士山の高さは何メートルですか"

Step = Callable[[Any], None]


def answer(page: Any) -> None:
    ask(page, QUESTION, "#chat .answer")


def citation(page: Any) -> None:
    page.locator("#chat .cite").first.click()
    page.wait_for_selector("#source .sentence.current")


def why(page: Any) -> None:
    page.locator("#chat .why summary").first.click()


def abstention(page: Any) -> None:
    ask(page, UNANSWERED, "#chat .abstained")


def error(page: Any) -> None:
    ask(page, "x" * 2001, "#notice .trouble:not([hidden])")


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
    browser: dict[str, Any] = field(default_factory=dict)


def ask(page: Any, question: str, until: str) -> None:
    page.fill("#question textarea", question)
    page.press("#question textarea", "Enter")
    page.wait_for_selector(until, timeout=ANSWERS_WITHIN)


@pytest.fixture(scope="session")
def served(article_index: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server that answers from the article."""
    index = tmp_path_factory.mktemp("served") / "index"
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


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """One chromium for the whole suite: playwright does not start twice in a process."""
    playwright_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if CHROMIUM is None:
        pytest.skip("no chromium: install it (on Debian, apt install chromium)")
    with playwright_api.sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield launched
        launched.close()


@pytest.fixture
def reach(browser: Any, served: str) -> Iterator[Callable[[State], Any]]:
    """Opens the page in a fresh profile and takes the steps of a state."""
    contexts = []

    def open_page(state: State) -> Any:
        width, height = state.size
        viewport = {"width": width, "height": height}
        context = browser.new_context(
            locale=state.locale, viewport=viewport, bypass_csp=True, **{"reduced_motion": "reduce", **state.browser}
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
