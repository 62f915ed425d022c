"""Who is signed in: random tokens that a browser keeps, of which only the SHA-256 is kept here; all of them end."""

from __future__ import annotations

import hashlib
import secrets
import time
from dataclasses import dataclass

UNUSED_SECONDS = 3600
"""A session ends so long after the last request with it; a page that is open asks at least once a minute."""
LONGEST_SECONDS = 12 * 3600
"""And so long after it began, however much it is used."""
EACH = 20
"""Sessions of one name at once; beyond them that which was used longest ago ends."""


@dataclass
class _Session:
    name: str
    began: float
    used: float


class Sessions:
    """Sessions in memory: they also end with the server. Not for use by several threads."""

    def __init__(self) -> None:
        self._open: dict[bytes, _Session] = {}

    def begin(self, name: str) -> str:
        """The token of a new session of this name: 256 random bits, in characters that a cookie may hold."""
        now = time.monotonic()
        self._open = {key: session for key, session in self._open.items() if not _ended(session, now)}
        own = [key for key, session in self._open.items() if session.name == name]
        if len(own) >= EACH:
            del self._open[min(own, key=lambda key: self._open[key].used)]
        token = secrets.token_urlsafe(32)
        self._open[_key(token)] = _Session(name, now, now)
        return token

    def goes_on(self, token: str) -> bool:
        """Whether the session of this token has not ended; it is used by that."""
        session, now = self._open.get(_key(token)), time.monotonic()
        if session is None or _ended(session, now):
            return False
        session.used = now
        return True

    def end(self, token: str) -> None:
        """Ends the session of this token, if there is one."""
        self._open.pop(_key(token), None)


def _ended(session: _Session, now: float) -> bool:
    return now - session.used >= UNUSED_SECONDS or now - session.began >= LONGEST_SECONDS


def _key(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
