"""What was read, and what there is to say of it: files that were left out, bytes that are no text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from qa.catalogue import Command, Sentence, Words
from qa.errors import QAError
from qa.reading.extraction.formats import suffix_of
from qa.text.source import Source

KIND = "left.kind"
"""The key of the remark on a file of a kind that is not read."""


@dataclass(frozen=True)
class Remark:
    """Something to tell the user of one file.

    Attributes:
        name: the file, as a source of it is or would be called.
        key: the key of the sentence in the language files.
        values: the values of its placeholders, by name.
        left_out: whether the file is not among the sources.
        error: the error for which it was left out; None if there was none.
    """

    name: str
    key: str
    values: Mapping[str, object] = field(default_factory=dict)
    left_out: bool = True
    error: QAError | None = None

    @classmethod
    def of(cls, name: str, error: QAError) -> Remark:
        """Return the remark on a file that was left out because of an error."""
        return cls(name, error.key, {**error.values, "command": Command(error.remedy)}, error=error)

    def say(self, words: Words) -> str:
        """Return the sentence in the language of ``words``."""
        return words.say(self.key, **self.values)

    def __str__(self) -> str:
        return str(Sentence(self.key, **self.values))

    def to_dict(self) -> dict[str, str]:
        """Return the remark as programs get it: the file, the key of the sentence, and the sentence in English."""
        return {"name": self.name, "code": self.key.removeprefix("error."), "why": str(self)}


@dataclass(frozen=True)
class Reading:
    """What was read of files and folders.

    Attributes:
        sources: the texts, in the order given.
        remarks: what there is to say of the files, in the same order.
    """

    sources: tuple[Source, ...]
    remarks: tuple[Remark, ...] = ()


def other_kind(name: str) -> Remark:
    """Return the remark on a file of a kind that is not read."""
    return Remark(name, KIND, {"name": name})


def damaged_bytes(name: str, count: int, first: int) -> Remark:
    """Return the remark on a text that was read although bytes of it are damaged; ``first`` is a byte, from 1."""
    return Remark(name, "left.bytes", {"name": name, "count": count, "at": first}, left_out=False)


def count_suffixes(remarks: Iterable[Remark]) -> dict[str, int]:
    """Return how many files of other kinds were left out, by their suffixes, the most frequent first."""
    return dict(Counter(suffix_of(one.name) or "–" for one in remarks if one.key == KIND).most_common())
