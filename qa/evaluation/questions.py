"""The parts of a question set: collections of sources, and questions with what is right.

Offsets are 0-based code points into a source's text, end exclusive.
"""

from __future__ import annotations

from dataclasses import dataclass

from qa.evaluation.metrics import is_same_sentence
from qa.text.source import Source


@dataclass(frozen=True)
class Evidence:
    """A stretch of a source that answers a question; ``source`` may be "" until ``sets.place`` has found it."""

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
        document: name of the source that the question is about; "" if the set does not say.
        document_lang: that source's language; "" if the set does not say.
        kind: the set's own word for what kind of question it is; "" without one.
        turn: the words of the same question as a turn of a conversation; "" if it is none.
        conversation: the name of that conversation; the turns of one follow one another.
    """

    id: str
    lang: str
    question: str
    answerable: bool
    answers: tuple[str, ...] = ()
    gold: str = ""
    evidence: tuple[Evidence, ...] = ()
    document: str = ""
    document_lang: str = ""
    kind: str = ""
    turn: str = ""
    conversation: str = ""

    @property
    def is_judged(self) -> bool:
        """Whether it has an answer and the set says where: only then can a hit or a citation be right."""
        return self.answerable and bool(self.gold or self.evidence)

    @property
    def is_same_language(self) -> bool | None:
        """Whether it is asked in the language of its document; None if the set does not say."""
        if not self.document_lang:
            return None
        return self.lang.split("-")[0] == self.document_lang.split("-")[0]

    def is_answered_by(self, source: str, start: int, end: int) -> bool:
        """Return whether a span of a source is as good as one of the sentences that answer."""
        return any(
            source == evidence.source and is_same_sentence((start, end), (evidence.start, evidence.end))
            for evidence in self.evidence
        )


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
