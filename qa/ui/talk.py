"""Replies to turns that are no questions to the texts -> HTML for the chat, and words for exports.

What a reply says for itself is said in the interface's language of the moment. Headings are shown only if they are in
the current texts at their places.
"""

from __future__ import annotations

from qa.answer import Answer
from qa.catalogue import Words
from qa.citations import Citation, verify
from qa.conversation import line_of
from qa.conversation.kinds import Kind
from qa.ui.markup import button, escape, own, place
from qa.ui.reading import Reading


def reply_message(reply: Answer, reading: Reading, words: Words, quoted: str) -> str:
    """Return the reply to a turn that is no question.

    Args:
        reply: the reply.
        reading: the current texts.
        words: the interface's language.
        quoted: HTML of its citations; "" if it has none.
    """
    headings = [one for one in reply.outline if verify(one, reading.sources)]
    outline = _documents(headings, reading) if reply.kind == Kind.LIST else _outlines(headings, reading)
    return f'<div class="talk {reply.kind}"><p>{own(line_of(reply, words))}</p>{outline}{quoted}</div>'


def reply_in_words(reply: Answer, reading: Reading, words: Words) -> list[str]:
    """Return the line of a reply and, below it, its headings or the documents that it lists."""
    headings = [one for one in reply.outline if verify(one, reading.sources)]
    if reply.kind == Kind.LIST:
        return [line_of(reply, words), *(one.source for one in headings)]
    return [line_of(reply, words), *(" ".join(one.quote.split()) for one in headings)]


def _documents(titles: list[Citation], reading: Reading) -> str:
    """Return a button for each document, which leads to its title."""
    return f'<div class="topics">{"".join(_heading_button(one, one.source, reading) for one in titles)}</div>'


def _outlines(headings: list[Citation], reading: Reading) -> str:
    """Return the headings of each document, each leading to its place."""
    parts = []
    for name in dict.fromkeys(one.source for one in headings):
        shown = "".join(_heading_button(one, one.quote, reading) for one in headings if one.source == name)
        parts.append(f'<div class="topics"><p class="part-title" dir="auto">{escape(name)}</p>{shown}</div>')
    return "".join(parts)


def _heading_button(at: Citation, label: str, reading: Reading) -> str:
    return button(f"show topic {place(reading.sources[at.source], at.start, at.end)}", " ".join(label.split()))
