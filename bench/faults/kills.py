"""Kill builds, adds and removals by SIGKILL and check what is left: python bench/faults/kills.py [--kills 1000]

First at random moments, then at chosen system calls, by strace: the process dies as it enters its n-th write, rename,
flush and so on, in whichever library that is. After each kill the index has to open with every checksum right and
hold the texts from before or after the change, never a mixture.

The library and the model are loaded once; each change is made by a fork of that process. Without strace, or where it
may not trace, the second half is skipped.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from itertools import cycle, islice
from pathlib import Path
from tempfile import TemporaryDirectory

from tqdm import tqdm

from qa import Index, Source
from qa.search.embedding import Embedder

NEXT = Source("next", "続きがあります。")
KINDS = ("build", "add", "remove")
CALLS = ("write", "rename", "renameat", "renameat2", "fsync", "mkdir", "mkdirat", "unlink", "unlinkat")
"""System calls that write an index, as `strace -f qa build` shows."""


def texts(number: int) -> list[Source]:
    """Return the texts of one state; each names its number, so that a mixture shows."""
    return [
        Source("a", f"状態は{number}です。\n\n" + "\n\n".join(f"第{number}話の{n}段落です。" for n in range(12))),
        Source("b", f"色は{number}番です。"),
    ]


def change(kind: str, index: Path, number: int) -> None:
    """Change the index: to the texts of a number, with one more, or with one less."""
    if kind == "build":
        Index.build(texts(number), index)
    elif kind == "add":
        # Enough passages that some are written to the checkpoint.
        paragraphs = "\n\n".join(f"{number}の{n}です。" for n in range(70))
        Index.open(index).add(Source("c", f"追加は{number}です。\n\n{paragraphs}"))
    else:
        Index.open(index).remove(["b"])


def state(index: Path) -> str:
    """Return what tells the index's texts apart, after checking every passage and vector against them."""
    opened = Index.open(index)
    for number, passage in enumerate(opened.passages):
        text = opened.text(passage)
        assert text == opened.sources[passage.source].text[passage.start : passage.end] and text
        assert opened.passage_units(number)
    embedded = opened.embedder.embed_passages(
        [opened.text(passage) for passage in opened.passages],
        contexts=[opened.context(number) for number in range(len(opened.passages))],
    )
    for number, one in enumerate(embedded):
        assert float(one.vector @ opened.store.vector(number)) > 0.99, "a vector of another text"
    return repr(sorted((source.name, source.sha256) for source in opened.sources.values()))


def forked(work: Callable[[], None]) -> int:
    """Fork a process that does the work and ends; return its id."""
    child = os.fork()
    if child:
        return child
    try:
        os.setpgid(0, 0)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        work()
    finally:
        os._exit(0)


def traced(work: Callable[[], None], *options: str) -> tuple[bool, str]:
    """Do the work in a process below strace; return whether it was killed, and what strace wrote."""

    def stopped() -> None:
        os.kill(os.getpid(), signal.SIGSTOP)
        work()

    if not shutil.which("strace"):
        raise OSError("it is not installed")
    child = forked(stopped)
    os.waitpid(child, os.WUNTRACED)
    with TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        command = ["strace", "--attach", str(child), "--output", str(log), *options]
        tracer = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        assert tracer.stderr
        told = tracer.stderr.readline()  # whether it is attached, or why it is not
        os.kill(child, signal.SIGCONT if "attached" in told else signal.SIGKILL)
        killed = wait(child)
        tracer.communicate()
        if "attached" not in told:
            raise OSError(told.strip())
        return killed, log.read_text(errors="replace")


def calls_of(work: Callable[[], None]) -> Counter[str]:
    """Count how often the work makes each call."""
    _, log = traced(work, "--trace", ",".join(f"?{call}" for call in CALLS))  # ?: if this system has such a call
    return Counter(line.partition("(")[0] for line in log.splitlines())


def wait(child: int) -> bool:
    """Wait for a process; return whether it was killed."""
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


class Table:
    """The table of what the kills left."""

    def __init__(self) -> None:
        self.rows: dict[str, Counter[str]] = {}

    def look(self, row: str, index: Path, before: str, after: str, killed: bool) -> None:
        """Check an index after a kill and count what was found."""
        try:
            found = state(index)
            left = {before: "the old", after: "the new"}.get(found, "a mixture")
        except Exception as error:
            left = "nothing"
            print(f"{row}: {error}", file=sys.stderr)
        self.rows.setdefault(row, Counter())["killed" if killed else "done before"] += 1
        self.rows[row][left] += 1

    def show(self) -> int:
        """Print the table; return how many indexes were wrong."""
        columns = ("killed", "done before", "the old", "the new", "a mixture", "nothing")
        print(f"| {'at':40} | " + " | ".join(columns) + " |")
        print(f"|{'-' * 42}|" + "|".join("-" * (len(column) + 2) for column in columns) + "|")
        for row, counts in self.rows.items():
            print(f"| {row:40} | " + " | ".join(f"{counts[column]:>{len(column)}}" for column in columns) + " |")
        return sum(counts["a mixture"] + counts["nothing"] for counts in self.rows.values())


def main(kills: int, calls: int) -> int:
    """Print the table; return 1 if an index was wrong, else 0."""
    drawn = random.Random(0)
    table = Table()
    with TemporaryDirectory() as folder:
        start, index = Path(folder) / "start", Path(folder) / "index"
        embedder = Index.build(texts(0), start).embedder
        assert isinstance(embedder, Embedder)
        before = state(start)
        works: dict[str, Callable[[], None]] = {kind: partial(change, kind, index, 1) for kind in KINDS}
        after: dict[str, str] = {}
        took: dict[str, float] = {}
        for kind, work in works.items():
            shutil.copytree(start, index)
            began = time.monotonic()
            wait(forked(work))
            took[kind], after[kind] = time.monotonic() - began, state(index)
            assert after[kind] != before
            shutil.rmtree(index)

        def look(row: str, kind: str, killed: bool) -> None:
            table.look(row, index, before, after[kind], killed)
            Index.build(NEXT, index)  # the next change has to succeed, whatever was left
            assert list(Index.open(index).sources) == [NEXT.name], "the change after a kill"
            shutil.rmtree(index)

        for number in tqdm(range(kills), desc="at random"):
            kind = KINDS[number % len(KINDS)]
            shutil.copytree(start, index)
            child = forked(works[kind])
            time.sleep(drawn.uniform(0, took[kind]))
            os.kill(child, signal.SIGKILL)
            look(f"{kind}, at random", kind, wait(child))
        try:
            places: dict[str, list[tuple[str, int]]] = {call: [] for call in CALLS}
            for kind, work in works.items():
                shutil.copytree(start, index)
                for call, times in calls_of(work).items():
                    if call in places:
                        places[call] += [(kind, at) for at in range(1, times + 1)]
                shutil.rmtree(index)
        except OSError as error:
            print(f"At chosen calls: skipped, strace is needed and has to be allowed to trace ({error}).")
            return 1 if table.show() else 0
        for call, there in places.items():
            drawn.shuffle(there)
            for kind, at in tqdm([*islice(cycle(there), calls)], desc=call, disable=not there):
                shutil.copytree(start, index)
                inject = f"inject={call}:signal=KILL:when={at}"
                killed, _ = traced(works[kind], "--trace", call, "-e", inject)
                look(f"at {call}, of {len(there)} places", kind, killed)
    return 1 if table.show() else 0


if __name__ == "__main__":
    # The default lock is shared with forks; one that is killed while it holds it would stop all.
    tqdm.set_lock(threading.RLock())
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=1000, help="at random moments")
    parser.add_argument(
        "--calls", type=int, default=250, help="at each system call; places are used again if there are fewer"
    )
    given = parser.parse_args()
    sys.exit(main(given.kills, given.calls))
