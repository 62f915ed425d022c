"""Everything that can go wrong on purpose, one class for each thing a caller may want to catch.

QAError                    base of all; its text is one sentence: what was wrong and what to do
├── SourceError            a text that cannot be read (missing, empty, binary, too long, unknown encoding)
│                          or a name that no text of the index has
├── QuestionError          a question that cannot be asked: empty or too long
├── ModelError             an embedding model that cannot be found, loaded or used
├── IndexError_            an index folder that cannot be used
│   ├── IndexMissingError  there is none
│   ├── IndexDamagedError  a file of it is missing, cut or changed
│   └── IndexMismatchError it was made by another format, model or setting
├── StorageError           the disk refused: full, read-only, no permission
├── EvaluationSetError     a question set that cannot be read
└── ServeError             the chat cannot be served: port in use, host unknown
"""

from __future__ import annotations

from qa.catalogue import Command, Words, words_of


class QAError(Exception):
    """Base of every error of this package: a code, the values of its sentence, and a command that helps.

    ``str(error)`` is one English sentence, fit to be shown; :meth:`sentence` gives it in another language. The
    sentences are in ``qa/languages/``, under ``error.`` and the code; ``{command}`` there stands for the remedy.

    Attributes:
        code: names the sentence, such as ``source.missing``.
        values: the values of the sentence's placeholders, by name.
        remedy: a shell command that helps, quoted for the shell; "" where there is none.
    """

    def __init__(self, code: str, *, remedy: str = "", **values: object) -> None:
        super().__init__(code)
        self.code = code
        self.values = values
        self.remedy = remedy

    def sentence(self, words: Words) -> str:
        """Return the error's sentence in the language of ``words``."""
        return words.say(f"error.{self.code}", command=Command(self.remedy), **self.values)

    def __str__(self) -> str:
        return self.sentence(words_of("en"))


class SourceError(QAError):
    """A source text cannot be read, or the index holds none of that name."""


class QuestionError(QAError):
    """A question cannot be asked."""


class ModelError(QAError):
    """An embedding model cannot be found, loaded or used."""


class IndexError_(QAError):
    """An index folder cannot be used. The underscore keeps Python's own ``IndexError`` in sight."""


class IndexMissingError(IndexError_):
    """There is no index in the folder."""


class IndexDamagedError(IndexError_):
    """A file of the index is missing, cut or changed."""


class IndexMismatchError(IndexError_):
    """The index was made by another format, model or setting."""


class StorageError(QAError):
    """The disk refused to write: full, read-only or not permitted."""


class EvaluationSetError(QAError):
    """A question set cannot be read."""


class ServeError(QAError):
    """The chat cannot be served."""
