"""What the source pane draws: a source goes in, blocks of sentences come out as JSON.

The text is cut here, in code points; JavaScript counts UTF-16 units, so its script does no arithmetic. The pieces of
all blocks, joined in order, are the text without the white space between blocks.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import Any

from qa.citations import clock
from qa.index import Index
from qa.suggestions import suggestions_of
from qa.text.language import language_of
from qa.text.passages import Passage
from qa.text.sections import sections
from qa.text.sentences import Span, split_paragraphs, split_sentences
from qa.text.source import Source
from qa.ui.markup import source_class

LONGEST_TITLE = 120
LONGEST_CAPTION = 60
"""Code points. A longer line counts as prose, whatever it ends with."""
_SAID_ENDS = tuple("。.．।۔")
"""Ends of sentences: a title has none of them."""
_PROSE_ENDS = tuple('。.．！!？?…‥」』"”’：:；;、,،।۔؟')


def document(index: Index, name: str) -> dict[str, Any]:
    """Return one source as JSON.

    ``{"name", "id", "length", "language", "blocks": [{"kind", "parts": [[text, start, end] | [text]]}]}``

    ``language`` is a BCP 47 tag, ``und`` if it is unknown. ``kind`` is title, heading, text, caption or tail. A part
    with offsets (0-based code points, end exclusive) is a sentence. The first block of a page has ``page``, its number;
    a block of subtitles has ``time``.
    """
    source = index.sources[name]
    passages = [index.passages[number] for number in index.passages_of(name)]
    return {
        **described(source),
        "language": language_of(source.text),
        "blocks": _cut_blocks(source, index.sentences(name), passages),
    }


def draft(source: Source) -> dict[str, Any]:
    """Return the same for a source that is not indexed yet; none of it is known to be boilerplate."""
    blocks = _cut_blocks(source, split_sentences(source.text), [])
    return {**described(source), "language": language_of(source.text), "blocks": blocks}


def described(source: Source) -> dict[str, Any]:
    """Return a source without its text: name, id on the page, length in code points."""
    return {"name": source.name, "id": source_class(source), "length": len(source.text)}


def overview(index: Index | None) -> dict[str, Any]:
    """Return what is indexed: ``{"generation", "passages", "questions", "sources": [described]}``.

    ``generation`` is 0 without an index; ``questions`` tells whether the questions to suggest have been found.
    """
    if index is None:
        return {"generation": 0, "passages": 0, "questions": False, "sources": []}
    return {
        "generation": index.generation,
        "passages": len(index.passages),
        "questions": bool(suggestions_of(index, make=False)),
        "sources": [described(source) for source in index.sources.values()],
    }


def _cut_blocks(source: Source, sentences: list[Span], passages: list[Passage]) -> list[dict[str, Any]]:
    text = source.text
    page = None
    starts = [start for start, _ in sentences]
    headings = {section.start for section in sections(text) if section.title}
    blocks: list[dict[str, Any]] = []
    at = 0
    for start, end in split_paragraphs(text):
        within = sentences[bisect_left(starts, max(start, at)) : bisect_left(starts, end)]
        end = max(end, within[-1][1]) if within else end
        start = max(start, at)
        if start >= end:
            continue
        kind = _kind_of_block(text, (start, end), within, first=not blocks, headings=headings, passages=passages)
        block: dict[str, Any] = {"kind": kind, "parts": _sentence_parts(text, start, end, within)}
        place = source.place(start)
        if place and place.time is not None:
            block["time"] = clock(place.time)
        elif place and place.page != page:
            block["page"] = page = place.page
        blocks.append(block)
        at = end
    return blocks


def _sentence_parts(text: str, start: int, end: int, sentences: list[Span]) -> list[list[str | int]]:
    parts: list[list[str | int]] = []
    at = start
    for first, last in sentences:
        if first > at:
            parts.append([text[at:first]])
        parts.append([text[first:last], first, last])
        at = last
    if at < end:
        parts.append([text[at:end]])
    return parts


def _kind_of_block(
    text: str, span: Span, sentences: list[Span], *, first: bool, headings: set[int], passages: list[Passage]
) -> str:
    line = text[span[0] : span[1]].strip()
    if _is_boilerplate(span, passages):
        return "tail"
    if "\n" in line:
        return "text"
    if span[0] in headings:
        return "title" if first else "heading"
    if len(sentences) > 1:
        return "text"
    if first and len(line) <= LONGEST_TITLE and not line.endswith(_SAID_ENDS):
        return "title"
    return "caption" if len(line) <= LONGEST_CAPTION and not line.endswith(_PROSE_ENDS) else "text"


def _is_boilerplate(span: Span, passages: list[Passage]) -> bool:
    """Return whether all passages over this span are boilerplate; ``passages`` are in reading order."""
    first = bisect_right(passages, span[0], key=lambda passage: passage.end)
    last = bisect_left(passages, span[1], key=lambda passage: passage.start)
    return first < last and all(passage.boilerplate for passage in passages[first:last])
