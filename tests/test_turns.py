"""Follow-ups: a turn of a conversation is read with the turns before it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from qa import Index, Source, answer
from qa.answer import Answer
from qa.answering.turns import RECENT, WEIGHT, Before, find_turn, near_gain, weight_of, what_went_before
from qa.retrieval import prepare

POOL = """Harbour swimming pool

The pool opens at nine in the morning. Adults pay 6 pounds to swim. Children pay 3 pounds to swim.
The pool is closed on Mondays. Lockers cost 1 pound a day.
"""
MUSEUM = """Clock museum

The museum opens at half past ten. Adults pay 11 pounds. Children pay 5 pounds.
The museum is closed on Wednesdays, because the clocks are wound on that day. Ruth Adler winds them.
"""


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    sources = [Source("pool", POOL), Source("museum", MUSEUM)]
    return Index.build(sources, tmp_path_factory.mktemp("turns") / "index")


@pytest.fixture(scope="module")
def museum_is_asked(index: Index) -> Answer:
    found = answer(index, "How much do adults pay in the clock museum?", bold=0)
    assert found.citations[0].quote == "Adults pay 11 pounds."
    return found


def first(found: Answer) -> tuple[str, str]:
    return found.citations[0].source, found.citations[0].quote


def test_a_follow_up_is_about_what_the_last_answer_was_about(index: Index, museum_is_asked: Answer) -> None:
    pool_is_asked = answer(index, "How much do adults pay in the harbour swimming pool?", bold=0)
    after_the_pool = answer(index, "And what do children pay?", bold=0, history=[museum_is_asked, pool_is_asked])
    assert first(after_the_pool) == ("pool", "Children pay 3 pounds to swim.")
    found = answer(index, "And what do children pay?", bold=0, history=[pool_is_asked, museum_is_asked])
    assert first(found) == ("museum", "Children pay 5 pounds.")
    assert found.question == "And what do children pay?"
    for cited in found.citations:
        assert index.sources[cited.source].text[cited.start : cited.end] == cited.quote


def test_an_answer_says_what_was_searched_for(index: Index, museum_is_asked: Answer) -> None:
    """It begins with the last question where that decided, and is the turn itself where it did not."""
    asked = museum_is_asked.question
    alone = "On which day of the week is the clock museum closed?"
    assert answer(index, alone, history=[museum_is_asked]).searched_for == alone
    [before, query] = [what_went_before(index, [museum_is_asked]), prepare(index, "why?")]
    assert before is not None
    turned = find_turn(index, query, before, 10)
    by_itself = max(find_turn(index, query, Before(""), 10).found.units, key=lambda unit: unit.score)
    best = max(turned.found.units, key=lambda unit: unit.score)
    assert turned.query.question in (f"{asked} why?", f"{before.words} why?")
    assert best.start != by_itself.start


def test_a_turn_that_stands_alone_is_not_bent_by_what_went_before(index: Index, museum_is_asked: Answer) -> None:
    question = "When does the Harbour swimming pool open in the morning?"
    alone = answer(index, question, bold=0)
    found = answer(index, question, bold=0, history=[museum_is_asked])
    assert first(found) == first(alone) == ("pool", "The pool opens at nine in the morning.")
    assert found.searched_for == question


def test_a_question_after_nothing_is_the_first_one(index: Index) -> None:
    question = "On which day is the pool closed?"
    assert answer(index, question, history=()) == answer(index, question)
    assert what_went_before(index, ()) is None


def test_a_declined_question_can_be_followed_up(index: Index) -> None:
    declined = answer(index, "Who is the mayor of Paris?", bold=1)
    assert not declined.answered
    assert what_went_before(index, [declined]) == Before("Who is the mayor of Paris?")
    assert answer(index, "When does the pool open?", bold=0, history=[declined]).answered


# --- what went before is checked -----------------------------------------------------------------------------------


def test_what_was_cited_is_looked_for_in_the_present_texts(index: Index, museum_is_asked: Answer) -> None:
    [cited, *_] = museum_is_asked.citations

    def said(**changes: object) -> Before | None:
        return what_went_before(index, [replace(museum_is_asked, citations=(replace(cited, **changes),))])  # type: ignore[arg-type]

    def place(before: Before | None) -> tuple[str, int] | None:
        assert before is not None
        return (before.said.source, before.said.start) if before.said else None

    assert place(said()) == ("museum", cited.start)
    assert place(said(start=3, end=3 + len(cited.quote))) == ("museum", cited.start)  # moved
    assert place(said(source="renamed")) == ("museum", cited.start)
    assert place(said(quote="Adults pay nothing.")) is None  # gone, or never there
    assert place(said(source="pool", quote="", start=0, end=0)) is None


def test_only_the_last_questions_are_looked_at(index: Index, museum_is_asked: Answer) -> None:
    declined = replace(museum_is_asked, question="Why?", citations=(), answered=False)
    before = what_went_before(index, [museum_is_asked, *[declined] * RECENT])
    assert before == Before(" ".join(["Why?"] * RECENT))
    near = what_went_before(index, [museum_is_asked, declined])
    assert near is not None and near.said == museum_is_asked.citations[0]
    assert near.questions.startswith("How much do adults pay") and near.questions.endswith("Why?")


def test_the_words_that_answered_are_known_while_they_stand_in_what_was_cited(
    index: Index, museum_is_asked: Answer
) -> None:
    before = what_went_before(index, [museum_is_asked])
    assert museum_is_asked.span and before is not None
    assert before.words == museum_is_asked.span.quote
    forged = replace(museum_is_asked, span=replace(museum_is_asked.span, quote="nothing"))
    assert what_went_before(index, [forged]) == replace(before, words="")


def test_the_longest_turn_can_be_asked(index: Index, museum_is_asked: Answer) -> None:
    assert answer(index, "x" * 2000, history=[museum_is_asked]).question == "x" * 2000


def test_what_is_put_before_a_turn_is_short(index: Index, museum_is_asked: Answer) -> None:
    before = what_went_before(index, [replace(museum_is_asked, question="word " * 400)])
    assert before is not None and len(before.questions) <= 120


def test_only_the_sources_that_are_asked_are_searched(index: Index, museum_is_asked: Answer) -> None:
    found = answer(index, "And what do children pay?", bold=0, sources="pool", history=[museum_is_asked])
    assert {cited.source for cited in found.citations} | {hit.passage.source for hit in found.hits} == {"pool"}


# --- how it is read -------------------------------------------------------------------------------------------------


def test_the_more_a_turn_says_the_less_the_last_questions_count(index: Index) -> None:
    weights = [weight_of(prepare(index, text)) for text in ("why?", "and on Sundays?", museum_question())]
    assert WEIGHT > weights[0] > weights[1] > weights[2] == 0
    assert near_gain(weights[0]) > near_gain(weights[2]) > 0


def museum_question() -> str:
    return "On which day of the week can visitors not see the clocks of the museum, and who winds them up on that day?"


def test_the_source_of_the_last_answer_counts_but_does_not_exclude_others(
    index: Index, museum_is_asked: Answer
) -> None:
    query, before = prepare(index, "When does it open?"), what_went_before(index, [museum_is_asked])
    assert before is not None
    with_place = find_turn(index, query, before, 10).found.units
    without = find_turn(index, query, replace(before, said=None), 10).found.units
    assert {unit.source for unit in with_place} == {"pool", "museum"}
    gains = {
        (unit.source, round(unit.score - other.score, 3))
        for unit, other in zip(with_place, without, strict=True)
        if "Adults pay 11" not in text_of(index, unit.source, unit.start, unit.end)
    }
    assert gains == {("pool", 0.0), ("museum", round(near_gain(weight_of(query)), 3))}


def text_of(index: Index, source: str, start: int, end: int) -> str:
    return index.sources[source].text[start:end]


@pytest.mark.parametrize(
    ("turns", "expected"),
    [
        (["When does the clock museum open?", "and on which day is it closed?"], "The museum is closed on Wednesdays"),
        (["On which day is the clock museum closed?", "Who winds the clocks?"], "Ruth Adler winds them."),
        (["時計の博物館は大人いくらですか", "子どもは?"], "Children pay 5 pounds."),
    ],
)
def test_conversations(index: Index, turns: list[str], expected: str) -> None:
    history: list[Answer] = []
    for turn in turns:
        history.append(answer(index, turn, bold=0, history=history))
    assert first(history[-1])[0] == "museum"
    assert first(history[-1])[1].startswith(expected)


@pytest.fixture
def folder(tmp_path: Path) -> Callable[[], Index]:
    return lambda: Index.build([Source("museum", MUSEUM)], tmp_path / "index")


def test_an_index_of_one_text_is_read_with_the_last_questions_too(folder: Callable[[], Index]) -> None:
    alone = folder()
    asked = answer(alone, "How much do adults pay?", bold=0)
    assert first(answer(alone, "And children?", bold=0, history=[asked]))[1] == "Children pay 5 pounds."
