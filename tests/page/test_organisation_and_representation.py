"""The pages of heads, of representatives, and of HR with a scope."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from accessible import assert_accessible
from briefed import brief
from full_report import FULL
from led_company import led_company
from playwright.sync_api import Page, expect
from tiny_registry import MODEL_FEATURES

from pipeline.identity.scopes import Scope
from pipeline.identity.tokens import issue_token
from pipeline.model.blend import Blend
from pipeline.model.stored_model import StoredModel
from pipeline.registry import promotion
from pipeline.registry.report_json import report_of
from pipeline.store.store import Store
from serving.settings import ServerSettings

pytestmark = pytest.mark.filterwarnings("default")  # importing MLflow raises warnings about itself and SQLAlchemy


@pytest.fixture
def store(settings: ServerSettings) -> Iterator[Store]:
    with Store.of(settings) as store:
        store.publish(led_company())
        brief(store)
        yield store


@pytest.fixture
def served(settings: ServerSettings, blend: Blend) -> ServerSettings:
    with_registry = settings.model_copy(update={"mlflow_tracking_uri": f"sqlite:///{settings.var / 'mlflow.db'}"})
    model = StoredModel(6, {6: blend}, MODEL_FEATURES, {"source": "tiny"})
    assert promotion.record(with_registry, model, report_of(FULL), {}).promoted
    return with_registry


def test_a_head_sees_the_organisation_and_no_person_below_the_direct_reports(page: Page, sign_in: Any) -> None:
    sign_in("manager", "HEAD", "/organisation")
    expect(page.get_by_role("heading", level=1)).to_contain_text("voluntary exits expected in your organisation")
    expect(page.locator("main")).to_contain_text("It counts all 20 people")
    teams = page.get_by_role("table").filter(has_text="To talk to")
    expect(teams.get_by_role("row", name=re.compile("^M1"))).to_contain_text("6")
    expect(teams.get_by_role("row", name=re.compile("^M3"))).to_contain_text("too few people to show")
    assert not re.search(r"\b[ABC]\d\b", page.locator("body").inner_text())
    assert_accessible(page)
    page.get_by_role("link", name="Русский").click()
    expect(page.locator("h1")).to_contain_text("ожидается в вашей структуре")
    assert_accessible(page)


def test_a_representative_reads_how_the_system_is_used_and_finds_no_person(page: Page, sign_in: Any) -> None:
    sign_in("representative", None, "/")
    expect(page).to_have_url(re.compile("/representation$"))
    expect(page.get_by_role("heading", level=1)).to_have_text("How the system is used, and how it is checked")
    expect(page.get_by_role("row", name=re.compile("woman"))).to_contain_text("0.90 0.75–1.05")
    expect(page.locator("main")).to_contain_text("No day is recorded on which people were informed")
    expect(page.locator("main")).to_contain_text("The system has not been monitored yet.")
    assert not re.search(r"\b([ABCX]\d|HEAD|M1)\b", page.locator("body").inner_text())
    assert_accessible(page)
    page.get_by_role("link", name="Русский").click()
    expect(page.locator("h1")).to_have_text("Как систему используют и как её проверяют")
    assert_accessible(page)
    page.get_by_role("link", name="Паспорт модели").click()
    expect(page.locator("body")).to_contain_text("Who is affected, and their rights")


def test_hr_with_a_scope_sees_whole_groups_and_no_total(page: Page, settings: ServerSettings) -> None:
    page.goto("/sign-in?next=/overview")
    page.get_by_label("Token").fill(issue_token(settings, "hr", scope=Scope(department=("Plant",))))
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("main")).to_contain_text("You see the groups that lie wholly within your scope.")
    expect(page.locator("main")).not_to_contain_text("Office")
    assert_accessible(page)
    page.get_by_role("link", name="By group").click()
    expect(page.locator("main")).to_contain_text("Plant")
    expect(page.locator("main")).not_to_contain_text("Office")
    assert_accessible(page)
