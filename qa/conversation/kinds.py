"""The turns that are no questions to the texts, and what kind of reply each of them gets."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """What a reply is, as ``Answer.kind`` says it."""

    ANSWER = "answer"
    ABSTENTION = "abstention"
    TALK = "talk"
    OVERVIEW = "overview"
    LIST = "list"
    PLACE = "place"


class Said(StrEnum):
    """What a turn says, as ``Answer.turn`` names it."""

    GREETING = "greeting"
    THANKS = "thanks"
    GOODBYE = "goodbye"
    ABILITIES = "what-can-you-do"
    IDENTITY = "who-are-you"
    PRAISE = "praise"
    COMPLAINT = "complaint"
    NONSENSE = "nonsense"
    ABOUT = "about"
    SUMMARY = "summary"
    TOPICS = "topics"
    DOCUMENTS = "list-documents"
    MORE = "more"
    WHERE = "where"
    TRANSLATE = "translate"


REAL = "real"
"""The class of a question to the texts, beside those of `Said`."""
CLASSES: tuple[str, ...] = (REAL, *(said.value for said in Said))
"""The classes that the classifier tells apart, in the order of its rows."""
OVERVIEWS = frozenset({Said.ABOUT, Said.SUMMARY, Said.TOPICS})
LOOKING_BACK = frozenset({Said.MORE, Said.WHERE, Said.TRANSLATE})
"""What refers to an earlier answer."""


def can_be(kind: str, said: Said) -> bool:
    """Return whether a reply of this kind may follow that turn."""
    return kind == reply_kind(said) or (kind == Kind.TALK and said in LOOKING_BACK)


def reply_kind(said: Said) -> Kind:
    """Return the kind of reply that a turn gets where the conversation has what it refers to."""
    if said in OVERVIEWS:
        return Kind.OVERVIEW
    if said is Said.DOCUMENTS:
        return Kind.LIST
    return Kind.PLACE if said in LOOKING_BACK else Kind.TALK
