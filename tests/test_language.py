"""The language of a text follows from a script that only one language uses, else from statistics, or is unknown."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.text.language import UNKNOWN, language_of

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("昨日、図書館で本を借りました。", "ja"),
        ("カタカナ", "ja"),
        ("安全確認実施済、本日作業終了。設備点検も済。", "ja"),
        ("昨天我在图书馆借了三本书，今天已经还了。", "zh"),
        ("昨天我在圖書館借了三本書，今天已經還了。", "zh-Hant"),
        ("어제 도서관에서 책을 빌렸습니다.", "ko"),
        ("Yesterday I borrowed three books from the library.", "en"),
        ("Gestern habe ich drei Bücher aus der Bibliothek ausgeliehen.", "de"),
        ("استعرت ثلاثة كتب من المكتبة أمس.", "ar"),
        ("Вчера я взял в библиотеке три книги.", "ru"),
    ],
)
def test_a_sentence_shows_its_language(text: str, language: str) -> None:
    assert language_of(text) == language


@pytest.mark.parametrize("text", ["", " \n", "12 345", "2024-05-10 09:30", "!?", "株式会社", "Qx", "🙂🙂🙂"])
def test_what_shows_no_language_is_undetermined(text: str) -> None:
    assert language_of(text) == UNKNOWN


def test_the_article_is_japanese_whatever_the_names_in_it() -> None:
    assert language_of((ROOT / "source" / "openai-turmoil.txt").read_text(encoding="utf-8")) == "ja"


def test_most_of_a_text_decides_not_its_beginning() -> None:
    quotation = "昨日、図書館で本を借りました。\n"
    assert language_of(quotation + 200 * "Yesterday I borrowed three books from the library. ") == "en"
    assert language_of("Home | News | Contact\n" + 200 * quotation) == "ja"
    assert language_of("品牌叫优の良品。" + 20 * "昨天我在图书馆借了三本书，今天已经还了。") == "zh"


def test_a_long_text_takes_no_longer_than_a_short_one() -> None:
    language_of("This loads what is needed for it.")
    started = time.process_time()
    language_of("word " * 1_000_000)
    language_of("x" * 5_000_000)
    assert time.process_time() - started < 1


@given(st.text(st.characters()))
def test_any_string_gets_a_tag(text: str) -> None:
    assert language_of(text)


def test_the_weights_are_loaded_only_where_statistics_are_needed() -> None:
    code = "import sys; from qa.text.language import language_of as of; of('かな'); print('py3langid' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert said.stdout.strip() == "False"
