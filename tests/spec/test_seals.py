"""A published score or figure that is changed in the database is detected, a lawful change is not."""

import json
from datetime import date
from pathlib import Path

import pytest
from published import SEPTEMBER, publication
from sqlalchemy import Engine, text
from typer.testing import CliRunner

from pipeline.commands.main import app
from pipeline.settings import Settings
from pipeline.store.erasure import erase
from pipeline.store.purge.periods import purge
from pipeline.store.seals import Seals
from pipeline.store.store import Store

AUGUST, DAY = date(2026, 8, 31), date(2026, 9, 30)
INTACT = Seals(sealed=2, altered=(), missing=(), unsealed=0)


@pytest.fixture
def filled(store: Store) -> Store:
    """Publications 1 (August) and 2 (September) of the company of eight."""
    store.publish(publication(AUGUST, SEPTEMBER))
    store.publish(publication(DAY, SEPTEMBER))
    return store


def change(engine: Engine, statement: str) -> None:
    with engine.begin() as connection:
        connection.execute(text(statement))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE score SET risk = 0.01 WHERE publication_id = 2 AND employee_id = 'A'",
        "UPDATE score SET factors = '{}' WHERE publication_id = 2 AND employee_id = 'A'",
        "UPDATE score SET manager_id = 'M2' WHERE publication_id = 2 AND employee_id = 'A'",
        "DELETE FROM score WHERE publication_id = 2 AND employee_id = 'A'",
        "INSERT INTO score SELECT * FROM (SELECT 2 AS publication_id, 'Z' AS employee_id, 99 AS \"rank\", risk,"
        " risk_3m, risk_6m, risk_12m, risk_low, risk_high, evidence, base_log_odds, log_odds, department, level, job, "
        " location, manager_id, factors, criticality FROM score WHERE publication_id = 1 AND employee_id = 'A') AS one",
        "UPDATE group_figure SET people = 50 WHERE publication_id = 2 AND dimension = 'location'",
        "UPDATE publication SET mean_risk = 0.5 WHERE id = 2",
        "UPDATE publication SET content_hash = 'x' WHERE id = 2",
        "UPDATE publication SET snapshot_date = '2026-10-31' WHERE id = 2",
    ],
)
def test_any_change_past_the_product_is_detected(filled: Store, engine: Engine, statement: str) -> None:
    assert filled.verify_publications() == INTACT
    change(engine, statement)
    assert filled.verify_publications() == Seals(2, (2,), (), 0)


def test_two_people_who_swap_their_scores_are_detected(filled: Store, engine: Engine) -> None:
    """The sum of the digests of all cells would be the same; that of the rows is not."""
    change(engine, "UPDATE score SET evidence = CASE employee_id WHEN 'A' THEN 'too little is known' ELSE 'enough' END")
    assert filled.verify_publications().altered == (1, 2)


def test_a_removed_and_an_invented_publication_are_detected(filled: Store, engine: Engine) -> None:
    with engine.begin() as connection:
        for table in ("score", "group_figure"):
            connection.execute(text(f"DELETE FROM {table} WHERE publication_id = 1"))
        connection.execute(text("DELETE FROM publication WHERE id = 1"))
        connection.execute(
            text(
                "INSERT INTO publication (id, source, snapshot_date, model_version, horizon_months, people, mean_risk, "
                "features, manifest, content_hash) SELECT 3, source, snapshot_date, model_version, horizon_months, "
                "people, mean_risk, features, manifest, content_hash FROM publication WHERE id = 2"
            )
        )
    assert filled.verify_publications() == Seals(2, altered=(3,), missing=(1,), unsealed=0)


@pytest.mark.parametrize("person", ["A", "M1", "BOSS"])
def test_an_erasure_leaves_the_publications_intact(filled: Store, person: str) -> None:
    with filled.changing() as connection:
        erase(connection, person)
    assert filled.verify_publications() == INTACT
    assert filled.verify_audit().is_whole


def test_an_erasure_does_not_hide_an_earlier_change(filled: Store, engine: Engine) -> None:
    change(engine, "UPDATE score SET risk = 0.01 WHERE publication_id = 2 AND employee_id = 'B'")
    with filled.changing() as connection:
        erase(connection, "A")
    assert filled.verify_publications() == Seals(2, (2,), (), 0)


def test_an_erasure_does_not_hide_a_change_whose_sum_was_adjusted_too(filled: Store, engine: Engine) -> None:
    """An attacker who knows the code can compute the sum, but not put its hash into the audit."""
    change(engine, "UPDATE score SET risk = 0.01 WHERE publication_id = 2 AND employee_id = 'B'")
    with engine.begin() as connection:
        stored = connection.execute(text("SELECT rows_sum FROM publication WHERE id = 2")).scalar_one()
        connection.execute(text(f"UPDATE publication SET rows_sum = '{int(stored, 16) + 1:x}' WHERE id = 2"))
    with filled.changing() as connection:
        erase(connection, "A")
    assert filled.verify_publications() == Seals(2, (2,), (), 0)


def test_a_person_who_is_put_back_after_the_erasure_is_detected(filled: Store, engine: Engine) -> None:
    change(engine, "CREATE TABLE copy AS SELECT * FROM score WHERE employee_id = 'A' AND publication_id = 2")
    with filled.changing() as connection:
        erase(connection, "A")
    change(engine, "INSERT INTO score SELECT * FROM copy")
    assert filled.verify_publications() == Seals(2, (2,), (), 0)


def test_a_purged_publication_is_not_missing(filled: Store, url: str, tmp_path: Path) -> None:
    settings = Settings(var=tmp_path / "var", database_url=url, keep_scores_months=1)
    purge(filled, settings, date(2026, 10, 15))
    assert filled.verify_publications() == Seals(1, (), (), 0)


def test_a_month_from_before_seals_is_counted_and_not_reported(filled: Store, engine: Engine, url: str) -> None:
    """As after an upgrade: the first publication has no row in the audit."""
    is_sqlite = engine.dialect.name == "sqlite"
    change(engine, f"DROP TRIGGER audit_refuses_delete{'' if is_sqlite else ' ON audit'}")
    change(engine, "DELETE FROM audit WHERE publication_id = 1")
    assert filled.verify_publications() == Seals(sealed=1, altered=(), missing=(), unsealed=1)


def test_the_command_reports_a_changed_score(
    filled: Store, engine: Engine, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RETENTION_DATABASE_URL", url)
    whole = CliRunner().invoke(app, ["audit", "verify"])
    assert (whole.exit_code, whole.stdout) == (0, f"{filled.verify_audit().head}\n")
    change(engine, "UPDATE score SET risk = 0.01 WHERE publication_id = 2 AND employee_id = 'A'")
    broken = CliRunner().invoke(app, ["audit", "verify", "--json", "-"])
    assert broken.exit_code == 3
    report = json.loads(broken.stdout)
    assert (report["is_whole"], report["publications"]["altered"]) == (False, [2])
    assert "publication 2" in broken.stderr
