"""What each way of choosing cited sentences gives: python bench/sentences.py SET [SET ...]

The first table compares the scores that rank the sentences of the passages read. The second compares margins below
the best, in standard deviations, within which a sentence is cited too, at most five: ``first`` is the share of
questions whose first citation is evidence, ``cited`` the share with any, ``mean`` how many sentences are cited. The
line between them has the standard deviations that are used where a text has too few sentences to show its own.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from prepared import Prepared, arguments, prepared
from tqdm import tqdm

from qa.answer import ScoredSentence, choose, score_sentences, sentence_units
from qa.evaluation.metrics import is_same_sentence
from qa.evaluation.questions import Question
from qa.retrieval import search
from qa.search.config import DEFAULT_CONFIG, SearchConfig
from qa.search.query import Query
from qa.search.ranker import Ranker, Units

WAYS: dict[str, SearchConfig] = {
    "dense": replace(DEFAULT_CONFIG, dense_weight=1.0, maxsim_weight=0.0, lexical_weight=0.0),
    "BM25": replace(DEFAULT_CONFIG, maxsim_weight=0.0, use_coverage=False),
    "dense + coverage x BM25": replace(DEFAULT_CONFIG, dense_weight=1.0, maxsim_weight=0.0),
    "MaxSim": replace(DEFAULT_CONFIG, lexical_weight=0.0),
    "MaxSim + coverage x BM25": DEFAULT_CONFIG,
}
MARGINS = (0.5, 1.0, 1.5, 2.0, 2.5)


@dataclass(frozen=True)
class Read:
    """A question with the sentences that are read for it: as the product scores them, and as units to score again."""

    question: Question
    query: Query
    sentences: tuple[ScoredSentence, ...]
    units: Units


def is_evidence(question: Question, sentence: ScoredSentence) -> bool:
    """Return whether a sentence is one that answers."""
    return any(
        sentence.source == evidence.source
        and is_same_sentence((sentence.start, sentence.end), (evidence.start, evidence.end))
        for evidence in question.evidence
    )


def read(data: Prepared) -> list[Read]:
    """Score the sentences that each question reads, and embed each of them once on its own."""
    found = []
    for question, query in tqdm([pair for pair in data.asked if pair[0].evidence], desc="reading", leave=False):
        hits = search(data.index, query, DEFAULT_CONFIG.passages_read)
        sentences = tuple(score_sentences(data.index, query, hits))
        found.append(Read(question, query, sentences, sentence_units(data.index, query, hits)))
    places = list({(s.source, s.start, s.end) for one in found for s in one.sentences})
    texts = [data.index.sources[source].text[start:end] for source, start, end in places]
    with tqdm(total=len(texts), desc="embedding sentences", leave=False) as bar:
        embedded = data.index.embedder.embed_passages(texts, lambda event: bar.update(event.done - bar.n))
        vectors = {place: one.vector for place, one in zip(places, embedded, strict=True)}
    return [replace(one, units=replace(one.units, dense=cosines(one, vectors))) for one in found]


def cosines(one: Read, vectors: dict[tuple[str, int, int], np.ndarray]) -> np.ndarray:
    """Return float32 [n]: the cosine of the question's vector with each sentence's own."""
    question = one.query.embedded.vector
    return np.array([vectors[s.source, s.start, s.end] @ question for s in one.sentences], dtype=np.float32)


def rank_of_evidence(data: Prepared, one: Read, config: SearchConfig) -> float:
    """Return the place, from 1, of the first sentence that answers; infinite if none was read."""
    scores = Ranker(data.index.tokens, config).score(one.query, one.units, config.fallback_std)
    order = scores.best_first()
    return next((i for i, n in enumerate(order, 1) if is_evidence(one.question, one.sentences[n])), np.inf)


def measure(data: Prepared) -> None:
    """Print both tables."""
    all_read = read(data)
    print(f"\n{data.name}: {len(all_read)} questions\n{'evidence among the first':28}    1      2      3      5")
    for name, config in WAYS.items():
        ranks = np.array([rank_of_evidence(data, one, config) for one in all_read])
        print(f"{name:28}  " + "  ".join(f"{(ranks <= k).mean():.3f}" for k in (1, 2, 3, 5)))
    maxsim = np.median([np.std([s.maxsim for s in one.sentences]) for one in all_read])
    lexical = np.median([np.std([s.lexical for s in one.sentences]) for one in all_read])
    print(
        f"\nstandard deviation of the scores of a question's sentences, median: MaxSim {maxsim:.4f}, BM25 {lexical:.2f}"
    )
    print(f"\n{'margin':28}  first  cited  mean")
    for margin in MARGINS:
        config = replace(DEFAULT_CONFIG, margin=margin)
        chosen = [(one, choose(one.sentences, data.index.sources, config)) for one in all_read]
        first = np.mean([is_evidence(one.question, cited[0]) for one, cited in chosen])
        among = np.mean([any(is_evidence(one.question, s) for s in cited) for one, cited in chosen])
        print(f"{margin:<28g}  {first:.3f}  {among:.3f}  {np.mean([len(cited) for _, cited in chosen]):.2f}")


if __name__ == "__main__":
    options = arguments(__doc__ or "").parse_args()
    for path in options.sets:
        measure(prepared(path, options.index, options.limit))
