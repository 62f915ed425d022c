"""The panel of texts: what is indexed, and how to put another text in its place.

A build runs in a thread of its own while questions go on being answered; its progress is a JSON value
that ``progress.js`` draws.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import gradio as gr

from qa.sources import SUFFIXES, Source
from qa.ui.document import overview
from qa.ui.open_index import OpenIndex
from qa.ui.parts import own_part, said
from qa.ui.words import RefusedError, Words, sentence_for, words_of

Updates = dict[Any, Any]

LOOK_AGAIN = 0.3
"""Seconds between two looks at a build's progress."""


class TextsPanel:
    """Made inside ``gr.Blocks``; ``connect`` after everything else is there."""

    def __init__(self, open_index: OpenIndex) -> None:
        """Takes what the server shares; opens nothing."""
        self._open_index = open_index
        words = words_of(None)
        with gr.Accordion(words["sources.title"], open=False, elem_id="sources") as self._panel:
            self.listing = own_part("listing", value=overview(None), elem_id="listing")
            self._hint = own_part("line", value=said(words["sources.hint"]), elem_id="hint")
            self._name = gr.Textbox(elem_id="text-name", max_lines=1)
            self._text = gr.Textbox(elem_id="text-body", lines=5, max_lines=12)
            self._files = gr.File(
                elem_id="text-files", file_count="multiple", file_types=list(SUFFIXES), type="filepath", height=150
            )
            self._build = gr.Button(elem_id="build")
        # Outside the fold: what a build says is seen by everyone.
        self._progress = own_part("progress", value={}, elem_id="progress")
        self._result = own_part("line", value=said(), elem_id="build-result")
        self.labelled = [self._panel, self._hint, self._name, self._text, self._files, self._build]
        self.reports = [self._progress, self._result]

    def labels(self, words: Words) -> Updates:
        """The panel's words in a language."""
        return {
            self._panel: gr.update(label=words["sources.title"]),
            self._hint: said(words["sources.hint"]),
            self._name: gr.update(label=words["sources.name"], placeholder=words["sources.name.placeholder"]),
            self._text: gr.update(label=words["sources.text"], placeholder=words["sources.text.placeholder"]),
            self._files: gr.update(label=words["sources.files"]),
            self._build: gr.update(value=words["sources.build"]),
        }

    def connect(self, language: gr.Textbox, options: dict[str, Any]) -> Any:
        """Wires the button; returns the event, for what comes after a build."""
        return self._build.click(
            self._replace, [self._name, self._text, self._files, language],
            [*self.reports, self._name, self._text, self._files, self._build, self._panel], **options,
        )  # fmt: skip

    async def watch(self, language: str) -> AsyncIterator[Updates]:
        """The progress of a build that is under way as the page opens, until it ends."""
        watched = False
        while self._open_index.building is not None:
            watched = True
            yield {self._progress: self._how_far(), self._result: said()}
            await asyncio.sleep(LOOK_AGAIN)
        # What failed before this visit is another visitor's, unless nothing at all can be asked for it.
        failure = self._open_index.failure if watched or self._open_index.available() is None else None
        sentence = sentence_for(failure, words_of(language)) if failure else ""
        yield {self._progress: {}, self._result: said(sentence, trouble=True)}

    async def _replace(
        self, name: str, text: str, paths: Sequence[str] | None, language: str
    ) -> AsyncIterator[Updates]:
        words = words_of(language)
        try:
            if self._open_index.building is not None:
                raise RefusedError(words["sources.busy"])
            building = asyncio.ensure_future(
                asyncio.to_thread(self._open_index.build, _given(name, text, paths or (), words))
            )
            while not building.done():
                yield {self._progress: self._how_far(), self._result: said(), self._build: gr.update(interactive=False)}
                await asyncio.wait([building], timeout=LOOK_AGAIN)
            index = building.result()
        except Exception as error:  # whatever happens, the visitor is told in one sentence
            told = said(sentence_for(error, words), trouble=True)
            yield {self._progress: {}, self._result: told, self._build: gr.update(interactive=True)}
            return
        first, *others = index.sources
        names = words.say("header.more", first=first, count=len(others)) if others else first
        done = words.say("sources.done", names=names, count=len(index.passages))
        yield {
            self._progress: {}, self._result: said(done), self._build: gr.update(interactive=True),
            self._name: "", self._text: "", self._files: None, self._panel: gr.update(open=False),
        }  # fmt: skip

    def _how_far(self) -> dict[str, Any]:
        building = self._open_index.building
        if building is None:
            return {"done": 0, "total": 0, "left": None}
        return {"done": building.done, "total": building.total, "left": building.seconds_left}


def _given(name: str, text: str, paths: Sequence[str], words: Words) -> list[str | Path | Source]:
    """What was pasted and dropped, as sources; the server checks the endings again, a client may not."""
    given: list[str | Path | Source] = []
    if text.strip():
        given.append(Source(name.strip() or words["sources.default.name"], text))
    for path in map(Path, paths):
        if path.suffix.lower() not in SUFFIXES:
            raise RefusedError(words.say("sources.kind", name=path.name))
        given.append(path)
    if not given:
        raise RefusedError(words["sources.nothing"])
    return given
