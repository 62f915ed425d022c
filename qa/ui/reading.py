"""An index and a conversation -> a ``Reading``: the current texts, their topics and what may be asked next.

The chat's messages, the excerpts and the exports are drawn against it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from weakref import WeakKeyDictionary

from qa.citations import Standing
from qa.index import Index
from qa.suggestions import Topic, leads_on, suggestions_of, topics
from qa.text.blocks import Block
from qa.text.language import UNKNOWN, language_of
from qa.text.passages import Passage
from qa.text.source import Source
from qa.ui.history import History
from qa.ui.quotes import QuoteFilter

FEWEST_OFFERED, MOST_OFFERED = 3, 5
"""Questions that are offered: one of each selected source, within these bounds."""
SELECTIONS_KEPT = 8
"""Selections of sources whose topics are kept in memory, per index. Each visitor may choose other sources."""


@dataclass(frozen=True)
class Found:
    """What became of a citation: its standing, and the name of the source and the 0-based code point it is at now.

    A citation that is gone has no place: the name is "".
    """

    standing: Standing
    source: str
    start: int


@dataclass(frozen=True)
class Reading:
    """The current texts and what can be said about them.

    Attributes:
        sources: name -> Source.
        passages: name -> its passages, in reading order.
        languages: name -> language tag; a source whose language is unknown is missing.
        topics: sections and terms that the chosen sources are about.
        questions: what may be asked next; each one is answered from the sources.
        standings: hash of a citation -> where it is in these sources, as far as it was looked up; see
            ``excerpts.py``. Looking for words that have moved takes milliseconds in a long text.
        quotes: tells which words need not be looked for; None to look for all.
        blocks: name -> its blocks, in order; they say what a citation stands under.
    """

    sources: Mapping[str, Source] = field(default_factory=dict)
    passages: Mapping[str, tuple[Passage, ...]] = field(default_factory=dict)
    languages: Mapping[str, str] = field(default_factory=dict)
    topics: tuple[Topic, ...] = ()
    questions: tuple[str, ...] = ()
    standings: dict[bytes, Found] = field(default_factory=dict, compare=False, repr=False)
    quotes: QuoteFilter | None = field(default=None, compare=False, repr=False)
    blocks: Mapping[str, Sequence[Block]] = field(default_factory=dict, compare=False, repr=False)

    def passage_at(self, source: str, start: int, end: int) -> Passage | None:
        """Return the passage that holds a span, or None if the span reaches over several.

        Args:
            source: the source's name.
            start: 0-based code point of the span's start.
            end: code point after its end.
        """
        passages = self.passages.get(source, ())
        before = bisect_right(passages, start, key=lambda passage: passage.start)
        passage = passages[before - 1] if before else None
        return passage if passage is not None and end <= passage.end else None


@dataclass(frozen=True)
class _Derived:
    """What is computed once per index: its texts, and the topics of each selection of sources."""

    texts: Reading
    topics: dict[tuple[str, ...], tuple[Topic, ...]] = field(default_factory=dict)


_derived: WeakKeyDictionary[Index, _Derived] = WeakKeyDictionary()
"""Weak, so that an index is freed as soon as a newer generation has replaced it."""


def reading_of(index: Index, history: History, left_out: Collection[str] = frozenset()) -> Reading:
    """Return what a conversation is drawn against.

    Args:
        index: the index in use.
        history: the conversation. The offered questions follow its last answer.
        left_out: names of the sources that the visitor has deselected.
    """
    selected = tuple(name for name in index.sources if name not in left_out)
    available = [one for one in suggestions_of(index, make=False) if one.source not in left_out]
    answers = [turn.answer for turn in history.turns]
    following = leads_on(
        available,
        answers[-1] if answers else None,
        [turn.question for turn in history.turns],
        FEWEST_OFFERED if answers else max(FEWEST_OFFERED, min(MOST_OFFERED, len(selected))),
    )
    derived = _derived_from(index)
    return replace(
        derived.texts,
        topics=_topics_of(index, derived, selected),
        questions=tuple(one.question for one in following),
    )


def _derived_from(index: Index) -> _Derived:
    found = _derived.get(index)
    if found is None:
        by_source = groupby(index.passages, key=lambda passage: passage.source)  # an index keeps them in this order
        passages = {name: tuple(own) for name, own in by_source}
        languages = {name: language_of(source.text) for name, source in index.sources.items()}
        quotes = QuoteFilter(source.text for source in index.sources.values())
        known = {name: tag for name, tag in languages.items() if tag != UNKNOWN}
        found = _derived[index] = _Derived(Reading(index.sources, passages, known, quotes=quotes, blocks=index.blocks))
    return found


def _topics_of(index: Index, derived: _Derived, selected: tuple[str, ...]) -> tuple[Topic, ...]:
    found = derived.topics.get(selected)
    if found is None:
        found = topics(index, selected)
        if len(derived.topics) >= SELECTIONS_KEPT:
            derived.topics.clear()
        derived.topics[selected] = found
    return found
