"""How well the words that are marked match the answers: python bench/spans.py SET [SET ...]

Each question is asked of the text that has its answer, and of all texts of the set. ``contains`` is the share of
questions for which the marked words contain an accepted answer; ``f1`` is F1 over characters. ``typed`` is the share of
the questions for a number, those whose accepted answers all have one, for which the marked words have one too.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from prepared import Prepared, arguments, prepared
from tqdm import tqdm

from qa.answer import answer_query
from qa.evaluation.metrics import character_f1, holds_answer
from qa.evaluation.questions import Question
from qa.retrieval import passages_of
from qa.search.config import DEFAULT_CONFIG
from qa.search.lexical import NUMBER_MARK, tokenize

NEVER = replace(DEFAULT_CONFIG, bold=0.0)


def measure(data: Prepared) -> None:
    """Print the figures of a set."""

    def home(question: Question) -> str | None:
        return question.gold or (question.evidence[0].source if question.evidence else None)

    ways: dict[str, Callable[[Question], str | None]] = {"its own text": home, "all texts": lambda question: None}
    asked = [(question, query) for question, query in data.asked if question.answers]
    print(f"\n{data.name}: {len(asked)} questions")
    for name, source in ways.items():
        scores, typed = [], []
        for question, query in tqdm(asked, desc=name, leave=False):
            span = answer_query(data.index, query, 1, passages_of(data.index, source(question)), NEVER).span
            words = span.quote if span else ""
            scores.append((holds_answer([words], question.answers), character_f1(words, question.answers), len(words)))
            if all(map(_has_number, question.answers)):
                typed.append(_has_number(words))
        contains, f1, length = np.mean(np.array(scores, dtype=float), axis=0)
        of_type = f"{np.mean(typed):.3f} of {len(typed)}" if typed else "-"
        print(f"{name:14} contains {contains:.3f}  f1 {f1:.3f}  mean length {length:.1f}  typed {of_type}", flush=True)


def _has_number(text: str) -> bool:
    return any(term.startswith(NUMBER_MARK) for term in tokenize(text))


if __name__ == "__main__":
    options = arguments(__doc__ or "").parse_args()
    for path in options.sets:
        measure(prepared(path, options.index, options.limit))
