"""An answer from the texts -> the same answer with a reply that a language model wrote, checked sentence by sentence.

    reply(...)  ->  Answer with its verbatim citations  ->  the model  ->  sentences, each with our verdict

The answer itself never changes: its citations are those that it has without a model. A question that the texts do not
answer is not sent anywhere, and neither is a turn that is no question to them, unless it asks for an overview.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from qa.answer import Answer
from qa.conversation import reply
from qa.conversation.kinds import Kind
from qa.errors import LanguageModelError
from qa.index import Index
from qa.llm.check import Checker
from qa.llm.client import LanguageModel
from qa.llm.given import given_sentences
from qa.llm.prompt import messages_for
from qa.llm.statements import Statement, statements_of
from qa.llm.support import Support
from qa.llm.written import Sentence, Written

_log = logging.getLogger(__name__)

WRITTEN_KINDS = ("answer", Kind.OVERVIEW.value)
"""The kinds of replies that a model writes for; it writes an overview from the overview's own sentences."""


def reply_written(
    index: Index,
    question: str,
    k: int = 10,
    *,
    model: LanguageModel | None,
    history: Sequence[Answer] = (),
    **options: Any,
) -> Answer:
    """Reply to a turn as :func:`qa.conversation.reply` does; ``written`` of the answer is what the model made of it.

    Args:
        index: an open index.
        question: up to 2,000 code points, in any language.
        k: how many passages to return as ``hits``.
        model: the language model; None for none.
        history: the earlier answers of the conversation, oldest first.
        options: further arguments of :func:`qa.conversation.reply`.

    Raises:
        QuestionError, SourceError, IndexError_, ModelError, ValueError: as for ``reply``. What goes wrong with the
        language model is no error but the reason why there is no written reply (``Written.trouble``).
    """
    answer = reply(index, question, k, history=history, **options)
    if model is not None:
        for written in writing(index, answer, model, history):
            answer = replace(answer, written=written)
    return answer


def writing(
    index: Index,
    answer: Answer,
    model: LanguageModel,
    history: Sequence[Answer] = (),
    stop: threading.Event | None = None,
) -> Iterator[Written]:
    """Yield what a model writes to an answer, each time that a sentence is complete and checked; at last all of it.

    Nothing is yielded, and nothing sent, for an answer that cites nothing, or a turn that is no question to the texts,
    unless it asks for an overview.
    """
    if not answer.answered or answer.kind not in WRITTEN_KINDS or not answer.citations:
        return
    stop = stop or threading.Event()
    given = given_sentences(index, answer)
    draft = _Draft(Checker(answer.question, given, Support(given)))
    last = Written("", (), model.name, model.host, complete=False)
    yield last
    trouble, told = "", tuple[tuple[str, str], ...]()
    try:
        for piece in model.stream(messages_for(answer.question, given, history), stop):
            draft.text += piece
            checked = draft.checked(complete=False)
            if len(checked) > len(last.sentences):
                last = replace(last, text=draft.text, sentences=checked)
                yield last
    except LanguageModelError as error:
        _log.info("no reply was written, or not all of it: %s", error)
        trouble, told = error.code, tuple((name, str(value)) for name, value in error.values.items())
    finally:
        stop.set()
    if not trouble and not draft.text.strip():
        trouble = "llm.empty"
    sentences = draft.checked(complete=not trouble)
    numbers = {n for one in sentences if one.passed for n in one.cited}
    more = tuple(one for one in given[len(answer.citations) :] if one.n in numbers)
    yield replace(
        last, text=draft.text, sentences=sentences, given=more, trouble=trouble, told=told,
        complete=not trouble, done=True,
    )  # fmt: skip


class _Draft:
    """A reply that grows, and the verdicts on its sentences so far; each sentence is checked once.

    Attributes:
        text: what has arrived.
    """

    def __init__(self, checker: Checker) -> None:
        self.text = ""
        self._checker = checker
        self._known: dict[Statement, Sentence] = {}

    def checked(self, complete: bool) -> tuple[Sentence, ...]:
        """Return the verdicts; of a reply that is not complete, the last sentence may go on and is left out."""
        statements = statements_of(self.text)
        if not complete:
            statements = statements[:-1]
        for one in statements:
            if one not in self._known:
                self._known[one] = self._checker.check(one, self.text)
        return tuple(self._known[one] for one in statements)
