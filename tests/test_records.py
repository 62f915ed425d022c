"""A conversation kept in the browser comes back unchanged, or is rejected with one sentence."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from qa import Index, Source, answer
from qa.answer import Answer, in_parts
from qa.answering.origin import Origin
from qa.catalogue import languages, words_of
from qa.citations import AnswerSpan, Citation
from qa.conversation.overview import MOST_CITED, MOST_LISTED
from qa.conversation.replies import SUGGESTED
from qa.retrieval import Hit
from qa.text.passages import Passage
from qa.ui.events import ACTION, CHOICE, EXPORT, MOST_LEFT_OUT, POLL, parsed
from qa.ui.history import History, Switched, Turn
from qa.ui.kept import MOST_CITATIONS, MOST_CITATIONS_IN_ALL, MOST_ENTRIES, MOST_HITS
from qa.ui.kept_parts import GREATEST, LONGEST_TEXT
from qa.ui.messages import chat_messages
from qa.ui.quotes import SEARCHED_FIRST, QuoteFilter
from qa.ui.reading import Reading
from qa.ui.records import RecordError, from_record, to_record
from qa.ui.refusals import sentence_for

SOURCE = Source("動物.txt", "猫は眠る。𠮷野家の犬は吠える。")
PRESENT = {SOURCE.name: SOURCE}
Damage = Callable[[dict[str, Any]], object]


def hit(start: int, end: int, source: Source = SOURCE) -> Hit:
    passage = Passage(source.name, start, end, "節", boilerplate=start > 0)
    return Hit(passage, source.text[start:end], -1.5, 0.25, 3.0, ("猫",), 2, None, 0.5, 7)


def answered(question: str, *spans: tuple[int, int], source: Source = SOURCE) -> Answer:
    cited = tuple(Citation(n, source.name, s, e, source.text[s:e]) for n, (s, e) in enumerate(spans, 1))
    text = " ".join(f"{c.quote} [{c.n}]" for c in cited)
    start, end = cited[0].start, cited[0].end
    short = AnswerSpan(source.name, start, end - 1, source.text[start : end - 1])
    hits = tuple(hit(*span, source) for span in spans)
    return Answer(question, text, cited, True, 0.9, hits, "探した文", short, sure=False)


def declined(question: str) -> Answer:
    return Answer(question, "", (), False, 0.125, (hit(0, 5), hit(5, 15)), question)


def conversation() -> History:
    """An answer, a note of another text, an abstention, a question that was stopped."""
    history = History((), 4).asked("猫は？").answered(answered("猫は？", (0, 5), (5, 15)), PRESENT)
    history = (
        history.noting_change(5, ("動物.txt", "b.txt"), 3).asked("富士山は？").answered(declined("富士山は？"), PRESENT)
    )
    return history.asked("<b>?</b>").stopped()


def talked() -> History:
    """Thanks, then an overview with more citations than an answer has."""
    heading = Citation(0, SOURCE.name, 0, 1, "猫")
    cited = tuple(Citation(n, SOURCE.name, n - 1, n, SOURCE.text[n - 1 : n]) for n in range(1, MOST_CITED + 1))
    thanks = Answer("どうも", "はい", (), True, 0.99, (), "", kind="talk", turn="thanks", suggested=("猫は？",))
    overview = Answer("要約", "…", cited, True, 0.9, (), "", kind="overview", turn="summary", outline=(heading,))
    return History().asked("どうも").answered(thanks, PRESENT).asked("要約").answered(overview, PRESENT)


def through_the_browser(record: dict[str, Any]) -> Any:
    return json.loads(json.dumps(record))


def test_replies_that_are_no_answers_come_back_as_they_were() -> None:
    history = talked()
    assert from_record(through_the_browser(to_record(history))).entries == history.entries


def several() -> History:
    """Three questions in one turn, of which the second is declined."""
    asked = [answered("猫は？", (0, 5)), declined("富士山は？"), answered("犬は？", (5, 15), (0, 5))]
    origin = Origin(3, "0123", "high", sources=(SOURCE.name,))
    whole = replace(in_parts("猫は？富士山は？犬は？", asked), origin=origin)
    return History().asked(whole.question).answered(whole, PRESENT)


def test_another_answer_that_an_earlier_question_has_cited_is_left_out_with_its_citation() -> None:
    other = answered("犬は？", (5, 15), (0, 5))
    second = other.citations[1]
    differs = AnswerSpan(SOURCE.name, second.start, second.end, second.quote)
    whole = in_parts("猫は？犬は？", [answered("猫は？", (0, 5)), replace(other, differing=(differs,))])
    assert [len(part.citations) for part in whole.parts] == [1, 1] and whole.parts[1].differing == ()
    history = History().asked(whole.question).answered(whole, PRESENT)
    assert from_record(through_the_browser(to_record(history))).answers[0].parts[1].differing == ()


def test_several_questions_come_back_each_with_its_answer_and_its_numbers() -> None:
    history = several()
    record = through_the_browser(to_record(history))
    [back] = from_record(record).answers
    assert [(part.question, [one.n for one in part.citations]) for part in back.parts] == [
        ("猫は？", [1]), ("富士山は？", []), ("犬は？", [2]),
    ]  # fmt: skip
    assert back.origin == Origin(3, "0123", "high", sources=(SOURCE.name,))
    assert to_record(from_record(record)) == to_record(history)


@pytest.mark.parametrize(
    "forge",
    [
        lambda answer: answer["parts"].pop(),
        lambda answer: answer["parts"][2]["citations"][0].update(n=3),
        lambda answer: answer["parts"][0]["citations"][0].update(start=5, end=10),
        lambda answer: answer["parts"][1].update(answered=True),
        lambda answer: answer["parts"][0].update(parts=answer["parts"][:1]),
        lambda answer: answer.update(parts=answer["parts"] * 9),
        lambda answer: answer["origin"].update(bold="bolder"),
        lambda answer: answer["origin"].update(sources="all"),
    ],
)
def test_several_questions_that_do_not_fit_together_reject_the_record(forge: Damage) -> None:
    record = through_the_browser(to_record(several()))
    forge(record["entries"][0]["answer"])
    with pytest.raises(RecordError):
        from_record(record)


def test_conversations_without_kinds_open_as_answers_and_abstentions() -> None:
    record = through_the_browser(to_record(conversation()))
    for entry in record["entries"]:
        if entry.get("answer"):
            del entry["answer"]["kind"]
    assert from_record(record).entries == conversation().entries


@pytest.mark.parametrize(
    "damage",
    [
        {"kind": "nothing"},
        {"turn": "nothing"},
        {"kind": "answer"},
        {"kind": "abstention", "turn": None},
        {"turn": None},
        {"answered": False},
        {"suggested": ["?"] * (SUGGESTED + 1)},
        {"outline": [{"n": 1, "source": "a", "start": 0, "end": 1, "quote": "a"}]},
        {"outline": [{"n": 0, "source": "a", "start": 0, "end": 1, "quote": "a"}] * (MOST_LISTED + 1)},
    ],
)
def test_a_forged_reply_is_rejected(damage: dict[str, Any]) -> None:
    record = through_the_browser(to_record(talked()))
    record["entries"][0]["answer"].update(damage)
    with pytest.raises(RecordError):
        from_record(record)


def test_a_conversation_comes_back_as_it_was_but_of_no_generation() -> None:
    history = conversation()
    back = from_record(through_the_browser(to_record(history)))
    assert back.entries == history.entries
    assert (back.id, back.generation) == (history.id, 0)
    assert to_record(back) == to_record(history)


def test_a_conversation_kept_before_short_answers_opens_without_one_and_says_nothing_of_doubt() -> None:
    record = through_the_browser(to_record(conversation()))
    del record["entries"][0]["answer"]["span"], record["entries"][0]["answer"]["sure"]
    [turn, *_] = from_record(record).turns
    assert turn.answer is not None and turn.answer.span is None and turn.answer.sure


@pytest.mark.parametrize(
    "forge",
    [
        lambda span: span.update(quote="犬は眠"),
        lambda span: span.update(source="b.txt"),
        lambda span: span.update(end=span["start"], quote="x"),
        lambda span: span.update(start=5, end=9, quote=SOURCE.text[5:9]),
        lambda span: span.update(start="0"),
        lambda span: span.pop("quote"),
    ],
)
def test_a_short_answer_that_is_no_part_of_the_first_citation_rejects_the_record(forge: Damage) -> None:
    record = through_the_browser(to_record(conversation()))
    forge(record["entries"][0]["answer"]["span"])
    with pytest.raises(RecordError):
        from_record(record)
    declined_one = through_the_browser(to_record(conversation()))
    declined_one["entries"][2]["answer"]["span"] = to_record(conversation())["entries"][0]["answer"]["span"]
    with pytest.raises(RecordError):
        from_record(declined_one)


def test_the_passages_kept_are_those_cited_from_or_the_nearest_three_of_an_abstention() -> None:
    beside = hit(5, 15)
    reply = answered("?", (0, 5))
    with_more = Answer(reply.question, reply.text, reply.citations, True, 0.9, (beside, *reply.hits, beside), "?")
    far = Answer("?", "", (), False, 0.1, tuple(hit(at, at + 1) for at in range(6)), "?")
    [first, second] = to_record(History((Turn("?", with_more), Turn("?", far))))["entries"]
    assert [kept["start"] for kept in first["answer"]["hits"]] == [0]
    assert [kept["start"] for kept in second["answer"]["hits"]] == [0, 1, 2]


def test_what_is_not_settled_is_not_kept() -> None:
    settled = History((), 1).asked("猫は？").answered(answered("猫は？", (0, 5)), PRESENT)
    assert to_record(settled.asked("犬は？")) == to_record(settled)
    assert to_record(settled.noting_change(2, ("b.txt",), 1)) == to_record(settled)
    assert to_record(History((), 1).asked("猫は？"))["entries"] == []


def test_offsets_are_code_points_beyond_the_basic_plane_too() -> None:
    [turn] = to_record(History((Turn("?", answered("?", (5, 15))),)))["entries"]
    [citation] = turn["answer"]["citations"]
    assert (citation["start"], citation["end"], citation["quote"]) == (5, 15, "𠮷野家の犬は吠える。")


def test_a_browser_writes_whole_numbers_without_a_point() -> None:
    record = to_record(conversation())
    record["entries"][0]["answer"]["hits"][0]["lexical"] = 3
    record["entries"][0]["answer"]["confidence"] = 1
    [turn, *_] = from_record(record).turns
    assert turn.answer is not None and turn.answer.confidence == 1.0 and turn.answer.hits[0].lexical == 3.0


def test_unknown_keys_are_ignored() -> None:
    record = to_record(conversation())
    strange = {**record, "title": 3, "entries": [{**entry, "x": []} for entry in record["entries"]]}
    assert from_record(strange) == from_record(record)


def test_a_conversation_kept_by_an_earlier_version_opens() -> None:
    record = to_record(conversation())
    earlier = through_the_browser(record)
    for entry in earlier["entries"]:
        for kept in (entry.get("answer") or {}).get("hits", []):
            kept["furniture"], kept["late"] = kept.pop("boilerplate"), kept.pop("maxsim")
    assert from_record(earlier) == from_record(record)


def test_a_conversation_that_an_earlier_version_wrote_opens_with_everything_in_it() -> None:
    """The fixture was written by the code of 6861aa0: an answer, a note, an abstention, a question stopped."""
    kept = json.loads((Path(__file__).parent / "data" / "conversation-6861aa0.json").read_text(encoding="utf-8"))
    history = from_record(kept)
    answer, note, abstention, stopped = history.entries
    assert isinstance(answer, Turn) and answer.answer is not None and isinstance(note, Switched)
    assert [(c.start, c.end, c.quote) for c in answer.answer.citations] == [
        (0, 5, "猫は眠る。"),
        (5, 15, "𠮷野家の犬は吠える。"),
    ]
    assert [hit.maxsim for hit in answer.answer.hits] == [0.5, 0.5]
    assert [hit.passage.boilerplate for hit in answer.answer.hits] == [False, True]
    assert isinstance(abstention, Turn) and abstention.answer is not None and not abstention.answer.answered
    assert isinstance(stopped, Turn) and stopped.stopped
    drawn = chat_messages(history, Reading(PRESENT), words_of("en"))
    assert drawn[1]["content"].count('class="cite c-') == 2
    written = through_the_browser(to_record(history))
    assert [entry["kind"] for entry in written["entries"]] == [entry["kind"] for entry in kept["entries"]]


def test_an_answer_with_as_many_citations_as_there_can_be_opens() -> None:
    record = through_the_browser(to_record(conversation()))
    cite_again(record, MOST_CITATIONS)
    [turn, *_] = from_record(record).turns
    assert turn.answer is not None and len(turn.answer.citations) == MOST_CITATIONS


def turn_of(record: dict[str, Any]) -> dict[str, Any]:
    return dict.__getitem__(record, "entries")[0]  # type: ignore[no-any-return]


def cite_again(record: dict[str, Any], count: int) -> None:
    """Repeat the first citation, correctly numbered."""
    answer = turn_of(record)["answer"]
    answer["citations"] = [{**answer["citations"][0], "n": n} for n in range(1, count + 1)]


def forged_conversation(citations: int, text: str, sha256: str = "0" * 64) -> dict[str, Any]:
    """A conversation of quotes that are not in the text, each made of the text's own words but for one number."""

    def quote(number: int) -> str:
        return f"{text[number : number + 100]}{number:05}{text[number + 200 : number + 300]}"

    def entry(first: int) -> dict[str, Any]:
        cited = [
            {"n": n, "source": "a.txt", "start": 7, "end": 7 + len(quote(first + n)), "quote": quote(first + n)}
            for n in range(1, MOST_CITATIONS + 1)
        ]
        answer = {"answered": True, "confidence": 0.9, "searched_for": "?", "citations": cited, "hits": []}
        asked = {"kind": "turn", "question": "?", "asked_at": "", "stopped": False, "sources": {"a.txt": sha256}}
        return {**asked, "answer": answer}

    return {"format": 1, "id": "0" * 32, "entries": [entry(at) for at in range(0, citations, MOST_CITATIONS)]}


@pytest.mark.parametrize(
    "text",
    [
        f"The secret{' ' * 30_000}key is blue.\n",
        "The first key is red." + "\n" * 30_000 + "The secret key is blue.\n",
        "| name | price |\n|---|---|\n" * 70 + "| key | blue |\n| door | 2 |\n",
    ],
)
def test_an_answer_from_a_text_of_any_shape_opens(text: str, tmp_path: Path) -> None:
    source = Source("a", text)
    given = answer(Index.build(source, tmp_path / "index"), "Which colour is the secret key?", min_confidence=0.0)
    assert given.citations
    history = History((), 1).asked(given.question).answered(given, {"a": source})
    [turn] = from_record(through_the_browser(to_record(history))).turns
    assert turn.answer is not None and turn.answer.citations == given.citations


def test_a_forged_conversation_of_the_largest_size_is_drawn_fast_and_keeps_little_memory() -> None:
    text = " ".join(f"word{number * 7919 % 9973}" for number in range(60_000))
    source = Source("a.txt", text)
    history = from_record(forged_conversation(MOST_CITATIONS_IN_ALL, text))
    reading = Reading({source.name: source}, quotes=QuoteFilter([text]))
    began = time.process_time()
    drawn = chat_messages(history, reading, words_of("en"))
    assert time.process_time() - began < 1
    assert sum(message["content"].count('class="quote gone"') for message in drawn) == MOST_CITATIONS_IN_ALL
    assert {type(key) for key in reading.standings} == {bytes}
    assert {found.source for found in reading.standings.values()} == {""}
    with pytest.raises(RecordError):
        from_record(forged_conversation(MOST_CITATIONS_IN_ALL + 1, text))


@given(st.text("ab漢𠮷", max_size=40), st.text("ab漢𠮷", min_size=1, max_size=9))
def test_no_quote_of_a_text_is_filtered_out(text: str, quote: str) -> None:
    known = QuoteFilter([text, "cd"])
    for _ in range(SEARCHED_FIRST):
        known.may_hold("the filter is made only for many quotes")
    assert known.may_hold(quote) or quote not in text
    assert all(known.may_hold(text[at:]) for at in range(len(text)))


DAMAGES: dict[str, Damage] = {
    "another format": lambda r: r.update(format=2),
    "no id": lambda r: r.pop("id"),
    "an id that is a path": lambda r: r.update(id="../../etc/passwd"),
    "an id too long": lambda r: r.update(id="0" * 33),
    "an id with a line end": lambda r: r.update(id="0" * 32 + "\n"),
    "no entries": lambda r: r.update(entries=[]),
    "entries as an object": lambda r: r.update(entries={"0": turn_of(r)}),
    "too many entries": lambda r: r.update(entries=[turn_of(r)] * (MOST_ENTRIES + 1)),
    "an entry that is a string": lambda r: r.update(entries=["turn"]),
    "an unknown kind": lambda r: turn_of(r).update(kind="system"),
    "a question that is a number": lambda r: turn_of(r).update(question=3),
    "a source name too long": lambda r: turn_of(r)["answer"]["citations"][0].update(source="x" * 5_000),
    "a quote too long": lambda r: turn_of(r)["answer"]["citations"][0].update(quote="x" * 20_001, start=0, end=20_001),
    "a question too long": lambda r: turn_of(r).update(question="x" * (LONGEST_TEXT + 1)),
    "half a character": lambda r: turn_of(r).update(question="\ud800"),
    "a date that is none": lambda r: turn_of(r).update(asked_at="yesterday"),
    "a date without zone": lambda r: turn_of(r).update(asked_at="2026-01-01T00:00:00"),
    "stopped as a number": lambda r: turn_of(r).update(stopped=0),
    "stopped with an answer": lambda r: turn_of(r).update(stopped=True),
    "no answer": lambda r: turn_of(r).update(answer=None),
    "a fingerprint that is none": lambda r: turn_of(r).update(sources={"a": "<b>"}),
    "sources as a list": lambda r: turn_of(r).update(sources=["a"]),
    "answered without citations": lambda r: turn_of(r)["answer"].update(citations=[]),
    "declined with citations": lambda r: turn_of(r)["answer"].update(answered=False),
    "a confidence that is no number": lambda r: turn_of(r)["answer"].update(confidence=float("nan")),
    "a confidence without end": lambda r: turn_of(r)["answer"].update(confidence=float("inf")),
    "numbers out of order": lambda r: turn_of(r)["answer"]["citations"].reverse(),
    "a number twice": lambda r: turn_of(r)["answer"]["citations"][1].update(n=1),
    "an offset that is true": lambda r: turn_of(r)["answer"]["citations"][0].update(start=False),
    "an offset below zero": lambda r: turn_of(r)["answer"]["citations"][0].update(start=-1, end=4),
    "an offset with a point": lambda r: turn_of(r)["answer"]["citations"][0].update(start=0.0),
    "an offset too great": lambda r: turn_of(r)["answer"]["citations"][0].update(start=GREATEST, end=GREATEST + 5),
    "words longer than their place": lambda r: turn_of(r)["answer"]["citations"][0].update(end=4),
    "a confidence beyond all bounds": lambda r: turn_of(r)["answer"].update(confidence=10**400),
    "more citations than an answer has": lambda r: cite_again(r, MOST_CITATIONS + 1),
    "more passages than an answer reads": lambda r: turn_of(r)["answer"].update(
        hits=turn_of(r)["answer"]["hits"][:1] * (MOST_HITS + 1)
    ),
    "no words": lambda r: turn_of(r)["answer"]["citations"][0].update(quote="", end=0),
    "a passage without its text": lambda r: turn_of(r)["answer"]["hits"][0].pop("text"),
    "a term that is none": lambda r: turn_of(r)["answer"]["hits"][0].update(terms=[None]),
    "a rank that is a word": lambda r: turn_of(r)["answer"]["hits"][0].update(dense_rank="1"),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES.keys())
def test_what_is_damaged_or_forged_is_rejected_with_one_sentence(damage: Damage) -> None:
    record = through_the_browser(to_record(conversation()))
    damage(record)
    with pytest.raises(RecordError) as caught:
        from_record(record)
    for words in languages().values():
        assert sentence_for(caught.value, words) == words["error.record"]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@settings(deadline=None)
@given(json_values)
def test_anything_else_is_rejected_and_never_an_unexpected_error(data: object) -> None:
    with pytest.raises(RecordError):
        from_record(data)


@settings(deadline=None)
@given(st.data())
def test_one_part_replaced_by_anything_is_read_or_rejected(data: st.DataObject) -> None:
    record = through_the_browser(to_record(conversation()))
    part: Any = record
    while True:
        key = data.draw(st.sampled_from(sorted(part) if isinstance(part, dict) else range(len(part))))
        inner = part[key]
        if not isinstance(inner, dict | list) or not inner or data.draw(st.booleans()):
            break
        part = inner
    part[key] = data.draw(json_values)
    with contextlib.suppress(RecordError):
        json.dumps(to_record(from_record(record)), allow_nan=False).encode()


# What the page's scripts send


@pytest.mark.parametrize(
    ("kind", "sent", "fits"),
    [
        (ACTION, {"do": "remove", "name": "a", "job": None}, True),
        (ACTION, {"do": "remove", "name": 3}, False),
        (ACTION, {"do": "rename", "name": "a"}, False),
        (ACTION, {"do": "rename", "name": "a", "to": "b"}, True),
        (ACTION, {"do": "cancel", "job": 3}, True),
        (ACTION, {"do": "cancel", "job": True}, False),
        (ACTION, {"do": "format the disk"}, False),
        (ACTION, None, False),
        (CHOICE, {"left_out": ["a", "b"]}, True),
        (CHOICE, {"left_out": ["a", 1]}, False),
        (CHOICE, {"left_out": ["a"] * (MOST_LEFT_OUT + 1)}, False),
        (EXPORT, {"format": "html", "title": "\ud800"}, True),
        (EXPORT, {"title": "x"}, False),
        (POLL, ["en", "0123"], True),
        (POLL, "en", True),
        (POLL, ["en", 3], False),
        (POLL, ["en", "x" * 65], False),
    ],
)
def test_what_a_script_sends_is_taken_only_where_it_fits(kind: TypeAdapter[Any], sent: object, fits: bool) -> None:
    assert (parsed(kind, sent) is not None) is fits


# Beside the present texts


def test_a_reopened_conversation_of_the_same_texts_claims_no_change() -> None:
    back = from_record(to_record(conversation()))
    renamed = {"new name": Source("new name", SOURCE.text), "another": Source("another", "x")}
    for sources in (PRESENT, renamed):
        reopened = back.reopened(9, sources)
        assert reopened.noting_change(9, tuple(sources), 3) == reopened


def test_a_reopened_conversation_of_another_text_says_so_once() -> None:
    other = {SOURCE.name: Source(SOURCE.name, "別の本文。")}
    reopened = from_record(to_record(conversation())).reopened(9, other).noting_change(9, tuple(other), 1)
    assert reopened.entries[-1] == Switched(tuple(other), 1)
    again = from_record(to_record(reopened)).reopened(9, other).noting_change(9, tuple(other), 1)
    assert again == reopened


def test_a_conversation_without_any_answer_claims_no_change() -> None:
    stopped = from_record(to_record(History((), 1).asked("?").stopped())).reopened(9, PRESENT)
    assert stopped.noting_change(9, tuple(PRESENT), 1).entries == stopped.entries
