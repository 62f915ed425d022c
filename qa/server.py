"""Index folder -> the chat on an address: FastAPI with the page at ``/`` and ``/healthz`` beside it.

The socket is bound first, so that a port in use is told at once; the heavy libraries load after. The
address is printed when it answers. Nothing is sent to any other host, and other sites' pages cannot use
this one: foreign names of the host and requests from foreign pages are refused.
"""

from __future__ import annotations

import contextlib
import importlib.util
import ipaddress
import logging
import os
import signal
import socket
import sys
import tempfile
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import platformdirs

from qa.errors import QAError, ServeError

if TYPE_CHECKING:
    from fastapi import FastAPI

    from qa.ui.open_index import OpenIndex

MAX_UPLOAD = "50mb"
STOP_AFTER = 3
"""Seconds that open pages are given when the server is told to stop."""

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
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}

_log = logging.getLogger(__name__)


def serve(
    index_path: str | Path,
    host: str = "127.0.0.1",
    port: int = 7860,
    sources: Path | None = None,
    *,
    mcp: bool = False,
) -> None:
    """Serves the chat until interrupted.

    Args:
        index_path: the index folder; rebuilding it while this runs is fine.
        host: the address to listen on; 0.0.0.0 for every one of this machine.
        port: 0 takes a free one.
        sources: file or folder that the index is built from first, where there is none.
        mcp: whether the public endpoints are MCP tools as well, over streamable HTTP at ``/gradio_api/mcp``.

    Raises:
        ServeError: the port is in use, the host is not one of this machine's, or what MCP needs is missing.
    """
    if mcp:
        _expect_mcp()
    listening = _bind(host, port)
    with tempfile.TemporaryDirectory(prefix="cited-qa-", ignore_cleanup_errors=True) as uploads, listening:
        os.environ["GRADIO_TEMP_DIR"] = uploads  # read by Gradio when it is imported
        os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
        # Else torch leaves a folder in the temporary one.
        os.environ.setdefault("TORCHINDUCTOR_CACHE_DIR", str(platformdirs.user_cache_path("cited-qa") / "torch"))
        from qa.ui.open_index import OpenIndex

        open_index = OpenIndex(index_path)
        app = build_app(open_index, hosts=_names_of(host, listening), mcp=mcp)
        threading.Thread(target=_prepare, args=(open_index, sources), daemon=True).start()
        _run(app, listening, host, mcp)


@contextlib.contextmanager
def ending_at_once() -> Iterator[None]:
    """For the commands that serve: ends the process once the server has stopped, whatever its threads compute.

    The interpreter waits for none of them, and torch aborts when it is torn down under one. Nothing is lost:
    a generation is on the disk whole or not at all.
    """
    with contextlib.suppress(SystemExit):
        yield
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def build_app(open_index: OpenIndex, hosts: Iterable[str] = ("localhost",), *, mcp: bool = False) -> FastAPI:
    """The ASGI application: the page, ``/healthz``, MCP if wanted, and the guards before them."""
    import gradio as gr
    from fastapi import FastAPI

    from qa.ui.endpoints import give_json_to_mcp
    from qa.ui.page import build_page, head, theme

    app = FastAPI(title="cited-qa", openapi_url=None, docs_url=None, redoc_url=None)

    @app.get("/healthz")
    def healthz() -> dict[str, Any]:
        """Whether questions can be answered, and from which generation of the index."""
        index = open_index.available()
        status = "ok" if index else "building" if open_index.building else "no index"
        return {"status": status, "generation": index.generation if index else None}

    app.add_middleware(_Guard, hosts=frozenset(hosts))
    page = build_page(open_index)
    served: FastAPI = gr.mount_gradio_app(
        app,
        page,
        path="/",
        app_kwargs={"openapi_url": None, "docs_url": None, "redoc_url": None},
        head=head(),
        theme=theme(),
        footer_links=[],
        run_history=False,
        enable_monitoring=False,
        show_error=False,
        max_file_size=MAX_UPLOAD,
        ssr_mode=False,
        pwa=False,
        mcp_server=mcp,
    )
    if mcp:
        if page.mcp_error:  # Gradio goes on without
            raise ServeError(f"MCP cannot be served ({page.mcp_error}): serve without --mcp.")
        give_json_to_mcp(page)
    return served


def _expect_mcp() -> None:
    if importlib.util.find_spec("mcp") is None:
        raise ServeError("MCP needs an extra that is not installed: pip install 'cited-qa[mcp]'.")


class _Guard:
    """ASGI middleware: security headers on every answer, no foreign names, no writing from another site's page."""

    def __init__(self, app: Any, hosts: frozenset[str]) -> None:
        self._app = app
        self._hosts = hosts

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_guarded(message: Any) -> None:
            if message["type"] == "http.response.start":
                headers = [(name, value) for name, value in message["headers"] if name.decode() not in SECURITY_HEADERS]
                headers += [(name.encode(), value.encode()) for name, value in SECURITY_HEADERS.items()]
                message = {**message, "headers": headers}
            await send(message)

        headers: dict[str, str] = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        refusal: Any = None
        if not _is_ours(headers.get("host", ""), self._hosts):
            refusal = _plain("This server does not go by that name.", 400)
        elif scope["method"] not in ("GET", "HEAD") and _from_elsewhere(headers):
            refusal = _plain("This request comes from another site's page.", 403)
        await (refusal or self._app)(scope, receive, send_guarded)


def _plain(sentence: str, status: int) -> Any:
    from starlette.responses import PlainTextResponse

    return PlainTextResponse(sentence, status_code=status)


def _is_ours(host: str, names: frozenset[str]) -> bool:
    """Whether a Host header asks for us. Any address may: to lead a browser astray, DNS needs a name."""
    name = host.rpartition(":")[0] if host.rpartition(":")[2].isdecimal() and not host.endswith("]") else host
    name = name.removeprefix("[").removesuffix("]").lower()
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return name in names
    return True


def _from_elsewhere(headers: dict[str, str]) -> bool:
    origin = headers.get("origin")
    return origin is not None and origin.partition("://")[2] != headers.get("host")


def _bind(host: str, port: int) -> socket.socket:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except (OSError, UnicodeError, OverflowError) as error:
        raise ServeError(f"{host!r} is not a host known here: leave --host out to serve this machine alone.") from error
    listening = socket.socket(family, kind, protocol)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind(address)
        listening.listen(128)
    except (OSError, OverflowError) as error:
        listening.close()
        raise ServeError(
            f"Cannot listen on {host} port {port} ({getattr(error, 'strerror', None) or error}): "
            "stop what uses it or give another one with --port."
        ) from error
    return listening


def _names_of(host: str, listening: socket.socket) -> list[str]:
    """The names under which a request may ask for us; a foreign name would be an attack by DNS."""
    names = {"localhost", host.lower()}
    if listening.getsockname()[0] in ("0.0.0.0", "::"):
        names |= {socket.gethostname().lower(), socket.getfqdn().lower()}
    return sorted(names)


def _prepare(open_index: OpenIndex, sources: Path | None) -> None:
    """Builds the index if there is none, then asks it something: the first visitor finds the model loaded."""
    from qa.errors import IndexMissingError
    from qa.retrieval import retrieve
    from qa.suggestions import suggestions_of
    from qa.terminal import progress_bar

    try:
        try:
            index = open_index.current()
        except IndexMissingError:
            if sources is None:
                raise
            with progress_bar() as progress:
                index = open_index.build([sources], progress)
        retrieve(index, "?", 1)
        suggestions_of(index)
    except QAError as error:
        print(error, file=sys.stderr, flush=True)
    except Exception:  # the page tells it too; the server goes on, another text can be given there
        _log.exception("the index could not be prepared")


def _run(app: FastAPI, listening: socket.socket, host: str, mcp: bool) -> None:
    import uvicorn

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets=sockets)
            shown = f"[{host}]" if ":" in host else host
            address = f"http://{shown}:{listening.getsockname()[1]}/"
            print(f"cited-qa answers at {address}", flush=True)
            if mcp:
                print(f"MCP tools at {address}gradio_api/mcp", flush=True)

    config = uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=STOP_AFTER, lifespan="on")
    if threading.current_thread() is threading.main_thread():
        # Uvicorn stops and then raises the signal again: ours ends the process so that the uploads are deleted.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with contextlib.suppress(KeyboardInterrupt):
        Server(config).run(sockets=[listening])
