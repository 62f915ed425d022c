"""An open index -> what the chat's messages are drawn against: the texts as they are now, and what they speak of."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field

from qa.passages import Passage
from qa.sources import Source


@dataclass(frozen=True)
class Topic:
    """Something a text speaks of: its words, and where they begin."""

    title: str
    source: str
    start: int
    end: int


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
