"""Lines and points over two axes -> a picture as SVG, readable on a light and on a dark background.

The picture brings its own background, which follows the reader's choice of light or dark where the viewer knows it.
Beside the axes is a key, and below the key a table if there is one. Long names go on in the next line.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

_WIDTH, _LEFT, _KEY, _MARGIN = 780, 66, 264, 14
_TOP, _AXES_HEIGHT, _BOTTOM = 14, 380, 46
_FONT, _LINE = 12, 18
_AXES_WIDTH = _WIDTH - _LEFT - _KEY
_LIGHT = ("#fff", "#1f2328", "#d0d7de", "#1f6feb", "#d1242f", "#1a7f37", "#9a6700", "#8250df", "#57606a")
_DARK = ("#0d1117", "#e6edf3", "#30363d", "#58a6ff", "#ff7b72", "#3fb950", "#d29922", "#bc8cff", "#8b949e")
COLORS = len(_LIGHT) - 3
"""How many colors there are; ``Series.color`` counts from 0."""
GREY = COLORS - 1
_NOT_XML = re.compile("[^\t\n\r\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|[\u202a-\u202e\u2066-\u2069]")
"""Characters that XML does not allow, control characters, and the marks that change the direction of text."""


@dataclass(frozen=True)
class Axis:
    """An axis: what it is about, its two ends, into how many parts it is divided, and the decimals of its numbers."""

    label: str
    low: float = 0.0
    high: float = 1.0
    parts: int = 5
    decimals: int = 1

    def place(self, value: float) -> float:
        """Return where on the axis a value is, from 0 to 1."""
        return (value - self.low) / ((self.high - self.low) or 1.0)

    def ticks(self) -> list[float]:
        """Return the values that are written on the axis."""
        if self.high == self.low:
            return [self.low]
        return [self.low + (self.high - self.low) * part / self.parts for part in range(self.parts + 1)]


@dataclass(frozen=True)
class Series:
    """Points that belong together, (x, y) each; they are joined by a line, marked by dots, or both."""

    name: str
    points: Sequence[tuple[float, float]]
    color: int = 0
    line: bool = True
    dashed: bool = False
    dots: bool = False


@dataclass(frozen=True)
class Plot:
    """What a picture shows; the first row of ``table`` is its heading, and all rows have as many cells."""

    heading: str
    x: Axis
    y: Axis
    series: Sequence[Series]
    table: Sequence[Sequence[str]] = ()


def draw(plot: Plot) -> str:
    """Return the picture as an SVG document."""
    heading = _wrapped(plot.heading, _WIDTH - 2 * _MARGIN)
    top = _TOP + _LINE * len(heading)
    key, end = _series_and_table(plot, top)
    height = max(top + _AXES_HEIGHT + _BOTTOM, end)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" height="{height}" '
        f'font-family="sans-serif" font-size="{_FONT}" role="img">',
        f"<title>{_escaped(plot.heading)}</title>",
        f"<style>{_style()}</style>",
        f'<rect class="paper" width="{_WIDTH}" height="{height}"/>',
        *(_text(_MARGIN, _TOP + _LINE * n + 4, line) for n, line in enumerate(heading)),
        *_axes(plot.x, plot.y, top),
        *(part for series in plot.series for part in _drawn(series, plot.x, plot.y, top)),
        *key,
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _style() -> str:
    def colors(values: Sequence[str]) -> str:
        paper, ink, grid, *others = values
        named = "".join(f".c{n}{{color:{color}}}" for n, color in enumerate(others))
        return f".paper{{fill:{paper}}}text{{fill:{ink}}}.grid{{stroke:{grid}}}{named}"

    dark = f"@media(prefers-color-scheme:dark){{{colors(_DARK)}}}"
    return f"{colors(_LIGHT)}{dark}"


def _axes(x: Axis, y: Axis, top: int) -> Iterator[str]:
    bottom = top + _AXES_HEIGHT
    for value in x.ticks():
        at = _LEFT + x.place(value) * _AXES_WIDTH
        yield f'<path class="grid" d="M{at:.1f} {top}V{bottom}"/>'
        yield _text(at, bottom + 16, f"{value:.{x.decimals}f}", "middle")
    for value in y.ticks():
        at = bottom - y.place(value) * _AXES_HEIGHT
        yield f'<path class="grid" d="M{_LEFT} {at:.1f}H{_LEFT + _AXES_WIDTH}"/>'
        yield _text(_LEFT - 6, at + 4, f"{value:.{y.decimals}f}", "end")
    yield _text(_LEFT + _AXES_WIDTH / 2, bottom + 36, x.label, "middle")
    across = top + _AXES_HEIGHT / 2
    yield _text(18, across, y.label, "middle", f' transform="rotate(-90 18 {across})"')


def _drawn(series: Series, x: Axis, y: Axis, top: int) -> Iterator[str]:
    bottom = top + _AXES_HEIGHT
    places = [(_LEFT + x.place(a) * _AXES_WIDTH, bottom - y.place(b) * _AXES_HEIGHT) for a, b in series.points]
    if series.line:
        yield _line(series, places)
    if series.dots:
        yield from (_dot(series, *place) for place in places)


def _series_and_table(plot: Plot, top: int) -> tuple[list[str], int]:
    """Return the key with the table below it, and where they end."""
    left, y = _LEFT + _AXES_WIDTH + 16, top + 10
    parts: list[str] = []
    for series in plot.series:
        parts += [_line(series, [(left, y - 4), (left + 22, y - 4)])] if series.line else []
        parts += [_dot(series, left + 11, y - 4)] if series.dots else []
        for line in _wrapped(series.name, _WIDTH - _MARGIN - left - 30):
            parts.append(_text(left + 30, y, line))
            y += _LINE
    y += _LINE // 2
    for row in plot.table:
        column = (_WIDTH - _MARGIN - left) / len(row)
        parts += [_text(left + column * (n + 1), y, cell, "end") for n, cell in enumerate(row)]
        y += _LINE
    return parts, y


def _line(series: Series, places: Sequence[tuple[float, float]]) -> str:
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    dashes = ' stroke-dasharray="6 4"' if series.dashed else ""
    form = f'fill="none" stroke="currentColor" stroke-width="2"{dashes}'
    return f'<polyline class="c{series.color}" {form} points="{points}"/>'


def _dot(series: Series, x: float, y: float) -> str:
    return f'<circle class="c{series.color}" fill="currentColor" cx="{x:.1f}" cy="{y:.1f}" r="4.5"/>'


def _text(x: float, y: float, text: str, anchor: str = "start", more: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{more}>{_escaped(text)}</text>'


def _escaped(text: str) -> str:
    """Return a text from outside as text of XML; what XML does not allow becomes U+FFFD."""
    return escape(_NOT_XML.sub("\ufffd", text))


def _wrapped(text: str, width: float) -> list[str]:
    """Return a text in lines that are not wider than some pixels, broken between words where that is possible."""
    lines = [""]
    for word in re.findall(r"\S+\s*|\s+", text):
        if lines[-1] and _width_of(lines[-1] + word.rstrip()) > width:
            lines.append("")
        for character in word:
            if lines[-1] and _width_of(lines[-1] + character.strip()) > width:
                lines.append("")
            lines[-1] += character
    return [line.rstrip() for line in lines]


def _width_of(text: str) -> float:
    """Return about how many pixels a text takes, rather too many: the viewer chooses the font."""
    wide = sum(character.isupper() or unicodedata.east_asian_width(character) in "WFA" for character in text)
    return _FONT * (wide + 0.6 * (len(text) - wide))
