"""The chat's messages: a conversation goes in, HTML comes out in which every string of a user or source is escaped.

Each citation is checked against the stored sources when it is drawn: it is shown at its present place, or struck
through if its words are gone. Gradio's sanitiser removes all attributes of ours but ``class``, so class names tell the
page's script what it needs: ``c-2`` is the citation's number, ``at-120-164`` its place (0-based code points, end
exclusive), ``s-`` and digits its source; ``e-3`` and ``h-`` and digits are the entry and the conversation of a button.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace

from qa.answer import Answer
from qa.catalogue import Words
from qa.citations import Standing
from qa.conversation.replies import SUGGESTED
from qa.errors import QAError
from qa.ui.answers import answer_html, first_html, near_html
from qa.ui.excerpts import Excerpt, cited_excerpts, related_excerpts, written_excerpts
from qa.ui.history import History, Switched, Turn
from qa.ui.markup import button, escape, own, sentence
from qa.ui.offers import offered_instead, rating, suggested_questions
from qa.ui.reading import Reading
from qa.ui.refusals import pieces_for
from qa.ui.talk import reply_message
from qa.ui.written import more_html, written_html

Message = dict[str, str]

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
    return (
        f'<div class="welcome"><p class="lead">{own(words["chat.welcome"])}</p>'
        f"<p>{own(words['chat.welcome.how'])}</p></div>"
        f"{suggested_questions(reading, words['chat.try'])}"
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
    answer = turn.answer
    if answer.turn:
        return _talk_message(turn, answer, reading, words, newest)
    if not answer.answered:
        return _abstention_message(turn, answer, where, reading, words, newest)
    more = suggested_questions(reading, words["chat.next"]) if newest else ""
    if answer.parts:
        said = _message_in_parts(turn, answer, where, reading, words, newest)
    else:
        said = _answer_message(_logged_excerpts(turn, reading, newest), turn, answer, where, reading, words)
    return f"{said}{rating(words)}{more}"


def _talk_message(turn: Turn, reply: Answer, reading: Reading, words: Words, newest: bool) -> str:
    excerpts = _logged_excerpts(turn, reading, newest)
    quoted = "".join(first_html(one, "", reading, words) for one in excerpts)
    written = written_html(reply, {one.was.n: one for one in excerpts}, reading, words)
    cited = f'<div class="answer">{quoted}</div>{_changed(excerpts, words)}' if excerpts else ""
    offered = replace(reading, questions=reading.questions[:SUGGESTED])
    next_questions = suggested_questions(offered, words["chat.try"]) if newest else ""
    return reply_message(reply, reading, words, written + cited) + next_questions


def _logged_excerpts(turn: Turn, reading: Reading, newest: bool) -> list[Excerpt]:
    excerpts = cited_excerpts(turn, reading)
    for was in (one.was for one in excerpts if newest and one.standing is Standing.GONE):
        # The log shows a visitor's words at level debug only.
        _log.warning("citation [%d] is not at %d-%d of its source", was.n, was.start, was.end)
        _log.debug("it was %r of %r", was.quote, was.source)
    return excerpts


def _answer_message(
    excerpts: Sequence[Excerpt], turn: Turn, answer: Answer, where: str, reading: Reading, words: Words
) -> str:
    more = written_excerpts(turn, reading)
    numbered = {one.was.n: one for one in (*excerpts, *more)}
    said = (
        written_html(answer, numbered, reading, words)
        + answer_html(excerpts, turn.question, answer.sure, _differing(answer), reading, words)
        + more_html(more, reading, words)
        + _changed(excerpts, words)
    )
    if answer.searched_for.strip() != turn.question.strip() or _among(turn, reading):
        said += _searched_for(turn, answer, where, reading, words)
    return said


def _message_in_parts(turn: Turn, answer: Answer, where: str, reading: Reading, words: Words, newest: bool) -> str:
    """Return each question of a turn with its own answer, or that there is none."""
    excerpts = _logged_excerpts(turn, reading, newest)
    more = written_excerpts(turn, reading)
    written = written_html(answer, {one.was.n: one for one in (*excerpts, *more)}, reading, words)
    shown = "".join(_part_message(part, reading, words) for part in turn.parts)
    among = _searched_for(turn, answer, where, reading, words) if _among(turn, reading) else ""
    below = f"{more_html(more, reading, words)}{_changed(excerpts, words)}{among}"
    return f'{written}<div class="in-parts">{shown}</div>{below}'


def _part_message(part: Turn, reading: Reading, words: Words) -> str:
    asked = f'<p class="part-question">{own(part.question)}</p>'
    if part.answer is None or not part.answer.answered:
        near = _near(part, reading, words)
        return f'<div class="part declined">{asked}<p class="verdict">{own(words["chat.abstained"])}</p>{near}</div>'
    excerpts, differs = cited_excerpts(part, reading), _differing(part.answer)
    said = answer_html(excerpts, part.question, part.answer.sure, differs, reading, words)
    return f'<div class="part">{asked}{said}</div>'


def _differing(answer: Answer) -> set[int]:
    """Return the numbers of the citations that answer differently from the first."""
    return {one.n for one in answer.citations[1:] if answer.words_of(one)}


def _changed(excerpts: Sequence[Excerpt], words: Words) -> str:
    """Return how many of the citations are at another place by now, and how many are gone."""
    parts = []
    for standing, key in ((Standing.MOVED, "chat.moved"), (Standing.GONE, "chat.gone")):
        if count := sum(one.standing is standing for one in excerpts):
            parts.append(f'<p class="changed">{own(words.say(key, count=count))}</p>')
    return "".join(parts)


def _among(turn: Turn, reading: Reading) -> list[str]:
    """Return the documents that a question was asked of, if not of all."""
    return sorted(turn.sources) if set(turn.sources) < set(reading.sources) else []


def _searched_for(turn: Turn, answer: Answer, where: str, reading: Reading, words: Words) -> str:
    """Return what was searched for, and in which documents if not in all.

    If the question was read with what went before, it can be asked without that.
    """
    among = _among(turn, reading)
    within = f'<span class="within">{own(words.say("chat.within", names=_first_and_more(among, words)))}</span>'
    alone = button(f"alone {where}", words["chat.alone"])
    return (
        f'<p class="searched">{own(words["chat.searched"])} '
        f'<span class="query" dir="auto">{escape(answer.searched_for)}</span>{within if among else ""}'
        f"{button(f'revise {where}', words['chat.revise'])}"
        f"{alone if answer.searched_for != turn.question.strip() else ''}</p>"
    )


def _abstention_message(turn: Turn, answer: Answer, where: str, reading: Reading, words: Words, newest: bool) -> str:
    return (
        f'<div class="abstained"><p class="verdict">{own(words["chat.abstained"])}</p>'
        f"{_searched_for(turn, answer, where, reading, words)}{_near(turn, reading, words)}{rating(words)}</div>"
        f"{offered_instead(reading, words) if newest else ''}"
    )


def _near(turn: Turn, reading: Reading, words: Words) -> str:
    """Return the passages that are near a declined question, folded."""
    around = [one for one in related_excerpts(turn, reading) if one.standing is Standing.VALID]
    if not around:
        return ""
    lines = "".join(f"<li>{near_html(one, reading)}</li>" for one in around)
    told = own(words.say("chat.near", count=len(around)))
    return f'<details class="near"><summary>{told}</summary><ul>{lines}</ul></details>'


def _first_and_more(names: Sequence[str], words: Words) -> str:
    if len(names) > 1:
        return words.say("header.more", first=names[0], count=len(names) - 1)
    return "".join(names)
