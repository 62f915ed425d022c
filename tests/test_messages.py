"""History -> messages: every string escaped, each citation shown at its present place, or struck through."""

from __future__ import annotations

import html
import logging
import re
import time
from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa import Source
from qa.answer import Answer, in_parts
from qa.catalogue import Command, Words, languages, words_of
from qa.citations import Citation
from qa.errors import IndexDamagedError
from qa.retrieval import Hit
from qa.suggestions import Topic
from qa.text.passages import Passage
from qa.ui.history import History, Switched, Turn
from qa.ui.markup import source_class
from qa.ui.messages import chat_messages
from qa.ui.parts import said
from qa.ui.reading import Reading
from qa.ui.refusals import pieces_for

ENGLISH = words_of("en")


def _answered(source: Source, quotes: list[str], terms: tuple[str, ...] = ()) -> Answer:
    """An answer that cites these words of a source, found in one passage that is all of it."""
    citations = []
    for n, quote in enumerate(quotes, 1):
        start = source.text.index(quote)
        citations.append(Citation(n, source.name, start, start + len(quote), quote))
    passage = Passage(source.name, 0, len(source.text), "A section")
    hit = Hit(passage, source.text, 1.25, 0.875, 3.5, terms, 1, 2, 0.91, 0)
    return Answer("?", " ".join(f"{c.quote} [{c.n}]" for c in citations), tuple(citations), True, 0.9, (hit,), "?")


def _declined(source: Source) -> Answer:
    hits = tuple(
        Hit(Passage(source.name, at, at + 2), source.text[at : at + 2], 0.5, 0.8, 0.0, (), at + 1, None, 0.7, at)
        for at in range(0, 8, 2)
    )
    return Answer("?", "", (), False, 0.1, hits, "?")


def _shown(answer: Answer, *sources: Source, then: Mapping[str, str] | None = None, words: Words = ENGLISH) -> str:
    """The reply as it is shown beside these sources; ``then`` are the sha256 of those that were asked."""
    history = History((Turn("?", answer, sources=then or {s.name: s.sha256 for s in sources}),), 1)
    whole = {source.name: (Passage(source.name, 0, len(source.text), "A section"),) for source in sources}
    return chat_messages(history, Reading({source.name: source for source in sources}, whole), words)[-1]["content"]


def _without_tags(markup: str) -> str:
    return html.unescape(re.sub(r"<[^>]*>", "", markup))


def test_each_citation_of_an_answer_is_a_button_beside_its_sentence_with_its_place_in_the_class() -> None:
    source = Source("a.txt", "Cats sleep. Dogs bark.")
    shown = _shown(_answered(source, ["Dogs bark.", "Cats sleep."]), source)
    assert re.findall(r'<span class="quote"><mark class="whole">(.*?)</mark></span>', shown) == [
        "Dogs bark.", "Cats sleep.",
    ]  # fmt: skip
    where = source_class(source)
    assert f'<button type="button" class="cite c-1 {where} at-12-22">[1]</button>' in shown
    assert f'<button type="button" class="cite c-2 {where} at-0-11">[2]</button>' in shown


def test_a_quotation_marks_the_cited_sentence_within_its_passage_and_its_menu_says_why() -> None:
    source = Source("a.txt", "Cats sleep. Dogs bark.")
    shown = _shown(_answered(source, ["Dogs bark."], ("dogs",)), source)
    excerpt = shown[shown.index('<div class="excerpt c-1') :]
    assert '<span class="around" dir="auto">Cats sleep. </span>' in excerpt
    assert '<mark class="whole">Dogs bark.</mark>' in excerpt
    before, menu = map(_without_tags, excerpt.split('<details class="menu">'))
    assert "A section" in before and "a.txt" in before
    for part in ("12–22", "1.25", "0.910", "0.875 (rank 1)", "3.50 (rank 2)", "dogs", ENGLISH["cite.copy"]):
        assert part in menu and part not in before


def test_a_citation_whose_words_stand_nowhere_is_struck_and_has_no_number_to_press(
    caplog: pytest.LogCaptureFixture,
) -> None:
    source = Source("a.txt", "Cats sleep. Dogs bark.")
    answer = _answered(source, ["Cats sleep.", "Dogs bark."])
    with caplog.at_level(logging.DEBUG):
        shown = _shown(answer, Source("a.txt", "Cats sleep. Dogs howl."))
    assert re.findall(r'<button[^>]*class="cite[^>]*>(\[\d\])', shown) == ["[1]"]
    assert (
        '<s class="quote gone" dir="auto">Dogs bark.</s><span class="lost">[2] no longer in the documents</span>'
        in shown
    )
    assert "1 citation is no longer in the documents." in shown
    assert 'class="excerpt c-2' not in shown
    # In the newest answer it is a fault; what the words were is for those alone who ask for more than warnings.
    warned = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    assert len(warned) == 1 and "12-22" in warned[0] and "Dogs bark." not in warned[0]
    assert "Dogs bark." in caplog.text


def test_a_citation_whose_words_stand_elsewhere_is_followed_there() -> None:
    source = Source("a.txt", "Cats sleep. Dogs bark.")
    answer = _answered(source, ["Dogs bark."], ("dogs",))
    now = Source("a.txt", "Dogs bark. Cats run.")
    shown = _shown(answer, now)
    assert f'class="cite c-1 moved {source_class(now)} at-0-10">[1]</button>' in shown
    assert "1 citation has moved;" in shown
    excerpt = shown[shown.index('<div class="excerpt c-1') :]
    assert ">Dogs bark.</mark>" in excerpt and "0–10" in excerpt and ENGLISH["cite.moved"] in excerpt
    assert "why" not in excerpt  # what was found then tells nothing of the new place


def test_a_text_that_was_renamed_keeps_its_citations() -> None:
    source = Source("a.txt", "Cats sleep.")
    renamed = Source("b.txt", "Cats sleep.")
    shown = _shown(_answered(source, ["Cats sleep."]), renamed, then={"a.txt": source.sha256})
    assert f'class="cite c-1 {source_class(renamed)} at-0-11">[1]</button>' in shown
    assert "b.txt" in shown and "moved" not in shown


@pytest.mark.parametrize("tag", ["en", "ja"])
def test_an_abstention_says_so_and_folds_three_near_places_without_numbers_or_excerpts(tag: str) -> None:
    source = Source("a.txt", "猫は眠る。犬は吠える。")
    words = words_of(tag)
    shown = _shown(_declined(source), source, words=words)
    assert shown.startswith('<div class="abstained">')
    verdict, searched, near = (
        shown.index(part) for part in (words["chat.abstained"], words["chat.searched"], words.say("chat.near", count=3))
    )
    assert verdict < searched < near
    folded = re.search(r'<details class="near">(.*?)</details>', shown)
    assert folded and folded[1].count('class="related line"') == shown.count("related") == 3
    assert "excerpt" not in shown and "cite" not in shown and not re.search(r"\[\d", shown)


def test_the_note_of_another_text_stands_between_its_answers_and_the_older_ones() -> None:
    source = Source("b.txt", "Dogs bark.")
    history = History((Turn("?", _declined(source)),), 1).noting_change(2, ("b.txt",), 1).asked("!")
    assert history.entries[1] == Switched(("b.txt",), 1) and history.turns[-1].question == "!"
    assert "b.txt" in chat_messages(history, Reading({"b.txt": source}), ENGLISH)[2]["content"]


def test_a_text_that_stays_the_same_is_not_noted_again_nor_before_the_first_question() -> None:
    history = History().noting_change(3, ("a",), 1)
    assert history == History((), 3)
    assert history.noting_change(3, ("a",), 1) is history


def test_a_question_that_is_stopped_stays_and_has_no_answer() -> None:
    stopped = History((), 1).asked("Why?").stopped()
    [turn] = stopped.turns
    assert (turn.question, turn.answer, turn.stopped) == ("Why?", None, True)
    assert stopped.stopped() == stopped
    assert "Stopped." in chat_messages(stopped, Reading(), ENGLISH)[-1]["content"]


HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</mark></div><form action=//evil>",
    "![x](http://evil/)",
    "&lt;b&gt;",
    "a\u202eb\u2066c",
    "two\n\tlines\r\n  indented",
    "${alert(1)} {{value}}",
]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_words_stay_words_wherever_they_stand(hostile: str) -> None:
    shown, usual = _everything_shown(hostile), _everything_shown("harmless words")
    assert _tags(shown) == _tags(usual)
    # asked twice; the quotation, its document and its term; the note; what was searched for; near places
    assert _without_tags(shown).count(hostile) == _without_tags(usual).count("harmless words")


def _everything_shown(words: str) -> str:
    """The messages of a visit in which these words are question, source's name, text and term."""
    source = Source(words, f"{words} end.")
    answer = _answered(source, [source.text], (words,))
    topic = Topic(words, words, 0, 1)
    reading = Reading({words: source}, {}, {words: "en"}, (topic,), (words,))
    history = History((Turn(words, answer), Switched((words,), 1), Turn(words, _declined(source))), 1)
    return "".join(message["content"] for message in chat_messages(history, reading, ENGLISH))


def _tags(markup: str) -> list[str]:
    seen = re.sub(r'<span class="bar">(.*?)</span>', r"\1", markup)  # signs of Markdown are hidden
    return re.findall(r"<[^>]*>", re.sub(r" s-[0-9a-f]+ at-\d+-\d+", "", seen))


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), min_size=1))
def test_any_text_reads_back_from_its_quotation_as_it_is_in_the_source(text: str) -> None:
    source = Source("n", text)
    shown = _shown(_answered(source, [text]), source)
    marked = re.search(r'<mark class="whole">(.*?)</mark>', shown, re.DOTALL)
    assert marked and _without_tags(marked[1]) == text
    assert not re.search(r"[\r\n\t]", shown)


def test_before_there_is_a_text_the_welcome_says_whether_one_is_on_its_way() -> None:
    words = words_of("ja")
    [waiting] = chat_messages(History(), Reading(), words, building=True)
    [empty] = chat_messages(History(), Reading(), words)
    assert words["chat.welcome.building"] in waiting["content"]
    assert words["chat.welcome.none"] in empty["content"]


def test_an_abstention_offers_what_the_text_answers_or_else_the_topics_it_speaks_of() -> None:
    source = Source("a.txt", "猫は眠る。犬は吠える。")
    reading = Reading({"a.txt": source}, topics=(Topic("眠り", "a.txt", 0, 5),), questions=("犬は何をしますか",))
    history = History((Turn("空は？", _declined(source), sources={"a.txt": source.sha256}),), 1)
    shown = chat_messages(history, reading, words_of("ja"))[-1]["content"]
    topic = f'<button type="button" class="show topic {source_class(source)} at-0-5">'
    assert "資料には書かれていないようです。探した言葉： ?" in _without_tags(shown)
    assert '<button type="button" class="suggested"><span dir="auto">犬は何をしますか</span></button>' in shown
    assert topic not in shown
    assert topic in chat_messages(history, replace(reading, questions=()), words_of("ja"))[-1]["content"]


def test_each_reply_that_stands_asks_whether_it_is_right_and_a_line_of_talk_does_not() -> None:
    source = Source("a.txt", "Cats sleep. Dogs bark.")
    for answer in (_answered(source, ["Dogs bark."]), _declined(source)):
        assert _shown(answer, source).count('class="rating"') == 1
    talk = Answer("thanks", "", (), True, 1.0, (), "thanks", kind="talk", turn="thanks")
    assert "rating" not in _shown(talk, source)


def test_only_the_newest_reply_and_the_welcome_offer_questions() -> None:
    source = Source("a.txt", "Cats sleep.")
    reading = Reading({"a.txt": source}, questions=("Do cats sleep?",))
    turn = Turn("?", _answered(source, ["Cats sleep."]), sources={"a.txt": source.sha256})
    [welcome] = chat_messages(History(), reading, ENGLISH)
    replies = [m["content"] for m in chat_messages(History((turn, turn), 1), reading, ENGLISH) if m["role"] != "user"]
    assert ["suggested" in shown for shown in (welcome["content"], *replies)] == [True, False, True]


def test_what_was_searched_for_is_shown_if_it_is_not_the_question_and_where_if_not_everywhere() -> None:
    cats, dogs = Source("cats", "Cats sleep."), Source("dogs", "Dogs bark.")
    answer = _answered(cats, ["Cats sleep."])
    assert "query" not in _shown(answer, cats, dogs)  # the question says it already
    elsewhere = _shown(replace(answer, searched_for="What sleeps?"), cats, dogs)
    assert '<span class="query" dir="auto">What sleeps?</span>' in elsewhere and "(in " not in elsewhere
    assert "(in cats)" in _shown(answer, cats, dogs, then={"cats": cats.sha256})


def test_a_question_that_was_read_with_earlier_ones_can_be_asked_without_them() -> None:
    cats = Source("cats", "Cats sleep.")
    alone = _answered(cats, ["Cats sleep."])
    assert ENGLISH["chat.alone"] not in _shown(alone, cats)
    assert ENGLISH["chat.alone"] in _shown(replace(alone, searched_for="Do cats sleep? Why?"), cats)


def test_each_question_can_be_edited_and_asked_again_by_its_place_in_the_conversation() -> None:
    source = Source("a.txt", "Cats sleep.")
    history = History((Turn("One?", _declined(source)), Switched(("a.txt",), 1), Turn("Two?")), 1)
    asked = [m["content"] for m in chat_messages(history, Reading({"a.txt": source}), ENGLISH) if m["role"] == "user"]
    assert ["edit e-0 h-" in asked[0], "again e-2 h-" in asked[1]] == [True, True]
    assert [turn.question for turn in history.before(2).turns] == ["One?"]


def test_while_no_text_can_be_asked_nothing_of_an_answer_is_shown_or_struck() -> None:
    source = Source("a.txt", "Cats sleep.")
    turn = Turn("?", _answered(source, ["Cats sleep."]), sources={"a.txt": source.sha256})
    [_, reply] = chat_messages(History((turn,), 1), Reading(), ENGLISH)
    assert _without_tags(reply["content"]) == ENGLISH["chat.unchecked"]


def test_a_quotation_names_the_section_that_its_passage_stands_in_now() -> None:
    source = Source("a.txt", "Cats sleep.")
    reading = Reading({"a.txt": source}, {"a.txt": (Passage("a.txt", 0, 11, "Cats"),)})
    turn = Turn("?", _answered(source, ["Cats sleep."]), sources={"a.txt": source.sha256})
    shown = chat_messages(History((turn,), 1), reading, ENGLISH)[-1]["content"]
    assert '<span class="section" dir="auto">Cats</span>' in shown and "A section" not in shown


def test_texts_of_the_same_words_have_classes_of_their_own() -> None:
    assert source_class(Source("a", "Cats sleep.")) != source_class(Source("b", "Cats sleep."))


def test_a_conversation_cut_back_before_a_change_of_texts_notes_it_again() -> None:
    old, new = Source("a", "Cats sleep."), Source("b", "Dogs bark.")
    turn = Turn("One?", _declined(old), sources={"a": old.sha256})
    later = Turn("Two?", _declined(new), sources={"b": new.sha256})
    cut = History((turn, turn, Switched(("b",), 1), later), 2).before(1)
    assert cut.reopened(2, {"b": new}).noting_change(2, ("b",), 1).entries == (turn, Switched(("b",), 1))
    assert cut.reopened(2, {"a": old, "b": new}).noting_change(2, ("a", "b"), 2).entries == (turn,)


def test_a_passage_is_found_by_any_span_inside_it() -> None:
    passages = (Passage("a", 0, 10), Passage("a", 12, 20))
    reading = Reading(passages={"a": passages})
    assert [reading.passage_at("a", *span) for span in ((0, 10), (12, 13), (9, 13), (11, 12))] == [
        *passages,
        None,
        None,
    ]
    assert reading.passage_at("b", 0, 1) is None


def test_that_the_index_is_broken_is_told_after_a_conversation_too_with_what_repairs_it() -> None:
    asked = History((Turn("?", _declined(Source("a", "Cats sleep.")), sources={"a": "x"}),), 1)
    trouble = IndexDamagedError("index.file.damaged", file="faiss.index", remedy="qa --index '<b>' repair")
    for history in (History(), asked):
        *_, last = chat_messages(history, Reading(), ENGLISH, trouble=trouble)
        assert "faiss.index is damaged" in last["content"] and 'class="repair"' in last["content"]
        *_, building = chat_messages(history, Reading(), ENGLISH, building=True, trouble=trouble)
        assert "faiss.index is damaged" not in building["content"]


@pytest.mark.parametrize("tag", sorted(languages()))
def test_a_command_in_an_error_is_shown_as_code_that_runs_from_left_to_right(tag: str) -> None:
    remedy = Command.of("qa", "--index", "/home/\u0645\u0631\u064a\u0645/<my notes>", "repair")
    trouble = IndexDamagedError("index.file.damaged", file="faiss.index", remedy=remedy)
    [shown] = chat_messages(History(), Reading(), words_of(tag), trouble=trouble)
    assert f'<code dir="ltr">{html.escape(remedy)}</code>' in shown["content"]
    assert "`" not in shown["content"]
    pieces = said(pieces_for(trouble, words_of(tag)), trouble=True)["pieces"]
    assert [text for text, is_code in pieces if is_code] == [remedy]


def test_a_conversation_of_many_citations_is_looked_up_once_and_then_drawn_at_once() -> None:
    text = "".join(f"{n}番目の灯台は{n}年に建てられた。" for n in range(40_000))
    source = Source("a.txt", text)
    gone = [Citation(1, "a.txt", at, at + 12, f"{at:05}番目の塔はない。"[:12]) for at in range(60)]
    answers = [Answer("?", "", (citation,), True, 0.9, (), "?") for citation in gone]
    history = History(tuple(Turn("?", answer, sources={"a.txt": source.sha256}) for answer in answers), 1)
    reading = Reading({"a.txt": source})

    def seconds_to_draw() -> float:
        started = time.process_time()
        chat_messages(history, reading, ENGLISH)
        return time.process_time() - started

    first, second = seconds_to_draw(), seconds_to_draw()
    assert second < first / 1.5  # on a busy machine not much less


# Replies to what is no question


def _talked(turn: str, kind: str = "talk", source: Source | None = None) -> Answer:
    outline = (Citation(0, source.name, 0, 2, source.text[:2]),) if source else ()
    return Answer("?", "", (), True, 0.99, (), "", kind=kind, turn=turn, outline=outline)


@pytest.mark.parametrize("tag", languages())
def test_talk_is_a_line_in_the_language_of_the_page_and_no_abstention(tag: str) -> None:
    words = words_of(tag)
    shown = _shown(_talked("thanks"), Source("a", "Text."), words=words)
    assert html.unescape(_without_tags(shown)).startswith(words["talk.thanks"])
    assert "abstained" not in shown
    assert 'class="searched"' not in shown
    assert 'class="answer"' not in shown


def test_headings_of_an_overview_lead_to_their_places_and_only_if_they_stand_there() -> None:
    source = Source("a", "AB and more.")
    shown = _shown(_talked("summary", "overview", source), source)
    assert f'<button type="button" class="show topic {source_class(source)} at-0-2">' in shown
    changed = Source("a", "Something else.")
    assert "topic" not in _shown(_talked("summary", "overview", source), changed)


def test_a_list_shows_the_names_of_the_documents_as_written() -> None:
    source = Source("<b>&.txt", "AB and more.")
    shown = _shown(_talked("list-documents", "list", source), source)
    assert "&lt;b&gt;&amp;.txt" in shown
    assert "<b>" not in shown
    assert "1 document" in html.unescape(_without_tags(shown))


def test_an_overview_cites_like_an_answer() -> None:
    source = Source("a", "One sentence. Another.")
    reply = replace(_answered(source, ["One sentence.", "Another."]), kind="overview", turn="about", searched_for="")
    shown = _shown(reply, source)
    assert re.findall(r'class="cite c-(\d)', shown) == ["1", "2"]
    assert 'class="searched"' not in shown


def test_several_questions_are_shown_each_above_its_own_answer() -> None:
    zoo = Source("zoo", "Cats sleep. Dogs bark. Birds sing.")
    parts = [
        replace(_answered(zoo, ["Dogs bark.", "Birds sing."]), question="What <b>noise</b>?"),
        replace(_declined(zoo), question="Whales?"),
        replace(_answered(zoo, ["Cats sleep."]), question="Do cats sleep?", sure=False),
    ]
    shown = _shown(in_parts("What <b>noise</b>? Whales? Do cats sleep?", parts), zoo)
    questions = re.findall(r'<p class="part-question">(.*?)</p>', shown)
    assert [html.unescape(_without_tags(one)) for one in questions] == [part.question for part in parts]
    assert re.findall(r'class="cite c-(\d)', shown) == ["1", "2", "3"]
    first, second, third = re.split(r'<p class="part-question">', shown)[1:]
    assert ENGLISH["chat.abstained"] in second and "cite" not in second and 'class="near"' in second
    assert 'class="abstained"' not in shown
    assert ENGLISH["chat.possibly"] in third and ENGLISH["chat.possibly"] not in first
