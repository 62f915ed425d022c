r"""Text -> spans of paragraphs and sentences. Offsets are 0-based code points, end exclusive.

Paragraphs come from `qa.text.paragraphs`. Spans are in order and never overlap. Together they hold every letter and
digit of the text; between them are only white space, stray marks and ruled lines. A sentence never crosses a blank
line.

A sentence ends

- at a full stop of any script;
- at ``.``, ``!`` or ``?`` if white space follows and the word before is not an abbreviation (`qa.text.abbreviations`);
- at ``;`` after Greek words and ``:`` after Armenian ones, as at ``?`` and ``.``;
- at the end of a line, unless the lines are one paragraph with hard line breaks;
- in scripts without full stops, at the first space after a phrase of a minimum length.

The caption of a picture is one unit. A quotation that closes within its paragraph is not split. An opening mark that
never closes is ignored, so that a missing 」 cannot swallow the rest of the paragraph. The time taken is linear in the
length of the text.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import chain
from typing import NamedTuple

import regex

from qa.text.abbreviations import Paragraph
from qa.text.paragraphs import Span, caption_label, split_paragraphs, trim

_OPENERS = "「『（(【〈《“„〔［[｢«"
_CLOSERS = "」』）)】〉》”“〕］]｣»"
_OPENER_OF = dict(zip(_CLOSERS, _OPENERS, strict=True))
_TITLE_MARKS = "『《〈"
_EXCLAIMING = "!?！？‼⁇⁈⁉‽﹖﹗؟"
_GREEK_QUESTION_MARK = "\u037e"
_LONGEST_CAPTION = 200
"""A caption that is longer than this, in code points, is split into sentences after its label."""
_LONGEST_WHOLE_QUOTATION = 300
"""A quotation with full stops inside that is longer than this, in code points, is split like other text."""

_STOP = r"[\p{Sentence_Terminal}།༎᠃\u037e--[၊]]"
_CLOSER = r"[」』）)】〉》”〕］\]｣»›’]"
# Particles that continue a sentence after a mark (えっ！？と驚いた) or a quotation (「…。」など).
# Words that only begin with the same characters (とにかく, はい, でも) are excluded.
_GOES_ON = r"(?:と(?!にかく|ころで|もあれ|もかく)|って|を|の(?!ち|み|ん))"
_GOES_ON_AFTER_MARK = regex.compile(_GOES_ON)
_GOES_ON_AFTER_FULL_STOP = regex.compile(r"を|の(?=[\p{Han}\p{Katakana}])")  # モーニング娘。のメンバー
_GOES_ON_AFTER_QUOTATION = regex.compile(
    rf"{_GOES_ON}|[、，,;；،。｡.]|など|なんて|なら|なの|は(?!い|じ|た|っ)|が(?!ん|、)|に(?!も?かか)|で(?!も|は|すが|すか)"
    r"|も(?!ち|し|っ|う|は)|や(?!が|は|っ)|へ|だ(?!が|か|け|っ)|より|から|まで|くらい|ぐらい|的|等"
)


class _Marks(NamedTuple):
    """Patterns of the marks that may end a sentence in a paragraph.

    Attributes:
        stops: full stops with what directly follows them: closing marks, Markdown emphasis, note numbers.
        pairs: what is needed to pair quotation marks: the marks, and the full stops between them.
    """

    stops: regex.Pattern[str]
    pairs: regex.Pattern[str]


def _marks(stop: str) -> _Marks:
    stops = rf"""(?V1)(?P<stops>{stop}+)
    (?P<closers>(?:{_CLOSER}|["'](?=\W|\Z|{_GOES_ON}|など)|[“«](?=[\s,;.、，。]|\Z))*
    (?:[*_]+(?=\s|\Z))?(?:\[\d{{1,3}}\])*)"""
    pairs = rf"(?V1)(?P<stop>{stop}+)|[{regex.escape(_OPENERS + _CLOSERS)}]"
    return _Marks(regex.compile(stops, regex.VERBOSE), regex.compile(pairs))


_USUAL_MARKS = _marks(_STOP)
_GREEK_AND_ARMENIAN_MARKS = _marks(rf"[{_STOP}[;:]]")
_GREEK_OR_ARMENIAN = regex.compile("[\u0370-\u03ff\u0530-\u058f\u1f00-\u1fff]")
_QUESTION = regex.compile(r"\p{Greek}{2}[^\p{L}]*+\Z|\p{Greek}{2}\W*+\s\p{Greek}\W*+\Z")
"""What is before a Greek question mark (; or U+037E)."""
_COLON = regex.compile(r"\p{Armenian}[^\p{L}]*+\Z")
"""What is before a colon that is an Armenian full stop."""
_FINAL_MARK = regex.compile(rf"(?V1){_STOP}|{_CLOSER}|[“«;:]")
"""A mark that a quotation may end with. “ and « close a quotation in German."""
_STRAY = regex.compile(rf"""(?V1)(?:\s++(?:{_STOP}|{_CLOSER}|["'])++(?=\s|\Z))*+\s*+""")
"""White space and isolated marks after a sentence, such as a closing quotation mark without an opening one."""
_WHITE_SPACE = regex.compile(r"\s*+")
_CJK = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}ー々〆〜～」』）】》〉]")
_LATIN_OR_DIGIT = regex.compile(r"[\p{Latin}\p{Nd}]")
_NAME_GOES_ON = regex.compile(r"[\p{Latin}\p{Katakana}]")
"""What continues a Latin name after a wide exclamation mark (Yahoo！ニュース, Yahoo！JAPAN)."""

_LAST_WORD = regex.compile(r"""(?<![^\s(（\["'’“„«/–-])(?:[^\W_]++\.)*+[^\W_]++\Z""")
"""The word before a full stop, with the full stops inside it (e.g, U.S)."""
_NEXT_WORD = regex.compile(r"[^\W_]+")
_INITIALS = regex.compile(r"(?:\p{L}\.)*[\p{Lu}\p{Ll}\p{Hebrew}\p{Arabic}--я]\Z", regex.V1)
"""An initial or a row of them. One lower-case letter of any script but Cyrillic я counts as well."""
_THAI_SHORT = regex.compile(r"(?:\A|[^\p{Thai}\p{Lao}])(?:[ก-ฮກ-ຮ]{1,4}|เม|มิ|สิ|โทร)\Z|\.[ก-ฮກ-ຮ]{1,3}\Z")
"""A Thai or Lao abbreviation: consonants without vowels (พ.ศ, ดร, น)."""
_LIST_NUMBER = regex.compile(r"\s*[(（]?(?:\d{1,3}(?:\.\d{1,3})*|[A-Za-z]|[IVXivx]{1,5})")
"""The number of a list item, at the beginning of a sentence (1. 2.3. b. IV.)."""
_NUMBER = regex.compile(r"[+(]?\p{Nd}|§|№|[IVXLC]+\b|\p{Lu}\.?\s?\p{Nd}|\p{Lu}\.\s\p{Ll}?\p{Nd}", regex.V1)
"""What goes on after an abbreviation such as No., Fig. or art. (5, +48, IV, L. 123)."""
_ROMAN = regex.compile(r"[IVX]{2,6}\Z")
_DAY = regex.compile(r"\b\d{1,2}\Z")
"""The day of a German date, if a month follows (3. Oktober)."""
_NEXT_PART_OF_DATE = regex.compile(r"\d{1,2}\.(?!\d)")
_DATE = regex.compile(r"(?<![\d.])\d{1,2}\.\s?\d{1,2}\Z")
"""A day and a month in numbers, before the year (3. 5. 2019)."""
_WHOLE_DATE = regex.compile(r"(?<!\d)\d{4}\.\s\d{1,2}\.\s\d{1,2}\Z")
"""A date as in Korean and Hungarian (2019. 5. 3.)."""
_YEAR = regex.compile(r"\d{4}\b")
_ORDINAL = regex.compile(r"\b(?:[dD]e[mnrs]|[iI]m|vom|zum|beim|[dD]en|[dD]et|[dD]ne|d\.)\s\d{1,2}\Z")
"""A German, Scandinavian or Czech ordinal number (im 19. Jahrhundert, den 3. Maj)."""
_GERMAN_MONTHS = frozenset(
    """januar februar märz april mai juni juli august september oktober november dezember""".split()  # noqa: SIM905
)
_LOOK_BACK = 24
"""How many code points before a full stop are looked at: more than any abbreviation has."""

_SPACED = r"[\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\p{Tibetan}]"
_SPACED_SCRIPT = regex.compile(_SPACED)
_SPACED_SCRIPT_STOP = regex.compile("[།༎။។៕]")
"""Full stops of these scripts. A paragraph that has one is not split at spaces."""
_PHRASE_END = regex.compile(rf"(?<={_SPACED})\s+(?={_SPACED})")
_SHORTEST_PHRASE = 60
"""Where no mark ends sentences in these scripts, the first space after this many code points does."""


def split_sentences(text: str) -> list[Span]:
    """Return the spans of the sentences of ``text`` in order, without white space at their ends.

    Offsets are 0-based code points into ``text``, end exclusive.
    """
    return [span for paragraph in split_paragraphs(text) for span in split_paragraph(text, *paragraph)]


def split_paragraph(text: str, start: int, end: int) -> Iterator[Span]:
    """Yield the spans of the sentences of the paragraph ``text[start:end]``; offsets are those of ``text``."""
    paragraph = text[start:end]
    label = caption_label(paragraph)
    if label and end - start <= _LONGEST_CAPTION:
        yield start, end
        return
    spaced = not paragraph.isascii() and _SPACED_SCRIPT.search(paragraph) and not _SPACED_SCRIPT_STOP.search(paragraph)
    ends = _sentence_ends(paragraph, Paragraph(text, start, end), label)
    begin = 0
    for cut, next_begin in chain(ends, [(len(paragraph), len(paragraph))]):
        for phrase_end in chain(_phrase_ends(paragraph, begin, cut) if spaced else (), [cut]):
            first, last = trim(paragraph, begin, phrase_end)
            if first < last:
                yield start + first, start + last
            begin = phrase_end
        begin = next_begin


def _sentence_ends(paragraph: str, own: Paragraph, label: int) -> Iterator[Span]:
    """Yield where a sentence ends and where the next one begins, for each end but the last.

    ``label`` is the length of a caption's label, in which no sentence ends.
    """
    has_own_marks = (
        not paragraph.isascii() and (";" in paragraph or ":" in paragraph) and _GREEK_OR_ARMENIAN.search(paragraph)
    )
    patterns = _GREEK_AND_ARMENIAN_MARKS if has_own_marks else _USUAL_MARKS
    marks = patterns.stops.search(paragraph, label)
    quotations = iter(_whole_quotations(paragraph, patterns.pairs) if marks else ())
    opener = closer = -1
    begin = 0
    while marks:
        at, position = marks.span()
        while closer < at:
            opener, closer = next(quotations, (len(paragraph), len(paragraph)))
        quoted = opener < at
        if quoted and at < (final := _final_marks(paragraph, opener, closer)):
            position = final
        elif _ends_sentence(paragraph, marks, begin, opener if quoted else None, own):
            begin = _end_of(_STRAY, paragraph, position)
            yield position, begin
            position = begin
        marks = patterns.stops.search(paragraph, position)


def _whole_quotations(paragraph: str, pairs: regex.Pattern[str]) -> list[Span]:
    """Return the quotations whose full stops end no sentence, from opening to closing mark, outermost only.

    They have full stops inside, are at most ``_LONGEST_WHOLE_QUOTATION`` long and are not the whole paragraph.
    """
    opener_of = dict(_OPENER_OF)
    if 0 <= paragraph.find("»") < paragraph.find("«"):  # »so« in German books, «so» elsewhere
        opener_of["«"] = "»"
        del opener_of["»"]
    openers = frozenset(opener_of.values())
    open_marks: list[tuple[str, int, int]] = []  # mark, offset, number of full stops before it
    still_open: Counter[str] = Counter()
    stops = 0
    whole: list[Span] = []
    for mark in pairs.finditer(paragraph):
        at, char = mark.start(), mark.group()
        partner = "„" if char == "”" and still_open["„"] else opener_of.get(char, "")
        if mark["stop"]:
            stops += 1
        elif still_open[partner]:
            opener = ""
            while opener != partner:  # marks opened in between never close
                opener, where, stops_before = open_marks.pop()
                still_open[opener] -= 1
            if (
                stops > stops_before
                and at - where <= _LONGEST_WHOLE_QUOTATION
                and not _is_whole_paragraph(paragraph, where, at)
            ):
                while whole and whole[-1][0] > where:
                    whole.pop()
                whole.append((where, at))
        elif char in openers:
            open_marks.append((char, at, stops))
            still_open[char] += 1
    return whole


def _is_whole_paragraph(paragraph: str, opener: int, closer: int) -> bool:
    """Return whether a quotation fills its paragraph, apart from one mark after it."""
    return opener == 0 and closer >= len(paragraph) - 2


def _final_marks(paragraph: str, opener: int, closer: int) -> int:
    """Return where the full stops and closing marks at the end of a quotation begin."""
    position = closer
    while position > opener + 1 and _FINAL_MARK.match(paragraph, position - 1):
        position -= 1
    return position


def _ends_sentence(paragraph: str, marks: regex.Match[str], begin: int, opener: int | None, own: Paragraph) -> bool:
    """Return whether full stops, with the closing marks after them, end the sentence that begins at ``begin``.

    ``opener`` is the offset of the opening mark of the quotation that they close, or None if they close none.
    """
    at, after = marks.span()
    following = _end_of(_WHITE_SPACE, paragraph, after)
    if following == len(paragraph):
        return True
    before = paragraph[at - 1] if at else ""
    last = marks["stops"][-1]
    exclaims = last in _EXCLAIMING
    if (marks["stops"].isascii() or last == _GREEK_QUESTION_MARK) and not (exclaims and _CJK.match(before)):
        return following > after and _ends_latin_sentence(paragraph, marks, begin, following, own)
    if last == "．" and _LATIN_OR_DIGIT.match(before) and _LATIN_OR_DIGIT.match(paragraph, after):
        return False
    if marks["closers"] and _GOES_ON_AFTER_QUOTATION.match(paragraph, following):
        return False
    if not exclaims:
        return following > after or not _GOES_ON_AFTER_FULL_STOP.match(paragraph, following)
    if _GOES_ON_AFTER_MARK.match(paragraph, following):
        return False
    if following > after:
        return True
    if opener is not None:  # a title with a mark (『けいおん！』第2期) does not end, speech (「行こう！」彼は) may
        return paragraph[opener] not in _TITLE_MARKS and (opener == begin or paragraph[opener - 1] in ":：，,")
    return not (_LATIN_OR_DIGIT.match(before) and _NAME_GOES_ON.match(paragraph, after))


def _ends_latin_sentence(paragraph: str, marks: regex.Match[str], begin: int, following: int, own: Paragraph) -> bool:
    """Return whether ``.``, ``!``, ``?`` or a mark of one script before white space ends a sentence.

    ``following`` is the offset of the first character after the white space.
    """
    if _is_lower(paragraph[following]) and not paragraph[following + 1 : following + 2].isupper():
        return False  # but "iPhone" may begin a sentence
    at = marks.start()
    before = paragraph[max(0, at - _LOOK_BACK) : at]
    last = marks["stops"][-1]
    if last == ";":
        return _QUESTION.search(before) is not None
    if last == ":":
        return _COLON.search(before) is not None and not paragraph[following].isdecimal()
    if marks["stops"] != "." or marks["closers"]:
        return True
    word = _LAST_WORD.search(before)
    if not word:
        return True
    if at - begin < _LOOK_BACK and _LIST_NUMBER.fullmatch(paragraph, begin, at):
        return False
    match = _NEXT_WORD.match(paragraph, following)
    next_word = match.group() if match else ""
    name = word.group()
    if name.isdecimal() or _ROMAN.match(name):
        return not _number_goes_on(paragraph, before, following, next_word, own)
    role = own.role(name)
    if role == "joins" or (not name.isascii() and _THAI_SHORT.search(name)):
        return False
    if not (role or _INITIALS.match(name)):
        return True
    another = match is not None and paragraph[match.end() : match.end() + 1] == "." and _is_short(next_word, own)
    begins = not another and own.begins(next_word)
    if role == "number" and (another or _NUMBER.match(paragraph, following)):
        return False
    if len(next_word) == 1 and role == "number" and not begins:  # fig. A, písm. B
        return False
    return begins or not (role == "seldom" or _INITIALS.match(name))


def _is_short(word: str, own: Paragraph) -> bool:
    """Return whether a word before a full stop is an abbreviation or an initial."""
    return own.role(word) is not None or _INITIALS.match(word) is not None


def _number_goes_on(paragraph: str, before: str, following: int, next_word: str, own: Paragraph) -> bool:
    """Return whether the number at the end of ``before`` is an ordinal or part of a date, not the end of a sentence."""
    if _NEXT_PART_OF_DATE.match(paragraph, following) or _ORDINAL.search(before):
        return True
    if _DATE.search(before) and _YEAR.match(paragraph, following):
        return True
    lower = next_word.lower()
    if lower in _GERMAN_MONTHS and _DAY.search(before):
        return True
    if own.begins(next_word):
        return False
    if _WHOLE_DATE.search(before):
        return True
    if _ROMAN.search(before):
        return own.has_ordinals()
    return _DAY.search(before) is not None and next_word[:1].isalpha() and own.has_ordinals("capital")


def _is_lower(char: str) -> bool:
    """Return whether a sentence seldom begins with a character; Georgian has one case, which counts as lower."""
    return char.islower() and not "\u10d0" <= char <= "\u10ff"


def _phrase_ends(paragraph: str, begin: int, end: int) -> Iterator[int]:
    """Yield the offsets of the spaces between ``begin`` and ``end`` that end a phrase of the minimum length."""
    for space in _PHRASE_END.finditer(paragraph, begin, end):
        if space.start() - begin >= _SHORTEST_PHRASE:
            yield space.start()
            begin = space.end()


def _end_of(pattern: regex.Pattern[str], text: str, position: int) -> int:
    """Return the end of a match that begins at ``position``, or ``position`` if there is none."""
    match = pattern.match(text, position)
    return match.end() if match else position
