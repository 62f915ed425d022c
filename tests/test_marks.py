"""What formats say of their lines: the marks of each kind of document, and the blocks that come of them."""

from __future__ import annotations

import io
from itertools import pairwise
from pathlib import Path

import pytest
from documents import chapter, epub, pdf, word_of
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.reading.extraction import Extracted
from qa.reading.extraction import epub as books
from qa.reading.extraction import html as pages
from qa.reading.extraction import pdf as pdfs
from qa.reading.extraction import word as words
from qa.reading.files import read_sources, source_from_bytes, source_from_text
from qa.reading.markdown import marks_of
from qa.storage.contents import read_source, write_sources
from qa.text.lines import split_lines
from qa.text.marks import Kind, Mark, are_sound
from qa.text.sections import layout, title_of
from qa.text.source import Source

Blocks = list[tuple[str, str]]


def blocks(text: str, marks: tuple[Mark, ...]) -> Blocks:
    assert are_sound(marks, text)
    assert all(text[mark.start : mark.end] == text[mark.start : mark.end].strip() for mark in marks)
    return [(str(block.kind), text[block.start : block.end]) for block in layout(text, marks).blocks]


def blocks_of(found: Extracted) -> Blocks:
    return blocks(found.text, found.marks)


def marked(found: Extracted) -> list[tuple[str, int, str]]:
    assert are_sound(found.marks, found.text)
    return [(str(mark.kind), mark.level, found.text[mark.start : mark.end]) for mark in found.marks]


MARKDOWN: dict[str, tuple[str, Blocks]] = {
    "headings in both ways": (
        "# 灯台 #\n\n歴史\n----\n\n1874年に建てられた。\n\n概要\n\n高さは31メートルである。\n",
        [
            ("heading", "# 灯台 #"),
            ("heading", "歴史"),
            ("paragraph", "1874年に建てられた。"),
            ("paragraph", "概要"),
            ("paragraph", "高さは31メートルである。"),
        ],
    ),
    "a title alone leaves the other headings to their form": (
        "# 灯台\n\n概要\n\nこの灯台の高さは31メートルである。\n",
        [("heading", "# 灯台"), ("heading", "概要"), ("paragraph", "この灯台の高さは31メートルである。")],
    ),
    "items, also nested and in several lines": (
        "## 持ち物\n\n次のとおり：\n\n- 水\n  と食べ物\n- 地図\n    - 縮尺は任意\n\n## 後\n\n1. 集合\n2. 出発\n",
        [
            ("heading", "## 持ち物"),
            ("lead-in", "次のとおり："),
            ("item", "- 水\n  と食べ物"),
            ("item", "- 地図"),
            ("item", "- 縮尺は任意"),
            ("heading", "## 後"),
            ("item", "1. 集合"),
            ("item", "2. 出発"),
        ],
    ),
    "a table": (
        "| 年 | 出来事 |\n|-|:-|\n| 1874 | 完成 |\n| 1900 | 改修 |\n",
        [("header", "| 年 | 出来事 |"), ("row", "| 1874 | 完成 |"), ("row", "| 1900 | 改修 |")],
    ),
    "a question in an item": (
        "- Q. 誰？\n- A. 私。\n\nまた。\n\n- Q. 誰？\n  A. 私。\n",
        [("item", "- Q. 誰？"), ("item", "- A. 私。"), ("paragraph", "また。"), ("item", "- Q. 誰？\n  A. 私。")],
    ),
    "code, front matter and what only looks like a heading in them": (
        "---\ntitle: x\n---\n# A\n\n~~~\n# B\n~~~\n\n    # C\n",
        [
            ("code", "---"), ("code", "title: x"), ("code", "---"), ("heading", "# A"),
            ("code", "~~~"), ("code", "# B"), ("code", "~~~"), ("code", "# C"),
        ],
    ),
    "quotations": (
        f"> Q. 誰？\n> A. 私。\n\n> {'この灯台の' * 8}\n> 続き。\n\n本文。\n\n> - 項目\n",
        [
            ("question", "Q. 誰？"),
            ("reply", "A. 私。"),
            ("paragraph", f"{'この灯台の' * 8}\n> 続き。"),
            ("paragraph", "本文。"),
            ("item", "- 項目"),
        ],
    ),
    "what Markdown does not say": (
        "# 規約\n\n## 総則\n\n第1条 甲は乙に支払う。\n\nQ. いつ払いますか。\nA. 月末です。\n\n場所：東京都港区芝公園\n",
        [
            ("heading", "# 規約"),
            ("heading", "## 総則"),
            ("paragraph", "第1条 甲は乙に支払う。"),
            ("question", "Q. いつ払いますか。"),
            ("reply", "A. 月末です。"),
            ("labelled", "場所：東京都港区芝公園"),
        ],
    ),
    "a number before a year is no item, if it is written so": (
        "1986\\. A good year.\n\n+ One\n\n   more of it.\n",
        [("paragraph", "1986\\. A good year."), ("item", "+ One"), ("paragraph", "more of it.")],
    ),
    "lines that end as in Windows": (
        "# A\r\n\r\n- b\r\n\r\nc.\r\n",
        [("heading", "# A"), ("item", "- b"), ("paragraph", "c.")],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", MARKDOWN)
def test_of_markdown_its_marks_say_what_lines_are(case: str) -> None:
    text, expected = MARKDOWN[case]
    assert blocks(text, marks_of(text)) == expected


def test_a_plain_text_with_lines_as_in_markdown_is_read_by_form() -> None:
    text = "# 灯台\n\n概要\n\nこの灯台の高さは31メートルである。\n\n```\n# x\n```\n"
    assert source_from_text("a.txt", text).marks == ()
    assert [block[0] for block in blocks(text, ())] == ["heading", "heading", "paragraph", "code", "code", "code"]


def test_markdown_is_known_by_the_name_wherever_a_text_comes_from(tmp_path: Path) -> None:
    text = "# A\n\nb\n"
    (tmp_path / "a.markdown").write_text(text)
    found = [
        source_from_bytes("a.md", text.encode()),
        source_from_text("A.MD", text),
        *read_sources([tmp_path, Source("b.md", text), Source("c.md", "\ufeff" + text)]),
    ]
    assert [source.marks for source in found] == [(Mark(0, 3, Kind.HEADING, 1),)] * 5
    own = (Mark(5, 6, Kind.ITEM),)
    assert read_sources([Source("a.md", text, marks=own)])[0].marks == own


@given(st.text(st.sampled_from("a#-*+1.)>|` \t\n\r=~:\\あ　:-"), max_size=60))
@settings(max_examples=200, deadline=None)
def test_marks_of_any_markdown_are_in_the_text_and_in_order_and_every_line_of_words_is_in_a_block(text: str) -> None:
    marks = marks_of(text)
    assert are_sound(marks, text)
    lines = list(split_lines(text, marks))
    assert all(0 <= line.start < line.end <= len(text) for line in lines)
    assert all(one.end <= other.start for one, other in pairwise(lines))
    shown = "".join(text[line.start : line.end] for line in lines)
    assert shown.count("あ") == text.count("あ") and shown.count("a") == text.count("a")
    covered = "".join(text[block.start : block.end] for block in layout(text, marks).blocks)
    assert covered.count("あ") == text.count("あ")


FIRST = "".join(f"<p>{n}号の灯台は1874年に建てられた。高さは31メートルである。</p>" for n in range(9))
BODY = (
    "<h2>建設</h2><p>概要</p><p># 番号ではない。</p><ul><li>石造り</li><li>二階建て</li></ul>"
    "<table><tr><th>年</th><th>出来事</th></tr><tr><td rowspan='2'>1874</td><td>着工</td></tr>"
    "<tr><td>完成<br>祝賀</td></tr></table>"
    "<pre><code>x = 1\n# y</code></pre><h3>後</h3><p>終わり。</p>"
)
BLOCKS = [
    ("heading", "## 建設"),
    ("paragraph", "概要"),
    ("paragraph", "# 番号ではない。"),
    ("item", "- 石造り"),
    ("item", "- 二階建て"),
    ("header", "年 | 出来事"),
    ("row", "1874 | 着工"),
    ("row", "1874 | 完成 祝賀"),
    ("code", "x = 1"),
    ("code", "# y"),
    ("heading", "### 後"),
    ("paragraph", "終わり。"),
]


def test_of_a_page_its_elements_say_what_lines_are() -> None:
    page = f"<html><head><title>灯台</title></head><body><article>{FIRST}{BODY}</article></body></html>"
    found = blocks_of(pages.read(page.encode()))
    assert found[0] == ("heading", "# 灯台")
    assert found[-len(BLOCKS) :] == BLOCKS


def test_of_a_book_its_elements_say_what_lines_are_in_every_chapter() -> None:
    figure = "<figure><img/><figcaption>断面</figcaption></figure>"
    found = books.read(
        epub({"a.xhtml": chapter(BODY.replace("<br>", "<br/>")), "b.xhtml": chapter(f"<h1>次</h1>{figure}")})
    )
    assert blocks_of(found) == [*BLOCKS, ("heading", "# 次"), ("caption", "断面")]


def test_of_a_page_lines_are_what_they_are_read_as_without_marks_where_it_says_nothing() -> None:
    page = f"<html><body><article>{FIRST}<p>Q. いつですか。</p><p>A. 明日です。</p></article></body></html>"
    assert [kind for kind, _ in blocks_of(pages.read(page.encode()))][-2:] == ["question", "reply"]


def test_of_a_header_with_two_rows_both_stand_over_the_rows() -> None:
    table = (
        "<table><thead><tr><th rowspan='2'>名</th><th colspan='2'>2024年</th></tr>"
        "<tr><th>上期</th><th>下期</th></tr></thead>"
        "<tbody><tr><td>売上</td><td>1</td><td>2</td></tr></tbody></table>"
    )
    found = books.read(epub({"a.xhtml": chapter(table)}))
    assert blocks_of(found) == [
        ("header", "名 | 2024年 | 2024年"), ("header", "名 | 上期 | 下期"), ("row", "売上 | 1 | 2"),
    ]  # fmt: skip
    assert [block.parent for block in layout(found.text, found.marks).blocks] == [None, 0, 1]


@pytest.mark.parametrize(
    ("rows", "lines"),
    [
        ("<tr><td colspan='3'>第一部</td></tr><tr><td>a</td><td>b</td><td>c</td></tr>", "第一部\na | b | c"),
        (
            f"<tr><td rowspan='2'>{'長い文。' * 60}</td><td>1</td></tr><tr><td>2</td></tr>",
            f"{'長い文。' * 60} | 1\n– | 2",
        ),
        (
            "<tr><td rowspan='2'><p>a</p><p>b</p></td><td><ul><li>x</li><li>y</li></ul></td></tr>"
            "<tr><td>c<br/>d</td></tr>",
            "a b | x y\na b | c d",
        ),
        ("<tr><td rowspan='9'>a</td><td>1</td></tr><tr><td>2</td></tr><tr></tr>", "a | 1\na | 2"),
        (
            "<tr><td>x</td><td rowspan='2' colspan='2'>b</td></tr><tr><td>y</td></tr>"
            "<tr><td>1</td><td>2</td><td>3</td></tr>",
            "x | b | b\ny | b | b\n1 | 2 | 3",
        ),
    ],
)
def test_a_merged_cell_gives_its_value_to_what_it_covers_but_a_text_is_not_repeated(rows: str, lines: str) -> None:
    assert books.read(epub({"a.xhtml": chapter(f"<table>{rows}</table>")})).text == lines


def word_document() -> bytes:
    import docx
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    document = docx.Document()
    document.add_heading("灯台", 0)
    document.add_heading("建設", 2)
    document.add_paragraph("概要")
    document.add_paragraph("1874年に建てられた。")
    for name in ("List Bullet", "List Number"):
        document.add_paragraph(name, style=name)
    document.add_paragraph("断面", style="Caption")
    document.add_paragraph("第1条 甲は乙に支払う。")
    table = document.add_table(3, 3)
    for at, value in enumerate(("区分", "年", "出来事", "", "1874", "着工", "", "1880", "完成")):
        table.cell(at // 3, at % 3).text = value
    table.cell(1, 0).merge(table.cell(2, 0)).text = "建設"
    table.rows[0]._tr.get_or_add_trPr().append(parse_xml(f"<w:tblHeader {nsdecls('w')}/>"))
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def test_of_a_word_document_its_styles_say_what_lines_are() -> None:
    expected = [
        ("heading", "# 灯台"),
        ("heading", "## 建設"),
        ("paragraph", "概要"),
        ("paragraph", "1874年に建てられた。"),
        ("item", "List Bullet"),
        ("item", "List Number"),
        ("caption", "断面"),
        ("paragraph", "第1条 甲は乙に支払う。"),
        ("header", "区分 | 年 | 出来事"),
        ("row", "建設 | 1874 | 着工"),
        ("row", "建設 | 1880 | 完成"),
    ]
    assert blocks_of(words.read(word_document())) == expected
    source = source_from_bytes("a.docx", word_document())  # by way of the child process
    assert blocks(source.text, source.marks) == expected


def test_of_a_word_document_a_list_that_a_paragraph_leaves_is_none() -> None:
    numbered = "<w:numPr><w:ilvl w:val='0'/><w:numId w:val='{}'/></w:numPr>"
    both = (f"<w:p><w:pPr>{numbered.format(n)}</w:pPr><w:r><w:t>{n}</w:t></w:r></w:p>" for n in (3, 0))
    assert marked(words.read(word_of(*both))) == [("item", 0, "3")]


def with_outline(data: bytes, *entries: tuple[str, int, int]) -> bytes:
    """Return a PDF with bookmarks: title, page, and level."""
    import pypdf

    writer = pypdf.PdfWriter(clone_from=io.BytesIO(data))
    above: list[object] = []
    for title, page, level in entries:
        parent = above[level - 2] if level > 1 else None
        above[level - 1 :] = [writer.add_outline_item(title=title, page_number=page, parent=parent)]  # type: ignore[arg-type]
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def test_of_a_pdf_lines_that_its_outline_names_are_headings() -> None:
    data = pdf(
        [
            "目次",
            "1 灯台",
            "この灯台は1874年に建てられた。高さは31メートル",
            "である。",
            "History of the",
            "tower",
            "It was tall",
        ],
        ["灯台守は島を去った。"],
    )
    found = pdfs.read(with_outline(data, ("灯台", 0, 1), ("History of the Tower", 0, 2), ("Missing", 1, 1)))
    assert marked(found) == [("heading", 1, "1 灯台"), ("heading", 2, "History of the tower")]
    assert blocks_of(found) == [
        ("paragraph", "目次"),
        ("heading", "1 灯台"),
        ("paragraph", "この灯台は1874年に建てられた。高さは31メートルである。"),
        ("heading", "History of the tower"),
        ("paragraph", "It was tall"),
        ("paragraph", "灯台守は島を去った。"),
    ]
    assert pdfs.read(data).marks == ()


def test_a_heading_is_named_without_the_signs_of_its_format() -> None:
    text = "Title\n=====\n\n## 1. Part ##\n\nWords.\n"
    found = layout(text, marks_of(text))
    assert [title_of(text, block) for block in found.blocks if block.kind is Kind.HEADING] == ["Title", "1. Part"]
    assert [(one.title, one.headings) for one in found.sections] == [("Title", ()), ("1. Part", ("Title",))]


def test_marks_are_stored_with_the_text(tmp_path: Path) -> None:
    (folder := tmp_path / "1").mkdir()
    given_sources = [source_from_text("a.md", "# A\n\n- b\n"), source_from_text("b.txt", "# A\n\n- b\n")]
    records = write_sources(tmp_path, folder, given_sources)
    assert [record.marks for record in records] == ["sources/0000.marks.json", None]
    assert records[0].files == ["sources/0000.txt", "sources/0000.marks.json"]
    assert [read_source(tmp_path, folder, record) for record in records] == given_sources
    assert given_sources[0].named("c.md").marks == given_sources[0].marks


@pytest.mark.parametrize(
    "marks",
    [
        (Mark(0, 9, Kind.ITEM),), (Mark(2, 2, Kind.ITEM),), (Mark(-1, 2, Kind.ITEM),), (Mark(0, 2, Kind.HEADING),),
        (Mark(0, 2, Kind.HEADING, 7),), (Mark(0, 2, Kind.ITEM, 1),), (Mark(2, 4, Kind.ITEM), Mark(0, 2, Kind.ITEM)),
    ],
)  # fmt: skip
def test_marks_that_are_not_in_the_text_or_not_in_order_are_not_sound(marks: tuple[Mark, ...]) -> None:
    assert not are_sound(marks, "abcdef")
