"""How fast the page is, by the browser's own clock: python bench/page_speed.py

Serves an index of `source/` and opens the page in five fresh profiles. Prints the medians of the first contentful
paint, of the largest contentful paint and of the moment from which a question can be asked. Then asks ten questions
and prints the time from the Enter key to the frame in which the answer is painted, by how much that is longer than the
engine alone takes in a process of its own, and how far the layout shifted meanwhile.

Then opens a text of 1 MB (headings, prose, tables, lists) in the source pane and prints the time from the choice to the
frame in which it is painted; scrolls through it with the wheel and prints the tallest stretch without text in any frame
that the browser drew; and looks for a word that is in every line, and prints the time from the key to the marks.
"""

from __future__ import annotations

import base64
import io
import shutil
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from clicks import written
from qa import Index
from qa.conversation import reply
from shots import ARTICLE, serving

VISITS = 5
QUESTIONS = [
    "暫定CEOに任命されたのは誰ですか",
    "ChatGPT 公開日",
    "When was ChatGPT released?",
    "谁被任命为临时CEO？",
    "OpenAIの最大の投資家は?",
    "How many rounds of funding did Loopt raise?",
    "アルトマン氏はいつ解任されましたか",
    "من هو الرئيس التنفيذي المؤقت؟",
    "従業員は何人ですか",
    "Microsoftの出資額は",
]

# Runs in the page before the page's scripts and keeps what the browser reports about painting.
OBSERVE = """
window.paints = {};
window.shift = 0;
const watch = (type, name) =>
  new PerformanceObserver((list) => list.getEntries().forEach((entry) => (paints[name(entry)] = entry.startTime)))
    .observe({ type, buffered: true });
watch("paint", (entry) => entry.name);
watch("largest-contentful-paint", () => "largest");
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) window.shift += entry.value; // also what the Enter key brings about
}).observe({ type: "layout-shift", buffered: true });
new MutationObserver(() => {
  if (document.documentElement?.dataset.ready) paints.ready ??= performance.now();
}).observe(document, { subtree: true, attributes: true, attributeFilter: ["data-ready"] });
"""

# Resolves with the milliseconds from the next Enter to the frame after the one that shows the new answer.
ENTER_TO_ANSWER = """
() => new Promise((resolve) => {
  const replies = () => document.querySelectorAll("#chat .answer, #chat .abstained").length;
  const before = replies();
  let pressed = null;
  addEventListener("keydown", (event) => (pressed ??= event.key === "Enter" ? event.timeStamp : null), true);
  new MutationObserver((_, observer) => {
    if (pressed === null || replies() === before) return;
    observer.disconnect();
    requestAnimationFrame(() => requestAnimationFrame((now) => resolve(now - pressed)));
  }).observe(document.getElementById("chat"), { childList: true, subtree: true });
})
"""


LONG = "ledger.md"
LONG_LINES = 13_000
"""Lines of a text of 1 MB in UTF-8."""
TURNS, TURN = 40, 1500
"""How often the wheel is turned, and by how many pixels."""
BLANK = 6
"""Shades by which the pixels of a row without text may differ."""

# Resolves with the milliseconds from the choice of a text to the frame after the one in which it is drawn.
CHOICE_TO_TEXT = """
(name) => new Promise((resolve) => {
  let chosen = null;
  addEventListener("change", () => (chosen ??= performance.now()), true);
  new MutationObserver((_, observer) => {
    if (chosen === null || document.querySelector("#source .tabs [aria-current]")?.title !== name) return;
    observer.disconnect();
    requestAnimationFrame(() => requestAnimationFrame((now) => resolve(now - chosen)));
  }).observe(document.querySelector("#source .tabs"), { childList: true });
})
"""

# Resolves with the milliseconds from the next key to the frame after the one in which its matches are marked.
KEY_TO_MARKS = """
() => new Promise((resolve) => {
  addEventListener("input", () => {
    const pressed = performance.now();
    requestAnimationFrame(() => requestAnimationFrame((now) => resolve(now - pressed)));
  }, { capture: true, once: true });
})
"""


def opened(browser: Browser, address: str) -> tuple[Page, dict[str, float]]:
    """Open the page in a fresh profile; return it with the browser's times in milliseconds."""
    page = browser.new_context(locale="ja-JP", viewport={"width": 1280, "height": 800}).new_page()
    page.add_init_script(OBSERVE)
    page.goto(address)
    page.wait_for_selector("#source .sentence")
    page.wait_for_selector("html[data-ready]")
    page.wait_for_timeout(500)
    times: dict[str, float] = page.evaluate("paints")
    return page, times


def milliseconds_to_answer(page: Page, question: str) -> float:
    """Return the milliseconds from the Enter key to the painted answer."""
    page.fill("#question textarea", question)
    waiting: Any = page.evaluate_handle(f"({{ answered: ({ENTER_TO_ANSWER})() }})")
    page.press("#question textarea", "Enter")
    taken: float = waiting.evaluate("handle => handle.answered")
    return taken


def milliseconds_to_open(page: Page, name: str) -> float:
    """Return the milliseconds from the choice of a text that is not open to the frame in which it is painted."""
    waiting: Any = page.evaluate_handle(f"name => ({{ drawn: ({CHOICE_TO_TEXT})(name) }})", name)
    page.select_option("#source .others", label=name)
    taken: float = waiting.evaluate("handle => handle.drawn")
    return taken


def tallest_blank(page: Page) -> tuple[int, int, int]:
    """Scroll through the pane; return the frames drawn, the tallest stretch without text in any, the pane's height."""
    box = page.locator("#source .pane").bounding_box()
    assert box
    frames: list[bytes] = []
    session = page.context.new_cdp_session(page)

    def keep(frame: dict[str, Any]) -> None:
        frames.append(base64.b64decode(frame["data"]))
        session.send("Page.screencastFrameAck", {"sessionId": frame["sessionId"]})

    session.on("Page.screencastFrame", keep)
    session.send("Page.startScreencast", {"format": "png", "everyNthFrame": 1})
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    for _ in range(TURNS):
        page.mouse.wheel(0, TURN)
        page.wait_for_timeout(30)
    page.wait_for_timeout(500)
    session.send("Page.stopScreencast")
    area = (int(box["x"]), int(box["y"]), int(box["x"] + box["width"]) - 20, int(box["y"] + box["height"]))
    tallest = 0
    for frame in frames:
        pane = np.asarray(Image.open(io.BytesIO(frame)).convert("L").crop(area))
        has_text = np.flatnonzero(np.ptp(pane.astype(int), axis=1) > BLANK)
        edges = np.concatenate([[-1], has_text, [len(pane)]])
        tallest = max(tallest, int(np.diff(edges).max()) - 1)
    return len(frames), tallest, int(box["height"])


def milliseconds_to_mark(page: Page) -> float:
    """Return the milliseconds from a key in the field for words of the source to the frame with their marks."""
    page.click("#source .find-open")
    waiting: Any = page.evaluate_handle(f"({{ marked: ({KEY_TO_MARKS})() }})")
    page.keyboard.insert_text("部品")
    taken: float = waiting.evaluate("handle => handle.marked")
    print(f"marks: {page.inner_text('#source .count')}")
    return taken


def measure_long(browser: Browser) -> None:
    """Print what concerns a text of 1 MB."""
    with tempfile.TemporaryDirectory() as folder:
        long, note = Path(folder, LONG), Path(folder, "a note.md")
        long.write_text(written(LONG_LINES), encoding="utf-8")
        note.write_text("# 覚え書き\n\n鍵は受付にある。\n", encoding="utf-8")
        with serving(note, long) as address:
            taken = []
            for _ in range(VISITS):
                page, _ = opened(browser, address)
                taken.append(milliseconds_to_open(page, LONG))
            size = long.stat().st_size / 1e6
            print(f"a text of {size:.2f} MB opens in {statistics.median(taken):.0f} ms (slowest {max(taken):.0f} ms)")
            frames, tallest, height = tallest_blank(page)
            print(f"tallest stretch without text in {frames} frames of scrolling: {tallest} of {height} px")
            print(f"from the key to the marks of a word in every line: {milliseconds_to_mark(page):.0f} ms")


def milliseconds_of_engine() -> list[float]:
    """Return the milliseconds that each question takes without a page or a server, once the model is loaded."""
    taken = []
    with tempfile.TemporaryDirectory() as folder:
        index = Index.build([ARTICLE], folder)
        reply(index, QUESTIONS[-1])
        for question in QUESTIONS:
            began = time.perf_counter()
            reply(index, question)
            taken.append(1000 * (time.perf_counter() - began))
    return taken


def main() -> None:
    """Print the medians."""
    alone = milliseconds_of_engine()
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    with serving() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        opened(browser, address)  # a server's first page is its slowest
        visits = [opened(browser, address) for _ in range(VISITS)]
        page = visits[-1][0]
        for name, title in (
            ("first-contentful-paint", "first contentful paint"),
            ("largest", "largest contentful paint"),
            ("ready", "ready for a question"),
        ):
            print(f"{title}: {statistics.median(times[name] for _, times in visits):.0f} ms (median of {VISITS})")
        milliseconds_to_answer(page, "?")  # the first question loads the model
        answers, shifts = [], []
        for question in QUESTIONS:
            page.evaluate("window.shift = 0")
            answers.append(milliseconds_to_answer(page, question))
            page.wait_for_timeout(300)
            shifts.append(page.evaluate("window.shift"))
            page.click("#menu-open")  # each is asked as the first of a conversation, as the engine was
            page.click("#history-open")
            page.click(".drawer .new")
            page.wait_for_selector("#chat .welcome")
        print(
            f"from Enter to the painted answer: {statistics.median(answers):.0f} ms "
            f"(median of {len(answers)}, slowest {max(answers):.0f} ms)"
        )
        beyond = [on_page - engine for on_page, engine in zip(answers, alone, strict=True)]
        print(f"the engine alone: {statistics.median(alone):.0f} ms; the page adds {statistics.median(beyond):.0f} ms")
        print(f"layout shift while an answer arrives: {max(shifts):.3f} at most")
        measure_long(browser)
        browser.close()


if __name__ == "__main__":
    main()
