"""``qa sync``: the index has what a folder has, and says what has changed there since."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from samples import zipped

from qa import Index, Source
from qa.cli import main
from qa.errors import SourceError
from qa.storage.collection import synced


def file(name: str, text: str, folder: str = "/f") -> Source:
    return Source(name, text, path=Path(folder, name))


def test_of_a_folder_what_is_new_is_added_what_differs_replaced_and_what_is_gone_removed() -> None:
    before = [file("a", "One."), file("b", "Two."), file("c", "Three."), file("d", "Four."), file("x", "X.", "/other")]
    typed = Source("typed", "From no file.")
    there = {source.name: source for source in [*before, typed]}
    now = [file("a", "One."), file("b", "Two, changed."), file("e", "Five.")]
    change = synced(there, now, Path("/f"), {Path("/f/d")})
    assert (change.added, change.replaced, change.removed) == (("e",), ("b",), ("c",))
    assert {name: source.text for name, source in change.sources.items()} == {
        "a": "One.", "b": "Two, changed.", "d": "Four.", "x": "X.", "typed": "From no file.", "e": "Five.",
    }  # fmt: skip
    assert not synced(change.sources, now, Path("/f"), {Path("/f/d")})


def test_a_file_within_an_archive_goes_with_it_and_stays_while_the_archive_cannot_be_read() -> None:
    there = {"a": file("a", "One."), "z/b": Source("z/b", "Two.", path=Path("/f/z/b"))}
    assert synced(there, [file("a", "One.")], Path("/f"), set()).removed == ("z/b",)
    assert not synced(there, [file("a", "One.")], Path("/f"), {Path("/f/z")})


def test_a_source_that_was_given_another_name_keeps_it() -> None:
    there = {"mine": file("a", "One.").named("mine")}
    change = synced(there, [file("a", "One, changed.")], Path("/f"), set())
    assert (change.added, change.replaced, list(change.sources)) == ((), ("mine",), ["mine"])


def test_a_sync_that_would_leave_nothing_is_an_error() -> None:
    with pytest.raises(SourceError) as caught:
        synced({"a": file("a", "One.")}, [], Path("/f"), set())
    assert caught.value.code == "index.last"


def test_the_shell_says_what_has_changed_and_writes_nothing_if_nothing_has(tmp_path: Path) -> None:
    folder, index = tmp_path / "texts", tmp_path / "index"
    folder.mkdir()
    for name, data in {
        "a.txt": b"Cats sleep.",
        "b.txt": b"Dogs bark.",
        "c.zip": zipped({"d.txt": "Owls fly."}),
    }.items():
        (folder / name).write_bytes(data)

    def sync(*more: str) -> str:
        run = CliRunner().invoke(main, ["sync", str(folder), "--index", str(index), *more])
        assert run.exit_code == 0, run.output
        return run.stdout

    assert "Added: a.txt, b.txt, c.zip/d.txt." in sync()
    same = json.loads(sync("--json"))
    assert (same["generation"], same["added"], same["replaced"], same["removed"]) == (1, [], [], [])
    (folder / "a.txt").write_text("Cats purr.")
    (folder / "b.txt").unlink()
    (folder / "e.pdf").write_bytes(b"%PDF-1.7 ...")
    changed = json.loads(sync("--json"))
    assert (changed["generation"], changed["added"], changed["replaced"]) == (2, [], ["a.txt"])
    assert changed["removed"] == ["b.txt"] and changed["reused"] == 1
    assert [(one["name"], one["code"]) for one in changed["left_out"]] == [("e.pdf", "source.damaged")]
    assert list(Index.open(index).sources) == ["a.txt", "c.zip/d.txt"]
    assert "Nothing has changed" in sync()
