"""Documents for the tests, written byte by byte or by the libraries that read them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence

RUBY = "この<ruby>灯台<rp>（</rp><rt>とうだい</rt><rp>）</rp></ruby>は1874年に建てられた。"
PAGE = f"""<!doctype html><html lang="ja"><head><meta charset="utf-8"><title>灯台の歴史</title></head><body>
<nav><ul><li><a href="/">ホーム</a></li><li><a href="/map">地図</a></li></ul></nav>
<article><h1>灯台の歴史</h1><p>{RUBY}高さは31メートルである。</p>
<h2>建設</h2><p>設計したのは<b>英国人</b>の技師で、工事は<a href="x">三年</a>かかった。</p>
<ul><li>石造り</li><li>二階建て</li></ul>
<table><tr><th>年</th><th>出来事</th></tr><tr><td>1874</td><td>完成</td></tr></table></article>
<footer>お問い合わせ</footer><script>document.write("!")</script></body></html>"""


def pdf(*pages: Sequence[str]) -> bytes:
    """Return a PDF with the given lines on its pages, in a Japanese font that is not embedded."""
    kids = " ".join(f"{4 + 2 * n} 0 R" for n in range(len(pages)))
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Kids[{kids}]/Count {len(pages)}>>".encode(),
        b"<</Type/Font/Subtype/Type0/BaseFont/Ryumin-Light/Encoding/UniJIS-UTF16-H/DescendantFonts[<</Type/Font"
        b"/Subtype/CIDFontType0/BaseFont/Ryumin-Light/CIDSystemInfo<</Registry(Adobe)/Ordering(Japan1)"
        b"/Supplement 6>>/FontDescriptor<</Type/FontDescriptor/FontName/Ryumin-Light/Flags 4>>>>]>>",
    ]
    for number, lines in enumerate(pages):
        shown = "".join(f"<{line.encode('utf-16-be').hex()}> Tj T*\n" for line in lines)
        content = f"BT /F1 12 Tf 14 TL 50 780 Td\n{shown}ET".encode()
        objects += [
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents {5 + 2 * number} 0 R"
            "/Resources<</Font<</F1 3 0 R>>>>>>".encode(),
            b"<</Length %d>>stream\n%s\nendstream" % (len(content), content),
        ]
    out = bytearray(b"%PDF-1.7\n")
    offsets = []
    for number, content in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj%s endobj\n" % (number, content)
    table = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    trailer = (
        f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}trailer<</Size {len(objects) + 1}/Root 1 0 R>>\n"
    )
    return bytes(out) + f"{trailer}startxref\n{len(out)}\n%%EOF".encode()


def locked(data: bytes, password: str) -> bytes:
    """Return a PDF that needs a password to be read; with "", only to be changed."""
    import pypdf

    writer = pypdf.PdfWriter(clone_from=io.BytesIO(data))
    writer.encrypt(password, "owner", algorithm="AES-256")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def filled(data: bytes, *fields: Mapping[str, object]) -> bytes:
    """Return a PDF with form fields on its first page. Each field is given by the keys of the format."""
    import pypdf
    from pypdf.generic import DictionaryObject, NameObject, NumberObject, TextStringObject

    writer = pypdf.PdfWriter(clone_from=io.BytesIO(data))
    for field in fields:
        made = DictionaryObject(
            {NameObject("/Type"): NameObject("/Annot"), NameObject("/Subtype"): NameObject("/Widget")}
        )
        for key, value in field.items():
            kind = NumberObject if isinstance(value, int) else NameObject if key == "/FT" else TextStringObject
            made[NameObject(key)] = kind(value)
        writer.add_annotation(0, made)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def word() -> bytes:
    """Return a Word document with headings, ruby, a table and a deletion."""
    import docx
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    document = docx.Document()
    document.add_heading("灯台の歴史", 0)
    document.add_heading("建設", 2)
    paragraph = document.add_paragraph("この")
    run = paragraph.add_run()
    run._r.append(
        parse_xml(
            f"<w:ruby {nsdecls('w')}><w:rt><w:r><w:t>とうだい</w:t></w:r></w:rt>"
            "<w:rubyBase><w:r><w:t>灯台</w:t></w:r></w:rubyBase></w:ruby>"
        )
    )
    paragraph.add_run("は1874年に建てられた。")
    gone = f"<w:del {nsdecls('w')}><w:r><w:delText>捨てた文。</w:delText></w:r></w:del>"
    paragraph._p.append(parse_xml(gone))
    table = document.add_table(2, 2)
    for cell, words in zip(
        (cell for row in table.rows for cell in row.cells), ["年", "出来事", "1874", "完成"], strict=True
    ):
        cell.text = words
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def word_of(*blocks: str) -> bytes:
    """Return a Word document of blocks given as XML."""
    import docx
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    document = docx.Document()
    compatibility = "http://schemas.openxmlformats.org/markup-compatibility/2006"
    body = f'<w:body {nsdecls("w")} xmlns:mc="{compatibility}">{"".join(blocks)}</w:body>'
    document.element.body[:0] = list(parse_xml(body))
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def epub(
    chapters: Mapping[str, str], more: Mapping[str, str] | None = None, hrefs: Mapping[str, str] | None = None
) -> bytes:
    """Return an EPUB of chapters by file name, in this order; in the archive they are in the reverse order.

    ``more`` are other files; ``hrefs`` are the links to chapters, if they differ from the file names.
    """
    called = {name: (hrefs or {}).get(name, name) for name in chapters}
    items = "".join(
        f'<item id="{n}" href="{called[name]}" media-type="application/xhtml+xml"/>' for n, name in enumerate(chapters)
    )
    spine = "".join(f'<itemref idref="{n}"/>' for n in range(len(chapters)))
    files = {
        "META-INF/container.xml": '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
        '<rootfile full-path="OEBPS/book.opf"/></rootfiles></container>',
        "OEBPS/book.opf": '<package xmlns="http://www.idpf.org/2007/opf"><manifest>'
        f"{items}</manifest><spine>{spine}</spine></package>",
        **{f"OEBPS/{name}": content for name, content in reversed(list(chapters.items()))},
        **(more or {}),
    }
    return packed(files)


def packed(files: Mapping[str, str | bytes]) -> bytes:
    """Return a zip archive that begins with the mark of an EPUB."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("mimetype"), "application/epub+zip")
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def chapter(body: str) -> str:
    """Return a chapter of a book."""
    return f'<html xmlns="http://www.w3.org/1999/xhtml"><head><title>T</title></head><body>{body}</body></html>'


SRT = """1
00:00:01,000 --> 00:00:03,500
この灯台は1874年に

2
00:00:03,600 --> 00:00:06,000
<i>建てられた。</i>高さは

3
00:00:06,100 --> 00:00:08,000
31メートルである

4
00:01:31,000 --> 00:01:33,000
The keeper left
the island
"""
