"""Who is signed in: random tokens that browsers keep. The server stores only their SHA-256, and every session ends."""

from __future__ import annotations

import hashlib
import secrets
import time
from dataclasses import dataclass

UNUSED_SECONDS = 3600
"""How long a session lasts after its last request; an open page sends one at least once a minute."""
LONGEST_SECONDS = 12 * 3600
"""How long a session lasts after it began, even if it is used all the time."""
EACH = 20
"""Sessions that one name may have at once; one more ends the session that was used longest ago."""


@dataclass
class _Session:
    name: str
    began: float
    used: float


class Sessions:
    """Sessions in memory, so they also end with the server. Not thread-safe."""

    def __init__(self) -> None:
        self._open: dict[bytes, _Session] = {}

    def begin(self, name: str) -> str:
        """Begin a session of this name and return its token: 256 random bits in characters that a cookie may hold."""
        now = time.monotonic()
        self._open = {key: session for key, session in self._open.items() if not _ended(session, now)}
        own = [key for key, session in self._open.items() if session.name == name]
        if len(own) >= EACH:
            del self._open[min(own, key=lambda key: self._open[key].used)]
        token = secrets.token_urlsafe(32)
        self._open[_key(token)] = _Session(name, now, now)
        return token

    def goes_on(self, token: str) -> bool:
        """Return whether the session of this token is still open, and prolong it if it is."""
        session, now = self._open.get(_key(token)), time.monotonic()
        if session is None or _ended(session, now):
            return False
        session.used = now
        return True

    def end(self, token: str) -> None:
        """End the session of this token, if there is one."""
        self._open.pop(_key(token), None)


def _ended(session: _Session, now: float) -> bool:
    return now - session.used >= UNUSED_SECONDS or now - session.began >= LONGEST_SECONDS


def _key(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
