r"""Text -> lines, groups of lines and paragraphs. Offsets are 0-based code points, end exclusive.

A blank line ends a paragraph, and so does the end of a line, unless the lines were wrapped by hand or by a mail
program. Whether they were is judged by their form: how wide they are, how one ends and the next begins.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from itertools import pairwise

import regex

Span = tuple[int, int]
"""Offsets of the first code point and of the one after the last, 0-based."""

_STANDS_ALONE = regex.compile(r"\s{0,3}(?:#{1,6}\s|(?:=+|-+|\*+|_+)\s*\Z)")
"""A Markdown heading or rule, which separates paragraphs as a blank line does."""
_STANDS_ALONE_FIRST = frozenset("#=-*_")
_SAYS_NOTHING = regex.compile(r"[\s\p{Cf}\p{Cc}\-=*_~#|+:.·•—–─━═]*+\Z")
"""A line without words, such as a rule."""

_NARROWEST, _WIDEST = 40, 132
"""Columns of the longest line of a wrapped paragraph, at least and at most."""
_FULL = 0.7
"""Share of the longest line that each line but the last fills at least."""
_LINES_PER_SENTENCE = 8
"""Most lines for each full stop of a wrapped paragraph. Verses, lists of titles and captions have fewer."""
_FEWEST_VERSES = 4
"""From this many lines on, lines that all begin with a capital are verses or titles."""
_LOOK_BACK = 16
"""How many code points at the end of a line are looked at."""
_SENTENCE_END = regex.compile(
    r"""(?V1)[\p{Sentence_Terminal}।།…][\p{Close_Punctuation}\p{Final_Punctuation}"'”’*_]*+\s*\Z"""
)
"""A full stop with the closing marks and the signs of emphasis after it."""
_ANY_SENTENCE_END = regex.compile(r"""(?V1)[\p{Sentence_Terminal}।](?=[\p{Pe}\p{Pf}"'”’]*+(?:\s|\Z))|[。．！？｡]""")
_BEGINS_ALONE = regex.compile(
    r"\s*(?:[-*+•‣◦・●○■□▪◆◇▼▲★–—―#>|※→]|[✓✔]|\d{1,3}(?:\.\d{1,3})*[.)）]\s|\d{1,3}[、．]|[（(]\w{1,3}[)）]|[①-⓿]|[a-zA-Z][.)]\s"
    r"|[【〔]|第\s?[\d〇一二三四五六七八九十百]+\s?[章節条項回])"
)
"""The beginning of a list item or heading."""
_LABELLED = regex.compile(
    r"\s*(?:[^\s:：。、,][^:：。、,.!?]{0,24}[:：](?=\s|[^\x00-\x7f]|\Z)|[^\s「『。、]{0,12}[「『])|\s*[\"“„«‘]"
)
"""The beginning of a line of dialogue or of one with a name and a value."""
_TABLE_ROW = regex.compile(r"\S(?:\t| {3,}|\u3000{2,}|\s*\|)\s*\S")
_UNSPACED = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}ー々〆、。，．・：；！？」』）】》〉…]")
"""Characters of scripts that are written without spaces and have full stops."""
_GOES_ON_WITH = regex.compile(r"[、，をはがのにへとでもやてし]\Z|[\p{Han}\p{Katakana}ー]\Z")
"""The end of a line that ends no Japanese or Chinese clause: a comma, a particle, or a word that may go on."""
_FUNCTION_WORD = regex.compile(r"[^\W\d_]+\Z")
_LINKS = frozenset(
    """the a an of in on at to for with by from and or as into than that der die das den dem des von im und mit für zu
    le la les de du des et à en un une el los las del y por para da do dos das e il lo gli di della van het een av och
    på af og i w z na v s k""".split()  # noqa: SIM905
)
"""Words that no sentence and no title ends with."""
_CAPTION = regex.compile(
    r"""\s*+[*_]{0,2}[(（\[［【〔]?\s{0,9}(?:
      (?:図|写真|表|画像|圖|图|表格|照片|그림|사진|표)\s?\d+(?:[-‐–.．]\d+)*(?:\s*[:：.．、)）】］\]〕]\s*
        |\s+(?![はがをのにでともへや]))
    | (?:図|写真|画像|撮影|提供|圖|图|照片|사진|그림|Photo|Foto|Image|Picture|Bild|Фото)\s?[:：=＝]\s*
    | (?:Fig(?:ure|ura|uur)?|FIG(?:URE)?|Tab(?:le|elle|leau|ela|la)?|TABLE|Plate|Photo|Foto|Image|Abb(?:ildung)?|Bild
       |Figur|Kuva|Рис(?:унок)?|Табл(?:ица)?|Фото|Мал(?:юнок)?|Εικ(?:όνα)?|Rys(?:unek)?|Obr(?:ázek)?|Ábra|Şekil|Hình|Gambar|Slika)
      \.?\s?\d+(?:[-–.]\d+)*[a-z]?\s?[.:：—–|]\s+
    )(?=\S)""",
    regex.VERBOSE,
)
"""The label of a picture or table, with the mark after it."""
_CAPTION_FIRST = frozenset("*_(（[［【〔図写表画撮提圖图照그사표FTPIABKРТФМΕROÁŞHGS")
"""The characters that a label may begin with: most paragraphs begin with none of them."""


def columns(line: str) -> int:
    """Return the width of a line on a terminal, where wide East Asian characters take two columns."""
    return len(line) if line.isascii() else sum(1 + (unicodedata.east_asian_width(char) in "WF") for char in line)


def trim(text: str, start: int, end: int) -> Span:
    """Return the span ``text[start:end]`` without the white space at its ends."""
    span = text[start:end]
    start += len(span) - len(span.lstrip())
    return start, start + len(span.strip())


def ends_sentence(text: str) -> bool:
    """Return whether a text ends with a sentence, judged by its last mark."""
    return bool(_SENTENCE_END.search(text[-_LOOK_BACK:]))


def caption_label(paragraph: str) -> int:
    """Return the length of the label with which a caption of a picture begins (図1, Figure 2.); 0 if it is none."""
    if paragraph.lstrip()[:1] not in _CAPTION_FIRST:
        return 0
    match = _CAPTION.match(paragraph)
    return match.end() if match else 0


def split_paragraphs(text: str) -> list[Span]:
    """Return the spans of the paragraphs of ``text`` in order: lines, or groups of lines with hard line breaks.

    Offsets are 0-based code points into ``text``, end exclusive.
    """
    found: list[Span] = []
    for group in group_lines(text):
        for first, last in paragraphs_of(text, group):
            start, end = trim(text, first, last)
            if not _SAYS_NOTHING.match(text, start, end):
                found.append((start, end))
    return found


def group_lines(text: str) -> Iterator[list[Span]]:
    """Yield the lines of ``text``, line ends included, in groups separated by blank lines.

    A Markdown heading or rule is a group of its own. Offsets are 0-based code points, end exclusive.
    """
    group: list[Span] = []
    end = 0
    for line in text.splitlines(keepends=True):
        start, end = end, end + len(line)
        alone = line.lstrip()[:1] in _STANDS_ALONE_FIRST and _STANDS_ALONE.match(line) is not None
        blank = line.isspace()
        if group and (alone or blank):
            yield group
            group = []
        if alone:
            yield [(start, end)]
        elif not blank:
            group.append((start, end))
    if group:
        yield group


def is_wrapped(lines: Sequence[str]) -> bool:
    """Return whether the lines of a group are one paragraph with hard line breaks at a fixed width."""
    if len(lines) < 2 or any(_BEGINS_ALONE.match(line) for line in lines):
        return False
    lines = [line.strip() for line in lines]
    widths = [columns(line) for line in lines]
    longest = max(widths)
    if not _NARROWEST <= longest <= _WIDEST or any(width < _FULL * longest for width in widths[:-1]):
        return False
    if _are_rows(lines) or all(ends_sentence(line) for line in lines[:-1]):
        return False
    if len(lines) == 2:
        return ends_sentence(lines[1]) and _fills(lines, widths, 0) and _runs_on(*lines)
    if sum(_ANY_SENTENCE_END.search(line) is not None for line in lines) * _LINES_PER_SENTENCE < len(lines):
        return False
    if not all(line[0].isupper() for line in lines):
        return True
    return len(lines) < _FEWEST_VERSES and all(_fills(lines, widths, i) for i in range(len(lines) - 1))


def paragraphs_of(text: str, group: list[Span]) -> Iterator[Span]:
    """Yield the paragraphs of a group of lines: captions of pictures, and the rest as one or line by line."""
    if len(group) == 1:
        yield group[0]
        return
    lines = [text[start:end] for start, end in group]
    captions = {i for i, line in enumerate(lines) if caption_label(line)}
    borders = {0, len(lines), *captions}
    for after in captions:
        after += 1
        while after < len(lines) and not ends_sentence(lines[after - 1]) and _is_cut(lines[after]):
            after += 1
        borders.add(after)
    for first, last in pairwise(sorted(borders)):
        part = group[first:last]
        if first in captions or is_wrapped(lines[first:last]):
            part = [(part[0][0], part[-1][1])]
        yield from part


def _are_rows(lines: Sequence[str]) -> bool:
    """Return whether the lines are rows of a table, lines of a dialogue, or names with values."""
    labelled = sum(_LABELLED.match(line) is not None for line in lines[1:])
    tabular = sum(_TABLE_ROW.search(line) is not None for line in lines)
    return 2 * labelled >= len(lines) - 1 or 2 * tabular >= len(lines)


def _fills(lines: Sequence[str], widths: Sequence[int], i: int) -> bool:
    """Return whether the first word of the line after line ``i`` would have made it the longest."""
    following = lines[i + 1]
    if _UNSPACED.match(lines[i][-1]) and _UNSPACED.match(following[0]):
        return widths[i] + 4 >= max(widths)  # a mark that may not begin a line takes a character along
    return widths[i] + 1 + columns(following.split(maxsplit=1)[0]) >= max(widths)


def _runs_on(line: str, following: str) -> bool:
    """Return whether a sentence goes on from the end of a full line to the next."""
    if ends_sentence(line) or line[-1] in ":：;；":
        return False
    if _UNSPACED.match(line[-1]) or _UNSPACED.match(following[0]):
        return _GOES_ON_WITH.search(line) is not None
    first = following[0]
    if not (first.isupper() or first.istitle() or first.isdecimal()):
        return first.isalpha() or line[-1] != ","
    word = _FUNCTION_WORD.search(line[-_LOOK_BACK:])
    return line[-1] in ",-" or (word is not None and word.group() in _LINKS)


def _is_cut(line: str) -> bool:
    """Return whether a line begins in the middle of a sentence, with a small letter."""
    return line.lstrip()[:1].islower()
