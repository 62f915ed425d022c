"""The parts of a question set: collections of sources, and questions with what is right.

Offsets are 0-based code points into a source's text, end exclusive.
"""

from __future__ import annotations

from dataclasses import dataclass

from qa.text.source import Source


@dataclass(frozen=True)
class Evidence:
    """A stretch of a source that answers a question; ``source`` is "" until ``sets.place`` has found it."""

    source: str
    start: int
    end: int
    quote: str


@dataclass(frozen=True)
class Question:
    """A question and what is right.

    Attributes:
        id: its name in the set.
        lang: language code; "und" if neither the set nor the script shows the language.
        question: the question itself.
        answerable: whether the sources answer it.
        answers: the accepted answers.
        gold: name of the source (the paragraph) that should be found; "" if the set marks evidence only.
        evidence: sentences each of which answers the question; empty if the set marks none.
    """

    id: str
    lang: str
    question: str
    answerable: bool
    answers: tuple[str, ...] = ()
    gold: str = ""
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True)
class Collection:
    """Texts that are searched together, and the questions about them; ``sources`` is None for those of an index."""

    sources: tuple[Source, ...] | None
    questions: tuple[Question, ...]


@dataclass(frozen=True)
class EvaluationSet:
    """All collections of a file; ``name`` is the file's name up to the first dot."""

    name: str
    collections: tuple[Collection, ...]

    @property
    def needs_index(self) -> bool:
        """Whether some questions are about a text that the set does not include."""
        return any(collection.sources is None for collection in self.collections)
