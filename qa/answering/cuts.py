"""A turn -> where it may be two questions: at a mark or at a word such as "and", and what both questions share.

    When was A founded, and who owns B?   When was A founded | who owns B?
    How much do [A] and [B] cost?         How much do A cost? | How much do B cost?
    AとBの料金は？                        Aの料金は？ | Bの料金は？

Nothing is decided here: which cut is right, if any, the texts say (`qa.answering.parts`). The words that may join are
those of CLDR's lists, and the particles of languages that write them without spaces.

Offsets are 0-based code points into the turn, end exclusive.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

import regex
from babel import Locale

from qa.text.paragraphs import Span

LANGUAGES = (
    "en", "ja", "zh", "ar", "de", "fr", "es", "it", "pt", "nl", "pl", "ru", "uk", "tr", "vi", "id", "th", "hi", "ko",
    "sv", "da", "fi", "ro", "hu", "el", "fa", "he",
)  # fmt: skip
"""Languages whose words for "and" and "or" are known (CLDR)."""
MOST_JOINTS = 8
"""Places at which one turn is cut, the first ones."""
_UNSPACED = r"\p{Han}\p{Hiragana}\p{Katakana}ー"
_STOPS = "?？؟!！;；。…\n"
_COMMAS = ",，、،"
_EDGES = f" {_COMMAS}"
_OTHERWISE = {"", "of", "en"}
"""What says "or" or "and" in Dutch, and something else much more often in other languages."""
_AFTER = "そして|それと|それから|あと|また|さらに|还有|還有|另外|以及|그리고"
"""Words that join and stand at the beginning of what they join."""
_BETWEEN = r"および|及び|ならびに|それとも|または|と|や(?!\p{Hiragana})|和|与|與|跟|及|还是|還是|或者|或"
"""Words that join and stand between two others without a space."""
_ATTACHED = "하고|이랑|랑|와|과"
"""Endings that join and are followed by a space."""
_WORDS = regex.compile(r"[\p{L}\p{N}]")
_INSIDE = regex.compile(rf"[\p{{L}}\p{{N}}--[{_UNSPACED}]]{{2}}", regex.V1)
"""Two letters of a word in a script that separates words."""


class Joint(NamedTuple):
    """Where two questions may be joined; ``shares``: by a word alone, so that both may share what is around them."""

    start: int
    end: int
    shares: bool


@dataclass(frozen=True)
class Cut:
    """Two parts of a turn: from ``begin`` to the joint and from the joint to ``end``; they share what is outside.

    Attributes:
        turn: the turn.
        joint: the joint.
        begin, end: where the first part begins and the second one ends.
    """

    turn: str
    joint: Joint
    begin: int
    end: int

    @property
    def said(self) -> tuple[str, str]:
        """The words before the joint and after it, as they stand in the turn."""
        first, second = self.turn[: self.joint.start], self.turn[self.joint.end :]
        return first.strip(_EDGES), second.strip(_EDGES)

    @property
    def questions(self) -> tuple[str, str]:
        """The two questions, each with what both share."""
        turn, joint = self.turn, self.joint
        first, second = (turn[: joint.start], turn[self.end :]), (turn[: self.begin], turn[joint.end :])
        return _joined(*first), _joined(*second)


def joints_of(turn: str, spans: Sequence[Span]) -> list[Joint]:
    """Return the places at which a turn may be cut, the first `MOST_JOINTS` that have words on both sides.

    Args:
        turn: the turn.
        spans: the places of its tokens; a word of a script without spaces joins only if it is made of whole tokens:
            と is none in とき, nor や in やめる.
    """
    found = (one for one in _joints(turn) if not one.shares or _has_edges(one, turn, spans))
    return list(islice(found, MOST_JOINTS))


def edges_of(turn: str, spans: Sequence[Span]) -> list[bool]:
    """Return for each token whether a word may begin with it: not in the middle of one that is written with spaces."""
    return [start == 0 or not _INSIDE.fullmatch(turn[start - 1 : start + 1]) for start, _ in spans]


@lru_cache(maxsize=1)
def _joint_pattern() -> regex.Pattern[str]:
    """Return what may join two questions or two parts of one."""
    spaced, attached = set[str](), set[str]()
    for tag in LANGUAGES:
        for style in ("standard", "or"):
            pair = Locale(tag).list_patterns.get(style, {}).get("2", "")
            word = pair.removeprefix("{0}").removesuffix("{1}")
            if word.strip(f"{_COMMAS} ") not in _OTHERWISE and word.startswith(" "):
                if word.endswith(" "):
                    spaced.add(regex.escape(word.strip()))
                elif not word.isascii():  # Arabic and Hebrew write it together with the next word
                    attached.add(regex.escape(word.strip()))
    words = "|".join(sorted(spaced, key=len, reverse=True))
    prefixes = "|".join(sorted(attached))
    joined = rf"(?:(?:{words}|vs\.?)\s+|(?:{prefixes})(?=\p{{L}}{{2}})|(?:{_AFTER})[{_COMMAS}]?\s*)"
    return regex.compile(
        rf"(?P<stop>(?:[{_STOPS}]|\.(?=\s))+)\s*{joined}?"
        rf"|(?<!\d)[{_COMMAS}](?!\d\d\d)\s*{joined}?|\s+{joined}"
        rf"|(?<=[{_UNSPACED}\p{{L}}\p{{N}}」』）)])\s*(?:{_BETWEEN})\s*(?=[{_UNSPACED}\p{{L}}\p{{N}}「『（(])"
        rf"|(?<=\p{{Hangul}})(?:{_ATTACHED})\s+",
        regex.IGNORECASE,
    )


def _joints(turn: str) -> Iterator[Joint]:
    """Yield the joints with words on both sides; a full stop belongs to what it ends."""
    for match in _joint_pattern().finditer(turn):
        start = match.end("stop") if match["stop"] else match.start()
        if _has_words(turn[:start]) and _has_words(turn[match.end() :]):
            yield Joint(start, match.end(), not match["stop"] and match[0][0] not in _COMMAS)


def _has_words(text: str) -> bool:
    return bool(_WORDS.search(text))


def _has_edges(joint: Joint, turn: str, spans: Sequence[Span]) -> bool:
    words = turn[joint.start : joint.end]
    if words != words.strip() or not words[0].isalpha():  # what stands apart
        return True
    inside = [(start, end) for start, end in spans if start < joint.end and end > joint.start]
    return all(joint.start <= start and end <= joint.end for start, end in inside)


def _joined(left: str, right: str) -> str:
    """Return two stretches of a turn as one question."""
    left, right = left.rstrip(), right.lstrip()
    gap = " " if left and right and _INSIDE.fullmatch(left[-1] + right[0]) else ""
    return f"{left}{gap}{right}".strip(_EDGES)
