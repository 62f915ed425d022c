"""Inputs of users that once failed, each with the answer that is right: the folders of ``../shared/cases``."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from qa import Answer, Index, answer
from qa.citations import clock

CASES = Path(__file__).resolve().parents[2] / "shared" / "cases"
pytestmark = pytest.mark.skipif(not CASES.is_dir(), reason="../shared/cases is not there")


def ask(tmp_path: Path, file: str, question: str) -> Answer:
    index = Index.build(CASES / file, tmp_path / "index")
    result = answer(index, question, min_confidence=0.0)
    for cited in result.citations:
        assert index.sources[cited.source].text[cited.start : cited.end] == cited.quote
    return result


@pytest.mark.parametrize(
    ("file", "question", "reply"),
    [
        ("1/faq.txt", "送料はいくらですか", "A. 全国どこでも六百円です。"),
        ("1/faq.txt", "返品したいのですが", "A. 届いてから八日のあいだは受け付けます。箱は捨てないでください。"),
        ("1/faq-ja.txt", "送料はいくらですか", "答　全国どこでも六百円です。"),
        ("1/faq-md.md", "返品はできますか", "届いてから八日のあいだは受け付けます。箱は捨てないでください。"),
        ("1/faq-en.md", "How much is shipping?", "A: Six pounds to any address."),
    ],
)
def test_1_a_faq_is_answered_by_the_reply(tmp_path: Path, file: str, question: str, reply: str) -> None:
    assert ask(tmp_path, file, question).citations[0].quote == reply


@pytest.mark.parametrize(
    ("question", "section", "words"),
    [
        ("機種ツバキの電源のつまみはどこにありますか", "機種ツバキ", "天面の中央"),
        ("機種カエデの電池は何本使いますか", "機種カエデ", "四本"),
        ("機種カエデの電源のつまみはどこにありますか", "機種カエデ", "背面の右下"),
    ],
)
def test_3_the_same_sentence_is_told_apart_by_its_heading(
    tmp_path: Path, question: str, section: str, words: str
) -> None:
    text = (CASES / "3" / "dup.md").read_text(encoding="utf-8")
    begin = text.index(f"# {section}")
    best = ask(tmp_path, "3/dup.md", question).citations[0]
    assert words in best.quote and begin < best.start
    assert "# 機種" not in text[begin + 2 : best.start]


@pytest.mark.parametrize(
    ("asked", "article"), [("第21条", "第二十一条"), ("第25条", "第二十五条"), ("第九条", "第九条")]
)
def test_5_an_article_is_found_however_its_number_is_written(tmp_path: Path, asked: str, article: str) -> None:
    best = ask(tmp_path, "5/kiyaku2.txt", f"{asked}には何と書いてありますか").citations[0]
    assert best.quote.startswith(article)


@pytest.mark.parametrize(
    ("file", "question", "year"),
    [
        ("7/ayumi-kanji.txt", "2009年には何がありましたか", "二〇〇九年"),
        ("7/ayumi-kanji.txt", "2012年には何がありましたか", "二〇一二年"),
        ("7/ayumi-ascii.txt", "二〇一二年には何がありましたか", "2012年"),
    ],
)
def test_7_a_year_is_found_however_it_is_written(tmp_path: Path, file: str, question: str, year: str) -> None:
    assert ask(tmp_path, file, question).citations[0].quote.startswith(year)


@pytest.mark.parametrize(
    ("question", "words"),
    [("費用が300,000,000円なのは何ですか", "北川橋の補修"), ("4億5000万円かかるのはどれですか", "西町の下水道")],
)
def test_9_an_amount_is_found_however_it_is_written(tmp_path: Path, question: str, words: str) -> None:
    assert words in ask(tmp_path, "9/kingaku.txt", question).citations[0].quote


def test_27_a_caption_without_full_stops_is_cited_with_its_time(tmp_path: Path) -> None:
    best = ask(tmp_path, "27/nopunct.srt", "水門の鍵はどこに入っていますか").citations[0]
    assert best.quote == "水門の鍵は赤い箱に入っています"
    assert best.time is not None and clock(best.time) == "0:00:05"


def test_29_abbreviations_end_no_sentence() -> None:
    from qa.text.sentences import split_sentences

    lines = (CASES / "29" / "caseD.py").read_text(encoding="utf-8")
    samples = dict(re.findall(r"""^'([\w-]+)':"(.+)",$""", lines, re.MULTILINE))
    kept = ["th-be", "th-dr", "it-art", "pl-ul", "cs-c", "ru-g", "uk-vul", "el-k", "tr-cad", "de-legal"]
    assert [name for name in kept if len(split_sentences(samples[name])) > 1] == []
