"""The parts of a conversation as a browser keeps them, as strict models: any JSON goes in, checked parts come out.

Each model checks the type and the size of everything, and what must hold between its parts, and opens as what the page
works with. Offsets are 0-based code points, end exclusive.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from qa.answer import Answer
from qa.answering.parts import MOST_QUESTIONS
from qa.citations import numbered
from qa.conversation.kinds import Kind as ReplyKind
from qa.conversation.kinds import Said, can_be
from qa.conversation.overview import MOST_CITED, MOST_LISTED
from qa.conversation.replies import SUGGESTED
from qa.search.config import DEFAULT_CONFIG
from qa.ui.history import Switched, Turn
from qa.ui.kept_parts import (
    MOST_PARTS,
    AnyText,
    Id,
    KeptCitation,
    KeptHit,
    KeptOrigin,
    KeptSpan,
    Moment,
    Name,
    Number,
    Part,
    Sha256,
    Whole,
)  # fmt: skip

MOST_ENTRIES = 2_000
MOST_CITATIONS = DEFAULT_CONFIG.max_citations
"""Citations of an answer to one question; an overview has up to `qa.conversation.overview.MOST_CITED`."""
MOST_CITATIONS_OF_TURN = max(MOST_CITED, MOST_QUESTIONS * MOST_CITATIONS)
"""Citations of one turn, which may be several questions."""
MOST_CITATIONS_IN_ALL = 1_000
"""Citations of one conversation. Each one may have to be searched for in all texts when it is drawn."""
MOST_HITS = DEFAULT_CONFIG.passages_read
"""Passages kept of one answer: those it cites are among those that were read for it."""


def _place(citation: KeptCitation) -> tuple[int, str, int, int, str]:
    return citation.n, citation.source, citation.start, citation.end, citation.quote


class KeptAnswer(Part):
    """An answer, as a browser keeps it or as the shell and HTTP print it."""

    kind: Annotated[ReplyKind, Field(strict=False)] | None = None  # conversations that were kept before 0.2 have none
    answered: bool
    confidence: Number
    searched_for: AnyText
    citations: Annotated[list[KeptCitation], Field(max_length=MOST_CITATIONS_OF_TURN)]
    span: KeptSpan | None = None
    sure: bool = True
    differing: list[KeptSpan] = Field(default_factory=list, max_length=MOST_CITATIONS)
    hits: list[KeptHit] = Field(default_factory=list, max_length=MOST_QUESTIONS * MOST_HITS)
    origin: KeptOrigin | None = None
    turn: Annotated[Said, Field(strict=False)] | None = None
    text: AnyText = ""
    outline: list[KeptCitation] = Field(default_factory=list, max_length=MOST_LISTED)
    suggested: list[AnyText] = Field(default_factory=list, max_length=SUGGESTED)
    question: AnyText = ""  # of a part; that of a turn is kept beside its answer
    parts: list[KeptAnswer] = Field(default_factory=list, max_length=MOST_QUESTIONS)

    @model_validator(mode="after")
    def _numbered_in_order(self) -> KeptAnswer:
        first = self.citations[0].n if self.citations else 1
        if [citation.n for citation in self.citations] != list(range(first, first + len(self.citations))):
            raise ValueError("citations are not in order")
        if self.turn is None and self.answered != bool(self.citations):
            raise ValueError("an answer has citations, an abstention has none")
        questions = max(1, len(self.parts))
        if len(self.hits) > questions * MOST_HITS:
            raise ValueError("there are too many passages")
        if self.turn is None and (len(self.citations) > questions * MOST_CITATIONS or self.outline or self.suggested):
            raise ValueError("only a reply that is no answer has an outline, or as many citations")
        cited = [citation.opened() for citation in self.citations]
        if self.span and not any(self.span.opened().is_in(citation) for citation in cited[:1]):
            raise ValueError("a short answer is not in the first citation")
        if not all(any(span.opened().is_in(citation) for citation in cited[1:]) for span in self.differing):
            raise ValueError("a different answer is not in a further citation")
        return self

    @model_validator(mode="after")
    def _as_its_parts(self) -> KeptAnswer:
        if not self.parts:
            return self
        if self.turn is not None or any(part.turn is not None or part.parts for part in self.parts):
            raise ValueError("only a question has parts, and a part has none")
        if list(map(_place, self.citations)) != [_place(one) for part in self.parts for one in part.citations]:
            raise ValueError("the citations of the parts are not those of the whole")
        return self

    @model_validator(mode="after")
    def _of_its_kind(self) -> KeptAnswer:
        of_question = ReplyKind.ANSWER if self.answered else ReplyKind.ABSTENTION
        if self.turn is None and self.kind not in (None, of_question):
            raise ValueError("an answer is of another kind")
        if self.turn is not None and not (self.answered and self.kind and can_be(self.kind, self.turn)):
            raise ValueError("a reply is of another kind")
        if any(heading.n for heading in self.outline):
            raise ValueError("headings have the number 0")
        return self

    def opened(self, question: str) -> Answer:
        """Return the answer to its question."""
        citations = tuple(citation.opened() for citation in self.citations)
        return Answer(
            question=question,
            text=self.text if self.turn else numbered(citations),
            citations=citations,
            answered=self.answered,
            confidence=self.confidence,
            hits=tuple(hit.opened() for hit in self.hits),
            searched_for=self.searched_for,
            span=self.span.opened() if self.span else None,
            sure=self.sure,
            differing=tuple(span.opened() for span in self.differing),
            kind=self.kind.value if self.kind else "",
            turn=self.turn.value if self.turn else "",
            outline=tuple(heading.opened() for heading in self.outline),
            suggested=tuple(self.suggested),
            parts=tuple(part.opened(part.question) for part in self.parts),
            origin=self.origin.opened() if self.origin else None,
        )


class _KeptTurn(Part):
    kind: Literal["turn"]
    question: AnyText
    asked_at: Moment
    stopped: bool
    sources: Annotated[dict[Name, Sha256], Field(max_length=MOST_PARTS)]
    answer: KeptAnswer | None = None

    @model_validator(mode="after")
    def _stopped_or_answered(self) -> _KeptTurn:
        if self.stopped != (self.answer is None):
            raise ValueError("a question has an answer or was stopped")
        if self.answer and self.answer.citations and self.answer.citations[0].n != 1:
            raise ValueError("citations are not numbered from 1")
        return self

    def opened(self) -> Turn:
        """Return the turn."""
        answer = self.answer.opened(self.question) if self.answer else None
        return Turn(self.question, answer, self.stopped, self.asked_at, self.sources)


class _KeptNote(Part):
    kind: Literal["switched"]
    names: Annotated[list[Name], Field(max_length=MOST_PARTS)]
    passages: Whole

    def opened(self) -> Switched:
        """Return the note."""
        return Switched(tuple(self.names), self.passages)


class KeptConversation(Part):
    """A conversation."""

    format: Literal[1]
    id: Id
    entries: Annotated[
        list[Annotated[_KeptTurn | _KeptNote, Field(discriminator="kind")]],
        Field(min_length=1, max_length=MOST_ENTRIES),
    ]

    @model_validator(mode="after")
    def _with_few_citations(self) -> KeptConversation:
        answers = [entry.answer for entry in self.entries if isinstance(entry, _KeptTurn) and entry.answer]
        if sum(len(answer.citations) for answer in answers) > MOST_CITATIONS_IN_ALL:
            raise ValueError("there are too many citations")
        return self
