"""The public endpoints, called by Gradio's client, over plain HTTP, and as MCP tools by a real MCP client."""

from __future__ import annotations

import asyncio
import json
import shutil
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from browser import serving
from coroutines import run

from qa.conversation import reply
from qa.errors import ServeError
from qa.index import Index
from qa.service.open_index import QUESTIONS_AT_ONCE, QUESTIONS_WAITING, OpenIndex
from qa.serving.app import build_app

GARDEN = "庭師の名前は山田花子です。彼女は毎朝六時に水をまきます。"
ENDPOINTS = {
    "retrieve": {"question": "string", "k": "integer", "sources": None},
    "answer": {"question": "string", "k": "integer", "sources": None, "history": None},
    "list_sources": {},
    "build": {"text": "string", "name": "string", "add": "boolean"},
}
"""Name -> arguments and their JSON types; None for one that may be null."""


@pytest.fixture(scope="module")
def index_folder(article_index: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("endpoints") / "index"
    shutil.copytree(article_index, folder)
    return folder


@pytest.fixture(scope="module")
def client(index_folder: Path) -> Iterator[Any]:
    from gradio_client import Client

    with serving(index_folder) as url:
        yield Client(url, verbose=False, analytics_enabled=False)


def test_four_endpoints_are_public_and_typed(client: Any) -> None:
    named = client.view_api(return_format="dict", print_info=False)["named_endpoints"]
    assert {name.strip("/"): [p["parameter_name"] for p in said["parameters"]] for name, said in named.items()} == {
        name: list(arguments) for name, arguments in ENDPOINTS.items()
    }
    for name, said in named.items():
        types = {p["parameter_name"]: p["type"].get("type") for p in said["parameters"]}
        assert types == ENDPOINTS[name.strip("/")]
        assert said["description"]


def test_a_text_is_added_and_then_asked_alone(client: Any, index_folder: Path) -> None:
    (article,) = client.predict(api_name="/list_sources")
    built = client.predict(GARDEN, "庭", True, api_name="/build")
    assert built["sources"] == 2 and built["reused"] == built["passages"] - built["embedded"] > 0
    assert built["generation"] == Index.open(index_folder).generation
    listed = client.predict(api_name="/list_sources")
    assert [source["name"] for source in listed] == [article["name"], "庭"]
    assert built["replaced"] == []
    assert client.predict(GARDEN, "庭", True, api_name="/build")["replaced"] == ["庭"]
    hits = client.predict("Who became interim CEO?", 3, ["庭"], api_name="/retrieve")
    assert [GARDEN[hit["start"] : hit["end"]] for hit in hits] == [hit["text"] for hit in hits]
    assert {hit["source"] for hit in hits} == {"庭"}
    result = client.predict("庭師の名前は誰ですか", 10, ["庭"], api_name="/answer")
    assert [GARDEN[c["start"] : c["end"]] for c in result["citations"]] == [c["quote"] for c in result["citations"]]
    assert "山田花子" in result["text"]


def test_what_is_no_question_gets_a_reply_of_its_kind(client: Any) -> None:
    sources = {one["name"]: one for one in client.predict(api_name="/list_sources")}
    thanks = client.predict("thank you very much", api_name="/answer")
    assert (thanks["kind"], thanks["turn"], thanks["citations"]) == ("talk", "thanks", [])
    assert thanks["suggested"]
    overview = client.predict("what is this about?", api_name="/answer")
    assert overview["kind"] == "overview"
    assert {one["source"] for one in (*overview["citations"], *overview["outline"])} <= sources.keys()
    assert [one["n"] for one in overview["citations"]] == list(range(1, len(overview["citations"]) + 1))
    more = client.predict("show me more", 10, None, [overview], api_name="/answer")
    assert more["kind"] == "place"
    shown = {(one["source"], one["start"]) for one in overview["citations"]}
    assert not shown & {(one["source"], one["start"]) for one in more["citations"]}


def test_a_follow_up_is_answered_with_what_answer_returned_before(client: Any) -> None:
    def asked_after(earlier: dict[str, Any]) -> Any:
        return client.predict("何時に水をまきますか", 10, ["庭"], [earlier], api_name="/answer")

    client.predict(GARDEN, "庭", True, api_name="/build")
    before = client.predict("庭師の名前は誰ですか", 10, ["庭"], api_name="/answer")
    assert "六時" in asked_after(before)["text"]
    cited = before["citations"][0]
    forged = before | {"citations": [cited | {"quote": "嘘" * len(cited["quote"])}]}
    assert asked_after(forged) == asked_after(before | {"citations": [], "span": None})


def test_a_build_without_add_replaces_everything(client: Any) -> None:
    built = client.predict("門の鍵は赤い箱の中にあります。", api_name="/build")
    assert (built["sources"], built["passages"], built["embedded"]) == (1, 1, 1)
    assert [source["name"] for source in client.predict(api_name="/list_sources")] == ["text"]


@pytest.mark.parametrize(
    ("endpoint", "arguments", "sentence"),
    [
        ("answer", [""], r"^The question is empty"),
        ("answer", ["鍵は?", 10, ["no such"]], r"^There is no document named no such"),
        ("retrieve", ["鍵は?", 5, []], r"^No document is selected"),
        ("build", [" "], r"^text is empty"),
    ],
)
def test_an_error_is_one_sentence(client: Any, endpoint: str, arguments: list[Any], sentence: str) -> None:
    from gradio_client.exceptions import AppError

    with pytest.raises(AppError, match=sentence):
        client.predict(*arguments, api_name=f"/{endpoint}")


def test_a_call_over_http_may_leave_out_arguments_with_a_default(client: Any) -> None:
    answered = httpx.post(f"{client.src}gradio_api/run/answer", json={"data": ["鍵はどこですか"]})
    assert answered.json()["data"][0]["citations"][0]["quote"] == "門の鍵は赤い箱の中にあります。"


@pytest.mark.parametrize(
    ("endpoint", "data", "sentence"),
    [
        ("answer", ["秘密の鍵は?", "ten"], "The argument k of answer is not valid: input should be a valid integer"),
        (
            "retrieve",
            ["秘密の鍵は?", 0],
            "The argument k of retrieve is not valid: input should be greater than or equal",
        ),
        ("answer", ["秘密の鍵は?", 1001], "The argument k of answer is not valid: input should be less than or equal"),
        (
            "answer",
            ["秘密の鍵は?", 5, "秘密"],
            "The argument sources of answer is not valid: input should be a valid list.",
        ),
        ("answer", [None], "The argument question of answer is not valid: input should be a valid string."),
        (
            "answer",
            ["秘密の鍵は?", 10, None, [{}] * 21],
            "The argument history of answer is not valid: list should have at most 20 items",
        ),
        (
            "answer",
            ["秘密の鍵は?", 10, None, [{"question": "秘密", "searched_for": "秘密", "citations": [{"n": 1}]}]],
            "The argument history[0].citations[0].source of answer is not valid: field required.",
        ),
        (
            "answer",
            ["秘密の鍵は?", 10, None, [{"question": "秘密" * 1001, "searched_for": "", "citations": []}]],
            "The argument history[0].question of answer is not valid: string should have at most 2000 characters.",
        ),
        ("build", ["秘密の文です。", {"秘密": 1}], "The argument name of build is not valid"),
        ("build", [["秘密"]], "The argument text of build is not valid: input should be a valid string."),
        ("answer", [], "This call failed: compare its arguments with the endpoint's description."),
    ],
)
def test_a_call_that_does_not_fit_is_rejected_and_not_logged(
    client: Any, index_folder: Path, endpoint: str, data: list[Any], sentence: str
) -> None:
    refused = httpx.post(f"{client.src}gradio_api/run/{endpoint}", json={"data": data})
    assert refused.status_code == 500 and refused.json()["error"].startswith(sentence)
    log = (index_folder.parent / "server.log").read_text(encoding="utf-8")
    assert "Traceback" not in log and "秘密" not in log and "Received inputs" not in log


def test_questions_beyond_the_limit_wait_and_beyond_that_are_rejected(
    article_index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_once = Counter[str]()
    rejected = threading.Event()

    def counted(*given: Any, **options: Any) -> Any:
        at_once["now"] += 1
        at_once["most"] = max(at_once["most"], at_once["now"])
        try:
            assert rejected.wait(60)
            return reply(*given, **options)
        finally:
            at_once["now"] -= 1

    monkeypatch.setattr("qa.service.open_index.reply", counted)
    served = httpx.ASGITransport(build_app(OpenIndex(article_index)))

    async def ask_64_times() -> list[httpx.Response]:
        async with httpx.AsyncClient(transport=served, base_url="http://127.0.0.1", timeout=60) as asking:
            path, question = "/gradio_api/run/answer", {"data": ["暫定CEOに任命されたのは誰ですか"]}
            calls = [asyncio.create_task(asking.post(path, json=question)) for _ in range(64)]
            done: set[asyncio.Task[httpx.Response]] = set()
            while len(done) < 64 - QUESTIONS_AT_ONCE - QUESTIONS_WAITING:
                more, _ = await asyncio.wait(set(calls) - done, return_when=asyncio.FIRST_COMPLETED)
                done |= more
            rejected.set()
            return list(await asyncio.gather(*calls))

    replies = run(ask_64_times())
    assert at_once["most"] == QUESTIONS_AT_ONCE
    assert Counter(reply.status_code for reply in replies) == {200: QUESTIONS_AT_ONCE + QUESTIONS_WAITING, 503: 44}
    refused = next(reply for reply in replies if reply.status_code == 503)
    assert refused.json()["error"] == "The server is busy with other requests: try again in a moment."
    assert refused.headers["retry-after"] == "5"


# MCP


def test_serving_mcp_without_the_extra_is_a_one_line_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from qa.serving.server import serve

    monkeypatch.setitem(sys.modules, "mcp", None)
    with pytest.raises(ServeError, match=r"pip install 'cited-qa\[mcp\]'`\.$"):
        serve(tmp_path, port=0, mcp=True)


@pytest.fixture(scope="module")
def mcp_address(article_index: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    pytest.importorskip("mcp", reason="the extra cited-qa[mcp] is not installed")
    folder = tmp_path_factory.mktemp("mcp") / "index"
    shutil.copytree(article_index, folder)
    with serving(folder, "--mcp") as url:
        yield f"{url}gradio_api/mcp/"


def call(address: str, *calls: tuple[str, dict[str, Any]]) -> tuple[list[Any], list[Any]]:
    """Return the tools of a server and the results of calls, over streamable HTTP."""
    from mcp import ClientSession
    from mcp.client.streamable_http import streamablehttp_client

    async def session() -> tuple[list[Any], list[Any]]:
        async with streamablehttp_client(address) as (read, write, _), ClientSession(read, write) as client:
            await client.initialize()
            tools = (await client.list_tools()).tools
            return tools, [await client.call_tool(name, arguments) for name, arguments in calls]

    return run(session())


def test_the_tools_are_the_four_endpoints_with_typed_and_described_arguments(mcp_address: str) -> None:
    tools, _ = call(mcp_address)
    assert [tool.name for tool in tools] == list(ENDPOINTS)
    for tool in tools:
        assert tool.description
        arguments = tool.inputSchema["properties"]
        assert {name: schema.get("type") for name, schema in arguments.items()} == ENDPOINTS[tool.name]
        assert all(schema["description"].endswith(".") for schema in arguments.values())


def test_each_tool_does_what_its_endpoint_does(mcp_address: str, article_index: Path) -> None:
    (article,) = Index.open(article_index).sources.values()
    question = {"question": "Who became interim CEO?"}
    _, results = call(
        mcp_address,
        ("list_sources", {}),
        ("retrieve", {**question, "k": 2}),
        ("answer", question),
        ("build", {"text": GARDEN, "name": "庭", "add": True}),
        ("retrieve", {**question, "sources": ["庭"]}),
        ("answer", {"question": ""}),
    )
    *done, refused = results
    listed, hits, answered, built, of_garden = (json.loads(result.content[0].text) for result in done)
    assert [source["sha256"] for source in listed] == [article.sha256]
    assert [article.text[hit["start"] : hit["end"]] for hit in hits] == [hit["text"] for hit in hits] != []
    assert answered["answered"]
    assert all(article.text[c["start"] : c["end"]] == c["quote"] for c in answered["citations"])
    assert built["sources"] == 2
    assert {hit["source"] for hit in of_garden} == {"庭"}
    assert refused.isError and "The question is empty" in refused.content[0].text


def test_the_guard_protects_mcp_too(mcp_address: str) -> None:
    import httpx

    asked = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    accept = {"accept": "application/json, text/event-stream"}
    own = httpx.post(mcp_address, json=asked, headers=accept)
    assert own.status_code == 200 and "content-security-policy" in own.headers
    assert httpx.post(mcp_address, json=asked, headers={**accept, "origin": "http://evil.example"}).status_code == 403
    assert httpx.post(mcp_address, json=asked, headers={**accept, "host": "evil.example"}).status_code == 400
