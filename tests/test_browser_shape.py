"""In a real browser: what is said of answers, the header and its menu, the sheet of a phone, type, and stillness."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from browser import DESKTOP, PHONE, Visit, ask, in_menu, needs_chromium

from qa.evaluation.report import evaluate
from qa.evaluation.sets import read_set

playwright_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytestmark = needs_chromium
expect = playwright_api.expect

FIRST, SECOND, UNANSWERED = (
    "ChatGPTはいつ公開されましたか",
    "暫定CEOに任命されたのは誰ですか",
    "富士山の高さは何メートルですか",
)
RIGHT_SENTENCE = "#source .sentence:has-text('Twitch')"
PRESSED = "() => [...document.querySelectorAll('#chat .rating [aria-pressed=true]')].map((one) => one.className)"
SMALLEST = {"width": 320, "height": 640}


def new_conversation(page: Any) -> None:
    in_menu(page, "#history-open")
    page.click(".drawer .new")
    page.wait_for_selector("#chat .welcome")


def rate(page: Any, *names: str) -> None:
    for name in names:
        page.locator(f"#chat .rating .{name}").last.click()


# Right or wrong


def test_answers_that_were_checked_become_a_question_set_that_the_evaluation_reads(
    visit: Visit, address: str, article_index: Path, article: str, tmp_path: Path
) -> None:
    page = visit(address)
    cited = ask(page, FIRST).locator(".excerpt.c-1 .quote").text_content()
    rate(page, "right")
    assert page.evaluate(PRESSED) == ["right"]
    new_conversation(page)
    ask(page, UNANSWERED)
    rate(page, "right")
    new_conversation(page)
    ask(page, SECOND)
    rate(page, "wrong")
    page.click("#menu-open")
    assert "3件" in page.inner_text("#menu .rated")
    page.keyboard.press("Escape")
    rate(page, "pick")
    sentence = page.locator(RIGHT_SENTENCE).first
    sentence.press("Enter")  # by keyboard: every sentence can be reached meanwhile
    picked = sentence.text_content()
    assert page.inner_text("#chat .picked") == picked.strip()
    assert page.evaluate(PRESSED) == ["wrong", "pick"]
    assert page.evaluate("document.activeElement.matches('#chat .pick')")
    page.reload()
    page.wait_for_selector("#chat .rating .picked:not(:empty)")
    assert page.evaluate(PRESSED) == ["wrong", "pick"]
    with page.expect_download() as download:
        in_menu(page, "#menu .save-rated")
    saved = tmp_path / "rated.jsonl"
    download.value.save_as(saved)
    rated = read_set(saved)
    when, fuji, ceo = rated.collections[0].questions
    assert [(one.question, one.answerable) for one in (when, fuji, ceo)] == [
        (FIRST, True), (UNANSWERED, False), (SECOND, True),
    ]  # fmt: skip
    assert [one.evidence[0].quote for one in (when, ceo)] == [cited, picked] and when.answers and not fuji.evidence
    assert all(article[one.start : one.end] == one.quote for asked in (when, ceo) for one in asked.evidence)
    scores = evaluate(rated, article_index).scores
    assert scores[0].evidence.first and not scores[1].answered and not scores[2].evidence.first


def test_what_was_said_of_an_answer_is_changed_taken_back_and_deleted(visit: Visit, address: str) -> None:
    page = visit(address, "en-GB")
    ask(page, FIRST)
    rate(page, "right", "wrong", "nowhere")
    assert page.evaluate(PRESSED) == ["wrong", "nowhere"]
    rate(page, "pick")
    expect(page.locator("#notice .line")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#notice .line")).to_be_hidden()
    assert page.evaluate(PRESSED) == ["wrong", "nowhere"]
    rate(page, "wrong")
    assert page.evaluate(PRESSED) == [] and not page.locator("#chat .truth").is_visible()
    rate(page, "right")
    page.click("#menu-open")
    page.click("#menu .clear-rated")
    assert page.evaluate(PRESSED) == ["right"]  # it takes two presses
    page.click("#menu .clear-rated")
    assert page.evaluate(PRESSED) == [] and page.evaluate("localStorage['cited-qa.ratings']") == "{}"
    assert not page.locator("#menu .rated").is_visible()


# The menu


def test_the_menu_opens_by_keyboard_and_gives_the_focus_back(visit: Visit, address: str) -> None:
    page = visit(address)
    seen = "[...document.querySelectorAll('#menu :is(button, select)')].filter((one) => one.tabIndex >= 0).length"
    assert page.evaluate(seen) == 0 and page.get_attribute("#menu", "aria-hidden") == "true"
    page.focus("#menu-open")
    page.keyboard.press("Enter")
    assert page.get_attribute("#menu-open", "aria-expanded") == "true"
    names = []
    for _ in range(4):
        page.keyboard.press("Tab")
        names.append(page.evaluate("document.activeElement.id || document.activeElement.className"))
    assert names == ["history-open", "language", "theme", "keys"]
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.id") == "menu-open" and page.evaluate(seen) == 0
    page.click("#menu-open")
    page.click("#question textarea")  # beside it
    assert page.get_attribute("#menu-open", "aria-expanded") == "false"


# A phone


def test_on_a_phone_the_header_is_one_row_and_the_chat_begins_near_the_top(visit: Visit, address: str) -> None:
    page = visit(address, viewport=SMALLEST)
    ask(page, FIRST)
    new_conversation(page)
    ask(page, SECOND)
    tops = [page.locator(part).bounding_box() for part in ("#menu-open", "#header h1", "#header .view")]
    middles = [box["y"] + box["height"] / 2 for box in tops]
    assert max(middles) - min(middles) < 3
    assert page.locator("#chat").bounding_box()["y"] <= 60
    assert page.locator("#chat .asked").last.bounding_box()["y"] <= 150
    assert page.locator("#chat .excerpt.c-1").bounding_box()["y"] < SMALLEST["height"] / 2
    assert page.evaluate("!document.activeElement.closest('#question')")  # the keyboard would cover the answer
    for view in ("chat", "source"):
        page.evaluate("view => QA.page.show(view)", view)
        page.wait_for_timeout(300)
        assert page.evaluate("[document.documentElement.scrollWidth, document.body.scrollWidth]") == [320, 320]


def swipe(page: Any, at: str, by: int) -> None:
    """Move one finger down over an element, as the browser reports it."""
    page.evaluate(
        """([at, by]) => {
          const target = document.querySelector(at);
          const { left, top } = target.getBoundingClientRect();
          const say = (type, y) => {
            const touch = new Touch({ identifier: 1, target, clientX: left + 40, clientY: top + 10 + y });
            const touches = type === "touchend" ? [] : [touch];
            target.dispatchEvent(new TouchEvent(type, { bubbles: true, cancelable: true, touches }));
          };
          say("touchstart", 0);
          for (let y = 5; y <= by; y += 5) say("touchmove", y);
          say("touchend", by);
        }""",
        [at, by],
    )


def test_on_a_phone_the_source_is_a_sheet_with_the_sentence_in_its_middle_and_four_ways_back(
    visit: Visit, address: str
) -> None:
    page = visit(address, viewport=PHONE, has_touch=True)
    ask(page, SECOND)
    ways = (
        lambda: page.keyboard.press("Escape"),
        lambda: page.click("#source .back"),
        lambda: swipe(page, "#source .pane-bar", 200),
        lambda: page.mouse.click(20, 65),  # the chat beside it
    )
    for back in ways:
        page.click("#chat .cite.c-1")
        page.wait_for_function("() => document.activeElement.matches('#source .sentence.current')")
        page.wait_for_timeout(400)
        sheet, pane = page.locator("#reading").bounding_box(), page.locator("#source .pane").bounding_box()
        assert 0 < sheet["y"] < 150 and sheet["y"] + sheet["height"] == pytest.approx(PHONE["height"], abs=1)
        sentence = page.locator("#source .sentence.current").first.bounding_box()
        middle = sentence["y"] + sentence["height"] / 2
        assert abs(middle - (pane["y"] + pane["height"] / 2)) < pane["height"] / 6
        assert page.get_by_role("dialog", name="資料").is_visible()
        back()
        expect(page.locator("#reading")).to_be_hidden()
        assert page.evaluate("document.activeElement.textContent") == "[1]"
    page.click("#header .view")
    page.wait_for_timeout(300)
    swipe(page, "#source .pane-bar", 40)  # not far enough
    expect(page.locator("#source article")).to_be_visible()
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.matches('#header .view')")


def test_on_a_phone_the_keyboard_does_not_hide_the_question(visit: Visit, address: str) -> None:
    page = visit(address, viewport=PHONE, has_touch=True)
    assert "interactive-widget=resizes-content" in page.get_attribute("meta[name=viewport]", "content")
    # Chromium makes the page smaller by itself; where a browser does not, it reports what is seen of it.
    for height in (500, PHONE["height"]):
        page.evaluate(
            """height => {
              Object.defineProperty(visualViewport, "height", { value: height, configurable: true });
              visualViewport.dispatchEvent(new Event("resize"));
            }""",
            height,
        )
        box = page.locator("#question textarea").bounding_box()
        assert height - 100 < box["y"] + box["height"] <= height


# Type, and stillness

LINES = """selector => {
  const part = document.querySelector(selector);
  const { fontSize, lineHeight } = getComputedStyle(part);
  const box = part.closest("article") ?? part.closest("blockquote");
  const { paddingLeft, paddingRight } = getComputedStyle(box);
  const inner = box.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight);
  return { wide: inner / parseFloat(fontSize), leading: parseFloat(lineHeight) / parseFloat(fontSize) };
}"""
CONTRASTS = """() => {
  const probe = document.body.appendChild(document.createElement("i"));
  const light = (name) => {
    probe.style.color = `var(${name})`;
    const [r, g, b] = getComputedStyle(probe).color.match(/[\\d.]+/g).map((value) => {
      const part = Number(value) / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ratio = (one, other) => {
    const [low, high] = [light(one), light(other)].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  };
  const pairs = ["--mark-line", "--cited"].flatMap((mark) => ["--paper", "--sheet"].map((ground) => [mark, ground]));
  return [...pairs, ["--mark-line", "--mark"], ["--current-line", "--current"]].map(([a, b]) => [a, b, ratio(a, b)]);
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_lines_are_of_a_length_to_read_and_marks_are_seen(visit: Visit, address: str, scheme: str) -> None:
    page = visit(address, viewport={"width": 1920, "height": 1000}, color_scheme=scheme)
    ask(page, SECOND)
    for part in ("#chat .excerpt.c-1 .passage", "#source .body .text .sentence"):
        line = page.evaluate(LINES, part)
        assert 35 <= line["wide"] <= 45, (part, line)  # wide characters
        assert line["leading"] == pytest.approx(1.7, abs=0.01), (part, line)
    assert [pair for pair in page.evaluate(CONTRASTS) if pair[2] < 3] == []


def test_nothing_moves_while_an_answer_arrives(visit: Visit, address: str) -> None:
    for viewport in (DESKTOP, PHONE):
        page = visit(address, viewport=viewport)
        page.evaluate("""() => {
          window.shift = 0;
          new PerformanceObserver((list) => {
            for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shift += entry.value;
          }).observe({ type: "layout-shift", buffered: false });
        }""")
        for question in (SECOND, UNANSWERED, FIRST):
            page.fill("#question textarea", question)
            page.wait_for_timeout(700)  # what is drawn within half a second of an input counts as asked for
            page.evaluate("document.querySelector('#ask').click()")
            page.wait_for_function(
                """question => [...document.querySelectorAll('#chat .asked')].at(-1)?.textContent === question
                  && !document.querySelector('#chat .pending')""",
                arg=question,
                timeout=60_000,
            )
            page.wait_for_timeout(700)
        assert page.evaluate("window.shift") < 0.05, viewport
