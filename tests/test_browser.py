"""The served chat in a real browser: reading, asking, going to the cited sentence, asking another text.

Every visit also holds that the browser asked nothing but our own server and that its console shows no error.
"""

from __future__ import annotations

import re
import shlex
import shutil
import time
from pathlib import Path
from typing import Any

import pytest
from browser import ANSWERS_WITHIN, PHONE, Scratch, Visit, add_text, ask, needs_chromium, replace_text, serving, unfold
from conftest import ARTICLE

from qa.index import Index
from qa.maintenance.doctor import check
from qa.text.source import Source

playwright_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytestmark = needs_chromium


@pytest.mark.parametrize(
    ("locale", "question", "copy"),
    [
        ("ja-JP", "暫定CEOに任命されたのは誰ですか", "出典つきでコピー"),
        ("en-GB", "Who became interim CEO?", "Copy with citation"),
    ],
)
def test_a_question_is_answered_with_numbered_quotations_and_their_menus(
    visit: Visit, address: str, article: str, locale: str, question: str, copy: str
) -> None:
    page = visit(address, locale)
    reply = ask(page, question)
    numbers = reply.locator(".answer .cite").all_text_contents()
    assert 1 <= len(numbers) <= 5 and numbers == [f"[{n}]" for n in range(1, len(numbers) + 1)]
    assert reply.locator(".excerpt").count() == len(numbers)
    for n in range(1, len(numbers) + 1):
        excerpt = reply.locator(f".excerpt.c-{n}")
        start, end = map(int, excerpt.locator(".place").text_content().split("–"))
        assert excerpt.locator(".quote").text_content() == article[start:end]
        assert excerpt.locator("mark").text_content() in article[start:end]
        assert excerpt.locator(".passage").text_content() in article
    assert reply.locator(".excerpt.c-1 mark").is_visible()
    assert not reply.locator(".copy").first.is_visible()
    reply.locator(".menu > summary").first.click()
    assert reply.locator(".copy").first.inner_text() == copy
    assert page.locator("#chat .asked").inner_text() == question


def test_a_citation_leads_to_its_exact_sentence_and_escape_leads_back(visit: Visit, address: str, article: str) -> None:
    page = visit(address)
    reply = ask(page, "暫定CEOに任命されたのは誰ですか")
    unfold(reply)
    for n, how in enumerate(("click", "Enter", "Space"), 1):
        cite = reply.locator(".cite").nth((n - 1) % reply.locator(".cite").count())
        number = cite.text_content()
        start, end = map(int, reply.locator(f".excerpt.c-{number.strip('[]')} .place").text_content().split("–"))
        if how == "click":
            cite.click()
        else:
            cite.focus()
            page.keyboard.press(how)
        page.wait_for_selector("#source .sentence.current")
        current = page.locator("#source .sentence.current")
        assert "".join(current.all_text_contents()) == article[start:end]
        assert page.evaluate("document.activeElement.classList.contains('current')")
        playwright_api.expect(current.first).to_be_in_viewport()
        page.keyboard.press("Escape")
        assert page.evaluate("document.activeElement.textContent") == number
        assert page.locator("#source .sentence.current").count() == 0


def test_the_sentences_that_the_newest_answer_cites_are_marked_in_the_source(visit: Visit, address: str) -> None:
    page = visit(address)
    reply = ask(page, "暫定CEOに任命されたのは誰ですか")
    page.wait_for_selector("#source .sentence.cited")
    marked = {re.sub(r"\s", "", text) for text in page.locator("#source .sentence.cited").all_text_contents()}
    quoted = {re.sub(r"\s", "", text) for text in reply.locator(".answer .quote").all_text_contents()}
    assert "".join(sorted(marked)) == "".join(sorted(quoted))


def test_the_source_pane_holds_the_whole_text(visit: Visit, address: str, article: str) -> None:
    page = visit(address)
    shown = page.locator("#source article").text_content()
    assert re.sub(r"\s", "", shown) == re.sub(r"\s", "", article)
    offsets = page.eval_on_selector_all(
        "#source .sentence", "all => all.map(s => [+s.dataset.start, +s.dataset.end, s.textContent])"
    )
    assert all(article[start:end] == text for start, end, text in offsets)


def test_an_abstention_is_no_answer_and_looks_unlike_one(visit: Visit, address: str) -> None:
    page = visit(address)
    # The threshold of an abstention is measured, so try several questions that the text does not answer.
    for question in ("zzzz qqqq xxxx", "富士山の高さは何メートルですか", "What is the boiling point of tungsten?"):
        reply = ask(page, question)
        if reply.locator(".abstained").count():
            break
    else:
        pytest.fail("none of the questions was declined")
    assert "書かれていない" in reply.locator(".verdict").inner_text()
    assert reply.locator(".cite, .excerpt, mark, .short").count() == 0
    assert 1 <= reply.locator(".related").count() <= 3
    assert reply.locator(".verdict").evaluate("e => getComputedStyle(e).borderStyle") == "dashed"
    assert question in reply.locator(".searched").inner_text()
    assert not reply.locator(".related").first.is_visible()
    unfold(reply)
    reply.locator(".related .show").first.click()
    page.wait_for_selector("#source .sentence.current")


def test_errors_appear_next_to_the_question_and_keep_it(visit: Visit, address: str) -> None:
    page = visit(address)
    page.fill("#question textarea", "x" * 2001)
    page.press("#question textarea", "Enter")
    page.wait_for_selector("#notice .line.trouble:not([hidden])")
    assert page.locator("#notice .line").inner_text().startswith("質問が長すぎます（2,001文字）。")
    assert page.input_value("#question textarea") == "x" * 2001
    assert page.locator("#chat .asked").count() == 0


def test_a_pasted_text_answers_without_a_restart_and_the_chat_says_so(visit: Visit, scratch: Scratch) -> None:
    scratch.holding(ARTICLE)
    page = visit(scratch.url)
    ask(page, "暫定CEOに任命されたのは誰ですか")
    text = "庭師の名前は山田花子です。彼女は毎朝六時に水をまきます。\n\n門の鍵は赤い箱の中にあります。"
    replace_text(page, "庭の記録", text)
    page.wait_for_function("() => document.querySelector('#chat .switched')?.textContent.includes('庭の記録')")
    assert page.locator("#chat .cite").count() == 0  # the source of the older answer is gone
    reply = ask(page, "庭師の名前は誰ですか")
    assert "庭師の名前は山田花子です。" in reply.locator(".answer").inner_text()
    reply.locator(".cite").first.click()
    page.wait_for_selector("#source .sentence.current")
    assert page.locator("#source .sentence.current").text_content() == "庭師の名前は山田花子です。"


def test_the_enter_that_confirms_a_conversion_does_not_send(visit: Visit, address: str) -> None:
    page = visit(address)
    page.fill("#question textarea", "ざんてい")
    for init in ({"isComposing": True, "keyCode": 13}, {"isComposing": False, "keyCode": 229}):
        page.eval_on_selector(
            "#question textarea",
            """(area, init) => area.dispatchEvent(
                 new KeyboardEvent('keydown', {key: 'Enter', bubbles: true, cancelable: true, ...init}))""",
            init,
        )
    page.press("#question textarea", "Shift+Enter")
    page.wait_for_timeout(700)
    assert page.locator("#chat .asked").count() == 0
    assert page.input_value("#question textarea") == "ざんてい\n"


def test_language_and_theme_are_switched_in_place_and_survive_a_reload(visit: Visit, address: str) -> None:
    page = visit(address, "ja-JP")
    assert page.inner_text("#ask") == "質問する"
    ask(page, "暫定CEOに任命されたのは誰ですか")
    page.select_option("#language", "en")
    page.select_option("#theme", "dark")
    page.wait_for_function("() => document.querySelector('#ask').innerText === 'Ask'")
    page.wait_for_function("() => document.querySelector('#chat .copy').textContent === 'Copy with citation'")
    page.reload()
    page.wait_for_selector("html[data-ready]")
    page.wait_for_function("() => document.querySelector('#ask').innerText === 'Ask'")
    assert page.evaluate("[document.documentElement.lang, document.documentElement.dataset.theme]") == ["en", "dark"]
    assert page.input_value("#language") == "en" and page.input_value("#theme") == "dark"
    assert page.evaluate("document.body.classList.contains('dark')")


def test_the_browsers_language_and_scheme_are_followed_at_first(visit: Visit, address: str) -> None:
    page = visit(address, "fr-FR", color_scheme="dark")
    assert page.inner_text("#ask") == "Ask"
    assert page.get_attribute("#question textarea", "placeholder") == "Ask about your documents"
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"


def test_on_a_phone_the_source_has_a_way_back_and_nothing_overflows(visit: Visit, address: str) -> None:
    page = visit(address, "ja-JP", PHONE)
    assert not page.is_visible("#source article")
    reply = ask(page, "暫定CEOに任命されたのは誰ですか")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    cite = reply.locator(".cite").first
    cite.click()
    page.wait_for_selector("#source .sentence.current")
    assert page.is_visible("#source article") and page.evaluate("document.querySelector('#talk').inert")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.click("#source .back")
    assert page.is_visible("#chat")
    assert page.evaluate("document.activeElement.textContent") == "[1]"


def test_a_screen_reader_is_told_of_answers_and_of_each_citation(visit: Visit, address: str) -> None:
    page = visit(address, "en-GB")
    reply = ask(page, "Who became interim CEO?")
    assert page.get_attribute("#chat [role=log]", "aria-live") == "polite"
    page.wait_for_function("() => document.querySelector('#chat .cite').ariaLabel?.startsWith('Citation 1')")
    assert page.locator("#chat [aria-label*='<']").count() == 0
    assert page.get_attribute("#question textarea", "aria-label") == "Question"
    reply.locator(".cite").first.focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    page.wait_for_selector("#excerpt-tip")
    assert reply.locator(".excerpt.c-1 mark").text_content() in page.locator("#excerpt-tip").text_content()


def test_without_an_index_the_page_says_so_and_the_server_stops_although_it_is_open(
    browser: Any, tmp_path: Path
) -> None:
    with serving(tmp_path / "my index") as url:
        page = browser.new_page(locale="ja-JP")
        page.goto(url)
        page.wait_for_selector("#adding .zone")
        assert page.inner_text("#header .speaks") == "まだ資料がありません"
        assert not page.is_visible("#question")
        # A question that a script sends is told how to make an index, with a command that can be copied.
        ask = "() => { QA.chat.write('誰ですか'); setTimeout(() => document.querySelector('#ask').click(), 100); }"
        page.evaluate(ask)
        page.wait_for_selector("#notice .trouble:not([hidden])", state="attached")
        assert (page.text_content("#notice") or "").strip().startswith("まだ索引がありません。")
        page.select_option("#language", "ar")
        page.wait_for_function("label => document.querySelector('#ask').textContent.trim() === label", arg="اسأل")
        page.evaluate(ask)
        page.wait_for_function("() => document.querySelector('#notice').textContent.includes('فهرس')")
        command = page.locator("#notice code")  # as copied: quoted, without direction marks
        assert shlex.split(command.text_content()) == ["qa", "build", "PATH", "--index", f"{tmp_path}/my index"]
        assert command.get_attribute("dir") == "ltr"
        stopped = time.monotonic()
    assert time.monotonic() - stopped < 4
    page.close()


def test_the_server_stops_within_four_seconds_and_loses_nothing(
    browser: Any, article_index: Path, tmp_path: Path
) -> None:
    shutil.copytree(article_index, tmp_path / "index")
    long = "".join(f"{n}番目の灯台は{n}年に建てられた。\n\n" for n in range(1500))
    with serving(tmp_path / "index") as url:
        page = browser.new_page()
        page.set_default_timeout(ANSWERS_WITHIN)
        page.goto(url)
        page.wait_for_selector("html[data-ready]")
        add_text(page, "lighthouses", long, ready=False)
        page.wait_for_function("() => QA.state.texts?.rows.some((row) => row.state === 'embedding' && row.total)")
        stopped = time.monotonic()
    assert time.monotonic() - stopped < 4
    page.close()
    assert list(Index.open(tmp_path / "index").sources) == ["openai-turmoil.txt"]
    assert all(one.ok for one in check(tmp_path / "index"))


def test_an_index_that_cannot_be_used_says_why_and_is_repaired_by_one_click(browser: Any, tmp_path: Path) -> None:
    Index.build([Source("garden", "庭師の名前は山田花子です。\n\n門の鍵は赤い箱の中にあります。")], tmp_path / "index")
    [spans] = tmp_path.glob("index/generations/*/spans.npy")
    spans.write_bytes(b"")
    with serving(tmp_path / "index") as url:
        page = browser.new_page(locale="ja-JP")
        page.set_default_timeout(ANSWERS_WITHIN)
        page.goto(url)
        page.wait_for_selector("#chat .welcome.broken .repair")
        assert "spans.npy" in page.inner_text("#chat .welcome")
        page.fill("#question textarea", "庭師の名前は誰ですか")
        page.press("#question textarea", "Enter")
        playwright_api.expect(page.locator("#notice .trouble .repair")).to_have_text("索引を修復する")
        page.click("#notice .repair")
        page.wait_for_selector("#source .sentence")
        assert ask(page, "庭師の名前は誰ですか").locator(".cite").count()
    page.close()
    assert "Traceback" not in (tmp_path / "server.log").read_text(encoding="utf-8")  # nor from stopping


def test_another_program_calls_the_public_endpoints(address: str, article: str) -> None:
    from gradio_client import Client
    from gradio_client.exceptions import AppError

    client = Client(address, verbose=False, analytics_enabled=False)
    (source,) = client.predict(api_name="/list_sources")
    assert source["length"] == len(article)
    hits = client.predict("Who became interim CEO?", 3, api_name="/retrieve")
    assert len(hits) == 3 and all(article[hit["start"] : hit["end"]] == hit["text"] for hit in hits)
    result = client.predict("Who became interim CEO?", api_name="/answer")
    assert result["answered"] and all(article[c["start"] : c["end"]] == c["quote"] for c in result["citations"])
    with pytest.raises(AppError, match=r"^The question"):
        client.predict("", api_name="/answer")
