"""What a command raises -> one sentence on standard error and an exit code.

Exit codes: 1 where the command could not do its work, 130 where the user interrupted it. click itself exits with 2
on wrong usage.
"""

from __future__ import annotations

import logging
import os
import sys
import warnings
from contextlib import suppress
from pathlib import Path
from typing import Any

import click

from qa.catalogue import Sentence
from qa.errors import QAError, StorageError
from qa.terminal import printable

_INTERRUPTED = 130


class ReportingCommand(click.Command):
    """A command whose errors are shown as one sentence, without a traceback."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run the command as a program: prepare the standard streams, then parse the arguments and invoke it."""
        _prepare_streams()
        _silence_libraries()
        try:
            return super().main(*args, **kwargs)  # click exits quietly where the reader of our output has gone
        except OSError as error:
            place = f"{error.filename}: " if error.filename else ""
            _OneSentence(str(StorageError("shell.system", why=f"{place}{error.strerror or error}"))).show()
            _discard_output()
            sys.exit(1)

    def invoke(self, ctx: click.Context) -> Any:
        """Invoke the command; turn the errors of this package, and an interruption, into messages."""
        try:
            return super().invoke(ctx)
        except QAError as error:
            raise _OneSentence(str(error)) from error
        except KeyboardInterrupt:
            click.echo(Sentence("shell.interrupted"), err=True)
            ctx.exit(_INTERRUPTED)


class ReportingGroup(ReportingCommand, click.Group):
    """A group of commands whose errors are shown as one sentence; as those of its commands are."""


class _OneSentence(click.ClickException):
    """An error that is shown as its sentence alone and exits with 1."""

    def show(self, file: Any = None) -> None:
        """Print the sentence on one line of standard error."""
        click.echo(printable(self.message).replace("\n", "\ufffd"), file=file, err=True)


class _WarningLines(logging.Handler):
    """A log handler that prints each record as one line on standard error."""

    def emit(self, record: logging.LogRecord) -> None:
        """Print the record's message."""
        click.echo(printable(record.getMessage()), err=True)


def _prepare_streams() -> None:
    """Write UTF-8 whatever the locale is, and replace a standard stream that is closed by an empty one."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def _silence_libraries() -> None:
    """Hide the warnings of other libraries; those of this package stay."""
    if not sys.warnoptions:
        warnings.simplefilter("ignore")
    root = logging.getLogger()
    if not root.handlers:  # otherwise Python prints the records that nobody handles
        root.addHandler(logging.NullHandler())
    logging.getLogger("qa").handlers = [_WarningLines(logging.WARNING)]


def _discard_output() -> None:
    """Discard standard output: at exit Python would try again to write what could not be written."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
