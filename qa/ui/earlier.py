"""The ``history`` of a call over HTTP or MCP: earlier answers as ``answer`` returned them -> ``Answer`` objects.

A program may send anything, so the type and the size of everything that is used are checked here. What is cited is
compared with the current texts before it is used (`qa.answering.turns`). Offsets are 0-based code points, end
exclusive.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import Field, ValidationError

from qa.answer import Answer
from qa.conversation.kinds import Said
from qa.errors import QAError
from qa.retrieval import MAX_QUESTION
from qa.ui.kept import MOST_CITATIONS_OF_TURN
from qa.ui.kept_parts import KeptCitation, KeptSpan, Part

_Question = Annotated[str, Field(max_length=MAX_QUESTION)]


class _EarlierAnswer(Part):
    question: _Question
    searched_for: _Question
    citations: Annotated[list[KeptCitation], Field(max_length=MOST_CITATIONS_OF_TURN)]
    span: KeptSpan | None = None
    turn: Annotated[Said, Field(strict=False)] | None = None

    def opened(self) -> Answer:
        """Return the answer, without what a later turn does not need."""
        return Answer(
            question=self.question,
            text="",
            citations=tuple(citation.opened() for citation in self.citations),
            answered=bool(self.citations),
            confidence=0.0,
            hits=(),
            searched_for=self.searched_for,
            span=self.span.opened() if self.span else None,
            turn=self.turn.value if self.turn else "",
        )


def earlier_answers(history: Sequence[object]) -> list[Answer]:
    """Return the answers of a history, oldest first.

    Raises:
        QAError: one is not as ``answer`` returns it.
    """
    return [_opened(number, one) for number, one in enumerate(history)]


def _opened(number: int, sent: Any) -> Answer:
    try:
        return _EarlierAnswer.model_validate(sent).opened()
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        place = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in (number, *first["loc"]))
        expected = first["msg"][:1].lower() + first["msg"][1:]
        raise QAError("call.argument", argument=f"history{place}", endpoint="answer", expected=expected) from None
