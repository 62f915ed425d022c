"""EPUB -> the text of its chapters in reading order (lxml)."""

from __future__ import annotations

import io
import posixpath
import re
import unicodedata
import zipfile
from collections.abc import Iterator, Mapping
from html.entities import html5
from typing import Any
from urllib.parse import unquote

from lxml import etree

from qa.reading.extraction import Extracted, UnreadableError
from qa.reading.extraction.archive import expect_modest
from qa.reading.extraction.elements import expect_whole, simplify, text_of
from qa.reading.extraction.html_tree import parse_html

_CONTAINER = "META-INF/container.xml"
_ENCRYPTION = "META-INF/encryption.xml"
_ENTITY = re.compile(rb"&([A-Za-z][A-Za-z0-9]*);")
_SURROGATE = re.compile(
    rb"&#(?:x[dD][89a-fA-F][0-9a-fA-F]{2}|5(?:529[6-9]|5[3-9]\d\d|6\d{3}|7[0-2]\d\d|73[0-3]\d|734[0-3]));"
)
"""Halves of pairs, which are no characters."""
_CHAPTER = "application/xhtml+xml"
_CHAPTERS = {
    _CHAPTER, "text/html", "application/xml", "text/xml", "application/x-dtbook+xml", "image/svg+xml",
    "text/x-oeb1-document",
}  # fmt: skip
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
    there = {**{_folded(name): name for name in reversed(book.namelist())}, **{name: name for name in book.namelist()}}
    package = _found(_tree(book, _CONTAINER).xpath("string(//*[local-name()='rootfile']/@full-path)"), "", there)
    contents = _tree(book, package)
    items = {item.get("id"): item for item in contents.xpath("//*[local-name()='manifest']/*[local-name()='item']")}
    locked, seen = _locked(book, there), set()
    for entry in contents.xpath("//*[local-name()='spine']/*[local-name()='itemref']"):
        item = _read_for(items.get(entry.get("idref")), items)
        if item is None or "nav" in item.get("properties", "").split():
            continue
        file = _found(item.get("href", ""), posixpath.dirname(package), there)
        if file in locked:
            raise UnreadableError("encrypted")
        if file and file not in seen and book.getinfo(file).file_size:
            seen.add(file)
            yield text_of(_body(book, file))
    if not seen:
        raise UnreadableError("damaged")


def _read_for(item: Any, items: Mapping[str, Any]) -> Any:
    """What is read for an item: itself, or what the book names to stand in for what is no text; None without."""
    passed: set[Any] = set()
    while item is not None and item not in passed:
        if item.get("media-type", _CHAPTER).partition(";")[0].strip().lower() in _CHAPTERS:
            return item
        passed.add(item)
        item = items.get(item.get("fallback"))
    return None


def _found(href: str, folder: str, there: Mapping[str, str]) -> str:
    """The name in the archive of what a link means; "" where there is none.

    Names are taken as they are written before those that differ in case, in how accents are composed or in slashes.
    """
    bare = href.partition("#")[0]
    for name in (unquote(bare), bare, unquote(bare.partition("?")[0])):
        path = posixpath.normpath(posixpath.join("/", folder, name.replace("\\", "/"))).lstrip("/")
        if found := there.get(path) or there.get(_folded(path)):
            return found
    return ""


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name.replace("\\", "/")).casefold()


def _body(book: zipfile.ZipFile, file: str) -> etree._Element:
    """What a chapter shows, also of one that is written as HTML and not as XML."""
    content = _plain(book.read(file))
    try:
        tree = etree.fromstring(content, _xml_parser(recover=False))
    except etree.XMLSyntaxError:
        tree = parse_html(content)
    simplify(tree)
    body = tree.xpath("//*[local-name()='body']")
    return body[0] if body else tree


def _locked(book: zipfile.ZipFile, there: Mapping[str, str]) -> set[str]:
    """The files that need a key; of many books these are their fonts alone."""
    if _ENCRYPTION not in book.namelist():
        return set()
    uris = _tree(book, _ENCRYPTION).xpath("//*[local-name()='CipherReference']/@URI")
    return {found for uri in uris if (found := _found(uri, "", there))}


def _tree(book: zipfile.ZipFile, name: str) -> etree._Element:
    """A file of the book."""
    parser = _xml_parser(recover=True)
    try:
        tree = etree.fromstring(_plain(book.read(name)), parser)
    except etree.XMLSyntaxError as error:
        raise UnreadableError("damaged") from error
    expect_whole(parser)
    if tree is None:
        raise UnreadableError("damaged")
    return tree


def _xml_parser(*, recover: bool) -> etree.XMLParser:
    """Follows no entity that is declared, and no link."""
    return etree.XMLParser(resolve_entities=False, no_network=True, recover=recover, huge_tree=True)


def _plain(content: bytes) -> bytes:
    """A file with HTML's names of characters as numbers, which are known without declarations."""
    return _SURROGATE.sub(b"", _ENTITY.sub(_numbered, content))


def _numbered(entity: re.Match[bytes]) -> bytes:
    """A named character by its number, which needs no declaration and fits any encoding."""
    name = entity.group(1)
    meant = "" if name in _OF_XML else html5.get(f"{name.decode()};", "")
    return "".join(f"&#{ord(char)};" for char in meant).encode() or entity.group()
