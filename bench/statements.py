"""How the check of a model's reply takes sentences with a planted fault, and sound ones: python bench/statements.py

``statements.jsonl`` has 200 of each, over the documents of ``training/documents_written.jsonl``. The thresholds of
`qa.llm` were chosen on every second document; the table is for all and for the other half. ``--tune`` prints what
other thresholds give on the half that chooses; ``--show`` prints each sentence that is taken wrongly.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

from tqdm import tqdm

from qa.citations import Citation, cite
from qa.llm import check, names
from qa.llm.check import Checker
from qa.llm.statements import Statement, statements_of
from qa.llm.support import Support
from qa.llm.written import Reason
from qa.text.sections import layout
from qa.text.source import Source

HERE = Path(__file__).parent
KINDS = ("number", "date", "name", "quotation", "citation", "negation", "relation")
PROMISED = KINDS[:5]
"""The faults that must be found; of the others as many as negators and scores can show."""


class KeptSupport(Support):
    """A support that reads each sentence once, whatever the thresholds."""

    def __init__(self, given: list[Citation]) -> None:
        super().__init__(given)
        self._scores: dict[str, dict[int, float]] = {}
        self._embeddings: dict[str, Any] = {}

    def of(self, words: str) -> dict[int, float]:
        if words not in self._scores:
            self._scores[words] = super().of(words)
        return self._scores[words]

    def embedded(self, words: str) -> Any:
        if words not in self._embeddings:
            self._embeddings[words] = super().embedded(words)
        return self._embeddings[words]


def read_set() -> Iterator[tuple[int, str | None, Checker, Statement, str]]:
    """Yield each sentence with the number of its document, its fault and what checks it."""
    documents = [json.loads(line) for line in (HERE / "training/documents_written.jsonl").open(encoding="utf-8")]
    texts = {one["id"]: Source(one["title"], one["text"]) for one in documents}
    for number, line in enumerate((HERE / "statements.jsonl").open(encoding="utf-8")):
        row = json.loads(line)
        source = texts[row["document"]]
        starts = [source.text.index(sentence) for sentence in row["given"]]
        spans = [(source.name, at, at + len(one)) for at, one in zip(starts, row["given"], strict=True)]
        given = cite(spans, {source.name: source}, {source.name: layout(source.text, source.marks).blocks})
        checker = Checker(row["question"], given, KeptSupport(given))
        for one in row["statements"]:
            [statement] = statements_of(one["text"])
            yield number, one["fault"], checker, statement, one["text"]


def table(struck: list[tuple[int, str | None, Reason]]) -> str:
    """Return how many of each kind are struck, of all and of the half that did not choose the thresholds."""
    lines = ["fault        all           other half    reasons"]
    for kind in (*KINDS, "those five", None):
        of_kind = PROMISED if kind == "those five" else (kind,)
        own = [(number, reason) for number, fault, reason in struck if fault in of_kind]
        shares = []
        for half in (own, [one for one in own if one[0] % 2]):
            found = sum(reason is not Reason.PASSED for _, reason in half)
            shares.append(f"{found:3} of {len(half):3} {found / max(1, len(half)):.2f}")
        reasons = Counter(reason.value for _, reason in own if reason is not Reason.PASSED)
        told = ", ".join(f"{reason} {count}" for reason, count in reasons.most_common())
        lines.append(f"{kind or 'none: sound':11}  {'   '.join(shares)}   {told}")
    return "\n".join(lines)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tune", action="store_true")
    parser.add_argument("--show", action="store_true")
    options = parser.parse_args()
    rows = list(read_set())
    struck = []
    for number, fault, checker, statement, text in tqdm(rows, leave=False):
        verdict = checker.check(statement, text)
        struck.append((number, fault, verdict.reason))
        if options.show and (fault is None) != verdict.passed:
            print(f"{fault or 'sound':10} {verdict.reason.value or 'passed':11} {text}  {verdict.detail}")
    print(table(struck))
    if not options.tune:
        return
    chosen = [row for row in rows if row[0] % 2 == 0]
    print("\nname  margin  support   five kinds  others  sound")
    for name, margin, least in product((-0.8, -0.4, 0.0), (-0.2, -0.12, -0.06), (0.2, 0.28, 0.36)):
        names.LEAST_NAME, check.LEAST_MARGIN, check.LEAST_SUPPORT = name, margin, least
        found = [(fault, not checker.check(one, text).passed) for _, fault, checker, one, text in chosen]
        five, others, sound = (
            [is_struck for fault, is_struck in found if fault in kinds] for kinds in (PROMISED, KINDS[5:], (None,))
        )
        counts = (f"{sum(one)} of {len(one)}" for one in (five, others, sound))
        print(f"{name:5.2f}  {margin:5.2f}  {least:6.2f}   {'  '.join(counts)}")


if __name__ == "__main__":
    main()
