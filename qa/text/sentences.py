r"""Text -> spans of paragraphs and sentences, ``(start, end)`` in code points, end exclusive.

Spans are in order, never overlap, and hold every letter and digit of the text; what lies between
them is white space, a stray mark or a ruled line. A sentence never crosses a blank line.

What ends a sentence: a full stop of any script; ``.``, ``!`` and ``?`` where white space follows and
the word before is no abbreviation; the end of a line, unless a hand has wrapped the lines of one
paragraph; in scripts without full stops, a space after a phrase of some length. A quotation that
closes within its paragraph is kept whole; one that never closes is ignored, so that a missing 」
cannot swallow the rest. All of it is linear in the text's length.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterator
from itertools import chain

import regex

Span = tuple[int, int]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_OPENERS = "「『（(【〈《“„〔［[｢«"
_CLOSERS = "」』）)】〉》”“〕］]｣»"
_OPENER_OF = dict(zip(_CLOSERS, _OPENERS, strict=True))
_TITLE_MARKS = "『《〈"
_EXCLAIMING = "!?！？‼⁇⁈⁉‽﹖﹗؟"
_LONGEST_WHOLE_QUOTATION = 300
"""A quotation with full stops inside and more code points than this is split like other text."""

_STOP = r"[\p{Sentence_Terminal}།༎᠃\u037e--[၊]]"
_CLOSER = r"[」』）)】〉》”〕］\]｣»›’]"
# What makes a sentence go on after a mark (えっ！？と驚いた) or a quotation (「…。」など): a particle, but
# not a word that happens to begin like one (とにかく, はい, でも).
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
"""Full stops with what follows at once and belongs to them: closing marks, Markdown emphasis, note numbers."""
_STOP_OR_BRACKET = regex.compile(rf"(?V1)(?P<stop>{_STOP}+)|[{regex.escape(_OPENERS + _CLOSERS)}]")
_FINAL_MARK = regex.compile(rf"(?V1){_STOP}|{_CLOSER}|[“«]")
_STRAY = regex.compile(rf"""(?V1)(?:\s++(?:{_STOP}|{_CLOSER}|["'])++(?=\s|\Z))*+\s*+""")
"""White space and marks standing alone after a sentence, such as the closing quote of nothing."""
_SPACE = regex.compile(r"\s*+")
_CJK = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}ー々〆〜～」』）】》〉]")
_LATIN_OR_DIGIT = regex.compile(r"[\p{Latin}\p{Nd}]")
_NAME_GOES_ON = regex.compile(r"[\p{Latin}\p{Katakana}]")  # Yahoo！ニュース, Yahoo！JAPAN

_NEVER_LAST = _words(
    "Mr Mrs Ms Mx Dr Drs Prof St Ste Gen Col Capt Lt Sgt Maj Rev Hon Gov Sen Rep Pres Messrs Mt "
    "Sra Srta Dra Mme Mlle Mgr Hr Fr Frl Dipl vs cf ca bzw resp sog e.g i.e z.B d.h u.a p.ej т.е"
)
"""Titles and link words: the sentence goes on after them."""
_BEFORE_NUMBER = _words("no nos nr fig figs vol p pp art abs sec ch eq op núm pág стр рис")
_SELDOM_LAST = _words(
    "inc ltd co corp llc dept est approx al etc jr sr bros univ ave blvd rd jan feb mar apr jun jul aug sep sept oct "
    "nov dec usw ee.uu ph.d m.d str jh chr mio mrd vgl ggf evtl см др т.д т.п г гг млн млрд тыс"
)
"""End a sentence only where the next word is one that begins sentences. So do initials (U.S., J. R. Smith)."""
_BEGINNERS = _words(
    "the a an it he she they we i you this that these those his her their our my its in on at but and so for from "
    "when while if as after before however there what who why how where also although since no one some many most "
    "der die das ein eine er sie es wir im le les un une il elle ils elles on nous ce cette el los las una en "
    "o os um uma lo gli он она они это но в на кто что как когда если потом"
)
_LAST_WORD = regex.compile(r"""(?<![^\s(（\["'“„«/–-])(?:[^\W_]++\.)*+[^\W_]++\Z""")
_NEXT_WORD = regex.compile(r"[^\W_]+")
_INITIALS = regex.compile(r"(?:\p{L}\.)*[\p{Lu}\p{Ll}--я]\Z", regex.V1)
_LIST_NUMBER = regex.compile(r"\s*[(（]?(?:\d{1,3}(?:\.\d{1,3})*|[A-Za-z]|[IVXivx]{1,5})\Z")
_DAY = regex.compile(r"\b\d{1,2}\Z")
_ORDINAL = regex.compile(r"\b(?:[dD]e[mnrs]|[iI]m|vom|zum|beim)\s\d{1,2}\Z")  # im 19. Jahrhundert
_GERMAN_MONTHS = _words("januar februar märz april mai juni juli august september oktober november dezember")
_LOOK_BACK = 24
"""Code points looked at before a full stop: longer than any abbreviation."""

_SPACED = r"[\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\p{Tibetan}]"
_SPACED_SCRIPT = regex.compile(_SPACED)
_SPACED_SCRIPT_STOP = regex.compile("[།༎။។៕]")
_PHRASE_END = regex.compile(rf"(?<={_SPACED})\s+(?={_SPACED})")
_SHORTEST_PHRASE = 60
"""In those scripts, where no mark parts sentences, the first space after this many code points does."""

_BULLET = regex.compile(r"\s*(?:[-*+•‣◦・●○■□▪–—#>|※]|\d{1,3}[.)）]\s|[（(]\d{1,3}[)）])")
_OWN_BLOCK = regex.compile(r"\s{0,3}(?:#{1,6}\s|(?:=+|-+|\*+|_+)\s*\Z)")
"""A Markdown heading or rule: parts paragraphs as a blank line does."""
_OWN_BLOCK_BEGINS = frozenset("#=-*_")
_SAYS_NOTHING = regex.compile(r"[\s\p{Cf}\p{Cc}\-=*_~#|+:.·•—–─━═]*+\Z")
"""A line of these alone, such as a rule."""


def split_sentences(text: str) -> list[Span]:
    """The sentences of ``text`` in order: spans without white space at their ends."""
    return [span for paragraph in split_paragraphs(text) for span in split_paragraph(text, *paragraph)]


def split_paragraphs(text: str) -> list[Span]:
    """The paragraphs of ``text`` in order: its lines, or the blocks that a hand has wrapped at a column."""
    found: list[Span] = []
    for block in split_blocks(text):
        if _is_wrapped([text[slice(*line)] for line in block]):
            block = [(block[0][0], block[-1][1])]
        spans = (trim(text, *span) for span in block)
        found += [(start, end) for start, end in spans if not _SAYS_NOTHING.match(text, start, end)]
    return found


def split_paragraph(text: str, start: int, end: int) -> Iterator[Span]:
    """The sentences of the one paragraph ``text[start:end]``."""
    paragraph = text[start:end]
    spaced = not paragraph.isascii() and _SPACED_SCRIPT.search(paragraph) and not _SPACED_SCRIPT_STOP.search(paragraph)
    begin = 0
    for cut, next_begin in chain(_cuts(paragraph), [(len(paragraph), len(paragraph))]):
        for phrase_end in chain(_phrase_ends(paragraph, begin, cut) if spaced else (), [cut]):
            first, last = trim(paragraph, begin, phrase_end)
            if first < last:
                yield start + first, start + last
            begin = phrase_end
        begin = next_begin


def split_blocks(text: str) -> Iterator[list[Span]]:
    """The lines between blank lines, line ends included, block by block.

    A Markdown heading or rule is a block of its own.
    """
    block: list[Span] = []
    end = 0
    for line in text.splitlines(keepends=True):
        start, end = end, end + len(line)
        alone = line.lstrip()[:1] in _OWN_BLOCK_BEGINS and _OWN_BLOCK.match(line) is not None
        blank = line.isspace()
        if block and (alone or blank):
            yield block
            block = []
        if alone:
            yield [(start, end)]
        elif not blank:
            block.append((start, end))
    if block:
        yield block


def _is_wrapped(lines: list[str]) -> bool:
    """Whether the lines of a block are one paragraph that was broken at a column."""
    if len(lines) < 3 or any(_BULLET.match(line) for line in lines):
        return False
    widths = [columns(line.strip()) for line in lines]
    longest = max(widths)
    return 40 <= longest <= 132 and all(width >= 0.7 * longest for width in widths[:-1])


def columns(line: str) -> int:
    """How wide a line is on a terminal: East Asian wide characters take two columns."""
    return len(line) if line.isascii() else sum(1 + (unicodedata.east_asian_width(char) in "WF") for char in line)


def trim(text: str, start: int, end: int) -> Span:
    """The span without the white space at its ends."""
    span = text[start:end]
    start += len(span) - len(span.lstrip())
    return start, start + len(span.strip())


def _cuts(paragraph: str) -> Iterator[Span]:
    """Where one sentence ends and where the next begins."""
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
    """The quotations, opening to closing mark, whose full stops end no sentence; the outermost, in order."""
    opener_of = dict(_OPENER_OF)
    if 0 <= paragraph.find("»") < paragraph.find("«"):  # »so« in German books, «so» elsewhere
        opener_of["«"] = "»"
        del opener_of["»"]
    openers = frozenset(opener_of.values())
    open_marks: list[tuple[str, int, int]] = []  # the mark, where it is, and how many full stops came before it
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
            while opener != partner:  # what opened since then never closes
                opener, where, stops_before = open_marks.pop()
                still_open[opener] -= 1
            if stops > stops_before and at - where <= _LONGEST_WHOLE_QUOTATION and not _is_all(paragraph, where, at):
                while whole and whole[-1][0] > where:
                    whole.pop()
                whole.append((where, at))
        elif char in openers:
            open_marks.append((char, at, stops))
            still_open[char] += 1
    return whole


def _is_all(paragraph: str, opener: int, closer: int) -> bool:
    """Whether a quotation is the whole of its paragraph."""
    return opener == 0 and closer >= len(paragraph) - 2


def _final_marks(paragraph: str, opener: int, closer: int) -> int:
    """Where the full stops and closing marks begin that a quotation ends with."""
    position = closer
    while position > opener + 1 and _FINAL_MARK.match(paragraph, position - 1):
        position -= 1
    return position


def _ends_sentence(paragraph: str, marks: regex.Match[str], begin: int, opener: int | None) -> bool:
    """Whether full stops, and the closing marks after them, end the sentence that begins at ``begin``.

    ``opener`` is where the quotation opened that they close, if they close one.
    """
    at, after = marks.span()
    following = _end_of(_SPACE, paragraph, after)
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
    if opener is not None:  # a name with a mark in it (『けいおん！』第2期) or something said (「行こう！」彼は)?
        return paragraph[opener] not in _TITLE_MARKS and (opener == begin or paragraph[opener - 1] in ":：，,")
    return not (_LATIN_OR_DIGIT.match(before) and _NAME_GOES_ON.match(paragraph, after))


def _ends_latin_sentence(paragraph: str, marks: regex.Match[str], following: int) -> bool:
    """Whether ``.``, ``!`` or ``?`` with white space after it ends a sentence; ``following`` is where that goes on."""
    if paragraph[following].islower() and not paragraph[following + 1 : following + 2].isupper():  # but: iPhone
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
    """The spaces that end a phrase of some length, between ``begin`` and ``end``."""
    for space in _PHRASE_END.finditer(paragraph, begin, end):
        if space.start() - begin >= _SHORTEST_PHRASE:
            yield space.start()
            begin = space.end()


def _end_of(pattern: regex.Pattern[str], text: str, position: int) -> int:
    """The end of a match that begins at ``position``; ``position`` where there is none."""
    match = pattern.match(text, position)
    return match.end() if match else position
