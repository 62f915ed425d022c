r"""A conversation -> Markdown in which every string of a user or a source reads as it was written.

Backslashes before ASCII punctuation, numeric references for white space at the edges of a line: CommonMark
takes both literally in any text. What GitHub sees through an escape (``@name``, ``$formula$``, ``:emoji:``)
stands in code spans. Strings of ours are markup; foreign ones enter through ``written`` alone.
"""

from __future__ import annotations

import re

from qa import __version__
from qa.catalogue import Words
from qa.citations import Standing
from qa.ui.excerpts import Excerpt, asked_on, cited_excerpts, leaf_told, related_excerpts, standing_told, verdict
from qa.ui.history import History, Switched, Turn
from qa.ui.reading import Reading

_SEEN_THROUGH = re.compile(r"(?:[@$]|:(?!\d{1,2}:)(?=[A-Za-z0-9_+-]+:))+")
_PUNCTUATION = re.compile(r"[!-/:-@\[-`{-~]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_LINE_END = re.compile(r"\r\n|\r|\n")


def as_markdown(history: History, reading: Reading, words: Words, title: str) -> str:
    """The whole file; offsets in it are code points, the end not included."""
    blocks = [f"# {_line(title)}", _line(words["export.unit"])]
    number = 0
    for entry in history.entries:
        if isinstance(entry, Switched):
            blocks.append(written(words.say("chat.switched", names=", ".join(entry.names))))
        else:
            number += 1
            blocks += _turn(entry, number, reading, words)
    blocks += ["---", _line(words.say("export.made", version=__version__))]
    return "\n\n".join(blocks) + "\n"


def written(text: str, prefix: str = "") -> str:
    """A foreign string as a paragraph, each line of it after the prefix; white space around it is left out."""
    return prefix + f"\\\n{prefix}".join(map(_line, _LINE_END.split(text.strip())))


def _turn(turn: Turn, number: int, reading: Reading, words: Words) -> list[str]:
    blocks = [f"## {_line(words.say('export.question', n=number))}", written(turn.question, "> ")]
    if turn.answer is None:
        return [*blocks, _line(words["chat.stopped"])]
    cited, related = cited_excerpts(turn, reading), related_excerpts(turn, reading)
    if turn.answer.answered:
        blocks += [" ".join(_quote(excerpt, number, words) for excerpt in cited), *_asked(turn, words)]
        blocks.append(f"### {_line(words['card.cited'])}")
    else:
        blocks += [_line(verdict(turn, words)), *_asked(turn, words)]
        blocks += [f"### {_line(words['chat.related'])}"] if related else []
    for excerpt in cited + related:
        blocks += _excerpt(excerpt, number, words)
    return blocks


def _asked(turn: Turn, words: Words) -> list[str]:
    assert turn.answer is not None
    asked = asked_on(turn, words)
    searched = f"{_line(words['chat.searched'])} {_line(turn.answer.searched_for.strip())}"
    return ["\n".join(f"- {told}" for told in (_line(asked), searched) if told)]


def _quote(excerpt: Excerpt, number: int, words: Words) -> str:
    n = excerpt.was.n
    quote = written(excerpt.now.quote)
    if excerpt.standing is Standing.GONE:
        quote = f"<del>{quote}</del>"
    return f'<a id="r-{number}-{n}"></a>{quote} [\\[{n}\\]](#e-{number}-{n})'


def _excerpt(excerpt: Excerpt, number: int, words: Words) -> list[str]:
    n, now = excerpt.was.n, excerpt.now
    mark = f"**\\[{n}\\]** " if n else ""
    passage = [written(excerpt.before, "> "), f"> {mark}{written(now.quote, '> ').removeprefix('> ')}"]
    passage.append(written(excerpt.after, "> "))
    facts = [
        (words["export.standing"], _line(standing_told(excerpt, words))),
        (words["export.source"], _line(now.source)),
        (words["export.section"], _line(excerpt.section)),
        (words["export.place"], f"{now.start}–{now.end}"),
        (words["export.page"], _line(leaf_told(now, words))),
        ("SHA-256", f"`{excerpt.sha256}`" if excerpt.sha256 else ""),
    ]
    head = [f'<a id="e-{number}-{n}"></a>{mark}[{_line(words["export.back"])}](#r-{number}-{n})'] if n else []
    return [
        *head,
        "\n>\n".join(part for part in passage if part.strip("> ")),
        "\n".join(f"- {_line(name)}{_line(words['export.colon'])}{value}" for name, value in facts if value),
    ]


def _line(text: str) -> str:
    """A foreign string within one line."""
    parts = []
    at = 0
    text = _CONTROL.sub("\N{REPLACEMENT CHARACTER}", _LINE_END.sub(" ", text))
    for special in _SEEN_THROUGH.finditer(text):
        parts += [_escaped(text[at : special.start()]), f"`{special.group()}`"]
        at = special.end()
    parts.append(_escaped(text[at:]))
    return "".join(parts)


def _escaped(text: str) -> str:
    escaped = _PUNCTUATION.sub(r"\\\g<0>", text)
    inner = escaped.strip()
    before, _, after = escaped.partition(inner) if inner else (escaped, "", "")
    return f"{_references(before)}{inner}{_references(after)}"


def _references(space: str) -> str:
    return "".join(f"&#{ord(char)};" for char in space)
