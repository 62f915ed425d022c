"""A turn that is no question to the texts gets another kind of reply; one that only looks like that is asked."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import replace
from itertools import product
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from qa import Answer, Index, Source, answer
from qa.catalogue import languages, words_of
from qa.citations import Citation, verify
from qa.conversation import classifier, line_of, reply
from qa.conversation.classifier import NONSENSE, Reading, load_classifier, turn_of
from qa.conversation.kinds import CLASSES, LOOKING_BACK, REAL, Kind, Said, can_be
from qa.conversation.overview import MOST_CITED, central_sentences, lexrank
from qa.retrieval import prepare
from qa.text.sections import sections

TRAINING = Path(__file__).parent.parent / "bench" / "training" / "talk.jsonl"
LIBRARY = Source(
    "図書館.md",
    """# 青葉図書館の手引き

## 開館時間

青葉図書館は午前9時に開き、午後7時に閉まります。金曜日だけは午後9時まで開いています。休館日は月曜日です。

## 貸し出し

本は一人10冊まで、2週間借りられます。予約がなければ、電話でもう1週間延ばせます。雑誌は一人3冊までです。

## 感謝状

町長は2019年の台風で本を運び出した港中学校の生徒に感謝状を贈りました。感謝状は生徒玄関に飾られています。
""",
)
HARBOUR = Source(
    "harbour.txt",
    "The harbour office opens at eight every morning. Ships over forty metres need a pilot. "
    "The welcome party for new captains begins at six in the evening. Dogs must be kept on a lead on the quay.",
)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    return Index.build([LIBRARY, HARBOUR], tmp_path_factory.mktemp("talk") / "index")


def said(index: Index, turn: str) -> Said | None:
    read = turn_of(index, prepare(index, turn))
    assert read is not None
    return read.said


@pytest.mark.parametrize(
    ("turn", "meant"),
    [
        ("どうもこんにちは、はじめて来ました", Said.GREETING),
        ("hello hello, nice day", Said.GREETING),
        ("大家早上好啊", Said.GREETING),
        ("مرحبا يا أصدقاء", Said.GREETING),
        ("教えてくれて本当にありがとうね", Said.THANKS),
        ("cool, thanks for that", Said.THANKS),
        ("非常感谢你的解答", Said.THANKS),
        ("vielen lieben Dank!", Said.THANKS),
        ("さようなら、また今度お願いします", Said.GOODBYE),
        ("ok bye, see you next week", Said.GOODBYE),
        ("どんなことを質問できますか", Said.ABILITIES),
        ("what sort of things can i ask you", Said.ABILITIES),
        ("あなたはロボットですか", Said.IDENTITY),
        ("and who are you, exactly?", Said.IDENTITY),
        ("素晴らしい答えですね", Said.PRAISE),
        ("that was a really good answer", Said.PRAISE),
        ("その答え、間違ってるよ", Said.COMPLAINT),
        ("no, you got that wrong", Said.COMPLAINT),
        ("kjsdhf kjsdhf", Said.NONSENSE),
        ("?!?!", Said.NONSENSE),
        ("この資料は何について書かれたものですか", Said.ABOUT),
        ("what is this document actually about", Said.ABOUT),
        ("全体を短く要約してくれますか", Said.SUMMARY),
        ("please summarize everything briefly", Said.SUMMARY),
        ("请简单概括一下全文", Said.SUMMARY),
        ("لخص لي النص كله من فضلك", Said.SUMMARY),
        ("主なトピックを一覧にして", Said.TOPICS),
        ("登録されている資料を一覧で見せて", Said.DOCUMENTS),
        ("which files do you have loaded right now?", Said.DOCUMENTS),
        ("もっと見せてください", Said.MORE),
        ("show me some more", Said.MORE),
        ("それはどのページに書いてあるの？", Said.WHERE),
        ("where in the text does it say that", Said.WHERE),
        ("その答えを英語に訳して", Said.TRANSLATE),
        ("can you say that in Spanish?", Said.TRANSLATE),
    ],
)
def test_a_turn_that_is_no_question_is_known_by_its_meaning(index: Index, turn: str, meant: Said) -> None:
    assert said(index, turn) is meant


@pytest.mark.parametrize(
    "question",
    [
        "感謝状をもらったのは誰？",
        "お別れ会は何時から？",
        "こんにちは号はどこから出る？",
        "要約の締め切りはいつ？",
        "翻訳を頼まれたのは誰ですか",
        "Who thanked the students?",
        "When does the welcome party begin?",
        "Where does the farewell dinner take place?",
        "How many documents must I hand in?",
        "谁收到了道歉信？",
        "欢迎会在几点？",
        "لمن شكر العمدة؟",
        "休館日",
        "opening hours on Friday",
        "why?",
        "それはいつ？",
        "What about dogs?",
    ],
)
def test_a_question_that_only_looks_like_talk_is_asked(index: Index, question: str) -> None:
    assert said(index, question) is None
    assert reply(index, question).turn == ""


def test_a_question_is_answered_as_without_a_conversation(index: Index) -> None:
    question = "When does the welcome party begin?"
    assert reply(index, question) == answer(index, question)
    assert reply(index, question).kind == "answer"
    assert reply(index, "Who painted the Mona Lisa?", min_confidence=1.1).kind == "abstention"


def test_a_doubtful_turn_is_a_question_if_the_texts_answer_it(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    def reading(probability: float) -> None:
        read = Reading(Said.GREETING, probability, "en")
        monkeypatch.setattr("qa.conversation.replies.turn_of", lambda *_: read)

    question = "When does the welcome party begin?"
    reading(0.6)
    assert reply(index, question).kind == "answer"
    assert reply(index, question, min_confidence=1.1).kind == "talk"
    reading(0.99)
    assert reply(index, question).kind == "talk"


def test_talk_gets_a_line_in_its_language_and_two_questions_that_the_texts_answer(index: Index) -> None:
    thanks = {"en": "thanks a lot", "ja": "ありがとうございます", "zh-Hans": "谢谢你", "ar": "شكرا جزيلا لك"}
    lines = {tag: reply(index, turn) for tag, turn in thanks.items()}
    for tag, given in lines.items():
        assert given.text == languages()[tag]["talk.thanks"]
        assert (given.kind, given.answered, given.citations) == ("talk", True, ())
    assert reply(index, "muchas gracias").text == words_of("en")["talk.thanks"]
    assert reply(index, "thanks a lot", words=words_of("ja")).text == words_of("ja")["talk.thanks"]
    suggested = lines["en"].suggested
    assert len(suggested) == 2
    assert all(answer(index, question).answered for question in suggested)


def test_an_overview_has_the_headings_and_one_cited_sentence_of_each_section(index: Index) -> None:
    given = reply(index, "要約してください", sources=LIBRARY.name)
    assert given.kind == "overview"
    assert [heading.quote for heading in given.outline] == ["青葉図書館の手引き", "開館時間", "貸し出し", "感謝状"]
    assert all(verify(one, index.sources) for one in (*given.citations, *given.outline))
    held = [section.title for section in sections(LIBRARY.text, index.blocks[LIBRARY.name])
            for one in given.citations if section.start <= one.start < section.end]  # fmt: skip
    assert held == ["開館時間", "貸し出し", "感謝状"]
    assert all(f"{one.quote} [{one.n}]" in given.text for one in given.citations)


def test_an_overview_is_of_each_chosen_document(index: Index) -> None:
    assert {one.source for one in reply(index, "what is this about?").citations} == set(index.sources)
    only = reply(index, "what is this about?", sources=[HARBOUR.name])
    assert {one.source for one in (*only.citations, *only.outline)} == {HARBOUR.name}


def test_many_documents_have_an_overview_of_bounded_length(tmp_path: Path) -> None:
    texts = [Source(f"{n}.txt", f"The keeper of house {n} grows roses. House {n} is old.") for n in range(20)]
    many = Index.build(texts, tmp_path / "index")
    given = reply(many, "give me a summary")
    assert len(given.citations) == MOST_CITED
    assert len({one.source for one in given.citations}) == MOST_CITED


def test_the_most_central_sentence_is_the_one_that_the_others_resemble() -> None:
    vectors = np.array([[1, 0, 0], [0.8, 0.6, 0], [0, 1, 0], [0.6, 0.8, 0], [0, 0, 1]], dtype=np.float32)
    ranks = lexrank(vectors)
    assert ranks.argmax() in (1, 3)
    assert ranks.argmin() == 4
    assert ranks.sum() == pytest.approx(1, abs=1e-5)
    assert lexrank(vectors[:1]).tolist() == [1]
    assert lexrank(vectors[:0]).tolist() == []


def test_a_list_names_every_document_and_leads_to_its_title(index: Index) -> None:
    given = reply(index, "list the documents", words=words_of("en"))
    assert given.kind == "list"
    assert [one.source for one in given.outline] == list(index.sources)
    assert all(verify(one, index.sources) for one in given.outline)
    assert all(name in given.text for name in index.sources)
    assert "2 documents" in given.text


def test_more_gives_the_next_places_and_never_one_twice(index: Index) -> None:
    history = [reply(index, "本は何冊借りられますか")]
    shown = {(one.source, one.start) for one in history[0].citations}
    while (given := reply(index, "もっと見せて", history=history)).citations:
        assert given.kind == "place"
        assert all(verify(one, index.sources) for one in given.citations)
        places = {(one.source, one.start) for one in given.citations}
        assert not places & shown
        shown |= places
        history.append(given)
    assert (len(history) > 1, given.kind, given.turn) == (True, "talk", "more")


def test_more_of_an_overview_are_its_next_sentences(index: Index) -> None:
    first = reply(index, "summarize this", sources=LIBRARY.name)
    more = reply(index, "show me more", history=[first], sources=LIBRARY.name)
    assert more.citations
    assert not {one.start for one in first.citations} & {one.start for one in more.citations}


@pytest.mark.parametrize("turn", ["where does it say that?", "can you translate that into German?"])
def test_what_looks_back_shows_the_last_citations_again(index: Index, turn: str) -> None:
    asked = reply(index, "When does the welcome party begin?")
    given = reply(index, turn, history=[asked, reply(index, "thank you")])
    assert (given.kind, given.citations) == ("place", asked.citations)
    assert given.text.startswith(words_of("en")[f"talk.{given.turn}"])


def test_citations_of_earlier_answers_are_looked_up_again(index: Index) -> None:
    quote = "Dogs must be kept on a lead on the quay."
    start = HARBOUR.text.index(quote)
    moved = Citation(1, HARBOUR.name, 3, 3 + len(quote), quote)
    forged = Citation(2, HARBOUR.name, 0, 21, "The harbour is closed")
    earlier = Answer("?", "", (moved, forged), True, 0.9, (), "?")
    [found] = reply(index, "where does it say that?", history=[earlier]).citations
    assert (found.n, found.start, found.quote) == (1, start, quote)
    only_forged = replace(earlier, citations=(forged,))
    assert reply(index, "where does it say that?", history=[only_forged]).kind == "talk"


@pytest.mark.parametrize("turn", ["show me more", "where does it say that?", "can you translate that?"])
def test_what_looks_back_on_nothing_gets_a_line(index: Index, turn: str) -> None:
    given = reply(index, turn)
    assert Said(given.turn) in LOOKING_BACK
    assert (given.kind, given.text) == ("talk", words_of("en")[f"talk.{given.turn}.none"])


def test_every_reply_has_its_line_in_every_language() -> None:
    cited = (Citation(1, "a", 0, 1, "a"),)
    for words, each, kind, citations in product(languages().values(), Said, Kind, ((), cited)):
        if can_be(kind, each):
            assert line_of(Answer("?", "", citations, True, 1.0, (), "", kind=kind.value, turn=each.value), words)


def test_json_has_what_belongs_to_the_kind(index: Index) -> None:
    talk = reply(index, "thanks a lot").to_dict()
    assert (talk["kind"], talk["turn"], talk["citations"], len(talk["suggested"])) == ("talk", "thanks", [], 2)
    overview = json.loads(json.dumps(reply(index, "summarize this").to_dict()))
    assert overview["outline"][0]["quote"] == "青葉図書館の手引き"
    question = reply(index, "When does the welcome party begin?").to_dict()
    assert question["kind"] == "answer"
    assert not {"turn", "outline", "suggested"} & question.keys()


def test_an_index_of_another_model_uses_the_default_one_for_this(index: Index) -> None:
    other = cast(Index, SimpleNamespace(model=replace(index.model, name="other", fingerprint="0" * 16)))
    query = prepare(index, "thanks a lot")
    of_other_vectors = replace(query, embedded=replace(query.embedded, states=None))
    assert turn_of(other, of_other_vectors) == turn_of(index, query)


def test_without_the_classifier_every_turn_is_a_question(
    index: Index, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = load_classifier()
    assert kept is not None
    classifier.save_classifier(tmp_path, kept.config, kept.weights)
    assert load_classifier(tmp_path) is not None
    load_classifier.cache_clear()
    (tmp_path / classifier.WEIGHTS).write_bytes(b"damaged")
    assert load_classifier(tmp_path) is None
    monkeypatch.setattr(classifier, "load_classifier", lambda: None)
    assert turn_of(index, prepare(index, "thanks a lot")) is None
    assert reply(index, "thanks a lot").kind in ("answer", "abstention")
    assert turn_of(index, prepare(index, "???")) == NONSENSE


def test_the_training_turns_are_each_of_one_known_kind() -> None:
    rows: list[dict[str, Any]] = [json.loads(line) for line in TRAINING.read_text(encoding="utf-8").splitlines()]
    kinds = defaultdict(set)
    for row in rows:
        kinds[row["q"].casefold().strip("?？!！ ")].add(row["kind"])
    assert {kind for own in kinds.values() for kind in own} == set(CLASSES)
    assert not [turn for turn, own in kinds.items() if len(own) > 1 and turn]
    of_kind = {kind: {row["lang"] for row in rows if row["kind"] == kind} for kind in CLASSES}
    assert all({"ja", "en", "zh", "ar", "ko", "de"} <= spoken for spoken in of_kind.values())
    assert sum(row["kind"] == REAL for row in rows) > 800


def test_no_central_sentence_is_a_heading_or_is_shown_before(index: Index) -> None:
    first = central_sentences(index, list(index.sources))
    shown = [(one.source, one.start, one.end) for one in first]
    again = central_sentences(index, list(index.sources), shown)
    assert not {one.quote for one in first} & {one.quote for one in again}
    assert not any(one.quote.startswith("#") for one in (*first, *again))
