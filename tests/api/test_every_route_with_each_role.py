"""What OpenAPI says is what the real server answers: to sound and unsound requests, on every route, with each role and
without one; a champion is there to score what is sent.

A few examples each, the same every time in CI; more with `EXAMPLES=70` (see `tests/support/examples.py`).
"""

from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import pytest
import requests
import schemathesis
from examples import at_most
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from pipeline.settings import Settings
from pipeline.store.store import Store

pytestmark = pytest.mark.filterwarnings("default")  # importing MLflow raises warnings about itself and SQLAlchemy

ASKERS = (("hr", "H1"), ("manager", "M1"), ("data_scientist", "S1"), ("auditor", "X1"), ("representative", "W1"))
ASKERS += (("employee", "A"),)
HELD = {"employee_id": "A", "month": "2026-09"}
"""Each request is repeated with the id of a stored person: generated ids hardly ever exist."""

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
]


@pytest.fixture
def described(start_server: Callable[..., Any], store: Store, trained: Settings) -> Any:
    server = start_server(MLFLOW_TRACKING_URI=trained.mlflow_tracking_uri, RETENTION_EMPLOYEE_ACCESS="true")
    return schemathesis.openapi.from_url(f"{server.url}/openapi.json")


@pytest.fixture
def session() -> Iterator[requests.Session]:
    with requests.Session() as session:
        yield session


def test_every_answer_conforms_to_openapi(
    described: Any, session: requests.Session, bearer: Callable[..., dict[str, str]]
) -> None:
    askers = [bearer(role, person) for role, person in ASKERS] + [{"Authorization": ""}]
    operations = [item.ok() for item in described.get_all_operations()]
    assert len(operations) == 38
    operations.sort(key=lambda operation: "/halt" in operation.path)  # which makes others 503
    for operation, mode in product(operations, schemathesis.GenerationMode):
        if mode is schemathesis.GenerationMode.NEGATIVE and not (operation.path_parameters or operation.query):
            continue  # nothing can be wrong with it

        @settings(max_examples=at_most(3), deadline=None, database=None, suppress_health_check=list(HealthCheck))
        @given(case=operation.as_strategy(generation_mode=mode))
        def holds(case: schemathesis.Case) -> None:
            for headers in askers:
                case.call_and_validate(session=session, headers=headers, checks=CHECKS, timeout=60)
            for name in HELD.keys() & case.path_parameters.keys():
                case.path_parameters[name] = HELD[name]
            for headers in askers:
                case.call_and_validate(session=session, headers=headers, checks=CHECKS, timeout=60)

        holds()
