"""Spreadsheets, slides, messages, chats and archives for the tests."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from email.message import EmailMessage

_SPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{path}:1.0"'
    for name, path in {
        "office": "office", "text": "text", "table": "table", "draw": "drawing", "presentation": "presentation",
    }.items()
)  # fmt: skip


def zipped(files: Mapping[str, str | bytes]) -> bytes:
    """Return a ZIP archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name) if name == "mimetype" else name, content)
    return out.getvalue()


def opendocument(kind: str, body: str) -> bytes:
    """Return a document of OpenDocument; ``kind`` is text, spreadsheet or presentation."""
    content = (
        f"<office:document-content {_SPACES}><office:body><office:{kind}>{body}</office:{kind}></office:body>"
        "</office:document-content>"
    )
    return zipped({"mimetype": f"application/vnd.oasis.opendocument.{kind}", "content.xml": content})


def workbook() -> bytes:
    """Return a workbook with a title, merged cells, dates, amounts, a formula without a value, and a hidden sheet."""
    import datetime as dt

    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "売上"
    for row in (
        ["2024年度 売上一覧"], [], ["支店", "日付", "金額", "割合"], ["東京", dt.date(2024, 3, 15), 1234567, 0.125],
        [None, dt.date(2024, 3, 16), -5, 0.5], ["大阪", dt.datetime(2024, 3, 17, 10, 5), 3.5, "=1+1"],
    ):  # fmt: skip
        sheet.append(row)
    for at, code in {
        "B4": 'yyyy"年"m"月"d"日"', "B5": 'ggge"年"m"月"d"日"', "C4": '#,##0"円"', "C5": '#,##0"円"',
        "D4": "0.0%", "D5": "0.0%",
    }.items():  # fmt: skip
        sheet[at].number_format = code
    sheet.merge_cells("A1:D1")
    sheet.merge_cells("A4:A5")
    hidden = book.create_sheet("隠し")
    hidden.append(["秘密", "一"])
    hidden.sheet_state = "hidden"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def slides() -> bytes:
    """Return a presentation of three slides: a list with notes, a table, and a hidden one."""
    from pptx import Presentation

    deck = Presentation()
    first = deck.slides.add_slide(deck.slide_layouts[1])
    first.shapes.title.text = "水門の管理"
    frame = first.placeholders[1].text_frame
    frame.text = "鍵は赤い箱にある。"
    frame.add_paragraph().text = "当番は月曜に替わる。"
    first.notes_slide.notes_text_frame.text = "ここで写真を見せる。"
    second = deck.slides.add_slide(deck.slide_layouts[5])
    second.shapes.title.text = "会費"
    table = second.shapes.add_table(3, 2, 0, 0, 4_000_000, 2_000_000).table
    for row, cells in enumerate((("種別", "円"), ("大人", "500"), ("子供", "200"))):
        for column, words in enumerate(cells):
            table.cell(row, column).text = words
    third = deck.slides.add_slide(deck.slide_layouts[5])
    third.shapes.title.text = "没"
    third.element.set("show", "0")
    out = io.BytesIO()
    deck.save(out)
    return out.getvalue()


def message(*, attached: Mapping[str, bytes] | None = None) -> bytes:
    """Return a message that quotes another."""
    made = EmailMessage()
    made["Subject"] = "水門の鍵について"
    made["From"] = "葵 <aoi@example.org>"
    made["To"] = "ken@example.org"
    made["Date"] = "Fri, 05 Jan 2024 10:03:00 +0900"
    quoted = "2024年1月4日 健 <ken@example.org>:\n> 鍵はどこですか。\n> 箱の中ですか。"
    made.set_content(f"鍵は赤い箱にあります。\n\n{quoted}\n")
    for name, data in (attached or {}).items():
        made.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    return made.as_bytes()


def page_message() -> bytes:
    """Return a message that is a page, with a plain text that only says so."""
    made = EmailMessage()
    made["Subject"] = "Dinner"
    made["From"] = "bob@example.org"
    made.set_content("See HTML.")
    page = "<html><body><p>The <b>gate</b> opens at nine.</p><ul><li>bring soup</li></ul></body></html>"
    made.add_alternative(page, subtype="html")
    return made.as_bytes()


def mailbox() -> bytes:
    """Return a mailbox of two messages."""
    both = [(b"aoi", message(attached={"会費.txt": "会費は五百円である。".encode()})), (b"bob", page_message())]
    return b"".join(b"From %s@example.org Fri Jan  5 10:03:00 2024\n%s\n\n" % one for one in both)


NOTEBOOK = json.dumps(
    {
        "nbformat": 4,
        "cells": [
            {"cell_type": "markdown", "source": ["# 実験\n", "\n", "水位は二メートルである。"]},
            {
                "cell_type": "code",
                "source": "print(1 + 1)",
                "outputs": [
                    {"output_type": "stream", "text": ["2\n"]},
                    {"output_type": "display_data", "data": {"image/png": "iVBORw0KGgo="}},
                ],
            },
        ],
    }
).encode()

RTF = rb"""{\rtf1\ansi\ansicpg932\deff0{\fonttbl{\f0\fnil\fcharset128 MS Mincho;}}
{\stylesheet{\s0 Normal;}{\s1\outlinelevel0 heading 1;}}
{\pard\s1 \'90\'85\'96\'e5\par}\pard\s0 The key is in the {\b red} box. \u12390?\par
\trowd\cellx1000\cellx2000 Name\cell Price\cell\row\trowd Tea\cell 300\cell\row\pard End.\par}"""

LATEX = r"""\documentclass{article}
\title{On \emph{Gates}}
\begin{document}
\maketitle
\section{First \& last} % a comment
The key\footnote{Made of iron.} is in the \textbf{red box}~\cite{smith}. It costs 50\% of $x_1 + \frac{a}{b}$.
% nobody reads this
Caf\'e, na\"{\i}ve --- ``quoted''.
\begin{itemize}
\item One
\item[Two] second
\end{itemize}
\begin{tabular}{ll}
Name & Price \\ \hline
Tea & 300 \\
\end{tabular}
\subsection{\ruby{灯台}{とうだい}}
\begin{verbatim}
x = {1}
\end{verbatim}
\end{document}
After the end.
"""

RESTRUCTURED = """=====
Title
=====

Intro text.

Section
^^^^^^^

The key is in the red box::

    x = 1

* item one
* item two
"""

ASCIIDOC = """= Title
:toc:

Intro text.

== Section

The key is in the red box.

----
x = 1
----
"""

LINE = """[LINE] 葵とのトーク履歴
保存日時：2024/01/05 10:03

2024/01/05(金)
10:03\t葵\tこんにちは
10:04\t健\t"鍵は
赤い箱です"
10:05\t葵が健を招待しました

2024/01/06(土)
午前9:00\t健\t[スタンプ]
"""

WHATSAPP = """[2024/01/05, 10:03:22] Aoi: The key is in
the red box
[2024/01/05, 10:04:00] Ken: Thanks!
\u200e[2024/01/06, 11:00:00] Aoi: \u200eimage omitted
"""


def slack() -> bytes:
    """Return what Slack exports of one channel."""
    people = [{"id": "U1", "profile": {"display_name": "葵"}}, {"id": "U2", "real_name": "Ken"}]
    day = [
        {"user": "U1", "text": "鍵は <@U2> の箱 &amp; 机", "ts": "1704448982.0001"},
        {"user": "U2", "text": "See <https://example.org|the page>", "ts": "1704448999.0"},
    ]
    return zipped({"users.json": json.dumps(people), "channels.json": "[]", "general/2024-01-05.json": json.dumps(day)})


ODT = opendocument(
    "text",
    '<text:h text:outline-level="2">水門</text:h><text:p>鍵は<text:span>赤い</text:span>箱に<text:note>'
    "<text:note-citation>1</text:note-citation><text:note-body><text:p>鉄製。</text:p></text:note-body></text:note>"
    "ある。</text:p><text:tracked-changes><text:p>捨てた文。</text:p></text:tracked-changes>"
    "<text:list><text:list-item><text:p>一</text:p></text:list-item></text:list>"
    '<table:table><table:table-row><table:table-cell table:number-rows-spanned="2"><text:p>茶</text:p>'
    "</table:table-cell>"
    "<table:table-cell><text:p>小</text:p></table:table-cell></table:table-row><table:table-row>"
    "<table:covered-table-cell/><table:table-cell><text:p>大</text:p></table:table-cell></table:table-row>"
    "</table:table>",
)
ODS = opendocument(
    "spreadsheet",
    '<table:table table:name="表1"><table:table-row><table:table-cell><text:p>品</text:p></table:table-cell>'
    "<table:table-cell><text:p>円</text:p></table:table-cell></table:table-row>"
    '<table:table-row table:number-rows-repeated="2"><table:table-cell><text:p>茶</text:p></table:table-cell>'
    "<table:table-cell><text:p>300</text:p></table:table-cell></table:table-row>"
    '<table:table-row table:number-rows-repeated="1048573"><table:table-cell table:number-columns-repeated="16384"/>'
    "</table:table-row></table:table>",
)
ODP = opendocument(
    "presentation",
    '<draw:page><draw:frame presentation:class="outline"><draw:text-box><text:list><text:list-item>'
    "<text:p>鍵は箱にある。</text:p></text:list-item></text:list></draw:text-box></draw:frame>"
    '<draw:frame presentation:class="title"><draw:text-box><text:p>水門</text:p></draw:text-box></draw:frame>'
    '<presentation:notes><draw:frame presentation:class="notes"><draw:text-box><text:p>写真。</text:p></draw:text-box>'
    "</draw:frame></presentation:notes></draw:page>",
)
