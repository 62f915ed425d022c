"""Who comes in where there are accounts: a browser by a form and a session, a program by HTTP Basic.

The browser keeps the session's token in a cookie that no script reads and no other site's form or script sends. Once
a session has ended its cookie opens nothing, and a page that is open says so.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import time
from collections import Counter
from string import Template
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from anyio import CapacityLimiter, to_thread
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from qa.catalogue import words_accepted
from qa.serving.accounts import Accounts
from qa.serving.guard import refused
from qa.serving.sessions import LONGEST_SECONDS, UNUSED_SECONDS, Sessions
from qa.ui.markup import escape
from qa.ui.parts import asset

if TYPE_CHECKING:
    from fastapi import FastAPI

WRONG_PASSWORDS = 10
"""A minute, from one client."""
REMEMBERED_SECONDS = 3600
"""For this long a password that came by HTTP Basic and was right is not hashed again."""
HASHED_AT_ONCE = 2
"""Passwords; each takes 16 MiB and some 50 ms of a processor."""
_LONGEST_FORM = 4096
"""Bytes of a name and a password, as a form sends them."""
_IN, _OUT = "/sign-in", "/sign-out"
_OWN = {("GET", _IN), ("POST", _IN), ("POST", _OUT)}
_LATER = {"retry-after": "60"}


class SignIn:
    """The accounts' door: :meth:`refusal` stands before every request; the form and its answers are paths beside it."""

    def __init__(self, accounts: Accounts, cookie: str = "cited-qa") -> None:
        """Takes who may come in, and the name of the session's cookie."""
        self._accounts = accounts
        self._cookie = cookie
        self.reader = f"{cookie}-reader"
        """The cookie by which the page tells one account's kept conversations from another's; it opens nothing."""
        self._sessions = Sessions()
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._wrong = RateLimitItemPerMinute(WRONG_PASSWORDS)
        self._trying = Counter[str]()  # clients, by how many of their passwords are being hashed
        self._hashing = CapacityLimiter(HASHED_AT_ONCE)
        self._right: dict[bytes, float] = {}  # SHA-256 of an Authorization header -> when it was let in
        self._checks: dict[tuple[str, bytes], asyncio.Task[Response | None]] = {}  # under way, by client and header

    def add_to(self, app: FastAPI) -> None:
        """Gives an application the form at ``/sign-in`` and the end of a session at ``/sign-out``."""
        app.add_api_route(_IN, self._form, methods=["GET"], include_in_schema=False)
        app.add_api_route(_IN, self._enter, methods=["POST"], include_in_schema=False)
        app.add_api_route(_OUT, self._leave, methods=["POST"], include_in_schema=False)

    async def refusal(self, request: Request) -> Response | None:
        """None for a request of a session, of a program with a right name and password, or for the form itself; else
        what it gets."""
        # The path of request.url is put together with the Host header.
        method, path = request.method, request.scope["path"]
        if (method, path) in _OWN or self._sessions.goes_on(self._token(request)):
            return None
        # Asked for HTTP Basic a browser opens a window of its own over the page, and never forgets.
        if "Mozilla/" in request.headers.get("user-agent", ""):
            if path == "/" and "text/html" in request.headers.get("accept", ""):
                return RedirectResponse("sign-in", 303)
            return _stranger("Cookie")
        if authorization := request.headers.get("authorization", ""):
            return await self._program(request, authorization)
        return _stranger("Basic")

    async def _program(self, request: Request, authorization: str) -> Response | None:
        """A refusal, unless the header gives the name and password of an account (RFC 7617)."""
        header = hashlib.sha256(authorization.encode()).digest()
        if time.monotonic() - self._right.get(header, -REMEMBERED_SECONDS) < REMEMBERED_SECONDS:
            return None
        # What a program asks at once is looked at once.
        key = (_client(request), header)
        if key not in self._checks:
            self._checks[key] = asyncio.create_task(self._checked(request, authorization, header))
            self._checks[key].add_done_callback(lambda _: self._checks.pop(key))
        return await asyncio.shield(self._checks[key])

    async def _checked(self, request: Request, authorization: str, header: bytes) -> Response | None:
        if self._tried_too_often(request):
            return refused("Too many wrong passwords: wait a minute, then try again.", 429, _LATER)
        given = _basic(authorization)
        if given is None or not await self._fits(request, *given):
            return _stranger("Basic")
        now = time.monotonic()
        self._right = {one: since for one, since in self._right.items() if now - since < REMEMBERED_SECONDS}
        self._right[header] = now
        return None

    async def _form(self, request: Request) -> Response:
        return self._page(request)

    async def _enter(self, request: Request) -> Response:
        """A session for the name and password of the form."""
        if self._tried_too_often(request):
            return self._page(request, "signin.wait", status=429)
        body = b""
        try:
            async for part in request.stream():
                body += part
                if len(body) > _LONGEST_FORM:
                    return refused("This form is too large.", 413)
        except ClientDisconnect:
            return refused("This form is cut off.", 400)
        given = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True)
        name, password = given.get("name", [""])[0], given.get("password", [""])[0]
        if self._tried_too_often(request):  # while the form came, others did
            return self._page(request, "signin.wait", name, 429)
        if not await self._fits(request, name, password):
            return self._page(request, "signin.wrong", name, 401)
        self._sessions.end(self._token(request))
        entered = RedirectResponse("./", 303)
        secure = request.scope["scheme"] == "https"
        token, reader = self._sessions.begin(name), hashlib.sha256(name.encode()).hexdigest()[:16]
        entered.set_cookie(self._cookie, token, secure=secure, httponly=True, samesite="lax")
        entered.set_cookie(self.reader, reader, secure=secure, samesite="lax")
        return entered

    async def _leave(self, request: Request) -> Response:
        self._sessions.end(self._token(request))
        return RedirectResponse("sign-in", 303)

    def _page(self, request: Request, trouble: str = "", name: str = "", status: int = 200) -> Response:
        words = words_accepted(request.headers.get("accept-language", ""))
        filled = Template(asset("sign_in.html", "qa.serving")).substitute(
            lang=escape(words.tag),
            dir=escape(words["direction"]),
            style=asset("sign_in.css", "qa.serving"),
            title=escape(words["signin.title"]),
            name=escape(words["signin.name"]),
            password=escape(words["signin.password"]),
            given=escape(name),
            trouble=escape(words[trouble]) if trouble else "",
            quiet="" if trouble else " hidden",
            first="" if name else " autofocus",
            second=" autofocus" if name else "",
            ends=escape(words.say("signin.ends", hours=LONGEST_SECONDS // 3600, minutes=UNUSED_SECONDS // 60)),
        )
        headers = {"cache-control": "no-store", **(_LATER if status == 429 else {})}
        if status == 401:
            headers["www-authenticate"] = _challenge("Cookie")
        return HTMLResponse(filled, status, headers)

    def _token(self, request: Request) -> str:
        return request.cookies.get(self._cookie, "")

    def _tried_too_often(self, request: Request) -> bool:
        """Whether the wrong passwords of this client, and those that may turn out to be, are as many as may be."""
        client = _client(request)
        return self._limiter.get_window_stats(self._wrong, client).remaining <= self._trying[client]

    async def _fits(self, request: Request, name: str, password: str) -> bool:
        client = _client(request)
        self._trying[client] += 1
        try:
            fits = await to_thread.run_sync(self._accounts.allow, name, password, limiter=self._hashing)
        finally:
            self._trying -= Counter([client])  # those with none go
        if not fits:
            self._limiter.hit(self._wrong, client)
        return fits


def _stranger(scheme: str) -> Response:
    wanted = {"www-authenticate": _challenge(scheme)}
    return refused("Give the name and password of a user of this chat.", 401, wanted)


def _challenge(scheme: str) -> str:
    return f'{scheme} realm="cited-qa", charset="UTF-8"'


def _client(request: Request) -> str:
    return request.client.host if request.client else ""


def _basic(authorization: str) -> tuple[str, str] | None:
    """The name and password of an Authorization header."""
    kind, _, encoded = authorization.partition(" ")
    if kind.lower() != "basic":
        return None
    try:
        name, colon, password = base64.b64decode(encoded, validate=True).decode("utf-8").partition(":")
    except (ValueError, binascii.Error):
        return None
    return (name, password) if colon else None
