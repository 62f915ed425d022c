"""How often what is shown as denying a question does so: python bench/denials.py SET [SET ...]

SET is a file of documents (`qa.evaluation.documents`) whose unanswerable questions have a ``kind`` and ``near``, the
sentence that comes nearest. Each document is asked by itself. For each least log-odds: how many of the declined
questions get a sentence as denying what they presume; for what share of these the set says so (kind "false-premise",
the same sentence); and what share of all declined questions of that kind get theirs.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tqdm import tqdm

from qa.answer import least_confidence
from qa.answering.confidence import calibration_of
from qa.answering.finding import find
from qa.evaluation.metrics import is_same_sentence
from qa.index import Index
from qa.retrieval import prepare
from qa.search.config import DEFAULT_CONFIG
from qa.text.source import Source

LEAST = (-3.0, -2.0, -1.5, -1.0, -0.5, 0.0, 0.5, 1.0)


@dataclass(frozen=True)
class Denial:
    """The unit of a declined question that most surely denies it.

    Attributes:
        score: how surely it does (a logit).
        presumes: whether the question presumes something that the text denies.
        right: whether the unit is what denies it.
    """

    score: float
    presumes: bool
    right: bool


def denials(record: dict[str, Any]) -> Iterator[Denial]:
    """Yield one for each declined question of a document, answerable or not."""
    with tempfile.TemporaryDirectory() as folder:
        index = Index.build([Source("text", record["text"])], Path(folder), keep=1)
        text, calibration = index.sources["text"].text, calibration_of(index)
        for asked in record["qas"]:
            found = find(index, prepare(index, asked["q"]), 1)
            if found.signs is None or calibration.probability(found.signs) >= least_confidence(index, DEFAULT_CONFIG):
                continue
            best = max(found.units, key=lambda unit: -99.0 if unit.denial is None else unit.denial)
            assert best.denial is not None
            near, presumes = asked.get("near") or "", asked.get("kind") == "false-premise"
            start = text.find(near) if near else -1
            right = start >= 0 and is_same_sentence((best.start, best.end), (start, start + len(near)))
            yield Denial(best.denial, presumes, presumes and right)


def measure(path: Path) -> None:
    """Print the figures of a set."""
    lines = path.read_text(encoding="utf-8").splitlines()
    found = [one for line in tqdm(lines, desc=path.stem, leave=False) for one in denials(json.loads(line))]
    presuming = sum(one.presumes for one in found)
    print(f"\n{path.stem}: {len(found)} declined, {presuming} of them presume what the text denies")
    print(f"{'least':>6} {'shown':>6} {'right':>6} {'of all':>6}")
    for least in LEAST:
        shown = [one for one in found if one.score >= least]
        right = sum(one.right for one in shown)
        precision, recall = right / max(len(shown), 1), right / max(presuming, 1)
        print(f"{least:6} {len(shown):6} {precision:6.2f} {recall:6.2f}", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sets", nargs="+", type=Path)
    for path in parser.parse_args().sets:
        measure(path)
