"""A small language model that runs here, behind llama-cpp-python's server: what it writes is checked like any other.

Set CITED_QA_TEST_GGUF to the file of a model, or CITED_QA_LLM_URL and CITED_QA_LLM_MODEL to an endpoint that runs.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from browser import free_port

from qa import Index
from qa.llm.client import LanguageModel
from qa.llm.replies import reply_written
from qa.llm.statements import statements_of

pytestmark = pytest.mark.language_model
STARTS_WITHIN = 180


@pytest.fixture
def model() -> Iterator[LanguageModel]:
    pytest.importorskip("openai", reason="the extra llm is not installed")
    if url := os.environ.get("CITED_QA_LLM_URL"):
        yield LanguageModel(url, os.environ.get("CITED_QA_LLM_MODEL", "model"), os.environ.get("CITED_QA_LLM_KEY", ""))
        return
    weights = os.environ.get("CITED_QA_TEST_GGUF")
    if not weights:
        pytest.skip("no language model: set CITED_QA_TEST_GGUF or CITED_QA_LLM_URL")
    pytest.importorskip("llama_cpp", reason="llama-cpp-python is not installed")
    port = free_port()
    command = [sys.executable, "-m", "llama_cpp.server", "--model", weights, "--port", str(port), "--n_ctx", "4096"]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until = time.monotonic() + STARTS_WITHIN
        while True:
            try:
                httpx.get(f"http://127.0.0.1:{port}/v1/models", timeout=5, trust_env=False).raise_for_status()
                break
            except httpx.HTTPError:
                assert server.poll() is None and time.monotonic() < until
                time.sleep(0.5)
        yield LanguageModel(f"http://127.0.0.1:{port}/v1", "model", seconds=300)
    finally:
        server.terminate()
        server.wait(60)


def test_what_a_real_model_writes_has_a_verdict_on_each_sentence(article_index: Path, model: LanguageModel) -> None:
    index = Index.open(article_index)
    result = reply_written(index, "Who became interim CEO?", model=model)
    assert result.citations and result.written and result.written.done
    assert not result.written.trouble or result.written.sentences
    written = result.written
    if written.complete:
        places = [(one.start, one.end) for one in statements_of(written.text)]
        assert [(one.start, one.end) for one in written.sentences] == places
    numbers = {one.n for one in (*result.citations, *written.given)}
    assert all(set(one.cited) <= numbers for one in written.passed)
