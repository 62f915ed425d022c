"""What stands before the served page: whose request is let through, and what every answer carries.

A request has to ask for us by a name of ours (else a foreign page could reach us by DNS), may not write from
another site's page, has a bounded body and comes at a bounded rate. Where there are accounts, who is a stranger is told
by ``ui/sign_in.py``.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from starlette.responses import Response

MAX_BODY = 64 * 1024**2
"""Bytes of a request: an upload of the largest file and what a form puts around it."""
OPEN_PATHS = ("/healthz", "/readyz")
"""What a supervisor asks without a password; they tell no text."""

CONTENT_SECURITY_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; connect-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; "
    "frame-ancestors 'none'"
)
"""Gradio compiles its templates in the page, hence 'unsafe-eval'; what matters is that nothing is foreign."""

SECURITY_HEADERS = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",  # by "no-referrer" a form of our own would come from nowhere
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


class Guard:
    """ASGI middleware."""

    def __init__(
        self,
        app: Any,
        hosts: frozenset[str],
        stranger: Callable[[Any], Awaitable[Any]] | None = None,
        rate: int | None = None,
        seen: Callable[[str, int], None] = lambda method, status: None,
    ) -> None:
        """Stands before an application.

        Args:
            app: the ASGI application.
            hosts: the names that are ours, beside any address.
            stranger: given a request (Starlette's), the response that refuses it, or None; left out: all may come in.
            rate: requests that change or ask something, from one client in a minute; None: any number.
            seen: called with the method and the status of each answer.
        """
        from limits import RateLimitItemPerMinute
        from limits.storage import MemoryStorage
        from limits.strategies import MovingWindowRateLimiter

        self._app = app
        self._hosts = hosts
        self._stranger = stranger
        self._seen = seen
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._rate = RateLimitItemPerMinute(rate) if rate else None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = too_large = False
        taken = 0

        async def send_guarded(message: Any) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                self._seen(scope["method"], message["status"])
                headers = [(name, value) for name, value in message["headers"] if not _is_ours(name.decode().lower())]
                headers += [(name.encode(), value.encode()) for name, value in SECURITY_HEADERS.items()]
                if self._stranger and scope["path"] == "/":  # else "back" shows the page after signing out
                    headers.append((b"cache-control", b"no-store"))
                message = {**message, "headers": headers}
            await send(message)

        async def send_unless_too_large(message: Any) -> None:
            if started or not too_large:
                await send_guarded(message)

        async def receive_bounded() -> Any:
            nonlocal taken, too_large
            message = await receive()
            taken += len(message.get("body", b""))
            too_large = taken > MAX_BODY
            return {"type": "http.disconnect"} if too_large else message

        headers: dict[str, str] = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        refusal = await self._refusal(scope, headers)
        try:
            await (refusal or self._app)(scope, receive_bounded, send_unless_too_large)
        except Exception:
            if not too_large:  # else it says that its client has gone
                raise
        if too_large and not started:
            await refused("This request is too large.", 413)(scope, receive, send_guarded)

    async def _refusal(self, scope: Any, headers: dict[str, str]) -> Any:
        writes = scope["method"] not in ("GET", "HEAD")
        client = scope["client"][0] if scope.get("client") else ""
        if not is_ours(headers.get("host", ""), self._hosts):
            return refused("This server does not go by that name.", 400)
        if writes and _from_elsewhere(headers):
            return refused("This request comes from another site's page.", 403)
        length = headers.get("content-length", "")
        if length.isdecimal() and int(length) > MAX_BODY:
            return refused("This request is too large.", 413)
        if writes and self._rate and not self._limiter.hit(self._rate, "asked", client):
            return refused("Too many requests: wait a minute, then go on.", 429, {"retry-after": "60"})
        if self._stranger and scope["path"] not in OPEN_PATHS:
            from starlette.requests import Request

            return await self._stranger(Request(scope))
        return None


def refused(sentence: str, status: int, headers: dict[str, str] | None = None) -> Response:
    """The response of a refusal, as FastAPI writes it: the page and Gradio's clients tell the sentence in it."""
    from starlette.responses import JSONResponse

    return JSONResponse({"detail": sentence}, status, headers)


def is_ours(host: str, names: frozenset[str]) -> bool:
    """Whether a Host header asks for us. Any address may: to lead a browser astray, DNS needs a name."""
    name = host.rpartition(":")[0] if host.rpartition(":")[2].isdecimal() and not host.endswith("]") else host
    name = name.removeprefix("[").removesuffix("]").lower()
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return name in names
    return True


def _is_ours(header: str) -> bool:
    """Whether it is for us to send: Gradio lets pages of this machine, and behind a proxy of any site, read along."""
    return header in SECURITY_HEADERS or header.startswith("access-control-")


def _from_elsewhere(headers: dict[str, str]) -> bool:
    origin = headers.get("origin")
    return origin is not None and origin.partition("://")[2] != headers.get("host")
