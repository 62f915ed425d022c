"""Texts -> an index and its next generations: ``qa build``, ``add``, ``remove``, ``rename`` and ``list``."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from qa.catalogue import Command, Sentence
from qa.cli.options import Settings, print_json, with_settings, with_texts
from qa.cli.reporting import ReportingCommand
from qa.errors import IndexMismatchError, ModelError
from qa.terminal import printable, progress_bar, status

if TYPE_CHECKING:
    from qa.index import Index
    from qa.reading.remarks import Remark
    from qa.text.source import Source

_SUFFIXES_SHOWN = 8
"""Suffixes of files left out that are named, the most frequent first."""
_REMARKS_SHOWN = 10
"""Files that are named with the reason why each was left out."""


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
@click.argument("folder", type=click.Path(path_type=Path), metavar="FOLDER")
@click.option("--max-chars", type=click.IntRange(1), metavar="N", help="The most characters a source may have.")
@click.option("--keep", type=click.IntRange(1), metavar="N", help="How many generations to keep from now on [2].")
@with_settings
def sync(settings: Settings, folder: Path, max_chars: int | None, keep: int | None) -> None:
    """Add, replace and remove what has changed in a folder since.

    Texts from elsewhere stay, and so does one whose file cannot be read any more.
    """
    from qa.index import Index
    from qa.reading.files import DEFAULT_MAX_CHARS

    with progress_bar() as progress:
        index = Index.sync(
            folder, settings.index, max_chars=max_chars or DEFAULT_MAX_CHARS, keep=keep, progress=progress
        )
    built = index.built
    assert built  # a sync always reports
    changed = {"shell.added": built.added, "shell.removed": built.removed}
    _report_change(settings, index)
    if settings.json:
        return
    for key, names in changed.items():
        if names:
            click.echo(printable(str(Sentence(key, names=names))))
    if not (built.added or built.removed or built.replaced):
        click.echo(printable(str(Sentence("shell.unchanged", folder=str(folder)))))


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


@click.command(cls=ReportingCommand)
@with_settings
def kinds(settings: Settings) -> None:
    """List the kinds of files that are read, and what each of them needs.

    In folders and archives, files with these suffixes are read. A file that is named itself may have any suffix: it is
    recognized by its bytes, or read if it is a text.
    """
    from qa.reading.extraction.formats import FORMATS

    if settings.json:
        print_json({"kinds": [one.to_dict() for one in FORMATS]})
        return
    for one in FORMATS:
        key = "shell.kind" if one.installed else "shell.kind.missing"
        command = Command.of("pip", "install", f"cited-qa[{one.extra}]")
        told = Sentence(key, kind=one.name, suffixes=" ".join(one.suffixes), command=command)
        click.echo(printable(str(told)))


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
    if index.built.replaced:
        click.echo(printable(str(Sentence("shell.replaced", names=index.built.replaced))))
    _report_remarks(index.built.remarks)


def _report_remarks(remarks: Sequence[Remark]) -> None:
    """Say on standard error what was left out and why: files of other kinds as a number, each other one by name."""
    from qa.reading.remarks import KIND, count_suffixes

    if suffixes := count_suffixes(remarks):
        counted = tuple(f"{suffix} {count}" if count > 1 else suffix for suffix, count in suffixes.items())
        told = Sentence("shell.left", count=sum(suffixes.values()), suffixes=counted[:_SUFFIXES_SHOWN])
        click.echo(printable(str(told)), err=True)
    others = [remark for remark in remarks if remark.key != KIND]
    for remark in others[:_REMARKS_SHOWN]:
        why = Sentence(remark.key, **remark.values)
        click.echo(printable(str(Sentence("shell.left.file", why=why) if remark.left_out else why)), err=True)
    if len(others) > _REMARKS_SHOWN:
        click.echo(Sentence("shell.left.more", count=len(others) - _REMARKS_SHOWN), err=True)
