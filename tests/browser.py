"""For the tests of the served chat: a server in a process of its own, and a visitor's usual steps."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from qa import Index, Source
from qa.answer import Answer
from qa.citations import AnswerSpan, cite
from qa.ui.history import History, Turn
from qa.ui.records import to_record

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
needs_chromium = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium: install it (on Debian, apt install chromium)"),
]
Visit = Callable[..., Any]
DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}
STARTS_WITHIN = 90
ANSWERS_WITHIN = 60_000
"""Seconds for the server, milliseconds for a first answer. Both load the model, and the machine may be busy."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(index: Path, *options: str, folder: Path | None = None, port: int = 0) -> Iterator[str]:
    """Run ``qa serve`` on an index and yield its address; log and uploads are in ``folder``, or beside the index."""
    folder = folder or index.parent
    port = port or free_port()
    command = [sys.executable, "-m", "qa", "serve", "--index", str(index), "--port", str(port), *options]
    # A proxy that does not answer: no request of ours may use it.
    environment = {**os.environ, "HTTP_PROXY": "http://127.0.0.1:9", "PYTHONUNBUFFERED": "1"}
    log = folder / "server.log"
    uploads = folder / "tmp"
    uploads.mkdir(exist_ok=True)
    environment["TMPDIR"] = str(uploads)  # uploads are in here, and deleted when the server stops
    with log.open("w") as errors:
        server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True, env=environment)
        try:
            assert server.stdout
            address = re.search(r"http://\S+", server.stdout.readline())
            assert address, log.read_text()
            yield address.group()
        finally:
            server.terminate()
            assert server.wait(60) == 0, log.read_text()
            assert list(uploads.iterdir()) == []


@dataclass(frozen=True)
class Scratch:
    """A server whose texts the tests change: its address and the folder of its index."""

    url: str
    index: Path

    def holding(self, *sources: Source | Path) -> Index:
        """Put these texts in place of all others, and return the index once the server answers from it."""
        built = Index.build(sources, self.index)
        until = time.monotonic() + STARTS_WITHIN
        with httpx.Client(timeout=STARTS_WITHIN, trust_env=False) as client:
            while client.get(f"{self.url}healthz").json()["generation"] != built.generation:
                assert time.monotonic() < until
                time.sleep(0.05)
        return built


def ask(page: Any, question: str) -> Any:
    """Ask a question, wait for the reply, and return its locator."""
    before = page.locator("#chat .asked").count()
    page.fill("#question textarea", question)
    page.press("#question textarea", "Enter")
    page.wait_for_function(
        "n => document.querySelectorAll('#chat .asked').length > n && !document.querySelector('#chat .pending')",
        arg=before,
        timeout=ANSWERS_WITHIN,
    )
    return page.locator("#chat .message.bot").last


def answered(
    index: Index, name: str, *quotes: str | tuple[str, str], question: str, short: str = "", sure: bool = True
) -> str:
    """The conversation in which a question is answered by these words of a source, as the browser keeps it.

    A quote from another source is a pair of the source's name and the quote.
    """
    text = index.sources[name].text
    places = [quote if isinstance(quote, tuple) else (name, quote) for quote in quotes]
    starts = [(source, index.sources[source].text.index(quote), len(quote)) for source, quote in places]
    spans = [(source, start, start + length) for source, start, length in starts]
    citations = tuple(cite(spans, index.sources, index.blocks))
    start = text.index(short, spans[0][1])
    span = AnswerSpan(name, start, start + len(short), short) if short else None
    answer = Answer(question, "", citations, True, 0.9, (), question, span=span, sure=sure)
    fingerprints = {name: source.sha256 for name, source in index.sources.items()}
    history = History((Turn(question, answer, sources=fingerprints),), id="0" * 32)
    return json.dumps({"0" * 32: {"updated": 1, "record": to_record(history)}}, ensure_ascii=False)


def reopened(
    visit: Visit, address: str, index: Index, name: str, *quotes: str | tuple[str, str],
    question: str = "何が書かれていますか", short: str = "", sure: bool = True, **options: Any,
) -> Any:  # fmt: skip
    """Return a page on which such a conversation is open."""
    page = visit(address, **options)
    page.evaluate(
        """kept => { localStorage.setItem("cited-qa.conversations", kept);
                     sessionStorage.setItem("cited-qa.open", "0".repeat(32)); }""",
        answered(index, name, *quotes, question=question, short=short, sure=sure),
    )
    page.reload()
    page.wait_for_selector("html[data-ready]")
    page.wait_for_selector("#chat .excerpt")
    return page


def unfold(reply: Any) -> None:
    """Open what is folded in a reply: further places, or those that come near."""
    reply.locator("details:is(.more, .near)").evaluate_all("all => all.forEach((one) => (one.open = true))")


def in_menu(page: Any, selector: str) -> None:
    """Press a button of the header's menu."""
    page.click("#menu-open")
    page.click(selector)


def open_texts(page: Any) -> None:
    """Bring the panel of texts into sight, with the fields for a pasted text."""
    if not page.is_visible("#sources"):
        page.click("#sources-open")
    if not page.is_visible("#adding .form"):
        page.click("#adding .new")
    if not page.is_visible("#text-body"):
        page.click("#adding [data-way=paste]")


def add_text(page: Any, name: str, text: str, ready: bool = True) -> None:
    """Add a text in the panel, and wait until it is accepted or, with ``ready``, can be asked."""
    open_texts(page)
    page.fill("#text-name input", name)
    # In one step: Chromium takes seconds to type thousands of lines.
    page.locator("#text-body textarea").evaluate(
        "(box, text) => { box.value = text; box.dispatchEvent(new Event('input', {bubbles: true})); }", text
    )
    page.click("#build")
    page.wait_for_function("() => !document.querySelector('#text-body textarea').value")
    if ready:
        row(page, name, ".ready").wait_for(timeout=ANSWERS_WITHIN)


def replace_text(page: Any, name: str, text: str) -> None:
    """Add a text and remove the others; the panel stays open."""
    add_text(page, name, text)
    for other in page.locator("#listing .name").all_text_contents():
        if other != name:
            remove_text(page, other)


def remove_text(page: Any, name: str) -> None:
    """Remove a text, and let it go at once instead of after ten seconds."""
    choose(page, name, "remove")
    row(page, name, ".held").locator(".dismiss").click()
    row(page, name).wait_for(state="detached", timeout=ANSWERS_WITHIN)


def choose(page: Any, name: str, act: str) -> None:
    """Choose what the menu of a text's row offers: rename, replace or remove."""
    row(page, name).locator(".more").click()
    row(page, name).locator(f".menu .{act}").click()


def row(page: Any, name: str, state: str = "") -> Any:
    """Return the row of a text in the panel, if it is in this state."""
    exactly = page.locator(".name").filter(has_text=re.compile(f"^{re.escape(name)}$"))
    return page.locator(f"#listing li{state}").filter(has=exactly)
