"""What the commands of the shell share: their options, what texts they are given, errors as one sentence, no noise."""

from __future__ import annotations

import json
import logging
import os
import sys
import warnings
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec

import click

from qa.errors import QAError
from qa.terminal import printable

if TYPE_CHECKING:
    from qa.text.source import Source

P = ParamSpec("P")

_INTERRUPTED = 130


@dataclass(frozen=True)
class Settings:
    """What every command knows: the index folder, and whether to print JSON."""

    index: Path
    json: bool


class Folder(click.Path):
    """A folder's name; an empty one, as of an unset variable, is no name for the folder one stands in."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if value == "":
            self.fail("an empty name; name a folder.", param, ctx)
        return super().convert(value, param, ctx)


class _Sentence(click.ClickException):
    """An error shown as its sentence alone, exit code 1."""

    def show(self, file: Any = None) -> None:
        click.echo(printable(" ".join(self.message.split())), file=file, err=True)


class Commands(click.Group):
    """Turns what a command may raise into a sentence and an exit code."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except QAError as error:
            raise _Sentence(str(error)) from error
        except KeyboardInterrupt:
            click.echo("Interrupted.", err=True)
            ctx.exit(_INTERRUPTED)

    def main(self, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().main(*args, **kwargs)  # which ends quietly where the reader of our output has gone
        except OSError as error:
            place = f"{error.filename} " if error.filename else ""
            _Sentence(
                f"The system refused ({place}{error.strerror or error}): check free space and permissions."
            ).show()
            with suppress(OSError, ValueError):  # what could not be written would be tried again at exit
                os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(1)


def with_settings(command: Callable[Concatenate[Settings, P], None]) -> Callable[..., None]:
    """Gives a command ``--index`` and ``--json``, which may as well stand before its name."""

    @click.option("--index", "index", type=Folder(path_type=Path), metavar="DIR", help="The index folder.")
    @click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
    @click.pass_obj
    @wraps(command)
    def run(before: Settings, /, index: Path | None, as_json: bool, *args: P.args, **kwargs: P.kwargs) -> None:
        command(Settings(index or before.index, as_json or before.json), *args, **kwargs)

    return run


def with_texts(command: Callable[..., None]) -> Callable[..., None]:
    """Gives a command what it makes an index of: ``sources``, ``max_chars``, and how many generations to ``keep``."""

    @click.argument("paths", nargs=-1, metavar="[PATH]...")
    @click.option("--urls", is_flag=True, help="Fetch what is given as http:// or https://; nothing else is.")
    @click.option("--text", metavar="TEXT", help="A text instead of files; - reads standard input.")
    @click.option("--name", metavar="NAME", default="text", show_default=True, help="What to call the text of --text.")
    @click.option("--max-chars", type=click.IntRange(1), metavar="N", help="Code points that a source may have.")
    @click.option("--keep", type=click.IntRange(1), metavar="N", help="Generations kept from now on [2].")
    @wraps(command)
    def run(
        *args: Any, paths: tuple[str, ...], urls: bool, text: str | None, name: str, max_chars: int | None, **more: Any
    ) -> None:
        from qa.reading.files import DEFAULT_MAX_CHARS

        limit = max_chars or DEFAULT_MAX_CHARS
        sources = [*_found(paths, urls, limit), *([] if text is None else [_given(text, name, limit)])]
        command(*args, sources=sources, max_chars=limit, **more)

    return run


def _found(paths: tuple[str, ...], urls: bool, limit: int) -> list[Path | Source]:
    """The paths, with ``--urls`` what web addresses hold."""
    from qa.reading.fetching import fetch, is_url, refused

    given: list[Path | Source] = []
    for path in paths:
        if is_url(path) and not urls:
            raise refused(path)
        given.append(fetch(path, max_chars=limit) if is_url(path) else Path(path))
    return given


def _given(text: str, name: str, limit: int) -> Source:
    """The source that ``--text`` gives; standard input comes in any encoding that a file may have."""
    from qa.reading.files import source_from_bytes, source_from_text

    if text == "-":
        return source_from_bytes(name, sys.stdin.buffer.read(), max_chars=limit)
    return source_from_text(name, text, max_chars=limit)


def quiet() -> None:
    """Keeps the libraries' warnings off the terminal; our own log stays. A standard stream that is closed is empty."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115
    if not sys.warnoptions:
        warnings.simplefilter("ignore")
    root = logging.getLogger()
    if not root.handlers:  # else Python prints what nobody handles
        root.addHandler(logging.NullHandler())
    logging.getLogger("qa").handlers = [_Log(logging.WARNING)]


class _Log(logging.Handler):
    """Our own warnings, one line each, on standard error."""

    def emit(self, record: logging.LogRecord) -> None:
        click.echo(printable(record.getMessage()), err=True)


def print_json(value: dict[str, Any]) -> None:
    """The one object that a command prints with ``--json``."""
    click.echo(json.dumps(value, ensure_ascii=False, allow_nan=False))
