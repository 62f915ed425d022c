"""A sentence, the quotes it cites -> whether it denies what they state, or states what they deny.

Vectors hardly tell a statement from its denial (`bench/statements.py`), so the negators themselves are compared: those
of Japanese, Chinese and English, closed classes of their grammars. A sentence that denies must cite something that
denies, ends or excludes. One that does not deny must not rest on a clause that does: of the clauses that are cited, the
one that shares most with it. Two negators in a clause make none.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import regex

from qa.search.lexical import fold, tokenize

LEAST_SHARED = 0.5
"""The share of a clause's terms that a sentence must have for the clause to be what it rests on."""
_NEGATORS = regex.compile(
    r"な(?:い|かっ|く(?!な|て))|ません|ず(?=[、。にと]|$)|不可|禁止|なし|除[くきい]|対象外"
    r"|不|没|沒|无|未(?!満|来|明)|禁(?!止)|勿|莫|非(?!常)"
    r"|(?<![a-z])(?:not|no|never|none|nor|neither|without|cannot|nobody|nothing)(?![a-z])|n['’]t(?![a-z])"
)
_OBLIGING = regex.compile(
    r"な(?:けれ|くて)ば?は?(?:いけない|いけません|ならない|なりません)|かもしれ(?:ない|ません)|不得不|只不过"
    r"|not only|no (?:more|later|less|fewer) than"
)
"""Negators that deny nothing."""
_NEAR_NEGATORS = regex.compile(
    r"限[っらりるのら]|のみ|だけ|以外|無|ゼロ|運休|停止|中止|やめ|失|断|避|取り?消|止|欠|只|仅|免|停|闭|閉|取消"
    r"|(?<![a-z])(?:only|unless|except|free|clos|refus|fail|ban|lack|miss|reject|declin|lost|stop|cancel|owe|unpaid)"
)
"""What can be said with a negator as well: "only twice" is "not more than twice"."""
_CLAUSE = regex.compile(r"[、。，；;,|]|[ \u3000]{2,}|(?<=[a-z]) (?:and|but|while) ")


def contradicts(words: str, quotes: Sequence[str]) -> bool:
    """Return whether a sentence denies what the quotes state, or the other way round, as far as negators show it."""
    said = fold(words)[0]
    denies = _denies(said)
    cited = [fold(quote)[0] for quote in quotes]
    if denies:
        return not any(_NEGATORS.search(quote) or _NEAR_NEGATORS.search(quote) for quote in cited)
    if _NEGATORS.search(_OBLIGING.sub("", said)) or _NEAR_NEGATORS.search(said):
        return False
    own = set(tokenize(said))
    rests_on = max(_clauses(cited, own), default=(0.0, ""))
    return rests_on[0] >= LEAST_SHARED and _denies(rests_on[1])


def _denies(folded: str) -> bool:
    return len(_NEGATORS.findall(_OBLIGING.sub("", folded))) % 2 == 1


def _clauses(cited: Sequence[str], own: set[str]) -> Iterator[tuple[float, str]]:
    """Yield the clauses of what is cited, each with the share of its terms that a sentence has."""
    for quote in cited:
        for clause in _CLAUSE.split(quote):
            if terms := set(tokenize(clause)):
                yield len(terms & own) / len(terms), clause
