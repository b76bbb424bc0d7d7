"""The overview's counts of lists: a large company is not listed again for each reader."""

from datetime import timedelta

import pytest
from api_server import Bearer
from fastapi.testclient import TestClient

from pipeline.disclosure import part_shown
from pipeline.identity.scopes import Scope
from pipeline.store.audit.openings import shown_on_lists
from pipeline.store.store import Store
from serving.settings import ServerSettings
from serving.views.overview import RECENT_SECONDS, ListsOfMonth, RecentLists, lists_of_month


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


def test_lists_that_managers_opened_are_counted_unless_they_are_few(
    client: TestClient, bearer: Bearer, store: Store, settings: ServerSettings
) -> None:
    """Two lists, of M1 and M2: a company of two is too small to count in."""
    with store.reading() as scores:
        published = scores.current()
        assert published
        since = scores.first_published_at(published)
        assert shown_on_lists(scores.connection, ["A", "B", "D"], since) == set()
    client.get("/v1/lists/2026-09?purpose=retention_conversation", headers=bearer("manager", "M1"))
    client.get("/v1/lists/2026-09?manager_id=M2&purpose=retention_conversation", headers=bearer("hr"))
    with store.reading() as scores:
        assert shown_on_lists(scores.connection, ["A", "B", "D"], since) == {"A", "B"}
        assert shown_on_lists(scores.connection, ["A", "B", "D"], since + timedelta(days=1)) == set()
        found = lists_of_month(scores, published, settings)
    assert found is not None
    assert (found.with_people, found.opened) == (2, None)


@pytest.mark.parametrize(
    ("opened", "lists", "shown"),
    [(0, 4, None), (0, 5, 0), (1, 9, None), (5, 9, None), (5, 10, 5), (9, 10, None), (10, 10, 10)],
)
def test_a_part_is_shown_only_where_neither_it_nor_the_rest_is_few(opened: int, lists: int, shown: int | None) -> None:
    assert part_shown(opened, lists) == shown
