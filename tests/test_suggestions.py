"""Suggested questions come from the texts, are answered with the sentence they were made from, and are kept."""

from __future__ import annotations

import json
import os
import shutil
import time
from itertools import pairwise, product
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.answer import answer
from qa.index import Index
from qa.storage.generations import SUGGESTIONS as FILE
from qa.suggestions import (
    Suggestion,
    Topic,
    arabic,
    chinese,
    english,
    japanese,
    leads_on,
    suggest,
    suggestions_of,
    topics,
)
from qa.suggestions.candidates import _asked, _spread, candidates
from qa.suggestions.suggest import MOST_TRIED, attempt
from qa.suggestions.terms import key_terms
from qa.text.passages import Passage, Unit
from qa.text.sections import layout
from qa.text.sentences import split_sentences
from qa.text.source import Source

JAPANESE = """港町の図書館

青葉図書館は、港町にある公立の図書館である。青葉図書館が開館したのは、港の倉庫が空いたためだった。

1952年4月3日、青葉図書館が開館し、町の人々が列を作った。初代館長である佐藤花子氏は「本は町の窓だ」と述べた。現在の蔵書数は12万冊です。

2019年10月に台風が港町を襲い、地下の書庫が浸水したため、青葉図書館は半年のあいだ閉館していました。
"""
ENGLISH = """The Lighthouse

The lighthouse was built in 1874 on a rock north of the harbour. Eleanor Marsh was the first woman who kept the light.

Eleanor Marsh saved twelve sailors in the storm of 1881. The tower was painted red because ships could not see it.

The station has three lamps. In 1990, the light was made automatic and the last keeper left the island.
"""
CHINESE = """清河大桥位于清河市北部，连接两岸的老城和新区。清河大桥于1968年建成通车。

李明华被任命为大桥管理处处长。由于去年的洪水冲坏了桥墩，清河大桥关闭了三个月。大桥共有24个桥墩。
"""
ARABIC = """تأسست مكتبة الميناء في عام 1952 على يد جماعة من المعلمين. تضم المكتبة كتبا قديمة وخرائط نادرة.

أغلقت المكتبة أبوابها ستة أشهر بسبب الفيضان الكبير. قالت مديرة المكتبة إن الترميم انتهى قبل موعده.
"""
GERMAN = """Das Wasserwerk Lindau versorgt seit vielen Jahren die Stadt mit Trinkwasser.

Der Verein pflegt das alte Wasserwerk. Jeden Sommer öffnet das Wasserwerk seine Türen für Besucher.
"""
MINUTES = """日時：2024年5月10日 14時
場所：第二会議室
議長：田中一郎
議題：夏祭りの準備
"""


def questions(rules: ModuleType, sentence: str) -> set[str]:
    return {draft.question for draft in rules.drafts(sentence, rules.people(sentence))}


@pytest.mark.parametrize(
    ("rules", "sentence", "expected"),
    [
        (japanese, "1952年4月3日、青葉図書館が開館し、町の人々が列を作った", {"青葉図書館が開館したのはいつですか"}),
        (japanese, "2019年10月に台風と大雨", {"2019年10月に何がありましたか"}),
        (
            japanese,
            "地下の書庫が浸水したため、青葉図書館は半年のあいだ閉館していました",
            {"なぜ青葉図書館は半年のあいだ閉館していたのですか"},
        ),
        (
            japanese,
            "図書館の初代館長である佐藤花子氏は「本は町の窓だ」と述べた",
            {
                "図書館の初代館長は誰ですか",
                "佐藤花子氏はどのような人物ですか",
                "佐藤花子氏は何と述べていますか",
            },
        ),
        (japanese, "年間の利用者数は約3万人です", {"年間の利用者数は何人ですか"}),
        (japanese, "入場料は500円です", {"入場料はいくらですか"}),
        (japanese, "クジラは、海に住む最大の動物である", {"クジラとは何ですか"}),
        (japanese, "山田さんは猫を三匹飼っています", {"猫を三匹飼っているのは誰ですか"}),
        (japanese, "この計画の目的は住民の安全を守ることです", set()),
        (japanese, "彼は1952年4月3日に開館した", set()),
        (japanese, "今日はとても寒い", set()),
        (english, "The lighthouse was built in 1874 on a rock", {"When was the lighthouse built?"}),
        (english, "In 1990, the light was made automatic", {"What happened in 1990?"}),
        (
            english,
            "The tower was painted red because ships could not see it",
            {"Why was the tower painted red?"},
        ),
        (english, "The station has three lamps", {"How many lamps does the station have?"}),
        (english, "Radium was discovered by Marie Curie", {"Who discovered Radium?"}),
        (english, "It was built in 1874", set()),
        (english, "They were tired because of the heat", set()),
        (chinese, "清河大桥于1968年建成通车", {"清河大桥是什么时候建成通车的？"}),
        (chinese, "清河大桥位于清河市北部", {"清河大桥位于哪里？"}),
        (chinese, "李明华被任命为大桥管理处处长", {"谁被任命为大桥管理处处长？"}),
        (chinese, "由于去年的洪水冲坏了桥墩，清河大桥关闭了三个月", {"为什么清河大桥关闭了三个月？"}),
        (chinese, "他于1968年出生", set()),
        (arabic, "تأسست مكتبة الميناء في عام 1952 على يد جماعة", {"متى تأسست مكتبة الميناء؟"}),
        (arabic, "أغلقت المكتبة أبوابها بسبب الفيضان", {"لماذا أغلقت المكتبة أبوابها؟"}),
        (arabic, "قالت مديرة المكتبة إن الترميم انتهى", {"ماذا قالت مديرة المكتبة؟"}),
    ],
)
def test_a_sentence_becomes_the_questions_that_it_answers(rules: ModuleType, sentence: str, expected: set[str]) -> None:
    assert questions(rules, sentence) == expected


@pytest.mark.parametrize("rules", [japanese, english, chinese, arabic], ids=lambda rules: rules.__name__)
@given(sentence=st.text(st.characters(), max_size=200))
def test_no_sentence_breaks_a_rule(rules: ModuleType, sentence: str) -> None:
    for draft in rules.drafts(sentence, rules.people(sentence)):
        assert draft.question.strip()
        assert draft.subject in draft.question or draft.kind in ("when", "why", "who", "amount")


def check(index: Index, suggestions: tuple[Suggestion, ...]) -> None:
    """What holds for all suggestions."""
    places = [(one.source, one.start, one.end) for one in suggestions]
    assert len(set(places)) == len(places)
    assert len({one.question for one in suggestions}) == len(suggestions)
    for one in suggestions:
        assert (one.start, one.end) in index.sentences(one.source)
        first = answer(index, one.question).citations[0]
        assert (first.source, first.start, first.end) == (one.source, one.start, one.end)


@pytest.fixture(scope="module")
def article(article_index: Path, tmp_path_factory: pytest.TempPathFactory) -> Index:
    return Index.open(shutil.copytree(article_index, tmp_path_factory.mktemp("copy") / "index"))


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Index:
    texts = {"ja": JAPANESE, "en": ENGLISH, "zh": CHINESE, "ar": ARABIC, "de": GERMAN, "minutes": MINUTES}
    return Index.build([Source(name, text) for name, text in texts.items()], tmp_path_factory.mktemp("library"))


def test_every_question_about_the_article_is_answered_with_its_sentence(article: Index) -> None:
    trial = attempt(article)
    assert len(trial.suggestions) >= 10
    assert trial.tried <= MOST_TRIED
    check(article, trial.suggestions)
    boilerplate = [passage for passage in article.passages if passage.boilerplate]
    assert not any(p.start <= one.start < p.end for p in boilerplate for one in trial.suggestions)
    thirds = {one.start * 3 // len(article.sources[one.source].text) for one in trial.suggestions[:5]}
    assert thirds == {0, 1, 2}
    assert suggest(article) == trial.suggestions


def test_texts_of_many_languages_get_questions_in_their_own(library: Index) -> None:
    found = suggest(library)
    check(library, found)
    assert {one.source for one in found} >= {"ja", "en", "zh", "ar", "minutes"}
    by_source = {name: " ".join(one.question for one in found if one.source == name) for name in library.sources}
    assert "When was the lighthouse built?" in by_source["en"] or "Why was the tower" in by_source["en"]
    assert by_source["zh"].endswith("？")
    assert by_source["ar"].endswith("؟")


def test_a_language_without_rules_is_asked_by_term_alone(library: Index) -> None:
    asked = {one.draft.question for one in candidates(library) if one.answers[0][0] == "de"}
    assert "Wasserwerk?" in asked


def test_lines_of_label_and_value_are_asked_for_their_value(library: Index) -> None:
    asked = {one.draft.question for one in candidates(library) if one.answers[0][0] == "minutes"}
    assert asked >= {"日時はいつですか", "場所はどこですか", "議長は誰ですか", "議題は何ですか"}


def test_a_heading_that_asks_is_a_question_answered_below_it(tmp_path: Path) -> None:
    text = (
        "# Why does bread rise?\n\nYeast makes gas, and the gas lifts the dough.\n\n# How long?\n\nIt takes two hours."
    )
    index = Index.build(Source("bread.md", text), tmp_path)
    asked = {one.draft.question: one.answers for one in candidates(index) if one.draft.kind == "heading"}
    (place,) = asked["Why does bread rise?"]
    assert text[place[1] : place[2]] == "Yeast makes gas, and the gas lifts the dough."


@pytest.mark.parametrize(
    "text",
    [
        "雨。",
        "りんご\nみかん\nぶどう\nバナナ\n",
        "no sentence end at all and nothing that begins with a capital",
        "<script>alert(1)</script> <img src=x onerror=alert(1)> は、危険なマークアップである。",
        "あ" * 2000,
        "a" * 2000,
        "12 34 56",
    ],
    ids=["one sentence", "short lines", "no end", "markup", "one word of kana", "one word", "numbers"],
)
def test_a_text_that_gives_little_gets_few_questions_or_none(tmp_path: Path, text: str) -> None:
    index = Index.build(Source("text", text), tmp_path)
    check(index, suggest(index))
    for topic in topics(index):
        assert text[topic.start : topic.end] == topic.title


def test_suggestions_are_kept_beside_the_generation_and_read_again(library: Index) -> None:
    made = suggestions_of(library)
    assert made == suggest(library)
    content = json.loads((library.path / FILE).read_text(encoding="utf-8"))
    assert (content["format"], content["generation"]) == (1, library.generation)
    assert content["manifest"] == library.manifest.sha256
    content["suggestions"] = content["suggestions"][:1]
    (library.path / FILE).write_text(json.dumps(content), encoding="utf-8")
    assert suggestions_of(Index.open(library.path), make=False) == made[:1]
    assert suggestions_of(library) == made


@pytest.fixture
def small(tmp_path: Path) -> Index:
    index = Index.build(Source("zoo", "クジラは、海に住む最大の動物である。"), tmp_path / "index")
    suggestions_of(index)
    return index


def entry(**changes: object) -> dict[str, object]:
    return {"question": "クジラとは何ですか", "source": "zoo", "start": 0, "end": 18, **changes}


@pytest.mark.parametrize(
    "entries",
    [
        [entry(end=10_000)],
        [entry(start=-1)],
        [entry(start=5, end=5)],
        [entry(start=True)],
        [entry(start="0")],
        [entry(source="other")],
        [entry(source=["zoo"])],
        [entry(question="")],
        [entry(question="x" * 1000)],
        [entry(question=None)],
        [entry(more=1)],
        [{}],
        [None],
        [entry(question=f"q{n}") for n in range(1000)],
        None,
        {"question": 1},
    ],
)
def test_an_invalid_file_is_replaced(small: Index, entries: object) -> None:
    path = small.path / FILE
    content = json.loads(path.read_text(encoding="utf-8"))
    before = content["suggestions"]
    path.write_text(json.dumps({**content, "suggestions": entries}), encoding="utf-8")
    again = Index.open(small.path)
    assert suggestions_of(again, make=False) == ()
    assert [one.question for one in suggestions_of(again)] == [one["question"] for one in before]
    assert json.loads(path.read_text(encoding="utf-8")) == content


@pytest.mark.parametrize("damage", [b"", b"{", b"\xff\xfe", b"[" * 100_000, b"[]", b"null", b" " * 2_000_000 + b"{}"])
def test_a_damaged_file_is_replaced(small: Index, damage: bytes) -> None:
    path = small.path / FILE
    content = path.read_bytes()
    path.write_bytes(damage)
    suggestions_of(Index.open(small.path))
    assert path.read_bytes() == content


def test_suggestions_of_an_older_generation_are_not_taken_for_these(small: Index) -> None:
    rebuilt = Index.build(Source("zoo", "コウモリは、空を飛ぶ唯一の哺乳動物である。"), small.path)
    assert suggestions_of(rebuilt, make=False) == ()
    assert [one.question for one in suggestions_of(rebuilt)] == ["コウモリとは何ですか"]
    old = (small.path / FILE).read_bytes()
    assert [one.question for one in suggestions_of(small)] == ["クジラとは何ですか"]
    assert (small.path / FILE).read_bytes() == old


def test_a_place_that_cannot_be_written_keeps_them_in_memory(small: Index) -> None:
    path = small.path / FILE
    path.unlink()
    path.mkdir()
    again = Index.open(small.path)
    assert suggestions_of(again) == suggest(small)
    assert suggestions_of(again, make=False) == suggest(small)
    assert sorted(entry.name for entry in os.scandir(small.path)) == ["CURRENT", "LOCK", "generations", FILE]


def test_what_leads_on_is_not_asked_yet_and_not_cited(article: Index) -> None:
    suggestions = suggest(article)
    asked: list[str] = []
    for _ in range(3):
        result = answer(article, suggestions[0].question)
        cited = {(citation.source, citation.start) for citation in result.citations}
        asked.append(f" {suggestions[0].question.upper()}？")
        leading = leads_on(suggestions, result, asked)
        assert len(leading) == 3
        assert not {(one.source, one.start) for one in leading} & cited
        assert suggestions[0] not in leading
        asked += [one.question for one in leading]
    assert not set(leads_on(suggestions, result, [])) & {suggestions[0]}


def test_passages_that_were_found_too_come_before_what_follows_and_that_before_the_rest(article: Index) -> None:
    result = answer(article, suggest(article)[0].question)
    first = result.citations[0]
    spans = [span for span in article.sentences(first.source) if not any(span[0] == c.start for c in result.citations)]
    found = [s for s in spans if any(hit.holds(first.source, *s) for hit in result.hits)]
    others = [s for s in spans if s not in found]
    before = next(s for s in others if s[0] < first.start)
    after = [s for s in others if s[0] > first.end]
    made = [Suggestion(f"q{n}", first.source, *span) for n, span in enumerate([before, after[-1], after[0], found[0]])]
    assert [one.question for one in leads_on(made, result, [], 4)] == ["q3", "q2", "q1", "q0"]
    assert leads_on(made, None, ["Q0"], 2) == (made[1], made[2])
    declined = answer(article, suggest(article)[0].question, min_confidence=1.0)
    assert leads_on(made, declined, []) == tuple(made[:3])


def test_topics_are_the_titles_of_sections(article: Index) -> None:
    found = topics(article)
    text = article.sources[found[0].source].text
    assert [text[topic.start : topic.end] for topic in found] == [topic.title for topic in found]
    assert [topic.title[:2] for topic in found] == ["01", "02", "03"]


def test_without_sections_topics_are_terms_and_sources_share_them(library: Index) -> None:
    found = topics(library, count=6)
    assert {topic.source for topic in found} == set(library.sources)
    assert [topic.title for topic in topics(library, ["de"])] == ["Wasserwerk"]
    assert topics(library, "de") == topics(library, ["de"])
    assert topics(library, []) == ()
    start = CHINESE.index("清河大桥")
    assert Topic("清河大桥", "zh", start, start + 4) in topics(library, ["zh"])


def test_a_word_of_a_hundred_thousand_characters_takes_no_time() -> None:
    started = time.process_time()
    for word in (
        "あ" * 100_000,
        "a" * 100_000,
        "A" * 100_000,
        "ア" * 100_000,
        "山" * 100_000,
        "Aa " * 33_000,
        "ا" * 100_000,
    ):
        for rules in (japanese, english, chinese, arabic):
            rules.people(word)
        key_terms(word, "ja", 5), key_terms(word, "en", 5), key_terms(word, "zh", 5)
    assert time.process_time() - started < 20


@pytest.mark.parametrize(
    ("language", "text", "terms"),
    [
        (
            "ja",
            "アルファ社の報告。アルファ社は会計監査院の調査を受けた。会計監査院の長。",
            ["アルファ社", "会計監査院"],
        ),
        ("en", "The council met. The River Board spoke. Later the River Board left.", ["River Board"]),
        ("th", "", []),
    ],
)
def test_terms_are_whole_words_that_return(language: str, text: str, terms: list[str]) -> None:
    assert key_terms(text, language, 5) == terms


@pytest.mark.parametrize("rules", [japanese, english, chinese, arabic])
def test_no_sentence_holds_the_rules_up(rules: ModuleType) -> None:
    marks = ("漢", "ー", "1", "Aa ", "アの", "が、", "「", "A氏", "1月", "the ", "ال", "是", "x, ")
    ends = ("", "である", "であるAa は", "A氏である", " is a dog", " was born in 1990", "是人")
    for mark, end in product(marks, ends):
        started = time.process_time()
        list(rules.drafts((mark * 200)[: 200 - len(end)] + end))
        assert time.process_time() - started < 1, mark + "…" + end


@pytest.mark.parametrize("line", ["# Heading {n}\n\nText {n} sleeps.\n\n", "# Why {n}?\n\nText {n} sleeps.\n\n"])
def test_twice_the_headings_take_about_twice_the_time(line: str) -> None:
    def taken(count: int) -> float:
        text = "".join(line.format(n=n) for n in range(count))
        sentences = [Unit(start, end, 0) for start, end in split_sentences(text)]
        index: Any = SimpleNamespace(  # one that need not embed all of it
            sources={"text.md": Source("text.md", text)},
            blocks={"text.md": layout(text).blocks},
            passages=(Passage("text.md", 0, len(text)),),
            passages_of=lambda name: range(1),
            passage_units=lambda number: sentences,
        )
        times = []
        for _ in range(3):
            started = time.process_time()
            candidates(index)
            times.append(time.process_time() - started)
        return min(times)

    assert taken(6000) < 3.2 * taken(3000) + 0.05


def test_of_many_sentences_a_bounded_number_is_tried_spread_evenly() -> None:
    spans = [(n, n + 1) for n in range(5999)]
    tried = _spread(spans, 3000)
    assert len(tried) == 3000 and tried[0] == (0, 1) and tried[-1][0] >= 5997
    assert {after[0] - before[0] for before, after in pairwise(tried)} <= {1, 2}
    assert _spread(spans[:3000], 3000) == spans[:3000]


def test_a_question_that_a_text_replies_to_is_suggested_with_its_reply() -> None:
    text = (
        "よくある質問\n\nQ1. 返金は\tできますか？\nA. 14日以内ならできます。\n手数料はかかりません。\n\nQ2. 送料は？\n"
    )
    [(question, start, end)] = _asked(text, layout(text).blocks)
    assert (question, text[start:end]) == (
        "返金は できますか？",
        "A. 14日以内ならできます。\n手数料はかかりません。",
    )
