"""History -> the messages of the chat: HTML in which every string of a user or a source is escaped.

Each citation is checked against the stored source here, at the moment of display; one that fails is
left out and logged. What the page's script needs to know travels in class names, the only attribute
of ours that outlives Gradio's sanitiser: ``c-2`` the citation's number, ``at-120-164`` its place in
the text (code points, end exclusive), ``s-`` the first digits of the source's sha256.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from html import escape as html_escape

from qa.answer import Answer
from qa.citations import Citation, verify
from qa.retrieval import Hit
from qa.sources import Source
from qa.ui.history import History, Switched, Turn
from qa.ui.words import Words

Message = dict[str, str]

RELATED = 3
"""How many of the nearest passages an abstention shows."""
FINGERPRINT = 12
"""Hex digits of a source's sha256 that name it on the page."""

_log = logging.getLogger(__name__)


def chat_messages(
    history: History, sources: Mapping[str, Source], words: Words, building: bool = False
) -> list[Message]:
    """The messages of a visit, oldest first, in Gradio's form; a welcome while nothing was asked.

    ``building`` says, where there are no sources yet, that some are on their way.
    """
    if not history.entries:
        return [_from_us(_welcome(sources, words, building))]
    messages: list[Message] = []
    for entry in history.entries:
        newest = entry is history.entries[-1]
        if isinstance(entry, Switched):
            named = words.say("chat.switched", names=_joined(entry.names, words), count=entry.passages)
            messages.append(_from_us(f'<p class="switched">{_own(named)}</p>'))
        else:
            messages.append({"role": "user", "content": f'<div class="asked">{_own(entry.question)}</div>'})
            messages.append(_from_us(_reply(entry, sources, words, newest)))
    return messages


def source_class(source: Source) -> str:
    """The class that names a source: ``s-`` and the first digits of its sha256."""
    return f"s-{source.sha256[:FINGERPRINT]}"


def _from_us(content: str) -> Message:
    return {"role": "assistant", "content": content}


def _welcome(sources: Mapping[str, Source], words: Words, building: bool) -> str:
    if not sources:
        none = words["chat.welcome.building" if building else "chat.welcome.none"]
        return f'<div class="welcome"><p>{_own(none)}</p></div>'
    text = words.say("chat.welcome.text", names=_joined(tuple(sources), words))
    return (
        f'<div class="welcome"><p class="lead">{_own(words["chat.welcome"])}</p>'
        f'<p>{_own(words["chat.welcome.how"])}</p><p class="quiet">{_own(text)}</p></div>'
    )


def _reply(turn: Turn, sources: Mapping[str, Source], words: Words, newest: bool) -> str:
    if turn.stopped:
        return f'<p class="quiet">{_own(words["chat.stopped"])}</p>'
    if turn.answer is None:
        return f'<p class="pending">{_own(words["chat.pending"])}</p>'
    if turn.answer.answered:
        return _answer(turn.answer, sources, words, newest)
    return _abstention(turn.answer, sources, words)


def _answer(answer: Answer, sources: Mapping[str, Source], words: Words, newest: bool) -> str:
    good = [citation for citation in answer.citations if _holds(citation, sources, newest)]
    dropped = len(answer.citations) - len(good)
    parts = []
    if good:
        sentences = " ".join(
            f'<span class="quote">{_escape(citation.quote)}</span>{_button(citation, sources)}' for citation in good
        )
        cards = "".join(_excerpt(citation, answer.hits, sources, words) for citation in good)
        parts.append(
            f'<p class="answer" dir="auto">{sentences}</p>'
            f'<p class="tools"><button type="button" class="copy">{_own(words["chat.copy"])}</button></p>'
            f'<div class="cards"><p class="cards-title">{_own(words["card.cited"])}</p>{cards}</div>'
        )
    if dropped:
        parts.append(f'<p class="dropped">{_own(words.say("chat.dropped", count=dropped))}</p>')
    return "".join(parts)


def _holds(citation: Citation, sources: Mapping[str, Source], newest: bool) -> bool:
    holds = verify(citation, sources)
    if not holds:
        # In the newest answer it is a fault; in older ones the text may have been replaced since.
        _log.log(
            logging.WARNING if newest else logging.INFO,
            "citation [%d] left out: %r does not stand at %d-%d of %r",
            citation.n, citation.quote[:80], citation.start, citation.end, citation.source,
        )  # fmt: skip
    return holds


def _button(citation: Citation, sources: Mapping[str, Source]) -> str:
    place = _place(sources[citation.source], citation.start, citation.end)
    return f'<button type="button" class="cite c-{citation.n} {place}">[{citation.n}]</button>'


def _place(source: Source, start: int, end: int) -> str:
    return f"{source_class(source)} at-{start}-{end}"


def _excerpt(citation: Citation, hits: Sequence[Hit], sources: Mapping[str, Source], words: Words) -> str:
    """A card: the passage with the cited sentence marked, where it stands, and why it was chosen."""
    hit = next((hit for hit in hits if hit.holds(citation.source, citation.start, citation.end)), None)
    start, end = (hit.passage.start, hit.passage.end) if hit else (citation.start, citation.end)
    text = sources[citation.source].text
    body = (
        f"{_escape(text[start : citation.start])}<mark>{_escape(text[citation.start : citation.end])}</mark>"
        f"{_escape(text[citation.end : end])}"
    )
    return (
        f'<div class="excerpt c-{citation.n}"><p class="card-head"><span class="number">{citation.n}</span>'
        f"{_origin(citation.source, hit, words)}</p>"
        f'<div class="passage" dir="auto">{body}</div>'
        f"{_foot(sources[citation.source], citation.start, citation.end, hit, words)}</div>"
    )


def _origin(source: str, hit: Hit | None, words: Words) -> str:
    section = hit.passage.section if hit else ""
    shown = f'<span class="section" dir="auto">{_escape(section)}</span>' if section else ""
    return f'{shown}<span class="source-name" dir="auto">{_escape(source)}</span>'


def _foot(source: Source, start: int, end: int, hit: Hit | None, words: Words) -> str:
    place = _own(f"{start}–{end}")
    show = _own(words["card.show"])
    score = _own(words.say("card.score", score=f"{hit.score:.2f}")) if hit else ""
    return (
        f'<div class="card-foot"><button type="button" class="show {_place(source, start, end)}">{show}</button>'
        f'<span class="place">{place}</span><span class="score">{score}</span>{_why(hit, words) if hit else ""}</div>'
    )


def _why(hit: Hit, words: Words) -> str:
    terms = " ".join(f'<span class="term" dir="auto">{_escape(term)}</span>' for term in hit.terms)
    rows = (
        (words["why.late"], _own(f"{hit.late:.3f}")),
        (words["why.dense"], _own(_ranked(f"{hit.dense:.3f}", hit.dense_rank, words))),
        (words["why.lexical"], _own(_ranked(f"{hit.lexical:.2f}", hit.lexical_rank, words))),
        (words["why.terms"], terms or _own(words["why.no.terms"])),
    )
    table = "".join(f"<dt>{_own(name)}</dt><dd>{value}</dd>" for name, value in rows)
    return f'<details class="why"><summary>{_own(words["card.why"])}</summary><dl>{table}</dl></details>'


def _ranked(score: str, rank: int | None, words: Words) -> str:
    return words.say("why.unranked" if rank is None else "why.value", score=score, rank=rank)


def _abstention(answer: Answer, sources: Mapping[str, Source], words: Words) -> str:
    near = [hit for hit in answer.hits if _stands(hit, sources)][:RELATED]
    cards = "".join(
        f'<div class="related"><p class="card-head">{_origin(hit.passage.source, hit, words)}</p>'
        f'<div class="passage" dir="auto">{_escape(hit.text)}</div>'
        f"{_foot(sources[hit.passage.source], hit.passage.start, hit.passage.end, hit, words)}</div>"
        for hit in near
    )
    title = f'<p class="cards-title">{_own(words["chat.related"])}</p>' if near else ""
    sentence = f'<p class="verdict">{_own(words["chat.abstained"])}</p>'
    return f'<div class="abstained">{sentence}<div class="cards">{title}{cards}</div></div>'


def _stands(hit: Hit, sources: Mapping[str, Source]) -> bool:
    source = sources.get(hit.passage.source)
    return source is not None and source.text[hit.passage.start : hit.passage.end] == hit.text


def _joined(names: Sequence[str], words: Words) -> str:
    if len(names) > 1:
        return words.say("header.more", first=names[0], count=len(names) - 1)
    return "".join(names)


def _own(text: str) -> str:
    """Escaped, and isolated: direction marks inside cannot reorder what stands around."""
    return f'<span dir="auto">{_escape(text)}</span>'


def _escape(text: str) -> str:
    # Gradio trims and re-indents the lines of a message; as references its white space stays as it is.
    escaped = html_escape(text)
    for char in "\r\n\t":
        escaped = escaped.replace(char, f"&#{ord(char)};")
    return escaped
