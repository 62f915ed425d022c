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
from qa.suggestions import suggestions_of
from qa.ui import texts
from qa.ui.history import History
from qa.ui.listing import listing
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


def test_the_list_is_made_again_only_when_something_has_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[dict[str, Any]] = []

    def noted(*given: Any) -> dict[str, Any]:
        made.append(listing(*given))
        return made[-1]

    monkeypatch.setattr(texts, "listing", noted)
    Index.build([Source("note.txt", "The lighthouse of Dover was built in 1800.")], tmp_path / "index")
    open_index = OpenIndex(tmp_path / "index")
    poll = polled(open_index)
    known = ""

    def is_made() -> bool:
        """Poll as a page does, which keeps the stamp of the newest list."""
        nonlocal known
        before = len(made)
        known = poll(["en", known]).get("stamp", known)
        return len(made) > before

    made.clear()
    assert [is_made() for _ in range(3)] == [True, False, False]
    [failed] = open_index.add(["/no/such/file.txt"])
    assert [is_made() for _ in range(2)] == [True, False]
    open_index.dismiss(failed.id)
    assert [is_made() for _ in range(2)] == [True, False]
    suggestions_of(open_index.current())
    assert [is_made() for _ in range(2)] == [True, False] and made[-1]["questions"]
    Index.open(tmp_path / "index").rename("note.txt", "Dover.txt")  # as another process does
    assert is_made() and [row["name"] for row in made[-1]["rows"]] == ["Dover.txt"]
    assert poll(["ja", known])["stamp"] != known  # what failed is said in the language of the page


class Recorder(OpenIndex):
    """An index that notes which texts each question is asked of."""

    def answer(
        self, index: Index, question: str, k: int = 10, sources: Collection[str] | None = None, **rest: Any
    ) -> Answer:
        self.asked = sources
        return super().answer(index, question, k, sources, **rest)


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
