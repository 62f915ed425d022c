"""Files of questions -> texts, and what is asked of them.

    documents*.jsonl, hard_questions*.jsonl   {"id", "lang", "title", "text", "qas": [{"q", "lang", "answerable", ...}]}
    *.json.gz                                 [{"title", "text", "qas": [[question, start, end], ...]}, ...]
    xquad*.json.gz                            the same by language, parallel

Every seventh document is held out: nothing is trained on it or on its questions. Half of the articles of the files of
paragraphs become documents, their paragraphs one after the other; of the rest each paragraph is a text of its own.

Offsets are 0-based code points into the text, end exclusive.
"""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any

from qa.text.paragraphs import Span

HELD_OUT = 7
"""Of so many documents one is held out."""
_LONGEST_ANSWER = 120
"""Code points of the longest answer that is learnt."""
_MOST_PARAGRAPHS = 10
"""Paragraphs of an article that are joined."""
_FILES = {"jaquad": "ja", "drcd": "zh", "cmrc": "zh"}
"""How the names of the files of paragraphs begin, and their language."""


@dataclass(frozen=True)
class Text:
    """A text that questions are asked of.

    Attributes:
        text: the text.
        title: what it is about; two texts of one title may answer the same questions.
        pool: the texts that it is searched among: ``documents``, ``held out``, or a language.
    """

    text: str
    title: str
    pool: str


@dataclass(frozen=True)
class Asked:
    """A question about a text, and what is right.

    Attributes:
        question: the question.
        group: what kind of data it is from: ``documents``, ``hard``, ``paragraphs``, ``parallel`` or ``faq``.
        text: the number of the text.
        same_language: whether it is asked in the language of the text.
        answer: the span of the answer; None if the text does not answer it.
        evidence: the span of what answers, which the answer is in.
        near: the span of what comes near to an answer but is none.
    """

    question: str
    group: str
    text: int
    same_language: bool
    answer: Span | None = None
    evidence: Span | None = None
    near: Span | None = None


@dataclass
class Records:
    """The texts, and the questions about them."""

    texts: list[Text] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)

    def add(self, text: Text) -> int:
        """Add a text; return its number."""
        self.texts.append(text)
        return len(self.texts) - 1


def read_records(folder: Path, paragraphs: Mapping[str, int], rng: random.Random) -> Records:
    """Read the files of a folder.

    Args:
        folder: where they are.
        paragraphs: how many paragraphs are drawn of each file of them, by the beginning of its name.
        rng: draws the articles.
    """
    records = Records()
    _read_marked(records, folder.glob("documents*.jsonl"), "documents")
    _read_marked(records, folder.glob("hard_questions*.jsonl"), "hard")
    for file in sorted(folder.glob("*.json.gz")):
        content = json.loads(gzip.decompress(file.read_bytes()))
        if isinstance(content, dict):
            _read_parallel(records, content, rng)
        else:
            name = next((one for one in _FILES if file.name.startswith(one)), "")
            _read_paragraphs(records, content, _FILES.get(name, "und"), paragraphs.get(name, len(content)), rng)
    return records


def held_out_lines(folder: Path) -> list[str]:
    """Return the lines of the documents that are held out: a question set by itself."""
    return [line for number, line in enumerate(_lines(folder.glob("documents*.jsonl"))) if number % HELD_OUT == 0]


def _lines(files: Iterable[Path]) -> list[str]:
    return [line for file in sorted(files) for line in file.read_text(encoding="utf-8").split("\n") if line.strip()]


def _read_marked(records: Records, files: Iterable[Path], group: str) -> None:
    for number, record in enumerate(map(json.loads, _lines(files))):
        pool = record["lang"]
        if group == "documents":
            pool = "held out" if number % HELD_OUT == 0 else group
        text = records.add(Text(record["text"], record["title"], pool))
        records.asked += [_marked(record, asked, group, text) for asked in record["qas"]]


def _marked(record: Mapping[str, Any], asked: Mapping[str, Any], group: str, text: int) -> Asked:
    """Return a question whose sentence, or what comes near, is quoted."""
    words, same = record["text"], asked["lang"] == record["lang"]
    if not asked["answerable"]:
        return Asked(asked["q"], group, text, same, near=_find(words, asked.get("near") or ""))
    evidence = _find(words, asked["sentence"])
    if evidence is None:
        raise ValueError(f"{record['id']}: not in its text: {asked['sentence'][:40]!r}")
    start = evidence[0] + asked["sentence"].index(asked["answer"])
    return Asked(asked["q"], group, text, same, (start, start + len(asked["answer"])), evidence)


def _find(text: str, quote: str) -> Span | None:
    start = text.find(quote) if quote else -1
    return None if start < 0 else (start, start + len(quote))


def _read_paragraphs(
    records: Records, articles: Sequence[Mapping[str, Any]], lang: str, wanted: int, rng: random.Random
) -> None:
    """Draw articles until there are as many paragraphs as wanted."""
    by_title = [list(own) for _, own in groupby(articles, key=lambda one: one["title"])]
    rng.shuffle(by_title)
    for number, article in enumerate(by_title):
        if wanted <= 0:
            break
        article = article[:_MOST_PARAGRAPHS]
        wanted -= len(article)
        parts = [article] if number % 2 else [[one] for one in article]
        for part in parts:
            _add_joined(records, part, lang, number % 4 == 1)


def _add_joined(records: Records, paragraphs: Sequence[Mapping[str, Any]], lang: str, titled: bool) -> None:
    """Add a text of some paragraphs, under their title if ``titled``, and two questions of each."""
    title = paragraphs[0]["title"]
    parts, starts, at = [title] if titled else [], [], len(title) + 2 if titled else 0
    for paragraph in paragraphs:
        starts.append(at)
        parts.append(paragraph["text"])
        at += len(paragraph["text"]) + 2
    text = records.add(Text("\n\n".join(parts), title, lang))
    for paragraph, start in zip(paragraphs, starts, strict=True):
        for question, first, end in paragraph["qas"][:2]:
            if end - first <= _LONGEST_ANSWER:
                span = first + start, end + start
                records.asked.append(Asked(question, "paragraphs", text, True, span, span))


def _read_parallel(records: Records, content: Mapping[str, Sequence[Mapping[str, Any]]], rng: random.Random) -> None:
    """Add parallel texts; most of the questions are about the text in another language."""
    languages = list(content)
    numbers = {
        lang: [records.add(Text(one["text"], one["title"], lang)) for one in content[lang]] for lang in languages
    }
    for lang in languages:
        for number, paragraph in enumerate(content[lang]):
            for at, (question, _, _) in enumerate(paragraph["qas"]):
                other = lang if rng.random() < 0.4 else rng.choice(languages)
                _, start, end = content[other][number]["qas"][at]
                if end - start <= _LONGEST_ANSWER:
                    span = start, end
                    asked = Asked(question, "parallel", numbers[other][number], lang == other, span, span)
                    records.asked.append(asked)


def answered(records: Records, group: str) -> Iterator[tuple[Asked, Span]]:
    """Yield the questions of a group that are answered, each with its answer's span."""
    for asked in records.asked:
        if asked.group == group and asked.answer is not None:
            yield asked, asked.answer
