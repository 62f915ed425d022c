"""The public API of the served page: ``retrieve``, ``answer``, ``list_sources`` and ``build``, for other programs.

The same four are the tools of ``qa serve --mcp``. The docstrings are what a caller reads in the API's own
description, and what an MCP client tells its model.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from html import escape
from typing import Any, ParamSpec, TypeVar

import gradio as gr
from gradio.events import api

from qa.errors import QAError
from qa.retrieval import retrieve as retrieve_hits
from qa.sources import source_from_text
from qa.ui.open_index import OpenIndex

P = ParamSpec("P")
R = TypeVar("R")


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


def give_json_to_mcp(page: gr.Blocks) -> None:
    """Has the MCP server of a mounted page answer in JSON; Gradio's own answers are Python's notation."""
    server: Any = page.mcp_server_obj

    def as_json(results: list[Any], _root_url: str) -> list[Any]:
        return [
            server.types.TextContent(type="text", text=json.dumps(result, ensure_ascii=False)) for result in results
        ]

    server.postprocess_output_data = as_json


def _in_one_sentence(endpoint: Callable[P, R]) -> Callable[P, R]:
    @wraps(endpoint)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return endpoint(*args, **kwargs)
        except QAError as error:
            raise gr.Error(escape(str(error)), print_exception=False) from error

    return wrapped
