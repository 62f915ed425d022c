"""A question -> hits, an answer, or, for a set of questions, quality figures: ``qa search, ask, chat, eval``."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qa.catalogue import Sentence
from qa.cli.options import (
    Folder,
    Settings,
    print_json,
    with_chosen_sources,
    with_config,
    with_language_model,
    with_settings,
)
from qa.cli.reporting import ReportingCommand
from qa.errors import QuestionError
from qa.search.config import DEFAULT_CONFIG, SearchConfig
from qa.terminal import printable, progress_bar, show_answer, show_hits, status

if TYPE_CHECKING:
    from qa.answer import Answer
    from qa.llm.client import LanguageModel

QUIT, NEW = ":quit", ":new"
"""What is typed to end ``qa chat``, and to begin a new conversation."""


@click.command(cls=ReportingCommand)
@click.argument("question")
@click.option(
    "-k", type=click.IntRange(1, 1000), default=5, show_default=True, metavar="N", help="How many passages to show."
)
@with_chosen_sources
@with_settings
def search(settings: Settings, question: str, k: int, sources: tuple[str, ...] | None) -> None:
    """Find the passages nearest to a question."""
    from qa.retrieval import retrieve

    with status("doing.searching"):
        hits = retrieve(settings.index, question, k, sources=sources)
    if settings.json:
        print_json({"question": question, "hits": [hit.to_dict() for hit in hits]})
    else:
        show_hits(hits)


@click.command(cls=ReportingCommand)
@click.argument("question")
@with_chosen_sources
@with_config
@with_language_model
@with_settings
def ask(
    settings: Settings,
    question: str,
    sources: tuple[str, ...] | None,
    config: SearchConfig,
    llm: LanguageModel | None,
) -> None:
    """Answer a question with the text's own sentences.

    A greeting or thanks gets a line. "What is this about?" gets an overview, "Which documents are there?" a list.
    """
    from qa.index import Index
    from qa.llm.replies import reply_written

    _say_where_texts_go(llm)
    with status("doing.reading"):
        index = Index.open(settings.index)
        result = reply_written(index, question, model=llm, bold=config.bold, reader=config.reader, sources=sources)
    if settings.json:
        print_json(result.to_dict())
    else:
        show_answer(index, result)


@click.command(cls=ReportingCommand)
@with_chosen_sources
@with_config
@with_language_model
@with_settings
def chat(settings: Settings, sources: tuple[str, ...] | None, config: SearchConfig, llm: LanguageModel | None) -> None:
    """Answer one question after another, each line of standard input.

    A follow-up such as "and in 2012?" is read with what went before. The line :new begins a new conversation, :quit
    ends. With --json each answer is an object on a line of its own.
    """
    from qa.index import Index
    from qa.llm.replies import reply_written

    _say_where_texts_go(llm)
    with status("doing.reading"):
        index = Index.open(settings.index)
    history: list[Answer] = []
    for line in _typed_lines():
        if line == NEW:
            history.clear()
            continue
        try:
            with status("doing.searching"):
                result = reply_written(
                    index, line, model=llm, history=history,
                    bold=config.bold, reader=config.reader, sources=sources,
                )  # fmt: skip
        except QuestionError as error:  # the next one may be better
            click.echo(printable(str(error)), err=True)
            continue
        history.append(result)
        if settings.json:
            print_json(result.to_dict())
        else:
            show_answer(index, result)
            click.echo()


def _say_where_texts_go(llm: LanguageModel | None) -> None:
    """Say on standard error, before anything is sent, which language model gets the questions and what is found."""
    if llm is not None:
        key = "llm.local" if llm.is_local else "llm.leaves"
        click.echo(printable(str(Sentence(key, model=llm.name, host=llm.host))), err=True)


def _typed_lines() -> Iterator[str]:
    """Yield what is typed, line by line, without empty lines; on a terminal, after a sentence that explains it."""
    if sys.stdin.isatty():
        click.echo(Sentence("shell.chat"), err=True)
    while True:
        try:
            line = input("> " if sys.stdin.isatty() else "").strip()
        except EOFError:
            return
        if line == QUIT:
            return
        if line:
            yield line


@click.command("eval", cls=ReportingCommand)
@click.argument("path", metavar="SET", type=click.Path(path_type=Path))
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="Ask only N questions, drawn at random.")
@click.option("--each", is_flag=True, help="Ask each document of the set by itself, not all together.")
@click.option("--standalone", is_flag=True, help="Ask each turn of a conversation by itself, in its complete form.")
@click.option(
    "--pictures", type=Folder(path_type=Path), metavar="DIR", help="Draw risk and reliability, as SVG, in this folder."
)
@with_config
@with_settings
def evaluate_set(
    settings: Settings,
    path: Path,
    limit: int | None,
    each: bool,
    standalone: bool,
    pictures: Path | None,
    config: SearchConfig,
) -> None:
    """Measure retrieval, evidence, abstention and confidence on a question set.

    SET is SQuAD JSON (v1 or v2), an object of passages and queries, or JSON lines of questions, of documents with
    their questions, or of conversations about such documents; it may be gzipped.
    Questions about a text that the set does not contain are asked of the index. The turns of a conversation are asked
    as they stand, after what was really answered before.
    """
    from qa.evaluation.pictures import check_pictures, write_pictures
    from qa.evaluation.report import evaluate, render
    from qa.evaluation.sets import read_set

    questions = read_set(path, each=each)
    if pictures is not None:
        check_pictures(questions, pictures)  # before hours of questions, not after them
    with progress_bar() as progress:
        report = evaluate(
            questions, settings.index, progress=progress, limit=limit, config=config, standalone=standalone
        )
    drawn = [] if pictures is None else write_pictures(report, pictures)
    if settings.json:
        print_json(report.to_dict() | ({"pictures": [str(file) for file in drawn]} if drawn else {}))
    else:
        click.echo(render(report))
        if drawn:
            click.echo(printable(f"\n{Sentence('eval.pictures', files=tuple(map(str, drawn)))}"))


@click.command(cls=ReportingCommand)
@click.option("--reset", is_flag=True, help="Go back to the calibration of the package.")
@click.option("--reader", metavar="NAME", help="Fit it to this question-answering model, by name or folder.")
@with_settings
def calibrate(settings: Settings, reset: bool, reader: str | None) -> None:
    """Fit the confidence to the texts of the index.

    Questions made of its own sentences are asked, each also without the passages that answer it. What is learnt stays
    when texts are added or removed.
    """
    from qa.evaluation.calibrating import calibrate as fit_index
    from qa.index import Index

    with progress_bar() as progress:
        index = Index.open(settings.index)
        if reset:
            figures = {"generation": index.calibrated({}).generation}
        else:
            figures = fit_index(index, progress, replace(DEFAULT_CONFIG, reader=reader)).to_dict()
    if settings.json:
        print_json(dict(figures))
    else:
        said = "shell.calibrated.reset" if reset else "shell.calibrated"
        shown = {name: str(figure) for name, figure in figures.items()}
        click.echo(printable(str(Sentence(said, index=settings.index, **shown))))
