"""EPUB -> the text of its chapters in reading order (lxml)."""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Iterator
from html.entities import html5
from urllib.parse import unquote

from lxml import etree

from qa.extraction import Extracted, UnreadableError
from qa.extraction.archive import expect_modest
from qa.extraction.blocks import text_of

_CONTAINER = "META-INF/container.xml"
_ENCRYPTION = "META-INF/encryption.xml"
_ENTITY = re.compile(rb"&([A-Za-z][A-Za-z0-9]*);")
_OF_XML = {b"amp", b"lt", b"gt", b"quot", b"apos"}


def read(data: bytes) -> Extracted:
    """The chapters, a blank line between them; one that is missing or empty is passed over.

    Raises:
        UnreadableError: it is no such book, is locked, or unpacks to too much.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as book:
            expect_modest(book)
            chapters = list(_chapters(book))
    except (zipfile.BadZipFile, KeyError) as error:
        raise UnreadableError("damaged") from error
    return Extracted("\n\n".join(chapter for chapter in chapters if chapter))


def _chapters(book: zipfile.ZipFile) -> Iterator[str]:
    package = _tree(book, _CONTAINER).xpath("string(//*[local-name()='rootfile']/@full-path)")
    contents = _tree(book, package)
    files = {
        item.get("id"): posixpath.normpath(posixpath.join(posixpath.dirname(package), unquote(item.get("href", ""))))
        for item in contents.xpath("//*[local-name()='manifest']/*[local-name()='item']")
    }
    there, locked = set(book.namelist()), _locked(book)
    for entry in contents.xpath("//*[local-name()='spine']/*[local-name()='itemref']"):
        file = files.get(entry.get("idref"), "").lstrip("/")
        if file in locked:
            raise UnreadableError("encrypted")
        if file in there and book.getinfo(file).file_size:
            tree = _tree(book, file)
            body = tree.xpath("//*[local-name()='body']")
            yield text_of(body[0] if body else tree)


def _locked(book: zipfile.ZipFile) -> set[str]:
    """The files that need a key; of many books these are their fonts alone."""
    if _ENCRYPTION not in book.namelist():
        return set()
    return {unquote(uri) for uri in _tree(book, _ENCRYPTION).xpath("//*[local-name()='CipherReference']/@URI")}


def _tree(book: zipfile.ZipFile, name: str) -> etree._Element:
    """A file of the book. HTML's names of characters are known without its declarations; others are not followed."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True, huge_tree=False)
    try:
        tree = etree.fromstring(_ENTITY.sub(_numbered, book.read(name)), parser)
    except etree.XMLSyntaxError as error:
        raise UnreadableError("damaged") from error
    if tree is None:
        raise UnreadableError("damaged")
    return tree


def _numbered(entity: re.Match[bytes]) -> bytes:
    """A named character by its number, which needs no declaration and fits any encoding."""
    name = entity.group(1)
    meant = "" if name in _OF_XML else html5.get(f"{name.decode()};", "")
    return "".join(f"&#{ord(char)};" for char in meant).encode() or entity.group()
