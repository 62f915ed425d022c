"""Recorded answers -> whether the index still gives them: ``qa replay``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from qa.catalogue import Sentence
from qa.cli.options import Settings, print_json, with_settings
from qa.cli.reporting import ReportingCommand
from qa.terminal import printable, status

if TYPE_CHECKING:
    from qa.conversation.replaying import Replayed


@click.command(cls=ReportingCommand)
@click.argument("record", type=click.Path(path_type=Path), metavar="RECORD")
@with_settings
def replay(settings: Settings, record: Path) -> None:
    """Ask the questions of RECORD again, and say whether the answers are the same.

    RECORD is a file with what ask --json or chat --json has printed, or a conversation that the page exported as JSON.
    The exit code is 1 if an answer differs, or the index is of another generation or model.
    """
    from qa.conversation.replaying import replay as replay_answers
    from qa.index import Index
    from qa.ui.recorded import recorded_answers

    answers = recorded_answers(record)
    with status("doing.reading"):
        index = Index.open(settings.index)
    with status("doing.searching"):
        found = replay_answers(index, answers)
    if settings.json:
        print_json(found.to_dict())
    else:
        click.echo(printable(str(_told(found))))
    if not found.same:
        sys.exit(1)


def _told(found: Replayed) -> Sentence:
    """Return in one sentence whether the answers are the same, or what differs first."""
    if found.differences:
        first = found.differences[0]
        values = {"n": first.n, "was": _brief(first.was), "now": _brief(first.now), "what": first.what}
        if found.recorded in (None, found.generation):
            return Sentence("shell.replay.differs", **values)
        return Sentence("shell.replay.differs.since", **values, before=found.recorded, after=found.generation)
    if not found.same_model:
        return Sentence("shell.replay.model", count=found.answers)
    if not found.same:
        return Sentence("shell.replay.since", count=found.answers, before=found.recorded, after=found.generation)
    return Sentence("shell.replay.same", count=found.answers)


def _brief(value: Any) -> str:
    """Return a value of an answer in a few words: of citations and spans the places."""
    if isinstance(value, dict):
        return f"{value['source']} {value['start']}–{value['end']}"
    if isinstance(value, list):
        return ", ".join(map(_brief, value)) or "–"
    return "–" if value is None else str(value)
