"""What the suite shares: one index of the article, and no way out to any other host."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytest_socket import socket_allow_hosts
from states import browser, reach, served  # noqa: F401

ARTICLE = Path(__file__).parent.parent / "source" / "openai-turmoil.txt"


def pytest_runtest_setup() -> None:
    """Connections go to this machine alone; anything else fails the test."""
    socket_allow_hosts(["127.0.0.1", "::1"], allow_unix_socket=True)


@pytest.fixture(scope="session")
def article_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an index built from the article. Read-only by agreement: copy it to change it."""
    from qa.index import Index

    path = tmp_path_factory.mktemp("article") / "index"
    Index.build([ARTICLE], path)
    return path
