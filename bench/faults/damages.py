"""Damage the files of an index and open it: python bench/faults/damages.py [--damages 10000]

Each time one file is truncated, emptied, or has a bit flipped or bytes inserted: at its first byte, in its header, in
the middle, near its end or at its last byte. The index must then either raise an error of one sentence that names the
index and a command, or, if no answer depends on the file, give the same citation as before.
"""

from __future__ import annotations

import argparse
import random
import shutil
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from tqdm import tqdm

from qa import Index, QAError, Source, answer
from qa.suggestions import suggestions_of
from qa.text.source import Place as Leaf

TEXT = (
    "門の鍵は赤い箱の中にあります。\n\n庭師の名前は山田花子です。彼女は毎朝六時に水をまきます。\n\n池の鯉は七匹います。"
)
QUESTION = "庭師の名前は何ですか"
HEADER = 64
"""Bytes that count as the beginning, or the end, of a file."""

Place = Callable[[int, random.Random], int]
PLACES: dict[str, Place] = {
    "first byte": lambda size, drawn: 0,
    "header": lambda size, drawn: drawn.randrange(min(HEADER, size)),
    "middle": lambda size, drawn: drawn.randrange(size),
    "near the end": lambda size, drawn: size - 1 - drawn.randrange(min(HEADER, size)),
    "last byte": lambda size, drawn: size - 1,
}
DAMAGES: dict[str, Callable[[bytes, int, random.Random], bytes]] = {
    "cut": lambda content, at, drawn: content[:at],
    "flipped": lambda content, at, drawn: (
        content[:at] + bytes([content[at] ^ 1 << drawn.randrange(8)]) + content[at + 1 :]
    ),
    "put in": lambda content, at, drawn: content[:at] + drawn.randbytes(drawn.randrange(1, 9)) + content[at:],
    "emptied": lambda content, at, drawn: b"",
}


def outcome(index: Path, expected: tuple[str, int, int]) -> str:
    """Return what the damaged index does."""
    try:
        opened = Index.open(index)
        suggestions_of(opened)
        (first, *_) = answer(opened, QUESTION).citations
    except QAError as error:
        sentence = str(error)
        named = str(index) in sentence and "`qa " in sentence and "\n" not in sentence
        return "error" if named else f"error without a remedy: {sentence}"
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return "same answer" if (first.quote, first.start, first.end) == expected else "other answer"


def main(damages: int) -> int:
    """Print a table, a row for each file; return 1 if anything but an error or the right answer came, else 0."""
    drawn = random.Random(0)
    rows: dict[str, Counter[str]] = {}
    with TemporaryDirectory() as folder:
        whole, index = Path(folder) / "whole", Path(folder) / "index"
        built = Index.build(Source("garden", TEXT, (Leaf(0, page=1), Leaf(20, page=2))), whole)
        suggestions_of(built)
        (first, *_) = answer(built, QUESTION).citations
        expected = (first.quote, first.start, first.end)
        shutil.copytree(whole, index)
        files = sorted(path.relative_to(whole) for path in whole.rglob("*") if path.is_file() and path.stat().st_size)
        for _ in tqdm(range(damages), desc="damages"):
            file = drawn.choice(files)
            content = (whole / file).read_bytes()
            kind, place = drawn.choice(list(DAMAGES)), drawn.choice(list(PLACES))
            harmed = DAMAGES[kind](content, PLACES[place](len(content), drawn), drawn)
            (index / file).write_bytes(harmed)
            found = outcome(index, expected) if harmed != content else "unchanged"
            rows.setdefault(file.as_posix(), Counter())[found] += 1
            if found not in ("error", "same answer", "unchanged"):
                print(f"{file}, {kind} at {place}: {found}", file=sys.stderr)
            shutil.copyfile(whole / file, index / file)
            shutil.copyfile(whole / "suggestions.json", index / "suggestions.json")
    print(f"| {'file':44} | damages | error | same answer | wrong |")
    print(f"|{'-' * 46}|---------|-------|-------------|-------|")
    wrong = 0
    for name, counts in sorted(rows.items()):
        errors, same = counts["error"], counts["same answer"]
        harm = sum(counts.values()) - counts["unchanged"]
        wrong += harm - errors - same
        print(f"| {name:44} | {harm:>7} | {errors:>5} | {same:>11} | {harm - errors - same:>5} |")
    return 1 if wrong else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--damages", type=int, default=10_000)
    sys.exit(main(parser.parse_args().damages))
