r"""Text -> spans of paragraphs and sentences. Offsets are 0-based code points, end exclusive.

Spans are in order and never overlap. Together they hold every letter and digit of the text; between them are
only white space, stray marks and ruled lines. A sentence never crosses a blank line.

A sentence ends

- at a full stop of any script;
- at ``.``, ``!`` or ``?`` if white space follows and the word before is not an abbreviation;
- at the end of a line, unless the lines are one paragraph with hard line breaks;
- in scripts without full stops, at the first space after a phrase of a minimum length.

A quotation that closes within its paragraph is not split. An opening mark that never closes is ignored, so that
a missing 」 cannot swallow the rest of the paragraph. The time taken is linear in the length of the text.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterator
from itertools import chain

import regex

Span = tuple[int, int]
"""Offsets of the first code point and of the one after the last, 0-based."""


def _word_set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_OPENERS = "「『（(【〈《“„〔［[｢«"
_CLOSERS = "」』）)】〉》”“〕］]｣»"
_OPENER_OF = dict(zip(_CLOSERS, _OPENERS, strict=True))
_TITLE_MARKS = "『《〈"
_EXCLAIMING = "!?！？‼⁇⁈⁉‽﹖﹗؟"
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
_STOPS = regex.compile(
    rf"""(?V1)(?P<stops>{_STOP}+)
    (?P<closers>(?:{_CLOSER}|["'](?=\W|\Z|{_GOES_ON}|など)|[“«](?=[\s,;.、，。]|\Z))*
    (?:[*_]+(?=\s|\Z))?(?:\[\d{{1,3}}\])*)""",
    regex.VERBOSE,
)
"""Full stops with what directly follows and belongs to them: closing marks, Markdown emphasis, note numbers."""
_STOP_OR_BRACKET = regex.compile(rf"(?V1)(?P<stop>{_STOP}+)|[{regex.escape(_OPENERS + _CLOSERS)}]")
"""What is needed to pair quotation marks: the marks, and the full stops between them."""
_FINAL_MARK = regex.compile(rf"(?V1){_STOP}|{_CLOSER}|[“«]")
"""A mark that a quotation may end with. “ and « close a quotation in German."""
_STRAY = regex.compile(rf"""(?V1)(?:\s++(?:{_STOP}|{_CLOSER}|["'])++(?=\s|\Z))*+\s*+""")
"""White space and isolated marks after a sentence, such as a closing quotation mark without an opening one."""
_WHITE_SPACE = regex.compile(r"\s*+")
_CJK = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}ー々〆〜～」』）】》〉]")
_LATIN_OR_DIGIT = regex.compile(r"[\p{Latin}\p{Nd}]")
_NAME_GOES_ON = regex.compile(r"[\p{Latin}\p{Katakana}]")
"""What continues a Latin name after a wide exclamation mark (Yahoo！ニュース, Yahoo！JAPAN)."""

_NEVER_LAST = _word_set(
    "Mr Mrs Ms Mx Dr Drs Prof St Ste Gen Col Capt Lt Sgt Maj Rev Hon Gov Sen Rep Pres Messrs Mt "
    "Sra Srta Dra Mme Mlle Mgr Hr Fr Frl Dipl vs cf ca bzw resp sog e.g i.e z.B d.h u.a p.ej т.е"
)
"""Titles and connecting abbreviations: a full stop after them never ends a sentence."""
_BEFORE_NUMBER = _word_set("no nos nr fig figs vol p pp art abs sec ch eq op núm pág стр рис")
"""Abbreviations after which a number continues the sentence (No. 5, Fig. 2)."""
_SELDOM_LAST = _word_set(
    "inc ltd co corp llc dept est approx al etc jr sr bros univ ave blvd rd jan feb mar apr jun jul aug sep sept oct "
    "nov dec usw ee.uu ph.d m.d str jh chr mio mrd vgl ggf evtl см др т.д т.п г гг млн млрд тыс"
)
"""Abbreviations that end a sentence only if the next word is in ``_BEGINNERS``. Initials too (U.S., J. R. Smith)."""
_BEGINNERS = _word_set(
    "the a an it he she they we i you this that these those his her their our my its in on at but and so for from "
    "when while if as after before however there what who why how where also although since no one some many most "
    "der die das ein eine er sie es wir im le les un une il elle ils elles on nous ce cette el los las una en "
    "o os um uma lo gli он она они это но в на кто что как когда если потом"
)
"""Words that often begin a sentence, in lower case."""
_LAST_WORD = regex.compile(r"""(?<![^\s(（\["'“„«/–-])(?:[^\W_]++\.)*+[^\W_]++\Z""")
"""The word before a full stop, with the full stops inside it (e.g, U.S)."""
_NEXT_WORD = regex.compile(r"[^\W_]+")
_INITIALS = regex.compile(r"(?:\p{L}\.)*[\p{Lu}\p{Ll}--я]\Z", regex.V1)
"""An initial or a row of them. One lower-case letter of any script but Cyrillic я counts as well."""
_LIST_NUMBER = regex.compile(r"\s*[(（]?(?:\d{1,3}(?:\.\d{1,3})*|[A-Za-z]|[IVXivx]{1,5})\Z")
"""The number of a list item, at the beginning of a paragraph (1. 2.3. b. IV.)."""
_DAY = regex.compile(r"\b\d{1,2}\Z")
"""The day of a German date, if a month follows (3. Oktober)."""
_ORDINAL = regex.compile(r"\b(?:[dD]e[mnrs]|[iI]m|vom|zum|beim)\s\d{1,2}\Z")
"""A German ordinal number (im 19. Jahrhundert)."""
_GERMAN_MONTHS = _word_set("januar februar märz april mai juni juli august september oktober november dezember")
_LOOK_BACK = 24
"""How many code points before a full stop are looked at: more than any abbreviation has."""

_SPACED = r"[\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\p{Tibetan}]"
_SPACED_SCRIPT = regex.compile(_SPACED)
_SPACED_SCRIPT_STOP = regex.compile("[།༎။។៕]")
"""Full stops of these scripts. A paragraph that has one is not split at spaces."""
_PHRASE_END = regex.compile(rf"(?<={_SPACED})\s+(?={_SPACED})")
_SHORTEST_PHRASE = 60
"""Where no mark ends sentences in these scripts, the first space after this many code points does."""

_LIST_MARKER = regex.compile(r"\s*(?:[-*+•‣◦・●○■□▪–—#>|※]|\d{1,3}[.)）]\s|[（(]\d{1,3}[)）])")
_STANDS_ALONE = regex.compile(r"\s{0,3}(?:#{1,6}\s|(?:=+|-+|\*+|_+)\s*\Z)")
"""A Markdown heading or rule, which separates paragraphs as a blank line does."""
_STANDS_ALONE_FIRST = frozenset("#=-*_")
_SAYS_NOTHING = regex.compile(r"[\s\p{Cf}\p{Cc}\-=*_~#|+:.·•—–─━═]*+\Z")
"""A line without words, such as a rule."""


def split_sentences(text: str) -> list[Span]:
    """Return the spans of the sentences of ``text`` in order, without white space at their ends.

    Offsets are 0-based code points into ``text``, end exclusive.
    """
    return [span for paragraph in split_paragraphs(text) for span in split_paragraph(text, *paragraph)]


def split_paragraphs(text: str) -> list[Span]:
    """Return the spans of the paragraphs of ``text`` in order: lines, or groups of lines with hard line breaks.

    Offsets are 0-based code points into ``text``, end exclusive.
    """
    found: list[Span] = []
    for group in group_lines(text):
        if _is_wrapped([text[slice(*line)] for line in group]):
            group = [(group[0][0], group[-1][1])]
        spans = (trim(text, *span) for span in group)
        found += [(start, end) for start, end in spans if not _SAYS_NOTHING.match(text, start, end)]
    return found


def split_paragraph(text: str, start: int, end: int) -> Iterator[Span]:
    """Yield the spans of the sentences of the paragraph ``text[start:end]``; offsets are those of ``text``."""
    paragraph = text[start:end]
    spaced = not paragraph.isascii() and _SPACED_SCRIPT.search(paragraph) and not _SPACED_SCRIPT_STOP.search(paragraph)
    begin = 0
    for cut, next_begin in chain(_sentence_ends(paragraph), [(len(paragraph), len(paragraph))]):
        for phrase_end in chain(_phrase_ends(paragraph, begin, cut) if spaced else (), [cut]):
            first, last = trim(paragraph, begin, phrase_end)
            if first < last:
                yield start + first, start + last
            begin = phrase_end
        begin = next_begin


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


def _is_wrapped(lines: list[str]) -> bool:
    """Return whether the lines of a group are one paragraph with hard line breaks at a fixed width."""
    if len(lines) < 3 or any(_LIST_MARKER.match(line) for line in lines):
        return False
    widths = [columns(line.strip()) for line in lines]
    longest = max(widths)
    return 40 <= longest <= 132 and all(width >= 0.7 * longest for width in widths[:-1])


def columns(line: str) -> int:
    """Return the width of a line on a terminal, where wide East Asian characters take two columns."""
    return len(line) if line.isascii() else sum(1 + (unicodedata.east_asian_width(char) in "WF") for char in line)


def trim(text: str, start: int, end: int) -> Span:
    """Return the span ``text[start:end]`` without the white space at its ends."""
    span = text[start:end]
    start += len(span) - len(span.lstrip())
    return start, start + len(span.strip())


def _sentence_ends(paragraph: str) -> Iterator[Span]:
    """Yield where a sentence ends and where the next one begins, for each end but the last."""
    marks = _STOPS.search(paragraph)
    quotations = iter(_whole_quotations(paragraph) if marks else ())
    opener = closer = -1
    begin = 0
    while marks:
        at, position = marks.span()
        while closer < at:
            opener, closer = next(quotations, (len(paragraph), len(paragraph)))
        quoted = opener < at
        if quoted and at < (final := _final_marks(paragraph, opener, closer)):
            position = final
        elif _ends_sentence(paragraph, marks, begin, opener if quoted else None):
            begin = _end_of(_STRAY, paragraph, position)
            yield position, begin
            position = begin
        marks = _STOPS.search(paragraph, position)


def _whole_quotations(paragraph: str) -> list[Span]:
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
    for mark in _STOP_OR_BRACKET.finditer(paragraph):
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


def _ends_sentence(paragraph: str, marks: regex.Match[str], begin: int, opener: int | None) -> bool:
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
    if marks["stops"].isascii() and not (exclaims and _CJK.match(before)):
        return following > after and _ends_latin_sentence(paragraph, marks, following)
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


def _ends_latin_sentence(paragraph: str, marks: regex.Match[str], following: int) -> bool:
    """Return whether ``.``, ``!`` or ``?`` before white space ends a sentence.

    ``following`` is the offset of the first character after the white space.
    """
    if (
        paragraph[following].islower() and not paragraph[following + 1 : following + 2].isupper()
    ):  # "iPhone" may begin a sentence
        return False
    if marks["stops"] != "." or marks["closers"]:
        return True
    before = paragraph[max(0, marks.start() - _LOOK_BACK) : marks.start()]
    word = _LAST_WORD.search(before)
    if not word:
        return True
    name = word.group()
    if name in _NEVER_LAST or _ORDINAL.search(before):
        return False
    if marks.start() < _LOOK_BACK and _LIST_NUMBER.match(before):
        return False
    if name.lower() in _BEFORE_NUMBER:
        return not paragraph[following].isdecimal()
    match = _NEXT_WORD.match(paragraph, following)
    next_word = match.group().lower() if match else ""
    if next_word in _GERMAN_MONTHS and _DAY.search(before):
        return False
    return next_word in _BEGINNERS or not (name.lower() in _SELDOM_LAST or _INITIALS.match(name))


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
