"""A conversation <-> the plain JSON that the browser keeps of it.

What comes back may be damaged or forged: everything is checked here for its kind, its length and what must
hold between its parts, and what is not known is ignored. Even so nothing of it is shown as an excerpt on
trust: whoever draws a reopened conversation checks each citation against the present sources.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from qa.answer import Answer
from qa.citations import Citation
from qa.errors import QAError
from qa.retrieval import Hit
from qa.text.passages import Passage
from qa.ui.excerpts import RELATED
from qa.ui.history import History, Switched, Turn

FORMAT = 1
MOST_ENTRIES = 2_000
MOST_PARTS = 10_000
"""Texts asked, citations, passages or terms of one answer."""
LONGEST_TEXT = 200_000
"""Code points of any one string."""
GREATEST = 2**53
"""Beyond it a browser's whole numbers are not exact."""

_ID = re.compile(r"[0-9a-f]{32}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_SURROGATE = re.compile("[\ud800-\udfff]")
"""Half of a character: JSON can write it, no text of ours holds it."""


class RecordError(QAError):
    """What a browser kept of a conversation cannot be read."""

    def __init__(self, what: str) -> None:
        super().__init__("record")
        self.what = what


def to_record(history: History) -> dict[str, Any]:
    """What is kept of a conversation: JSON, offsets in code points.

    Of the passages found, those that a citation lies in, or the nearest of an abstention. At the end what is
    not settled is left out: a question that is still being looked for, and a note of another text, which is
    made anew on reopening.
    """
    return {"format": FORMAT, "id": history.id, "entries": [_entry(entry) for entry in history.settled().entries]}


def from_record(data: object) -> History:
    """The conversation of a record, of no generation yet: see ``History.reopened``.

    Raises:
        RecordError: anything in it is not as ``to_record`` makes it.
    """
    record = _object(data)
    if record.get("format") != FORMAT:
        raise RecordError("it was kept by another version of this program")
    entries = [_read_entry(_object(entry)) for entry in _list(record, "entries", MOST_ENTRIES)]
    if not entries:
        raise RecordError("it is empty")
    return History(tuple(entries), id=_matching(record.get("id"), _ID))


def _entry(entry: Turn | Switched) -> dict[str, Any]:
    if isinstance(entry, Switched):
        return {"kind": "switched", "names": list(entry.names), "passages": entry.passages}
    answer = entry.answer
    return {
        "kind": "turn",
        "question": entry.question,
        "asked_at": entry.asked_at,
        "stopped": entry.stopped,
        "sources": dict(entry.sources),
        "answer": answer and {
            "answered": answer.answered,
            "confidence": answer.confidence,
            "searched_for": answer.searched_for,
            "citations": [citation.to_dict() for citation in answer.citations],
            "hits": [
                {**hit.to_dict(), "boilerplate": hit.passage.boilerplate, "number": hit.number} for hit in _kept(answer)
            ],
        },
    }  # fmt: skip


def _kept(answer: Answer) -> tuple[Hit, ...]:
    if not answer.answered:
        return answer.hits[:RELATED]
    return tuple(hit for hit in answer.hits if any(hit.holds(c.source, c.start, c.end) for c in answer.citations))


def _read_entry(entry: Mapping[str, object]) -> Turn | Switched:
    if entry.get("kind") == "switched":
        names = tuple(_checked(name) for name in _list(entry, "names", MOST_PARTS))
        return Switched(names, _whole(entry, "passages"))
    if entry.get("kind") != "turn":
        raise RecordError("an entry of it is of no known kind")
    given = _object(entry.get("sources"))
    if len(given) > MOST_PARTS:
        raise RecordError("it is too long")
    question, stopped = _text(entry, "question"), _flag(entry, "stopped")
    sources = {_checked(name): _matching(sha256, _SHA256) for name, sha256 in given.items()}
    if stopped != (entry.get("answer") is None):
        raise RecordError("an answer is missing")
    answer = None if stopped else _read_answer(_object(entry.get("answer")), question)
    return Turn(question, answer, stopped, _moment(entry), sources)


def _read_answer(answer: Mapping[str, object], question: str) -> Answer:
    citations = tuple(_read_citation(_object(part)) for part in _list(answer, "citations", MOST_PARTS))
    answered = _flag(answer, "answered")
    if [citation.n for citation in citations] != list(range(1, len(citations) + 1)) or answered != bool(citations):
        raise RecordError("its citations are not in order")
    return Answer(
        question=question,
        text=" ".join(f"{citation.quote} [{citation.n}]" for citation in citations),
        citations=citations,
        answered=answered,
        confidence=_number(answer, "confidence"),
        hits=tuple(_read_hit(_object(part)) for part in _list(answer, "hits", MOST_PARTS)),
        searched_for=_text(answer, "searched_for"),
    )


def _read_citation(part: Mapping[str, object]) -> Citation:
    start, end = _span(part, quote := _text(part, "quote"))
    return Citation(_whole(part, "n"), _text(part, "source"), start, end, quote)


def _read_hit(part: Mapping[str, object]) -> Hit:
    start, end = _span(part, text := _text(part, "text"))
    return Hit(
        passage=Passage(_text(part, "source"), start, end, _text(part, "section"), _flag(part, "boilerplate")),
        text=text,
        score=_number(part, "score"),
        dense=_number(part, "dense"),
        lexical=_number(part, "lexical"),
        terms=tuple(_checked(term) for term in _list(part, "terms", MOST_PARTS)),
        dense_rank=_rank(part, "dense_rank"),
        lexical_rank=_rank(part, "lexical_rank"),
        maxsim=_number(part, "late"),
        number=_whole(part, "number"),
    )


def _span(part: Mapping[str, object], text: str) -> tuple[int, int]:
    start, end = _whole(part, "start"), _whole(part, "end")
    if not text or end - start != len(text):
        raise RecordError("an excerpt of it is not as long as its place")
    return start, end


def _object(value: object) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise RecordError("a part of it is missing")
    return value


def _list(part: Mapping[str, object], key: str, most: int) -> list[object]:
    value = part.get(key)
    if not isinstance(value, list):
        raise RecordError("a part of it is missing")
    if len(value) > most:
        raise RecordError("it is too long")
    return value


def _text(part: Mapping[str, object], key: str) -> str:
    return _checked(part.get(key))


def _checked(value: object) -> str:
    if not isinstance(value, str) or _SURROGATE.search(value):
        raise RecordError("a text of it is damaged")
    if len(value) > LONGEST_TEXT:
        raise RecordError("it is too long")
    return value


def _matching(value: object, pattern: re.Pattern[str]) -> str:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise RecordError("a fingerprint of it is damaged")
    return value


def _moment(part: Mapping[str, object]) -> str:
    """When it was asked, UTC, or ""."""
    value = _text(part, "asked_at")
    try:
        whole = not value or datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        whole = False
    if not whole:
        raise RecordError("a date of it is damaged")
    return value


def _flag(part: Mapping[str, object], key: str) -> bool:
    value = part.get(key)
    if not isinstance(value, bool):
        raise RecordError("a part of it is missing")
    return value


def _whole(part: Mapping[str, object], key: str) -> int:
    value = part.get(key)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= GREATEST:
        raise RecordError("a number of it is damaged")
    return value


def _rank(part: Mapping[str, object], key: str) -> int | None:
    return None if part.get(key) is None else _whole(part, key)


def _number(part: Mapping[str, object], key: str) -> float:
    value = part.get(key)
    # A browser writes 1.0 as 1.
    if (
        isinstance(value, bool)
        or not isinstance(value, int | float)
        or abs(value) > GREATEST
        or not math.isfinite(value)
    ):
        raise RecordError("a number of it is damaged")
    return float(value)
