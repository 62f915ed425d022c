"""The list of documents: an index and its jobs go in, one row for each document comes out, ready or being indexed."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from itertools import count
from typing import Any
from uuid import uuid4
from weakref import WeakKeyDictionary

from qa.catalogue import Piece, Words
from qa.errors import QAError
from qa.index import Index
from qa.service.jobs import Job
from qa.suggestions import suggestions_of
from qa.text.source import Source
from qa.ui.document import described, overview
from qa.ui.parts import as_json

Row = dict[str, Any]
QUESTIONS = 3
"""The most questions that a row offers."""
_TOLD_FIRST = ("failed", "waiting", "held", "embedding")
"""States of jobs: of several about one document, the row tells the one whose state is further to the right."""
_SERVER = uuid4().hex
_counter = count(1)
_number_of: WeakKeyDictionary[Index, int] = WeakKeyDictionary()


def listing(index: Index | None, jobs: tuple[Job, ...], words: Words) -> dict[str, Any]:
    """Return ``{"generation", "passages", "questions", "sources": [described], "server", "busy", "rows": [row]}``.

    ``server`` changes whenever the server starts. There is one row for each document, whatever is being done to it. A
    row has name, id (for ``read_source``; "" if there is no text yet), length, indexed (whether it can be asked),
    questions (a few that it answers), and state: ready, held (a removal that can be undone), waiting, embedding or
    failed. Unless it is ready, it also has job (a number), kind, new_name, done, total, left (seconds, or null) and
    sentence (why it failed, as ``as_json`` returns it).
    """
    rows: dict[tuple[bool, str], Row] = {}
    if index is not None:
        asked = _questions_of(index)
        rows = {(False, name): _row_of_source(source, asked[name]) for name, source in index.sources.items()}
    for job in jobs:
        key = (job.kind == "repair", job.name)  # a repair is about the index, not about a document of its name
        row = rows.setdefault(key, _row_of_new_text(job.name, job.source))
        if row["state"] == "ready" or _TOLD_FIRST.index(job.state) > _TOLD_FIRST.index(row["state"]):
            row |= _job_fields(job, words)
    busy = any(job.state in ("waiting", "embedding") for job in jobs)
    return {**overview(index), "server": _SERVER, "busy": busy, "rows": list(rows.values())}


def stamp(index: Index | None, jobs: tuple[Job, ...], words: Words) -> str:
    """Return a short hash of what a listing is made from: equal stamps mean that the page has nothing new to draw.

    It is found before the listing is made, and takes as long for thousands of documents as for one: an open index
    never changes, and neither does a job but in the fields that are looked at here.
    """
    number = 0 if index is None else _number_of.setdefault(index, next(_counter))
    has_questions = index is not None and bool(suggestions_of(index, make=False))
    states = [(job.id, job.state, job.done, job.total, job.seconds_left) for job in jobs]
    made_from = json.dumps([_SERVER, number, has_questions, words.tag, states])
    return hashlib.sha256(made_from.encode()).hexdigest()[:16]


def _questions_of(index: Index) -> defaultdict[str, list[str]]:
    asked: defaultdict[str, list[str]] = defaultdict(list)
    for one in suggestions_of(index, make=False):
        if len(asked[one.source]) < QUESTIONS:
            asked[one.source].append(one.question)
    return asked


def _row_of_source(source: Source, questions: list[str]) -> Row:
    return {**described(source), "indexed": True, "state": "ready", "questions": questions}


def _row_of_new_text(name: str, source: Source | None) -> Row:
    known = described(source) if source else {"id": "", "length": 0}
    return {**known, "name": name, "indexed": False, "state": "ready", "questions": []}


def _job_fields(job: Job, words: Words) -> Row:
    return {
        "state": job.state,
        "job": job.id,
        "kind": job.kind,
        "new_name": job.new_name,
        "done": job.done,
        "total": job.total,
        "left": job.seconds_left,
        "sentence": as_json(_why_failed(job.error, words)),
    }


def _why_failed(error: BaseException | None, words: Words) -> list[Piece]:
    if error is None:
        return []
    # An unexpected error was logged when it happened; this is called at every look.
    return error.pieces(words) if isinstance(error, QAError) else words.pieces("error.unexpected")
