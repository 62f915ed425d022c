"""Data -> prepared data: `python -m qa.reader.prepare DATA OUT`.

DATA is a folder of question sets (`qa.reader.records`). Their texts are cut and embedded as an index would; for each
question its passage, passages that come near, and what is made of both (`qa.reader.variants`) are written to OUT,
with the states of all of them.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from os import SEEK_END
from pathlib import Path

import numpy as np
import numpy.typing as npt

from qa.reader.cutting import Cut, Gold, cut_text, gold_of, passages_with, without_units
from qa.reader.features import Encoder, Tokens
from qa.reader.layers import WIDTH
from qa.reader.negatives import Pool, Wanted, folded
from qa.reader.prepared import Places, Question, save_prepared
from qa.reader.records import Asked, Records, held_out_lines, read_records
from qa.reader.variants import add_faqs, names_in, no_longer_holding
from qa.search.states import States16
from qa.search.weights import load_model
from qa.text.passages import CountTokens

PARAGRAPHS = {"jaquad": 4500, "drcd": 700, "cmrc": 500}
"""Paragraphs drawn of each file of them: documents and hard questions should be seen more often."""
FAQS = 250
"""FAQs made of the questions of paragraphs, and as many of those of parallel texts."""
WITHOUT = {"documents": 1.0, "hard": 0.6, "paragraphs": 0.3, "parallel": 0.15}
"""Share of a group's questions whose passage is prepared without what answers, too."""
CHANGED = {"documents": 1.0, "hard": 1.0, "paragraphs": 0.4, "parallel": 0.2, "faq": 0.2}
"""Share of a group's questions that are prepared with another number or name, too."""
NEGATIVES = 9
"""Passages near by words, and passages near by vectors, that are kept for a question."""
_REPORTED = 1000
"""Texts after which the speed is printed."""


@dataclass
class Collected:
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
    collected = collect(records, embedder.count_tokens, rng)
    print(f"{len(collected.cuts)} passages, {len(collected.questions)} questions", flush=True)
    encoder = Encoder(embedder)
    contexts = [cut.context for cut in collected.cuts]
    tokens = encoder.in_context([cut.words for cut in collected.cuts], contexts)
    tokens += encoder.questions(collected.questions)
    order = in_order(tokens, len(contexts))
    bounds = bounds_of(tokens, order)
    encode(encoder, [tokens[at] for at in order], out / "states.f16")
    states = np.memmap(out / "states.f16", dtype=np.float16, mode="r").reshape(-1, WIDTH)
    passages, questions = (
        Encoded(tokens[part], bounds[part], states) for part in (slice(len(contexts)), slice(len(contexts), None))
    )
    finish(out, records, collected, passages, questions)
    if held_out := held_out_lines(data):
        (out / "held_out.jsonl").write_text("\n".join(held_out) + "\n", encoding="utf-8")
    print(f"{len(states)} states, {(time.monotonic() - began) / 60:.1f} minutes", flush=True)


def collect(records: Records, count_tokens: CountTokens, rng: random.Random) -> Collected:
    """Cut the texts, find what answers, and make the variants."""
    found = Collected()
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
    found: Collected, number: int, asked: Asked, gold: Gold, names: Sequence[str], rng: random.Random
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
class Encoded:
    """Texts with their states.

    Attributes:
        tokens: the tokens of each text.
        bounds: int64 [n, 2], each text's first row of states and the one after its last.
        states: float16 [s, d], the states of all texts.
        mean: float32 [d], the mean state.
        vectors: float32 [n, d], of unit length: how each text's mean state differs from the mean.
    """

    tokens: Sequence[Tokens]
    bounds: npt.NDArray[np.int64]
    states: States16
    mean: npt.NDArray[np.float32] = field(init=False)
    vectors: npt.NDArray[np.float32] = field(init=False)

    def __post_init__(self) -> None:
        sums = np.array([self.states[first:end].sum(0, dtype=np.float32) for first, end in self.bounds])
        lengths = (self.bounds[:, 1] - self.bounds[:, 0])[:, None]
        self.mean = (sums.sum(0, dtype=np.float64) / max(lengths.sum(), 1)).astype(np.float32)
        vectors = sums / np.maximum(lengths, 1) - self.mean
        self.vectors = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)


def in_order(tokens: Sequence[Tokens], passages: int) -> list[int]:
    """Return the order in which texts are encoded: the passages, then the questions, those of like length together."""
    return sorted(range(len(tokens)), key=lambda at: (at >= passages, len(tokens[at].ids)))


def bounds_of(tokens: Sequence[Tokens], order: Sequence[int]) -> npt.NDArray[np.int64]:
    """Return int64 [n, 2]: where the states of each text will be, in the order given."""
    bounds, rows = np.zeros((len(tokens), 2), dtype=np.int64), 0
    for at in order:
        bounds[at] = rows, rows + len(tokens[at].chosen.rows)
        rows += len(tokens[at].chosen.rows)
    return bounds


def encode(encoder: Encoder, tokens: Sequence[Tokens], file: Path) -> None:
    """Write the states of texts one after the other; go on after those that the file has already.

    Beside the file is the digest of the tokens, so that it is begun anew if they are others.
    """
    ends = np.cumsum([len(one.chosen.rows) for one in tokens])
    digest, stamp = hashlib.sha256(str([one.ids for one in tokens]).encode()).hexdigest(), file.with_suffix(".sha256")
    if not stamp.exists() or stamp.read_text(encoding="ascii") != digest:
        file.unlink(missing_ok=True)
        stamp.write_text(digest, encoding="ascii")
    there = file.stat().st_size // (2 * WIDTH) if file.exists() else 0
    done = int(np.searchsorted(ends, there, side="right"))
    rows = int(ends[done - 1]) if done else 0
    began, first = time.monotonic(), rows
    with file.open("r+b" if file.exists() else "wb") as opened:
        opened.truncate(rows * 2 * WIDTH)
        opened.seek(0, SEEK_END)
        for at, one in enumerate(encoder.states(tokens[done:]), done + 1):
            opened.write(one.hidden.tobytes())
            if at % _REPORTED == 0 or at == len(tokens):
                speed = (int(ends[at - 1]) - first) / (time.monotonic() - began)
                print(f"{at} of {len(tokens)} texts, {speed:.0f} states a second", flush=True)


def finish(out: Path, records: Records, collected: Collected, passages: Encoded, questions: Encoded) -> None:
    """Write what is known of the passages and questions whose states are there."""
    given = list(_questions(records, collected, passages, questions))
    save_prepared(out, _places(collected.cuts, passages, questions), given, np.stack([questions.mean, passages.mean]))


def _places(cuts: Sequence[Cut], passages: Encoded, questions: Encoded) -> Places:
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
        np.array([one.chosen.context for one in passages.tokens], dtype=np.int64),
        np.array(units, dtype=np.int64),
        np.array(bounds, dtype=np.int64),
    )


def _tokens(encoded: Encoded, number: int, span: tuple[int, int]) -> tuple[int, int]:
    """Return the first token of a span, and the one after its last."""
    chosen = encoded.tokens[number].chosen
    context, own = chosen.context, chosen.own.spans
    first = int(np.searchsorted(own[:, 1], span[0], side="right"))
    last = int(np.searchsorted(own[:, 0], span[1], side="left"))
    return context + first, context + max(first, last)


def _questions(records: Records, found: Collected, passages: Encoded, questions: Encoded) -> Iterator[Question]:
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


def _pools(records: Records, found: Collected, passages: Encoded) -> dict[str, Pool]:
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
