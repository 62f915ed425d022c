"""``qa replay`` asks a record of answers again: the same index gives the same answers, another one is told apart."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from qa import Index, Source
from qa.answer import Answer
from qa.catalogue import words_of
from qa.cli import main
from qa.conversation import reply
from qa.conversation.replaying import differing, replay
from qa.errors import SourceError
from qa.ui.export import as_json
from qa.ui.history import History
from qa.ui.reading import reading_of
from qa.ui.recorded import recorded_answers

POOL = "The pool opens at nine in the morning. Adults pay 6 pounds to swim. The pool is closed on Mondays."
TURNS = ("When does the pool open?", "and adults?", "thanks!", "When does it open, and on which day is it closed?")


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    return Index.build([Source("pool", POOL)], tmp_path_factory.mktemp("replay") / "index")


@pytest.fixture(scope="module")
def answers(index: Index) -> list[Answer]:
    found: list[Answer] = []
    for turn in TURNS:
        found.append(reply(index, turn, history=found, bold="high"))
    return found


def qa(*words: str | Path) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


def test_the_same_index_gives_the_same_answers_to_what_chat_printed(
    index: Index, answers: list[Answer], tmp_path: Path
) -> None:
    record = tmp_path / "chat.jsonl"
    record.write_text("\n".join(json.dumps(one.to_dict()) for one in answers), encoding="utf-8")
    ran = qa("replay", record, "--index", index.path)
    assert (ran.exit_code, ran.stdout) == (0, "All 4 questions get the same answers.\n")
    told = json.loads(qa("replay", record, "--index", index.path, "--json").stdout)
    assert (told["same"], told["answers"], told["differences"]) == (True, 4, [])
    assert told["generation"] == {"was": index.generation, "now": index.generation}


def test_an_exported_conversation_is_a_record(index: Index, answers: list[Answer], tmp_path: Path) -> None:
    history = History(generation=index.generation)
    for answer in answers:
        history = history.asked(answer.question).answered(answer, index.sources)
    record = tmp_path / "conversation.json"
    record.write_text(as_json(history, reading_of(index, history), words_of("ja"), "Pool"), encoding="utf-8")
    opened = recorded_answers(record)
    assert [one.origin for one in opened] == [one.origin for one in answers]
    assert replay(index, opened).same


def test_another_index_is_told_in_one_sentence_with_exit_code_1(
    index: Index, answers: list[Answer], tmp_path: Path
) -> None:
    record = tmp_path / "answer.json"
    record.write_text(json.dumps(answers[0].to_dict()), encoding="utf-8")
    other = Index.build([Source("pool", POOL)], tmp_path / "index").add([Source("notes", "The key is red.")])
    ran = qa("replay", record, "--index", other.path)
    assert ran.exit_code == 1
    assert len(ran.stdout.splitlines()) == 1 and f"generation {other.generation}" in ran.stdout
    moved = Index.build([Source("pool", f"Welcome. {POOL.replace('nine', 'ten')}")], tmp_path / "moved")
    ran = qa("replay", record, "--index", moved.path)
    assert ran.exit_code == 1
    [line] = ran.stdout.splitlines()
    first = answers[0].citations[0]
    assert line.startswith(
        f"The answer to question 1 differs: citations was pool {first.start}–{first.end}, and is now"
    )


def test_it_is_told_in_what_an_answer_differs(answers: list[Answer]) -> None:
    was = answers[0]
    assert differing(1, was, was) == []
    assert differing(1, was, replace(was, confidence=was.confidence + 0.001)) == []
    [one] = differing(2, was, replace(was, confidence=was.confidence - 0.1))
    assert (one.n, one.what, one.was) == (2, "confidence", was.confidence)
    assert [one.what for one in differing(1, was, replace(was, citations=(), span=None))] == ["citations", "span"]
    assert [one.what for one in differing(1, was, replace(was, parts=(was, was)))] == ["parts"]
    several = replace(was, parts=(was, was))
    assert [one.what for one in differing(1, several, replace(was, parts=(was, replace(was, span=None))))] == ["span"]


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", "not JSON", '{"question": 1}', '{"entries": []}', "\n\n", "[" * 9999]
)
def test_what_is_no_record_is_refused_in_one_sentence(content: str, index: Index, tmp_path: Path) -> None:
    record = tmp_path / "record.json"
    record.write_text(content, encoding="utf-8")
    with pytest.raises(SourceError, match="no record of answers"):
        recorded_answers(record)
    ran = qa("replay", record, "--index", index.path)
    assert ran.exit_code == 1 and len(ran.stderr.splitlines()) == 1
    assert qa("replay", tmp_path / "missing", "--index", index.path).exit_code == 1


def test_a_question_to_a_document_that_is_gone_is_an_error(index: Index, tmp_path: Path) -> None:
    asked = reply(index, TURNS[0], sources="pool").to_dict()
    asked["origin"]["sources"] = ["gone"]
    record = tmp_path / "answer.json"
    record.write_text(json.dumps(asked), encoding="utf-8")
    ran = qa("replay", record, "--index", index.path)
    assert ran.exit_code == 1 and "gone" in ran.stderr
