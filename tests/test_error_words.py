"""Errors are reported in the visitor's language: each error that the page can meet has a sentence in every language."""

from __future__ import annotations

import ast
import errno
import json
import os
import re
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypeGuard

import pytest
from documents import locked, packed, pdf
from filelock import FileLock
from parsing import parsed
from samples import zipped

from qa import Index, Source, errors
from qa.catalogue import languages, words_of
from qa.errors import QAError
from qa.evaluation.calibrating import calibrate
from qa.llm.client import LanguageModel, check_installed
from qa.maintenance.repair import repair
from qa.reader.features import encoder_of
from qa.reader.loading import load_reader
from qa.reading.fetching import fetch, fetching_off_error
from qa.reading.files import DEFAULT_MAX_BYTES, read_folder, read_sources, source_from_bytes, source_from_text
from qa.retrieval import prepare, retrieve
from qa.search.sentence_transformer import SentenceTransformerEncoder, load_encoder
from qa.search.weights import convert, default_model_folder, packaged_weights
from qa.service.open_index import OpenIndex
from qa.storage import lock
from qa.storage.disk import storage_errors
from qa.storage.manifest import seal
from qa.storage.rollback import roll_back
from qa.storage.writing import IndexWriter
from qa.ui.refusals import sentence_for

PACKAGE = Path(__file__).parents[1] / "qa"
AT_THE_TERMINAL = ("serve.", "users.", "set.", "shell.", "call.", "doctor.")
"""Errors that the page cannot meet: of a server's start, accounts, question sets, the shell, the API, the doctor."""
NOT_CAUSED = {
    "source.permission",  # an administrator may read everything
    "record",  # of what a browser sent: tests/test_records.py
    *("url.failed", "url.late", "url.large", "url.redirects", "url.compressed", "url.broken"),  # tests/test_fetching.py
    # of an endpoint: tests/test_llm_client.py
    *(
        f"llm.{why}"
        for why in ("slow", "unreachable", "key", "busy", "server", "refused", "unreadable", "empty", "long")
    ),
    "service.busy",  # where too many ask at once: tests/test_endpoints.py
    "unexpected",
}

ISOLATES = str.maketrans("", "", "\u2066\u2068\u2069")


def sources_that_are_none(tmp_path: Path) -> Iterator[tuple[str, Callable[[], Any]]]:
    (tmp_path / "empty").mkdir()
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "long.txt").write_text("x" * 5000)
    yield "source.missing", lambda: read_sources(tmp_path / "שלום.txt")
    yield "source.unreadable", lambda: read_sources(tmp_path / "loop")
    yield "source.neither", lambda: read_sources(tmp_path / "pipe")
    yield "source.folder", lambda: read_sources(tmp_path / "empty")
    yield "source.long.least", lambda: read_sources(tmp_path / "long.txt", max_chars=1200)
    yield "source.long", lambda: source_from_text("a", "x" * 5000, max_chars=1200)
    yield "source.empty", lambda: source_from_text("a", " \n")
    yield "source.kind", lambda: source_from_bytes("a.txt", b"\x89PNG\r\n\x1a\n")
    yield "source.damaged", lambda: source_from_bytes("a.pdf", b"%PDF-1.7 ...")
    yield "source.encrypted", lambda: source_from_bytes("a.pdf", locked(pdf(["a"]), "secret"))
    yield "source.pictures", lambda: source_from_bytes("a.pdf", pdf([]))
    (tmp_path / "pysubs2.py").write_text("raise RuntimeError")

    def with_a_library_that_does_not_load() -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("PYTHONPATH", f"{tmp_path}{os.pathsep}{PACKAGE.parent}")
            source_from_bytes("a.srt", b"1")

    yield "source.reader", with_a_library_that_does_not_load
    yield "source.bomb", lambda: source_from_bytes("a.docx", packed({"word/document.xml": bytes(300 << 20)}))
    with (tmp_path / "heavy.pdf").open("wb") as heavy:
        heavy.truncate(DEFAULT_MAX_BYTES + 1)
    yield "source.heavy", lambda: read_sources(tmp_path / "heavy.pdf")

    def without_the_library() -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setitem(sys.modules, "pypdf", None)
            source_from_bytes("a.pdf", pdf(["a"]))

    yield "source.extra", without_the_library
    yield "source.nofolder", lambda: read_folder(tmp_path / "long.txt")
    yield "source.others", lambda: source_from_bytes("a.zip", zipped({"b.jpg": "x"}))
    yield "source.several", lambda: source_from_bytes("a.zip", zipped({"b.txt": "One.", "c.txt": "Two."}))
    yield "source.unnamed", lambda: read_sources("")
    yield "source.binary", lambda: source_from_bytes("a", bytes(range(256)) * 8)
    yield "source.encoding", lambda: source_from_bytes("a", b"\xef\xbb\xbf\xff\xff broken")
    yield "source.surrogate", lambda: Source("a", "x" * 1234 + "\ud800")

    def not_switched_on() -> None:
        raise fetching_off_error("https://example.org")

    yield "url.off", not_switched_on
    yield "url.form", lambda: fetch("ftp://example.org")
    yield "url.private", lambda: fetch("http://127.0.0.1:9/")
    yield "url.host", lambda: fetch("http://no-such-name.invalid/")
    yield "source.wordless", lambda: Index.build([Source("a", "\u200b")], tmp_path / "index")
    yield "calibrate.few", lambda: calibrate(Index.build([Source("a", "Ada came in 1912.")], tmp_path / "few"))


def questions_that_are_none(index: Index) -> Iterator[tuple[str, Callable[[], Any]]]:
    yield "question.empty", lambda: prepare(index, " \u200b")
    yield "question.unreadable", lambda: prepare(index, "\ue000\U000f0000")
    yield "question.long", lambda: prepare(index, "x" * 2001)
    yield "question.surrogate", lambda: prepare(index, "a\ud800")


def models_that_cannot_be_used(tmp_path: Path) -> Iterator[tuple[str, Callable[[], Any]]]:
    cut, other, no_folder = tmp_path / "cut.bin", tmp_path / "other.bin", tmp_path / "file"
    cut.write_bytes(b"E5")
    other.write_bytes(b"GGUF" + bytes(100))
    no_folder.write_text("")

    def unpack() -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("XDG_CACHE_HOME", str(no_folder))
            default_model_folder()

    yield "model.load", lambda: load_encoder("nothing", str(tmp_path / "nothing"))
    yield "model.tokenizer", lambda: SentenceTransformerEncoder(SimpleNamespace(tokenizer=object()), "slow")
    yield "model.reader", lambda: encoder_of(SimpleNamespace(encoder=None, name="other"))  # type: ignore[arg-type]
    (tmp_path / "reader").mkdir()
    config = {"encoder": "m", "lower": 8, "joint": 4, "sha256": "0" * 64}
    (tmp_path / "reader" / "config.json").write_text(json.dumps(config))
    (tmp_path / "reader" / "reader.safetensors").write_bytes(b"cut")
    yield "model.reader.load", lambda: load_reader(str(tmp_path / "nothing"))
    yield "model.reader.damaged", lambda: load_reader(str(tmp_path / "reader"))
    yield "model.damaged", lambda: convert(cut, tmp_path)
    yield "model.format", lambda: convert(other, tmp_path)
    if packaged_weights():
        yield "model.unpack", unpack

    def without_the_client() -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setitem(sys.modules, "openai", None)
            check_installed()

    yield "llm.url", lambda: LanguageModel("127.0.0.1:8080", "model")
    yield "llm.name", lambda: LanguageModel("http://127.0.0.1:8080/v1", " ")
    yield "llm.missing", without_the_client


def indexes_that_cannot_be_used(made: Path) -> Iterator[tuple[str, Callable[[], Any]]]:
    """Each changes the index again: they are caused in this order."""
    pointer, folder = made / "CURRENT", made / "generations" / "1"
    manifest = json.loads((folder / "manifest.json").read_text())

    def after(change: Callable[[], Any]) -> Callable[[], Any]:
        def cause() -> Any:
            change()
            return Index.open(made).embedder

        return cause

    def told(**changes: Any) -> Callable[[], Any]:
        content = {**manifest, **changes}
        content["sha256"] = seal(content)
        return lambda: (folder / "manifest.json").write_text(json.dumps(content))

    yield "index.missing", lambda: Index.open(made.parent / "nowhere")
    yield "index.folder", lambda: Index.open(folder / "manifest.json")
    yield "index.model", after(told(model={**manifest["model"], "fingerprint": "0"}))
    yield "model.gone", after(told(model={**manifest["model"], "name": str(made / "gone")}))
    yield "index.words", after(told(lexical={}))
    yield "index.format", after(told(format=99))
    yield "index.older", lambda: (told(format=1)(), Index.open(made, upgrade=False))
    yield "index.outside", after(told(files={"../x": ""}))
    yield "index.file.changed", after(lambda: (told()(), (folder / "spans.npy").write_bytes(b"")))
    yield "index.file.missing", after((folder / "spans.npy").unlink)
    yield "index.file.damaged", after(lambda: (folder / "manifest.json").write_text("{"))
    yield "index.hopeless", lambda: repair(made)
    yield "index.pointer", after(lambda: pointer.write_text("x"))
    yield "index.unreadable", after(lambda: (pointer.unlink(), pointer.mkdir()))


def changes_that_are_refused(path: Path) -> Iterator[tuple[str, Callable[[], Any]]]:
    cats, dogs = Source("cats", "Cats sleep."), Source("dogs", "Dogs bark.")
    index = Index.build([cats, dogs], path)
    yield "index.last", lambda: Index.open(path).remove(["cats", "dogs"])
    yield "index.taken", lambda: Index.open(path).rename("cats", "dogs")
    yield "index.unknown", lambda: Index.open(path).remove("birds")
    yield "index.earlier", lambda: roll_back(path)
    yield "index.generation", lambda: roll_back(path, 7)
    yield "sources.none", lambda: retrieve(index, "?", sources=[])

    def twice() -> None:
        [job] = OpenIndex(path).add([Source("kittens", "Cats sleep.")])
        assert job.error
        raise job.error

    yield "source.twice", twice

    def cancelled() -> None:
        open_index = OpenIndex(path)
        with FileLock(path / "LOCK"):  # the first job waits here, the second behind it
            open_index.remove("cats")
            building = ThreadPoolExecutor(1).submit(open_index.build, [cats])
            while not (waiting := [job for job in open_index.jobs if job.kind == "build"]):
                time.sleep(0.01)
            open_index.cancel(waiting[0].id)
        building.result()

    yield "job.cancelled", cancelled


def disks_that_refuse(tmp_path: Path) -> Iterator[tuple[str, Callable[[], Any]]]:
    (tmp_path / "photos" / "generations" / "1").mkdir(parents=True)
    yield "storage.foreign", lambda: Index.build(Source("a", "Cats sleep."), tmp_path / "photos")
    yield "storage.keep", lambda: Index.build(Source("a", "Cats sleep."), tmp_path / "kept", keep=0)

    def refusing(number: int) -> Callable[[], Any]:
        def cause() -> None:
            with storage_errors(tmp_path):
                raise OSError(number, os.strerror(number))

        return cause

    def locked() -> None:
        with pytest.MonkeyPatch.context() as patch, FileLock(tmp_path / "LOCK"):
            patch.setattr(lock, "_LOCK_SECONDS", 0)
            with IndexWriter(tmp_path, create=True):
                pass

    def locked_elsewhere() -> None:
        (tmp_path / "BUILDER").write_text('{"pid": 1, "since": "2026-11-25T12:00:00+00:00", "host": "gone"}')
        (tmp_path / "LOCK.held").touch()
        locked()

    yield "storage.full", refusing(errno.ENOSPC)
    yield "storage.permission", refusing(errno.EROFS)
    yield "storage.folder", refusing(errno.ENOTDIR)
    yield "storage.refused", refusing(errno.EIO)
    yield "storage.locked", locked
    yield "storage.locked.elsewhere", locked_elsewhere


@pytest.fixture(scope="module")
def caused(tmp_path_factory: pytest.TempPathFactory) -> dict[str, QAError]:
    """Key -> the error, each made by doing what leads to it."""
    made = tmp_path_factory.mktemp("made") / "index"
    index = Index.build([Source("a", "Cats sleep all day.")], made)
    causes = [
        *sources_that_are_none(tmp_path_factory.mktemp("sources")),
        *questions_that_are_none(index),
        *models_that_cannot_be_used(tmp_path_factory.mktemp("models")),
        *indexes_that_cannot_be_used(made),
        *changes_that_are_refused(tmp_path_factory.mktemp("changed") / "index"),
        *disks_that_refuse(tmp_path_factory.mktemp("disk")),
    ]
    found = {}
    for key, cause in causes:
        with pytest.raises(QAError) as raised:
            cause()
        assert raised.value.code == key
        found[key] = raised.value
    return found


@contextmanager
def naming(key: str) -> Iterator[None]:
    try:
        yield
    except AssertionError as failure:
        raise AssertionError(f"{key}: {failure}") from failure


def test_in_english_the_page_says_what_the_error_says(caused: dict[str, QAError]) -> None:
    for key, error in caused.items():
        with naming(key):
            assert sentence_for(error, words_of("en")).translate(ISOLATES) == str(error)
            assert not ISOLATES.keys() & set(map(ord, str(error)))


def test_in_every_language_the_sentence_holds_the_same_values(caused: dict[str, QAError]) -> None:
    for key, error in caused.items():
        for tag, words in languages().items():
            told = sentence_for(error, words)
            values = [words.number(value) if isinstance(value, int) else value for value in error.values.values()]
            shown = [
                value
                for name, value in zip(error.values, values, strict=True)
                if f"{{{name}}}" in str(words.table[f"error.{key}"])
            ]
            assert all(str(value) in told for value in shown), (tag, key)
            assert "{" not in re.sub(r"\{'.*|b'.*?'", "", told), (tag, key)
            assert tag == "en" or told != str(error), (tag, key)


def test_a_name_of_the_other_direction_is_isolated_in_its_sentence(caused: dict[str, QAError]) -> None:
    assert re.search("\u2068[^\u2069]*שלום.txt\u2069", sentence_for(caused["source.missing"], words_of("en")))
    assert re.search("\u2068a.txt\u2069", sentence_for(caused["source.kind"], words_of("ar")))


def test_every_sentence_that_the_page_can_show_is_caused_here(caused: dict[str, QAError]) -> None:
    codes = {key.removeprefix("error.") for key in words_of("en").table if key.startswith("error.")}
    optional = {"model.unpack"} - set(caused)
    assert {code for code in codes if not code.startswith(AT_THE_TERMINAL)} - NOT_CAUSED - optional == set(caused)


def test_every_error_that_is_raised_has_a_sentence() -> None:
    kinds = {name for name, value in vars(errors).items() if isinstance(value, type) and issubclass(value, QAError)}
    calls = [
        (f"{path.relative_to(PACKAGE)}:{node.lineno}", node.args[0])
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Call) and node.args and isinstance(node.func, ast.Name) and node.func.id in kinds
    ]
    literal = [(place, str(part.value)) for place, code in calls for part in ast.walk(code) if is_text(part)]
    assert len(literal) > 20
    assert [(place, code) for place, code in literal if f"error.{code}" not in words_of("en").table] == []


def is_text(node: ast.AST) -> TypeGuard[ast.Constant]:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def test_a_rejection_takes_a_key_and_a_reason_is_not_a_literal() -> None:
    calls = [node for path in PACKAGE.rglob("*.py") for node in ast.walk(parsed(path)) if isinstance(node, ast.Call)]
    rejections = [call.args[0] for call in calls if getattr(call.func, "id", "") == "rejected"]
    keys = [part.value for code in rejections for part in ast.walk(code) if is_text(part)]
    assert len(keys) > 5 and [key for key in keys if key not in words_of("en").table] == []
    reasons = [word.value for call in calls for word in call.keywords if word.arg == "why"]
    assert [reason.value for reason in reasons if is_text(reason)] == []


PROSE = re.compile(r"[A-Za-z]{2,},? [a-z]{2,}|^[A-Z][a-z]+[.!?]$")
"""Two words in a row, or one that is a sentence."""
MARKUP = re.compile(r"[<{*]|^show topic ")
"""HTML, scripts, headers, and classes of buttons."""
FOR_DEVELOPERS = {
    *("debug", "info", "warning", "error", "exception", "warn"),  # logs and warnings
    *("ValueError", "AttributeError", "RuntimeError", "OSError", "RecordError", "SystemExit", "Command"),
    *("option", "help_option", "version_option", "argument", "command", "group"),  # click's help texts
}
NOT_SENTENCES = (
    *("suggestions/", "asked.py", "extents.py", "text/"),
    *(
        "llm/quantities.py",
        "llm/names.py",
        "llm/polarity.py",
        "serving/metrics.py",
        "extraction/isolation.py",
        "reader/train",
        "reader/prepare",
        "reader/records",
    ),
)
"""Modules with the grammar of languages, the metrics' own names, code to run, and tools of developers."""
LABELS = {
    *("evidence, never declining", "same language", "other language", "depends on "),  # of tables of figures
    *("no index", "no model", "code points"),  # of JSON
    *("qa password NAME", "qa build"),
    "Office 97/encrypted Office",
}


def prose_of(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield the line and text of each string that reads like a sentence and is shown to people."""
    left_out = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}  # docstrings
    for node in ast.walk(tree):
        called = node.func if isinstance(node, ast.Call) else None
        if called and getattr(called, "attr", getattr(called, "id", "")) in FOR_DEVELOPERS:
            left_out |= {id(part) for part in ast.walk(node) if is_text(part)}
    for node in ast.walk(tree):
        if is_text(node) and id(node) not in left_out and not MARKUP.search(node.value) and PROSE.search(node.value):
            yield node.lineno, node.value


def test_no_sentence_for_people_is_written_in_the_code() -> None:
    modules = {path.relative_to(PACKAGE).as_posix(): path for path in PACKAGE.rglob("*.py")}
    found = {
        (f"{name}:{line}", text)
        for name, path in modules.items()
        if not any(part in name for part in NOT_SENTENCES)
        for line, text in prose_of(parsed(path))
        if text not in LABELS
    }
    assert found == set()
    assert list(prose_of(ast.parse('click.echo(f"The index in {path}")'))) == [(1, "The index in ")]


def test_every_sentence_that_the_code_says_is_there_and_gets_its_values() -> None:
    table, checked = words_of("en").table, 0
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(parsed(path)):
            name = getattr(node.func, "id", "") if isinstance(node, ast.Call) else ""
            if not isinstance(node, ast.Call) or name not in ("Sentence", "status", "progress_bar", "QAError"):
                continue
            if not node.args or not is_text(node.args[0]):
                continue
            key = f"error.{node.args[0].value}" if name == "QAError" else node.args[0].value
            assert key in table, (path, node.lineno)
            given = {word.arg for word in node.keywords} | ({"command"} if name == "QAError" else set())
            wanted = set(re.findall(r"{(\w+)}", str(table[key])))
            assert None in given or wanted <= given, (path, node.lineno)  # None: of **values
            checked += 1
    assert checked > 50


def test_all_errors_are_in_one_module_but_those_of_the_page() -> None:
    def kinds(of: type[QAError]) -> Iterator[type[QAError]]:
        yield of
        for kind in of.__subclasses__():
            yield from kinds(kind)

    elsewhere = {kind.__name__ for kind in kinds(QAError) if kind.__module__ != "qa.errors"}
    assert elsewhere <= {"RecordError", "RefusedError"}
    assert all(kind.__name__ in (errors.__doc__ or "") for kind in kinds(QAError) if kind.__module__ == "qa.errors")
