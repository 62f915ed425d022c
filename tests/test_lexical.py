"""Terms of any language, and BM25 over them."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.search.lexical import BM25, NUMBER_MARK, Term, fold, terms, tokenize


def words(text: str) -> list[Term]:
    return [term for term in terms(text) if not term.text.startswith(NUMBER_MARK)]


def test_japanese_gives_single_characters_and_pairs() -> None:
    assert tokenize("暫定CEO") == ["暫定", "暫", "定", "ceo"]


def test_hangul_and_thai_give_pairs_too() -> None:
    assert tokenize("임시") == ["임시", "임", "시"]
    assert "ไทย"[:2] in tokenize("ไทย")


def test_other_scripts_give_folded_words() -> None:
    assert tokenize("Straße ÉTÉ Привет, 2019") == ["strasse", "été", "привет", "2019", "#2019"]


def test_widths_of_letters_digits_and_kana_are_one() -> None:
    assert tokenize("ＯｐｅｎＡＩ １３０ ｶﾞ") == tokenize("OpenAI 130 ガ")


def test_a_decomposed_letter_is_its_composed_one() -> None:
    assert tokenize("e\u0301te\u0301") == tokenize("été")
    assert tokenize("\u1112\u1161\u11ab") == tokenize("한")


def test_a_term_knows_its_place_in_the_original_text() -> None:
    text = "①ｶﾞｽ ＡＢ"
    for term in words(text):
        assert fold(text[term.start : term.end])[0] == term.text
    assert [(t.text, t.start, t.end) for t in terms("ｶﾞｽ")] == [("ガス", 0, 3), ("ガ", 0, 2), ("ス", 2, 3)]


@given(st.text())
def test_every_term_lies_in_the_text_and_folds_to_itself(text: str) -> None:
    for term in terms(text):
        assert 0 <= term.start < term.end <= len(text)
    for term in words(text):
        assert term.text in fold(text[term.start : term.end])[0]


def test_a_number_is_a_term_that_all_its_spellings_share() -> None:
    assert tokenize("第九条") == ["第九", "第", "九条", "九", "条", "#9", "#9条"]
    assert {"#9", "#9条"} <= set(tokenize("第9条")) & set(tokenize("第９条"))
    assert "#9" in tokenize("Article 9") and "#9条" not in tokenize("9月")
    assert {"#2013", "#2013年"} <= set(tokenize("二〇一三年")) & set(tokenize("2013年")) & set(tokenize("平成25年"))
    assert "#300000000円" in set(tokenize("３億円")) & set(tokenize("300,000,000円")) & set(tokenize("三億円"))
    assert "#2016" in set(tokenize("พ.ศ. ๒๕๕๙")) & set(tokenize("in 2016"))


def test_the_term_of_a_number_lies_where_the_number_is_written() -> None:
    text = "費用は３億５，０００万円、㍻25年と٢٠١٣。"
    places = {term.text: text[term.start : term.end] for term in terms(text) if term.text.startswith(NUMBER_MARK)}
    assert places["#350000000"] == "３億５，０００万"
    assert places["#350000000円"] == "３億５，０００万円"
    assert places["#2013年"] == "㍻25年"
    assert places["#2013"] == "٢٠١٣"


@given(st.text())
def test_no_word_begins_with_the_mark_of_a_number(text: str) -> None:
    folded = fold(text + "#9 ＃9 ＃")[0]
    spans = [term for term in terms(text + "#9 ＃9 ＃") if term.text.startswith(NUMBER_MARK)]
    assert all(term.text[1:2].isdecimal() for term in spans) and "#9" in folded


def test_a_document_is_little_longer_for_its_numbers() -> None:
    text = "第二条　この規約において水番とは水門を開け閉めする者をいう。平成25年に定めた。"
    assert len(terms(text)) <= 1.2 * len(words(text))


@given(st.text())
def test_terms_and_words_are_the_same_with_and_without_places(text: str) -> None:
    assert [term.text for term in terms(text)] == tokenize(text)


@given(st.text())
def test_folding_by_clusters_is_folding_the_whole(text: str) -> None:
    import unicodedata

    folded, starts, ends = fold(text)
    assert len(folded) == len(starts) == len(ends)
    assert starts == sorted(starts)
    assert ends == sorted(ends)
    assert unicodedata.normalize("NFKC", folded) == unicodedata.normalize(
        "NFKC", unicodedata.normalize("NFKC", text).casefold()
    )


DOCUMENTS = [["a", "b", "a"], ["b", "c"], ["c", "c", "c", "d"]]


def by_hand(query: list[str], document: list[str]) -> float:
    mean = sum(map(len, DOCUMENTS)) / len(DOCUMENTS)
    score = 0.0
    for term in query:
        df = sum(term in other for other in DOCUMENTS)
        tf = document.count(term)
        idf = math.log(1 + (len(DOCUMENTS) - df + 0.5) / (df + 0.5))
        score += idf * tf / (tf + 1.2 * (1 - 0.75 + 0.75 * len(document) / mean))
    return score


@pytest.mark.parametrize("query", [["a"], ["b", "c"], ["a", "d", "unseen"]])
def test_scores_are_those_of_the_formula(query: list[str]) -> None:
    expected = [by_hand(query, document) for document in DOCUMENTS]
    np.testing.assert_allclose(BM25(DOCUMENTS).scores(query), expected, rtol=1e-5)
    np.testing.assert_allclose(BM25(DOCUMENTS).scores_of(DOCUMENTS, query), expected, rtol=1e-5)


def test_a_repeated_question_word_counts_once() -> None:
    index = BM25(DOCUMENTS)
    assert index.scores(["a", "a"]).tolist() == index.scores(["a"]).tolist()


def test_a_question_without_known_words_scores_zero_everywhere() -> None:
    assert BM25(DOCUMENTS).scores(["x", "y"]).tolist() == [0.0, 0.0, 0.0]
    assert BM25([[], []]).scores(["a"]).tolist() == [0.0, 0.0]


def test_coverage_is_the_known_share_of_the_idf() -> None:
    index = BM25(DOCUMENTS)
    assert index.coverage(["a", "b"]) == 1.0
    assert index.coverage(["x"]) == 0.0
    assert index.coverage([]) == 0.0
    a, x = math.log(1 + 2.5 / 1.5), math.log(1 + 3.5 / 0.5)
    assert index.coverage(["a", "x"]) == pytest.approx(a / (a + x))


def test_a_number_counts_three_times_and_a_rare_one_in_any_language() -> None:
    index = BM25([["a", "#9"], ["b", "#7"], ["c", "#7"], ["d"]])
    plain = BM25([["a", "x"], ["b", "y"], ["c", "y"], ["d"]])
    np.testing.assert_allclose(index.scores(["a", "#9"]), plain.scores(["a"]) + 3 * plain.scores(["x"]), rtol=1e-5)
    np.testing.assert_allclose(
        index.scores_of([["a", "#9"], ["b"]], ["#9"]), 3 * plain.scores_of([["a", "x"], ["b"]], ["x"]), rtol=1e-5
    )
    unknown = [f"foreign{n}" for n in range(20)]
    assert index.coverage(["#9", *unknown]) == pytest.approx(1)
    assert index.coverage(["#7", *unknown]) < index.coverage(["#9", *unknown])
    assert index.coverage(["#8", *unknown]) == 0


def test_a_saved_index_scores_as_before(tmp_path: Path) -> None:
    index = BM25(DOCUMENTS)
    index.save(tmp_path / "lexical")
    loaded = BM25.load(tmp_path / "lexical")
    for query in (["a"], ["b", "c"], ["x"], []):
        assert loaded.scores(query).tolist() == index.scores(query).tolist()
        assert loaded.coverage(query) == index.coverage(query)
    assert {path.suffix for path in (tmp_path / "lexical").iterdir()} == {".npy", ".json"}
