"""The overview's counts of lists: a large company is not listed again for each reader."""

from api_server import Bearer
from fastapi.testclient import TestClient

from pipeline.identity.scopes import Scope
from pipeline.store.store import Store
from serving.settings import ServerSettings
from serving.views.overview import RECENT_SECONDS, ListsOfMonth, RecentLists


def test_an_answer_is_counted_once_the_counts_are_a_minute_old(
    client: TestClient, bearer: Bearer, store: Store, settings: ServerSettings
) -> None:
    clock = [1_000.0]
    recent = RecentLists(settings, clock=lambda: clock[0])

    def counts(scope: Scope | None = None) -> ListsOfMonth:
        with store.reading(scope) as scores:
            published = scores.current()
            assert published
            found = recent.of(scores, published)
            assert found
            return found

    before = counts()
    assert (before.listed, before.answered) == (3, 0)  # A and B of M1, D of M2
    client.post("/v1/lists/2026-09/A/answer", json={"outcome": "talked"}, headers=bearer("manager", "M1"))
    clock[0] += RECENT_SECONDS
    assert counts() == before
    assert counts(Scope(line=("M1",))).answered == 1  # another scope has counts of its own
    clock[0] += 0.1
    assert (counts().listed, counts().answered) == (3, 1)
