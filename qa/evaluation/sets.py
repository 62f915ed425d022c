"""A file of questions -> an ``EvaluationSet``: collections of sources, and the questions about each.

These forms are read, each also as ``.gz``:

    SQuAD v1 and v2   {"data": [{"title", "paragraphs": [{"context", "qas": [{"id", "question", "answers", ...}]}]}]}
    compact           {"passages": [text, ...], "queries": [[question, passage index, [answer, ...], title], ...]}
    lines             {"id", "lang", "question", "answerable", "answers", "evidence": [{"quote", "start", "end"}]}
    NoMIRACL          {"id", "lang", "question", "passages": [text, ...], "answerable"}
    documents         {"id", "lang", "title", "text", "qas": [...]}, and conversations about them (`documents.py`)

The last three have one object per line. In the first two every paragraph is a source, and the sentences that contain
the answer are the evidence. In the third the questions are about a text that is not in the file; ``place`` finds it
in an index. Evidence may name its ``source``. The page saves the answers that a reader has checked in this form. In
NoMIRACL each question has a small collection of its own, without a mark of where the answer is.

Offsets are 0-based code points into a source's text, end exclusive.
"""

from __future__ import annotations

import gzip
import json
import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from qa.catalogue import Sentence
from qa.errors import EvaluationSetError
from qa.evaluation.documents import are_documents, read_documents
from qa.evaluation.metrics import Span, overlap
from qa.evaluation.questions import Collection, EvaluationSet, Evidence, Question
from qa.text.sentences import split_sentences
from qa.text.source import Source


def read_set(path: str | Path, *, each: bool = False) -> EvaluationSet:
    """Read a question set in any of the forms above.

    Args:
        path: the file.
        each: whether each document of a set of documents is asked by itself; otherwise all are searched together.

    Raises:
        EvaluationSetError: the file is missing, cut short, in an unknown form, or without questions.
    """
    path = Path(path)
    content = _parse_json(_read_text(path), path.name)
    try:
        collections = tuple(_collections(content, path, each))
    except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
        raise _form_error(path.name, error) from error
    if not any(collection.questions for collection in collections):
        raise EvaluationSetError("set.empty", name=path.name)
    return EvaluationSet(path.name.split(".")[0], collections)


def _form_error(name: str, error: Exception) -> EvaluationSetError:
    """Return the error for a set in no known form, with the reason if it tells a user something."""
    if isinstance(error, KeyError):
        return EvaluationSetError("set.form.why", name=name, why=Sentence("set.key", key=error))
    if isinstance(error, ValueError | IndexError):
        told = error.args[0] if error.args else error
        return EvaluationSetError("set.form.why", name=name, why=told if isinstance(told, Sentence) else error)
    return EvaluationSetError("set.form", name=name)


def place(questions: EvaluationSet, sources: Mapping[str, Source]) -> EvaluationSet:
    """Find the source of each evidence quote in a set that is about the text of an index.

    The source that the set names is looked at first. A quote that is not at its offsets any more is found where it
    stands now, if it stands in one place alone.

    Raises:
        EvaluationSetError: no source has the quote at its offsets, and it stands nowhere or in several places.
    """

    def found(evidence: Evidence) -> Evidence:
        for name in sorted(sources, key=lambda name: name != evidence.source):
            if sources[name].text[evidence.start : evidence.end] == evidence.quote:
                return replace(evidence, source=name)
        moved = [
            (name, match.start())
            for name, source in sources.items()
            for match in re.finditer(re.escape(evidence.quote), source.text)
        ]
        if len(moved) == 1:
            [(name, start)] = moved
            return replace(evidence, source=name, start=start, end=start + len(evidence.quote))
        raise EvaluationSetError(
            "set.elsewhere", name=questions.name, quote=evidence.quote[:40], at=str(evidence.start)
        )

    def with_sources(question: Question) -> Question:
        return replace(question, evidence=tuple(map(found, question.evidence)))

    return replace(
        questions,
        collections=tuple(
            replace(collection, questions=tuple(map(with_sources, collection.questions)))
            if collection.sources is None
            else collection
            for collection in questions.collections
        ),
    )


_KANA = re.compile("[\u3040-\u30ff\u31f0-\u31ff\uff66-\uff9f]")
_HANGUL = re.compile("[\u1100-\u11ff\u3130-\u318f\uac00-\ud7af]")
_HAN = re.compile("[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")


def guess_language(question: str, passage: str = "") -> str:
    """Return the language that the script shows: of the question, else of the passage, else "und".

    Kana shows ja, Hangul ko; Han shows ja if the passage has kana, else zh.
    """
    for text in (question, passage):
        if _KANA.search(text):
            return "ja"
        if _HANGUL.search(text):
            return "ko"
        if _HAN.search(text):
            return "ja" if _KANA.search(passage) else "zh"
    return "und"


def _read_text(path: Path) -> str:
    try:
        data = path.read_bytes()
        if data.startswith(b"\x1f\x8b") or path.suffix == ".gz":
            data = gzip.decompress(data)
        return data.decode("utf-8-sig")
    except FileNotFoundError as error:
        raise EvaluationSetError("set.missing", file=str(path)) from error
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise EvaluationSetError("set.gzip", name=path.name) from error
    except UnicodeDecodeError as error:
        raise EvaluationSetError("set.encoding", name=path.name) from error
    except OSError as error:
        raise EvaluationSetError("set.unreadable", file=str(path), why=str(error.strerror or error)) from error


def _parse_json(text: str, name: str) -> Any:
    """Return a file's JSON value, or the list of the values on its lines."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as not_one_value:
        values = []
        # splitlines() would also split at U+2028 inside a string.
        for number, line in enumerate(text.split("\n"), start=1):
            try:
                if line.strip():
                    values.append(json.loads(line))
            except (ValueError, RecursionError) as error:
                where = Sentence("set.line", number=number, why=error) if values else not_one_value
                raise EvaluationSetError("set.json", name=name, why=where) from error
        return values


def _collections(content: Any, path: Path, each: bool) -> Iterator[Collection]:
    if isinstance(content, dict) and "data" in content:
        yield _read_squad(content["data"])
    elif isinstance(content, dict) and "queries" in content:
        yield _read_compact(content["passages"], content["queries"])
    else:
        records = content if isinstance(content, list) else [content]
        if are_documents(records):
            yield from read_documents(records, path, each=each)
            return
        yield from (_read_collection(number, record) for number, record in enumerate(records) if "passages" in record)
        on_index = [_read_question(number, record) for number, record in enumerate(records) if "passages" not in record]
        if on_index:
            yield Collection(None, tuple(on_index))


def _read_squad(articles: Sequence[Any]) -> Collection:
    paragraphs: dict[str, Source] = {}  # by text: a paragraph that occurs twice is one source
    questions: list[Question] = []
    for article in articles:
        for paragraph in article["paragraphs"]:
            text = _expect_text(paragraph["context"])
            if not text.strip():
                continue
            source = paragraphs.setdefault(text, Source(f"{len(paragraphs):05}", text))
            sentences = split_sentences(text)
            for asked in paragraph["qas"]:
                given = asked.get("answers") or []
                answerable = bool(given) and not asked.get("is_impossible", False)
                spans = [span for one in given for span in _answer_spans(text, one["text"], one.get("answer_start"))]
                questions.append(
                    Question(
                        id=str(asked.get("id", len(questions))),
                        lang=asked.get("lang") or guess_language(asked["question"], text),
                        question=_expect_text(asked["question"]),
                        answerable=answerable,
                        answers=_distinct(answer["text"] for answer in given) if answerable else (),
                        gold=source.name if answerable else "",
                        evidence=_answering_sentences(source, sentences, spans) if answerable else (),
                    )
                )
    return Collection(tuple(paragraphs.values()), tuple(questions))


def _read_compact(passages: Sequence[str], queries: Sequence[Sequence[Any]]) -> Collection:
    sources = [Source(f"{number:05}", _expect_text(text)) for number, text in enumerate(passages)]
    sentences = [split_sentences(source.text) for source in sources]
    questions: list[Question] = []
    for number, (question, passage, answers, *_title) in enumerate(queries):
        if passage not in range(len(sources)):
            raise ValueError(Sentence("set.passage", number=number, passage=passage, total=len(sources)))
        source = sources[passage]
        spans = [span for answer in answers for span in _answer_spans(source.text, answer, None)]
        questions.append(
            Question(
                id=str(number),
                lang=guess_language(question, source.text),
                question=_expect_text(question),
                answerable=bool(answers),
                answers=_distinct(answers),
                gold=source.name if answers else "",
                evidence=_answering_sentences(source, sentences[passage], spans),
            )
        )
    return Collection(tuple(source for source in sources if source.text.strip()), tuple(questions))


def _read_collection(number: int, record: Mapping[str, Any]) -> Collection:
    texts = _distinct(text for text in map(_expect_text, record["passages"]) if text.strip())
    return Collection(tuple(Source(f"{n:02}", text) for n, text in enumerate(texts)), (_read_question(number, record),))


def _read_question(number: int, record: Mapping[str, Any]) -> Question:
    answerable = record.get("answerable", True)
    marked = record.get("evidence") or [] if answerable else []
    if not isinstance(answerable, bool):
        raise ValueError(Sentence("set.answerable", number=number, found=repr(answerable)))
    return Question(
        id=str(record.get("id", number)),
        lang=record.get("lang") or guess_language(record["question"]),
        question=_expect_text(record["question"]),
        answerable=answerable,
        answers=_distinct(record.get("answers") or []),
        evidence=tuple(_read_evidence(one) for one in marked),
    )


def _read_evidence(record: Mapping[str, Any]) -> Evidence:
    name = _expect_text(record.get("source", ""))
    return Evidence(name, int(record["start"]), int(record["end"]), _expect_text(record["quote"]))


def _answer_spans(text: str, answer: str, start: int | None) -> list[Span]:
    """Return where an answer is: at the offset given; without one, or if it is wrong, wherever it occurs."""
    if not answer:
        return []
    if start is not None and text.startswith(answer, start):
        return [(start, start + len(answer))]
    return [found.span() for found in re.finditer(re.escape(answer), text)]


def _answering_sentences(source: Source, sentences: Sequence[Span], answers: Sequence[Span]) -> tuple[Evidence, ...]:
    return tuple(
        Evidence(source.name, start, end, source.text[start:end])
        for start, end in sentences
        if any(overlap((start, end), answer) for answer in answers)
    )


def _expect_text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(Sentence("set.text", found=repr(value)))
    return value


def _distinct(texts: Iterator[str] | Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(map(_expect_text, texts)))
