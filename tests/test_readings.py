"""The passages found are read together with the question, and what was read decides which sentence answers."""

from __future__ import annotations

import math

import pytest

from qa import Index, Source, answer
from qa.answering.readings import read_units
from qa.answering.units import score_units
from qa.retrieval import prepare, search
from qa.search.config import DEFAULT_CONFIG

NOTICE = """図書館からのお知らせ

開館時間は午前九時から午後七時までです。月曜日は休館します。
本は一人十冊まで、二週間借りられます。延長は一回だけできます。

お問い合わせは電話で受け付けます。"""
RULES = """駐車場の決まり

駐車場は三十分まで無料です。その後は一時間ごとに二百円かかります。"""


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    return Index.build([Source("notice", NOTICE), Source("rules", RULES)], tmp_path_factory.mktemp("readings"))


def test_the_probabilities_of_the_units_add_up_to_that_of_any_answer(index: Index) -> None:
    query = prepare(index, "本は何冊まで借りられますか")
    hits = search(index, query, 20)
    units = score_units(index, query, [hit.number for hit in hits])
    read = read_units(index, query, units)
    assert [(one.source, one.start, one.end) for one in read.units] == [(o.source, o.start, o.end) for o in units]
    total = sum(math.exp(unit.log_p) for unit in read.units if unit.log_p is not None)
    assert total == pytest.approx(1 / (1 + math.exp(-read.found)), rel=1e-4)


def test_reading_adds_to_the_score_and_marks_words_within_each_unit(index: Index) -> None:
    query = prepare(index, "本は何冊まで借りられますか")
    units = score_units(index, query, [hit.number for hit in search(index, query, 20)])
    for before, after in zip(units, read_units(index, query, units).units, strict=True):
        assert after.log_p is not None and after.span is not None
        assert after.score == pytest.approx(before.score + DEFAULT_CONFIG.reader_weight * after.log_p, abs=1e-5)
        assert after.start <= after.span[0] < after.span[1] <= after.end


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("本は何冊まで借りられますか", "十冊"),
        ("休館するのは何曜日ですか", "月曜日"),
        ("How long can I keep a book?", "二週間"),
    ],
)
def test_the_words_that_answer_are_found(index: Index, question: str, words: str) -> None:
    span = answer(index, question, bold=0.0).span
    assert span is not None and words in span.quote


def test_only_the_chosen_sources_are_read(index: Index) -> None:
    result = answer(index, "本は何冊まで借りられますか", bold=0.0, sources="rules")
    assert {hit.passage.source for hit in result.hits} == {"rules"}
    assert result.span is not None and result.span.source == "rules"
