"""What each least confidence declines: python bench/abstention.py SET [SET ...]

Each set's answerable questions are asked of its own texts, which should be answered, and those of the other sets are
asked of them too, which should be declined. Sets in several languages against texts in one show what a threshold
costs readers who ask in another language.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from prepared import Prepared, arguments, prepared
from tqdm import tqdm

from qa.answer import answer_query
from qa.evaluation.metrics import roc_auc
from qa.index import Index
from qa.retrieval import prepare
from qa.search.config import DEFAULT_CONFIG

NEVER = replace(DEFAULT_CONFIG, bold=0.0)
THRESHOLDS = (0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5)


def confidences(index: Index, questions: list[str], name: str) -> np.ndarray:
    """Return float64 [n]: each question's confidence."""
    asked = tqdm(questions, desc=name, leave=False)
    return np.array([answer_query(index, prepare(index, question), 1, config=NEVER).confidence for question in asked])


def measure(data: Prepared, others: list[Prepared]) -> None:
    """Print, for each threshold, the shares answered of the set's own questions and declined of the others'."""
    own = confidences(data.index, [question.question for question, _ in data.asked], data.name)
    foreign = confidences(
        data.index, [question.question for other in others for question, _ in other.asked], f"others to {data.name}"
    )
    print(f"\n{data.name}: {len(own)} questions of its own, {len(foreign)} of others; AUC {roc_auc(own, foreign):.3f}")
    print("least confidence  own answered  others declined")
    for threshold in THRESHOLDS:
        print(f"{threshold:.3f}             {(own >= threshold).mean():.3f}         {(foreign < threshold).mean():.3f}")


if __name__ == "__main__":
    options = arguments(__doc__ or "").parse_args()
    everything = [prepared(path, options.index, options.limit) for path in options.sets]
    for number, one in enumerate(everything):
        measure(one, everything[:number] + everything[number + 1 :])
