"""Index folder -> the chat on an address, until the process is told to end.

The socket is bound first, so that a port in use is reported at once; the heavy libraries are loaded afterwards. The
address is printed when the server answers. Nothing is sent to any other host, unless a language model is named.
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
import webbrowser
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs

from qa.catalogue import Command, Sentence
from qa.errors import QAError, ServeError
from qa.search.config import DEFAULT_CONFIG, SearchConfig
from qa.service.uploads import upload_folder

if TYPE_CHECKING:
    from fastapi import FastAPI

    from qa.llm.client import LanguageModel
    from qa.service.open_index import OpenIndex
    from qa.serving.accounts import Accounts

RATE = 600
"""Requests per client and minute, other than GET and HEAD, where other machines can reach the chat; an open page
makes up to 150."""
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
    config: SearchConfig = DEFAULT_CONFIG,
    mcp: bool = False,
    accounts: Accounts | None = None,
    no_auth: bool = False,
    names: Sequence[str] = (),
    proxies: Sequence[str] = (),
    open_browser: bool = False,
    llm: LanguageModel | None = None,
) -> None:
    """Serve the chat until interrupted.

    Args:
        index_path: the index folder; it may be rebuilt while the server runs.
        host: the address to listen on; 0.0.0.0 for all addresses of this machine.
        port: the port to listen on; 0 takes a free one.
        sources: a file or folder to build the index from if there is none.
        urls: whether to fetch a web address that is pasted as a text.
        config: how questions are answered.
        mcp: whether to offer the public endpoints as MCP tools at ``/gradio_api/mcp``, too.
        accounts: who may use it; None for everyone who can reach it.
        no_auth: allow everyone to use it although other machines can reach it.
        names: host names, besides its own, under which a proxy asks for it.
        proxies: addresses of proxies whose ``X-Forwarded-For`` and ``X-Forwarded-Proto`` are trusted.
        open_browser: whether to open the page in the default browser once the server answers.
        llm: the language model that writes replies; None for none.

    Raises:
        ServeError: it cannot listen there, nothing says who of others may use it, or MCP is not installed.
    """
    _expect_usable(mcp, proxies, config)
    listening = _bind(host, port)
    beyond = bool(names or proxies) or not ipaddress.ip_address(listening.getsockname()[0]).is_loopback
    if beyond and accounts is None and not no_auth:
        listening.close()
        raise ServeError("serve.open", host=names[0] if names else host, remedy="qa password NAME")
    _end_in_order()
    with upload_folder() as uploads, listening:
        _set_environment(uploads)
        from qa.service.open_index import OpenIndex
        from qa.serving.app import build_app

        open_index = OpenIndex(index_path, urls=urls, config=config, llm=llm)
        rate = RATE if beyond else None  # on this machine the only client is its user
        hosts = [*_names_of(host, listening), *(name.lower() for name in names)]
        port = listening.getsockname()[1]
        app = build_app(open_index, hosts, mcp=mcp, accounts=accounts, cookie=f"cited-qa-{port}", rate=rate)
        threading.Thread(target=_prepare, args=(open_index, sources), daemon=True).start()

        def announce() -> None:
            missing = sources is None and open_index.is_missing()
            _announce(host, port, f"{index_path}" if missing else "", mcp, open_browser, llm)

        _run(app, listening, proxies, announce)


def _expect_usable(mcp: bool, proxies: Sequence[str], config: SearchConfig) -> None:
    """Raise the errors of wrong options before anything is served."""
    _expect_mcp(mcp)
    _expect_addresses(proxies)
    _expect_reader(config)


def _expect_reader(config: SearchConfig) -> None:
    """Load a reader that is not the packaged one; a wrong name is a ModelError now, not at the first question."""
    if config.reader is not None:
        from qa.reader.loading import load_reader

        load_reader(config.reader)


def _set_environment(uploads: Path) -> None:
    """Set what Gradio and torch read from the environment when they are imported."""
    os.environ["GRADIO_TEMP_DIR"] = str(uploads)
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    # Otherwise torch leaves a folder among the temporary files.
    os.environ.setdefault("TORCHINDUCTOR_CACHE_DIR", str(platformdirs.user_cache_path("cited-qa") / "torch"))


@contextlib.contextmanager
def ending_at_once() -> Iterator[None]:
    """End the process as soon as the block has ended, with its exit code; for the commands that serve.

    The interpreter would wait for threads that still compute, and torch aborts if it is torn down meanwhile. Nothing
    is lost: a generation is on the disk completely or not at all.
    """
    code = 0
    try:
        yield
    except SystemExit as ending:
        code = _exit_code(ending)
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _exit_code(ending: SystemExit) -> int:
    """Return the code that Python would exit with; a message is printed, as Python does."""
    if ending.code is None or isinstance(ending.code, int):
        return ending.code or 0
    print(ending.code, file=sys.stderr)
    return 1


def _expect_mcp(mcp: bool) -> None:
    if mcp and importlib.util.find_spec("mcp") is None:
        raise ServeError("serve.mcp.extra", remedy=Command.of("pip", "install", "cited-qa[mcp]"))


def _expect_addresses(proxies: Sequence[str]) -> None:
    for proxy in proxies:
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
    """Return the host names that a request may ask for; any other name may be an attack through DNS."""
    names = {"localhost", host.lower()}
    if listening.getsockname()[0] in ("0.0.0.0", "::"):
        names |= {socket.gethostname().lower(), socket.getfqdn().lower()}
    return sorted(names)


def _prepare(open_index: OpenIndex, sources: Path | None) -> None:
    """Build the index if there is none, and load the model, so that the first visitor need not wait for it."""
    from qa.retrieval import retrieve
    from qa.suggestions import suggestions_of
    from qa.terminal import progress_bar

    try:
        if not open_index.is_missing():
            index = open_index.current()
        elif sources is None:
            return  # said with the address
        else:
            with progress_bar() as progress:
                index = open_index.build([sources], progress)
        retrieve(index, "?", 1)
        suggestions_of(index)
    except QAError as error:
        print(error, file=sys.stderr, flush=True)
    except Exception:  # the server goes on: the page reports it too, and another text can be added there
        _log.exception("the index could not be prepared")


def _end_in_order() -> None:
    """Let the signals that end a process raise SystemExit, so that everything is cleaned up.

    While uvicorn runs it handles them itself: it stops, then raises the signal again.
    """
    for number in _ending_signals():
        signal.signal(number, lambda *_: sys.exit(0))


def _ending_signals() -> list[signal.Signals]:
    """Return the signals that end this process, without those that it was started to ignore, as ``nohup`` does."""
    if threading.current_thread() is not threading.main_thread():
        return []
    known = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    return [number for number in known if signal.getsignal(number) is not signal.SIG_IGN]


def _url(host: str, port: int) -> str:
    return f"http://{f'[{host}]' if ':' in host else host}:{port}/"


def _announce(
    host: str, port: int, missing: str, mcp: bool, open_browser: bool, llm: LanguageModel | None = None
) -> None:
    """Print where the server answers; ``missing`` is the index folder if there is no index in it."""
    url = _url(host, port)
    print(Sentence("serve.running", url=url), flush=True)
    if llm is not None:
        print(Sentence("llm.local" if llm.is_local else "llm.leaves", model=llm.name, host=llm.host), flush=True)
    if missing:
        print(Sentence("serve.empty", index=missing), flush=True)
    if mcp:
        print(Sentence("serve.tools", url=f"{url}gradio_api/mcp"), flush=True)
    if open_browser:
        threading.Thread(target=_open_in_browser, args=(host, port), daemon=True).start()


def _open_in_browser(host: str, port: int) -> None:
    """Open the page in the default browser. May block until the browser has started."""
    url = _url("localhost" if host in ("0.0.0.0", "::") else host, port)
    if not webbrowser.open(url):
        print(Sentence("serve.browser", url=url), file=sys.stderr, flush=True)


def _run(app: FastAPI, listening: socket.socket, proxies: Sequence[str], started: Callable[[], None]) -> None:
    """Run the server until it is told to stop; call ``started`` once it answers."""
    import uvicorn

    class Server(uvicorn.Server):
        @contextlib.contextmanager
        def capture_signals(self) -> Iterator[None]:
            with super().capture_signals():
                for number in _ending_signals():
                    signal.signal(number, self.handle_exit)
                yield

        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            # Every open page holds a stream, which is cut off after STOP_AFTER: that is not an error.
            logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
            await super().shutdown(sockets=sockets)

        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets=sockets)
            started()

    config = uvicorn.Config(
        app, log_level="warning", timeout_graceful_shutdown=STOP_AFTER, lifespan="on",
        proxy_headers=bool(proxies), forwarded_allow_ips=list(proxies),
    )  # fmt: skip
    with contextlib.suppress(KeyboardInterrupt):
        Server(config).run(sockets=[listening])
