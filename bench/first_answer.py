"""How long a reader waits: python bench/first_answer.py

Starts `app.py` on a copy of `source/` with an empty cache and no index, as after a fresh install, and asks in the
browser as soon as the page allows it. Prints the seconds until the address is printed, until the first answer, and
from Enter to the answer for five later questions.
"""

from __future__ import annotations

import os
import re
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Page, TimeoutError, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
FIRST = "暫定CEOに任命されたのは誰ですか"
LATER = [
    "ChatGPT 公開日",
    "When was ChatGPT released?",
    "谁被任命为临时CEO？",
    "OpenAIの最大の投資家は?",
    "How many rounds of funding did Loopt raise?",
]


def seconds_to_answer(page: Page, question: str, patience: float) -> float:
    """Return the seconds from Enter to the answer on the page."""
    answers = page.locator("p.answer").count()
    page.fill("#question textarea", question)
    started = time.monotonic()
    page.press("#question textarea", "Enter")
    page.wait_for_function(
        "wanted => document.querySelectorAll('p.answer').length >= wanted", arg=answers + 1, timeout=1000 * patience
    )
    return time.monotonic() - started


def main() -> None:
    """Print the three figures."""
    with TemporaryDirectory() as folder:
        for name in ("app.py", "qa", "source"):
            copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
            copy(ROOT / name, Path(folder) / name)
        environment = {**os.environ, "XDG_CACHE_HOME": f"{folder}/cache"}
        started = time.monotonic()
        served = subprocess.Popen(
            [sys.executable, "app.py"], cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        try:
            assert served.stdout is not None
            address = re.search(r"http://\S+", served.stdout.readline().decode())
            assert address is not None
            print(f"address printed after {time.monotonic() - started:.1f} s", flush=True)
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
                page = browser.new_page(locale="ja-JP")
                page.goto(address.group())
                page.wait_for_selector("#question textarea")
                while True:  # without an index yet, the page returns the question
                    try:
                        seconds_to_answer(page, FIRST, patience=1)
                        break
                    except TimeoutError:
                        if time.monotonic() - started > 300:
                            raise
                print(f"first answer after {time.monotonic() - started:.1f} s", flush=True)
                later = [seconds_to_answer(page, question, patience=30) for question in LATER]
                print(f"later answers after {statistics.median(later):.2f} s (median of {len(later)})")
                browser.close()
        finally:
            served.terminate()
            served.wait(20)


if __name__ == "__main__":
    main()
