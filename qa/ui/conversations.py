"""The panel of conversations: it reopens what the browser keeps, and exports the present conversation as a file.

The browser's script keeps the records (conversations.js). With ``gr.BrowserState`` every question would send all of
them to the server.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable
from typing import Any

from qa.catalogue import Words, words_of
from qa.index import Index
from qa.service.open_index import OpenIndex
from qa.ui.events import EXPORT, OPENING, Opening, parsed
from qa.ui.export import FORMS
from qa.ui.gradio_compat import gr, sent_data
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
    """The panel's components and handlers. Create it inside ``gr.Blocks``; call ``connect`` last."""

    def __init__(self, open_index: OpenIndex, reading_of: Callable[[Index, History], Reading]) -> None:
        """Create the components; ``reading_of`` gives the texts that a conversation is drawn against."""
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
        """Connect the events.

        Args:
            history: the present conversation.
            language: the interface's language tag.
            shown: the components that ``refresh`` updates, with ``part`` among them.
            options: options of every event.
            refresh: takes a language and a conversation and returns the updates that draw the whole page.
            cancels: the events that answer questions; opening another conversation cancels them.
        """

        def reopen(language: str, present: History, event: gr.EventData) -> Updates:
            opening = parsed(OPENING, sent_data(event)) or Opening()
            try:
                conversation = from_record(opening.record)
            except Exception as error:  # any error is shown as one sentence
                return {self.part: kept(present, sentence_for(error, words_of(language)))}
            return refresh(language, conversation)

        def begin(language: str) -> Updates:
            return refresh(language, History())

        self.part.open(reopen, [language, history], shown, cancels=cancels, **options)
        self.part.new(begin, [language], shown, cancels=cancels, **options)
        self.part.export(self._export, [language, history], [self._download, self.part], **options)

    def restored(self, stored: str, words: Words) -> tuple[History, str]:
        """Return the conversation of a record (JSON text, or "") and a sentence if it cannot be opened."""
        if not stored:
            return History(), ""
        try:
            return from_record(_from_json(stored)), ""
        except Exception as error:  # any error is shown as one sentence
            return History(), sentence_for(error, words)

    def _export(self, language: str, history: History, event: gr.EventData) -> Updates:
        """Write the conversation in the form that was asked for and offer it for download."""
        words, history = words_of(language), history.settled()
        wanted = parsed(EXPORT, sent_data(event))
        form = FORMS.get(wanted.format) if wanted else None
        if wanted is None or form is None or not history.turns:
            return {self.part: gr.skip()}
        title = _title(wanted.title, history)
        try:
            index = self._open_index.available()
            reading = Reading() if index is None else self._reading_of(index, history)
            text = form.write(history, reading, words, title)
        except Exception as error:  # any error is shown as one sentence
            return {self.part: kept(history, sentence_for(error, words))}
        # The stamp makes a second export of the same text a new value.
        return {
            self._download: {
                "name": file_name(title) + form.suffix, "type": form.media_type, "text": text,
                "stamp": uuid.uuid4().hex,
            }
        }  # fmt: skip


def kept(history: History, trouble: str = "") -> dict[str, Any]:
    """Return the panel's value: the record of a conversation, None before its first answer, and an error sentence."""
    record = to_record(history)
    return {"record": record if record["entries"] else None, "trouble": trouble}


def file_name(title: str) -> str:
    """Return a title as a file name without suffix: letters and digits of any script, the rest as hyphens."""
    return re.sub(r"[\W_]+", "-", title)[:LONGEST_FILE_NAME].strip("-") or "cited-qa"


def _title(given: object, history: History) -> str:
    """Return the title given, else the first question, on one line and shortened."""
    title = " ".join(given.split()) if isinstance(given, str) else ""
    title = title.encode(errors="replace").decode()  # half a surrogate pair
    if not title and history.turns:
        title = " ".join(history.turns[0].question.split())
    return title if len(title) <= LONGEST_TITLE else title[:LONGEST_TITLE] + "…"


def _from_json(stored: str) -> object:
    try:
        return json.loads(stored)
    except (ValueError, RecursionError) as error:
        raise RecordError("it is not JSON") from error
