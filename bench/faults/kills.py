"""Kills builds, adds and removals by SIGKILL and looks at what is left: python bench/faults/kills.py [--kills 1000]

Three quarters of the kills fall at random moments, the others at a chosen call: the process kills itself just
before its n-th time of making a file or folder, of renaming, or of flushing to the disk. After each the index
has to open with every file checked, pass for whole, and answer from the texts before or after, never a mixture.

The library and the model are loaded once; each build is a fork of that process.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tqdm import tqdm

from qa import Index, Source
from qa.embedding import Embedder

NEXT = Source("next", "続きがあります。")
CALLS = ("making a file or folder", "renaming", "flushing")
MOST_CALLS = 100
"""Places that are tried for each kind of call; a change has fewer, and is killed at each of its own."""


def texts(number: int) -> list[Source]:
    """Texts of one state: all of them name its number, so that a mixture shows."""
    return [
        Source("a", f"状態は{number}です。\n\n" + "\n\n".join(f"第{number}話の{n}段落です。" for n in range(12))),
        Source("b", f"色は{number}番です。"),
    ]


def change(kind: str, index: Path, number: int) -> None:
    """One change of the index: to the texts of a number, with one more, or without it."""
    if kind == "build":
        Index.build(texts(number), index)
    elif kind == "add":
        paragraphs = "\n\n".join(f"{number}の{n}です。" for n in range(8))
        Index.add(Source("c", f"追加は{number}です。\n\n{paragraphs}"), index)
    else:
        Index.remove(["b"], index)


def state(index: Path) -> str:
    """Everything that the index holds, after checking that each passage and each vector is of the texts there."""
    opened = Index.open(index)
    for number, passage in enumerate(opened.passages):
        text = opened.text(passage)
        assert text == opened.sources[passage.source].text[passage.start : passage.end] and text
        assert opened.passage_sentences(number)
    embedded = opened.embedder.embed_passages([opened.text(passage) for passage in opened.passages])
    for number, one in enumerate(embedded):
        assert float(one.vector @ opened.store.vector(number)) > 0.99, "a vector of another text"
    return repr(sorted((source.name, source.sha256) for source in opened.sources.values()))


def forked(work: Callable[[], None]) -> int:
    """The process that does the work and ends."""
    child = os.fork()
    if child:
        return child
    try:
        os.setpgid(0, 0)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        work()
    finally:
        os._exit(0)


def killing_itself(kind: str, at: int, index: Path) -> None:
    """From here on the process is killed just before the call of this number, counted from 0."""
    seen = Counter[str]()
    below = os.fspath(index)

    def count(call: str) -> None:
        if call == kind and seen[call] == at:
            os.kill(os.getpid(), signal.SIGKILL)
        seen[call] += 1

    def hook(event: str, given: tuple[Any, ...]) -> None:
        if event in ("os.rename", "os.mkdir") and below in str(given[0]):
            count("renaming" if event == "os.rename" else "making a file or folder")
        elif event == "open" and below in str(given[0]) and given[2] & os.O_CREAT:
            count("making a file or folder")

    flush = os.fsync

    def counted(descriptor: int) -> None:
        count("flushing")
        flush(descriptor)

    sys.addaudithook(hook)
    os.fsync = counted


def wait(child: int) -> bool:
    """Whether the process was killed."""
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


class Table:
    """What the kills left."""

    def __init__(self) -> None:
        self.rows: dict[str, Counter[str]] = {}

    def look(self, row: str, index: Path, before: str, after: str, killed: bool) -> None:
        """Looks at an index after a kill."""
        try:
            found = state(index)
            left = {before: "the old", after: "the new"}.get(found, "a mixture")
        except Exception as error:
            left = "nothing"
            print(f"{row}: {error}", file=sys.stderr)
        self.rows.setdefault(row, Counter())["killed" if killed else "done before"] += 1
        self.rows[row][left] += 1

    def show(self) -> int:
        """Prints the table; the number of wrong ends."""
        columns = ("killed", "done before", "the old", "the new", "a mixture", "nothing")
        print(f"| {'at':40} | " + " | ".join(columns) + " |")
        print(f"|{'-' * 42}|" + "|".join("-" * (len(column) + 2) for column in columns) + "|")
        for row, counts in self.rows.items():
            print(f"| {row:40} | " + " | ".join(f"{counts[column]:>{len(column)}}" for column in columns) + " |")
        return sum(counts["a mixture"] + counts["nothing"] for counts in self.rows.values())


def main(kills: int, calls: int) -> int:
    """Prints the table; 1 where an index did not answer as it should."""
    drawn = random.Random(0)
    table = Table()
    with TemporaryDirectory() as folder:
        start, index = Path(folder) / "start", Path(folder) / "index"
        embedder = Index.build(texts(0), start).embedder
        assert isinstance(embedder, Embedder)
        before = state(start)
        after: dict[str, str] = {}
        took: dict[str, float] = {}
        for kind in ("build", "add", "remove"):
            shutil.copytree(start, index)
            began = time.monotonic()
            wait(forked(lambda kind=kind: change(kind, index, 1)))  # type: ignore[misc]
            took[kind], after[kind] = time.monotonic() - began, state(index)
            assert after[kind] != before
            shutil.rmtree(index)
        for number in tqdm(range(kills), desc="at random"):
            kind = ("build", "add", "remove")[number % 3]
            shutil.copytree(start, index)
            child = forked(lambda kind=kind: change(kind, index, 1))  # type: ignore[misc]
            time.sleep(drawn.uniform(0, took[kind]))
            os.kill(child, signal.SIGKILL)
            killed = wait(child)
            table.look(f"{kind}, at random", index, before, after[kind], killed)
            Index.build(NEXT, index)  # whatever was left, the next change goes through
            assert list(Index.open(index).sources) == [NEXT.name], "the change after a kill"
            shutil.rmtree(index)
        for call in CALLS:
            for kind in ("build", "add", "remove"):
                for at in tqdm(range(min(calls, MOST_CALLS)), desc=f"{kind}, {call}"):
                    shutil.copytree(start, index)

                    def work(kind: str = kind, call: str = call, at: int = at) -> None:
                        killing_itself(call, at, index)
                        change(kind, index, 1)

                    killed = wait(forked(work))
                    if killed:
                        table.look(f"{kind}, {call}", index, before, after[kind], killed)
                    shutil.rmtree(index)
                    if not killed:  # it has no more such calls
                        break
    return 1 if table.show() else 0


if __name__ == "__main__":
    tqdm.set_lock(threading.RLock())  # its own is shared with forks: one that is killed while it holds it stops us all
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=1000, help="at random moments")
    parser.add_argument("--calls", type=int, default=MOST_CALLS, help="at each kind of call")
    given = parser.parse_args()
    sys.exit(main(given.kills, given.calls))
