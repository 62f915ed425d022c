"""What the server answers and rejects, without a browser."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from manifests import rewrite_manifest

from qa.errors import QuestionError, ServeError
from qa.maintenance.repair import repair
from qa.service.open_index import OpenIndex
from qa.serving.app import build_app
from qa.serving.guard import SECURITY_HEADERS
from qa.serving.server import serve


@pytest.fixture(scope="module")
def client(article_index: Path) -> Iterator[TestClient]:
    with TestClient(build_app(OpenIndex(article_index)), base_url="http://127.0.0.1") as client:
        yield client


def test_healthz_says_which_generation_answers(client: TestClient, article_index: Path) -> None:
    generation = OpenIndex(article_index).current().generation
    assert client.get("/healthz").json() == {"status": "ok", "generation": generation}


def test_healthz_says_that_there_is_no_index(tmp_path: Path) -> None:
    with TestClient(build_app(OpenIndex(tmp_path)), base_url="http://127.0.0.1") as client:
        assert client.get("/healthz").json() == {"status": "no index", "generation": None}


def test_readyz_is_503_until_something_answers(client: TestClient, tmp_path: Path) -> None:
    assert client.get("/readyz").status_code == 200
    with TestClient(build_app(OpenIndex(tmp_path)), base_url="http://127.0.0.1") as nothing:
        reply = nothing.get("/readyz")
        assert (reply.status_code, reply.json()["status"]) == (503, "no index")


def test_readyz_is_503_if_another_model_made_the_index(article_index: Path, tmp_path: Path) -> None:
    shutil.copytree(article_index, tmp_path / "index")
    rewrite_manifest(tmp_path / "index", {"model": {"fingerprint": "0" * 16}})
    open_index = OpenIndex(tmp_path / "index")
    with TestClient(build_app(open_index), base_url="http://127.0.0.1") as client:
        reply = client.get("/readyz")
        assert (reply.status_code, reply.json()) == (503, {"status": "no model", "generation": 1})
        assert client.get("/healthz").status_code == 200
        repair(tmp_path / "index")
        assert client.get("/readyz").status_code == 200


@pytest.mark.parametrize("origin", ["http://localhost:9999", "http://evil.example", "null"])
def test_no_other_site_may_read_along(article_index: Path, origin: str) -> None:
    with TestClient(build_app(OpenIndex(article_index), ["chat.example"]), base_url="http://chat.example") as client:
        for path in ("/", "/config", "/healthz"):
            reply = client.get(path, headers={"origin": origin})
            assert reply.status_code == 200
            assert [name for name in reply.headers if name.startswith("access-control-")] == []


def test_metrics_count_questions_by_outcome_without_their_words(article_index: Path) -> None:
    open_index = OpenIndex(article_index)
    with TestClient(build_app(open_index), base_url="http://127.0.0.1") as client:
        open_index.answer(open_index.current(), "暫定CEOに任命されたのは誰ですか")
        with pytest.raises(QuestionError):
            open_index.answer(open_index.current(), "")
        client.get("/healthz")
        reply = client.get("/metrics").text
    assert 'qa_questions_total{outcome="answered"} 1.0' in reply
    assert 'qa_questions_total{outcome="failed"} 1.0' in reply
    assert "qa_answer_seconds_count 2.0" in reply
    assert 'qa_http_requests_total{method="GET",status="200"} 1.0' in reply
    assert f"qa_index_passages {float(len(open_index.current().passages))}" in reply
    assert "process_resident_memory_bytes" in reply
    assert "CEO" not in reply


def test_serving_other_machines_needs_accounts_or_no_auth() -> None:
    with pytest.raises(ServeError, match=r"^Other machines can reach 0\.0\.0\.0: give --users FILE .*, or --no-auth"):
        serve("index", host="0.0.0.0", port=0)


def test_so_does_serving_through_a_proxy() -> None:
    with pytest.raises(ServeError, match=r"^Other machines can reach chat\.example\.org: give --users"):
        serve("index", port=0, names=["chat.example.org"])
    with pytest.raises(ServeError, match=r"^Other machines can reach 127\.0\.0\.1: give --users"):
        serve("index", port=0, proxies=["127.0.0.1"])


def test_a_proxy_has_to_be_an_address() -> None:
    with pytest.raises(
        ServeError, match=r"^'proxy\.example\.org' is not an IP address: give --proxy the address of the proxy"
    ):
        serve("index", port=0, proxies=["proxy.example.org"])


@pytest.mark.parametrize("path", ["/", "/healthz", "/config", "/nothing-here"])
def test_every_reply_carries_the_security_headers(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    assert {name: headers.get(name) for name in SECURITY_HEADERS} == SECURITY_HEADERS


def test_a_request_for_a_foreign_host_name_is_rejected(client: TestClient) -> None:
    assert client.get("/healthz", headers={"host": "evil.example"}).status_code == 400
    assert client.get("/healthz", headers={"host": "127.0.0.1.evil.example:80"}).status_code == 400
    for own in ("localhost:7860", "127.0.0.1", "[::1]:7860", "192.168.1.20:7860"):
        assert client.get("/healthz", headers={"host": own}).status_code == 200


def test_another_sites_page_cannot_write(client: TestClient) -> None:
    path = "/gradio_api/queue/join"
    assert client.post(path, json={}, headers={"origin": "http://evil.example"}).status_code == 403
    assert client.post(path, json={}, headers={"origin": "http://127.0.0.1"}).status_code != 403


def test_no_file_of_the_machine_and_no_monitoring_is_served(client: TestClient, article_index: Path) -> None:
    assert client.get(f"/gradio_api/file={article_index / 'CURRENT'}").status_code in (403, 404)
    assert client.get("/gradio_api/file=/etc/passwd").status_code in (403, 404)
    assert client.get("/monitoring/summary").status_code in (403, 404)
    assert client.get("/openapi.json").status_code == 404


def test_the_page_names_no_other_host(client: TestClient) -> None:
    page = client.get("/").text
    assert "fonts.googleapis.com" not in page and "fonts.gstatic.com" not in page
    assert client.get("/config").json()["analytics_enabled"] is False


def test_a_port_in_use_is_a_one_line_error() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(ServeError, match=rf"^Cannot listen on 127\.0\.0\.1 port {port} \(.+\): .+--port\.$"):
            serve("index", port=port)


@pytest.mark.parametrize("host", ["no such host", "256.256.256.256"])
def test_an_unknown_host_is_a_one_line_error(host: str) -> None:
    with pytest.raises(ServeError, match="leave out --host"):
        serve("index", host=host, port=0)


def test_an_address_of_another_machine_is_rejected() -> None:
    with pytest.raises(ServeError, match=r"^Cannot listen on 203\.0\.113\.1 "):
        serve("index", host="203.0.113.1", port=0)


SERVE = """
import sys
from qa.serving.server import ending_at_once, serve
with ending_at_once():
    serve(sys.argv[1], port=0, open_browser=True)
"""


def test_without_an_index_it_says_that_a_document_can_be_added_and_opens_the_page(tmp_path: Path) -> None:
    opened = tmp_path / "opened"
    os.mkfifo(opened)
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" > {opened}\n', encoding="utf-8")
    browser.chmod(0o755)
    command = [sys.executable, "-c", SERVE, str(tmp_path / "index")]
    environment = {**os.environ, "BROWSER": f"{browser} %s"}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    ) as server:
        url = opened.read_text(encoding="utf-8").strip()  # blocks until the browser is opened
        server.terminate()
        said, errors = server.communicate(timeout=60)
    assert (
        said
        == f"cited-qa is running at {url}\nThere is no document in {tmp_path / 'index'} yet: add one on the page.\n"
    )
    assert (server.returncode, errors) == (0, "")


@pytest.mark.parametrize(("code", "status", "said"), [("0", 0, ""), ("3", 3, ""), ("'no room'", 1, "no room\n")])
def test_the_process_ends_with_the_code_it_was_given(code: str, status: int, said: str) -> None:
    program = f"from qa.serving.server import ending_at_once\nwith ending_at_once(): raise SystemExit({code})"
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (status, said)
