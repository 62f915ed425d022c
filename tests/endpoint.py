"""An endpoint of OpenAI's protocol that does what a test says: it streams, breaks off, is slow, sends nonsense."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Endpoint(ThreadingHTTPServer):
    """What it was asked is in ``asked``: the body of each request."""

    daemon_threads = True

    def __init__(self, act: Callable[[Answering], None]) -> None:
        super().__init__(("127.0.0.1", 0), Answering)
        self.act = act
        self.asked: list[dict[str, Any]] = []
        self.keys: list[str | None] = []
        self.ended = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass  # a client that leaves is no error here


class Answering(BaseHTTPRequestHandler):
    server: Endpoint
    protocol_version = "HTTP/1.0"

    def do_POST(self) -> None:
        self.server.asked.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
        self.server.keys.append(self.headers["authorization"])
        self.server.act(self)

    def log_message(self, *_: Any) -> None:
        pass

    def status(self, code: int, headers: dict[str, str] | None = None) -> None:
        self.send_response(code)
        for name, value in {"content-type": "application/json", **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(b'{"error": {"message": "no"}}')

    def begin(self) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.end_headers()

    def send(self, data: bytes) -> None:
        self.wfile.write(data)
        self.wfile.flush()

    def say(self, text: str) -> None:
        self.send(b"data: " + json.dumps(chunk(text), ensure_ascii=False).encode() + b"\n\n")

    def end(self) -> None:
        self.send(b"data: [DONE]\n\n")


def chunk(text: str) -> dict[str, Any]:
    delta = {"index": 0, "delta": {"content": text}, "finish_reason": None}
    return {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [delta]}


def saying(*pieces: str, pause: float = 0.0) -> Callable[[Answering], None]:
    """Return what streams these pieces, one after another."""

    def act(answering: Answering) -> None:
        answering.begin()
        for piece in pieces:
            answering.say(piece)
            time.sleep(pause)
        answering.end()

    return act


@contextmanager
def endpoint(act: Callable[[Answering], None]) -> Iterator[Endpoint]:
    with Endpoint(act) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield server
        finally:
            server.ended.set()
            server.shutdown()
