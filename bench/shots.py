"""An index of ``source/`` -> pictures of the chat in ``shots/``, and ``docs/chat-ja.png`` for the README.

    python bench/shots.py [--out shots]

It serves the chat on a free port from a temporary index and drives the system's chromium: desktop and phone,
light and dark, the states of a visit. The pictures are for looking at; nothing is compared.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
SIZES = {"desktop": (1280, 800), "phone": (390, 844)}
QUESTION = "暫定CEOに任命されたのは誰ですか"
UNANSWERED = "富士山の高さは何メートルですか"
WAIT = 60_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=ROOT / "shots")
    out = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    with serving() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for size, (width, height) in SIZES.items():
            for scheme in ("light", "dark"):
                page = _open(browser, address, width, height, scheme)
                _take(page, out, f"{size}-{scheme}")
                page.context.close()
        shutil.copy(out / "desktop-light-3-source.png", ROOT / "docs" / "chat-ja.png")
        browser.close()
    print(f"{len(list(out.glob('*.png')))} pictures in {out}")


def _take(page: Page, out: Path, name: str) -> None:
    def shot(step: str) -> None:
        page.wait_for_timeout(700)  # smooth scrolling and transitions come to rest
        page.screenshot(path=out / f"{name}-{step}.png")

    shot("1-welcome")
    _ask(page, QUESTION)
    shot("2-answer")
    page.locator("#chat .cite").first.click()
    shot("3-source")
    page.keyboard.press("Escape")
    page.locator("#chat .why summary").first.click()
    page.locator("#chat .excerpt").first.scroll_into_view_if_needed()
    shot("4-why")
    _ask(page, UNANSWERED)
    shot("5-unanswered")
    if page.locator("#header .view").first.is_visible():
        page.locator("#header .view[data-view=source]").click()
    page.click("#sources > button")
    shot("6-texts")


def _ask(page: Page, question: str) -> None:
    page.fill("#question textarea", question)
    page.press("#question textarea", "Enter")
    page.wait_for_function(
        """q => [...document.querySelectorAll('#chat .asked')].some(a => a.textContent === q)
             && !document.querySelector('#chat .pending')""",
        arg=question,
        timeout=WAIT,
    )


def _open(browser: Browser, address: str, width: int, height: int, scheme: Any) -> Page:
    context = browser.new_context(locale="ja-JP", viewport={"width": width, "height": height}, color_scheme=scheme)
    page = context.new_page()
    page.goto(address)
    page.wait_for_selector("html[data-ready]")
    page.wait_for_selector("#source .sentence", state="attached")
    return page


@contextmanager
def serving() -> Iterator[str]:
    """The address of a server that answers from an index of `source/`."""
    with tempfile.TemporaryDirectory() as folder:
        serve = (
            "import sys; from pathlib import Path; from qa.server import serve; "
            "serve(sys.argv[1], port=0, sources=Path(sys.argv[2]))"
        )
        build = "import sys; from qa import Index; Index.build([sys.argv[2]], sys.argv[1])"
        arguments = [str(Path(folder) / "index"), str(ROOT / "source")]
        subprocess.run([sys.executable, "-c", build, *arguments], cwd=ROOT, check=True)
        command = [sys.executable, "-c", serve, *arguments]
        server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        try:
            assert server.stdout
            address = re.search(r"http://\S+", server.stdout.readline())
            assert address, "the server did not start"
            yield address.group()
        finally:
            server.terminate()
            server.wait(15)


if __name__ == "__main__":
    main()
