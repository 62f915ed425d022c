"""The number n means the same citation everywhere: in the text, the list, the span, on the page, kept and exported."""

from __future__ import annotations

import json
import re
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from qa import Source
from qa.answer import Answer, in_parts
from qa.catalogue import words_of
from qa.citations import AnswerSpan, Citation
from qa.retrieval import Hit
from qa.text.passages import Passage
from qa.ui.export import as_html, as_json, as_markdown
from qa.ui.history import History
from qa.ui.messages import chat_messages
from qa.ui.reading import Reading
from qa.ui.records import from_record, to_record

WORDS = words_of("en")
THEN = Source("zoo", " ".join(f"Animal {n} says {'woof' * (n % 3 + 1)}." for n in range(60)))
PLACES = [(m.start(), m.end()) for m in re.finditer(r"Animal \d+ says \w+\.", THEN.text)]
CITE = re.compile(r'<button type="button" class="cite c-(\d+)(?: moved)? s-\S+ at-(\d+)-(\d+)">\[(\d+)\]</button>')


def answered(question: str, places: list[tuple[int, int]], short: int) -> Answer:
    cited = tuple(Citation(n, "zoo", start, end, THEN.text[start:end]) for n, (start, end) in enumerate(places, 1))
    first = cited[0]
    span = AnswerSpan("zoo", first.start, first.start + short, first.quote[:short])
    hits = tuple(Hit(Passage("zoo", *place), THEN.text[slice(*place)], 1.0, 0.5, 2.0, (), 1, 1, 0.9, place[0])
                 for place in places)  # fmt: skip
    text = " ".join(f"{one.quote} [{one.n}]" for one in cited)
    return Answer(question, text, cited, True, 0.9, hits, question, span)


def declined(question: str) -> Answer:
    return Answer(question, "", (), False, 0.1, (), question)


answers = st.builds(
    answered,
    st.just("How?"),
    st.lists(st.sampled_from(PLACES), min_size=1, max_size=5, unique=True),
    st.integers(1, 8),
)
singles = answers | st.just(declined("Why?"))
several = st.lists(singles, min_size=2, max_size=4).filter(lambda parts: any(part.answered for part in parts))
turns = singles | several.map(lambda parts: in_parts("How, and why?", parts))
conversations = st.lists(turns, min_size=50, max_size=50)


def history_of(turns: list[Answer]) -> History:
    history = History(generation=1)
    for turn in turns:
        history = history.asked(turn.question).answered(turn, {"zoo": THEN})
    return history


def check(answer: Answer) -> None:
    """The text, the list and the span agree, for the turn and for each of its questions."""
    assert [one.n for one in answer.citations] == list(range(1, len(answer.citations) + 1))
    assert [one for part in answer.parts for one in part.citations] in ([], list(answer.citations))
    for one in (answer, *answer.parts):
        assert one.text == " ".join(f"{cited.quote} [{cited.n}]" for cited in one.citations)
        if one.span:
            first = one.citations[0]
            assert first.start <= one.span.start < one.span.end <= first.end
            assert first.quote[one.span.start - first.start : one.span.end - first.start] == one.span.quote


def seen(answer: Answer) -> Answer:
    """What a visitor sees of an answer: of the passages found, only those that hold a citation are kept."""
    return replace(answer, hits=(), parts=tuple(map(seen, answer.parts)))


def reading(source: Source) -> Reading:
    places = re.finditer(r"Animal \d+ says \w+\.", source.text)
    passages = tuple(Passage(source.name, *found.span(), "Noises") for found in places)
    return Reading({source.name: source}, {source.name: passages})


def check_page(history: History, source: Source) -> None:
    """Each button [n] leads to the words that citation n of its turn quotes, where they are now."""
    messages = [one["content"] for one in chat_messages(history, reading(source), WORDS) if one["role"] == "assistant"]
    for turn, shown in zip(history.turns, messages, strict=True):
        assert turn.answer
        buttons = [tuple(map(int, found.groups())) for found in CITE.finditer(shown)]
        assert [n for n, *_ in buttons] == [one.n for one in turn.answer.citations]
        for n, start, end, label in buttons:
            assert label == n and source.text[start:end] == turn.answer.citations[n - 1].quote


def check_exports(history: History, source: Source) -> None:
    """Each [n] of an exported answer leads to its excerpt, and back, once; JSON opens as the same conversation."""
    page, markdown = (write(history, reading(source), WORDS, "Zoo") for write in (as_html, as_markdown))
    wanted = [f"{number}-{one.n}" for number, turn in enumerate(history.turns, 1) if turn.answer
              for one in turn.answer.citations]  # fmt: skip
    for pattern, text in (
        (r'id="r-(\d+-\d+)"', page),
        (r'href="#e-(\d+-\d+)"', page),
        (r'id="e-(\d+-\d+)"', page),
        (r'id="r-(\d+-\d+)"', markdown),
        (r"\(#e-(\d+-\d+)\)", markdown),
        (r'id="e-(\d+-\d+)"', markdown),
    ):
        assert re.findall(pattern, text) == wanted
    for tag, n in re.findall(r'href="#e-\d+-(\d+)">\[(\d+)\]', page):
        assert tag == n
    opened = from_record(json.loads(as_json(history, reading(source), WORDS, "Zoo")))
    assert [turn.answer and turn.answer.citations for turn in opened.turns] == [
        turn.answer and turn.answer.citations for turn in history.turns
    ]


@settings(max_examples=15)
@given(conversations, st.integers(1, 40))
def test_numbers_hold_after_fifty_turns_a_reload_a_rebuild_and_an_export(turns: list[Answer], shift: int) -> None:
    history = history_of(turns)
    for answer in history.answers:
        check(answer)
    check_page(history, THEN)
    reloaded = from_record(json.loads(json.dumps(to_record(history))))
    assert to_record(reloaded) == to_record(history)
    assert [seen(one) for one in reloaded.answers] == [seen(one) for one in history.answers]
    rebuilt = replace(THEN, text="x" * shift + " " + THEN.text)
    for source in (THEN, rebuilt):
        check_page(reloaded, source)
        check_exports(reloaded, source)


@given(several)
def test_several_answers_are_numbered_through_and_nothing_is_cited_twice_but_what_answers(parts: list[Answer]) -> None:
    whole = in_parts("How, and why?", parts)
    check(whole)
    assert [part.answered for part in whole.parts] == [part.answered for part in parts]
    first = {part.citations[0].n for part in whole.parts if part.citations}
    others = [(one.source, one.start) for one in whole.citations if one.n not in first]
    assert len(others) == len(set(others))
    answering = next(part for part in whole.parts if part.answered)
    assert (whole.span, whole.confidence) == (answering.span, answering.confidence)
