"""Kinds of files: one table says which are read; what is in them comes out whole; what is left out is told."""

from __future__ import annotations

import datetime as dt
import re
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
import samples
from documents import pdf
from samples import zipped

from qa import Source
from qa.errors import SourceError
from qa.reading.extraction.formats import FORMATS, Format
from qa.reading.extraction.number_formats import shown
from qa.reading.files import read, source_from_bytes, sources_from_bytes
from qa.reading.remarks import count_suffixes
from qa.text.marks import Kind
from qa.text.sections import layout

DOCS = Path(__file__).parents[1] / "docs" / "documents.md"


def needs(library: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(find_spec(library) is None, reason=f"{library} is not installed")


def text(name: str, data: str | bytes) -> str:
    return source_from_bytes(name, data.encode() if isinstance(data, str) else data).text


def kinds_of(source: Source) -> list[tuple[Kind, str]]:
    return [(mark.kind, source.text[mark.start : mark.end]) for mark in source.marks]


# The table


def test_the_table_of_the_documentation_is_that_of_the_code() -> None:
    written = re.findall(r"^\| ([^|]+) \| (`\.[^|]+) \| ([^|]+) \|", DOCS.read_text(encoding="utf-8"), re.MULTILINE)
    told = {name: (re.findall(r"\.\w+", suffixes), extra.strip("` ")) for name, suffixes, extra in written}
    assert told == {
        one.name: (list(one.suffixes), f"cited-qa[{one.extra}]" if one.extra else "always") for one in FORMATS
    }


def test_every_suffix_has_one_kind_but_that_of_chats_which_their_first_line_tells_from_texts() -> None:
    suffixes = [suffix for one in FORMATS for suffix in one.suffixes]
    assert {suffix for suffix in suffixes if suffixes.count(suffix) > 1} == {".txt"}


@pytest.mark.parametrize("kind", [one for one in FORMATS if one.library], ids=lambda kind: kind.name)
def test_a_missing_library_is_named_with_the_command_that_brings_it(
    kind: Format, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, kind.library, None)
    begins = {"PDF": b"%PDF-1.7\n", "RTF": b"{\\rtf1}"}
    data = begins.get(kind.name, b"PK\x03\x04" if kind.signature.startswith("PK") else b"x")
    with pytest.raises(SourceError, match=re.escape(f"`pip install 'cited-qa[{kind.extra}]'`")):
        source_from_bytes(f"a{kind.suffixes[0]}", data)


def test_a_folder_says_what_it_left_out_and_reads_the_rest(tmp_path: Path) -> None:
    for name, data in {
        "a.txt": b"The key is in the red box.", "b/broken.pdf": b"%PDF-1.7 ...", "c.jpg": b"\xff\xd8\xff",
        "d.JPG": b"\xff", "e.csv": b"name,price\ntea,300\n", "f": b"no suffix", ".hidden.jpg": b"x", "empty.md": b" ",
    }.items():  # fmt: skip
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(data)
    found = read(tmp_path)
    assert [source.name for source in found.sources] == ["a.txt", "e.csv"]
    assert count_suffixes(found.remarks) == {".jpg": 2, "–": 1}
    others = {remark.name: remark.key for remark in found.remarks if remark.key.startswith("error.")}
    assert others == {"b/broken.pdf": "error.source.damaged", "empty.md": "error.source.empty"}
    assert "b/broken.pdf is damaged" in str(next(one for one in found.remarks if one.name == "b/broken.pdf"))
    with pytest.raises(SourceError, match="is damaged"):  # a file that the user names is no file of a folder
        read(tmp_path / "b/broken.pdf")
    with pytest.raises(SourceError, match=r"broken\.pdf is damaged"):
        read(tmp_path / "b")


# Tables


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.csv", "name,price\ntea,300\n"),
        ("a.tsv", "name\tprice\ntea\t300\n"),
        ("a.csv", "\ufeffname;price\r\ntea;300\r\n"),
        ("a.csv", "sep=|\nname|price\ntea|300\n"),
        ("a.csv", '"name", "price"\n"tea", "300"'),
    ],
)
def test_a_csv_is_a_table_whatever_parts_its_cells(name: str, data: str) -> None:
    source = source_from_bytes(name, data.encode())
    assert kinds_of(source) == [(Kind.HEADER, "name | price"), (Kind.ROW, "tea | 300")]


def test_each_row_of_a_csv_stands_under_the_names_of_its_columns() -> None:
    source = source_from_bytes("a.csv", '料金表\n\n種別,円,備考\n大人,500,"赤い券,\n表のみ"\n子供,200,\n'.encode())
    assert source.text == "料金表\n\n種別 | 円 | 備考\n大人 | 500 | 赤い券, 表のみ\n子供 | 200"
    blocks = layout(source.text, source.marks).blocks
    rows = [block for block in blocks if block.kind is Kind.ROW]
    assert [source.text[blocks[row.parent or 0].start :][:6] for row in rows] == ["種別 | 円"] * 2


def test_a_quotation_mark_that_is_never_closed_swallows_nothing() -> None:
    rows = "".join(f"{n},a{n},b\n" for n in range(50))
    assert text("a.csv", f'no,"size,c\n{rows}').count("\n") == 50


def test_a_csv_without_names_of_columns_has_rows_alone() -> None:
    assert {kind for kind, _ in kinds_of(source_from_bytes("a.csv", b"1,2\n3,4\n"))} == {Kind.ROW}


@needs("openpyxl")
def test_of_a_workbook_the_cells_are_as_shown_merged_ones_in_each_row_and_hidden_sheets_are_not_read() -> None:
    source = source_from_bytes("a.xlsx", samples.workbook())
    assert source.text == (
        "## 売上\n\n2024年度 売上一覧\n\n支店 | 日付 | 金額 | 割合\n東京 | 2024年3月15日 | 1,234,567円 | 12.5%\n"
        "東京 | 令和6年3月16日 | -5円 | 50.0%\n大阪 | 2024-03-17 10:05:00 | 3.5"
    )
    assert [kind for kind, _ in kinds_of(source)][-4:] == [Kind.HEADER, Kind.ROW, Kind.ROW, Kind.ROW]


@pytest.mark.parametrize(
    ("value", "code", "expected"),
    [
        (1234.5, "General", "1234.5"), (0.1 + 0.2, "General", "0.3"), (1e20, "General", "100000000000000000000"),
        (1234.5, "#,##0", "1,235"), (2.5, "0", "3"), (0.125, "0.0%", "12.5%"), (-3, "0;(0)", "(3)"), (0, "0;-0;–", "–"),
        (1234567, "#,##0,", "1,235"), (1.5, "0.00#", "1.50"), (12345, "0.00E+00", "1.23E+04"), (5, '0"個"', "5個"),
        (1500, "[$¥-411]#,##0", "¥1,500"), (-1500, "[Red]-#,##0", "--1,500"), (1234567, "000-0000", "123-4567"),
        (-0.001, "0.0", "0.0"), (True, "General", "TRUE"), ("text", "@", "text"), (0.5, "# ?/?", "0.5"),
        (dt.date(2024, 3, 5), "mm-dd-yy", "2024-03-05"), (dt.date(2024, 3, 5), "yyyy/m/d", "2024/3/5"),
        (dt.date(2019, 4, 30), "gge.m.d", "平31.4.30"), (dt.date(2024, 3, 5), "d mmm yy", "5 Mar 24"),
        (dt.date(2024, 3, 5), "m/d(aaa)", "3/5(火)"), (dt.datetime(2024, 3, 5, 13, 7, 9), "h:mm AM/PM", "1:07 PM"),
        (dt.time(9, 5, 1), "h:mm:ss", "9:05:01"), (dt.time(0, 5, 1), "mm:ss", "05:01"),
        (dt.timedelta(hours=30, minutes=5), "[h]:mm", "30:05:00"),
    ],
)  # fmt: skip
def test_a_value_is_written_as_its_format_shows_it(value: object, code: str, expected: str) -> None:
    assert shown(value, code) == expected


# Slides


@needs("pptx")
def test_of_slides_title_list_notes_and_tables_are_read_each_on_its_page_and_hidden_ones_are_not() -> None:
    source = source_from_bytes("a.pptx", samples.slides())
    assert source.text == (
        "## 水門の管理\n\n- 鍵は赤い箱にある。\n- 当番は月曜に替わる。\n\nここで写真を見せる。\n\n"
        "## 会費\n\n種別 | 円\n大人 | 500\n子供 | 200"
    )
    assert [(place.page, source.text[place.start :][:4]) for place in source.places] == [(1, "## 水"), (2, "## 会")]


def test_of_opendocument_texts_sheets_and_slides_are_read() -> None:
    assert text("a.odt", samples.ODT) == "## 水門\n\n鍵は赤い箱に1ある。\n\n- 一\n\n茶 | 小\n茶 | 大\n\n1 鉄製。"
    assert text("a.ods", samples.ODS) == "## 表1\n\n品 | 円\n茶 | 300\n茶 | 300"
    assert text("a.odp", samples.ODP) == "## 水門\n\n- 鍵は箱にある。\n\n写真。"


# Messages


def test_of_a_message_who_wrote_when_is_read_and_what_it_quotes_stands_apart() -> None:
    source = source_from_bytes("a.eml", samples.message())
    assert source.text == (
        "# 水門の鍵について\n\nFrom: 葵 <aoi@example.org>\nTo: ken@example.org\n"
        "Date: Fri, 05 Jan 2024 10:03:00 +0900\n\n"
        "鍵は赤い箱にあります。\n\n2024年1月4日 健 <ken@example.org>:\n\n> 鍵はどこですか。箱の中ですか。"
    )


def test_of_a_message_that_is_a_page_the_page_is_read() -> None:
    assert text("a.eml", samples.page_message()) == (
        "# Dinner\n\nFrom: bob@example.org\n\nThe gate opens at nine.\n\n- bring soup"
    )


@pytest.mark.parametrize("encoding", ["iso-2022-jp", "shift_jis", "euc_jp", "utf-8"])
def test_a_message_is_read_in_its_encoding_also_where_it_names_another(encoding: str) -> None:
    for named in (encoding, "klingon", "us-ascii"):
        head = f"Subject: A\r\nContent-Type: text/plain; charset={named}\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
        body = "会議は月曜の朝に町の役場で開かれます。\r\n".encode(encoding)
        assert text("a.eml", head.encode() + body) == "# A\n\n会議は月曜の朝に町の役場で開かれます。"


def test_what_is_attached_is_read_by_the_same_table_as_a_source_of_its_own() -> None:
    page = pdf(["Fees are listed here."])
    found = sources_from_bytes("a.eml", samples.message(attached={"fees.pdf": page, "logo.png": b"\x89PNG"}))
    assert [source.name for source in found.sources] == ["a.eml", "a.eml/fees.pdf"]
    assert found.sources[1].text == "Fees are listed here." and found.sources[1].places[0].page == 1
    assert [(one.name, one.key) for one in found.remarks] == [("a.eml/logo.png", "left.kind")]


def test_a_mailbox_has_each_message_under_its_subject() -> None:
    found = sources_from_bytes("b.mbox", samples.mailbox()).sources
    assert [source.name for source in found] == ["b.mbox", "b.mbox/1/会費.txt"]
    headings = [words for kind, words in kinds_of(found[0]) if kind is Kind.HEADING]
    assert headings == ["# 水門の鍵について", "# Dinner"]


# Chats


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("line.txt", samples.LINE, {"健 10:04": ("2024/01/05(金)", "鍵は\n赤い箱です")}),
        ("wa.txt", samples.WHATSAPP, {"Aoi 10:03:22": ("2024/01/05", "The key is in\nthe red box")}),
        ("wb.txt", "1/5/24, 10:04\u202fAM - Aoi: The key: red box\n", {"Aoi 10:04 AM": ("1/5/24", "The key: red box")}),
    ],
)  # fmt: skip
def test_a_message_of_a_chat_stands_under_its_day_and_who_said_it_when(
    name: str, data: str, said: dict[str, tuple[str, str]]
) -> None:
    source = source_from_bytes(name, data.encode())
    for speaker, (day, words) in said.items():
        assert f"{speaker}\n{words}" in source.text
        blocks = layout(source.text, source.marks).blocks
        turn = next(block for block in blocks if source.text[block.start : block.end] == words.splitlines()[0])
        above = blocks[turn.parent or 0]
        assert above.kind is Kind.SPEAKER and source.text[above.start : above.end] == speaker
        over = blocks[above.parent or 0]
        assert over.kind is Kind.HEADING and source.text[over.words : over.end] == day


def test_of_a_slack_export_each_channel_is_a_chat_with_the_names_of_the_people() -> None:
    (source,) = sources_from_bytes("slack.zip", samples.slack()).sources
    assert source.name == "slack.zip/general.txt"
    assert source.text == "## 2024-01-05\n\n葵 10:03:02\n鍵は @Ken の箱 & 机\n\nKen 10:03:19\nSee the page"


def test_a_text_that_only_speaks_of_chats_stays_a_text() -> None:
    for words in ("LINE is a chat.", "[2024] was a year.", "10:03 is a time - and a late one."):
        assert text("a.txt", words) == words


# Sources of texts


def test_a_notebook_has_notes_code_and_printed_results() -> None:
    source = source_from_bytes("a.ipynb", samples.NOTEBOOK)
    assert source.text == "# 実験\n\n水位は二メートルである。\n\nprint(1 + 1)\n\n2"
    assert kinds_of(source) == [(Kind.HEADING, "# 実験"), (Kind.CODE, "print(1 + 1)")]


@needs("striprtf")
def test_of_rtf_headings_tables_and_characters_of_fonts_are_read() -> None:
    assert text("a.rtf", samples.RTF) == "# 水門\n\nThe key is in the red box. て\n\nName | Price\nTea | 300\n\nEnd."


def test_of_latex_what_is_printed_is_read_under_its_headings_and_formulas_as_written() -> None:
    assert text("a.tex", samples.LATEX) == (
        "# On Gates\n\n## First & last\n\n"
        "The key (Made of iron.) is in the red box [smith]. It costs 50% of $x_1 + \\frac{a}{b}$.\n"
        "Café, naïve — “quoted”.\n\n- One\n- Two: second\n\nName | Price\nTea | 300\n\n### 灯台\n\nx = {1}"
    )


@pytest.mark.parametrize(("name", "data"), [("a.rst", samples.RESTRUCTURED), ("a.adoc", samples.ASCIIDOC)])
def test_a_text_in_markup_stays_as_it_is_and_its_headings_and_code_are_known(name: str, data: str) -> None:
    source = source_from_bytes(name, data.encode())
    assert source.text == data
    blocks = layout(source.text, source.marks).blocks
    headings = [source.text[block.start : block.end] for block in blocks if block.kind is Kind.HEADING]
    assert headings == ["Title", "Section"]
    assert any(block.kind is Kind.CODE and "x = 1" in source.text[block.start : block.end] for block in blocks)
    over = next(block for block in blocks if "The key" in source.text[block.start : block.end])
    assert source.text[blocks[over.parent or 0].start :].startswith("Section")


# Archives


def test_files_in_an_archive_are_sources_by_the_same_table() -> None:
    inner = zipped({"deep.txt": "Deep down."})
    files = {
        "a/notes.md": "# T\n\nThe tower is red.", "x.jpg": b"\xff\xd8", "bad.pdf": b"%PDF-1.7 ...", ".git/x.txt": "no",
        "__MACOSX/a.txt": "no", "inner.zip": inner, "../up.txt": "Up.", "c.csv": "name,price\ntea,300\n",
    }  # fmt: skip
    found = sources_from_bytes("a.zip", zipped(files))
    assert {source.name: source.text for source in found.sources} == {
        "a.zip/a/notes.md": "# T\n\nThe tower is red.", "a.zip/inner.zip/deep.txt": "Deep down.", "a.zip/up.txt": "Up.",
        "a.zip/c.csv": "name | price\ntea | 300",
    }  # fmt: skip
    assert {one.name: one.key for one in found.remarks} == {
        "a.zip/x.jpg": "left.kind", "a.zip/bad.pdf": "error.source.damaged"
    }  # fmt: skip


def test_a_name_in_an_archive_may_be_in_the_encoding_of_its_country() -> None:
    archive = zipped({"A" * 16 + ".txt": "Words."}).replace(b"A" * 16, "会議の議事録".ljust(8, "々").encode("cp932"))
    assert sources_from_bytes("a.zip", archive).sources[0].name == "a.zip/会議の議事録々々.txt"


def test_an_archive_can_neither_fill_the_memory_nor_lie_in_itself_without_end(tmp_path: Path) -> None:
    large = zipped({"a.txt": "Small.", "b.txt": bytes(60 << 20)})
    found = sources_from_bytes("a.zip", large)
    assert [source.name for source in found.sources] == ["a.zip/a.txt"]
    assert [(one.name, one.key) for one in found.remarks] == [("a.zip/b.txt", "error.source.bomb")]
    nested = zipped({"deep.txt": "Deep down."})
    for _ in range(4):
        nested = zipped({"inner.zip": nested})
    with pytest.raises(SourceError) as caught:
        sources_from_bytes("a.zip", nested)
    assert caught.value.code == "source.bomb"


def test_an_archive_without_a_document_and_one_of_several_for_one_source_are_rejected() -> None:
    for files, code in (({"x.jpg": "x"}, "source.others"), ({"a.txt": "One.", "b.txt": "Two."}, "source.several")):
        with pytest.raises(SourceError) as caught:
            source_from_bytes("a.zip", zipped(files))
        assert caught.value.code == code
