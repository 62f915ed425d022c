"""What an evaluation set is made of: collections of sources, and questions that say what is right.

All offsets are 0-based code points into a source's text, end exclusive.
"""

from __future__ import annotations

from dataclasses import dataclass

from qa.text.source import Source


@dataclass(frozen=True)
class Evidence:
    """A stretch of a source that answers a question; ``source`` is "" until ``place`` has found it."""

    source: str
    start: int
    end: int
    quote: str


@dataclass(frozen=True)
class Question:
    """One question and what is right.

    Attributes:
        id: its name in the set.
        lang: language code, "und" where neither the set nor the letters tell.
        question: what is asked.
        answerable: whether the sources hold an answer.
        answers: the accepted answers, as strings.
        gold: name of the source (the paragraph) that should be found; "" where the set marks evidence alone.
        evidence: the sentences that answer, each of them enough; empty where the set marks none.
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
    """Texts that are searched together, and the questions put to them; ``sources`` None means the user's index."""

    sources: tuple[Source, ...] | None
    questions: tuple[Question, ...]


@dataclass(frozen=True)
class EvaluationSet:
    """All collections of a file; ``name`` is the file's name without its endings."""

    name: str
    collections: tuple[Collection, ...]

    @property
    def needs_index(self) -> bool:
        """Whether some questions are about a text that the set does not bring along."""
        return any(collection.sources is None for collection in self.collections)
