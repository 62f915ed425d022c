"""Which requests reach the served page, and how the others are rejected."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from qa.serving import guard
from qa.serving.clients import counted_as
from qa.serving.guard import SECURITY_HEADERS, Guard


async def echo(request: Request) -> PlainTextResponse:
    return PlainTextResponse(str(len(await request.body())))


def client(address: str = "192.0.2.1", **options: Any) -> TestClient:
    paths = ("/", "/healthz", "/readyz", "/metrics")
    app = Starlette(routes=[Route(path, echo, methods=["GET", "POST"]) for path in paths])
    guarded = Guard(app, frozenset({"localhost"}), **options)
    return TestClient(guarded, base_url="http://127.0.0.1", client=(address, 50000))


def test_a_stranger_is_rejected_and_a_supervisor_is_not() -> None:
    async def stranger(request: Request) -> PlainTextResponse | None:
        return None if request.headers.get("x-name") == "anna" else PlainTextResponse("Who are you?", 401)

    guarded = client(stranger=stranger)
    refused = guarded.get("/")
    assert (refused.status_code, refused.text) == (401, "Who are you?")
    assert {name: refused.headers.get(name) for name in SECURITY_HEADERS} == SECURITY_HEADERS
    assert guarded.get("/", headers={"x-name": "anna"}).status_code == 200
    assert guarded.get("/metrics").status_code == 401
    assert guarded.get("/healthz").status_code == guarded.get("/readyz").status_code == 200


def test_a_client_may_send_so_many_requests_and_no_more() -> None:
    limited = client(rate=3)
    assert [limited.post("/").status_code for _ in range(5)] == [200, 200, 200, 429, 429]
    assert limited.get("/").status_code == 200  # reading is not limited


def asking_from(guarded: TestClient, address: str) -> TestClient:
    return TestClient(guarded.app, base_url="http://127.0.0.1", client=(address, 50000))


def test_the_rate_counts_a_network_of_ipv6_addresses_as_one_client() -> None:
    limited = client("2001:db8:0:1::1", rate=2)
    addresses = ("2001:db8:0:1::2", "2001:db8:0:1:ffff::3", "2001:db8:0:2::1", "192.0.2.1", "::ffff:192.0.2.1")
    assert limited.post("/").status_code == 200
    assert [asking_from(limited, one).post("/").status_code for one in addresses] == [200, 429, 200, 200, 200]
    assert asking_from(limited, "::ffff:192.0.2.1").post("/").status_code == 429


@pytest.mark.parametrize(
    ("address", "client"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("192.0.2.1:50000", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("[2001:db8:0:1::5]:50000", "2001:db8:0:1::/64"),
        ("2001:db8:0:1:2:3:4:5", "2001:db8:0:1::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("testclient", "testclient"),
    ],
)
def test_an_address_is_counted_as_its_client(address: str, client: str) -> None:
    assert counted_as(address) == client


@pytest.mark.parametrize("declared", [True, False])
def test_a_body_that_is_too_large_is_rejected_with_or_without_a_declared_length(
    monkeypatch: pytest.MonkeyPatch, declared: bool
) -> None:
    monkeypatch.setattr(guard, "MAX_BODY", 1000)
    parts = [b"x" * 100] * 11
    assert client().post("/", content=b"".join(parts) if declared else iter(parts)).status_code == 413
    assert client().post("/", content=iter(parts[:10])).text == "1000"


def test_every_reply_is_counted() -> None:
    seen: list[tuple[str, int]] = []
    counted = client(seen=lambda method, status: seen.append((method, status)))
    counted.get("/")
    counted.get("/nowhere")
    counted.post("/", headers={"origin": "http://evil.example"})
    assert seen == [("GET", 200), ("GET", 404), ("POST", 403)]
