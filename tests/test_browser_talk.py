"""Turns that are no questions, in a browser: a line, an overview whose headings and [n] lead to the text, a place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

playwright_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
from browser import ANSWERS_WITHIN, ask, needs_chromium  # noqa: E402

from qa.catalogue import words_of  # noqa: E402

pytestmark = needs_chromium
Visit = Callable[..., Any]
expect = playwright_api.expect
expect.set_options(timeout=ANSWERS_WITHIN)
JAPANESE = words_of("ja")


def test_a_conversation_with_thanks_an_overview_and_a_place(visit: Visit, address: str) -> None:
    page = visit(address, locale="ja-JP")
    replies = page.locator("#chat .talk")
    ask(page, "thank you very much")
    expect(replies.last).to_contain_text(JAPANESE["talk.thanks"])
    assert page.locator("#chat .next button.suggested").count() > 0
    ask(page, "what is this about?")
    expect(replies.last).to_contain_text(JAPANESE["talk.overview"])
    cited = replies.last.locator("button.cite")
    assert cited.all_text_contents() == [f"[{n}]" for n in range(1, cited.count() + 1)]
    replies.last.locator("button.topic").first.click()
    expect(page.locator("#source .sentence").first).to_be_visible()
    quote = replies.last.locator(".answer .quote").all_text_contents()
    ask(page, "where does it say that?")
    expect(replies.last).to_contain_text(JAPANESE["talk.where"])
    assert replies.last.locator(".answer .quote").all_text_contents() == quote
    page.reload()
    page.wait_for_selector("#chat .talk.place")
    assert page.locator("#chat .talk").count() == 3
    assert page.locator("#chat .abstained").count() == 0
