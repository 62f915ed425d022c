"""The learning curve of a run: a table, and a picture of it."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

COLORS = ("#1f6feb", "#d1242f", "#1a7f37", "#9a6700", "#8250df", "#57606a")
_WIDTH, _HEIGHT, _LEFT, _BOTTOM, _TOP, _LEGEND = 760, 400, 50, 30, 14, 130


def add_row(file: Path, row: Mapping[str, float]) -> None:
    """Add a row to the table, which is made with the first."""
    new = not file.exists()
    with file.open("a", newline="", encoding="utf-8") as opened:
        writer = csv.DictWriter(opened, list(row))
        if new:
            writer.writeheader()
        writer.writerow({name: f"{value:.6g}" for name, value in row.items()})


def read_rows(file: Path) -> list[dict[str, float]]:
    """Return the rows of a table; a value that is missing is left out."""
    with file.open(newline="", encoding="utf-8") as opened:
        return [{name: float(value) for name, value in row.items() if value} for row in csv.DictReader(opened)]


def keep_rows(file: Path, step: int) -> None:
    """Remove the rows after a step, which a run that goes on from there will add again."""
    if not file.exists():
        return
    rows = [row for row in read_rows(file) if row["step"] <= step]
    file.unlink()
    for row in rows:
        add_row(file, row)


def draw(rows: Sequence[Mapping[str, float]], names: Sequence[str], file: Path) -> None:
    """Draw some columns over the steps, as SVG."""
    steps = [row["step"] for row in rows]
    top = max((row[name] for row in rows for name in names), default=1.0) or 1.0
    width, height = _WIDTH - _LEFT - _LEGEND, _HEIGHT - _BOTTOM - _TOP
    span = max(steps[-1] - steps[0], 1) if steps else 1

    def place(step: float, value: float) -> str:
        return f"{_LEFT + (step - steps[0]) / span * width:.1f},{_TOP + (1 - value / top) * height:.1f}"

    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" font-family="sans-serif">']
    parts.append(f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#fff"/>')
    for part in range(5):
        y = _TOP + part / 4 * height
        parts.append(f'<path d="M{_LEFT} {y:.1f}h{width}" stroke="#d0d7de"/>')
        parts.append(_label(_LEFT - 6, y + 4, f"{top * (1 - part / 4):.2f}"))
    for number, (name, color) in enumerate(zip(names, COLORS, strict=False)):
        points = " ".join(place(row["step"], row[name]) for row in rows)
        parts.append(f'<polyline points="{points}" fill="none" stroke="{color}" stroke-width="1.5"/>')
        y = _TOP + 16 + 18 * number
        parts.append(f'<text x="{_WIDTH - _LEGEND + 12}" y="{y}" font-size="12" fill="{color}">{name}</text>')
    last = int(steps[-1]) if steps else 0
    parts.append(_label(_LEFT + width, _HEIGHT - 10, f"step {last}"))
    file.write_text("\n".join([*parts, "</svg>"]), encoding="utf-8")


def _label(x: float, y: float, text: str) -> str:
    return f'<text x="{x}" y="{y:.1f}" font-size="11" text-anchor="end">{text}</text>'
