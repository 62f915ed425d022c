"""History -> the messages of the chat: HTML in which every string of a user or a source is escaped.

Each citation is checked against the stored sources here, at the moment of display: it is shown where its
words stand now, or struck if they stand nowhere. What the page's script needs to know travels in class
names, the only attribute of ours that outlives Gradio's sanitiser: ``c-2`` the citation's number,
``at-120-164`` its place in the text (code points, end exclusive), ``s-`` and digits its source, ``e-3`` and
``h-`` the entry that a button speaks of and the conversation it stands in.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

from qa.answer import Answer
from qa.catalogue import Words
from qa.citations import Standing
from qa.errors import QAError
from qa.ui.cards import excerpt_card, related_card
from qa.ui.excerpts import RELATED, Excerpt, cited_excerpts, stands
from qa.ui.history import History, Switched, Turn
from qa.ui.markup import button, escape, isolated, lang, own, place, sentence
from qa.ui.reading import Reading
from qa.ui.refusals import pieces_for

Message = dict[str, str]

LONGEST_ECHO = 120
"""Code points of a question that are repeated in a sentence of ours."""

_log = logging.getLogger(__name__)


def chat_messages(
    history: History, reading: Reading, words: Words, building: bool = False, trouble: QAError | None = None
) -> list[Message]:
    """The messages of a conversation, oldest first, in Gradio's form; a welcome while nothing was asked.

    Where there are no sources, ``building`` says that some are on their way, ``trouble`` why the index cannot be used
    though it can be repaired; that stands after the last message.
    """
    broken = trouble if not building and not reading.sources else None
    if not history.entries:
        return [_from_us(_broken(broken, words) if broken else _welcome(reading, words, building))]
    messages: list[Message] = []
    for number, entry in enumerate(history.entries):
        if isinstance(entry, Switched):
            named = words.say("chat.switched", names=_joined(entry.names, words))
            messages.append(_from_us(f'<p class="switched">{own(named)}</p>'))
        else:
            newest = number == len(history.entries) - 1
            where = f"e-{number} h-{history.id}"
            messages.append({"role": "user", "content": _question(entry.question, where, words)})
            messages.append(_from_us(_reply(entry, where, reading, words, newest)))
    if broken:
        messages.append(_from_us(_broken(broken, words)))
    return messages


def _from_us(content: str) -> Message:
    return {"role": "assistant", "content": content}


def _broken(trouble: QAError, words: Words) -> str:
    repairs = button("repair", words["index.repair"])
    return f'<div class="welcome broken"><p>{sentence(pieces_for(trouble, words))}</p><p>{repairs}</p></div>'


def _welcome(reading: Reading, words: Words, building: bool) -> str:
    if not reading.sources:
        none = words["chat.welcome.building" if building else "chat.welcome.none"]
        return f'<div class="welcome"><p>{own(none)}</p></div>'
    text = words.say("chat.welcome.text", names=_joined(tuple(reading.sources), words))
    return (
        f'<div class="welcome"><p class="lead">{own(words["chat.welcome"])}</p>'
        f'<p>{own(words["chat.welcome.how"])}</p><p class="quiet">{own(text)}</p></div>'
        f"{_questions(reading, words['chat.try'])}"
    )


def _question(question: str, where: str, words: Words) -> str:
    return (
        f'<div class="asked">{own(question)}</div><p class="asked-tools">'
        f"{button(f'edit {where}', words['chat.edit'])}{button(f'again {where}', words['chat.again'])}</p>"
    )


def _reply(turn: Turn, where: str, reading: Reading, words: Words, newest: bool) -> str:
    if turn.stopped:
        return f'<p class="quiet">{own(words["chat.stopped"])}</p>'
    if turn.answer is None:
        return f'<p class="pending">{own(words["chat.pending"])}</p>'
    if not reading.sources:
        return f'<p class="quiet">{own(words["chat.unchecked"])}</p>'
    searched = _searched(turn, where, reading, words)
    if turn.answer.answered:
        more = _questions(reading, words["chat.next"]) if newest else ""
        return _answer(_excerpts(turn, reading, newest), searched, reading, words) + more
    return _abstention(turn.question, turn.answer, searched, reading, words, newest)


def _excerpts(turn: Turn, reading: Reading, newest: bool) -> list[Excerpt]:
    excerpts = cited_excerpts(turn, reading)
    for was in (one.was for one in excerpts if newest and one.standing is Standing.GONE):
        # Whose words they are is nobody's business who reads the log, unless they ask for it.
        _log.warning("citation [%d] does not stand at %d-%d of its source", was.n, was.start, was.end)
        _log.debug("it was %r of %r", was.quote, was.source)
    return excerpts


def _answer(excerpts: Sequence[Excerpt], searched: str, reading: Reading, words: Words) -> str:
    quotes = " ".join(_quote(one, reading, words) for one in excerpts)
    parts = [f'<p class="answer" dir="auto">{quotes}</p>']
    for standing, key in ((Standing.MOVED, "chat.moved"), (Standing.GONE, "chat.gone")):
        if count := sum(one.standing is standing for one in excerpts):
            parts.append(f'<p class="changed">{own(words.say(key, count=count))}</p>')
    parts.append(f'<div class="tools">{button("copy", words["chat.copy"])}{searched}</div>')
    cards = "".join(excerpt_card(one, reading, words) for one in excerpts if one.standing is not Standing.GONE)
    if cards:
        parts.append(f'<div class="cards"><p class="cards-title">{own(words["card.cited"])}</p>{cards}</div>')
    return "".join(parts)


def _quote(excerpt: Excerpt, reading: Reading, words: Words) -> str:
    citation = excerpt.now
    if excerpt.standing is Standing.GONE:
        told = escape(words.say("cite.gone", n=citation.n))
        return f'<s class="quote gone">{escape(citation.quote)}</s><span class="lost">{told}</span>'
    moved = " moved" if excerpt.standing is Standing.MOVED else ""
    where = place(reading.sources[citation.source], citation.start, citation.end)
    return (
        f'<span class="quote"{lang(reading.languages.get(citation.source))}>{escape(citation.quote)}</span>'
        f'<button type="button" class="cite c-{citation.n}{moved} {where}">[{citation.n}]</button>'
    )


def _searched(turn: Turn, where: str, reading: Reading, words: Words) -> str:
    """What was looked for, and in which of the texts if not in all."""
    assert turn.answer is not None
    among = set(turn.sources) if set(turn.sources) < set(reading.sources) else set()
    within = f'<span class="within">{own(words.say("chat.within", names=_joined(sorted(among), words)))}</span>'
    return (
        f'<span class="searched">{own(words["chat.searched"])} '
        f'<span class="query" dir="auto">{escape(turn.answer.searched_for)}</span>{within if among else ""}'
        f"{button(f'revise {where}', words['chat.revise'])}</span>"
    )


def _abstention(question: str, answer: Answer, searched: str, reading: Reading, words: Words, newest: bool) -> str:
    near = [hit for hit in answer.hits if stands(hit, reading)][:RELATED]
    cards = "".join(related_card(hit, reading, words) for hit in near)
    title = f'<p class="cards-title">{own(words["chat.related"])}</p>' if near else ""
    echo = question.strip()
    echo = echo if len(echo) <= LONGEST_ECHO else echo[:LONGEST_ECHO] + "…"
    verdict = own(words.say("chat.abstained", question=isolated(echo)))
    return (
        f'<div class="abstained"><p class="verdict">{verdict}</p><div class="tools">{searched}</div>'
        f'<div class="cards">{title}{cards}</div>'
        f"{_topics(reading, words) if newest else ''}</div>"
        f"{_questions(reading, words['chat.try.instead']) if newest else ''}"
    )


def _topics(reading: Reading, words: Words) -> str:
    known = [topic for topic in reading.topics if topic.source in reading.sources]
    if not known:
        return ""
    shown = "".join(button(f"show topic {place(reading.sources[t.source], t.start, t.end)}", t.title) for t in known)
    return f'<div class="topics"><p class="cards-title">{own(words["chat.topics"])}</p>{shown}</div>'


def _questions(reading: Reading, title: str) -> str:
    if not reading.questions:
        return ""
    shown = "".join(button("suggested", question) for question in reading.questions)
    return f'<div class="next"><p class="cards-title">{own(title)}</p>{shown}</div>'


def _joined(names: Sequence[str], words: Words) -> str:
    if len(names) > 1:
        return words.say("header.more", first=names[0], count=len(names) - 1)
    return "".join(names)
