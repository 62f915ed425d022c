"""The shell's contract: JSON keys, exit codes, and one sentence for each error."""

from __future__ import annotations

import hashlib
import json
import os
import pty
import shutil
import signal
import socket
import subprocess
import sys
import time
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from browser import free_port
from click.testing import CliRunner, Result

from qa.cli import main
from qa.terminal import printable

ROOT = Path(__file__).parent.parent
QUESTION = "暫定CEOに任命されたのは誰ですか"
HIT_KEYS = [
    "source", "start", "end", "text", "score", "dense", "dense_rank", "lexical", "lexical_rank", "late", "maxsim",
    "terms",
    "section",
]  # fmt: skip
BUILD_KEYS = [
    "generation",
    "sources",
    "passages",
    "embedded",
    "reused",
    "seconds",
    "replaced",
    "added",
    "removed",
    "left_out",
    "notes",
]
TEXT = "灯台は1874年に建てられた。高さは31メートルである。"


def qa(*arguments: str | Path, given: str | bytes | None = None) -> Result:
    """Run the command in this process, where the model is loaded once."""
    return CliRunner().invoke(main, [str(argument) for argument in arguments], input=given)


def printed(result: Result) -> dict[str, Any]:
    assert result.exit_code == 0, result.output
    value: dict[str, Any] = json.loads(result.stdout)
    return value


def process(*arguments: str | Path, **options: Any) -> subprocess.CompletedProcess[bytes]:
    """Run the command as a user does, in a process of its own."""
    command = [sys.executable, "-m", "qa", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, timeout=240, **options)


def error_line(result: Result) -> str:
    """Return the one sentence on standard error of a command that exited with 1."""
    assert result.exit_code == 1, (result.output, result.exception)
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    assert "Traceback" not in line
    assert line.endswith((".", "。"))
    return line


# --- help and usage --------------------------------------------------------------------------------------------


def test_help_is_quick_and_loads_no_heavy_library() -> None:
    code = (
        "import sys, time; started = time.process_time()\n"
        "from qa.cli import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "heavy = {'torch', 'sentence_transformers', 'transformers', 'gradio', 'faiss', 'bm25s', 'numpy'}\n"
        "print(sorted(heavy & set(sys.modules)), time.process_time() - started < 1, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True)
    assert done.stderr == "[] True\n"
    assert "Ask your documents and get answers in their own sentences" in done.stdout


def test_the_commands_are_those_of_the_contract_and_each_has_help() -> None:
    assert sorted(main.commands) == [
        "add", "ask", "build", "calibrate", "chat", "doctor", "eval", "kinds", "list", "log", "password", "remove",
        "rename", "rollback", "search", "serve", "sync",
    ]  # fmt: skip
    for name, command in main.commands.items():
        assert command.help, name
        shown = qa(name, "--help")
        assert shown.exit_code == 0
        assert "--index DIR" in shown.stdout
        assert "--json" in shown.stdout
        assert all(getattr(option, "help", "") for option in command.params if option.param_type_name == "option")


@pytest.mark.parametrize("line", ["nonsense", "ask", "search q -k 0", "ask q --nope", "build --max-chars x"])
def test_wrong_usage_exits_with_2(line: str) -> None:
    result = qa(*line.split())
    assert result.exit_code == 2
    assert "Traceback" not in result.output


def test_an_empty_folder_name_is_wrong_usage_and_writes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for line in (["build", "--text", TEXT, "--index", ""], ["--index", "", "ask", "q"]):
        assert qa(*line).exit_code == 2
    assert list(tmp_path.iterdir()) == []


# --- a conversation at the terminal ------------------------------------------------------------------------------


def test_chat_answers_each_line_and_reads_a_follow_up_with_what_went_before(
    article_index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from qa import answer as asked_for

    histories: list[list[str]] = []

    def answer(*given: Any, history: Any, **options: Any) -> Any:
        histories.append([one.question for one in history])
        return asked_for(*given, history=history, **options)

    monkeypatch.setattr(sys.modules["qa.answer"], "answer", answer)
    typed = f"{QUESTION}\n\nその後は?\n{'x' * 2001}\n:new\n{QUESTION}\n:quit\nnever asked\n"
    result = qa("chat", "--index", article_index, "--json", given=typed)
    assert result.exit_code == 0
    assert [json.loads(line)["question"] for line in result.stdout.splitlines()] == [QUESTION, "その後は?", QUESTION]
    assert histories == [[], [QUESTION], [QUESTION, "その後は?"], []]
    assert result.stderr.count("\n") == 1 and "2,000" in result.stderr.replace("2000", "2,000")


def test_chat_ends_with_its_input_and_says_what_was_searched_for(article_index: Path) -> None:
    result = qa("chat", "--index", article_index, given=f"{QUESTION}\n")
    assert result.exit_code == 0
    assert "[1]" in result.stdout and "Searched for:" not in result.stdout


# --- the JSON of each command ----------------------------------------------------------------------------------


def test_search_prints_the_hits_of_retrieve(article_index: Path) -> None:
    from qa import Index, retrieve

    found = printed(qa("search", QUESTION, "-k", "3", "--index", article_index, "--json"))
    assert list(found) == ["question", "hits"]
    assert found["question"] == QUESTION
    assert [list(hit) for hit in found["hits"]] == [HIT_KEYS] * 3
    index = Index.open(article_index)
    expected = retrieve(index, QUESTION, k=3)
    assert [(hit["source"], hit["start"], hit["end"]) for hit in found["hits"]] == [
        (hit.passage.source, hit.start, hit.end) for hit in expected
    ]
    for hit, same in zip(found["hits"], expected, strict=True):
        assert hit["text"] == index.sources[hit["source"]].text[hit["start"] : hit["end"]]
        assert hit["score"] == pytest.approx(same.score)
        assert isinstance(hit["dense"], float)
        assert isinstance(hit["lexical"], float)
        assert hit["terms"] == list(same.terms)


def test_ask_prints_the_answer_of_answer(article_index: Path) -> None:
    from qa import Index, answer

    index = Index.open(article_index)
    expected = answer(index, QUESTION)
    assert expected.answered
    given = printed(qa("ask", QUESTION, "--index", article_index, "--json"))
    parts = ["question", "kind", "answered", "confidence", "text", "citations", "searched_for", "span", "sure"]
    assert list(given) == parts
    assert (given["question"], given["answered"], given["text"]) == (QUESTION, True, expected.text)
    assert given["confidence"] == pytest.approx(expected.confidence)
    assert given["citations"] == [citation.to_dict() for citation in expected.citations]
    for n, citation in enumerate(given["citations"], start=1):
        assert list(citation)[:5] == ["n", "source", "start", "end", "quote"]
        assert set(citation) <= {"n", "source", "start", "end", "quote", "kind", "context"}
        text = index.sources[citation["source"]].text
        assert all(text[part["start"] : part["end"]] == part["quote"] for part in citation.get("context", ()))
        assert citation["n"] == n
        assert citation["quote"] == index.sources[citation["source"]].text[citation["start"] : citation["end"]]
        assert f"[{n}]" in given["text"]


def test_index_and_json_stand_before_the_command_or_after_it(article_index: Path) -> None:
    after = printed(qa("search", QUESTION, "--index", article_index, "--json"))
    before = printed(qa("--index", article_index, "--json", "search", QUESTION))
    assert after == before


def test_a_declined_question_has_related_passages_and_no_citation(tmp_path: Path) -> None:
    built = tmp_path / "index"
    printed(qa("build", "--text", TEXT, "--index", built, "--json"))
    asked = ["ask", "What is the capital of Mongolia?", "--index", str(built)]
    given = printed(qa(*asked, "--json"))
    parts = [
        "question", "kind", "answered", "confidence", "text", "citations", "searched_for", "span", "sure", "related",
    ]  # fmt: skip
    assert list(given) == parts
    assert (given["answered"], given["text"], given["citations"]) == (False, "", [])
    assert [list(hit) for hit in given["related"]] == [HIT_KEYS]
    shown = qa(*asked).stdout
    assert shown.startswith("No answer to this was found in the text.\n\nRelated, not an answer:\n")
    assert TEXT in shown


def test_build_reads_standard_input_and_reports_what_it_built(tmp_path: Path) -> None:
    built = tmp_path / "index"
    first = printed(qa("build", "--text", "-", "--name", "lamp", "--index", built, "--json", given=TEXT))
    assert list(first) == BUILD_KEYS
    assert first | {"seconds": 0} == {
        "generation": 1, "sources": 1, "passages": 1, "embedded": 1, "reused": 0, "seconds": 0,
        "replaced": [], "added": [], "removed": [], "left_out": [], "notes": [],
    }  # fmt: skip
    again = printed(qa("build", "--text", TEXT, "--name", "lamp", "--index", built, "--json"))
    assert again | {"seconds": 0} == first | {"generation": 2, "embedded": 0, "reused": 1, "seconds": 0}
    (hit,) = printed(qa("search", "灯台の高さ", "--index", built, "--json"))["hits"]
    assert (hit["source"], hit["start"], hit["end"], hit["text"]) == ("lamp", 0, len(TEXT), TEXT)


def test_build_without_a_path_reads_the_folder_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "lamp.txt").write_text(TEXT, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert printed(qa("build", "--json"))["sources"] == 1
    assert (tmp_path / "index" / "CURRENT").read_text() == "1\n"


def test_texts_are_added_and_removed_one_by_one(tmp_path: Path) -> None:
    index = ("--index", tmp_path / "index", "--json")
    (tmp_path / "tower.md").write_text("塔は赤い。", encoding="utf-8")
    assert printed(qa("add", "--text", TEXT, "--name", "灯台", *index))["sources"] == 1
    added = printed(qa("add", tmp_path / "tower.md", *index))
    assert list(added) == BUILD_KEYS
    assert (added["sources"], added["embedded"], added["reused"]) == (2, 1, 1)
    removed = printed(qa("remove", "灯台", *index))
    assert list(removed) == [*BUILD_KEYS, "earlier"]
    assert (removed["sources"], removed["embedded"]) == (1, 0)
    assert "31メートル" not in "".join(hit["text"] for hit in printed(qa("search", "高さは", *index))["hits"])
    assert "no document named 灯台" in error_line(qa("remove", "灯台", *index[:2]))
    assert qa("add", *index).exit_code == 2 and qa("remove", *index).exit_code == 2


def test_another_file_of_the_same_name_is_kept_beside_the_first(tmp_path: Path) -> None:
    index = ("--index", tmp_path / "index")
    reports = [tmp_path / town / "報告.txt" for town in ("北", "南")]
    for path, sentence in zip(reports, ("水車は北町では三台ある。", "水車は南町では二台ある。"), strict=True):
        path.parent.mkdir()
        path.write_text(sentence, encoding="utf-8")
    qa("build", reports[0], *index)
    added = printed(qa("add", reports[1], "--json", *index))
    assert (added["sources"], added["replaced"]) == (2, [])
    listed = printed(qa("list", "--json", *index))["sources"]
    assert [(one["name"], one["path"]) for one in listed] == [
        ("報告.txt", str(reports[0])),
        ("南/報告.txt", str(reports[1])),
    ]
    assert f"from {reports[1]}" in qa("list", *index).stdout
    reports[0].write_text("水車は北町では四台ある。", encoding="utf-8")
    assert qa("add", reports[0], *index).stdout.splitlines()[-1] == "Replaced: 報告.txt."
    assert "四台" in printed(qa("ask", "水車は北町に何台ありますか", "--json", *index))["text"]


def test_remove_says_what_one_can_still_go_back_to(tmp_path: Path) -> None:
    index = ("--index", tmp_path / "index")
    for name in ("ガス灯", "塔", "橋"):
        qa("add", "--text", f"{name}は高い。", "--name", name, *index)
    kept = qa("remove", unicodedata.normalize("NFD", "ガス灯"), "--no-purge", *index).stdout
    assert kept.splitlines()[1:] == [
        "Generation 3 still holds ガス灯: `qa rollback` brings it back, and a removal without --no-purge removes it "
        "there too."
    ]
    purged = qa("remove", "塔", *index).stdout
    assert purged.splitlines()[1:] == ["Earlier generations were removed too: there is nothing to go back to."]
    assert "has no earlier generation" in error_line(qa("rollback", *index))
    qa("add", "--text", TEXT, *index)
    assert printed(qa("remove", "橋", "--no-purge", "--json", *index))["earlier"] == [6]
    qa("add", "--text", TEXT, "--name", "ガス灯", *index)
    assert printed(qa("remove", "text", "--json", *index))["earlier"] == []


def test_a_text_is_renamed_in_place_and_listed(tmp_path: Path) -> None:
    index = ("--index", tmp_path / "index")
    for name in ("灯台", "塔"):
        qa("add", "--text", TEXT + name, "--name", name, *index)
    renamed = printed(qa("rename", "灯台", "岬の灯台", "--json", *index))
    assert list(renamed) == BUILD_KEYS
    assert (renamed["sources"], renamed["embedded"]) == (2, 0)
    listed = printed(qa("list", "--json", *index))["sources"]
    assert [list(one) for one in listed] == [["name", "characters", "passages", "path", "sha256"]] * 2
    assert listed[0] == {
        "name": "岬の灯台",
        "characters": len(TEXT) + 2,
        "passages": 1,
        "path": None,
        "sha256": hashlib.sha256(f"{TEXT}灯台".encode()).hexdigest(),
    }
    assert [one["name"] for one in listed] == ["岬の灯台", "塔"]
    assert qa("list", *index).stdout.splitlines()[1] == f"塔: {len(TEXT) + 1} characters, 1 passage"
    assert "no document named 灯台" in error_line(qa("rename", "灯台", "丘", *index))
    assert "already a document named 塔" in error_line(qa("rename", "岬の灯台", "塔", *index))
    assert "There is no index in" in error_line(qa("list", "--index", tmp_path / "nowhere"))


def test_a_question_can_be_asked_of_chosen_sources(tmp_path: Path) -> None:
    index = ("--index", tmp_path / "index")
    for name, town in (("north", "北町"), ("south", "南町"), ("west", "西町")):
        qa("add", "--text", f"{town}には水車が二台ある。", "--name", name, *index)
    question = "水車は何台ありますか"
    answered = printed(qa("ask", question, "--source", "south", "--json", *index))
    assert {citation["source"] for citation in answered["citations"]} == {"south"}
    found = printed(qa("search", question, "--source", "south", "--source", "west", "--json", *index))
    assert {hit["source"] for hit in found["hits"]} == {"south", "west"}
    assert "no document named east" in error_line(qa("ask", question, "--source", "east", *index))
    assert "no document named east" in error_line(qa("search", question, "--source", "east", *index))


def test_keep_sets_how_many_generations_are_kept(tmp_path: Path) -> None:
    for number in range(4):
        printed(qa("build", "--text", f"{number}. {TEXT}", "--keep", "3", "--index", tmp_path / "index", "--json"))
    printed(qa("add", "--text", "猫は眠る。", "--index", tmp_path / "index", "--json"))  # the index remembers --keep
    kept = printed(qa("log", "--index", tmp_path / "index", "--json"))["generations"]
    assert [one["generation"] for one in kept] == [5, 4, 3]


def test_rollback_goes_back_to_the_generation_before(tmp_path: Path) -> None:
    index = ("--index", tmp_path / "index")
    qa("build", "--text", TEXT, "--name", "灯台", *index)
    qa("build", "--text", "塔は赤い。", "--name", "塔", *index)
    shown = qa("log", *index).stdout.splitlines()
    assert shown[0].startswith("* 2  ") and shown[0].endswith("1 passage of 塔")
    assert shown[1].startswith("  1  ") and shown[1].endswith("1 passage of 灯台")
    logged = printed(qa("log", *index, "--json"))["generations"]
    assert [(one["generation"], one["sources"], one["present"]) for one in logged] == [
        (2, ["塔"], True), (1, ["灯台"], False),
    ]  # fmt: skip
    assert printed(qa("rollback", *index, "--json")) == {"generation": 1, "sources": 1, "passages": 1}
    assert "31メートル" in qa("ask", "灯台の高さは何メートルですか", *index).stdout
    assert "has no earlier generation" in error_line(qa("rollback", *index))
    assert "There is no index in" in error_line(qa("log", "--index", tmp_path / "nowhere"))
    assert "There is no index in" in error_line(qa("rollback", "--index", tmp_path / "nowhere"))


def test_standard_input_in_another_encoding_is_decoded(tmp_path: Path) -> None:
    text = "灯台は1874年に建てられた。この灯台の高さは31メートルであり、毎年春に塗り直される。" * 3
    printed(qa("build", "--text", "-", "--index", tmp_path, "--json", given=text.encode("shift_jis")))
    (hit,) = printed(qa("search", "灯台の高さ", "-k", "1", "--index", tmp_path, "--json"))["hits"]
    assert hit["text"] == text


def test_eval_prints_the_figures_of_a_set(tmp_path: Path) -> None:
    compact = {"passages": [TEXT, "橋は木で造られている。"], "queries": [["灯台の高さは?", 0, ["31メートル"], "灯台"]]}
    path = tmp_path / "tiny.json"
    path.write_text(json.dumps(compact), encoding="utf-8")
    figures = printed(qa("eval", path, "--json"))
    assert list(figures) == [
        "set", "questions", "retrieval", "evidence", "forced", "abstention", "confidence", "verbatim", "languages",
        "intervals", "seconds",
    ]  # fmt: skip
    assert (figures["set"], figures["questions"], figures["verbatim"]) == ("tiny", 1, 1.0)
    assert figures["retrieval"] == {"R@1": 1.0, "R@5": 1.0, "R@10": 1.0, "MRR@10": 1.0, "nDCG@10": 1.0}
    assert list(figures["evidence"]) == ["first", "cited", "answer", "citations", "span", "f1"]
    assert list(figures["abstention"]) == ["answered_answerable", "declined_unanswerable", "AUC"]
    assert list(figures["confidence"]) == ["ece", "ece_width", "brier", "aurc"]
    shown = qa("eval", path, "--limit", "1").stdout
    assert shown.startswith("tiny: 1 question in ")
    assert "retrieval  of     R@1" in shown
    assert "confidence  of     ece" in shown


def test_eval_draws_risk_and_reliability_into_a_folder(tmp_path: Path) -> None:
    compact = {"passages": [TEXT], "queries": [["灯台の高さは?", 0, ["31メートル"], "灯台"]]}
    (tmp_path / "tiny.json").write_text(json.dumps(compact), encoding="utf-8")
    folder = tmp_path / "new" / "pictures"
    drawn = [str(folder / f"tiny-{kind}.svg") for kind in ("risk", "reliability")]
    assert printed(qa("eval", tmp_path / "tiny.json", "--pictures", folder, "--json"))["pictures"] == drawn
    assert sorted(map(str, folder.iterdir())) == sorted(drawn)
    shown = qa("eval", tmp_path / "tiny.json", "--pictures", folder).stdout
    assert shown.splitlines()[-1] == f"Pictures: {', '.join(drawn)}"
    assert qa("eval", tmp_path / "tiny.json", "--pictures", "").exit_code == 2


def test_pictures_that_cannot_be_written_are_one_sentence_before_any_question_is_asked(tmp_path: Path) -> None:
    compact = {"passages": [TEXT], "queries": [["灯台の高さは?", 0, ["31メートル"], "灯台"]]}
    (tmp_path / "tiny.json").write_text(json.dumps(compact), encoding="utf-8")
    line = error_line(qa("eval", tmp_path / "tiny.json", "--pictures", tmp_path / "tiny.json" / "in"))
    assert line == (
        f"The pictures cannot be written to {tmp_path / 'tiny.json' / 'in'} (Not a directory): "
        "choose another folder with --pictures."
    )


# --- what people read ------------------------------------------------------------------------------------------


def test_ask_shows_the_answer_then_its_excerpts_with_their_places(article_index: Path) -> None:
    given = printed(qa("ask", QUESTION, "--index", article_index, "--json"))
    lines = qa("ask", QUESTION, "--index", article_index).stdout.splitlines()
    assert "\n".join(lines).startswith(given["text"] + "\n\n[1] ")
    for cited in given["citations"]:
        (heading,) = [line for line in lines if line.startswith(f"[{cited['n']}] ")]
        assert heading.startswith(f"[{cited['n']}] {cited['source']}, {cited['start']}-{cited['end']}")
        assert lines[lines.index(heading) + 1] == f"    {cited['quote']}"


def test_search_shows_the_place_of_each_hit_and_why_it_was_found(article_index: Path) -> None:
    from qa import retrieve

    shown = qa("search", QUESTION, "-k", "2", "--index", article_index).stdout
    for n, hit in enumerate(retrieve(article_index, QUESTION, k=2), start=1):
        assert f"{n}. {hit.passage.source}, {hit.start}-{hit.end}" in shown
        assert hit.why in shown
    assert "\x1b" not in shown


def test_a_text_cannot_send_commands_to_the_terminal(tmp_path: Path) -> None:
    assert printable("a\x1b[2Jb\r\x9bc\u202ed\te\n") == "a\ufffd[2Jb\ufffd\ufffdc\ufffdd\te\n"
    qa("build", "--text", "塔は\x1b]0;owned\x07高い。", "--index", tmp_path)
    shown = qa("search", "塔", "--index", tmp_path).stdout
    assert "塔は\ufffd]0;owned\ufffd高い。" in shown
    assert "\x1b" not in shown


# --- errors ----------------------------------------------------------------------------------------------------


def test_a_question_that_cannot_be_asked_is_rejected(article_index: Path) -> None:
    assert "empty" in error_line(qa("ask", "", "--index", article_index))
    assert "empty" in error_line(qa("search", " \n", "--index", article_index, "--json"))
    assert "2,000" in error_line(qa("ask", "あ" * 2001, "--index", article_index))


@pytest.mark.parametrize("command", [("ask", QUESTION), ("search", QUESTION)])
def test_a_missing_index_names_the_command_that_makes_one(tmp_path: Path, command: tuple[str, str]) -> None:
    assert "qa build" in error_line(qa(*command, "--index", tmp_path / "none"))


def test_a_damaged_index_and_one_of_another_format_name_the_command_that_repairs_them(
    tmp_path: Path, article_index: Path
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(article_index, copy)
    manifest = next(copy.glob("generations/*/manifest.json"))
    original = manifest.read_text(encoding="utf-8")
    manifest.write_text(original.replace('"format": 3', '"format": 99'), encoding="utf-8")
    line = error_line(qa("ask", QUESTION, "--index", copy))
    assert "99" in line
    assert "qa build" in line
    manifest.write_text(original[:50], encoding="utf-8")
    assert "qa doctor --fix" in error_line(qa("ask", QUESTION, "--index", copy))


@pytest.mark.parametrize("content", [b"", b" \n\t\n", b"\x00\x01\x02\x03" * 400], ids=["empty", "blank", "binary"])
def test_a_file_that_is_no_text_is_rejected_by_name_and_leaves_no_index(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "odd.txt"
    path.write_bytes(content)
    assert "odd.txt" in error_line(qa("build", path, "--index", tmp_path / "index"))
    assert not (tmp_path / "index" / "CURRENT").exists()


def test_a_missing_file_and_a_folder_without_texts_are_rejected(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    assert "none.txt" in error_line(qa("build", tmp_path / "none.txt", "--index", tmp_path / "index"))
    assert "folder" in error_line(qa("build", tmp_path / "folder", "--index", tmp_path / "index"))
    assert error_line(qa("build", "--text", "", "--index", tmp_path / "index"))


def test_a_text_over_the_limit_is_rejected_until_the_limit_is_raised(tmp_path: Path) -> None:
    path = tmp_path / "long.txt"
    path.write_text(TEXT, encoding="utf-8")
    line = error_line(qa("build", path, "--max-chars", str(len(TEXT) - 1), "--index", tmp_path / "index"))
    assert "--max-chars" in line
    assert printed(qa("build", path, "--max-chars", len(TEXT).__str__(), "--index", tmp_path / "index", "--json"))


def test_a_web_address_is_fetched_only_with_urls(tmp_path: Path) -> None:
    address, index = "http://127.0.0.1:9/page", tmp_path / "index"
    assert error_line(qa("add", address, "--index", index)).startswith(f"{address} is a web address: start with --urls")
    assert "not on the public internet" in error_line(qa("build", "--urls", address, "--index", index))
    assert not index.exists()


def test_an_unknown_model_is_rejected(tmp_path: Path) -> None:
    line = error_line(qa("build", "--text", TEXT, "--model", str(tmp_path / "no-model"), "--index", tmp_path / "index"))
    assert "no-model" in line


def test_an_index_folder_that_cannot_be_made_is_rejected(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder", encoding="utf-8")
    assert "--index" in error_line(qa("build", "--text", TEXT, "--index", tmp_path / "file" / "index"))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_folder_is_rejected(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    assert "--index" in error_line(qa("build", "--text", TEXT, "--index", tmp_path / "index"))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_under_standard_output_is_one_sentence() -> None:
    with Path("/dev/full").open("wb") as full:
        command = [sys.executable, "-m", "qa", "--help"]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, timeout=30, text=True)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_question_set_that_cannot_be_read_is_rejected(tmp_path: Path) -> None:
    assert "There is no question set" in error_line(qa("eval", tmp_path / "none.json"))


# --- app.py and the users of the chat ---------------------------------------------------------------------------


def test_app_takes_the_options_of_serve() -> None:
    app = [sys.executable, str(ROOT / "app.py")]
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = subprocess.run([*app, "--port", port], capture_output=True, text=True, timeout=30)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"Cannot listen on 127.0.0.1 port {port}")
    wrong = subprocess.run([*app, "--prot", port], capture_output=True, text=True, timeout=30)
    assert wrong.returncode == 2
    assert "No such option" in wrong.stderr


def test_app_listens_on_the_port_it_is_given(tmp_path: Path) -> None:
    port = str(free_port())
    # There is nothing to build from, so that no model is loaded.
    options = ["--port", port, "--index", str(tmp_path / "index"), "--build-from", str(tmp_path / "none")]
    command = [sys.executable, str(ROOT / "app.py"), *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        assert server.stdout is not None
        assert server.stdout.readline() == f"cited-qa is running at http://127.0.0.1:{port}/\n"
        socket.create_connection(("127.0.0.1", int(port)), timeout=5).close()
        server.terminate()
    assert server.returncode == 0


def test_serving_that_fails_ends_with_1_and_one_line(tmp_path: Path) -> None:
    done = process("serve", "--port", "0", "--users", tmp_path / "none", "--index", tmp_path / "index")
    assert (done.returncode, done.stdout) == (1, b"")
    (line,) = done.stderr.decode().splitlines()
    assert str(tmp_path / "none") in line


def test_a_password_is_asked_for_on_standard_error() -> None:
    # Without a terminal of its own the process reads the password from standard input.
    done = process("password", "anna", input=b"secret\nsecret\n", start_new_session=True)
    assert done.returncode == 0
    (line,) = done.stdout.decode().splitlines()
    assert line.startswith("anna:")
    assert b"Password" in done.stderr


# --- as a process ----------------------------------------------------------------------------------------------


def test_as_a_process_it_prints_utf8_whatever_the_locale_and_no_noise(article_index: Path) -> None:
    locale = os.environ | {"LC_ALL": "C", "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    done = process("search", "CEO", "-k", "1", "--index", article_index, "--json", env=locale)
    assert (done.returncode, done.stderr) == (0, b"")
    (hit,) = json.loads(done.stdout.decode("utf-8"))["hits"]
    assert hit["text"] in Path("source/openai-turmoil.txt").read_text(encoding="utf-8")


def test_a_closed_pipe_is_no_error() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "qa", "--help"]
    done = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, timeout=30)
    os.close(writing)
    assert done.stderr == b""


def test_an_interrupt_ends_with_130_and_one_line(tmp_path: Path) -> None:
    text = "".join(f"{n}番目の文には{n * 7}個の石がある。\n\n" for n in range(6000))
    command = [sys.executable, "-m", "qa", "build", "--text", "-", "--index", str(tmp_path / "index")]
    # The children of a shell that runs the tests in the background ignore interrupts.
    child = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )  # fmt: skip
    assert child.stdin is not None
    child.stdin.write(text.encode())
    child.stdin.close()
    child.stdin = None
    end = time.monotonic() + 90
    while not list(tmp_path.glob("index/generations/*.unfinished")):
        assert child.poll() is None and time.monotonic() < end
        time.sleep(0.05)
    child.send_signal(signal.SIGINT)
    out, err = child.communicate(timeout=90)
    assert (child.returncode, out, err) == (130, b"", b"Interrupted.\n")
    assert not (tmp_path / "index" / "CURRENT").exists()


def test_on_a_terminal_progress_shows_and_citations_are_coloured(article_index: Path) -> None:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "qa", "ask", QUESTION, "--index", str(article_index)]
    child = subprocess.Popen(command, stdout=theirs, stderr=theirs, stdin=theirs, env=os.environ | {"TERM": "xterm"})
    os.close(theirs)
    shown = b""
    while chunk := _read(ours):
        shown += chunk
    os.close(ours)
    assert child.wait(timeout=60) == 0
    assert shown.startswith(b"Reading ...")
    assert b"\x1b[36m[1]\x1b[0m" in shown


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # Linux says so when the other side has closed
        return b""
