"""The public API of the served page: ``retrieve``, ``answer``, ``list_sources`` and ``build``, for other programs.

The same four are the tools of ``qa serve --mcp``. The docstrings are what a caller reads in the API's own
description, and what an MCP client tells its model.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from functools import wraps
from html import escape
from inspect import Parameter, signature
from traceback import format_tb
from typing import Any, ParamSpec, TypeVar

import gradio as gr
from gradio.events import api
from pydantic import ValidationError, validate_call

from qa.errors import QAError
from qa.reading.files import source_from_text
from qa.retrieval import retrieve as retrieve_hits
from qa.service.open_index import OpenIndex

P = ParamSpec("P")
R = TypeVar("R")

_log = logging.getLogger(__name__)


def add_endpoints(open_index: OpenIndex) -> None:
    """Declares the endpoints; call it inside ``gr.Blocks``."""

    # Gradio reads the annotations as objects: list[dict] and dict are what it knows.
    def retrieve(question: str, k: int = 5, sources: list[str] | None = None) -> list[dict]:  # type: ignore[type-arg]
        """Finds the passages nearest to a question, best first.

        Args:
            question: What to look for, at most 2,000 characters, in any language.
            k: How many passages.
            sources: Names of the texts to search, as list_sources gives them; all when left out.

        Returns:
            Objects with source, start, end (0-based code points, end exclusive), text, score, dense,
            lexical, terms and section.
        """
        hits = retrieve_hits(open_index.current(), question, k, sources=sources)
        return [hit.to_dict() for hit in hits]

    def answer(question: str, k: int = 10, sources: list[str] | None = None) -> dict:  # type: ignore[type-arg]
        """Answers a question with the text's own sentences, each cited at its exact place.

        Args:
            question: What to answer, at most 2,000 characters, in any language.
            k: From how many passages.
            sources: Names of the texts to ask, as list_sources gives them; all when left out.

        Returns:
            An object with question, answered, confidence, text, citations (n, source, start, end, quote;
            0-based code points, end exclusive) and searched_for. Not answered: text is empty, and related has
            the nearest passages.
        """
        return open_index.answer(open_index.current(), question, k, sources).to_dict()

    def list_sources() -> list[dict]:  # type: ignore[type-arg]
        """Lists the texts that are asked: name, length in code points, sha256 of the UTF-8."""
        return [
            {"name": source.name, "length": len(source.text), "sha256": source.sha256}
            for source in open_index.current().sources.values()
        ]

    def build(text: str, name: str = "text", add: bool = False) -> dict:  # type: ignore[type-arg]
        """Builds the index from a text, which then is what is asked. Waits until that is done.

        Args:
            text: The text, at most 5,000,000 characters.
            name: What citations call it.
            add: True puts it beside the texts that are there, false in the place of all of them.

        Returns:
            An object with generation, sources and passages (how many there are now), embedded, reused (of the
            passages) and seconds.
        """
        index = open_index.build([source_from_text(name, text)], add=add)
        assert index.built  # this process has built it
        return index.built.to_dict()

    for endpoint in (retrieve, answer, list_sources, build):
        # Outside the queue: over MCP, Gradio then calls it as it is, instead of asking over HTTP whatever host
        # the request named.
        api(_in_one_sentence(endpoint), api_name=endpoint.__name__, queue=False)


def with_discreet_errors(page: gr.Blocks) -> gr.Blocks:
    """The page, whose errors tell the log where they arose and nothing of what a visitor or a program sent.

    Gradio prints the values that do not fit a call. Here a call that leaves out arguments gets their defaults.
    """
    process = page.process_api

    async def process_api(block_fn: Any, inputs: list[Any], **rest: Any) -> Any:
        block_fn = page.fns[block_fn] if isinstance(block_fn, int) else block_fn
        try:
            return await process(block_fn, [*inputs, *_left_out(block_fn, inputs)], **rest)
        except gr.Error:
            raise
        except Exception as error:
            places = "".join(format_tb(error.__traceback__))
            _log.error("a call of %s failed with %s:\n%s", block_fn.api_name, type(error).__name__, places)
            sentence = "This call failed: compare its arguments with the endpoint's description."
            raise gr.Error(sentence, print_exception=False) from None

    page.process_api = process_api  # type: ignore[method-assign, assignment]
    return page


def _left_out(block_fn: Any, inputs: list[Any]) -> list[Any]:
    """The defaults of an endpoint's arguments that a call leaves out; none where one has to be given."""
    if block_fn.api_visibility != "public":
        return []
    defaults = [argument.default for argument in signature(block_fn.fn).parameters.values()][len(inputs) :]
    return [] if Parameter.empty in defaults else defaults


def give_json_to_mcp(page: gr.Blocks) -> None:
    """Has the MCP server of a mounted page answer in JSON; Gradio's own answers are Python's notation."""
    server: Any = page.mcp_server_obj

    def as_json(results: list[Any], _root_url: str) -> list[Any]:
        return [
            server.types.TextContent(type="text", text=json.dumps(result, ensure_ascii=False)) for result in results
        ]

    server.postprocess_output_data = as_json


def _in_one_sentence(endpoint: Callable[P, R]) -> Callable[P, R]:
    checked = validate_call(endpoint)

    @wraps(endpoint)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return checked(*args, **kwargs)
        except QAError as error:
            raise gr.Error(escape(str(error)), print_exception=False) from error
        except ValidationError as error:
            raise gr.Error(escape(_unfit(error, endpoint)), print_exception=False) from None

    return wrapped


def _unfit(error: ValidationError, endpoint: Callable[..., Any]) -> str:
    """Which argument does not fit, and what it should be; nothing of what it was."""
    first = error.errors(include_input=False, include_url=False)[0]
    place = first["loc"][0]
    name = list(signature(endpoint).parameters)[place] if isinstance(place, int) else place
    what = first["msg"][:1].lower() + first["msg"][1:]
    return f"The argument {name} of {endpoint.__name__} does not fit: {what}."
