"""A source of the index -> what the source pane draws: blocks, each cut into sentences and what lies between.

Everything is cut here, in code points, so that the page's script, whose strings count otherwise, needs
no arithmetic. Joined in order, the pieces of all blocks are the text, save white space between blocks.
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
"""Code points over which a line is taken for prose, whatever it ends with."""
_SAID_ENDS = tuple("。.．।۔")
"""With these no title ends."""
_PROSE_ENDS = tuple('。.．！!？?…‥」』"”’：:；;、,،।۔؟')


def document(index: Index, name: str) -> dict[str, Any]:
    """One source as JSON.

    ``{"name", "id", "length", "language", "blocks": [{"kind", "parts": [[text, start, end] | [text]]}]}``

    ``language`` is a BCP 47 tag, ``und`` where it cannot be told.
    ``kind`` is title, heading, text, caption or tail; a part with offsets is a sentence. Where another page of a
    document begins than that of the block before, a block has ``page``, its number; one of subtitles has ``time``.
    """
    source = index.sources[name]
    passages = [index.passages[number] for number in index.passages_of(name)]
    return {
        **described(source),
        "language": language_of(source.text),
        "blocks": _blocks(source, index.sentences(name), passages),
    }


def draft(source: Source) -> dict[str, Any]:
    """The same of a source that is not indexed yet; nothing of it is known to be a page's boilerplate."""
    blocks = _blocks(source, split_sentences(source.text), [])
    return {**described(source), "language": language_of(source.text), "blocks": blocks}


def described(source: Source) -> dict[str, Any]:
    """A source without its text: name, id on the page, length in code points."""
    return {"name": source.name, "id": source_class(source), "length": len(source.text)}


def overview(index: Index | None) -> dict[str, Any]:
    """What is indexed: ``{"generation", "passages", "questions", "sources": [described]}``.

    ``generation`` is 0 where nothing is; ``questions`` tells whether those to be suggested have been found.
    """
    if index is None:
        return {"generation": 0, "passages": 0, "questions": False, "sources": []}
    return {
        "generation": index.generation,
        "passages": len(index.passages),
        "questions": bool(suggestions_of(index, make=False)),
        "sources": [described(source) for source in index.sources.values()],
    }


def _blocks(source: Source, sentences: list[Span], passages: list[Passage]) -> list[dict[str, Any]]:
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
        kind = _kind(text, (start, end), within, first=not blocks, headings=headings, passages=passages)
        block: dict[str, Any] = {"kind": kind, "parts": _parts(text, start, end, within)}
        place = source.place(start)
        if place and place.time is not None:
            block["time"] = clock(place.time)
        elif place and place.page != page:
            block["page"] = page = place.page
        blocks.append(block)
        at = end
    return blocks


def _parts(text: str, start: int, end: int, sentences: list[Span]) -> list[list[str | int]]:
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


def _kind(
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
    """Whether the passages over this span are all website boilerplate; passages are in order."""
    first = bisect_right(passages, span[0], key=lambda passage: passage.end)
    last = bisect_left(passages, span[1], key=lambda passage: passage.start)
    return first < last and all(passage.boilerplate for passage in passages[first:last])
