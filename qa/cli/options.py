"""Options that several commands share, and the one JSON object that each can print."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec

import click

from qa.catalogue import Sentence
from qa.search.config import DEFAULT_CONFIG, Boldness, checked_boldness

if TYPE_CHECKING:
    from qa.text.source import Source

P = ParamSpec("P")


@dataclass(frozen=True)
class Settings:
    """The options that every command has.

    Attributes:
        index: the index folder.
        json: whether to print one JSON object instead of text for people.
    """

    index: Path
    json: bool


class Folder(click.Path):
    """The name of a folder; an empty one, as an unset variable gives, is wrong usage, not the current folder."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the name as a path."""
        if value == "":
            self.fail(str(Sentence("usage.folder")), param, ctx)
        return super().convert(value, param, ctx)


class Bold(click.ParamType[Boldness | float]):
    """How readily questions are answered: a word, or the confidence below which they are declined."""

    name = "bold"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Boldness | float:
        """Return the word, or a number from 0 to 1."""
        try:
            word = value in set(Boldness)
            return checked_boldness(value if word else click.FloatRange(0, 1).convert(value, param, ctx))
        except (click.BadParameter, ValueError):
            self.fail(str(Sentence("usage.bold", value=repr(value))), param, ctx)


def with_config(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command ``--bold`` and ``--reader``, as ``config``: how it answers."""

    @click.option(
        "--bold",
        type=Bold(),
        default=Boldness.NORMAL.value,
        show_default=True,
        metavar="HOW",
        help="How readily to answer: low, normal, high, or the least confidence, 0 to 1.",
    )
    @click.option("--reader", metavar="NAME", help="Read with this question-answering model, by name or folder.")
    @wraps(command)
    def run(*args: Any, bold: Boldness | float, reader: str | None, **more: Any) -> None:
        command(*args, config=replace(DEFAULT_CONFIG, bold=bold, reader=reader), **more)

    return run


def with_language_model(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command ``--llm-url``, ``--llm-model`` and ``--llm-key``, as ``llm``: the language model; None without."""

    @click.option(
        "--llm-url",
        envvar="CITED_QA_LLM_URL",
        metavar="URL",
        help="Let a language model there write replies, each sentence checked. [CITED_QA_LLM_URL]",
    )
    @click.option(
        "--llm-model", envvar="CITED_QA_LLM_MODEL", metavar="NAME", help="Its name there. [CITED_QA_LLM_MODEL]"
    )
    @click.option(
        "--llm-key",
        envvar="CITED_QA_LLM_KEY",
        metavar="KEY",
        help="Its key; others see it among the processes, so better set CITED_QA_LLM_KEY.",
    )
    @wraps(command)
    def run(*args: Any, llm_url: str | None, llm_model: str | None, llm_key: str | None, **more: Any) -> None:
        llm = None
        if llm_url:
            from qa.llm.client import LanguageModel, check_installed

            llm = LanguageModel(llm_url, llm_model or "", llm_key or "")
            check_installed()
        command(*args, llm=llm, **more)

    return run


def with_settings(command: Callable[Concatenate[Settings, P], None]) -> Callable[..., None]:
    """Give a command ``--index`` and ``--json``, which may also come before its name."""

    @click.option("--index", "index", type=Folder(path_type=Path), metavar="DIR", help="The index folder.")
    @click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
    @click.pass_obj
    @wraps(command)
    def run(before: Settings, /, index: Path | None, as_json: bool, *args: P.args, **kwargs: P.kwargs) -> None:
        command(Settings(index or before.index, as_json or before.json), *args, **kwargs)

    return run


def with_texts(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the texts of an index: ``sources``, ``max_chars``, and how many generations to ``keep``."""

    @click.argument("paths", nargs=-1, metavar="[PATH]...")
    @click.option("--urls", is_flag=True, help="Fetch each PATH that is a web address, http:// or https://.")
    @click.option("--text", metavar="TEXT", help="A text instead of files; - reads standard input.")
    @click.option("--name", metavar="NAME", default="text", show_default=True, help="A name for the text of --text.")
    @click.option("--max-chars", type=click.IntRange(1), metavar="N", help="The most characters a source may have.")
    @click.option("--keep", type=click.IntRange(1), metavar="N", help="How many generations to keep from now on [2].")
    @wraps(command)
    def run(
        *args: Any, paths: tuple[str, ...], urls: bool, text: str | None, name: str, max_chars: int | None, **more: Any
    ) -> None:
        from qa.reading.files import DEFAULT_MAX_CHARS

        limit = max_chars or DEFAULT_MAX_CHARS
        sources = _paths_or_pages(paths, urls, limit)
        if text is not None:
            sources.append(_typed_text(text, name, limit))
        command(*args, sources=sources, max_chars=limit, **more)

    return run


def with_chosen_sources(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command ``--source NAME``, repeatable, as ``sources``: a tuple of names, or None for all sources."""

    @click.option("--source", "names", multiple=True, metavar="NAME", help="Use only this source; repeat for several.")
    @wraps(command)
    def run(*args: Any, names: tuple[str, ...], **more: Any) -> None:
        command(*args, sources=names or None, **more)

    return run


def print_json(value: dict[str, Any]) -> None:
    """Print the one object of ``--json``."""
    click.echo(json.dumps(value, ensure_ascii=False, allow_nan=False))


def _paths_or_pages(paths: tuple[str, ...], urls: bool, limit: int) -> list[Path | Source]:
    """Return each path as a path, and with ``urls`` each web address as the text that it holds."""
    from qa.reading.fetching import fetch, fetching_off_error, is_url

    given: list[Path | Source] = []
    for path in paths:
        if is_url(path) and not urls:
            raise fetching_off_error(path)
        given.append(fetch(path, max_chars=limit) if is_url(path) else Path(path))
    return given


def _typed_text(text: str, name: str, limit: int) -> Source:
    """Return the text of ``--text``; standard input may have any encoding that a file may have."""
    from qa.reading.files import source_from_bytes, source_from_text

    if text == "-":
        return source_from_bytes(name, sys.stdin.buffer.read(), max_chars=limit)
    return source_from_text(name, text, max_chars=limit)
