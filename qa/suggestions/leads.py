"""What to show beside an answer or an abstention: questions to ask next, and the topics of the texts."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest

from qa.answer import Answer
from qa.index import Index
from qa.retrieval import names_of
from qa.search.lexical import fold
from qa.suggestions.candidates import body
from qa.suggestions.suggest import Suggestion
from qa.suggestions.terms import key_terms
from qa.text.language import language_of
from qa.text.sections import sections
from qa.text.source import Source


@dataclass(frozen=True)
class Topic:
    """A topic of a source, and where it first occurs.

    Attributes:
        title: a section's title or a term, as the text has it.
        source: the source's name.
        start: 0-based offset of its first code point: ``text[start:end] == title``.
        end: offset after its last code point.
    """

    title: str
    source: str
    start: int
    end: int


def leads_on(
    suggestions: Sequence[Suggestion], answer: Answer | None, asked: Collection[str], count: int = 3
) -> tuple[Suggestion, ...]:
    """Return up to ``count`` suggestions to ask next: none already asked, none whose sentence the answer cites.

    First come those whose sentence is in a passage that was found for this answer, in the order of the passages;
    then those that follow the first citation in its source; the last, and all before the first question (``answer``
    is None) and after an abstention, come from each source in turn: first from those of which least was asked.
    """
    already_asked = {_comparable(question) for question in asked}
    cited = {(citation.source, citation.start, citation.end) for citation in answer.citations} if answer else set()
    remaining = [
        one
        for one in suggestions
        if _comparable(one.question) not in already_asked and (one.source, one.start, one.end) not in cited
    ]
    times = Counter(one.source for one in suggestions if _comparable(one.question) in already_asked)
    if not answer or not answer.citations:
        return tuple(_in_turn(remaining, times))[:count]
    found = (one for hit in answer.hits for one in remaining if hit.holds(one.source, one.start, one.end))
    first = answer.citations[0]
    after = sorted(
        (one for one in remaining if one.source == first.source and one.start >= first.end), key=lambda one: one.start
    )
    leading = list(dict.fromkeys(chain(found, after)))
    others = _in_turn(remaining, times + Counter({first.source: len(suggestions)}))
    if any(one.source != first.source for one in remaining):
        others = chain(others, leading[count - 1 :])
        leading = leading[: count - 1]
    return tuple(dict.fromkeys(chain(leading, others)))[:count]


def _in_turn(suggestions: Iterable[Suggestion], times: Counter[str]) -> Iterator[Suggestion]:
    """Yield one suggestion of each source in turn; sources of which more was asked come later in each round."""
    by_source: defaultdict[str, list[Suggestion]] = defaultdict(list)
    for one in suggestions:
        by_source[one.source].append(one)
    order = sorted(by_source, key=lambda name: times[name])
    rounds = zip_longest(*(by_source[name] for name in order))
    return (one for round_ in rounds for one in round_ if one is not None)


def topics(index: Index, sources: str | Collection[str] | None = None, count: int = 8) -> tuple[Topic, ...]:
    """Return the topics of the texts in reading order: the titles of their sections, or their most typical terms.

    Args:
        index: an open index.
        sources: the name of the source to use, or several names; None for all.
        count: the most topics to return, shared between the sources.
    """
    wanted = index.sources if sources is None else names_of(sources)
    chosen = [source for source in index.sources.values() if source.name in wanted]
    found = [_topics_in(index, source, count) for source in chosen]
    in_turn = [topic for row in zip_longest(*found) for topic in row if topic is not None][:count]
    order = {source.name: number for number, source in enumerate(chosen)}
    return tuple(sorted(in_turn, key=lambda topic: (order[topic.source], topic.start)))


def _topics_in(index: Index, source: Source, count: int) -> list[Topic]:
    found = sections(source.text, index.blocks[source.name])
    titles = [(section.title, section.start) for section in found if section.title]
    if not titles:
        spans = body(index, source.name)
        prose = "\n".join(source.text[start:end] for start, end in spans)
        begin = spans[0][0] if spans else 0
        titles = [(term, begin) for term in key_terms(prose, language_of(source.text), count)]
    return list(_located(source, titles))[:count]


def _located(source: Source, titles: Iterable[tuple[str, int]]) -> Iterable[Topic]:
    """Yield each title, given with where to start looking, as a topic at its first place."""
    seen: set[str] = set()
    for title, begin in titles:
        start = source.text.find(title, begin)
        if start >= 0 and title not in seen:
            seen.add(title)
            yield Topic(title, source.name, start, start + len(title))


def _comparable(question: str) -> str:
    return "".join(char for char in fold(question)[0] if char.isalnum())
