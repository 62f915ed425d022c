"""The examples of the READMEs run as written, and the documentation agrees with the code."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import shell_help
from click.testing import CliRunner, Result
from documents import SRT, pdf

from qa.cli import main
from qa.index import Index

ROOT = Path(__file__).parent.parent
READMES = ("README.md", "README.ja.md")
PAGES = sorted(
    path for path in (*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("index/*.md")) if path.is_file()
)
ARTICLE = ROOT / "source" / "openai-turmoil.txt"
ASKED = "暫定CEOになったTwitchの共同創業者は誰ですか"
MOST_LINES = 170
LINES_TYPED = 2
"""Of the shell's examples: the environment is activated, and an index is built."""


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def blocks(language: str, page: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", read(page), re.DOTALL | re.MULTILINE)


def shell_lines(page: str) -> list[list[str]]:
    """The words of each command in the page's shell blocks, comments and redirections left out."""
    lines = "".join(blocks("sh", page)).splitlines()
    return [shlex.split(re.sub(r" >>? \S+$", "", line), comments=True) for line in lines]


def qa(*words: str, given: str | None = None) -> Result:
    result = CliRunner().invoke(main, words, input=given)
    assert result.exit_code == 0, (words, result.output)
    return result


def as_typed(lines: list[str], folder: Path) -> str:
    """Run lines as they stand in one shell, in a folder with this virtual environment; return what they print."""
    (folder / ".venv").symlink_to(sys.prefix)
    if not (folder / ".venv" / "bin" / "activate").is_file():
        pytest.skip("the tests do not run in a virtual environment")
    plain = {**os.environ, "PATH": os.defpath}  # the `qa` that is found is the one of the activated environment
    ran = subprocess.run(["bash", "-ec", "\n".join(lines)], cwd=folder, env=plain, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder as it is after a clone, with the article's first pages, so that each change takes little time."""
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / ARTICLE.name).write_text(ARTICLE.read_text(encoding="utf-8")[:1500], encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


# The examples run


@pytest.mark.parametrize(
    ("page", "note"),
    [("README.md", "The gate's key is in the red box. [1]"), ("README.ja.md", "門の鍵は赤い箱の中にあります。 [1]")],
)
def test_the_python_example_runs(clone: Path, capsys: pytest.CaptureFixture[str], page: str, note: str) -> None:
    [example] = blocks("python", page)
    exec(compile(example, page, "exec"), {})
    printed = capsys.readouterr().out
    assert "Emmett Shear氏を暫定CEOに任命しました。 [1]" in printed and note in printed
    assert list(Index.open("demo-index").sources) == ["openai-turmoil.txt"]


def test_the_shell_examples_run_one_after_the_other(clone: Path) -> None:
    lines = "".join(blocks("sh", "README.md")[2:]).splitlines()
    # Each process takes seconds to load the model, so only the first commands are run in processes of their own.
    typed = as_typed(lines[:LINES_TYPED], clone)
    assert typed.startswith("index, generation 1: ")
    printed: dict[str, str] = {}
    for line in lines[LINES_TYPED:]:
        words = shlex.split(line, comments=True)
        if words[:2] == ["qa", "serve"]:
            continue  # it does not end; how its options are read is tested below
        if words[:2] == ["qa", "chat"]:
            printed["chat"] = qa("chat", given="Who became interim CEO?\n").stdout
            continue
        if words[0] == "qa":
            printed[" ".join(words[1:])] = qa(*words[1:]).stdout
        else:
            subprocess.run(["bash", "-ec", line], check=True)
    assert all(printed.values()), printed
    assert "Emmett Shear氏を暫定CEOに任命しました。" in printed["search who became interim CEO? -k 3"]
    assert "answered" in json.loads(printed["ask When was ChatGPT released? --json"])
    [from_notes] = [text for command, text in printed.items() if "--source notes.txt" in command]
    assert "[1]" in from_notes
    assert list(Index.open("index").sources) == ["openai-turmoil.txt", "gate.txt"]  # rolled back to before the removal


def test_documents_are_read_after_the_first_line(clone: Path) -> None:
    assert "'.[documents]'" in blocks("sh", "README.md")[0]
    (clone / "report.pdf").write_bytes(pdf(["石は近くの島から運ばれた。"]))
    (clone / "talk.srt").write_text(SRT, encoding="utf-8")
    qa("add", "report.pdf", "talk.srt")
    assert list(Index.open("index").sources) == ["report.pdf", "talk.srt"]


@pytest.mark.parametrize("page", [str(page.relative_to(ROOT)) for page in PAGES])
def test_every_call_of_qa_in_the_documentation_is_valid(page: str) -> None:
    for words in shell_lines(page):
        if words and words[0] == "qa":
            assert words[1] in main.commands, words
            command = main.commands[words[1]]
            given = [*words[2:], *(["--password", "any"] if words[1] == "password" else [])]
            # Raises a UsageError for options that do not exist.
            command.make_context(words[1], given, parent=main.make_context("qa", words[1:]))


# The documentation agrees with the code


def test_the_help_of_the_commands_is_in_the_documentation() -> None:
    page = read("docs/shell.md")
    # Versions of click break lines in different places.
    assert shell_help.with_help(page).split() == page.split(), "run: python tests/shell_help.py"


def test_the_table_of_json_names_what_the_commands_print(clone: Path) -> None:
    (clone / "notes.txt").write_text("The gate's key is in the red box.", encoding="utf-8")
    asked = {"id": "1", "question": "Where is the key?", "answers": [{"text": "red", "answer_start": 22}]}
    paragraph = {"context": "The gate's key is in the red box.", "qas": [asked]}
    (clone / "set.json").write_text(json.dumps({"data": [{"paragraphs": [paragraph]}]}), encoding="utf-8")
    calls = {
        "build": ["source"], "add": ["notes.txt"], "sync": ["source"], "kinds": [],
        "rename": ["notes.txt", "gate"], "list": [],
        "remove": ["gate", "--no-purge"], "log": [], "rollback": [], "search": ["CEO"], "ask": [ASKED],
        "doctor": [], "password": ["anna", "--password", "any"], "eval": ["set.json"],
        "calibrate": [],
    }  # fmt: skip
    printed = {name: json.loads(qa(name, *words, "--json").stdout) for name, words in calls.items()}
    printed["chat"] = json.loads(qa("chat", "--json", given=f"{ASKED}\n").stdout)
    record = clone / "record.json"
    record.write_text(json.dumps(printed["chat"]), encoding="utf-8")
    printed["replay"] = json.loads(CliRunner().invoke(main, ["replay", str(record), "--json"]).stdout)
    keys = ""
    for name, row in re.findall(r"^\| `qa (\w+)[^|]*\| (.*) \|$", read("docs/shell.md"), re.MULTILINE):
        keys = keys if row == "the same" else row.strip("`")
        assert set(re.sub(r": \[.*?\]", "", keys).split(", ")) <= set(printed[name]), name
        for outer, inner in re.findall(r"(\w+): \[(.*?)\]", keys):
            assert set(inner.split(", ")) <= set(printed[name][outer][0]), name
        del printed[name]
    assert not printed, "these commands are missing from the table"
    assert set(main.commands) == {*calls, "chat", "replay", "serve"}


@pytest.mark.parametrize("page", READMES)
def test_every_command_of_the_shell_is_in_the_readme(page: str) -> None:
    assert [name for name in main.commands if f"qa {name}" not in read(page)] == []


def test_every_file_that_is_linked_to_is_there() -> None:
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).is_file(), (page.name, target)


@pytest.mark.parametrize("page", ["ARCHITECTURE.md", "CONTRIBUTING.md"])
def test_every_path_that_is_named_is_there(page: str) -> None:
    named = re.findall(r"`((?:qa|tests|bench|docs|source|index|\.ci)/[\w./-]*)`", read(page))
    assert named
    placeholder = re.compile("NAME|TAG")
    assert [path for path in named if not (placeholder.search(path) or (ROOT / path).exists())] == []


def test_the_architecture_names_every_package_and_modules_that_are_there() -> None:
    rows = dict(re.findall(r"^\| `(qa/\w+/)` \| (.*) \|$", read("ARCHITECTURE.md"), re.MULTILINE))
    assert set(rows) == {f"qa/{path.parent.name}/" for path in ROOT.glob("qa/*/__init__.py")}
    for package, modules in rows.items():
        for name in re.findall(r"`([\w/]+)`", modules):
            assert (ROOT / package / name).is_dir() or (ROOT / package / f"{name}.py").is_file(), (package, name)


def test_the_drawing_of_the_packages_has_the_order_that_is_enforced() -> None:
    contracts = tomllib.loads(read("pyproject.toml"))["tool"]["importlinter"]["contracts"]
    [layers] = [contract["layers"] for contract in contracts if contract["type"] == "layers"]
    [drawing] = blocks("layers", "ARCHITECTURE.md")
    drawn = [re.split(r" {2,}", line)[0] for line in drawing.splitlines()]
    assert drawn == [layer.replace("qa.", "") for layer in layers]


# The two languages agree


def skeleton(code: str) -> list[str]:
    """The code without comments and with empty strings: what must not depend on the language of the page."""
    return [re.sub(r'"[^"]*"', '""', line.split("  #")[0]).rstrip() for line in code.splitlines()]


@pytest.mark.parametrize("kind", ["sh", "python"])
def test_both_readmes_have_the_same_examples(kind: str) -> None:
    english, japanese = ("\n".join(blocks(kind, page)) for page in READMES)
    assert skeleton(japanese) == skeleton(english)


def test_both_readmes_are_short_and_say_as_much() -> None:
    english, japanese = (len(read(page).splitlines()) for page in READMES)
    assert english <= MOST_LINES
    assert abs(japanese - english) <= english / 5


def test_the_module_answers_like_the_command() -> None:
    said = subprocess.run([sys.executable, "-m", "qa", "--version"], capture_output=True, text=True, cwd=ROOT)
    assert re.fullmatch(r"cited-qa \d+\.\d+\.\d+\n", said.stdout)
