r"""The Markdown export: a conversation goes in, and every string of a user or a source reads as it was written.

ASCII punctuation gets a backslash, and white space at the edges of a line becomes numeric references; CommonMark takes
both literally in any text. GitHub interprets some things in spite of a backslash (``@name``, ``$formula$``,
``:emoji:``): their marks become code spans. Strings of users and sources enter through ``written`` only.
"""

from __future__ import annotations

import re

from qa import __version__
from qa.catalogue import Words
from qa.citations import ContextPart, Standing
from qa.text.marks import Kind
from qa.ui.answers import short_answer
from qa.ui.excerpts import (
    Excerpt,
    asked_on,
    cited_excerpts,
    excerpts_by_title,
    page_or_time,
    standing_in_words,
    verdict,
)
from qa.ui.history import History, Switched, Turn
from qa.ui.reading import Reading
from qa.ui.talk import reply_in_words

_SEEN_THROUGH = re.compile(r"(?:[@$]|:(?!\d{1,2}:)(?=[A-Za-z0-9_+-]+:))+")
_PUNCTUATION = re.compile(r"[!-/:-@\[-`{-~]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_EMBEDDING = re.compile("[\u202a-\u202e]")
"""Marks that embed or override a direction. Without the one that ends them they reorder what follows."""
_ISOLATES, _ISOLATE_ENDS = "\u2066\u2067\u2068", "\u2069"
_LINE_END = re.compile(r"\r\n|\r|\n")


def as_markdown(history: History, reading: Reading, words: Words, title: str) -> str:
    """Return the whole file; offsets in it are 0-based code points, end exclusive."""
    blocks = [f"# {_one_line(title)}", _one_line(words["export.unit"])]
    number = 0
    for entry in history.entries:
        if isinstance(entry, Switched):
            blocks.append(written(words.say("chat.switched", names=", ".join(entry.names))))
        else:
            number += 1
            blocks += _turn_blocks(entry, number, reading, words)
    blocks += ["---", _one_line(words.say("export.made", version=__version__))]
    return "\n\n".join(blocks) + "\n"


def written(text: str, prefix: str = "") -> str:
    """Return a string as a paragraph, each line after the prefix, without the white space around it."""
    return prefix + f"\\\n{prefix}".join(map(_one_line, _LINE_END.split(text.strip())))


def _turn_blocks(turn: Turn, number: int, reading: Reading, words: Words) -> list[str]:
    blocks = [f"## {_one_line(words.say('export.question', n=number))}", written(turn.question, "> ")]
    if turn.answer is None:
        return [*blocks, _one_line(words["chat.stopped"])]
    for part in turn.parts or (turn,):
        blocks += [f"### {_one_line(part.question)}"] if turn.parts else []
        blocks += _reply_blocks(part, number, reading, words)
    blocks += _asked_list(turn, words)
    for title, excerpts in excerpts_by_title(turn, reading):
        blocks.append(f"### {_one_line(words[title])}")
        for excerpt in excerpts:
            blocks += _excerpt_blocks(excerpt, number, words)
    return blocks


def _reply_blocks(turn: Turn, number: int, reading: Reading, words: Words) -> list[str]:
    """Return what was replied: the cited words, or that the question was not answered."""
    assert turn.answer is not None
    cited = cited_excerpts(turn, reading)
    if turn.answer.turn:
        lines = [written(line) for line in reply_in_words(turn.answer, reading, words)]
        return [*lines, *(_quote_markdown(one, number, words) for one in cited)]
    if turn.answer.answered:
        return [*_short_blocks(cited[0], turn, words), *(_quote_markdown(one, number, words) for one in cited)]
    return [_one_line(verdict(turn, words))]


def _asked_list(turn: Turn, words: Words) -> list[str]:
    assert turn.answer is not None
    asked = asked_on(turn, words)
    searched = f"{_one_line(words['chat.searched'])} {_one_line(turn.answer.searched_for.strip())}"
    return ["\n".join(f"- {told}" for told in (_one_line(asked), "" if turn.answer.turn else searched) if told)]


def _short_blocks(first: Excerpt, turn: Turn, words: Words) -> list[str]:
    """Return the short answer, if [1] has one that is still in the texts, and how sure it is if that matters."""
    unsure = [] if turn.answer is None or turn.answer.sure else [_one_line(words["chat.possibly"])]
    said = short_answer(first)
    return [*unsure, f"**{_one_line(said)}**"] if said else unsure


def _quote_markdown(excerpt: Excerpt, number: int, words: Words) -> str:
    n = excerpt.was.n
    quote = written(excerpt.now.quote)
    if excerpt.standing is Standing.GONE:
        quote = f"<del>{quote}</del>"
    return f'<a id="r-{number}-{n}"></a>{quote} [\\[{n}\\]](#e-{number}-{n})'


def _excerpt_blocks(excerpt: Excerpt, number: int, words: Words) -> list[str]:
    n, now = excerpt.was.n, excerpt.now
    mark = f"**\\[{n}\\]** " if n else ""
    passage = [_context_line(part, words) for part in now.under]
    passage += [written(excerpt.before, "> "), f"> {mark}{written(now.quote, '> ').removeprefix('> ')}"]
    passage.append(written(excerpt.after, "> "))
    facts = [
        (words["export.standing"], _one_line(standing_in_words(excerpt, words))),
        (words["export.source"], _one_line(now.source)),
        (words["export.section"], _one_line(excerpt.section)),
        (words["export.place"], f"{now.start}–{now.end}"),
        (words["export.page"], _one_line(page_or_time(now, words))),
        ("SHA-256", f"`{excerpt.sha256}`" if excerpt.sha256 else ""),
    ]
    head = [f'<a id="e-{number}-{n}"></a>{mark}[{_one_line(words["export.back"])}](#r-{number}-{n})'] if n else []
    return [
        *head,
        "\n>\n".join(part for part in passage if part.strip("> ")),
        "\n".join(f"- {_one_line(name)}{_one_line(words['export.colon'])}{value}" for name, value in facts if value),
    ]


def _context_line(part: ContextPart, words: Words) -> str:
    """Return what a quotation stands under; a question is told apart from what the source says itself."""
    told = f"**{_one_line(words['cite.question'])}** " if part.kind == Kind.QUESTION else ""
    return f"> {told}{written(part.quote, '> ').removeprefix('> ')}"


def _one_line(text: str) -> str:
    """Return a string as part of one line."""
    parts = []
    at = 0
    text = _contained(_CONTROL.sub("\N{REPLACEMENT CHARACTER}", _LINE_END.sub(" ", text)))
    for special in _SEEN_THROUGH.finditer(text):
        parts += [_backslashed(text[at : special.start()]), f"`{special.group()}`"]
        at = special.end()
    parts.append(_backslashed(text[at:]))
    return "".join(parts)


def _contained(text: str) -> str:
    """Show the marks of direction that could reorder what is beside a string as missing characters.

    Isolates that are begun and ended within the string reorder nothing else and stay.
    """
    shown, open_at = list(_EMBEDDING.sub("\N{REPLACEMENT CHARACTER}", text)), list[int]()
    for at, char in enumerate(shown):
        if char in _ISOLATES:
            open_at.append(at)
        elif char == _ISOLATE_ENDS and open_at:
            open_at.pop()
        elif char == _ISOLATE_ENDS:
            shown[at] = "\N{REPLACEMENT CHARACTER}"
    for at in open_at:
        shown[at] = "\N{REPLACEMENT CHARACTER}"
    return "".join(shown)


def _backslashed(text: str) -> str:
    escaped = _PUNCTUATION.sub(r"\\\g<0>", text)
    inner = escaped.strip()
    before, _, after = escaped.partition(inner) if inner else (escaped, "", "")
    return f"{_as_references(before)}{inner}{_as_references(after)}"


def _as_references(space: str) -> str:
    return "".join(f"&#{ord(char)};" for char in space)
