"""The counts of a served chat, for ``/metrics`` in Prometheus' text format: numbers only, no text of any user."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qa.service.open_index import OpenIndex

_SECONDS = (0.05, 0.1, 0.2, 0.3, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
_METHODS = ("GET", "HEAD", "POST", "DELETE", "OPTIONS")


class Metrics:
    """The counts of one server."""

    def __init__(self, open_index: OpenIndex) -> None:
        """Start at zero; the state of the index is read each time the counts are."""
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        self._registry.register(_IndexCollector(open_index))
        self._requests = Counter(
            "qa_http_requests", "Replies by method and status.", ["method", "status"], registry=self._registry
        )
        self._questions = Counter("qa_questions", "Questions by outcome.", ["outcome"], registry=self._registry)
        self._seconds = Histogram("qa_answer_seconds", "Time to an answer.", buckets=_SECONDS, registry=self._registry)

    def request(self, method: str, status: int) -> None:
        """Count an HTTP reply."""
        self._requests.labels(method if method in _METHODS else "other", str(status)).inc()

    def question(self, outcome: str, seconds: float) -> None:
        """Count a question: answered, declined or failed."""
        self._questions.labels(outcome).inc()
        self._seconds.observe(seconds)

    def text(self) -> bytes:
        """Return all counts as Prometheus reads them."""
        return generate_latest(self._registry)


class _IndexCollector(Collector):
    """The state of the index as gauges."""

    def __init__(self, open_index: OpenIndex) -> None:
        self._open_index = open_index

    def collect(self) -> Iterable[GaugeMetricFamily]:
        index, jobs = self._open_index.available(), self._open_index.jobs
        failed = sum(job.state == "failed" for job in jobs)
        generation = index.generation if index else 0
        passages, sources = (len(index.passages), len(index.sources)) if index else (0, 0)
        for name, description, value in (
            ("qa_index_generation", "The generation that answers; 0 if there is none.", generation),
            ("qa_index_passages", "Passages of the index.", passages),
            ("qa_index_sources", "Texts of the index.", sources),
            ("qa_jobs_open", "Changes of the index that are waiting or in progress.", len(jobs) - failed),
            ("qa_jobs_failed", "Changes that failed.", failed),
        ):
            yield GaugeMetricFamily(name, description, value=value)
