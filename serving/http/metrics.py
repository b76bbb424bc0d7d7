"""Counters for Prometheus: how long requests take, people served, refusals, and rows of the audit."""

import os
from typing import Final

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

CONTENT_TYPE: Final = CONTENT_TYPE_LATEST
WORKERS_FOLDER: Final = "PROMETHEUS_MULTIPROC_DIR"
"""Environment variable of the Prometheus client: the folder in which several workers combine their counters."""

_SECONDS: Final = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10)


class Metrics:
    """One server's counters. Labels are routes' templates, statuses and results, never anything about a person.

    `gauges` are read when they are asked for.
    """

    def __init__(self, *gauges: Collector) -> None:
        self.registry = CollectorRegistry()
        self._gauges = gauges
        for gauge in gauges:
            self.registry.register(gauge)
        labels = ("method", "route", "status")
        self._seconds = Histogram(
            "retention_request_seconds", "Time to answer", labels, registry=self.registry, buckets=_SECONDS
        )
        self._people = Counter("retention_people_served", "People named in answers", registry=self.registry)
        self._refusals = Counter("retention_refusals", "Requests refused", ("route", "status"), registry=self.registry)
        self._audit_rows = Counter(
            "retention_audit_rows", "Rows written to the audit", ("result",), registry=self.registry
        )

    def count_answer(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count an answer and the seconds it took."""
        self._seconds.labels(method, route, str(status)).observe(seconds)
        if status in (401, 403, 429):
            self._refusals.labels(route, str(status)).inc()

    def count_audit_rows(self, result: str, rows: int, people: int) -> None:
        """Count rows of the audit, and the people named in the answer that they record."""
        self._audit_rows.labels(result).inc(rows)
        self._people.inc(people)

    def text(self) -> bytes:
        """All counters in Prometheus' text format, summed over workers where they share a folder."""
        if WORKERS_FOLDER not in os.environ:
            return generate_latest(self.registry)
        combined = CollectorRegistry()
        MultiProcessCollector(combined)  # type: ignore[no-untyped-call]
        for gauge in self._gauges:
            combined.register(gauge)
        return generate_latest(combined)
