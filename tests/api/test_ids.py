"""One rule of ids: whatever validation and publication accept, the API can name, and nothing else."""

from datetime import date
from urllib.parse import quote

import httpx2
import polars as pl
import pytest
from api_server import Bearer, running
from examples import at_most
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from stores import month_of_scores

from features.contract import ids
from features.errors import Refused
from pipeline.store.store import Store
from serving.app import create_app
from serving.settings import ServerSettings

ONE_CLIENT = hypothesis_settings(
    max_examples=at_most(40), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
SIGNS = st.sampled_from("aZ9 -_./\\?#&+;:'\"\t\r\x00\x1f\x7f\x85\xa0\u2028é日😀")


@ONE_CLIENT
@given(st.text(SIGNS, min_size=1, max_size=8))
@example("x" * ids.MOST_CHARACTERS)
@example("x" * (ids.MOST_CHARACTERS + 1))
@example("日" * ids.MOST_CHARACTERS)
def test_the_api_names_exactly_the_ids_that_keep_the_rule(client: TestClient, bearer: Bearer, person: str) -> None:
    """Line feeds are left out: the router takes none for a part of an id."""
    if person in ids.NOT_A_PATH:
        return  # the client itself removes them from the address
    status = client.delete(f"/v1/employees/{quote(person, safe='')}", headers=bearer("hr")).status_code
    accepts = pl.select(ids.is_nameable(pl.lit(person))).item()
    assert status == (404 if accepts else 422)


@pytest.mark.parametrize("person", ["a/b", "a/risk", "É 日", "?x=1#y", "%2e%2e", "x" * 200, "日" * 200])
def test_whoever_can_be_published_can_be_erased(
    settings: ServerSettings, bearer: Bearer, store: Store, person: str
) -> None:
    store.publish(month_of_scores(date(2026, 10, 31), {person: 0.0, "A": 0.0}, {"A": person}))
    with running(create_app(settings)) as url:
        answer = httpx2.delete(f"{url}/v1/employees/{quote(person, safe='')}", headers=bearer("hr"))
    assert (answer.json()["removed"]["score"], answer.json()["removed"]["manager_of"]) == (1, 1)


@pytest.mark.parametrize("person", ["a\tb", "a\nb", "\x00", "x" * 201, "..", ""])
@pytest.mark.parametrize("manages", [False, True])
def test_nobody_is_published_whom_the_api_cannot_name(store: Store, person: str, manages: bool) -> None:
    people, managers = ({"A": 0.0}, {"A": person}) if manages else ({person: 0.0}, {})
    with pytest.raises(Refused) as refused:
        store.publish(month_of_scores(date(2026, 10, 31), people, managers))
    assert [finding.rule for finding in refused.value.findings] == [ids.SENTENCE]
