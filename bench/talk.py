"""How turns are taken that are no questions, and questions that look like them: python bench/talk.py SET [--index DIR]

SET is JSON lines with q and kind: "real", or what the turn says (`qa.conversation.kinds`). Without an index the
classifier alone decides. With one each turn is replied to, so that a doubtful turn that the texts answer is a question.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from pathlib import Path

from tqdm import tqdm

from qa.conversation import reply
from qa.conversation.classifier import LEAST_CERTAIN, NONSENSE, has_words, load_classifier
from qa.conversation.kinds import REAL, Said, reply_kind
from qa.index import Index
from qa.search.weights import load_model


def taken_alone(turns: list[str]) -> list[tuple[str, float]]:
    """Return what the classifier takes turns for, and how surely they are no questions."""
    classifier, model = load_classifier(), load_model()
    assert classifier is not None
    read = [classifier.read(model.embed_question(turn)) if has_words(turn) else NONSENSE for turn in turns]
    return [(one.said or REAL, one.probability) for one in read]


def taken_by(index: Index, turns: list[str]) -> list[tuple[str, float]]:
    """Return what the turns are taken for when each is replied to."""
    replies = (reply(index, turn) for turn in tqdm(turns, leave=False))
    return [(one.turn or REAL, one.confidence if one.turn else 0.0) for one in replies]


def main() -> None:
    """Print the figures of a set, and each turn that is taken for something else."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("set", type=Path)
    parser.add_argument("--index", type=Path)
    options = parser.parse_args()
    rows = [json.loads(line) for line in options.set.read_text(encoding="utf-8").splitlines()]
    asked = [row["q"] for row in rows]
    taken = taken_by(Index.open(options.index), asked) if options.index else taken_alone(asked)
    kept: dict[str, list[tuple[bool, bool, bool]]] = defaultdict(list)
    for row, (said, sure) in zip(rows, taken, strict=True):
        is_real, is_asked = row["kind"] == REAL, said == REAL
        is_kind = is_real == is_asked and (is_real or reply_kind(Said(said)) is reply_kind(Said(row["kind"])))
        kept[row["kind"]].append((is_real == is_asked, is_kind, said == row["kind"]))
        if not is_kind or (not is_real and sure < LEAST_CERTAIN):
            print(f"{'doubtful' if is_kind else 'WRONG':8}  {row['kind']:16} {said:16} {sure:.2f}  {row['q']}")
    print("\nkind              turns  asked or not  reply's kind  what it says")
    groups = {**kept, "all but real": [one for kind, own in kept.items() if kind != REAL for one in own]}
    for kind, own in groups.items():
        right, of_kind, said = (sum(column) / len(own) for column in zip(*own, strict=True))
        print(f"{kind:16}  {len(own):5}  {right:12.3f}  {of_kind:12.3f}  {said:12.3f}")


if __name__ == "__main__":
    main()
