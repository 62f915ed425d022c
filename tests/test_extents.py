"""What is cited for the best unit: a whole list when one is asked for, the row of a table that decides, else itself."""

from __future__ import annotations

import time

import pytest

from qa import Index, Source, answer
from qa.answering.asked import Wanted, wanted
from qa.answering.extents import LONGEST_EXTENT, LONGEST_QUOTE

SHOP = """# 山田屋の案内

## 申込みに要るもの

申込みには次のものをお持ちください。

- 印鑑
- 身分証の写し
- 会費の三千円

## 品物と値段

| 品物 | 値段 | 重さ |
|---|---|---|
| 羊羹 | 1,200円 | 300グラム |
| 最中 | 800円 | 450グラム |
| 煎餅 | 2,000円 | 120グラム |
| 饅頭 | 650円 | 90グラム |

## 炊き方の手順

1. 米を三回洗う。
2. 水に三十分つける。
3. 強火で十分炊く。
4. 火を止めて蒸らす。

## 休み

店は月曜に休みます。祝日は開けます。
"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Index:
    return Index.build(Source("shop.md", SHOP), tmp_path_factory.mktemp("shop"))


def first(index: Index, question: str) -> str:
    cited = answer(index, question, min_confidence=0.0).citations[0]
    assert index.sources[cited.source].text[cited.start : cited.end] == cited.quote
    return cited.quote


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("申込みに必要なものを全部教えてください", ["次のもの", "印鑑", "身分証", "三千円"]),
        ("申込みには何が必要ですか", ["印鑑", "身分証", "三千円"]),
        ("ご飯の炊き方の手順は？", ["洗う", "つける", "炊く", "蒸らす"]),
        ("List all the steps for cooking the rice.", ["洗う", "つける", "炊く", "蒸らす"]),
    ],
)
def test_a_question_for_a_list_gets_all_of_it_in_one_citation(shop: Index, question: str, words: list[str]) -> None:
    quote = first(shop, question)
    assert all(word in quote for word in words)
    assert "月曜" not in quote and "羊羹" not in quote


@pytest.mark.parametrize(
    ("question", "row"),
    [
        ("値段が一番高い品物はどれですか", "煎餅"),
        ("いちばん安い品物はどれですか", "饅頭"),
        ("最も重い品物は何ですか", "最中"),
        ("一番軽い品物は？", "饅頭"),
        ("Which item costs the most?", "煎餅"),
        ("品物の表の最後の行は何ですか", "饅頭"),
    ],
)
def test_of_a_table_the_row_that_decides_is_cited(shop: Index, question: str, row: str) -> None:
    quote = first(shop, question)
    assert row in quote and "\n" not in quote


def test_a_question_for_one_row_gets_that_row(shop: Index) -> None:
    assert first(shop, "最中の値段はいくらですか") == "| 最中 | 800円 | 450グラム |"


def test_how_many_rows_a_table_has_is_answered_by_all_of_them(shop: Index) -> None:
    quote = first(shop, "品物は何種類ありますか")
    assert all(word in quote for word in ("羊羹", "最中", "煎餅", "饅頭"))


def test_a_yes_no_question_gets_the_sentence_that_decides(shop: Index) -> None:
    assert first(shop, "祝日は開いていますか") == "祝日は開けます。"


def test_no_heading_lead_in_or_header_is_cited_alone(shop: Index) -> None:
    for question in ("品物と値段", "休み", "申込みに要るもの", "山田屋の案内", "品物 値段 重さ"):
        for cited in answer(shop, question, min_confidence=0.0).citations:
            assert not cited.quote.startswith("#")
            assert cited.quote not in ("申込みには次のものをお持ちください。", "| 品物 | 値段 | 重さ |")


@pytest.mark.parametrize(
    ("question", "quote"),
    [
        ("駐車場の工事はどうなりましたか", "林：駐車場の工事は延期します。"),
        ("掲示はどこに貼りますか", "入口に貼ります。"),
    ],
)
def test_the_first_sentence_of_a_turn_is_cited_with_the_name(
    question: str, quote: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    text = (
        "定例会の記録\n\n林：駐車場の工事は延期します。理由は雨です。\n田中：わかりました。\n"
        "林：予算は足ります。\n田中：掲示は私が出します。入口に貼ります。\n"
    )
    assert first(Index.build(Source("minutes", text), tmp_path_factory.mktemp("minutes")), question) == quote


def test_of_a_long_list_the_first_part_is_cited_up_to_the_end_of_an_item(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    items = [f"- 部品{n}番は棚の{n}段目の箱に入れてある。" for n in range(1, 80)]
    text = "部品は次のとおりです。\n\n" + "\n".join(items) + "\n"
    index = Index.build(Source("parts", text), tmp_path_factory.mktemp("parts"))
    question = "部品をすべて挙げてください"
    quote = first(index, question)
    cited = answer(index, question, min_confidence=0.0).citations[0]
    assert cited.rest is not None and text[slice(*cited.rest)].startswith("- 部品")
    assert text[cited.end : cited.rest[0]].isspace() and cited.rest[1] == len(text.rstrip())
    assert cited.to_dict()["rest"] == {"start": cited.rest[0], "end": cited.rest[1]}
    assert quote.startswith("部品は次のとおりです。") and quote.splitlines()[-1] in items
    assert LONGEST_EXTENT / 2 < len(quote) <= LONGEST_EXTENT


def test_an_item_beyond_the_part_of_a_list_that_is_cited_comes_before_it(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    items = [f"- 部品{n}番は棚の{n}段目の箱に入れてある。" for n in range(1, 80)]
    text = "部品は次のとおりです。\n\n" + "\n".join(items) + "\n"
    index = Index.build(Source("parts", text), tmp_path_factory.mktemp("beyond"))
    cited = answer(index, "部品75番を取り出す方法は？", min_confidence=0.0).citations
    assert cited[0].quote == items[74] and cited[1].quote.startswith("部品は次のとおりです。")


LOCKER = """# Parcel locker

## Opening

Nobody else may open it.

- By the recipient
  - with a six-digit PIN sent by text message
  - with a code in the app
- By the courier
  - with a staff card only

## Returns

Put books into the box beside the door. However, films and music must be handed in at the desk. Nothing is weighed.

## Officers

The club elects the following officers every year.

1. A chair
2. A treasurer
3. A clerk
"""


@pytest.mark.parametrize(
    ("question", "quote"),
    [
        (
            "How can the recipient open the locker?",
            "- By the recipient\n  - with a six-digit PIN sent by text message\n  - with a code in the app",
        ),
        (
            "Where do I put books that I return?",
            "Put books into the box beside the door. However, films and music must be handed in at the desk.",
        ),
        (
            "What officers does the club elect?",
            "The club elects the following officers every year.\n\n1. A chair\n2. A treasurer\n3. A clerk",
        ),
    ],
)
def test_a_unit_is_cited_with_what_belongs_to_it(
    question: str, quote: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    assert first(Index.build(Source("locker.md", LOCKER), tmp_path_factory.mktemp("locker")), question) == quote


def test_what_somebody_asks_is_not_cited_but_what_is_said_next(tmp_path_factory: pytest.TempPathFactory) -> None:
    text = (
        "いちごの話です。\n\nまず、苗を植える時期はいつがよいのでしょうか。十月の中ごろから十一月の初めです。"
        "初心者に向く品種はどれですか。宝交早生です。水は朝にやります。\n"
    )
    index = Index.build(Source("berries", text), tmp_path_factory.mktemp("berries"))
    assert first(index, "いちごの苗を植える時期は？") == "十月の中ごろから十一月の初めです。"
    assert first(index, "初心者に向く品種は？") == "宝交早生です。"


def test_a_long_lead_in_is_left_out_and_no_citation_is_endless(tmp_path_factory: pytest.TempPathFactory) -> None:
    lead = "To apply, " + "read on and " * 200 + "bring the following things:"
    text = f"# Club\n\n{lead}\n\n- a stamp\n- a photo\n- the fee of ten euros\n\nThe end{' ' * 30_000}is blue.\n"
    index = Index.build(Source("club.md", text), tmp_path_factory.mktemp("club"))
    assert first(index, "List all the things to bring: stamp, photo, fee").startswith("- a stamp\n- a photo")
    cited = answer(index, "Which colour is the end?", min_confidence=0.0).citations
    assert all(len(one.quote) <= LONGEST_QUOTE for one in cited)


def test_a_table_with_too_many_cells_is_not_compared(tmp_path_factory: pytest.TempPathFactory) -> None:
    text = "|" + "1|" * 400 + "\n" + "|7|\n" * 400
    index = Index.build(Source("wide", text), tmp_path_factory.mktemp("wide"))
    started = time.process_time()
    answer(index, "Which is the largest 7?", min_confidence=0.0)
    assert time.process_time() - started < 2


TOWNS = """# 町

| 町 | 気温 | 会議の日 | 税率 |
|---|---|---|---|
| 北町 | -15℃ | 2024-05-20 | 1.085 |
| 南町 | 3℃ | 2023-07-01 | 149.32 |
| 西町 | -4℃ | 2024-01-10 | 0.998 |
"""


@pytest.mark.parametrize(
    ("question", "town"),
    [
        ("気温が一番低い町は？", "北町"),
        ("気温が一番高い町は？", "南町"),
        ("会議の日が最も早い町は？", "南町"),
        ("会議の日が最も遅い町は？", "北町"),
        ("税率が一番高い町は？", "南町"),
        ("税率が一番低い町は？", "西町"),
    ],
)
def test_rows_are_compared_by_numbers_with_signs_by_dates_and_by_decimals(
    question: str, town: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    assert town in first(Index.build(Source("towns.md", TOWNS), tmp_path_factory.mktemp("towns")), question)


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("会費はいくらですか", Wanted.SENTENCE),
        ("How much is it at least?", Wanted.SENTENCE),
        ("最近の変更は何ですか", Wanted.SENTENCE),
        ("持ち物をすべて挙げて", Wanted.LIST),
        ("How do I reset it?", Wanted.LIST),
        ("需要哪些材料？", Wanted.LIST),
        ("¿Cuáles son los requisitos?", Wanted.LIST),
        ("Welche Unterlagen brauche ich?", Wanted.LIST),
        ("Какие документы нужны?", Wanted.LIST),
        ("一番高いのは？", Wanted.LARGEST),
        ("哪个最便宜？", Wanted.SMALLEST),
        ("Which is the cheapest?", Wanted.SMALLEST),
        ("Welches Zimmer ist am teuersten?", Wanted.LARGEST),
        ("가장 비싼 것은?", Wanted.LARGEST),
        ("何種類ありますか", Wanted.ROWS),
        ("児童が一番多い小学校は？", Wanted.LARGEST),
        ("最大的小区是哪个？", Wanted.LARGEST),
        ("Welche Stadt ist die größte?", Wanted.LARGEST),
        ("¿Cuál es la ciudad más grande?", Wanted.LARGEST),
        ("Quelle chambre est la moins chère ?", Wanted.SMALLEST),
        ("Какой самый дешёвый?", Wanted.SMALLEST),
        ("أي غرفة هي الأرخص؟", Wanted.SMALLEST),
        ("Kamar mana yang termurah?", Wanted.SMALLEST),
        ("ห้องไหนถูกที่สุด", Wanted.SMALLEST),
        ("Which of the lowest floors has the largest room?", Wanted.SENTENCE),
        ("Who came first in the 100 m race?", Wanted.SENTENCE),
        ("Who may comment on the draft?", Wanted.SENTENCE),
        ("Are all employees insured?", Wanted.SENTENCE),
        ("一番上の子の名前は？", Wanted.SENTENCE),
    ],
)
def test_what_a_question_wants_is_told_by_its_words(question: str, kind: Wanted) -> None:
    assert wanted(question) is kind
