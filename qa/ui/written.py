"""What a language model wrote to an answer -> HTML: each sentence as text, with its [n], or struck with the reason.

The model's words are shown as escaped text alone: no link, picture or markup of theirs gets into the page. What has not
been checked is not shown. A reason appears where its sentence is pointed at, or its mark has the focus.
"""

from __future__ import annotations

from collections.abc import Mapping

from qa.answer import Answer
from qa.catalogue import Words
from qa.citations import Standing
from qa.errors import LanguageModelError
from qa.llm.client import LanguageModel
from qa.llm.statements import MARK
from qa.llm.written import Sentence, Written
from qa.ui.answers import further_html
from qa.ui.excerpts import Excerpt
from qa.ui.history import STOPPED
from qa.ui.markup import direction, escape, own, place
from qa.ui.reading import Reading


def where_texts_go(model: LanguageModel | None, words: Words) -> str:
    """Return the sentence that says who writes replies, and where texts are sent for that; "" without a model."""
    if model is None:
        return ""
    return words.say("llm.local" if model.is_local else "llm.leaves", model=model.name, host=model.host)


def written_html(answer: Answer, excerpts: Mapping[int, Excerpt], reading: Reading, words: Words) -> str:
    """Return the written reply of an answer; "" if no language model was asked.

    Args:
        answer: the answer.
        excerpts: number -> the excerpt of each sentence that the reply may cite.
        reading: the current texts.
        words: the interface's language.
    """
    written = answer.written
    if written is None:
        return ""
    if not written.sentences or (written.done and not written.is_shown):
        return _nothing(written, words)
    title = own(words.say("llm.title", model=written.model))
    end = _end(written, words)
    paragraphs = "".join(
        f'<p class="reply" dir="{direction(one[0].text)}">'
        f"{' '.join(_sentence(sentence, excerpts, reading, words) for sentence in one)}</p>"
        for one in _paragraphs(written)
    )
    return f'<div class="written"><p class="part-title">{title}</p>{paragraphs}{end}</div>'


def more_html(excerpts: list[Excerpt], reading: Reading, words: Words) -> str:
    """Return what the reply cites beyond the citations of the answer itself, one line each; "" if that is nothing."""
    if not excerpts:
        return ""
    lines = "".join(f"<li>{further_html(one, reading, words)}</li>" for one in excerpts)
    return f'<details class="more"><summary>{own(words["llm.more"])}</summary><ul>{lines}</ul></details>'


def reason_in_words(sentence: Sentence, words: Words) -> str:
    """Return why a sentence is struck."""
    return words.say(f"llm.struck.{sentence.reason}", detail=sentence.detail)


def _nothing(written: Written, words: Words) -> str:
    """Return why there is no reply, or that it is being written."""
    if not written.done and not written.trouble:
        return f'<p class="writing quiet">{own(words.say("llm.pending", model=written.model))}</p>'
    if written.sentences or not written.trouble:
        return f'<p class="unwritten quiet">{own(words.say("llm.rejected", model=written.model))}</p>'
    return f'<p class="unwritten quiet">{own(_trouble(written, words))}</p>'


def _end(written: Written, words: Words) -> str:
    """Return what is said at the end of a reply that is not complete."""
    if written.complete:
        return ""
    if written.done and not written.trouble:
        return f'<p class="quiet">{own(words["llm.cut"])}</p>'
    if written.trouble:
        return f'<p class="quiet">{own(_trouble(written, words))}</p>'
    return f'<p class="writing quiet">{own(words.say("llm.pending", model=written.model))}</p>'


def _trouble(written: Written, words: Words) -> str:
    if written.trouble == STOPPED:
        return words["llm.stopped"]
    told = {"host": written.host, "model": repr(written.model), **dict(written.told)}
    return LanguageModelError(written.trouble, **told).sentence(words)


def _paragraphs(written: Written) -> list[list[Sentence]]:
    """Return the sentences of a reply, those of each of its lines together."""
    found: list[list[Sentence]] = []
    before = 0
    for one in written.sentences:
        if not found or "\n" in written.text[before : one.start]:
            found.append([])
        found[-1].append(one)
        before = one.end
    return found


def _sentence(sentence: Sentence, excerpts: Mapping[int, Excerpt], reading: Reading, words: Words) -> str:
    if not sentence.passed:
        reason = own(reason_in_words(sentence, words))
        why = f'<button type="button" class="why-struck">?<span class="reason">{reason}</span></button>'
        return f'<span class="struck"><s>{own(sentence.text)}</s>{why}</span>'
    cites = "".join(_cite(n, excerpts.get(n), reading) for n in sentence.cited)
    return f'<span class="stated">{own(MARK.sub("", sentence.text).strip())}{cites}</span>'


def _cite(n: int, excerpt: Excerpt | None, reading: Reading) -> str:
    """Return an [n] that leads to its sentence; plain text if the sentence is gone by now."""
    if excerpt is None or excerpt.standing is Standing.GONE:
        return f"<s>{escape(f'[{n}]')}</s>"
    now = excerpt.now
    where = place(reading.sources[now.source], now.start, now.end)
    return f'<button type="button" class="cite c-{n} {where}">[{n}]</button>'
