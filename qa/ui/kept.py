"""The parts of a conversation as a browser keeps them, as strict models: any JSON goes in, checked parts come out.

Each model checks the type and the size of everything, and what must hold between its parts, and opens as what the page
works with. Offsets are 0-based code points, end exclusive.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, AliasChoices, BaseModel, ConfigDict, Field, model_validator

from qa.answer import Answer
from qa.answering.origin import Origin
from qa.answering.parts import MOST_QUESTIONS
from qa.citations import LONGEST_PART, AnswerSpan, Citation, ContextPart
from qa.conversation.kinds import Kind as ReplyKind
from qa.conversation.kinds import Said, can_be
from qa.conversation.overview import MOST_CITED, MOST_LISTED
from qa.conversation.replies import SUGGESTED
from qa.retrieval import Hit
from qa.search.config import DEFAULT_CONFIG, Boldness
from qa.text.marks import Kind
from qa.text.passages import Passage
from qa.text.source import LONGEST_NAME
from qa.ui.history import Switched, Turn

MOST_ENTRIES = 2_000
MOST_PARTS = 10_000
"""Texts asked in one turn, or terms of one passage."""
MOST_CITATIONS = DEFAULT_CONFIG.max_citations
"""Citations of an answer to one question; an overview has up to `qa.conversation.overview.MOST_CITED`."""
MOST_CITATIONS_OF_TURN = max(MOST_CITED, MOST_QUESTIONS * MOST_CITATIONS)
"""Citations of one turn, which may be several questions."""
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


def _moment(value: str) -> str:
    if value and datetime.fromisoformat(value).tzinfo is None:
        raise ValueError("a date needs its time zone")
    return value


_Text = Annotated[str, Field(max_length=LONGEST_TEXT)]
_Name = Annotated[str, Field(max_length=LONGEST_SOURCE_NAME)]
_Quote = Annotated[str, Field(min_length=1, max_length=LONGEST_PASSAGE)]
_Moment = Annotated[_Text, AfterValidator(_moment)]
"""ISO 8601 with a time zone, or ""."""
_Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}\z")]
_Id = Annotated[str, Field(pattern=r"^[0-9a-f]{32}\z")]
_Kind = Annotated[str, Field(pattern=r"^[a-z]+(-[a-z]+)*\z", max_length=40)]
_Whole = Annotated[int, Field(ge=0, le=GREATEST)]
_Number = Annotated[float, Field(ge=-GREATEST, le=GREATEST, allow_inf_nan=False)]


class Part(BaseModel):
    """A part of a record; unknown keys are ignored, and no type is converted to another."""

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)


class _KeptContext(Part):
    kind: _Kind
    start: _Whole
    end: _Whole
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

    n: _Whole
    source: _Name
    start: _Whole
    end: _Whole
    quote: _Quote
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


def _place(citation: KeptCitation) -> tuple[int, str, int, int, str]:
    return citation.n, citation.source, citation.start, citation.end, citation.quote


class KeptSpan(Part):
    """The words of a citation that answer."""

    source: _Name
    start: _Whole
    end: _Whole
    quote: _Quote

    def opened(self) -> AnswerSpan:
        """Return the span."""
        return AnswerSpan(self.source, self.start, self.end, self.quote)


class _KeptHit(Part):
    source: _Name
    start: _Whole
    end: _Whole
    text: _Quote
    section: _Text
    boilerplate: bool = Field(validation_alias=AliasChoices("boilerplate", "furniture"))  # the latter until 0.1
    score: _Number
    dense: _Number
    lexical: _Number
    terms: Annotated[list[_Text], Field(max_length=MOST_PARTS)]
    dense_rank: _Whole | None = None
    lexical_rank: _Whole | None = None
    maxsim: _Number = Field(validation_alias=AliasChoices("maxsim", "late"))  # the latter until 0.1
    number: _Whole

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


class _KeptOrigin(Part):
    generation: _Whole
    model: _Text
    bold: Annotated[Boldness, Field(strict=False)] | Annotated[float, Field(ge=0, le=1)]
    reader: _Text
    sources: Annotated[list[_Name], Field(max_length=MOST_PARTS)] | None

    def opened(self) -> Origin:
        """Return it."""
        sources = None if self.sources is None else tuple(self.sources)
        return Origin(self.generation, self.model, self.bold, self.reader, sources)


class KeptAnswer(Part):
    """An answer, as a browser keeps it or as the shell and HTTP print it."""

    kind: Annotated[ReplyKind, Field(strict=False)] | None = None  # conversations that were kept before 0.2 have none
    answered: bool
    confidence: _Number
    searched_for: _Text
    citations: Annotated[list[KeptCitation], Field(max_length=MOST_CITATIONS_OF_TURN)]
    span: KeptSpan | None = None
    sure: bool = True
    differing: Annotated[list[KeptSpan], Field(max_length=MOST_CITATIONS)] = []
    hits: Annotated[list[_KeptHit], Field(max_length=MOST_QUESTIONS * MOST_HITS)] = []
    origin: _KeptOrigin | None = None
    turn: Annotated[Said, Field(strict=False)] | None = None
    text: _Text = ""
    outline: Annotated[list[KeptCitation], Field(max_length=MOST_LISTED)] = []
    suggested: Annotated[list[_Text], Field(max_length=SUGGESTED)] = []
    question: _Text = ""  # of a part; that of a turn is kept beside its answer
    parts: Annotated[list[KeptAnswer], Field(max_length=MOST_QUESTIONS)] = []

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
        cited = " ".join(f"{citation.quote} [{citation.n}]" for citation in self.citations)
        return Answer(
            question=question,
            text=self.text if self.turn else cited,
            citations=tuple(citation.opened() for citation in self.citations),
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
    question: _Text
    asked_at: _Moment
    stopped: bool
    sources: Annotated[dict[_Name, _Sha256], Field(max_length=MOST_PARTS)]
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
    names: Annotated[list[_Name], Field(max_length=MOST_PARTS)]
    passages: _Whole

    def opened(self) -> Switched:
        """Return the note."""
        return Switched(tuple(self.names), self.passages)


class KeptConversation(Part):
    """A conversation."""

    format: Literal[1]
    id: _Id
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
