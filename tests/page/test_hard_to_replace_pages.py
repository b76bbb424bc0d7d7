"""Who is hard to replace, as a manager and HR see it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import polars as pl
from playwright.sync_api import Page, expect
from published import SEPTEMBER, publication

from pipeline.store.store import Store


def test_the_list_the_persons_page_and_the_receipt_say_who_is_hard_to_replace(
    page: Page, sign_in: Callable[..., None], state_purpose: Callable[[], None], store: Store
) -> None:
    weights = pl.DataFrame({"employee_id": ["A", "B"], "criticality": [3.9, 4.5]})
    store.publish(replace(publication(date(2026, 9, 30), SEPTEMBER), criticality=weights))
    sign_in("manager", "M1", "/list")
    cards = page.locator(".who")
    expect(cards.filter(has_text="B").get_by_text("Hard to replace")).to_be_visible()
    expect(page.get_by_text("Hard to replace")).to_have_count(1)
    sign_in("hr", "H1", "/people/B")
    state_purpose()
    expect(page.locator(".head")).to_contain_text("Hard to replace")
    page.goto("/people/B/receipt")
    expect(page.get_by_text("How hard to replace (1 to 5): 4.5").first).to_be_visible()
