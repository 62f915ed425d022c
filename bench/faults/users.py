"""Many users at once while texts come and go: python bench/faults/users.py [--users 64] [--minutes 5]

A server in a process of its own; each user asks one question after another over HTTP, while another process adds and
removes texts of the same index. Each text names its state, so that an answer out of two generations shows. Prints
latencies, what the answers were, and the server's memory over time.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import sys
import threading
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx

from qa import Index, Source

sys.path.insert(0, str(Path(__file__).parents[2] / "tests"))
from browser import serving

QUESTIONS = (
    "状態は何番ですか",
    "色は何番ですか",
    "Which state is it?",
    "第3話の段落は何ですか",
    "現在的状态是几号？",
    "富士山の高さは",
)
PAUSE = 1.0
"""Seconds between two changes of the index."""
EVERY = 5.0
"""Seconds between two measurements of the memory."""


def texts(number: int) -> list[Source]:
    """Return the texts of a state; every sentence names it."""
    said = "\n\n".join(f"状態{number}の第{n}話の段落です。" for n in range(12))
    return [Source("a", f"状態は{number}番です。\n\n{said}"), Source("b", f"状態{number}の色は{number}番です。")]


class Changes:
    """Changes by another process: the two texts of a state, then a third added, then that removed."""

    def __init__(self, index: Path) -> None:
        self.index = index
        self.number = 0
        self.states: dict[str, dict[int, str]] = {}  # of each source: its text in each state that was ever there
        self.made = 0
        self.stopped = threading.Event()
        self.keep(texts(0))

    def keep(self, sources: list[Source]) -> None:
        """Return the texts that an answer may be from."""
        for source in sources:
            self.states.setdefault(source.name, {})[self.number] = source.text

    def run(self) -> None:
        """Change the index until stopped."""
        while not self.stopped.wait(PAUSE):
            self.number += 1
            extra = Source("c", f"状態{self.number}の追加です。")
            self.keep([*texts(self.number), extra])
            Index.build(texts(self.number), self.index)
            Index.open(self.index).add(extra)
            Index.open(self.index).remove(["c"])
            self.made += 3

    def judged(self, answer: dict[str, object]) -> str:
        """Return whether all that an answer shows is in the texts of one state."""
        shown = [(c["source"], c["start"], c["end"], c["quote"]) for c in answer["citations"]]  # type: ignore[attr-defined]
        shown += [(hit["source"], hit["start"], hit["end"], hit["text"]) for hit in answer.get("related", ())]  # type: ignore[attr-defined]
        states = None
        for name, start, end, quote in shown:
            here = {n for n, text in self.states[name].items() if text[start:end] == quote}
            states = here if states is None else states & here
        if not shown:
            return "wrong"
        if not states:
            print(f"not of one state: {shown}", file=sys.stderr)
        return "right" if states else "mixed or wrong"


def user(address: str, changes: Changes, until: float, seed: int, seen: Counter[str], times: list[float]) -> None:
    """Ask until the time is over."""
    drawn = random.Random(seed)
    with httpx.Client(timeout=120, trust_env=False) as client:
        while time.monotonic() < until:
            began = time.monotonic()
            try:
                call = f"{address}gradio_api/call/answer"
                event = client.post(call, json={"data": [drawn.choice(QUESTIONS), 10, None]}).json()["event_id"]
                lines = client.get(f"{call}/{event}").text.splitlines()
                assert "event: complete" in lines, lines[:2]
                [answer] = json.loads(next(line for line in lines if line.startswith("data: [")).removeprefix("data: "))
                seen[changes.judged(answer)] += 1
            except Exception as error:
                seen["lost"] += 1
                print(f"lost: {type(error).__name__}: {error}", file=sys.stderr)
            times.append(time.monotonic() - began)


def serving_from(index: Path) -> int:
    """Return the id of the process that serves this index."""
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it has ended meanwhile
            if os.fsencode(index) in (process / "cmdline").read_bytes().split(b"\0"):
                return int(process.name)
    raise RuntimeError("no server")


def memory(server: int) -> int:
    """Return the server's resident memory in MiB."""
    status = Path(f"/proc/{server}/status").read_text(encoding="ascii")
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]) >> 10


def main(users: int, minutes: float) -> int:
    """Print the table; return 1 if an answer was wrong, mixed or lost, else 0."""
    with TemporaryDirectory() as folder:
        index = Path(folder) / "index"
        Index.build(texts(0), index)
        with serving(index) as address:
            server = serving_from(index)
            changes = Changes(index)
            until = time.monotonic() + minutes * 60
            seen: Counter[str] = Counter()
            times: list[float] = []
            sizes: list[int] = []
            threads = [threading.Thread(target=changes.run)]
            for seed in range(users):
                given_user = (address, changes, until, seed, seen, times)
                threads.append(threading.Thread(target=user, args=given_user))
            for thread in threads:
                thread.start()
            while time.monotonic() < until:
                time.sleep(EVERY)
                sizes.append(memory(server))
            for thread in threads[1:]:
                thread.join()
            changes.stopped.set()
            threads[0].join()
            if seen["lost"]:
                print((index.parent / "server.log").read_text(encoding="utf-8")[-4000:], file=sys.stderr)
    cuts = statistics.quantiles(times, n=100)
    middle = len(sizes) // 2
    for name, value in (
        ("users", users), ("answers", len(times)), ("right for one generation", seen["right"]),
        ("mixed or wrong", seen["mixed or wrong"] + seen["wrong"]), ("lost", seen["lost"]),
        ("changes of the index meanwhile", changes.made), ("answers a second", f"{len(times) / minutes / 60:.1f}"),
        ("p50, p95, p99 in seconds", f"{cuts[49]:.2f}, {cuts[94]:.2f}, {cuts[98]:.2f}"),
        ("peak memory in MiB", max(sizes)),
        ("memory after a quarter, a half, at the end", f"{sizes[len(sizes) // 4]}, {sizes[middle]}, {sizes[-1]}"),
    ):  # fmt: skip
        print(f"| {name:44} | {value} |")
    return 1 if seen["right"] != len(times) else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--users", type=int, default=64)
    parser.add_argument("--minutes", type=float, default=5)
    given = parser.parse_args()
    sys.exit(main(given.users, given.minutes))
