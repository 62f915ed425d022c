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
from qa.reading.extraction.archive import check_archive
from qa.reading.extraction.composing import compose
from qa.reading.extraction.elements import blocks_of, check_complete, simplify
from qa.reading.extraction.html_tree import parse_html

_CONTAINER_FILE = "META-INF/container.xml"
_ENCRYPTION_FILE = "META-INF/encryption.xml"
_NAMED_ENTITY = re.compile(rb"&([A-Za-z][A-Za-z0-9]*);")
_SURROGATE_ENTITY = re.compile(
    rb"&#(?:x[dD][89a-fA-F][0-9a-fA-F]{2}|5(?:529[6-9]|5[3-9]\d\d|6\d{3}|7[0-2]\d\d|73[0-3]\d|734[0-3]));"
)
"""Halves of surrogate pairs, which are not characters and not allowed in XML."""
_XHTML = "application/xhtml+xml"
_CHAPTER_TYPES = {
    _XHTML, "text/html", "application/xml", "text/xml", "application/x-dtbook+xml", "image/svg+xml",
    "text/x-oeb1-document",
}  # fmt: skip
_XML_ENTITIES = {b"amp", b"lt", b"gt", b"quot", b"apos"}


def read(data: bytes) -> Extracted:
    """Return the chapters, with a blank line between them. A missing or empty chapter is skipped.

    Raises:
        UnreadableError: the bytes are not an EPUB, or the book is encrypted or too large.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as book:
            check_archive(book)
            return compose(block for chapter in _chapters(book) for block in blocks_of(chapter))
    except (zipfile.BadZipFile, KeyError) as error:
        raise UnreadableError("damaged") from error


def _chapters(book: zipfile.ZipFile) -> Iterator[etree._Element]:
    """Yield the body of each chapter in the order of the book's spine."""
    listed = book.namelist()
    names = {_normal_name(name): name for name in reversed(listed)} | {name: name for name in listed}
    package = _file_of(
        _parse_xml(book, _CONTAINER_FILE).xpath("string(//*[local-name()='rootfile']/@full-path)"), "", names
    )
    contents = _parse_xml(book, package)
    items = {item.get("id"): item for item in contents.xpath("//*[local-name()='manifest']/*[local-name()='item']")}
    encrypted, seen = _encrypted_files(book, names), set()
    for entry in contents.xpath("//*[local-name()='spine']/*[local-name()='itemref']"):
        item = _readable_item(items.get(entry.get("idref")), items)
        if item is None or "nav" in item.get("properties", "").split():
            continue
        file = _file_of(item.get("href", ""), posixpath.dirname(package), names)
        if file in encrypted:
            raise UnreadableError("encrypted")
        if file and file not in seen and book.getinfo(file).file_size:
            seen.add(file)
            yield _chapter_body(book, file)
    if not seen:
        raise UnreadableError("damaged")


def _readable_item(item: Any, items: Mapping[str, Any]) -> Any:
    """Return the item itself if it is a text, else the first of its fallbacks that is one, else None."""
    passed: set[Any] = set()
    while item is not None and item not in passed:
        if item.get("media-type", _XHTML).partition(";")[0].strip().lower() in _CHAPTER_TYPES:
            return item
        passed.add(item)
        item = items.get(item.get("fallback"))
    return None


def _file_of(href: str, folder: str, names: Mapping[str, str]) -> str:
    """Return the name of the file in the archive that a link leads to, "" if there is none.

    An exact match comes before one that differs in case, in the composition of accents or in slashes.
    """
    bare = href.partition("#")[0]
    for name in (unquote(bare), bare, unquote(bare.partition("?")[0])):
        path = posixpath.normpath(posixpath.join("/", folder, name.replace("\\", "/"))).lstrip("/")
        if found := names.get(path) or names.get(_normal_name(path)):
            return found
    return ""


def _normal_name(name: str) -> str:
    """Return a name in a form that is the same for names that differ only in case, composition or slashes."""
    return unicodedata.normalize("NFC", name.replace("\\", "/")).casefold()


def _chapter_body(book: zipfile.ZipFile, file: str) -> etree._Element:
    """Return the body of a chapter. If it is not well-formed XML, parse it as HTML."""
    content = _with_numeric_entities(book.read(file))
    try:
        tree = etree.fromstring(content, _xml_parser(recover=False))
    except etree.XMLSyntaxError:
        tree = parse_html(content)
    simplify(tree)
    body = tree.xpath("//*[local-name()='body']")
    return body[0] if body else tree


def _encrypted_files(book: zipfile.ZipFile, names: Mapping[str, str]) -> set[str]:
    """Return the names of the encrypted files. In many books only the fonts are encrypted."""
    if _ENCRYPTION_FILE not in book.namelist():
        return set()
    uris = _parse_xml(book, _ENCRYPTION_FILE).xpath("//*[local-name()='CipherReference']/@URI")
    return {found for uri in uris if (found := _file_of(uri, "", names))}


def _parse_xml(book: zipfile.ZipFile, name: str) -> etree._Element:
    """Return the root element of an XML file of the book."""
    parser = _xml_parser(recover=True)
    try:
        tree = etree.fromstring(_with_numeric_entities(book.read(name)), parser)
    except etree.XMLSyntaxError as error:
        raise UnreadableError("damaged") from error
    check_complete(parser)
    if tree is None:
        raise UnreadableError("damaged")
    return tree


def _xml_parser(*, recover: bool) -> etree.XMLParser:
    """Return a parser that expands no declared entities and loads nothing from elsewhere."""
    return etree.XMLParser(resolve_entities=False, no_network=True, recover=recover, huge_tree=True)


def _with_numeric_entities(content: bytes) -> bytes:
    """Return a file with HTML's named entities as numbers, which need no declaration in XML."""
    return _SURROGATE_ENTITY.sub(b"", _NAMED_ENTITY.sub(_numeric_entity, content))


def _numeric_entity(entity: re.Match[bytes]) -> bytes:
    """Return an entity by number, as ASCII that fits any encoding of the file; unchanged if its name is unknown."""
    name = entity.group(1)
    meant = "" if name in _XML_ENTITIES else html5.get(f"{name.decode()};", "")
    return "".join(f"&#{ord(char)};" for char in meant).encode() or entity.group()
