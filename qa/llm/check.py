"""A reply and the numbered sentences it was given -> a verdict on each sentence. The check is ours, not a model's.

A sentence passes if it quotes what it cites word for word, or else if

- it cites, and every number it cites was given;
- its words in quotation marks stand in what it cites;
- it holds no link, picture or markup that stands there neither;
- every number, date, amount and name in it stands in what it cites or in the question, in folded form;
- it does not deny what it cites, nor state what that denies, as far as negators show it (`qa.llm.polarity`);
- what it cites supports it, and no other sentence that was given does much better (`qa.llm.support`).

What a sentence cites is the quotes with what they stand under: headings, the names of columns, a question, a lead-in.
For names and quotations also the title of the document counts, which is shown with them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import regex

from qa.citations import Citation
from qa.llm.names import KnownWords, lacking_name
from qa.llm.polarity import contradicts
from qa.llm.quantities import Quantities, lacking_number
from qa.llm.statements import Statement
from qa.llm.support import LEAST_MARGIN, LEAST_SUPPORT, Support
from qa.llm.written import Reason, Sentence
from qa.search.lexical import fold

_QUOTED = regex.compile(
    r"「([^「」]{2,})」|『([^『』]{2,})』|“([^“”]{2,})”|„([^„“”]{2,})[“”]|«([^«»]{2,})»|(?<![\p{L}\p{N}])\"([^\"]{2,})\""
)
_FORM = regex.compile(r"!\[|\]\(|</?[a-z!]|https?:|www\.|data:|javascript:|```", regex.IGNORECASE)

_NEARLY_ALL = 0.8


class Checker:
    """Checks the sentences of one reply, one by one, as they arrive."""

    def __init__(self, question: str, given: Sequence[Citation], support: Support | None = None) -> None:
        """Take what the sentences are compared with.

        Args:
            question: as asked.
            given: the numbered sentences that the model was given.
            support: says how well each of them supports a sentence; None leaves that out.
        """
        self._question = question
        self._given: Mapping[int, Citation] = {one.n: one for one in given}
        self._support = support

    def check(self, statement: Statement, text: str) -> Sentence:
        """Return the verdict on a sentence of a reply, given the reply's text."""
        shown = text[statement.start : statement.end]
        reason, detail = self._verdict(statement, shown)
        return Sentence(statement.start, statement.end, shown, statement.cited, reason, detail)

    def _verdict(self, statement: Statement, shown: str) -> tuple[Reason, str]:
        cited = [self._given[n] for n in statement.cited if n in self._given]
        if len(cited) < len(statement.cited):
            unknown = next(n for n in statement.cited if n not in self._given)
            return Reason.UNKNOWN, f"[{unknown}]"
        if not cited or not statement.words:
            return Reason.UNCITED, ""
        words = statement.words
        if any(_is_quoted(words, one.quote) for one in cited):
            return Reason.PASSED, ""
        quotes = [one.quote for one in cited]
        known = [*quotes, *(part.quote for one in cited for part in one.context)]
        if (form := _FORM.search(words)) and not _is_in(form.group(), quotes):
            return Reason.FORM, form.group()
        titles = [one.source for one in cited]
        for quoted in _QUOTED.finditer(words):
            inside = next(filter(None, quoted.groups()))
            if not _is_in(inside, [*known, *titles]):
                return Reason.QUOTATION, quoted.group()
        known.append(self._question)
        if at := lacking_number(words, Quantities.of(known)):
            return Reason.NUMBER, words[slice(*at)]
        embedded = self._support.embedded(words) if self._support else None
        if at := lacking_name(words, KnownWords([*known, *titles]), embedded):
            return Reason.NAME, words[slice(*at)]
        if contradicts(words, known[:-1]):
            return Reason.DENIAL, ""
        return self._supported(statement), ""

    def _supported(self, statement: Statement) -> Reason:
        """Return whether what a sentence cites supports it, as the models see it."""
        if self._support is None:
            return Reason.PASSED
        scores = self._support.of(statement.words)
        own = max(scores[n] for n in statement.cited)
        others = max((score for n, score in scores.items() if n not in statement.cited), default=own)
        if own - others < LEAST_MARGIN:
            return Reason.ELSEWHERE
        return Reason.PASSED if own >= LEAST_SUPPORT else Reason.UNSUPPORTED


def _is_in(words: str, texts: Sequence[str]) -> bool:
    """Return whether words stand in one of some texts, whatever their width, case and white space."""
    wanted = _folded_words(words)
    return any(wanted in _folded_words(text) for text in texts)


def _is_quoted(words: str, quote: str) -> bool:
    """Return whether a sentence is a quotation, or nearly all of one: a short piece of it may mean something else."""
    said, whole = _folded_words(words), _folded_words(quote)
    return len(said) >= _NEARLY_ALL * len(whole) and said in whole


def _folded_words(text: str) -> str:
    return regex.sub(r"[\s'’‘`]+|[.,。、，]$", "", fold(text)[0])
