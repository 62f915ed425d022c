"""The learning curve of a run: a table, and a picture of it."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

from qa import plot


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
    steps = [row["step"] for row in rows] or [0]
    top = max((row[name] for row in rows for name in names), default=1.0) or 1.0
    series = [
        plot.Series(name, [(row["step"], row[name]) for row in rows], color)
        for name, color in zip(names, range(plot.COLORS), strict=False)
    ]
    steps_axis = plot.Axis("step", steps[0], steps[-1], parts=1, decimals=0)
    losses_axis = plot.Axis("loss", 0.0, top, parts=4, decimals=2)
    file.write_text(plot.draw(plot.Plot("losses", steps_axis, losses_axis, series)), encoding="utf-8")
