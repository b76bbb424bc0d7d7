"""The draft of the impact assessment states what is held and what is open, and names nobody."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from documents import named_tests, page, section, table_lines
from stores import month_of_scores

from pipeline.documents.impact_assessment import assessment, held, open_points
from pipeline.settings import Settings
from pipeline.store.audit.audit import AuditEntry
from pipeline.store.publication import Publication
from pipeline.store.store import Store

TODAY = date(2026, 11, 26)
PERSON = "E-77-somebody"


def scored(day: date) -> Publication:
    return month_of_scores(day, {PERSON: 0.0}, {PERSON: "M"}, source="acme", version="3")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(Settings(var=tmp_path).store_url) as store:
        yield store


def test_an_empty_store_has_scored_nobody(store: Store) -> None:
    draft = assessment(Settings(), store, TODAY)
    assert "nobody has been scored" in draft
    assert "There were no requests." in draft


def test_the_draft_counts_what_is_held_and_who_asked_within_a_year(store: Store) -> None:
    store.publish(scored(date(2026, 9, 30)))
    store.publish(scored(date(2026, 10, 31)))
    for month, year in ((11, 2026), (10, 2026), (10, 2025)):  # the last lies more than a year back
        at = datetime(year, month, 5, tzinfo=UTC)
        store.append_audit([AuditEntry(at, "r", "who", "hr", "GET /v1/risks", PERSON, "model_review", "released")])
    result = held(store, TODAY)
    assert [(head.source, head.snapshot_date, head.people) for head in result.published] == [
        ("acme", date(2026, 10, 31), 1)
    ]
    assert result.oldest == date(2026, 9, 30)
    assert [(access.role, access.result, access.times) for access in result.access] == [("hr", "released", 2)]


def test_the_draft_names_nobody(store: Store) -> None:
    store.publish(scored(date(2026, 10, 31)))
    draft = assessment(Settings(), store, TODAY)
    assert "| acme | 1 | 2026-10-31 | 6 | 3 | 0 |" in draft
    assert PERSON not in draft


def test_points_that_the_settings_answer_are_not_open(store: Store) -> None:
    store.publish(scored(date(2026, 10, 31)))
    result = held(store, TODAY)
    careless = list(open_points(Settings(), result, TODAY))
    careful = list(open_points(Settings(notice_required=True, notice_given={"acme": date(2026, 9, 1)}), result, TODAY))
    assert [point for point in careless if point not in careful] == [
        "People can be scored before they are informed: set RETENTION_NOTICE_REQUIRED.",
        "RETENTION_NOTICE_GIVEN has no date for acme.",
    ]


def test_the_draft_has_the_four_parts_that_the_law_requires(store: Store) -> None:
    """Article 35(7): (a) the processing, (b) necessity and proportion, (c) risks and (d) what is done about them."""
    headings = [line[6:] for line in assessment(Settings(), store, TODAY).splitlines() if line.startswith("## ")]
    assert headings == [
        "The processing",
        "Necessity and proportionality",
        "Requests in the last twelve months",
        "Risks to people, and measures",
        "Open points",
    ]


def test_the_draft_describes_what_the_settings_do(store: Store) -> None:
    plain = assessment(Settings(), store, TODAY)
    assert "Nothing is mailed" in plain
    assert "gate at 0.8 |" in plain
    mailed = Settings(smtp_host="mail.example", mail_includes_list=True, rollout_share=0.5, fairness_limit=0.7)
    draft = assessment(mailed, store, TODAY)
    assert "contains the list itself, with names" in draft
    assert "50% of the managers" in draft
    assert "gate at 0.7 |" in draft
    points = list(open_points(mailed, held(store, TODAY), TODAY))
    assert sum("RETENTION_MAIL_INCLUDES_LIST" in point or "RETENTION_FAIRNESS_LIMIT" in point for point in points) == 2


@pytest.mark.parametrize(
    ("law", "articles"),
    [
        ("GDPR: articles as behaviours", {"13", "14", "15", "22", "35"}),
        ("EU AI Act: articles as behaviours", {"9", "10", "11", "12", "13", "14", "15", "26", "86"}),
    ],
)
def test_every_article_of_the_page_names_a_test_that_exists(law: str, articles: set[str]) -> None:
    rows = table_lines(section(page("docs/privacy.md"), law))
    assert all(named_tests(row) for row in rows)
    assert articles <= {word.strip(",") for row in rows for word in row.split("|")[1].split()}


@pytest.mark.parametrize(("day", "is_open"), [(date(2024, 11, 30), True), (date(2024, 12, 31), False)])
def test_scores_older_than_their_retention_period_are_an_open_point(store: Store, day: date, is_open: bool) -> None:
    store.publish(scored(day))
    points = list(open_points(Settings(keep_scores_months=24), held(store, TODAY), TODAY))
    assert any("retention purge" in point for point in points) == is_open
