"""With accounts: a browser signs in with a form, a program with HTTP Basic, and nobody else comes in."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from typing import Any

import httpx
import pytest
from coroutines import run
from fastapi import FastAPI
from fastapi.testclient import TestClient

from qa.serving import sessions, sign_in
from qa.serving.accounts import Accounts, hashed_password
from qa.serving.guard import Guard
from qa.serving.sign_in import SignIn

ACCOUNTS = Accounts(f"anna:{hashed_password('鍵')}", "here")
BROWSER = {"accept": "text/html,*/*", "user-agent": "Mozilla/5.0"}
PASSWORD = "鍵".encode()
"""The password as a program sends it with HTTP Basic."""


def client(address: str = "http://127.0.0.1") -> TestClient:
    app, door = FastAPI(), SignIn(ACCOUNTS)
    door.add_to(app)
    app.add_middleware(Guard, hosts=frozenset(), stranger=door.rejection)
    app.get("/")(lambda: "in")
    app.get("/config")(lambda: "in")
    return TestClient(app, base_url=address, follow_redirects=False)


@pytest.fixture
def stranger() -> TestClient:
    return client()


def signed_in(browser: TestClient, name: str = "anna", password: str = "鍵") -> Any:
    return browser.post("/sign-in", data={"name": name, "password": password})


def test_a_browser_is_sent_to_the_form_and_from_there_to_the_chat(stranger: TestClient) -> None:
    led = stranger.get("/", headers=BROWSER)
    assert (led.status_code, led.headers["location"]) == (303, "sign-in")
    form = stranger.get("/sign-in")
    assert form.status_code == 200 and 'type="password"' in form.text and form.headers["cache-control"] == "no-store"
    entered = signed_in(stranger)
    assert (entered.status_code, entered.headers["location"]) == (303, "./")
    assert stranger.get("/", headers=BROWSER).json() == "in" and stranger.get("/config").json() == "in"


def test_the_cookie_is_hidden_from_scripts_and_other_sites_and_stays_on_tls(stranger: TestClient) -> None:
    cookie, reader = signed_in(stranger).headers.get_list("set-cookie")
    assert re.fullmatch(r"cited-qa=[\w-]{43}; HttpOnly; Path=/; SameSite=lax", cookie)
    assert re.fullmatch(r"cited-qa-reader=[0-9a-f]{16}; Path=/; SameSite=lax", reader)
    assert "; Secure" in signed_in(client("https://127.0.0.1")).headers["set-cookie"]


def test_the_cookie_that_keeps_accounts_apart_lets_nobody_in(stranger: TestClient) -> None:
    signed_in(stranger)
    del stranger.cookies["cited-qa"]
    assert stranger.get("/config").status_code == 401


def test_after_a_wrong_password_the_form_says_so_and_keeps_the_name(stranger: TestClient) -> None:
    for name, password in (("anna", "key"), ("ben", "鍵"), ("", ""), ('"><b>', "x")):
        refused = signed_in(stranger, name, password)
        assert refused.status_code == 401 and "set-cookie" not in refused.headers
        assert "Wrong name or password." in refused.text
        assert not refused.headers["www-authenticate"].startswith("Basic")
    assert "&quot;&gt;&lt;b&gt;" in refused.text and "<b>" not in refused.text
    assert stranger.get("/config").status_code == 401


@pytest.mark.parametrize(
    ("header", "language", "title"),
    [
        ("ja-JP,ja;q=0.9", "ja", "ログイン"),
        ("fr;q=0.9,zh-CN;q=0.8", "zh-Hans", "登录"),
        ("en;q=0.1, ar;q=1.0", "ar", "تسجيل الدخول"),
        ("JA-jp", "ja", "ログイン"),
        ("en; q=0.1 , ja; Q=0.5", "ja", "ログイン"),
        ("ja;q=0, ar;q=0.001", "ar", "تسجيل الدخول"),
        ("ja;q=nan, ar;q=0.5", "ar", "تسجيل الدخول"),
        ("ar;q=inf, zh-TW", "zh-Hans", "登录"),
        ("tlh;q=x", "en", "Sign in"),
        ("*", "en", "Sign in"),
        ("", "en", "Sign in"),
    ],
)
def test_the_form_is_in_the_browsers_language(stranger: TestClient, header: str, language: str, title: str) -> None:
    form = stranger.get("/sign-in", headers={"accept-language": header}).text
    assert f'lang="{language}"' in form and f"<button>{title}</button>" in form
    assert ('dir="rtl"' in form) == (language == "ar")


def test_after_signing_out_nothing_is_let_in(stranger: TestClient) -> None:
    signed_in(stranger)
    token = stranger.cookies["cited-qa"]
    left = stranger.post("/sign-out")
    assert (left.status_code, left.headers["location"]) == (303, "sign-in")
    assert stranger.get("/config").status_code == 401
    assert stranger.get("/", headers=BROWSER).status_code == 303
    assert signed_in(stranger).status_code == 303 and stranger.cookies["cited-qa"] != token


def test_a_browser_never_opens_a_password_window_of_its_own(stranger: TestClient) -> None:
    for credentials in (None, ("anna", "no")):
        refused = stranger.get("/config", auth=credentials, headers=BROWSER)
        assert refused.status_code == 401 and refused.headers["www-authenticate"].startswith("Cookie ")
    for _ in range(12):  # such as the credentials of a proxy: repeated, they count once
        assert stranger.get("/", auth=("anna", "no"), headers=BROWSER).status_code == 303
    assert signed_in(stranger).status_code == 303


def test_a_program_may_call_itself_mozilla(stranger: TestClient) -> None:
    powershell = {"user-agent": "Mozilla/5.0 (Windows NT; Windows NT 10.0; en-US) WindowsPowerShell/5.1.19041.4522"}
    assert stranger.get("/config", auth=("anna", PASSWORD), headers=powershell).json() == "in"
    assert stranger.get("/config", auth=("anna", "no"), headers=powershell).status_code == 401
    assert stranger.get("/", auth=("anna", PASSWORD), headers=BROWSER).json() == "in"


def test_a_wrong_password_counts_once_however_often_it_is_repeated(stranger: TestClient) -> None:
    assert [stranger.get("/", auth=("anna", "no")).status_code for _ in range(12)] == [401] * 12
    assert stranger.get("/", auth=("anna", PASSWORD)).status_code == 200


@pytest.mark.parametrize(
    "path", ["//sign-in", "/sign-in/", "/sign-in%09", "/healthz%2F..%2Fconfig", "/sign-in%3F/config"]
)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "OPTIONS"])
def test_only_the_forms_own_paths_are_open(stranger: TestClient, method: str, path: str) -> None:
    assert stranger.request(method, path).status_code == 401
    assert stranger.get("/sign-out").status_code == stranger.put("/sign-in").status_code == 401


def test_an_unused_session_ends(stranger: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    signed_in(stranger)
    monkeypatch.setattr(sessions, "UNUSED_SECONDS", 0)
    assert stranger.get("/config").status_code == 401


def test_signing_in_again_ends_the_previous_session(stranger: TestClient) -> None:
    signed_in(stranger)
    before = dict(stranger.cookies)
    signed_in(stranger)
    assert stranger.get("/config").status_code == 200
    stranger.cookies.clear()
    stranger.cookies.update(before)
    assert stranger.get("/config").status_code == 401


def test_a_program_gives_name_and_password_with_each_request(stranger: TestClient) -> None:
    refused = stranger.get("/")
    assert refused.status_code == 401 and refused.headers["www-authenticate"].startswith("Basic ")
    allowed = stranger.get("/", auth=("anna", PASSWORD))
    assert allowed.status_code == 200 and "set-cookie" not in allowed.headers
    for wrong in (("anna", "key"), ("ben", PASSWORD), ("", "")):
        assert stranger.get("/", auth=wrong).status_code == 401  # type: ignore[arg-type]
    for header in ("Basic", "Basic !", "Basic YW5uYQ==", "Bearer x", "Basic /w=="):
        assert stranger.get("/", headers={"authorization": header}).status_code == 401


def test_its_password_is_hashed_once_an_hour(stranger: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    hashed: list[str] = []
    allow = Accounts.allow
    monkeypatch.setattr(Accounts, "allow", lambda self, name, word: hashed.append(name) or allow(self, name, word))
    now = 1000.0
    monkeypatch.setattr(sign_in.time, "monotonic", lambda: now)
    for now, times in ((1000.0, 1), (1000.0 + 3599, 1), (1000.0 + 3601, 2)):  # noqa: B007
        assert stranger.get("/", auth=("anna", PASSWORD)).status_code == 200
        assert len(hashed) == times


@pytest.mark.parametrize("by", ["form", "basic"])
def test_a_client_may_try_ten_wrong_passwords_a_minute(stranger: TestClient, by: str) -> None:
    def tried(password: str) -> Any:
        if by == "form":
            return signed_in(stranger, "anna", password)
        return stranger.get("/", auth=("anna", password.encode()))

    assert [tried(str(n)).status_code for n in range(12)] == [401] * 10 + [429] * 2
    late = tried("鍵")
    assert late.status_code == 429 and late.headers["retry-after"] == "60" and "wait a minute" in late.text


@pytest.mark.parametrize("by", ["form", "basic"])
def test_all_addresses_of_an_ipv6_network_share_that_number(stranger: TestClient, by: str) -> None:
    def tried(password: str) -> int:
        address = f"2001:db8:0:1::{password}"
        asking = TestClient(stranger.app, base_url="http://127.0.0.1", follow_redirects=False, client=(address, 1))
        if by == "form":
            return signed_in(asking, "anna", password).status_code
        return asking.get("/", auth=("anna", password)).status_code

    assert [tried(str(n)) for n in range(12)] == [401] * 10 + [429] * 2


@pytest.mark.parametrize("by", ["form", "basic"])
def test_passwords_that_are_tried_at_once_share_that_number(by: str, monkeypatch: pytest.MonkeyPatch) -> None:
    hashed: list[str] = []
    allow = Accounts.allow
    monkeypatch.setattr(Accounts, "allow", lambda self, name, word: hashed.append(word) or allow(self, name, word))

    async def all_at_once() -> list[int]:
        transport = httpx.ASGITransport(client().app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as asking:

            def tried(password: str) -> Any:
                if by == "form":
                    return asking.post("/sign-in", data={"name": "anna", "password": password})
                return asking.get("/", auth=("anna", password))

            return [reply.status_code for reply in await asyncio.gather(*(tried(str(n)) for n in range(40)))]

    assert Counter(run(all_at_once())) == {401: 10, 429: 30}
    assert len(hashed) == 10


def test_simultaneous_requests_of_a_program_are_hashed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    hashed: list[str] = []
    allow = Accounts.allow
    monkeypatch.setattr(Accounts, "allow", lambda self, name, word: hashed.append(word) or allow(self, name, word))

    async def all_at_once() -> list[int]:
        transport = httpx.ASGITransport(client().app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as asking:
            replies = (asking.get("/", auth=("anna", PASSWORD)) for _ in range(40))
            return [reply.status_code for reply in await asyncio.gather(*replies)]

    assert run(all_at_once()) == [200] * 40
    assert len(hashed) == 1


def test_an_incomplete_form_is_rejected() -> None:
    sent: list[Any] = []

    async def broken() -> None:
        parts = iter([{"type": "http.request", "body": b"name=", "more_body": True}, {"type": "http.disconnect"}])

        async def receive() -> Any:
            return next(parts)

        async def send(message: Any) -> None:
            sent.append(message)

        scope = {
            "type": "http", "method": "POST", "path": "/sign-in", "raw_path": b"/sign-in", "query_string": b"",
            "root_path": "", "scheme": "http", "http_version": "1.1", "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 80), "headers": [(b"host", b"127.0.0.1"), (b"content-length", b"100")],
        }  # fmt: skip
        await client().app(scope, receive, send)

    run(broken())
    assert sent[0]["status"] == 400


def test_a_form_that_is_too_large_malformed_or_foreign_is_rejected(stranger: TestClient) -> None:
    assert stranger.post("/sign-in", content=b"x" * 5000).status_code == 413
    assert stranger.post("/sign-in", content=b"\xff&=&&name").status_code == 401
    assert stranger.post("/sign-in", headers={"origin": "http://evil.example"}).status_code == 403
