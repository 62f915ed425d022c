"""In a real browser: the shape of an answer. The short answer, its quotation, what is folded, and that it fits."""

from __future__ import annotations

from typing import Any

import pytest
from browser import DESKTOP, PHONE, Scratch, Visit, ask, needs_chromium, reopened, unfold

from qa.index import Index
from qa.text.source import Source

playwright_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytestmark = needs_chromium
expect = playwright_api.expect

LONG = (
    "宿泊費の上限は、東京都内では1泊12,000円とし、"
    + "、".join(f"第{n}号に定める場合には第{n}項の手続を経て部長の承認を得るもの" for n in range(1, 20))
    + "とする。"
)
RULES = f"""# 旅費規程

## 宿泊

{LONG}

宿泊費は、領収書を添えて**5営業日以内**に請求する。

次の書類が必要です：

- 領収書
- **精算書**
- 宿泊証明書

| 区分 | 平日 | 休日 | 備考 |
|---|---|---|---|
| 役員 | 15,000円 | 18,000円 | 事前の承認を要しない |
| 社員 | 12,000円 | 13,000円 | 所属長の承認を要する |
"""
LIST = "次の書類が必要です：\n\n- 領収書\n- **精算書**\n- 宿泊証明書"
ROW, CLAIM = (
    "| 社員 | 12,000円 | 13,000円 | 所属長の承認を要する |",
    "宿泊費は、領収書を添えて**5営業日以内**に請求する。",
)
ENGLISH = "The password of the guest Wi-Fi is willow-42. It changes each month."
LATIN = "The password of the guest Wi-Fi is willow-42, and it changes on the first Monday of each month, at noon. " * 3
QUESTION = "東京都内の宿泊費の上限はいくらですか"
SMALLEST = {"width": 320, "height": 640}
SHIFT = """() => { window.shift = 0;
  new PerformanceObserver((list) => { for (const one of list.getEntries()) window.shift += one.value; })
    .observe({ type: "layout-shift" }); }"""
CONTRAST = """([over, under]) => {
  const rgb = (value) => { const box = document.createElement("i"); box.style.color = value; document.body.append(box);
    const found = getComputedStyle(box).color.match(/[\\d.]+/g).map(Number); box.remove(); return found; };
  const light = (value) => rgb(value).slice(0, 3).map((one) => one / 255)
    .map((one) => (one <= 0.03928 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4))
    .reduce((sum, one, at) => sum + one * [0.2126, 0.7152, 0.0722][at], 0);
  const [a, b] = [light(over), light(under)].sort((x, y) => y - x);
  return (a + 0.05) / (b + 0.05); }"""


@pytest.fixture(scope="module")
def rules(scratch: Scratch) -> tuple[str, Index]:
    sources = (Source("旅費規程.md", RULES), Source("guests", f"{ENGLISH}\n\n{LATIN}"))
    return scratch.url, scratch.holding(*sources)


def about(visit: Visit, rules: tuple[str, Index], *quotes: str, **options: Any) -> Any:
    return reopened(visit, *rules, "旅費規程.md", *quotes, question=QUESTION, **options)


def style(part: Any, name: str) -> float:
    return float(part.evaluate(f"part => parseFloat(getComputedStyle(part).{name})"))


def test_the_short_answer_is_large_its_words_are_marked_below_and_all_is_on_a_phones_screen(
    visit: Visit, rules: tuple[str, Index]
) -> None:
    page = about(visit, rules, LONG, CLAIM, short="1泊12,000円", viewport=PHONE)
    short, first = page.locator("#chat .short"), page.locator("#chat .excerpt.c-1")
    assert short.inner_text() == first.locator("mark").inner_text() == "1泊12,000円"
    assert style(short, "fontSize") >= 1.4 * style(first.locator(".quote"), "fontSize")
    above = short.bounding_box()
    assert above["y"] + above["height"] <= first.bounding_box()["y"] + 1
    assert first.locator(".section").inner_text() == "旅費規程 › 宿泊"
    assert style(first.locator(".section"), "fontSize") < style(first.locator(".quote"), "fontSize")
    assert page.locator("#chat").bounding_box()["y"] <= 150
    told = page.locator("#chat .asked").inner_text() + page.locator("#chat .answer").inner_text()
    assert len(told) <= 420
    quote, asking = first.locator("blockquote").bounding_box(), page.locator("#asking").bounding_box()
    assert quote["y"] + quote["height"] <= asking["y"]


def test_a_long_quotation_is_cut_in_sight_and_shown_whole_and_cut_again(visit: Visit, rules: tuple[str, Index]) -> None:
    page = about(visit, rules, LONG, short="第19項の手続")
    first = page.locator("#chat .excerpt.c-1")
    assert first.locator("mark").is_visible() and "宿泊費の上限" not in first.inner_text()
    assert first.locator(".quote").text_content() == LONG
    whole = first.locator(".all")
    whole.press("Enter")
    assert first.locator(".quote").inner_text() == LONG
    assert (whole.inner_text(), whole.get_attribute("aria-expanded")) == ("短くする", "true")
    whole.click()
    assert "宿泊費の上限" not in first.inner_text() and whole.inner_text() == "もっと見る"


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
def test_further_citations_are_folded_and_then_one_line_each(
    visit: Visit, rules: tuple[str, Index], size: dict[str, int]
) -> None:
    page = about(visit, rules, CLAIM, LONG, LIST, ROW, viewport=size)
    others = [page.locator(f"#chat .excerpt.c-{n}") for n in (2, 3, 4)]
    assert page.locator("#chat .excerpt.c-1 mark").is_visible()
    assert not any(one.is_visible() for one in others)
    summary = page.locator("#chat .more > summary")
    assert summary.inner_text() == "ほかにも3か所に書かれています"
    summary.click()
    for one in others:
        assert one.locator("mark").is_visible() and one.bounding_box()["height"] < 40
        assert not set(one.locator("blockquote").inner_text()) & set("|*")
        line, menu = one.locator("blockquote").bounding_box(), one.locator(".menu > summary").bounding_box()
        assert line["x"] + line["width"] <= menu["x"]
    others[2].locator(".menu > summary").click()
    expect(others[2].locator(".section")).to_be_visible()


def test_what_comes_near_a_declined_question_is_folded_and_then_one_line_each(
    visit: Visit, rules: tuple[str, Index]
) -> None:
    for size in (DESKTOP, PHONE):
        reply = ask(visit(rules[0], viewport=size), "富士山の高さは何メートルですか")
        assert reply.locator(".related").count() >= 1 and not reply.locator(".related").first.is_visible()
        unfold(reply)
        for one in reply.locator(".related").all():
            assert one.bounding_box()["height"] < 40 and one.locator(".passage").inner_text().strip()
            assert not set(one.inner_text()) & set("|*#")


def test_what_is_not_sure_is_said_to_be_possible_and_nothing_is_folded(visit: Visit, rules: tuple[str, Index]) -> None:
    page = about(visit, rules, CLAIM, LONG, sure=False)
    assert page.locator("#chat .unsure").inner_text() == "答えかもしれません"
    assert page.locator("#chat .excerpt.c-2").is_visible()


def test_a_list_is_a_list_and_a_row_a_table_without_signs(visit: Visit, rules: tuple[str, Index]) -> None:
    page = about(visit, rules, LIST)
    first = page.locator("#chat .excerpt.c-1")
    assert first.get_by_role("list").get_by_role("listitem").all_inner_texts() == [
        "領収書", "精算書", "宿泊証明書",
    ]  # fmt: skip
    assert first.locator("mark").text_content() == LIST and "*" not in first.inner_text()
    page = about(visit, rules, ROW, short="12,000円")
    first = page.locator("#chat .excerpt.c-1")
    assert first.get_by_role("columnheader").all_inner_texts() == ["区分", "平日", "休日", "備考"]
    assert first.locator(".cell:has(mark)").inner_text() == page.locator("#chat .short").inner_text() == "12,000円"
    assert first.locator(".quote").text_content() == ROW and "|" not in first.inner_text()


def test_the_menu_of_a_citation_holds_what_few_ask_for(visit: Visit, rules: tuple[str, Index]) -> None:
    page = about(visit, rules, CLAIM)
    start = RULES.index(CLAIM)
    place = f"{start}–{start + len(CLAIM)}"
    assert place not in page.locator("#chat").inner_text()
    page.locator("#chat .menu > summary[aria-label='引用1について']").press("Enter")
    assert place in page.locator("#chat .menu-body").inner_text()
    expect(page.locator("#chat .copy")).to_have_text("出典つきでコピー")


def test_a_quotation_in_another_language_says_which_and_that_it_stands_as_it_is(
    visit: Visit, rules: tuple[str, Index]
) -> None:
    page = reopened(
        visit, *rules, "guests", ENGLISH.split(" It")[0], question="パスワードは何ですか", short="willow-42"
    )
    assert page.locator("#chat .foreign").inner_text() == "英語の原文をそのまま引用しています"
    assert page.locator("#chat .passage").first.get_attribute("lang") == "en"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_marks_differ_from_what_is_around_them_by_three_to_one(
    visit: Visit, rules: tuple[str, Index], scheme: str
) -> None:
    page = about(visit, rules, CLAIM, short="5営業日以内", color_scheme=scheme)
    for line in ("--mark-line", "--cited"):
        for ground in ("--paper", "--sheet", "--mark"):
            assert page.evaluate(CONTRAST, [f"var({line})", f"var({ground})"]) >= 3, (line, ground)
    line = page.locator("#chat mark").evaluate("part => getComputedStyle(part).textDecorationColor")
    assert page.evaluate(CONTRAST, [line, "var(--mark-line)"]) == pytest.approx(1)


def test_nothing_is_wider_than_the_smallest_window(visit: Visit, rules: tuple[str, Index]) -> None:
    page = about(visit, rules, ROW, LIST, LONG, viewport=SMALLEST)
    unfold(page)
    for menu in page.locator("#chat .menu > summary").all():
        menu.click()
    assert page.evaluate("[document.documentElement.scrollWidth, document.body.scrollWidth]") == [320, 320]
    log = page.locator("#chat [role=log]")
    assert log.evaluate("log => log.scrollWidth <= log.clientWidth")


def test_the_keys_of_citations_unfold_what_they_go_to(visit: Visit, rules: tuple[str, Index]) -> None:
    page = about(visit, rules, CLAIM, LIST)
    page.evaluate("document.activeElement.blur()")
    for _ in range(2):
        page.keyboard.press("]")
    assert page.evaluate("document.activeElement.textContent") == "[2]"
    assert page.locator("#chat .excerpt.c-2").is_visible()
