"""The help of every command, as docs/shell.md shows it: ``python tests/shell_help.py`` writes it there again."""

from __future__ import annotations

import re
from pathlib import Path

import click
from click.testing import CliRunner

from qa.cli import main

PAGE = Path(__file__).parent.parent / "docs" / "shell.md"
BEGIN, END = "<!-- help: begin -->\n", "<!-- help: end -->\n"


def help_texts() -> str:
    """Return Markdown with the help of ``qa`` and of each command, in the order in which ``qa --help`` lists them."""
    commands = main.list_commands(click.Context(main))
    return "\n".join(f"## {title}\n\n```\n{_help(*words)}```\n" for title, words in _titles(commands).items())


def with_help(page: str) -> str:
    """Return the page with the text between its two marks replaced by the present help."""
    before, rest = page.split(BEGIN)
    after = rest.split(END)[1]
    return f"{before}{BEGIN}{help_texts()}{END}{after}"


def _titles(commands: list[str]) -> dict[str, tuple[str, ...]]:
    return {"qa": (), **{f"qa {name}": (name,) for name in commands}}


def _help(*words: str) -> str:
    run = CliRunner().invoke(main, [*words, "--help"], prog_name="qa", terminal_width=100)
    assert run.exit_code == 0, run.output
    return re.sub(r" +$", "", run.stdout, flags=re.MULTILINE)


if __name__ == "__main__":
    PAGE.write_text(with_help(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
