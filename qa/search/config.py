"""The numbers that ranking, citing and declining depend on, each with the measurement that chose it.

The figures are those of the 40 answerable questions about `source/`; the command beside each prints them for any
set. `docs/figures.md` has the tables.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class SearchConfig:
    """How passages are found and ranked, which sentences are cited, and when a question is declined.

    The product uses `DEFAULT_CONFIG`; `bench/` tries other values with ``dataclasses.replace``.
    """

    depth: int = 100
    """Passages taken from each of the two searches, nearest vectors and BM25; more when more hits are wanted."""

    maxsim_weight: float = 1.0
    """Weight of the token-by-token score. `bench/retrieval.py`: R@1 .725 with it, .650 with the cosine in its place."""

    lexical_weight: float = 1.0
    """Weight of BM25. `bench/retrieval.py`: R@10 .950 with it, .900 without; BM25 alone .800."""

    use_coverage: bool = True
    """Whether BM25 counts only for as much as the index knows the question's terms (`BM25.coverage`). A question
    in a language foreign to the texts shares the odd name or number with them, and leans on meaning instead.
    `bench/retrieval.py`: R@1 .725 with it, .675 without."""

    dense_weight: float = 0.0
    """Weight of the cosine between whole vectors. It finds candidates, but does not rank them: with half of MaxSim's
    weight given to it, `bench/retrieval.py` prints R@1 .700 for .725."""

    boilerplate_penalty: float = 2.0
    """Standard deviations that a page's boilerplate (menus, buttons, link lists) must make up for.
    `bench/retrieval.py` prints 0, 1 and 2."""

    passages_read: int = 20
    """Passages whose sentences are scored for an answer. `bench/sentences.py` reads as many."""

    few_units: int = 8
    """Fewer scores than this do not show how far they usually spread: of two, each is one deviation from the mean.
    Then `fallback_std` is used."""

    fallback_std: tuple[float, float] = (0.024, 1.8)
    """Standard deviations of the MaxSim and BM25 scores of a question's sentences: the medians that
    `bench/sentences.py` prints."""

    margin: float = 2.0
    """How far below the best sentence, in standard deviations, another may score and still be cited.
    `bench/sentences.py`: 1.0 cites evidence for .800 of the questions with 2.1 sentences, 2.0 for .900 with 3.3, and
    2.5 for .950 with 4.0."""

    max_citations: int = 5
    """Sentences cited in one answer at most."""

    min_confidence: float = 0.767
    """The confidence below which a question is declined: the highest that answers all 40 questions. It declines 84 %
    of 150 questions about other texts; 0.78 would decline 95 % of them and one of the 40. `bench/abstention.py`
    prints 0.74 to 0.84."""


DEFAULT_CONFIG = SearchConfig()
