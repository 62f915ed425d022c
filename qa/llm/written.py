"""A reply that a language model wrote, sentence by sentence with our verdict on each.

Offsets are 0-based code points into ``Written.text``, end exclusive.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from qa.citations import Citation

LEAST_PASSED = 0.5
"""The share of sentences that must pass for a reply to be shown; the text's own sentences are shown in any case."""


class Reason(StrEnum):
    """Why a sentence is struck."""

    PASSED = ""
    UNCITED = "uncited"
    """It cites nothing."""
    UNKNOWN = "unknown"
    """It cites a number that was not given."""
    QUOTATION = "quotation"
    """Words in quotation marks are not in what it cites."""
    NUMBER = "number"
    """A number, date or amount is neither in what it cites nor in the question."""
    NAME = "name"
    """So is a name."""
    DENIAL = "denial"
    """It denies what it cites states, or states what that denies."""
    ELSEWHERE = "elsewhere"
    """Another sentence that the model was given says it better than the one that is cited."""
    UNSUPPORTED = "unsupported"
    """What it cites does not say so."""
    FORM = "form"
    """It holds a link, a picture or markup."""


@dataclass(frozen=True)
class Sentence:
    """A sentence of a reply, with our verdict on it.

    Attributes:
        start: 0-based offset of its first code point in the reply.
        end: offset after the last one, its [n] included.
        text: ``reply[start:end]``.
        cited: the numbers it cites, in order, each once.
        reason: why it is struck; `Reason.PASSED` if it is not.
        detail: the words that the reason is about, as the sentence has them; "" if it is about all of it.
    """

    start: int
    end: int
    text: str
    cited: tuple[int, ...] = ()
    reason: Reason = Reason.PASSED
    detail: str = ""

    @property
    def passed(self) -> bool:
        """Whether it passed all checks."""
        return self.reason is Reason.PASSED

    def to_dict(self) -> dict[str, Any]:
        """Return the sentence as the shell and HTTP print it."""
        return {
            "start": self.start,
            "end": self.end,
            "text": self.text,
            "cited": list(self.cited),
            "passed": self.passed,
            "reason": self.reason.value,
            "detail": self.detail,
        }


@dataclass(frozen=True)
class Written:
    """A reply that a language model wrote.

    Attributes:
        text: the reply as the model wrote it; never shown without the verdicts.
        sentences: its sentences, in order; what is between them is white space.
        model: the name of the model.
        host: where the texts were sent: host and port.
        given: the numbered sentences that it cites and that are not among the citations of the answer itself.
        trouble: why there is no reply, or not all of it, as the code of an error; "" if there is.
        told: the values of that error's sentence.
        complete: whether the reply has its end; False if it was stopped, cut off or grew too long.
        done: whether nothing more will come; until then ``complete`` is False as well.
    """

    text: str
    sentences: tuple[Sentence, ...]
    model: str
    host: str
    given: tuple[Citation, ...] = ()
    trouble: str = ""
    told: tuple[tuple[str, str], ...] = ()
    complete: bool = True
    done: bool = False

    @property
    def passed(self) -> tuple[Sentence, ...]:
        """The sentences that passed."""
        return tuple(one for one in self.sentences if one.passed)

    @property
    def is_shown(self) -> bool:
        """Whether enough of it passed for it to be shown."""
        return bool(self.sentences) and len(self.passed) >= LEAST_PASSED * len(self.sentences)

    def to_dict(self) -> dict[str, Any]:
        """Return the reply as the shell and HTTP print it; of one that is not shown, neither text nor sentences."""
        told = {
            "model": self.model,
            "host": self.host,
            "shown": self.is_shown,
            "passed": len(self.passed),
            "of": len(self.sentences),
            "complete": self.complete,
            "trouble": self.trouble,
        }
        if not self.is_shown:
            return told
        return told | {
            "text": " ".join(one.text for one in self.passed),
            "sentences": [one.to_dict() for one in self.sentences],
            "given": [one.to_dict() for one in self.given],
        }
