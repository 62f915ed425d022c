"""Texts -> an index and its next generations: ``qa build``, ``add``, ``remove``, ``rename`` and ``list``."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from qa.catalogue import Sentence
from qa.cli.options import Settings, print_json, with_settings, with_texts
from qa.cli.reporting import ReportingCommand
from qa.errors import IndexMismatchError, ModelError
from qa.terminal import printable, progress_bar, status

if TYPE_CHECKING:
    from qa.index import Index
    from qa.text.source import Source


@click.command(cls=ReportingCommand)
@with_texts
@click.option("--model", metavar="MODEL", help="A SentenceTransformer by name or folder.")
@click.option(
    "--max-tokens", type=click.IntRange(min=8), metavar="N", help="The longest passage, in the model's tokens."
)
@with_settings
def build(
    settings: Settings,
    sources: list[Path | Source],
    max_chars: int,
    keep: int | None,
    model: str | None,
    max_tokens: int | None,
) -> None:
    """Build the index from files, folders or a text.

    Without PATH it reads ./source. The model and the passage length of the current index are kept unless you give
    others.
    """
    from qa.index import Index
    from qa.storage.configuration import DEFAULT_CHUNKING
    from qa.text.passages import Chunking

    chunking = Chunking(max_tokens, min(DEFAULT_CHUNKING.min_tokens, max_tokens)) if max_tokens else None
    with progress_bar() as progress:
        index = Index.build(
            sources or Path("source"),
            settings.index,
            model=model,
            chunking=chunking,
            max_chars=max_chars,
            keep=keep,
            progress=progress,
        )
    _report_change(settings, index)


@click.command(cls=ReportingCommand)
@with_texts
@with_settings
def add(settings: Settings, sources: list[Path | Source], max_chars: int, keep: int | None) -> None:
    """Add files, folders or a text to the index.

    Adding a file again replaces its earlier text. Another file of the same name is added as folder/name.
    """
    from qa.index import Index

    if not sources:
        raise click.UsageError(str(Sentence("usage.nothing")))
    with progress_bar() as progress:
        index = Index.build(sources, settings.index, add=True, max_chars=max_chars, keep=keep, progress=progress)
    _report_change(settings, index)


@click.command(cls=ReportingCommand)
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
@click.option("--no-purge", is_flag=True, help="Keep earlier generations, which still hold these texts.")
@with_settings
def remove(settings: Settings, names: tuple[str, ...], no_purge: bool) -> None:
    """Remove texts from the index, by name.

    All their data is deleted from the index folder. Earlier generations are removed too, so `qa rollback` has nothing
    to go back to. With --no-purge, earlier generations stay and still hold these texts.
    """
    from qa.index import Index
    from qa.storage.collection import stored_name

    with progress_bar("doing.removing") as progress:
        index = Index.open(settings.index).remove(names, purge=not no_purge, progress=progress)
    earlier = [entry for entry in index.history() if entry.generation != index.generation]
    _report_change(settings, index, earlier=[entry.generation for entry in earlier])
    if settings.json:
        return
    if not earlier:
        click.echo(Sentence("shell.purged"))
    for entry in earlier:
        held = [name for name in (stored_name(name, entry.sources) for name in names) if name in entry.sources]
        if held:
            told = Sentence("shell.held", generation=str(entry.generation), names=tuple(held))
            click.echo(printable(str(told)))


@click.command(cls=ReportingCommand)
@click.argument("old")
@click.argument("new")
@with_settings
def rename(settings: Settings, old: str, new: str) -> None:
    """Give the text OLD the name NEW."""
    from qa.index import Index

    with progress_bar("doing.renaming") as progress:
        index = Index.open(settings.index).rename(old, new, progress=progress)
    _report_change(settings, index)


@click.command("list", cls=ReportingCommand)
@with_settings
def list_sources(settings: Settings) -> None:
    """List the texts of the index: name, length, passages and file."""
    from qa.index import Index

    index = Index.open(settings.index)
    listed = [
        {
            "name": name,
            "characters": len(source.text),
            "passages": len(index.passages_of(name)),
            "path": str(source.path) if source.path else None,
            "sha256": source.sha256,
        }
        for name, source in index.sources.items()
    ]
    if settings.json:
        print_json({"sources": listed})
        return
    for one in listed:
        characters = Sentence("sources.listed", count=one["characters"])
        passages = Sentence("count.passages", count=one["passages"])
        key = "shell.listed.file" if one["path"] else "shell.listed"
        told = Sentence(key, name=one["name"], characters=characters, passages=passages, path=one["path"])
        click.echo(printable(str(told)))


def _report_change(settings: Settings, index: Index, **more: Any) -> None:
    """Find the questions to suggest for a new generation, then say what was built; ``more`` goes into the JSON."""
    from qa.suggestions import suggestions_of

    # A removal needs no model. Without one the next question says so.
    with status("doing.suggesting"), suppress(ModelError, IndexMismatchError):
        suggestions_of(index)
    assert index.built  # this process has built it
    report: dict[str, Any] = index.built.to_dict()
    if settings.json:
        print_json(report | more)
        return
    told = Sentence(
        "shell.built",
        index=settings.index,
        generation=str(report["generation"]),
        passages=Sentence("count.passages", count=report["passages"]),
        names=tuple(index.sources),
        embedded=report["embedded"],
        reused=report["reused"],
        seconds=report["seconds"],
    )
    click.echo(printable(str(told)))
    if replaced := report.get("replaced"):
        click.echo(printable(str(Sentence("shell.replaced", names=tuple(replaced)))))
