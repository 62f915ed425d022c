"""A language model's reply -> its sentences, and the verdict on each: what is cited, and what stands in it."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa import Source
from qa.citations import Citation, cite
from qa.llm.check import Checker
from qa.llm.names import KnownWords, lacking_name
from qa.llm.quantities import Quantities, lacking_number
from qa.llm.statements import statements_of
from qa.llm.written import Reason, Sentence, Written


def numbered(*quotes: str, name: str = "guide") -> list[Citation]:
    text = "\n".join(quotes)
    source = Source(name, text)
    return cite([(name, text.index(one), text.index(one) + len(one)) for one in quotes], {name: source})


def verdicts(reply: str, *quotes: str, question: str = "?") -> list[tuple[Reason, str]]:
    checker = Checker(question, numbered(*quotes))
    checked = [checker.check(one, reply) for one in statements_of(reply)]
    return [(one.reason, one.detail) for one in checked]


def reasons(reply: str, *quotes: str, question: str = "?") -> list[Reason]:
    return [reason for reason, _ in verdicts(reply, *quotes, question=question)]


# A reply -> its sentences


@pytest.mark.parametrize(
    ("reply", "found"),
    [
        ("It opens at nine [2].", [("It opens at nine.", (2,))]),
        ("It opens at nine. [2] Lunch is free. [1][3]", [("It opens at nine.", (2,)), ("Lunch is free.", (1, 3))]),
        ("九時に開きます [1]。昼食は無料です［２］。", [("九時に開きます。", (1,)), ("昼食は無料です。", (2,))]),
        ("开放时间是九点【3†source】。", [("开放时间是九点。", (3,))]),
        ("Both hold [1, 2]. So does this [1-3].", [("Both hold.", (1, 2)), ("So does this.", (1, 2, 3))]),
        ("- One [1]\n- Two [2]\n", [("One", (1,)), ("Two", (2,))]),
        ("Nothing is cited.", [("Nothing is cited.", ())]),
        ("[1]", [("", (1,))]),
        ("   \n", []),
    ],
)
def test_each_sentence_has_the_numbers_beside_it(reply: str, found: list[tuple[str, tuple[int, ...]]]) -> None:
    assert [(one.words, one.cited) for one in statements_of(reply)] == found


@given(st.text(st.sampled_from("あい。. \n[1]２、aB\u200b！「」-[,")))
def test_every_letter_and_digit_of_a_reply_is_in_one_of_its_sentences(reply: str) -> None:
    statements = statements_of(reply)
    assert all(before.end <= after.start for before, after in pairwise(statements))
    inside = set[int]().union(*(range(one.start, one.end) for one in statements))
    assert not [char for at, char in enumerate(reply) if char.isalnum() and at not in inside]


# Numbers, dates and amounts


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ("1,200,000円", "120万円"),
        ("1.2 million yen", "120万円"),
        ("３割", "30%"),
        ("2013年", "平成25年"),
        ("三十一日", "31日"),
        ("thirty-one years", "31年"),
        ("3 p.m.", "15:00"),
        ("午後3時", "15時"),
        ("25 minutes", "25分"),
        ("5 March 2021", "2021年3月5日"),
        ("on Tuesdays", "火曜日"),
        ("周二", "Tue, Thu"),
        ("半額、50%", "表示額の半額"),
        ("13名", "13人"),
        ("三千八百两", "3,800两"),
        ("call 090-0000-4466", "電話 090-0000-4466"),
        ("14歳", "十四歳"),
    ],
)
def test_the_same_number_is_known_in_every_form(said: str, text: str) -> None:
    assert lacking_number(said, Quantities.of([text])) is None


@pytest.mark.parametrize(
    ("said", "text", "lacking"),
    [
        ("1,300円", "1,200円", "1,300円"),
        ("3月5日", "5月3日", "3月"),
        ("3 days", "3か月", "3 days"),
        ("水曜日", "火曜日", "水曜"),
        ("at 3 p.m.", "午前3時", "3 p.m."),
        ("forty-one years", "thirty-one years", "forty-one years"),
        ("八钱", "六钱，附课生三钱", "八"),
        ("090-0000-4467", "090-0000-4466", "090-0000-4467"),
        ("15%", "15円", "15%"),
    ],
)
def test_another_number_is_found_and_shown_as_it_was_written(said: str, text: str, lacking: str) -> None:
    at = lacking_number(said, Quantities.of([text]))
    assert at is not None
    assert said[slice(*at)] == lacking


# Names


def test_a_capital_within_a_sentence_shows_a_name_and_a_date_is_none() -> None:
    known = KnownWords(["Marta Lindqvist leads the choir of Visby on Mondays."])
    assert lacking_name("The choir is led by Marta Lindqvist.", known) is None
    assert lacking_name("Visitors meet Lindqvist's choir on Mondays in March.", known) is None
    said = "The choir is led by Olga Lindqvist."
    at = lacking_name(said, known)
    assert at is not None
    assert said[slice(*at)] == "Olga"


def test_a_name_in_latin_script_is_a_word_between_kana_too() -> None:
    known = KnownWords(["動画サイトTwitchの共同創業者であるEmmett Shear氏"])
    assert lacking_name("TwitchのEmmett Shearが就任した。", known) is None
    said = "動画サイトYouTubeの創業者が就任した。"
    at = lacking_name(said, known)
    assert at is not None
    assert said[slice(*at)] == "YouTube"


# Verdicts


def test_a_sentence_passes_if_everything_in_it_stands_in_what_it_cites_or_in_the_question() -> None:
    quotes = ("入場料は1,200円です。", "The shop closes at 17:30 on Sundays.")
    assert reasons("入場料は1200円です [1]。", *quotes) == [Reason.PASSED]
    assert reasons("On Sundays the shop closes at 5:30 p.m. [2].", *quotes) == [Reason.PASSED]
    assert reasons("2025年の入場料は1200円です [1]。", *quotes) == [Reason.NUMBER]
    assert reasons("2025年の入場料は1200円です [1]。", *quotes, question="2025年はいくら？") == [Reason.PASSED]


@pytest.mark.parametrize(
    ("reply", "reason", "detail"),
    [
        ("The fee is 12 euros.", Reason.UNCITED, ""),
        ("[1]", Reason.UNCITED, ""),
        ("The fee is 12 euros [7].", Reason.UNKNOWN, "[7]"),
        ("The fee is 12 euros [1][7].", Reason.UNKNOWN, "[7]"),
        ("The fee is 12 euros [0].", Reason.UNKNOWN, "[0]"),
        ("The fee is 15 euros [1].", Reason.NUMBER, "15 euros"),
        ("The fee goes to Bruno [1].", Reason.NAME, "Bruno"),
        ('It says "the fee is waived" [1].', Reason.QUOTATION, '"the fee is waived"'),
        ("The fee is 12 euros [2].", Reason.NUMBER, "12 euros"),
        ("See https://example.org [1].", Reason.FORM, "https:"),
        ("![x](data:image/png) [1]", Reason.FORM, "!["),
        ("<b>The fee is 12 euros</b> [1].", Reason.FORM, "<b"),
    ],
)
def test_each_fault_has_its_reason_and_the_words_it_is_about(reply: str, reason: Reason, detail: str) -> None:
    assert verdicts(reply, "The fee is 12 euros.", "Dogs wait outside.") == [(reason, detail)]


@pytest.mark.parametrize(
    ("said", "quote", "contradicts"),
    [
        ("会議室も割増しの対象になります [1]。", "ただし、会議室は割増しの対象になりません。", True),
        ("電池可以带进楼内 [1]。", "电池不得带进楼内，充电请到北门车棚。", True),
        ("Drip systems are counted as hosepipes [1].", "Drip systems are not counted as hosepipes.", True),
        ("The shop does not open on Sundays [1].", "The shop opens on Sundays.", True),
        ("2週間前までに届け出る必要があります [1]。", "2週間前までに届け出なければならない。", False),
        ("Launches are let to nobody under 21 [1].", "Launches are let only to drivers of 21 and over.", False),
        ("渓谷口の木造駅舎は登録有形文化財です [1]。", "渓谷口　　なし　　木造駅舎が登録有形文化財", False),
        ("送料は含まれません [1]。", "送料は除きます。", False),
    ],
)
def test_a_sentence_that_denies_what_it_cites_is_struck_where_negators_show_it(
    said: str, quote: str, contradicts: bool
) -> None:
    assert reasons(said, quote) == [Reason.DENIAL if contradicts else Reason.PASSED]


def test_words_in_quotation_marks_stand_in_what_is_cited_whatever_their_width_and_space() -> None:
    assert reasons("「ご利用 いただけません」とあります [1]。", "会議室はご利用いただけません。") == [Reason.PASSED]
    assert reasons("「ご利用いただけます」とあります [1]。", "会議室はご利用いただけません。") == [Reason.QUOTATION]


def test_a_reply_is_shown_if_half_of_its_sentences_pass() -> None:
    sound, struck = Sentence(0, 1, "a", (1,)), Sentence(2, 3, "b", (1,), Reason.NUMBER, "2")
    assert Written("a b", (sound, struck), "m", "h").is_shown
    assert not Written("a b b", (sound, struck, struck), "m", "h").is_shown
    assert not Written("", (), "m", "h").is_shown
    hidden = Written("a b b", (sound, struck, struck), "m", "h").to_dict()
    assert (hidden["passed"], hidden["of"]) == (1, 3)
    assert not {"text", "sentences"} & set(hidden)
    assert Written("a b", (sound, struck), "m", "h").to_dict()["text"] == "a"
