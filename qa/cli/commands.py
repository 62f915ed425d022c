"""The package's calls from a shell: ``qa build``, ``add``, ``remove``, ``log``, ``rollback``, ``search``, ``ask`` ...

Results go to standard output, for people or with ``--json`` as one object; progress and errors to standard
error. Exit codes: 0, 1 where something could not be done (one sentence says what, and what to do), 2 for wrong
usage, 130 when interrupted. Nothing heavy is imported before a command needs it.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qa import __version__
from qa.cli.options import Commands, Folder, Settings, print_json, quiet, with_settings, with_texts
from qa.errors import IndexMismatchError, ModelError
from qa.terminal import printable, progress_bar, show_answer, show_checks, show_hits, show_log, status

if TYPE_CHECKING:
    from qa.index import Index
    from qa.text.source import Source


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="cited-qa %(version)s", help="Print the version.")
@click.option(
    "--index", type=Folder(path_type=Path), metavar="DIR", default=Path("index"), help="The index folder [./index]."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def main(ctx: click.Context, index: Path, as_json: bool) -> None:
    """Ask a text and get the answer in its own sentences, each cited at its exact place.

    Offsets are code points into the source's text, from 0, end exclusive.
    """
    ctx.obj = Settings(index, as_json)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    quiet()


@main.command()
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
    """Make the index of files and folders, or of a text; without any, of ./source.

    Model and passage length are those of the index that is there, unless given.
    """
    from qa.index import Index
    from qa.text.passages import Chunking

    chunking = Chunking(max_tokens, 0) if max_tokens else None
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
    _finish(settings, index)


@main.command()
@with_texts
@with_settings
def add(settings: Settings, sources: list[Path | Source], max_chars: int, keep: int | None) -> None:
    """Put files, folders or a text beside those of the index; one whose name is there takes its place."""
    from qa.index import Index

    if not sources:
        raise click.UsageError("Name a file or folder to add, or give a text with --text.")
    with progress_bar() as progress:
        index = Index.add(sources, settings.index, max_chars=max_chars, keep=keep, progress=progress)
    _finish(settings, index)


@main.command()
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
@click.option("--no-purge", is_flag=True, help="Keep earlier generations, which hold these texts still.")
@with_settings
def remove(settings: Settings, names: tuple[str, ...], no_purge: bool) -> None:
    """Take texts out of the index, by name; nothing of them is left in its folder."""
    from qa.index import Index

    with progress_bar("Removing") as progress:
        index = Index.remove(names, settings.index, purge=not no_purge, progress=progress)
    _finish(settings, index)


def _finish(settings: Settings, index: Index) -> None:
    """What follows a change of the index: the questions to be suggested, and what was done."""
    from qa.suggestions import suggestions_of

    # A removal wants no model. Whoever asks will be told that there is none.
    with status("Finding questions"), suppress(ModelError, IndexMismatchError):
        suggestions_of(index)
    assert index.built  # this process has built it
    made = index.built.to_dict()
    if settings.json:
        print_json(made)
    else:
        names = printable(", ".join(index.sources))
        click.echo(
            f"{settings.index}, generation {made['generation']}: {made['passages']} passages of {names} "
            f"({made['embedded']} embedded, {made['reused']} reused, {made['seconds']} s)."
        )


@main.command()
@with_settings
def log(settings: Settings) -> None:
    """List the generations of the index that are kept, the newest first."""
    from qa.storage.generations import log as generations_of

    entries = generations_of(settings.index)
    if settings.json:
        print_json({"generations": [entry.to_dict() for entry in entries]})
    else:
        show_log(entries)


@main.command()
@click.argument("generation", type=click.IntRange(min=1), required=False, metavar="[GENERATION]")
@with_settings
def rollback(settings: Settings, generation: int | None) -> None:
    """Go back to a generation that is kept: the one before, or the one of this number."""
    from qa.index import Index
    from qa.storage.commit import roll_back
    from qa.suggestions import suggestions_of

    with status("Trying it"):
        number = roll_back(settings.index, generation, lambda number: Index.read(settings.index, number).embedder)
    with status("Finding questions"):
        index = Index.open(settings.index)
        suggestions_of(index)
    if settings.json:
        print_json({"generation": number, "sources": len(index.sources), "passages": len(index.passages)})
    else:
        names = printable(", ".join(index.sources))
        click.echo(f"{settings.index}, generation {number}: {len(index.passages)} passages of {names}.")


@main.command()
@click.argument("question")
@click.option("-k", type=click.IntRange(1, 1000), default=5, show_default=True, metavar="N", help="How many hits.")
@with_settings
def search(settings: Settings, question: str, k: int) -> None:
    """Find the passages nearest to a question."""
    from qa.retrieval import retrieve

    with status("Searching"):
        hits = retrieve(settings.index, question, k)
    if settings.json:
        print_json({"question": question, "hits": [hit.to_dict() for hit in hits]})
    else:
        show_hits(hits)


@main.command()
@click.argument("question")
@with_settings
def ask(settings: Settings, question: str) -> None:
    """Answer a question with the text's own sentences."""
    from qa.answer import answer
    from qa.index import Index

    with status("Reading"):
        index = Index.open(settings.index)
        result = answer(index, question)
    if settings.json:
        print_json(result.to_dict())
    else:
        show_answer(index, result)


@main.command("eval")
@click.argument("path", metavar="SET", type=click.Path(path_type=Path))
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="Ask N questions only, drawn at random.")
@with_settings
def evaluate_set(settings: Settings, path: Path, limit: int | None) -> None:
    """Measure retrieval, evidence and abstention on a question set.

    SET is SQuAD JSON (v1 or v2), an object of passages and queries, or JSON lines of questions; .gz too.
    Questions on a text that the set does not bring along are asked of the index.
    """
    from qa.evaluation.report import evaluate, render
    from qa.evaluation.sets import read_set

    questions = read_set(path)
    with progress_bar() as progress:
        report = evaluate(questions, settings.index, progress=progress, limit=limit)
    if settings.json:
        print_json(report.to_dict())
    else:
        click.echo(render(report))


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True, metavar="HOST", help="The address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=7860, show_default=True, metavar="PORT", help="0: any.")
@click.option(
    "--users", type=click.Path(path_type=Path), metavar="FILE", help="Lines of `qa password`: who may use it."
)
@click.option("--no-auth", is_flag=True, help="Let whoever reaches HOST use it.")
@click.option("--name", "names", multiple=True, metavar="NAME", help="A host name by which a proxy is asked for it.")
@click.option(
    "--proxy", "proxies", multiple=True, metavar="ADDRESS", help="A proxy that is believed where requests come from."
)
@click.option("--urls", is_flag=True, help="Fetch a web address that is pasted as a text.")
@click.option("--mcp", is_flag=True, help="Also offer retrieve, answer, list_sources and build as MCP tools.")
@with_settings
def serve(
    settings: Settings,
    host: str,
    port: int,
    users: Path | None,
    no_auth: bool,
    names: tuple[str, ...],
    proxies: tuple[str, ...],
    urls: bool,
    mcp: bool,
) -> None:
    """Open the chat in the browser.

    Beyond this machine it asks for a name and a password; CITED_QA_USERS may hold the lines instead of a file.
    """
    from qa.serving.accounts import accounts_of
    from qa.serving.server import ending_at_once
    from qa.serving.server import serve as serve_chat

    with ending_at_once():
        accounts = accounts_of(users)
        serve_chat(
            settings.index, host, port, urls=urls, mcp=mcp, accounts=accounts, no_auth=no_auth, names=names,
            proxies=proxies,
        )  # fmt: skip


@main.command()
@click.argument("name")
@click.password_option(help="The password; asked for when left out.")
@with_settings
def password(settings: Settings, name: str, password: str) -> None:
    """Print the line of a user for `qa serve --users`."""
    from qa.serving.accounts import hashed_password

    if name != name.strip() or not name or ":" in name or name.startswith("#") or not name.isprintable():
        raise click.UsageError("A name has at least one character, no colon, no # first and no space around it.")
    line = f"{name}:{hashed_password(password)}"
    if settings.json:
        print_json({"line": line})
    else:
        click.echo(line)


@main.command()
@click.option("--fix", is_flag=True, help="Repair the index from what of it is whole.")
@click.option("--model", metavar="NAME", help="With --fix: embed its texts with this model, where its own is gone.")
@with_settings
def doctor(settings: Settings, fix: bool, model: str | None) -> None:
    """Check the installation, the model and the index."""
    from qa.maintenance.doctor import check
    from qa.maintenance.repair import repair

    fixed = ""
    if fix:
        with progress_bar("Repairing") as progress:
            fixed = repair(settings.index, model, progress=progress)
    with status("Checking"):
        checks = check(settings.index)
    if fix and any(one.name in ("search", "recall") and not one.ok for one in checks):
        with progress_bar("Repairing") as progress:
            fixed = repair(settings.index, model, anew=True, progress=progress)
        with status("Checking"):
            checks = check(settings.index)
    healthy = all(one.ok for one in checks)
    if settings.json:
        shown = [{"name": c.name, "ok": c.ok, "detail": c.detail, "remedy": c.remedy} for c in checks]
        print_json({"ok": healthy, "checks": shown} | ({"fixed": fixed} if fix else {}))
    else:
        if fix:
            click.echo(fixed or "The index needs no repairing.")
        show_checks(checks)
    if not healthy:
        raise SystemExit(1)
