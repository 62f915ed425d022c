"""What was asked and answered in one visit: a tuple of turns and notes, kept on the server.

The page's chat is drawn from it and never read back: what a browser sends could be forged.
"""

from __future__ import annotations

from dataclasses import dataclass

from qa.answer import Answer


@dataclass(frozen=True)
class Turn:
    """A question and its answer; ``answer`` is None while it is looked for, or when it was stopped."""

    question: str
    answer: Answer | None = None
    stopped: bool = False


@dataclass(frozen=True)
class Switched:
    """From here on the answers come from another text: its sources' names and its size."""

    names: tuple[str, ...]
    passages: int


@dataclass(frozen=True)
class History:
    """One visit. ``generation`` is the index's at the last answer; 0 before the first."""

    entries: tuple[Turn | Switched, ...] = ()
    generation: int = 0

    def asked(self, question: str) -> History:
        """With a question whose answer is being looked for."""
        return History((*self.entries, Turn(question)), self.generation)

    def answered(self, answer: Answer) -> History:
        """With the last question's answer."""
        last = self.entries[-1]
        assert isinstance(last, Turn)
        return History((*self.entries[:-1], Turn(last.question, answer)), self.generation)

    def stopped(self) -> History:
        """With a question that was being looked for given up."""
        if not self.entries or not isinstance(self.entries[-1], Turn) or self.entries[-1].answer is not None:
            return self
        return History((*self.entries[:-1], Turn(self.entries[-1].question, stopped=True)), self.generation)

    def speaking_of(self, generation: int, names: tuple[str, ...], passages: int) -> History:
        """With a note, if the text changed between two answers."""
        if generation == self.generation:
            return self
        noted: tuple[Turn | Switched, ...] = (Switched(names, passages),) if self.entries else ()
        return History((*self.entries, *noted), generation)
