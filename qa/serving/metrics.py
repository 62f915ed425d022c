"""What a served chat counts, for ``/metrics`` in Prometheus' text form: numbers only, no text of anyone's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qa.service.open_index import OpenIndex

_SECONDS = (0.05, 0.1, 0.2, 0.3, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)


class Metrics:
    """The counts of one server."""

    def __init__(self, open_index: OpenIndex) -> None:
        """Counts from nought; looks at the index whenever it is asked."""
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        self._registry.register(_IndexCollector(open_index))
        self._requests = Counter(
            "qa_http_requests", "Answers by method and status.", ["method", "status"], registry=self._registry
        )
        self._questions = Counter(
            "qa_questions", "Questions by what came of them.", ["outcome"], registry=self._registry
        )
        self._taken = Histogram("qa_answer_seconds", "Time to an answer.", buckets=_SECONDS, registry=self._registry)

    def request(self, method: str, status: int) -> None:
        """Counts an answer over HTTP."""
        known = method if method in ("GET", "HEAD", "POST", "DELETE", "OPTIONS") else "other"
        self._requests.labels(known, str(status)).inc()

    def question(self, outcome: str, seconds: float) -> None:
        """Counts a question: answered, declined or failed."""
        self._questions.labels(outcome).inc()
        self._taken.observe(seconds)

    def text(self) -> bytes:
        """All of it as Prometheus reads it."""
        return generate_latest(self._registry)


class _IndexCollector(Collector):
    def __init__(self, open_index: OpenIndex) -> None:
        self._open_index = open_index

    def collect(self) -> Iterable[GaugeMetricFamily]:
        index, jobs = self._open_index.available(), self._open_index.jobs
        failed = sum(job.state == "failed" for job in jobs)
        for name, told, value in (
            (
                "qa_index_generation",
                "The generation that answers; 0 where none does.",
                index.generation if index else 0,
            ),
            ("qa_index_passages", "Its passages.", len(index.passages) if index else 0),
            ("qa_index_sources", "Its texts.", len(index.sources) if index else 0),
            ("qa_jobs_open", "Changes of the index that wait or are under way.", len(jobs) - failed),
            ("qa_jobs_failed", "Changes that failed.", failed),
        ):
            yield GaugeMetricFamily(name, told, value=value)
