"""The public API of the served page, for other programs: ``retrieve``, ``answer``, ``list_sources`` and ``build``.

The same four are the tools of ``qa serve --mcp``. Their docstrings are the API's description, and what an MCP client
tells its model.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from functools import wraps
from html import escape
from inspect import Parameter, signature
from traceback import format_tb
from typing import Annotated, Any, ParamSpec, TypeVar

from pydantic import Field, ValidationError, validate_call

from qa.answering.turns import MOST_TURNS
from qa.errors import BusyError, QAError
from qa.reading.files import source_from_text
from qa.service.open_index import OpenIndex
from qa.ui.earlier import earlier_answers
from qa.ui.gradio_compat import Call, Proceed, declare_endpoint, gr, wrap_calls

P = ParamSpec("P")
R = TypeVar("R")

HitCount = Annotated[int, Field(ge=1, le=1000)]
"""How many passages a call may ask for, as in ``qa search -k``; each one costs time."""
EarlierAnswers = Annotated[list[dict], Field(max_length=MOST_TURNS)]  # type: ignore[type-arg]
_BUSY = "qa.busy"
"""Key in a request's ASGI scope; set if the request was rejected because too many others were waiting."""

_log = logging.getLogger(__name__)


def add_endpoints(open_index: OpenIndex) -> None:
    """Declare the endpoints; call it inside ``gr.Blocks``."""
    for endpoint in (*_asking(open_index), *_texts(open_index)):
        declare_endpoint(_with_one_line_errors(endpoint), endpoint.__name__)  # limited by the open index


def _asking(open_index: OpenIndex) -> tuple[Callable[..., Any], ...]:
    """Return the endpoints that ask the texts."""

    # Gradio reads the annotations as objects: list[dict] and dict are the types it knows.
    def retrieve(question: str, k: HitCount = 5, sources: list[str] | None = None) -> list[dict]:  # type: ignore[type-arg]
        """Find the passages nearest to a question, best first.

        Args:
            question: What to look for, at most 2,000 characters, in any language.
            k: How many passages to return, 1 to 1000.
            sources: Names of the texts to search, as list_sources gives them; all texts if left out.

        Returns:
            Objects with source, start, end (0-based code points, end exclusive), text, score, dense,
            lexical, terms and section.
        """
        hits = open_index.retrieve(open_index.current(), question, k, sources)
        return [hit.to_dict() for hit in hits]

    def answer(
        question: str,
        k: HitCount = 10,
        sources: list[str] | None = None,
        history: EarlierAnswers | None = None,
    ) -> dict:  # type: ignore[type-arg]
        """Answer a question with the text's own sentences, each cited; "what is this about?" with an overview.

        Args:
            question: What to answer, at most 2,000 characters, in any language.
            k: How many passages to look for, 1 to 1000.
            sources: Names of the texts to ask, as list_sources gives them; all texts if left out.
            history: What answer returned for earlier questions, oldest first, 20 at most; a follow-up is read with it.

        Returns:
            An object with question, kind (answer, abstention; if no question: talk, overview, list), answered,
            confidence (that citation 1 answers), text, citations (n, source, start, end, quote; 0-based code points,
            end exclusive; kind; context), searched_for, span (words in citation 1 that answer, or null), sure (false:
            "possibly"). If declined: related (the nearest passages). If no question: turn (what it is), outline,
            suggested (questions). If several questions: parts (an answer to each). origin: what it was made with. With
            a language model: written (its sentences, passed or struck).
        """
        earlier = earlier_answers(history or ())
        return open_index.answer_in_full(open_index.current(), question, k, sources, history=earlier).to_dict()

    return retrieve, answer


def _texts(open_index: OpenIndex) -> tuple[Callable[..., Any], ...]:
    """Return the endpoints that list and change the texts."""

    def list_sources() -> list[dict]:  # type: ignore[type-arg]
        """List the texts that can be asked: name, length in code points, SHA-256 of the UTF-8 text."""
        return [
            {"name": source.name, "length": len(source.text), "sha256": source.sha256}
            for source in open_index.current().sources.values()
        ]

    def build(text: str, name: str = "text", add: bool = False) -> dict:  # type: ignore[type-arg]
        """Build the index from a text, and return when the text can be asked.

        Args:
            text: The text, at most 5,000,000 characters.
            name: The name that citations give it.
            add: True adds the text to the others, or replaces the text of the same name; false replaces all.

        Returns:
            An object with generation, sources and passages (how many there are now), embedded, reused (of the
            passages), seconds, and replaced (the names of texts that were replaced by one of the same name).
        """
        index = open_index.build([source_from_text(name, text)], add=add)
        assert index.built  # this process has built it
        return index.built.to_dict()

    return list_sources, build


def with_discreet_errors(page: gr.Blocks) -> gr.Blocks:
    """Return the page with errors that log where they happened, but nothing that a visitor or a program sent.

    Gradio itself would print the values that do not fit a call. A call that leaves out arguments gets their defaults.
    """

    async def discreet(call: Call, inputs: list[Any], proceed: Proceed) -> Any:
        try:
            return await proceed([*inputs, *_left_out(call, inputs)])
        except gr.Error as error:
            if isinstance(error.__cause__, BusyError) and call.scope is not None:
                call.scope[_BUSY] = True
            raise
        except Exception as error:
            places = "".join(format_tb(error.__traceback__))
            _log.error("a call of %s failed with %s:\n%s", call.name, type(error).__name__, places)
            raise gr.Error(str(QAError("call.failed")), print_exception=False) from None

    wrap_calls(page, discreet)
    return page


def was_busy(scope: Mapping[str, Any]) -> bool:
    """Return whether the call in this request (its ASGI scope) was rejected because too many others were waiting."""
    return _BUSY in scope


def _left_out(call: Call, inputs: list[Any]) -> list[Any]:
    """Return the defaults of the arguments that a call leaves out; none if one of them has no default."""
    if not call.is_public:
        return []
    defaults = [argument.default for argument in signature(call.function).parameters.values()][len(inputs) :]
    return [] if Parameter.empty in defaults else defaults


def _with_one_line_errors(endpoint: Callable[P, R]) -> Callable[P, R]:
    """Return the endpoint, with checked arguments and errors of one sentence."""
    checked = validate_call(endpoint)

    @wraps(endpoint)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return checked(*args, **kwargs)
        except QAError as error:
            raise gr.Error(escape(str(error)), print_exception=False) from error
        except ValidationError as error:
            raise gr.Error(escape(_misfit(error, endpoint)), print_exception=False) from None

    return wrapped


def _misfit(error: ValidationError, endpoint: Callable[..., Any]) -> str:
    """Return a sentence that names the argument that is not valid and what it should be, but not its value."""
    first = error.errors(include_input=False, include_url=False)[0]
    place = first["loc"][0]
    name = list(signature(endpoint).parameters)[place] if isinstance(place, int) else place
    expected = first["msg"][:1].lower() + first["msg"][1:]
    return str(QAError("call.argument", argument=name, endpoint=endpoint.__name__, expected=expected))
