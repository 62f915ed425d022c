"""The numbers that ranking, citing and declining depend on.

The command beside a number prints what other values give, for any set of questions.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum


class Boldness(StrEnum):
    """How readily questions are answered (`qa.answering.confidence`)."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"


def checked_boldness(bold: Boldness | str | float) -> Boldness | float:
    """Return how readily to answer, as a word or as the confidence below which questions are declined.

    Raises:
        ValueError: it is neither one of the words nor a number.
    """
    if isinstance(bold, str):
        return Boldness(bold)
    if isinstance(bold, bool) or not isinstance(bold, int | float) or math.isnan(bold):
        raise ValueError(f"{bold!r} is neither low, normal, high nor a number")
    return float(bold)


@dataclass(frozen=True)
class SearchConfig:
    """How passages are found, ranked and read, which units are cited, and when a question is declined.

    The product uses `DEFAULT_CONFIG`; `bench/` tries other values with ``dataclasses.replace``.
    """

    depth: int = 100
    """Passages taken from each of the two searches, nearest vectors and BM25; more when more hits are wanted."""

    lexical_weight: float = 1.2
    """Weight of BM25 over its highest possible value, beside MaxSim (`bench/retrieval.py`, `bench/units.py`)."""

    coverage_power: float = 2.0
    """How fast that weight falls with the share of the question's terms that the index knows (`BM25.coverage`): a
    question in a language foreign to the texts shares the odd name or number with them, and leans on meaning. In an
    index of several languages BM25 is small by itself for each passage that is not in the question's."""

    context_share: float = 0.5
    """Share of the BM25 of a unit's best heading, question or lead-in that is added to the unit's own
    (`bench/units.py`)."""

    above_discount: float = 0.06
    """What is taken off a cosine with a token of what a unit stands under: headings, question, speaker, header
    (`bench/units.py`, as for the next three)."""

    lead_discount: float = 0.12
    """What is taken off a cosine with a token of the beginning of the unit's source: its title and first sentence."""

    before_discount: float = 0.12
    """What is taken off a cosine with a token of the unit before."""

    exact_penalty: float = 0.1
    """What lacking all of the question's numbers, codes and quoted words costs a unit, where another has them."""

    boilerplate_penalty: float = 0.1
    """What a page's boilerplate (menus, buttons, link lists) must make up for. `bench/retrieval.py` prints others."""

    passages_read: int = 20
    """Passages whose units are scored for an answer. `bench/units.py` reads as many."""

    reader_weight: float = 1 / 64
    """What a unit's score gains with each unit of the reader's log-probability (`bench/reader.py --fit`)."""

    margin: float = 0.06
    """How far below the best unit another may score and still be cited (`bench/units.py`)."""

    max_citations: int = 5
    """Citations in one answer at most, if all of something is asked for, or nothing could be read."""

    max_answers: int = 3
    """Citations in one answer at most otherwise."""

    least_evidence: float = -3.0
    """The least log-odds at which a unit answers by itself and may be cited beside the best (`bench/units.py`)."""

    alternative: float = 3.0
    """How far below the best unit's log-probability that of another may be which is cited beside it
    (`bench/units.py`)."""

    as_sure: float = 1.0
    """How far below the best unit's log-probability that of another may be whose different answer is shown as one
    (`bench/differing.py`)."""

    min_confidence: float = 0.24
    """The confidence (MaxSim) below which a question is declined whose passages cannot be read, because the index is of
    another embedding model than the default one."""

    bold: Boldness | str | float = Boldness.NORMAL
    """How readily questions are answered: a word, or the confidence below which they are declined."""

    reader: str | None = None
    """A question-answering model by name or folder, to read with; None for the packaged reader."""


DEFAULT_CONFIG = SearchConfig()
