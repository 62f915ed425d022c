"""The HTML export: a conversation goes in, one file without scripts or requests comes out.

Each [n] links to its excerpt, and the excerpt links back.
"""

from __future__ import annotations

from string import Template

from qa import __version__
from qa.catalogue import Words
from qa.citations import Standing
from qa.ui.answers import short_answer
from qa.ui.excerpts import (
    Excerpt,
    asked_on,
    cited_excerpts,
    excerpts_by_title,
    page_or_time,
    standing_in_words,
    verdict,
)
from qa.ui.history import History, Switched, Turn
from qa.ui.markup import direction, escape
from qa.ui.parts import asset
from qa.ui.quotation import over, quotation, span_of
from qa.ui.reading import Reading
from qa.ui.talk import reply_in_words


def as_html(history: History, reading: Reading, words: Words, title: str) -> str:
    """Return the whole file, made from ``export.html``; offsets in it are 0-based code points, end exclusive."""
    parts = []
    number = 0
    for entry in history.entries:
        if isinstance(entry, Switched):
            note = words.say("chat.switched", names=", ".join(entry.names))
            parts.append(f'<p class="note" dir="auto">{_html_text(note)}</p>')
        else:
            number += 1
            parts.append(_turn_html(entry, number, reading, words))
    return Template(asset("export.html")).substitute(
        lang=_html_text(words.tag),
        dir=_html_text(words["direction"]),
        title=_html_text(title),
        unit=_html_text(words["export.unit"]),
        generator=_html_text(f"cited-qa {__version__}"),
        made=_html_text(words.say("export.made", version=__version__)),
        turns="\n".join(parts),
    )


def _html_text(text: str) -> str:
    """Escape a text; HTML cannot hold NUL, which becomes U+FFFD."""
    return escape(text.replace("\0", "\N{REPLACEMENT CHARACTER}"))


def _turn_html(turn: Turn, number: int, reading: Reading, words: Words) -> str:
    head = (
        f"<section>\n<h2>{_html_text(words.say('export.question', n=number))}</h2>\n"
        f'<p class="asked" dir="auto">{_html_text(turn.question)}</p>\n'
    )
    if turn.answer is None:
        return f'{head}<p class="note">{_html_text(words["chat.stopped"])}</p>\n</section>'
    reply = "".join(
        f'<h3 dir="auto">{_html_text(part.question)}</h3>\n{_reply_html(part, number, reading, words)}'
        for part in turn.parts
    ) or _reply_html(turn, number, reading, words)
    searched = f"{_html_text(words['chat.searched'])} <bdi>{_html_text(turn.answer.searched_for)}</bdi>"
    note = "<br>".join(filter(None, (_html_text(asked_on(turn, words)), "" if turn.answer.turn else searched)))
    groups = "".join(
        f"<h3>{_html_text(words[title])}</h3>\n"
        + "".join(f"{_excerpt_html(excerpt, number, reading, words)}\n" for excerpt in excerpts)
        for title, excerpts in excerpts_by_title(turn, reading)
    )
    return f'{head}{reply}<p class="note">{note}</p>\n{groups}</section>'


def _reply_html(turn: Turn, number: int, reading: Reading, words: Words) -> str:
    """Return what was replied: the cited words, or that the question was not answered."""
    assert turn.answer is not None
    if turn.answer.answered:
        cited = cited_excerpts(turn, reading)
        quotes = "".join(f"<li>{_quote_html(excerpt, number, reading)}</li>" for excerpt in cited)
        listed = f'<ul class="answer">{quotes}</ul>\n' if cited else ""
        if turn.answer.turn:
            lines = reply_in_words(turn.answer, reading, words)
            reply = "".join(f'<p dir="auto">{_html_text(line)}</p>\n' for line in lines) + listed
        else:
            reply = f"{_short_html(cited[0], turn, reading, words)}{listed}"
        return reply
    return f'<p class="abstained" dir="auto">{_html_text(verdict(turn, words))}</p>\n'


def _short_html(first: Excerpt, turn: Turn, reading: Reading, words: Words) -> str:
    """Return the short answer, if [1] has one that is still in the texts, and how sure it is if that matters."""
    is_sure = turn.answer is None or turn.answer.sure
    unsure = "" if is_sure else f'<p class="note">{_html_text(words["chat.possibly"])}</p>'
    said = short_answer(first)
    if not said:
        return unsure
    spoken = _lang_attribute(first, reading)
    return f'{unsure}<p class="short" dir="{direction(said)}"{spoken}>{span_of(first, _html_text)}</p>'


def _quote_html(excerpt: Excerpt, number: int, reading: Reading) -> str:
    n = excerpt.was.n
    tag = "s" if excerpt.standing is Standing.GONE else "span"
    return (
        f'<{tag} dir="auto"{_lang_attribute(excerpt, reading)}>{_html_text(excerpt.now.quote)}</{tag}>'
        f'<a class="cite" id="r-{number}-{n}" href="#e-{number}-{n}">[{n}]</a>'
    )


def _excerpt_html(excerpt: Excerpt, number: int, reading: Reading, words: Words) -> str:
    n = excerpt.was.n
    language = _lang_attribute(excerpt, reading)
    passage = quotation(excerpt, _html_text, marked=bool(n))
    if excerpt.standing is Standing.GONE:
        passage = f"<s>{passage}</s>"
    head = (
        f'<header>{f"<b>[{n}]</b>" if n else ""}<span class="section" dir="auto">{_html_text(excerpt.section)}</span>'
        f"{_back_link(n, number, words)}</header>"
    )
    identity = f' id="e-{number}-{n}"' if n else ""
    return (
        f'<article class="excerpt{"" if n else " related"}"{identity}>{head}\n'
        f"{over(excerpt, words, _html_text, language)}"
        f'<blockquote class="passage" dir="auto"{language}>{passage}</blockquote>\n'
        f"{_facts_html(excerpt, words)}</article>"
    )


def _back_link(n: int, number: int, words: Words) -> str:
    return f'<a class="back" href="#r-{number}-{n}">{_html_text(words["export.back"])}</a>' if n else ""


def _facts_html(excerpt: Excerpt, words: Words) -> str:
    now = excerpt.now
    changed = "" if excerpt.standing is Standing.VALID else ' class="changed"'
    rows = [
        (words["export.standing"], f'<span{changed} dir="auto">{_html_text(standing_in_words(excerpt, words))}</span>'),
        (words["export.source"], f"<bdi>{_html_text(now.source)}</bdi>"),
        (words["export.place"], f'<span class="place" dir="ltr">{now.start}–{now.end}</span>'),
    ]
    if leaf := page_or_time(now, words):
        rows.append((words["export.page"], f"<bdi>{_html_text(leaf)}</bdi>"))
    if excerpt.sha256:
        rows.append(("SHA-256", f'<code dir="ltr">{_html_text(excerpt.sha256)}</code>'))
    return f'<dl class="facts">{"".join(f"<dt>{_html_text(name)}</dt><dd>{value}</dd>" for name, value in rows)}</dl>'


def _lang_attribute(excerpt: Excerpt, reading: Reading) -> str:
    tag = reading.languages.get(excerpt.now.source)
    return f' lang="{_html_text(tag)}"' if tag else ""
