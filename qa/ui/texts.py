"""The panel of documents: the form that adds some, and the list of them. It takes the open index and changes it.

The queue of `qa.service.open_index` does the work. Every open page polls it (progress.js), so the list also shows what
other visitors and programs do. An event of Gradio's would have to stay open for each page instead.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Container, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import regex

from qa.catalogue import Words, words_of
from qa.index import Index
from qa.reading.fetching import fetch, fetching_off_error, is_url
from qa.reading.files import read_sources
from qa.service.jobs import Job
from qa.service.open_index import OpenIndex
from qa.text.source import Source, clean_name, free_name
from qa.ui.events import ACTION, ADDITION, CHOICE, POLL, Cancel, Dismiss, Fetch, Paste, Remove, Rename, Sample, parsed
from qa.ui.gradio_compat import gr, sent_data
from qa.ui.listing import listing, stamp
from qa.ui.parts import own_part, said, sample
from qa.ui.refusals import RefusedError, pieces_for, sentence_for

Updates = dict[Any, Any]

LONGEST_NAME = 40
"""Characters (grapheme clusters) of the name that a pasted text gets from its first line."""
NAMES_SHOWN = 5
"""Names of replaced documents that the panel's line shows; the list shows all."""
UNDO_SECONDS = 10.0
"""How long a removal can be undone. The server counts: a page that is closed meanwhile changes nothing."""
_WITH_TARGET = "(files, _, language) => [files, QA.adding?.takeTarget() ?? '', language]"


class TextsPanel:
    """The panel's components and handlers. Create it above the panes, call ``draw`` among them and ``connect`` last.

    Attributes:
        left_out: the names of the documents that this visitor's questions leave out.
        listing: the list of documents.
        progress: the progress of the queue; it triggers "swapped" when a newer index has replaced the one shown.
    """

    def __init__(self, open_index: OpenIndex) -> None:
        """Create the line of progress; the index is not opened yet."""
        self._open_index = open_index
        self.left_out = gr.State(frozenset())
        functions = [self._lister(), self._repairer()]
        self.progress = own_part("progress", functions, value={}, elem_id="progress")

    def draw(self) -> None:
        """Create the panel: the form and the list."""
        with gr.Column(elem_id="sources", min_width=0):
            self._adding = own_part("adding", value=self._form(), elem_id="adding")
            with gr.Column(elem_id="text-files"):  # not shown: adding.js presses its button
                # Any type may be chosen: `_receive` rejects others in the language of the page.
                self._files = gr.UploadButton(file_count="multiple", type="filepath")
            self._target = gr.Textbox(visible=False)
            self._result = own_part("line", value=said(), elem_id="build-result")
            self.listing = own_part("listing", value={}, elem_id="listing")

    def connect(self, language: gr.Textbox, options: dict[str, Any]) -> None:
        """Connect the events; ``options`` are those of every event."""
        self._files.upload(
            self._receive, [self._files, self._target, language], [self.listing, self._result, self._adding],
            js=_WITH_TARGET, trigger_mode="multiple", **options,
        )  # fmt: skip
        self._adding.give(self._add, [language], [self.listing, self._result, self._adding], **options)
        self.listing.act(self._act, [language], [self.listing, self._result], trigger_mode="multiple", **options)
        chosen = self.listing.choose(
            self._choose, None, [self.left_out], trigger_mode="always_last", queue=False, **options
        )
        chosen.then(js="() => QA.progress?.compare()", **options)

    def listed(self, words: Words) -> dict[str, Any]:
        """Return the value of the list: ``listing``'s, with ``start``, ``stamp`` and ``at``.

        ``start`` tells whether there is no index yet. ``at`` is the time in seconds before anything was looked up, so
        that the page can drop an older reply that arrives late.
        """
        return self._listed_unless(words, known="")

    def _listed_unless(self, words: Words, known: str) -> dict[str, Any]:
        """Return the same, or ``{"unchanged": True, "at"}`` if its stamp is the one known; then nothing is built."""
        at = time.time()
        made_from = self._open_index.available(), self._open_index.jobs, words
        start = made_from[0] is None and self._open_index.is_missing()
        now = stamp(*made_from) + ("-start" if start else "")
        if now == known:
            return {"unchanged": True, "at": at}
        return {**listing(*made_from), "start": start, "stamp": now, "at": at}

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

    def _form(self, *, accepted: bool = False) -> dict[str, Any]:
        """Return the value of the form: what it offers, and whether what was sent last has been accepted."""
        return {
            "urls": self._open_index.urls,
            "sample": sample(words_of(None)) is not None,
            "accepted": accepted,
            "stamp": uuid.uuid4().hex,
        }

    def _receive(self, paths: Sequence[str] | None, target: str, language: str) -> Updates:
        """Queue files that were uploaded; one that was chosen for a row takes the place of that document."""
        words = words_of(language)
        files = [Path(path) for path in paths or ()]
        result = said()
        if target and len(files) == 1:
            self._open_index.exchange(target, files[0])
        elif files:
            result = _accepted(self._open_index.add(files), words)
        return {self.listing: self.listed(words), self._result: result, self._adding: self._form(accepted=bool(files))}

    def _add(self, language: str, event: gr.EventData) -> Updates:
        """Queue what the form sends: a pasted text, a web address, or the sample."""
        words = words_of(language)
        try:
            jobs = self._open_index.add([self._given(sent_data(event), words)])
        except Exception as error:  # any error is shown as one sentence
            return {self._result: said(pieces_for(error, words), trouble=True), self._adding: self._form()}
        result = _accepted(jobs, words)
        return {self.listing: self.listed(words), self._result: result, self._adding: self._form(accepted=True)}

    def _given(self, sent: object, words: Words) -> Source:
        """Return the text that the form sends."""
        match parsed(ADDITION, sent):
            case Paste(name=name, text=text) if text.strip() and not _is_address(text):
                return Source(self._name_of(name, text), text)
            case Paste(name=name, text=text) | Fetch(name=name, url=text) if text.strip():
                if not self._open_index.urls:
                    raise fetching_off_error(text.strip())
                source = fetch(text.strip() if is_url(text) else f"https://{text.strip()}")
                return source.named(clean_name(name)) if name.strip() else source
            case Sample() if path := sample(words):
                [source] = read_sources([path])
                return replace(source, path=None).named(words["sample.name"])
        raise RefusedError("sources.nothing")

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
                self._open_index.remove(name, hold=UNDO_SECONDS)
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


def _is_address(text: str) -> bool:
    return is_url(text) and len(text.split()) == 1


def _accepted(jobs: Sequence[Job], words: Words) -> dict[str, Any]:
    """Return the line below the form after documents were sent."""
    return said(_acceptance(jobs, words), trouble=any(job.error for job in jobs))


def _acceptance(jobs: Sequence[Job], words: Words) -> str:
    """Return the sentences for documents that were sent: what could not be read, and which replace others."""
    failed = [sentence_for(job.error, words) for job in jobs if isinstance(job.error, Exception)]
    replacing = [job.name for job in jobs if job.replaces]
    told = ""
    if replacing:
        names = ", ".join(replacing[:NAMES_SHOWN]) + (", …" if len(replacing) > NAMES_SHOWN else "")
        told = words.say("sources.replaced", count=len(replacing), names=names)
    remarks = [remark.say(words) for job in jobs for remark in job.remarks]
    more = ["…"] * (len(remarks) > NAMES_SHOWN)
    return " ".join(filter(None, [*failed[:NAMES_SHOWN], told, *remarks[:NAMES_SHOWN], *more]))
