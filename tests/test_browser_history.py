"""Conversations in a browser: kept, listed, reopened after texts changed, renamed, deleted and exported."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from browser import PHONE, Scratch, Visit, ask, in_menu, needs_chromium

from qa import Index, Source
from qa.answer import Answer
from qa.citations import Citation
from qa.ui.history import History
from qa.ui.records import to_record

pytestmark = needs_chromium

QUESTION = "暫定CEOに任命されたのは誰ですか"
KEPT = "JSON.parse(localStorage['cited-qa.conversations'] || '{}')"
CAPITAL = "富士山の高さは何メートルですか"


def open_drawer(page: Any) -> Any:
    in_menu(page, "#history-open")
    page.wait_for_selector(".drawer[open]")
    return page.locator(".drawer")


def reload(page: Any) -> None:
    page.reload()
    page.wait_for_selector("html[data-ready]")


def welcome(page: Any) -> None:
    page.wait_for_selector("#chat .welcome")


def titles(page: Any) -> list[str]:
    shown: list[str] = page.locator(".drawer .kept bdi").all_inner_texts()
    return shown


def test_a_conversation_is_there_again_after_a_reload_and_listed(visit: Visit, address: str) -> None:
    page = visit(address)
    said = ask(page, QUESTION).locator(".answer").inner_text()
    reload(page)
    page.wait_for_selector("#chat .cite")
    assert page.locator("#chat .asked").all_inner_texts() == [QUESTION]
    assert page.locator("#chat .answer").inner_text() == said
    assert page.locator("#chat .switched, #chat .moved, #chat .gone").count() == 0
    ask(page, CAPITAL)
    assert page.evaluate(f"Object.keys({KEPT}).length") == 1
    drawer = open_drawer(page)
    assert titles(page) == [QUESTION]
    assert "質問2件" in drawer.locator(".kept li").inner_text()
    assert drawer.locator("[aria-current]").count() == 1


def test_a_rejected_question_leaves_no_conversation(visit: Visit, address: str) -> None:
    page = visit(address)
    page.fill("#question textarea", "x" * 2001)
    page.press("#question textarea", "Enter")
    page.wait_for_selector("#notice .line.trouble:not([hidden])")
    assert page.evaluate(KEPT) == {}


def test_a_new_conversation_is_started_and_an_earlier_one_opened(visit: Visit, address: str) -> None:
    page = visit(address, "en-GB")
    ask(page, QUESTION)
    open_drawer(page).locator(".new").click()
    welcome(page)
    assert page.evaluate("document.activeElement.closest('#question') !== null")
    ask(page, CAPITAL)
    drawer = open_drawer(page)
    assert titles(page) == [CAPITAL, QUESTION]
    assert "1 question" in drawer.locator(".kept li").first.inner_text()
    drawer.locator("[data-act=open]").nth(1).click()
    page.wait_for_function("q => document.querySelector('#chat .asked')?.textContent === q", arg=QUESTION)
    assert page.locator("#chat .asked").count() == 1
    reload(page)
    page.wait_for_selector("#chat .asked")
    assert page.locator("#chat .asked").all_inner_texts() == [QUESTION]


def test_a_title_is_edited_in_place_and_escape_leaves_it_as_it_was(visit: Visit, address: str) -> None:
    page = visit(address)
    ask(page, QUESTION)
    drawer = open_drawer(page)
    for typed, key, then in (("<b>人事</b>", "Enter", "<b>人事</b>"), ("別の名前", "Escape", "<b>人事</b>")):
        drawer.locator("[data-act=rename]").click()
        page.keyboard.insert_text(typed)
        page.keyboard.press(key)
        page.wait_for_selector(".drawer .kept bdi")
        assert titles(page) == [then]
        assert page.evaluate("document.activeElement.dataset.act") == "rename"
        assert drawer.is_visible()
    assert page.locator(".drawer .kept b").count() == 0
    reload(page)
    open_drawer(page)
    assert titles(page) == ["<b>人事</b>"]


def test_deleting_takes_two_presses_and_what_was_open_is_closed(visit: Visit, address: str) -> None:
    page = visit(address)
    ask(page, QUESTION)
    drawer = open_drawer(page)
    drawer.locator("[data-act=delete]").click()
    assert QUESTION in drawer.locator(".told").inner_text()
    drawer.locator(".exports").click(position={"x": 1, "y": 1})  # anything else cancels it
    drawer.locator("[data-act=delete]").click()
    assert titles(page) == [QUESTION]
    drawer.locator("[data-act=delete]").click()
    welcome(page)
    assert titles(page) == [] and page.evaluate(KEPT) == {}
    assert drawer.locator(".none").is_visible() and drawer.locator(".exports").is_hidden()
    reload(page)
    welcome(page)


def test_all_are_deleted_at_once_and_stay_deleted(visit: Visit, address: str) -> None:
    page = visit(address)
    ask(page, QUESTION)
    open_drawer(page).locator(".new").click()
    welcome(page)
    ask(page, CAPITAL)
    drawer = open_drawer(page)
    drawer.locator(".clear").click()
    assert "2件" in drawer.locator(".told").inner_text() and len(titles(page)) == 2
    drawer.locator(".clear").click()
    welcome(page)
    assert titles(page) == [] and page.evaluate(KEPT) == {}
    page.keyboard.press("Escape")
    page.select_option("#language", "en")  # redraws everything
    page.wait_for_function("() => document.querySelector('#ask').innerText === 'Ask'")
    assert page.evaluate(KEPT) == {}


def test_escape_closes_the_drawer_and_goes_back_to_its_button(visit: Visit, address: str) -> None:
    page = visit(address, "ja-JP", PHONE)
    ask(page, QUESTION)
    drawer = open_drawer(page)
    assert drawer.bounding_box()["width"] == PHONE["width"]
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.keyboard.press("Escape")
    assert drawer.is_hidden()
    assert page.evaluate("document.activeElement.id") == "menu-open"


@pytest.mark.parametrize(("form", "suffix"), [("markdown", ".md"), ("html", ".html"), ("json", ".json")])
def test_the_open_conversation_is_saved_as_a_file(
    visit: Visit, address: str, tmp_path: Path, form: str, suffix: str
) -> None:
    page = visit(address)
    quotes = ask(page, QUESTION).locator(".answer .quote").all_text_contents()
    drawer = open_drawer(page)
    drawer.locator("[data-act=rename]").click()
    page.keyboard.insert_text("人事の話")
    page.keyboard.press("Enter")
    with page.expect_download() as download:
        drawer.locator(f"[data-format={form}]").click()
    assert download.value.suggested_filename == f"人事の話{suffix}"
    download.value.save_as(tmp_path / "saved")
    text = (tmp_path / "saved").read_text(encoding="utf-8")
    assert "人事の話" in text and QUESTION in text
    if form == "json":
        assert [c["quote"] for c in json.loads(text)["entries"][0]["answer"]["citations"]] == quotes


def test_the_saved_html_opens_alone_and_its_numbers_lead_to_the_excerpt_and_back(
    visit: Visit, address: str, browser: Any, tmp_path: Path, article: str
) -> None:
    page = visit(address)
    ask(page, QUESTION)
    drawer = open_drawer(page)
    with page.expect_download() as download:
        drawer.locator("[data-format=html]").click()
    download.value.save_as(tmp_path / "saved.html")
    context = browser.new_context(color_scheme="dark")
    alone = context.new_page()
    asked_for: list[str] = []
    troubles: list[str] = []
    alone.on("request", lambda request: asked_for.append(request.url))
    alone.on("console", lambda said: troubles.append(said.text))
    alone.goto((tmp_path / "saved.html").as_uri())
    for cite in alone.locator("a.cite").all():
        cite.click()
        target = alone.locator(".excerpt:target")
        start, end = map(int, target.locator(".place").inner_text().split("–"))
        assert target.locator(".quote").text_content() == article[start:end]
        assert target.locator("mark").text_content() in article[start:end]
        target.locator(".back").click()
        assert alone.evaluate("document.querySelector(location.hash).textContent") == cite.inner_text()
    assert len(asked_for) == 1 and troubles == []
    context.close()


@pytest.fixture
def article(article_index: Path) -> str:
    """Return the text of the article."""
    (source,) = Index.open(article_index).sources.values()
    return source.text


@pytest.mark.slow
def test_two_tabs_keep_one_list_and_follow_each_other(visit: Visit, address: str) -> None:
    page = visit(address)
    ask(page, QUESTION)
    other = page.context.new_page()
    other.goto(address)
    other.wait_for_selector("html[data-ready]")
    welcome(other)  # a new tab starts a new conversation
    ask(other, CAPITAL)
    drawer = open_drawer(page)
    assert titles(page) == [CAPITAL, QUESTION]
    drawer.locator("[data-act=open]").first.click()
    page.wait_for_function("q => document.querySelector('#chat .asked')?.textContent === q", arg=CAPITAL)
    ask(page, QUESTION)  # the other tab shows it too
    other.wait_for_function("() => document.querySelectorAll('#chat .asked').length === 2")
    assert page.evaluate(f"Object.keys({KEPT}).length") == 2
    open_drawer(other).locator(".clear").click()
    other.locator(".drawer .clear").click()
    welcome(page)
    assert page.evaluate(KEPT) == {}


@pytest.mark.slow
def test_what_two_tabs_ask_at_once_in_one_conversation_is_kept_twice(visit: Visit, address: str) -> None:
    page = visit(address)
    ask(page, QUESTION)
    page.evaluate(
        f"""question => {{
        const kept = {KEPT}, [one] = Object.values(kept);
        one.record.entries.push({{...one.record.entries[0], question, asked_at: ''}});
        localStorage['cited-qa.conversations'] = JSON.stringify(kept);
    }}""",
        "asked in another tab",
    )  # this tab has had no storage event yet
    ask(page, CAPITAL)
    kept = page.evaluate(f"Object.values({KEPT}).map(one => one.record.entries.map(turn => turn.question))")
    assert sorted(kept) == sorted([[QUESTION, "asked in another tab"], [QUESTION, CAPITAL]])
    ids = page.evaluate(f"Object.entries({KEPT}).map(([id, one]) => [id, one.record.id])")
    assert all(id == own for id, own in ids)


def test_what_another_tab_deleted_does_not_come_back_with_an_answer(visit: Visit, address: str) -> None:
    page = visit(address)
    ask(page, QUESTION)
    page.evaluate("localStorage.removeItem('cited-qa.conversations')")  # this tab has had no storage event yet
    page.fill("#question textarea", CAPITAL)
    page.press("#question textarea", "Enter")
    welcome(page)
    assert page.evaluate(KEPT) == {}


def test_what_another_tab_writes_waits_while_a_question_is_on_its_way(visit: Visit, address: str) -> None:
    page = visit(address)
    ask(page, QUESTION)
    page.fill("#question textarea", CAPITAL)
    page.evaluate(
        f"""() => {{
        document.querySelector('#ask').click();
        const kept = {KEPT}, [one] = Object.values(kept);
        one.record.entries[0].question = 'changed elsewhere';
        localStorage['cited-qa.conversations'] = JSON.stringify(kept);
        window.dispatchEvent(new StorageEvent('storage', {{key: 'cited-qa.conversations'}}));
    }}"""
    )
    page.wait_for_function("() => document.querySelectorAll('#chat .message.bot :is(.answer, .abstained)').length > 1")
    kept = page.evaluate(f"Object.values({KEPT}).map(one => one.record.entries.map(turn => turn.question))")
    assert [QUESTION, CAPITAL] in kept and ["changed elsewhere"] in kept


def test_another_conversation_ends_an_edit(visit: Visit, address: str) -> None:
    page = visit(address)
    ask(page, QUESTION)
    page.locator("#chat .edit").click()
    page.wait_for_selector("#revising .line:not([hidden])")
    open_drawer(page).locator(".new").click()
    welcome(page)
    assert page.locator("#revising .line").is_hidden()


def test_when_the_browser_is_full_the_page_says_so_and_loses_nothing_that_was_kept(visit: Visit, address: str) -> None:
    page = visit(address, "en-GB")
    ask(page, QUESTION)
    before = page.evaluate(KEPT)
    page.evaluate("""() => {
        for (let size = 4 << 20; size; size >>= 1) {
            try { localStorage['filler' + size] = 'x'.repeat(size) } catch { /* too much */ }
        }
    }""")
    ask(page, CAPITAL)
    assert page.evaluate(KEPT) == before
    assert "storage is full" in page.get_attribute("#history-open", "title")
    assert "storage is full" in open_drawer(page).locator(".told").inner_text()
    page.keyboard.press("Escape")
    page.select_option("#language", "ja")
    page.wait_for_function("() => document.querySelector('#history-open').title.includes('保存')")
    assert "保存" in page.locator("#conversations .stuck-told").text_content()
    page.evaluate("for (const key of Object.keys(localStorage)) if (key.startsWith('filler')) delete localStorage[key]")
    open_drawer(page)  # there is space again
    assert len(page.evaluate(f"Object.values({KEPT})[0].record.entries")) == 2
    assert page.get_attribute("#history-open", "title") is None


def test_a_damaged_conversation_is_reported_and_the_others_work(visit: Visit, address: str) -> None:
    page = visit(address, "en-GB")
    page.evaluate("""() => {
        const record = {format: 1, entries: "none"};
        localStorage['cited-qa.conversations'] = JSON.stringify({x: {updated: 1, record}, y: 3});
        sessionStorage['cited-qa.open'] = 'x';
    }""")
    reload(page)
    page.wait_for_selector(".drawer[open]")
    assert "cannot be opened" in page.locator(".drawer .told").inner_text()
    page.keyboard.press("Escape")
    ask(page, QUESTION)
    drawer = open_drawer(page)
    assert titles(page) == [QUESTION, "…"]
    drawer.locator("[data-act=open]").nth(1).click()
    page.wait_for_selector(".drawer .told:not([hidden])")
    assert page.locator("#chat .asked").all_inner_texts() == [QUESTION]
    for _ in range(2):
        drawer.locator("[data-act=delete]").nth(1).click()
    assert titles(page) == [QUESTION]


BEFORE = Source("庭.txt", "門の鍵は赤い箱の中にあります。\n\n庭師の名前は山田花子です。\n\n池の鯉は七匹います。")
AFTER = Source("庭.txt", "門の鍵は赤い箱の中にあります。\n\nお知らせを足しました。\n\n庭師の名前は山田花子です。")


def test_when_a_text_has_changed_each_citation_of_a_kept_conversation_is_valid_moved_or_gone(
    visit: Visit, scratch: Scratch
) -> None:
    quotes = BEFORE.text.split("\n\n")
    cited = tuple(
        Citation(n, BEFORE.name, BEFORE.text.index(quote), BEFORE.text.index(quote) + len(quote), quote)
        for n, quote in enumerate(quotes, 1)
    )
    answer = Answer("庭は？", "", cited, True, 0.9, (), "庭は？")
    record = to_record(History().asked("庭は？").answered(answer, {BEFORE.name: BEFORE}))
    scratch.holding(BEFORE)
    page = visit(scratch.url)
    page.evaluate(
        """record => {
            localStorage['cited-qa.conversations'] = JSON.stringify({[record.id]: {updated: 1, record}});
            sessionStorage['cited-qa.open'] = record.id;
        }""",
        record,
    )
    reload(page)
    page.wait_for_selector("#chat .cite")
    assert page.locator("#chat .cite").all_text_contents() == ["[1]", "[2]", "[3]"]
    assert page.locator("#chat .moved, #chat .gone, #chat .switched").count() == 0
    page.goto("about:blank")
    scratch.holding(AFTER)
    page.goto(scratch.url)
    page.wait_for_selector("#chat .cite")
    assert page.locator("#chat .cite").all_text_contents() == ["[1]", "[2]"]
    assert page.locator("#chat .cite.moved").text_content() == "[2]"
    assert page.locator("#chat .quote.gone").text_content() == quotes[2]
    assert page.locator("#chat .switched").count() == 1
    page.click("#chat .more > summary")
    page.locator("#chat .cite.moved").click()
    page.wait_for_selector("#source .sentence.current")
    assert page.locator("#source .sentence.current").text_content() == quotes[1]
