"""EPUB -> the text of its chapters in reading order (lxml)."""

from __future__ import annotations

import io
import posixpath
import zipfile
from collections.abc import Iterator
from urllib.parse import unquote

from lxml import etree

from qa.extraction import Extracted, UnreadableError
from qa.extraction.archive import expect_modest
from qa.extraction.blocks import text_of

_CONTAINER = "META-INF/container.xml"
_ENCRYPTION = "META-INF/encryption.xml"


def read(data: bytes) -> Extracted:
    """The chapters, a blank line between them.

    Raises:
        UnreadableError: it is no such book, is locked, or unpacks to too much.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as book:
            expect_modest(book)
            chapters = list(_chapters(book))
    except (zipfile.BadZipFile, KeyError, etree.XMLSyntaxError) as error:
        raise UnreadableError("damaged") from error
    return Extracted("\n\n".join(chapter for chapter in chapters if chapter))


def _chapters(book: zipfile.ZipFile) -> Iterator[str]:
    package = _tree(book, _CONTAINER).xpath("string(//*[local-name()='rootfile']/@full-path)")
    contents = _tree(book, package)
    files = {
        item.get("id"): posixpath.normpath(posixpath.join(posixpath.dirname(package), unquote(item.get("href", ""))))
        for item in contents.xpath("//*[local-name()='manifest']/*[local-name()='item']")
    }
    locked = _locked(book)
    for entry in contents.xpath("//*[local-name()='spine']/*[local-name()='itemref']"):
        file = files.get(entry.get("idref"))
        if file is None:
            continue
        if file in locked:
            raise UnreadableError("encrypted")
        tree = _tree(book, file)
        body = tree.xpath("//*[local-name()='body']")
        yield text_of(body[0] if body else tree)


def _locked(book: zipfile.ZipFile) -> set[str]:
    """The files that need a key; of many books these are their fonts alone."""
    if _ENCRYPTION not in book.namelist():
        return set()
    return {unquote(uri) for uri in _tree(book, _ENCRYPTION).xpath("//*[local-name()='CipherReference']/@URI")}


def _tree(book: zipfile.ZipFile, name: str) -> etree._Element:
    """A file of the book; an entity that it declares is not followed."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True, huge_tree=False)
    tree = etree.fromstring(book.read(name), parser)
    if tree is None:
        raise UnreadableError("damaged")
    return tree
