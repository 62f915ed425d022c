"""A sentence -> the names in it that are not in what it cites.

Two signs of a name, for words that the known texts do not have: a capital letter within a sentence, and what a trained
row of weights makes of a token's vector by the default embedding model. The weights were learnt where a name can be
told, from capitals in Latin script and from the answers to questions for persons elsewhere (`bench/training/names.py`);
the vectors carry them over to languages without capitals. `bench/statements.py` measures both.

Offsets are 0-based code points into the sentence, end exclusive.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

import numpy as np
import numpy.typing as npt
import regex

from qa.search.embedding import Embedded, ModelRecord
from qa.search.lexical import fold
from qa.text.number_words import ERAS, MONTHS
from qa.text.paragraphs import Span

_log = logging.getLogger(__name__)

CONFIG = "names.json"
LEAST_NAME = -0.4
"""The logit from which on an unknown word is taken for a name (`bench/statements.py --tune`)."""
_SPACED_LETTER = r"\p{Latin}\p{Greek}\p{Cyrillic}\p{Arabic}\p{Hebrew}\p{Hangul}\p{Devanagari}"
"""Letters of scripts that put spaces between words. Between others they are words by themselves: のTwitchの."""
_CAPITAL = regex.compile(rf"(?<![{_SPACED_LETTER}\p{{N}}])\p{{Lu}}[{_SPACED_LETTER}\p{{M}}'’-]*")
_OPENING = regex.compile(r"(?:^|[.:!?…“\"«(]\s*)\Z")
"""What stands before a word that is capitalised wherever it comes first."""
_POSSESSIVE = regex.compile(r"['’]s?\Z")
_WORD = regex.compile(rf"[{_SPACED_LETTER}\p{{M}}'’]+")
_SPACED = regex.compile(rf"[{_SPACED_LETTER}]")
_KANA = regex.compile(r"\A\p{Hiragana}+|\p{Hiragana}+\Z")
_SAID_OTHERWISE = frozenset(
    [*MONTHS, *ERAS, *["mon", "tue", "wed", "thu", "fri", "sat", "sun"]]
    + [f"{day}day{s}" for day in ["mon", "tues", "wednes", "thurs", "fri", "satur", "sun"] for s in ("", "s")]
)
"""What looks like a name and is a date: `qa.llm.quantities` compares these."""


@dataclass(frozen=True)
class NameWeights:
    """What tells names by the vectors of their tokens.

    Attributes:
        encoder, fingerprint, directions, prompt: the embedding model, and what is put before a sentence.
        weights: one for each number of a token's vector.
        bias: what is added.
    """

    encoder: str
    fingerprint: str
    directions: str | None
    prompt: str
    weights: tuple[float, ...]
    bias: float

    def fits(self, model: ModelRecord) -> bool:
        """Return whether a model is the one that the weights were made for."""
        own = (self.encoder, self.fingerprint, self.directions, self.prompt)
        return own == (model.name, model.fingerprint, model.directions, model.prompts.query)

    def logits(self, embedded: Embedded) -> npt.NDArray[np.float32]:
        """Return float32 [t]: how surely each token of a sentence is part of a name."""
        return (embedded.tokens @ np.array(self.weights, dtype=np.float32) + np.float32(self.bias)).astype(np.float32)


class KnownWords:
    """The words that a sentence may use as names: those of what it cites, and of the question."""

    def __init__(self, texts: Iterable[str]) -> None:
        """Take the texts."""
        folded = [fold(text)[0] for text in texts]
        self._words = {_stem(word) for text in folded for word in _WORD.findall(text)}
        self._text = "\n".join("".join(char for char in text if char.isalnum()) for text in folded)

    def has(self, word: str) -> bool:
        """Return whether a word is known: a whole word, or in scripts without spaces its characters in a row."""
        folded = fold(word)[0]
        if folded in _SAID_OTHERWISE:
            return True
        if _SPACED.search(folded):
            return _stem(folded) in self._words
        plain = "".join(filter(str.isalnum, _KANA.sub("", folded)))
        return plain in self._text or plain in _SAID_OTHERWISE


def lacking_name(words: str, known: KnownWords, embedded: Embedded | None = None) -> Span | None:
    """Return the place of the first name of a sentence that is not known; None if all are.

    Args:
        words: the sentence.
        known: the words that it may use.
        embedded: its embeddings as a question by the default model; None leaves the trained weights out.
    """
    for found in _CAPITAL.finditer(words):
        is_first = bool(_OPENING.search(words[: found.start()]))
        if not is_first and not known.has(found.group()):
            return found.span()
    weights = load_name_weights()
    if embedded is None or weights is None:
        return None
    logits = weights.logits(embedded)
    tokens = [(start, end) for start, end in embedded.spans.tolist()]
    for at, logit in enumerate(logits.tolist()):
        if logit < LEAST_NAME:
            continue
        start, end = _word_around(words, *tokens[at])
        if any(map(str.isalpha, words[start:end])) and not known.has(words[start:end]):
            after = at + 1
            while after < len(tokens) and tokens[after][0] == tokens[after - 1][1] and logits[after] >= LEAST_NAME:
                after += 1
            return start, max(end, _word_around(words, *tokens[after - 1])[1])
    return None


def _word_around(words: str, start: int, end: int) -> Span:
    """Return the place of the whole word that a token is a part of; in scripts without spaces, of the token itself."""
    while start < end and not words[start].isalnum():
        start += 1
    if not _SPACED.search(words[start:end]):
        return start, end
    while start > 0 and _WORD.fullmatch(words[start - 1]):
        start -= 1
    while end < len(words) and _WORD.fullmatch(words[end]):
        end += 1
    return start, end


def _stem(word: str) -> str:
    """Return a folded word without what a possessive or a plural adds."""
    word = _POSSESSIVE.sub("", word)
    return word[:-1] if len(word) > 3 and word.endswith("s") and word.isascii() else word


@lru_cache(maxsize=1)
def load_name_weights() -> NameWeights | None:
    """Return the packaged weights; None, and a warning in the log, if the file is not what it should be."""
    try:
        described = json.loads((files("qa") / "llm" / CONFIG).read_text(encoding="utf-8"))
        return NameWeights(**(described | {"weights": tuple(map(float, described["weights"]))}))
    except (OSError, ValueError, TypeError, KeyError) as error:
        _log.warning("names are told by capitals alone: %s", error)
        return None


def save_name_weights(folder: Path, made: NameWeights) -> None:
    """Write weights into a folder."""
    rounded = asdict(made) | {"weights": [round(one, 4) for one in made.weights], "bias": round(made.bias, 4)}
    (folder / CONFIG).write_text(json.dumps(rounded) + "\n", encoding="utf-8")


def names_by_capitals(sentence: str) -> Sequence[Span]:
    """Return the places of the words of a sentence in Latin script that are written as names, to learn from."""
    found = _CAPITAL.finditer(sentence)
    return [one.span() for one in found if len(one.group()) > 1 and not _OPENING.search(sentence[: one.start()])]
