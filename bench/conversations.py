"""How conversations are understood: python bench/conversations.py SET [--index DIR] [--limit N]

SET is a file of conversations (`qa.evaluation.documents`). Every turn is asked in three ways: in the conversation,
after what was really answered before; in its complete form, by itself; and as it stands, by itself. For each way, and
for turns that depend on what went before and turns that do not (without the first ones): the share of answerable turns
whose sentence is cited first, is cited at all, and is the best if nothing may be declined, and the share of
unanswerable turns that are declined. "switched" are the first turns of conversations, asked after the last answers of
a conversation about another text.
"""

from __future__ import annotations

import argparse
import random
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from qa.answer import Answer
from qa.evaluation.questions import Question
from qa.evaluation.scores import QuestionScore, score_question
from qa.evaluation.sets import read_set
from qa.index import Index
from qa.text.source import Source

Scores = dict[tuple[str, str], list[QuestionScore]]


def main() -> None:
    """Ask the conversations and print the shares."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("set", type=Path)
    parser.add_argument("--index", type=Path, help="an index of the set's texts, if there is one")
    parser.add_argument("--limit", type=int, help="ask only so many conversations, drawn at random")
    given = parser.parse_args()
    [collection] = read_set(given.set).collections
    assert collection.sources is not None
    conversations: dict[str, list[Question]] = defaultdict(list)
    for question in collection.questions:
        conversations[question.conversation].append(question)
    drawn = list(conversations.values())
    random.Random(0).shuffle(drawn)
    scores: Scores = defaultdict(list)
    with _index(given.index, collection.sources) as index:
        earlier: list[Answer] = []
        for number, turns in enumerate(drawn[: given.limit], 1):
            earlier = _ask(index, turns, earlier, scores)
            if number % 10 == 0:
                print(f"after {number} conversations\n{_table(scores)}\n", flush=True)
    print(_table(scores))


@contextmanager
def _index(folder: Path | None, sources: Sequence[Source]) -> Iterator[Index]:
    if folder is not None:
        yield Index.open(folder)
        return
    with tempfile.TemporaryDirectory() as made:
        yield Index.build(sources, Path(made), keep=1)


def _ask(index: Index, turns: Sequence[Question], earlier: Sequence[Answer], scores: Scores) -> list[Answer]:
    """Ask the turns of a conversation in every way; return what was answered in it."""
    history: list[Answer] = []
    if earlier:
        scores["switched", "in the conversation"].append(_score(index, turns[0], list(earlier)))
    for question in turns:
        kind = "independent" if question.kind == "depends on none" else "dependent"
        complete = score_question(index, question, 1)
        first = not history
        given = _score(index, question, history)
        bare = replace(question, question=question.turn)
        alone = complete if bare == question else score_question(index, bare, 1)
        if first:
            scores["switched", "complete"] += [complete] if earlier else []
            scores["first", "complete"].append(complete)
            continue
        scores[kind, "in the conversation"].append(given)
        scores[kind, "complete"].append(complete)
        scores[kind, "as it stands"].append(alone)
    return history


def _score(index: Index, question: Question, history: list[Answer]) -> QuestionScore:
    return score_question(index, question, 1, history=history)


def _table(scores: Scores) -> str:
    lines = [f"{'turns':12} {'asked':20} {'n':>4} first cited best declined"]
    for (kind, way), found in sorted(scores.items()):
        judged = [score for score in found if score.judged]
        rest = [score for score in found if not score.answerable]
        shares = [
            _share([score.evidence.first for score in judged]),
            _share([score.evidence.cited for score in judged]),
            _share([score.forced.first for score in judged]),
            _share([not score.answered for score in rest]),
        ]
        lines.append(f"{kind:12} {way:20} {len(judged):4} {shares[0]:>5} {shares[1]:>5} {shares[2]:>4} {shares[3]:>8}")
    return "\n".join(lines)


def _share(values: Sequence[bool]) -> str:
    return f"{sum(values) / len(values):.3f}".lstrip("0") if values else "-"


if __name__ == "__main__":
    main()
