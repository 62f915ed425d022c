"""What an open page sends and receives again and again."""

from __future__ import annotations

import json
from collections.abc import Collection
from pathlib import Path
from typing import Any

import pytest

from qa import Index, Source
from qa.answer import Answer
from qa.service.open_index import OpenIndex
from qa.ui.history import History
from qa.ui.page import NOTHING, _Page, build_page

TEXTS = 3


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of short texts."""
    path = tmp_path_factory.mktemp("notes") / "index"
    Index.build([Source(f"note {n}.txt", f"Lighthouse {n} was built in {1800 + n}.") for n in range(TEXTS)], path)
    return path


def polled(open_index: OpenIndex) -> Any:
    """Return the function that the page polls."""
    [poll] = [block.list_texts for block in build_page(open_index).blocks.values() if hasattr(block, "list_texts")]
    return poll


def test_a_poll_that_finds_nothing_new_is_answered_in_a_few_bytes(folder: Path) -> None:
    open_index = OpenIndex(folder)
    poll = polled(open_index)
    first = poll(["en", ""])
    assert [row["name"] for row in first["rows"]] == [f"note {n}.txt" for n in range(TEXTS)]
    again = poll(["en", first["stamp"]])
    assert again["unchanged"] is True and again["at"] >= first["at"]
    assert len(json.dumps(again)) < 100
    open_index.add(["/no/such/file.txt"])
    changed = poll(["en", first["stamp"]])
    assert changed["rows"][-1]["state"] == "failed" and changed["stamp"] != first["stamp"]
    assert poll("en")["rows"] == changed["rows"]  # a page opened before an update asks like this, and then reloads


class Recorder(OpenIndex):
    """An index that notes which texts each question is asked of."""

    def answer(self, index: Index, question: str, k: int = 10, sources: Collection[str] | None = None) -> Answer:
        self.asked = sources
        return super().answer(index, question, k, sources)


def test_a_question_to_all_texts_filters_by_none(folder: Path) -> None:
    open_index = Recorder(folder)
    page = _Page(open_index)

    def ask(left_out: frozenset[str]) -> set[str]:
        *_, last = page._answer("When was lighthouse 2 built?", "", "en", History(), left_out)
        return set(last[page._history].turns[-1].sources)

    names = {f"note {n}.txt" for n in range(TEXTS)}
    assert ask(NOTHING) == names and open_index.asked is None
    left_out = frozenset({"note 0.txt"})
    assert ask(left_out) == names - left_out and set(open_index.asked or ()) == names - left_out
