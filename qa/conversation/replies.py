"""A turn of a conversation -> a reply: an answer with citations, or what a turn gets that is no question to the texts.

    turn -> what it says -> a question: `qa.answer`
                         -> thanks, a greeting ...: a line, and questions that the texts answer
                         -> what is this about: headings and central sentences, each cited
                         -> more, where, in English: citations of an earlier answer

Every citation is checked against the sources, those of earlier answers too. Offsets are 0-based code points into
``Source.text``, end exclusive.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from weakref import WeakKeyDictionary

from qa.answer import Answer, answer_query
from qa.answering.extents import extent_of_unit
from qa.answering.finding import find
from qa.answering.origin import origin_of
from qa.answering.turns import what_went_before
from qa.catalogue import Words, words_of
from qa.citations import Citation, Standing, cite, numbered, recheck, verified
from qa.conversation.classifier import Reading, turn_of
from qa.conversation.kinds import LOOKING_BACK, OVERVIEWS, Kind, Said
from qa.conversation.overview import Place, central_sentences, outline, titles
from qa.index import Index
from qa.retrieval import names_of, opened, passages_of, prepare
from qa.search.config import DEFAULT_CONFIG, Boldness, checked_boldness
from qa.suggestions import Suggestion, leads_on, suggest, suggestions_of

SUGGESTED = 2
"""Questions offered with a reply."""
LEAST_CONFIDENT = 0.5
"""The confidence from which on an answer shows that a doubtful turn is a question."""
MOST_MORE = 3
"""Further places shown at a time."""

_found: WeakKeyDictionary[Index, tuple[Suggestion, ...]] = WeakKeyDictionary()
"""Questions found for an index that keeps none."""


def reply(
    index: Index | str | Path,
    question: str,
    k: int = 10,
    *,
    history: Sequence[Answer] = (),
    words: Words | None = None,
    bold: Boldness | str | float = Boldness.NORMAL,
    min_confidence: float | None = None,
    reader: str | None = None,
    sources: str | Collection[str] | None = None,
) -> Answer:
    """Reply to a turn of a conversation: answer it as :func:`qa.answer.answer` does if it is a question to the texts.

    Args:
        index: an open index, or the folder of one.
        question: up to 2,000 code points, in any language.
        k: how many passages to return as ``hits`` of an answer.
        history: earlier answers, oldest first, which a follow-up is read with. Their citations are looked up in the
            index before they are used.
        words: the language of what is no quotation; None for the question's, or English where that has no catalogue.
        bold: how readily to answer, as for ``answer``.
        min_confidence: the confidence below which a question is declined, instead of ``bold``.
        reader: a question-answering model to read with, as for ``answer``.
        sources: the name of the source to ask, or several names; None for all. Overviews and lists are of these.

    Raises:
        QuestionError, SourceError, IndexError_, ModelError, ValueError: as for ``answer``.
    """
    index = opened(index)
    among = passages_of(index, sources)  # unknown names are an error whatever the turn says
    least = checked_boldness(bold if min_confidence is None else min_confidence)
    query, origin = prepare(index, question), origin_of(index, least, reader, sources)

    def asked() -> Answer:
        """Answer as `qa.answer` does, without embedding the question once more."""
        config = replace(DEFAULT_CONFIG, bold=least, reader=reader)
        found = answer_query(index, query, k, among, config, what_went_before(index, history))
        return replace(found, question=question, origin=origin)

    read = turn_of(index, query)
    if read is None or read.said is None:
        return asked()
    if read.is_doubtful and (answered := asked()).answered and answered.confidence >= LEAST_CONFIDENT:
        return answered
    names = tuple(index.sources) if sources is None else tuple(n for n in index.sources if n in names_of(sources))
    turn = _Turn(index, question, read, read.said, tuple(history), words or words_of(read.language), names, reader)
    return replace(_REPLIES.get(read.said, _talk)(turn), origin=origin)


@dataclass(frozen=True)
class _Turn:
    """A turn that is no question to the texts, with what a reply to it needs."""

    index: Index
    question: str
    read: Reading
    said: Said
    history: tuple[Answer, ...]
    words: Words
    names: tuple[str, ...]
    reader: str | None


def line_of(reply: Answer, words: Words) -> str:
    """Return the line that a reply begins with, in a language."""
    said, kind = Said(reply.turn), Kind(reply.kind)
    if kind is Kind.LIST:
        return words.say("talk.list", count=len(reply.outline))
    key = "talk.overview" if said in OVERVIEWS else f"talk.{said}"
    is_empty = not reply.citations and not reply.outline and said in OVERVIEWS | LOOKING_BACK
    return words[f"{key}.none" if is_empty else key]


def _replied(
    turn: _Turn, kind: Kind = Kind.TALK, citations: Sequence[Citation] = (), headings: tuple[Citation, ...] = ()
) -> Answer:
    """Return a reply: a line, the headings, the citations, and questions to ask if it is only talk."""
    reply = Answer(
        question=turn.question,
        text="",
        citations=tuple(citations),
        answered=True,
        confidence=round(turn.read.probability, 4),
        hits=(),
        searched_for="",
        kind=kind.value,
        turn=turn.said.value,
        outline=headings,
        suggested=_suggested(turn) if kind is Kind.TALK else (),
    )
    lines = (line_of(reply, turn.words), *_headings(turn, kind, headings), numbered(citations))
    return replace(reply, text="\n".join(filter(None, lines)))


def _headings(turn: _Turn, kind: Kind, headings: Sequence[Citation]) -> list[str]:
    """Return the lines of a list of documents, or of the headings of each document."""
    if kind is Kind.LIST:
        return [f"- {heading.source}" for heading in headings]
    own = {name: [one.quote for one in headings if one.source == name] for name in turn.names}
    return [f"{name}: {' · '.join(' '.join(one.split()) for one in quotes)}" for name, quotes in own.items() if quotes]


def _suggested(turn: _Turn) -> tuple[str, ...]:
    """Return questions that the chosen texts answer and that have not been asked; those kept, else two found now."""
    kept = suggestions_of(turn.index, make=False) or _found.get(turn.index)
    if kept is None:
        kept = _found[turn.index] = suggest(turn.index, SUGGESTED)
    chosen = [one for one in kept if one.source in turn.names]
    return tuple(one.question for one in leads_on(chosen, None, [one.question for one in turn.history], SUGGESTED))


def _talk(turn: _Turn) -> Answer:
    return _replied(turn)


def _overview(turn: _Turn) -> Answer:
    return _replied(turn, Kind.OVERVIEW, central_sentences(turn.index, turn.names), outline(turn.index, turn.names))


def _documents(turn: _Turn) -> Answer:
    return _replied(turn, Kind.LIST, headings=titles(turn.index, turn.names))


def _more(turn: _Turn) -> Answer:
    """Return the citations that come next after those of the last answer, and after what was added to it."""
    at = _last(turn.history, lambda one: one.turn in ("", *OVERVIEWS))
    if at is None:
        return _replied(turn)
    since = (turn.history[at], *(one for one in turn.history[at + 1 :] if one.turn == Said.MORE))
    shown = [(one.source, one.start, one.end) for earlier in since for one in _still_there(turn.index, earlier)]
    is_overview = bool(turn.history[at].turn)
    cited = (
        central_sentences(turn.index, turn.names, shown) if is_overview else _next_places(turn, turn.history[at], shown)
    )
    return _replied(turn, Kind.PLACE, cited) if cited else _replied(turn)


def _next_places(turn: _Turn, earlier: Answer, shown: Sequence[Place]) -> list[Citation]:
    """Return what comes nearest to an earlier question, of what has not been shown."""
    index, config = turn.index, replace(DEFAULT_CONFIG, reader=turn.reader)
    query = prepare(index, earlier.searched_for or earlier.question)
    found = find(index, query, config.passages_read, passages_of(index, turn.names), config)
    spans: list[Place] = []
    for unit in sorted(found.units, key=lambda one: -one.score):
        own = extent_of_unit(index, unit)
        if not any(own.source == name and own.start < end and start < own.end for name, start, end in (*shown, *spans)):
            spans.append((own.source, own.start, own.end))
        if len(spans) == MOST_MORE:
            break
    return verified(cite(spans, index.sources, index.blocks), index.sources)


def _again(turn: _Turn) -> Answer:
    """Return the citations of the last answer that has any, with their places."""
    at = _last(turn.history, lambda one: bool(_still_there(turn.index, one)))
    return _replied(turn) if at is None else _replied(turn, Kind.PLACE, _still_there(turn.index, turn.history[at]))


def _last(history: Sequence[Answer], fits: Callable[[Answer], bool]) -> int | None:
    """Return the position of the last of the earlier answers that fits."""
    return next((at for at in reversed(range(len(history))) if fits(history[at])), None)


def _still_there(index: Index, earlier: Answer) -> list[Citation]:
    """Return the citations of an earlier answer at their present places; those whose words are gone are left out."""
    checked = (recheck(citation, "", index.sources) for citation in earlier.citations)
    spans = [(now.source, now.start, now.end) for standing, now in checked if standing is not Standing.GONE]
    return verified(cite(spans, index.sources, index.blocks), index.sources)


_REPLIES: dict[Said, Callable[[_Turn], Answer]] = {
    Said.ABOUT: _overview,
    Said.SUMMARY: _overview,
    Said.TOPICS: _overview,
    Said.DOCUMENTS: _documents,
    Said.MORE: _more,
    Said.WHERE: _again,
    Said.TRANSLATE: _again,
}
