"""Accounts -> ``SignIn``: a browser signs in with a form and gets a session, a program uses HTTP Basic.

The browser keeps the session's token in a cookie that scripts cannot read and other sites cannot send. After a session
has ended, its cookie is useless, and an open page says so.
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
from qa.serving.clients import client_of
from qa.serving.guard import rejected
from qa.serving.sessions import LONGEST_SECONDS, UNUSED_SECONDS, Sessions
from qa.ui.markup import escape
from qa.ui.parts import asset

if TYPE_CHECKING:
    from fastapi import FastAPI

WRONG_PASSWORDS = 10
"""Wrong passwords that one client may send per minute."""
REMEMBERED_SECONDS = 3600
"""How long the result for an Authorization header is reused instead of hashing its password again."""
REMEMBERED_WRONG = 1000
"""Wrong Authorization headers that are remembered at most."""
HASHED_AT_ONCE = 2
"""Passwords that are hashed at the same time; each takes 16 MiB and about 50 ms of a processor."""
_LONGEST_FORM = 4096
"""Bytes of a submitted form, which holds a name and a password."""
_SIGN_IN, _SIGN_OUT = "/sign-in", "/sign-out"
_OPEN = {("GET", _SIGN_IN), ("POST", _SIGN_IN), ("POST", _SIGN_OUT)}
_RETRY_LATER = {"retry-after": "60"}


class SignIn:
    """Rejects everyone without an account (:meth:`rejection`) and serves the form to sign in (:meth:`add_to`)."""

    def __init__(self, accounts: Accounts, cookie: str = "cited-qa") -> None:
        """Take the accounts, and the name of the session's cookie."""
        self._accounts = accounts
        self._cookie = cookie
        self.reader = f"{cookie}-reader"
        """The cookie by which the page keeps the conversations of different accounts apart; it opens nothing."""
        self._sessions = Sessions()
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._wrong_rate = RateLimitItemPerMinute(WRONG_PASSWORDS)
        self._trying = Counter[str]()  # client -> its passwords that are being hashed
        self._hashing = CapacityLimiter(HASHED_AT_ONCE)
        self._right: dict[bytes, float] = {}  # SHA-256 of an Authorization header -> when it was checked
        self._wrong: dict[bytes, float] = {}
        self._checks: dict[tuple[str, bytes], asyncio.Task[Response | None]] = {}  # in progress, by client and header

    def add_to(self, app: FastAPI) -> None:
        """Add the form at ``/sign-in`` and the end of a session at ``/sign-out`` to an application."""
        app.add_api_route(_SIGN_IN, self._show_form, methods=["GET"], include_in_schema=False)
        app.add_api_route(_SIGN_IN, self._enter, methods=["POST"], include_in_schema=False)
        app.add_api_route(_SIGN_OUT, self._leave, methods=["POST"], include_in_schema=False)

    async def rejection(self, request: Request) -> Response | None:
        """Return None for a request that may come in, else the response that rejects it.

        The form itself, an open session and the right name and password by HTTP Basic may come in.
        """
        # Not request.url: it is put together from the Host header.
        method, path = request.method, request.scope["path"]
        if (method, path) in _OPEN or self._sessions.goes_on(self._token(request)):
            return None
        from_browser = "Mozilla/" in request.headers.get("user-agent", "")
        # A challenge for HTTP Basic would make a browser open a window of its own, and never forget what was typed.
        response = _unauthorized(request, "Cookie" if from_browser else "Basic")
        if authorization := request.headers.get("authorization", ""):
            # Programs also call themselves Mozilla/ (PowerShell does), so credentials are always checked.
            checked = await self._check_once(request, authorization, response)
            if checked is None:
                return None
            response = checked
        if from_browser and path == "/" and "text/html" in request.headers.get("accept", ""):
            return RedirectResponse("sign-in", 303)
        return response

    async def _check_once(self, request: Request, authorization: str, unauthorized: Response) -> Response | None:
        """Check an Authorization header (RFC 7617), or reuse the result of the last check.

        A wrong header is counted once: repeating it tries no other password. A browser behind a proxy may send the
        proxy's credentials with every request.
        """
        header = hashlib.sha256(authorization.encode()).digest()
        oldest = time.monotonic() - REMEMBERED_SECONDS
        if self._right.get(header, oldest) > oldest:
            return None
        if self._wrong.get(header, oldest) > oldest:
            return unauthorized
        # Requests that a program sends at the same time share one check.
        key = (client_of(request.scope), header)
        if key not in self._checks:
            self._checks[key] = asyncio.create_task(self._check(request, authorization, header, unauthorized))
            self._checks[key].add_done_callback(lambda _: self._checks.pop(key))
        return await asyncio.shield(self._checks[key])

    async def _check(
        self, request: Request, authorization: str, header: bytes, unauthorized: Response
    ) -> Response | None:
        if self._tried_too_often(request):
            return rejected("signin.wait", request.headers, 429, _RETRY_LATER)
        given = _basic(authorization)
        if given is None:
            return unauthorized
        if not await self._matches(request, *given):
            _remember(self._wrong, header)
            if len(self._wrong) > REMEMBERED_WRONG:
                del self._wrong[next(iter(self._wrong))]
            return unauthorized
        _remember(self._right, header)
        return None

    async def _show_form(self, request: Request) -> Response:
        return self._page(request)

    async def _enter(self, request: Request) -> Response:
        """Begin a session for the name and password in the submitted form."""
        if self._tried_too_often(request):
            return self._page(request, "signin.wait", status=429)
        body = b""
        try:
            async for part in request.stream():
                body += part
                if len(body) > _LONGEST_FORM:
                    return rejected("http.large", request.headers, 413)
        except ClientDisconnect:
            return rejected("http.form", request.headers, 400)
        given = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True)
        name, password = given.get("name", [""])[0], given.get("password", [""])[0]
        if self._tried_too_often(request):  # other forms may have arrived in the meantime
            return self._page(request, "signin.wait", name, 429)
        if not await self._matches(request, name, password):
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
        headers = {"cache-control": "no-store", **(_RETRY_LATER if status == 429 else {})}
        if status == 401:
            headers["www-authenticate"] = _challenge("Cookie")
        return HTMLResponse(filled, status, headers)

    def _token(self, request: Request) -> str:
        return request.cookies.get(self._cookie, "")

    def _tried_too_often(self, request: Request) -> bool:
        """Return whether this client has used up its wrong passwords, counting those that are still being hashed."""
        client = client_of(request.scope)
        return self._limiter.get_window_stats(self._wrong_rate, client).remaining <= self._trying[client]

    async def _matches(self, request: Request, name: str, password: str) -> bool:
        """Return whether the password is the name's, and count it if it is wrong."""
        client = client_of(request.scope)
        self._trying[client] += 1
        try:
            matches = await to_thread.run_sync(self._accounts.allow, name, password, limiter=self._hashing)
        finally:
            self._trying -= Counter([client])  # subtraction also drops the clients at zero
        if not matches:
            self._limiter.hit(self._wrong_rate, client)
        return matches


def _remember(checked: dict[bytes, float], header: bytes) -> None:
    """Add a header to those that were checked, and drop the expired ones."""
    now = time.monotonic()
    for expired in [one for one, since in checked.items() if now - since >= REMEMBERED_SECONDS]:
        del checked[expired]
    checked[header] = now


def _unauthorized(request: Request, scheme: str) -> Response:
    wanted = {"www-authenticate": _challenge(scheme)}
    return rejected("http.account", request.headers, 401, wanted)


def _challenge(scheme: str) -> str:
    return f'{scheme} realm="cited-qa", charset="UTF-8"'


def _basic(authorization: str) -> tuple[str, str] | None:
    """Return the name and password in an Authorization header, or None if it holds none."""
    kind, _, encoded = authorization.partition(" ")
    if kind.lower() != "basic":
        return None
    try:
        name, colon, password = base64.b64decode(encoded, validate=True).decode("utf-8").partition(":")
    except (ValueError, binascii.Error):
        return None
    return (name, password) if colon else None
