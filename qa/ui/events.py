"""What the page's scripts send, as strict models: any JSON goes in, a checked value or None comes out.

A client may send anything. Unknown keys are ignored; what does not fit is treated as if it had not been sent.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

MOST_LEFT_OUT = 10_000
"""Names that a visitor may exclude from their questions."""
LONGEST_STRING = 200_000
"""Code points of any one string but a pasted text; names are shortened where they are used."""

T = TypeVar("T")
Name = Annotated[str, Field(max_length=LONGEST_STRING)]


def parsed(kind: TypeAdapter[T], data: object) -> T | None:
    """Return what was sent, or None if it does not fit."""
    try:
        return kind.validate_python(data)
    except ValidationError:
        return None


class _Sent(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)


class Remove(_Sent):
    """Remove a document."""

    do: Literal["remove"]
    name: Name


class Rename(_Sent):
    """Give a document another name."""

    do: Literal["rename"]
    name: Name
    to: Name


class Cancel(_Sent):
    """Cancel a job."""

    do: Literal["cancel"]
    job: int


class Dismiss(_Sent):
    """Hide a job that failed."""

    do: Literal["dismiss"]
    job: int


class Paste(_Sent):
    """Add a text that was pasted; its length is checked where it is read."""

    do: Literal["paste"]
    name: Name
    text: str


class Fetch(_Sent):
    """Add the page at a web address."""

    do: Literal["fetch"]
    url: Name
    name: Name = ""


class Sample(_Sent):
    """Add the sample text."""

    do: Literal["sample"]


class Choice(_Sent):
    """The documents that a visitor's questions leave out."""

    left_out: Annotated[list[Name], Field(max_length=MOST_LEFT_OUT)]


class Opening(_Sent):
    """A conversation to be opened; its record is checked by ``records.py``."""

    record: Any = None


class Export(_Sent):
    """A file to be made of the conversation."""

    format: Name
    title: Any = ""
    """Any text: a browser may have cut a character in half, which ``str`` would not accept."""


ACTION: TypeAdapter[Remove | Rename | Cancel | Dismiss] = TypeAdapter(
    Annotated[Remove | Rename | Cancel | Dismiss, Field(discriminator="do")]
)
ADDITION: TypeAdapter[Paste | Fetch | Sample] = TypeAdapter(
    Annotated[Paste | Fetch | Sample, Field(discriminator="do")]
)
CHOICE = TypeAdapter(Choice)
OPENING = TypeAdapter(Opening)
EXPORT = TypeAdapter(Export)
POLL: TypeAdapter[tuple[str, str] | str] = TypeAdapter(tuple[str, str] | str, config=ConfigDict(str_max_length=64))
"""A language tag and the stamp of the list that the page has. Pages of an earlier version send the tag alone."""
