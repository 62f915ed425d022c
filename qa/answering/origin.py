"""What an answer was made with, so that the same can be asked again (`qa.conversation.replaying`)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from qa.index import Index
from qa.retrieval import names_of
from qa.search.config import Boldness


@dataclass(frozen=True)
class Origin:
    """What an answer was made with; `qa.conversation.replaying` asks the same again.

    Attributes:
        generation: that of the index.
        model: the fingerprint of its embedding model.
        bold: how readily it was answered: a word, or the least confidence.
        reader: the question-answering model; "" for the packaged one.
        sources: the names of the sources that were asked; None for all.
    """

    generation: int
    model: str
    bold: Boldness | str | float
    reader: str = ""
    sources: tuple[str, ...] | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return it as the shell and HTTP print it."""
        bold = self.bold if isinstance(self.bold, float) else str(self.bold)
        sources = None if self.sources is None else list(self.sources)
        return {"generation": self.generation, "model": self.model, "bold": bold, "reader": self.reader,
                "sources": sources}  # fmt: skip


def origin_of(
    index: Index, bold: Boldness | str | float, reader: str | None, sources: str | Collection[str] | None
) -> Origin:
    """Return what an answer is made with; arguments as of `answer`."""
    names = None if sources is None else names_of(sources)
    return Origin(index.generation, index.model.fingerprint, bold, reader or "", names)
