"""Texts -> what they are about, in their own words: headings, and the most central sentence of each section.

Central is what LexRank says (Erkan and Radev, *LexRank: Graph-based Lexical Centrality as Salience*, 2004): a sentence
that many others resemble, above all those that are central themselves. How far two resemble each other is the cosine
of their vectors, each the mean of the token vectors that the index keeps.

Offsets are 0-based code points into ``Source.text``, end exclusive.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterable, Sequence

import numpy as np
import numpy.typing as npt

from qa.citations import Citation, cite, verified
from qa.index import Index
from qa.suggestions.leads import topics
from qa.text.marks import Kind
from qa.text.paragraphs import Span
from qa.text.sections import Section, sections
from qa.text.source import Source

Place = tuple[str, int, int]
"""A stretch of a source: its name, start and end."""

MOST_OF_ONE = 5
"""Sentences cited of one source."""
MOST_CITED = 12
"""Sentences cited of all sources together."""
MOST_HEADINGS = 30
"""Headings shown of one source; of more, those that stand highest."""
MOST_LISTED = 2000
"""Documents that are listed."""
_FEWEST_STRETCHES = 3
"""Stretches of a source without sections, of each of which one sentence is cited."""
_MOST_COMPARED = 1200
"""Sentences of one source that are compared; of more, that many, spread evenly."""
_SHORTEST, _LONGEST = 12, 240
"""Code points of a sentence that may be cited; a longer one resembles many by its length alone."""
_WHOLE = frozenset({Kind.PARAGRAPH, Kind.REPLY, Kind.TURN, Kind.LABELLED, Kind.ITEM})
"""What a sentence that may stand for its section can be a part of."""
_DAMPING = 0.85
_STEPS = 50


def central_sentences(index: Index, names: Sequence[str], without: Collection[Place] = ()) -> list[Citation]:
    """Return the most central sentences of these sources, one of a section, in reading order, numbered from 1.

    Args:
        index: an open index.
        names: names of its sources, in the order that they are cited in.
        without: places that have been shown already.
    """
    most = max(1, min(MOST_OF_ONE, MOST_CITED // max(len(names), 1)))
    places = [(name, *span) for name in names[:MOST_CITED] for span in _central(index, name, most, without)]
    return verified(cite(places, index.sources, index.blocks), index.sources)


def outline(index: Index, names: Sequence[str]) -> tuple[Citation, ...]:
    """Return the headings of the first of these sources in reading order; of one without headings its typical terms."""
    return _unnumbered(index, [place for name in names[:MOST_CITED] for place in _headings(index, index.sources[name])])


def titles(index: Index, names: Sequence[str]) -> tuple[Citation, ...]:
    """Return the first heading of each source, or its first line where it has none."""
    return _unnumbered(index, [_first_title(index, index.sources[name]) for name in names[:MOST_LISTED]])


def _unnumbered(index: Index, places: Iterable[Place]) -> tuple[Citation, ...]:
    cited = (Citation(0, name, start, end, index.sources[name].text[start:end]) for name, start, end in places)
    return tuple(one for one in cited if one.quote.strip())


def _headings(index: Index, source: Source) -> list[Place]:
    titled = [one for one in sections(source.text, index.blocks[source.name]) if one.title]
    if not titled:
        return [(topic.source, topic.start, topic.end) for topic in topics(index, source.name)]
    depth = max(len(one.headings) for one in titled)
    while len(titled) > MOST_HEADINGS and depth > 0:
        titled = [one for one in titled if len(one.headings) < depth]
        depth -= 1
    return [_title_place(source, one) for one in titled[:MOST_HEADINGS]]


def _first_title(index: Index, source: Source) -> Place:
    for section in sections(source.text, index.blocks[source.name]):
        if section.title:
            return _title_place(source, section)
    start = len(source.text) - len(source.text.lstrip())
    end = source.text.find("\n", start)
    return source.name, start, min(end if end > 0 else len(source.text), start + _LONGEST)


def _title_place(source: Source, section: Section) -> Place:
    start = source.text.index(section.title, section.start)
    return source.name, start, start + len(section.title)


def _central(index: Index, name: str, most: int, without: Collection[Place]) -> list[Span]:
    """Return up to ``most`` sentences of a source in reading order, one of each section, the most central ones."""
    candidates, vectors = _candidates(index, name)
    ranks = lexrank(vectors)
    region = _regions(index, name, candidates, most)
    best: dict[int, int] = {}
    for number in np.argsort(-ranks, kind="stable").tolist():
        start, end = candidates[number]
        if not any(own == name and start < after and before < end for own, before, after in without):
            best.setdefault(region[number], number)
    return sorted(candidates[number] for number in list(best.values())[:most])


def lexrank(vectors: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Return float32 [n], how central each of n vectors is, all adding up to 1.

    Two vectors are joined by as much as their cosine is above the mean of all.

    Args:
        vectors: float32 [n, d], unit length.
    """
    n = len(vectors)
    ranks = np.full(n, 1 / max(n, 1), dtype=np.float32)
    if n < 2:
        return ranks
    cosines = vectors @ vectors.T
    np.fill_diagonal(cosines, 0)
    ties = np.maximum(cosines - cosines.sum() / (n * (n - 1)), 0)
    np.fill_diagonal(ties, 0)
    ties[~ties.any(axis=1)] = 1  # a sentence that resembles no other makes none more central than another
    ties /= ties.sum(axis=1, keepdims=True)
    for _ in range(_STEPS):
        ranks = (1 - _DAMPING) / n + _DAMPING * (ranks @ ties)
    return np.asarray(ranks / ranks.sum(), dtype=np.float32)


def _candidates(index: Index, name: str) -> tuple[list[Span], npt.NDArray[np.float32]]:
    """Return the sentences of a source that may be cited, and their vectors, float32 [n, d], unit length."""
    blocks = index.blocks[name]
    found = [
        (number, unit)
        for number in index.passages_of(name)
        if not index.passages[number].boilerplate
        for unit in index.passage_units(number)
        if blocks[unit.block].kind in _WHOLE and _SHORTEST <= unit.end - unit.start <= _LONGEST
    ]
    if len(found) > _MOST_COMPARED:
        found = [found[n * len(found) // _MOST_COMPARED] for n in range(_MOST_COMPARED)]
    spans, vectors = [], []
    for number, unit in found:
        tokens, places = index.tokens.of(number)
        begin = index.passages[number].start
        inside = (places[:, 0] >= unit.start - begin) & (places[:, 1] <= unit.end - begin)
        if inside.any():
            own = tokens[inside].astype(np.float32)
            mean = (own / np.maximum(np.linalg.norm(own, axis=1, keepdims=True), 1e-12)).mean(axis=0)
            spans.append((unit.start, unit.end))
            vectors.append(mean / max(float(np.linalg.norm(mean)), 1e-12))
    return spans, np.array(vectors, dtype=np.float32).reshape(len(spans), -1)


def _regions(index: Index, name: str, spans: Sequence[Span], most: int) -> list[int]:
    """Return the number of the section that each sentence is in; without sections, of the stretch of the text."""
    text = index.sources[name].text
    starts = [one.start for one in sections(text, index.blocks[name]) if one.title]
    within = [bisect_right(starts, start) for start, _ in spans]
    if len(set(within)) >= min(most, _FEWEST_STRETCHES):
        return within
    stretches = min(most, _FEWEST_STRETCHES)
    return [number * stretches // max(len(spans), 1) for number in range(len(spans))]
