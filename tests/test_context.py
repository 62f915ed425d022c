"""A citation tells what it stands under, verbatim: in JSON, records, quotations, exports and the shell."""

from __future__ import annotations

import html
import json
import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa import Source
from qa.answer import Answer
from qa.catalogue import words_of
from qa.citations import LONGEST_PART, Citation, ContextPart, cite, recheck, verified
from qa.text.passages import Passage
from qa.text.sections import layout
from qa.ui.answers import first_html
from qa.ui.document import draft
from qa.ui.excerpts import cited_excerpts
from qa.ui.export import FORMS
from qa.ui.history import History, Turn
from qa.ui.kept_parts import MOST_CONTEXT
from qa.ui.messages import chat_messages
from qa.ui.reading import Reading
from qa.ui.records import RecordError, from_record, to_record

GUIDE = """利用案内

## よくある質問

Q1. 返金はできますか？
A. 購入から14日以内であれば返金できます。手数料はかかりません。

Q2. 送料はいくらですか？
A. 全国一律500円です。

## 申込み

申込みには次の書類が必要です：
1. 住民票の写し
2. 本人確認書類
3. 申込書

## 料金

| 区分 | 平日 | 休日 |
|---|---|---|
| 大人 | 500円 | 700円 |
| 子ども | 200円 | 300円 |

予約は電話で受け付けます。前日の17時に締め切ります。
"""
BYLAWS = """会則

第1章 総則

第3条（会員）
会員は、次の各号に定める者とする。
(1) 個人会員 本会の目的に賛同する個人
(2) 法人会員 本会の目的に賛同する法人

第2章 会費

第4条 会費は年額5,000円とする。ただし、学生は免除する。
2 会費は返還しない。
"""
TABBED = "在庫\n\n名称\t数\t値段\nりんご\t3\t100\nみかん\t5\t80\n"
MINUTES = """定例会の記録

林：駐車場の工事は延期します。理由は雨です。
田中：いつからですか。
林：十月五日からです。
田中：掲示は私が出します。入口に貼ります。
"""
TEXTS = {"案内": GUIDE, "会則": BYLAWS, "在庫": TABBED, "記録": MINUTES}
SOURCES = {name: Source(name, text) for name, text in TEXTS.items()}
BLOCKS = {name: layout(source.text).blocks for name, source in SOURCES.items()}


def cited(name: str, *quotes: str) -> list[Citation]:
    spans = [(name, start := SOURCES[name].text.index(quote), start + len(quote)) for quote in quotes]
    return cite(spans, SOURCES, BLOCKS)


ROW, ITEM, REPLY = "| 大人 | 500円 | 700円 |", "2. 本人確認書類", "手数料はかかりません。"


@pytest.mark.parametrize(
    ("name", "quote", "kind", "context"),
    [
        ("案内", ROW, "row", [("heading", "利用案内"), ("heading", "料金"), ("header", "| 区分 | 平日 | 休日 |")]),
        (
            "案内", ITEM, "item",
            [("heading", "利用案内"), ("heading", "申込み"), ("lead-in", "申込みには次の書類が必要です：")],
        ),
        (
            "案内", REPLY, "reply",
            [("heading", "利用案内"), ("heading", "よくある質問"), ("question", "返金はできますか？")],
        ),
        ("案内", "前日の17時に締め切ります。", "paragraph", [("heading", "利用案内"), ("heading", "料金")]),
        (
            "会則", "(1) 個人会員 本会の目的に賛同する個人", "item",
            [
                ("heading", "会則"), ("heading", "第1章 総則"), ("heading", "第3条（会員）"),
                ("lead-in", "会員は、次の各号に定める者とする。"),
            ],
        ),
        ("在庫", "みかん\t5\t80", "row", [("heading", "在庫"), ("header", "名称\t数\t値段")]),
        ("会則", "会則", "heading", []),
        ("記録", "理由は雨です。", "turn", [("heading", "定例会の記録"), ("speaker", "林：")]),
        ("記録", "林：駐車場の工事は延期します。", "turn", [("heading", "定例会の記録")]),
        (
            "記録", "十月五日からです。", "turn",
            [("heading", "定例会の記録"), ("question", "いつからですか。"), ("speaker", "林：")],
        ),
    ],
)  # fmt: skip
def test_a_citation_has_the_kind_of_its_block_and_what_it_stands_under(
    name: str, quote: str, kind: str, context: list[tuple[str, str]]
) -> None:
    [citation] = cited(name, quote)
    assert (citation.quote, citation.kind) == (quote, kind)
    assert [(part.kind, part.quote) for part in citation.context] == context
    text = SOURCES[name].text
    assert all(text[part.start : part.end] == part.quote for part in citation.context)


def test_a_list_that_is_cited_whole_stands_under_what_its_first_item_does() -> None:
    [whole] = cited("案内", "1. 住民票の写し\n2. 本人確認書類\n3. 申込書")
    assert whole.kind == "item" and [part.quote for part in whole.under] == ["申込みには次の書類が必要です："]


def test_a_paragraph_of_an_article_stands_under_the_first_sentence_of_the_article() -> None:
    text = "会則\n\n第4条 会費は年額5,000円とする。学生は免除する。\n２　会費は返還しない。その理由を問わない。\n"
    source = Source("a", text)
    start = text.index("２")
    [citation] = cite([("a", start, len(text) - 1)], {"a": source}, {"a": layout(text).blocks})
    assert [(part.kind, part.quote) for part in citation.under] == [("article", "第4条 会費は年額5,000円とする。")]


def test_the_json_has_kind_and_context_only_where_there_are_any() -> None:
    [row] = cited("案内", ROW)
    told = row.to_dict()
    assert list(told) == ["n", "source", "start", "end", "quote", "kind", "context"]
    assert told["context"][-1] == {
        "kind": "header",
        "start": GUIDE.index("| 区分"),
        "end": GUIDE.index("\n|---"),
        "quote": "| 区分 | 平日 | 休日 |",
    }
    [plain] = cite([("a", 0, 11)], {"a": Source("a", "Cats sleep.")}, {"a": layout("Cats sleep.").blocks})
    assert set(plain.to_dict()) == {"n", "source", "start", "end", "quote"}
    assert json.loads(json.dumps(told)) == told


def test_a_part_of_the_context_that_is_not_in_the_source_is_dropped() -> None:
    [row] = cited("案内", ROW)
    forged = replace(row.context[0], quote="偽の見出")
    beyond = ContextPart("question", 10**9, 10**9 + 1, "?")
    [kept] = verified([replace(row, context=(forged, *row.context[1:], beyond))], SOURCES)
    assert kept.context == row.context[1:] and kept.quote == ROW


def test_a_part_too_long_to_explain_anything_is_left_out() -> None:
    text = f"# 題\n\n{'長い話' * LONGEST_PART}次の書類が必要です：\n- 鍵\n- 傘\n"
    start = text.index("- 鍵")
    [citation] = cite([("a", start, start + 3)], {"a": Source("a", text)}, {"a": layout(text).blocks})
    assert [part.quote for part in citation.context] == ["題"]


@given(st.text(alphabet="#Q1.A: 題あ。\n|\t・-第条", max_size=60), st.data())
def test_every_part_of_every_context_is_in_its_source(text: str, data: st.DataObject) -> None:
    blocks = layout(text).blocks
    if not blocks:
        return
    block = data.draw(st.sampled_from(blocks))
    sources = {"a": Source("a", text)}
    citations = cite([("a", block.start, block.end)], sources, {"a": blocks})
    assert verified(citations, sources) == citations


def test_a_citation_that_moved_is_not_said_to_stand_where_it_stood() -> None:
    [row] = cited("案内", ROW)
    _, same = recheck(row, SOURCES["案内"].sha256, SOURCES)
    assert same == row
    moved = Source("案内", f"前書き。\n\n{ROW}\n")
    _, now = recheck(row, SOURCES["案内"].sha256, {"案内": moved})
    assert now.start != row.start and now.context == ()


# Records


def turn_of(*citations: Citation) -> Turn:
    answer = Answer("?", " ".join(f"{c.quote} [{c.n}]" for c in citations), citations, True, 0.9, (), "?")
    return Turn("?", answer, sources={name: source.sha256 for name, source in SOURCES.items()})


def reading(**changes: Any) -> Reading:
    passages = {name: (Passage(name, 0, len(source.text)),) for name, source in SOURCES.items()}
    return Reading(SOURCES, passages, **{"blocks": BLOCKS, **changes})


def test_a_saved_conversation_has_the_contexts_again() -> None:
    history = History((turn_of(*cited("案内", ROW, ITEM, REPLY)),), id="0" * 32)
    record = json.loads(json.dumps(to_record(history)))
    assert from_record(record).entries == history.entries
    for citation in record["entries"][0]["answer"]["citations"]:
        del citation["kind"], citation["context"]
    [earlier] = from_record(record).turns
    assert earlier.answer is not None
    assert [(c.kind, c.context) for c in earlier.answer.citations] == [("paragraph", ())] * 3
    drawn = chat_messages(History((earlier,)), reading(), words_of("ja"))[-1]["content"]
    assert "返金はできますか？" in drawn  # what a quotation stands under is taken from the current texts


@pytest.mark.parametrize(
    "damage",
    [
        lambda part: part.update(kind="<b>"),
        lambda part: part.update(kind=3),
        lambda part: part.update(start="0"),
        lambda part: part.update(end=part["end"] + 1),
        lambda part: part.update(quote="x" * (LONGEST_PART + 1), start=0, end=LONGEST_PART + 1),
        lambda part: part.pop("quote"),
    ],
)
def test_a_damaged_context_rejects_the_record(damage: Any) -> None:
    record = to_record(History((turn_of(*cited("案内", ROW)),), id="0" * 32))
    assert from_record(record).turns
    context = record["entries"][0]["answer"]["citations"][0]["context"]
    damage(context[0])
    with pytest.raises(RecordError):
        from_record(record)
    record["entries"][0]["answer"]["citations"][0]["context"] = [context[-1]] * (MOST_CONTEXT + 1)
    with pytest.raises(RecordError):
        from_record(record)


def test_a_forged_context_is_not_shown() -> None:
    [reply] = cited("案内", REPLY)
    forged = replace(reply, context=tuple(replace(part, quote="嘘" * len(part.quote)) for part in reply.context))
    for known in (reading(), reading(blocks={})):
        assert "嘘" not in chat_messages(History((turn_of(forged),)), known, words_of("ja"))[-1]["content"]
    gone = replace(forged, quote="どこにも無い文言です。", end=forged.start + 11)
    for form in ("html", "markdown"):
        assert "嘘" not in FORMS[form].write(History((turn_of(gone),)), reading(), words_of("ja"), "題")


# Quotations


def shown(name: str, quote: str, known: Reading | None = None) -> str:
    known = known or reading()
    [excerpt] = cited_excerpts(turn_of(*cited(name, quote)), known)
    return first_html(excerpt, "?", known, words_of("ja"))


def text_of(markup: str) -> str:
    return html.unescape(re.sub(r"<[^>]*>", "", markup))


def rows_in(markup: str) -> str:
    found = re.search(r'<mark class="rows quote">(.*?)</mark>', markup)
    assert found
    return found[1]


def test_a_row_is_drawn_below_the_names_of_its_columns_and_its_mark_is_the_quotation() -> None:
    drawn = shown("案内", ROW)
    names = re.search(r'<span class="row names">(.*?)</span><mark', drawn)
    assert names and re.findall(r'class="cell">(.*?)<', names[1]) == ["区分", "平日", "休日"]
    assert re.findall(r'class="cell">(.*?)<', rows_in(drawn)) == ["大人", "500円", "700円"]
    assert text_of(rows_in(drawn)) == ROW
    assert "子ども" not in drawn and '<span class="section" dir="auto">利用案内 › 料金</span>' in drawn


def test_rows_that_are_cited_together_are_one_table_and_their_mark_is_the_quotation() -> None:
    both = "| 大人 | 500円 | 700円 |\n| 子ども | 200円 | 300円 |"
    rows = rows_in(shown("案内", both))
    assert rows.count('class="row"') == 2 and text_of(rows) == both


def test_a_table_and_a_list_that_are_cited_with_what_is_above_them_keep_their_words() -> None:
    table = "| 区分 | 平日 | 休日 |\n|---|---|---|\n| 大人 | 500円 | 700円 |\n| 子ども | 200円 | 300円 |"
    [citation] = cited("案内", table)
    assert citation.kind == "row" and citation.under == ()
    drawn = shown("案内", table)
    assert text_of(rows_in(drawn)) == table and rows_in(drawn).count('class="row names"') == 1
    assert drawn.count("区分") == 1
    items = "申込みには次の書類が必要です：\n1. 住民票の写し\n2. 本人確認書類"
    assert cited("案内", items)[0].kind == "item"
    mark = re.search(r'<mark class="whole">(.*?)</mark>', shown("案内", items))
    assert mark and text_of(mark[1]) == items
    assert re.findall(r'<span class="said">(.*?)</span>', mark[1]) == ["住民票の写し", "本人確認書類"]
    assert '<span class="line">申込みには次の書類が必要です：</span>' in mark[1]


def test_a_row_between_tabs_and_a_part_of_a_row_keep_their_words() -> None:
    row = rows_in(shown("在庫", "みかん\t5\t80"))
    assert text_of(row) == "みかん\t5\t80" and row.count('class="cell"') == 3
    part = shown("在庫", "みかん\t5")
    assert '<mark class="whole">みかん&#9;5</mark></span><span class="around" dir="auto">&#9;80</span>' in part
    assert '<p class="over-header"><span dir="auto">名称&#9;数&#9;値段</span></p>' in part


def test_an_item_is_drawn_below_its_lead_in_without_the_other_items() -> None:
    drawn = shown("案内", ITEM)
    assert (
        '<div class="over"><p class="over-lead-in"><span dir="auto">申込みには次の書類が必要です：</span></p></div>'
        in drawn
    )
    quote = re.search(r'<span class="quote">(.*)</mark></span>', drawn)
    assert quote and text_of(quote[1]) == ITEM and "around" not in drawn


def test_a_reply_is_drawn_below_its_question_with_the_rest_of_the_reply_hidden_beside_it() -> None:
    drawn = shown("案内", REPLY)
    assert '<span class="over-label" dir="auto">質問</span> <span dir="auto">返金はできますか？</span>' in drawn
    beside = '<span class="around" dir="auto">A. 購入から14日以内であれば返金できます。</span><span class="quote">'
    assert beside in drawn


def test_a_sentence_of_a_paragraph_is_drawn_among_those_of_its_section_without_the_heading() -> None:
    drawn = shown("案内", "全国一律500円です。")
    assert "返金" not in drawn  # that is another question's
    drawn = shown("会則", "2 会費は返還しない。")
    assert "第2章 会費" in text_of(drawn) and "個人会員" not in drawn


def test_hostile_words_stay_words_wherever_they_stand() -> None:
    def drawn(words: str) -> str:
        line = " ".join(words.split())
        text = f"# {line}\n\nQ1. {line}?\nA. {line}.\n\n| {line} | b |\n|---|---|\n| {line} | 2 |\n"
        source = Source("a", text)
        blocks = layout(text).blocks
        spans = [("a", block.start, block.end) for block in blocks if block.kind in ("row", "reply")]
        turn = replace(turn_of(*cite(spans, {"a": source}, {"a": blocks})), sources={"a": source.sha256})
        known = Reading({"a": source}, {"a": (Passage("a", 0, len(text)),)}, blocks={"a": blocks})
        shown = chat_messages(History((turn,)), known, words_of("en"))[-1]["content"]
        return shown + FORMS["html"].write(History((turn,)), known, words_of("en"), "t")

    def tags(words: str) -> list[str]:
        return re.findall(r"<[^>]*>", re.sub(r" s-[0-9a-f]+ at-\d+-\d+|<code.*?</code>", "", drawn(words)))

    hostile = ("</mark></span><script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "&lt;b&gt; {{v}}")
    assert [words for words in hostile if tags(words) != tags("harmless words")] == []


# Exports and the shell


def test_exports_say_what_a_quotation_stands_under() -> None:
    history = History((turn_of(*cited("案内", ROW, ITEM, REPLY)),))
    ja = words_of("ja")
    page = FORMS["html"].write(history, reading(), ja, "題")
    assert re.search(r'<span class="row names">.*?区分.*?<mark class="rows quote">', page)
    assert "申込みには次の書類が必要です：" in page and "質問</span> <span" in page
    markdown = FORMS["markdown"].write(history, reading(), ja, "題")
    assert "> \\| 区分 \\| 平日 \\| 休日 \\|\n>\n> **\\[1\\]** \\| 大人 \\| 500円 \\| 700円 \\|" in markdown
    assert "> 申込みには次の書類が必要です：\n>\n> **\\[2\\]** 2\\. 本人確認書類" in markdown
    assert "> **質問** 返金はできますか？\n>\n> A\\. 購入から" in markdown
    exported = json.loads(FORMS["json"].write(history, reading(), ja, "題"))
    first = exported["entries"][0]["answer"]["citations"][0]
    assert first["kind"] == "row" and first["now"]["context"] == first["context"]


def test_the_shell_prints_the_path_below_the_quotation(capsys: pytest.CaptureFixture[str]) -> None:
    from qa.terminal import show_answer

    answer = turn_of(*cited("案内", ITEM)).answer
    assert answer is not None
    show_answer(None, answer)  # type: ignore[arg-type]  # the index is asked only for what has no context
    lines = capsys.readouterr().out.splitlines()
    assert lines[-2:] == [f"    {ITEM}", "    利用案内 › 申込み › 申込みには次の書類が必要です："]


# The source pane


def test_the_pane_tells_headings_items_rows_questions_and_code_apart() -> None:
    blocks = draft(Source("a", f"{GUIDE}\n```\n  code\n```\n\n---\n\n図1 入口\n"))["blocks"]
    kinds = [block["kind"] for block in blocks]
    assert kinds == [
        "title", "heading", "question", "reply", "question", "reply", "heading", "lead-in", "item", "item", "item",
        "heading", "header", "border", "row", "row", "text", "code", "code", "code", "rule", "caption",
    ]  # fmt: skip
    assert [block["level"] for block in blocks if block["kind"] == "heading"] == [1, 1, 1]
    assert next(block["cells"] for block in blocks if block["kind"] == "row") == [
        "| ", "大人", " | ", "500円", " | ", "700円", " |",
    ]  # fmt: skip
    assert [block["parts"][0] for block in blocks if block["kind"] == "code"][1] == ["  "]


@pytest.mark.parametrize("name", SOURCES)
def test_the_pane_has_the_whole_text_and_every_unit_at_its_offsets(name: str) -> None:
    text = SOURCES[name].text
    parts = [part for block in draft(SOURCES[name])["blocks"] for part in block["parts"]]
    assert re.sub(r"\s", "", "".join(part[0] for part in parts)) == re.sub(r"\s", "", text)
    assert all(text[part[1] : part[2]] == part[0] for part in parts if len(part) == 3)
    for block in draft(SOURCES[name])["blocks"]:
        assert "cells" not in block or "".join(block["cells"]) == block["parts"][0][0]


def test_a_heading_of_markdown_tells_its_signs_apart() -> None:
    text = "題\n\n##  料金 ##\n\n千円です。\n\n■ 休み\n\n月曜です。\n"
    headings = [one["parts"][0] for one in draft(Source("a", text))["blocks"] if one["kind"] in ("title", "heading")]
    assert [words for _, _, _, *words in headings] == [[], [["", "##  ", "料金 ##"]], []]


def test_headings_have_their_depth() -> None:
    blocks = draft(SOURCES["会則"])["blocks"]
    headings = [block for block in blocks if block["kind"] in ("title", "heading")]
    assert [(block["parts"][0][0], block.get("level")) for block in headings] == [
        ("会則", None), ("第1章 総則", 1), ("第3条（会員）", 2), ("第2章 会費", 1),
    ]  # fmt: skip
