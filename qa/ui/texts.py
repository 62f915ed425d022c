"""The panel of texts: what is indexed and on its way, and how texts are added, removed, renamed and chosen.

Everything is done by the queue of `qa.service.open_index`. An open page looks at it again and again (progress.js), so
that it also shows what other visitors and programs do; that takes no event of Gradio's, which would have to stay
open and be ended for each page.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Container, Sequence
from pathlib import Path
from typing import Any

import gradio as gr
import regex

from qa.catalogue import Words, words_of
from qa.index import Index
from qa.reading.fetching import fetch, is_url, refused
from qa.reading.files import SUFFIXES
from qa.service.open_index import OpenIndex
from qa.text.source import Source, clean_name, free_name
from qa.ui.gradio_compat import sent_data
from qa.ui.listing import listing, stamp
from qa.ui.parts import own_part, said
from qa.ui.refusals import RefusedError, pieces_for

Updates = dict[Any, Any]

LONGEST_NAME = 40
"""Characters of the name that a pasted text gets from its first line."""
MOST_LEFT_OUT = 10_000


class TextsPanel:
    """Made inside ``gr.Blocks``; ``connect`` after everything else is there.

    Attributes:
        left_out: the names of the texts that this visitor does not ask; a new text is asked.
        listing: the list of texts.
        progress: how far the queue is; it triggers "swapped" when another generation answers.
        labelled: the components that ``labels`` gives words to.
    """

    def __init__(self, open_index: OpenIndex) -> None:
        """Takes what the server shares; opens nothing."""
        self._open_index = open_index
        words = words_of(None)
        self.left_out = gr.State(frozenset())
        with gr.Accordion(words["sources.title"], open=False, elem_id="sources") as self._panel:
            self.listing = own_part("listing", value=listing(None, (), words), elem_id="listing")
            self._hint = own_part("line", value=said(words["sources.hint"]), elem_id="hint")
            self._name = gr.Textbox(elem_id="text-name", max_lines=1)
            self._text = gr.Textbox(elem_id="text-body", lines=5, max_lines=12)
            # Of any type: what is none of ours is refused below, in the language of the page.
            self._files = gr.File(elem_id="text-files", file_count="multiple", type="filepath", height=150)
            self._build = gr.Button(elem_id="build")
            self._result = own_part("line", value=said(), elem_id="build-result")
        # Outside the fold, which is not drawn while it is closed: seen by everyone.
        own_functions = [self._lister(), self._repairer()]
        self.progress = own_part("progress", value={}, elem_id="progress", functions=own_functions)
        self.labelled = [self._panel, self._hint, self._name, self._text, self._files, self._build]

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

    def connect(self, language: gr.Textbox, options: dict[str, Any]) -> None:
        """Wires the panel."""
        self._build.click(
            self._add, [self._name, self._text, self._files, language],
            [self.listing, self._result, self._name, self._text, self._files], **options,
        )  # fmt: skip
        self.listing.act(self._act, [language], [self.listing, self._result], trigger_mode="multiple", **options)
        self.listing.choose(self._choose, None, [self.left_out], trigger_mode="always_last", queue=False, **options)

    def listed(self, words: Words) -> dict[str, Any]:
        """Return the value of the list: ``listing``'s, with ``stamp`` and ``at``.

        ``at`` is the time in seconds before anything was looked up, so that the page can drop an older reply
        that arrives late.
        """
        at = time.time()
        value = listing(self._open_index.available(), self._open_index.jobs, words)
        return {**value, "stamp": stamp(value), "at": at}

    def _lister(self) -> Callable[[Any], dict[str, Any]]:
        """Return the function that an open page polls. A plain function, because Gradio wants one."""

        def list_texts(request: Any) -> dict[str, Any]:
            """Return the list for ``[language, stamp]``, or ``{"unchanged": True, "at"}`` if the page has it already.

            Every open page asks about once a second, and a thousand texts take some 150 KiB.
            """
            language, known = request if isinstance(request, list) and len(request) == 2 else (request, None)
            value = self.listed(words_of(language if isinstance(language, str) else None))
            return {"unchanged": True, "at": value["at"]} if value["stamp"] == known else value

        return list_texts

    def _repairer(self) -> Callable[[str], dict[str, Any]]:
        """The same, after the index was asked to be repaired."""

        def repair_index(language: str) -> dict[str, Any]:
            self._open_index.repair()
            return self.listed(words_of(language))

        return repair_index

    @staticmethod
    def chosen(index: Index, left_out: Container[str]) -> list[str]:
        """The names of the texts that a visitor asks."""
        return [name for name in index.sources if name not in left_out]

    def _add(self, name: str, text: str, paths: Sequence[str] | None, language: str) -> Updates:
        words = words_of(language)
        files = [Path(path) for path in paths or ()]
        foreign = [path.name for path in files if path.suffix.lower() not in SUFFIXES]
        try:
            given: list[str | Path | Source] = [path for path in files if path.name not in foreign]
            if is_url(text) and len(text.split()) == 1:
                if not self._open_index.urls:
                    raise refused(text)
                source = fetch(text)
                given.append(source.named(clean_name(name)) if name.strip() else source)
            elif text.strip():
                given.append(Source(self._name_of(name, text), text))
            if not given and not foreign:
                raise RefusedError("sources.nothing")
            jobs = self._open_index.add(given)
        except Exception as error:  # whatever happens, the visitor is told in one sentence
            return {self._result: said(pieces_for(error, words), trouble=True)}
        told = said(words.say("sources.added", count=len(jobs)))
        if foreign:
            told = said(words.say("sources.kind", name=", ".join(foreign)), trouble=True)
        return {self.listing: self.listed(words), self._result: told, self._name: "", self._text: "", self._files: None}

    def _name_of(self, name: str, text: str) -> str:
        """The name given, or one of the text's first line that no other text has."""
        if name.strip():
            return clean_name(name)
        line = text.strip().splitlines()[0]
        shortened = regex.match(rf"\X{{1,{LONGEST_NAME}}}", line)
        assert shortened  # the line is not empty
        own = clean_name(shortened.group() + ("…" if shortened.end() < len(line) else ""))
        index = self._open_index.available()
        taken = {job.name for job in self._open_index.jobs if job.state != "failed"}
        return free_name(own, "", taken | set(index.sources if index else ()))

    def _act(self, language: str, event: gr.EventData) -> Updates:
        """What a row's button asks for; anything else, a client may send it, is nothing."""
        match sent_data(event):
            case {"do": "remove", "name": str(name)}:
                self._open_index.remove(name)
            case {"do": "rename", "name": str(name), "to": str(new)}:
                self._open_index.rename(name, new)
            case {"do": "cancel", "job": int(job)}:
                self._open_index.cancel(job)
            case {"do": "dismiss", "job": int(job)}:
                self._open_index.dismiss(job)
        return {self.listing: self.listed(words_of(language)), self._result: said()}

    @staticmethod
    def _choose(event: gr.EventData) -> frozenset[str]:
        match sent_data(event):
            case {"left_out": list(names)}:
                return frozenset(name for name in names[:MOST_LEFT_OUT] if isinstance(name, str))
        return frozenset()
