"""HTML -> the text of its article, without what is around it on the page (trafilatura)."""

from __future__ import annotations

import trafilatura
from lxml import etree
from trafilatura.settings import use_config
from trafilatura.utils import load_html

from qa.extraction import Extracted, UnreadableError
from qa.extraction.blocks import text_of

_SETTINGS = use_config()
# Else a short article loses its paragraphs, and Japanese says much in few characters.
_SETTINGS.set("DEFAULT", "MIN_EXTRACTED_SIZE", "1")


def read(data: bytes) -> Extracted:
    """The article; of a page without one, all its words.

    Raises:
        UnreadableError: there is no page in it.
    """
    page = load_html(data)
    if page is None:
        raise UnreadableError("damaged")
    etree.strip_elements(page, "rt", "rp", with_tail=False)
    title = trafilatura.extract_metadata(page).title or ""
    found = trafilatura.extract(page, output_format="xml", include_comments=False, favor_recall=True, config=_SETTINGS)
    text = text_of(etree.fromstring(found.encode()).find("main")) if found else text_of(page)
    if title and not text.lstrip("# ").startswith(title):
        text = f"# {title}\n\n{text}"
    return Extracted(text)
