"""Text -> the terms that occur again and again in it; without a dictionary.

Where capitals or a change of script mark names and compounds, these are counted. Chinese words are strings that occur
between many different neighbours (accessor variety, Feng et al. 2004). Elsewhere words are counted.
"""

from __future__ import annotations

from collections import Counter, defaultdict

import regex

_LATIN_WORD = r"[A-Z][\p{Latin}\p{N}&'’\-]{0,24}[\p{Latin}\p{N}]"
_LATIN_NAME = rf"(?<![\p{{L}}\p{{N}}]){_LATIN_WORD}(?:\ {_LATIN_WORD}){{0,4}}"
_IN_COMPOUND = r"\p{Han}\p{Katakana}ー・々A-Za-z"
_JAPANESE = regex.compile(
    rf"{_LATIN_NAME}(?![{_IN_COMPOUND}])|(?<![{_IN_COMPOUND}\d])[{_IN_COMPOUND}]{{3,14}}(?![{_IN_COMPOUND}])"
)
_HONORIFIC = regex.compile(r"(?:氏|さん|様)\Z")
_NO_TERM = regex.compile(
    r"\A[・ー第約各同全両当]|(?:[〇一二三四五六七八九十百千万年月日時分内上中後前間用的別等初目来降・]|時代|現在|場合)\Z"
    r"|\A\p{Latin}{1,2}\Z|\p{Ll}\p{Han}"
)
_CAPITAL = r"\p{Lu}[\p{L}\p{M}\p{N}'’\-]{0,30}[\p{L}\p{N}]"
_NAME = regex.compile(rf"(?<![\p{{L}}\p{{N}}]){_CAPITAL}(?:\ {_CAPITAL}){{0,4}}")
_WORD = regex.compile(r"[\p{L}\p{M}]{4,40}")
_HAN_RUN = regex.compile(r"\p{Han}{2,}")
_CHINESE_FUNCTION = regex.compile(
    r"[的了是在和与與及等为為以于於不有这這那他她它们們个個中上下一也都就而但被对對从從到将將由其并並或年月日]"
)
_LONGEST_NAME = 40
_CHINESE_SAMPLE = 50_000
_VARIETY = 3
_COMMON = 0.01
"""Share of all words above which a word of a longer text is too common to be typical of it."""


def key_terms(text: str, language: str, count: int) -> list[str]:
    """Return up to ``count`` terms, the most typical first; none contains another. Takes linear time."""
    if language == "ja":
        words = (_HONORIFIC.sub("", match) for match in _JAPANESE.findall(text))
        found = Counter(word for word in words if not _NO_TERM.search(word))
    elif language.startswith("zh"):
        found = _count_chinese(text) + Counter(regex.findall(_LATIN_NAME, text))
    else:
        found = _count_names(text) or _count_words(text)
    least = 2 if any(times > 1 for times in found.values()) else 1
    ranked = sorted(
        ((term, times) for term, times in found.items() if least <= times and len(term) <= _LONGEST_NAME),
        key=lambda item: (-item[1] * min(len(item[0]), 8), item[0]),
    )
    chosen: list[str] = []
    for term, _ in ranked:
        if len(chosen) == count:
            break
        if not any(term in other or other in term for other in chosen):
            chosen.append(term)
    return chosen


def _count_names(text: str) -> Counter[str]:
    """Count names, without words that have a capital only because they begin a sentence."""
    small = set(regex.findall(r"(?<![\p{L}])\p{Ll}[\p{L}\p{M}]*", text))
    names: Counter[str] = Counter()
    for name in _NAME.findall(text):
        first, _, rest = name.partition(" ")
        kept = rest if first.lower() in small else name
        if len(kept) > 1:
            names[kept] += 1
    return names


def _count_words(text: str) -> Counter[str]:
    words = Counter(_WORD.findall(text))
    total = words.total()
    if total < 3 / _COMMON:
        return words
    return Counter({word: times for word, times in words.items() if times <= _COMMON * total})


def _count_chinese(text: str) -> Counter[str]:
    before: defaultdict[str, set[str]] = defaultdict(set)
    after: defaultdict[str, set[str]] = defaultdict(set)
    times: Counter[str] = Counter()
    text = text[:_CHINESE_SAMPLE]
    for run in _HAN_RUN.finditer(text):
        for start in range(run.start(), run.end()):
            for end in range(start + 2, min(start + 6, run.end()) + 1):
                word = text[start:end]
                times[word] += 1
                before[word].add(text[start - 1] if start else "")
                after[word].add(text[end : end + 1])
    return Counter(
        {
            word: number
            for word, number in times.items()
            if len(before[word]) >= _VARIETY and len(after[word]) >= _VARIETY and not _CHINESE_FUNCTION.search(word)
        }
    )
