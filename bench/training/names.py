"""Train what tells names in a model's reply (`qa.llm.names`): python bench/training/names.py

Logistic regression over the vectors of tokens of ``documents_written.jsonl``, without the documents of
``bench/statements.jsonl``. In Latin script a capital within a sentence shows a name; most of these sentences are given
in lower case, so that nothing but the meaning is left to learn. In Japanese, Chinese and Korean the answers to
questions for persons are names, and those to questions for reasons and conditions are not.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from tqdm import tqdm

from qa.llm.names import NameWeights, names_by_capitals, save_name_weights
from qa.search.weights import load_model
from qa.text.sentences import split_sentences

HERE = Path(__file__).parent
LATIN = frozenset(["en", "fr", "es", "it", "nl", "pl", "pt"])
OTHERS = frozenset(["ja", "zh", "zh-Hant", "ko"])
NO_NAMES = frozenset(["why", "condition", "what", "how"])
SENTENCES = 900
"""Sentences in Latin script."""
AS_WRITTEN = 0.3
"""Share of them that keep their capitals."""
STRENGTH = 30
PERSON = 3
"""Weight of the tokens of a sentence with a person that was asked for."""


class Sentence(NamedTuple):
    """A sentence, the places of its names, the place that is learnt from (None: all of it) and its weight."""

    text: str
    names: list[tuple[int, int]]
    only: tuple[int, int] | None
    weight: float


def sentences_in_latin_script(documents: list[dict], draw: random.Random) -> list[Sentence]:
    """Return sentences with the places of their capitalised words."""
    found = []
    for one in documents:
        if one["lang"] not in LATIN:
            continue
        for start, end in split_sentences(one["text"]):
            text = one["text"][start:end]
            lower = text.lower()
            if 30 < len(text) < 300 and not set("|\n") & set(text) and text[0] != "#" and len(lower) == len(text):
                found.append(
                    Sentence(text if draw.random() < AS_WRITTEN else lower, list(names_by_capitals(text)), None, 1)
                )
    draw.shuffle(found)
    return found[:SENTENCES]


def sentences_with_answers(documents: list[dict], draw: random.Random) -> Iterator[Sentence]:
    """Yield sentences of other scripts whose answers are persons, and some whose answers are no names."""
    for one in documents:
        for asked in one["qas"] if one["lang"] in OTHERS else ():
            if (
                not asked["answerable"]
                or len(asked["sentence"]) >= 200
                or asked["sentence"].count(asked["answer"]) != 1
            ):
                continue
            start = asked["sentence"].index(asked["answer"])
            place = (start, start + len(asked["answer"]))
            if asked["kind"] == "who":
                yield Sentence(asked["sentence"], [place], None, PERSON)
            elif asked["kind"] in NO_NAMES and draw.random() < 0.25:
                yield Sentence(asked["sentence"], [], place, 1)


def main() -> None:
    """Train, print how well it separates what it was trained on, and write."""
    draw = random.Random(0)
    measured = {json.loads(line)["document"] for line in (HERE.parent / "statements.jsonl").open(encoding="utf-8")}
    documents = [json.loads(line) for line in (HERE / "documents_written.jsonl").open(encoding="utf-8")]
    documents = [one for one in documents if one["id"] not in measured]
    model = load_model()
    x, y, weights = [], [], []
    sentences = [*sentences_in_latin_script(documents, draw), *sentences_with_answers(documents, draw)]
    for sentence in tqdm(sentences):
        embedded = model.embed_question(sentence.text)
        for (start, end), vector in zip(embedded.spans.tolist(), embedded.tokens, strict=True):
            is_outside = sentence.only is not None and not (start < sentence.only[1] and sentence.only[0] < end)
            if is_outside or not any(map(str.isalpha, sentence.text[start:end])):
                continue
            x.append(vector)
            y.append(any(start < last and first < end for first, last in sentence.names))
            weights.append(sentence.weight)
    fitted = LogisticRegression(C=STRENGTH, max_iter=300).fit(np.array(x), y, sample_weight=weights)
    print(f"{len(x)} tokens, area under the curve {roc_auc_score(y, fitted.decision_function(np.array(x))):.3f}")
    made = model.record
    found = tuple(map(float, fitted.coef_[0]))
    bias = float(fitted.intercept_[0])
    named = NameWeights(made.name, made.fingerprint, made.directions, made.prompts.query, found, bias)
    save_name_weights(Path(str(files("qa") / "llm")), named)


if __name__ == "__main__":
    main()
