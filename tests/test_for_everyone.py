"""The page in every language, direction, contrast and size, and by keys alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from browser import needs_chromium
from states import DESKTOP, PHONE, QUESTION, SMALLEST, State, abstention, answer, ask, citation, excerpt, keys, texts

from qa.catalogue import languages

pytestmark = needs_chromium

Reach = Callable[[State], Any]

ZOOMED, ULTRA = (640, 400), (3840, 2160)
"""A window of 1280 by 800 at 200 % zoom, and 4K."""
OUTSIDE = """() => [...document.querySelectorAll(
    '#header *, #asking *, #talk *, #sources *, #source .pane-bar *, dialog[open] *')]
  .filter(part => part.checkVisibility() && part.getClientRects().length)
  .filter(part => getComputedStyle(part).clipPath === 'none'
    && !part.closest('.block:has(> .loading), .wrap.default, .passage, div.line'))
  .filter(part => { const {left, right} = part.getBoundingClientRect(); return left < -1 || right > innerWidth + 1 })
  .map(part => part.outerHTML.slice(0, 120))"""
TOO_SMALL = """() => [...document.querySelectorAll('button, select, input[type=checkbox], summary, textarea')]
  .filter(part => part.checkVisibility() && part.getClientRects().length && getComputedStyle(part).clipPath === 'none')
  .filter(part => { const {width, height} = part.getBoundingClientRect(); return width < 24 || height < 24 })
  .map(part => part.outerHTML.slice(0, 120) + JSON.stringify(part.getBoundingClientRect()))"""


def focused(page: Any) -> str:
    text: str = page.evaluate("document.activeElement.id || document.activeElement.textContent.trim()")
    return text


# Languages


@pytest.mark.parametrize(
    ("locale", "tag", "direction"),
    [
        ("zh-TW", "zh-Hans", "ltr"),
        ("ar-EG", "ar", "rtl"),
        ("fr-FR", "en", "ltr"),
    ],
)
def test_the_page_is_in_the_browsers_language(reach: Reach, locale: str, tag: str, direction: str) -> None:
    page = reach(State("", locale=locale))
    assert page.evaluate("[document.documentElement.lang, document.documentElement.dir]") == [tag, direction]
    assert page.inner_text("#ask") == languages()[tag]["question.ask"]
    assert page.locator("#language option").all_inner_texts() == [words["name"] for words in languages().values()]


def test_a_language_that_was_chosen_survives_a_reload(reach: Reach) -> None:
    page = reach(State(""))
    page.select_option("#language", "ar")
    page.wait_for_function("label => document.querySelector('#ask').innerText === label", arg="اسأل")
    page.reload()
    page.wait_for_selector("html[data-ready]")
    assert page.evaluate("[document.documentElement.lang, document.documentElement.dir]") == ["ar", "rtl"]
    assert page.input_value("#language") == "ar"


def test_in_arabic_the_page_is_mirrored_and_the_japanese_text_is_not(reach: Reach) -> None:
    page = reach(State("", (answer,), locale="ar-EG"))

    def left(where: str) -> float:
        return float(page.locator(where).first.bounding_box()["x"])

    assert left("#reading") < left("#talk") and left("#ask") < left("#question")
    assert left("#menu-open") > left("#header h1")
    assert left("#chat .excerpt .menu > summary") < left("#chat .excerpt .origin > span")
    assert page.evaluate("getComputedStyle(document.querySelector('#source article')).direction") == "ltr"
    assert page.get_attribute("#source article", "dir") == "ltr"
    # The quotation starts at the left, with its mark before it, and [1] is at its end.
    assert left("#chat .answer .quote") - left("#chat .answer blockquote") < 20
    for part in (".short", "blockquote"):
        assert page.evaluate(f"getComputedStyle(document.querySelector('#chat .answer {part}')).direction") == "ltr"
    title = page.locator("#chat .part-title span").first
    assert (
        title.evaluate(
            "e => { const to = s => e.closest(s).getBoundingClientRect().right; return to('.next') - to('span') }"
        )
        < 2
    )


def test_in_arabic_offsets_and_numbers_are_not_reversed(reach: Reach) -> None:
    page = reach(State("", (answer, excerpt), locale="ar-EG"))
    cite = page.locator("#chat .cite").first
    assert cite.inner_text() == "[1]"
    order = """e => { const range = document.createRange();
      const node = e.querySelector('span')?.firstChild || e.firstChild;
      return [...node.data].map((_, i) => { range.setStart(node, i); range.setEnd(node, i + 1);
        return range.getBoundingClientRect().left }) }"""
    page.locator("#chat .menu > summary").first.click()
    cite.hover()
    page.wait_for_selector("#excerpt-tip")
    for part in (cite, page.locator("#chat .place").first):
        lefts = part.evaluate(order)
        assert lefts == sorted(lefts)
    tip, of = page.locator("#excerpt-tip").bounding_box(), cite.bounding_box()
    assert tip["x"] + tip["width"] == pytest.approx(max(of["x"] + of["width"], tip["width"] + 8), abs=2)


# Contrast


def test_high_contrast_is_chosen_and_survives_a_reload(reach: Reach) -> None:
    page = reach(State(""))
    assert page.locator("#theme option").evaluate_all("all => all.map(one => one.value)") == [
        "system", "light", "dark", "contrast",
    ]  # fmt: skip
    page.select_option("#theme", "contrast")
    page.reload()
    page.wait_for_selector("html[data-ready]")
    assert page.input_value("#theme") == "contrast"
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"


@pytest.mark.parametrize(("scheme", "ink"), [("light", "rgb(0, 0, 0)"), ("dark", "rgb(255, 255, 255)")])
def test_a_system_that_asks_for_contrast_gets_it_in_its_own_scheme(reach: Reach, scheme: str, ink: str) -> None:
    page = reach(State("", browser={"contrast": "more", "color_scheme": scheme}))
    assert page.evaluate("getComputedStyle(document.body).color") == ink


def test_under_forced_colours_marks_abstentions_and_buttons_differ_by_lines(reach: Reach) -> None:
    page = reach(State("", (answer, citation), browser={"forced_colors": "active"}))
    style = "e => { const s = getComputedStyle(e); return [s.backgroundColor, s.borderTopStyle, s.textDecorationLine] }"
    ground = page.evaluate("getComputedStyle(document.querySelector('#reading')).backgroundColor")
    assert page.eval_on_selector("#source .sentence.current", style)[0] != ground
    assert page.eval_on_selector("#source .sentence.cited:not(.current)", style)[2] == "underline"
    assert page.eval_on_selector("#chat .cite", style)[1] == "solid"
    assert page.eval_on_selector("#ask", style)[1] == "solid"
    page = reach(State("", (abstention,), browser={"forced_colors": "active"}))
    assert page.eval_on_selector("#chat .verdict", style)[1] == "dashed"


# Sizes


@pytest.mark.parametrize(
    ("locale", "sizes"),
    [
        ("ar-EG", (DESKTOP, ULTRA, ZOOMED, PHONE, SMALLEST)),
        ("ja-JP", (SMALLEST,)),
        ("en-GB", (SMALLEST,)),
        ("zh-CN", (SMALLEST,)),
    ],
)
def test_nothing_is_outside_the_window(reach: Reach, locale: str, sizes: tuple[tuple[int, int], ...]) -> None:
    page = reach(State("", (answer,), locale=locale, size=sizes[0]))
    for width, height in sizes:
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_timeout(100)
        assert page.evaluate("[document.documentElement.scrollWidth, document.body.scrollWidth]") == [width] * 2
        assert page.evaluate(OUTSIDE) == [], (width, "answer")
        for step in (citation, texts, keys):
            step(page)
            assert page.evaluate(OUTSIDE) == [], (width, step.__name__)
            if step is texts:
                texts(page, open_=False)
        page.keyboard.press("Escape")
        page.evaluate("QA.page.show('chat')")


@pytest.mark.parametrize("size", [PHONE, DESKTOP])
def test_every_control_is_at_least_24_pixels_wide_and_high(reach: Reach, size: tuple[int, int]) -> None:
    page = reach(State("", (answer,), size=size))
    assert page.evaluate(TOO_SMALL) == []
    citation(page)
    texts(page)
    assert page.evaluate(TOO_SMALL) == []
    texts(page, open_=False)
    keys(page)
    assert page.evaluate(TOO_SMALL) == []


def test_with_reduced_motion_nothing_moves(reach: Reach) -> None:
    page = reach(State("", (answer,)))
    assert page.evaluate("document.getAnimations().length") == 0


# Keys


def test_everything_that_tab_reaches_shows_its_focus(reach: Reach) -> None:
    page = reach(State("", (answer,)))
    seen = set()
    for _ in range(40):
        page.keyboard.press("Tab")
        shown = page.evaluate("""() => { const e = document.activeElement, s = getComputedStyle(e);
          return [e.id || e.className || e.tagName, s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2] }""")
        assert shown[1] or shown[0] == "BODY", shown
        seen.add(shown[0].split()[0])
    assert {"skip", "menu-open", "cite", "SUMMARY", "suggested"} <= seen and not {"language", "keys"} & seen


def test_the_first_tab_offers_to_skip_to_the_question(reach: Reach) -> None:
    page = reach(State("", size=PHONE))
    page.keyboard.press("Tab")
    assert focused(page) == "質問欄へ移動" and page.locator("#header .skip").bounding_box()["height"] >= 24
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.matches('#question textarea')")


def test_single_keys_go_to_the_question_and_through_the_citations_of_the_newest_answer(reach: Reach) -> None:
    page = reach(State("", (answer,)))
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.matches('#question textarea')")
    page.keyboard.type("a/[]?")  # in a text box they are letters
    assert page.input_value("#question textarea") == "a/[]?" and not page.is_visible("dialog")
    page.evaluate("document.activeElement.blur()")
    last = page.locator("#chat .cite").last.text_content()
    for key, expected in (("]", "[1]"), ("]", "[2]"), ("[", "[1]"), ("[", last), ("]", "[1]")):
        page.keyboard.press(key)
        assert focused(page) == expected
    page.keyboard.press("Enter")
    page.wait_for_selector("#source .sentence.current")
    page.keyboard.press("Escape")
    assert focused(page) == "[1]"
    ask(page, QUESTION + "。", "#chat .bot:nth-of-type(n) .answer")
    page.wait_for_function("() => document.querySelectorAll('#chat .answer').length === 2")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("]")
    assert page.evaluate("[...document.querySelectorAll('#chat .answer')].at(-1).contains(document.activeElement)")


def test_the_list_of_keys_opens_by_its_key_and_gives_the_focus_back(reach: Reach) -> None:
    page = reach(State("", (answer, citation)))
    page.keyboard.press("?")
    page.wait_for_selector("dialog[open]")
    assert page.get_by_role("dialog", name="キーボードショートカット").is_visible()
    page.keyboard.press("Escape")
    assert not page.is_visible("dialog")
    # Escape closed the list and did nothing else: the sentence still has the focus.
    assert page.evaluate("document.activeElement.matches('#source .sentence.current')")
    keys(page)
    page.click("dialog .close")
    assert page.evaluate("document.activeElement.matches('#menu-open')")


def test_single_keys_are_switched_off_and_stay_so(reach: Reach) -> None:
    page = reach(State("", (answer, keys)))
    page.uncheck("dialog .single")
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    assert not page.is_visible("dialog")
    page.reload()
    page.wait_for_selector("html[data-ready]")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("/")
    page.keyboard.press("?")
    assert focused(page) != "質問" and not page.is_visible("dialog")
    keys(page)
    assert not page.is_checked("dialog .single")
