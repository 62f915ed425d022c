"""The parts of a kept answer as strict models: texts, numbers, citations, passages.

Each model checks the type and the size of everything. Offsets are 0-based code points, end exclusive.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, AliasChoices, BaseModel, ConfigDict, Field, model_validator

from qa.answering.origin import Origin
from qa.citations import LONGEST_PART, AnswerSpan, Citation, ContextPart
from qa.retrieval import Hit
from qa.search.config import Boldness
from qa.text.marks import Kind
from qa.text.passages import Passage
from qa.text.source import LONGEST_NAME

MOST_PARTS = 10_000
"""Texts asked in one turn, or terms of one passage."""
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


AnyText = Annotated[str, Field(max_length=LONGEST_TEXT)]
Name = Annotated[str, Field(max_length=LONGEST_SOURCE_NAME)]
Quote = Annotated[str, Field(min_length=1, max_length=LONGEST_PASSAGE)]
Moment = Annotated[AnyText, AfterValidator(_moment)]
"""ISO 8601 with a time zone, or ""."""
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}\z")]
Id = Annotated[str, Field(pattern=r"^[0-9a-f]{32}\z")]
KindName = Annotated[str, Field(pattern=r"^[a-z]+(-[a-z]+)*\z", max_length=40)]
Whole = Annotated[int, Field(ge=0, le=GREATEST)]
Number = Annotated[float, Field(ge=-GREATEST, le=GREATEST, allow_inf_nan=False)]


class Part(BaseModel):
    """A part of a record; unknown keys are ignored, and no type is converted to another."""

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)


class KeptContext(Part):
    """Something that a citation stands under."""

    kind: KindName
    start: Whole
    end: Whole
    quote: Annotated[str, Field(min_length=1, max_length=LONGEST_PART)]

    @model_validator(mode="after")
    def _as_long_as_its_place(self) -> KeptContext:
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
    kind: KindName = Kind.PARAGRAPH.value
    context: Annotated[list[KeptContext], Field(max_length=MOST_CONTEXT)] = []

    @model_validator(mode="after")
    def _as_long_as_its_place(self) -> KeptCitation:
        if self.end - self.start != len(self.quote):
            raise ValueError("a quote is not as long as its place")
        return self

    def opened(self) -> Citation:
        """Return the citation."""
        context = tuple(part.opened() for part in self.context)
        return Citation(self.n, self.source, self.start, self.end, self.quote, kind=self.kind, context=context)


class KeptSpan(Part):
    """The words of a citation that answer."""

    source: Name
    start: Whole
    end: Whole
    quote: Quote

    def opened(self) -> AnswerSpan:
        """Return the span."""
        return AnswerSpan(self.source, self.start, self.end, self.quote)


class KeptHit(Part):
    """A passage that was found."""

    source: Name
    start: Whole
    end: Whole
    text: Quote
    section: AnyText
    boilerplate: bool = Field(validation_alias=AliasChoices("boilerplate", "furniture"))  # the latter until 0.1
    score: Number
    dense: Number
    lexical: Number
    terms: Annotated[list[AnyText], Field(max_length=MOST_PARTS)]
    dense_rank: Whole | None = None
    lexical_rank: Whole | None = None
    maxsim: Number = Field(validation_alias=AliasChoices("maxsim", "late"))  # the latter until 0.1
    number: Whole

    @model_validator(mode="after")
    def _as_long_as_its_place(self) -> KeptHit:
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


class KeptOrigin(Part):
    """What an answer was made with."""

    generation: Whole
    model: AnyText
    bold: Annotated[Boldness, Field(strict=False)] | Annotated[float, Field(ge=0, le=1)]
    reader: AnyText
    sources: Annotated[list[Name], Field(max_length=MOST_PARTS)] | None

    def opened(self) -> Origin:
        """Return it."""
        sources = None if self.sources is None else tuple(self.sources)
        return Origin(self.generation, self.model, self.bold, self.reader, sources)
