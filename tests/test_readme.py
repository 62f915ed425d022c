"""What the README says can be typed as it stands."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from documents import SRT, pdf

from qa.cli.commands import main
from qa.index import Index

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
JAPANESE = (ROOT / "README.ja.md").read_text(encoding="utf-8")


def blocks(language: str, text: str = README) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.DOTALL | re.MULTILINE)


@pytest.fixture
def clone(tmp_path: Path, article_index: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder as after a clone and a first start."""
    shutil.copytree(ROOT / "source", tmp_path / "source")
    shutil.copytree(article_index, tmp_path / "index")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_python_example_runs(clone: Path, capsys: pytest.CaptureFixture[str]) -> None:
    [example] = blocks("python")
    exec(compile(example, "README.md", "exec"), {})
    assert "Emmett Shear氏を暫定CEOに任命しました。 [1]" in capsys.readouterr().out


@pytest.mark.parametrize("line", [line for line in blocks("sh")[2].splitlines() if line.startswith("qa ")])
def test_each_shell_example_runs(clone: Path, line: str) -> None:
    words = shlex.split(line, comments=True)
    result = CliRunner().invoke(main, words[1:])
    assert result.exit_code == 0, result.output
    assert result.stdout.strip()
    if "--json" in words:
        assert json.loads(result.stdout)


def test_texts_come_and_go_as_shown(clone: Path) -> None:
    (clone / "notes.txt").write_text("The gate's key is in the red box.", encoding="utf-8")
    for line in blocks("sh")[3].splitlines():
        result = CliRunner().invoke(main, shlex.split(line, comments=True)[1:])
        assert result.exit_code == 0, (line, result.output)
    assert list(Index.open("index").sources) == ["openai-turmoil.txt", "notes.txt"]


def test_documents_and_addresses_are_added_as_shown(clone: Path) -> None:
    (clone / "report.pdf").write_bytes(pdf(["石は近くの島から運ばれた。"]))
    (clone / "talk.srt").write_text(SRT, encoding="utf-8")
    [_, documents, address] = next(block for block in blocks("sh") if "report.pdf" in block).splitlines()
    result = CliRunner().invoke(main, shlex.split(documents, comments=True)[1:])
    assert result.exit_code == 0, result.output
    assert {"report.pdf", "talk.srt"} < set(Index.open("index").sources)
    result = CliRunner().invoke(main, shlex.split(address, comments=True)[1:])
    assert result.exit_code == 1 and "its name is not known" in result.output  # the tests have no network


def test_the_table_of_json_names_what_the_commands_print(clone: Path) -> None:
    for command, keys in re.findall(r"^\| `qa (\w+)[^|]*\| `([^`]*)` \|$", README, re.MULTILINE):
        if command in ("eval", "rollback"):
            continue  # their keys are tested with what they do
        arguments = {"build": ["source"], "log": [], "search": ["Loopt"], "ask": ["Looptとは何ですか"]}[command]
        printed = json.loads(CliRunner().invoke(main, [command, *arguments, "--json"]).stdout)
        top = re.sub(r": \[.*?\]", "", keys).replace(" ", "").split(",")
        assert set(top) <= set(printed), command
        for name, inner in re.findall(r"(\w+): \[(.*?)\]", keys):
            assert set(inner.replace(" ", "").split(",")) - {"..."} <= set(printed[name][0]), command


def test_both_languages_give_the_same_commands() -> None:
    assert blocks("sh", JAPANESE)[:2] == blocks("sh")[:2]
    assert blocks("python", JAPANESE)[0].splitlines()[:4] == blocks("python")[0].splitlines()[:4]


def test_every_file_that_is_linked_to_is_there() -> None:
    for text in (README, JAPANESE):
        for target in re.findall(r"\]\(([^)#:]+)\)", text):
            assert (ROOT / target).is_file(), target


def test_every_command_of_the_shell_is_in_the_readme() -> None:
    for name in main.commands:
        assert f"qa {name}" in README
        assert f"qa {name}" in JAPANESE


def test_the_module_answers_like_the_command() -> None:
    said = subprocess.run([sys.executable, "-m", "qa", "--version"], capture_output=True, text=True, cwd=ROOT)
    assert re.fullmatch(r"cited-qa \d+\.\d+\.\d+\n", said.stdout)
