"""Who may use a served chat: names with hashed passwords, from a file or the environment.

One line for each, as ``qa password NAME`` prints it: ``name:scrypt$n$r$p$salt$hash``, the last two in base64.
Passwords are hashed by scrypt (RFC 7914) with a salt of their own; blank lines and those with # are skipped.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
from dataclasses import dataclass
from pathlib import Path

from qa.errors import ServeError

ENVIRONMENT = "CITED_QA_USERS"
_N, _R, _P = 2**14, 8, 1
"""RFC 7914's cost, block size and parallelisation: 16 MiB and some 50 ms a password."""
_LARGEST_N = 2**17
_SALT = 16


@dataclass(frozen=True)
class _Hash:
    n: int
    r: int
    p: int
    salt: bytes
    digest: bytes

    def fits(self, password: str) -> bool:
        return hmac.compare_digest(_scrypt(password, self.salt, self.n, self.r, self.p), self.digest)


class Accounts:
    """Names and the hashes of their passwords."""

    def __init__(self, lines: str, where: str) -> None:
        """Reads lines; ``where`` they stand is told in errors.

        Raises:
            ServeError: a line is none, or there is none at all.
        """
        self._hashes: dict[str, _Hash] = {}
        for number, line in enumerate(lines.splitlines(), 1):
            if not line.strip() or line.startswith("#"):
                continue
            name, _, hashed = line.strip().partition(":")
            found = _parsed(hashed)
            if not name or found is None:
                raise ServeError("users.line", number=number, file=where, remedy="qa password NAME")
            self._hashes[name] = found
        if not self._hashes:
            raise ServeError("users.none", file=where, remedy="qa password NAME")

    def allow(self, name: str, password: str) -> bool:
        """Whether this is the password of this name; takes some 50 ms."""
        found = self._hashes.get(name)
        # Of an unknown name another's hash is compared: it takes as long as a known one.
        fits = (found or next(iter(self._hashes.values()))).fits(password)
        return fits and found is not None


def hashed_password(password: str) -> str:
    """A password's hash with a new salt, as it stands behind the name."""
    salt = os.urandom(_SALT)
    parts = (base64.b64encode(part).decode() for part in (salt, _scrypt(password, salt, _N, _R, _P)))
    return "$".join(["scrypt", str(_N), str(_R), str(_P), *parts])


def accounts_of(file: Path | None) -> Accounts | None:
    """The accounts of a file, else of the environment's ``CITED_QA_USERS``; None where neither is given.

    Raises:
        ServeError: the file cannot be read, or a line is no user.
    """
    if file is not None:
        try:
            return Accounts(file.read_text(encoding="utf-8"), str(file))
        except (OSError, UnicodeDecodeError) as error:
            raise ServeError("users.unreadable", file=str(file), why=str(error)) from error
    given = os.environ.get(ENVIRONMENT)
    return Accounts(given, ENVIRONMENT) if given else None


def _scrypt(password: str, salt: bytes, n: int, r: int, p: int) -> bytes:
    return hashlib.scrypt(
        password.encode("utf-8", "surrogatepass"), salt=salt, n=n, r=r, p=p, maxmem=256 * n * r, dklen=32
    )


def _parsed(hashed: str) -> _Hash | None:
    try:
        kind, n, r, p, salt, digest = hashed.split("$")
        found = _Hash(
            int(n), int(r), int(p), base64.b64decode(salt, validate=True), base64.b64decode(digest, validate=True)
        )
    except (ValueError, binascii.Error):
        return None
    sound = 1 < found.n <= _LARGEST_N and found.n & (found.n - 1) == 0 and (found.r, found.p) == (_R, _P)
    return found if kind == "scrypt" and sound and len(found.salt) >= _SALT and len(found.digest) == 32 else None
