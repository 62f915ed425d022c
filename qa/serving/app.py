"""An open index -> the ASGI application: the page at ``/``, and ``/healthz``, ``/readyz`` and ``/metrics``.

``guard.py`` decides which requests reach it and, where there are accounts, ``sign_in.py`` decides whose. Importing this
module imports Gradio.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from fastapi import FastAPI, Response
from fastapi.responses import JSONResponse

from qa.errors import ServeError
from qa.service.open_index import OpenIndex
from qa.serving.accounts import Accounts
from qa.serving.guard import Guard
from qa.serving.metrics import Metrics
from qa.serving.sign_in import SignIn
from qa.ui.endpoints import was_busy
from qa.ui.gradio_compat import answer_mcp_in_json, gr, mcp_trouble
from qa.ui.head import MAX_UPLOAD, head, theme
from qa.ui.page import build_page


def build_app(
    open_index: OpenIndex,
    hosts: Iterable[str] = ("localhost",),
    *,
    mcp: bool = False,
    accounts: Accounts | None = None,
    cookie: str = "cited-qa",
    rate: int | None = None,
) -> FastAPI:
    """Return the ASGI application: the page, the supervisor's paths, MCP if wanted, all behind the guard."""
    app = FastAPI(title="cited-qa", openapi_url=None, docs_url=None, redoc_url=None)
    metrics = Metrics(open_index)
    open_index.observe = metrics.question
    _add_supervisor_paths(app, open_index, metrics)
    sign_in = SignIn(accounts, cookie) if accounts else None
    if sign_in:
        sign_in.add_to(app)
    app.add_middleware(
        Guard,
        hosts=frozenset(hosts),
        stranger=sign_in.rejection if sign_in else None,
        rate=rate,
        seen=metrics.request,
        busy=was_busy,
    )
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
        if why := mcp_trouble(page):
            raise ServeError("serve.mcp.failed", why=why)
        answer_mcp_in_json(page)
    return served


def _add_supervisor_paths(app: FastAPI, open_index: OpenIndex, metrics: Metrics) -> None:
    """Add the paths that a supervisor asks."""

    @app.get("/healthz")
    def healthz() -> dict[str, Any]:
        """Say whether there is an index to answer from, and its generation."""
        index = open_index.available()
        status = "ok" if index else "building" if open_index.building else "no index"
        return {"status": status, "generation": index.generation if index else None}

    @app.get("/readyz")
    def readyz() -> Any:
        """Say the same, with status 503 as long as questions cannot be answered: no index, or not its model."""
        health = healthz()
        if health["status"] == "ok" and not open_index.has_model():
            health["status"] = "no model"
        return JSONResponse(health, status_code=200 if health["status"] == "ok" else 503)

    @app.get("/metrics")
    def counts() -> Any:
        """Return the counts in Prometheus' text format."""
        return Response(metrics.text(), media_type="text/plain; version=0.0.4; charset=utf-8")
