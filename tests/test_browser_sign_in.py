"""Where there are accounts, in a real browser: signing in, a session that ends while the page is open, and a server
that is gone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browser import ANSWERS_WITHIN, DESKTOP, ask, needs_chromium, serving

from qa.accounts import hashed_password

playwright_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytestmark = needs_chromium


@pytest.fixture
def guest(browser: Any) -> Iterator[Any]:
    """A page of a fresh profile, in which requests may fail."""
    context = browser.new_context(locale="ja-JP", viewport=DESKTOP)
    context.set_default_timeout(ANSWERS_WITHIN)
    yield context.new_page()
    context.close()


def sign_in(page: Any, password: str) -> None:
    page.fill("[name=name]", "anna")
    page.fill("[name=password]", password)
    page.press("[name=password]", "Enter")


def test_a_session_that_has_ended_is_told_and_after_signing_in_anew_the_page_goes_on(
    guest: Any, article_index: Path, tmp_path: Path
) -> None:
    users = tmp_path / "users.txt"
    users.write_text(f"anna:{hashed_password('鍵')}", encoding="utf-8")
    with serving(article_index, "--users", str(users), folder=tmp_path) as url:
        guest.goto(url)
        sign_in(guest, "key")
        assert guest.locator("[role=alert]").inner_text() == "名前またはパスワードが違います。"
        sign_in(guest, "鍵")
        guest.wait_for_selector("html[data-ready]")
        assert ask(guest, "暫定CEOに任命されたのは誰ですか").locator(".cite").count()
        assert not guest.is_visible("#header .unheard")

        other = guest.context.new_page()
        other.goto(url)
        other.wait_for_selector("html[data-ready]")
        other.click("#header .sign-out button")
        other.wait_for_selector("[name=password]")
        guest.wait_for_selector("#header .unheard:not([hidden])")
        assert "ログインが終わりました" in guest.inner_text("#header .unheard")
        guest.fill("#question textarea", "誰が解任されましたか")
        with guest.expect_response("**/queue/join*") as refused:
            guest.press("#question textarea", "Enter")
        assert refused.value.status == 401
        guest.wait_for_timeout(500)
        assert guest.input_value("#question textarea") == "誰が解任されましたか"
        assert guest.locator("#chat .cite").first.is_visible()

        with guest.context.expect_page() as opened:
            guest.click("#header .unheard a")
        sign_in(opened.value, "鍵")
        opened.value.wait_for_selector("html[data-ready]")
        guest.bring_to_front()
        guest.wait_for_selector("#header .unheard", state="hidden")
        assert ask(guest, "誰が解任されましたか").locator(".cite").count()
        other.close()
        opened.value.close()


def test_a_server_that_is_gone_is_told_and_what_was_answered_stays(
    guest: Any, article_index: Path, tmp_path: Path
) -> None:
    with serving(article_index, folder=tmp_path) as url:
        guest.goto(url)
        guest.wait_for_selector("html[data-ready]")
        ask(guest, "暫定CEOに任命されたのは誰ですか")
        assert not guest.is_visible("#header .sign-out")
    guest.wait_for_selector("#header .unheard:not([hidden])")
    assert "サーバーから応答がありません" in guest.inner_text("#header .unheard")
    assert not guest.is_visible("#header .unheard a")
    guest.fill("#question textarea", "誰が解任されましたか")
    guest.press("#question textarea", "Enter")
    guest.wait_for_timeout(500)
    assert guest.input_value("#question textarea") == "誰が解任されましたか"
    assert guest.locator("#chat .cite").first.is_visible() and not guest.is_visible(".toast-wrap")
