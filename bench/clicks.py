"""Whether a click on [1] ends with its sentence in sight: python bench/clicks.py [--clicks N]

Serves a text of 5,000 lines (headings, prose, tables, lists) beside a short one, asks for lines all over it, the first
and the last among them, and clicks on [1] of each answer: on a desktop and on a phone, with reduced motion and without.
A sentence is in sight if it is inside the source pane, below its bar, 500 milliseconds after the click and a second
later. Prints how many were, and how long the slowest took to get there.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from shots import SIZES, serving

LINES = 5000
SECTION = 50
ROWS = range(10, 25)
"""Lines of each section that are rows of a table."""
ITEMS = range(30, 40)
"""Lines of each section that are items of a list."""
WITHIN = 500
"""Milliseconds after the click."""
LATER = 1000

# Resolves with the milliseconds from now until the sentence gone to is in sight; null if it never is.
UNTIL_IN_SIGHT = """
(within) => new Promise((resolve) => {
  const began = performance.now();
  const isInSight = () => {
    const sentence = document.querySelector("#source .sentence.current");
    if (!sentence) return false;
    const pane = document.querySelector("#source .pane").getBoundingClientRect();
    const bar = document.querySelector("#source .pane-bar").getBoundingClientRect();
    const { top, bottom, height } = sentence.getBoundingClientRect();
    const ends = height > pane.bottom - bar.bottom ? bottom > bar.bottom : bottom <= pane.bottom + 1;
    return height > 0 && top >= bar.bottom - 1 && ends;
  };
  const step = (now) => {
    if (isInSight()) resolve(now - began);
    else if (now - began > within) resolve(null);
    else requestAnimationFrame(step);
  };
  requestAnimationFrame(step);
})
"""


def code(line: int) -> str:
    """Return the code that a line is asked by."""
    return f"QX{line * 7 + 1003}"


def written(count: int = LINES) -> str:
    """Return a text of 5,000 lines, or as many as wanted."""
    lines = []
    for line in range(count):
        at = line % SECTION
        if at == 0:
            lines.append(f"\n## 第{line // SECTION + 1}節 部品{code(line)}の記録\n")
        elif at in ROWS:
            if at == ROWS[0]:
                lines.append("\n| 部品 | 棚 | 数 |\n|---|---|---|")
            lines.append(f"| {code(line)} | 東{line % 97}番 | {line % 31}個 |" + ("\n" if at == ROWS[-1] else ""))
        elif at in ITEMS:
            lines.append(f"- 部品{code(line)}は{line % 89}日ごとに点検する。" + ("\n" if at == ITEMS[-1] else ""))
        else:
            lines.append(f"部品{code(line)}は{1950 + line % 70}年に北の工房で作られ、今は西{line % 83}番の棚にある。\n")
    return "# 部品の台帳\n\n" + "\n".join(lines)


def asked(clicks: int) -> list[int]:
    """Return the lines to ask for, the first and the last among them, none of them a heading."""
    spread = (1 + round(n * (LINES - 2) / max(clicks - 1, 1)) for n in range(clicks))
    return [line if line % SECTION else line + 1 for line in spread]


def measure(page: Page, lines: list[int]) -> list[float | None]:
    """Ask for each line and click on [1]; return the milliseconds until each sentence was in sight, and stayed so."""
    taken: list[float | None] = []
    for n, line in enumerate(lines, 1):
        page.fill("#question textarea", f"部品{code(line)}の棚、点検の間隔は？")
        page.press("#question textarea", "Enter")
        page.wait_for_function("n => document.querySelectorAll('#chat .answer, #chat .abstained').length === n", arg=n)
        if not page.locator("#chat .answer, #chat .abstained").last.locator(".cite.c-1").count():
            continue  # a declined question has nothing to click
        page.locator("#chat .cite.c-1").last.click()
        first = page.evaluate(UNTIL_IN_SIGHT, WITHIN)
        page.wait_for_timeout(LATER)
        taken.append(first if page.evaluate(UNTIL_IN_SIGHT, 0) is not None else None)
        page.keyboard.press("Escape")
    return taken


def opened(browser: Browser, address: str, size: str, calm: bool) -> Page:
    """Open the page in a fresh profile."""
    width, height = SIZES[size]
    options = {"locale": "ja-JP", "viewport": {"width": width, "height": height}, "has_touch": size == "phone"}
    page = browser.new_context(**options, reduced_motion="reduce" if calm else "no-preference").new_page()  # type: ignore[arg-type]
    page.goto(address)
    page.wait_for_selector("html[data-ready]")
    return page


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clicks", type=int, default=200, help="clicks in all (200)")
    clicks = parser.parse_args().clicks
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        ledger, note = Path(folder, "ledger.md"), Path(folder, "note.md")
        ledger.write_text(written(), encoding="utf-8")
        note.write_text("# 覚え書き\n\n鍵は受付にある。\n", encoding="utf-8")
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        with serving(note, ledger) as address:
            for size in SIZES:
                for calm in (False, True):
                    taken = measure(opened(browser, address, size, calm), asked(clicks // 4))
                    seen = [one for one in taken if one is not None]
                    motion, slowest = "reduced motion" if calm else "motion", max(seen, default=0)
                    print(
                        f"{size}, {motion}: {len(seen)} of {len(taken)} in sight, slowest {slowest:.0f} ms", flush=True
                    )
        browser.close()


if __name__ == "__main__":
    main()
