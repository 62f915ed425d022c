"""Measure what a change costs compared with a build of all texts: python bench/changes.py SET [--limit 1000]

Indexes that many paragraphs of the set, each as a text of its own; then adds one, ten and a hundred others, removes
one, and builds all again. Prints seconds, their share of the first build, and how many passages were embedded.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from qa import Index, Source
from qa.evaluation.sets import read_set

ADDED = (1, 10, 100)


def main(path: Path, limit: int) -> None:
    """Print the table."""
    [collection] = read_set(path).collections
    assert collection.sources is not None, "the set has to bring its texts"
    texts = list(collection.sources)[: limit + sum(ADDED)]
    first, others = texts[: -sum(ADDED)], iter(texts[-sum(ADDED) :])
    with TemporaryDirectory() as folder:
        index = Path(folder) / "index"
        Index.build([Source("loads the model", "一。")], Path(folder) / "other")
        changes: dict[str, Callable[[], Index]] = {f"build of {len(first)} texts": lambda: Index.build(first, index)}
        for count in ADDED:
            added = [next(others) for _ in range(count)]
            changes[f"add {count}"] = lambda added=added: Index.open(index).add(added)  # type: ignore[misc]
        changes["remove 1"] = lambda: Index.open(index).remove([first[0].name])
        changes["build again"] = lambda: Index.build(first, index)
        whole = 0.0
        print("change                seconds   share  embedded")
        for what, change in changes.items():
            built = change().built
            assert built
            whole = whole or built.seconds
            print(f"{what:20}  {built.seconds:7.2f}  {built.seconds / whole:6.1%}  {built.embedded:8}", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("set", type=Path, help="a question set with its texts, as for `qa eval`")
    parser.add_argument("--limit", type=int, default=1000, help="texts that are indexed first")
    given = parser.parse_args()
    main(given.set, given.limit)
