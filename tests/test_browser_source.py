"""In a real browser: the source pane. Which document is open, the next citation, words found, the outline."""

from __future__ import annotations

from typing import Any

import pytest
from browser import PHONE, Scratch, Visit, needs_chromium, reopened
from test_browser_answer import CONTRAST

from qa.index import Index
from qa.reading.markup import with_marks
from qa.text.source import Source

playwright_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytestmark = needs_chromium
expect = playwright_api.expect

WIDE = {"width": 1920, "height": 900}
SECTION = """## 第{n}節 部品の記録

部品QX{n}は北の工房で作られ、今は西{n}番の棚にある。ＡＢＣ社のﾊﾞﾈを使う。

| 部品 | 棚 |
|---|---|
| QX{n} | 東{n}番 |
| ABC{n} | 南{n}番 |

- 点検は**毎月**行う。
  - 油を足す。
    - 油は`北の倉庫`にある。
  - 音を聞く。
- 記録を残す。

"""
SECTIONS = 60
LEDGER = "# 部品の台帳\n\n" + "".join(SECTION.format(n=n) for n in range(1, SECTIONS + 1))
FIRST, MIDDLE, ROW, LAST = (
    "部品QX1は北の工房で作られ、今は西1番の棚にある。", "部品QX31は北の工房で作られ、今は西31番の棚にある。",
    "| QX47 | 東47番 |", "部品QX60は北の工房で作られ、今は西60番の棚にある。",
)  # fmt: skip
NOTE, RULE = "鍵は受付の赤い箱にある。", "鍵を持ち出すときは名前を書く。"
IN_SIGHT = """() => {
  const sentence = document.querySelector("#source .sentence.current")?.getBoundingClientRect();
  const pane = document.querySelector("#source .pane").getBoundingClientRect();
  return Boolean(sentence?.height) && sentence.top >= pane.top - 1 && sentence.bottom <= pane.bottom + 1; }"""
FOUND = """() => [...(CSS.highlights.get("found") ?? [])].map((range) => {
  const live = document.createRange();
  live.setStart(range.startContainer, range.startOffset);
  live.setEnd(range.endContainer, range.endOffset);
  return live.toString(); })"""
FOUND_IN_SIGHT = """() => {
  const [range] = CSS.highlights.get("found-now");
  const live = document.createRange();
  live.setStart(range.startContainer, range.startOffset);
  live.setEnd(range.endContainer, range.endOffset);
  const words = live.getBoundingClientRect();
  const pane = document.querySelector("#source .pane").getBoundingClientRect();
  return words.height > 0 && words.top >= pane.top && words.bottom <= pane.bottom; }"""
SEEK = """([lines, sought]) => {
  const root = document.createElement("div");
  for (const line of lines) root.append(Object.assign(document.createElement("p"), { textContent: line }));
  return QA.sourceText.find(QA.sourceText.stretches(root), sought)
    .map(({ startContainer, startOffset, endOffset }) => startContainer.data.slice(startOffset, endOffset)); }"""


@pytest.fixture(scope="module")
def texts(scratch: Scratch) -> tuple[str, Index]:
    sources = (
        with_marks(Source("台帳.md", LEDGER)), Source("覚え書き", f"{NOTE}\n\n窓は閉める。"),
        Source("決まり", f"{RULE}\n\n火は使わない。"), Source("付録", "この付録は短い。"),
    )  # fmt: skip
    return scratch.url, scratch.holding(*sources)


def tabs(page: Any) -> list[str]:
    return [" ".join(text.split()) for text in page.locator("#source .tabs button").all_inner_texts()]


def drawn(page: Any) -> str:
    return str(page.locator("#source .tabs [aria-current] bdi").inner_text())


def focused(page: Any, selector: str) -> bool:
    return bool(page.evaluate("selector => document.activeElement.matches(selector)", selector))


def test_tabs_lead_to_the_documents_that_are_cited_or_open_and_steps_from_citation_to_citation(
    visit: Visit, texts: tuple[str, Index]
) -> None:
    page = reopened(visit, *texts, "台帳.md", MIDDLE, ("覚え書き", NOTE), ROW)
    page.wait_for_function(IN_SIGHT)
    assert tabs(page) == ["台帳.md [1][3]", "覚え書き [2]"] and drawn(page) == "台帳.md"
    assert page.locator("#source .others option").all_inner_texts() == ["ほかの資料", "決まり", "付録"]
    page.locator("#source .tabs button").nth(1).press("Enter")
    expect(page.locator("#source .sentence.current")).to_have_text(NOTE)
    assert drawn(page) == "覚え書き" and focused(page, "#source .tabs [aria-current]")
    assert page.inner_text("#source .at") == "引用 2 / 3"
    for key, at, words in (
        ("next", 3, ROW), ("next", 1, MIDDLE), ("previous", 3, ROW), ("previous", 2, NOTE), ("previous", 1, MIDDLE),
    ):  # fmt: skip
        page.click(f"#source .steps .{key}")
        expect(page.locator("#source .at")).to_have_text(f"引用 {at} / 3")
        page.wait_for_function(IN_SIGHT)
        assert page.locator("#source .sentence.current").text_content() == words
    page.select_option("#source .others", label="付録")
    expect(page.locator("#source article")).to_contain_text("この付録は短い。")
    assert tabs(page) == ["台帳.md [1][3]", "覚え書き [2]", "付録"] and drawn(page) == "付録"
    page.locator("#source .tabs button").nth(1).click()
    expect(page.locator("#source .sentence.current")).to_have_text(NOTE)
    assert tabs(page)[2] == "付録"  # it stays open
    page.locator("#source .sentence.current").focus()
    page.keyboard.press("Escape")


@pytest.mark.parametrize(("size", "motion"), [(None, "no-preference"), (PHONE, "reduce")])
def test_each_number_leads_to_its_sentence_which_stays_in_sight(
    visit: Visit, texts: tuple[str, Index], size: dict[str, int] | None, motion: str
) -> None:
    options = {"viewport": size} if size else {}
    quotes = (LAST, ("覚え書き", NOTE), FIRST, ROW, MIDDLE)
    page = reopened(visit, *texts, "台帳.md", *quotes, sure=False, reduced_motion=motion, **options)
    for n in (1, 3, 2, 4, 5, 2, 1):
        page.click(f"#chat .excerpt.c-{n} .cite")
        page.wait_for_function(IN_SIGHT)  # bench/clicks.py measures how soon
        page.wait_for_timeout(300)
        assert page.evaluate(IN_SIGHT)
        words = quotes[n - 1]
        assert page.locator("#source .sentence.current").text_content() == (words[1] if n == 2 else words)
        page.keyboard.press("Escape")


def test_words_are_found_counted_marked_and_gone_to(visit: Visit, texts: tuple[str, Index]) -> None:
    page = reopened(visit, *texts, "台帳.md", FIRST)
    page.wait_for_function(IN_SIGHT)
    page.locator("#source .pane").focus()
    page.keyboard.press("Control+f")
    assert focused(page, "#source .sought")
    page.keyboard.insert_text("abc")
    assert page.inner_text("#source .count") == f"{2 * SECTIONS}件中1件目"
    assert set(page.evaluate(FOUND)) == {"ＡＢＣ", "ABC"}
    for keys, at in ((["Enter"] * 3, 4), (["Shift+Enter"] * 4, 2 * SECTIONS), (["Shift+Enter"] * 40, 80)):
        for key in keys:
            page.keyboard.press(key)
        assert page.inner_text("#source .count") == f"{2 * SECTIONS}件中{at}件目"
        page.wait_for_function(FOUND_IN_SIGHT)  # also where nothing was laid out before
    page.fill("#source .sought", "qx47 東")
    assert page.inner_text("#source .count") == "見つかりません"  # these are two cells
    assert page.locator("#source .find .next").is_disabled()
    page.fill("#source .sought", "バネ")
    assert len(page.evaluate(FOUND)) == SECTIONS and set(page.evaluate(FOUND)) == {"ﾊﾞﾈ"}
    text = page.locator("#source article").text_content()
    page.select_option("#source .others", label="付録")
    expect(page.locator("#source .count")).to_have_text("見つかりません")
    page.fill("#source .sought", "付録")
    assert page.inner_text("#source .count") == "1件中1件目"
    page.locator("#source .sought").press("Escape")
    assert page.evaluate(FOUND) == [] and page.locator("#source .find").is_hidden() and focused(page, "#source .pane")
    page.locator("#source .tabs button").first.click()
    expect(page.locator("#source article")).to_have_text(text)


def test_escape_in_the_field_keeps_the_way_back_and_ctrl_f_elsewhere_is_the_browsers(
    visit: Visit, texts: tuple[str, Index]
) -> None:
    page = reopened(visit, *texts, "台帳.md", FIRST, viewport=PHONE)
    page.click("#chat .cite")
    page.click("#source .find-open")
    page.keyboard.press("Escape")
    assert page.locator("#source .find").is_hidden() and page.locator("#source article").is_visible()
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.textContent") == "[1]"
    page.evaluate("addEventListener('keydown', (event) => (window.kept = event.defaultPrevented))")
    page.keyboard.press("Control+f")
    assert page.evaluate("window.kept") is False and page.locator("#source .find").is_hidden()


def test_width_and_case_make_no_difference_and_kana_do(visit: Visit, texts: tuple[str, Index]) -> None:
    page = visit(texts[0])
    for lines, sought, expected in (
        (["ＣＥＯとceo"], "Ceo", ["ＣＥＯ", "ceo"]),
        (["ガス、ｶﾞｽ、がす、カ\u3099ス"], "ガス", ["ガス", "ｶﾞｽ", "カ\u3099ス"]),
        (["㈱北と（株）北"], "(株)北", ["㈱北", "（株）北"]),
        (["灯台は\n海の上に立つ。"], "灯台は海", ["灯台は\n海"]),
        (["one\n two three"], "ONE TWO", ["one\n two"]),
        (["ab", "cd"], "bc", []),
        (["a.c abc a*c"], "a.c", ["a.c"]),
        (["𠮷野家の𠮷"], "𠮷", ["𠮷", "𠮷"]),
        (["１２，０００円"], "12,000円", ["１２，０００円"]),
        (["アイウ"], "  ", []),
    ):
        assert page.evaluate(SEEK, [lines, sought]) == expected


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_found_differ_from_what_is_around_them_by_three_to_one(
    visit: Visit, texts: tuple[str, Index], scheme: str
) -> None:
    page = visit(texts[0], color_scheme=scheme)
    page.click("#source .find-open")
    page.keyboard.insert_text("記録")
    style = "name => { const s = getComputedStyle(document.querySelector('#source p'), `::highlight(${name})`);" + (
        "return [s.backgroundColor, s.color, s.textDecorationColor, s.textDecorationLine] }"
    )
    ground = page.evaluate("getComputedStyle(document.querySelector('#reading')).backgroundColor")
    _, words, line, kind = page.evaluate(style, "found")
    behind = page.evaluate(style, "found")[0]
    assert kind == "underline" and page.evaluate(CONTRAST, [line, ground]) >= 3
    assert page.evaluate(CONTRAST, [words, behind]) >= 4.5
    behind, words, *_ = page.evaluate(style, "found-now")
    assert page.evaluate(CONTRAST, [behind, ground]) >= 3 and page.evaluate(CONTRAST, [words, behind]) >= 4.5


def test_the_outline_is_beside_the_text_where_there_is_room_and_marks_where_the_reader_is(
    visit: Visit, texts: tuple[str, Index]
) -> None:
    page = visit(texts[0], viewport=WIDE)
    outline, present = page.locator("#source .outline"), page.locator("#source .outline [aria-current]")
    assert outline.is_visible() and not page.locator("#source .outline-open").is_visible()
    assert outline.locator("button").count() == SECTIONS + 1
    expect(present).to_have_text("部品の台帳")
    assert outline.bounding_box()["x"] + outline.bounding_box()["width"] <= page.locator("article").bounding_box()["x"]
    outline.get_by_text("第40節").click()
    expect(present).to_have_text("第40節 部品の記録")
    page.locator("#source .pane").press("End")
    expect(present).to_have_text("第60節 部品の記録")
    page.set_viewport_size({"width": 1280, "height": 800})
    assert not outline.is_visible()
    page.locator("#source .outline-open").press("Enter")
    assert outline.is_visible() and focused(page, "#source .outline [aria-current]")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(present).to_have_text("第59節 部品の記録")
    assert not outline.is_visible() and focused(page, "#source .pane")
    page.locator("#source .outline-open").click()
    page.keyboard.press("Escape")
    assert not outline.is_visible() and focused(page, "#source .outline-open")


def test_lists_within_lists_and_signs_of_markdown_are_drawn_as_such(visit: Visit, texts: tuple[str, Index]) -> None:
    page = visit(texts[0])
    article = page.locator("#source article")
    assert "".join(article.text_content().split()) == "".join(LEDGER.split())
    first = article.locator("ul.list").first
    nested = "ul => ul.querySelectorAll(':scope > li > ul > li > ul > li').length"
    assert [first.locator("li").count(), first.evaluate(nested)] == [5, 1]
    lefts = [item.bounding_box()["x"] for item in first.locator("li").all()]
    assert lefts[0] < lefts[1] < lefts[2] and lefts[1] == lefts[3] and lefts[0] == lefts[4]
    assert first.locator("li").first.inner_text().startswith("点検は毎月行う。")
    assert first.locator(".strong").inner_text() == "毎月" and first.locator(".verbatim").inner_text() == "北の倉庫"
    assert not set(article.inner_text()) & set("*`|#")
