"""How fast the page is, by the browser's own clock: python bench/page_speed.py

Serves an index of `source/` and opens the page in five fresh profiles. Prints the medians of the first contentful
paint, of the largest contentful paint and of the moment from which a question can be asked. Then asks ten questions
and prints the time from the Enter key to the frame in which the answer is painted.
"""

from __future__ import annotations

import shutil
import statistics
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from shots import serving

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
const watch = (type, name) =>
  new PerformanceObserver((list) => list.getEntries().forEach((entry) => (paints[name(entry)] = entry.startTime)))
    .observe({ type, buffered: true });
watch("paint", (entry) => entry.name);
watch("largest-contentful-paint", () => "largest");
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


def main() -> None:
    """Print the medians."""
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
        answers = [milliseconds_to_answer(page, question) for question in QUESTIONS]
        print(
            f"from Enter to the painted answer: {statistics.median(answers):.0f} ms "
            f"(median of {len(answers)}, slowest {max(answers):.0f} ms)"
        )
        browser.close()


if __name__ == "__main__":
    main()
