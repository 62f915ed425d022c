"""Text -> its sections by heading, and the boilerplate of a web page around it.

Headings are Markdown's (``#`` or underlined), and numbered or chapter headings that stand alone
(``01 …``, ``1. …``, ``第三章 …``, ``II. …``, ``Chapter 4 …``, ``■ …``). Boilerplate is the head or tail of
buttons, counters, link and language lists that comes along when a page is copied. Both are found by
form alone, never by what the words mean.

Offsets are 0-based code points into the text, end exclusive.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from statistics import median

import regex

from qa.text.markdown import verbatim
from qa.text.sentences import Span, columns, split_blocks, trim


@dataclass(frozen=True)
class Section:
    """A stretch of text under one heading.

    Attributes:
        start: offset of the heading's first code point.
        end: offset after the section's last one that is not white space.
        title: the heading, without Markdown's marks; "" before the first heading.
        headings: those that it stands under in turn, the outermost first.
    """

    start: int
    end: int
    title: str
    headings: tuple[str, ...] = ()


_MARKDOWN = regex.compile(r"[ \u3000]{0,3}(?P<marks>#{1,6})\s+(?P<title>.*)")
_DEEPEST_MARK = 6
_UNDERLINE = regex.compile(r"\s{0,3}(?:=+|-{2,})\s*\Z")
_SIGNED = regex.compile(r"[■◆▼]\s*\S|【[^】]+】\s*\Z")
"""Headings of an article, and of the lists of others that a page has at its end (▼関連記事)."""
_NUMERAL = r"(?:\d{1,3}|[IVXLC]{1,7}|[A-Z]\b|one|two|three|four|five|six|seven|eight|nine|ten)"
_NUMBERED = (
    regex.compile(r"\d{1,2}(?P<depth>(?:\.\d{1,2})*)(?:[.．:：、]\s+|[．、]|(?<=\.\d+)\s+|(?<=\b0\d)\s+)\S"),
    regex.compile(r"(?P<plain>\d{1,2})\s+\S"),
    regex.compile(r"第\s?[\d〇一二三四五六七八九十百]+\s?(?:章|[節部編話回条款項篇节卷巻講课課](?=[\s:：]|\Z))"),
    regex.compile(r"제\s?\d+\s?[장절부편](?=[\s:.]|\Z)"),
    regex.compile(r"(?:[IVXLC]{1,7}[.．]\s+|[Ⅰ-Ⅻ][.．、\s]\s*)\S"),
    regex.compile(r"(?:[一二三四五六七八九十]{1,3}[、．]|[（(][一二三四五六七八九十]{1,3}[)）])\s*\S"),
    regex.compile(
        rf"(?i:chapter|part|section|appendix|kapitel|teil|abschnitt|anhang|chapitre|partie|annexe|cap[ií]tulo"
        rf"|parte|secci[óo]n|capitolo|глава|часть|раздел)\s+(?i:{_NUMERAL})(?=[\s.:—–-]|\Z)"
    ),
    _SIGNED,
)
_WIDEST_HEADING = 80
_FULL_STOP = regex.compile(r"""(?V1)[[\p{Sentence_Terminal}།]--[?？]]["'”’」』)）]*\Z""")

_FEWEST_LINES = 5
_WIDEST_LABEL = 40
_USUAL_LABEL = 20
_LEAST_LABELS = 0.7
_LARGEST_SHARE = 0.4
_BULLET = regex.compile(r"\s*[-*+•‣◦・●○]\s*")
_SPEECH = regex.compile(r"""\s*[「『“"—–>|]""")
_SENTENCE_END = regex.compile(r"""(?V1)[\p{Sentence_Terminal},;:،、，；：…།」』”"]\Z""")
_COUNTER = regex.compile(
    r"\W*\d+\s?[/／]\s?\d+\W*\Z|.*[©®→»›]|(?:.*\S\s*[|·]\s*\S){2}|\W*\d[\d.,]*\s?[KMB万億천만]?\W*\Z"
)
"""What a label of a page looks like and a line of a text seldom does: 0/400, © 2023, Home | News | Contact, 1.2K."""


def sections(text: str) -> list[Section]:
    """The sections of ``text`` in order; together they hold all of it but white space and boilerplate."""
    return layout(text)[0]


def layout(text: str) -> tuple[list[Section], list[Span]]:
    """The sections of ``text``, and its head and tail that are a page's boilerplate, if any."""
    blocks = list(split_blocks(text))
    headings = list(_headings(text, blocks))
    start, end = _body(text, blocks, {at for at, title, _ in headings if not _SIGNED.match(title)})
    starts = [(at, title, above) for at, title, above in _nested(headings) if start <= at < end]
    if not starts or starts[0][0] > start:
        starts.insert(0, (start, "", ()))
    ends = [at for at, _, _ in starts[1:]] + [end]
    found = [
        Section(*trim(text, at, stop), title, above) for (at, title, above), stop in zip(starts, ends, strict=True)
    ]
    boilerplate = [trim(text, 0, start), trim(text, end, len(text))]
    return [section for section in found if section.start < section.end], [
        span for span in boilerplate if span[0] < span[1]
    ]


def _body(text: str, blocks: list[list[Span]], headings: Container[int]) -> Span:
    """The text without the boilerplate at its ends; what one of the headings stands over is none."""
    head, _ = _boilerplate_blocks(text, blocks, headings)
    tail, headed = _boilerplate_blocks(text, blocks[::-1], headings)
    tail = [] if headed else tail
    start = head[-1][-1][1] if head else 0
    end = tail[-1][0][0] if tail else len(text)
    if start + len(text) - end > _LARGEST_SHARE * len(text):
        return trim(text, 0, len(text))
    return trim(text, start, end)


def _nested(headings: Iterable[tuple[int, str, int]]) -> Iterator[tuple[int, str, tuple[str, ...]]]:
    """Where a heading begins, its title, and the titles that it stands under."""
    above: list[tuple[int, str]] = []
    for at, title, level in headings:
        while above and above[-1][0] >= level:
            above.pop()
        yield at, title, tuple(title for _, title in above)
        above.append((level, title))


def _headings(text: str, blocks: list[list[Span]]) -> Iterator[tuple[int, str, int]]:
    """Where a heading begins, its title, and how deep it stands: Markdown's marks tell, then numbers (1.2)."""
    skipped = verbatim(text)
    skip_from, skip_to = next(skipped, (len(text), len(text)))
    kinds = [_number_kind(text, block) for block in blocks]
    plain_numbers = {kind for kind in kinds if kind.isdecimal()}
    for i, block in enumerate(blocks):
        at, end = trim(text, block[0][0], block[0][1])
        while skip_to <= at < len(text):
            skip_from, skip_to = next(skipped, (len(text), len(text)))
        if skip_from <= at:
            continue
        title = text[at:end]
        following = blocks[i + 1] if i + 1 < len(blocks) else None
        if markdown := _MARKDOWN.match(text, block[0][0], end):  # indented further it is code
            if title := _without_closing_marks(markdown["title"]):
                yield at, title, len(markdown["marks"])
        elif following is None or len(block) > 1 or not _is_short(title):
            continue
        elif following[0][0] == block[0][1] and _UNDERLINE.match(text, *following[0]):
            yield at, title, 1 if text[trim(text, *following[0])[0]] == "=" else 2
        elif kind := kinds[i]:
            if kind.isdecimal():
                neighbours = {str(int(kind) - 1), str(int(kind) + 1)}
                is_heading = bool(neighbours & plain_numbers) and not kinds[i + 1].isdecimal()
            else:
                is_heading = kind != kinds[i + 1] and (i == 0 or kind != kinds[i - 1])
            if is_heading:
                yield at, title, _DEEPEST_MARK + 1 + (0 if kind.isdecimal() else int(kind[-2]))


def _without_closing_marks(title: str) -> str:
    title = title.strip()
    bare = title.rstrip("#")
    return bare.rstrip() if not bare or bare[-1].isspace() else title


def _number_kind(text: str, block: list[Span]) -> str:
    """By which scheme a line standing alone is numbered; "" if by none, the number itself where it is bare."""
    if len(block) > 1:
        return ""
    line = text[slice(*trim(text, *block[0]))]
    for kind, pattern in enumerate(_NUMBERED):
        if match := pattern.match(line):
            groups = match.groupdict()
            return str(int(groups["plain"])) if groups.get("plain") else f"{kind}{groups.get('depth', '').count('.')}x"
    return ""


def _is_short(line: str) -> bool:
    return len(line) <= _WIDEST_HEADING and columns(line) <= _WIDEST_HEADING and not _FULL_STOP.search(line)


def _boilerplate_blocks(text: str, blocks: list[list[Span]], headings: Container[int]) -> tuple[list[list[Span]], bool]:
    """The blocks, from the outside inwards, that are boilerplate, and whether a heading comes next."""
    found = size = 0
    headed = False
    for i, block in enumerate(blocks):
        size += block[-1][1] - block[0][0]
        lines = [text[slice(*trim(text, *line))] for line in block]
        labels = [line for line, is_row in zip(lines, _rows(lines), strict=True) if not is_row and _is_label(line)]
        headed = trim(text, *block[0])[0] in headings
        if headed or size > _LARGEST_SHARE * len(text) or len(labels) < _LEAST_LABELS * len(lines):
            break
        if _is_boilerplate(lines, labels):
            found = i + 1
    return blocks[:found], headed


def _rows(lines: list[str]) -> list[bool]:
    """Which lines of a block are a table's rows, as the readers of documents write them: bars, and such a neighbour.

    How many bars a row has tells nothing: of empty cells nothing is written.
    """
    barred = [False, *(" | " in line for line in lines), False]
    return [here and (before or after) for before, here, after in zip(barred, barred[1:], barred[2:], strict=False)]


def _is_label(line: str) -> bool:
    return (
        len(line) <= _WIDEST_LABEL
        and columns(line) <= _WIDEST_LABEL
        and not _SENTENCE_END.search(line)
        and not _SPEECH.match(line)
    )


def _is_boilerplate(lines: list[str], labels: list[str]) -> bool:
    """Whether the lines of a block are labels of a page, not a poem, a dialogue or an ordinary list."""
    if len(lines) < _FEWEST_LINES or median(columns(line) for line in lines) > _USUAL_LABEL:
        return False
    if all(_BULLET.match(line) for line in lines[1:]):
        return False
    return any(_COUNTER.match(line) for line in labels) or len({_script(line) for line in labels} - {""}) >= 3


def _script(line: str) -> str:
    """The script of a line's first letter; "" without letters. Chinese and Japanese are one."""
    for char in line:
        if char.isalpha():
            name = unicodedata.name(char, "").partition(" ")[0]
            return "CJK" if name in ("HIRAGANA", "KATAKANA") else name
    return ""
