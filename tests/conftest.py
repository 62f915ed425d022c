"""Fixtures that several tests share: an index of the article, a browser, and no connection to another host."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from browser import ANSWERS_WITHIN, CHROMIUM, DESKTOP, Visit, serving
from filelock import FileLock
from hypothesis import settings
from pytest_socket import socket_allow_hosts
from states import State

if "PYTEST_XDIST_WORKER" in os.environ:
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # the processes share the cores: more threads would wait in turn

settings.register_profile("suite", deadline=None)  # on a busy machine a slow test is not wrong
settings.load_profile("suite")

# When a page is left while the server sends, Gradio cancels the streams itself and sometimes reports that as an error.
# The browser cancels them anyway.
LEAVES_QUIETLY = "addEventListener('beforeunload', event => event.stopImmediatePropagation())"

ARTICLE = Path(__file__).parent.parent / "source" / "openai-turmoil.txt"


def pytest_runtest_setup() -> None:
    """Allow connections to this machine only; any other fails the test."""
    socket_allow_hosts(["127.0.0.1", "::1"], allow_unix_socket=True)


@pytest.fixture(scope="session")
def article_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of an index of the article, which all processes share. Do not change it: copy it first."""
    from qa.index import Index
    from qa.suggestions import suggestions_of

    own = tmp_path_factory.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "shared"
    folder.mkdir(exist_ok=True)
    with FileLock(folder / "lock"):  # the process that comes first builds it, and the other waits
        if not (folder / "index").exists():
            suggestions_of(Index.build([ARTICLE], folder / "index"))  # as `qa build` does
    return folder / "index"


def _serving_a_copy(article_index: Path, folder: Path) -> Iterator[str]:
    shutil.copytree(article_index, folder / "index")
    with serving(folder / "index") as url:
        yield url


@pytest.fixture(scope="session")
def address(article_index: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Yield the address of a server that answers from the article."""
    yield from _serving_a_copy(article_index, tmp_path_factory.mktemp("article"))


@pytest.fixture(scope="session")
def scratch_address(article_index: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Yield the address of a server whose texts the tests may change."""
    yield from _serving_a_copy(article_index, tmp_path_factory.mktemp("scratch"))


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    playwright_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright_api.sync_playwright() as playwright:
        # A GPU emulated in software would only take processor time.
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield chromium
        chromium.close()


@pytest.fixture
def visit(browser: Any) -> Iterator[Visit]:
    """Yield a function that opens a page in a fresh profile; check at the end that no page met an error."""
    requests: list[str] = []
    troubles: list[str] = []
    contexts = []
    own: set[str] = set()

    def open_page(url: str, locale: str = "ja-JP", viewport: dict[str, int] = DESKTOP, **options: Any) -> Any:
        own.add(url.rstrip("/"))
        context = browser.new_context(locale=locale, viewport=viewport, **options)
        context.set_default_timeout(ANSWERS_WITHIN)
        context.add_init_script(LEAVES_QUIETLY)
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: requests.append(request.url))
        page.on("console", lambda said: troubles.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("dialog", lambda dialog: (troubles.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        page.goto(url)
        page.wait_for_selector("#source .sentence", state="attached")
        page.wait_for_selector("html[data-ready]")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert requests
    assert [url for url in requests if not url.startswith((*own, "data:", "blob:"))] == []
    assert troubles == []


@pytest.fixture
def article(article_index: Path) -> str:
    """Return the article's text."""
    from qa.index import Index

    (source,) = Index.open(article_index).sources.values()
    return source.text


@pytest.fixture(scope="session")
def profiles(browser: Any) -> Iterator[Callable[[State], Any]]:
    """Yield a function from a state to a browser profile with its settings; profiles keep what they have loaded."""
    made: dict[str, Any] = {}

    def profile(state: State) -> Any:
        options = {"locale": state.locale, "reduced_motion": "reduce", **state.browser}
        key = repr(sorted(options.items()))
        if key not in made:
            made[key] = browser.new_context(bypass_csp=True, **options)
            made[key].set_default_timeout(ANSWERS_WITHIN)
        return made[key]

    yield profile
    for context in made.values():
        context.close()


@pytest.fixture
def reach(profiles: Callable[[State], Any], address: str) -> Iterator[Callable[[State], Any]]:
    """Yield a function that opens the page with empty storage and takes the steps of a state."""
    pages = []

    def open_page(state: State) -> Any:
        width, height = state.size
        page = profiles(state).new_page()
        pages.append(page)
        page.set_viewport_size({"width": width, "height": height})
        page.goto(address)
        page.wait_for_selector("#source .sentence", state="attached")
        page.wait_for_selector("html[data-ready]")
        for step in state.steps:
            step(page)
        page.wait_for_timeout(400)  # labels appear in the next frame, and fades have ended
        return page

    yield open_page
    for page in pages:
        page.evaluate("localStorage.clear()")
        page.close()
