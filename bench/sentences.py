"""What each way of choosing cited sentences gives: python bench/sentences.py SET [SET ...]

First the score that ranks the sentences of the passages read; then the margin below the best, in
standard deviations, within which a sentence is cited too, at most five. ``cited`` is the share of
questions with an evidence sentence among those cited, ``mean`` how many are cited. Between the two
tables stands the spread that is taken where a text has too few sentences to show one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from prepared import Prepared, arguments, prepared
from tqdm import tqdm

from qa.answer import READ, ScoredSentence, choose, score_sentences
from qa.evaluation.metrics import is_same_sentence
from qa.evaluation.questions import Question
from qa.retrieval import search
from qa.search.fusion import fuse

Scores = np.ndarray
Way = Callable[[Scores, Scores, Scores, float], Scores]

WAYS: dict[str, Way] = {
    "dense": lambda dense, late, words, coverage: dense,
    "BM25": lambda dense, late, words, coverage: words,
    "dense and BM25": lambda dense, late, words, coverage: fuse(dense, words, coverage),
    "late interaction": lambda dense, late, words, coverage: late,
    "late interaction and BM25": lambda dense, late, words, coverage: fuse(late, words, coverage),
}
MARGINS = (0.5, 1.0, 1.5, 2.0, 2.5)


@dataclass(frozen=True)
class Read:
    """A question's sentences as the product scores them, with the vectors' scores and its coverage."""

    question: Question
    sentences: tuple[ScoredSentence, ...]
    dense: Scores
    coverage: float


def is_evidence(question: Question, sentence: ScoredSentence) -> bool:
    """Whether a sentence is one that answers."""
    return any(
        sentence.source == evidence.source
        and is_same_sentence((sentence.start, sentence.end), (evidence.start, evidence.end))
        for evidence in question.evidence
    )


def read(data: Prepared) -> list[Read]:
    """Scores the sentences that each question reads, and embeds each of them once on its own."""
    scored = [
        tuple(score_sentences(data.index, query, search(data.index, query, READ)))
        for _, query in tqdm(data.asked, desc="reading", leave=False)
    ]
    places = list({(s.source, s.start, s.end) for sentences in scored for s in sentences})
    texts = [data.index.sources[source].text[start:end] for source, start, end in places]
    with tqdm(total=len(texts), desc="embedding sentences", leave=False) as bar:
        embedded = data.index.embedder.embed_passages(texts, lambda event: bar.update(event.done - bar.n))
        vectors = {place: one.vector for place, one in zip(places, embedded, strict=True)}
    return [
        Read(
            question,
            sentences,
            np.array([vectors[s.source, s.start, s.end] @ query.embedded.vector for s in sentences], dtype=np.float32),
            query.coverage,
        )
        for (question, query), sentences in zip(data.asked, scored, strict=True)
    ]


def rank_of_evidence(one: Read, way: Way) -> float:
    """Place, from 1, of the first sentence that answers; infinite where none was read."""
    late = np.array([s.late for s in one.sentences], dtype=np.float32)
    words = np.array([s.words for s in one.sentences], dtype=np.float32)
    order = np.argsort(-way(one.dense, late, words, one.coverage), kind="stable")
    return next((i for i, n in enumerate(order, 1) if is_evidence(one.question, one.sentences[n])), np.inf)


def measure(data: Prepared) -> None:
    """Prints both tables."""
    all_read = read(replace(data, asked=tuple(pair for pair in data.asked if pair[0].evidence)))
    print(f"\n{data.name}: {len(all_read)} questions\n{'evidence among the first':28}    1      2      3      5")
    for name, way in WAYS.items():
        ranks = np.array([rank_of_evidence(one, way) for one in all_read])
        print(f"{name:28}  " + "  ".join(f"{(ranks <= k).mean():.3f}" for k in (1, 2, 3, 5)))
    late = np.median([np.std([s.late for s in one.sentences]) for one in all_read])
    words = np.median([np.std([s.words for s in one.sentences]) for one in all_read])
    print(f"\nspread of the scores of a question's sentences, median: late interaction {late:.4f}, BM25 {words:.2f}")
    print(f"\n{'margin':28}  first  cited  mean")
    for margin in MARGINS:
        chosen = [(one, choose(one.sentences, data.index.sources, margin)) for one in all_read]
        first = np.mean([is_evidence(one.question, cited[0]) for one, cited in chosen])
        among = np.mean([any(is_evidence(one.question, s) for s in cited) for one, cited in chosen])
        print(f"{margin:<28g}  {first:.3f}  {among:.3f}  {np.mean([len(cited) for _, cited in chosen]):.2f}")


if __name__ == "__main__":
    options = arguments(__doc__ or "").parse_args()
    for path in options.sets:
        measure(prepared(path, options.index, options.limit))
