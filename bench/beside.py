"""Compare two versions: python bench/beside.py SET OTHER [--limit 60] [--rounds 3]

OTHER is a clone of this repository at another commit. Both versions index the texts of the set and are asked the same
questions, in turn, each in a process of its own. Prints the passages, the bytes of the index, the seconds of the build,
the median and the 95th percentile of the time to an answer, and the ratio of this version to the other.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

HERE = Path(__file__).resolve().parents[1]
FIGURES = {"passages": "", "bytes": " B", "build": " s", "median": " ms", "p95": " ms"}
"""What is printed -> its unit. Bytes are those of the index's newest generation; build is the seconds it took."""


def measure(path: Path, limit: int) -> dict[str, float]:
    """Return the figures of the version that is imported here."""
    from qa import Index, Source, answer

    documents = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    questions = [asked["q"] for document in documents for asked in document["qas"]]
    random.Random(0).shuffle(questions)
    with TemporaryDirectory() as folder:
        Index.build([Source("loads the model", "一。")], Path(folder) / "other")
        started = time.perf_counter()
        index = Index.build([Source(one["id"], one["text"]) for one in documents], Path(folder) / "index")
        built = time.perf_counter() - started
        generation = Path(folder) / "index" / "generations" / str(index.generation)
        size = sum(file.stat().st_size for file in generation.rglob("*") if file.is_file())
        times = []
        for number, question in enumerate(questions[: limit + 3]):
            started = time.perf_counter()
            answer(index, question)
            if number >= 3:  # the first ones load what is used later
                times.append(1000 * (time.perf_counter() - started))
    p95 = statistics.quantiles(times, n=20)[-1]
    return {
        "passages": len(index.passages), "bytes": size, "build": built, "median": statistics.median(times), "p95": p95,
    }  # fmt: skip


def main(path: Path, other: Path, limit: int, rounds: int) -> None:
    """Print the table."""
    measured: dict[Path, list[dict[str, float]]] = {other: [], HERE: []}
    for number in range(rounds):
        for version in list(measured)[:: -1 if number % 2 else 1]:
            command = [sys.executable, __file__, str(path), "--limit", str(limit)]
            environment = {**os.environ, "PYTHONPATH": str(version)}
            done = subprocess.run(command, cwd=version, env=environment, check=True, stdout=subprocess.PIPE)
            measured[version].append(json.loads(done.stdout))
    print(f"{path.name}: {limit} questions, median of {rounds} rounds")
    print("             other        this  ratio")
    for name, unit in FIGURES.items():
        before, now = (statistics.median(one[name] for one in measured[version]) for version in (other, HERE))
        print(f"{name:8}{before:10,.0f}{unit:3}{now:9,.0f}{unit:3}{now / before:6.2f}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("set", type=Path, help="documents with their questions, one JSON object per line")
    parser.add_argument("other", type=Path, nargs="?", help="a clone at another commit; without it, only this one")
    parser.add_argument("--limit", type=int, default=60, help="questions that are timed")
    parser.add_argument("--rounds", type=int, default=3, help="how often each version is measured")
    given = parser.parse_args()
    if given.other is None:
        print(json.dumps(measure(given.set.resolve(), given.limit)))
    else:
        main(given.set.resolve(), given.other.resolve(), given.limit, given.rounds)
