"""Lines and their forms -> what each line is among its neighbours: heading, item, question, turn, lead-in, row.

Offsets are 0-based code points into the text, end exclusive.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import regex

from qa.text.forms import (
    ARTICLE_LEVEL,
    CAPTION_LEVEL,
    CHAPTER_LEVEL,
    MARKED_LEVEL,
    NUMBERED_LEVEL,
    PLAIN_LEVEL,
    REFERRING,
    SIGNED_LEVEL,
    TITLE_LEVEL,
    WIDEST_HEADING,
    Form,
    asks,
    bare_number,
    fits_heading,
    form_of,
    is_bold,
    is_caption_of_article,
    item_form,
    labels_question,
    refers_below,
    section_number,
)
from qa.text.lines import Line
from qa.text.marks import Kind
from qa.text.paragraphs import columns, ends_sentence
from qa.text.sentences import split_paragraph
from qa.text.speakers import RECORD, find_records, find_turns
from qa.text.tables import find_tables

_WIDEST_PLAIN_HEADING = 40
"""Columns of a heading without any mark."""
_OPENING_QUOTE = regex.compile(r"""\s*[「『“"«„‘']""")
_BEGINS_WITH_WORD = regex.compile(r"[*_]*[(（\[【〈《]?[\p{L}\p{N}]")
_SECOND_CHOICE = regex.compile(r"[*_]*[BＢ]\s?[.．)）]\s")
_UNDERLINE = regex.compile(r"(?:(?P<first>=+)|-{2,})\Z")
_DASH = regex.compile(r"[—–―]{1,2}\s*(?=\S)")
_LEADS_IN = regex.compile(
    r"[:：]\s*\Z|(?:次の|以下の|下記の)(?:とおり|通り|ように|もの|項目|各号)"
    r"|(?:as follows|the following|below)\W*\Z|如下\W*\Z|下列|следующ\w+\W*\Z"
    r"|(?:suivants?|siguientes?|folgende[nrs]?)\W*\Z",
    regex.IGNORECASE,
)
_LEAD_IN_END = 60
"""How many code points at the end of a line are looked at for words that lead in a list."""
_FEWEST_MARKED = 2
"""From this many marked or numbered headings on, unmarked lines are not taken for headings."""
_MOST_QUESTION_MARKS = 2


@dataclass(frozen=True)
class _Lines:
    """The lines of a text with their forms, while the roles are decided."""

    text: str
    lines: Sequence[Line]
    forms: list[Form | None]
    tables: Mapping[int, Form | None]
    marked: bool
    """Whether the format says which lines are headings; a marked title alone does not count."""

    def form(self, at: int) -> Form | None:
        """Return the form of a line; None for a rule and beyond the ends."""
        return self.forms[at] if 0 <= at < len(self.forms) else None

    def words(self, at: int) -> str:
        """Return a line's text."""
        return self.text[self.lines[at].start : self.lines[at].end]

    def is_last(self, at: int) -> bool:
        """Return whether nothing follows a line."""
        return at + 1 == len(self.lines)


def roles(text: str, lines: Sequence[Line]) -> list[Form | None]:
    """Return the form of each line as its neighbours make it; None for rules and the borders of tables."""
    said = [line.mark for line in lines if not line.verbatim]
    marked = any(mark is not None and mark.kind is Kind.HEADING for mark in said[1:])
    page = _Lines(text, lines, [form_of(text, line) for line in lines], find_tables(text, lines), marked)
    _find_bare_numbers(page)
    _drop_decimals(page)
    turns = find_turns(text, lines, page.forms)
    for at, turn in turns.items():
        page.forms[at] = turn
    for at in find_records(text, lines, page.forms):
        page.forms[at] = Form(Kind.LABELLED, lines[at].start, scheme=RECORD)
    asked = bool(turns) or sum(_is_unmarked_question(page, at) for at in range(len(lines))) > 1
    after_question = False
    for at, form in enumerate(page.forms):
        if at in page.tables:
            page.forms[at] = page.tables[at]
        elif form is not None and form.kind is not Kind.CODE:
            if form.kind is Kind.REPLY and not (after_question and _replies(page, at)):
                form = item_form(text, lines[at])
            page.forms[at] = form = _role(page, at, form, asked=asked)
            after_question |= form.kind is Kind.QUESTION or (
                form.kind is Kind.HEADING and (labels_question(page.words(at)) or asks(page.words(at)))
            )
    if not marked:
        _find_underlined(page)
    _drop_plain_headings(page)
    return page.forms


def _drop_plain_headings(page: _Lines) -> None:
    """Make paragraphs of headings without a mark, such as captions, in a text whose headings have marks or numbers."""
    headings = [form.level for form in page.forms if form and form.kind is Kind.HEADING]
    if sum(TITLE_LEVEL < level < PLAIN_LEVEL for level in headings) < _FEWEST_MARKED:
        return
    for at, form in enumerate(page.forms):
        if form and form.kind is Kind.HEADING and form.level == PLAIN_LEVEL:
            page.forms[at] = replace(form, kind=Kind.PARAGRAPH)


def _role(page: _Lines, at: int, form: Form, *, asked: bool) -> Form:
    mark = page.lines[at].mark
    if page.marked and MARKED_LEVEL <= form.level < CHAPTER_LEVEL and (mark is None or mark.kind is Kind.PARAGRAPH):
        return Form(Kind.PARAGRAPH, page.lines[at].start)
    numbered = form.scheme and not (page.marked and mark is not None)
    if numbered and _heads_a_section(page, at, form):
        return replace(form, kind=Kind.HEADING)
    if asked and _is_unmarked_question(page, at):
        return replace(form, kind=Kind.QUESTION)
    if form.kind is Kind.PARAGRAPH and not form.scheme and (level := _unsigned_level(page, at)):
        return replace(form, kind=Kind.HEADING, level=level)
    plain = form.kind is Kind.PARAGRAPH and not form.scheme and mark is None and not page.marked
    if plain and _is_plain_heading(page, at):
        return replace(form, kind=Kind.HEADING, level=PLAIN_LEVEL if at else TITLE_LEVEL)
    if form.kind in (Kind.PARAGRAPH, Kind.LABELLED, Kind.TURN) and _leads_in(page, at):
        return replace(form, kind=Kind.LEAD_IN)
    if form.kind is Kind.PARAGRAPH and not form.scheme and _refers_to_list(page, at):
        return replace(form, scheme=REFERRING)
    return form


def _unsigned_level(page: _Lines, at: int) -> int:
    """Return the level of a heading in brackets above an article, or of one that is bold; 0 for other lines."""
    following, words = page.form(at + 1), page.words(at)
    if following is None or following.kind is Kind.CODE:
        return 0
    if following.level == ARTICLE_LEVEL and is_caption_of_article(words):
        return CAPTION_LEVEL
    is_text = following.kind in (Kind.PARAGRAPH, Kind.ITEM, Kind.LABELLED) or at + 1 in page.tables
    return SIGNED_LEVEL if is_text and is_bold(words) and not is_bold(page.words(at + 1)) else 0


def _find_bare_numbers(page: _Lines) -> None:
    """Make numbered lines of those that begin with a bare number, if the number before or after heads another."""
    numbers = {
        at: number
        for at, line in enumerate(page.lines)
        if line.opens and line.closes and not line.verbatim and (number := bare_number(page.text, line)) is not None
    }
    known = set(numbers.values())
    for at, number in numbers.items():
        form = page.forms[at]
        if form and not form.scheme and form.kind is Kind.PARAGRAPH and {number - 1, number + 1} & known:
            page.forms[at] = replace(form, kind=Kind.ITEM, scheme="bare", level=NUMBERED_LEVEL + 1)


def _drop_decimals(page: _Lines) -> None:
    """Make no headings or items of decimals and ranges (1.5 kg, 10-12): a text with 1.2 also has 1.1, 1.0 or 1."""
    numbers = {
        at: section_number(page.text, page.lines[at]) for at, form in enumerate(page.forms) if form and form.scheme
    }
    known = set(numbers.values())
    for at, number in numbers.items():
        form, line = page.forms[at], page.lines[at]
        if form is None or not form.scheme.startswith("deep") or len(number) != 2:
            continue
        if not known & {(number[0],), (number[0], 0), (number[0], 1)}:
            marked = line.mark is not None and line.mark.kind is Kind.ITEM
            page.forms[at] = Form(Kind.ITEM if marked else Kind.PARAGRAPH, line.start)


def _replies(page: _Lines, at: int) -> bool:
    """Return whether a line that is labelled as a reply is one, and not the first of several choices (A, B, C)."""
    return page.is_last(at) or not _SECOND_CHOICE.match(page.words(at + 1))


def _heads_a_section(page: _Lines, at: int, form: Form) -> bool:
    """Return whether a numbered line is a heading: short, no sentence, and something else than its like follows."""
    line = page.lines[at]
    if form.kind is not Kind.ITEM or page.is_last(at):
        return False
    is_question = asks(page.words(at)) and columns(page.words(at)) <= WIDEST_HEADING
    if not is_question and not fits_heading(page.text, line.start, line.end):
        return False
    if form.scheme.startswith("deep") and line.opens:
        return True
    before, following = page.form(at - 1), page.form(at + 1)
    if following and following.scheme == form.scheme and at + 1 not in page.tables:
        return False
    if before and before.kind is Kind.ITEM and before.scheme == form.scheme:
        return False
    return line.opens or not line.closes  # not the last item of a list, with a blank line after it


def _is_unmarked_question(page: _Lines, at: int) -> bool:
    """Return whether a line asks what the next one replies to, as in a list of questions or an interview."""
    form, line = page.forms[at], page.lines[at]
    kinds = (Kind.PARAGRAPH, Kind.ITEM, Kind.LABELLED, Kind.TURN)
    if form is None or form.kind not in kinds or page.is_last(at):
        return False
    if form.spoken and len(list(split_paragraph(page.text, form.words, line.end))) > 1:
        return False  # it tells something too
    own = page.words(at)
    if not asks(own.rstrip("。") if form.spoken else own):
        return False
    if _OPENING_QUOTE.match(own) or columns(own) > 2 * WIDEST_HEADING:
        return False
    if sum(char in "?？؟" for char in own) > _MOST_QUESTION_MARKS or asks(page.words(at + 1)):
        return False
    return line.opens or _DASH.match(own) is not None or form.kind in (Kind.LABELLED, Kind.TURN) or not line.closes


def _is_plain_heading(page: _Lines, at: int) -> bool:
    """Return whether a line without any mark is a heading: short, alone, no sentence, over a text that is longer."""
    line = page.lines[at]
    if not line.opens or page.is_last(at) or not fits_heading(page.text, line.start, line.end):
        return False
    if not _BEGINS_WITH_WORD.match(page.text, line.start) or page.text[line.end - 1] in ",、，;；:：":
        return False
    width = columns(page.words(at))
    if at == 0:
        return True
    following = page.form(at + 1)
    if width > _WIDEST_PLAIN_HEADING:
        return False
    if at + 1 in page.tables or (following is not None and following.kind is Kind.ITEM):
        return True
    below = page.words(at + 1)
    return columns(below) > width and ends_sentence(below)


def _leads_in(page: _Lines, at: int) -> bool:
    """Return whether a line leads in a list or table and says nothing without it."""
    following = page.form(at + 1)
    listed = at + 1 in page.tables or (following is not None and following.kind is Kind.ITEM)
    return listed and _LEADS_IN.search(page.words(at)[-_LEAD_IN_END:]) is not None


def _refers_to_list(page: _Lines, at: int) -> bool:
    """Return whether a line refers to the list that follows, such as 次の役員を置く."""
    following = page.form(at + 1)
    return following is not None and following.kind is Kind.ITEM and refers_below(page.words(at))


def _find_underlined(page: _Lines) -> None:
    """Make headings of lines with a row of ``=`` or ``-`` right below them, as Markdown does."""
    for at, form in enumerate(page.forms[:-1]):
        line, below = page.lines[at], page.lines[at + 1]
        if form is None or page.forms[at + 1] is not None or form.kind not in (Kind.PARAGRAPH, Kind.HEADING):
            continue
        if page.text.count("\n", line.end, below.start) == 1 and (match := _UNDERLINE.match(page.words(at + 1))):
            page.forms[at] = Form(Kind.HEADING, line.start, MARKED_LEVEL if match["first"] else MARKED_LEVEL + 1)
