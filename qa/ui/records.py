"""What a browser keeps of a conversation: a ``History`` goes in and plain JSON comes out, and the other way round.

The JSON that comes back may be damaged or forged. ``from_record`` checks the type and the size of everything, and what
must hold between its parts; it ignores unknown keys. Even so, nothing of it is shown as an excerpt unchecked: each
citation is looked up in the current texts when it is drawn.

Offsets are 0-based code points, end exclusive.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AliasChoices, BaseModel, ConfigDict, Field, ValidationError, model_validator

from qa.answer import Answer
from qa.citations import LONGEST_PART, Citation, ContextPart
from qa.errors import QAError
from qa.retrieval import Hit
from qa.search.config import DEFAULT_CONFIG
from qa.text.marks import Kind
from qa.text.passages import Passage
from qa.text.source import LONGEST_NAME
from qa.ui.excerpts import RELATED
from qa.ui.history import History, Switched, Turn

FORMAT: Literal[1] = 1
MOST_ENTRIES = 2_000
MOST_PARTS = 10_000
"""Texts asked in one turn, or terms of one passage."""
MOST_CITATIONS = DEFAULT_CONFIG.max_citations
"""Citations of one answer."""
MOST_CITATIONS_IN_ALL = 1_000
"""Citations of one conversation. Each one may have to be searched for in all texts when it is drawn."""
MOST_HITS = DEFAULT_CONFIG.passages_read
"""Passages kept of one answer: those it cites are among those that were read for it."""
MOST_CONTEXT = 64
"""Parts of what one citation stands under; it has no more (`qa.citations.MOST_PARTS`)."""
LONGEST_TEXT = 200_000
"""Code points of any one string."""
LONGEST_PASSAGE = 20_000
"""Code points of a quote or a passage. Quotes are shorter (`qa.answering.extents`); a longer passage is left out."""
LONGEST_SOURCE_NAME = LONGEST_NAME + 32
"""Code points of a source's name with the number that makes it unique."""
GREATEST = 2**53
"""A browser's whole numbers are not exact beyond it."""


class RecordError(QAError):
    """What a browser kept of a conversation cannot be read."""

    def __init__(self, what: str) -> None:
        super().__init__("record")
        self.what = what


def to_record(history: History) -> dict[str, Any]:
    """Return what a browser keeps of a conversation, as JSON.

    Of the passages found, it holds those that a citation lies in, or the nearest ones of an abstention. A question
    that is still being answered is left out; so is a note of other texts at the end, which is made again on reopening.
    """
    return {"format": FORMAT, "id": history.id, "entries": [_kept_entry(one) for one in history.settled().entries]}


def from_record(data: object) -> History:
    """Return the conversation of a record. Its generation is not known yet: see ``History.reopened``.

    Raises:
        RecordError: the record is not as ``to_record`` makes it.
    """
    try:
        record = _KeptConversation.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        raise RecordError(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from None
    return History(tuple(entry.opened() for entry in record.entries), id=record.id)


def _kept_entry(entry: Turn | Switched) -> dict[str, Any]:
    if isinstance(entry, Switched):
        return {"kind": "switched", "names": list(entry.names), "passages": entry.passages}
    return {
        "kind": "turn",
        "question": entry.question,
        "asked_at": entry.asked_at,
        "stopped": entry.stopped,
        "sources": dict(entry.sources),
        "answer": entry.answer and _kept_answer(entry.answer),
    }


def _kept_answer(answer: Answer) -> dict[str, Any]:
    cited = (hit for hit in answer.hits if any(hit.holds(c.source, c.start, c.end) for c in answer.citations))
    hits = [hit for hit in (cited if answer.answered else answer.hits[:RELATED]) if len(hit.text) <= LONGEST_PASSAGE]
    return {
        "answered": answer.answered,
        "confidence": answer.confidence,
        "searched_for": answer.searched_for,
        "citations": [citation.to_dict() for citation in answer.citations],
        "denied_by": answer.denied_by and answer.denied_by.to_dict(),
        "hits": [{**hit.to_dict(), "boilerplate": hit.passage.boilerplate, "number": hit.number} for hit in hits],
    }


def _moment(value: str) -> str:
    if value and datetime.fromisoformat(value).tzinfo is None:
        raise ValueError("a date needs its time zone")
    return value


_Text = Annotated[str, Field(max_length=LONGEST_TEXT)]
Name = Annotated[str, Field(max_length=LONGEST_SOURCE_NAME)]
Quote = Annotated[str, Field(min_length=1, max_length=LONGEST_PASSAGE)]
_Moment = Annotated[_Text, AfterValidator(_moment)]
"""ISO 8601 with a time zone, or ""."""
_Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}\z")]
_Id = Annotated[str, Field(pattern=r"^[0-9a-f]{32}\z")]
_Kind = Annotated[str, Field(pattern=r"^[a-z]+(-[a-z]+)*\z", max_length=40)]
Whole = Annotated[int, Field(ge=0, le=GREATEST)]
_Number = Annotated[float, Field(ge=-GREATEST, le=GREATEST, allow_inf_nan=False)]


class Part(BaseModel):
    """A part of a record; unknown keys are ignored, and no type is converted to another."""

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)


class _KeptContext(Part):
    kind: _Kind
    start: Whole
    end: Whole
    quote: Annotated[str, Field(min_length=1, max_length=LONGEST_PART)]

    @model_validator(mode="after")
    def _as_long_as_its_place(self) -> _KeptContext:
        if self.end - self.start != len(self.quote):
            raise ValueError("a part of a context is not as long as its place")
        return self

    def opened(self) -> ContextPart:
        """Return the part."""
        return ContextPart(self.kind, self.start, self.end, self.quote)


class KeptCitation(Part):
    """A citation, with what it stands under."""

    n: Whole
    source: Name
    start: Whole
    end: Whole
    quote: Quote
    kind: _Kind = Kind.PARAGRAPH.value
    context: Annotated[list[_KeptContext], Field(max_length=MOST_CONTEXT)] = []

    @model_validator(mode="after")
    def _as_long_as_its_place(self) -> KeptCitation:
        if self.end - self.start != len(self.quote):
            raise ValueError("a quote is not as long as its place")
        return self

    def opened(self) -> Citation:
        """Return the citation."""
        context = tuple(part.opened() for part in self.context)
        return Citation(self.n, self.source, self.start, self.end, self.quote, kind=self.kind, context=context)


class _KeptHit(Part):
    source: Name
    start: Whole
    end: Whole
    text: Quote
    section: _Text
    boilerplate: bool = Field(validation_alias=AliasChoices("boilerplate", "furniture"))  # the latter until 0.1
    score: _Number
    dense: _Number
    lexical: _Number
    terms: Annotated[list[_Text], Field(max_length=MOST_PARTS)]
    dense_rank: Whole | None = None
    lexical_rank: Whole | None = None
    maxsim: _Number = Field(validation_alias=AliasChoices("maxsim", "late"))  # the latter until 0.1
    number: Whole

    @model_validator(mode="after")
    def _as_long_as_its_place(self) -> _KeptHit:
        if self.end - self.start != len(self.text):
            raise ValueError("a passage is not as long as its place")
        return self

    def opened(self) -> Hit:
        """Return the hit."""
        return Hit(
            passage=Passage(self.source, self.start, self.end, self.section, self.boilerplate),
            text=self.text,
            score=self.score,
            dense=self.dense,
            lexical=self.lexical,
            terms=tuple(self.terms),
            dense_rank=self.dense_rank,
            lexical_rank=self.lexical_rank,
            maxsim=self.maxsim,
            number=self.number,
        )


class _KeptAnswer(Part):
    answered: bool
    confidence: _Number
    searched_for: _Text
    citations: Annotated[list[KeptCitation], Field(max_length=MOST_CITATIONS)]
    denied_by: KeptCitation | None = None
    hits: Annotated[list[_KeptHit], Field(max_length=MOST_HITS)]

    @model_validator(mode="after")
    def _numbered_from_one(self) -> _KeptAnswer:
        if [citation.n for citation in self.citations] != list(range(1, len(self.citations) + 1)):
            raise ValueError("citations are not in order")
        if self.answered != bool(self.citations):
            raise ValueError("an answer has citations, an abstention has none")
        if self.denied_by and (self.answered or self.denied_by.n):
            raise ValueError("only a declined question has what denies it, with the number 0")
        return self

    def opened(self, question: str) -> Answer:
        """Return the answer to its question."""
        return Answer(
            question=question,
            text=" ".join(f"{citation.quote} [{citation.n}]" for citation in self.citations),
            citations=tuple(citation.opened() for citation in self.citations),
            answered=self.answered,
            confidence=self.confidence,
            hits=tuple(hit.opened() for hit in self.hits),
            searched_for=self.searched_for,
            denied_by=self.denied_by.opened() if self.denied_by else None,
        )


class _KeptTurn(Part):
    kind: Literal["turn"]
    question: _Text
    asked_at: _Moment
    stopped: bool
    sources: Annotated[dict[Name, _Sha256], Field(max_length=MOST_PARTS)]
    answer: _KeptAnswer | None = None

    @model_validator(mode="after")
    def _stopped_or_answered(self) -> _KeptTurn:
        if self.stopped != (self.answer is None):
            raise ValueError("a question has an answer or was stopped")
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


class _KeptConversation(Part):
    format: Literal[1]
    id: _Id
    entries: Annotated[
        list[Annotated[_KeptTurn | _KeptNote, Field(discriminator="kind")]],
        Field(min_length=1, max_length=MOST_ENTRIES),
    ]

    @model_validator(mode="after")
    def _with_few_citations(self) -> _KeptConversation:
        answers = [entry.answer for entry in self.entries if isinstance(entry, _KeptTurn) and entry.answer]
        if sum(len(answer.citations) + (answer.denied_by is not None) for answer in answers) > MOST_CITATIONS_IN_ALL:
            raise ValueError("there are too many citations")
        return self
