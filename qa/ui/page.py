"""The page: an open index goes in, ``gradio.Blocks`` with the chat, the source pane and the list of documents come out.

Gradio's own components get their labels from here, in the language that the page asks for. Our own parts (``*.html``
with ``*.js``) get JSON and put it in place as text. A visitor's conversation is kept in ``gr.State``. A handler returns
a dict from component to new value, of those that it changes.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from qa.catalogue import Words, words_of
from qa.errors import IndexMissingError
from qa.index import Index
from qa.service.open_index import QUESTIONS_AT_ONCE, OpenIndex, is_repairable
from qa.service.uploads import UPLOADS_KEPT
from qa.ui.conversations import ConversationsPanel, kept
from qa.ui.document import document, draft, overview
from qa.ui.endpoints import add_endpoints, with_discreet_errors
from qa.ui.gradio_compat import gr, limit_sessions
from qa.ui.history import History
from qa.ui.markup import source_class
from qa.ui.messages import chat_messages
from qa.ui.parts import own_part, said
from qa.ui.reading import Reading, reading_of
from qa.ui.refusals import RefusedError, pieces_for
from qa.ui.texts import TextsPanel
from qa.ui.written import where_texts_go

Updates = dict[Any, Any]
LeftOut = frozenset[str]
"""The names of the documents that a visitor's questions leave out."""
NOTHING: LeftOut = frozenset()

SESSIONS_KEPT = 2000
"""Visitors, and calls by programs, whose state is in memory, some 50 kB each. The least recent one goes first; an open
page polls at least once a minute (progress.js)."""

_WITH_LANGUAGE = "(_, ...rest) => [QA.state.language, ...rest]"
_WITH_WHAT_WAS_OPEN = "() => [QA.records.openRecord(), QA.state.language]"
_WITH_REVISION = "(question, _, ...rest) => ((QA.state.asking = true), [question, QA.chat.takeRevision(), ...rest])"
_ANSWERED = "() => { QA.state.asking = false; }"


def build_page(open_index: OpenIndex) -> gr.Blocks:
    """Return the page over an index folder; the index is opened at the first visit."""
    return with_discreet_errors(_Page(open_index).blocks)


class _Page:
    """The components and their event handlers."""

    def __init__(self, open_index: OpenIndex) -> None:
        self._open_index = open_index
        words = words_of(None)
        with gr.Blocks(title="cited-qa", analytics_enabled=False, delete_cache=(600, UPLOADS_KEPT)) as self.blocks:
            self._history = gr.State(History())
            self._language = gr.Textbox(visible=False)
            self._instead_of = gr.Textbox(visible=False)  # the question asked again: "conversation entry", " alone"
            # Without a value the parts draw nothing: what there is to say is known with the first reply.
            self._header = own_part("header", value={}, elem_id="header")
            own_part("shortcuts", value={}, elem_id="shortcuts")
            self._texts = TextsPanel(open_index)
            with gr.Row(elem_id="main"):
                self._texts.draw()
                with gr.Column(elem_id="talk"):
                    self._chat = gr.Chatbot(
                        elem_id="chat", show_label=False, container=False, buttons=[], autoscroll=False,
                        render_markdown=False, latex_delimiters=[], sanitize_html=True, height=None,
                        group_consecutive_messages=False, feedback_options=None,
                    )  # fmt: skip
                    self._revising = own_part("revising", value={}, elem_id="revising")
                    self._notice = own_part("line", value=said(), elem_id="notice")
                    self._leaves = own_part("line", value=self._where_texts_go(words), elem_id="leaves")
                    with gr.Row(elem_id="asking"):
                        self._question = gr.Textbox(
                            elem_id="question", lines=1, max_lines=8, container=False, show_label=False,
                            label=words["question.label"], placeholder=words["question.placeholder"],
                        )  # fmt: skip
                        self._ask = gr.Button(words["question.ask"], elem_id="ask", variant="primary")
                        self._stop = gr.Button(words["question.stop"], elem_id="stop", interactive=False)
                with gr.Column(elem_id="reading"):
                    self._source = own_part("source", value={}, elem_id="source", functions=[_reader(open_index)])
            self._conversations = ConversationsPanel(open_index, reading_of)
            add_endpoints(open_index)
            self._connect()
        self.blocks.queue(default_concurrency_limit=QUESTIONS_AT_ONCE, max_size=64)
        limit_sessions(self.blocks, SESSIONS_KEPT)

    def _connect(self) -> None:
        """Connect the events. None is public: other programs use the endpoints."""
        private: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
        visit = [self._language, self._history, self._texts.left_out]
        drawn = [self._chat, self._header, self._source, self._texts.listing]
        shown = [self._history, self._conversations.part, *drawn]
        labelled = [*shown, self._language, self._leaves, self._question, self._ask, self._stop]
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
        """Draw the page as it opens, with the conversation that this tab had open before it was reloaded."""
        conversation, trouble = self._conversations.restored(stored, words_of(language))
        drawn = self._greet(language, conversation)
        return drawn | {self._conversations.part: kept(conversation, trouble)} if trouble else drawn

    def _greet(self, language: str, history: History, left_out: LeftOut = NOTHING) -> Updates:
        """Draw the whole page in a language."""
        words = words_of(language)
        return {
            **self._refresh(language, history, left_out),
            self._language: language,
            self._leaves: self._where_texts_go(words),
            self._question: gr.update(label=words["question.label"], placeholder=words["question.placeholder"]),
            self._ask: gr.update(value=words["question.ask"]),
            self._stop: gr.update(value=words["question.stop"]),
        }

    def _refresh(self, language: str, history: History, left_out: LeftOut = NOTHING) -> Updates:
        """Draw what depends on the current index and on the conversation."""
        return self._drawn(self._open_index.available(), history, words_of(language), left_out)

    def _redraw(self, language: str, history: History, left_out: LeftOut) -> Updates:
        """Draw the same but leave the conversation alone: a question may be being answered."""
        updates = self._refresh(language, history, left_out)
        del updates[self._history], updates[self._conversations.part]
        return updates

    def _drawn(self, index: Index | None, history: History, words: Words, left_out: LeftOut) -> Updates:
        """Return the updates that draw a conversation against an index; None while there is no index to use."""
        away = left_out | self._open_index.leaving
        # First, so that the next poll draws questions that are found in between.
        seen = {**overview(index), "left_out": sorted(away)}
        reading = Reading()
        if index is not None:
            history = _beside(index, history)
            reading = reading_of(index, history, away)
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
        """Show the question at once, then its answer. An error puts the question back and shows a sentence."""
        words = words_of(language)
        before = history
        try:
            conversation, entry, alone = [*instead_of.split(" "), "", ""][:3]
            if conversation == history.id and entry.isdecimal():
                history = history.before(int(entry))
            index = self._opened()
            history = _beside(index, history)
            asked = history.asked(question)
            if question.strip():
                drawn = self._drawn(index, asked, words, left_out)
                del drawn[self._conversations.part]  # the browser keeps the last record until there is an answer
                yield {
                    **drawn,
                    self._question: "",
                    self._notice: said(),
                    self._stop: gr.update(interactive=True),
                }
            away = left_out | self._open_index.leaving
            chosen = {name: index.sources[name] for name in self._texts.chosen(index, away)}
            # Naming every text would only make the search filter by all of them.
            named = chosen if len(chosen) < len(index.sources) else None
            earlier = () if alone else history.answers
            result = self._open_index.answer(index, question, sources=named, history=earlier, words=words)
            goes_on = self._open_index.llm is not None
            drawn = self._drawn(index, asked.answered(result, chosen), words, left_out)
            yield {**drawn, self._stop: gr.update(interactive=goes_on)}
            for written in self._open_index.writing(index, result, earlier):
                result = replace(result, written=written)
                yield self._drawn(index, asked.answered(result, chosen), words, left_out)
            if goes_on:
                yield {self._stop: gr.update(interactive=False)}
        except Exception as error:  # any error is shown as one sentence
            yield {
                **self._refresh(language, before, left_out),
                self._question: question,
                self._revising: {"entry": instead_of, "stamp": uuid.uuid4().hex},
                self._notice: said(pieces_for(error, words), trouble=True, repairs=is_repairable(error)),
                self._stop: gr.update(interactive=False),
            }

    def _where_texts_go(self, words: Words) -> dict[str, Any]:
        """Return the line that says where texts are sent, if a language model writes replies."""
        return said(where_texts_go(self._open_index.llm, words))

    def _opened(self) -> Index:
        """Return the current index, or say that it is being prepared."""
        try:
            return self._open_index.current()
        except IndexMissingError:
            if self._open_index.building is None:
                raise
            raise RefusedError("chat.welcome.building") from None

    def _give_up(self, language: str, history: History, left_out: LeftOut) -> Updates:
        """Draw the page after the question was stopped."""
        return {**self._refresh(language, history.stopped(), left_out), self._stop: gr.update(interactive=False)}


def _beside(index: Index, history: History) -> History:
    """Return the conversation, with a note at its end if the documents have changed since its last answer."""
    if history.entries and not history.generation:  # reopened, or cut back to an earlier question
        history = history.reopened(index.generation, index.sources)
    return history.noting_change(index.generation, tuple(index.sources), len(index.passages))


def _reader(open_index: OpenIndex) -> Callable[[str], dict[str, Any]]:
    """Return the function that gives the source pane a document by its id."""

    def read_source(source_id: str) -> dict[str, Any]:
        index = open_index.available()
        if index is not None:
            for source in index.sources.values():
                if source_class(source) == source_id:
                    return document(index, source.name)
        drafts = (job.source for job in open_index.jobs if job.source)
        return next((draft(source) for source in drafts if source_class(source) == source_id), {})

    return read_source
