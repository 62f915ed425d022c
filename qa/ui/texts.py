"""The panel of documents: the list of them, and the form that adds some. It takes the open index and changes it.

The queue of `qa.service.open_index` does the work. Every open page polls it (progress.js), so the list also shows what
other visitors and programs do. An event of Gradio's would have to stay open for each page instead.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Container, Sequence
from pathlib import Path
from typing import Any

import regex

from qa.catalogue import Words, words_of
from qa.index import Index
from qa.reading.fetching import fetch, fetching_off_error, is_url
from qa.service.jobs import Job
from qa.service.open_index import OpenIndex
from qa.text.source import Source, clean_name, free_name
from qa.ui.events import ACTION, CHOICE, POLL, Cancel, Dismiss, Remove, Rename, parsed
from qa.ui.gradio_compat import gr, sent_data
from qa.ui.listing import listing, stamp
from qa.ui.parts import own_part, said
from qa.ui.refusals import RefusedError, pieces_for, sentence_for

Updates = dict[Any, Any]

LONGEST_NAME = 40
"""Characters (grapheme clusters) of the name that a pasted text gets from its first line."""
NAMES_SHOWN = 5
"""Names of replaced documents that the panel's line shows; the list shows all."""


class TextsPanel:
    """The panel's components and handlers. Create it inside ``gr.Blocks``; call ``connect`` last.

    Attributes:
        left_out: the names of the documents that this visitor's questions leave out.
        listing: the list of documents.
        progress: the progress of the queue; it triggers "swapped" when a newer index has replaced the one shown.
        labelled: the components that ``labels`` returns words for.
    """

    def __init__(self, open_index: OpenIndex) -> None:
        """Create the components; the index is not opened yet."""
        self._open_index = open_index
        words = words_of(None)
        self.left_out = gr.State(frozenset())
        with gr.Accordion(words["sources.title"], open=False, elem_id="sources") as self._panel:
            self.listing = own_part("listing", value=listing(None, (), words), elem_id="listing")
            self._hint = own_part("line", value=said(words["sources.hint"]), elem_id="hint")
            self._name = gr.Textbox(elem_id="text-name", max_lines=1)
            self._text = gr.Textbox(elem_id="text-body", lines=5, max_lines=12)
            # Any type may be chosen: a file that cannot be read is in the list, with the reason beside it.
            self._files = gr.File(elem_id="text-files", file_count="multiple", type="filepath", height=150)
            self._build = gr.Button(elem_id="build")
            self._result = own_part("line", value=said(), elem_id="build-result")
        # Outside the accordion, which Gradio does not draw while it is closed.
        functions = [self._lister(), self._repairer()]
        self.progress = own_part("progress", functions, value={}, elem_id="progress")
        self.labelled = [self._panel, self._hint, self._name, self._text, self._files, self._build]

    def labels(self, words: Words) -> Updates:
        """Return the updates that show the panel in a language."""
        return {
            self._panel: gr.update(label=words["sources.title"]),
            self._hint: said(words["sources.hint"]),
            self._name: gr.update(label=words["sources.name"], placeholder=words["sources.name.placeholder"]),
            self._text: gr.update(label=words["sources.text"], placeholder=words["sources.text.placeholder"]),
            self._files: gr.update(label=words["sources.files"]),
            self._build: gr.update(value=words["sources.build"]),
        }

    def connect(self, language: gr.Textbox, options: dict[str, Any]) -> None:
        """Connect the events; ``options`` are those of every event."""
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
        return self._listed_unless(words, known="")

    def _listed_unless(self, words: Words, known: str) -> dict[str, Any]:
        """Return the same, or ``{"unchanged": True, "at"}`` if its stamp is the one known; then nothing is built."""
        at = time.time()
        made_from = self._open_index.available(), self._open_index.jobs, words
        now = stamp(*made_from)
        return {"unchanged": True, "at": at} if now == known else {**listing(*made_from), "stamp": now, "at": at}

    def _lister(self) -> Callable[[Any], dict[str, Any]]:
        """Return the function that an open page polls. A plain function, because Gradio wants one."""

        def list_texts(request: object) -> dict[str, Any]:
            """Return the list for ``[language, stamp]``, or ``{"unchanged": True, "at"}`` if the page has it already.

            Every open page asks about once a second, and a thousand texts take some 150 KiB.
            """
            poll = parsed(POLL, request) or ""
            language, known = (poll, "") if isinstance(poll, str) else poll
            return self._listed_unless(words_of(language), known)

        return list_texts

    def _repairer(self) -> Callable[[str], dict[str, Any]]:
        """Return the function that starts a repair of the index and returns the list."""

        def repair_index(language: str) -> dict[str, Any]:
            self._open_index.repair()
            return self.listed(words_of(language))

        return repair_index

    @staticmethod
    def chosen(index: Index, left_out: Container[str]) -> list[str]:
        """Return the names of the documents that a visitor's questions go to."""
        return [name for name in index.sources if name not in left_out]

    def _add(self, name: str, text: str, paths: Sequence[str] | None, language: str) -> Updates:
        """Queue what the form holds: files, a pasted text or a web address."""
        words = words_of(language)
        files = [Path(path) for path in paths or ()]
        try:
            given: list[str | Path | Source] = [*files]
            if is_url(text) and len(text.split()) == 1:
                if not self._open_index.urls:
                    raise fetching_off_error(text)
                source = fetch(text)
                given.append(source.named(clean_name(name)) if name.strip() else source)
            elif text.strip():
                given.append(Source(self._name_of(name, text), text))
            if not given:
                raise RefusedError("sources.nothing")
            jobs = self._open_index.add(given)
        except Exception as error:  # any error is shown as one sentence
            return {self._result: said(pieces_for(error, words), trouble=True)}
        result = said(_acceptance(jobs, words), trouble=any(job.error for job in jobs))
        emptied = {self._name: "", self._text: "", self._files: None}
        return {self.listing: self.listed(words), self._result: result, **emptied}

    def _name_of(self, name: str, text: str) -> str:
        """Return the name given, or an unused one made of the text's first line."""
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
        """Do what a button of the list asks for."""
        match parsed(ACTION, sent_data(event)):
            case Remove(name=name):
                self._open_index.remove(name)
            case Rename(name=name, to=new):
                self._open_index.rename(name, new)
            case Cancel(job=job):
                self._open_index.cancel(job)
            case Dismiss(job=job):
                self._open_index.dismiss(job)
        return {self.listing: self.listed(words_of(language)), self._result: said()}

    @staticmethod
    def _choose(event: gr.EventData) -> Any:
        """Return the names left out; a choice that does not fit changes nothing."""
        choice = parsed(CHOICE, sent_data(event))
        return gr.skip() if choice is None else frozenset(choice.left_out)


def _acceptance(jobs: Sequence[Job], words: Words) -> str:
    """Return the sentences for documents that were sent: what could not be read, and which replace others."""
    failed = [sentence_for(job.error, words) for job in jobs if isinstance(job.error, Exception)]
    replacing = [job.name for job in jobs if job.replaces]
    told = words.say("sources.added", count=len(jobs) - len(failed)) if len(failed) < len(jobs) else ""
    if replacing:
        names = ", ".join(replacing[:NAMES_SHOWN]) + (", …" if len(replacing) > NAMES_SHOWN else "")
        told = words.say("sources.replaced", count=len(replacing), names=names)
    remarks = [remark.say(words) for job in jobs for remark in job.remarks]
    more = ["…"] * (len(remarks) > NAMES_SHOWN)
    return " ".join(filter(None, [*failed[:NAMES_SHOWN], told, *remarks[:NAMES_SHOWN], *more]))
