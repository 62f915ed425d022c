"""One conversation: questions with their answers, and notes that the documents changed. The server keeps it.

The chat is drawn from it. Conversations that a browser kept come back through `qa.ui.records`, which checks them.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from qa.answer import Answer
from qa.text.source import Source

STOPPED = "stopped"
"""The trouble of a written reply that its reader stopped."""


@dataclass(frozen=True)
class Turn:
    """A question and its answer.

    Attributes:
        question: as asked.
        answer: None while the question is being answered, or if it was stopped.
        stopped: whether the visitor stopped it.
        asked_at: UTC, ISO 8601 to the second.
        sources: name -> SHA-256 of the documents that were asked; empty until answered.
    """

    question: str
    answer: Answer | None = None
    stopped: bool = False
    asked_at: str = ""
    sources: Mapping[str, str] = field(default_factory=dict)

    @property
    def settled(self) -> bool:
        """Whether the question was answered or stopped."""
        return self.stopped or self.answer is not None

    @property
    def parts(self) -> tuple[Turn, ...]:
        """Return each of its questions as a turn of its own, if it was several; else nothing."""
        parts = self.answer.parts if self.answer else ()
        return tuple(replace(self, question=part.question, answer=part) for part in parts)


@dataclass(frozen=True)
class Switched:
    """A note that later answers come from other documents: their names and their number of passages."""

    names: tuple[str, ...]
    passages: int


@dataclass(frozen=True)
class History:
    """One conversation.

    Attributes:
        entries: turns and notes, oldest first.
        generation: the generation of the index at the last answer; 0 before the first.
        id: the key under which the browser keeps it; empty before the first question.
    """

    entries: tuple[Turn | Switched, ...] = ()
    generation: int = 0
    id: str = ""

    @property
    def turns(self) -> tuple[Turn, ...]:
        """The questions with their answers, oldest first."""
        return tuple(entry for entry in self.entries if isinstance(entry, Turn))

    @property
    def answers(self) -> tuple[Answer, ...]:
        """What was answered, oldest first."""
        return tuple(turn.answer for turn in self.turns if turn.answer is not None)

    def asked(self, question: str) -> History:
        """Return the conversation with a question that is being answered."""
        turn = Turn(question, asked_at=datetime.now(UTC).isoformat(timespec="seconds"))
        return replace(self, entries=(*self.entries, turn), id=self.id or uuid.uuid4().hex)

    def answered(self, answer: Answer, sources: Mapping[str, Source]) -> History:
        """Return it with the answer to the last question, which came from these sources."""
        fingerprints = {name: source.sha256 for name, source in sources.items()}
        return self._ending(replace(self._last, answer=answer, sources=fingerprints))

    def stopped(self) -> History:
        """Return it with the last question stopped, if that has no answer yet, or with its written reply ended."""
        if not self.entries or not isinstance(self.entries[-1], Turn):
            return self
        answer = self.entries[-1].answer
        if answer is not None:
            return self if answer.written is None else self._ending(replace(self._last, answer=_ended(answer)))
        return self._ending(replace(self._last, stopped=True))

    def before(self, entry: int) -> History:
        """Return it without the entry of this number (from 0), which is asked again, and all later ones."""
        kept, cut = self.entries[: max(entry, 0)], self.entries[max(entry, 0) :]
        # Without its note, the rest belongs to the earlier documents again.
        changed = any(isinstance(one, Switched) for one in cut)
        return replace(self, entries=kept, generation=0 if changed else self.generation)

    def settled(self) -> History:
        """Return it up to the last question that was answered or stopped; ``noting_change`` makes later notes again."""
        entries = list(self.entries)
        while entries and not (isinstance(entries[-1], Turn) and entries[-1].settled):
            entries.pop()
        return replace(self, entries=tuple(entries))

    def noting_change(self, generation: int, names: tuple[str, ...], passages: int) -> History:
        """Return it with a note at the end, if the documents have changed since the last answer."""
        if generation == self.generation:
            return self
        noted: tuple[Turn | Switched, ...] = (Switched(names, passages),) if self.entries else ()
        return replace(self, entries=(*self.entries, *noted), generation=generation)

    def reopened(self, generation: int, sources: Mapping[str, Source]) -> History:
        """Return a conversation that was kept, at this generation if all documents of its last answer are still there.

        Otherwise its generation stays 0, and ``noting_change`` adds the note.
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


def _ended(answer: Answer) -> Answer:
    """Return an answer to which nothing more is written."""
    written = answer.written
    if written is None or written.done:
        return answer
    return replace(answer, written=replace(written, done=True, trouble=STOPPED))
