"""A users file or an environment variable -> ``Accounts``: who may use a served chat.

Each line is one user, as ``qa password NAME`` prints it: ``name:scrypt$n$r$p$salt$hash``, salt and hash in base64.
Passwords are hashed with scrypt (RFC 7914), each with its own salt. Blank lines and lines that start with # are
skipped.
"""

from __future__ import annotations

import base64
import binascii
import codecs
import hashlib
import hmac
import os
from dataclasses import dataclass
from pathlib import Path

from qa.errors import ServeError

ENVIRONMENT = "CITED_QA_USERS"
_N, _R, _P = 2**14, 8, 1
"""RFC 7914's cost, block size and parallelization: 16 MiB and about 50 ms per password."""
_LARGEST_N = 2**17
_SALT_BYTES = 16
_DIGEST_BYTES = 32


def accounts_of(file: Path | None) -> Accounts | None:
    """Return the accounts of a file, else those of the variable ``CITED_QA_USERS``; None if neither is given.

    Raises:
        ServeError: the file cannot be read, a line is not a user, or there is no user at all.
    """
    if file is not None:
        try:
            return Accounts(_decode(file.read_bytes()), str(file))
        except (OSError, UnicodeDecodeError) as error:
            raise ServeError("users.unreadable", file=str(file), why=str(error)) from error
    given = os.environ.get(ENVIRONMENT)
    return Accounts(given, ENVIRONMENT) if given else None


def hashed_password(password: str) -> str:
    """Return the hash of a password with a new salt, as it follows the name in a users file."""
    salt = os.urandom(_SALT_BYTES)
    encoded = (base64.b64encode(part).decode() for part in (salt, _scrypt(password, salt, _N, _R, _P)))
    return "$".join(["scrypt", str(_N), str(_R), str(_P), *encoded])


@dataclass(frozen=True)
class _Hash:
    """A password's hash and the parameters it was made with."""

    n: int
    r: int
    p: int
    salt: bytes
    digest: bytes

    def matches(self, password: str) -> bool:
        return hmac.compare_digest(_scrypt(password, self.salt, self.n, self.r, self.p), self.digest)


class Accounts:
    """The names of users and the hashes of their passwords."""

    def __init__(self, lines: str, where: str) -> None:
        """Read the lines; errors name ``where`` they come from.

        Raises:
            ServeError: a line is not a user, or there is no user at all.
        """
        self._hashes: dict[str, _Hash] = {}
        for number, line in enumerate(lines.splitlines(), 1):
            if not line.strip() or line.startswith("#"):
                continue
            name, _, hashed = line.strip().partition(":")
            parsed = _parse_hash(hashed)
            if not name or parsed is None:
                raise ServeError("users.line", number=number, file=where, remedy="qa password NAME")
            self._hashes[name] = parsed
        if not self._hashes:
            raise ServeError("users.none", file=where, remedy="qa password NAME")

    def allow(self, name: str, password: str) -> bool:
        """Return whether this is the password of this name; takes about 50 ms."""
        known = self._hashes.get(name)
        # An unknown name takes as long as a known one, so that the time does not tell which names exist.
        matches = (known or next(iter(self._hashes.values()))).matches(password)
        return matches and known is not None


def _decode(content: bytes) -> str:
    """Decode a users file: UTF-8, or UTF-16 with a byte order mark, which PowerShell's ``>`` writes."""
    utf_16 = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return content.decode("utf-16" if utf_16 else "utf-8-sig")


def _scrypt(password: str, salt: bytes, n: int, r: int, p: int) -> bytes:
    encoded = password.encode("utf-8", "surrogatepass")
    return hashlib.scrypt(encoded, salt=salt, n=n, r=r, p=p, maxmem=256 * n * r, dklen=_DIGEST_BYTES)


def _parse_hash(hashed: str) -> _Hash | None:
    """Parse what :func:`hashed_password` wrote; None for anything else, also for a hash that would cost too much."""
    try:
        kind, n, r, p, salt, digest = hashed.split("$")
        parsed = _Hash(
            int(n), int(r), int(p), base64.b64decode(salt, validate=True), base64.b64decode(digest, validate=True)
        )
    except (ValueError, binascii.Error):
        return None
    cost_is_allowed = 1 < parsed.n <= _LARGEST_N and parsed.n & (parsed.n - 1) == 0 and (parsed.r, parsed.p) == (_R, _P)
    lengths_fit = len(parsed.salt) >= _SALT_BYTES and len(parsed.digest) == _DIGEST_BYTES
    return parsed if kind == "scrypt" and cost_is_allowed and lengths_fit else None
