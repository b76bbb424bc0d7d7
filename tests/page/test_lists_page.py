"""HR's page of all lists: what its numbers count, and who has open conversations."""

from collections.abc import Callable
from datetime import UTC, date, datetime

from playwright.sync_api import Page, expect
from published import CALM, SEPTEMBER, publication

from pipeline.store.answers import ListAnswer, store_answer
from pipeline.store.store import Store

SIGN_IN = Callable[..., None]


def answer(store: Store, *people: str) -> None:
    with store.changing() as connection, store.reading() as scores:
        published = scores.current()
        assert published is not None
        for person in people:
            store_answer(
                connection, published, ListAnswer(datetime(2026, 10, 5, tzinfo=UTC), "M", person, "talked", [])
            )


def test_most_open_conversations_come_first_and_answers_are_counted(page: Page, sign_in: SIGN_IN, store: Store) -> None:
    """A and B report to M1, D to M2, and all three are on a list."""
    sign_in("hr", "H1", "/lists")
    main, managers = page.locator("main"), page.locator("tbody th")
    expect(main).to_contain_text("2 managers have somebody to talk to. People on lists: 3, with an answer: 0.")
    expect(managers).to_have_text(["M1", "M2"])
    answer(store, "A", "B")
    page.reload()
    expect(main).to_contain_text("People on lists: 3, with an answer: 2.")
    expect(managers).to_have_text(["M2", "M1"])
    assert "further list" not in main.inner_text()


def test_a_list_without_anybody_to_talk_to_is_counted_apart(page: Page, sign_in: SIGN_IN, store: Store) -> None:
    """E was on the list of M2 in August. D is calm too, so the list of M2 only says that E is no longer listed."""
    store.publish(publication(date(2026, 9, 30), {**SEPTEMBER, "D": CALM}))
    sign_in("hr", "H1", "/lists")
    expect(page.locator("main")).to_contain_text("1 manager has somebody to talk to.")
    expect(page.locator("main")).to_contain_text(
        "1 further list has nobody to talk to: it only says who is no longer listed."
    )
    expect(page.locator("tbody tr")).to_have_count(2)
