"""The chat in a browser: editing and repeating questions, suggestions, and going from a sentence back to its [n]."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

playwright_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
from browser import ANSWERS_WITHIN, PHONE, ask, in_menu, needs_chromium, unfold  # noqa: E402

pytestmark = needs_chromium
Visit = Callable[..., Any]
expect = playwright_api.expect
expect.set_options(timeout=ANSWERS_WITHIN)

UNANSWERED = "What is the boiling point of tungsten?"
FIRST, SECOND, OTHER = "暫定CEOに任命されたのは誰ですか", "Looptとは何ですか", "ChatGPTはいつ公開されましたか"


def questions(page: Any) -> list[str]:
    found: list[str] = page.locator("#chat .asked").all_text_contents()
    return found


def wait_for_questions(page: Any, *expected: str) -> None:
    page.wait_for_function(
        """expected => {
             const asked = [...document.querySelectorAll('#chat .asked')].map((one) => one.textContent);
             return JSON.stringify(asked) === JSON.stringify(expected) && !document.querySelector('#chat .pending');
           }""",
        arg=list(expected),
        timeout=ANSWERS_WITHIN,
    )


def test_a_question_that_is_edited_replaces_itself_and_all_after_it(visit: Visit, address: str) -> None:
    page = visit(address)
    ask(page, FIRST)
    ask(page, SECOND)
    page.locator("#chat .edit").first.click()
    assert page.input_value("#question textarea") == FIRST
    assert page.evaluate("document.activeElement.closest('#question') !== null")
    expect(page.locator("#revising .line")).to_be_visible()
    page.fill("#question textarea", OTHER)
    page.press("#question textarea", "Enter")
    wait_for_questions(page, OTHER)
    expect(page.locator("#revising .line")).to_be_hidden()
    assert "2022年11月30日" in page.locator("#chat .answer").inner_text()


def test_cancelling_an_edit_replaces_nothing(visit: Visit, address: str) -> None:
    page = visit(address)
    ask(page, FIRST)
    for give_up in (lambda: page.click("#revising button"), lambda: page.press("#question textarea", "Escape")):
        page.locator("#chat .edit").first.click()
        give_up()
        expect(page.locator("#revising .line")).to_be_hidden()
    page.fill("#question textarea", SECOND)
    page.press("#question textarea", "Enter")
    wait_for_questions(page, FIRST, SECOND)


def test_a_rejected_question_still_replaces_the_edited_one_when_corrected(visit: Visit, address: str) -> None:
    page = visit(address)
    ask(page, FIRST)
    page.locator("#chat .edit").first.click()
    page.fill("#question textarea", "x" * 2001)
    page.press("#question textarea", "Enter")
    page.wait_for_selector("#notice .line.trouble:not([hidden])")
    expect(page.locator("#revising .line")).to_be_visible()
    page.fill("#question textarea", OTHER)
    page.press("#question textarea", "Enter")
    wait_for_questions(page, OTHER)


def test_an_edit_of_one_conversation_never_reaches_into_another(visit: Visit, address: str) -> None:
    page = visit(address)
    ask(page, FIRST)
    in_menu(page, "#history-open")
    page.click(".drawer .new")
    page.wait_for_selector("#chat .welcome")
    ask(page, SECOND)
    page.evaluate("QA.chat.revise('0'.repeat(32) + ' 0')")  # an entry of another conversation
    page.fill("#question textarea", OTHER)
    page.press("#question textarea", "Enter")
    wait_for_questions(page, SECOND, OTHER)


def test_pointing_at_a_number_shows_its_passage_and_the_passage_can_be_pointed_at(visit: Visit, address: str) -> None:
    page = visit(address)
    excerpt = ask(page, OTHER).locator(".excerpt.c-1")
    page.locator("#chat .cite").first.hover()
    tip = page.locator("#excerpt-tip")
    assert tip.locator("p").first.text_content() == excerpt.locator(".passage").text_content()
    assert tip.locator(".around").first.is_visible() and not excerpt.locator(".around").first.is_visible()
    assert tip.locator("mark").text_content() == excerpt.locator("mark").text_content()
    assert excerpt.locator(".section").inner_text() in tip.inner_text()
    tip.hover()
    page.wait_for_timeout(400)
    expect(tip).to_be_visible()
    page.mouse.move(5, 500)
    expect(tip).to_have_count(0)


def test_escape_finds_the_number_again_after_the_chat_was_redrawn(visit: Visit, address: str) -> None:
    page = visit(address)
    unfold(ask(page, FIRST))
    page.locator("#chat .cite").nth(1).click()
    page.wait_for_selector("#source .sentence.current")
    page.locator("#chat .cite").evaluate_all("all => all.forEach(one => one.replaceWith(one.cloneNode(true)))")
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.textContent") == "[2]"


def test_a_question_is_asked_again_in_its_place(visit: Visit, address: str) -> None:
    page = visit(address)
    ask(page, FIRST)
    ask(page, SECOND)
    page.locator("#chat .again").last.click()
    page.wait_for_timeout(300)
    wait_for_questions(page, FIRST, SECOND)
    page.locator("#chat .again").first.click()
    expect(page.locator("#revising .line")).to_be_visible()  # later questions would be lost
    page.press("#question textarea", "Enter")
    wait_for_questions(page, FIRST)


def test_what_was_searched_for_can_be_changed_and_searched_again(visit: Visit, address: str) -> None:
    page = visit(address)
    reply = ask(page, f"  {UNANSWERED} ")
    assert reply.locator(".query").inner_text() == UNANSWERED
    reply.locator(".revise").click()
    assert page.input_value("#question textarea") == UNANSWERED
    page.fill("#question textarea", OTHER)
    page.click("#ask")
    wait_for_questions(page, OTHER)


def test_a_follow_up_is_read_with_what_went_before_and_can_be_asked_without_that(visit: Visit, address: str) -> None:
    page = visit(address)
    ask(page, FIRST)
    follow_up = "なぜ?"
    searched = ask(page, follow_up).locator(".query").inner_text()
    assert searched.endswith(f" {follow_up}")
    page.locator("#chat .alone").click()
    expect(page.locator("#chat .query").last).to_have_text(follow_up)
    wait_for_questions(page, FIRST, follow_up)
    expect(page.locator("#chat .alone")).to_have_count(0)


def test_the_welcome_and_each_answer_offer_questions_that_the_text_answers(visit: Visit, address: str) -> None:
    page = visit(address)
    seen: list[str] = []
    for _ in range(4):
        offered = page.locator("#chat .suggested").all_text_contents()
        assert 1 <= len(offered) <= 3 and not set(offered) & set(seen)
        seen.append(offered[0])
        page.locator("#chat .suggested").first.click()
        wait_for_questions(page, *seen)
        assert page.locator("#chat .message.bot").last.locator(".answer .cite").count() >= 1


IS_IN_SIGHT = """
() => {
  const cite = [...document.querySelectorAll("#chat .cite.c-1")].at(-1);
  const start = Number([...cite.classList].find((name) => name.startsWith("at-")).split("-")[1]);
  const holds = ({ dataset }) => dataset.start <= start && start < dataset.end;
  const sentence = [...document.querySelectorAll("#source .sentence")].find(holds)?.getBoundingClientRect();
  const pane = document.querySelector("#source .pane").getBoundingClientRect();
  const bar = document.querySelector("#source .pane-bar").getBoundingClientRect();
  return Boolean(sentence?.height) && sentence.top >= bar.bottom && sentence.bottom <= pane.bottom;
}
"""
"""Whether the sentence of the newest [1] is in sight in the source, below the pane's bar."""


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
def test_beside_the_chat_the_source_follows_each_answer_and_the_focus_stays(
    visit: Visit, address: str, motion: str
) -> None:
    page = visit(address, reduced_motion=motion)
    for question in (SECOND, FIRST, OTHER):
        ask(page, question)
        page.wait_for_function(IS_IN_SIGHT)
        assert page.evaluate("document.activeElement.closest('#question') !== null")


def test_on_a_phone_the_answer_stays_in_sight_until_its_number_is_pressed(visit: Visit, address: str) -> None:
    page = visit(address, viewport=PHONE)
    ask(page, FIRST)
    expect(page.locator("#source .pane")).to_be_hidden()
    page.click("#chat .cite.c-1")
    page.wait_for_function(IS_IN_SIGHT)


def test_a_marked_sentence_leads_back_to_its_number(visit: Visit, address: str) -> None:
    page = visit(address)
    ask(page, FIRST)
    for act in (lambda mark: mark.click(), lambda mark: mark.press("Enter"), lambda mark: mark.press("Space")):
        page.focus("#question textarea")
        page.evaluate("document.querySelectorAll('#chat .lit').forEach((cite) => cite.classList.remove('lit'))")
        mark = page.locator("#source .sentence.cited").first
        act(mark)
        lit = page.locator("#chat .cite.lit")
        expect(lit).to_have_count(1)
        start, end = mark.get_attribute("data-start"), mark.get_attribute("data-end")
        assert f"at-{start}-{end}" in lit.get_attribute("class")
        expect(page.locator("#chat .cite.lit:focus")).to_have_count(1)


def test_a_marked_sentence_keeps_the_focus_while_the_page_changes(visit: Visit, address: str) -> None:
    page = visit(address)
    ask(page, FIRST)
    page.locator("#source .sentence.cited").first.focus()
    page.evaluate("""async () => {
        document.querySelector('#notice').append(document.createElement('i'));
        await new Promise((resolve) => setTimeout(resolve, 200));
    }""")
    assert page.evaluate("document.activeElement.matches('#source .sentence.cited')")


def test_on_a_phone_a_marked_sentence_leads_back_to_the_chat(visit: Visit, address: str) -> None:
    page = visit(address, viewport=PHONE)
    ask(page, FIRST)
    page.locator("#chat .cite").first.click()
    expect(page.locator("#source")).to_be_visible()
    page.locator("#source .sentence.cited").first.click()
    expect(page.locator("#chat .cite.lit")).to_be_visible()


def test_an_abstention_offers_questions_that_the_text_does_answer(visit: Visit, address: str) -> None:
    page = visit(address)
    reply = ask(page, UNANSWERED)
    assert UNANSWERED in reply.locator(".searched").inner_text()
    assert reply.locator(".topic").count() == 0
    question = reply.locator(".suggested").first.inner_text()
    reply.locator(".suggested").first.click()
    wait_for_questions(page, UNANSWERED, question)
    assert page.locator("#chat .message.bot").last.locator(".answer .cite").count()


def test_an_excerpt_is_copied_with_its_place(visit: Visit, address: str) -> None:
    page = visit(address, permissions=["clipboard-read", "clipboard-write"])
    excerpt = ask(page, FIRST).locator(".excerpt.c-1")
    excerpt.locator(".menu > summary").click()
    excerpt.locator(".copy").click()
    expect(excerpt.locator(".copy")).to_have_text("コピーしました")
    copied = page.evaluate("navigator.clipboard.readText()")
    quote, origin = excerpt.locator(".quote").text_content(), excerpt.locator(".place").inner_text()
    section = excerpt.locator(".section").inner_text()
    assert copied == f"{quote}\n[1] openai-turmoil.txt, {section}, {origin}"
