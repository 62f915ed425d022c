"""The package's public names are those it declares, it loads quickly, and its layout stays readable."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

from parsing import parsed

import qa
from qa import errors
from qa.reading.extraction.formats import FORMATS

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef)
MOST_LINES = 350
MOST_LINES_OF_FUNCTION = 60
EXTRA = re.compile(r"(?:cited-qa|pip install -e '\.)\[([\w,]+)\]")


def modules() -> list[tuple[str, Path]]:
    package = ROOT / "qa"
    return [
        (path.relative_to(package).parts[0].removesuffix(".py"), path)
        for path in sorted(package.rglob("*.py"))
        if path != package / "__init__.py"
    ]


def test_all_that_is_declared_is_there_and_sorted() -> None:
    assert sorted(qa.__all__) == qa.__all__
    for name in qa.__all__:
        assert getattr(qa, name).__name__ == name


def test_every_error_is_public_and_stands_in_the_tree() -> None:
    classes = {value for value in vars(errors).values() if isinstance(value, type)}
    names = {one.__name__ for one in classes if one.__module__ == errors.__name__}
    assert all(issubclass(getattr(errors, name), errors.QAError) for name in names)
    assert names <= set(qa.__all__)
    assert set(re.findall(r"\w*Error_?\b", errors.__doc__ or "")) == names


def test_answer_stays_the_function_after_its_module_is_imported() -> None:
    import qa.answer
    import qa.cli.commands

    assert callable(qa.answer)
    assert qa.answer.__name__ == "answer"


def test_the_installed_command_calls_the_shell() -> None:
    module, _, function = PROJECT["scripts"]["qa"].partition(":")
    script = f"import sys; from {module} import {function}; sys.argv = ['qa', '--version']; sys.exit({function}())"
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT)
    assert said.stdout == f"cited-qa {qa.__version__}\n", said.stderr
    # Scripts that an editable installation of an earlier version has written contain this name.
    assert PROJECT["scripts"]["qa"] == "qa.cli:main"


def test_importing_the_package_loads_nothing_heavy() -> None:
    code = (
        "import sys, qa; heavy = {'torch', 'gradio', 'transformers', 'sentence_transformers', 'faiss', 'numpy'};"
        "print(sorted(heavy & set(sys.modules)))"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert said.stdout.strip() == "[]"


def test_no_file_is_too_long_to_read() -> None:
    written = [path for kind in ("py", "js", "css", "html") for path in (ROOT / "qa").rglob(f"*.{kind}")]
    lines = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in written}
    assert {path: count for path, count in lines.items() if count > MOST_LINES} == {}


def test_no_function_is_too_long_to_read() -> None:
    """The functions of the scripts are measured by their linter (tests/js/lint.jsonc)."""
    functions = [node for _, path in modules() for node in ast.walk(parsed(path)) if isinstance(node, FUNCTION)]
    lines = [(function.name, (function.end_lineno or 0) - function.lineno + 1) for function in functions]
    assert [(name, count) for name, count in lines if count > MOST_LINES_OF_FUNCTION] == []


def test_a_private_function_has_a_name_that_says_what_it_does_and_few_others() -> None:
    bodies: dict[str, dict[str, set[Path]]] = {}
    for _, path in modules():
        for node in parsed(path).body:
            if isinstance(node, FUNCTION) and node.name.startswith("_"):
                bodies.setdefault(node.name, {}).setdefault(ast.dump(node), set()).add(path)
    assert {name: list(found.values()) for name, found in bodies.items() if len(found) > 2} == {}


def test_the_top_floor_has_few_modules_and_no_module_is_called_utils() -> None:
    top = sorted(path.name for path in (ROOT / "qa").glob("*.py"))
    assert len(top) <= 14, top
    names = {part for _, path in modules() for part in path.relative_to(ROOT).with_suffix("").parts}
    assert not names & {"utils", "util", "helpers", "helper", "common", "misc"}


def test_every_extra_that_is_named_anywhere_is_declared_and_every_library_stands_in_one_of_them() -> None:
    extras = PROJECT["optional-dependencies"]
    pages = [ROOT / "pyproject.toml", *ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *(ROOT / "qa").rglob("*.*")]
    texts = [path.read_text(encoding="utf-8") for path in pages if path.suffix in {".toml", ".md", ".py", ".json"}]
    named = {name for text in texts for found in EXTRA.findall(text) for name in found.split(",")}
    assert {"documents", "mcp", "test"} <= named
    assert named | {kind.extra for kind in FORMATS if kind.extra} <= set(extras)
    libraries = [re.split(r"[\[<>=;\s]", line)[0] for lines in extras.values() for line in lines]
    own = PROJECT["dependencies"]
    assert [name for name in libraries if name != PROJECT["name"] and libraries.count(name) > 1] == []
    assert [line for line in own if re.split(r"[\[<>=;\s]", line)[0] in set(libraries) - {"gradio"}] == []


def test_nothing_is_unpickled_and_no_remote_code_is_trusted() -> None:
    for _, path in modules():
        source = path.read_text(encoding="utf-8")
        assert not re.search(r"import (pickle|dill|joblib)|allow_pickle=True|trust_remote_code=True", source), path
        calls = [node.func for node in ast.walk(parsed(path)) if isinstance(node, ast.Call)]
        assert not {func.id for func in calls if isinstance(func, ast.Name)} & {"eval", "exec"}, path


def test_whatever_is_opened_nothing_is_unpickled(tmp_path: Path) -> None:
    code = (
        "import sys; unpickled = []\n"
        "def hook(event, given):\n"
        "    if event == 'pickle.find_class' and not given[0].startswith('babel.'):  # as it keeps its own locales\n"
        "        unpickled.append(given)\n"
        "sys.addaudithook(hook)\n"
        "from qa import Index, Source, answer\n"
        "from qa.suggestions import suggestions_of\n"
        "suggestions_of(Index.build(Source('a', 'The key is in the red box.'), sys.argv[1]))\n"
        "index = Index.open(sys.argv[1])\n"
        "answered = answer(index, 'Where is the key?', min_confidence=0).answered\n"
        "print(answered, suggestions_of(index) is not None, unpickled)"
    )
    command = [sys.executable, "-W", "ignore", "-c", code, str(tmp_path / "index")]
    said = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    assert said.stdout.strip() == "True True []"


def test_the_versions_agree() -> None:
    latest = re.search(r"^## \[?(\d+\.\d+\.\d+)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert latest is not None
    assert PROJECT["version"] == qa.__version__ == latest.group(1)
