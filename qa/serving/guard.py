"""An ASGI application -> a ``Guard`` around it, which rejects requests and adds headers to every reply.

A request must name this server in its Host header (otherwise a foreign page could reach it through DNS), must not
write from another site's page, must not be too large, and must not come too often. Where there are accounts,
``sign_in.py`` decides who may come in.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any

from qa.catalogue import words_accepted
from qa.serving.clients import client_of

if TYPE_CHECKING:
    from starlette.responses import Response

MAX_BODY = 64 * 1024**2
"""Bytes of a request: an upload of the largest file, and the form around it."""
OPEN_PATHS = ("/healthz", "/readyz")
"""Paths that a supervisor asks without a password; they show nothing of any text."""
BUSY_RETRY_SECONDS = 5
"""After how long a program should repeat a request that was rejected because the server was busy."""

CONTENT_SECURITY_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; connect-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; "
    "frame-ancestors 'none'"
)
"""Gradio compiles its templates in the page and needs 'unsafe-eval'. Nothing from another host may be loaded."""

SECURITY_HEADERS = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",  # with "no-referrer" our own forms would send the Origin "null"
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


class Guard:
    """ASGI middleware: rejects requests and adds the security headers to every reply."""

    def __init__(
        self,
        app: Any,
        hosts: frozenset[str],
        stranger: Callable[[Any], Awaitable[Any]] | None = None,
        rate: int | None = None,
        seen: Callable[[str, int], None] = lambda method, status: None,
        busy: Callable[[Any], bool] = lambda scope: False,
    ) -> None:
        """Wrap an application.

        Args:
            app: the ASGI application.
            hosts: this server's names; IP addresses are accepted as well.
            stranger: takes a Starlette request and returns the response that rejects it, or None to let it in.
                Without it, everyone may come in.
            rate: requests other than GET and HEAD per client and minute; None for any number.
            seen: called with the method and the status of each reply.
            busy: takes a request's scope and returns whether the application rejected it for being busy; the reply
                then gets status 503, because Gradio replies to every error with 500.
        """
        from limits import RateLimitItemPerMinute
        from limits.storage import MemoryStorage
        from limits.strategies import MovingWindowRateLimiter

        self._app = app
        self._hosts = hosts
        self._stranger = stranger
        self._seen = seen
        self._busy = busy
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._rate = RateLimitItemPerMinute(rate) if rate else None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Pass a request on, or reject it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = too_large = False
        received = 0

        async def send_guarded(message: Any) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                message = self._with_headers(scope, message)
                self._seen(scope["method"], message["status"])
            await send(message)

        async def send_unless_too_large(message: Any) -> None:
            if started or not too_large:
                await send_guarded(message)

        async def receive_bounded() -> Any:
            nonlocal received, too_large
            message = await receive()
            received += len(message.get("body", b""))
            too_large = received > MAX_BODY
            return {"type": "http.disconnect"} if too_large else message

        headers: dict[str, str] = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        rejection = await self._rejection(scope, headers)
        try:
            await (rejection or self._app)(scope, receive_bounded, send_unless_too_large)
        except Exception:
            if not too_large:  # a request cut off for its size makes the application report a lost client
                raise
        if too_large and not started:
            await rejected("http.large", headers, 413)(scope, receive, send_guarded)

    def _with_headers(self, scope: Any, start: Any) -> Any:
        """Return the first message of a reply with our headers instead of the application's own."""
        status = start["status"]
        headers = [(name, value) for name, value in start["headers"] if not _is_ours_to_send(name.decode().lower())]
        headers += [(name.encode(), value.encode()) for name, value in SECURITY_HEADERS.items()]
        if self._stranger and scope["path"] == "/":  # otherwise "back" shows the page after signing out
            headers.append((b"cache-control", b"no-store"))
        if status == 500 and self._busy(scope):
            status = 503
            headers.append((b"retry-after", str(BUSY_RETRY_SECONDS).encode()))
        return {**start, "status": status, "headers": headers}

    async def _rejection(self, scope: Any, headers: dict[str, str]) -> Any:
        """Return the response that rejects a request, or None to let it through."""
        writes = scope["method"] not in ("GET", "HEAD")
        if not is_ours(headers.get("host", ""), self._hosts):
            return rejected("http.host", headers, 400)
        if writes and _from_elsewhere(headers):
            return rejected("http.foreign", headers, 403)
        length = headers.get("content-length", "")
        if length.isdecimal() and int(length) > MAX_BODY:
            return rejected("http.large", headers, 413)
        if writes and self._rate and not self._limiter.hit(self._rate, "asked", client_of(scope)):
            return rejected("http.often", headers, 429, {"retry-after": "60"})
        if self._stranger and scope["path"] not in OPEN_PATHS:
            from starlette.requests import Request

            return await self._stranger(Request(scope))
        return None


def rejected(key: str, asked: Mapping[str, str], status: int, headers: dict[str, str] | None = None) -> Response:
    """Return a response in FastAPI's form for errors; the page and Gradio's clients show the sentence in it.

    Args:
        key: the key of the sentence in the language files.
        asked: the headers of the request, in lower case; they say in which language the client reads.
        status: the HTTP status.
        headers: headers of the response.
    """
    from starlette.responses import JSONResponse

    sentence = words_accepted(asked.get("accept-language", "")).say_plainly(key)
    return JSONResponse({"detail": sentence}, status, headers)


def is_ours(host: str, names: frozenset[str]) -> bool:
    """Return whether a Host header names this server. Any IP address does: an attack through DNS needs a name."""
    name = host.rpartition(":")[0] if host.rpartition(":")[2].isdecimal() and not host.endswith("]") else host
    name = name.removeprefix("[").removesuffix("]").lower()
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return name in names
    return True


def _is_ours_to_send(header: str) -> bool:
    """Return whether the guard sets a header. Gradio's CORS headers would let other sites read along."""
    return header in SECURITY_HEADERS or header.startswith("access-control-")


def _from_elsewhere(headers: dict[str, str]) -> bool:
    origin = headers.get("origin")
    return origin is not None and origin.partition("://")[2] != headers.get("host")
