"""A limit on how many callers do something at once: some run, a few wait in line, the rest are rejected.

Callers of every kind share one limit: the page, HTTP and MCP. A caller that waits holds a thread of the server, so the
line is short: if it could fill all threads, the page would stop answering as well.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from qa.errors import BusyError


class Turns:
    """A number of places and a line in front of them, served first come, first served. Safe for any thread."""

    def __init__(self, at_once: int, waiting: int) -> None:
        """Allow ``at_once`` callers to run and ``waiting`` more to wait."""
        self._free = at_once
        self._most_waiting = waiting
        self._line: deque[threading.Event] = deque()
        self._lock = threading.Lock()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Hold a place for the length of the block; wait for it if none is free.

        Raises:
            BusyError: as many callers as allowed are waiting.
        """
        place = self._line_up()
        try:
            if place:
                place.wait()
            yield
        finally:
            self._hand_back(place)

    def _line_up(self) -> threading.Event | None:
        """Take a free place and return None, or return the event that will be set when a place is handed over."""
        with self._lock:
            if self._free:
                self._free -= 1
                return None
            if len(self._line) >= self._most_waiting:
                raise BusyError
            place = threading.Event()
            self._line.append(place)
            return place

    def _hand_back(self, place: threading.Event | None) -> None:
        """Leave the line, or hand the place to the caller that has waited longest, or free it."""
        with self._lock:
            if place is not None and place in self._line:  # the wait was interrupted
                self._line.remove(place)
            elif self._line:
                self._line.popleft().set()
            else:
                self._free += 1
