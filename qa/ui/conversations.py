"""The panel of conversations: what the browser keeps, opened again, and what is open, written to a file.

The browser keeps records in a store of its own (conversations.js): with ``gr.BrowserState`` every question
would send them all.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable
from typing import Any

import gradio as gr

from qa.catalogue import Words, words_of
from qa.index import Index
from qa.service.open_index import OpenIndex
from qa.ui.export import FORMS
from qa.ui.gradio_compat import sent_data
from qa.ui.history import History
from qa.ui.parts import own_part
from qa.ui.reading import Reading
from qa.ui.records import RecordError, from_record, to_record
from qa.ui.refusals import sentence_for

Updates = dict[Any, Any]

LONGEST_TITLE = 200
LONGEST_FILE_NAME = 60
"""Code points of an exported file's name, without its ending."""


class ConversationsPanel:
    """Made inside ``gr.Blocks``; ``connect`` after everything else is there."""

    def __init__(self, open_index: OpenIndex, reading_of: Callable[[Index, History], Reading]) -> None:
        """Takes what the server shares, and how to read a conversation beside it; opens nothing."""
        self._open_index = open_index
        self._reading_of = reading_of
        self.part = own_part("conversations", value=kept(History()), elem_id="conversations")
        self.stored = gr.Textbox(visible=False)  # what this tab had open before it was reloaded
        self._download = own_part("download", value={}, elem_id="download")

    def connect(
        self,
        history: gr.State,
        language: gr.Textbox,
        shown: list[Any],
        options: dict[str, Any],
        refresh: Callable[[str, History], Updates],
        cancels: list[Any],
    ) -> None:
        """Wires the panel.

        Args:
            history: the present conversation.
            language: the interface's language tag.
            shown: what ``refresh`` returns; holds ``part`` too.
            options: of each event.
            refresh: language and conversation -> the whole page drawn anew.
            cancels: the events that answer, given up when another conversation is opened.
        """

        def reopen(language: str, present: History, event: gr.EventData) -> Updates:
            try:
                conversation = from_record(_sent(event, "record"))
            except Exception as error:  # whatever it was, the visitor is told in one sentence
                return {self.part: kept(present, sentence_for(error, words_of(language)))}
            return refresh(language, conversation)

        def begin(language: str) -> Updates:
            return refresh(language, History())

        self.part.open(reopen, [language, history], shown, cancels=cancels, **options)
        self.part.new(begin, [language], shown, cancels=cancels, **options)
        self.part.export(self._export, [language, history], [self._download, self.part], **options)

    def restored(self, stored: str, words: Words) -> tuple[History, str]:
        """The conversation of a record as JSON, and a sentence if it cannot be opened; an empty one of ""."""
        if not stored:
            return History(), ""
        try:
            return from_record(_parsed(stored)), ""
        except Exception as error:  # whatever it was, the visitor is told in one sentence
            return History(), sentence_for(error, words)

    def _export(self, language: str, history: History, event: gr.EventData) -> Updates:
        words, history = words_of(language), history.settled()
        form, title = FORMS.get(str(_sent(event, "format"))), _title(_sent(event, "title"), history)
        if form is None or not history.turns:
            return {self.part: gr.skip()}
        try:
            index = self._open_index.available()
            reading = Reading() if index is None else self._reading_of(index, history)
            text = form.write(history, reading, words, title)
        except Exception as error:  # whatever happens, the visitor is told in one sentence
            return {self.part: kept(history, sentence_for(error, words))}
        # The stamp tells two exports of the same words apart.
        return {
            self._download: {
                "name": file_name(title) + form.suffix, "type": form.media_type, "text": text,
                "stamp": uuid.uuid4().hex,
            }
        }  # fmt: skip


def kept(history: History, trouble: str = "") -> dict[str, Any]:
    """The panel's value: the record of the present conversation, None before its first answer; a sentence."""
    record = to_record(history)
    return {"record": record if record["entries"] else None, "trouble": trouble}


def file_name(title: str) -> str:
    """A title as a file's name, without its ending: letters and digits of any script, the rest as hyphens."""
    return re.sub(r"[\W_]+", "-", title)[:LONGEST_FILE_NAME].strip("-") or "cited-qa"


def _title(given: object, history: History) -> str:
    title = " ".join(given.split()) if isinstance(given, str) else ""
    title = title.encode(errors="replace").decode()  # a browser's half of a character
    if not title and history.turns:
        title = " ".join(history.turns[0].question.split())
    return title if len(title) <= LONGEST_TITLE else title[:LONGEST_TITLE] + "…"


def _parsed(stored: str) -> object:
    try:
        return json.loads(stored)
    except (ValueError, RecursionError) as error:
        raise RecordError("it is not JSON") from error


def _sent(event: gr.EventData, key: str) -> object:
    """What the page's script sent along; None where it sent nothing of the kind."""
    data = sent_data(event)
    return data.get(key) if isinstance(data, dict) else None
