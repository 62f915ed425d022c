"""Who comes in where there are accounts: in a browser by a form and a session, in a program by HTTP Basic.

The browser keeps the session's token in a cookie that no script can read and no other site's page can write with.
Once a session has ended its cookie opens nothing, and the page says so; what was asked meanwhile was not heard.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import time
from string import Template
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from qa.accounts import Accounts
from qa.guard import refused
from qa.sessions import LONGEST_SECONDS, UNUSED_SECONDS, Sessions
from qa.ui.markup import escape
from qa.ui.parts import asset
from qa.ui.words import words_accepted

if TYPE_CHECKING:
    from fastapi import FastAPI

WRONG_PASSWORDS = 10
"""A minute, from one client."""
REMEMBERED_SECONDS = 3600
"""For this long a password that came by HTTP Basic and was right is not hashed again."""
_LONGEST_FORM = 4096
"""Bytes of a name and a password, as a form sends them."""
_IN, _OUT = "/sign-in", "/sign-out"


class SignIn:
    """The accounts' door: :meth:`refusal` stands before every request, the form and its answers are paths beside it."""

    def __init__(self, accounts: Accounts) -> None:
        """Takes who may come in."""
        self._accounts = accounts
        self._sessions = Sessions()
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._wrong = RateLimitItemPerMinute(WRONG_PASSWORDS)
        self._right: dict[bytes, float] = {}  # SHA-256 of an Authorization header -> when it was let in

    def add_to(self, app: FastAPI) -> None:
        """Gives an application the form at ``/sign-in`` and the end of a session at ``/sign-out``."""
        app.add_api_route(_IN, self._form, methods=["GET"], include_in_schema=False)
        app.add_api_route(_IN, self._enter, methods=["POST"], include_in_schema=False)
        app.add_api_route(_OUT, self._leave, methods=["POST"], include_in_schema=False)

    async def refusal(self, request: Request) -> Response | None:
        """None for a request of a session, of a right name and password, or for the form itself; else what it gets."""
        if request.url.path in (_IN, _OUT) or self._sessions.goes_on(self._token(request)):
            return None
        authorization = request.headers.get("authorization", "")
        if authorization:
            given, key, now = _basic(authorization), hashlib.sha256(authorization.encode()).digest(), time.monotonic()
            if now - self._right.get(key, -REMEMBERED_SECONDS) < REMEMBERED_SECONDS:
                return None
            if self._tried_too_often(request):
                return refused("Too many wrong passwords: wait a minute, then try again.", 429, _LATER)
            if given and await self._fits(request, *given):
                self._right = {one: since for one, since in self._right.items() if now - since < REMEMBERED_SECONDS}
                self._right[key] = now
                return None
        elif request.url.path == "/" and "text/html" in request.headers.get("accept", ""):
            return RedirectResponse("sign-in", 303)
        return self._stranger(request)

    async def _form(self, request: Request) -> Response:
        return self._page(request)

    async def _enter(self, request: Request) -> Response:
        """A session for the name and password of the form."""
        body = b""
        async for part in request.stream():
            body += part
            if len(body) > _LONGEST_FORM:
                return refused("This form is too large.", 413)
        given = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True)
        name, password = given.get("name", [""])[0], given.get("password", [""])[0]
        if self._tried_too_often(request):
            return self._page(request, "signin.wait", name, 429)
        if not await self._fits(request, name, password):
            return self._page(request, "signin.wrong", name, 401)
        self._sessions.end(self._token(request))
        entered = RedirectResponse("./", 303)
        secure = request.url.scheme == "https"
        entered.set_cookie(_cookie(request), self._sessions.begin(), secure=secure, httponly=True, samesite="lax")
        return entered

    async def _leave(self, request: Request) -> Response:
        """Ends the session. Its cookie stays, by which the pages that are open are known for a browser's."""
        self._sessions.end(self._token(request))
        return RedirectResponse("sign-in", 303)

    def _stranger(self, request: Request) -> Response:
        # Asked for HTTP Basic a browser opens a window of its own over the page.
        scheme = "Cookie" if _cookie(request) in request.cookies else "Basic"
        wanted = {"www-authenticate": f'{scheme} realm="cited-qa", charset="UTF-8"'}
        return refused("Give the name and password of a user of this chat.", 401, wanted)

    def _page(self, request: Request, trouble: str = "", name: str = "", status: int = 200) -> Response:
        words = words_accepted(request.headers.get("accept-language", ""))
        filled = Template(asset("sign_in.html")).substitute(
            lang=escape(words.tag),
            dir=escape(words["direction"]),
            style=asset("sign_in.css"),
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
            headers["www-authenticate"] = 'Cookie realm="cited-qa"'
        return HTMLResponse(filled, status, headers)

    def _token(self, request: Request) -> str:
        return request.cookies.get(_cookie(request), "")

    def _tried_too_often(self, request: Request) -> bool:
        return not self._limiter.test(self._wrong, "password", _client(request))

    async def _fits(self, request: Request, name: str, password: str) -> bool:
        if await run_in_threadpool(self._accounts.allow, name, password):
            return True
        self._limiter.hit(self._wrong, "password", _client(request))
        return False


_LATER = {"retry-after": "60"}


def _cookie(request: Request) -> str:
    """A cookie's name of this server's own: browsers do not tell the ports of one host apart."""
    return f"cited-qa-{(request.scope.get('server') or ('', ''))[1]}"


def _client(request: Request) -> str:
    return request.client.host if request.client else ""


def _basic(authorization: str) -> tuple[str, str] | None:
    """The name and password of an Authorization header (RFC 7617)."""
    kind, _, encoded = authorization.partition(" ")
    if kind.lower() != "basic":
        return None
    try:
        name, colon, password = base64.b64decode(encoded, validate=True).decode("utf-8").partition(":")
    except (ValueError, binascii.Error):
        return None
    return (name, password) if colon else None
