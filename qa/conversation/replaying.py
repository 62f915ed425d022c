"""Recorded answers, asked again -> what differs now.

Each question is asked as it was: after the answers that are recorded before it, of the same sources, as boldly and with
the same reader. Offsets are 0-based code points, end exclusive.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from qa.answer import Answer
from qa.citations import AnswerSpan, Citation
from qa.conversation.replies import reply
from qa.index import Index
from qa.search.config import Boldness

CLOSE = 0.002
"""How far apart two confidences may be that count as the same: other processors round differently."""


@dataclass(frozen=True)
class Difference:
    """Something in which an answer differs from what was recorded.

    Attributes:
        n: the number of the question in the record, from 1.
        what: the name of the part, as in the JSON of an answer, such as ``citations``.
        was, now: what was recorded, and what it is now; as JSON has it.
    """

    n: int
    what: str
    was: Any
    now: Any

    def to_dict(self) -> dict[str, Any]:
        """Return it as the shell prints it."""
        return {"n": self.n, "what": self.what, "was": self.was, "now": self.now}


@dataclass(frozen=True)
class Replayed:
    """How recorded answers compare with those that the index gives now.

    Attributes:
        answers: how many questions were asked again.
        differences: in what their answers differ, in the order of the record.
        generation: the generation of the index.
        recorded: the generation that the last answer was made from; None if the record does not say.
        same_model: whether the answers were made with this embedding model, as far as the record says.
    """

    answers: int
    differences: tuple[Difference, ...]
    generation: int
    recorded: int | None
    same_model: bool

    @property
    def same(self) -> bool:
        """Whether nothing differs: the answers, the model and the generation."""
        return not self.differences and self.same_model and self.recorded in (None, self.generation)

    def to_dict(self) -> dict[str, Any]:
        """Return it as the shell prints it."""
        return {
            "answers": self.answers,
            "same": self.same,
            "generation": {"was": self.recorded, "now": self.generation},
            "same_model": self.same_model,
            "differences": [one.to_dict() for one in self.differences],
        }


def replay(index: Index, recorded: Sequence[Answer]) -> Replayed:
    """Ask the questions of recorded answers again, in their order, and compare.

    Raises:
        QuestionError, SourceError, ModelError: a question cannot be asked any more, as for `qa.answer.answer`.
    """
    differences: list[Difference] = []
    for number, was in enumerate(recorded):
        origin = was.origin
        now = reply(
            index,
            was.question,
            history=recorded[:number],
            bold=origin.bold if origin else Boldness.NORMAL,
            reader=(origin.reader or None) if origin else None,
            sources=origin.sources if origin else None,
        )
        differences += differing(number + 1, was, now)
    origins = [was.origin for was in recorded if was.origin]
    return Replayed(
        answers=len(recorded),
        differences=tuple(differences),
        generation=index.generation,
        recorded=origins[-1].generation if origins else None,
        same_model=all(origin.model == index.model.fingerprint for origin in origins),
    )


def differing(n: int, was: Answer, now: Answer) -> list[Difference]:
    """Return in what two answers to the question of this number differ; what is said in words of our own is left out.

    If the number of questions that a turn was read as differs, that is the only difference.
    """
    if len(was.parts) != len(now.parts):
        asked = [[part.question for part in one.parts] for one in (was, now)]
        return [Difference(n, "parts", *asked)]
    pairs = {
        "kind": (was.kind, now.kind),
        "turn": (was.turn, now.turn),
        "citations": (_places(was.citations), _places(now.citations)),
        "outline": (_places(was.outline), _places(now.outline)),
        "span": (_span(was.span), _span(now.span)),
        "searched_for": (was.searched_for, now.searched_for),
        "sure": (was.sure, now.sure),
    }
    found = [Difference(n, what, old, new) for what, (old, new) in pairs.items() if old != new]
    if abs(was.confidence - now.confidence) > CLOSE:
        found.append(Difference(n, "confidence", was.confidence, now.confidence))
    return found + [one for pair in zip(was.parts, now.parts, strict=True) for one in differing(n, *pair)]


def _places(citations: Sequence[Citation]) -> list[dict[str, Any]]:
    return [
        {"n": one.n, "source": one.source, "start": one.start, "end": one.end, "quote": one.quote} for one in citations
    ]


def _span(span: AnswerSpan | None) -> dict[str, str | int] | None:
    return span.to_dict() if span else None
