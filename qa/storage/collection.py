"""The sources of an index -> those of the next generation: with some added, without some, with one renamed.

A collection is a mapping, name -> Source, in the order of the index. None is changed; each function returns another.
"""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from qa.errors import SourceError
from qa.text.source import Source, clean_name, free_name

Sources = Mapping[str, Source]


@dataclass(frozen=True)
class Addition:
    """A collection with sources added.

    Attributes:
        sources: all sources.
        replaced: the names of those whose text was replaced.
    """

    sources: Sources
    replaced: tuple[str, ...]


def with_added(sources: Sources, new: Iterable[Source]) -> Addition:
    """Return the sources with others after them.

    A file that is already there (the same path) is replaced, whatever its name is now. A file whose name another file
    has is added as ``folder/name``. Text from no file, such as an upload, replaces what has its name; so does a file
    whose name a text from no file has. Nothing replaces a source that is added by the same call.
    """
    result, added = dict(sources), dict[str, Source]()
    by_path = {source.path: name for name, source in sources.items() if source.path}
    for source in new:
        own, folder = (by_path.get(source.path), source.path.parent.name) if source.path else (None, "")
        name = own or source.name
        other = result.get(name)
        if name != own and other and (name in added or (source.path and other.path)):
            name = free_name(name, folder, result)
        elif other and other.path:
            by_path.pop(other.path, None)  # that file no longer has a source
        if source.path:
            by_path[source.path] = name
        result[name] = added[name] = source.named(name)
    return Addition(result, tuple(name for name in added if name in sources))


@dataclass(frozen=True)
class Change:
    """A collection that has what a folder has now.

    Attributes:
        sources: all sources; those from elsewhere are as they were.
        added: the names of those that are new.
        replaced: the names of those whose text is another now.
        removed: the names of those whose files are gone.
    """

    sources: Sources
    added: tuple[str, ...]
    replaced: tuple[str, ...]
    removed: tuple[str, ...]

    def __bool__(self) -> bool:
        """Return whether anything is another than before."""
        return bool(self.added or self.replaced or self.removed)


def synced(sources: Sources, new: Iterable[Source], folder: Path, unread: Collection[Path]) -> Change:
    """Return the sources with those from a folder as it is now.

    Args:
        sources: the sources.
        new: what was read of the folder.
        folder: the folder, resolved.
        unread: its files that are there but could not be read; their sources stay as they are.

    Raises:
        SourceError: no source would be left.
    """
    found = {source.path: source for source in new}
    own = {name: source for name, source in sources.items() if source.path and source.path.is_relative_to(folder)}
    gone = {name for name, source in own.items() if source.path not in found and not _lies_in(source.path, unread)}
    left = {name: source for name, source in sources.items() if name not in gone}
    known = {source.path: source for source in own.values()}
    other = [source for path, source in found.items() if path not in known or not _has_same(known[path], source)]
    addition = with_added(left, other)
    if not addition.sources:
        raise SourceError("index.last")
    added = tuple(name for name in addition.sources if name not in left)
    return Change(addition.sources, added, addition.replaced, tuple(name for name in own if name in gone))


def _lies_in(path: Path | None, files: Collection[Path]) -> bool:
    """Return whether a path is one of the files, or of a file within one."""
    return path is not None and any(one in files for one in (path, *path.parents))


def _has_same(one: Source, other: Source) -> bool:
    return (one.text, one.places, one.marks) == (other.text, other.places, other.marks)


def stored_name(name: str, sources: Container[str]) -> str:
    """Return the name under which a source is stored; a user may type it in another Unicode form."""
    return name if name in sources or not name.strip() else clean_name(name)


def without(sources: Sources, names: Collection[str]) -> Sources:
    """Return the sources without those of these names.

    Raises:
        SourceError: there is no source of such a name, or none would be left.
    """
    expect(names, sources)
    left = {name: source for name, source in sources.items() if name not in names}
    if not left:
        raise SourceError("index.last")
    return left


def renamed(sources: Sources, old: str, new: str) -> Sources:
    """Return the sources with one under another name, in its place; control characters in the name are left out.

    Raises:
        SourceError: there is no source of the old name, or another has the new one.
    """
    expect([old], sources)
    new = clean_name(new)
    if new != old and new in sources:
        raise SourceError("index.taken", name=new)
    given = (source.named(new) if name == old else source for name, source in sources.items())
    return {source.name: source for source in given}


def expect(names: Collection[str], sources: Sources) -> None:
    """Check that there is a source of each of these names.

    Raises:
        SourceError: there is no source of such a name.
    """
    for name in names:
        if name not in sources:
            raise SourceError("index.unknown", name=clean_name(name) if name.strip() else '""')
