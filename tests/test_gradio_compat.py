"""What is used of Gradio beyond its documented interface still works as `qa.ui.gradio_compat` assumes.

After an upgrade of Gradio, look here first: each test names the assumption that broke.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from qa.ui.gradio_compat import (
    FRONTEND_NAMES,
    Call,
    Proceed,
    answer_mcp_in_json,
    declare_endpoint,
    gr,
    limit_sessions,
    mcp_trouble,
    scripted_part,
    sent_data,
    wrap_calls,
)

STUBS = """
import inspect, sys

stubs, file_of = [], inspect.getfile
sys.addaudithook(lambda event, given: stubs.append(given[0]) if event == "open" and ".pyi" in str(given[0]) else None)
import qa.serving.app

print(len(stubs), inspect.getfile is file_of, inspect.getfile(sys.modules["gradio"].HTML))
"""
SCRIPT = "element.onclick = () => trigger('picked', {n: 1});"


class Made:
    """A page with a part of each kind, and what has gone through it."""

    def __init__(self) -> None:
        self.calls: list[tuple[Call, list[Any]]] = []
        with gr.Blocks(analytics_enabled=False) as self.page:
            self.part = scripted_part("<p></p>", SCRIPT, [self.doubler()], value={})
            self.told = gr.JSON()
            self.part.picked(self.pick, None, [self.told], queue=False, api_name="picked")
            gr.Button().click(lambda: 1 / 0, None, None, queue=False, api_visibility="private")

            def shout(text: str, mark: str = "!") -> str:
                return text + mark

            declare_endpoint(shout, "cry")
        limit_sessions(self.page, 3)
        wrap_calls(self.page, self.seen)
        self.app = gr.mount_gradio_app(FastAPI(), self.page, path="/", footer_links=[], mcp_server=True)
        self.client = TestClient(self.app)

    @staticmethod
    def doubler() -> Any:
        def double(number: int) -> int:
            return number * 2

        return double

    @staticmethod
    def pick(event: gr.EventData) -> object:
        return {"sent": sent_data(event)}

    async def seen(self, call: Call, inputs: list[Any], proceed: Proceed) -> Any:
        self.calls.append((call, inputs))
        return await proceed([*inputs, "?"] if call.is_public and len(inputs) == 1 else inputs)

    def run(self, handler: int, data: list[Any], **more: Any) -> Any:
        body = {"fn_index": handler, "data": data, "session_hash": "one", **more}
        return self.client.post("/gradio_api/run/predict", json=body)


@pytest.fixture(scope="module")
def made() -> Iterator[Made]:
    pytest.importorskip("mcp", reason="the extra mcp is not installed")
    made = Made()
    with made.client:
        yield made


def test_gradio_is_imported_without_looking_at_its_type_stubs() -> None:
    said = subprocess.run([sys.executable, "-c", STUBS], capture_output=True, text=True, check=True)
    stubs, restored, file = said.stdout.split()
    assert (stubs, restored, Path(file).name) == ("0", "True", "html.py")


def test_a_part_is_sent_as_its_template_and_its_script(made: Made) -> None:
    [props] = [one["props"] for one in made.client.get("/config").json()["components"] if one["type"] == "html"]
    assert (props["html_template"], props["js_on_load"]) == ("<p></p>", SCRIPT)
    assert props["value"] == {} and props["apply_default_css"] is False


def test_an_event_that_the_script_names_is_a_method_and_no_other(made: Made) -> None:
    with pytest.raises(AttributeError):
        _ = made.part.chosen


@pytest.mark.parametrize("sent", [{"n": 1, "_data": "x"}, ["a"], "text", None])
def test_what_the_script_sends_with_an_event_arrives_as_it_is(made: Made, sent: object) -> None:
    assert made.run(0, [], event_data=sent).json()["data"] == [{"sent": sent}]


def test_the_script_calls_a_function_of_its_part_with_one_argument_and_gets_its_result(made: Made) -> None:
    body = {"component_id": made.part._id, "fn_name": "double", "data": 21, "session_hash": "one"}
    assert made.client.post("/gradio_api/component_server/", json=body).json() == 42
    assert made.client.post("/gradio_api/component_server/", json={**body, "fn_name": "get_config"}).status_code == 404


def test_the_state_of_so_many_visitors_is_kept_and_no_more(made: Made) -> None:
    for number in range(5):
        made.run(0, [], event_data={}, session_hash=f"visitor {number}")
    assert list(made.page.state_holder.session_data) == [f"visitor {number}" for number in (2, 3, 4)]


def test_each_call_goes_through_the_wrapper_with_its_name_visibility_function_and_request(made: Made) -> None:
    made.calls.clear()
    made.client.post("/gradio_api/run/cry", json={"data": ["hello"]})
    [(call, inputs)] = made.calls
    assert (call.name, call.is_public, inputs) == ("cry", True, ["hello"])
    assert call.function("a", "b") == "ab"
    assert call.scope is not None and call.scope["path"].endswith("/run/cry")


def test_a_declared_endpoint_is_public_outside_the_queue_and_has_the_options_of_its_function(made: Made) -> None:
    [declared] = [one for one in made.client.get("/config").json()["dependencies"] if one["api_name"] == "cry"]
    assert (declared["queue"], declared["api_visibility"]) == (False, "public")
    described = made.client.get("/gradio_api/info").json()["named_endpoints"]["/cry"]["parameters"]
    given = [(one["parameter_name"], one["parameter_has_default"], one["parameter_default"]) for one in described]
    assert given == [("text", False, None), ("mark", True, "!")]
    assert "shout" in [tool["name"] for tool in made.client.get("/gradio_api/mcp/schema").json()]


def test_the_wrapper_changes_inputs_and_sees_private_calls_and_their_errors(made: Made) -> None:
    assert made.client.post("/gradio_api/run/cry", json={"data": ["hello"]}).json()["data"] == ["hello?"]
    made.calls.clear()
    assert made.run(1, []).status_code == 500
    [(call, _)] = made.calls
    assert not call.is_public


def test_mcp_starts_and_its_answers_can_be_json(made: Made) -> None:
    assert mcp_trouble(made.page) == ""
    answer_mcp_in_json(made.page)
    server: Any = made.page.mcp_server_obj
    [content] = server.postprocess_output_data([{"text": "猫", "score": None}], "http://localhost")
    assert (content.type, content.text) == ("text", '{"text": "猫", "score": null}')


def test_the_frontend_has_the_names_that_scripts_and_styles_select() -> None:
    assets = Path(gr.__file__).parent / "templates" / "frontend" / "assets"
    code = "".join(path.read_text(encoding="utf-8") for path in assets.glob("*.js"))
    assert [name for name in FRONTEND_NAMES if name not in code] == []
