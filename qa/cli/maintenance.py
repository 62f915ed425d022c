"""The index folder -> its generations and its health: ``qa log``, ``rollback`` and ``doctor``."""

from __future__ import annotations

import click

from qa.catalogue import Sentence
from qa.cli.options import Settings, print_json, with_settings
from qa.cli.reporting import ReportingCommand
from qa.terminal import printable, progress_bar, show_checks, show_log, status


@click.command(cls=ReportingCommand)
@with_settings
def log(settings: Settings) -> None:
    """List the generations that are kept, newest first."""
    from qa.storage.generations import history

    entries = history(settings.index)
    if settings.json:
        print_json({"generations": [entry.to_dict() for entry in entries]})
    else:
        show_log(entries)


@click.command(cls=ReportingCommand)
@click.argument("generation", type=click.IntRange(min=1), required=False, metavar="[GENERATION]")
@with_settings
def rollback(settings: Settings, generation: int | None) -> None:
    """Go back to an earlier generation.

    Without a number, go back to the one before the current one.
    """
    from qa.index import Index
    from qa.storage.rollback import roll_back
    from qa.suggestions import suggestions_of

    with status("doing.trying"):
        number = roll_back(settings.index, generation)
    with status("doing.suggesting"):
        index = Index.open(settings.index)
        suggestions_of(index)
    if settings.json:
        print_json({"generation": number, "sources": len(index.sources), "passages": len(index.passages)})
    else:
        passages = Sentence("count.passages", count=len(index.passages))
        made = {"index": settings.index, "generation": str(number), "passages": passages}
        click.echo(printable(str(Sentence("shell.generation", names=tuple(index.sources), **made))))


@click.command(cls=ReportingCommand)
@click.option("--fix", is_flag=True, help="Repair the index from its undamaged parts.")
@click.option("--model", metavar="NAME", help="With --fix: embed the texts with this model if the index's own is gone.")
@with_settings
def doctor(settings: Settings, fix: bool, model: str | None) -> None:
    """Check the installation, the model and the index."""
    from qa.maintenance.doctor import check
    from qa.maintenance.repair import repair

    fixed = ""
    if fix:
        with progress_bar("doing.repairing") as progress:
            fixed = repair(settings.index, model, progress=progress)
    with status("doing.checking"):
        checks = check(settings.index)
    if fix and any(one.name in ("search", "recall") and not one.ok for one in checks):
        with progress_bar("doing.repairing") as progress:
            fixed = repair(settings.index, model, rebuild=True, progress=progress)
        with status("doing.checking"):
            checks = check(settings.index)
    healthy = all(one.ok for one in checks)
    if settings.json:
        shown = [{"name": c.name, "ok": c.ok, "detail": c.detail, "remedy": c.advice} for c in checks]
        print_json({"ok": healthy, "checks": shown} | ({"fixed": fixed} if fix else {}))
    else:
        if fix:
            click.echo(printable(fixed) or Sentence("repair.none"))
        show_checks(checks)
    if not healthy:
        raise SystemExit(1)
