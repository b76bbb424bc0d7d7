"""The demo of a small company: a year behind it in which nothing is known early, and which its pages show."""

import re
import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from features.calendar import month_end
from features.errors import BadInput
from features.simulation.run import LAST_DAY
from pipeline.demo.habits import habit_of
from pipeline.demo.year import RETRAINED_AFTER, ROLL_OUT_MONTHS, DemoYear, demo
from pipeline.identity.tokens import issue_token
from pipeline.registry import promotion
from pipeline.registry.loading import load
from pipeline.scoring.job import score_and_publish
from pipeline.settings import Settings
from pipeline.store.answers import last_answers
from pipeline.store.operations.briefings import confirmed_at
from pipeline.store.schema import LIST_ANSWER
from pipeline.store.store import Store
from serving.app import create_app
from serving.settings import ServerSettings

pytestmark = pytest.mark.filterwarnings("default")  # importing MLflow raises warnings about itself and SQLAlchemy

PEOPLE = 450
NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
DAYS = [month_end(LAST_DAY, number - 11) for number in range(12)]
NAMES = [f"{day:%Y-%m}" for day in DAYS]


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(var=tmp_path_factory.mktemp("demo") / "var")


@pytest.fixture(scope="module")
def year(settings: Settings) -> DemoYear:
    return demo(settings.var / "demo", settings, NOW, PEOPLE)


def test_every_month_of_the_year_is_scored_listed_and_monitored(year: DemoYear, settings: Settings) -> None:
    assert [month.month for month in year.months] == NAMES
    for month in NAMES:
        assert (settings.var / "lists" / month / "index.html").exists()
    assert (settings.var / "monitoring.html").exists()


def test_no_model_has_seen_a_month_that_it_scored(year: DemoYear, settings: Settings) -> None:
    for month, day in zip(year.months, DAYS, strict=True):
        learned_until = load(settings, month.model_version)[1].manifest["outcomes_until"]
        assert date.fromisoformat(learned_until) < day
    with Store.of(settings) as store, store.reading() as scores:
        assert scores.hindsight(year.source) == frozenset()


def test_the_ledger_shows_both_models_and_who_serves(year: DemoYear, settings: Settings) -> None:
    assert [model.known_until for model in year.models] == [date(2024, 12, 31), DAYS[RETRAINED_AFTER - 1]]
    events = promotion.history(settings)
    assert [event.version for event in events] == ["1"] * (len(events) - 1) + ["2"]
    serving = "2" if year.models[1].serves else "1"
    assert {month.model_version for month in year.months[:RETRAINED_AFTER]} == {"1"}
    assert {month.model_version for month in year.months[RETRAINED_AFTER:]} == {serving}


def test_half_a_year_of_roll_out_has_managers_who_wait_and_then_none(year: DemoYear) -> None:
    waiting = [month.waiting > 0 for month in year.months]
    assert waiting == [True] * ROLL_OUT_MONTHS + [False] * (12 - ROLL_OUT_MONTHS)
    assert year.effect is not None
    assert year.effect.is_randomised
    assert year.effect.parts["with_lists"].people > 0
    assert year.effect.parts["without_lists"].people > 0


def test_managers_answer_in_the_month_after_the_snapshot_and_after_the_briefing(
    year: DemoYear, settings: Settings
) -> None:
    with Store.of(settings) as store, store.reading() as scores:
        rows = scores.connection.execute(select(LIST_ANSWER.c.month, LIST_ANSWER.c.who, LIST_ANSWER.c.at)).all()
        briefed = {who: min(confirmed_at(scores.connection, who)) for who in {row.who for row in rows}}
        of_months = [last_answers(scores.connection, published) for published in scores.history(year.source)]
    assert {row.month for row in rows} == set(NAMES)
    for row in rows:
        after = row.at.date() - month_end(date.fromisoformat(f"{row.month}-01"))
        assert timedelta(days=3) <= after <= timedelta(days=24)
        assert briefed[row.who] < row.at
        assert habit_of(row.who, 1).reads
    assert [sum(month.answers.values()) for month in year.months] == [len(answers) for answers in of_months]


def test_the_lists_of_the_managers_who_are_named_open_after_the_year(year: DemoYear, settings: Settings) -> None:
    server = ServerSettings(var=settings.var)
    manager = next(iter(year.managers))
    with TestClient(create_app(server), base_url="https://testserver") as client:
        sign_in(client, server, "manager", manager)
        assert client.get("/list", params={"month": NAMES[-1]}).status_code == 200


def test_the_page_of_groups_shows_the_year(year: DemoYear, settings: Settings) -> None:
    server = ServerSettings(var=settings.var)
    with TestClient(create_app(server), base_url="https://testserver") as client:
        sign_in(client, server, "data_scientist")
        page = client.get("/groups").text
    assert len(set(re.findall(r"\b[A-Z][a-z]{2,3} 2025\b", page))) == len(DAYS)


def test_an_old_month_scored_with_a_newer_model_is_marked(year: DemoYear, settings: Settings, tmp_path: Path) -> None:
    shutil.copytree(settings.var, tmp_path / "var")
    copied = Settings(var=tmp_path / "var", mlflow_tracking_uri=settings.tracking_uri)
    scored = score_and_publish(year.company, copied, DAYS[0], "2", NOW.date())
    assert scored.publication.manifest["is_hindsight"]
    with Store.of(copied) as store, store.reading() as scores:
        assert scores.hindsight(year.source) == {DAYS[0]}


def test_the_same_seed_gives_the_same_scores_and_answers(year: DemoYear, settings: Settings, tmp_path: Path) -> None:
    again = Settings(var=tmp_path / "var")
    assert demo(tmp_path / "company", again, NOW, PEOPLE, months=2).months == year.months[:2]
    hashes = []
    for each in (settings, again):
        with Store.of(each) as store, store.reading() as scores:
            hashes.append([published.content_hash for published in scores.history(year.source)][:2])
    assert hashes[0] == hashes[1]


def test_a_state_that_holds_months_is_left_alone(year: DemoYear, settings: Settings) -> None:
    with pytest.raises(BadInput, match="already holds published months"):
        demo(year.company, settings, NOW, PEOPLE)


def sign_in(client: TestClient, settings: ServerSettings, role: str, person: str | None = None) -> None:
    form = re.search(r'name="form_token" value="([^"]+)"', client.get("/sign-in").text)
    assert form
    token = issue_token(settings, role, person)
    client.post("/sign-in", data={"form_token": form[1], "token": token})
