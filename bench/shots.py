"""Take pictures of the page in each of its states: python bench/shots.py

Serves `source/` from a temporary index and drives the system's chromium: desktop and phone, light and
dark, Japanese, Arabic and high contrast, into `shots/`, which git ignores. The pictures are for looking
at; nothing is compared. `--docs` also renews the README's pictures and the one that moves.
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

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
ARTICLE = ROOT / "source" / "openai-turmoil.txt"
SIZES = {"desktop": (1280, 800), "phone": (390, 844)}
QUESTION = "暫定CEOに任命されたのは誰ですか"
UNANSWERED = "富士山の高さは何メートルですか"
ARABIC = "من هو الرئيس التنفيذي المؤقت لشركة OpenAI؟"
NOTES = "庭の記録\n\n庭師の名前は山田花子です。彼女は毎朝六時に水をまきます。門の鍵は赤い箱の中にあります。\n"
FRAME = 1800
"""Milliseconds for each step of the animation."""
WAIT = 120_000


def main() -> None:
    """Take all pictures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=ROOT / "shots")
    parser.add_argument("--docs", action="store_true", help="renew the pictures in docs/")
    options = parser.parse_args()
    out: Path = options.out
    out.mkdir(parents=True, exist_ok=True)
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        with serving() as address:
            for size in SIZES:
                for scheme in ("light", "dark"):
                    _reading(_open(browser, address, size, scheme), out, f"{size}-{scheme}")
                _arabic(_open(browser, address, size, "light", "ar"), out, f"{size}-arabic")
            _contrast(_open(browser, address, "desktop", "light"), out, "desktop-contrast")
        for size in SIZES:
            with serving() as address:
                _sources(_open(browser, address, size, "light"), out, f"{size}-sources")
        browser.close()
    if options.docs:
        _renew(out, ROOT / "docs")
    print(f"{len(list(out.glob('*.png')))} pictures in {out}")


def _reading(page: Page, out: Path, name: str) -> None:
    """Take a visit: welcome, answer, an [n] hovered and clicked, why, an abstention, the menu, the conversations."""
    _shot(page, out, f"{name}-1-welcome")
    _ask(page, QUESTION)
    _shot(page, out, f"{name}-2-answer")
    page.locator("#chat .cite").first.hover()
    _shot(page, out, f"{name}-3-hover")
    page.locator("#chat .cite").first.click()
    _shot(page, out, f"{name}-4-click")
    page.keyboard.press("Escape")
    page.locator("#chat .menu > summary").first.click()
    page.locator("#chat .excerpt").first.scroll_into_view_if_needed()
    _shot(page, out, f"{name}-5-why")
    page.click("#menu-open")
    page.click("#history-open")
    page.click(".drawer .new")  # after another question it would be read as a follow-up
    page.wait_for_selector("#chat .welcome")
    _ask(page, UNANSWERED)
    _shot(page, out, f"{name}-6-unanswered")
    page.locator("#chat .wrong").last.click()
    page.click("#menu-open")
    _shot(page, out, f"{name}-7-menu")
    page.click("#history-open")
    _shot(page, out, f"{name}-8-history")
    page.context.close()


def _arabic(page: Page, out: Path, name: str) -> None:
    _shot(page, out, f"{name}-1-welcome")
    _ask(page, ARABIC)
    _shot(page, out, f"{name}-2-answer")
    page.locator("#chat .cite").first.click()
    _shot(page, out, f"{name}-3-click")
    page.context.close()


def _contrast(page: Page, out: Path, name: str) -> None:
    page.select_option("#theme", "contrast")
    _ask(page, QUESTION)
    _shot(page, out, f"{name}-1-answer")
    page.context.close()


def _sources(page: Page, out: Path, name: str) -> None:
    """Add texts, one of which fails, then show a conversation after its article has changed."""
    _ask(page, QUESTION)
    quotes = page.locator("#chat .answer .quote").all_text_contents()
    _open_panel(page)
    with tempfile.TemporaryDirectory() as folder:
        broken = Path(folder) / "photo.txt"
        broken.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8)
        changed = Path(folder) / ARTICLE.name
        text = ARTICLE.read_bytes().decode("utf-8")
        # One cited sentence is removed, and everything after the new line moves.
        changed.write_text("改訂版です。\n\n" + text.replace(quotes[-1], ""), encoding="utf-8", newline="")
        page.fill("#text-name input", "庭の記録")
        slow = "\n\n".join(f"第{n}日。{NOTES}" for n in range(60))  # long enough to show progress
        page.fill("#text-body textarea", slow)
        page.click("#build")
        page.set_input_files("#text-files input[type=file]", [broken, changed])
        page.wait_for_selector("#listing li.embedding")
        _shot(page, out, f"{name}-1-adding")
        page.wait_for_selector("#listing li.failed", timeout=WAIT)
        page.wait_for_function("() => !document.querySelector('#listing :is(.waiting, .embedding)')", timeout=WAIT)
        page.locator("#listing").scroll_into_view_if_needed()
        _shot(page, out, f"{name}-2-failed")
    if page.is_visible("#adding .close"):
        page.click("#adding .close")
    page.wait_for_selector("#chat .cite.moved")
    page.locator("#chat .more").evaluate_all("all => all.forEach((one) => (one.open = true))")
    page.locator("#chat .asked").first.scroll_into_view_if_needed()
    _shot(page, out, f"{name}-3-moved-and-gone")
    page.click("#menu-open")
    page.click("#history-open")
    _shot(page, out, f"{name}-4-history")
    page.context.close()


def _open_panel(page: Page) -> None:
    """Bring the panel of texts into sight, with the fields for a pasted text."""
    if page.is_visible("#sources-open"):
        page.click("#sources-open")
    page.click("#adding .new")
    page.click("#adding [data-way=paste]")


def _renew(out: Path, docs: Path) -> None:
    """Renew the pictures of the docs, and the animation from an answer to its sentence."""
    for picture, name in {
        "desktop-light-4-click": "chat-ja",
        "desktop-dark-6-unanswered": "abstention-dark",
        "phone-arabic-2-answer": "phone-arabic",
        "desktop-sources-3-moved-and-gone": "moved-and-gone",
    }.items():
        shutil.copy(out / f"{picture}.png", docs / f"{name}.png")
    steps = [Image.open(out / f"desktop-light-{step}.png") for step in ("2-answer", "3-hover", "4-click")]
    first, *others = (step.convert("RGB").resize((960, 600), Image.Resampling.LANCZOS) for step in steps)
    first.save(docs / "click.webp", save_all=True, append_images=others, duration=FRAME, loop=0, quality=80)


def _shot(page: Page, out: Path, name: str) -> None:
    page.wait_for_timeout(700)  # until smooth scrolling and transitions have ended
    page.screenshot(path=out / f"{name}.png")


def _ask(page: Page, question: str) -> None:
    page.fill("#question textarea", question)
    page.press("#question textarea", "Enter")
    page.wait_for_function(
        """q => [...document.querySelectorAll('#chat .asked')].some(a => a.textContent === q)
             && !document.querySelector('#chat .pending')""",
        arg=question,
        timeout=WAIT,
    )


def _open(browser: Browser, address: str, size: str, scheme: Any, locale: str = "ja-JP") -> Page:
    width, height = SIZES[size]
    context = browser.new_context(locale=locale, viewport={"width": width, "height": height}, color_scheme=scheme)
    page = context.new_page()
    page.goto(address)
    page.wait_for_selector("html[data-ready]")
    page.wait_for_selector("#source .sentence", state="attached")
    return page


@contextmanager
def serving(*sources: Path) -> Iterator[str]:
    """Serve an index of some files, or else of `source/`, and yield the address."""
    with tempfile.TemporaryDirectory() as folder:
        index = str(Path(folder) / "index")
        command = [sys.executable, "-m", "qa"]
        given = [str(path) for path in sources or [ROOT / "source"]]
        subprocess.run([*command, "build", *given, "--index", index], cwd=ROOT, check=True)
        server = subprocess.Popen(
            [*command, "serve", "--index", index, "--port", "0"], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        try:
            assert server.stdout
            address = re.search(r"http://\S+", server.stdout.readline())
            assert address, "the server did not start"
            yield address.group()
        finally:
            server.terminate()
            server.wait(60)


if __name__ == "__main__":
    main()
