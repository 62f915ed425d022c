"""An answer -> the numbered sentences that a language model gets: its citations, and the units nearest to them.

The citations keep their numbers, so that [n] means the same in the reply and below it. Every quote is checked against
its source. Offsets are 0-based code points into ``Source.text``, end exclusive.
"""

from __future__ import annotations

from dataclasses import replace

from qa.answer import Answer
from qa.answering.extents import extent_of_unit
from qa.answering.units import score_units
from qa.citations import Citation, cite, verified
from qa.index import Index
from qa.retrieval import prepare

MOST_GIVEN = 12
"""Sentences that a model gets: more would cost it time, and rarely say anything else."""
_PASSAGES = 6
"""Passages whose units are looked at: the best."""


def given_sentences(index: Index, answer: Answer, most: int = MOST_GIVEN) -> tuple[Citation, ...]:
    """Return what a model may cite for an answer, numbered from 1: its citations, then the nearest other units.

    An overview has its own sentences alone.
    """
    spans = [(one.source, one.start, one.end) for one in answer.citations]
    if not spans or answer.turn:
        return answer.citations
    query = prepare(index, answer.searched_for or answer.question)
    numbers = [hit.number for hit in answer.hits if hit.number < len(index.passages)][:_PASSAGES]
    for unit in sorted(score_units(index, query, numbers), key=lambda one: -one.score):
        if len(spans) >= most:
            break
        own = extent_of_unit(index, unit)
        if not any(own.source == name and own.start < end and start < own.end for name, start, end in spans):
            spans.append((own.source, own.start, own.end))
    near = verified(cite(spans[len(answer.citations) :], index.sources, index.blocks), index.sources)
    return answer.citations + tuple(replace(one, n=n) for n, one in enumerate(near, len(answer.citations) + 1))
