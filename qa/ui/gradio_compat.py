"""Everything that this package uses of Gradio beyond its documented interface, in one place.

``tests/test_gradio_compat.py`` has one test for each function here: when a new release of Gradio changes something,
that test names it. No other module touches Gradio's private names, and all get ``gr`` from here, because here it is
imported faster.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Awaitable, Callable, Iterator, MutableMapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any


@contextmanager
def _without_stubs() -> Iterator[None]:
    """Keep Gradio from writing type stubs while it is imported, which takes 40% of the time of its import.

    For each class of a component it renders a stub and compares it with the ``.pyi`` file in its own folder. It leaves
    a class alone whose source has no file.
    """
    file_of = inspect.getfile

    def no_file_of_gradio(thing: Any) -> str:
        if str(getattr(thing, "__module__", "")).startswith("gradio."):
            raise OSError("no stub is wanted")
        return file_of(thing)

    inspect.getfile = no_file_of_gradio  # type: ignore[assignment]
    try:
        yield
    finally:
        inspect.getfile = file_of


with _without_stubs():
    import gradio as gr
    from gradio.events import api

__all__ = [
    "FRONTEND_NAMES", "Call", "Proceed", "ServerFunction", "answer_mcp_in_json", "declare_endpoint", "gr",
    "limit_sessions", "mcp_trouble", "scripted_part", "sent_data", "wrap_calls",
]  # fmt: skip

ServerFunction = Callable[..., Any]
"""A function that a part's script may call. It must be a plain function: Gradio sets an attribute on it."""


def scripted_part(template: str, script: str, functions: Sequence[ServerFunction] = (), **options: Any) -> gr.HTML:
    """Return a component of our own: a fixed piece of HTML and the script that draws its value.

    Gradio compiles the template and sanitises nothing, so no data may enter it: the script puts the value in place as
    text. An event that the script names in quotes becomes a method of the component: ``part.open(handler, ...)``.

    Args:
        template: HTML without placeholders.
        script: JavaScript, run when the part is loaded, with ``element``, ``props``, ``trigger``, ``watch`` and
            ``server``.
        functions: what the script may call, by name, as ``server.name(argument)``. Several arguments arrive
            as one list.
        options: other options of ``gr.HTML``.
    """
    return gr.HTML(
        html_template=template,
        js_on_load=script,
        apply_default_css=False,
        server_functions=list(functions) or None,
        **options,
    )


def sent_data(event: gr.EventData) -> object:
    """Return what a script sent with an event, unchecked: any JSON, or None."""
    data: object = event._data
    return data


def declare_endpoint(function: Callable[..., Any], name: str) -> None:
    """Declare a public endpoint, within ``gr.Blocks``: outside the queue, over HTTP and MCP."""
    # Through the queue, Gradio's MCP server would call over HTTP whatever host the request named.
    api(function, api_name=name, queue=False)


def limit_sessions(page: gr.Blocks, count: int) -> None:
    """Keep the state of at most so many visitors in memory. Call it before the page is mounted."""
    page.state_session_capacity = count


@dataclass(frozen=True)
class Call:
    """A call that Gradio is about to make, for the page or for another program.

    Attributes:
        name: the endpoint's name, or the handler's.
        is_public: whether other programs may call it.
        function: the Python function.
        scope: the ASGI scope of the HTTP request behind it; None in the queue and over MCP.
    """

    name: str
    is_public: bool
    function: Callable[..., Any]
    scope: MutableMapping[str, Any] | None


Proceed = Callable[[list[Any]], Awaitable[Any]]


def wrap_calls(page: gr.Blocks, wrapper: Callable[[Call, list[Any], Proceed], Awaitable[Any]]) -> None:
    """Have every call of a page go through ``wrapper(call, inputs, proceed)``, which awaits ``proceed(inputs)``."""
    process = page.process_api

    async def process_api(block_fn: Any, inputs: list[Any], **rest: Any) -> Any:
        block_fn = page.fns[block_fn] if isinstance(block_fn, int) else block_fn
        http = getattr(rest.get("request"), "request", None)
        call = Call(
            name=str(block_fn.api_name),
            is_public=block_fn.api_visibility == "public",
            function=block_fn.fn,
            scope=None if http is None else http.scope,
        )

        async def proceed(inputs: list[Any]) -> Any:
            return await process(block_fn, inputs, **rest)

        return await wrapper(call, inputs, proceed)

    page.process_api = process_api  # type: ignore[method-assign, assignment]


def mcp_trouble(page: gr.Blocks) -> str:
    """Return why the MCP server of a mounted page did not start, or "". Gradio goes on without it."""
    return page.mcp_error or ""


def answer_mcp_in_json(page: gr.Blocks) -> None:
    """Have the MCP server of a mounted page answer in JSON; Gradio's own answers are in Python's notation."""
    server: Any = page.mcp_server_obj

    def as_json(results: list[Any], _root_url: str) -> list[Any]:
        return [
            server.types.TextContent(type="text", text=json.dumps(result, ensure_ascii=False)) for result in results
        ]

    server.postprocess_output_data = as_json


FRONTEND_NAMES = (
    "app", "block", "bubble-wrap", "column", "contain", "dark", "flex-wrap", "gradio-container", "html-container",
    "icon-button-wrapper", "main", "message", "message-content", "message-row", "message-wrap", 'role="log"',
    "scroll-down-button-container", "toast-wrap", "wrap",
)  # fmt: skip
"""Classes, test ids and roles of Gradio's frontend that the page's scripts and styles select."""
