"""Fixtures that several tests share: an index of the article, a browser, and no connection to another host."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from browser import ANSWERS_WITHIN, CHROMIUM, DESKTOP, Scratch, Visit, serving
from filelock import FileLock
from hypothesis import settings
from pytest_socket import socket_allow_hosts
from states import State, settle

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
def shared(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """Return a folder that all processes of the suite share."""
    own = tmp_path_factory.getbasetemp()
    folder = (own if worker_id == "master" else own.parent) / "shared"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def article_index(shared: Path) -> Path:
    """Return the folder of an index of the article, which all processes share. Do not change it: copy it first."""
    from qa.index import Index
    from qa.suggestions import suggestions_of

    with FileLock(shared / "lock"):  # the process that comes first builds it, and the others wait
        if not (shared / "index").exists():
            suggestions_of(Index.build([ARTICLE], shared / "index"))  # as `qa build` does
    return shared / "index"


@pytest.fixture(scope="session")
def address(
    article_index: Path, shared: Path, worker_id: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """Yield the address of a server that answers from the article, which all processes share. Change nothing there."""
    with ExitStack() as ending:
        with FileLock(shared / "lock"):
            if not (shared / "address").exists():
                (shared / "address").write_text(
                    ending.enter_context(_serving_a_copy(article_index, tmp_path_factory.mktemp("article")))
                )
                ending.callback(_wait_for_the_others, shared)
            url = (shared / "address").read_text()
            ending.enter_context(FileLock(shared / f"{worker_id}.visitor"))
        yield url


def _wait_for_the_others(shared: Path) -> None:
    """Return when no other process uses the server any more, and let none begin to."""
    with FileLock(shared / "lock"):
        (shared / "address").unlink()
    for other in shared.glob("*.visitor"):
        FileLock(other).acquire()


@contextmanager
def _serving_a_copy(article_index: Path, folder: Path) -> Iterator[str]:
    shutil.copytree(article_index, folder / "index")
    with serving(folder / "index") as url:
        yield url


@pytest.fixture(scope="session")
def scratch(article_index: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scratch]:
    """Yield a server whose texts the tests may change. Each test first says which it is to hold."""
    folder = tmp_path_factory.mktemp("scratch")
    with _serving_a_copy(article_index, folder) as url:
        yield Scratch(url, folder / "index")


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    playwright_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright_api.sync_playwright() as playwright:
        # A GPU emulated in software would only take processor time, and so would a process for each page.
        arguments = ["--no-sandbox", "--disable-gpu", "--process-per-site"]
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield chromium
        chromium.close()


class Profiles:
    """Browser profiles that tests use in turn: what was loaded stays in their cache, what was stored does not.

    A page of each profile is always open, so that the process in which its pages run goes on: to start another and
    compile the scripts again takes most of the time of a visit.
    """

    def __init__(self, browser: Any) -> None:
        self._browser = browser
        self._free: dict[str, list[Any]] = {}

    @contextmanager
    def lent(self, url: str, **options: Any) -> Iterator[Any]:
        """Lend a profile with these settings and an empty page in it; nothing is stored in it for the address."""
        free = self._free.setdefault(repr(sorted(options.items())), [])
        first = free.pop() if free else self._first_page(url, options)
        page = first.context.new_page()
        kept = {"origin": url.rstrip("/"), "storageTypes": "cookies,local_storage,indexeddb,cache_storage"}
        first.context.new_cdp_session(page).send("Storage.clearDataForOrigin", kept)
        yield page
        for opened in first.context.pages:
            if opened is not first:
                opened.close()
        free.append(first)

    def _first_page(self, url: str, options: dict[str, Any]) -> Any:
        profile = self._browser.new_context(**options)
        profile.set_default_timeout(ANSWERS_WITHIN)
        profile.add_init_script(LEAVES_QUIETLY)
        page = profile.new_page()
        page.goto(f"{url}healthz")
        return page


@pytest.fixture(scope="session")
def profiles(browser: Any) -> Profiles:
    return Profiles(browser)


def opened(page: Any, url: str) -> Any:
    """Go to the chat and return the page once it is ready."""
    page.goto(url)
    page.wait_for_selector("#source .sentence", state="attached")
    page.wait_for_selector("html[data-ready]")
    return page


@pytest.fixture
def visit(profiles: Profiles) -> Iterator[Visit]:
    """Yield a function that opens a page in an empty profile; check at the end that no page met an error."""
    requests: list[str] = []
    troubles: list[str] = []
    own: set[str] = set()
    with ExitStack() as lent:

        def open_page(url: str, locale: str = "ja-JP", viewport: dict[str, int] = DESKTOP, **options: Any) -> Any:
            own.add(url.rstrip("/"))
            page = lent.enter_context(profiles.lent(url, locale=locale, viewport=viewport, **options))
            page.on("request", lambda request: requests.append(request.url))
            page.on("console", lambda said: troubles.append(said.text) if said.type == "error" else None)
            page.on("pageerror", lambda error: troubles.append(str(error)))
            page.on("dialog", lambda dialog: (troubles.append(f"dialog: {dialog.message}"), dialog.dismiss()))
            return opened(page, url)

        yield open_page
    assert requests
    assert [url for url in requests if not url.startswith((*own, "data:", "blob:"))] == []
    assert troubles == []


@pytest.fixture
def article(article_index: Path) -> str:
    """Return the article's text."""
    from qa.index import Index

    (source,) = Index.open(article_index).sources.values()
    return source.text


@pytest.fixture
def reach(profiles: Profiles, address: str) -> Iterator[Callable[[State], Any]]:
    """Yield a function that opens the page in an empty profile and takes the steps of a state."""
    with ExitStack() as lent:

        def open_page(state: State) -> Any:
            options = {"locale": state.locale, "reduced_motion": "reduce", "bypass_csp": True, **state.browser}
            page = lent.enter_context(profiles.lent(address, **options))
            width, height = state.size
            page.set_viewport_size({"width": width, "height": height})
            opened(page, address)
            for step in state.steps:
                step(page)
            settle(page)
            return page

        yield open_page
