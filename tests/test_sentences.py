"""Sentences: where texts of many languages are cut, and what holds for every text."""

from __future__ import annotations

import json
import time
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from qa.text.paragraphs import split_paragraphs
from qa.text.sentences import split_sentences

SHARED = Path(__file__).resolve().parents[2] / "shared"


def cut(text: str) -> list[str]:
    return [text[start:end] for start, end in split_sentences(text)]


@pytest.mark.parametrize(
    "sentences",
    [
        ["今日は晴れ。", "明日は雨！", "本当？", "はい。"],
        ["彼は「行こう。」と言った。", "彼女は笑った。"],
        ["「うん。」", "彼女は答えた。"],
        ["「……。」など、返事は短い。"],
        ["えっ！？と驚いた。", "次の日。"],
        ["「えっ！？」と叫んだ。"],
        ["『けいおん！』第2期が始まった。", "人気だ。"],
        ["リツイートして「いいね!」を付けた。", "それだけだ。"],
        ["Yahoo!ニュースとYahoo！ニュースを見た。"],
        ["すごい!", "本当?", "はい。"],
        ["モーニング娘。のメンバーが増えた。", "新人だ。"],
        ["価格は３．５円、または3,910.5円（税込。送料別。）です。", "高い。"],
        ["「開いたまま。", "閉じない。", "次の文。"],
        ["（括弧（が足りない。", "次の文」も。"],
        ["他说：“我们走吧。”", "她同意了。"],
        ["“好！”", "他喊道。"],
        ["他说：“走！”", "她走了。", "真的吗？"],
    ],
)
def test_japanese_and_chinese_end_at_full_stops_but_not_inside_quotations(sentences: list[str]) -> None:
    assert cut("".join(sentences)) == sentences
    assert cut("　" + "".join(sentences) + "\n") == sentences


@pytest.mark.parametrize(
    "sentences",
    [
        ["Mr. Smith went to Washington, D.C.", "He met Dr. J. R. Jones at 5 p.m. on Jan. 5."],
        ["The U.S. Government said no.", 'Then "What?" he asked.', '"Go."', "He left."],
        ["See Fig. 3, e.g. Smith et al. 2010... and so on.", "Wait...", "What?!"],
        ["It costs $3.50 at example.com/a.b?c=d.", "iPhone sales rose.", "Open notes.txt now."],
        ["(He left.)", "Then he came.", "**Bold.**", "Noted.[12]", "More."],
        ["1. Item one.", "Second part."],
        ["Er sagte: „Das ist gut. Sehr gut.“", "Dann ging er.", "Am 3. Oktober war z.B. Dr. Müller da."],
        ["»Ja. Nein.«", "Sie lachte.", "Im 19. Jahrhundert lebten ca. 5 Mio. Menschen."],
        ["Il a dit : « Bonjour. Ça va ? » Puis il partit.", "Vraiment ?", "Oui."],
        ["¿Qué pasó?", "¡Nada!", "El Sr. García vino a EE.UU. y ganó."],
        ["ما هذا؟", "هذا كتاب.", "ثم ذهب۔"],
        ["यह एक वाक्य है।", "यह दूसरा है॥", "हाँ।"],
        ["나는 학교에 갔다.", "“정말이야?”라고 물었다.", "네.", "저는 갑니다."],
        ["Он жил в 1990 г. в России и т.д.", "Кто я?", "Потом А. С. Пушкин уехал."],
        ["Սա մեկ է։", "Սա երկու է։"],
        ["አንድ ነው።", "ሁለት ነው።"],
    ],
)
def test_spaced_languages_end_at_full_stops_but_not_after_abbreviations(sentences: list[str]) -> None:
    assert cut(" ".join(sentences)) == sentences


def test_thai_is_cut_at_a_space_after_a_phrase_of_some_length() -> None:
    phrase = "ประเทศไทยเป็นประเทศที่ตั้งอยู่ในเอเชียตะวันออกเฉียงใต้มีเมืองหลวงคือ"
    assert len(phrase) >= 60
    assert cut(f"{phrase} สั้น คำ {phrase} จบ") == [phrase, f"สั้น คำ {phrase}", "จบ"]


def test_a_long_quotation_and_one_that_is_a_whole_paragraph_are_split() -> None:
    assert cut("「一つ目。二つ目。」") == ["「一つ目。", "二つ目。」"]
    long = "あ" * 200
    assert cut(f"彼は「{long}。{long}。」と言った。") == [f"彼は「{long}。", f"{long}。」と言った。"]


def test_a_mark_that_stands_alone_after_a_sentence_belongs_to_none() -> None:
    assert cut('理解しました。 "\n\n次の段落。 " そして。') == ["理解しました。", "次の段落。", "そして。"]


def test_lines_are_sentences_unless_a_hand_wrapped_them() -> None:
    assert cut("01 見出し\n図の説明\n・項目") == ["01 見出し", "図の説明", "・項目"]
    wrapped = (
        "This paragraph was wrapped by hand at a\ncolumn, as letters and books of old are,\n"
        "so its lines are one. A second sentence\nends it."
    )
    assert [wrapped[slice(*span)] for span in split_paragraphs(wrapped)] == [wrapped]
    assert cut(wrapped) == [wrapped[: wrapped.index(" A second")], wrapped[wrapped.index("A second") :]]
    bullets = "\n".join(f"- {line}" for line in wrapped.replace(". A", ", a").splitlines())
    assert cut(bullets) == bullets.splitlines()


def test_blank_lines_and_markdown_headings_and_rules_part_paragraphs() -> None:
    text = "# Title\nText one.\r\n \t\r\nText two\n---\nText three"
    assert [text[slice(*span)] for span in split_paragraphs(text)] == ["# Title", "Text one.", "Text two", "Text three"]


@pytest.mark.skipif(not (SHARED / "eval/article_dev.jsonl").exists(), reason="needs the shared evaluation sets")
def test_the_evidence_of_the_article_is_cut_as_people_cut_it() -> None:
    text = (SHARED / "source/openai-turmoil.txt").read_bytes().decode()
    sentences = set(split_sentences(text))
    lines = (SHARED / "eval/article_dev.jsonl").read_text(encoding="utf-8").splitlines()
    evidence = [(e["start"], e["end"]) for line in lines for e in json.loads(line)["evidence"]]
    assert len(evidence) > 40
    assert [span for span in evidence if span not in sentences] == []


MARKS = "。｡！？!?.．…、,「」『』（）()“”„‘’«»\"'[]*_-#•・ \t\u3000\n\r\u2028\x0b\ufeff\u0301\u200d"
LETTERS = "aZ1٣あア漢字한กาကខא\u0628à½🇯🇵👩‍👩‍👧É"
TEXTS = st.text(alphabet=st.one_of(st.sampled_from(MARKS + LETTERS), st.characters(exclude_categories=["Cs"])))


@given(st.one_of(TEXTS, st.lists(TEXTS, max_size=8).map("\n\n".join)))
@example("「" * 50 + "。" + "」" * 49)
@example("1. \r\nA. B. c.\r\rU.S. x")
@example("กก" * 40 + " " + "กา" * 40)
@settings(max_examples=400, deadline=None)
def test_sentences_are_ordered_trimmed_and_hold_every_letter_and_digit(text: str) -> None:
    spans = split_sentences(text)
    assert all(start < end for start, end in spans)
    assert all(end <= start for (_, end), (start, _) in pairwise(spans))
    assert all(text[start:end] == text[start:end].strip() for start, end in spans)
    inside = {i for start, end in spans for i in range(start, end)}
    assert all(i in inside for i, char in enumerate(text) if char.isalnum())
    assert not any("\n\n" in text[start:end] or "\r\n\r\n" in text[start:end] for start, end in spans)
    paragraphs = split_paragraphs(text)
    assert all(any(a <= start and end <= b for a, b in paragraphs) for start, end in spans)


@pytest.mark.parametrize(
    "unit",
    [
        "a",
        "あ",
        "「",
        "」",
        "「」",
        "。",
        "！」",
        '。 " ',
        "「あ。」",
        ". ",
        " a.",
        "“a! ",
        "ก ",
        " ",
        "\n",
        "A.",
        "[1]",
        "«.»",
    ],
)
def test_time_is_linear_in_the_length(unit: str) -> None:
    def seconds(size: int) -> float:
        text = "x" + unit * (size // len(unit)) + "x"
        begin = time.process_time()
        split_sentences(text)
        return time.process_time() - begin

    most = 24 * seconds(20_000) + 0.2  # eight times the text; quadratic would be 64
    assert any(seconds(160_000) < most for _ in range(3))  # the collector of garbage may have its turn in one of them
