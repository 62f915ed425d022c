"""An answer is made of the source's own sentences, each cited at its place, or the question is declined."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from qa import Answer, Index, answer
from qa.answer import least_confidence
from qa.answering.asked import Wanted
from qa.answering.choosing import choose, nearness_of
from qa.answering.units import ScoredUnit
from qa.errors import QuestionError
from qa.search.config import DEFAULT_CONFIG
from qa.text.source import Source

SHARED = Path(__file__).parent.parent.parent / "shared" / "eval" / "article_dev.jsonl"


@pytest.fixture(scope="module")
def index(article_index: Path) -> Index:
    return Index.open(article_index)


def check(index: Index, result: Answer) -> None:
    """What holds for every answer."""
    assert [citation.n for citation in result.citations] == list(range(1, len(result.citations) + 1))
    assert len(result.citations) <= DEFAULT_CONFIG.max_citations
    for citation in result.citations:
        assert index.sources[citation.source].text[citation.start : citation.end] == citation.quote
    places = [(citation.source, citation.start) for citation in result.citations]
    assert len(set(places)) == len(places)
    assert places[1:] == sorted(places[1:])
    assert result.text == " ".join(f"{citation.quote} [{citation.n}]" for citation in result.citations)
    assert result.answered == bool(result.citations)
    for citation in result.citations:
        assert any(
            hit.passage.source == citation.source and hit.start <= citation.start and citation.end <= hit.end
            for hit in result.hits
        )
    assert 0 <= result.confidence <= 1


def test_the_first_citation_answers(index: Index) -> None:
    result = answer(index, "暫定CEOになったTwitchの共同創業者は誰ですか")
    check(index, result)
    appointed = "OpenAIはまた、動画ストリーミングサイトTwitchの共同創業者であるEmmett Shear氏を暫定CEOに任命しました。"
    first = result.citations[0]
    assert (first.quote, first.start, first.end) == (appointed, 157, 221)
    assert result.span is not None and result.span.quote.startswith("Emmett Shear")


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("When was ChatGPT released?", "2022年11月30日"),
        ("ChatGPT是什么时候发布的？", "2022年11月30日"),
        ("오픈AI에 마이크로소프트는 얼마를 투자했나요?", "130億ドル"),
        ("ما اسم الشركة التي أسسها ألتمان بعد ترك الجامعة؟", "Loopt"),
    ],
)
def test_questions_in_other_languages_are_answered_from_the_japanese_text(
    index: Index, question: str, words: str
) -> None:
    result = answer(index, question)
    check(index, result)
    assert any(words in citation.quote for citation in result.citations)


@pytest.mark.parametrize(
    "question", ["富士山の標高は何メートルですか?", "How many moons does Jupiter have?", "Comment cuire un œuf dur ?"]
)
def test_what_the_text_does_not_speak_of_is_declined_with_related_passages(index: Index, question: str) -> None:
    result = answer(index, question)
    check(index, result)
    assert not result.answered
    assert (result.text, result.citations) == ("", ())
    assert result.hits


def test_a_least_confidence_of_zero_never_declines_and_of_one_always_does(index: Index) -> None:
    assert answer(index, "富士山の標高は何メートルですか?", min_confidence=0.0).citations
    assert not answer(index, "暫定CEOに任命されたのは誰ですか", min_confidence=1.0).answered


def test_the_confidence_decides_and_is_the_same_however_much_is_asked_for(index: Index) -> None:
    question = "この記事の出典(来源)はどこ?"
    result = answer(index, question, min_confidence=0.0)
    assert 0 < result.confidence < 1
    assert answer(index, question, min_confidence=1.0).confidence == result.confidence
    assert answer(index, question, min_confidence=result.confidence - 1e-3).answered
    assert not answer(index, question, min_confidence=result.confidence + 1e-3).answered


def test_the_bolder_the_more_is_answered(index: Index) -> None:
    levels = [least_confidence(index, replace(DEFAULT_CONFIG, bold=bold)) for bold in ("low", "normal", "high")]
    assert 1 > levels[0] > levels[1] > levels[2] > 0
    question = "暫定CEOに任命されたのは誰ですか"
    confidence = answer(index, question, bold=0.0).confidence
    for bold, least in zip(("low", "normal", "high"), levels, strict=True):
        assert answer(index, question, bold=bold).answered == (confidence >= least)
    for wrong in ("reckless", "0.5", math.nan, True, None):
        with pytest.raises(ValueError):
            answer(index, question, bold=wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("question", "words"),
    [("When was ChatGPT released?", "11月30日"), ("暫定CEOになったTwitchの共同創業者は誰ですか", "Shear")],
)
def test_the_words_that_answer_are_marked_in_the_first_citation(index: Index, question: str, words: str) -> None:
    result = answer(index, question)
    first, span = result.citations[0], result.span
    assert span is not None
    assert span.source == first.source
    assert first.start <= span.start < span.end <= first.end
    assert index.sources[span.source].text[span.start : span.end] == span.quote
    assert words in span.quote
    assert len(span.quote) < len(first.quote)
    assert result.to_dict()["span"] == {
        "source": span.source,
        "start": span.start,
        "end": span.end,
        "quote": span.quote,
    }


def test_what_is_declined_has_no_span(index: Index) -> None:
    assert answer(index, "暫定CEOに任命されたのは誰ですか", bold=1.0).span is None


def test_the_confidence_is_a_number_even_where_nothing_is_found(tmp_path: Path) -> None:
    index = Index.build([Source("words", "猫は魚を食べます。"), Source("marks", "* * *")], tmp_path)
    result = answer(index, "猫", sources="marks")
    assert (type(result.confidence), result.confidence, result.hits) == (float, 0.0, ())


def test_the_former_name_of_the_least_confidence_works_and_warns(index: Index) -> None:
    with pytest.warns(DeprecationWarning, match="min_confidence"):
        assert not answer(index, "暫定CEOに任命されたのは誰ですか", floor=1.0).answered


def test_an_answer_speaks_from_several_sources_in_their_order(tmp_path: Path) -> None:
    index = Index.build(
        [Source("b.txt", "山田さんは猫を三匹飼っています。"), Source("a.txt", "佐藤さんは猫を二匹飼っています。")],
        tmp_path,
    )
    result = answer(index, "猫を飼っているのは誰ですか")
    check(index, result)
    assert {citation.source for citation in result.citations} == {"a.txt", "b.txt"}


def test_of_a_text_of_two_sentences_the_nearer_does_not_shut_out_the_other(tmp_path: Path) -> None:
    index = Index.build(Source("weather", "今日の天気は晴れです。明日は雨が降るでしょう。"), tmp_path)
    result = answer(index, "雨が降るのはいつですか")
    check(index, result)
    assert "明日は雨が降るでしょう。" in {citation.quote for citation in result.citations}


def sentence(start: int, score: float, source: str = "s") -> ScoredUnit:
    return ScoredUnit(source, start, start + 3, 0, score, maxsim=0.9, lexical=0.0)


def read_sentence(start: int, score: float, log_p: float, evidence: float) -> ScoredUnit:
    return replace(sentence(start, score), log_p=log_p, evidence=evidence, span=(start, start + 1))


TEXTS = {"s": Source("s", "".join(f"{n:03}" for n in range(100)) + "000")}


def starts(sentences: list[ScoredUnit], kind: Wanted = Wanted.SENTENCE) -> list[int]:
    return [chosen.start for chosen in choose(sentences, TEXTS, kind, WIDE)]


WIDE = replace(DEFAULT_CONFIG, margin=1.0)


def test_where_nothing_could_be_read_the_nearest_of_what_is_cited_counts() -> None:
    menu = ScoredUnit("s", 0, 3, 0, score=0.2, maxsim=0.9, lexical=0.0)  # near, but boilerplate: not cited
    assert nearness_of(choose([replace(menu, start=6, end=9, score=0.6, maxsim=0.5), menu], TEXTS)) == 0.5
    assert nearness_of([]) == 0.0


def test_the_best_sentence_is_first_and_the_others_follow_in_reading_order() -> None:
    assert starts([sentence(30, 9.0), sentence(60, 9.5), sentence(3, 8.9), sentence(90, 9.4)]) == [60, 3, 30, 90]


def test_what_falls_far_behind_the_best_is_left_out() -> None:
    margin = WIDE.margin
    assert starts([sentence(0, 9.0), sentence(3, 9.0 - margin), sentence(6, 8.99 - margin)]) == [0, 3]


def test_five_at_the_most() -> None:
    assert len(starts([sentence(3 * n, 5.0 - n / 100) for n in range(20)])) == DEFAULT_CONFIG.max_citations


def test_of_what_was_read_only_that_is_added_which_answers_by_itself_and_nearly_as_surely() -> None:
    best = read_sentence(0, 9.0, -0.5, 2.0)
    likely = read_sentence(3, 8.9, -1.0, 1.0)
    part = read_sentence(6, 8.9, -1.0, WIDE.least_evidence - 0.1)
    unlikely = read_sentence(9, 8.9, -0.5 - WIDE.alternative - 0.1, 1.0)
    assert starts([best, likely, part, unlikely]) == [0, 3]


def test_of_what_was_read_three_are_cited_at_the_most_unless_a_list_is_asked_for() -> None:
    every = [read_sentence(3 * n, 5.0 - n / 100, -1.0, 1.0) for n in range(9)]
    assert len(starts(every)) == WIDE.max_answers
    assert len(starts(every, Wanted.LIST)) == WIDE.max_citations


def test_the_same_words_are_not_cited_twice() -> None:
    assert starts([sentence(0, 9.0), sentence(300, 8.9), sentence(3, 8.8)]) == [0, 3]


def test_questions_are_checked_as_in_a_search(index: Index) -> None:
    with pytest.raises(QuestionError):
        answer(index, " ")


def test_every_question_of_the_development_set_gets_only_true_citations(index: Index) -> None:
    if not SHARED.exists():
        pytest.skip("the development questions are not here")
    first = cited = answerable = 0
    for line in SHARED.read_text(encoding="utf-8").splitlines():
        question = json.loads(line)
        result = answer(index, question["question"])
        check(index, result)
        if question["answerable"]:
            answerable += 1
            found = [
                any(c.start < span["end"] and span["start"] < c.end for span in question["evidence"])
                for c in result.citations
            ]
            first += found[:1] == [True]
            cited += any(found)
    assert first / answerable >= 0.70
    assert cited / answerable >= 0.80


def test_further_sentences_that_follow_one_another_are_cited_as_one(index: Index) -> None:
    for question in (
        "アルトマンはその後どうなりましたか",
        "What happened to the employees?",
        "取締役会は何をしましたか",
    ):
        result = answer(index, question, min_confidence=0.0)
        text = index.sources[result.citations[0].source].text
        places = sorted((cited.start, cited.end) for cited in result.citations[1:])
        blocks = index.blocks[result.citations[0].source]
        for (_, end), (start, _) in pairwise(places):
            own = [block for block in blocks if block.start < end <= block.end and block.start <= start < block.end]
            assert not own or text[end:start].strip()
