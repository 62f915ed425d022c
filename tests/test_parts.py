"""Several questions in one turn: where it may be cut, whether it is, and that each part has its own answer."""

from __future__ import annotations

from dataclasses import replace

import pytest

from qa import Index, Source, answer
from qa.answer import look_up
from qa.answering.cuts import Cut, Joint, joints_of
from qa.answering.parts import MOST_QUESTIONS, SplitSigns, are_two, parts_of
from qa.answering.turns import look_up_whole
from qa.retrieval import prepare

POOL = """Harbour swimming pool

The pool opens at nine in the morning. Adults pay 6 pounds to swim. The pool is closed on Mondays.
"""
MUSEUM = """時計博物館のご案内

開館は午前10時半です。休館日は水曜日です。館長は西園寺あやめです。大人の入館料は900円です。子どもの入館料は300円です。
"""


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    sources = [Source("pool", POOL), Source("museum", MUSEUM)]
    return Index.build(sources, tmp_path_factory.mktemp("parts") / "index")


def cut(turn: str) -> list[tuple[str, str]]:
    """The words on both sides of each joint; every letter counts as a token."""
    joints = joints_of(turn, [(at, at + 1) for at in range(len(turn))])
    return [Cut(turn, joint, 0, len(turn)).said for joint in joints]


# --- where a turn may be cut ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("turn", "parts"),
    [
        ("When was A founded, and who owns B?", ("When was A founded", "who owns B?")),
        ("When was A founded? Who owns B?", ("When was A founded?", "Who owns B?")),
        ("How much do adults and children pay?", ("How much do adults", "children pay?")),
        ("Aはいつ、Bは誰が？", ("Aはいつ", "Bは誰が？")),
        ("いつ開きますか。あと、料金はいくらですか。", ("いつ開きますか。", "料金はいくらですか。")),
        ("大人と子どもの料金は？", ("大人", "子どもの料金は？")),
        ("A 和 B 哪个更贵？", ("A", "B 哪个更贵？")),
        ("周五几点关门，考试周几点熄灯？", ("周五几点关门", "考试周几点熄灯？")),
        ("متى يفتح المسبح وكم السعر؟", ("متى يفتح المسبح", "كم السعر؟")),
        ("Wann öffnet das Bad und was kostet es?", ("Wann öffnet das Bad", "was kostet es?")),
        ("¿Cuándo abre y cuánto cuesta?", ("¿Cuándo abre", "cuánto cuesta?")),
    ],
)
def test_a_turn_may_be_cut_at_a_mark_or_at_a_word_that_joins(turn: str, parts: tuple[str, str]) -> None:
    assert parts in cut(turn)


@pytest.mark.parametrize("turn", ["When was A founded?", "1,200円のものは？", "why?", "?!", "and", "館長は誰ですか。"])
def test_a_turn_without_words_on_both_sides_of_a_joint_is_whole(turn: str) -> None:
    assert cut(turn) == []


def test_a_word_joins_only_if_it_is_a_token_of_its_own() -> None:
    turn = "開館するときの料金は"
    assert joints_of(turn, [(0, 2), (2, 4), (4, 6), (6, 7), (7, 9), (9, 10)]) == []
    assert joints_of("大人と子どもは", [(0, 2), (2, 3), (3, 6), (6, 7)]) == [Joint(2, 3, True)]


def test_both_questions_have_what_they_share() -> None:
    turn = "How much do adults and children pay?"
    shared = Cut(turn, Joint(18, 23, True), turn.index("adults"), turn.index(" pay"))
    assert shared.questions == ("How much do adults pay?", "How much do children pay?")
    assert shared.said == ("How much do adults", "children pay?")
    japanese = "大人と子どもの料金は？"
    assert Cut(japanese, Joint(2, 3, True), 0, 6).questions == ("大人の料金は？", "子どもの料金は？")


# --- whether it is cut ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("turn", "quotes"),
    [
        ("How much do adults pay, and on which day is the pool closed?",
         ["Adults pay 6 pounds to swim.", "The pool is closed on Mondays."]),
        ("館長は誰ですか。休館日は何曜日ですか。", ["館長は西園寺あやめです。", "休館日は水曜日です。"]),
        ("館長と休館日を教えて", ["館長は西園寺あやめです。", "休館日は水曜日です。"]),
        ("On which day is the pool closed? 館長は誰ですか",
         ["The pool is closed on Mondays.", "館長は西園寺あやめです。"]),
    ],
)  # fmt: skip
def test_each_question_is_answered_with_citations_numbered_through(index: Index, turn: str, quotes: list[str]) -> None:
    found = answer(index, turn, bold=0)
    assert [part.citations[0].quote for part in found.parts] == quotes
    assert found.question == turn
    assert [one.n for one in found.citations] == list(range(1, len(found.citations) + 1))
    assert [one for part in found.parts for one in part.citations] == list(found.citations)
    for cited in found.citations:
        assert index.sources[cited.source].text[cited.start : cited.end] == cited.quote
    told = found.to_dict()
    assert [part["question"] for part in told["parts"]] == [part.question for part in found.parts]
    assert all(part.question.rstrip("。") in turn for part in found.parts)


@pytest.mark.parametrize(
    "turn",
    [
        "On which day of the week is the harbour swimming pool closed?",
        "Does the pool open in the morning, at nine?",
        "時計博物館の館長の西園寺さんは、何という名前の人と博物館にいますか",
    ],
)
def test_one_question_stays_one(index: Index, turn: str) -> None:
    assert answer(index, turn, bold=0).parts == ()


def test_a_part_without_an_answer_is_declined_by_itself(index: Index) -> None:
    turn = "館長は誰ですか。休館日は何曜日ですか。"
    sure, unsure = sorted((part.confidence for part in answer(index, turn, bold=0).parts), reverse=True)
    found = answer(index, turn, min_confidence=(sure + unsure) / 2)
    assert sorted(part.kind for part in found.parts) == ["abstention", "answer"]
    [answered] = [part for part in found.parts if part.answered]
    assert (found.answered, found.kind, found.citations) == (True, "answer", answered.citations)
    assert (found.citations[0].n, found.confidence, found.span) == (1, answered.confidence, answered.span)


def test_if_no_part_is_answered_the_whole_turn_is_declined(index: Index) -> None:
    found = answer(index, "When does the pool open, and on which day is it closed?", bold=1)
    assert (found.parts, found.answered, found.kind) == ((), False, "abstention")


def test_two_questions_with_the_same_answer_are_one() -> None:
    sure = SplitSigns(gain=20, better=6, worse=6, apart=1)
    assert are_two(sure)
    assert not are_two(sure._replace(apart=0))
    assert not are_two(sure._replace(gain=0, better=-6, worse=-6))


def test_a_turn_is_divided_into_few_questions_only(index: Index) -> None:
    turn = "When does the pool open? " * 12
    assert len(look_up(index, prepare(index, turn), 10).parts) <= MOST_QUESTIONS
    query = prepare(index, "When does the pool open, and on which day is it closed?")
    assert parts_of(index, query, look_up_whole(index, query, 10), 10, most=1) == ()


def test_only_the_sources_that_are_asked_are_searched(index: Index) -> None:
    found = answer(index, "館長は誰ですか。休館日は何曜日ですか。", bold=0, sources="pool")
    assert {cited.source for cited in found.citations} == {"pool"}


def test_a_follow_up_of_several_questions_is_read_with_what_went_before(index: Index) -> None:
    asked = answer(index, "時計博物館の館長は誰ですか", bold=0)
    found = answer(index, "何時に開きますか。休館日は？", bold=0, history=[asked])
    assert {cited.source for cited in found.citations} == {"museum"}
    again = answer(index, "子どもは？", bold=0, history=[asked, replace(found, question="大人の入館料は？")])
    assert again.citations
