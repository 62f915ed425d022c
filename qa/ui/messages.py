"""The chat's messages: a conversation goes in, HTML comes out in which every string of a user or source is escaped.

Each citation is checked against the stored sources when it is drawn: it is shown at its present place, or struck
through if its words are gone. Gradio's sanitiser removes all attributes of ours but ``class``, so class names tell the
page's script what it needs: ``c-2`` is the citation's number, ``at-120-164`` its place (0-based code points, end
exclusive), ``s-`` and digits its source; ``e-3`` and ``h-`` and digits are the entry and the conversation of a button.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

from qa.answer import Answer
from qa.catalogue import Words
from qa.citations import Standing
from qa.errors import QAError
from qa.ui.cards import excerpt_card, related_card
from qa.ui.excerpts import RELATED, Excerpt, cited_excerpts, denying_excerpts, is_in_place
from qa.ui.history import History, Switched, Turn
from qa.ui.markup import button, escape, isolated, lang, own, place, sentence
from qa.ui.reading import Reading
from qa.ui.refusals import pieces_for

Message = dict[str, str]

LONGEST_ECHO = 120
"""Code points of a question that an abstention repeats."""

_log = logging.getLogger(__name__)


def chat_messages(
    history: History, reading: Reading, words: Words, building: bool = False, trouble: QAError | None = None
) -> list[Message]:
    """Return the messages of a conversation, oldest first, as Gradio takes them; a welcome if it is empty.

    Args:
        history: the conversation.
        reading: the current texts; without sources, answers are not shown.
        words: the interface's language.
        building: whether the first texts are being indexed.
        trouble: why the index cannot be used, if it can be repaired; shown after the last message.
    """
    broken = trouble if not building and not reading.sources else None
    if not history.entries:
        return [_reply_message(_broken_index(broken, words) if broken else _welcome(reading, words, building))]
    messages: list[Message] = []
    for number, entry in enumerate(history.entries):
        if isinstance(entry, Switched):
            named = words.say("chat.switched", names=_first_and_more(entry.names, words))
            messages.append(_reply_message(f'<p class="switched">{own(named)}</p>'))
        else:
            newest = number == len(history.entries) - 1
            where = f"e-{number} h-{history.id}"
            messages.append({"role": "user", "content": _asked_message(entry.question, where, words)})
            messages.append(_reply_message(_reply_content(entry, where, reading, words, newest)))
    if broken:
        messages.append(_reply_message(_broken_index(broken, words)))
    return messages


def _reply_message(content: str) -> Message:
    return {"role": "assistant", "content": content}


def _broken_index(trouble: QAError, words: Words) -> str:
    repairs = button("repair", words["index.repair"])
    return f'<div class="welcome broken"><p>{sentence(pieces_for(trouble, words))}</p><p>{repairs}</p></div>'


def _welcome(reading: Reading, words: Words, building: bool) -> str:
    if not reading.sources:
        none = words["chat.welcome.building" if building else "chat.welcome.none"]
        return f'<div class="welcome"><p>{own(none)}</p></div>'
    text = words.say("chat.welcome.text", names=_first_and_more(tuple(reading.sources), words))
    return (
        f'<div class="welcome"><p class="lead">{own(words["chat.welcome"])}</p>'
        f'<p>{own(words["chat.welcome.how"])}</p><p class="quiet">{own(text)}</p></div>'
        f"{_suggested_questions(reading, words['chat.try'])}"
    )


def _asked_message(question: str, where: str, words: Words) -> str:
    return (
        f'<div class="asked">{own(question)}</div><p class="asked-tools">'
        f"{button(f'edit {where}', words['chat.edit'])}{button(f'again {where}', words['chat.again'])}</p>"
    )


def _reply_content(turn: Turn, where: str, reading: Reading, words: Words, newest: bool) -> str:
    if turn.stopped:
        return f'<p class="quiet">{own(words["chat.stopped"])}</p>'
    if turn.answer is None:
        return f'<p class="pending">{own(words["chat.pending"])}</p>'
    if not reading.sources:
        return f'<p class="quiet">{own(words["chat.unchecked"])}</p>'
    searched = _searched_for(turn, where, reading, words)
    if turn.answer.answered:
        more = _suggested_questions(reading, words["chat.next"]) if newest else ""
        return _answer_message(_logged_excerpts(turn, reading, newest), searched, reading, words) + more
    return _abstention_message(turn, turn.answer, searched, reading, words, newest)


def _logged_excerpts(turn: Turn, reading: Reading, newest: bool) -> list[Excerpt]:
    excerpts = cited_excerpts(turn, reading)
    for was in (one.was for one in excerpts if newest and one.standing is Standing.GONE):
        # The log shows a visitor's words at level debug only.
        _log.warning("citation [%d] is not at %d-%d of its source", was.n, was.start, was.end)
        _log.debug("it was %r of %r", was.quote, was.source)
    return excerpts


def _answer_message(excerpts: Sequence[Excerpt], searched: str, reading: Reading, words: Words) -> str:
    quotes = " ".join(_quote_and_number(one, reading, words) for one in excerpts)
    parts = [f'<p class="answer" dir="auto">{quotes}</p>']
    for standing, key in ((Standing.MOVED, "chat.moved"), (Standing.GONE, "chat.gone")):
        if count := sum(one.standing is standing for one in excerpts):
            parts.append(f'<p class="changed">{own(words.say(key, count=count))}</p>')
    parts.append(f'<div class="tools">{button("copy", words["chat.copy"])}{searched}</div>')
    cards = "".join(excerpt_card(one, reading, words) for one in excerpts if one.standing is not Standing.GONE)
    if cards:
        parts.append(f'<div class="cards"><p class="cards-title">{own(words["card.cited"])}</p>{cards}</div>')
    return "".join(parts)


def _quote_and_number(excerpt: Excerpt, reading: Reading, words: Words) -> str:
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


def _searched_for(turn: Turn, where: str, reading: Reading, words: Words) -> str:
    """Return what was searched for, and in which documents if not in all.

    If the question was read with what went before, it can be asked without that.
    """
    assert turn.answer is not None
    alone = turn.answer.searched_for == turn.question.strip()
    among = set(turn.sources) if set(turn.sources) < set(reading.sources) else set()
    within = f'<span class="within">{own(words.say("chat.within", names=_first_and_more(sorted(among), words)))}</span>'
    return (
        f'<span class="searched">{own(words["chat.searched"])} '
        f'<span class="query" dir="auto">{escape(turn.answer.searched_for)}</span>{within if among else ""}'
        f"{button(f'revise {where}', words['chat.revise'])}"
        f"{'' if alone else button(f'alone {where}', words['chat.alone'])}</span>"
    )


def _abstention_message(turn: Turn, answer: Answer, searched: str, reading: Reading, words: Words, newest: bool) -> str:
    denying = [one for one in denying_excerpts(turn, reading) if one.standing is not Standing.GONE]
    denied = "".join(excerpt_card(one, reading, words) for one in denying)
    denied = (
        f'<div class="cards"><p class="cards-title">{own(words["chat.denied"])}</p>{denied}</div>' if denied else ""
    )
    near = [hit for hit in answer.hits if is_in_place(hit, reading)][:RELATED]
    cards = "".join(related_card(hit, reading, words) for hit in near)
    title = f'<p class="cards-title">{own(words["chat.related"])}</p>' if near else ""
    echo = turn.question.strip()
    echo = echo if len(echo) <= LONGEST_ECHO else echo[:LONGEST_ECHO] + "…"
    verdict = own(words.say("chat.abstained", question=isolated(echo)))
    return (
        f'<div class="abstained"><p class="verdict">{verdict}</p><div class="tools">{searched}</div>'
        f'{denied}<div class="cards">{title}{cards}</div>'
        f"{_topic_buttons(reading, words) if newest else ''}</div>"
        f"{_suggested_questions(reading, words['chat.try.instead']) if newest else ''}"
    )


def _topic_buttons(reading: Reading, words: Words) -> str:
    known = [topic for topic in reading.topics if topic.source in reading.sources]
    if not known:
        return ""
    shown = "".join(button(f"show topic {place(reading.sources[t.source], t.start, t.end)}", t.title) for t in known)
    return f'<div class="topics"><p class="cards-title">{own(words["chat.topics"])}</p>{shown}</div>'


def _suggested_questions(reading: Reading, title: str) -> str:
    if not reading.questions:
        return ""
    shown = "".join(button("suggested", question) for question in reading.questions)
    return f'<div class="next"><p class="cards-title">{own(title)}</p>{shown}</div>'


def _first_and_more(names: Sequence[str], words: Words) -> str:
    if len(names) > 1:
        return words.say("header.more", first=names[0], count=len(names) - 1)
    return "".join(names)
