"""Index folder -> the chat on an address: FastAPI with the page at ``/``, and ``/healthz``, ``/readyz``, ``/metrics``.

The socket is bound first, so that a port in use is told at once; the heavy libraries load after. The
address is printed when it answers. Nothing is sent to any other host; who is let in is the matter of ``guard.py`` and,
where there are accounts, of ``ui/sign_in.py``.
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
import threading
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import platformdirs

from qa.catalogue import Command
from qa.errors import QAError, ServeError
from qa.service.uploads import upload_folder

if TYPE_CHECKING:
    from fastapi import FastAPI

    from qa.service.open_index import OpenIndex
    from qa.serving.accounts import Accounts
    from qa.serving.metrics import Metrics

RATE = 600
"""Requests that ask or change something, a minute and client, where other machines reach the chat; a page that is
open makes up to 150."""
STOP_AFTER = 1
"""Seconds that open pages are given when the server is told to stop."""

_log = logging.getLogger(__name__)


def serve(
    index_path: str | Path,
    host: str = "127.0.0.1",
    port: int = 7860,
    sources: Path | None = None,
    *,
    urls: bool = False,
    mcp: bool = False,
    accounts: Accounts | None = None,
    no_auth: bool = False,
    names: Sequence[str] = (),
    proxies: Sequence[str] = (),
) -> None:
    """Serves the chat until interrupted.

    Args:
        index_path: the index folder; rebuilding it while this runs is fine.
        host: the address to listen on; 0.0.0.0 for every one of this machine.
        port: 0 takes a free one.
        sources: file or folder that the index is built from first, where there is none.
        urls: whether a web address that is pasted as a text is fetched.
        mcp: whether the public endpoints are MCP tools as well, over streamable HTTP at ``/gradio_api/mcp``.
        accounts: who may use it; None: whoever reaches it.
        no_auth: says that whoever reaches it from other machines may use it.
        names: hosts under which a proxy is asked for it, beside its own.
        proxies: addresses of proxies that are believed from which client, and by https or not, a request comes
            (``X-Forwarded-For``, ``X-Forwarded-Proto``).

    Raises:
        ServeError: the port is in use, the host is not one of this machine's, other machines reach it and it is
        not said who may use it, or what MCP needs is missing.
    """
    if mcp:
        _expect_mcp()
    for proxy in proxies:
        _expect_address(proxy)
    listening = _bind(host, port)
    beyond = bool(names or proxies) or not ipaddress.ip_address(listening.getsockname()[0]).is_loopback
    if beyond and accounts is None and not no_auth:
        listening.close()
        raise ServeError("serve.open", host=names[0] if names else host, remedy="qa password NAME")
    _end_in_order()
    with upload_folder() as uploads, listening:
        os.environ["GRADIO_TEMP_DIR"] = str(uploads)  # read by Gradio when it is imported
        os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
        # Else torch leaves a folder in the temporary one.
        os.environ.setdefault("TORCHINDUCTOR_CACHE_DIR", str(platformdirs.user_cache_path("cited-qa") / "torch"))
        from qa.service.open_index import OpenIndex

        open_index = OpenIndex(index_path, urls=urls)
        rate = RATE if beyond else None  # on this machine the one client is its user
        hosts = [*_names_of(host, listening), *(name.lower() for name in names)]
        # Browsers do not tell the ports of a host apart in cookies.
        cookie = f"cited-qa-{listening.getsockname()[1]}"
        app = build_app(open_index, hosts, mcp=mcp, accounts=accounts, cookie=cookie, rate=rate)
        threading.Thread(target=_prepare, args=(open_index, sources), daemon=True).start()
        _run(app, listening, host, mcp, proxies)


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


def build_app(
    open_index: OpenIndex,
    hosts: Iterable[str] = ("localhost",),
    *,
    mcp: bool = False,
    accounts: Accounts | None = None,
    cookie: str = "cited-qa",
    rate: int | None = None,
) -> FastAPI:
    """The ASGI application: the page, what a supervisor asks, MCP if wanted, and the guard before them."""
    import gradio as gr
    from fastapi import FastAPI

    from qa.serving.guard import Guard
    from qa.serving.metrics import Metrics
    from qa.serving.sign_in import SignIn
    from qa.ui.endpoints import give_json_to_mcp
    from qa.ui.page import MAX_UPLOAD, build_page, head, theme

    app = FastAPI(title="cited-qa", openapi_url=None, docs_url=None, redoc_url=None)
    metrics = Metrics(open_index)
    open_index.observe = metrics.question
    _tell_supervisors(app, open_index, metrics)
    sign_in = SignIn(accounts, cookie) if accounts else None
    if sign_in:
        sign_in.add_to(app)
    stranger = sign_in.refusal if sign_in else None
    app.add_middleware(Guard, hosts=frozenset(hosts), stranger=stranger, rate=rate, seen=metrics.request)
    page = build_page(open_index)
    served: FastAPI = gr.mount_gradio_app(
        app,
        page,
        path="/",
        app_kwargs={"openapi_url": None, "docs_url": None, "redoc_url": None},
        head=head(reader=sign_in.reader if sign_in else None),
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
            raise ServeError("serve.mcp.failed", why=page.mcp_error)
        give_json_to_mcp(page)
    return served


def _tell_supervisors(app: FastAPI, open_index: OpenIndex, metrics: Metrics) -> None:
    """Adds what a supervisor asks."""
    from fastapi import Response
    from fastapi.responses import JSONResponse

    @app.get("/healthz")
    def healthz() -> dict[str, Any]:
        """Whether questions can be answered, and from which generation of the index."""
        index = open_index.available()
        status = "ok" if index else "building" if open_index.building else "no index"
        return {"status": status, "generation": index.generation if index else None}

    @app.get("/readyz")
    def readyz() -> Any:
        """The same, with status 503 while nothing answers, for want of an index or of the model that made it."""
        told = healthz()
        if told["status"] == "ok" and not open_index.has_model():
            told["status"] = "no model"
        return JSONResponse(told, status_code=200 if told["status"] == "ok" else 503)

    @app.get("/metrics")
    def counts() -> Any:
        """Counts in Prometheus' text form."""
        return Response(metrics.text(), media_type="text/plain; version=0.0.4; charset=utf-8")


def _expect_mcp() -> None:
    if importlib.util.find_spec("mcp") is None:
        raise ServeError("serve.mcp.extra", remedy=Command.of("pip", "install", "cited-qa[mcp]"))


def _expect_address(proxy: str) -> None:
    try:
        ipaddress.ip_network(proxy)
    except ValueError:
        raise ServeError("serve.proxy", proxy=repr(proxy)) from None


def _bind(host: str, port: int) -> socket.socket:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except (OSError, UnicodeError, OverflowError) as error:
        raise ServeError("serve.host", host=repr(host)) from error
    listening = socket.socket(family, kind, protocol)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind(address)
        listening.listen(128)
    except (OSError, OverflowError) as error:
        listening.close()
        why = str(getattr(error, "strerror", None) or error)
        raise ServeError("serve.port", host=host, port=str(port), why=why) from error
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


def _end_in_order() -> None:
    """Has the signals that end a process end this one by way of what is to be cleaned up.

    While uvicorn runs they are its own: it stops, then raises the signal again.
    """
    for number in _ends():
        signal.signal(number, lambda *_: sys.exit(0))


def _ends() -> list[signal.Signals]:
    """The signals that are to end this process; not that of a closed terminal where it shall outlive that (nohup)."""
    if threading.current_thread() is not threading.main_thread():
        return []
    known = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    return [number for number in known if signal.getsignal(number) is not signal.SIG_IGN]


def _run(app: FastAPI, listening: socket.socket, host: str, mcp: bool, proxies: Sequence[str]) -> None:
    import uvicorn

    class Server(uvicorn.Server):
        @contextlib.contextmanager
        def capture_signals(self) -> Iterator[None]:
            with super().capture_signals():
                for number in _ends():
                    signal.signal(number, self.handle_exit)
                yield

        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            # Pages that are open hold a stream, which is cut off after STOP_AFTER: that is no error.
            logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
            await super().shutdown(sockets=sockets)

        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets=sockets)
            shown = f"[{host}]" if ":" in host else host
            address = f"http://{shown}:{listening.getsockname()[1]}/"
            print(f"cited-qa answers at {address}", flush=True)
            if mcp:
                print(f"MCP tools at {address}gradio_api/mcp", flush=True)

    config = uvicorn.Config(
        app, log_level="warning", timeout_graceful_shutdown=STOP_AFTER, lifespan="on",
        proxy_headers=bool(proxies), forwarded_allow_ips=list(proxies),
    )  # fmt: skip
    with contextlib.suppress(KeyboardInterrupt):
        Server(config).run(sockets=[listening])
