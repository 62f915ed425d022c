"""What a rule of some language makes of a sentence: a question, not yet proven."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Draft:
    """A question that a sentence should answer.

    Attributes:
        question: as a reader would ask it.
        kind: which rule made it: "when", "who", ... The same for all languages, so that kinds can be varied.
        subject: what it is about; there is one question at most for each.
        quality: 0 to 1, how specific such questions are and how well they read.
    """

    question: str
    kind: str
    subject: str
    quality: float


class Rules(Protocol):
    """The module of one language."""

    def people(self, text: str) -> frozenset[str]:
        """Names that the text shows to be persons'."""

    def about(self, term: str, sentence: str) -> str | None:
        """A question about a term that the sentence speaks of first of all; None where it does not."""

    def drafts(self, sentence: str, known_people: Collection[str] = ()) -> Iterator[Draft]:
        """The questions that a sentence, given without its final marks, answers; often none."""
