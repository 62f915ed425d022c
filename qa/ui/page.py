"""An open index -> the page: ``gradio.Blocks`` with the chat, the source pane and the panel of texts.

The words of what Gradio draws come from here, by the language the page asks for; our own parts
(``*.html`` with ``*.js``) get plain JSON and put it in place as text. What a visitor asked is kept in
``gr.State``. Each event names its outputs by component, so that a handler returns what it changes.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import gradio as gr

from qa.catalogue import Words, languages, words_of
from qa.errors import IndexMissingError
from qa.index import Index
from qa.service.open_index import QUESTIONS_AT_ONCE, OpenIndex, is_repairable
from qa.service.uploads import UPLOADS_KEPT
from qa.ui.conversations import ConversationsPanel, kept
from qa.ui.document import document, draft, overview
from qa.ui.endpoints import add_endpoints, with_discreet_errors
from qa.ui.gradio_compat import limit_sessions
from qa.ui.history import History
from qa.ui.markup import escape, source_class
from qa.ui.messages import chat_messages
from qa.ui.parts import asset, own_part, said
from qa.ui.reading import Reading, reading_of
from qa.ui.refusals import RefusedError, pieces_for
from qa.ui.texts import TextsPanel

Updates = dict[Any, Any]
LeftOut = frozenset[str]
"""The names of the texts that a visitor does not ask."""
NOTHING: LeftOut = frozenset()

MAX_UPLOAD = 50 * 1024**2
"""Bytes of the files that are given at once; a request may hold somewhat more (guard.py)."""
SESSIONS_KEPT = 2000
"""Visitors, and calls by programs, whose state is in memory, some 50 kB each; those that were heard of last. An open
page is heard of at least once a minute (progress.js)."""

_HEAD_SCRIPTS = (
    "qa.js", "session.js", "words.js", "page.js", "records.js", "citations.js", "tooltip.js", "chat.js", "left_out.js",
    "accessibility.js", "drop.js",
)  # fmt: skip
_STYLES = (
    "page.css", "header.css", "texts.css", "chat.css", "source.css", "conversations.css", "shortcuts.css",
    "contrast.css",
)  # fmt: skip
_WITH_LANGUAGE = "(_, ...rest) => [QA.state.language, ...rest]"
_WITH_WHAT_WAS_OPEN = "() => [QA.records.openRecord(), QA.state.language]"
_WITH_REVISION = "(question, _, ...rest) => ((QA.state.asking = true), [question, QA.chat.takeRevision(), ...rest])"
_ANSWERED = "() => { QA.state.asking = false; }"


def build_page(open_index: OpenIndex) -> gr.Blocks:
    """The page over an index folder; nothing is opened before the first visit."""
    return with_discreet_errors(_Page(open_index).blocks)


def head(reader: str | None = None) -> str:
    """What goes into the document's head: the words of every language, limits, our scripts and styles.

    Where who sees the page has signed in, and can sign out, ``reader`` is the cookie that tells accounts apart.
    """
    tables = {tag: words.table for tag, words in languages().items()}
    words = json.dumps(tables, ensure_ascii=False).replace("<", "\\u003c")
    # Each script is the body of a function, as Gradio makes of those of components: they share nothing but QA.
    bodies = (f'(() => {{\n"use strict";\n{asset(name)}}})();' for name in _HEAD_SCRIPTS)
    scripts = "".join(f"<script>\n{body}</script>" for body in bodies)
    styles = "".join(f"<style>\n{asset(name)}</style>" for name in _STYLES)
    session = f'<meta name="qa-reader" content="{escape(reader)}">' if reader else ""
    limit = f'<meta name="qa-upload" content="{MAX_UPLOAD}">'
    return f'{session}{limit}<script type="application/json" id="qa-words">{words}</script>{scripts}{styles}'


def theme() -> gr.themes.Base:
    """Gradio's plainest theme with the system's own fonts: nothing to fetch."""
    return gr.themes.Base(font=["system-ui", "sans-serif"], font_mono=["ui-monospace", "monospace"])


class _Page:
    """The components and what happens between them."""

    def __init__(self, open_index: OpenIndex) -> None:
        self._open_index = open_index
        words = words_of(None)
        with gr.Blocks(title="cited-qa", analytics_enabled=False, delete_cache=(600, UPLOADS_KEPT)) as self.blocks:
            self._history = gr.State(History())
            self._language = gr.Textbox(visible=False)
            self._instead_of = gr.Textbox(visible=False)  # the entry of the history that is asked anew
            self._header = own_part("header", value=overview(None), elem_id="header")
            own_part("shortcuts", value={}, elem_id="shortcuts")
            with gr.Row(elem_id="main"):
                with gr.Column(elem_id="talk"):
                    self._chat = gr.Chatbot(
                        elem_id="chat", show_label=False, container=False, buttons=[], autoscroll=False,
                        render_markdown=False, latex_delimiters=[], sanitize_html=True, height=None,
                        group_consecutive_messages=False, feedback_options=None,
                    )  # fmt: skip
                    self._revising = own_part("revising", value={}, elem_id="revising")
                    self._notice = own_part("line", value=said(), elem_id="notice")
                    with gr.Row(elem_id="asking"):
                        self._question = gr.Textbox(
                            elem_id="question", lines=1, max_lines=8, container=False, show_label=False,
                            label=words["question.label"], placeholder=words["question.placeholder"],
                        )  # fmt: skip
                        self._ask = gr.Button(words["question.ask"], elem_id="ask", variant="primary")
                        self._stop = gr.Button(words["question.stop"], elem_id="stop", interactive=False)
                with gr.Column(elem_id="reading"):
                    self._texts = TextsPanel(open_index)
                    self._source = own_part(
                        "source", value=overview(None), elem_id="source", functions=[_reader(open_index)]
                    )
            self._conversations = ConversationsPanel(open_index, reading_of)
            add_endpoints(open_index)
            self._connect()
        self.blocks.queue(default_concurrency_limit=QUESTIONS_AT_ONCE, max_size=64)
        limit_sessions(self.blocks, SESSIONS_KEPT)

    def _connect(self) -> None:
        private: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
        visit = [self._language, self._history, self._texts.left_out]
        drawn = [self._chat, self._header, self._source, self._texts.listing]
        shown = [self._history, self._conversations.part, *drawn]
        labelled = [*shown, self._language, self._question, self._ask, self._stop, *self._texts.labelled]
        reply = [*shown, self._question, self._revising, self._notice, self._ask, self._stop]

        opened = self.blocks.load(
            self._arrive, [self._conversations.stored, self._language], labelled, js=_WITH_WHAT_WAS_OPEN, **private
        )
        opened.then(js="() => QA.page.ready()", **private)
        self._header.language(self._greet, inputs=visit, outputs=labelled, js=_WITH_LANGUAGE, **private)
        self._texts.connect(self._language, private)
        self._texts.progress.swapped(self._redraw, visit, drawn, trigger_mode="always_last", **private)

        asked = gr.on(
            [self._question.submit, self._ask.click], self._answer, [self._question, self._instead_of, *visit], reply,
            js=_WITH_REVISION, concurrency_limit=QUESTIONS_AT_ONCE, trigger_mode="always_last", **private,
        )  # fmt: skip
        given_up = self._stop.click(self._give_up, visit, reply, cancels=[asked], queue=False, **private)
        for over in (asked, given_up):
            over.then(js=_ANSWERED, **private)
        self._conversations.connect(self._history, self._language, shown, private, self._refresh, [asked])

    def _arrive(self, stored: str, language: str) -> Updates:
        """The page as it opens, with the conversation that this tab had open before it was reloaded."""
        conversation, trouble = self._conversations.restored(stored, words_of(language))
        drawn = self._greet(language, conversation)
        return drawn | {self._conversations.part: kept(conversation, trouble)} if trouble else drawn

    def _greet(self, language: str, history: History, left_out: LeftOut = NOTHING) -> Updates:
        """The whole page in a language."""
        words = words_of(language)
        return {
            **self._refresh(language, history, left_out),
            self._language: language,
            self._question: gr.update(label=words["question.label"], placeholder=words["question.placeholder"]),
            self._ask: gr.update(value=words["question.ask"]),
            self._stop: gr.update(value=words["question.stop"]),
            **self._texts.labels(words),
        }

    def _refresh(self, language: str, history: History, left_out: LeftOut = NOTHING) -> Updates:
        """What depends on the index in use and on what was asked."""
        # None: being built, or to be built; the panel of texts says so.
        return self._drawn(self._open_index.available(), history, words_of(language), left_out)

    def _redraw(self, language: str, history: History, left_out: LeftOut) -> Updates:
        """The same without the history itself: an answer that is being given keeps it."""
        updates = self._refresh(language, history, left_out)
        del updates[self._history], updates[self._conversations.part]
        return updates

    def _drawn(self, index: Index | None, history: History, words: Words, left_out: LeftOut) -> Updates:
        seen = overview(index)  # first: what is found in between is drawn by the next look
        reading = Reading()
        if index is not None:
            history = _beside(index, history)
            reading = reading_of(index, history, left_out)
        return {
            self._history: history,
            self._chat: chat_messages(
                history, reading, words, self._open_index.building is not None, self._open_index.trouble
            ),
            self._header: seen,
            self._source: seen,
            self._texts.listing: self._texts.listed(words),
            self._conversations.part: kept(history),
        }

    def _answer(
        self, question: str, instead_of: str, language: str, history: History, left_out: LeftOut
    ) -> Iterator[Updates]:
        """The question at once, then its answer; an error gives the question back with a sentence."""
        words = words_of(language)
        before = history
        try:
            conversation, _, entry = instead_of.partition(" ")
            if conversation == history.id and entry.isdecimal():
                history = history.before(int(entry))
            index = self._opened(words)
            history = _beside(index, history)
            asked = history.asked(question)
            if question.strip():
                drawn = self._drawn(index, asked, words, left_out)
                del drawn[self._conversations.part]  # what was kept stays until there is an answer
                yield {
                    **drawn,
                    self._question: "",
                    self._notice: said(),
                    self._stop: gr.update(interactive=True),
                }
            chosen = {name: index.sources[name] for name in self._texts.chosen(index, left_out)}
            # Naming every text would only make the search filter by all of them.
            named = chosen if len(chosen) < len(index.sources) else None
            result = self._open_index.answer(index, question, sources=named)
            yield {
                **self._drawn(index, asked.answered(result, chosen), words, left_out),
                self._stop: gr.update(interactive=False),
            }
        except Exception as error:  # whatever happens, the visitor is told in one sentence
            yield {
                **self._refresh(language, before, left_out),
                self._question: question,
                self._revising: {"entry": instead_of, "stamp": uuid.uuid4().hex},
                self._notice: said(pieces_for(error, words), trouble=True, repairs=is_repairable(error)),
                self._stop: gr.update(interactive=False),
            }

    def _opened(self, words: Words) -> Index:
        try:
            return self._open_index.current()
        except IndexMissingError:
            if self._open_index.building is None:
                raise
            raise RefusedError("chat.welcome.building") from None

    def _give_up(self, language: str, history: History, left_out: LeftOut) -> Updates:
        return {**self._refresh(language, history.stopped(), left_out), self._stop: gr.update(interactive=False)}


def _beside(index: Index, history: History) -> History:
    """A conversation beside the present texts, with a note if they are others than those it spoke of."""
    if history.entries and not history.generation:  # opened again, or cut back
        history = history.reopened(index.generation, index.sources)
    return history.speaking_of(index.generation, tuple(index.sources), len(index.passages))


def _reader(open_index: OpenIndex) -> Callable[[str], dict[str, Any]]:
    """For the source pane: id -> document. A plain function, as Gradio wants it."""

    def read_source(source_id: str) -> dict[str, Any]:
        index = open_index.available()
        if index is not None:
            for source in index.sources.values():
                if source_class(source) == source_id:
                    return document(index, source.name)
        drafts = (job.source for job in open_index.jobs if job.source)
        return next((draft(source) for source in drafts if source_class(source) == source_id), {})

    return read_source
