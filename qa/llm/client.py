"""Messages -> a reply, piece by piece, from any endpoint that speaks OpenAI's protocol; by its official client.

The client runs in a thread of its own, for an endpoint may keep a connection open and say nothing: the caller can stop
at any time, and never waits longer than the model's ``seconds``.
"""

from __future__ import annotations

import ipaddress
import queue
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import Any
from urllib.parse import urlsplit

from qa.catalogue import Command
from qa.errors import LanguageModelError
from qa.llm.prompt import Message

LONGEST_REPLY = 6_000
"""Code points after which a reply is cut off."""
SECONDS = 90.0
"""How long a reply may take, retries included."""
CONNECT_SECONDS = 5.0
READ_SECONDS = 30.0
"""How long an endpoint may say nothing."""
TRIES = 3
"""How often a request is sent that fails for a reason that may pass: no connection, 408, 409, 429 or 5xx."""
FIRST_WAIT = 0.5
"""Seconds before the second try; each further wait is twice as long."""
LONGEST_WAIT = 8.0
_POLL = 0.1
_PASSING = frozenset({408, 409, 429})


@dataclass(frozen=True)
class LanguageModel:
    """A language model at an endpoint.

    Attributes:
        url: the base URL of the endpoint, such as ``http://127.0.0.1:8080/v1``.
        name: the name of the model there.
        key: the key of the endpoint; "" if it needs none. It is never shown.
        seconds: how long a reply may take, retries included.
    """

    url: str
    name: str
    key: str = field(default="", repr=False)
    seconds: float = SECONDS

    def __post_init__(self) -> None:
        try:
            parts = urlsplit(self.url)
            is_usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        except ValueError:
            is_usable = False
        if not is_usable:
            raise LanguageModelError("llm.url", url=repr(self.url))
        if not self.name.strip():
            raise LanguageModelError("llm.name")

    @property
    def host(self) -> str:
        """Where texts are sent: host and port, without a name or password."""
        return urlsplit(self.url).netloc.rpartition("@")[2]

    @property
    def is_local(self) -> bool:
        """Whether that is this machine."""
        host = urlsplit(self.url).hostname or ""
        return host == "localhost" or is_loopback(host)

    def stream(self, messages: Sequence[Message], stop: threading.Event | None = None) -> Iterator[str]:
        """Yield the reply to messages piece by piece.

        Args:
            messages: what is sent.
            stop: set it to end the reply; what has arrived was yielded.

        Raises:
            LanguageModelError: there is no reply, or it breaks off; what has arrived before was yielded.
        """
        stop = stop or threading.Event()
        until = time.monotonic() + self.seconds
        for tried in range(1, TRIES + 1):
            arrived = False
            try:
                for piece in self._once(messages, stop, until):
                    arrived = True
                    yield piece
                return
            except LanguageModelError as error:
                wait = min(LONGEST_WAIT, max(FIRST_WAIT * 2 ** (tried - 1), float(str(error.values.get("after", 0)))))
                may_pass = error.code in ("llm.unreachable", "llm.busy", "llm.server") and not arrived
                if not may_pass or tried == TRIES or time.monotonic() + wait >= until:
                    raise
                if stop.wait(wait):
                    return

    def _once(self, messages: Sequence[Message], stop: threading.Event, until: float) -> Iterator[str]:
        """Yield the reply to one request."""
        pieces: queue.Queue[str | Exception | None] = queue.Queue(maxsize=256)
        ended = threading.Event()
        worker = threading.Thread(
            target=self._request, args=(messages, pieces, ended), name="cited-qa-llm", daemon=True
        )
        worker.start()
        length = 0
        try:
            while not stop.is_set():
                if time.monotonic() >= until:
                    raise LanguageModelError("llm.slow", host=self.host)
                try:
                    piece = pieces.get(timeout=_POLL)
                except queue.Empty:
                    continue
                if piece is None:
                    return
                if isinstance(piece, Exception):
                    raise self._error(piece) from piece
                length += len(piece)
                yield piece
                if length > LONGEST_REPLY:
                    raise LanguageModelError("llm.long", host=self.host)
        finally:
            ended.set()

    def _request(
        self, messages: Sequence[Message], pieces: queue.Queue[str | Exception | None], ended: threading.Event
    ) -> None:
        """Put the pieces of one reply into a queue, then None, or the error that ended it."""

        def put(piece: str | Exception | None) -> None:
            while not ended.is_set():
                try:
                    pieces.put(piece, timeout=_POLL)
                except queue.Full:
                    continue
                break

        try:
            with _client(self) as client:
                made: Any = client.chat.completions.create(
                    model=self.name, messages=messages, stream=True, temperature=0
                )
                with made as chunks:
                    for chunk in chunks:
                        if ended.is_set():
                            return
                        if text := _text_of(chunk):
                            put(text)
            put(None)
        except Exception as error:
            put(error)

    def _error(self, error: Exception) -> LanguageModelError:
        """Return what went wrong as an error of ours, without anything that the endpoint said."""
        from openai import APIConnectionError, APIStatusError, APITimeoutError

        if isinstance(error, APITimeoutError):
            return LanguageModelError("llm.slow", host=self.host)
        if isinstance(error, APIConnectionError):
            return LanguageModelError("llm.unreachable", host=self.host)
        if isinstance(error, APIStatusError):
            status = error.status_code
            if status in (401, 403):
                return LanguageModelError("llm.key", host=self.host)
            if status in _PASSING:
                return LanguageModelError("llm.busy", host=self.host, after=_after(error))
            if status >= 500:
                return LanguageModelError("llm.server", host=self.host, status=str(status))
            return LanguageModelError("llm.refused", host=self.host, status=str(status), model=repr(self.name))
        return LanguageModelError("llm.unreadable", host=self.host)


def is_loopback(host: str) -> bool:
    """Return whether a host is an address of this machine's own loop; a name is not looked up."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def check_installed() -> None:
    """Check that the client is there, without loading it.

    Raises:
        LanguageModelError: it is not.
    """
    try:
        is_there = find_spec("openai") is not None
    except ValueError:  # something else stands under that name
        is_there = False
    if not is_there:
        raise LanguageModelError("llm.missing", remedy=Command.of("pip", "install", "cited-qa[llm]"))


def _client(model: LanguageModel) -> Any:
    """Return the official client, without retries of its own: ours can be stopped and keep to the time."""
    check_installed()
    import openai
    from openai import OpenAI

    times = openai.Timeout(min(READ_SECONDS, model.seconds), connect=min(CONNECT_SECONDS, model.seconds))
    # The client takes what is None from OPENAI_... in the environment, which is meant for another endpoint.
    # A proxy that the environment names is for other machines, and a redirect would send texts where nobody said.
    http = openai.DefaultHttpxClient(trust_env=not model.is_local, follow_redirects=False, timeout=times)
    return OpenAI(base_url=model.url, api_key=model.key or "none", timeout=times, max_retries=0, http_client=http)


def _text_of(chunk: Any) -> str:
    """Return the text of a piece of a reply; anything may be missing from what an endpoint sends."""
    choices = getattr(chunk, "choices", None)
    if not choices:
        return ""
    delta = getattr(choices[0], "delta", None)
    text = getattr(delta, "content", None)
    return text if isinstance(text, str) else ""


def _after(error: Any) -> float:
    """Return the seconds after which an endpoint wants to be asked again; 0 if it does not say."""
    try:
        return max(0.0, float(error.response.headers.get("retry-after", "0")))
    except (AttributeError, ValueError):
        return 0.0
