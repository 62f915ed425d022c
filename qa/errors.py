"""The errors that this package raises on purpose, one class for each kind that a caller may want to catch.

An error carries a code, the values of its sentence and, if there is one, a command that helps. The sentence says
what is wrong and what to do about it.

QAError                    base class of all
├── SourceError            a text cannot be read (missing, empty, binary, too long, unknown encoding),
│                          or the index has no text of that name
├── QuestionError          a question cannot be asked: it is empty or too long
├── ModelError             an embedding model cannot be found, loaded or used
├── IndexError_            an index folder cannot be used
│   ├── IndexMissingError  the folder has no index
│   ├── IndexDamagedError  a file of the index is missing, truncated or changed
│   └── IndexMismatchError the index was built with another format, model or setting
├── StorageError           the disk cannot be written: full, read-only, no permission
├── EvaluationSetError     a question set cannot be read
├── ServeError             the chat cannot be served: port in use, unknown host
├── LanguageModelError     a language model of the user's cannot be used, or gives no reply
├── BusyError              too many callers are waiting
└── CancelledError         a visitor cancelled a change of the index
"""

from __future__ import annotations

from qa.catalogue import Command, Piece, Sentence, Words


class QAError(Exception):
    """Base class of every error of this package.

    The sentences are in ``qa/languages/``, under ``error.`` and the code; ``{command}`` in them is the remedy.
    ``str(error)`` is the English sentence, ready to be shown.

    Attributes:
        code: the name of the sentence, such as ``source.missing``.
        values: the values of the sentence's placeholders, by name.
        remedy: a shell command that helps, quoted for the shell; "" if there is none.
    """

    def __init__(self, code: str, *, remedy: str = "", **values: object) -> None:
        super().__init__(code)
        self.code = code
        self.values = values
        self.remedy = remedy

    @property
    def key(self) -> str:
        """The key of the sentence in the language files."""
        return f"error.{self.code}"

    def sentence(self, words: Words) -> str:
        """Return the error's sentence in the language of ``words``."""
        return words.say(self.key, command=Command(self.remedy), **self.values)

    def pieces(self, words: Words) -> list[Piece]:
        """Return the same sentence as text and code."""
        return words.pieces(self.key, command=Command(self.remedy), **self.values)

    def __str__(self) -> str:
        return str(Sentence(self.key, command=Command(self.remedy), **self.values))


class SourceError(QAError):
    """A source text cannot be read, or the index has no text of that name."""


class QuestionError(QAError):
    """A question cannot be asked."""


class ModelError(QAError):
    """An embedding model cannot be found, loaded or used."""


class IndexError_(QAError):
    """An index folder cannot be used. The underscore avoids hiding Python's own ``IndexError``."""


class IndexMissingError(IndexError_):
    """The folder has no index."""


class IndexDamagedError(IndexError_):
    """A file of the index is missing, truncated or changed."""


class IndexMismatchError(IndexError_):
    """The index was built with another format, model or setting."""


class StorageError(QAError):
    """The disk cannot be written: it is full, read-only or not permitted."""


class EvaluationSetError(QAError):
    """A question set cannot be read."""


class ServeError(QAError):
    """The chat cannot be served."""


class LanguageModelError(QAError):
    """A language model of the user's cannot be used, or gives no reply; the answer from the texts stands without it."""


class BusyError(QAError):
    """Too many callers are waiting already; the same call may succeed a moment later."""

    def __init__(self) -> None:
        super().__init__("service.busy")


class CancelledError(QAError):
    """A visitor cancelled a change of the index; the index stays as it was."""

    def __init__(self) -> None:
        super().__init__("job.cancelled")
