"""Answers in the format that the client prefers, and 304 where an answer has not changed."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import Header, Request
from pydantic import BaseModel
from starlette.responses import Response

from pipeline.lists.written.spreadsheet import Cell, csv_bytes, xlsx_bytes
from serving.http.problems import Refusal

JSON: Final = "application/json"
CSV: Final = "text/csv"
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HTML: Final = "text/html"

TABLES: Final = (JSON, CSV, XLSX)
"""The formats of a table; the first is the default."""

CACHING: Final = {"Cache-Control": "private, no-cache", "Vary": "Accept, Accept-Language, Authorization"}
"""The client may cache an answer privately, and must check each time that it is still current."""

AcceptHeader = Annotated[str, Header(description="the formats that the client accepts (RFC 9110)", examples=[JSON])]
"""The Accept header."""


@dataclass(frozen=True)
class Table:
    """An answer as rows, for spreadsheets."""

    title: str
    columns: Sequence[str]
    rows: Iterable[Sequence[Cell]]


def forms(*more: str) -> dict[int | str, dict[str, Any]]:
    """The other formats of a route's answer, and the answer to If-None-Match, for OpenAPI."""
    unchanged: dict[int | str, dict[str, Any]] = {304: {"description": "Not Modified"}}
    return unchanged | ({200: {"content": {form: {"schema": {"type": "string"}} for form in more}}} if more else {})


def preferred(accept: str, offered: Sequence[str]) -> str:
    """The format that the client prefers (RFC 9110 12.5.1; of the parameters only q counts). Raises 406."""
    ranges = [_media_range(part) for part in accept.split(",")]
    best = max(offered, key=lambda form: _quality(form, ranges))  # max keeps the first of equals
    if _quality(best, ranges) <= 0:
        raise Refusal(406, "no-such-form", f"Available formats: {', '.join(offered)}.")
    return best


def as_json(request: Request, answer: BaseModel, status: int = 200) -> Response:
    """An answer whose only format is JSON."""
    text = answer.model_dump_json().encode()
    return unless_unchanged(request, JSON, text, lambda: text, status)


def as_table(request: Request, form: str, answer: BaseModel, table: Callable[[], Table]) -> Response:
    """An answer in one of the formats `TABLES`."""
    text = answer.model_dump_json().encode()
    return unless_unchanged(request, form, text, lambda: text if form == JSON else spreadsheet(form, table()))


def spreadsheet(form: str, table: Table) -> bytes:
    """A table as CSV or XLSX."""
    if form == CSV:
        return csv_bytes(table.columns, table.rows)
    return xlsx_bytes(table.columns, table.rows, table.title)


def unless_unchanged(
    request: Request, form: str, content: bytes, body: Callable[[], bytes], status: int = 200
) -> Response:
    """The body, or 304 for a client that already has it. The tag is a hash of content and format."""
    tag = f'W/"{hashlib.sha256(form.encode() + content).hexdigest()[:32]}"'
    headers = {"ETag": tag, **CACHING}
    if request.method == "GET" and _has_current(request.headers.get("If-None-Match", ""), tag):
        return Response(status_code=304, headers=headers)
    return Response(body(), status, headers, form)


def _has_current(tags: str, tag: str) -> bool:
    return any(each.strip() in (tag, tag.removeprefix("W/"), "*") for each in tags.split(","))


def _media_range(part: str) -> tuple[str, float]:
    media_range, *parameters = (piece.strip().lower() for piece in part.split(";"))
    quality = next((piece[2:] for piece in parameters if piece.startswith("q=")), "1")
    try:
        return media_range, float(quality)
    except ValueError:
        return media_range, 0.0


def _quality(form: str, ranges: Sequence[tuple[str, float]]) -> float:
    """The quality of the most specific range that covers the format; 0 if none does."""
    for media_range in (form, f"{form.split('/')[0]}/*", "*/*"):
        for accepted, quality in ranges:
            if accepted == media_range:
                return quality
    return 0.0
