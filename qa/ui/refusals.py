"""Errors as the page shows them: an exception goes in, a sentence in the visitor's language comes out."""

from __future__ import annotations

import logging

from qa.catalogue import Piece, Words
from qa.errors import QAError

_log = logging.getLogger(__name__)


def sentence_for(error: Exception, words: Words) -> str:
    """Return one sentence about an error, as plain text with backticks around code.

    An unexpected error is logged in full and shown as a general sentence.
    """
    return error.sentence(words) if isinstance(error, QAError) else words[_unexpected(error)]


def pieces_for(error: Exception, words: Words) -> list[Piece]:
    """Return the same sentence as text and code."""
    return error.pieces(words) if isinstance(error, QAError) else words.pieces(_unexpected(error))


class RefusedError(QAError):
    """A visitor's input that the page does not accept; the code is a key of the page, without ``error.``."""

    @property
    def key(self) -> str:
        """The key of the sentence in the language files."""
        return self.code


def _unexpected(error: Exception) -> str:
    _log.error("an unexpected error", exc_info=error)
    return "error.unexpected"
