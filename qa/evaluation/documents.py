"""Records of documents and of conversations about them -> collections of questions with their evidence.

    document       {"id", "lang", "title", "text", "qas": [{"q", "lang", "answerable", "answer", "sentence", "kind"}]}
    conversation   {"id", "doc", "lang", "turns": [{"q", "standalone", "depends", "answerable", "answer", "sentence"}]}

A ``sentence`` is a quote that occurs once in its document; it is the evidence. A turn is asked as ``q``, after those
before it; ``standalone`` says the same without them. The document of a conversation is looked for by its id, in the
files of documents beside the set and in those of the folder ``train`` beside the set's folder; ``article`` is
``source/openai-turmoil.txt`` there.

Offsets are 0-based code points into a document's text, end exclusive.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from qa.catalogue import Sentence
from qa.evaluation.questions import Collection, Evidence, Question
from qa.text.source import Source

_ARTICLE = "article"


def are_documents(records: Sequence[Any]) -> bool:
    """Return whether all records are documents with questions, or all are conversations."""
    return bool(records) and any(
        all(isinstance(record, dict) and key in record for record in records) for key in ("qas", "turns")
    )


def read_documents(records: Sequence[Mapping[str, Any]], path: Path, *, each: bool) -> Iterator[Collection]:
    """Yield the collections of a set.

    Args:
        records: documents or conversations.
        path: the file that they come from, beside which the documents of conversations are looked for.
        each: whether every document makes a collection of its own; otherwise all are searched together.

    Raises:
        ValueError: a sentence does not occur in its document, or a document is missing.
    """
    if "turns" in records[0]:
        sources, questions = _conversations(records, path)
    else:
        sources = {record["id"]: Source(record["id"], record["text"]) for record in records}
        questions = [
            _question(f"{record['id']}-{number}", sources[record["id"]], record["lang"], asked, asked["q"])
            for record in records
            for number, asked in enumerate(record["qas"], 1)
        ]
    if not each:
        yield Collection(tuple(sources.values()), tuple(questions))
        return
    for source in sources.values():
        own = tuple(question for question in questions if question.document == source.name)
        if own:
            yield Collection((source,), own)


def _conversations(records: Iterable[Mapping[str, Any]], path: Path) -> tuple[dict[str, Source], list[Question]]:
    known = _documents_near(path)
    sources: dict[str, Source] = {}
    questions: list[Question] = []
    for record in records:
        if record["doc"] not in known:
            raise ValueError(Sentence("set.document", name=record["doc"]))
        text, lang = known[record["doc"]]
        source = sources.setdefault(record["doc"], Source(record["doc"], text))
        questions += [
            _question(
                f"{record['id']}-{number}",
                source,
                lang,
                {"lang": record["lang"], "kind": f"depends on {turn['depends']}", **turn},
                turn["standalone"],
                turn=turn["q"],
                conversation=record["id"],
            )
            for number, turn in enumerate(record["turns"], 1)
        ]
    return sources, questions


def _question(
    name: str, source: Source, lang: str, asked: Mapping[str, Any], words: str, turn: str = "", conversation: str = ""
) -> Question:
    answerable = asked["answerable"]
    texts = [words, lang, asked["lang"], turn, *([asked["answer"], asked["sentence"]] if answerable else [])]
    if not isinstance(answerable, bool) or not all(isinstance(text, str) for text in texts):
        raise ValueError(Sentence("set.type", name=name))
    evidence: tuple[Evidence, ...] = ()
    if answerable:
        start = source.text.find(asked["sentence"])
        if start < 0:
            raise ValueError(Sentence("set.quote", quote=repr(asked["sentence"][:40]), name=source.name))
        evidence = (Evidence(source.name, start, start + len(asked["sentence"]), asked["sentence"]),)
    return Question(
        id=name,
        lang=asked["lang"],
        question=words,
        answerable=answerable,
        answers=(asked["answer"],) if answerable else (),
        evidence=evidence,
        document=source.name,
        document_lang=lang,
        kind=str(asked.get("kind", "")),
        turn=turn,
        conversation=conversation,
    )


def _documents_near(path: Path) -> dict[str, tuple[str, str]]:
    """Return id -> text and language of the documents that conversations of this file may be about."""
    folder = path.resolve().parent
    found: dict[str, tuple[str, str]] = {}
    for file in sorted([*folder.glob("documents*.jsonl"), *folder.parent.glob("train/documents*.jsonl")]):
        for line in file.read_text(encoding="utf-8").split("\n"):
            if line.strip():
                record = json.loads(line)
                found[record["id"]] = record["text"], record["lang"]
    article = folder.parent / "source" / "openai-turmoil.txt"
    if article.is_file():
        found[_ARTICLE] = article.read_text(encoding="utf-8"), "ja"
    return found
