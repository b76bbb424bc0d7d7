"""Counters for Prometheus: how long requests take, what is served, what is refused, what the audit keeps."""

import os
from typing import Final

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

CONTENT_TYPE: Final = CONTENT_TYPE_LATEST
MANY_WORKERS: Final = "PROMETHEUS_MULTIPROC_DIR"
"""The folder in which several workers add up their counters, as the Prometheus client has it."""

_SECONDS: Final = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10)


class Metrics:
    """One server's counters. Labels are routes' templates, statuses and results: never anything of a person."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        labels = ("method", "route", "status")
        self._seconds = Histogram(
            "retention_request_seconds", "Time to answer", labels, registry=self.registry, buckets=_SECONDS
        )
        self._people = Counter("retention_people_served", "People named in answers", registry=self.registry)
        self._refusals = Counter("retention_refusals", "Requests refused", ("route", "status"), registry=self.registry)
        self._audit_rows = Counter("retention_audit_rows", "Rows kept", ("result",), registry=self.registry)

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count an answer."""
        self._seconds.labels(method, route, str(status)).observe(seconds)
        if status in (401, 403, 429):
            self._refusals.labels(route, str(status)).inc()

    def kept(self, result: str, rows: int, people: int) -> None:
        """Count rows of the audit, and people named in the answer that they are about."""
        self._audit_rows.labels(result).inc(rows)
        self._people.inc(people)

    def text(self) -> bytes:
        """All counters in Prometheus' text format; of all workers, where they share a folder."""
        if MANY_WORKERS not in os.environ:
            return generate_latest(self.registry)
        together = CollectorRegistry()
        MultiProcessCollector(together)  # type: ignore[no-untyped-call]
        return generate_latest(together)
