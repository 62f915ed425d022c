"""The texts of an index -> those of the next: with some added, without some, with one renamed.

They are a dict, name -> Source, in the index's order; none is changed, each function gives another.
"""

from __future__ import annotations

from collections.abc import Collection

from qa.errors import SourceError
from qa.text.source import Source, clean_name

Texts = dict[str, Source]


def with_added(texts: Texts, new: Collection[Source]) -> Texts:
    """The texts with others after them; one whose name is there takes that one's place."""
    return texts | {source.name: source for source in new}


def without(texts: Texts, names: Collection[str]) -> Texts:
    """The texts without those of these names.

    Raises:
        SourceError: there is none of such a name, or none would be left.
    """
    expect(names, texts)
    left = {name: source for name, source in texts.items() if name not in names}
    if not left:
        raise SourceError("index.last")
    return left


def renamed(texts: Texts, old: str, new: str) -> Texts:
    """The texts with one under another name, in its place; control characters in the name are left out.

    Raises:
        SourceError: there is none of the old name, or one of the new.
    """
    expect([old], texts)
    new = clean_name(new)
    if new != old and new in texts:
        raise SourceError("index.taken", name=new)
    given = (source.named(new) if name == old else source for name, source in texts.items())
    return {source.name: source for source in given}


def expect(names: Collection[str], texts: Texts) -> None:
    """Holds that there is a text of each of these names.

    Raises:
        SourceError: there is none of such a name.
    """
    for name in names:
        if name not in texts:
            shown = clean_name(name)
            raise SourceError("index.unknown", name=shown)
