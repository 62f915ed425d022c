# ruff: noqa: E501
"""Paragraphs: lines that a hand wrapped are joined, and lines that belong apart are not."""

from __future__ import annotations

import pytest

from qa.text.paragraphs import split_paragraphs
from qa.text.sentences import split_sentences

WRAPPED = {
    "two lines": "The miller opens the gate in the morning before\nthe first cart comes down the hill.",
    "two, after a comma": "When the water is high after three days of rain,\nJonas closes the upper gate.",
    "two, a small word before a name": "The stones were brought by ship from the harbour of\nHamburg in 1890.",
    "two, German": "Der Müller öffnet das Tor am frühen Morgen, bevor der\nerste Wagen den Hügel herunterkommt.",
    "two, Japanese": "水車小屋の水門は毎朝六時に開けられ、その鍵は赤い箱の中に\n入っている。",
    "two, Japanese in the middle of a word": "水車小屋の水門は毎朝六時に開けられ、その鍵は赤い箱の中の白\n袋に入っている。",
    "two, Chinese": "水车小屋的水门每天早上六点打开，钥匙放在红色的箱子里，\n由村长保管。",
    "two, Korean": "물레방앗간의 수문은 매일 아침 여섯 시에 열리고 그 열쇠는\n빨간 상자 안에 있다.",
    "two, Arabic": "يفتح الطحان بوابة الماء كل صباح قبل وصول أول عربة من\nأعلى التل.",
    "three": "The miller opens the gate in the morning before the\nfirst cart comes down the hill. Then he\nsits down.",
    "four, Japanese": (
        "水車小屋の水門は毎朝六時に開けられる。その鍵は赤い箱の中に入っていて、\n村長のほかには誰も持っていない。"
        "箱は小屋の奥の棚の上に置かれて\nいる。昔は番人が二人いたが、今は一人しかいないので、朝はとても\n忙しい。"
    ),
}

APART = {
    "items": "- The miller opens the gate in the morning before\n- the first cart comes down the hill.",
    "numbered items": "1) The miller opens the gate in the morning and\n2) the first cart comes down the hill.",
    "letters": "a) the miller opens the gate in the morning and\nb) the first cart comes down the hill.",
    "a poem": "The miller wakes before the morning light\nAnd hears the water turning in the night\nThe wheel goes round",
    "a poem with marks": (
        "The miller wakes before the morning light,\nAnd hears the water turning in the night,\n"
        "The heavy wheel that never stops to rest;\nIt is the only song that he loves best."
    ),
    "an address": "Mill and Water Company of Northern Holstein Limited\nHarbour Road 12\n24937 Flensburg",
    "a table": "Gate        open 6 to 18        key in the box  \nWheel       open 8 to 12        key at the mayor\nBarn        closed",
    "a dialogue": "Anna: I did not open the gate before six this morning.\nBen: but somebody did, the water was already low.",
    "a Japanese dialogue": "花子「水門は毎朝六時に開けられると聞いていましたけれど、本当でしょうか」\n太郎「鍵は赤い箱の中に入っています。」",
    "names and values": "Opening hours of the gate: six to eighteen daily\nPlace of the key: the red box behind the door.",
    "Japanese names and values": "水門を開ける時間と曜日について：毎日の朝六時から夕方の六時まで\n鍵の場所：赤い箱の中です。",
    "a heading": "第3章 水車小屋の直し方と水門の管理とその歴史についての説明\n水車小屋は村の北にあり、水門は毎朝六時に開けられる。",
    "a heading without a number": "How the gate of the old mill at the river is kept\nThe miller opens it in the morning.",
    "a narrow line": "The miller opens\nthe gate in the morning.",
    "sentences": "The miller opens the gate in the early morning.\nThe first cart comes down the hill.",
    "titles": "The history of the water mills of the northern rivers\nThe repair of wooden wheels and their many paddles\nThe keeping of gates and of their keys",
    "captions without full stops": "so today we fix the mill that stands by the river\nfirst we stop the water that comes from the hill\nthe key is in the red box",
    "Japanese titles": "水車小屋の水門の管理と鍵の保管に関する村の規則\n羽根板の材料と厚さおよび塗る油に関する村の規則",
}


@pytest.mark.parametrize("text", WRAPPED.values(), ids=WRAPPED)
def test_lines_that_a_hand_wrapped_are_one_paragraph(text: str) -> None:
    assert split_paragraphs(text) == [(0, len(text))]
    assert split_paragraphs(f"{text}\r\n\r\n{text}\n") == [(0, len(text)), (len(text) + 4, 2 * len(text) + 4)]


@pytest.mark.parametrize("text", APART.values(), ids=APART)
def test_lines_that_belong_apart_are_not_joined(text: str) -> None:
    assert [text[slice(*span)] for span in split_paragraphs(text)] == [line.strip() for line in text.splitlines()]


CAPTIONS = [
    "図1 水車小屋の断面",
    "図１．水車小屋の断面。左が水門。",
    "図2-1：水車小屋の断面",
    "（写真：田中。撮影は三月。）",
    "写真＝水車小屋の前に立つ村長",
    "［写真1］水車小屋の前に立つ村長",
    "表3　水門を開ける時間",
    "Figure 2. The mill in 1990. On the left is the gate.",
    "Fig. 3: The mill",
    "Fig. 3. The mill",
    "Table 1. Opening hours",
    "Photo: The mill. A. Smith",
    "Abb. 4: Die Mühle im Winter",
    "Рис. 1. Мельница",
    "Figura 2. El molino",
    "(Photo 3: the mill)",
    "그림 2. 물레방아",
    "图3：水车小屋",
]
PROSE = {
    "en": "The miller opens the gate in the morning before the first\ncart comes down the hill.",
    "ja": "水車小屋の水門は毎朝六時に開けられ、その鍵は赤い箱の中に\n入っている。",
}


@pytest.mark.parametrize("prose", PROSE.values(), ids=PROSE)
@pytest.mark.parametrize("caption", CAPTIONS)
def test_a_caption_of_a_picture_is_a_unit_and_never_part_of_the_text_beside_it(caption: str, prose: str) -> None:
    for between in ("\n", "\n\n"):
        text = f"{caption}{between}{prose}"
        assert [text[slice(*span)] for span in split_sentences(text)] == [caption, prose]


@pytest.mark.parametrize(
    "sentences",
    [
        ["図1は水車を示す。", "図2は水門だ。"],
        ["図1 のように回る。", "次に止まる。"],
        ["Figure 2 shows the mill.", "It is old."],
        ["Table 3 has the hours.", "They changed."],
    ],
)
def test_a_sentence_about_a_picture_is_no_caption(sentences: list[str]) -> None:
    text = "".join(sentences) if "図" in sentences[0] else " ".join(sentences)
    assert [text[slice(*span)] for span in split_sentences(text)] == sentences


def test_a_long_caption_is_split_after_its_label() -> None:
    text = f"Figure 2. {'The mill is old. ' * 20}".strip()
    found = [text[slice(*span)] for span in split_sentences(text)]
    assert found == ["Figure 2. The mill is old.", *["The mill is old."] * 19]
