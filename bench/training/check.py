"""Whether the documents to train on are what they should be: python bench/training/check.py [FILE ...]

Every sentence that answers must be in its document once, and have the answer in it; every sentence that comes near
must be in its document. Prints what is wrong, then how many documents and questions there are by language.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

WRITTEN = Path(__file__).parent / "documents_written.jsonl"


def faults_of(record: dict[str, Any]) -> Iterator[str]:
    """Yield what is wrong with a document."""
    text = record["text"]
    for asked in record["qas"]:
        where = f"{record['id']}: {asked['q']}"
        if not asked["answerable"]:
            if asked["near"] not in text:
                yield f"{where}: what is near is not in the document"
        elif text.count(asked["sentence"]) != 1:
            yield f"{where}: the sentence is in the document {text.count(asked['sentence'])} times"
        elif not asked["answer"] or asked["answer"] not in asked["sentence"]:
            yield f"{where}: the answer is not in its sentence"


def main() -> int:
    """Check the files; return 1 if anything is wrong."""
    files = [Path(name) for name in sys.argv[1:]] or [WRITTEN]
    records = [json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    faults = [fault for record in records for fault in faults_of(record)]
    print(*faults, sep="\n", end="\n" if faults else "")
    print(f"{len(records)} documents:", dict(Counter(record["lang"] for record in records).most_common()))
    asked = [question for record in records for question in record["qas"]]
    answered = sum(question["answerable"] for question in asked)
    print(f"{len(asked)} questions, {answered} answered:", dict(Counter(one["lang"] for one in asked).most_common()))
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(main())
