"""Where another place answers differently, and as surely, both answers are shown."""

from __future__ import annotations

import html
from pathlib import Path

import pytest

from qa import Index, Source, answer
from qa.answering.differing import differing
from qa.answering.units import ScoredUnit
from qa.catalogue import words_of
from qa.search.config import DEFAULT_CONFIG
from qa.ui.history import History, Turn
from qa.ui.messages import chat_messages
from qa.ui.reading import Reading

OLD = "# 市民プール 利用案内\n\nプールの料金は、大人が一回500円です。\n\n休館日は毎週月曜日です。\n"
NEW = "# 市民プール 料金改定のお知らせ\n\nプールの料金は、大人が一回620円です。\n\n更衣室を新しくしました。\n"


def differ(one: str, other: str, less_sure: float = 0.0) -> bool:
    text = Source("text", f"{one}|{other}")
    best, second = (
        ScoredUnit("text", start, end, 0, 1.0, 1.0, 1.0, log_p, 1.0, (start, end) if start < end else None)
        for start, end, log_p in ((0, len(one), -1.0), (len(one) + 1, len(text.text), -1.0 - less_sure))
    )
    return bool(differing(best, [second], {"text": text}))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("500円", "620円"),
        ("7月3日", "7月5日"),
        ("三百人", "400人"),
        ("田中", "鈴木"),
        ("Monday", "Thursday"),
        ("9:00", "10:30"),
    ],
)
def test_other_numbers_and_other_words_differ(one: str, other: str) -> None:
    assert differ(one, other)
    assert differ(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("500円", "五百円"),
        ("3,000 yen", "３０００円"),
        ("7月3日", "3日"),
        ("平成25年", "2013年"),
        ("Anna Berg", "Berg"),
        ("月曜日", "毎週月曜日"),
        ("500円", "無料ではない"),
        ("", "620円"),
    ],
)
def test_other_spellings_shorter_forms_and_what_cannot_be_compared_do_not(one: str, other: str) -> None:
    assert not differ(one, other)
    assert not differ(other, one)


def test_what_answers_less_surely_is_not_another_answer() -> None:
    assert differ("500円", "620円", DEFAULT_CONFIG.as_sure)
    assert not differ("500円", "620円", DEFAULT_CONFIG.as_sure + 0.01)


def test_two_documents_that_disagree_are_both_shown_each_with_its_place(tmp_path: Path) -> None:
    index = Index.build([Source("案内", OLD), Source("お知らせ", NEW)], tmp_path)
    result = answer(index, "プールの料金は大人でいくらですか", bold=0.0)
    assert result.span
    assert {result.span.source, *(other.source for other in result.differing)} == {"案内", "お知らせ"}
    for span in result.differing:
        assert index.sources[span.source].text[span.start : span.end] == span.quote
        assert any(span.is_in(citation) for citation in result.citations[1:])
    assert answer(index, "プールの料金は大人でいくらですか", bold=0.0, sources=["案内"]).differing == ()

    words = words_of("ja")
    history = History((Turn(result.question, result, sources={n: s.sha256 for n, s in index.sources.items()}),))
    shown = chat_messages(history, Reading(dict(index.sources), blocks=index.blocks), words)[-1]["content"]
    unfolded = html.unescape(shown.partition('<details class="more"')[0])
    assert words["chat.differs"] in unfolded
    assert unfolded.count('<p class="short"') == 2
