"""Passages: their size, where they are cut, what holds for every text; sections and boilerplate."""

from __future__ import annotations

import time
from collections.abc import Sequence
from itertools import pairwise

import pytest
import regex
from hypothesis import example, given, settings
from hypothesis import strategies as st

from qa.text.marks import Kind
from qa.text.passages import Chunking, Split, split_passages
from qa.text.sections import layout
from qa.text.sentences import split_sentences
from qa.text.source import Source


def halves(texts: Sequence[str]) -> list[int]:
    """A counter that is cheap and not additive: a token for every two code points."""
    return [(len(text) + 1) // 2 for text in texts]


def passages(text: str, max_tokens: int = 20, min_tokens: int = 6) -> list[str]:
    found = split(text, max_tokens, min_tokens).passages
    return [text[passage.start : passage.end] for passage in found]


def split(text: str, max_tokens: int, min_tokens: int) -> Split:
    return split_passages(Source("a", text), halves, Chunking(max_tokens, min_tokens))


def test_short_paragraphs_are_joined_with_what_follows_and_long_ones_cut_between_sentences() -> None:
    assert passages("写真\n\n一つ目の文はここまでです。\n\n二つ目の文はここまでです。") == [
        "写真\n\n一つ目の文はここまでです。",
        "二つ目の文はここまでです。",
    ]
    sentence = "これは文です。"  # 4 tokens
    assert passages(sentence * 6) == [sentence * 3, sentence * 3]


def test_a_short_last_paragraph_is_joined_with_what_precedes() -> None:
    assert passages("一つ目の文はここまでです。\n\n以上") == ["一つ目の文はここまでです。\n\n以上"]


def test_a_sentence_over_the_limit_is_cut_at_clauses_then_spaces_then_characters() -> None:
    assert passages("あ" * 25 + "、" + "い" * 25 + "、" + "う" * 10) == ["あ" * 25 + "、", "い" * 25 + "、" + "う" * 10]
    words = "lorem ipsum dolor sit amet " * 6
    assert all(part in words and part.split()[-1] in words.split() for part in passages(words))
    family = "👨‍👩‍👧‍👦"
    assert all(part.count(family) * len(family) == len(part) for part in passages(family * 30))


def test_a_heading_begins_a_passage_and_no_passage_crosses_a_section() -> None:
    text = "まえがきの文です。\n\n01 はじめ\n\n本文です。\n\n02 おわり\n\n本文は二つです。"
    found = split(text, 20, 6).passages
    assert [(text[p.start : p.end], p.section) for p in found] == [
        ("まえがきの文です。", ""),
        ("01 はじめ\n\n本文です。", "01 はじめ"),
        ("02 おわり\n\n本文は二つです。", "02 おわり"),
    ]


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        ("# One\ntext\n\n## Two ##\ntext", ["One", "Two"]),
        ("Title\n=====\ntext\n\nSub\n---\ntext", ["Title", "Sub"]),
        ("```\n# no heading\n```\n\n# Heading\ntext", ["", "Heading"]),
        (
            "```sh\necho 1\n   ```\n\n## Heading\ntext\n\n```sh\n# no heading\n```\n\n# Last\ntext",
            ["", "Heading", "Last"],
        ),
        ("- Step:\n\n  1. ```sh\n     # no heading\n     ```\n\n## Heading\ntext", ["", "Heading"]),
        ("10. Do this first.\n\n    ```sh\n    # no heading\n    ```\n\n## Heading\ntext", ["", "Heading"]),
        ("- Step:\n\n  ```sh\n  # it ends with its item\n\n## Heading\ntext\n\n## Last\ntext", ["", "Heading", "Last"]),
        ("````md\n```\n# no heading\n```\n# nor this\n````\n\n# Heading\ntext", ["", "Heading"]),
        ("~~~\n```\n~~~ no end\n# no heading\n~~~\n\n# Heading\ntext", ["", "Heading"]),
        ("    ```\n\n# Heading\ntext\n\n    ```\n", ["", "Heading"]),
        ("Run it:\n\n    # no heading\n    run\n\n# Heading\ntext", ["", "Heading"]),
        ("``` `code` ```\n\n# Heading\ntext", ["", "Heading"]),
        ("~~~~~~\n\n# Heading\ntext", ["", "Heading"]),
        ("~~~~~~\n\n## A\n\n```sh\n# no heading\n```\n\n## B\ntext", ["", "A", "B"]),
        ("---\nNote: a letter.\n\n# One\ntext\n\n---\n\n# Two\ntext", ["", "One", "Two"]),
        ("\u3000# 見出し\n本文。", ["見出し"]),
        ("# #\ntext\n\n# C# and ##\ntext", ["", "C# and"]),
        ("---\ntitle: My document\n# no heading\n---\n\n# Heading\ntext", ["", "Heading"]),
        ("---\nMy title\n---\n\n# Heading\ntext", ["", "My title", "Heading"]),
        ("第三章 旅立ち\n\n彼は行った。\n\n第四章 帰り\n\n彼は帰った。", ["第三章 旅立ち", "第四章 帰り"]),
        ("Chapter 4: The Sea\n\nIt was calm.\n\nII. Storm\n\nIt blew.", ["Chapter 4: The Sea", "II. Storm"]),
        ("1. Scope\n\nThis is it.\n\n1.1 Details\n\nMore of it.", ["1. Scope", "1.1 Details"]),
        ("1. Milk\n\n2. Bread\n\n3. Eggs", [""]),
        ("3 men in a boat\n\nThey rowed.", ["3 men in a boat"]),
        ("They rowed.\n\n3 men in a boat\n\nThey rowed.", [""]),
        ("1. This is a whole sentence.\n\nText.", [""]),
        ("第一回の会議を開いた。\n\n本文。", [""]),
        ("Text.\n\n# Last", ["", "Last"]),
    ],
)
def test_headings_are_told_from_lists_and_sentences(text: str, titles: list[str]) -> None:
    assert [section.title for section in layout(text).sections] == titles


BOILERPLATE = "Share\nReply\n  • English\n  • Français\n  • 日本語\n  • Русский\nComments\n0/400\nNo comments"


def test_the_buttons_and_lists_around_a_page_are_boilerplate_and_end_the_last_section() -> None:
    body = "\n\n".join(f"{n}. Part\n\n" + "This sentence says something of interest. " * 5 for n in (1, 2))
    text = f"Home\nNews\nSports\nLogin\n© 2024 Daily\n\n{body}\n\n{BOILERPLATE}"
    found, spans = layout(text).sections, layout(text).boilerplate
    assert [text[start:end] for start, end in spans] == ["Home\nNews\nSports\nLogin\n© 2024 Daily", BOILERPLATE]
    assert [section.title for section in found] == ["1. Part", "2. Part"]
    parts = split(text, 200, 60).passages
    assert "".join(text[p.start : p.end] for p in parts if p.boilerplate).startswith("Home")
    assert [p.boilerplate for p in parts] == [True, *([False] * (len(parts) - 2)), True]
    assert {p.section for p in parts if p.boilerplate} == {""}


@pytest.mark.parametrize(
    "tail",
    [
        "## Languages\n- English\n- Français\n- 日本語\n- Русский\n- Ελληνικά",
        "Ingredients\n- two eggs\n- flour\n- milk\n- salt\n- butter",
        "The woods are lovely, dark and deep,\nBut I have promises to keep,\nAnd miles to go\nbefore I sleep",
        "古池や\n蛙飛び込む\n水の音\n閑さや\n岩にしみ入る\n蝉の声",
        "「はい」\n「いいえ」\n「どうして？」\n「さあ」\n「そう」",
        "Part | Price | Stock\nAnchor | 40 | 3\nBolt | 2 | 900\nChain | 75 | 12\nWinch | 999 | 1",
        "Part | Price | Stock\nAnchor | 40 | 3\nBolt | 2\nChain | 75 | 12\nWinch | 999",
        "## Words\n\ntower\n塔\nбашня\nsea\n海\nморе",
        "Words\n-----\n\nA to Z\n\ntower\n塔\nбашня\n\nsea\n海\nморе\nlamp\nлампа",
        "Appendix A\n\ntower\n塔\nбашня\nsea\n海\nморе",
    ],
)
def test_lists_tables_poems_and_dialogue_are_not_boilerplate(tail: str) -> None:
    assert layout("This sentence says something of interest. " * 20 + "\n\n" + tail).boilerplate == ()


def test_one_row_of_links_is_boilerplate_and_so_is_what_comes_after_the_text_under_the_last_heading() -> None:
    tail = "Home | News | Contact\nShare\nReply\nLogin\nFollow"
    text = "# Towers\n\n" + "This sentence says something of interest. " * 20 + "\n\n" + tail
    assert [text[start:end] for start, end in layout(text).boilerplate] == [tail]


def test_what_stands_under_a_line_that_pages_put_over_their_lists_may_be_boilerplate() -> None:
    tail = "Home | News | Contact\nShare\nReply\nLogin\nFollow"
    text = "この灯台は1874年に建てられた。石は近くの島から運ばれた。" * 12 + f"\n\n▼関連記事\n\n{tail}"
    assert [text[start:end] for start, end in layout(text).boilerplate] == [tail]


def test_a_table_at_the_end_stands_under_its_headings() -> None:
    table = "Part | Price | Stock\nAnchor | 40 | 3\nBolt | 2 | 900\nChain | 75 | 12\nWinch | 999 | 1"
    text = "# Shop\n\n" + "This sentence says something of interest. " * 20 + f"\n\n## Prices\n\n{table}"
    found = split(text, 200, 60).passages
    assert [p.path for p in found if text[p.start : p.end].endswith(table) and not p.boilerplate] == ["Shop › Prices"]


def test_boilerplate_never_takes_most_of_a_text() -> None:
    assert layout(BOILERPLATE).boilerplate == ()


PARTS = st.sampled_from(
    [
        "word ",
        "日本語",
        "。",
        "「",
        "」",
        "（",
        "）",
        "\n",
        "\r\n",
        "\r",
        "\u2028",
        "\n\n",
        ". ",
        "! ",
        "é",
        "👨\u200d👩\u200d👧",
        "🇯🇵🇫🇷",
        "שלום ",
        "مرحبا؟ ",
        "ประเทศไทย ",
        "\ufeff",
        "# H\n",
        "1. a\n\n",
        "- item\n",
        "0/400\n",
        "supercalifragilisticexpialidocious",
        "，",
        "\u200b",
        " ́",
    ]
)
TEXTS = st.one_of(st.lists(PARTS, max_size=60).map("".join), st.text(st.characters(exclude_categories=["Cs"])))


def check(text: str, found: Split, max_tokens: int) -> None:
    """What holds for every text."""
    passages, blocks = found.passages, found.blocks
    assert all(text[p.start : p.end] == text[p.start : p.end].strip() != "" for p in passages)
    assert all(p.end <= q.start for p, q in pairwise(passages))
    assert all(p.start == own[0].start and p.end == own[-1].end for p, own in zip(passages, found.units, strict=True))
    assert all(p.end - p.start == 1 or halves([text[p.start : p.end]])[0] <= max_tokens for p in passages)
    units = [unit for own in found.units for unit in own]
    assert all(unit.end <= after.start for unit, after in pairwise(units))
    assert all(blocks[unit.block].start <= unit.start < unit.end <= blocks[unit.block].end for unit in units)
    assert all(block.parent is None or block.parent < number for number, block in enumerate(blocks))
    for start, end in split_sentences(text):
        whole = next((u for u in units if u.start <= start and end <= u.end), None)
        if whole and (whole.start, whole.end) != (start, end):
            assert blocks[whole.block].kind in (Kind.ROW, Kind.HEADER, Kind.CODE)
            continue
        inside = [(unit.start, unit.end) for unit in units if start <= unit.start and unit.end <= end]
        if halves([text[start:end]])[0] <= max_tokens:
            assert inside == [(start, end)]
        assert inside[0][0] == start and inside[-1][1] == end
        assert all(text[b:c].strip() == "" for (_, b), (c, _) in pairwise(inside))


@given(TEXTS, st.integers(1, 30), st.integers(0, 30))
@example("1. a\n\n", 5, 2)
@settings(max_examples=300, deadline=None)
def test_every_sentence_is_in_one_passage_whole_or_in_pieces_that_tile_it(
    text: str, max_tokens: int, least: int
) -> None:
    chunking = Chunking(max_tokens, min(least, max_tokens))
    found = split_passages(Source("a", text), halves, chunking)
    check(text, found, max_tokens)
    for own in found.units:
        kinds = [found.blocks[unit.block].kind for unit in own]
        assert all(kind is Kind.HEADING for kind, after in pairwise(kinds) if after is Kind.HEADING)
        assert len({kind is Kind.BOILERPLATE for kind in kinds}) == 1


@given(st.lists(PARTS, max_size=60).map("".join))
@settings(max_examples=150, deadline=None)
def test_no_cut_falls_inside_a_character_that_fits(text: str) -> None:
    stored = split(text, 8, 2).units
    starts = {match.start() for match in regex.finditer(r"\X", text)}
    for start, end in split_sentences(text):
        pieces = [unit for units in stored for unit in units if start <= unit.start and unit.end <= end]
        assert all(a in starts or text[a - 1].isspace() for a, *_ in pieces[1:])


@pytest.mark.parametrize(
    "unit",
    ["a", "あ", "「", "a\u0301", "\u0301", "word\n", "word\n\n", "あ、", "🇯🇵", "1. a\n\n", "# a\nb\n", "```\n",
     "# a ", " ", "``` a\n", "`", "- "],
)  # fmt: skip
def test_time_is_linear_in_the_length(unit: str) -> None:
    def seconds(size: int) -> float:
        source = Source("a", "x" + unit * (size // len(unit)) + "x")
        begin = time.process_time()
        split_passages(source, halves, Chunking(200, 60))
        return time.process_time() - begin

    most = 24 * seconds(10_000) + 0.3  # eight times the text; quadratic would be 64
    assert any(seconds(80_000) < most for _ in range(3))  # the collector of garbage may have its turn in one of them


def test_a_section_knows_the_headings_that_it_stands_under() -> None:
    text = "# Guide\n\nA.\n\n## Install\n\nB.\n\n### Linux\n\nC.\n\nUse\n---\n\nD.\n\n# Other\n\nE."
    passages = split(text, 200, 0).passages
    assert [passage.path for passage in passages if len(text[passage.start : passage.end]) > 2] == [
        "Guide", "Guide › Install", "Guide › Install › Linux", "Guide › Use", "Other",
    ]  # fmt: skip
    numbered = "1. Cats\n\nThey sleep a lot.\n\n1.1 Big cats\n\nThey hunt.\n\n2. Dogs\n\nThey bark.\n"
    paths = [section.headings for section in layout(numbered).sections]
    assert paths == [(), ("1. Cats",), ()]
    code = "# Guide\n\n1. Install:\n\n   ```sh\n   # install it\n   ```\n\n## Use\n\nRun it."
    assert [section.headings for section in layout(code).sections if section.title == "Use"] == [("Guide",)]


@pytest.mark.parametrize("limits", [(0, 0), (10, 11), (10, -1)])
def test_sizes_that_make_no_sense_are_rejected(limits: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="min_tokens"):
        Chunking(*limits)


def test_no_passage_is_longer_than_the_models_window_in_its_own_tokens() -> None:
    from qa.search.weights import default_model_folder

    folder = default_model_folder()
    if folder is None:
        pytest.skip("the default model's weights are not installed")
    from transformers import AutoTokenizer  # what a SentenceTransformer of this folder counts with

    tokenizer = AutoTokenizer.from_pretrained(str(folder))

    def count(texts: Sequence[str]) -> list[int]:
        return [len(ids) for ids in tokenizer(list(texts), add_special_tokens=False, truncation=False)["input_ids"]]

    text = "\n\n".join(
        [
            "図書館は新しい建物に移りました。蔵書は約二十万冊です。" * 20,
            "Supercalifragilistic" * 200,
            "👩‍👩‍👧é🇯🇵" * 300,
            "ห้องสมุดของเมืองได้ย้ายไปอยู่ที่อาคารใหม่" * 40,
            "مكتبة المدينة انتقلت إلى مبنى جديد، " * 40,
            "短い。",
        ]
    )
    found = split_passages(Source("a", text), count, Chunking(128, 32))
    counts = count([text[p.start : p.end] for p in found.passages])
    assert max(counts) <= 128
    assert sum(counts) / len(counts) > 64
    assert "".join("".join(text[a:b] for units in found.units for a, b, _ in units).split()) == "".join(text.split())
