"""Answer questions from texts that you choose, in their own sentences, each cited at its exact place.

    from qa import Index, answer

    index = Index.build(["source/"], "index")
    result = answer(index, "Who became interim CEO?")
    for c in result.citations:
        assert index.sources[c.source].text[c.start : c.end] == c.quote

Building an index:

    files, web pages, texts         what a user gives
      -> Source                     reading/     any format and encoding -> text
      -> passages, sentences        text/        spans of the text
      -> embeddings, terms          search/      embedding, lexical
      -> a generation on the disk   index, storage/

Asking a question:

    question -> Query               retrieval    checked, embedded, tokenized
      -> candidates -> hits         search/      candidates, ranker
      -> sentences -> Answer        answer       scored, then read by a trained model; the best are chosen, or none
      -> Citation                   citations    each checked against its source

Offsets are 0-based code points into ``Source.text``, end exclusive. Names are loaded when first used, so that
``import qa`` is quick.
"""

from __future__ import annotations

import importlib
import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from qa.answer import Answer, answer
    from qa.citations import AnswerSpan, Citation
    from qa.errors import (
        BusyError,
        CancelledError,
        EvaluationSetError,
        IndexDamagedError,
        IndexError_,
        IndexMismatchError,
        IndexMissingError,
        LanguageModelError,
        ModelError,
        QAError,
        QuestionError,
        ServeError,
        SourceError,
        StorageError,
    )
    from qa.index import Index
    from qa.retrieval import Hit, retrieve
    from qa.text.passages import Chunking, Passage
    from qa.text.source import Source

__version__ = "0.1.0"

_HOMES = {
    "Answer": "qa.answer",
    "AnswerSpan": "qa.citations",
    "BusyError": "qa.errors",
    "CancelledError": "qa.errors",
    "Chunking": "qa.text.passages",
    "Citation": "qa.citations",
    "EvaluationSetError": "qa.errors",
    "Hit": "qa.retrieval",
    "Index": "qa.index",
    "IndexDamagedError": "qa.errors",
    "IndexError_": "qa.errors",
    "IndexMismatchError": "qa.errors",
    "IndexMissingError": "qa.errors",
    "LanguageModelError": "qa.errors",
    "ModelError": "qa.errors",
    "Passage": "qa.text.passages",
    "QAError": "qa.errors",
    "QuestionError": "qa.errors",
    "ServeError": "qa.errors",
    "Source": "qa.text.source",
    "SourceError": "qa.errors",
    "StorageError": "qa.errors",
    "answer": "qa.answer",
    "retrieve": "qa.retrieval",
}

__all__ = [
    "Answer",
    "AnswerSpan",
    "BusyError",
    "CancelledError",
    "Chunking",
    "Citation",
    "EvaluationSetError",
    "Hit",
    "Index",
    "IndexDamagedError",
    "IndexError_",
    "IndexMismatchError",
    "IndexMissingError",
    "LanguageModelError",
    "ModelError",
    "Passage",
    "QAError",
    "QuestionError",
    "ServeError",
    "Source",
    "SourceError",
    "StorageError",
    "answer",
    "retrieve",
]


class _Package(ModuleType):
    """The package as a module in which ``qa.answer`` stays the function.

    Importing the module ``qa.answer`` would otherwise bind the module to that name.
    """

    def __setattr__(self, name: str, value: object) -> None:
        if not (name == "answer" and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'qa' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
