"""In a real browser: a quotation below what it stands under, above it and in the source pane."""

from __future__ import annotations

import pytest
from browser import DESKTOP, PHONE, Scratch, Visit, needs_chromium, reopened, unfold

from qa.index import Index
from qa.text.source import Source

playwright_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytestmark = needs_chromium

GUIDE = """# 利用案内

## よくある質問

Q1. 返金はできますか？
A. 購入から14日以内であれば返金できます。手数料はかかりません。

## 申込み

申込みには次の書類が必要です：
1. 住民票の写し
2. 本人確認書類
3. 申込書

## 料金

| 区分 | 平日 | 休日 | 備考 |
|---|---|---|---|
| 大人 | 500円 | 700円 | 中学生以上の方はこちらの料金になります |
| 子ども | 200円 | 300円 | |

第1章 総則

第3条（会員の種類とその資格、ならびに入会の手続きに関する定めで、とても長い見出し）
会員は、次の各号に定める者とする。
(1) 個人会員 本会の目的に賛同する個人
(2) 法人会員 本会の目的に賛同する法人
"""
ARABIC = """# دليل المكتبة

## أسئلة شائعة

س: هل يمكن استرداد المبلغ؟
ج: نعم، يمكن استرداد المبلغ خلال 14 يوما من الشراء.

## الرسوم

| الفئة | أيام الأسبوع | العطلة |
|---|---|---|
| الكبار | 500 دينار | 700 دينار |
| الأطفال | 200 دينار | 300 دينار |
"""
SOURCES = {"案内.md": Source("案内.md", GUIDE), "دليل.md": Source("دليل.md", ARABIC)}
ROW, ITEM, REPLY, CLAUSE = (
    "| 大人 | 500円 | 700円 | 中学生以上の方はこちらの料金になります |", "2. 本人確認書類", "手数料はかかりません。",
    "(2) 法人会員 本会の目的に賛同する法人",
)  # fmt: skip
ARABIC_ROW, ARABIC_REPLY = "| الكبار | 500 دينار | 700 دينار |", "ج: نعم، يمكن استرداد المبلغ خلال 14 يوما من الشراء."


@pytest.fixture(scope="module")
def guide(scratch: Scratch) -> tuple[str, Index]:
    return scratch.url, scratch.holding(*SOURCES.values())


def test_a_row_is_a_table_below_its_columns_and_its_mark_is_the_quotation(
    visit: Visit, guide: tuple[str, Index]
) -> None:
    page = reopened(visit, *guide, "案内.md", ROW, ITEM, REPLY)
    unfold(page)
    excerpt = page.locator(".excerpt.c-1")
    assert excerpt.locator("mark").text_content() == ROW
    assert excerpt.get_by_role("columnheader").all_inner_texts() == ["区分", "平日", "休日", "備考"]
    cells = excerpt.locator("mark .cell")
    assert cells.all_inner_texts() == ["大人", "500円", "700円", "中学生以上の方はこちらの料金になります"]
    for name, cell in zip(excerpt.locator(".names .cell").all(), cells.all(), strict=True):
        above, below = name.bounding_box(), cell.bounding_box()
        assert abs(above["x"] - below["x"]) < 1 and above["y"] + above["height"] <= below["y"] + 1
    assert page.locator(".excerpt.c-2 .over-lead-in").text_content() == "申込みには次の書類が必要です："
    assert page.locator(".excerpt.c-3 .over-question").text_content() == "質問 返金はできますか？"
    assert excerpt.locator(".section").inner_text() == "利用案内 › 料金"


def test_the_columns_of_an_arabic_table_run_from_the_right(visit: Visit, guide: tuple[str, Index]) -> None:
    page = reopened(visit, *guide, "دليل.md", ARABIC_ROW, locale="ar-EG")
    excerpt, source = page.locator(".excerpt.c-1"), page.locator("#source table")
    for cells in (excerpt.locator("mark .cell"), excerpt.locator(".names .cell")):
        places = [cell.bounding_box()["x"] for cell in cells.all()]
        assert places == sorted(places, reverse=True) and len(places) == 3
    page.locator("#chat .cite").click()
    page.wait_for_selector("#source tr.current")
    places = [cell.bounding_box()["x"] for cell in source.locator("th").all()]
    assert places == sorted(places, reverse=True) and len(places) == 3


def test_what_a_quotation_stands_under_is_in_its_tooltip_too(visit: Visit, guide: tuple[str, Index]) -> None:
    page = reopened(visit, *guide, "案内.md", ITEM)
    page.locator("#chat .cite").first.hover()
    page.wait_for_selector("#excerpt-tip")
    assert "申込みには次の書類が必要です：" in page.locator("#excerpt-tip").inner_text()


@pytest.mark.parametrize(("size", "scheme"), [(DESKTOP, "light"), (PHONE, "dark")])
def test_nothing_of_an_excerpt_sticks_out_of_it(
    visit: Visit, guide: tuple[str, Index], size: dict[str, int], scheme: str
) -> None:
    for name, quotes, locale in (
        ("案内.md", (ROW, ITEM, REPLY, CLAUSE), "ja-JP"),
        ("دليل.md", (ARABIC_ROW, ARABIC_REPLY), "ar-EG"),
    ):
        page = reopened(visit, *guide, name, *quotes, locale=locale, viewport=size, color_scheme=scheme)
        unfold(page)
        for menu in page.locator("#chat .menu > summary").all():
            menu.click()
        for excerpt in page.locator("#chat .excerpt").all():
            box = excerpt.bounding_box()
            for part in excerpt.locator(".origin, .over p, blockquote, .menu-body").all():
                if (inner := part.bounding_box()) is None:
                    continue
                assert box["x"] <= inner["x"] and inner["x"] + inner["width"] <= box["x"] + box["width"] + 1
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_row_leads_to_its_row_in_the_source(visit: Visit, guide: tuple[str, Index]) -> None:
    page = reopened(visit, *guide, "案内.md", ROW)
    page.locator("#chat .cite").first.click()
    page.wait_for_selector("#source tr.sentence.current")
    current = page.locator("#source .sentence.current")
    start, end = int(current.get_attribute("data-start")), int(current.get_attribute("data-end"))
    assert GUIDE[start:end] == current.text_content() == ROW
    playwright_api.expect(current).to_be_in_viewport()
    assert page.evaluate("document.activeElement.matches('tr.current')")
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.textContent") == "[1]"


def test_the_pane_draws_headings_lists_and_tables_and_keeps_the_text(visit: Visit, guide: tuple[str, Index]) -> None:
    page = reopened(visit, *guide, "案内.md", ITEM)
    page.locator("#chat .cite").first.click()
    page.wait_for_selector("#source .sentence.current")
    drawn = page.locator("#source article")
    assert "".join(drawn.text_content().split()) == "".join(GUIDE.split())
    assert [drawn.locator(part).count() for part in ("h2", "h3", "h4", "ul", "li", "table", "th", ".question")] == [
        1, 3, 1, 2, 5, 1, 4, 1,
    ]  # fmt: skip
    units = page.eval_on_selector_all(
        "#source .sentence", "all => all.map(s => [+s.dataset.start, +s.dataset.end, s.textContent])"
    )
    assert all(GUIDE[start:end] == text for start, end, text in units)
