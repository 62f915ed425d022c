"""Who is let through to the served page, and what stops everyone else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from qa import guard
from qa.accounts import Accounts, hashed_password
from qa.guard import SECURITY_HEADERS, Guard

Client = Callable[..., TestClient]


async def echo(request: Request) -> PlainTextResponse:
    return PlainTextResponse(str(len(await request.body())))


def client(**options: Any) -> TestClient:
    paths = ("/", "/healthz", "/readyz", "/metrics")
    app = Starlette(routes=[Route(path, echo, methods=["GET", "POST"]) for path in paths])
    return TestClient(Guard(app, frozenset({"localhost"}), **options), base_url="http://127.0.0.1")


@pytest.fixture
def guarded() -> TestClient:
    """With one account."""
    return client(accounts=Accounts(f"anna:{hashed_password('鍵')}", "here"))


def test_without_accounts_everyone_comes_in() -> None:
    assert client().get("/").status_code == 200


def test_with_accounts_a_name_and_its_password_are_asked_for(guarded: TestClient) -> None:
    refused = guarded.get("/")
    assert refused.status_code == 401
    assert refused.headers["www-authenticate"].startswith("Basic ")
    assert {name: refused.headers.get(name) for name in SECURITY_HEADERS} == SECURITY_HEADERS
    assert guarded.get("/", auth=("anna", "鍵".encode())).status_code == 200
    assert guarded.get("/metrics").status_code == 401
    for wrong in (("anna", "key"), ("ben", "鍵".encode()), ("", "")):
        assert guarded.get("/", auth=wrong).status_code == 401  # type: ignore[arg-type]
    for header in ("Basic", "Basic !", "Basic YW5uYQ==", "Bearer x", "Basic /w=="):
        assert guarded.get("/", headers={"authorization": header}).status_code == 401


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_a_supervisor_asks_without_a_password(guarded: TestClient, path: str) -> None:
    assert guarded.get(path).status_code == 200


def test_a_password_that_was_right_is_hashed_once_an_hour(guarded: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    hashed: list[str] = []
    allow = Accounts.allow
    monkeypatch.setattr(Accounts, "allow", lambda self, name, word: hashed.append(name) or allow(self, name, word))
    now = 1000.0
    monkeypatch.setattr(guard.time, "monotonic", lambda: now)
    for now, times in ((1000.0, 1), (1000.0 + 3599, 1), (1000.0 + 3601, 2)):  # noqa: B007
        assert guarded.get("/", auth=("anna", "鍵".encode())).status_code == 200
        assert len(hashed) == times


def test_passwords_cannot_be_tried_out(guarded: TestClient) -> None:
    tried = [guarded.get("/", auth=("anna", str(n))).status_code for n in range(12)]
    assert tried == [401] * 10 + [429] * 2
    told = guarded.get("/", auth=("anna", "鍵".encode()))
    assert told.status_code == 429 and told.headers["retry-after"] == "60"


def test_one_client_asks_so_often_and_no_more() -> None:
    limited = client(rate=3)
    assert [limited.post("/").status_code for _ in range(5)] == [200, 200, 200, 429, 429]
    assert limited.get("/").status_code == 200  # reading is free


@pytest.mark.parametrize("told", [True, False])
def test_a_body_that_is_too_large_is_refused_whether_its_size_is_told_or_not(
    monkeypatch: pytest.MonkeyPatch, told: bool
) -> None:
    monkeypatch.setattr(guard, "MAX_BODY", 1000)
    parts = [b"x" * 100] * 11
    assert client().post("/", content=b"".join(parts) if told else iter(parts)).status_code == 413
    assert client().post("/", content=iter(parts[:10])).text == "1000"


def test_what_was_answered_is_counted() -> None:
    seen: list[tuple[str, int]] = []
    counted = client(seen=lambda method, status: seen.append((method, status)))
    counted.get("/")
    counted.get("/nowhere")
    counted.post("/", headers={"origin": "http://evil.example"})
    assert seen == [("GET", 200), ("GET", 404), ("POST", 403)]
