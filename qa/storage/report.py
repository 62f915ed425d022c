"""What a change of an index did."""

from __future__ import annotations

from dataclasses import dataclass

from qa.reading.remarks import Remark
from qa.storage.contents import Contents


@dataclass(frozen=True)
class BuildReport:
    """What a change of an index did, as ``qa build --json`` prints it.

    Attributes:
        generation: the new generation's number; the current one's if nothing had changed.
        sources: how many sources it has.
        passages: how many passages it has.
        embedded: passages that were embedded.
        reused: passages that took the embedding of one with the same text.
        seconds: how long it took.
        replaced: the names of the sources whose text was replaced by an added one.
        added: the names of the sources that a folder has and the index had not; of a sync alone.
        removed: the names of the sources that the folder no longer has; of a sync alone.
        remarks: what there is to say of the files that were read, such as why one was left out.
    """

    generation: int
    sources: int
    passages: int
    embedded: int
    reused: int
    seconds: float
    replaced: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    remarks: tuple[Remark, ...] = ()

    def to_dict(self) -> dict[str, object]:
        """Return the report as programs get it, from the shell and over HTTP."""
        told = {name: list(value) if isinstance(value, tuple) else value for name, value in vars(self).items()}
        del told["remarks"]
        left_out, notes = ([one.to_dict() for one in self.remarks if one.left_out is out] for out in (True, False))
        return told | {"seconds": round(self.seconds, 2), "left_out": left_out, "notes": notes}


def unchanged_report(contents: Contents, remarks: tuple[Remark, ...]) -> BuildReport:
    """Return the report on a change after which the current generation is still the one that is needed."""
    passages = len(contents.passages)
    return BuildReport(contents.number, len(contents.sources), passages, 0, passages, 0.0, remarks=remarks)
