"""What each floor declines: python bench/abstention.py SET [SET ...]

Each set's answerable questions are asked of its own texts, which should be answered, and those of the
other sets are asked of them too, which should be declined. Sets in several languages against texts in one
show what a floor costs readers who ask in another language.
"""

from __future__ import annotations

import numpy as np
from prepared import Prepared, arguments, prepared
from tqdm import tqdm

from qa.answer import READ, score_sentences
from qa.evaluation.metrics import roc_auc
from qa.index import Index
from qa.retrieval import prepare, search

FLOORS = (0.74, 0.76, 0.77, 0.78, 0.79, 0.80, 0.82, 0.84)


def confidences(index: Index, questions: list[str], what: str) -> np.ndarray:
    """Each question's confidence, as ``answer`` would have it."""
    found = []
    for question in tqdm(questions, desc=what, leave=False):
        query = prepare(index, question)
        sentences = score_sentences(index, query, search(index, query, READ))
        found.append(max(sentence.late for sentence in sentences))
    return np.array(found)


def measure(data: Prepared, others: list[Prepared]) -> None:
    """Prints, for each floor, the shares answered of the own questions and declined of the others'."""
    own = confidences(data.index, [question.question for question, _ in data.asked], data.name)
    strange = confidences(
        data.index, [question.question for other in others for question, _ in other.asked], f"others to {data.name}"
    )
    print(f"\n{data.name}: {len(own)} questions of its own, {len(strange)} of others; AUC {roc_auc(own, strange):.3f}")
    print("floor  own answered  others declined")
    for floor in FLOORS:
        print(f"{floor:.2f}   {(own >= floor).mean():.3f}         {(strange < floor).mean():.3f}")


if __name__ == "__main__":
    options = arguments(__doc__ or "").parse_args()
    everything = [prepared(path, options.index, options.limit) for path in options.sets]
    for number, one in enumerate(everything):
        measure(one, everything[:number] + everything[number + 1 :])
