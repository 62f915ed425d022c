"""Text -> terms, and BM25 over them; for any language, without a dictionary.

In kana, kanji, hangul and scripts without spaces between words (Thai, Lao, Khmer, Burmese, Tibetan) the terms are
the single characters and the pairs of neighbours; elsewhere they are words. Text is folded first: NFKC, which
unifies the widths of letters, digits and kana, then case. Each term knows where it is in the original text.

A number is a term in one more form, which all its spellings share (`qa.text.numbers`): 第九条 and Article 9 have
``#9``, and 第九条 and 第9条 have ``#9条``. No word begins with that mark. These terms are for matching; what is
shown is the text that they stand for.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import regex

from qa.text.numbers import numbers

NUMBER_MARK = "#"
"""What the terms of numbers begin with, and no other term does."""

_UNSPACED = (
    "\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"  # kana, kanji
    "\uac00-\ud7af"  # hangul
    "\u0e00-\u0eff\u0f00-\u0fff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao, Tibetan, Burmese, Khmer
    "\U00020000-\U0003ffff"  # rare kanji
)
_RUN = re.compile(f"(?P<unspaced>[{_UNSPACED}]+)|[^\\W{_UNSPACED}_]+")

_COMPOSING = r"\p{M}\uff9e\uff9f\u1160-\u11ff"
"""What NFKC may combine with the code point before: marks, halfwidth voiced marks, hangul vowels and finals."""
_SIMPLE = r"A-Za-z0-9\s,.!?:;()\u3001\u3002\u300c-\u300f\u3041-\u3096\u30a1-\u30fc\u4e00-\u9fff\uac00-\ud7a3"
"""What folds code point by code point: most text."""
_PLAIN = regex.compile(f"[{_SIMPLE}]+")
_PIECE = regex.compile(f"[{_SIMPLE}]+(?![{_COMPOSING}])|(?s:.)[{_COMPOSING}]*")
"""Stretches that can be normalised one by one."""


@dataclass(frozen=True)
class Analysis:
    """How text becomes terms; it is in the manifest, so that questions are tokenized as the texts were."""

    name: str = "nfkc-casefold-unspaced-1+2-numbers"
    version: int = 2

    def to_dict(self) -> dict[str, str | int]:
        """Return it as the manifest has it."""
        return asdict(self)


@dataclass(frozen=True)
class Term:
    """A folded term and its place in the text; offsets are 0-based code points, end exclusive."""

    text: str
    start: int
    end: int


def terms(text: str) -> list[Term]:
    """Return the terms of a text with their places: the words in order, then the numbers in order.

    Of the words of a script without spaces, a pair comes before the character it begins with.
    """
    folded, starts, ends = fold(text)
    found = [Term(folded[first:end], starts[first], ends[end - 1]) for first, end in _spans(folded)]
    return found + [Term(NUMBER_MARK + n.form, starts[n.start], ends[n.end - 1]) for n in numbers(folded)]


def tokenize(text: str) -> list[str]:
    """Return the terms of a text as they are counted and compared, in the order of :func:`terms`."""
    folded = "".join(_folded(piece) for piece in _PIECE.findall(text))
    return [folded[first:end] for first, end in _spans(folded)] + [NUMBER_MARK + n.form for n in numbers(folded)]


def fold(text: str) -> tuple[str, list[int], list[int]]:
    """Fold a text by NFKC and case.

    Returns:
        The folded text, and for each of its code points the start and the end of what it came from; 0-based code
        points, end exclusive.
    """
    folded: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for match in _PIECE.finditer(text):
        first, end = match.span()
        piece = _folded(match.group())
        folded.append(piece)
        if len(piece) == end - first and _PLAIN.fullmatch(match.group()):
            starts.extend(range(first, end))
            ends.extend(range(first + 1, end + 1))
        else:
            starts.extend([first] * len(piece))
            ends.extend([end] * len(piece))
    return "".join(folded), starts, ends


def _folded(piece: str) -> str:
    return unicodedata.normalize("NFKC", piece).casefold()


def _spans(folded: str) -> Iterator[tuple[int, int]]:
    for match in _RUN.finditer(folded):
        start, end = match.span()
        if match["unspaced"] is None:
            yield start, end
            continue
        for i in range(start, end):
            if i + 1 < end:
                yield i, i + 2
            yield i, i + 1


class BM25:
    """BM25 over documents given as terms (Robertson and Zaragoza 2009, in Lucene's form), computed by bm25s.

    score(q, d) = sum over the terms t of q of idf(t) * tf / (tf + k1 * (1 - b + b * |d| / mean |d|)),
    idf(t) = ln(1 + (N - df + 0.5) / (df + 0.5)).

    The terms of numbers count `NUMBER_WEIGHT` times: a question's number says which passage is meant.
    """

    K1 = 1.2
    B = 0.75
    NUMBER_WEIGHT = 3.0
    """Of 20 articles asked for in digits where the text has kanji, 19 are cited first, and all of 10 years."""

    def __init__(self, documents: Sequence[Sequence[str]]) -> None:
        """Index n documents, each given as its terms."""
        import bm25s

        self._index = bm25s.BM25(method="lucene", k1=self.K1, b=self.B)
        # bm25s cannot index a collection without any term; this one occurs in no question.
        content = [list(document) for document in documents]
        if not any(content):
            content = [["\0"] for _ in content]
        self._index.index(content, show_progress=False)

    @classmethod
    def load(cls, folder: Path) -> BM25:
        """Read what :meth:`save` wrote."""
        import bm25s

        loaded = cls.__new__(cls)
        loaded._index = bm25s.BM25.load(folder, load_corpus=False, allow_pickle=False)
        return loaded

    def save(self, folder: Path) -> None:
        """Write .npy and .json files into the folder."""
        self._index.save(folder, show_progress=False, allow_pickle=False)

    def scores(self, query: Iterable[str]) -> npt.NDArray[np.float32]:
        """Return float32 [n]: each document's score for the query's distinct terms; 0 where none occurs."""
        known = [term for term in dict.fromkeys(query) if term in self._index.vocab_dict]
        if not known:
            return np.zeros(self._index.scores["num_docs"], dtype=np.float32)
        found: npt.NDArray[np.float32] = self._index.get_scores(known)
        if marked := [term for term in known if term.startswith(NUMBER_MARK)]:
            found = found + np.float32(self.NUMBER_WEIGHT - 1) * self._index.get_scores(marked)
        return found

    def scores_of(self, documents: Sequence[Sequence[str]], query: Iterable[str]) -> npt.NDArray[np.float32]:
        """Return float32 [n]: the scores of other documents, such as sentences, with the idf of the indexed ones.

        The mean length in the formula is that of the documents given.
        """
        weights = {term: self.idf(term) * self._weight(term) for term in query}
        lengths = np.array([len(document) for document in documents], dtype=np.float32)
        norms = self.K1 * (1 - self.B + self.B * lengths / max(float(lengths.mean()), 1.0))
        scores = np.zeros(len(documents), dtype=np.float32)
        for number, document in enumerate(documents):
            counts = Counter(term for term in document if term in weights)
            scores[number] = sum(weights[term] * tf / (tf + norms[number]) for term, tf in counts.items())
        return scores

    def idf(self, term: str) -> float:
        """Return a term's inverse document frequency; it is highest for a term that no document has."""
        number = self._index.vocab_dict.get(term)
        indptr = self._index.scores["indptr"]
        df = 0 if number is None else int(indptr[number + 1] - indptr[number])
        return self._idf_of(df)

    def _idf_of(self, df: int) -> float:
        n = int(self._index.scores["num_docs"])
        return math.log(1 + (n - df + 0.5) / (df + 0.5))

    def _weight(self, term: str) -> float:
        return self.NUMBER_WEIGHT if term.startswith(NUMBER_MARK) else 1.0

    def weight(self, query: Iterable[str]) -> float:
        """Return the sum of the weights of the query's terms: more than any document's score can be."""
        return sum(self.idf(term) * self._weight(term) for term in query)

    def coverage(self, query: Iterable[str]) -> float:
        """Return the share, 0 to 1, of the query's summed idf that belongs to terms of the index.

        It is near 0 for a question in another language than the texts. Then BM25's order depends on the odd
        shared name or number, and should count for little. A rare number is not odd: it says in any language which
        passage is meant. So the result is no less than the idf of the query's numbers as a share of what it would be
        if one document alone had each.
        """
        weights = {term: self.idf(term) for term in query}
        if not weights:
            return 0.0
        vocabulary = self._index.vocab_dict
        known = sum(weight for term, weight in weights.items() if term in vocabulary)
        marked = [term for term in weights if term.startswith(NUMBER_MARK)]
        most = len(marked) * self._idf_of(1)
        rare = sum(weights[term] for term in marked if term in vocabulary) / most if marked else 0.0
        return max(known / sum(weights.values()), rare)
