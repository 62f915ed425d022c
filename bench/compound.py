"""How turns that are several questions are answered: python bench/compound.py SET [--index DIR] [--half H] [--single]

SET is JSON lines of turns with their parts (`bench/training/compound_written.jsonl`); the documents are looked for in
the files of documents beside it. ``divided`` is the share of turns that are answered part by part; of the questions in
them, ``first`` is the share whose sentence is the first citation of a part, ``cited`` that whose sentence is cited at
all, and ``declined`` the share of those without an answer that are declined by themselves. Each is followed by what
the turn gives as one question. With --single, SET is a set of questions as `qa eval` reads them: printed is the share
of the answerable ones whose citation [1], if nothing may be declined, is another one because the question is divided.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from tqdm import tqdm

from qa.answer import Answer, answer_found, look_up
from qa.answering.cuts import joints_of
from qa.evaluation.metrics import is_same_sentence
from qa.evaluation.sets import place, read_set
from qa.index import Index
from qa.retrieval import prepare
from qa.search.config import DEFAULT_CONFIG
from qa.text.source import Source

FORCED = replace(DEFAULT_CONFIG, bold=0.0)
Place = tuple[str, int, int]


def main() -> None:
    """Ask the turns and print the shares."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("set", type=Path)
    parser.add_argument("--index", type=Path, help="an index of the set's texts, if there is one")
    parser.add_argument("--half", choices=("tune", "check"), help="only the turns that the numbers are (not) fitted to")
    parser.add_argument("--single", action="store_true", help="SET has single questions, which should stay whole")
    parser.add_argument("--limit", type=int, help="of single questions, ask only the first N that could be divided")
    given = parser.parse_args()
    if given.single:
        measure_singles(given.set, given.index, given.limit)
        return
    turns = [json.loads(line) for line in given.set.read_text(encoding="utf-8").splitlines()]
    texts = documents_near(given.set)
    named = sorted({part["doc"] for turn in turns for part in turn["parts"]})
    chosen = [turn for turn in turns if given.half in (None, turn["half"])]
    with opened(given.index, [Source(name, texts[name]) for name in named]) as index:
        measure_turns(index, chosen)


def documents_near(path: Path) -> dict[str, str]:
    """Return name -> text of the documents in the files beside a set."""
    files = path.resolve().parent.glob("documents*.jsonl")
    records = (json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines())
    return {record["id"]: record["text"] for record in records}


@contextmanager
def opened(folder: Path | None, sources: Sequence[Source]) -> Iterator[Index]:
    """Open an index, or make one in a temporary folder."""
    if folder is not None:
        yield Index.open(folder)
        return
    with tempfile.TemporaryDirectory() as made:
        yield Index.build(sources, Path(made), keep=1)


def measure_turns(index: Index, turns: Sequence[dict[str, Any]]) -> None:
    """Print the table of the turns of each kind."""
    rows: dict[str, list[list[Any]]] = defaultdict(list)
    for turn in tqdm(turns, leave=False):
        found = look_up(index, prepare(index, turn["q"]), 1)
        divided = answer_found(index, found, 1)
        whole = answer_found(index, replace(found, parts=()), 1)
        wanted = [place_of(index, part) for part in turn["parts"]]
        own = divided.parts or (divided,)
        row = [bool(divided.parts)]
        for answers in (own, (whole,)):
            right = [one for one in wanted if one is not None]
            row.append([any(is_at(answer, one, first=True) for answer in answers) for one in right])
            row.append([any(is_at(answer, one) for answer in answers) for one in right])
        pairs = zip(own, wanted, strict=True) if len(own) == len(wanted) else ()
        row.append([not answer.answered for answer, one in pairs if one is None])
        for kind in (turn["kind"], turn["lang"], "several" if len(wanted) > 1 else "one"):
            rows[kind].append(row)
    print(f"{'':12} {'turns':>5} divided   first (as one)   cited (as one)  declined")
    for kind, own_rows in rows.items():
        shares = [share([row[0] for row in own_rows])]
        shares += [share([one for row in own_rows for one in row[column]]) for column in (1, 3, 2, 4, 5)]
        divided, first, one_first, cited, one_cited, declined = shares
        counted = f"{kind:12} {len(own_rows):5} {divided:>7}"
        print(f"{counted}   {first:>5} {one_first:>8}   {cited:>5} {one_cited:>8}  {declined:>8}")


def place_of(index: Index, part: dict[str, Any]) -> Place | None:
    """Return where the sentence of a part stands; None if nothing answers it."""
    if not part["answerable"]:
        return None
    start = index.sources[part["doc"]].text.index(part["sentence"])
    return part["doc"], start, start + len(part["sentence"])


def is_at(answer: Answer, place: Place, first: bool = False) -> bool:
    """Return whether an answer cites a place, or cites it first."""
    cited = answer.citations[:1] if first else answer.citations
    return any(one.source == place[0] and is_same_sentence((one.start, one.end), place[1:]) for one in cited)


def measure_singles(path: Path, folder: Path | None, limit: int | None) -> None:
    """Print how many single questions are divided, and of how many that changes the first citation."""
    questions = read_set(path)
    if folder is not None and questions.needs_index:
        questions = place(questions, Index.open(folder).sources)
    asked = could_be = divided = changed = worse = 0
    for collection in questions.collections:
        with opened(folder, collection.sources or ()) as index:
            for question in tqdm(collection.questions, leave=False):
                asked += question.answerable
                query = prepare(index, question.question)
                spans = [(start, end) for start, end in query.embedded.spans.tolist()]
                if not question.answerable or not joints_of(query.question, spans) or could_be == limit:
                    continue
                could_be += 1
                found = look_up(index, query, 1, config=FORCED)
                if not found.parts:
                    continue
                divided += 1
                one, other = (answer_found(index, each, 1, FORCED) for each in (found, replace(found, parts=())))
                was, now = (question.is_answered_by(*place_in(each)) for each in (other, one))
                changed += place_in(one) != place_in(other)
                worse += was and not now
    print(f"{asked} answerable questions, {could_be} with a joint tried: {divided} divided, [1] changed in {changed}")
    print(f"[1] was right and no longer is in {worse}")


def place_in(answer: Answer) -> Place:
    """Return the place of citation [1]."""
    first = answer.citations[0]
    return first.source, first.start, first.end


def share(values: Sequence[bool]) -> str:
    """Return a share as it is printed."""
    return f"{sum(values) / len(values):.3f}" if values else "-"


if __name__ == "__main__":
    main()
