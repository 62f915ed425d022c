"""Answers, hits, checks, generations and progress -> text on a terminal.

Control characters of a source are not printed as they are: a text must not move the cursor, colour the screen or
change the window's title. The output of ``--json`` does not pass through here.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

import click

from qa.catalogue import Sentence

if TYPE_CHECKING:
    from qa.answer import Answer
    from qa.citations import AnswerSpan, Citation
    from qa.index import Index
    from qa.llm.written import Written
    from qa.maintenance.doctor import Check
    from qa.progress import Progress, ProgressEvent, Stage
    from qa.retrieval import Hit
    from qa.storage.generations import HistoryEntry

_CITATION = re.compile(r"\[\d+\]")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""Control characters except tab and newline, and the marks that change the direction of text."""
_LONGEST_PART = 80
"""Code points of a heading, a question or a lead-in below a quotation."""
_DELAY = 0.5
"""Seconds before a progress bar appears on a terminal: shorter work needs none."""
_DELAY_IN_FILES = 20.0
"""Seconds before the first line of progress, and between two, where standard error is a file or a pipe."""


def show_answer(index: Index, answer: Answer) -> None:
    """Print an answer and its citations, for a declined question the related passages, or another reply.

    If something else was searched for than what was asked, it is printed first.
    """
    if answer.turn:
        _show_reply(index, answer)
        return
    if answer.parts:
        _show_parts(index, answer)
        return
    if answer.searched_for != answer.question.strip():
        searched = f"{Sentence('chat.searched')} {' '.join(answer.searched_for.split())}"
        click.echo(click.style(printable(searched), dim=True))
    if not answer.answered:
        click.echo(Sentence("shell.declined"))
        if answer.hits:
            related = f"{Sentence('chat.related')}:"
            click.echo(f"\n{click.style(related, bold=True)}\n")
            show_hits(answer.hits)
        return
    if answer.written:
        _show_written(answer.written)
    click.echo(_numbered(answer))
    for citation in (*answer.citations, *(answer.written.given if answer.written and answer.written.is_shown else ())):
        click.echo()
        _show_citation(index, citation, answer.words_of(citation))


def _show_written(written: Written) -> None:
    """Print what a language model wrote; what is struck stands between ~~ and is followed by the reason."""
    if written.is_shown:
        for one in written.sentences:
            text = printable(one.text)
            if one.passed:
                click.echo(_CITATION.sub(lambda n: click.style(n.group(), fg="cyan"), text))
            else:
                reason = printable(str(Sentence(f"llm.struck.{one.reason}", detail=one.detail)))
                click.echo(f"{click.style(f'~~{text}~~', dim=True)} ({reason})")
    elif written.sentences or not written.trouble:
        click.echo(printable(str(Sentence("llm.rejected", model=written.model))))
    if written.trouble:
        told = {"host": written.host, "model": repr(written.model), **dict(written.told)}
        click.echo(printable(str(Sentence(f"error.{written.trouble}", **told))), err=True)
    click.echo(f"\n{click.style(str(Sentence('shell.llm.answer')), bold=True)}\n")


def _show_parts(index: Index, answer: Answer) -> None:
    """Print each question of a turn, and the answer to it or that there is none."""
    for number, part in enumerate(answer.parts):
        click.echo(("\n" if number else "") + click.style(printable(" ".join(part.question.split())), bold=True))
        if not part.answered:
            click.echo(Sentence("shell.declined"))
            continue
        click.echo(_CITATION.sub(lambda n: click.style(n.group(), fg="cyan"), printable(part.text)))
        for citation in part.citations:
            click.echo()
            _show_citation(index, citation, part.span)


def _show_reply(index: Index, reply: Answer) -> None:
    """Print the reply to a turn that is no question, its citations, and what may be asked."""
    if reply.written:
        _show_written(reply.written)
    click.echo(_numbered(reply))
    for citation in reply.citations:
        click.echo()
        _show_citation(index, citation)
    for question in reply.suggested:
        click.echo(f"  - {printable(question)}")


def _numbered(answer: Answer) -> str:
    """Return the text of an answer with the numbers of its citations coloured, and no ``[7]`` of a source itself."""
    shown, at = "", 0
    for citation in answer.citations:
        number = f"[{citation.n}]"
        quoted = f"{citation.quote} {number}"
        found = answer.text.find(quoted, at)
        if found >= 0:
            end = found + len(quoted)
            shown += printable(answer.text[at : end - len(number)]) + click.style(number, fg="cyan")
            at = end
    return shown + printable(answer.text[at:])


def _show_citation(index: Index, citation: Citation, span: AnswerSpan | None = None) -> None:
    section = "" if citation.context else _section_of(index, citation)
    details = ", ".join(filter(None, (_page_or_time(citation), section)))
    number = f"[{citation.n}]" if citation.n else ""
    click.echo(_heading(number, citation.source, citation.start, citation.end, details))
    click.echo(_quoted(citation, span))
    if citation.context:
        click.echo(click.style(_indented(_context_path(citation)), dim=True))


def show_hits(hits: Sequence[Hit]) -> None:
    """Print hits, best first: the place of each, its text, and why it was found."""
    if not hits:
        click.echo(Sentence("shell.nothing"))
    for n, hit in enumerate(hits, start=1):
        if n > 1:
            click.echo()
        click.echo(_heading(f"{n}.", hit.passage.source, hit.start, hit.end, hit.passage.path))
        click.echo(_indented(hit.text))
        click.echo(click.style(_indented(hit.why), dim=True))


def show_checks(checks: Sequence[Check]) -> None:
    """Print the doctor's checks; a failed one is followed by what to do."""
    for check in checks:
        mark = click.style("ok  ", fg="green") if check.ok else click.style("FAIL", fg="red")
        click.echo(f"{mark}  {check.name}: {printable(check.detail)}")
        if check.advice:
            click.echo(f"      {printable(check.advice)}")


def show_log(entries: Sequence[HistoryEntry]) -> None:
    """Print one line for each generation; the current one is marked with a star."""
    for entry in entries:
        mark = click.style("*", fg="green", bold=True) if entry.present else " "
        passages = Sentence("count.passages", count=entry.passages)
        contents = f"{entry.created}  {Sentence('shell.contents', passages=passages, names=entry.sources)}"
        click.echo(f"{mark} {entry.generation}  {printable(entry.trouble or contents)}")


def printable(text: str) -> str:
    """Return a text with each control character replaced by U+FFFD."""
    return _CONTROL.sub("\ufffd", text)


@contextmanager
def progress_bar(first: str = "doing.loading") -> Iterator[Progress]:
    """Show the progress of the block on standard error, with the time left: one bar for each stage.

    The sentence of the key ``first`` is shown until the first event. On a terminal a bar appears when the work takes
    longer than a moment; elsewhere a line is printed now and then.
    """
    from tqdm import tqdm

    wait = _DELAY if sys.stderr.isatty() else _DELAY_IN_FILES
    refresh = 0.1 if sys.stderr.isatty() else _DELAY_IN_FILES
    bar: Any = None
    stage: Stage | None = None

    def report(event: ProgressEvent) -> None:
        nonlocal bar, stage
        until_first_event.close()
        if bar is None or stage is not event.stage or bar.total != event.total:
            if bar is not None:
                bar.close()
            stage = event.stage
            doing = str(Sentence(f"stage.{stage.value}"))
            bar = tqdm(total=event.total, desc=doing, leave=False, file=sys.stderr, delay=wait, mininterval=refresh)
        bar.update(event.done - bar.n)

    with ExitStack() as until_first_event:
        until_first_event.enter_context(status(first))
        try:
            yield report
        finally:
            if bar is not None:
                bar.close()


@contextmanager
def status(doing: str) -> Iterator[None]:
    """Show the sentence of the key ``doing`` on standard error while the block runs; only on a terminal."""
    if not sys.stderr.isatty():
        yield
        return
    click.echo(f"{Sentence(doing)} ...", err=True, nl=False)
    try:
        yield
    finally:
        click.echo("\r\x1b[K", err=True, nl=False)


def _heading(label: str, source: str, start: int, end: int, details: str) -> str:
    """Return the line above a quotation: its number, source, offsets (code points, end exclusive) and section."""
    place = f"{source}, {start}-{end}" + (f", {details}" if details else "")
    return f"{click.style(label, fg='cyan')} {click.style(printable(' '.join(place.split())), bold=True)}"


def _quoted(citation: Citation, span: AnswerSpan | None) -> str:
    """Return a quote; in the first, the words that answer are bold."""
    if span is None or citation.n != 1:
        return _indented(citation.quote)
    start, end = span.start - citation.start, span.end - citation.start
    before, words, after = map(printable, (citation.quote[:start], citation.quote[start:end], citation.quote[end:]))
    return _indent(before + click.style(words, bold=True) + after)


def _indented(text: str) -> str:
    return _indent(printable(text))


def _indent(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.splitlines())


def _page_or_time(citation: Citation) -> str:
    """Return the page or the time at which a citation begins; "" where its source has neither."""
    from qa.citations import clock

    if citation.page is not None:
        return str(Sentence("cite.page", page=str(citation.page)))
    return clock(citation.time) if citation.time is not None else ""


def _context_path(citation: Citation) -> str:
    """Return what a citation stands under as one line, outermost first; a long part ends with dots."""
    under = (" ".join(part.quote.split()) for part in citation.under)
    parts = (*citation.headings, *under)
    return " › ".join(one if len(one) <= _LONGEST_PART else f"{one[:_LONGEST_PART]}…" for one in parts)


def _section_of(index: Index, citation: Citation) -> str:
    """Return the section of the passage that holds a citation; "" where it has none."""
    for passage in index.passages:
        if passage.source == citation.source and passage.start <= citation.start < passage.end:
            return passage.path
    return ""
