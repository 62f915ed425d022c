"""LaTeX source -> its words under its headings. Formulas stay as they are written.

What a command prints is kept, as far as the command is a common one; what it only sets or loads is left out. Macros
that the source defines itself are not expanded.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from qa.reading.encodings import decode
from qa.reading.extraction import Extracted, UnreadableError
from qa.reading.extraction.composing import Piece, compose, heading
from qa.reading.extraction.sheets import sheet_blocks, single_line
from qa.reading.extraction.tables import Cell
from qa.text.marks import Kind

_LEVELS = {"part": 1, "chapter": 1, "title": 1, "section": 2, "subsection": 3, "subsubsection": 4}
_KEPT_OPEN, _KEPT_CLOSE = "\ue000", "\ue001"
"""Signs around the number of what is kept as it is written."""
_HEADING_SIGN = "\ue010"
"""Stands before the level of a heading."""
_ITEM_SIGN = "\ue011"
_ESCAPES = {"{": "\ue020", "}": "\ue021", "\\": "\ue022", "&": "\ue023", "%": "%", "$": "$", "#": "#", "_": "_"}
_UNESCAPE = {ord("\ue020"): "{", ord("\ue021"): "}", ord("\ue022"): "\n", ord("\ue023"): "&"}
_PRIVATE = re.compile("[\ue000-\ue0ff]")
_COMMENT = re.compile(r"(?m)(?<!\\)((?:\\\\)*)%.*(?:\n[ \t]*)?")
_ESCAPED = re.compile(r"\\([{}\\&%$#_])(?:\[[\d.]+(?:pt|ex|em|cm|mm)\])?")
_CODE = re.compile(
    r"\\begin\{(verbatim\*?|lstlisting|minted|Verbatim)\}(?:\[[^\]]*\])?(?:\{\w*\})?(.*?)\\end\{\1\}",
    re.DOTALL,
)
_FORMULA = re.compile(
    r"\\begin\{(equation|align|gather|multline|eqnarray|displaymath|math)(\*?)\}.*?\\end\{\1\2\}"
    r"|\$\$.+?\$\$|(?<!\\)\$(?:[^$\\]|\\.)+?\$|\\\[.+?\\\]|\\\(.+?\\\)",
    re.DOTALL,
)
_TABLE = re.compile(
    r"\\begin\{(tabular[xy]?\*?|longtable)\}(?:\{[^{}]*\})??(?:\[[^\]]*\])?\{(?:[^{}]|\{[^{}]*\})*\}(.*?)\\end\{\1\}",
    re.DOTALL,
)
_CALL = re.compile(r"\\([A-Za-z@]+)\*?[ \t]*((?:\[[^\[\]{}]*\])?)((?:\{[^{}]*\})+)")
_ARGUMENT = re.compile(r"\{([^{}]*)\}")
_GROUP = re.compile(r"\{([^{}]*)\}")
_BARE = re.compile(r"\\([A-Za-z@]+)\*?(?:\[[^\[\]{}\n]*\])?[ \t]*")
_ACCENT = re.compile(r"""\\(['`^"~=.]|[cvuHk](?![A-Za-z]))\s*(?:\{(\\?\w)\}|(\\?\w))""")
_ACCENTS = {
    "'": "\u0301", "`": "\u0300", "^": "\u0302", '"': "\u0308", "~": "\u0303", "=": "\u0304", ".": "\u0307",
    "c": "\u0327", "v": "\u030c", "u": "\u0306", "H": "\u030b", "k": "\u0328",
}  # fmt: skip
_LETTERS = {
    "ss": "ß", "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ", "o": "ø", "O": "Ø", "aa": "å", "AA": "Å", "l": "ł", "L": "Ł",
    "i": "i", "LaTeX": "LaTeX", "TeX": "TeX", "ldots": "…", "dots": "…", "textbackslash": "\\", "par": "\n\n",
    "newline": "\n", "quad": " ", "qquad": " ", "S": "§", "textendash": "–", "textemdash": "—",
    "item": _ITEM_SIGN, "copyright": "©", "euro": "€", "pounds": "£", "today": "",
}  # fmt: skip
_SILENT = {
    "label", "includegraphics", "vspace", "hspace", "usepackage", "documentclass", "newcommand", "renewcommand",
    "providecommand", "setlength", "bibliographystyle", "bibliography", "pagestyle", "thispagestyle", "input",
    "include", "begin", "end", "setcounter", "addtocounter", "index", "hypersetup", "definecolor", "color", "pagecolor",
    "newtheorem", "DeclareMathOperator", "graphicspath", "geometry", "fontsize", "selectlanguage", "bibitem",
    "addcontentsline", "rule", "cline", "cmidrule", "markboth", "author", "date", "thanks", "rotatebox", "vskip",
    "phantom", "nocite",
}  # fmt: skip
"""Commands whose arguments print nothing, or nothing in their place."""
_FIRST_OF_TWO = {"ruby", "kana"}
_QUOTES = (("``", "“"), ("''", "”"), ("---", "—"), ("--", "–"), ("~", " "))
_DEEPEST = 60
"""Levels of braces that are resolved."""
_BLANK_LINES = re.compile(r"\n[ \t]*\n\s*")


def read(data: bytes) -> Extracted:
    """Return the text of a source, or of the part of one that another includes.

    Raises:
        UnreadableError: the bytes are no text, or the braces are nested too deep.
    """
    decoded = decode(data)
    if decoded is None:
        raise UnreadableError("damaged")
    text = _PRIVATE.sub("", decoded).replace("\r\n", "\n").replace("\r", "\n")
    kept: list[list[Piece]] = []
    text = _CODE.sub(lambda found: "\n\n" + _keep(kept, [Piece(found[2].strip("\n"), Kind.CODE)]) + "\n\n", text)
    text = _COMMENT.sub(r"\1", text)
    preamble, begins, body = text.partition(r"\begin{document}")
    if begins:
        title = re.search(r"\\title\s*(?:\[[^\]]*\])?(\{(?:[^{}]|\{[^{}]*\})*\})", preamble)
        text = (rf"\title{title[1]}" if title and r"\title" not in body else "") + body.partition(r"\end{document}")[0]
    text = _FORMULA.sub(lambda found: _keep(kept, [Piece(found[0])]), text)
    text = _TABLE.sub(lambda found: "\n\n" + _keep(kept, _table_rows(found[2], kept)) + "\n\n", text)
    return compose(_printed_blocks(_words_of(text), kept))


def _keep(kept: list[list[Piece]], pieces: list[Piece]) -> str:
    """Put aside what is not to be changed any more, and return the sign that stands for it."""
    kept.append(pieces)
    return f"{_KEPT_OPEN}{len(kept) - 1}{_KEPT_CLOSE}"


def _table_rows(written: str, kept: list[list[Piece]]) -> list[Piece]:
    rows: list[list[Cell]] = []
    for line in re.split(r"\\\\(?:\[[^\]]*\])?|\\tabularnewline\b", written):
        words = [single_line(_restored(_words_of(cell), kept)) for cell in re.split(r"(?<!\\)&", line)]
        rows.append([Cell(word, n, n + 1, True) for n, word in enumerate(words) if word])
    return [piece for block in sheet_blocks(row for row in rows if row) for piece in block]


def _words_of(text: str) -> str:
    """Return the words that commands print, with signs where headings and items begin."""
    text = _ESCAPED.sub(lambda found: _ESCAPES[found[1]], text)
    text = _ACCENT.sub(_accented, text)
    for _ in range(_DEEPEST):
        before = text
        text = _CALL.sub(_printed, text)
        text = _GROUP.sub(r"\1", text) if text == before else text
        if text == before:
            break
    else:
        raise UnreadableError("large")
    text = _BARE.sub(_printed_alone, text)
    for written, meant in _QUOTES:
        text = text.replace(written, meant)
    return text.translate(_UNESCAPE)


def _accented(found: re.Match[str]) -> str:
    letter = (found[2] or found[3]).removeprefix("\\")
    return unicodedata.normalize("NFC", letter + _ACCENTS[found[1]])


def _printed(found: re.Match[str]) -> str:
    """Return what a command prints with its arguments, in which no command is left."""
    name, option = found[1], found[2]
    arguments: list[str] = _ARGUMENT.findall(found[3])
    if name in _LEVELS:
        return f"\n\n{_HEADING_SIGN}{_LEVELS[name]}{' '.join(arguments[0].split())}\n\n" + "".join(arguments[1:])
    if name == "begin" and arguments[0] == "abstract":
        return "\n\n"
    if name in ("begin", "end"):
        return "\n"
    if name in _SILENT:
        return ""
    if name in ("cite", "citep", "citet", "parencite", "textcite"):
        return f"[{', '.join(filter(None, (arguments[0], option.strip('[]'))))}]"
    if name == "footnote":
        return f" ({arguments[0].strip()})"
    if name == "caption":
        return f"\n\n{arguments[0]}\n\n"
    if name == "href" and len(arguments) > 1:
        return "".join(arguments[1:])
    if name in ("multicolumn", "multirow", "textcolor", "colorbox", "parbox", "raisebox", "scalebox"):
        return arguments[-1]
    if name in _FIRST_OF_TWO:
        return arguments[0]
    return _LETTERS.get(name, "") + "".join(arguments)


def _printed_alone(found: re.Match[str]) -> str:
    """Return what a command without arguments prints; of an item, its label."""
    if found[1] == "item" and (label := re.search(r"\[([^\[\]]*)\]", found[0])):
        return f"{_ITEM_SIGN}{label[1]}: "
    return _LETTERS.get(found[1], "")


def _printed_blocks(text: str, kept: list[list[Piece]]) -> Iterator[list[Piece]]:
    for block in _BLANK_LINES.split(text):
        if (whole := re.fullmatch(rf"\s*{_KEPT_OPEN}(\d+){_KEPT_CLOSE}\s*", block)) is not None:
            yield kept[int(whole[1])]
        elif _HEADING_SIGN in block:
            _, _, title = block.partition(_HEADING_SIGN)
            if words := single_line(_restored(title[1:], kept)):
                yield [heading(words, int(title[0]))]
        else:
            parts = block.split(_ITEM_SIGN)
            yield [Piece("\n".join(line.strip() for line in _restored(parts[0], kept).splitlines() if line.strip()))]
            items = [single_line(_restored(part, kept)) for part in parts[1:]]
            yield [Piece(f"- {words}", Kind.ITEM) for words in items if words]


def _restored(words: str, kept: list[list[Piece]]) -> str:
    """Return words with what was put aside in its places."""
    pattern = f"{_KEPT_OPEN}(\\d+){_KEPT_CLOSE}"
    for _ in range(3):  # a formula may stand in the row of a table
        words = re.sub(pattern, lambda found: "\n".join(piece.words for piece in kept[int(found[1])]), words)
    return words
