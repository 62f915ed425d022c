"""Data -> prepared data: `python -m qa.reader.prepare DATA OUT`.

DATA is a folder of question sets (`qa.reader.records`). Their texts are cut and embedded as an index would; for each
question its passage, passages that come near, and what is made of both (`qa.reader.variants`) are written to OUT,
with the states of all of them.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from qa.reader.cutting import Cut, Gold, cut_text, gold_of, passages_with, without_units
from qa.reader.features import Encoder, States
from qa.reader.layers import WIDTH
from qa.reader.negatives import Pool, Wanted, folded
from qa.reader.prepared import Places, Question, save_prepared
from qa.reader.records import Asked, Records, held_out_lines, read_records
from qa.reader.variants import add_faqs, names_in, no_longer_holding
from qa.search.weights import load_model
from qa.text.passages import CountTokens

Encode = Callable[[Sequence[str], Sequence[str]], Iterable[States]]
"""Texts and their contexts -> their states."""

PARAGRAPHS = {"jaquad": 2500, "drcd": 500, "cmrc": 400}
"""Paragraphs drawn of each file of them: documents and hard questions should be seen more often."""
FAQS = 350
"""FAQs made of the questions of paragraphs, and as many of those of parallel texts."""
WITHOUT = {"documents": 1.0, "hard": 0.6, "paragraphs": 0.3, "parallel": 0.15}
"""Share of a group's questions whose passage is prepared without what answers, too."""
CHANGED = {"documents": 1.0, "hard": 1.0, "paragraphs": 0.4, "parallel": 0.2, "faq": 0.2}
"""Share of a group's questions that are prepared with another number or name, too."""
NEGATIVES = 9
"""Passages near by words, and passages near by vectors, that are kept for a question."""
_AT_ONCE = 2048
"""Texts that are tokenized at once."""


@dataclass
class _Collected:
    """What is prepared, before it is embedded.

    Attributes:
        cuts: the passages, those of the texts first.
        by_text: the numbers of the passages of each text.
        questions: the words of the questions.
        golds: what answers each asked question; None if nothing does.
        without, changed: the numbers of the passage and question made of it.
    """

    cuts: list[Cut] = field(default_factory=list)
    by_text: list[list[int]] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)
    golds: list[Gold | None] = field(default_factory=list)
    without: dict[int, int] = field(default_factory=dict)
    changed: dict[int, int] = field(default_factory=dict)

    def passages(self, text: int) -> list[tuple[int, Cut]]:
        """Return the passages of a text with their numbers."""
        return [(number, self.cuts[number]) for number in self.by_text[text]]


def main() -> None:
    """Prepare a folder of data."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--share", type=float, default=1.0, help="share of the paragraphs and FAQs (1)")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    prepare(options.data, options.out, options.share, options.seed)


def prepare(data: Path, out: Path, share: float = 1.0, seed: int = 0) -> None:
    """Prepare the data of a folder."""
    out.mkdir(parents=True, exist_ok=True)
    rng, began = random.Random(seed), time.monotonic()
    embedder = load_model()
    records = read_records(data, {name: int(n * share) for name, n in PARAGRAPHS.items()}, rng)
    for group in ("paragraphs", "parallel"):
        add_faqs(records, group, int(FAQS * share), rng)
    collected = _collect(records, embedder.count_tokens, rng)
    print(f"{len(collected.cuts)} passages, {len(collected.questions)} questions", flush=True)
    encoder = Encoder(embedder, vectors=True)
    with (out / "states.f16").open("wb") as file:
        writer = _Writer(file)
        contexts = [cut.context for cut in collected.cuts]
        passages = writer.write(encoder.passages, [cut.words for cut in collected.cuts], contexts)
        asked = collected.questions
        questions = writer.write(lambda texts, _: encoder.questions(texts), asked, [""] * len(asked))
    mean = np.stack([questions.mean, passages.mean]).astype(np.float32)
    places = _places(collected.cuts, passages, questions)
    given = list(_questions(records, collected, passages, questions))
    save_prepared(out, places, given, mean)
    if held_out := held_out_lines(data):
        (out / "held_out.jsonl").write_text("\n".join(held_out) + "\n", encoding="utf-8")
    print(f"{len(given)} questions, {writer.rows} states, {(time.monotonic() - began) / 60:.1f} minutes", flush=True)


def _collect(records: Records, count_tokens: CountTokens, rng: random.Random) -> _Collected:
    """Cut the texts, find what answers, and make the variants."""
    found = _Collected()
    for number, text in enumerate(records.texts):
        own = list(cut_text(number, text, count_tokens))
        found.by_text.append(list(range(len(found.cuts), len(found.cuts) + len(own))))
        found.cuts += own
    names = names_in(asked.question for asked in records.asked)
    found.questions = [asked.question for asked in records.asked]
    for number, asked in enumerate(records.asked):
        gold = gold_of(asked, found.passages(asked.text))
        found.golds.append(gold)
        if gold is not None:
            _add_variants(found, number, asked, gold, names, rng)
    lost = sum(asked.answer is not None for asked in records.asked) - sum(gold is not None for gold in found.golds)
    print(f"{lost} of {len(records.asked)} questions have no unit that answers and can be cited", flush=True)
    return found


def _add_variants(
    found: _Collected, number: int, asked: Asked, gold: Gold, names: Sequence[str], rng: random.Random
) -> None:
    cut = found.cuts[gold.passage]
    answer = cut.words[slice(*gold.answer)]
    rest = without_units(cut, gold.units)
    if rng.random() < WITHOUT.get(asked.group, 0) and any(rest.citable) and folded(answer) not in folded(rest.words):
        found.without[number] = len(found.cuts)
        found.cuts.append(rest)
    if rng.random() < CHANGED[asked.group]:
        changed = no_longer_holding(asked.question, f"{cut.context}\n{cut.words}", names, rng)
        if changed is not None:
            found.changed[number] = len(found.questions)
            found.questions.append(changed)


@dataclass
class _Written:
    """Where the states of n texts are, and what else is known of them.

    Attributes:
        bounds: int64 [n, 2], each text's first row and the one after its last.
        contexts: int64 [n], how many tokens of each belong to a context.
        vectors: float32 [n, d], the embeddings.
        spans: the places of each text's tokens.
        total: float64 [d], the sum of the states.
    """

    bounds: npt.NDArray[np.int64]
    contexts: npt.NDArray[np.int64]
    vectors: npt.NDArray[np.float32]
    spans: dict[int, npt.NDArray[np.int32]] = field(default_factory=dict)
    total: npt.NDArray[np.float64] = field(default_factory=lambda: np.zeros(WIDTH))

    @property
    def mean(self) -> npt.NDArray[np.float64]:
        """The mean state."""
        mean: npt.NDArray[np.float64] = self.total / (self.bounds[:, 1] - self.bounds[:, 0]).sum()
        return mean


class _Writer:
    """Writes states one after the other into a file."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._began = time.monotonic()
        self.rows = 0

    def write(self, encode: Encode, texts: Sequence[str], contexts: Sequence[str]) -> _Written:
        """Encode texts, those of like length together, and write their states."""
        order = sorted(range(len(texts)), key=lambda n: len(texts[n]) + len(contexts[n]))
        n = len(texts)
        found = _Written(np.zeros((n, 2), np.int64), np.zeros(n, np.int64), np.zeros((n, WIDTH), np.float32))
        for first in range(0, n, _AT_ONCE):
            batch = order[first : first + _AT_ONCE]
            states = encode([texts[at] for at in batch], [contexts[at] for at in batch])
            for at, one in zip(batch, states, strict=True):
                self._file.write(one.hidden.tobytes())
                found.bounds[at] = self.rows, self.rows + len(one.hidden)
                self.rows += len(one.hidden)
                found.spans[at], found.contexts[at], found.vectors[at] = one.spans, one.context, one.vector
                found.total += one.hidden.sum(axis=0, dtype=np.float64)
            speed = self.rows / (time.monotonic() - self._began)
            print(f"{first + len(batch)} of {n} texts, {speed:.0f} states a second", flush=True)
        return found


def _places(cuts: Sequence[Cut], passages: _Written, questions: _Written) -> Places:
    units: list[tuple[int, int, int]] = []
    bounds: list[tuple[int, int]] = []
    for number, cut in enumerate(cuts):
        first = len(units)
        for span, citable in zip(cut.units, cut.citable, strict=True):
            units.append((*_tokens(passages, number, span), int(citable)))
        bounds.append((first, len(units)))
    return Places(
        passages.bounds,
        questions.bounds,
        passages.contexts,
        np.array(units, dtype=np.int64),
        np.array(bounds, dtype=np.int64),
    )


def _tokens(written: _Written, number: int, span: tuple[int, int]) -> tuple[int, int]:
    """Return the first token of a span, and the one after its last."""
    context = int(written.contexts[number])
    own = written.spans[number][context:]
    first = int(np.searchsorted(own[:, 1], span[0], side="right"))
    last = int(np.searchsorted(own[:, 0], span[1], side="left"))
    return context + first, context + max(first, last)


def _questions(records: Records, found: _Collected, passages: _Written, questions: _Written) -> Iterator[Question]:
    """Yield the questions with the passages that they are read with."""
    pools = _pools(records, found, passages)
    by_title: dict[str, set[int]] = {}
    for number, text in enumerate(records.texts):
        by_title.setdefault(text.title, set()).add(number)
    for number, asked in enumerate(records.asked):
        gold, text = found.golds[number], records.texts[asked.text]
        if gold is None and asked.answer is not None:
            continue
        answer = found.cuts[gold.passage].words[slice(*gold.answer)] if gold else ""
        tokens = _tokens(passages, gold.passage, gold.answer) if gold else (0, 0)
        near = passages_with(asked.near, found.passages(asked.text)) if asked.near else []
        beside = [n for n, cut in found.passages(asked.text) if n not in near and _is_beside(n, cut, gold, answer)]
        unfit = frozenset(by_title[text.title] if not answer and asked.group != "documents" else {asked.text})
        wanted = Wanted(asked.question, questions.vectors[number], answer, unfit)
        if tokens[0] == tokens[1] and gold is not None:
            continue
        yield Question(
            group=asked.group,
            same_language=asked.same_language,
            held_out=text.pool == "held out",
            own=number,
            changed=found.changed.get(number),
            gold=gold.passage if gold else None,
            units=gold.units if gold else (),
            answer=(tokens[0], tokens[1] - 1),
            without=found.without.get(number),
            near=tuple(near),
            beside=tuple(beside),
            negatives=tuple(pools[text.pool.removeprefix("faq ")].near(wanted, NEGATIVES)),
        )


def _is_beside(number: int, cut: Cut, gold: Gold | None, answer: str) -> bool:
    """Return whether another passage of a text does not answer."""
    return gold is None or (number != gold.passage and folded(answer) not in folded(cut.words))


def _pools(records: Records, found: _Collected, passages: _Written) -> dict[str, Pool]:
    """Return the passages of the texts by pool; a FAQ's negatives are those of its language."""
    numbers: dict[str, list[int]] = {}
    for text, own in enumerate(found.by_text):
        numbers.setdefault(records.texts[text].pool, []).extend(own)
    return {
        pool: Pool(
            own,
            [f"{found.cuts[n].context}\n{found.cuts[n].words}" for n in own],
            [found.cuts[n].text for n in own],
            passages.vectors[own],
        )
        for pool, own in numbers.items()
        if not pool.startswith("faq ")
    }


if __name__ == "__main__":
    main()
