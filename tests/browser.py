"""What the tests of the served chat share: a server in a process of its own, and a visitor's usual steps."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

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
"""Seconds for the server, milliseconds for a first answer: the model is loaded in both, on a busy machine."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(index: Path, *options: str, folder: Path | None = None, port: int = 0) -> Iterator[str]:
    """The address of ``qa serve`` on this index, in a process of its own; its log and uploads lie in ``folder``,
    or beside the index."""
    folder = folder or index.parent
    port = port or free_port()
    command = [sys.executable, "-m", "qa", "serve", "--index", str(index), "--port", str(port), *options]
    # A proxy that answers nothing: nothing of ours may go through it.
    environment = {**os.environ, "HTTP_PROXY": "http://127.0.0.1:9", "PYTHONUNBUFFERED": "1"}
    log = folder / "server.log"
    uploads = folder / "tmp"
    uploads.mkdir(exist_ok=True)
    environment["TMPDIR"] = str(uploads)  # what is uploaded lies in here, and is gone when the server stops
    with log.open("w") as errors:
        server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True, env=environment)
        try:
            assert server.stdout
            told = server.stdout.readline()
            address = re.search(r"http://\S+", told)
            assert address, log.read_text()
            yield address.group()
        finally:
            server.terminate()
            assert server.wait(60) == 0, log.read_text()
            assert list(uploads.iterdir()) == []


def ask(page: Any, question: str) -> Any:
    """Asks and waits for the reply; returns its locator."""
    before = page.locator("#chat .asked").count()
    page.fill("#question textarea", question)
    page.press("#question textarea", "Enter")
    page.wait_for_function(
        "n => document.querySelectorAll('#chat .asked').length > n && !document.querySelector('#chat .pending')",
        arg=before,
        timeout=ANSWERS_WITHIN,
    )
    return page.locator("#chat .message.bot").last


def open_texts(page: Any) -> None:
    """Opens the panel of texts, if it is closed."""
    if not page.is_visible("#text-body"):
        page.click("#sources > button")
        page.wait_for_selector("#listing .from")


def add_text(page: Any, name: str, text: str, ready: bool = True) -> None:
    """Adds a text in the panel and waits until it is taken in, or can be asked."""
    open_texts(page)
    page.fill("#text-name :is(input, textarea)", name)
    # At once, as a program does: Chromium takes seconds to type some thousand lines into any box.
    page.locator("#text-body textarea").evaluate(
        "(box, text) => { box.value = text; box.dispatchEvent(new Event('input', {bubbles: true})); }", text
    )
    page.click("#build")
    page.wait_for_function("() => !document.querySelector('#text-body textarea').value")
    if ready:
        row(page, name, ".ready").wait_for(timeout=ANSWERS_WITHIN)


def replace_text(page: Any, name: str, text: str) -> None:
    """Adds a text and takes the others out; the panel stays open."""
    add_text(page, name, text)
    for other in page.locator("#listing .name").all_text_contents():
        if other != name:
            remove_text(page, other)


def remove_text(page: Any, name: str) -> None:
    """Removes a text with the two clicks it takes."""
    for _ in range(2):
        row(page, name).locator(".remove").click()
    row(page, name).wait_for(state="detached", timeout=ANSWERS_WITHIN)


def row(page: Any, name: str, state: str = "") -> Any:
    """A text's row in the panel, if it is in this state."""
    exactly = page.locator(".name").filter(has_text=re.compile(f"^{re.escape(name)}$"))
    return page.locator(f"#listing li{state}").filter(has=exactly)
