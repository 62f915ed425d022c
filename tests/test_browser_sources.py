"""The panel of texts in a browser: the start, adding, choosing, reading, renaming, replacing, removing, undoing."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any

import pytest
from browser import (
    ANSWERS_WITHIN,
    PHONE,
    Scratch,
    Visit,
    add_text,
    ask,
    choose,
    needs_chromium,
    remove_text,
    row,
    serving,
)  # fmt: skip
from conftest import ARTICLE as ARTICLE_FILE
from samples import zipped

from qa.catalogue import words_of
from qa.index import Index
from qa.suggestions import suggestions_of
from qa.text.source import Source
from qa.ui.head import MAX_UPLOAD

playwright_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytestmark = needs_chromium

GARDEN = "庭師の名前は山田花子です。彼女は毎朝六時に水をまきます。\n\n門の鍵は赤い箱の中にあります。"
LONG = "\n\n".join(f"第{n}話。{n}匹の猫が魚を食べました。長い一日でした。" for n in range(4000))
ARTICLE = ARTICLE_FILE.name
WITHIN = {"timeout": ANSWERS_WITHIN}


@pytest.fixture
def own_address(scratch: Scratch) -> str:
    """Return the address of the server once it answers from the article alone again."""
    suggestions_of(scratch.holding(ARTICLE_FILE))  # as `qa build` does
    return scratch.url


def give_files(page: Any, *paths: Path) -> None:
    page.set_input_files("#text-files input[type=file]", list(paths))


def drop(page: Any, name: str, text: str, place: str, bytes_: int = 0) -> None:
    """Drag files over a place and drop them there: a text and, with ``bytes_``, one of so many bytes."""
    page.evaluate(
        """([name, text, place, bytes]) => {
          const data = new DataTransfer();
          if (bytes) data.items.add(new File([new Uint8Array(bytes)], 'heavy.txt'));
          data.items.add(new File([text], name, {type: 'text/plain'}));
          for (const kind of ['dragover', 'drop']) {
            const event = new DragEvent(kind, {dataTransfer: data, bubbles: true, cancelable: true});
            document.querySelector(place).dispatchEvent(event);
            if (kind === 'dragover') window.target = document.querySelector('#drop-target:not([hidden])')?.textContent;
          }
        }""",
        [name, text, place, bytes_],
    )


def spoken(page: Any) -> str:
    """Return what the header says of the texts."""
    return str(page.inner_text("#header .speaks"))


def test_an_empty_start_takes_files_a_pasted_text_an_address_or_the_sample(browser: Any, tmp_path: Path) -> None:
    said: list[str] = []
    watch = """() => {
      const seen = (window.seen = new Set());
      const look = () => document.body?.innerText.includes('まだ資料') && seen.add(document.body.innerText);
      new MutationObserver(look).observe(document, {childList: true, subtree: true, characterData: true});
    }"""
    with serving(tmp_path / "index") as url:
        page = browser.new_page(locale="ja-JP", viewport={"width": 1280, "height": 800})
        page.set_default_timeout(ANSWERS_WITHIN)
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(url)
        page.wait_for_selector("#adding .zone")
        assert spoken(page) == "まだ資料がありません"
        assert [page.is_visible(part) for part in ("#talk", "#reading", "#adding .choose")] == [False, False, True]
        page.click("#adding [data-way=fetch]")  # this server fetches no pages, and says how one would
        assert "--urls" in page.inner_text("#adding .offline") and not page.is_visible("#text-url")
        page.click("#adding [data-way=paste]")
        page.click("#build")
        page.wait_for_selector("#build-result .trouble:not([hidden])")
        with page.expect_file_chooser() as chosen:
            page.click("#adding .choose")
        assert chosen.value.is_multiple()
        page.click("#adding .sample")
        sample = words_of("ja")["sample.name"]
        row(page, sample, ".ready").wait_for(**WITHIN)
        page.wait_for_selector("#question")  # the chat takes the place of the form, and has questions to ask
        assert not page.is_visible("#adding .zone")
        page.locator("#chat .suggested").first.click()
        page.wait_for_selector("#chat .answer .cite")
        # While the page loads it never says that there is no text.
        page.add_init_script(f"({watch})()")
        page.route("**/queue/data*", lambda route: (time.sleep(0.5), route.continue_()))
        page.reload()
        page.wait_for_function(
            "name => document.querySelector('#header .speaks')?.textContent.includes(name)", arg=sample
        )
        assert page.evaluate("[...window.seen]") == [] and said == []
        page.close()


def test_the_header_the_boxes_and_the_suggestions_say_the_same(visit: Visit, own_address: str) -> None:
    page = visit(own_address)
    page.wait_for_selector("#chat .suggested")
    of_article = set(page.locator("#chat .suggested").all_text_contents())
    add_text(page, "庭の記録", GARDEN)
    assert page.locator("#listing .name").all_text_contents() == [ARTICLE, "庭の記録"]
    assert "2件中2件" in page.inner_text("#listing .from") and "ほか1件" in spoken(page)
    # The row of a new text offers questions of its own, and the chat asks each text in turn.
    own = row(page, "庭の記録").locator(".suggested")
    own.first.wait_for(**WITHIN)
    asked = set(own.all_text_contents())
    page.wait_for_function(
        "asked => [...document.querySelectorAll('#chat .suggested')].some((one) => asked.includes(one.textContent))",
        arg=list(asked),
    )
    assert of_article & set(page.locator("#chat .suggested").all_text_contents())
    own.first.click()
    page.wait_for_selector("#chat .answer")
    assert "庭の記録" in page.inner_text("#chat .answer") and not own.count()

    row(page, "庭の記録").locator(".ask").uncheck()
    assert "2件中1件" in page.inner_text("#listing .from") and spoken(page).endswith(ARTICLE)
    page.wait_for_function(
        "asked => ![...document.querySelectorAll('#chat .suggested')].some((one) => asked.includes(one.textContent))",
        arg=list(asked),
    )
    assert "山田花子" not in ask(page, "庭師の名前は誰ですか").inner_text()
    page.check("#listing .all")
    page.uncheck("#listing .all")
    assert "選ばれていません" in spoken(page)
    page.fill("#question textarea", "庭師の名前は誰ですか")
    page.press("#question textarea", "Enter")
    page.wait_for_selector("#notice .trouble:not([hidden])")
    assert "選ばれていません" in page.inner_text("#notice")
    row(page, "庭の記録").locator(".ask").check()
    assert spoken(page).endswith("庭の記録")
    assert "山田花子" in ask(page, "庭師の名前は誰ですか").inner_text()


@pytest.mark.slow
def test_a_text_is_renamed_replaced_removed_and_brought_back(visit: Visit, own_address: str, tmp_path: Path) -> None:
    page = visit(own_address, "en-GB")
    add_text(page, "garden", "The gardener is Hanako. The gate's key is in the red box.")
    ask(page, "Where is the gate's key?")
    garden = row(page, "garden")
    choose(page, "garden", "rename")
    garden.locator(".new-name").fill("never mind")
    page.keyboard.press("Escape")
    assert garden.locator(".new-name").is_hidden()
    choose(page, "garden", "rename")
    garden.locator(".new-name").fill("the garden")
    page.keyboard.press("Enter")
    row(page, "the garden", ".ready").wait_for(**WITHIN)
    page.wait_for_function("() => document.activeElement.classList.contains('more')")
    assert page.locator("#listing .name").all_text_contents() == [ARTICLE, "the garden"]

    # A file of another name takes the place of the text, and its name.
    (tmp_path / "new.txt").write_text("The gardener is Taro. The gate's key is in the blue box.", encoding="utf-8")
    with page.expect_file_chooser() as chosen:
        choose(page, "the garden", "replace")
    chosen.value.set_files(tmp_path / "new.txt")
    page.wait_for_function("() => QA.state.texts.rows.some((row) => row.kind === 'add')", **WITHIN)
    row(page, "the garden", ".ready").wait_for(**WITHIN)
    assert "blue box" in ask(page, "Where is the gate's key?").locator(".answer").inner_text()
    assert page.locator("#listing .name").all_text_contents() == [ARTICLE, "the garden"]

    # A removal can be undone, also by another visitor, and takes place when the page that asked for it is gone.
    choose(page, ARTICLE, "remove")
    row(page, ARTICLE, ".held").wait_for()
    assert "the garden" in spoken(page) and ARTICLE not in spoken(page)
    other = visit(own_address, "en-GB")
    row(other, ARTICLE, ".held").locator(".undo").click()
    row(page, ARTICLE, ".ready").wait_for(**WITHIN)
    page.wait_for_function("name => document.querySelector('#header .speaks').textContent.includes(name)", arg=ARTICLE)
    removed = time.monotonic()
    choose(other, ARTICLE, "remove")
    row(other, ARTICLE, ".held").wait_for()
    other.close()
    row(page, ARTICLE).wait_for(state="detached", **WITHIN)
    assert time.monotonic() - removed > 9
    page.wait_for_function("() => document.querySelector('#source article').textContent.includes('Taro')")
    # The last one cannot be removed, and the row says why.
    choose(page, "the garden", "remove")
    row(page, "the garden", ".failed").wait_for(**WITHIN)
    assert "at least one document" in row(page, "the garden").locator(".state").inner_text()
    row(page, "the garden").locator(".dismiss").click()
    row(page, "the garden", ".ready").wait_for(**WITHIN)


@pytest.mark.slow
def test_a_text_that_is_left_out_stays_so_when_renamed_and_not_when_replaced(visit: Visit, own_address: str) -> None:
    page = visit(own_address)
    add_text(page, "庭の記録", GARDEN)
    row(page, "庭の記録").locator(".ask").uncheck()
    choose(page, "庭の記録", "rename")
    row(page, "庭の記録").locator(".new-name").fill("庭\u200eの日誌")  # the direction mark is removed
    page.keyboard.press("Enter")
    row(page, "庭の日誌", ".ready").wait_for(**WITHIN)
    assert not row(page, "庭の日誌").locator(".ask").is_checked()
    assert "山田花子" not in ask(page, "庭師の名前は誰ですか").inner_text()
    remove_text(page, "庭の日誌")
    add_text(page, "庭の日誌", GARDEN)
    assert row(page, "庭の日誌").locator(".ask").is_checked()
    assert "山田花子" in ask(page, "庭師の名前は誰ですか").inner_text()


DRAW = """([rows, focus]) => {
  const ready = {id: "", length: 1, indexed: true, state: "ready", questions: []};
  const listed = rows.map((row) => ({...ready, ...row}));
  QA.state.texts = {generation: 99, questions: false, sources: [], busy: true, start: false, rows: listed};
  if (focus) document.querySelector(focus).focus();
  QA.listing.draw();
}"""


def test_a_rename_that_fails_leaves_out_no_other_text(visit: Visit, own_address: str) -> None:
    page = visit(own_address)
    add_text(page, "庭の記録", GARDEN)
    row(page, "庭の記録").locator(".ask").uncheck()
    choose(page, "庭の記録", "rename")
    row(page, "庭の記録").locator(".new-name").fill(ARTICLE)
    page.keyboard.press("Enter")
    row(page, "庭の記録", ".failed").wait_for(**WITHIN)
    assert row(page, ARTICLE).locator(".ask").is_checked()
    assert not row(page, "庭の記録").locator(".ask").is_checked()
    row(page, "庭の記録").locator(".dismiss").click()  # the server is shared
    row(page, "庭の記録", ".ready").wait_for(**WITHIN)


@pytest.mark.parametrize("elsewhere", [False, True])
def test_a_renamed_row_takes_the_focus_only_from_the_list(visit: Visit, own_address: str, elsewhere: bool) -> None:
    page = visit(own_address)
    choose(page, ARTICLE, "rename")
    row(page, ARTICLE).locator(".new-name").fill("the article")
    focus = "#question textarea" if elsewhere else "#listing .from"
    focused = page.evaluate(  # in one call: the next poll draws what the server says
        """([draw, before, after, focus]) => {
          const own = document.querySelector("#listing .new-name");
          own.dispatchEvent(new KeyboardEvent("keydown", {key: "Enter", bubbles: true}));
          draw = eval(draw);
          draw([before, null]);
          draw([after, focus]);
          return document.activeElement.className || document.activeElement.tagName;
        }""",
        [
            DRAW,
            [{"name": ARTICLE, "state": "waiting", "job": 1, "kind": "rename", "new_name": "the article"}],
            [{"name": "the article"}],
            focus,
        ],
    )
    assert ("more" in focused) is not elsewhere
    page.wait_for_function(  # now the server has renamed it
        """() => QA.state.texts.generation !== 99
             && QA.state.texts.rows.some((row) => row.name + row.state === 'the articleready')"""
    )


def test_cancelling_is_offered_only_where_it_works(visit: Visit, own_address: str) -> None:
    page = visit(own_address)
    work = {"job": 1, "indexed": False, "new_name": "b", "left": None, "sentence": [], "done": 0, "total": 0}
    cases = [
        ("add", "waiting", 0, True), ("rename", "waiting", 0, True), ("rename", "embedding", 0, False),
        ("remove", "embedding", 0, False), ("add", "embedding", 0, True), ("add", "embedding", 9, True),
        ("build", "embedding", 9, True), ("add", "failed", 9, False),
    ]  # fmt: skip
    rows = [
        {**work, "name": f"text {n}", "job": n, "kind": kind, "state": state, "total": total}
        for n, (kind, state, total, _) in enumerate(cases)
    ]
    offered = page.evaluate(
        """([draw, rows]) => {
          eval(draw)([rows, null]);
          return [...document.querySelectorAll("#listing .cancel")].map((button) => !button.hidden);
        }""",
        [DRAW, rows],
    )
    assert offered == [offer for *_, offer in cases]


def test_files_come_one_by_one_and_one_that_cannot_be_read_says_why(
    visit: Visit, own_address: str, tmp_path: Path
) -> None:
    page = visit(own_address, "en-GB")
    (tmp_path / "tower.md").write_text("The tower is red.", encoding="utf-8")
    (tmp_path / "program.txt").write_bytes(b"\x7fELF\0\1\2\3" * 9)
    give_files(page, tmp_path / "tower.md", tmp_path / "program.txt")
    row(page, "tower.md", ".ready").wait_for(**WITHIN)
    assert "program" in row(page, "program.txt", ".failed").locator(".state").inner_text()
    assert "The tower is red." in ask(page, "What colour is the tower?").locator(".answer").inner_text()
    row(page, "program.txt").locator(".dismiss").click()
    row(page, "program.txt").wait_for(state="detached")
    (tmp_path / "tower.md").write_text("The tower is green.", encoding="utf-8")
    before = page.evaluate("QA.state.texts.generation")
    give_files(page, tmp_path / "tower.md")
    page.wait_for_function("before => QA.state.texts.generation > before", arg=before, **WITHIN)
    assert "The tower is green." in ask(page, "What colour is the tower?").locator(".answer").inner_text()
    assert page.locator("#listing .name").all_text_contents().count("tower.md") == 1


def test_pasted_texts_without_a_name_take_their_first_line_and_replace_nothing(visit: Visit, own_address: str) -> None:
    page = visit(own_address)
    for text in ("庭の記録\n\n庭師は山田花子です。", "庭の記録\n\n門の鍵は赤い箱の中です。"):
        add_text(page, "", text, ready=False)
    row(page, "庭の記録 (2)", ".ready").wait_for(**WITHIN)
    row(page, "庭の記録", ".ready").wait_for(**WITHIN)
    assert page.locator("#listing .name").all_text_contents() == [ARTICLE, "庭の記録", "庭の記録 (2)"]


def test_a_text_is_read_before_it_is_asked_and_the_work_is_cancelled(
    visit: Visit, own_address: str, tmp_path: Path
) -> None:
    long = tmp_path / "long.txt"
    long.write_text(LONG, encoding="utf-8")
    page = visit(own_address)
    give_files(page, long)
    waiting = row(page, "long.txt", ":is(.waiting, .embedding)")
    waiting.wait_for(**WITHIN)
    # Questions are still answered, and the panel says from which texts.
    assert "準備ができしだい反映されます" in page.inner_text("#listing .from")
    assert ask(page, "暫定CEOに任命されたのは誰ですか").locator(".cite").count()
    waiting.locator(".read").click()
    page.wait_for_function("() => document.querySelector('#source article').textContent.includes('3999匹の猫')")
    waiting.locator(".cancel").click()
    row(page, "long.txt").wait_for(state="detached", **WITHIN)
    page.wait_for_selector("#progress .building", state="hidden")
    names = "JSON.stringify([...document.querySelectorAll('#listing .name')].map((name) => name.textContent))"
    page.wait_for_function(f"names => {names} === JSON.stringify(names)", arg=[ARTICLE])


@pytest.mark.slow
def test_every_open_page_shows_what_another_does(visit: Visit, own_address: str) -> None:
    first, second = visit(own_address), visit(own_address, "en-GB")
    add_text(first, "庭の記録", GARDEN)
    row(second, "庭の記録", ".ready").wait_for(**WITHIN)
    second.wait_for_function("() => document.querySelector('#header .speaks').textContent.includes('1 more')")
    second.reload()
    second.wait_for_selector("html[data-ready]")
    remove_text(first, "庭の記録")
    row(second, "庭の記録").wait_for(state="detached", **WITHIN)


def test_a_text_that_is_swapped_while_the_page_opens_is_drawn(visit: Visit, own_address: str, scratch: Scratch) -> None:
    page = visit(own_address)
    held: list[Any] = []
    page.route("**/component_server/", lambda route: held.append(route))
    page.reload()
    page.wait_for_selector("html[data-ready]")  # drawn from the present text
    Index.build([Source("庭の記録", GARDEN)], scratch.index)
    for route in held:
        route.continue_()
    page.unroute("**/component_server/")
    page.wait_for_function("() => document.querySelector('#source article').textContent.includes('山田花子')")
    page.wait_for_function("() => document.querySelector('#header .speaks').textContent.includes('庭の記録')")


def is_seen(page: Any, part: Any) -> bool:
    """Return whether a part of the panel is in sight, not below the fold."""
    box, panel = part.bounding_box(), page.locator("#sources").bounding_box()
    return bool(panel["y"] <= box["y"] and box["y"] + box["height"] <= panel["y"] + panel["height"])


def test_a_file_of_an_unknown_kind_is_rejected_in_the_visitors_language_and_the_others_are_added(
    visit: Visit, own_address: str, tmp_path: Path
) -> None:
    page = visit(own_address)
    (tmp_path / "photos.zip").write_bytes(zipped({"a.jpg": b"\xff\xd8"}))
    (tmp_path / "tower.md").write_text("塔は赤い。", encoding="utf-8")
    give_files(page, tmp_path / "photos.zip", tmp_path / "tower.md")
    row(page, "tower.md", ".ready").wait_for(**WITHIN)
    result = page.locator("#build-result .line")
    assert result.inner_text().startswith("photos.zip の中に、読み込める種類のファイルがありません。")
    assert not page.is_visible(".toast-wrap .toast-body")
    assert is_seen(page, result)


def test_a_file_that_is_too_large_is_left_out_and_the_others_are_added(
    visit: Visit, own_address: str, tmp_path: Path
) -> None:
    page = visit(own_address)
    with (tmp_path / "heavy.txt").open("wb") as heavy:
        heavy.truncate(MAX_UPLOAD)
    (tmp_path / "tower.md").write_text("塔は赤い。", encoding="utf-8")
    give_files(page, tmp_path / "tower.md", tmp_path / "heavy.txt")
    row(page, "tower.md", ".ready").wait_for(**WITHIN)
    assert page.inner_text("#build-result .line").startswith("heavy.txt は追加していません。")
    assert "50 MiB" in page.inner_text("#build-result .line")
    assert is_seen(page, page.locator("#build-result .line"))
    assert not page.is_visible(".toast-wrap .toast-body")


def test_files_are_dropped_anywhere_and_one_that_is_too_heavy_is_left_out(visit: Visit, own_address: str) -> None:
    page = visit(own_address)
    drop(page, "tower.txt", "塔は赤い。", "#chat", MAX_UPLOAD + 1)
    assert page.evaluate("window.target") == words_of("ja")["sources.dropping"]
    row(page, "tower.txt", ".ready").wait_for(**WITHIN)
    assert page.inner_text("#build-result .line").startswith("heavy.txt は追加していません。")
    assert not page.is_visible(".toast-wrap .toast-body") and not page.is_visible("#drop-target")
    drop(page, "gate.txt", "門は青い。", "#source article")
    row(page, "gate.txt", ".ready").wait_for(**WITHIN)


def test_on_a_phone_the_panel_fits_and_works_by_keyboard(visit: Visit, own_address: str) -> None:
    page = visit(own_address, "ja-JP", PHONE)
    page.focus("#sources-open")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.matches('#adding .heading')")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.focus("#listing .ask")
    page.keyboard.press("Space")
    assert re.match("1件中0件", page.inner_text("#listing .from"))
    controls = page.locator("#listing li", has_text=ARTICLE).locator(":is(.more, .read, .ask)")
    labels = controls.evaluate_all("all => all.map((one) => one.ariaLabel)")
    assert len(labels) == 3
    assert all(ARTICLE in label for label in labels)
    page.focus("#listing .more")
    page.keyboard.press("Enter")
    page.wait_for_selector("#listing .menu .rename", state="visible")
    page.keyboard.press("Escape")  # closes the menu, and the next one the panel
    assert not page.is_visible("#listing .menu") and page.is_visible("#sources")
    page.keyboard.press("Escape")
    assert not page.is_visible("#sources") and page.evaluate("document.activeElement.id") == "sources-open"
