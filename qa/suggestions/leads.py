"""What to show beside an answer or an abstention: the questions that lead on, and what the texts speak of."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest

from qa.answer import Answer
from qa.index import Index
from qa.search.lexical import fold
from qa.suggestions.candidates import body
from qa.suggestions.suggest import Suggestion
from qa.suggestions.terms import telling_terms
from qa.text.language import language_of
from qa.text.sections import sections
from qa.text.source import Source


@dataclass(frozen=True)
class Topic:
    """Something that a source speaks of, and where it does first.

    Attributes:
        title: a section's title or a term, as it stands in the text.
        source: the source's name.
        start: 0-based offset of its first code point: ``text[start:end] == title``.
        end: offset after its last one.
    """

    title: str
    source: str
    start: int
    end: int


def leads_on(
    suggestions: Sequence[Suggestion], answer: Answer | None, asked: Collection[str], count: int = 3
) -> tuple[Suggestion, ...]:
    """Up to ``count`` suggestions to ask next: none that was asked, none whose sentence the answer cites.

    First those whose sentence stands in a passage that this question found too, in the passages' order, then
    the ones that follow the first citation in its source, then the others. Before the first question (``answer``
    is None) and after an abstention they come in their own order, which is spread over the sections.
    """
    done = {_folded(question) for question in asked}
    cited = {(citation.source, citation.start, citation.end) for citation in answer.citations} if answer else set()
    open_ones = [
        one
        for one in suggestions
        if _folded(one.question) not in done and (one.source, one.start, one.end) not in cited
    ]
    if not answer or not answer.citations:
        return tuple(open_ones[:count])
    found = (one for hit in answer.hits for one in open_ones if hit.holds(one.source, one.start, one.end))
    first = answer.citations[0]
    after = sorted(
        (one for one in open_ones if one.source == first.source and one.start >= first.end), key=lambda one: one.start
    )
    return tuple(dict.fromkeys(chain(found, after, open_ones)))[:count]


def topics(index: Index, sources: Collection[str] | None = None, count: int = 8) -> tuple[Topic, ...]:
    """What the texts speak of: the titles of their sections, or their most telling terms; in reading order.

    Args:
        index: an open index.
        sources: names of the sources that count; all by default.
        count: how many at the most, shared between the sources.
    """
    chosen = [source for source in index.sources.values() if sources is None or source.name in sources]
    found = [_of_source(index, source, count) for source in chosen]
    in_turn = [topic for row in zip_longest(*found) for topic in row if topic is not None][:count]
    order = {source.name: number for number, source in enumerate(chosen)}
    return tuple(sorted(in_turn, key=lambda topic: (order[topic.source], topic.start)))


def _of_source(index: Index, source: Source, count: int) -> list[Topic]:
    titles = [(section.title, section.start) for section in sections(source.text) if section.title]
    if not titles:
        spans = body(index, source.name)
        prose = "\n".join(source.text[start:end] for start, end in spans)
        begin = spans[0][0] if spans else 0
        titles = [(term, begin) for term in telling_terms(prose, language_of(source.text), count)]
    return list(_located(source, titles))[:count]


def _located(source: Source, titles: Iterable[tuple[str, int]]) -> Iterable[Topic]:
    said: set[str] = set()
    for title, begin in titles:
        start = source.text.find(title, begin)
        if start >= 0 and title not in said:
            said.add(title)
            yield Topic(title, source.name, start, start + len(title))


def _folded(question: str) -> str:
    return "".join(char for char in fold(question)[0] if char.isalnum())
