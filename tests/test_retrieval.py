"""A question finds the passages that speak of it, and each hit says why."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from qa import Chunking, Index, answer, retrieve
from qa.errors import IndexMissingError, QuestionError, SourceError
from qa.retrieval import matching_terms, prepare
from qa.search.lexical import terms, tokenize
from qa.text.source import Source


@pytest.fixture(scope="module")
def index(article_index: Path) -> Index:
    return Index.open(article_index)


def test_a_japanese_question_finds_its_passage_first(index: Index) -> None:
    hit = retrieve(index, "来源はどこですか", k=3)[0]
    assert "来源:元宇宙日爆" in hit.text
    assert hit.lexical_rank == 1
    assert "来源" in hit.terms
    assert "来源" in hit.why


def test_every_hit_is_in_its_source_at_its_offsets(index: Index) -> None:
    for question in ("アルトマン", "Who became interim CEO?", "谁被任命为临时CEO？", "0/400"):
        for hit in retrieve(index, question, k=30):
            assert index.sources[hit.passage.source].text[hit.start : hit.end] == hit.text


def test_hits_come_best_first_and_no_more_than_asked_for(index: Index) -> None:
    hits = retrieve(index, "OpenAIの取締役会", k=7)
    assert len(hits) == 7
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert len({hit.number for hit in hits}) == 7
    assert retrieve(index, "OpenAIの取締役会", k=0) == []
    assert len(retrieve(index, "OpenAIの取締役会", k=10_000)) == len(index.passages)


def test_more_than_a_hundred_hits_can_be_had(tmp_path: Path) -> None:
    sizes = Chunking(max_tokens=256, min_tokens=0)
    index = Index.build(Source("many", "\n\n".join(f"第{n}話。" for n in range(230))), tmp_path, chunking=sizes)
    assert len(retrieve(index, "What is this?", k=230)) == len(index.passages) > 200


def test_a_question_without_a_shared_word_still_finds_by_meaning(index: Index) -> None:
    assert prepare(index, "Сколько денег вложили?").coverage == 0
    hit = retrieve(index, "На какой университет ссылается статья?", k=1)[0]
    assert "大学" in hit.text
    assert (hit.lexical, hit.lexical_rank, hit.terms) == (0.0, None, ())
    assert hit.why.endswith("none; found by meaning alone")


def test_the_token_by_token_score_has_its_name_and_the_former_one_for_programs(index: Index) -> None:
    [hit] = retrieve(index, "Loopt", k=1)
    written = hit.to_dict()
    assert written["maxsim"] == written["late"] == hit.maxsim
    with pytest.warns(DeprecationWarning, match="maxsim"):
        assert hit.late == hit.maxsim


def test_dense_and_lexical_figures_are_the_stores_own(index: Index) -> None:
    question = "マイクロソフトの投資額"
    query = prepare(index, question)
    cosines = index.store.vectors @ query.embedded.vector
    bm25 = index.store.lexical.scores(query.terms)
    for hit in retrieve(index, question, k=20):
        assert hit.dense == pytest.approx(float(cosines[hit.number]), abs=1e-5)
        assert hit.lexical == pytest.approx(float(bm25[hit.number]), abs=1e-5)
        assert hit.dense_rank == int((cosines > cosines[hit.number] + 1e-7).sum()) + 1
        if hit.lexical_rank is not None:
            assert bm25[hit.number] == np.sort(bm25)[::-1][hit.lexical_rank - 1]


def test_boilerplate_does_not_win_a_question_about_the_news_and_is_found_when_asked_for(index: Index) -> None:
    assert any(passage.boilerplate for passage in index.passages)
    for question in ("OpenAIの取締役会は何をしたか", "日本の投資家のコメントは?", "アルトマンはどこへ行った?"):
        assert not retrieve(index, question, k=1)[0].passage.boilerplate
    assert retrieve(index, "ページの言語を選ぶリスト 日本語 English Español", k=1)[0].passage.boilerplate


@pytest.mark.parametrize("question", ["", "  \n\u3000", "\u200b\ufeff", "\x00"])
def test_an_empty_question_is_rejected(index: Index, question: str) -> None:
    with pytest.raises(QuestionError, match=r"^The question is empty: .*\.$"):
        retrieve(index, question)


@pytest.mark.parametrize("question", ["\ue000", " \U000f0000\u200b", "\u0378"])
def test_a_question_of_characters_without_a_meaning_is_not_called_empty(index: Index, question: str) -> None:
    with pytest.raises(QuestionError, match=r"^The question has no characters that can be read"):
        retrieve(index, question)


def test_a_question_may_have_two_thousand_characters_and_no_more(index: Index) -> None:
    assert retrieve(index, "誰" * 2000, k=1)
    with pytest.raises(QuestionError, match="2,001 characters"):
        retrieve(index, "誰" * 2001)


def test_half_a_character_is_rejected(index: Index) -> None:
    with pytest.raises(QuestionError, match="surrogate"):
        retrieve(index, "誰\ud800")


@pytest.mark.parametrize("question", ["?", "🎉", "\u202e誰", "<b>OpenAI</b>", "</s> <pad>"])
def test_odd_questions_are_searched_for_like_others(index: Index, question: str) -> None:
    hits = retrieve(index, question, k=3)
    assert len(hits) == 3
    assert all(np.isfinite(hit.score) for hit in hits)


def test_a_path_takes_the_place_of_an_index(article_index: Path, tmp_path: Path) -> None:
    assert retrieve(article_index, "Loopt", k=1) == retrieve(str(article_index), "Loopt", k=1)
    with pytest.raises(IndexMissingError):
        retrieve(tmp_path / "none", "Loopt")


def test_an_index_of_a_single_passage_answers(tmp_path: Path) -> None:
    index = Index.build(Source("one", "猫は魚を食べます。"), tmp_path)
    [hit] = retrieve(index, "猫は何を食べますか")
    assert (hit.text, hit.dense_rank, hit.lexical_rank) == ("猫は魚を食べます。", 1, 1)


# Asking some sources only


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> Index:
    texts = {"cats": "猫は魚を食べます。", "dogs": "犬は肉を食べます。", "fish": "猫が魚を食べるのは朝です。"}
    many = Source("many", "\n\n".join(f"猫の第{n}話。魚の話です。" for n in range(150)))
    return Index.build([*(Source(*one) for one in texts.items()), many], tmp_path_factory.mktemp("three"))


def test_only_the_chosen_sources_are_searched_and_as_many_hits_found_as_they_hold(three: Index) -> None:
    question = "猫は何を食べますか"
    assert {hit.passage.source for hit in retrieve(three, question, sources=["dogs", "fish"])} == {"dogs", "fish"}
    assert [hit.passage.source for hit in retrieve(three, question, sources=["dogs"])] == ["dogs"]
    # More passages of another source than the search goes deep come nearer: they crowd nothing out.
    assert len(retrieve(three, "猫の話 魚の話", 3, sources=["cats", "dogs", "fish"])) == 3


def test_chosen_sources_hold_the_same_figures_as_in_a_search_of_all(three: Index) -> None:
    everything = {hit.number: hit for hit in retrieve(three, "猫は何を食べますか", 1000)}
    for hit in retrieve(three, "猫は何を食べますか", 10, sources=["cats", "fish"]):
        of_all = everything[hit.number]
        assert (hit.dense, hit.lexical, hit.maxsim) == pytest.approx(
            (of_all.dense, of_all.lexical, of_all.maxsim), abs=1e-5
        )


def test_an_answer_cites_the_chosen_sources_only(three: Index) -> None:
    for name in ("cats", "fish"):
        result = answer(three, "猫は何を食べますか", min_confidence=0.0, sources=[name])
        assert {citation.source for citation in result.citations} == {name}
        assert {hit.passage.source for hit in result.hits} == {name}


def test_a_lone_name_is_one_source_not_its_letters(three: Index) -> None:
    question = "猫は何を食べますか"
    assert retrieve(three, question, sources="cats") == retrieve(three, question, sources=["cats"]) != []
    assert answer(three, question, sources="cats") == answer(three, question, sources=["cats"])
    with pytest.raises(SourceError, match="named cat:"):
        retrieve(three, question, sources="cat")


def test_all_names_are_the_same_as_none_given(three: Index) -> None:
    assert retrieve(three, "猫", sources=list(three.sources)) == retrieve(three, "猫")


def test_unknown_names_and_no_name_at_all_are_rejected(three: Index) -> None:
    with pytest.raises(SourceError, match=r"^There is no document named birds: check the name\.$"):
        retrieve(three, "猫", sources=["cats", "birds"])
    with pytest.raises(QuestionError, match="select at least one"):
        answer(three, "猫", sources=[])


def test_a_source_without_a_sentence_gives_no_hit(tmp_path: Path) -> None:
    index = Index.build([Source("words", "猫は魚を食べます。"), Source("marks", "* * *")], tmp_path)
    assert {passage.source for passage in index.passages} == {"words"}
    assert retrieve(index, "猫", sources=["marks"]) == []
    assert not answer(index, "猫", sources=["marks"]).answered


NUMBERED = ["三", "九", "十", "十二", "二十一", "三十"]
TITLES = ["会員の名簿", "監査の仕方", "総会の時", "議事の記録", "解散の手順", "会費の額"]


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> Index:
    text = "\n\n".join(f"第{number}条　{title}。" for number, title in zip(NUMBERED, TITLES, strict=True))
    sizes = Chunking(max_tokens=256, min_tokens=0)
    return Index.build(Source("rules", text), tmp_path_factory.mktemp("rules"), chunking=sizes)


@pytest.mark.parametrize(
    ("question", "found", "shown"),
    [
        ("第9条には何とありますか", "第九条", "9条"),
        ("第２１条には何とありますか", "第二十一条", "２１条"),
        ("What does Article 12 say?", "第十二条", "12"),
    ],
)
def test_a_number_is_found_in_another_spelling_and_shown_in_the_questions(
    rules: Index, question: str, found: str, shown: str
) -> None:
    best = max(retrieve(rules, question, k=10), key=lambda hit: hit.lexical)
    assert best.text.startswith(found) and best.lexical_rank == 1
    assert shown in best.terms
    assert not any("#" in term for term in best.terms)
    assert "#" not in best.why and "#" not in str(best.to_dict())


def test_the_terms_shown_are_words_of_the_question_without_those_that_a_longer_one_includes() -> None:
    def shown(question: str, passage: str) -> tuple[str, ...]:
        return matching_terms(question, terms(question), [tokenize(passage)])

    assert shown("第9条", "第九条") == ("9条", "第")
    assert shown("平成25年は水害", "2013年に水害") == ("平成25年", "水害")
    assert shown("３億円", "300,000,000円") == ("３億円",)
    assert shown("2013年", "in 2013.") == ("2013",)
    assert shown("A #9", "a 9") == ("a", "9")
    assert shown("猫は", "猫は") == ("猫は",)
    assert shown("Article 9", "第九条") == ("9",)
