"""Index -> candidates: questions that might be suggested, made by the rules of each source's language."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from types import ModuleType

import regex

from qa.index import Index
from qa.suggestions import arabic, chinese, english, japanese
from qa.suggestions.draft import Draft
from qa.suggestions.terms import key_terms
from qa.text.blocks import Block, ancestors
from qa.text.forms import asks
from qa.text.language import language_of
from qa.text.marks import Kind
from qa.text.sections import sections
from qa.text.source import Source

Place = tuple[str, int, int]
"""A sentence: source, start, end; 0-based code points, end exclusive."""


@dataclass(frozen=True)
class Candidate:
    """A question that may be suggested.

    Attributes:
        draft: the question and its kind.
        answers: the sentences that it was made from; the answer has to cite one of them first.
        region: the part of the texts that the first of them is in: the source's name and a number.
    """

    draft: Draft
    answers: tuple[Place, ...]
    region: tuple[str, int]


_RULES: dict[str, ModuleType] = {"ja": japanese, "en": english, "zh": chinese, "ar": arabic}
_MOST_SENTENCES = 3000
"""Sentences of a source that the rules are tried on; of a longer source, that many, spread evenly."""
_LONGEST_SENTENCE = 200
"""Code points; longer sentences make no question that a reader would ask, and rules take more than linear time."""
_REGIONS = 8
"""Regions of a source without sections."""
_TERMS = 16
_MOST_TOPICS = 6
"""Terms about which a general question is made; others are seldom topics."""
_ABOUT_QUALITY = 0.3
_CENTRAL = 5
_CENTRAL_BONUS = 0.2
"""Added to the quality of a question about one of the text's most typical terms."""
_FEWEST_LABELS = 2
_ENDS = regex.compile(r"""(?V1)[\p{Sentence_Terminal}]["'”’」』)）\s]*\Z""")
_FINAL_MARKS = ' \t\n\u3000。．.｡।۔!！"”'
_HEADING_NUMBER = regex.compile(r"\A(?:[QＱ問]\s?\d{0,3}\s?[.．:：、)）]\s*|(?:\d+[\d.]*[.．:：、]?|[IVX]+\.)\s+)")
_QUESTION_MARKS = {"ja": "？", "zh": "？", "ar": "؟", "fa": "؟", "ur": "؟", "el": ";"}


def candidates(index: Index) -> list[Candidate]:
    """Return all candidates of all sources in reading order; a question made of several sentences is one candidate."""
    drafts: dict[str, Draft] = {}
    answers: dict[str, list[Place]] = {}
    regions: dict[str, tuple[str, int]] = {}
    for source in index.sources.values():
        for draft, places, region in _drafts_of(index, source):
            drafts.setdefault(draft.question, draft)
            answers.setdefault(draft.question, []).extend(places)
            regions.setdefault(draft.question, (source.name, region))
    return [Candidate(draft, tuple(answers[question]), regions[question]) for question, draft in drafts.items()]


def body(index: Index, name: str) -> list[tuple[int, int]]:
    """Return the sentences of a source, without those of a page's boilerplate."""
    return [
        (unit.start, unit.end)
        for number in index.passages_of(name)
        if not index.passages[number].boilerplate
        for unit in index.passage_units(number)
    ]


def _drafts_of(index: Index, source: Source) -> Iterator[tuple[Draft, list[Place], int]]:
    text = source.text
    blocks = index.blocks[source.name]
    titled = [section for section in sections(text, blocks) if section.title]
    heading_starts = {section.start for section in titled}
    starts = [section.start for section in titled]
    spans = [span for span in body(index, source.name) if span[0] not in heading_starts]
    span_starts = [start for start, _ in spans]
    tried = _spread(spans, _MOST_SENTENCES)

    def region(at: int) -> int:
        if titled:
            return bisect_right(starts, at)
        return _REGIONS * at // max(len(text), 1)

    language = language_of(text)
    rules = _RULES.get(language.partition("-")[0])
    prose = "\n".join(text[start:end] for start, end in spans)
    terms = key_terms(prose, language, _TERMS)
    if rules:
        for draft, span in _by_rules(rules, text, tried):
            if any(term in draft.question for term in terms[:_CENTRAL]):
                draft = replace(draft, quality=draft.quality + _CENTRAL_BONUS)
            yield draft, [(source.name, *span)], region(span[0])
    for section in titled:
        if not asks(section.title):
            continue
        first, after = bisect_right(span_starts, section.start), bisect_left(span_starts, section.end)
        if inside := [(source.name, *span) for span in spans[first:after]]:
            question = _HEADING_NUMBER.sub("", section.title)
            yield Draft(question, "heading", question, 1.0), inside, region(section.start)
    for question, start, end in _asked(text, blocks):
        first, after = bisect_left(span_starts, start), bisect_left(span_starts, end)
        if inside := [(source.name, *span) for span in spans[first:after]]:
            yield Draft(question, "heading", question, 1.0), inside, region(start)
    for term in terms[:_MOST_TOPICS]:
        for start, end in tried:
            if text.find(term, start, end) < 0:
                continue
            asked = rules.about(term, text[start:end]) if rules else term + _QUESTION_MARKS.get(language, "?")
            if asked:
                yield Draft(asked, "about", term, _ABOUT_QUALITY), [(source.name, start, end)], region(start)


def _asked(text: str, blocks: Sequence[Block]) -> Iterator[tuple[str, int, int]]:
    """Yield the questions that a text itself replies to, each with the span of its reply."""
    for number, block in enumerate(blocks):
        if block.kind is not Kind.QUESTION:
            continue
        last = number
        while last + 1 < len(blocks) and number in ancestors(blocks, last + 1):
            last += 1
        if last > number:
            yield " ".join(text[block.words : block.end].split()), blocks[number + 1].start, blocks[last].end


def _spread(spans: list[tuple[int, int]], most: int) -> list[tuple[int, int]]:
    return spans if len(spans) <= most else [spans[n * len(spans) // most] for n in range(most)]


def _by_rules(rules: ModuleType, text: str, spans: list[tuple[int, int]]) -> Iterator[tuple[Draft, tuple[int, int]]]:
    known_people = rules.people("\n".join(text[start:end] for start, end in spans))
    labels = []
    for start, end in spans:
        sentence = text[start:end]
        if len(sentence) > _LONGEST_SENTENCE or asks(sentence):
            continue
        is_whole = _ENDS.search(sentence) is not None
        for draft in rules.drafts(" ".join(sentence.split()).strip(_FINAL_MARKS), known_people):
            if draft.kind == "label":
                labels.append((draft, (start, end)))
            elif is_whole:
                yield draft, (start, end)
    if len(labels) >= _FEWEST_LABELS:
        yield from labels
