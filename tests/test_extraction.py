"""Documents: what is read of each kind, where its pages and moments are, and what is rejected."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from documents import PAGE, RUBY, SRT, chapter, epub, filled, locked, packed, pdf, word, word_of
from hypothesis import given, settings
from hypothesis import strategies as st
from samples import LATEX, LINE, NOTEBOOK, ODP, ODS, ODT, mailbox, message, slides, workbook, zipped
from samples import RTF as SAMPLE_RTF

from qa import Index, answer
from qa.errors import SourceError
from qa.reading.extraction.__main__ import read
from qa.reading.extraction.composing import compose
from qa.reading.extraction.elements import blocks_of, simplify
from qa.reading.extraction.formats import EXCEL, FORMATS, POWERPOINT, RTF, format_of
from qa.reading.extraction.html import protect_content
from qa.reading.extraction.html_tree import parse_html
from qa.reading.extraction.isolation import MEMORY
from qa.reading.files import read_sources, source_from_bytes
from qa.text.marks import Mark, are_sound
from qa.text.sentences import split_sentences
from qa.text.source import Place, Source

PAGES = pdf(
    ["灯台の歴史", "この灯台は1874年に建てられた。高さは31メートル", "である。", "1"],
    ["灯台の歴史", "設計したのは英国人の技師で、工事は三年かかったが、", "2"],
    ["灯台の歴史", "石は近くの島から運ばれた。", "3"],
)
BOOK = epub({"b.xhtml": chapter(f"<h1>第一章</h1><p>{RUBY}</p>"), "a.xhtml": chapter("<p>終わり。</p>")})
BY_SUFFIX = {
    ".pdf": PAGES, ".docx": word(), ".epub": BOOK, ".html": PAGE.encode(), ".srt": SRT.encode(), ".odt": ODT,
    ".ods": ODS, ".odp": ODP, ".eml": message(attached={"a.txt": b"a"}), ".mbox": mailbox(), ".ipynb": NOTEBOOK,
    ".tex": LATEX.encode(), ".csv": b"name,price\ntea,300\n", ".zip": zipped({"a.txt": "a"}),
    **{kind.suffixes[0]: made() for kind, made in ((EXCEL, workbook), (POWERPOINT, slides)) if kind.installed},
    **({".rtf": SAMPLE_RTF} if RTF.installed else {}),
}  # fmt: skip
"""A document of each kind that is read by a process of its own and whose library is installed."""


def text(name: str, data: bytes) -> str:
    return source_from_bytes(name, data).text


def refusal(name: str, data: bytes) -> SourceError:
    with pytest.raises(SourceError) as caught:
        source_from_bytes(name, data)
    assert name in str(caught.value) and str(caught.value).endswith(".")
    return caught.value


def test_of_a_page_the_article_is_read_without_menus_and_ruby() -> None:
    assert text("page.html", PAGE.encode()) == (
        "# 灯台の歴史\n\nこの灯台は1874年に建てられた。高さは31メートルである。\n\n"
        "## 建設\n\n設計したのは英国人の技師で、工事は三年かかった。\n\n"
        "- 石造り\n- 二階建て\n\n年 | 出来事\n1874 | 完成"
    )


def test_a_text_that_is_written_in_html_stays_as_it_is() -> None:
    assert text("page.txt", PAGE.encode()) == PAGE


def test_of_a_word_document_headings_tables_and_the_words_under_ruby_are_read_but_not_what_was_deleted() -> None:
    assert text("a.docx", word()) == (
        "# 灯台の歴史\n\n## 建設\n\nこの灯台は1874年に建てられた。\n\n年 | 出来事\n1874 | 完成"
    )


def test_of_a_word_document_fields_of_templates_and_formulas_are_read_and_tables_within_tables_once() -> None:
    import docx
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    document = docx.Document()
    field = f"<w:sdt {nsdecls('w')}><w:sdtContent><w:p><w:r><w:t>In a field.</w:t></w:r></w:p></w:sdtContent></w:sdt>"
    document.element.body.insert(0, parse_xml(field))
    cell = document.add_table(1, 1).cell(0, 0)
    cell.text = "First."
    cell.add_paragraph("Second.")
    cell.add_table(1, 1).cell(0, 0).text = "Inner."
    run = document.add_paragraph("co")._p.add_r()
    run.append(parse_xml(f"<w:noBreakHyphen {nsdecls('w')}/>"))
    run.append(parse_xml(f"<w:t {nsdecls('w')}>op</w:t>"))
    out = io.BytesIO()
    document.save(out)
    assert text("a.docx", out.getvalue()) == "In a field.\n\nFirst. Second. Inner.\n\nco\u2011op"


def test_of_a_word_document_words_that_nobody_sees_are_not_read_and_notes_and_boxes_are() -> None:
    import docx
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    document = docx.Document()
    paragraph = document.add_paragraph("前")
    paragraph.add_run("隠").font.hidden = True
    word_ns, compatibility = nsdecls("w"), 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    box = "<w:txbxContent><w:p><w:r><w:t>箱。</w:t></w:r></w:p></w:txbxContent>"
    paragraph._p.append(
        parse_xml(
            f"<w:r {word_ns} {compatibility}><mc:AlternateContent><mc:Choice><w:t>甲</w:t>{box}</mc:Choice>"
            f"<mc:Fallback><w:t>甲</w:t>{box}</mc:Fallback></mc:AlternateContent></w:r>"
        )
    )
    document.add_paragraph("段落が")._p.get_or_add_pPr().append(parse_xml(f"<w:rPr {word_ns}><w:del/></w:rPr>"))
    document.add_paragraph("続く。")
    out = io.BytesIO()
    document.save(out)
    assert text("a.docx", out.getvalue()) == "前甲\n\n箱。\n\n段落が続く。"


def paragraph(words: str, properties: str = "", run: str = "") -> str:
    written = f'<w:r><w:rPr>{run}</w:rPr><w:t xml:space="preserve">{words}</w:t></w:r>'
    return f"<w:p><w:pPr>{properties}</w:pPr>{written}</w:p>"


def table(*rows: str) -> str:
    lines = ("".join(f"<w:tc><w:tcPr/>{paragraph(cell)}</w:tc>" for cell in row.split("|")) for row in rows)
    return f"<w:tbl>{''.join(f'<w:tr>{line}</w:tr>' for line in lines)}</w:tbl>"


@pytest.mark.parametrize(
    ("value", "shown"), [("0", True), ("false", True), ("off", True), ("1", False), ("true", False)]
)
def test_of_a_word_document_what_is_said_not_to_be_hidden_is_read(value: str, shown: bool) -> None:
    hidden = paragraph("Second.", run=f'<w:vanish w:val="{value}"/>')
    assert text("a.docx", word_of(paragraph("First."), hidden)) == ("First.\n\nSecond." if shown else "First.")


DELETED = '<w:rPr><w:del w:id="1" w:author="a"/></w:rPr>'
"""Properties of a paragraph whose mark at the end was deleted."""
HEADING = '<w:pStyle w:val="Heading1"/>'


def test_of_a_word_document_a_paragraph_whose_end_was_deleted_runs_on_in_the_next_which_says_what_it_is() -> None:
    box = "<w:r><w:txbxContent><w:p><w:r><w:t>Box.</w:t></w:r></w:p></w:txbxContent></w:r></w:p>"
    first = paragraph("One half ", DELETED).replace("</w:p>", box)
    assert text("a.docx", word_of(first, paragraph("and another."))) == "One half and another.\n\nBox."
    assert text("a.docx", word_of(first, paragraph("a heading", HEADING))) == "# One half a heading\n\nBox."
    assert text("a.docx", word_of(paragraph("Head", HEADING + DELETED), paragraph(" and body."))) == "Head and body."
    assert text("a.docx", word_of(first, table("1|2"))) == "One half\n\nBox.\n\n1 | 2"
    parted = paragraph("be", DELETED) + paragraph("fore")
    assert text("a.docx", word_of(table("x").replace(paragraph("x"), parted))) == "before"
    moved = paragraph("Gone.", DELETED.replace("w:del", "w:moveFrom"))
    assert text("a.docx", word_of(moved.replace("w:r>", "w:moveFrom>"), paragraph("Stays."))) == "Stays."


def test_of_a_word_document_cells_that_are_empty_keep_the_others_under_their_headings() -> None:
    rows = table("|2023|2024", "Sales||7", "||", "Costs|5|")
    assert text("a.docx", word_of(rows)) == "– | 2023 | 2024\nSales | – | 7\nCosts | 5"
    wide = table("Year|Sum", "a|b|c").replace("<w:tcPr/>", '<w:tcPr><w:gridSpan w:val="2"/></w:tcPr>', 1)
    assert text("a.docx", word_of(wide)) == "Year | Year | Sum\na | b | c"
    # In a form, where each row has a grid of its own, columns mean nothing.
    form = table("Name|Smith").replace("<w:tcPr/>", '<w:tcPr><w:gridSpan w:val="9"/></w:tcPr>', 1)
    assert text("a.docx", word_of(form)) == "Name | Smith"


def test_of_a_word_document_powers_and_indices_and_signs_of_fonts_are_as_unicode_writes_them() -> None:
    raised, lowered = (f'<w:vertAlign w:val="{name}script"/>' for name in ("super", "sub"))
    runs = (paragraph(*one).removeprefix("<w:p><w:pPr></w:pPr>").removesuffix("</w:p>") for one in (
        ("10", "", ""), ("−6", "", raised), (" H", "", ""), ("2", "", lowered), ("O, 1", "", ""), ("st", "", raised),
    ))  # fmt: skip
    signs = "".join(
        f'<w:r><w:sym w:font="{font}" w:char="{code}"/></w:r>'
        for font, code in (("Symbol", "F061"), ("Symbol", "F0A3"), ("Wingdings", "F04A"), ("Arial", "03B2"))
    )
    link = f"<w:hyperlink><w:r><w:rPr>{raised}</w:rPr><w:t>1</w:t></w:r></w:hyperlink>"
    assert text("a.docx", word_of(f"<w:p>{''.join(runs)} {signs}{link}</w:p>")) == "10⁻⁶ H₂O, 1stα≤β1"


def test_of_a_word_document_paragraphs_that_are_there_twice_for_older_programs_are_read_once() -> None:
    choice, fallback = (f"<mc:{name}>{paragraph(name)}</mc:{name}>" for name in ("Choice", "Fallback"))
    both, one = (f"<mc:AlternateContent>{parts}</mc:AlternateContent>" for parts in (choice + fallback, fallback))
    assert text("a.docx", word_of(both, one)) == "Choice\n\nFallback"


def test_of_a_word_document_styles_that_are_based_on_headings_and_paragraphs_that_say_so_are_headings() -> None:
    import docx
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    document = docx.Document()
    for name, base in (("Mine", "Heading 2"), ("Mine too", "Mine"), ("Contents", "Heading 1")):
        document.styles.add_style(name, 1).base_style = document.styles[base]
    for words, style in (("One", "Mine too"), ("Two", "Contents"), ("Three", "Normal")):
        document.add_paragraph(words, style)
    no_level, first_level = (parse_xml(f"<w:outlineLvl {nsdecls('w')} w:val='{level}'/>") for level in (9, 0))
    document.styles["Contents"].element.get_or_add_pPr().append(no_level)
    document.paragraphs[-1]._p.get_or_add_pPr().append(first_level)
    out = io.BytesIO()
    document.save(out)
    assert text("a.docx", out.getvalue()) == "## One\n\nTwo\n\n# Three"


def test_of_a_book_the_chapters_are_read_in_their_order() -> None:
    assert text("book.epub", BOOK) == "# 第一章\n\nこの灯台は1874年に建てられた。\n\n終わり。"


def test_chapters_whose_names_differ_in_case_are_two_and_one_whose_accents_are_written_apart_is_found() -> None:
    names = ("A.xhtml", "a.xhtml", "caf\N{LATIN SMALL LETTER E WITH ACUTE}.xhtml")
    chapters = {name: chapter(f"<p>{n}.</p>") for n, name in enumerate(names)}
    assert text("a.epub", epub(chapters)) == "0.\n\n1.\n\n2."
    apart = {"cafe\N{COMBINING ACUTE ACCENT}.xhtml": chapter("<p>2.</p>")}
    assert text("a.epub", epub(apart, hrefs={next(iter(apart)): names[2]})) == "2."


def test_chapters_are_known_by_their_kind_however_it_is_written_or_by_what_stands_in_for_them() -> None:
    kinds = {
        "a.xhtml": 'media-type="text/xml"', "b.xhtml": 'media-type="application/XHTML+xml"',
        "c.xhtml": 'media-type="application/xhtml+xml" properties="scripted navigable"',
        "nav.xhtml": 'media-type="application/xhtml+xml" properties="nav scripted"',
        "d.bin": 'media-type="application/x-demo" fallback="e.bin"',
        "e.bin": 'media-type="application/x-demo" fallback="d.xhtml"',
        "d.svg": 'media-type="image/svg+xml"',
    }  # fmt: skip
    items = "".join(f'<item id="{name}" href="{name}" {kind}/>' for name, kind in kinds.items())
    spine = "".join(f'<itemref idref="{name}"/>' for name in kinds if name != "e.bin")
    package = (
        '<package xmlns="http://www.idpf.org/2007/opf"><manifest><item id="d.xhtml" href="d.xhtml"/>'
        f"{items}</manifest><spine>{spine}</spine></package>"
    )
    files = {f"OEBPS/{name}": chapter(f"<p>{name[0]}</p>") for name in ("a.xhtml", "b.xhtml", "c.xhtml", "d.xhtml")}
    drawing = '<svg xmlns="http://www.w3.org/2000/svg"><title>No</title><text>drawn</text></svg>'
    more = {**files, "OEBPS/nav.xhtml": chapter("<p>No</p>"), "OEBPS/d.svg": drawing, "OEBPS/book.opf": package}
    assert text("a.epub", epub({}, more)) == "a\n\nb\n\nc\n\nd\n\ndrawn"


def test_a_book_may_write_the_way_to_its_contents_in_many_ways() -> None:
    for path in ("./OEBPS/book.opf", "/oebps/book.opf", "OEBPS\\book.opf"):
        container = f'<container><rootfiles><rootfile full-path="{path}"/></rootfiles></container>'
        book = epub({"a.xhtml": chapter("<p>Here.</p>")}, {"META-INF/container.xml": container})
        assert text("a.epub", book) == "Here."


def on_a_page(body: str) -> str:
    """Return what is read of a body that follows a text long enough to be an article."""
    first = "".join(f"<p>{n}号の灯台は1874年に建てられた。高さは31メートルである。</p>" for n in range(9))
    found = text("a.html", f"<html><body><article>{first}{body}</article></body></html>".encode())
    return found.rpartition("8号の灯台は1874年に建てられた。高さは31メートルである。")[2].strip()


def in_a_book(body: str) -> str:
    return text("a.epub", epub({"a.xhtml": chapter(body)}))


@pytest.mark.parametrize("read_of", [on_a_page, in_a_book])
def test_cells_that_are_empty_or_wide_or_high_keep_the_others_under_their_headings(
    read_of: Callable[[str], str],
) -> None:
    rows = (
        (
            "<tr><th></th><th>2023</th><th>2024</th></tr><tr><td>Sales</td><td></td><td>7</td></tr><tr><td></td></tr>"
            "<tr><td colspan='2'>Costs</td><td>5</td></tr><tr><td rowspan='2'>Rest</td><td>1</td></tr>"
            "<tr><td>2</td><td>3</td></tr><tr><td>All</td><td>4</td></tr>"
        )
        .replace("<td/>", "<td></td>")
        .replace("<th/>", "<th></th>")
    )
    assert read_of(f"<table>{rows}</table>") == (
        "– | 2023 | 2024\nSales | – | 7\nCosts | Costs | 5\nRest | 1\nRest | 2 | 3\nAll | 4"
    )
    head = '<thead><tr><th rowspan="2">A</th><th>B</th></tr></thead>'
    body = "<tbody><tr><td>1</td><td>2</td></tr><tr><td>3</td><td>4</td></tr></tbody>"
    assert read_of(f"<table>{head}{body}</table>").replace("\n\n", "\n") == "A | B\n1 | 2\n3 | 4"


@pytest.mark.parametrize("span", ["colspan='99'", "rowspan='99'", "colspan='99' rowspan='99'"])
def test_a_table_cannot_be_made_much_larger_than_it_is_written(span: str) -> None:
    rows = "".join(f"<tr>{f'<td {span}>x</td>' * (n % 40 + 1)}</tr>" for n in range(150))
    started = time.process_time()
    page = parse_html(f"<table>{rows}</table>".encode())
    simplify(page)
    assert len(compose(blocks_of(page)).text) < 12 * len(rows)
    assert time.process_time() - started < 10


def test_quotations_and_pictures_of_a_page_take_time_in_proportion_to_their_number() -> None:
    def seconds(unit: str, count: int) -> float:
        page = parse_html(f"<article><p>{unit * count}</p></article>".encode())
        started = time.process_time()
        protect_content(page)
        list(blocks_of(page))
        return time.process_time() - started

    for unit in ("a <q>b</q> ", "<figure><a href='x'><img></a></figure>"):
        most = 24 * seconds(unit, 2_000) + 0.3
        assert any(seconds(unit, 16_000) < most for _ in range(3))  # the garbage collector may run in one of them


def test_captions_leads_and_what_unfolds_are_parts_of_a_pages_article() -> None:
    caption = '<figcaption class="wp-caption">図1 灯台の断面。</figcaption>'
    picture = f'<figure class="image"><a href="x"><img src="x"></a>{caption}</figure>'
    folded = "<details><summary>続き</summary>灯台守は島を去った。<p>船も去った。</p></details>"
    assert on_a_page(f"<p>前。</p>{picture}{folded}<p>後。</p>") == (
        "前。\n\n図1 灯台の断面。\n\n続き\n\n灯台守は島を去った。\n\n船も去った。\n\n後。"
    )
    # If a page has several articles, all of them are read with their headers, but not the rest of the page.
    articles = "".join(
        f"<article><header><h2>{n}号</h2><p>{n}号の要約。</p></header><p>{n}号の灯台は1874年に建てられた。</p></article>"
        for n in range(3)
    )
    page = f"<html><body><header>ホーム</header>{articles}</body></html>"
    found = text("a.html", page.encode())
    assert all(f"{n}号の要約。" in found for n in range(3)) and "ホーム" not in found


@pytest.mark.parametrize("read_of", [on_a_page, in_a_book])
def test_what_is_quoted_runs_on_in_its_sentence(read_of: Callable[[str], str]) -> None:
    assert read_of("<p>He said <q>come in</q> and left.</p>") == "He said come in and left."


@pytest.mark.parametrize("read_of", [on_a_page, in_a_book])
@pytest.mark.parametrize("body", ["def f(x):\nreturn x\n\nf(1)", "<code>def <b>f</b>(x):\nreturn x</code><br>f(1)"])
def test_lines_that_are_shown_as_written_stay_lines(read_of: Callable[[str], str], body: str) -> None:
    assert read_of(f"<pre>{body.replace('<br>', '<br/>')}</pre>") == "def f(x):\nreturn x\nf(1)"


@pytest.mark.parametrize("read_of", [on_a_page, in_a_book])
def test_a_heading_of_two_lines_is_one_heading(read_of: Callable[[str], str]) -> None:
    assert read_of("<h2>Chapter 1<br/>The <i>Beginning</i></h2><p>It was dark.</p>") == (
        "## Chapter 1 The Beginning\n\nIt was dark."
    )
    title = "<h1>Chapter 1<br>The Beginning</h1><p>It was dark.</p>"
    assert text("a.html", title.encode()) == "# Chapter 1 The Beginning\n\nIt was dark."


@pytest.mark.parametrize("read_of", [on_a_page, in_a_book])
def test_bars_that_belong_to_the_words_stay(read_of: Callable[[str], str]) -> None:
    assert read_of("<p>|x| is the absolute value, so p = |x|</p>") == "|x| is the absolute value, so p = |x|"


@pytest.mark.parametrize("read_of", [on_a_page, in_a_book])
def test_powers_and_indices_are_as_unicode_writes_them_and_references_as_they_were(
    read_of: Callable[[str], str],
) -> None:
    body = "10<sup>−6</sup> m of H<sub>2</sub>O, x<sup>n+1</sup> 1<sup>st</sup> a<sup>[1]</sup>"
    links = "b<sup><a href='#x'>2</a></sup> c<a href='#x'><sup>3</sup></a>"
    rest = "It goes on with words that lead nowhere."
    assert read_of(f"<p>{body} {links} {rest}</p>") == f"10⁻⁶ m of H₂O, xⁿ⁺¹ 1st a[1] b2 c3 {rest}"


def test_characters_of_a_book_that_are_named_are_those_that_are_meant() -> None:
    body = chapter("<p>before&nbsp;after caf&eacute; &amp; end.&mdash;Second.</p>")
    declared = f'<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.1//EN" "xhtml11.dtd">{body}'
    for one in (body, declared):
        assert text("a.epub", epub({"a.xhtml": one})) == "before\xa0after café & end.—Second."


def test_a_chapter_that_is_empty_or_badly_written_costs_no_other() -> None:
    loose = "<html><body><p>A&B <3 and &#xD800;more</p></body></html>"
    book = epub({"a.xhtml": "", "b.xhtml": chapter("<p>Here.</p>"), "c.xhtml": loose})
    assert text("a.epub", book) == "Here.\n\nA&B <3 and more"


@pytest.mark.parametrize(
    "href",
    [
        "a.xhtml#x", "A.xhtml", "../../a.xhtml", "/OEBPS/a.xhtml", "a%2Exhtml", "a.xhtml?x=1#y", ".\\a.xhtml",
        "..\\OEBPS/a.xhtml",
    ],
)  # fmt: skip
def test_a_link_within_a_book_may_be_written_in_many_ways(href: str) -> None:
    book = epub({"a.xhtml": chapter("<p>Here.</p>")}, {"a.xhtml": chapter("<p>Here.</p>")}, hrefs={"a.xhtml": href})
    assert text("a.epub", book) == "Here."


def test_lines_of_a_pdf_run_on_over_lines_and_pages_without_running_heads() -> None:
    source = source_from_bytes("a.pdf", PAGES)
    assert source.text == (
        "灯台の歴史\n\nこの灯台は1874年に建てられた。高さは31メートルである。\n\n"
        "設計したのは英国人の技師で、工事は三年かかったが、石は近くの島から運ばれた。"
    )
    starts = [0, source.text.index("設計"), source.text.index("石は")]
    assert source.places == tuple(Place(start, page=n) for n, start in enumerate(starts, 1))


def test_the_last_line_of_a_page_does_not_run_on_in_the_title_of_the_next() -> None:
    slides = [["Welcome", "Founded in 1990", "Costs 0 euros"], ["Our team", "Led by person 1", "Costs 1000 euros"]]
    assert text("a.pdf", pdf(*slides, ["The next few steps"])) == (
        "Welcome\n\nFounded in 1990 Costs 0 euros\n\nOur team\n\nLed by person 1 Costs 1000 euros\n\nThe next few steps"
    )
    lines = ["It was a dark and stormy night when the old keeper", "of the light went down the stairs where he had met"]
    for title, between in (("Anna Smith", "\n\n"), ("Anna Smith.", " "), ("no one", " ")):
        assert text("a.pdf", pdf(lines, [title])) == f"{' '.join(lines)}{between}{title}"


def test_what_is_written_in_a_pdfs_form_is_read_on_its_page_and_what_is_hidden_in_it_is_not() -> None:
    form = filled(
        pdf(["Application for a boat"], ["The next page."]),
        {"/FT": "/Tx", "/T": "name", "/TU": "Name of applicant:", "/V": "Anna\nForty-Two"},
        {"/FT": "/Ch", "/T": "Boat", "/V": "Sail"},
        {"/FT": "/Tx", "/T": "Empty", "/V": " "},
        {"/FT": "/Tx", "/T": "Script", "/V": "hidden", "/F": 2},
        {"/FT": "/Btn", "/T": "Button", "/V": "Yes"},
        {"/FT": "/Tx", "/T": "Secret", "/V": "open sesame", "/Ff": 1 << 13},
        {"/FT": "/Tx", "/T": "Odd", "/V": "left out", "/F": "no number"},
    )
    source = source_from_bytes("a.pdf", form)
    assert source.text == (
        "Application for a boat\n\n- Name of applicant: Anna Forty-Two\n\n- Boat: Sail\n\nThe next page."
    )
    assert source.place(source.text.index("Sail")).page == 1  # type: ignore[union-attr]
    broken = filled(pdf(["Words stay."]), {"/FT": "/Tx", "/V": "value", "/F": "no number"})
    assert text("a.pdf", broken) == "Words stay."


def test_lines_that_differ_by_their_numbers_alone_are_no_running_heads_where_they_fill_the_column() -> None:
    pages = [[f"第{n * 40 + i}号の灯台は1874年に建てられた。" for i in range(40)] for n in range(4)]
    assert text("a.pdf", pdf(*pages)).count("号の灯台は") == 160


def test_headings_that_differ_by_their_numbers_alone_are_no_running_heads() -> None:
    pages = [
        [f"Question {n}", f"What is the answer to the {n}. of them?", f"Total: {n * 97}", f"- {n} -"] for n in (1, 2, 3)
    ]
    found = text("a.pdf", pdf(*pages))
    assert all(f"Question {n}" in found and f"Total: {n * 97}" in found for n in (1, 2, 3))
    assert "- 1 -" not in found


@pytest.mark.parametrize(
    ("first", "form", "kept"),
    [
        (1984, "{}", True), (1066, "- {} -", True), (1984, "Page {}", False), (1984, "{}ページ", False),
        (3, "{}", False), (231, "{}", False), (14321, "{}", False),
    ],
)  # fmt: skip
def test_a_year_at_the_top_of_each_page_is_no_number_of_a_page(first: int, form: str, kept: bool) -> None:
    numbers = [form.format(first + n) for n in range(6)]
    story = ["The keeper wrote down many things about the sea.", "The people came to hear what he had to tell them."]
    found = text("a.pdf", pdf(*[[number, *story, *story] for number in numbers]))
    assert [number for number in numbers if number in found] == (numbers if kept else [])


def test_numbers_of_a_page_may_go_on_from_a_volume_that_was_no_longer() -> None:
    pages = [[f"On this page the keeper of the tower wrote line {n * n}.", str(n)] for n in range(901, 1801)]
    found = text("a.pdf", pdf(*pages))
    assert not any(f"\n{n}" in found or f". {n}" in found for n in (1000, 1001, 1800))


def test_a_mark_of_byte_order_within_a_document_moves_no_page() -> None:
    source = source_from_bytes("a.pdf", pdf(["\ufeffThe first page ends here."], ["The second page begins."]))
    assert source.text.startswith("The first")
    assert source.place(source.text.index("The second")).page == 2  # type: ignore[union-attr]


def test_a_short_last_line_is_no_number_of_a_page_and_a_word_no_roman_one() -> None:
    pages = [["Civil", "They built it on the northern cliff of", f"{1870 + n * n}.", str(n)] for n in range(1, 5)]
    found = text("a.pdf", pdf(*pages))
    assert all(f"cliff of {1870 + n * n}." in found for n in range(1, 5)) and "Civil" in found


def test_a_word_that_was_parted_at_the_end_of_a_line_is_whole() -> None:
    lines = [
        "The lighthouse stands by the inter-",
        "national harbour, with its own light-",
        "house keeper, and is international.",
    ]
    assert text("a.pdf", pdf(lines)) == (
        "The lighthouse stands by the international harbour, with its own light-house keeper, and is international."
    ).replace("light-house", "lighthouse")


def test_names_of_glyphs_go_and_addresses_that_look_like_them_stay() -> None:
    words = "See https://example.org/g1/g2/index or /g1/gA/x.txt or ./g1/g2.png of 灯台 here."
    assert text("a.pdf", pdf([f"{words} /g12/g3A/g4 End."])) == f"{words} End."


def test_signs_of_vertical_lines_are_those_of_others() -> None:
    assert text("a.pdf", pdf(["灯台である\ufe12今も\ufe11立つ"])) == "灯台である。今も、立つ"


@pytest.mark.parametrize("declared", ["iso-2022-jp", "Shift_JIS", "EUC-JP"])
def test_a_page_is_read_in_the_encoding_that_it_names(declared: str) -> None:
    page = PAGE.replace('charset="utf-8"', f'http-equiv="Content-Type" content="text/html; charset={declared}"')
    assert text("a.html", page.encode(declared)) == text("a.html", PAGE.encode())


@pytest.mark.parametrize("declared", ["utf-16", "unicode_escape", "punycode", "klingon", "us-ascii"])
def test_a_page_that_names_what_it_cannot_be_in_is_read_all_the_same(declared: str) -> None:
    page = PAGE.replace('charset="utf-8"', f'charset="{declared}"').replace("</p>", r" \ud800</p>", 1)
    assert text("a.html", page.encode()) == text("a.html", PAGE.replace("</p>", r" \ud800</p>", 1).encode())


def test_a_zero_byte_in_a_page_is_nothing() -> None:
    page = PAGE.replace('<meta charset="utf-8">', "")
    assert text("a.html", page.replace("</p>", "\0</p>", 1).encode()) == text("a.html", page.encode())


@pytest.mark.parametrize("encoding", ["euc_jp", "cp932", "utf-8-sig", "utf-16"])
def test_a_page_that_does_not_say_its_encoding_is_read_as_a_text_is(encoding: str) -> None:
    page = PAGE.replace('<meta charset="utf-8">', "")
    assert text("a.html", page.encode(encoding)) == text("a.html", PAGE.encode())
    assert text("a.xhtml", f'<?xml version="1.0" encoding="{encoding}"?>{page}'.encode(encoding)).endswith(
        "1874 | 完成"
    )


def test_radicals_and_ligatures_of_a_pdfs_fonts_are_the_letters_that_were_meant() -> None:
    assert text("a.pdf", pdf(["⽴⼊⽇の会⻑、ofﬁce"])) == "立入日の会長、office"


def test_what_is_said_is_joined_over_titles_and_each_title_has_its_time() -> None:
    source = source_from_bytes("a.srt", SRT.encode())
    assert source.text == ("この灯台は1874年に建てられた。高さは31メートルである\nThe keeper left the island")
    at = [(source.text[place.start :][:3], place.time) for place in source.places]
    assert at == [("この灯", 1.0), ("建てら", 3.6), ("31メ", 6.1), ("The", 91.0)]


def test_of_webvtt_notes_styles_and_the_names_of_titles_are_not_said() -> None:
    vtt = (
        "WEBVTT\n\nSTYLE\n::cue(b) {color: red}\n\nchapter-1\n00:01.000 --> 00:02.000\nFirst line\n\nNOTE between\n\n"
        "chapter-2\n00:02.500 --> 00:03.000\nsecond line.\n"
    )
    assert text("a.vtt", vtt.encode()) == "First line second line."


def test_what_is_said_twice_is_read_twice_and_another_speaker_begins_a_new_line() -> None:
    said = [("0,000", "0,900", "はい。"), ("1,000", "1,900", "はい。"), ("1,950", "2,500", "そして"),
            ("2,600", "3,000", "（扉の音）"),
            ("2,900", "3,500", "看板")]  # fmt: skip
    srt = "".join(f"{n}\n00:00:0{a} --> 00:00:0{b}\n{words}\n\n" for n, (a, b, words) in enumerate(said, 1))
    assert text("a.srt", srt.encode()) == "はい。\nはい。\nそして\n（扉の音）\n看板"


def test_of_subtitles_tags_go_and_words_stay() -> None:
    srt = "1\n00:00:01,000 --> 00:00:02,000\nUse {name} & <b>bold</b>, a < b > c: {\\an8}\n"
    assert text("a.srt", srt.encode()) == "Use {name} & bold, a < b > c:"
    vtt = "WEBVTT\n\n00:01.000 --> 00:02.000\n<v Anna>Fish &amp; <00:01.500><c.x>chips</c> &lt;ok&gt;.\n"
    assert text("a.vtt", vtt.encode()) == "Fish & chips <ok>."


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("kind", ["counted", "uncounted", "WebVTT"])
def test_a_number_that_is_said_is_no_counter_of_titles(kind: str, newline: str) -> None:
    said = ["The year was\n1984", "The code:\n4711"]
    vtt = "".join(
        f"{n if kind != 'uncounted' else ''}\n00:00:0{n}.000 --> 00:00:0{n}.900\n{words}\n\n"
        for n, words in enumerate(said, 1)
    )
    written = f"WEBVTT\n\n{vtt}" if kind == "WebVTT" else vtt.replace(".", ",")
    assert text("a.srt", written.replace("\n", newline).encode()) == "The year was 1984\nThe code: 4711"


def test_a_title_without_words_says_nothing_and_one_after_a_hundred_hours_has_its_time() -> None:
    srt = "1\n00:00:01,5 --> 00:00:02,000\n2\n100:00:00,000 --> 100:00:02,000\nSo long.\n"
    source = source_from_bytes("a.srt", srt.encode())
    assert source.text == "So long." and source.places == (Place(0, time=360_000.0),)


def test_captions_that_roll_upwards_say_each_line_once() -> None:
    cues = [["the keeper left"], ["the keeper left", "the island early"], ["the island early", "and never came back."]]
    times = [f"00:00:0{n},000 --> 00:00:0{n + 1},000" for n in range(1, 4)]
    srt = "".join(
        f"{n}\n{time}\n" + "\n".join(cue) + "\n\n" for n, (time, cue) in enumerate(zip(times, cues, strict=True))
    )
    assert text("a.srt", srt.encode()) == "the keeper left the island early and never came back."


def srt_of(said: list[str]) -> bytes:
    cues = (f"{n}\n00:00:{n:02},000 --> 00:00:{n:02},900\n{words}\n\n" for n, words in enumerate(said, 1))
    return "".join(cues).encode()


def test_captions_without_full_stops_are_units_each_with_its_time() -> None:
    ja = ["水車小屋を直します", "まず水を止めますか？", "水門の鍵は\n赤い箱に入っています", "次に羽根板を外します"]
    source = source_from_bytes("a.srt", srt_of(ja))
    assert source.text == "\n".join(ja).replace("鍵は\n", "鍵は")
    assert [place.time for place in source.places] == [1.0, 2.0, 3.0, 4.0]
    assert [source.text[place.start :][:2] for place in source.places] == ["水車", "まず", "水門", "次に"]
    en = [f"so today we fix part {n} of the old mill at the river" for n in range(20)]
    source = source_from_bytes("a.srt", srt_of(en))
    assert [source.text[slice(*span)] for span in split_sentences(source.text)] == en


def test_captions_with_full_stops_are_joined_into_sentences_and_a_stretch_without_them_is_not() -> None:
    said = ["The keeper", "left the island", "in 1990.", "He never", "came back."]
    bare = [f"part {n}" for n in range(20)]
    source = source_from_bytes("a.srt", srt_of(said + bare + said))
    sentences = ["The keeper left the island in 1990.", "He never came back."]
    found = [source.text[slice(*span)] for span in split_sentences(source.text)]
    assert found[:2] == sentences and found[-1] == sentences[-1]
    assert found[2:21] == bare[:19]
    assert len(source.places) == 30


def test_a_citation_tells_its_page_and_its_time_and_keeps_them_on_the_disk(tmp_path: Path) -> None:
    path = tmp_path / "index"
    Index.build([source_from_bytes("a.pdf", PAGES), source_from_bytes("b.srt", SRT.encode())], path)
    for name, question, key, expected in (
        ("a.pdf", "石はどこから運ばれましたか", "page", 2),
        ("b.srt", "Who left the island?", "time", 91.0),
    ):
        given = answer(path, question, sources=[name], min_confidence=0).to_dict()["citations"]
        assert [one[key] for one in given if one["n"] == 1] == [expected]
    Index.open(path).rename("a.pdf", "c.pdf")
    assert Index.open(path).sources["c.pdf"].places[1].page == 2
    plain = Index.build([Source("a", "Cats sleep.")], path)
    assert set(answer(plain, "Who sleeps?", min_confidence=0).to_dict()["citations"][0]) == {
        "n",
        "source",
        "start",
        "end",
        "quote",
    }


def test_before_the_first_place_and_in_a_plain_text_there_is_none() -> None:
    source = Source("a", "abcdef", (Place(2, page=1), Place(4, page=2)))
    assert [source.place(at) and source.place(at).page for at in range(6)] == [None, None, 1, 1, 2, 2]  # type: ignore[union-attr]
    assert Source("a", "abc").place(1) is None


KNOWN_BY = {
    "pdf": ("a.pdf", PAGES, ".pdf"),
    "pdf without a suffix": ("a", PAGES, ".pdf"),
    "epub": ("a.bin", BOOK, ".epub"),
    "docx": ("a.zip", word(), ".docx"),
    "htm": ("a.HTM", b"<p>", ".htm"),
    "vtt": ("a.vtt", b"WEBVTT", ".vtt"),
    "subtitles as text": ("a.txt", b"1\n00:00:01,000 --> 2", ".text"),
    "html as markdown": ("a.md", b"<html>", ".md"),
    "zip": ("a.zip", packed({"x": "y"}).replace(b"mimetypeappl", b"mimetypeABCD"), ".zip"),
    "xlsx": ("a", zipped({"xl/workbook.xml": "x"}), ".xlsx"),
    "pptx": ("a.bin", zipped({"ppt/presentation.xml": "x"}), ".pptx"),
    "an archive that holds a document": ("a.zip", zipped({"a.docx": word()}), ".zip"),
    "odt": ("a", ODT, ".odt"),
    "rtf": ("a.doc", b"{\\rtf1}", ".rtf"),
    "a text that is called a document": ("a.docx", b"words", ".txt"),
    "chat": ("a.txt", LINE.encode(), ".txt"),
}


# The documents made here contain the time, so an id made of their bytes would differ between two processes.
@pytest.mark.parametrize(("name", "data", "suffix"), KNOWN_BY.values(), ids=KNOWN_BY)
def test_what_is_binary_is_known_by_its_content_and_the_rest_by_its_name(name: str, data: bytes, suffix: str) -> None:
    assert suffix in format_of(name, data).suffixes


def test_a_folder_stands_for_its_documents_too(tmp_path: Path) -> None:
    for suffix, data in BY_SUFFIX.items():
        (tmp_path / f"a{suffix}").write_bytes(data)
    (tmp_path / "b.jpg").write_bytes(b"\xff\xd8\xff")
    found = {source.name.partition("/")[0] for source in read_sources(tmp_path)}
    assert found == {f"a{suffix}" for suffix in BY_SUFFIX}


def bomb(name: str, size: int) -> bytes:
    return packed({name: b"\0" * size, "META-INF/container.xml": "<container/>"})


@pytest.mark.parametrize(
    ("name", "make", "code"),
    [
        ("a.pdf", lambda: locked(PAGES, "secret"), "source.encrypted"),
        ("a.epub", lambda: epub({"a.xhtml": chapter("x")}, {"META-INF/encryption.xml": "<encryption><CipherReference "
         'URI="OEBPS/a.xhtml"/></encryption>'}), "source.encrypted"),
        ("a.pdf", lambda: b"%PDF-1.7\n" + bytes(range(256)) * 9, "source.damaged"),
        ("a.docx", lambda: word()[:-200], "source.damaged"),
        ("a.docx", lambda: packed({"word/document.xml": "<x"}), "source.damaged"),
        ("a.epub", lambda: packed({"x": "y"}), "source.damaged"),
        ("a.srt", lambda: b"no title at all", "source.damaged"),
        ("a.pdf", lambda: pdf([]), "source.pictures"),
        ("a.html", lambda: b"<html><title>App</title><body><div id=root></div></html>", "source.empty"),
        ("a.html", lambda: b" ", "source.empty"),
        ("a.vtt", lambda: b"WEBVTT", "source.empty"),
        ("a.docx", lambda: bomb("word/document.xml", 300 << 20), "source.bomb"),
        ("a.epub", lambda: bomb("a.xhtml", 300 << 20), "source.bomb"),
        ("a.zip", lambda: packed({"x": "y"})[:30] + b"x" * 99, "source.damaged"),
        ("a.xlsx", lambda: zipped({"xl/workbook.xml": "<x"}), "source.damaged"),
        ("a.pptx", lambda: zipped({"ppt/presentation.xml": "<x"}), "source.damaged"),
        ("a.odt", lambda: zipped({"content.xml": "<x"}), "source.damaged"),
        ("a.odt", lambda: zipped({"META-INF/manifest.xml": "<encryption-data/>"}), "source.encrypted"),
        ("a.ods", lambda: bomb("content.xml", 300 << 20), "source.bomb"),
        ("a.eml", lambda: b"no header at all", "source.damaged"),
        ("a.ipynb", lambda: b"{}", "source.damaged"),
        ("a.ipynb", lambda: b"[" * 100_000, "source.damaged"),
        ("a.csv", lambda: b"a\0b,c", "source.damaged"),
        ("a.csv", lambda: b",,\n,,", "source.empty"),
    ],
)  # fmt: skip
def test_a_document_that_cannot_be_read_is_rejected_with_a_one_line_error(
    name: str, make: Callable[[], bytes], code: str
) -> None:
    assert refusal(name, make()).code == code


def test_a_pdf_that_is_locked_against_change_alone_is_read() -> None:
    assert "1874年" in text("a.pdf", locked(PAGES, ""))


def test_an_entity_is_neither_expanded_nor_fetched(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("swordfish")
    for entity in (f'SYSTEM "file://{tmp_path}/secret"', '"swordfish"'):
        body = chapter("<p>before &x; after</p>")
        found = text("a.epub", epub({"a.xhtml": f"<!DOCTYPE html [<!ENTITY x {entity}>]>{body}"}))
        assert found == "before after" or found == "before  after"


def test_nested_elements_are_read_however_deep_or_rejected() -> None:
    for depth, kept in ((300, True), (20_000, False)):
        deep = f"<p>first</p>{'<div>' * depth}deep{'</div>' * depth}<p>last</p>"
        for name, data in (("a.html", deep.encode()), ("a.epub", epub({"a.xhtml": chapter(deep)}))):
            if kept:
                assert text(name, data) == "first\n\ndeep\n\nlast"
            else:
                assert refusal(name, data).code == "source.bomb"


def test_a_piece_of_html_is_a_page_and_several_articles_are_all_read() -> None:
    assert text("a.html", "<p>短い文。</p>".encode()) == "短い文。"
    article = "<article><h2>{n}号</h2><p>{n}号の灯台は1874年に建てられた。高さは31メートルである。</p></article>"
    page = f"<html><body><nav>ホーム</nav>{''.join(article.format(n=n) for n in (1, 2, 3))}</body></html>"
    found = text("a.html", page.encode())
    assert all(f"{n}号の灯台は" in found for n in (1, 2, 3)) and "ホーム" not in found


def test_what_a_page_does_not_show_is_not_read_and_what_it_shows_as_written_is() -> None:
    body = "<p>式<math><mi>x</mi><mo>=</mo><mn>1</mn></math>である。</p><p hidden>a</p><p style='display: none'>b</p>"
    assert text("a.epub", epub({"a.xhtml": chapter(f"{body}<pre>one\ntwo</pre>")})) == "式x=1である。\n\none\ntwo"


@pytest.mark.parametrize("what", ["memory", "time", "fault"])
def test_a_reader_that_dies_gives_a_one_line_error_and_nothing_more(what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    code = {
        "memory": "bytearray(2 << 30)",
        "time": "[0 for _ in iter(int, 1)]",
        "fault": "os.kill(os.getpid(), 11)",
    }[what]
    program = (
        "import os, sys; import qa.reading.extraction.__main__ as main; main.SECONDS = 2\n"
        f"import qa.reading.extraction.html as html; html.read = lambda data: {code}; main.main()"
    )
    command = [sys.executable, "-c", program, "html"]
    run = subprocess.run
    monkeypatch.setattr("qa.reading.extraction.isolation.subprocess.run", lambda _, **options: run(command, **options))
    started = time.monotonic()
    assert refusal("a.html", PAGE.encode()).code == "source.bomb"
    assert time.monotonic() - started < 60


def test_a_reader_reaches_neither_the_network_nor_other_programs_nor_the_disk(tmp_path: Path) -> None:
    program = (
        "import os, socket, subprocess, sys; from qa.reading.extraction.__main__ import _forbid\n"
        "sys.addaudithook(_forbid)\n"
        "for act in (lambda: socket.create_connection(('127.0.0.1', 9)), lambda: socket.gethostbyname('localhost'),\n"
        "            lambda: socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', 9)),\n"
        f"            lambda: subprocess.run(['true']), lambda: open({str(tmp_path / 'x')!r}, 'w'), os.fork):\n"
        "    try: act()\n"
        "    except PermissionError: print('refused')"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "refused\n" * 6


def test_a_reader_knows_nothing_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CITED_QA_USERS", "anna:secret")
    seen = {}
    run = subprocess.run

    def watched(command: list[str], **options: Any) -> Any:
        seen.update(options["env"])
        return run(command, **options)

    monkeypatch.setattr("qa.reading.extraction.isolation.subprocess.run", watched)
    assert text("a.srt", SRT.encode()) and "PATH" in seen and "CITED_QA_USERS" not in seen


def test_a_library_that_does_not_load_is_not_the_documents_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pysubs2.py").write_text("raise RuntimeError")
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}{os.pathsep}{Path(__file__).parents[1]}")
    assert refusal("a.srt", SRT.encode()).code == "source.reader"


def test_a_reader_runs_the_package_of_the_process_that_asks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "qa").mkdir()
    (tmp_path / "qa/__init__.py").write_text("raise RuntimeError('another package of the same name')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    assert text("a.srt", SRT.encode()).startswith("この灯台は")


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads the threads of a process as Linux tells them")
def test_a_reader_has_one_thread_and_little_address_space_however_many_cores_there_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    program = (
        "import numpy, sys; import qa.reading.extraction.__main__ as main\n"
        "import qa.reading.extraction.html as html; from qa.reading.extraction import Extracted\n"
        "html.read = lambda data: Extracted(open('/proc/self/status').read()); main.main()"
    )
    command = [sys.executable, "-c", program, "html"]
    run = subprocess.run
    monkeypatch.setattr("qa.reading.extraction.isolation.subprocess.run", lambda _, **options: run(command, **options))
    status = dict(line.split(":", 1) for line in text("a.html", PAGE.encode()).splitlines())
    assert int(status["Threads"]) == 1  # OpenBLAS starts one for each core, and reserves 40 MiB and more for it
    assert int(status["VmPeak"].removesuffix("kB")) << 10 < MEMORY / 2


@given(st.data())
@settings(max_examples=60)
def test_whatever_is_changed_in_a_document_the_reply_is_a_text_or_a_reason(data: st.DataObject) -> None:
    suffix = data.draw(st.sampled_from(sorted(BY_SUFFIX)))
    content = bytearray(BY_SUFFIX[suffix])
    for _ in range(data.draw(st.integers(1, 8))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at : at + data.draw(st.integers(0, 9))] = data.draw(st.binary(max_size=9))
        content = content or bytearray(b"\0")
    one = next(one for one in FORMATS if suffix in one.suffixes)
    reply = read(one.reader, bytes(content))
    assert set(reply) in ({"reason"}, {"text", "places", "marks", "attached"})
    if "text" in reply:
        found, places = str(reply["text"]), list(reply["places"])  # type: ignore[call-overload]
        starts = [place[0] for place in places]
        assert are_sound(tuple(Mark(*mark) for mark in reply["marks"]), found)  # type: ignore[attr-defined]
        assert found.strip() or reply["attached"]
        assert starts == sorted(starts) and all(0 <= start < len(found) for start in starts)
