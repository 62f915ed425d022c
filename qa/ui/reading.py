"""An open index -> what the chat's messages are drawn against: the texts as they are now, and what they speak of."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import groupby

from qa.index import Index
from qa.suggestions import Topic, leads_on, suggestions_of, topics
from qa.text.language import UNKNOWN, language_of
from qa.text.passages import Passage
from qa.text.source import Source
from qa.ui.history import History


@dataclass(frozen=True)
class Reading:
    """The present texts.

    Attributes:
        sources: name -> Source.
        passages: name -> its passages, in reading order.
        languages: name -> language tag.
        topics: what they speak of.
        questions: what may be asked next; each is answered from them.
    """

    sources: Mapping[str, Source] = field(default_factory=dict)
    passages: Mapping[str, tuple[Passage, ...]] = field(default_factory=dict)
    languages: Mapping[str, str] = field(default_factory=dict)
    topics: tuple[Topic, ...] = ()
    questions: tuple[str, ...] = ()

    def passage_at(self, source: str, start: int, end: int) -> Passage | None:
        """The passage that a span lies in; None where it reaches over several."""
        passages = self.passages.get(source, ())
        before = bisect_right(passages, start, key=lambda passage: passage.start)
        passage = passages[before - 1] if before else None
        return passage if passage is not None and end <= passage.end else None


def reading_of(index: Index, history: History, left_out: Collection[str] = frozenset()) -> Reading:
    """What a conversation is drawn against.

    Args:
        index: the one in use.
        history: the conversation; what leads on from its last answer is offered.
        left_out: names of the sources that the visitor does not ask.
    """
    asked = tuple(name for name in index.sources if name not in left_out)
    open_ones = [one for one in suggestions_of(index, make=False) if one.source not in left_out]
    answers = [turn.answer for turn in history.turns]
    following = leads_on(open_ones, answers[-1] if answers else None, [turn.question for turn in history.turns])
    return replace(
        _texts(index),
        topics=_topics(index, asked),
        questions=tuple(one.question for one in following),
    )


@lru_cache(maxsize=2)  # the one in use, and the one before while it is replaced
def _texts(index: Index) -> Reading:
    in_turn = groupby(index.passages, key=lambda passage: passage.source)  # they stand source by source
    passages = {name: tuple(own) for name, own in in_turn}
    languages = {name: language_of(source.text) for name, source in index.sources.items()}
    return Reading(index.sources, passages, {name: tag for name, tag in languages.items() if tag != UNKNOWN})


@lru_cache(maxsize=8)
def _topics(index: Index, asked: tuple[str, ...]) -> tuple[Topic, ...]:
    return topics(index, asked)
