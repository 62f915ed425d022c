"""What was asked and answered in one conversation: a tuple of turns and notes, kept on the server.

The page's chat is drawn from it. What a browser keeps of earlier conversations comes back through
`qa.ui.records`, which takes nothing of it on trust.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from qa.answer import Answer
from qa.text.source import Source


@dataclass(frozen=True)
class Turn:
    """A question and its answer.

    Attributes:
        question: as asked.
        answer: None while it is looked for, or when it was stopped.
        stopped: whether it was given up.
        asked_at: UTC, ISO 8601 to the second.
        sources: name -> sha256 of the texts that were asked; empty until answered.
    """

    question: str
    answer: Answer | None = None
    stopped: bool = False
    asked_at: str = ""
    sources: Mapping[str, str] = field(default_factory=dict)

    @property
    def settled(self) -> bool:
        """Whether it is no longer looked for."""
        return self.stopped or self.answer is not None


@dataclass(frozen=True)
class Switched:
    """From here on the answers come from other texts: their names and their size in passages."""

    names: tuple[str, ...]
    passages: int


@dataclass(frozen=True)
class History:
    """One conversation.

    Attributes:
        entries: turns and notes, oldest first.
        generation: the index's at the last answer; 0 before the first.
        id: what the browser keeps it under; empty before the first question.
    """

    entries: tuple[Turn | Switched, ...] = ()
    generation: int = 0
    id: str = ""

    @property
    def turns(self) -> tuple[Turn, ...]:
        """Its questions, oldest first."""
        return tuple(entry for entry in self.entries if isinstance(entry, Turn))

    def asked(self, question: str) -> History:
        """With a question whose answer is being looked for."""
        turn = Turn(question, asked_at=datetime.now(UTC).isoformat(timespec="seconds"))
        return replace(self, entries=(*self.entries, turn), id=self.id or uuid.uuid4().hex)

    def answered(self, answer: Answer, sources: Mapping[str, Source]) -> History:
        """With the last question's answer, which came from these sources."""
        fingerprints = {name: source.sha256 for name, source in sources.items()}
        return self._ending(replace(self._last, answer=answer, sources=fingerprints))

    def stopped(self) -> History:
        """With a question that was being looked for given up."""
        if not self.entries or not isinstance(self.entries[-1], Turn) or self.entries[-1].answer is not None:
            return self
        return self._ending(replace(self._last, stopped=True))

    def before(self, entry: int) -> History:
        """Without the entry of this number, from 0, and all that came after it: it is asked anew."""
        kept, cut = self.entries[: max(entry, 0)], self.entries[max(entry, 0) :]
        # With a note of other texts cut off, what is left speaks of the earlier ones again.
        changed = any(isinstance(one, Switched) for one in cut)
        return replace(self, entries=kept, generation=0 if changed else self.generation)

    def settled(self) -> History:
        """Up to the last question that is no longer looked for; a note at the end is made anew when it is needed."""
        entries = list(self.entries)
        while entries and not (isinstance(entries[-1], Turn) and entries[-1].settled):
            entries.pop()
        return replace(self, entries=tuple(entries))

    def speaking_of(self, generation: int, names: tuple[str, ...], passages: int) -> History:
        """With a note, if the text changed between two answers."""
        if generation == self.generation:
            return self
        noted: tuple[Turn | Switched, ...] = (Switched(names, passages),) if self.entries else ()
        return replace(self, entries=(*self.entries, *noted), generation=generation)

    def reopened(self, generation: int, sources: Mapping[str, Source]) -> History:
        """Of another day, beside the present texts: if those of its last answer are all there, nothing has changed.

        Otherwise it stays of no generation, and ``speaking_of`` notes the change.
        """
        present = {source.sha256 for source in sources.values()}
        last = next((turn.sources for turn in reversed(self.turns) if turn.sources), {})
        return replace(self, generation=generation if present.issuperset(last.values()) else 0)

    @property
    def _last(self) -> Turn:
        last = self.entries[-1]
        assert isinstance(last, Turn)
        return last

    def _ending(self, turn: Turn) -> History:
        return replace(self, entries=(*self.entries[:-1], turn))
