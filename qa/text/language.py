"""Text -> the language it is written in, as a BCP 47 tag.

Scripts that only one language uses (kana, hangul) decide first. For the rest py3langid decides: naive Bayes over
byte sequences, with weights that come with its package.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import regex

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

UNKNOWN = "und"
"""The tag of an undetermined language (BCP 47)."""

_SAMPLE_CHARS = 4000
"""Most code points that are looked at, however long the text is."""
_PIECES = 8
"""Pieces of a long text that make up the sample."""
_FEWEST_LETTERS = 3
"""With fewer letters the language is undetermined."""
_LEAST_CERTAIN = 0.5
"""Least probability of a guess. Names and single words stay below it."""
_FEWEST_HAN = 10
"""With fewer Chinese characters, and no other letters, a text may also be a Japanese title."""
_KANA_SHARE = 0.05
"""Share of kana among kana and kanji from which a text is Japanese. Chinese texts have at most a の now and then."""
_LETTERS_PER_SIGN = 2.5
"""Latin letters that say as much as one kanji, kana or hangul syllable."""

_KANA = regex.compile(r"[\p{Hiragana}\p{Katakana}]")
_HAN = regex.compile(r"\p{Han}")
_HANGUL = regex.compile(r"\p{Hangul}")
_OTHER_LETTER = regex.compile(r"(?V1)[\p{L}--\p{Hiragana}--\p{Katakana}--\p{Han}--\p{Hangul}]")
# Frequent characters whose form differs between traditional and simplified writing.
_TRADITIONAL = regex.compile("[個們這國會來對時後說學為點問開關發現經過還進業產長間門車電見書馬語話員無與從當動]")
_SIMPLIFIED = regex.compile("[个们这国会来对时后说学为点问开关发现经过还进业产长间门车电见书马语话员无与从当动]")


def language_of(text: str) -> str:
    """Return the language of most of a text: ``ja``, ``en``, ``zh`` (``zh-Hant`` in traditional characters), ``ar`` ...

    Return ``und`` if it cannot be determined. The time taken does not grow with the length of the text. Never raises.
    """
    sample = _spread_sample(text)
    kana, han, hangul, other = (len(pattern.findall(sample)) for pattern in (_KANA, _HAN, _HANGUL, _OTHER_LETTER))
    if kana + han + hangul + other < _FEWEST_LETTERS:
        return UNKNOWN
    east = kana + han + hangul
    if east * _LETTERS_PER_SIGN < other:
        return _by_statistics(sample)
    if hangul > kana + han:
        return "ko"
    if kana >= _KANA_SHARE * (kana + han):
        return "ja"
    if han < _FEWEST_HAN:
        return UNKNOWN
    traditional = len(_TRADITIONAL.findall(sample))
    return "zh-Hant" if traditional > len(_SIMPLIFIED.findall(sample)) else "zh"


def _spread_sample(text: str) -> str:
    """Return pieces spread over a text, so that a foreign quotation or the head of a page does not decide."""
    if len(text) <= _SAMPLE_CHARS:
        return text
    length = _SAMPLE_CHARS // _PIECES
    step = (len(text) - length) / (_PIECES - 1)
    return "\n".join(text[round(n * step) : round(n * step) + length] for n in range(_PIECES))


def _by_statistics(sample: str) -> str:
    language, probability = _identifier().classify(sample)
    return str(language) if probability >= _LEAST_CERTAIN else UNKNOWN


@lru_cache(maxsize=1)
def _identifier() -> LanguageIdentifier:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
