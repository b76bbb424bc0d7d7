"""Requests made to break the server: a 4xx answer to each, on every route that takes a body or a query."""

import gzip
import json
from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import pytest
from api_server import Bearer
from fastapi.testclient import TestClient

from pipeline.settings import Settings
from serving.app import create_app
from serving.settings import ServerSettings

pytestmark = pytest.mark.filterwarnings("default")  # importing MLflow raises warnings about itself and SQLAlchemy

JSON = "application/json"
BODIES = {
    "/v1/scores?purpose=retention_conversation": {"records": [{"tenure_months": 8}]},
    "/v1/employees/A/what-if?purpose=retention_conversation": {"raise_percent": 5},
    "/v1/employees/A/contest": {"ground": "objection", "statement": "No."},
    "/v1/lists/2026-09/A/answer": {"outcome": "talked", "drivers": ["pay"]},
}
"""A sound body of every route that takes one."""

SOUND = json.dumps(BODIES["/v1/scores?purpose=retention_conversation"])
BROKEN: dict[str, bytes] = {
    "no JSON": b"{",
    "nothing": b"",
    "invalid UTF-8": b'{"a": "\xff\xfe"}',
    "UTF-16": SOUND.encode("utf-16"),
    "UTF-32": SOUND.encode("utf-32-le"),
    "gzip": gzip.compress(SOUND.encode()),
    "a surrogate in bytes": b'{"a": "\xed\xa0\x80"}',
    "a lone surrogate as a value": b'{"a": "\\ud800"}',
    "a lone surrogate as a name": b'{"\\uDC00": 1}',
    "a null byte outside of text": b'{"a": 1}\x00',
    "a null byte in a name": b'{"a\\u0000": 1}',
    "a name twice": b'{"raise_percent": 5, "raise_percent": 6, "outcome": "talked", "outcome": "talked"}',
    "NaN": b'{"a": NaN}',
    "Infinity": b'{"a": -Infinity}',
    "a number beyond floats": b'{"a": 1e400}',
    "an integer beyond floats": b'{"a": 1' + b"0" * 400 + b"}",
    "an integer beyond Python": b'{"a": ' + b"9" * 5000 + b"}",
    "nested arrays": b"[" * 100_000,
    "nested objects": b'{"a":' * 100_000,
    "closed nested arrays": b"[" * 900 + b"]" * 900,
    "a list": b"[]",
    "a number": b"1",
    "null": b"null",
    "a text": b'"x"',
    "a long name": b'{"' + b"a" * 100_000 + b'": 1}',
}
RECORDS: dict[str, str] = {
    "the pay itself as the logarithm": '{"pay_against_market": 42000}',
    "a percentage as a logarithm": '{"pay_against_market": 90}',
    "below": '{"pay_against_market": -20.1}',
    "a huge figure": '{"tenure_months": 1e26}',
    "the largest float": '{"tenure_months": 1.7976931348623157e308}',
    "a huge negative": '{"tenure_months": -1e308}',
    "a large integer": '{"tenure_months": 99999999999999999999}',
    "a huge integer": '{"tenure_months": 1' + "0" * 400 + "}",
    "an exponent": '{"tenure_months": 1e400}',
    "NaN": '{"tenure_months": NaN}',
    "a text": '{"tenure_months": "8"}',
    "true": '{"tenure_months": true}',
    "a list": '{"tenure_months": [8]}',
    "an object": '{"tenure_months": {"a": 1}}',
    "a number for a category": '{"contract": 1}',
    "a lone surrogate": '{"contract": "\\ud800"}',
    "the other half": '{"contract": "x\\udfffx"}',
    "halves in the wrong order": '{"contract": "\\udc00\\ud800"}',
    "a surrogate as a name": '{"\\ud800": 1}',
    "a null byte": '{"contract": "a\\u0000b"}',
    "a long text": '{"contract": "' + "x" * 100_000 + '"}',
    "a name twice": '{"tenure_months": 1, "tenure_months": 2}',
    "an unknown name": '{"nonsense": 1}',
    "an empty name": '{"": 1}',
    "10,000 unknown names": json.dumps({f"x{number}": 1 for number in range(10_000)}),
    "no object": "[]",
    "null": "null",
}


@pytest.fixture
def scoring(trained: Settings, settings: ServerSettings, bearer: Bearer) -> Iterator[Callable[..., Any]]:
    """Asks as HR, with a champion behind the server; an exception in the server is an answer with status 500."""
    here = settings.model_copy(update={"mlflow_tracking_uri": trained.tracking_uri})
    with TestClient(create_app(here), raise_server_exceptions=False) as client:

        def ask(method: str, url: str, content: bytes | None = None, **headers: str | bytes) -> Any:
            given = {"Content-Type": JSON, **{name.replace("_", "-"): value for name, value in headers.items()}}
            return client.request(method, url, content=content, headers=bearer("hr", "M1") | given)

        yield ask


def refused(answer: Any) -> bool:
    return 400 <= answer.status_code < 500 and bool(answer.json()["detail"]) and answer.text.isprintable()


def test_sound_bodies_are_answered(scoring: Callable[..., Any], store: Any) -> None:
    answers = {url: scoring("POST", url, json.dumps(body).encode()) for url, body in BODIES.items()}
    assert {url: answer.status_code for url, answer in answers.items() if answer.status_code >= 500} == {}
    assert answers["/v1/scores?purpose=retention_conversation"].status_code == 200
    assert answers["/v1/employees/A/contest"].status_code == 201


def test_a_body_that_is_not_sound_json_is_refused_on_every_route(scoring: Callable[..., Any], store: Any) -> None:
    answers = {(url, case): scoring("POST", url, body) for url, (case, body) in product(BODIES, BROKEN.items())}
    assert [case for case, answer in answers.items() if not refused(answer)] == []


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/xml", "application/x-www-form-urlencoded", "multipart/form-data", ""]
)
def test_a_body_of_another_type_is_refused_on_every_route(
    scoring: Callable[..., Any], store: Any, content_type: str
) -> None:
    for url, body in BODIES.items():
        assert refused(scoring("POST", url, json.dumps(body).encode(), Content_Type=content_type)), url


def test_a_compressed_body_is_refused(scoring: Callable[..., Any]) -> None:
    url = "/v1/scores?purpose=retention_conversation"
    assert refused(scoring("POST", url, gzip.compress(SOUND.encode()), Content_Encoding="gzip"))


@pytest.mark.parametrize("case", RECORDS)
def test_a_record_that_cannot_be_scored_is_refused(scoring: Callable[..., Any], case: str) -> None:
    body = f'{{"records": [{RECORDS[case]}]}}'.encode()
    assert refused(scoring("POST", "/v1/scores?purpose=retention_conversation", body))


def test_too_many_records_are_refused(scoring: Callable[..., Any]) -> None:
    for count in (0, 1_001, 200_000):
        body = json.dumps({"records": [{}] * count}).encode()
        assert refused(scoring("POST", "/v1/scores?purpose=retention_conversation", body))


QUERIES = (
    "%ED%A0%80",
    "%00",
    "%FF",
    "%F0%9F%98%80" * 300,
    "x" * 5_000,
    "1e400",
    "1" + "0" * 400,
    "-1",
    "NaN",
    "",
    "'--",
)
PARAMETERS = {
    "/v1/employees": "department level location manager_id band sort cursor limit purpose".split(),
    "/v1/employees/A/risk": "horizon_months purpose".split(),
    "/v1/lists/2026-09": "manager_id purpose".split(),
    "/v1/audit": "who whom role what result request_id since until cursor limit purpose".split(),
    "/v1/groups/department": "purpose cursor limit".split(),
    "/v1/employees/A/receipt": "purpose".split(),
    "/v1/contests": "purpose".split(),
}
PATHS = ("/v1/employees/{}/risk", "/v1/employees/{}/receipt", "/v1/lists/{}", "/v1/groups/{}", "/v1/models/{}")
HEADERS = ("Accept", "Accept-Language", "If-None-Match", "X-Request-ID", "Authorization", "Cookie", "Content-Length")


def test_no_query_makes_the_server_fail(scoring: Callable[..., Any], store: Any, bearer: Bearer) -> None:
    for url, names in PARAMETERS.items():
        for name, value in product(names, QUERIES):
            purpose = "" if name == "purpose" else "&purpose=retention_conversation"
            as_auditor = bearer("auditor", "X1") if url == "/v1/audit" else {}
            answer = scoring("GET", f"{url}?{name}={value}{purpose}", **as_auditor)
            assert answer.status_code < 500, (url, name, value[:20])


def test_no_id_in_a_path_makes_the_server_fail(scoring: Callable[..., Any], store: Any) -> None:
    for path, value in product(PATHS, QUERIES):
        answer = scoring("GET", f"{path.format(value)}?purpose=retention_conversation")
        assert answer.status_code < 500, (path, value[:20])


@pytest.mark.parametrize("name", HEADERS)
def test_no_header_makes_the_server_fail(scoring: Callable[..., Any], store: Any, name: str) -> None:
    for value in (b"\xff\xfe", b"x" * 5_000, b"1e400", b"*;q=1e400", b"a;q=nan,b;q=-1", b",,,;;;==", b""):
        assert scoring("GET", "/v1/lists/2026-09", **{name.replace("-", "_"): value}).status_code < 500, value[:20]
