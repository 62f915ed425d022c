"""Passwords are stored as hashes, and a line that is not a user is named."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from qa.cli import main
from qa.errors import ServeError
from qa.serving.accounts import ENVIRONMENT, Accounts, accounts_of, hashed_password


def test_each_name_has_its_own_password() -> None:
    lines = f"# readers\n\nanna:{hashed_password('鍵 key')}\nben:{hashed_password('')}\n"
    accounts = Accounts(lines, "here")
    assert accounts.allow("anna", "鍵 key") and accounts.allow("ben", "")
    for name, password in (
        ("anna", "key"),
        ("anna", ""),
        ("ben", "鍵 key"),
        ("carl", ""),
        ("", ""),
        ("anna", "\ud800"),
    ):
        assert not accounts.allow(name, password)


def test_two_hashes_of_a_password_differ_and_do_not_contain_it() -> None:
    one, other = hashed_password("swordfish"), hashed_password("swordfish")
    assert one != other and "swordfish" not in one
    assert one.startswith("scrypt$16384$8$1$")


HASHED = hashed_password("x")


@pytest.mark.parametrize(
    "line",
    [
        "anna", "anna:", "anna:swordfish", f":{HASHED}", "anna:scrypt$16384$8$1$AAAA$AAAA",
        "anna:" + HASHED.replace("16384", "16385"),
        "anna:" + HASHED.replace("16384", str(2**40)),  # would take all memory
        "anna:" + HASHED.replace("$8$", "$8000$"),
    ],
    ids=str.__len__,
)  # fmt: skip
def test_a_line_that_is_not_a_user_is_named(line: str) -> None:
    sentence = r"^Line 2 of users\.txt is not a user: replace it with a line printed by `qa password NAME`\.$"
    with pytest.raises(ServeError, match=sentence):
        Accounts(f"ben:{hashed_password('x')}\n{line}", "users.txt")


def test_a_file_without_users_is_rejected() -> None:
    with pytest.raises(ServeError, match="There is no user in here"):
        Accounts("# nobody yet\n", "here")


def test_accounts_come_from_the_file_else_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(ENVIRONMENT, raising=False)
    assert accounts_of(None) is None
    monkeypatch.setenv(ENVIRONMENT, f"anna:{hashed_password('a')}")
    users = tmp_path / "users"
    with pytest.raises(ServeError, match=r"cannot be read .*: give a file of users with --users\.$"):
        accounts_of(users)
    users.write_text(f"ben:{hashed_password('b')}", encoding="utf-8")
    from_environment, from_file = accounts_of(None), accounts_of(users)
    assert from_environment and from_environment.allow("anna", "a")
    assert from_file and from_file.allow("ben", "b") and not from_file.allow("anna", "a")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_users_file_may_begin_with_a_byte_order_mark(tmp_path: Path, encoding: str) -> None:
    users = tmp_path / "users"
    users.write_text(f"anna:{hashed_password('a')}\nben:{hashed_password('b')}\n", encoding=encoding)
    accounts = accounts_of(users)
    assert accounts and accounts.allow("anna", "a") and accounts.allow("ben", "b")


def test_the_command_prints_the_line_of_a_user() -> None:
    printed = CliRunner().invoke(main, ["password", "anna"], input="secret\nsecret\n")
    line = printed.stdout.splitlines()[-1]
    assert Accounts(line, "here").allow("anna", "secret")
    assert CliRunner().invoke(main, ["password", "an:na", "--password", "x"]).exit_code == 2
