"""The log: a line of JSON per event, on stderr. It has routes, statuses and request ids, nothing about a person."""

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Any, Final

from pipeline.tracebacks import described

LOG: Final = logging.getLogger("retention.server")
_TRACEBACK: Final = "Traceback (most recent call last)"
"""Begins the text of a traceback, which Starlette puts into the message of a failed start."""


class JsonLines(logging.Formatter):
    """An event with its `fields`. An exception is logged by type and location: its message may quote personal data."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line of JSON."""
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage().partition(_TRACEBACK)[0],
            **getattr(record, "fields", {}),
        }
        if record.exc_info and record.exc_info[1]:
            line["fault"] = described(record.exc_info[1])
        return json.dumps(line, ensure_ascii=False)


def write_json_lines() -> None:
    """Send our events and uvicorn's to stderr as JSON. Its access log is off: a path can contain a person's id."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    for name in ("retention", "uvicorn"):
        logger = logging.getLogger(name)
        logger.handlers = [handler]
        logger.setLevel(logging.INFO)
    LOG.disabled = False  # MLflow's migrations disable every logger that exists when they run
    logging.getLogger("uvicorn.access").disabled = True
