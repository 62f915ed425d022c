"""The index folder -> the chat on an address, and the users it lets in: ``qa serve`` and ``qa password``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from qa.catalogue import Sentence
from qa.cli.options import Settings, print_json, with_config, with_language_model, with_settings
from qa.cli.reporting import ReportingCommand
from qa.search.config import SearchConfig

if TYPE_CHECKING:
    from qa.llm.client import LanguageModel


@click.command(cls=ReportingCommand)
@click.option("--host", default="127.0.0.1", show_default=True, metavar="HOST", help="The address to listen on.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=7860,
    show_default=True,
    metavar="PORT",
    help="The port; 0 takes a free one.",
)
@click.option("--open", "open_browser", is_flag=True, help="Open the chat in the default browser.")
@click.option(
    "--build-from", type=click.Path(path_type=Path), metavar="PATH", help="Build the index from PATH if there is none."
)
@click.option("--users", type=click.Path(path_type=Path), metavar="FILE", help="The users: lines from `qa password`.")
@click.option("--no-auth", is_flag=True, help="Let everyone who can reach HOST use it.")
@click.option("--name", "names", multiple=True, metavar="NAME", help="A host name that a proxy serves it under.")
@click.option(
    "--proxy", "proxies", multiple=True, metavar="ADDRESS", help="A proxy to trust for the address of a client."
)
@click.option("--urls", is_flag=True, help="Fetch web addresses pasted on the page.")
@click.option("--mcp", is_flag=True, help="Also offer retrieve, answer, list_sources and build as MCP tools.")
@with_config
@with_language_model
@with_settings
def serve(
    settings: Settings,
    host: str,
    port: int,
    open_browser: bool,
    build_from: Path | None,
    users: Path | None,
    no_auth: bool,
    names: tuple[str, ...],
    proxies: tuple[str, ...],
    urls: bool,
    mcp: bool,
    config: SearchConfig,
    llm: LanguageModel | None,
) -> None:
    """Serve the chat to browsers, and print its address.

    People on other machines sign in with a name and a password. CITED_QA_USERS can hold the lines instead of a file.
    """
    from qa.serving.accounts import accounts_of
    from qa.serving.server import ending_at_once
    from qa.serving.server import serve as serve_chat

    with ending_at_once():
        serve_chat(
            settings.index,
            host,
            port,
            build_from,
            urls=urls,
            mcp=mcp,
            config=config,
            accounts=accounts_of(users),
            no_auth=no_auth,
            names=names,
            proxies=proxies,
            open_browser=open_browser,
            llm=llm,
        )


@click.command(cls=ReportingCommand)
@click.argument("name")
@click.option("--password", help="The password; without this option you are asked for it.")
@with_settings
def password(settings: Settings, name: str, password: str | None) -> None:
    """Print the line of a user for `qa serve --users`."""
    from qa.serving.accounts import hashed_password

    if name != name.strip() or not name or ":" in name or name.startswith("#") or not name.isprintable():
        raise click.UsageError(str(Sentence("usage.user")))
    if password is None:
        # On standard error, for standard output is often appended to the file of users.
        password = click.prompt(str(Sentence("signin.password")), hide_input=True, confirmation_prompt=True, err=True)
    line = f"{name}:{hashed_password(password)}"
    if settings.json:
        print_json({"line": line})
    else:
        click.echo(line)
