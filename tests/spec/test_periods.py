"""Retention periods, and who is not scored before the notice; on SQLite and on PostgreSQL."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from names import directory
from sqlalchemy import func, select
from stores import month_of_scores
from traces import files_holding
from typer.testing import CliRunner

from features.collaboration.monthly_sums import sum_months
from features.collaboration.sum_store import month_folder
from features.errors import Refused
from features.source import Source
from features.validated import stored_tables
from pipeline.commands.main import app
from pipeline.commands.screens.oversight import purging_screen
from pipeline.dataset.workspace import months_folder, tables_folder
from pipeline.notice import require_notice
from pipeline.settings import Settings
from pipeline.store.answers import ListAnswer, store_answer
from pipeline.store.groups.turnover_figures import TurnoverFigures, write_turnover
from pipeline.store.publication import Publication
from pipeline.store.purge.periods import purge
from pipeline.store.reading import PublishedScores
from pipeline.store.schema import AUDIT, CONTEST, LIST_ANSWER, PUBLICATION, SCORE
from pipeline.store.store import Store
from pipeline.store.subject_rights import Contest, contest

TODAY = date(2026, 11, 24)


@pytest.fixture(params=["sqlite", "postgresql"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    url = "" if request.param == "sqlite" else str(request.getfixturevalue("postgresql_url"))
    return Settings(var=tmp_path / "var", database_url=url, keep_scores_months=12, keep_answers_months=6)


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    with Store(settings.store_url) as store:
        yield store


def scored(day: date, source: str = "tiny") -> Publication:
    return month_of_scores(day, {"A": -1.0}, {"A": "M"}, source)


def days(store: Store) -> list[tuple[str, date]]:
    with store.reading() as scores:
        query = select(PUBLICATION.c.source, PUBLICATION.c.snapshot_date).order_by(PUBLICATION.c.id)
        return [(row[0], row[1]) for row in scores.connection.execute(query)]


def counts(store: Store) -> dict[str, int]:
    with store.reading() as scores:
        return {
            table.name: scores.connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in (SCORE, LIST_ANSWER, CONTEST, AUDIT)
        }


@pytest.fixture
def filled(store: Store, settings: Settings) -> Store:
    """Months older and newer than twelve, a source that stopped long ago, an old and a new answer and contest."""
    for day in (date(2025, 10, 31), date(2025, 11, 30), date(2025, 12, 31), date(2026, 10, 31)):
        store.publish(scored(day))
    store.publish(scored(date(2020, 1, 31), "left behind"))
    with store.changing() as connection:
        published = PublishedScores(connection).current()
        assert published is not None
        for at in (datetime(2026, 5, 31, 23, 59, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC)):
            store_answer(connection, published, ListAnswer(at, "M", "A", "talked", []))
            contest(connection, Contest(at, "H", "A", "wrong", None, "a raise was overlooked"))
        for source, month in (("tiny", "2025-11"), ("tiny", "2026-10"), ("left behind", "2020-01")):
            write_turnover(connection, TurnoverFigures(source, month, {}, {}, {"M": {}}), ())
    for month in ("2025-11", "2025-12", ".draft-killed"):
        (settings.var / "lists" / month).mkdir(parents=True)
    return store


def test_names_go_with_a_source_that_is_not_published_any_more(store: Store, settings: Settings) -> None:
    """A month of October 2025 is older than twelve months; that of October 2026 is not."""
    days = {"sold": date(2025, 10, 31), "other": date(2026, 10, 31), "last": date(2025, 10, 31)}
    for source, day in days.items():
        store.publish(replace(scored(day, source), directory=directory({"A": f"Anna of {source}"})))
    assert purge(store, settings, TODAY, is_rehearsal=True).rows["directory"] == 1
    assert names(store, days) == ["Anna of sold", "Anna of other", "Anna of last"]
    assert purge(store, settings, TODAY).rows["directory"] == 1
    assert names(store, days) == [None, "Anna of other", "Anna of last"]
    assert not files_holding(settings.var, "Anna of sold")


def names(store: Store, sources: Iterable[str]) -> list[str | None]:
    with store.reading() as scores:
        return [scores.directory(source).name("A") for source in sources]


def test_data_older_than_its_retention_period_is_deleted(filled: Store, settings: Settings) -> None:
    purged = purge(filled, settings, TODAY)
    assert (purged.scores_until, purged.answers_until) == (date(2025, 11, 30), date(2026, 5, 31))
    assert days(filled) == [
        ("tiny", date(2025, 12, 31)),
        ("tiny", date(2026, 10, 31)),
        ("left behind", date(2020, 1, 31)),  # the newest of its source
    ]
    assert counts(filled) == {
        "score": 3,
        "list_answer": 1,
        "contest": 1,
        "audit": 5 + 1 + 2,  # seals, the purge, and its two publications
    }  # published, the purge, purged
    assert (purged.rows["score"], purged.rows["publication"], purged.list_folders) == (2, 2, 1)
    assert (purged.rows["turnover"], purged.rows["turnover_line"]) == (1, 1)  # the newest of each source stays
    assert [path.name for path in (settings.var / "lists").iterdir()] == ["2025-12"]


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)  # of files only
def test_sums_older_than_any_window_are_deleted_and_ids_that_nothing_needs(
    filled: Store, settings: Settings, source_of: Callable[..., Source]
) -> None:
    """On 24 November 2026 the last snapshot date is 31 October, whose windows begin in November 2025."""
    header = "client_id provider_id opened_at\n"
    services = header + "gone ann 2025-10-31T09:00\nann bob 2025-11-01T09:00\nbob ann 2026-10-02T09:00\n"
    folder = months_folder(settings, "tiny")
    folder.mkdir(parents=True)
    sum_months(source_of({"collaboration": services}), folder)
    (settings.var / "run-killed").mkdir()
    assert files_holding(settings.var / "months", "gone")
    assert purge(filled, settings, TODAY, is_rehearsal=True).months_of_sums == 1
    assert files_holding(settings.var / "months", "gone")
    purged = purge(filled, settings, TODAY)
    assert (purged.sums_until, purged.months_of_sums, purged.in_use) == (date(2025, 10, 31), 1, 0)
    assert files_holding(settings.var / "months", "gone") == []
    assert sorted(path.stem for path in (folder / "pairs").iterdir()) == [str(2025 * 12 + 11), str(2026 * 12 + 10)]
    assert not (settings.var / "run-killed").exists()


def test_a_purge_deletes_the_validated_tables_of_every_source(
    filled: Store, settings: Settings, source_of: Callable[..., Source]
) -> None:
    folder = tables_folder(settings.model_copy(update={"stored_tables": True}), "tiny")
    assert folder
    validated = source_of({"exits": "employee_id exit_date kind\nann 2021-03-05 other\n"})
    tables = validated.tables["employees"].parent
    stored_tables.put(folder, "a fingerprint", tables, stored_tables.StoredTables(validated.report, "a hash"))
    purge(filled, settings, TODAY, is_rehearsal=True)
    assert stored_tables.holds_tables(folder)
    with stored_tables.locked(folder):
        assert purge(filled, settings, TODAY).in_use == 1
    assert purge(filled, settings, TODAY).in_use == 0
    assert not stored_tables.holds_tables(folder)


def test_a_purge_says_what_running_jobs_are_using(filled: Store, settings: Settings) -> None:
    folder = months_folder(settings, "tiny")
    with month_folder(folder, settings.var):
        assert purge(filled, settings, TODAY).in_use == 1
    assert purge(filled, settings, TODAY).in_use == 0


def objected(store: Store) -> list[str]:
    with store.reading() as scores:
        query = select(CONTEST.c.employee_id).where(CONTEST.c.ground == "objection").order_by(CONTEST.c.employee_id)
        return list(scores.connection.execute(query).scalars())


def test_an_objection_outlives_its_period_while_the_person_is_scored(filled: Store, settings: Settings) -> None:
    """A has a score of 2026; of B only the objection is stored."""
    with filled.changing() as connection:
        for person in "AB":
            contest(connection, Contest(datetime(2024, 1, 1, tzinfo=UTC), "H", person, "objection", None, "I object."))
    purge(filled, settings, TODAY)
    assert objected(filled) == ["A"]


def test_a_second_purge_deletes_nothing_and_both_runs_are_recorded(filled: Store, settings: Settings) -> None:
    purge(filled, settings, TODAY)
    assert set(purge(filled, settings, TODAY).rows.values()) == {0}
    assert counts(filled)["audit"] == 5 + 1 + 2 + 1
    assert filled.verify_audit().is_whole


def test_the_screen_names_what_was_deleted_and_nothing_else(filled: Store, settings: Settings) -> None:
    first = purging_screen(purge(filled, settings, TODAY, is_rehearsal=True), is_rehearsal=True).splitlines()
    assert first[0] == (
        "Would delete: 2 rows of score, 10 rows of group figure, 2 rows of publication, 1 rows of list answer, "
        "1 rows of contest, 1 rows of turnover line, 1 rows of turnover, 1 folders of lists."
    )
    purge(filled, settings, TODAY)
    again = purging_screen(purge(filled, settings, TODAY), is_rehearsal=False).splitlines()
    assert again == [
        "Nothing was due.",
        "Due are scores and lists up to 2025-11-30, answers and contests up to 2026-05-31, sums of internal services "
        "up to 2025-10-31; each newest month stays.",
    ]


def test_a_dry_run_deletes_nothing(filled: Store, settings: Settings) -> None:
    before = counts(filled)
    rehearsed = purge(filled, settings, TODAY, is_rehearsal=True)
    assert counts(filled) == before
    assert purge(filled, settings, TODAY) == rehearsed


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)  # a server's files are its own
def test_deleted_data_is_in_no_file_of_the_store(filled: Store, settings: Settings) -> None:
    files = [path for path in settings.var.glob("store.db*") if path.is_file()]
    assert any(b"a raise was overlooked" in path.read_bytes() for path in files)
    purge(filled, settings.model_copy(update={"keep_answers_months": 1}), date(2030, 1, 1))
    assert not any(b"a raise was overlooked" in path.read_bytes() for path in files)


def test_the_command_says_what_it_would_do(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RETENTION_VAR", str(settings.var))
    monkeypatch.setenv("RETENTION_DATABASE_URL", settings.database_url)
    ran = CliRunner().invoke(app, ["purge", "--dry-run", "--json", "-"])
    assert ran.exit_code == 0
    assert '"publication": 0' in ran.stdout


@pytest.mark.parametrize(
    ("required", "given", "is_refused"),
    [
        (False, {}, False),
        (True, {}, True),
        (True, {"tiny": TODAY}, False),
        (True, {"others": TODAY}, True),
        (True, {"tiny": date(2026, 11, 25)}, True),
        (False, {"tiny": date(2026, 11, 25)}, True),
        (False, {"others": date(2026, 11, 25)}, False),
    ],
)
def test_nobody_is_scored_before_the_notice(required: bool, given: dict[str, date], is_refused: bool) -> None:
    settings = Settings(notice_required=required, notice_given=given)
    if not is_refused:
        require_notice(settings, "tiny", TODAY)
        return
    with pytest.raises(Refused, match="have not been informed"):
        require_notice(settings, "tiny", TODAY)
