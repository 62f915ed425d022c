"""Hits, answers, progress -> lines on a terminal.

What a source holds is shown without its control characters: a text must not be able to move the cursor,
colour the screen or retitle the window of whoever reads it. ``--json`` does not pass through here.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from qa.answer import Answer
    from qa.citations import Citation
    from qa.index import Index
    from qa.maintenance.doctor import Check
    from qa.progress import Progress, ProgressEvent, Stage
    from qa.retrieval import Hit
    from qa.storage.generations import Entry

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""Control characters but tab and newline, and the marks that override the direction of writing."""
_CITATION = re.compile(r"\[\d+\]")
_DELAY = 0.5
"""Seconds before a bar appears on a terminal: what is done by then needs none."""
_DELAY_ELSEWHERE = 20.0
"""The same, and the time between two lines, where standard error is a file or a pipe."""


def show_answer(index: Index, answer: Answer) -> None:
    """Prints an answer and its excerpts; where it was declined, the nearest passages as no more than that."""
    if not answer.answered:
        click.echo("No answer to this was found in the text.")
        if answer.hits:
            click.echo(f"\n{click.style('Related, not an answer:', bold=True)}\n")
            show_hits(answer.hits)
        return
    click.echo(_CITATION.sub(lambda n: click.style(n.group(), fg="cyan"), printable(answer.text)))
    for citation in answer.citations:
        told = ", ".join(filter(None, (_leaf(citation), _section(index, citation))))
        click.echo(f"\n{_heading(f'[{citation.n}]', citation.source, citation.start, citation.end, told)}")
        click.echo(_indented(citation.quote))


def show_hits(hits: Sequence[Hit]) -> None:
    """Prints hits, best first: where, the text, why it was found."""
    if not hits:
        click.echo("Nothing was found.")
    for n, hit in enumerate(hits, start=1):
        if n > 1:
            click.echo()
        click.echo(_heading(f"{n}.", hit.passage.source, hit.start, hit.end, hit.passage.path))
        click.echo(_indented(hit.text))
        click.echo(click.style(_indented(hit.why), dim=True))


def printable(text: str) -> str:
    """A text with each control character shown as U+FFFD."""
    return _CONTROL.sub("\ufffd", text)


def _heading(label: str, source: str, start: int, end: int, section: str) -> str:
    where = f"{source}, {start}-{end}" + (f", {section}" if section else "")
    return f"{click.style(label, fg='cyan')} {click.style(printable(' '.join(where.split())), bold=True)}"


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in printable(text).splitlines())


def _leaf(citation: Citation) -> str:
    """The page or the moment that a citation begins at."""
    from qa.citations import clock

    if citation.page is not None:
        return f"p. {citation.page}"
    return clock(citation.time) if citation.time is not None else ""


def _section(index: Index, citation: Citation) -> str:
    """The section of the passage that a citation stands in."""
    for passage in index.passages:
        if passage.source == citation.source and passage.start <= citation.start < passage.end:
            return passage.path
    return ""


def show_checks(checks: Sequence[Check]) -> None:
    """Prints what the doctor looked at, and below what is not in order what to do."""
    for one in checks:
        mark = click.style("ok  ", fg="green") if one.ok else click.style("FAIL", fg="red")
        click.echo(f"{mark}  {one.name}: {printable(one.detail)}")
        if not one.ok:
            click.echo(f"      {printable(one.remedy)}")


def show_log(entries: Sequence[Entry]) -> None:
    """One line for each generation; the one that answers is marked."""
    for one in entries:
        mark = click.style("*", fg="green", bold=True) if one.present else " "
        names = printable(", ".join(one.sources))
        told = f"{one.created}  {one.passages} passages of {names}" if not one.trouble else printable(one.trouble)
        click.echo(f"{mark} {one.generation}  {told}")


@contextmanager
def progress_bar(before: str = "Loading the model") -> Iterator[Progress]:
    """A bar with the time left on standard error, one after another for each kind of work; ``before`` them a line.

    On a terminal it appears once the work takes longer than a moment; elsewhere as a line now and then.
    """
    from tqdm import tqdm

    terminal = sys.stderr.isatty()
    bar: Any = None

    stage: Stage | None = None

    def report(event: ProgressEvent) -> None:
        nonlocal bar, stage
        waiting.close()
        if bar is None or stage is not event.stage or bar.total != event.total:
            if bar is not None:
                bar.close()
            stage = event.stage
            bar = tqdm(
                total=event.total,
                desc=stage.value,
                leave=False,
                file=sys.stderr,
                delay=_DELAY if terminal else _DELAY_ELSEWHERE,
                mininterval=0.1 if terminal else _DELAY_ELSEWHERE,
            )
        bar.update(event.done - bar.n)

    with ExitStack() as waiting:  # until the first report
        waiting.enter_context(status(before))
        try:
            yield report
        finally:
            if bar is not None:
                bar.close()


@contextmanager
def status(what: str) -> Iterator[None]:
    """A line on standard error for as long as something takes; on a terminal only."""
    if not sys.stderr.isatty():
        yield
        return
    click.echo(f"{what} ...", err=True, nl=False)
    try:
        yield
    finally:
        click.echo("\r\x1b[K", err=True, nl=False)
