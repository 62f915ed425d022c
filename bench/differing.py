"""How often answers that differ are seen to: python bench/differing.py DOCUMENTS.jsonl [--limit N]

Each document with its questions (`qa/evaluation/documents.py`) is indexed twice: as it is, and with another number in
each sentence that answers a question by a number. A question is answered from both together, where two sentences
answer differently, and from the document alone, where as a rule one does. Printed are, of the questions whose first
citation is right, the shares where another citation is said to answer differently.
"""

from __future__ import annotations

import argparse
import json
import random
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tqdm import tqdm

from qa.answer import Answer, answer_query
from qa.evaluation.metrics import is_same_sentence
from qa.index import Index
from qa.retrieval import passages_of, prepare
from qa.search.config import DEFAULT_CONFIG
from qa.text.source import Source

AS_SURE = (0.25, 0.5, 1.0, 1.5, 3.0)
_DIGITS = re.compile(r"\d+")


def with_other_numbers(text: str, questions: list[dict[str, Any]], rng: random.Random) -> tuple[str, set[str]]:
    """Return a text of the same length with another number in each answer that has one, and these questions."""
    changed = text
    asked: set[str] = set()
    for question in questions:
        at = text.find(question["sentence"]) if question["answerable"] else -1
        found = _DIGITS.search(question["answer"]) if at >= 0 else None
        inside = question["sentence"].find(question["answer"]) if found else -1
        if found is None or inside < 0:
            continue
        start = at + inside + found.start()
        number = found.group()
        other = str(rng.randint(1, 9)) + "".join(str(rng.randint(0, 9)) for _ in number[1:])
        if other != number and changed[start : start + len(number)] == number:
            changed = changed[:start] + other + changed[start + len(number) :]
            asked.add(question["q"])
    return changed, asked


def is_right(result: Answer, text: str, sentence: str) -> bool:
    """Return whether the first citation is the sentence; the other text has it at the same place."""
    start = text.find(sentence)
    first = result.citations[0] if result.citations else None
    return first is not None and is_same_sentence((first.start, first.end), (start, start + len(sentence)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("documents", type=Path, help="documents with their questions, JSON lines")
    parser.add_argument("--limit", type=int, default=40, help="how many documents (40)")
    options = parser.parse_args()
    records = [json.loads(line) for line in options.documents.read_text(encoding="utf-8").splitlines()]
    rng = random.Random(0)
    rng.shuffle(records)
    counts: dict[float, Counter[str]] = {as_sure: Counter() for as_sure in AS_SURE}
    for record in tqdm(records[: options.limit]):
        changed, asked = with_other_numbers(record["text"], record["qas"], rng)
        with TemporaryDirectory() as folder:
            index = Index.build([Source("as it is", record["text"]), Source("changed", changed)], Path(folder))
            text = index.sources["as it is"].text
            alone = passages_of(index, "as it is")
            for question in (one for one in record["qas"] if one["answerable"]):
                query = prepare(index, question["q"])
                for as_sure, count in counts.items():
                    config = replace(DEFAULT_CONFIG, bold=0.0, as_sure=as_sure)
                    if question["q"] in asked:
                        both = answer_query(index, query, 1, None, config)
                        if is_right(both, text, question["sentence"]):
                            count["disagree"] += 1
                            count["seen"] += bool(both.differing)
                    one = answer_query(index, query, 1, alone, config)
                    if is_right(one, text, question["sentence"]):
                        count["agree"] += 1
                        count["wrongly"] += bool(one.differing)
    for as_sure, count in counts.items():
        seen, wrongly = count["seen"] / max(1, count["disagree"]), count["wrongly"] / max(1, count["agree"])
        print(
            f"as_sure {as_sure:<5} two documents that disagree: {seen:.3f} of {count['disagree']}"
            f"   one document: {wrongly:.3f} of {count['agree']}"
        )


if __name__ == "__main__":
    main()
