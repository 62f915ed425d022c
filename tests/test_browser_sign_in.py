"""Accounts in a real browser: signing in, a session that ends while the page is open, and a server that restarts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from browser import ANSWERS_WITHIN, DESKTOP, ask, free_port, in_menu, needs_chromium, serving

from qa.serving.accounts import hashed_password

playwright_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytestmark = needs_chromium

FIRST, SECOND = "暫定CEOに任命されたのは誰ですか", "誰が解任されましたか"


@pytest.fixture(scope="module")
def users(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A users file: anna with the password 鍵, and ben with 錠."""
    file = tmp_path_factory.mktemp("users") / "users.txt"
    file.write_text(f"anna:{hashed_password('鍵')}\nben:{hashed_password('錠')}\n", encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def guarded(article_index: Path, users: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server that these two may use, also through a proxy."""
    by_proxy = ("--name", "chat.example.org", "--proxy", "127.0.0.1")
    with serving(article_index, "--users", str(users), *by_proxy, folder=tmp_path_factory.mktemp("served")) as url:
        yield url


@pytest.fixture
def guest(browser: Any) -> Iterator[Any]:
    """A page in a new profile, whose requests may fail."""
    context = browser.new_context(locale="ja-JP", viewport=DESKTOP)
    context.set_default_timeout(ANSWERS_WITHIN)
    yield context.new_page()
    context.close()


def sign_in(page: Any, name: str, password: str) -> None:
    page.fill("[name=name]", name)
    page.fill("[name=password]", password)
    page.press("[name=password]", "Enter")


def signed_in(page: Any, url: str, name: str = "anna", password: str = "鍵") -> None:
    page.goto(url)
    sign_in(page, name, password)
    page.wait_for_selector("html[data-ready]")


def sign_out(page: Any) -> None:
    in_menu(page, "#header .sign-out button")
    page.wait_for_selector("[name=password]")


def test_the_form_leads_to_the_chat_and_an_open_page_says_when_its_session_has_ended(guest: Any, guarded: str) -> None:
    guest.goto(guarded)
    sign_in(guest, "anna", "key")
    assert guest.locator("[role=alert]").inner_text() == "名前またはパスワードが違います。"
    signed_in(guest, guarded)
    assert ask(guest, FIRST).locator(".cite").count()
    assert not guest.is_visible("#header .unheard")

    other = guest.context.new_page()
    other.goto(guarded)
    other.wait_for_selector("html[data-ready]")
    sign_out(other)
    guest.wait_for_selector("#header .unheard:not([hidden])")
    assert "ログアウトされました" in guest.inner_text("#header .unheard")
    guest.fill("#question textarea", SECOND)
    with guest.expect_response("**/queue/join*") as refused:
        guest.press("#question textarea", "Enter")
    assert refused.value.status == 401
    guest.wait_for_timeout(500)
    assert guest.input_value("#question textarea") == SECOND
    assert guest.locator("#chat .cite").first.is_visible()

    with guest.context.expect_page() as opened:
        guest.click("#header .unheard a")
    sign_in(opened.value, "anna", "鍵")
    opened.value.wait_for_selector("html[data-ready]")
    guest.bring_to_front()
    guest.wait_for_selector("#header .unheard", state="hidden")
    assert ask(guest, SECOND).locator(".cite").count()
    assert guest.locator("#chat .asked").count() == 2


def test_after_signing_out_neither_back_nor_another_account_shows_what_was_asked(guest: Any, guarded: str) -> None:
    signed_in(guest, guarded)
    ask(guest, FIRST)
    sign_out(guest)
    guest.go_back()
    guest.wait_for_selector("[name=password]")
    sign_in(guest, "ben", "錠")
    guest.wait_for_selector("html[data-ready]")
    assert not guest.locator("#chat .asked").count()
    in_menu(guest, "#history-open")
    assert not guest.locator(".drawer .kept li").count()
    guest.keyboard.press("Escape")
    sign_out(guest)
    signed_in(guest, guarded)
    assert guest.locator("#chat .asked").inner_text() == FIRST  # anna's again

    # The browser may show the page from its cache.
    guest.request.post(f"{guarded}sign-out")
    guest.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
    guest.wait_for_selector("[name=password]")


@pytest.mark.slow
def test_a_page_says_that_its_server_is_gone_and_goes_on_with_the_next_one(
    guest: Any, article_index: Path, tmp_path: Path
) -> None:
    port = free_port()
    with serving(article_index, folder=tmp_path, port=port) as url:
        guest.goto(url)
        guest.wait_for_selector("html[data-ready]")
        ask(guest, FIRST)
        assert not guest.is_visible("#header .sign-out")
    guest.wait_for_selector("#header .unheard:not([hidden])")
    assert "サーバーから応答がありません" in guest.inner_text("#header .unheard")
    assert not guest.is_visible("#header .unheard a")
    guest.fill("#question textarea", SECOND)
    guest.press("#question textarea", "Enter")
    guest.wait_for_timeout(500)
    assert guest.input_value("#question textarea") == SECOND
    assert guest.locator("#chat .cite").first.is_visible() and not guest.is_visible(".toast-wrap")

    with serving(article_index, folder=tmp_path, port=port):
        guest.wait_for_function("() => performance.getEntriesByType('navigation')[0].type === 'reload'")
        guest.wait_for_selector("html[data-ready]")
        guest.wait_for_function("() => document.querySelector('#question textarea')?.value")
        assert guest.input_value("#question textarea") == SECOND
        assert guest.locator("#chat .asked").inner_text() == FIRST
        ask(guest, SECOND)
        assert guest.locator("#chat .asked").all_inner_texts() == [FIRST, SECOND]


def test_a_named_proxy_is_trusted_and_asks_by_the_given_name(guarded: str) -> None:
    def entered(**headers: str) -> httpx.Response:
        given = {"name": "anna", "password": "鍵"}
        return httpx.post(f"{guarded}sign-in", data=given, headers=headers, trust_env=False)

    by_name = {"host": "chat.example.org", "origin": "https://chat.example.org", "x-forwarded-proto": "https"}
    assert entered(**by_name).status_code == 303
    assert "; Secure" in entered(**by_name).headers["set-cookie"]
    assert "; Secure" not in entered().headers["set-cookie"]
    assert entered(**by_name | {"host": "evil.example"}).status_code == 400
    assert entered(**by_name | {"origin": "https://evil.example"}).status_code == 403


def test_nobody_else_may_say_where_a_request_comes_from(article_index: Path, users: Path, tmp_path: Path) -> None:
    with serving(article_index, "--users", str(users), folder=tmp_path) as url:

        def tried(number: int) -> int:
            headers = {"x-forwarded-for": f"192.0.2.{number}"}
            given = {"name": "anna", "password": str(number)}
            return httpx.post(f"{url}sign-in", data=given, headers=headers, trust_env=False).status_code

        assert [tried(number) for number in range(12)] == [401] * 10 + [429] * 2
