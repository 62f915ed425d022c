"""Question sets of every form, metrics worked by hand, and a whole evaluation on a small set."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.errors import EvaluationSetError
from qa.evaluation import metrics
from qa.evaluation.questions import Collection, EvaluationSet, Evidence, Question
from qa.evaluation.report import Report, evaluate, render
from qa.evaluation.scores import EvidenceScore, QuestionScore
from qa.evaluation.sets import guess_language, place, read_set
from qa.progress import ProgressEvent, Stage
from qa.retrieval import prepare
from qa.text.source import Source

LAMP = "灯台は1874年に建てられた。高さは31メートルである。"
BRIDGE = "橋は木で造られている。全長は120メートルで、毎年春に修理される。"
SHIP = "The ferry leaves at nine. It carries forty passengers. The captain is Ada Byron."


def write(path: Path, content: Any) -> Path:
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


def squad(*paragraphs: dict[str, Any]) -> dict[str, Any]:
    return {"version": "2.0", "data": [{"title": "t", "paragraphs": list(paragraphs)}]}


# --- metrics ---------------------------------------------------------------------------------------------------


def test_a_question_without_a_right_hit_counts_in_the_denominator() -> None:
    ranks = [1, 2, None, 12]
    assert metrics.recall_at(1, ranks) == 1 / 4
    assert metrics.recall_at(5, ranks) == 2 / 4
    assert metrics.recall_at(12, ranks) == 3 / 4


def test_mrr_is_the_mean_of_reciprocal_ranks_and_zero_beyond_the_cut() -> None:
    assert metrics.mrr_at(10, [1, 2, None, 12]) == (1 + 1 / 2 + 0 + 0) / 4


def test_ndcg_discounts_by_the_binary_logarithm_of_the_place() -> None:
    # 1 / log2(2) = 1, 1 / log2(4) = 1/2, nothing for a miss and for place 11
    assert metrics.ndcg_at(10, [1, 3, None, 11]) == pytest.approx((1 + 0.5) / 4)


def test_auc_counts_a_tie_as_half_a_win() -> None:
    # pairs: .9>.8 .9>.3 (2 won), .8=.8 tied, .8>.3 won, .2<.8 .2<.3 lost: 3.5 of 6
    assert metrics.roc_auc([0.9, 0.8, 0.2], [0.8, 0.3]) == pytest.approx(3.5 / 6)


def test_figures_of_nothing_are_none_rather_than_zero() -> None:
    assert metrics.recall_at(1, []) is None
    assert metrics.mrr_at(10, []) is None
    assert metrics.ndcg_at(10, []) is None
    assert metrics.roc_auc([0.4], []) is None
    assert metrics.roc_auc([], [0.4]) is None


@given(
    st.lists(st.sampled_from([0.0, 0.25, 0.5, 1.0]), min_size=1, max_size=12),
    st.lists(st.sampled_from([0.0, 0.25, 0.5, 1.0]), min_size=1, max_size=12),
)
def test_auc_equals_the_count_over_all_pairs_and_mirrors_when_the_sides_swap(a: list[float], b: list[float]) -> None:
    pairs = sum((x > y) + (x == y) / 2 for x in a for y in b) / (len(a) * len(b))
    assert metrics.roc_auc(a, b) == pytest.approx(pairs)
    assert metrics.roc_auc(b, a) == pytest.approx(1 - pairs)


@given(st.lists(st.one_of(st.none(), st.integers(1, 30)), min_size=1, max_size=20))
def test_ndcg_lies_between_mrr_and_recall(ranks: list[int | None]) -> None:
    mrr, ndcg, recall = metrics.mrr_at(10, ranks), metrics.ndcg_at(10, ranks), metrics.recall_at(10, ranks)
    assert mrr is not None and ndcg is not None and recall is not None
    assert mrr <= ndcg + 1e-12 <= recall + 2e-12


def test_a_hit_must_hold_half_of_the_evidence_and_evidence_never_half_of_the_hit() -> None:
    assert metrics.covers_half((0, 15), (10, 20))
    assert not metrics.covers_half((0, 14), (10, 20))
    assert metrics.covers_half((0, 1000), (10, 20))
    assert not metrics.covers_half((12, 14), (10, 20))
    assert not metrics.covers_half((0, 10), (10, 10))


def test_two_sentences_are_the_same_when_half_of_the_shorter_is_shared() -> None:
    assert metrics.is_same_sentence((12, 14), (10, 20))
    assert metrics.is_same_sentence((0, 15), (10, 20))
    assert not metrics.is_same_sentence((0, 14), (10, 20))
    assert not metrics.is_same_sentence((0, 10), (10, 20))


def test_an_answer_is_found_whatever_its_width_case_and_spaces() -> None:
    assert metrics.holds_answer(["会社は ＯｐｅｎＡＩ　だ"], ["open ai"])
    assert not metrics.holds_answer(["会社は OpenAI だ"], ["Open-AI"])
    assert not metrics.holds_answer(["会社は OpenAI だ"], ["", "  "])
    assert not metrics.holds_answer(["open", "ai"], ["openai"])


@pytest.mark.parametrize(
    ("words", "answers", "f1"),
    [
        ("２０２２年", ["2022年"], 1.0),
        ("2022年11月", ["2022年", "11月"], 2 * 5 / (8 + 5)),
        ("New York", ["the city of New York"], 2 * 7 / (7 + 16)),
        ("ああ", ["あい"], 2 * 1 / (2 + 2)),  # a character counts as often as both have it
        ("", ["a"], 0.0),
        ("a", ["", " "], 0.0),
        ("a", [], 0.0),
    ],
)
def test_words_match_the_nearest_answer_by_their_characters(words: str, answers: list[str], f1: float) -> None:
    assert metrics.character_f1(words, answers) == pytest.approx(f1)


# --- sets ------------------------------------------------------------------------------------------------------


def test_squad_v1_gives_a_source_a_paragraph_and_the_sentence_at_answer_start(tmp_path: Path) -> None:
    text = "Ada came. Then Ada went. Bob stayed."
    asked = {"id": "q1", "question": "Who went?", "answers": [{"text": "Ada", "answer_start": 15}]}
    paragraphs = ({"context": SHIP, "qas": []}, {"context": text, "qas": [asked]})
    read = read_set(write(tmp_path / "small.v1.json", squad(*paragraphs)))

    assert read.name == "small"
    assert not read.needs_index
    (collection,) = read.collections
    assert collection.sources is not None
    assert [source.text for source in collection.sources] == [SHIP, text]
    (question,) = collection.questions
    assert question == Question(
        id="q1",
        lang="und",
        question="Who went?",
        answerable=True,
        answers=("Ada",),
        gold=collection.sources[1].name,
        evidence=(Evidence(collection.sources[1].name, 10, 24, "Then Ada went."),),
    )


def test_squad_v2_marks_impossible_questions_as_unanswerable_without_gold(tmp_path: Path) -> None:
    asked = [
        {"id": "a", "question": "誰?", "answers": [], "plausible_answers": [{"text": "橋"}], "is_impossible": True},
        {"id": "b", "question": "何で?", "answers": [{"text": "木", "answer_start": 2}] * 2, "is_impossible": False},
    ]
    (collection,) = read_set(write(tmp_path / "v2.json", squad({"context": BRIDGE, "qas": asked}))).collections
    impossible, possible = collection.questions
    assert (impossible.answerable, impossible.answers, impossible.gold, impossible.evidence) == (False, (), "", ())
    assert possible.answerable
    assert possible.answers == ("木",)
    assert [evidence.quote for evidence in possible.evidence] == ["橋は木で造られている。"]


def test_a_paragraph_that_comes_twice_is_one_source(tmp_path: Path) -> None:
    one = {"context": LAMP, "qas": [{"question": "いつ?", "answers": [{"text": "1874年"}]}]}
    (collection,) = read_set(write(tmp_path / "twice.json", squad(one, one))).collections
    assert collection.sources is not None
    assert len(collection.sources) == 1
    assert {question.gold for question in collection.questions} == {collection.sources[0].name}


def test_an_answer_start_that_is_off_falls_back_to_where_the_string_occurs(tmp_path: Path) -> None:
    asked = {"question": "高さは?", "answers": [{"text": "31メートル", "answer_start": 3}]}
    (collection,) = read_set(write(tmp_path / "off.json", squad({"context": LAMP, "qas": [asked]}))).collections
    assert [evidence.quote for evidence in collection.questions[0].evidence] == ["高さは31メートルである。"]


def test_the_compact_form_takes_every_sentence_that_holds_an_answer(tmp_path: Path) -> None:
    text = "春に咲く。秋に枯れる。また春が来る。"
    compact = {"passages": [LAMP, text], "queries": [["いつ咲く?", 1, ["春"], "花"], ["いつ建った?", 0, ["1874年"]]]}
    (collection,) = read_set(write(tmp_path / "compact.json", compact)).collections
    spring, built = collection.questions
    assert [(evidence.start, evidence.end) for evidence in spring.evidence] == [(0, 5), (11, 18)]
    assert [evidence.quote for evidence in built.evidence] == ["灯台は1874年に建てられた。"]
    assert {evidence.source for evidence in spring.evidence} == {spring.gold}
    assert [question.lang for question in collection.questions] == ["ja", "ja"]


def lines_set(tmp_path: Path, start: int = 15) -> EvaluationSet:
    quote = LAMP[15:]
    records = [
        {
            "id": "l-1",
            "lang": "en",
            "question": "How tall is it?",
            "answerable": True,
            "answers": ["31メートル"],
            "evidence": [{"quote": quote, "start": start, "end": start + len(quote)}],
        },
        {"id": "l-2", "lang": "ja", "question": "灯台守は誰?", "answerable": False, "answers": [], "evidence": []},
    ]
    text = "\n".join(json.dumps(record, ensure_ascii=False) for record in records) + "\n\n"
    return read_set(write(tmp_path / "lines.jsonl", text))


def test_the_lines_form_brings_no_sources_and_is_placed_in_those_of_an_index(tmp_path: Path) -> None:
    read = lines_set(tmp_path)
    assert read.needs_index
    placed = place(read, {"bridge": Source("bridge", BRIDGE), "lamp": Source("lamp", LAMP)})
    tall, keeper = placed.collections[0].questions
    assert tall.evidence == (Evidence("lamp", 15, 28, "高さは31メートルである。"),)
    assert (tall.lang, tall.gold) == ("en", "")
    assert not keeper.answerable


def test_evidence_that_is_elsewhere_asks_for_the_index_of_its_text(tmp_path: Path) -> None:
    sources = {"lamp": Source("lamp", LAMP.replace("高さ", "丈"))}
    complaint = r'lines are about a text .*"高さは31メートルである。" is not at 14.*--index'
    with pytest.raises(EvaluationSetError, match=complaint):
        place(lines_set(tmp_path, start=14), sources)


def test_evidence_that_has_moved_is_found_where_it_stands_now_but_not_if_that_is_twice(tmp_path: Path) -> None:
    read = lines_set(tmp_path)
    [evidence] = place(read, {"lamp": Source("lamp", f"改訂版。{LAMP}")}).collections[0].questions[0].evidence
    assert evidence == Evidence("lamp", 19, 32, "高さは31メートルである。")
    with pytest.raises(EvaluationSetError, match="is not at 15"):
        place(read, {"lamp": Source("lamp", f"改訂版。{LAMP}"), "copy": Source("copy", f"改訂。{LAMP}")})


def nomiracl(number: int, question: str, passages: list[str], answerable: bool) -> str:
    return json.dumps({"id": str(number), "question": question, "passages": passages, "answerable": answerable})


def test_the_nomiracl_form_gives_each_question_a_collection_of_its_own(tmp_path: Path) -> None:
    text = nomiracl(1, "橋は何で?", [LAMP, BRIDGE, LAMP], True) + "\n" + nomiracl(2, "船长是谁？", [LAMP], False)
    path = tmp_path / "nomiracl.jsonl.gz"
    path.write_bytes(gzip.compress(text.encode()))
    read = read_set(path)
    assert read.name == "nomiracl"
    assert [[s.text for s in c.sources or ()] for c in read.collections] == [[LAMP, BRIDGE], [LAMP]]
    questions = [collection.questions[0] for collection in read.collections]
    assert [(q.lang, q.answerable, q.gold, q.evidence) for q in questions] == [
        ("ja", True, "", ()),
        ("zh", False, "", ()),
    ]


def test_a_line_separator_within_a_string_does_not_part_a_line(tmp_path: Path) -> None:
    record = json.dumps({"question": "a\u2028b", "answerable": False}, ensure_ascii=False)
    (collection,) = read_set(write(tmp_path / "separator.jsonl", f"{record}\n{record}")).collections
    assert [question.question for question in collection.questions] == ["a\u2028b"] * 2


@pytest.mark.parametrize(
    ("question", "passage", "language"),
    [
        ("誰ですか", "", "ja"),
        ("누구?", "", "ko"),
        ("谁是船长", "", "zh"),
        ("東大寺建立年", BRIDGE, "ja"),
        ("東大寺建立年", "東大寺建於八世紀", "zh"),
        ("GDP?", BRIDGE, "ja"),
        ("Who?", SHIP, "und"),
    ],
)
def test_language_is_guessed_from_the_letters(question: str, passage: str, language: str) -> None:
    assert guess_language(question, passage) == language


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", r"bad\.json has no questions"),
        (b"\xff\xfe\x00", r"bad\.json is not UTF-8 text"),
        (b'{"data": [', r"bad\.json is not complete JSON"),
        (b'{"question": "a"}\n{"question"', r"bad\.json is not complete JSON \(line 2"),
        (b'{"data": []}', r"bad\.json has no questions"),
        (b'{"data": [{"title": "t"}]}', r"bad\.json is not a known kind of question set \('paragraphs' is missing\)"),
        (b'{"passages": ["a"], "queries": [["q", 1, ["a"]]]}', r"not a known kind of question set .*passage 1 of 1"),
        (b'{"passages": [1], "queries": []}', r"not a known kind of question set"),
        (b'{"answer": "a"}', r"not a known kind of question set"),
        (b'{"question": "a", "answerable": "yes"}', r"not a known kind of question set .*'yes', not true or false"),
        (b"[1, 2]", r"not a known kind of question set"),
        (b"12", r"not a known kind of question set"),
        (b"\x1f\x8bnot gzip", r"bad\.json is truncated or is not gzip"),
    ],
)
def test_a_file_in_no_known_form_is_rejected_with_a_one_line_error(
    tmp_path: Path, content: bytes, sentence: str
) -> None:
    path = tmp_path / "bad.json"
    path.write_bytes(content)
    with pytest.raises(EvaluationSetError, match=sentence) as rejected:
        read_set(path)
    assert "\n" not in str(rejected.value)


def test_json_that_is_nested_too_deeply_is_rejected(tmp_path: Path) -> None:
    for content in ("[" * 200_000, '{"qas": []}\n' + "[" * 200_000):
        with pytest.raises(EvaluationSetError):
            read_set(write(tmp_path / "deep.json", content))


def test_a_missing_file_a_folder_and_a_cut_gzip_are_rejected(tmp_path: Path) -> None:
    with pytest.raises(EvaluationSetError, match="There is no question set at"):
        read_set(tmp_path / "none.json")
    with pytest.raises(EvaluationSetError, match="cannot be read"):
        read_set(tmp_path)
    cut = tmp_path / "cut.json.gz"
    cut.write_bytes(gzip.compress(json.dumps(squad({"context": LAMP * 50, "qas": []})).encode())[:60])
    with pytest.raises(EvaluationSetError, match="truncated or is not gzip"):
        read_set(cut)


# --- documents and conversations --------------------------------------------------------------------------------


LIGHTHOUSE = {
    "id": "d1",
    "lang": "ja",
    "genre": "notice",
    "title": "灯台",
    "text": LAMP,
    "qas": [
        {"q": "高さは？", "lang": "ja", "answerable": True, "answer": "31メートル",
         "sentence": "高さは31メートルである。", "kind": "howmany"},
        {"q": "When was it built?", "lang": "en", "answerable": True, "answer": "1874年",
         "sentence": "灯台は1874年に建てられた。", "kind": "when"},
    ],
}  # fmt: skip
FERRY = {
    "id": "d2",
    "lang": "en",
    "genre": "notice",
    "title": "Ferry",
    "text": SHIP,
    "qas": [
        {"q": "Who owns it?", "lang": "en", "answerable": False, "near": "The captain is Ada Byron.", "kind": "near"}
    ],
}


def lines_of(*records: Any) -> str:
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)


def test_documents_are_searched_together_or_each_by_itself(tmp_path: Path) -> None:
    path = write(tmp_path / "documents.jsonl", lines_of(LIGHTHOUSE, FERRY))
    [together] = read_set(path).collections
    assert together.sources == (Source("d1", LAMP), Source("d2", SHIP))
    assert [question.is_same_language for question in together.questions] == [True, False, True]
    assert together.questions[0].evidence == (Evidence("d1", 15, 28, "高さは31メートルである。"),)
    assert [question.kind for question in together.questions] == ["howmany", "when", "near"]
    each = read_set(path, each=True).collections
    assert [(c.sources[0].name, len(c.questions)) for c in each if c.sources] == [("d1", 2), ("d2", 1)]


def test_turns_of_a_conversation_have_a_complete_form(
    tmp_path: Path,
) -> None:
    write(tmp_path / "documents_dev.jsonl", lines_of(LIGHTHOUSE, FERRY))
    turns = [
        {"q": "Height?", "standalone": "How high is the lighthouse?", "depends": "none", "answerable": True,
         "answer": "31メートル", "sentence": "高さは31メートルである。"},
        {"q": "And its owner?", "standalone": "Who owns the lighthouse?", "depends": "question", "answerable": False,
         "near": "灯台は1874年に建てられた。"},
    ]  # fmt: skip
    record = {"id": "c1", "doc": "d1", "lang": "en", "turns": turns}
    [asked] = read_set(write(tmp_path / "conversations.jsonl", lines_of(record))).collections
    assert asked.sources == (Source("d1", LAMP),)
    assert [question.question for question in asked.questions] == [turn["standalone"] for turn in turns]
    assert [question.turn for question in asked.questions] == [turn["q"] for turn in turns]
    assert {question.conversation for question in asked.questions} == {"c1"}
    assert [question.kind for question in asked.questions] == ["depends on none", "depends on question"]
    assert [question.answerable for question in asked.questions] == [True, False]
    missing = write(tmp_path / "missing.jsonl", lines_of(record | {"doc": "d9"}))
    with pytest.raises(EvaluationSetError, match="no document d9"):
        read_set(missing)


def test_a_sentence_that_is_not_in_its_document_is_rejected(tmp_path: Path) -> None:
    wrong = FERRY | {"qas": [{"q": "x", "lang": "en", "answerable": True, "answer": "y", "sentence": "No such words."}]}
    with pytest.raises(EvaluationSetError, match=r"'No such words\.' is not in d2"):
        read_set(write(tmp_path / "documents.jsonl", lines_of(wrong)))


@pytest.mark.parametrize("name", ["documents_dev", "hard_questions_dev", "conversations_dev"])
def test_each_sentence_of_the_shared_sets_is_found(name: str) -> None:
    path = Path(__file__).resolve().parents[2] / "shared" / "eval" / f"{name}.jsonl"
    if not path.exists():
        pytest.skip("the shared question sets are not there")
    questions = [question for collection in read_set(path, each=True).collections for question in collection.questions]
    assert len(questions) > 100
    assert all(bool(question.evidence) == question.answerable for question in questions)


# --- report ----------------------------------------------------------------------------------------------------

HIT = EvidenceScore(first=True, cited=True, answer=True, citations=2, span=True, f1=0.75)
LATER = EvidenceScore(first=False, cited=True, answer=False, citations=3)
MISS = EvidenceScore(first=False, cited=False, answer=False, citations=0)


def scored(lang: str, rank: int | None, evidence: EvidenceScore, confidence: float, **other: Any) -> QuestionScore:
    values: dict[str, Any] = {"answerable": True, "judged": True, "answered": evidence is not MISS, "forced": evidence}
    values |= {"shown": 4, "verbatim": 4} | other
    return QuestionScore(id="", lang=lang, rank=rank, evidence=evidence, confidence=confidence, **values)


@pytest.fixture
def report() -> Report:
    scores = (
        scored("ja", 1, HIT, 0.9),
        scored("ja", 2, LATER, 0.5),
        scored("en", None, MISS, 0.2, forced=LATER),
        scored("en", None, MISS, 0.5, answerable=False, judged=False, answered=True, verbatim=3),
    )
    return Report("hand", scores, 1.25, 0.24)


def test_every_figure_of_a_report_follows_from_its_scores(report: Report) -> None:
    figures = report.to_dict()
    assert list(figures) == [
        "set", "questions", "retrieval", "evidence", "forced", "abstention", "confidence", "verbatim", "languages",
        "intervals", "seconds",
    ]  # fmt: skip
    assert (figures["set"], figures["questions"], figures["verbatim"]) == ("hand", 4, 15 / 16)
    assert figures["retrieval"] == {
        "R@1": 0.3333,
        "R@5": 0.6667,
        "R@10": 0.6667,
        "MRR@10": 0.5,
        "nDCG@10": round((1 + 0.6309297535714575) / 3, 4),
    }
    of_span = {"span": 0.3333, "f1": 0.25}
    assert figures["evidence"] == {"first": 0.3333, "cited": 0.6667, "answer": 0.3333, "citations": 1.6667} | of_span
    assert figures["forced"] == {"first": 0.3333, "cited": 1.0, "answer": 0.3333, "citations": 2.6667} | of_span
    # against the one unanswerable at .5: .9 wins, .5 ties, .2 loses
    assert figures["abstention"] == {"answered_answerable": 0.6667, "declined_unanswerable": 0.0, "AUC": 0.5}
    # Only the first is right. One bin: |1/4 - 2.1/4|. By width: .9 misses by .1, .5 twice by .5, .2 by .2.
    # (.1**2 + .5**2 + .2**2 + .5**2) / 4. The risk is 0 at 1/4, 2/3 at 3/4, where two tie, and 3/4 at 1.
    assert figures["confidence"] == {
        "ece": 0.275,
        "ece_width": 0.325,
        "brier": 0.1375,
        "aurc": round(0.5 * 2 / 3 + 0.25 * 3 / 4, 4),
    }


@pytest.mark.parametrize(
    ("answerable", "judged", "first", "right"),
    [
        (True, True, True, True),
        (True, True, False, False),
        (False, False, False, False),  # without an answer nothing that is cited is right
        (True, False, False, None),  # the set does not say where the answer is
    ],
)
def test_a_confidence_is_judged_by_what_would_be_cited_first(
    answerable: bool, judged: bool, first: bool, right: bool | None
) -> None:
    forced = HIT if first else LATER
    assert scored("en", None, MISS, 0.2, answerable=answerable, judged=judged, forced=forced).right is right


def test_a_set_that_leaves_an_answer_unmarked_has_no_confidence_figures(report: Report) -> None:
    unmarked = replace(report, scores=(*report.scores, scored("ja", None, LATER, 0.5, judged=False)))
    figures = unmarked.to_dict()
    assert unmarked.outcomes == []
    assert set(figures["confidence"].values()) == set(figures["languages"]["ja"]["confidence"].values()) == {None}
    assert figures["languages"]["en"]["confidence"]["brier"] == pytest.approx((0.2**2 + 0.5**2) / 2)
    assert "aurc" in render(report) and "aurc" not in render(unmarked)


def test_the_confidence_is_the_same_whether_or_not_declining_is_allowed(article_index: Path) -> None:
    from qa import Index, answer

    index = Index.open(article_index)
    for question in ("暫定CEOに任命されたのは誰ですか", "Who left the board?", "qwzx"):
        strict, forced = (answer(index, question, min_confidence=least) for least in (1.01, 0.0))
        assert (strict.answered, forced.answered) == (False, True)
        assert strict.confidence == forced.confidence


def test_groups_have_figures_and_intervals_of_their_own(report: Report) -> None:
    assert "groups" not in report.to_dict()
    kinds = [("when", True), ("when", False), ("who", True), ("near", True)]
    scores = tuple(
        replace(score, kind=kind, same_language=same) for score, (kind, same) in zip(report.scores, kinds, strict=True)
    )
    figures = replace(report, scores=scores).to_dict()
    assert list(figures["groups"]) == ["same language", "other language", "near", "when", "who"]
    assert figures["groups"]["same language"]["evidence"]["first"] == 0.5
    # .9 right, .2 and .5 wrong
    assert figures["groups"]["same language"]["confidence"]["brier"] == round((0.1**2 + 0.2**2 + 0.5**2) / 3, 4)
    other = {"first": 0, "cited": 1, "answer": 0, "citations": 3, "span": 0, "f1": 0}
    assert figures["groups"]["other language"]["evidence"] == other
    assert figures["intervals"]["when"]["cited"] == [1.0, 1.0]
    assert figures["intervals"]["near"]["first"] is None
    low, high = figures["intervals"]["all"]["cited"]
    assert low < 2 / 3 < high
    assert "other language" in render(replace(report, scores=scores))


def test_the_interval_of_a_mean_narrows_with_the_number_of_questions() -> None:
    # Normal approximation for 100 of 400: .25 -+ 1.96 * sqrt(.25 * .75 / 400) = .208 to .292
    low, high = metrics.interval([1.0] * 100 + [0.0] * 300) or (0.0, 0.0)
    assert (low, high) == (pytest.approx(0.208, abs=0.006), pytest.approx(0.292, abs=0.006))
    assert metrics.interval([]) is None


def test_each_language_has_its_own_figures(report: Report) -> None:
    languages = report.to_dict()["languages"]
    assert list(languages) == ["en", "ja"]
    assert languages["ja"]["retrieval"]["R@1"] == 0.5
    assert languages["ja"]["abstention"] == {
        "answered_answerable": 1.0,
        "declined_unanswerable": None,
        "AUC": None,
    }
    assert languages["en"]["abstention"] == {"answered_answerable": 0.0, "declined_unanswerable": 0.0, "AUC": 0.0}


def test_the_table_has_a_row_for_all_and_one_a_language_in_aligned_columns(report: Report) -> None:
    heading, retrieval, *_ = render(report).split("\n\n")
    assert heading == "hand: 4 questions in 1.2 s; excerpts verbatim: 93.75 %"
    assert retrieval.splitlines() == [
        "retrieval  of     R@1     R@5    R@10  MRR@10  nDCG@10",
        "all         3  0.3333  0.6667  0.6667  0.5000   0.5436",
        "en          1  0.0000  0.0000  0.0000  0.0000   0.0000",
        "ja          2  0.5000  1.0000  1.0000  0.7500   0.8155",
    ]


def test_a_set_with_its_own_texts_is_indexed_asked_and_scored(tmp_path: Path) -> None:
    asked = [
        {"id": "when", "question": "灯台はいつ建てられたか", "answers": [{"text": "1874年"}]},
        {"id": "tall", "question": "灯台の高さは何メートルか", "answers": [{"text": "31メートル"}]},
    ]
    captain = {"id": "captain", "question": "Who is the captain of the ferry?", "answers": [{"text": "Ada Byron"}]}
    paragraphs = ({"context": LAMP, "qas": asked}, {"context": BRIDGE, "qas": []}, {"context": SHIP, "qas": [captain]})
    calls: list[ProgressEvent] = []
    result = evaluate(
        read_set(write(tmp_path / "own.json", squad(*paragraphs))),
        progress=calls.append,
    )
    figures = result.to_dict()
    assert [score.id for score in result.scores] == ["when", "tall", "captain"]
    assert [score.rank for score in result.scores] == [1, 1, 1]
    assert figures["retrieval"]["nDCG@10"] == 1.0
    assert figures["forced"]["cited"] == 1.0
    assert figures["forced"]["answer"] == 1.0
    assert figures["verbatim"] == 1.0
    assert [call for call in calls if call.stage is Stage.ASKING] == [
        ProgressEvent(Stage.ASKING, n, 3) for n in (1, 2, 3)
    ]


def test_a_limit_draws_the_same_questions_each_time_and_keeps_the_texts(tmp_path: Path) -> None:
    asked = [{"id": str(n), "question": f"全長 {n}?", "answers": [{"text": "120メートル"}]} for n in range(20)]
    paragraphs = ({"context": BRIDGE, "qas": asked}, {"context": LAMP, "qas": []})
    read = read_set(write(tmp_path / "many.json", squad(*paragraphs)))
    drawn = [[score.id for score in evaluate(read, limit=3).scores] for _ in range(2)]
    assert drawn[0] == drawn[1]
    assert len(set(drawn[0])) == 3
    assert drawn[0] != ["0", "1", "2"]


def test_turns_are_asked_after_what_was_really_answered_and_a_limit_keeps_the_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def turn(words: str, complete: str) -> dict[str, Any]:
        return {"q": words, "standalone": complete, "depends": "question", "answerable": False}

    first, then = "How high is the lighthouse?", "Built when?"
    turns = [turn(first, first), turn(then, "When was it built?")]
    records = [{"id": f"c{n}", "doc": "d1", "lang": "en", "turns": turns} for n in range(3)]
    write(tmp_path / "documents_dev.jsonl", lines_of(LIGHTHOUSE))
    read = read_set(write(tmp_path / "conversations.jsonl", lines_of(*records)))
    asked: list[tuple[str, list[str]]] = []

    def went_before(_index: Any, history: list[Any]) -> None:
        asked.append((current[-1], [answer.question for answer in history]))

    def prepared(index: Any, question: str) -> Any:
        current.append(question)
        return prepare(index, question)

    current: list[str] = []
    monkeypatch.setattr("qa.evaluation.scores.what_went_before", went_before)
    monkeypatch.setattr("qa.evaluation.scores.prepare", prepared)
    assert [score.id[3:] for score in evaluate(read, limit=3).scores] == ["1", "2", "1"]
    assert asked == [(first, []), (then, [first]), (first, [])]
    current.clear()
    evaluate(read, limit=2, standalone=True)
    assert current == [first, "When was it built?"]
    assert len(asked) == 3


def test_small_collections_have_abstention_figures_only(tmp_path: Path) -> None:
    text = nomiracl(1, "橋は何で造られているか", [LAMP, BRIDGE], True) + "\n" + nomiracl(2, "誰が王か", [SHIP], False)
    result = evaluate(read_set(write(tmp_path / "small.jsonl", text)))
    figures = result.to_dict()
    assert set(figures["retrieval"].values()) == {None}
    assert set(figures["evidence"].values()) == {None}
    assert set(figures["confidence"].values()) == {None}
    assert figures["abstention"]["AUC"] == 1.0
    assert figures["verbatim"] == 1.0
    assert "retrieval" not in render(result)


def test_a_set_on_another_text_needs_an_index_and_one_that_fits(tmp_path: Path, article_index: Path) -> None:
    read = lines_set(tmp_path)
    with pytest.raises(EvaluationSetError, match="give --index an index of that text"):
        evaluate(read)
    with pytest.raises(EvaluationSetError, match="a text that is not in this index"):
        evaluate(read, article_index)


def test_an_evidence_set_is_asked_of_the_index_that_holds_its_text(article_index: Path) -> None:
    from qa.index import Index

    index = Index.open(article_index)
    name, source = next(iter(index.sources.items()))
    start, end = index.sentences(name)[3]
    sentence = source.text[start:end]
    own = Question("own", "ja", sentence[:200], True, (sentence,), evidence=(Evidence("", start, end, sentence),))
    blank = Question("blank", "ja", "  ", True, (sentence,), evidence=own.evidence)
    result = evaluate(EvaluationSet("own", (Collection(None, (own, blank)),)), index)
    assert [score.rank for score in result.scores] == [1, None]
    assert [score.forced.first for score in result.scores] == [True, False]
    assert result.to_dict()["retrieval"]["R@1"] == 0.5


def test_retrieval_is_scored_on_the_hits_that_retrieve_gives(article_index: Path) -> None:
    from qa import Index, answer, retrieve

    index = Index.open(article_index)
    for question in ("暫定CEOに任命されたのは誰ですか", "Who left the board?"):
        assert list(answer(index, question, k=30).hits) == retrieve(index, question, k=30)
