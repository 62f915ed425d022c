"""Train the classifier of turns (`qa.conversation`): python bench/training/talk.py [--only-check]

Multinomial logistic regression over the embeddings of the turns in ``talk.jsonl`` and of questions from
``documents_written.jsonl``. Prints what three-fold cross-validation gives, then writes the weights into the package.
"""

from __future__ import annotations

import argparse
import json
import random
from importlib.resources import files
from pathlib import Path

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from tqdm import tqdm

from qa.conversation.classifier import LANGUAGES, TalkConfig, features, save_classifier
from qa.conversation.kinds import CLASSES, REAL, Said, reply_kind
from qa.search.weights import load_model

HERE = Path(__file__).parent
QUESTIONS = 1200
"""Questions of the documents, besides those among the turns."""
BATCH = 32
STRENGTH = 0.1
"""``C`` of the regression: from 0.03 to 0.3 cross-validation gives the same."""

Matrix = npt.NDArray[np.float32]


def read_turns() -> list[tuple[str, str, str]]:
    """Return text, class and language of each turn."""
    rows = [json.loads(line) for line in (HERE / "talk.jsonl").read_text(encoding="utf-8").splitlines()]
    turns = [(row["q"], row["kind"], row["lang"]) for row in rows]
    documents = (json.loads(line) for line in (HERE / "documents_written.jsonl").read_text("utf-8").splitlines())
    questions = [(asked["q"], REAL, asked.get("lang", one["lang"])) for one in documents for asked in one["qas"]]
    return turns + random.Random(2).sample(questions, QUESTIONS)


def fitted(x: Matrix, y: npt.NDArray[np.int64], classes: int) -> tuple[Matrix, Matrix]:
    """Return weights [c, d] and biases [c] for features as they are."""
    mean, scale = x.mean(axis=0), 1 / (x.std(axis=0) + 1e-6)
    found = LogisticRegression(C=STRENGTH, max_iter=400).fit((x - mean) * scale, y)
    assert found.coef_.shape[0] == classes
    weights = found.coef_ * scale
    return weights, found.intercept_ - weights @ mean


def check(x: Matrix, y: npt.NDArray[np.int64]) -> None:
    """Print how turns are taken that the classifier was not trained on."""
    taken = np.zeros_like(y)
    for known, unknown in StratifiedKFold(3, shuffle=True, random_state=0).split(x, y):
        weights, biases = fitted(x[known], y[known], len(CLASSES))
        logits = x[unknown] @ weights.T + biases
        odds = np.exp(logits - logits.max(axis=1, keepdims=True))
        is_real = odds[:, 0] > odds[:, 1:].sum(axis=1)
        taken[unknown] = np.where(is_real, 0, odds[:, 1:].argmax(axis=1) + 1)
    kinds = np.array([-1, *(list(Said).index(Said(one)) for one in CLASSES[1:])])
    replies = np.array(["", *(reply_kind(Said(one)) for one in CLASSES[1:])])
    real = y == 0
    print(f"questions asked                {np.mean(taken[real] == 0):.3f} of {real.sum()}")
    print(f"other turns not asked          {np.mean(taken[~real] != 0):.3f} of {(~real).sum()}")
    print(f"other turns, the reply's kind  {np.mean(replies[taken[~real]] == replies[y[~real]]):.3f}")
    print(f"other turns, what they say     {np.mean(kinds[taken[~real]] == kinds[y[~real]]):.3f}")


def main() -> None:
    """Train, check and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only-check", action="store_true", help="write nothing")
    only_check = parser.parse_args().only_check
    model, turns = load_model(), read_turns()
    turns.sort(key=lambda turn: len(turn[0].encode()))  # so that little is padded
    embedded = (
        one
        for first in tqdm(range(0, len(turns), BATCH))
        for one in model.embed_questions([text for text, _, _ in turns[first : first + BATCH]])
    )
    x = np.array([features(one) for one in embedded])
    y = np.array([CLASSES.index(kind) for _, kind, _ in turns])
    check(x, y)
    if only_check:
        return
    spoken = {"ja": "ja", "zh": "zh-Hans", "zh-Hant": "zh-Hans", "ar": "ar"}
    languages = np.array([LANGUAGES.index(spoken.get(tag, LANGUAGES[0])) for _, _, tag in turns])
    is_talk = y != 0
    w, b = fitted(x, y, len(CLASSES))
    wl, bl = fitted(x[is_talk], languages[is_talk], len(LANGUAGES))
    made = model.record
    config = TalkConfig(made.name, made.fingerprint, made.directions, made.prompts.query)
    weights = {"w": w, "b": b, "wl": wl, "bl": bl}
    print(save_classifier(Path(str(files("qa") / "conversation")), config, weights).sha256)


if __name__ == "__main__":
    main()
