"""The command ``qa``: its arguments -> a call of the package -> text for people or one JSON object.

Results go to standard output, progress and errors to standard error. The commands are in the other modules of this
package, one module for each kind; they import what they need when they run, so that ``qa --help`` is quick.
"""

from __future__ import annotations

from pathlib import Path

import click

from qa import __version__
from qa.cli.asking import ask, calibrate, chat, evaluate_set, search
from qa.cli.indexing import add, build, kinds, list_sources, remove, rename, sync
from qa.cli.maintenance import doctor, log, rollback
from qa.cli.options import Folder, Settings
from qa.cli.replaying import replay
from qa.cli.reporting import ReportingGroup
from qa.cli.serving import password, serve


@click.group(cls=ReportingGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="cited-qa %(version)s", help="Print the version.")
@click.option(
    "--index", type=Folder(path_type=Path), metavar="DIR", default=Path("index"), help="The index folder [./index]."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def main(ctx: click.Context, index: Path, as_json: bool) -> None:
    """Ask your documents and get answers in their own sentences, each cited at its exact place.

    Offsets are 0-based code points into the source's text, end exclusive.
    """
    ctx.obj = Settings(index, as_json)


for command in (
    build, add, sync, remove, rename, list_sources, kinds, log, rollback, search, ask, chat, replay, evaluate_set,
    calibrate, serve, password, doctor,
):  # fmt: skip
    main.add_command(command)
