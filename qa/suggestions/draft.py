"""Sentence -> drafts: questions that a language's rules make of it. Nobody has checked yet that they are answered."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Draft:
    """A question that a sentence should answer.

    Attributes:
        question: the question, as a reader would ask it.
        kind: the kind of rule that made it: "when", "who", ...; the same names in all languages.
        subject: what it is about; at most one question is suggested about each subject.
        quality: 0 to 1, how specific questions of this rule are and how well they read.
    """

    question: str
    kind: str
    subject: str
    quality: float


class Rules(Protocol):
    """The functions that the module of a language has."""

    def people(self, text: str) -> frozenset[str]:
        """Return the names that the text shows to be those of people."""

    def about(self, term: str, sentence: str) -> str | None:
        """Return a question about a term if the sentence is about it, else None."""

    def drafts(self, sentence: str, known_people: Collection[str] = ()) -> Iterator[Draft]:
        """Yield the questions that a sentence answers, often none; it is given without its final marks."""
