"""What a browser keeps of a conversation: a ``History`` goes in and plain JSON comes out, and the other way round.

The JSON that comes back may be damaged or forged. ``from_record`` checks it by the models of ``kept.py`` and ignores
unknown keys. Even so, nothing of it is shown as an excerpt unchecked: each citation is looked up in the current texts
when it is drawn.
"""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from qa.answer import Answer
from qa.errors import QAError
from qa.ui.excerpts import RELATED
from qa.ui.history import History, Switched, Turn
from qa.ui.kept import KeptConversation
from qa.ui.kept_parts import LONGEST_PASSAGE

FORMAT = 1


class RecordError(QAError):
    """What a browser kept of a conversation cannot be read."""

    def __init__(self, what: str) -> None:
        super().__init__("record")
        self.what = what


def to_record(history: History) -> dict[str, Any]:
    """Return what a browser keeps of a conversation, as JSON.

    Of the passages found, it holds those that a citation lies in, or the nearest ones of an abstention. A question
    that is still being answered is left out; so is a note of other texts at the end, which is made again on reopening.
    """
    return {"format": FORMAT, "id": history.id, "entries": [_kept_entry(one) for one in history.settled().entries]}


def from_record(data: object) -> History:
    """Return the conversation of a record. Its generation is not known yet: see ``History.reopened``.

    Raises:
        RecordError: the record is not as ``to_record`` makes it.
    """
    try:
        record = KeptConversation.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        raise RecordError(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from None
    return History(tuple(entry.opened() for entry in record.entries), id=record.id)


def _kept_entry(entry: Turn | Switched) -> dict[str, Any]:
    if isinstance(entry, Switched):
        return {"kind": "switched", "names": list(entry.names), "passages": entry.passages}
    return {
        "kind": "turn",
        "question": entry.question,
        "asked_at": entry.asked_at,
        "stopped": entry.stopped,
        "sources": dict(entry.sources),
        "answer": entry.answer and _kept_answer(entry.answer),
    }


def _kept_answer(answer: Answer) -> dict[str, Any]:
    cited = (hit for hit in answer.hits if any(hit.holds(c.source, c.start, c.end) for c in answer.citations))
    hits = [hit for hit in (cited if answer.answered else answer.hits[:RELATED]) if len(hit.text) <= LONGEST_PASSAGE]
    reply = {
        "turn": answer.turn,
        "text": answer.text,
        "outline": [heading.to_dict() for heading in answer.outline],
        "suggested": list(answer.suggested),
    }
    return {
        "kind": answer.kind,
        "answered": answer.answered,
        "confidence": answer.confidence,
        "searched_for": answer.searched_for,
        "citations": [citation.to_dict() for citation in answer.citations],
        "span": answer.span and answer.span.to_dict(),
        "sure": answer.sure,
        "differing": [span.to_dict() for span in answer.differing],
        "hits": [{**hit.to_dict(), "boilerplate": hit.passage.boilerplate, "number": hit.number} for hit in hits],
        **({"origin": answer.origin.to_dict()} if answer.origin else {}),
        **(reply if answer.turn else {}),
        **(
            {"parts": [{"question": part.question} | _kept_answer(part) for part in answer.parts]}
            if answer.parts
            else {}
        ),
    }
