"""Blocks: what each line of a text is, in many layouts and scripts, and what it stands under."""

from __future__ import annotations

import time

import pytest

from qa.text.blocks import ancestors
from qa.text.sections import layout


def kinds(text: str) -> list[tuple[str, str]]:
    return [(str(block.kind), text[block.start : block.end]) for block in layout(text).blocks]


def above(text: str, words: str) -> list[str]:
    """What the block that has these words stands under."""
    blocks = layout(text).blocks
    number = next(n for n, block in enumerate(blocks) if words in text[block.start : block.end])
    return [text[blocks[one].start : blocks[one].end] for one in ancestors(blocks, number)]


@pytest.mark.parametrize(
    ("text", "question", "reply"),
    [
        ("よくある質問\n\nQ. 送料はいくらですか\nA. 全国どこでも六百円です。\n", "送料はいくらですか", "六百円"),
        ("よくある質問\n\nQ1：送料は？\n六百円です。\n\nQ2：返品は？\n八日以内です。", "返品は？", "八日"),
        ("問1　何時に開きますか\n答　九時です。\n問2　休みはいつですか\n答　月曜です。", "休みはいつですか", "月曜"),
        (
            "【Q】予約は要りますか\n【A】要りません。\n【Q】犬は入れますか\n【A】はい。",
            "予約は要りますか",
            "要りません",
        ),
        ("何時に開きますか？\n九時です。\n\n休みはいつですか？\n月曜です。", "休みはいつですか？", "月曜"),
        ("FAQ\n\nQ: How much is shipping?\nA: Six euros.\n\nQ: Can I return it?\nA: Within a week.", "Can I", "week"),
        ("**How much is it?**\n\nSix euros.\n\n**Can I return it?**\n\nWithin a week.", "Can I return it?", "week"),
        ("Frage: Was kostet es?\nAntwort: Sechs Euro.\n\nFrage: Wann?\nAntwort: Bald.", "Wann?", "Bald"),
        ("Pregunta 1: ¿Cuánto cuesta?\nRespuesta: Seis euros.", "¿Cuánto cuesta?", "Seis"),
        ("问：几点开门？\n答：九点。\n问：几点关门？\n答：五点。", "几点关门？", "五点"),
        ("문: 언제 여나요?\n답: 아홉 시입니다.\n문: 언제 닫나요?\n답: 다섯 시입니다.", "언제 닫나요?", "다섯"),
        ("—Why did you leave?\nI was tired.\n—Did you come back?\nNever.", "Did you come back?", "Never"),
    ],
)
def test_a_question_stands_over_its_reply(text: str, question: str, reply: str) -> None:
    assert any(question in one for one in above(text, reply))
    assert next(kind for kind, words in kinds(text) if question in words) == "question"


@pytest.mark.parametrize(
    ("text", "heading", "rule"),
    [
        ("第九条（会費）\n会費は年三千円とする。\n第十条（退会）\n退会は自由とする。", "第九条（会費）", "三千円"),
        (
            "第１章　総則\n\n第１条　この会は水路組合という。\n\n第２章　会員\n\n第２条　会員は百人とする。",
            "第２章　会員",
            "百人",
        ),
        ("(目的)\n\nArticle 3\nThe fee is ten pounds.\n\nArticle 4\nMembers may leave.", "Article 4", "may leave"),
        ("§ 12\nDer Beitrag beträgt zehn Euro.\n\n§ 13\nDer Austritt ist frei.", "§ 13", "Austritt"),
        ("제3조 (회비)\n회비는 만 원으로 한다.\n\n제4조 (탈퇴)\n탈퇴는 자유이다.", "제4조 (탈퇴)", "자유"),
        ("■ 持ち物\n筆記用具を持ってきてください。\n■ 日時\n六月三日です。", "持ち物", "筆記用具"),
        ("【対象】\n小学生です。\n\n【費用】\n千円です。", "【費用】", "千円"),
        ("1. Scope\n\nThis is it.\n\n1.1 Details\n\nMore of it.", "1.1 Details", "More"),
        ("一、目的\n\n地域を守る。\n\n二、会員\n\n誰でもなれる。", "二、会員", "誰でも"),
        ("Rules\n=====\n\nFees\n----\n\nTen pounds.", "Fees", "Ten"),
        ("บทที่ 2 สมาชิก\n\nสมาชิกมีร้อยคน", "บทที่ 2 สมาชิก", "ร้อยคน"),
    ],
)
def test_a_heading_stands_over_what_follows_it(text: str, heading: str, rule: str) -> None:
    assert any(heading in one for one in above(text, rule)[-1:])


@pytest.mark.parametrize(
    ("text", "lead_in", "item"),
    [
        ("申込みには次のものが必要です。\n・印鑑\n・身分証\n", "次のもの", "身分証"),
        ("You need:\n- a pen\n- a passport\n", "You need:", "passport"),
        ("手順は以下のとおり：\n1. 電源を入れる。\n2. ふたを閉める。\n", "以下のとおり", "ふた"),
        ("Es gelten folgende Regeln:\n\n* Nicht rennen.\n* Nicht rufen.\n", "Regeln", "rufen"),
        ("携带物品如下：\n① 笔\n② 证件\n", "如下", "证件"),
        ("Il faut :\n– un stylo\n– un passeport\n", "Il faut", "passeport"),
    ],
)
def test_a_lead_in_stands_over_its_items(text: str, lead_in: str, item: str) -> None:
    assert any(lead_in in one for one in above(text, item)[-1:])
    assert next(kind for kind, words in kinds(text) if item in words) == "item"


@pytest.mark.parametrize(
    ("text", "header", "row"),
    [
        ("| 品名 | 値段 |\n|---|---|\n| 茶 | 300円 |\n| 菓子 | 500円 |", "品名", "菓子"),
        ("Part | Price\nAnchor | 40\nBolt | 2\n", "Part", "Bolt"),
        ("項目\t現行\t改定後\n通帳\t無料\t1,100円\n振込\t220円\t220円\n", "項目", "振込"),
    ],
)
def test_a_header_stands_over_its_rows(text: str, header: str, row: str) -> None:
    assert any(header in one for one in above(text, row)[-1:])
    assert next(kind for kind, words in kinds(text) if row in words) == "row"


def test_what_gives_context_alone_is_told_from_what_can_be_cited() -> None:
    text = (
        "規約\n\n第一章　総則\n\n第九条（会費）\n会費は次のとおりとする。\n一　正会員　三千円\n二　学生　千円\n\n以上。"
    )
    assert [(block.is_context, text[block.start : block.end]) for block in layout(text).blocks] == [
        (True, "規約"),
        (True, "第一章　総則"),
        (True, "第九条（会費）"),
        (True, "会費は次のとおりとする。"),
        (False, "一　正会員　三千円"),
        (False, "二　学生　千円"),
        (False, "以上。"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "彼は「本当ですか？」と言った。\n彼女は笑った。",
        "今日は雨だった。\n明日は晴れる。",
        "He asked why? She left.\nThe end came.",
        "3月は寒い。\n4月は暖かい。",
        "1.5倍に増えた。\n2.5倍に減った。",
    ],
)
def test_prose_is_paragraphs(text: str) -> None:
    assert {kind for kind, _ in kinds(text)} == {"paragraph"}


def test_a_label_and_a_caption_and_code_are_their_own_kinds() -> None:
    text = "所在地：東京都千代田区一番町\n\n図1　水門の位置\n\n本文はここから始まります。\n\n```\nrun it\n```\n"
    assert [kind for kind, _ in kinds(text)][:3] == ["labelled", "caption", "paragraph"]
    assert ("code", "run it") in kinds(text)


@pytest.mark.parametrize(
    ("text", "speaker", "words"),
    [
        ("議事録\n\n田中：会費は三百円です。来月からです。\n林：誰が払うの。\n田中：会員です。\n林：はい。",
         "田中：", "来月"),
        ("TANAKA: It costs ten.\n\nFrom May on.\n\nLEE: Good.\n\nTANAKA: Yes.\n\nLEE: Bye.", "TANAKA:", "From May"),
        ("**Ana:** It costs ten. From May.\n\n**Bo:** Good.\n\n**Ana:** Yes.\n\n**Bo:** Bye.", "**Ana:**", "From May"),
        ("[00:01] Speaker 1: the fee is ten\n[00:09] Speaker 2: ok\n[00:12] Speaker 1: bye\n[00:15] Speaker 2: bye",
         "[00:01] Speaker 1:", "fee"),
        ("○議長（林君）　会議を開きます。始めます。\n○大臣（森君）　三億円です。\n○議長（林君）　次です。\n"
         "○大臣（森君）　はい。", "○大臣（森君）", "三億円"),
        ("Ana Lee  10:03\nthe fee is ten\nfrom May\n\nBo Kim  10:04\nok\nAna Lee  10:05\nbye\nBo Kim  10:06\nbye",
         "Ana Lee  10:03", "from May"),
        ("<ana> the fee is ten\n<bo> ok\n<ana> from May\n<bo> bye", "<ana>", "from May"),
        ("田中「会費は三百円だ」\n林「誰が払う」\n田中「会員だ」\n林「そうか」", "田中", "会員だ"),
        ("Müller: Es kostet zehn. Ab Mai.\nWeiß: Gut.\nMüller: Ja.\nWeiß: Schön.", "Müller:", "Ab Mai"),
        ("Анна: Взнос десять. С мая.\nИван: Хорошо.\nАнна: Да.\nИван: Пока.", "Анна:", "С мая"),
        ("主持人：会费是三百元。五月开始。\n王丽：好的。\n主持人：是。\n王丽：再见。", "主持人：", "五月"),
        ("사회자: 회비는 만 원입니다. 오월부터입니다.\n김민수: 네.\n사회자: 좋아요.\n김민수: 네.", "사회자:", "오월"),
        ("ANA LEE: Welcome.\nBO KIM: It costs ten.\nLEE: Good.\nKIM: Yes.\nLEE: Bye.\nKIM: Hm.", "BO KIM:", "costs"),
    ],
)  # fmt: skip
def test_a_speaker_stands_over_what_is_said(text: str, speaker: str, words: str) -> None:
    assert above(text, words)[-1] == speaker


def test_what_somebody_asks_stands_over_the_next_turn_alone() -> None:
    text = "林：会費は？\n田中：三百円です。\n森：来月からです。\n林：はい。\n田中：以上です。\n\n次回：五月です。"
    assert [above(text, words) for words in ("三百円", "来月", "はい", "次回")] == [
        ["林：会費は？", "田中："],
        ["森："],
        ["林："],
        [],
    ]


@pytest.mark.parametrize(
    "text",
    [
        "名称：みなと会館\n所在地：北町３\n名称：東会館\n所在地：南町１",
        "From: Ana\nTo: Bo\nHello.\n\nFrom: Bo\nTo: Ana\nHi.",
        "午前10:30 集合\n正午12:00 昼食\n午後3:00 解散",
        "価格：三百円です。\n期間：五月です。\n場所：北町です。",
        "Note: It costs ten. Pay now.\nNote: Keep it dry.",
        "- Name: Ana\n- Role: chair\n- Name: Bo\n- Role: clerk",
        "Lamp\n\nSummary: It is light.\nUse: It is made for rooms.\n\nFan\n\nSummary: It is quiet.\nUse: It cools.",
        "机A\n説明：軽いです。\n用途：部屋で使います。\n机B\n説明：丈夫です。\n用途：庭で使います。",
    ],
)
def test_names_with_values_are_no_speakers(text: str) -> None:
    assert not {"speaker", "turn"} & {kind for kind, _ in kinds(text)}


@pytest.mark.parametrize(
    ("text", "words", "kind"),
    [
        ("Cake\n\nYou need this.\n1.5 kg sugar\n2.5 kg flour", "1.5 kg", "paragraph"),
        ("The vote was close.\n\n2.5 percent of the members voted against.", "2.5 percent", "paragraph"),
        ("The room is small.\n\n10-12 people can join.", "10-12", "paragraph"),
        ("Rules\n\n1.1 Scope\n\nThis is it.\n\n1.2 Fees\n\nTen pounds.", "1.2 Fees", "heading"),
        ("1. Rules\n\nThese are ours.\n\n1.2 Fees\n\nTen pounds.", "1.2 Fees", "heading"),
        ("規程\n\n１-１　目的\n\n安全です。\n\n１-２　範囲\n\n全社です。", "１-２", "heading"),
        ("Capital of Japan:\nA. Tokyo\nB. Osaka\nC. Kyoto", "A. Tokyo", "item"),
        ("Q. What is the capital?\nA. Tokyo\nB. Osaka\nC. Kyoto", "A. Tokyo", "item"),
        ("A. Scope\n\nThis is it.\n\nB. Fees\n\nTen pounds.", "A. Scope", "heading"),
        ("Q. What is the capital?\nA. Tokyo\n\nQ. And then?\nA. Osaka", "A. Tokyo", "reply"),
        ("Notes\n\n*Emphasis* begins here.\n-5 degrees were measured.", "*Emphasis*", "paragraph"),
        ("Notes\n\nIt was cold.\n-5 degrees were measured.", "-5 degrees", "paragraph"),
        ("持ち物\n-筆記用具\n-上履き", "-筆記用具", "item"),
        ("What to bring\n- pens\n- shoes", "- pens", "item"),
    ],
)
def test_numbers_letters_and_dashes_that_begin_a_line_are_read_by_what_is_around(
    text: str, words: str, kind: str
) -> None:
    assert next(found for found, own in kinds(text) if words in own) == kind


@pytest.mark.parametrize(
    ("text", "words", "over"),
    [
        ("会則\n\n第一章　総則\n\n（会費）\n第六条　会費は三百円とする。\n２　返さない。", "会費は三百円",
         ["会則", "第一章　総則", "（会費）"]),
        ("第一章　総則\n\n(目的)\n第1条　守る。\n\n附則\n\nこの会則は四月一日から施行する。", "四月一日", ["附則"]),
        ("1. USE\n\n4.1 The Lessee shall:\n\n(a) keep it dry.\n\n4.2 The Lessor shall service it every month, free.",
         "4.2", ["1. USE"]),
        ("# Cooker\n\n## Trouble\n\n**The rice is burnt.**\n\nWash it more often.\n\n**It is hard.**\n\nAdd water.",
         "Wash", ["# Cooker", "## Trouble", "**The rice is burnt.**"]),
        ("- By the courier\n  - with a card\n    - a blue one\n- By you\n  - with a PIN", "a blue one",
         ["- By the courier", "- with a card"]),
        ("- By the courier\n  - with a card\n- By you\n  - with a PIN", "with a PIN", ["- By you"]),
        ("名称：東館\n電話：1\n休み：月曜\n\n名称：西館\n電話：2\n休み：火曜", "火曜", ["名称：西館"]),
        ("Name: North\nOpen: 9\nName: South\nOpen: 10", "Open: 10", ["Name: South"]),
        ("|a|b|\n|-|-|\n\n|c|d|\n|-|-|\n|x|1|", "|x|1|", ["|c|d|"]),
    ],
)  # fmt: skip
def test_lines_stand_under_captions_bold_lines_items_and_the_names_of_records(
    text: str, words: str, over: list[str]
) -> None:
    assert above(text, words) == over


def test_a_line_that_is_very_long_is_no_heading() -> None:
    assert kinds("# " + "あ" * 600 + "\n\n鍵です。")[0][0] == "paragraph"


@pytest.mark.parametrize(
    "text",
    [
        " " * 20_000 + "Fab\nabc",
        "1:" + " " * 20_000 + "1",
        "question" + " " * 20_000 + "x",
        "A" + " " * 20_000 + "x",
        "10:03" + " " * 20_000 + "1",
        "§" + "1" * 20_000 + ".1",
        "第1条の" + "1" * 20_000 + ".1",
        ("|" + "-" * 8_000 + "x|\n") * 2,
        "-" * 8_000 + "|x\na|b\n",
        "1." * 20_000,
        "|a|b|\n|-|--|\n\n" * 2_000 + "|a|b|\n|-|--|\n|x|y|\n",
        "Ana: I am here. " * 2_000,
        "- a\n" + "".join(" " * n + "- a\n" for n in range(200)),
    ],
)
def test_no_line_takes_more_than_a_moment(text: str) -> None:
    started = time.process_time()
    blocks = layout(text).blocks
    assert time.process_time() - started < 1
    assert all(len(ancestors(blocks, number)) < 20 for number in range(0, len(blocks), 97))
