"""A line -> its form: what it looks like by itself, in any script.

Whether a numbered line is a heading or an item, or a question one that the next line replies to, depends on the lines
around it; `qa.text.roles` decides that.

Offsets are 0-based code points into the text, end exclusive.
"""

from __future__ import annotations

from dataclasses import dataclass

import regex

from qa.text.lines import Line
from qa.text.marks import Kind, Mark
from qa.text.paragraphs import caption_label, columns, ends_sentence


@dataclass(frozen=True)
class Form:
    """What a line looks like.

    Attributes:
        kind: what it is taken for.
        words: offset after its mark, such as ``##``, ``Q1.`` or ``・``, or after a speaker's name.
        level: how deep it is as a heading; a heading with a smaller level contains those with larger ones.
        scheme: how it is numbered; "" where it is not.
        spoken: whether it begins with the name of who speaks.
    """

    kind: Kind
    words: int
    level: int = 0
    scheme: str = ""
    spoken: bool = False


TITLE_LEVEL, MARKED_LEVEL, CHAPTER_LEVEL, CAPTION_LEVEL, ARTICLE_LEVEL, NUMBERED_LEVEL, SIGNED_LEVEL, PLAIN_LEVEL = (
    0, 1, 7, 8, 9, 10, 31, 32,
)  # fmt: skip
"""Levels of headings: a text's title, Markdown's six, chapters, captions of articles such as （会費）, articles,
numbered ones by depth, signed, plain."""

LONGEST_HEADING = 500
"""Code points; a longer line is no heading, whatever the format says: each passage below it repeats its heading."""
WIDEST_HEADING = 80
"""Columns; a line that is wider is no heading, however it ends."""

_ASKS = regex.compile(
    r"""(?:[?？؟]|(?<=\p{Greek})[;;]|(?:ます|です|ません|でした|(?:だろ|でしょ)う|の)か|[吗呢嗎]|(?:까|나요|가요))"""
    r"""[\s"'”’」』)）*_]*\Z"""
)
"""The end of a question: its mark, or the word that ends one where the mark may be left out."""
DIGIT = regex.compile(r"\p{Nd}")

_INDENTED = 4
"""Columns of white space that make a line of Markdown code."""
REFERRING = "referring"
"""The scheme of a paragraph that tells something, and refers to the list below it."""
_REFERS = regex.compile(
    r"(?:次|以下|下記|左)の|following|as follows|below|如下|下列|以下|folgende|suivant|siguiente|seguinte|seguent"
    r"|следующ|[:：]\s*\Z",
    regex.IGNORECASE,
)
_MARKED = regex.compile(r"(?P<marks>#{1,6})[ \t\u3000]+(?=\S)")
_RULE = regex.compile(r"[\s\p{Cf}\-=*_~#+^'\".·•—–─━═☆★◇◆]*\Z")
_SIGNED = regex.compile(r"(?:[■◆▼◇□▲▽●]\s*(?=\S)|(?=【[^】]{1,40}】\s*\Z)|(?=[＜〈《][^＞〉》]{1,40}[＞〉》]\s*\Z))")
_BULLET = regex.compile(
    r"(?:[-*+–][ \t\u3000]+|[-–](?=[\p{Han}\p{Hiragana}\p{Katakana}])|(?:[•‣◦・○●▪▫→⇒✓✔☐☑]|\p{So})[ \t\u3000]*)"
    r"(?=[^\s\-*]|\*\*\S)"
)
_NOTE = regex.compile(r"[※＊*†‡]\s*\d{0,2}[ \t\u3000]*(?=\S)")
_KANJI = "〇一二三四五六七八九十百"
_ENUMERATIONS = {
    "deep": regex.compile(r"(?:第\s?)?\d{1,2}(?:[.．\-－]\d{1,2}){1,9}[.．]?[ \t\u3000]+(?=\S)"),
    "stop": regex.compile(r"\d{1,3}[.．](?:[ \t\u3000]+|(?=[^\s\d\w])|(?=[\p{Han}\p{Hiragana}\p{Katakana}]))(?=\S)"),
    "bracket": regex.compile(r"\d{1,3}[)）][ \t\u3000]*(?=\S)"),
    "brackets": regex.compile(r"[(（]\d{1,3}[)）][ \t\u3000]*(?=\S)"),
    "circled": regex.compile(r"[①-⑳❶-❿⑴-⒇][ \t\u3000]*(?=\S)"),
    "comma": regex.compile(r"\d{1,3}(?:、\s*+|[:：]\s++)(?=[^\d])"),
    "space": regex.compile(r"\d{1,3}(?:[ \t]{2,}|\u3000+|(?<=\b0\d)\s+)(?=[^\s\d])"),
    "kanji": regex.compile(rf"[{_KANJI}]{{1,3}}[、．.][ \t\u3000]*(?=\S)"),
    "kanji-brackets": regex.compile(rf"[(（][{_KANJI}]{{1,3}}[)）][ \t\u3000]*(?=\S)"),
    "kanji-space": regex.compile(rf"[{_KANJI}]{{1,3}}\u3000+(?=\S)"),
    "kana": regex.compile(r"(?:[(（][ア-ンｱ-ﾝ][)）]|[ア-ン](?=[\u3000.．、]))[\u3000.．、\s]*(?=\S)"),
    "letter": regex.compile(r"(?:[(（][A-Za-z][)）]|[A-Za-z][.)）])[ \t\u3000]+(?=\S)"),
    "roman": regex.compile(r"(?:[(（][ivx]{1,5}[)）]|[IVX]{1,5}[.．]|[Ⅰ-Ⅻⅰ-ⅻ][.．、]?)[ \t\u3000]+(?=\S)"),
}
"""Ways to number a line: 1.2, 1., 1), (1), ①, 1、, 1 …, 一、, （一）, 一 …, （ア）, (a), IV."""
_SECTION_NUMBER = regex.compile(r"(?:第\s?)?\d{1,3}(?:[.．\-－]\d{1,2}){0,9}")
_CAPTION_OF_ARTICLE = regex.compile(r"[(（【][^)）】]{1,40}[)）】]")
_BOLD = regex.compile(r"(\*\*|__)(?=\S)[^*_\n]+(?<=\S)\1")
_BARE_NUMBER = regex.compile(r"\d{1,2}[ \t](?=[^\s\d])")
"""A number and a space (3 Results): a numbering only if the text also has the number before or after it."""
_GAP = r"\s{0,9}"
"""White space within a label; without a bound, long stretches of it would take more than linear time."""
_CHAPTER = regex.compile(
    rf"(?:第\s?[\d{_KANJI}]+\s?[編篇部章節节款講話課卷巻回](?:の[\d{_KANJI}]+)?|제\s?\d+\s?[편장절부]"
    rf"|(?:附\s?則|付\s?則|別\s?表(?:第?\s?[\d{_KANJI}]+)?|前\s?文|附\s?[录錄件]|부\s?칙)"
    r"|(?i:chapter|part|appendix|kapitel|teil|abschnitt|anhang|chapitre|partie|annexe|cap[ií]tulo|parte|secci[óo]n"
    r"|capitolo|глава|часть|раздел|الفصل|الباب|บทที่|หมวด)"
    r"\s+(?:\d{1,3}|[IVXLC]{1,7}|[A-Z]|one|two|three|four|five|six|seven|eight|nine|ten|\p{Nd}{1,3}|\p{L}{1,8}(?=[:：])))"
    r"(?=[\s:：.．、)）—–-]|\Z)[\s:：.．、]*"
)
_ARTICLE = regex.compile(
    rf"(?:第\s?[\d{_KANJI}]{{1,9}}\s?[条條项項](?:の[\d{_KANJI}]{{1,9}})?|제\s?\d{{1,9}}\s?조|§{{1,2}}\s?\d{{1,9}}[a-z]?"
    r"|(?i:art(?:icle|igo|[íi]culo|ikel|icolo)?\.?|section|clause|статья|المادة|มาตรา|ข้อ)\s?\p{Nd}{1,4}[a-z]?)"
    r"(?![\d.]{0,9}\d)[.:]?\s*+"
)
_ARTICLE_TITLE = regex.compile(r"[(（\[【][^)）\]】]{1,40}[)）\]】]\s*\Z")
_QUESTION = regex.compile(
    rf"[*_]{{0,3}}(?:(?:Q|Ｑ|問|问|質問|质问|설문|문|س){_GAP}[\d０-９]{{0,3}}{_GAP}[.．:：、)）\]】\s]"
    rf"|【(?:Q|Ｑ|質問|問){_GAP}\d{{0,3}}】"
    rf"|(?i:question|pregunta|frage|вопрос|pergunta|domanda|سؤال){_GAP}\d{{0,3}}{_GAP}[.:：])\s*+(?=\S)"
)
_REPLY = regex.compile(
    rf"[*_]{{0,3}}(?:(?:A|Ａ|答|回答|답|ج){_GAP}[\d０-９]{{0,3}}{_GAP}[.．:：、)）\]】\u3000]"
    rf"|【(?:A|Ａ|回答|答){_GAP}\d{{0,3}}】"
    rf"|(?i:answer|respuesta|antwort|ответ|r[ée]ponse|resposta|risposta|جواب){_GAP}\d{{0,3}}{_GAP}[.:：])\s*+(?=\S)"
)
_LABEL = regex.compile(
    r"""(?V1)(?P<label>[^\s:：|。．！？!?、,;][^:：|。！？!?]{0,28}?)\s?[:：](?!//)[ \t\u3000]*(?=\S)"""
)


def form_of(text: str, line: Line) -> Form | None:
    """Return what a line looks like by itself; None for a rule."""
    start, end = line.start, line.end
    if line.verbatim:
        return Form(Kind.CODE, start)
    if line.mark is not None and line.mark.kind is not Kind.PARAGRAPH:
        return _said_form(text, line, line.mark)
    marked = _MARKED.match(text, start, end) if line.indent < _INDENTED and end - start <= LONGEST_HEADING else None
    if marked and text[marked.end() : end].strip("# \t\u3000"):
        return Form(Kind.HEADING, marked.end(), MARKED_LEVEL + len(marked["marks"]) - 1)
    if _RULE.match(text, start, end):
        return None
    return _dialogue_form(text, line) or _heading_form(text, line) or item_form(text, line)


def _said_form(text: str, line: Line, mark: Mark) -> Form:
    """Return the form of a line whose kind the format declares."""
    if mark.kind is Kind.HEADING and line.end - line.start > LONGEST_HEADING:
        return Form(Kind.PARAGRAPH, line.start)
    if mark.kind is Kind.HEADING:
        signs = _MARKED.match(text, line.start, line.end)
        return Form(Kind.HEADING, signs.end() if signs else line.start, MARKED_LEVEL + mark.level - 1)
    if mark.kind is not Kind.ITEM:
        return Form(mark.kind, line.start)
    # An item in several lines may hold both a question and its reply.
    spoken = None if "\n" in text[line.start : line.end] else _dialogue_form(text, line)
    own = spoken or item_form(text, line)
    return own if spoken or own.kind is Kind.ITEM else Form(Kind.ITEM, line.start)


def _dialogue_form(text: str, line: Line) -> Form | None:
    """Return the form of a line labelled as a question or a reply."""
    if match := _QUESTION.match(text, line.start, line.end):
        return Form(Kind.QUESTION, match.end())
    if match := _REPLY.match(text, line.start, line.end):
        return Form(Kind.REPLY, match.end())
    return None


def _heading_form(text: str, line: Line) -> Form | None:
    """Return the form of a line that begins as headings of a text's structure do."""
    start, end = line.start, line.end
    if (match := _SIGNED.match(text, start, end)) and fits_heading(text, start, end):
        return Form(Kind.HEADING, match.end(), SIGNED_LEVEL)
    if _CHAPTER.match(text, start, end) and fits_heading(text, start, end) and line.opens:
        return Form(Kind.HEADING, start, CHAPTER_LEVEL)
    if match := _ARTICLE.match(text, start, end):
        titled = match.end() == end or _ARTICLE_TITLE.match(text, match.end(), end) is not None
        if titled or (fits_heading(text, start, end) and line.opens):
            return Form(Kind.HEADING, start, ARTICLE_LEVEL)
        return Form(Kind.PARAGRAPH, start, ARTICLE_LEVEL, "article")
    return None


def item_form(text: str, line: Line) -> Form:
    """Return the form of a line that is neither a heading, a question nor a reply."""
    start, end = line.start, line.end
    if caption_label(text[start:end]):
        return Form(Kind.CAPTION, start)
    for number, (scheme, pattern) in enumerate(_ENUMERATIONS.items()):
        if match := pattern.match(text, start, end):
            depth = len(regex.findall(r"\d+", match.group())) if scheme == "deep" else 0
            return Form(Kind.ITEM, match.end(), NUMBERED_LEVEL + (depth or number), f"{scheme}{depth or ''}")
    if match := _BULLET.match(text, start, end):
        return Form(Kind.ITEM, match.end())
    if match := _NOTE.match(text, start, end):
        return Form(Kind.PARAGRAPH, match.end())
    if (match := _LABEL.match(text, start, end)) and not DIGIT.match(match["label"][-1]):
        return Form(Kind.LABELLED, match.end())
    return Form(Kind.PARAGRAPH, start)


def asks(words: str) -> bool:
    """Return whether words, such as a line or a heading, end like a question."""
    return _ASKS.search(words) is not None


def refers_below(words: str) -> bool:
    """Return whether words refer to what stands below them (次の…, "the following")."""
    return _REFERS.search(words) is not None


def fits_heading(text: str, start: int, end: int) -> bool:
    """Return whether a line is short enough for a heading and does not end like a sentence."""
    line = text[start:end]
    return len(line) <= WIDEST_HEADING and columns(line) <= WIDEST_HEADING and not ends_sentence(line)


def names_article(text: str, start: int, end: int) -> bool:
    """Return whether a line begins with the number of an article, such as 第9条."""
    return _ARTICLE.match(text, start, end) is not None


def is_caption_of_article(words: str) -> bool:
    """Return whether a line is in brackets as a whole, as what stands above an article in Japanese law."""
    return _CAPTION_OF_ARTICLE.fullmatch(words) is not None


def is_bold(words: str) -> bool:
    """Return whether a line is bold as a whole, and short enough for a heading."""
    return _BOLD.fullmatch(words) is not None and columns(words) <= WIDEST_HEADING


def labels_question(words: str) -> bool:
    """Return whether words begin as a question of a FAQ does, after the signs of a heading."""
    return _QUESTION.match(words.lstrip("# ")) is not None


def is_signed(text: str, start: int, end: int) -> bool:
    """Return whether a line begins with a sign that heads text, such as ■ or 【…】."""
    return _SIGNED.match(text, start, end) is not None


def section_number(text: str, line: Line) -> tuple[int, ...]:
    """Return the numbers that a line begins with, such as 1 and 2 of ``1.2 Scope``."""
    match = _SECTION_NUMBER.match(text, line.start, line.end)
    return tuple(map(int, regex.findall(r"\d+", match.group()))) if match else ()


def bare_number(text: str, line: Line) -> int | None:
    """Return the number that a line begins with, if only a space follows it; None for other lines."""
    match = _BARE_NUMBER.match(text, line.start, line.end)
    return int(match.group()) if match else None
