"""The panel of texts in a browser: adding, choosing, reading, renaming, removing, cancelling."""

from __future__ import annotations

import re
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
    needs_chromium,
    open_texts,
    remove_text,
    row,
)  # fmt: skip
from conftest import ARTICLE as ARTICLE_FILE
from samples import zipped

from qa.catalogue import words_of
from qa.index import Index
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
    scratch.holding(ARTICLE_FILE)
    return scratch.url


def give_files(page: Any, *paths: Path) -> None:
    open_texts(page)
    page.set_input_files("#text-files input[type=file]", list(paths))
    for path in paths:
        page.wait_for_function(
            "name => document.querySelector('#text-files').textContent.includes(name)", arg=path.stem
        )
    page.click("#build")


def test_several_texts_are_asked_and_each_can_be_left_out(visit: Visit, own_address: str) -> None:
    page = visit(own_address)
    add_text(page, "庭の記録", GARDEN)
    assert page.locator("#listing .name").all_text_contents() == [ARTICLE, "庭の記録"]
    assert "2件中2件" in page.inner_text("#listing .from")
    page.wait_for_function("() => document.querySelector('#header .speaks').textContent.includes('ほか1件')")
    reply = ask(page, "庭師の名前は誰ですか")
    assert "庭師の名前は山田花子です。" in reply.locator(".answer").inner_text()

    row(page, "庭の記録").locator(".ask").uncheck()
    assert "2件中1件" in page.inner_text("#listing .from")
    assert "山田花子" not in ask(page, "庭師の名前は誰ですか").inner_text()
    row(page, ARTICLE).locator(".ask").uncheck()
    page.fill("#question textarea", "庭師の名前は誰ですか")
    page.press("#question textarea", "Enter")
    page.wait_for_selector("#notice .trouble:not([hidden])")
    assert "選ばれていません" in page.inner_text("#notice")
    # The choice is kept while the panel is closed.
    page.click("#sources > button")
    page.click("#sources > button")
    assert [row(page, name).locator(".ask").is_checked() for name in (ARTICLE, "庭の記録")] == [False, False]
    row(page, "庭の記録").locator(".ask").check()
    assert "山田花子" in ask(page, "庭師の名前は誰ですか").inner_text()


def test_a_text_is_renamed_in_its_row_and_removed_at_the_second_click(visit: Visit, own_address: str) -> None:
    page = visit(own_address, "en-GB")
    add_text(page, "garden", "The gardener is Hanako. The gate's key is in the red box.")
    ask(page, "Where is the gate's key?")
    garden = row(page, "garden")
    garden.locator(".rename").click()
    garden.locator(".new-name").fill("never mind")
    page.keyboard.press("Escape")
    assert garden.locator(".new-name").is_hidden()
    garden.locator(".rename").click()
    garden.locator(".new-name").fill("the garden")
    page.keyboard.press("Enter")
    row(page, "the garden", ".ready").wait_for(**WITHIN)
    page.wait_for_function("() => document.activeElement.classList.contains('rename')")
    assert page.locator("#listing .name").all_text_contents() == [ARTICLE, "the garden"]

    article = row(page, ARTICLE)
    article.locator(".remove").click()
    assert article.locator(".remove").inner_text() == "Really remove?"
    page.focus("#text-name :is(input, textarea)")
    assert article.locator(".remove").inner_text() == "Remove"
    remove_text(page, ARTICLE)
    page.wait_for_function("() => document.querySelector('#header .speaks').textContent.endsWith('the garden')")
    page.wait_for_function("() => document.querySelector('#source article').textContent.includes('Hanako')")
    # The last one cannot be removed, and the row says why.
    for _ in range(2):
        row(page, "the garden").locator(".remove").click()
    row(page, "the garden", ".failed").wait_for(**WITHIN)
    assert "at least one document" in row(page, "the garden").locator(".state").inner_text()
    row(page, "the garden").locator(".dismiss").click()
    row(page, "the garden", ".ready").wait_for(**WITHIN)


def test_a_text_that_is_left_out_stays_so_when_renamed_and_not_when_replaced(visit: Visit, own_address: str) -> None:
    page = visit(own_address)
    add_text(page, "庭の記録", GARDEN)
    row(page, "庭の記録").locator(".ask").uncheck()
    row(page, "庭の記録").locator(".rename").click()
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
  const ready = {id: "", length: 1, indexed: true, state: "ready"};
  const listed = rows.map((row) => ({...ready, ...row}));
  QA.state.texts = {generation: 99, questions: false, sources: [], busy: true, rows: listed};
  if (focus) document.querySelector(focus).focus();
  QA.listing.draw();
}"""


def test_a_rename_that_fails_leaves_out_no_other_text(visit: Visit, own_address: str) -> None:
    page = visit(own_address)
    add_text(page, "庭の記録", GARDEN)
    row(page, "庭の記録").locator(".ask").uncheck()
    row(page, "庭の記録").locator(".rename").click()
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
    open_texts(page)
    row(page, ARTICLE).locator(".rename").click()
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
    assert ("rename" in focused) is not elsewhere
    page.wait_for_function(  # now the server has renamed it
        """() => QA.state.texts.generation !== 99
             && QA.state.texts.rows.some((row) => row.name + row.state === 'the articleready')"""
    )


def test_cancelling_is_offered_only_where_it_works(visit: Visit, own_address: str) -> None:
    page = visit(own_address)
    open_texts(page)
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
    open_texts(page)
    page.click("#build")
    page.wait_for_selector("#build-result .trouble:not([hidden])")
    (tmp_path / "tower.md").write_text("The tower is red.", encoding="utf-8")
    (tmp_path / "program.txt").write_bytes(b"\x7fELF\0\1\2\3" * 9)
    give_files(page, tmp_path / "tower.md", tmp_path / "program.txt")
    row(page, "tower.md", ".ready").wait_for(**WITHIN)
    assert "program" in row(page, "program.txt", ".failed").locator(".state").inner_text()
    assert "The tower is red." in ask(page, "What colour is the tower?").locator(".answer").inner_text()
    row(page, "program.txt").locator(".dismiss").click()
    row(page, "program.txt").wait_for(state="detached")
    page.wait_for_function("() => !document.querySelector('#text-files').textContent.includes('tower')")
    (tmp_path / "tower.md").write_text("The tower is green.", encoding="utf-8")
    before = page.inner_text("#header .size")
    give_files(page, tmp_path / "tower.md")
    page.wait_for_function(
        "before => document.querySelector('#header .size').textContent !== before", arg=before, **WITHIN
    )
    assert "The tower is green." in ask(page, "What colour is the tower?").locator(".answer").inner_text()
    assert page.locator("#listing .name").all_text_contents().count("tower.md") == 1


def test_pasted_texts_without_a_name_take_their_first_line_and_replace_nothing(visit: Visit, own_address: str) -> None:
    page = visit(own_address)
    for text in ("庭の記録\n\n庭師は山田花子です。", "庭の記録\n\n門の鍵は赤い箱の中です。"):
        add_text(page, "", text, ready=False)
    row(page, "庭の記録 (2)", ".ready").wait_for(**WITHIN)
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


def test_every_open_page_shows_what_another_does(visit: Visit, own_address: str) -> None:
    first, second = visit(own_address), visit(own_address, "en-GB")
    open_texts(second)
    add_text(first, "庭の記録", GARDEN)
    row(second, "庭の記録", ".ready").wait_for(**WITHIN)
    second.wait_for_function("() => document.querySelector('#header .speaks').textContent.includes('1 more')")
    second.reload()
    second.wait_for_selector("html[data-ready]")
    open_texts(second)
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


def test_the_box_for_files_is_in_the_pages_language(visit: Visit, own_address: str) -> None:
    page = visit(own_address, "en-GB")
    open_texts(page)
    said = "() => document.querySelector('#text-files [data-testid=upload-text]').innerText.trim()"
    page.wait_for_function(f"words => ({said})() === words", arg=words_of("en")["sources.drop"])
    page.select_option("#language", "ar")
    page.wait_for_function(f"words => ({said})() === words", arg=words_of("ar")["sources.drop"])


def is_seen(page: Any, part: Any) -> bool:
    """Return whether a part of the panel is in sight, not below the fold."""
    box, panel = part.bounding_box(), page.locator("#reading").bounding_box()
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
    open_texts(page)
    page.set_input_files("#text-files input[type=file]", [tmp_path / "tower.md", tmp_path / "heavy.txt"])
    page.wait_for_function("() => document.querySelector('#text-files').textContent.includes('tower')")
    assert page.inner_text("#build-result .line").startswith("heavy.txt は追加していません。")
    assert "50 MiB" in page.inner_text("#build-result .line")
    assert is_seen(page, page.locator("#build-result .line"))
    assert not page.is_visible(".toast-wrap .toast-body")
    page.click("#build")
    row(page, "tower.md", ".ready").wait_for(**WITHIN)


@pytest.mark.parametrize("place", ["#chat", "#text-files button"])
def test_a_heavy_file_is_left_out_wherever_it_is_dropped(visit: Visit, own_address: str, place: str) -> None:
    page = visit(own_address)
    open_texts(page)
    page.evaluate(
        """([place, bytes]) => {
          const data = new DataTransfer();
          data.items.add(new File([new Uint8Array(bytes + 1)], 'heavy.txt'));
          data.items.add(new File(['塔は赤い。'], 'tower.txt'));
          const drop = new DragEvent('drop', {dataTransfer: data, bubbles: true, cancelable: true});
          document.querySelector(place).dispatchEvent(drop);
        }""",
        [place, MAX_UPLOAD],
    )
    page.wait_for_function("() => document.querySelector('#text-files')?.textContent.includes('tower')")
    assert page.inner_text("#build-result .line").startswith("heavy.txt は追加していません。")
    assert not page.is_visible(".toast-wrap .toast-body")


def test_a_file_dropped_anywhere_opens_the_panel_with_it(visit: Visit, own_address: str) -> None:
    page = visit(own_address)
    page.evaluate(
        """() => {
          const data = new DataTransfer();
          data.items.add(new File(['塔は赤い。'], 'tower.txt', {type: 'text/plain'}));
          const drop = new DragEvent('drop', {dataTransfer: data, bubbles: true, cancelable: true});
          document.querySelector('#chat').dispatchEvent(drop);
        }"""
    )
    page.wait_for_function("() => document.querySelector('#text-files')?.textContent.includes('tower')")
    page.click("#build")
    row(page, "tower.txt", ".ready").wait_for(**WITHIN)


def test_on_a_phone_the_panel_fits_and_works_by_keyboard(visit: Visit, own_address: str) -> None:
    page = visit(own_address, "ja-JP", PHONE)
    page.click("#header .view[data-view=source]")
    open_texts(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.focus("#listing .ask")
    page.keyboard.press("Space")
    assert re.match("1件中0件", page.inner_text("#listing .from"))
    labels = page.eval_on_selector_all("#listing :is(button, input)", "all => all.map(one => one.ariaLabel)")
    assert all(ARTICLE in label for label in labels)
