"""The public API of the served page: ``retrieve``, ``answer`` and ``list_sources``, for other programs.

The docstrings are what a caller reads in the API's own description.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from html import escape
from typing import ParamSpec, TypeVar

import gradio as gr
from gradio.events import api

from qa.answer import answer as answer_question
from qa.errors import QAError
from qa.retrieval import retrieve as retrieve_hits
from qa.ui.open_index import OpenIndex

P = ParamSpec("P")
R = TypeVar("R")


def add_endpoints(open_index: OpenIndex) -> None:
    """Declares the endpoints; call it inside ``gr.Blocks``."""

    # Gradio reads the annotations as objects: list[dict] and dict are what it knows.
    def retrieve(question: str, k: int = 5) -> list[dict]:  # type: ignore[type-arg]
        """Finds the passages nearest to a question, best first.

        Args:
            question: What to look for, at most 2,000 characters, in any language.
            k: How many passages.

        Returns:
            Objects with source, start, end (0-based code points, end exclusive), text, score, dense,
            lexical, terms and section.
        """
        return [hit.to_dict() for hit in retrieve_hits(open_index.current(), question, k)]

    def answer(question: str, k: int = 10) -> dict:  # type: ignore[type-arg]
        """Answers a question with the text's own sentences, each cited at its exact place.

        Args:
            question: What to answer, at most 2,000 characters, in any language.
            k: From how many passages.

        Returns:
            An object with question, answered, confidence, text, citations (n, source, start, end, quote;
            0-based code points, end exclusive) and searched_for. Not answered: text is empty, and related has
            the nearest passages.
        """
        return answer_question(open_index.current(), question, k).to_dict()

    def list_sources() -> list[dict]:  # type: ignore[type-arg]
        """Lists the texts that are asked: name, length in code points, sha256 of the UTF-8."""
        return [
            {"name": source.name, "length": len(source.text), "sha256": source.sha256}
            for source in open_index.current().sources.values()
        ]

    for endpoint in (retrieve, answer, list_sources):
        api(_in_one_sentence(endpoint), api_name=endpoint.__name__)


def _in_one_sentence(endpoint: Callable[P, R]) -> Callable[P, R]:
    @wraps(endpoint)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return endpoint(*args, **kwargs)
        except QAError as error:
            raise gr.Error(escape(str(error)), print_exception=False) from error

    return wrapped
