"""An error -> the sentence that the page shows, in the reader's language."""

from __future__ import annotations

import logging

from qa.catalogue import Words
from qa.errors import QAError

_log = logging.getLogger(__name__)


class RefusedError(QAError):
    """The page does not accept something; the code names a sentence of the page, without ``error.``."""

    def sentence(self, words: Words) -> str:
        """Return the sentence in the language of ``words``."""
        return words.say(self.code, **self.values)


def sentence_for(error: Exception, words: Words) -> str:
    """Return one sentence in the interface's language.

    An error that nobody expected is logged in full and shown as a general sentence.
    """
    if isinstance(error, QAError):
        return error.sentence(words)
    _log.error("an unexpected error", exc_info=error)
    return words["error.unexpected"]
