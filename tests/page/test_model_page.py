"""The model page over a registry with one evaluated version, its plots and its ledger."""

from typing import Any

import pytest
from accessible import assert_accessible
from full_report import FULL
from playwright.sync_api import Page, expect
from tiny_registry import MODEL_FEATURES

from pipeline.model.blend import Blend
from pipeline.model.stored_model import StoredModel
from pipeline.registry import promotion
from pipeline.registry.report_json import report_of
from serving.settings import ServerSettings

pytestmark = pytest.mark.filterwarnings("default")  # importing MLflow raises warnings about itself and SQLAlchemy

PLOT = (
    b'<svg xmlns="http://www.w3.org/2000/svg" width="640" height="420"><path d="M0 0H640" style="stroke: #000"/></svg>'
)


@pytest.fixture
def served(settings: ServerSettings, blend: Blend) -> ServerSettings:
    with_registry = settings.model_copy(update={"mlflow_tracking_uri": f"sqlite:///{settings.var / 'mlflow.db'}"})
    model = StoredModel(6, {6: blend}, MODEL_FEATURES, {"source": "tiny"})
    assert promotion.record(with_registry, model, report_of(FULL), {"gain.svg": PLOT, "reliability.svg": PLOT}).promoted
    return with_registry


def row(page: Page, table: str, name: str) -> Any:
    return page.get_by_role("table", name=table).get_by_role("row", name=name)


def test_the_page_shows_the_champions_evaluation_and_opens_its_card(page: Page, sign_in: Any) -> None:
    sign_in("auditor", "X1", "/model")
    expect(page.get_by_role("heading", level=1)).to_have_text("How the model was evaluated")
    expect(page.get_by_role("img", name="Calibration", exact=True)).to_be_visible()
    page.get_by_text("As a table").first.click()
    expect(page.get_by_role("row", name="10% 12% 8.0%–17%")).to_be_visible()
    expect(row(page, "Lift", "this model")).to_contain_text("2.50×")
    expect(row(page, "Lift", "tenure alone")).to_contain_text("1.25×")
    expect(row(page, "Ablation", "pay alone")).to_contain_text("+0.071 0.043 … 0.106")
    expect(row(page, "gender", "woman")).to_contain_text("0.90 0.75–1.05")
    for name in ("another", "not said"):  # without an interval, and suppressed
        expect(row(page, "gender", name)).to_contain_text("too few people to show")
    expect(row(page, "By level", "1")).to_contain_text("0.66 0.60–0.72")
    expect(page.get_by_role("region", name="Ledger")).to_contain_text("promoted: the gate passed")
    assert "nan" not in page.locator("main").inner_text().lower().split()
    expect(page.locator("main")).to_contain_text("The highest tenth contains 20%.")
    expect(page.locator("main")).to_contain_text("In the highest tenth, 80% left. Dashed: the base rate, 40%.")
    for title in ("Gain", "Precision", "AUC by month", "Calibration slope by month"):
        expect(page.get_by_role("img", name=title, exact=True)).to_be_visible()
    assert_accessible(page)
    page.get_by_role("link", name="Model card").click()
    expect(page.locator("body")).to_contain_text("Who is affected, and their rights")
    assert page.request.get("/model/9/card").status == 404


def test_the_russian_page_says_that_its_card_is_in_english(page: Page, sign_in: Any) -> None:
    sign_in("auditor", "X1", "/model")
    expect(page.locator("main")).not_to_contain_text("in English")
    page.get_by_role("link", name="Русский").click()
    expect(page.locator("main")).to_contain_text("На английском языке.")
    expect(page.get_by_role("img", name="Охват", exact=True)).to_be_visible()
    expect(page.get_by_role("img", name="Наклон калибровки по месяцам")).to_be_visible()
    assert page.locator("main img").count() == 0  # a picture of the run would be in English
    page.get_by_role("link", name="Паспорт модели").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
