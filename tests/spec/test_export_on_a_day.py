"""What a simulated company's HR system would have exported on a day."""

from datetime import date, datetime
from pathlib import Path

import polars as pl
import pytest

from features.simulation.export import export_on, notices
from features.simulation.run import LAST_DAY, simulate

MARCH = date(2024, 3, 31)
TABLES = {
    "employees": {"employee_id": ["ann", "bob", "cid"], "hire_date": [date(2020, 1, 1), MARCH, date(2024, 4, 1)]},
    "compensation": {
        "employee_id": ["ann", "ann", "ann"],
        "effective_date": [date(2024, 1, 1), date(2024, 3, 1), date(2024, 4, 1)],
        "base_pay": [100.0, 110.0, 120.0],
        "recorded_at": [None, date(2024, 4, 2), date(2024, 3, 1)],
    },
    "collaboration": {
        "client_id": ["ann", "ann", "bob", "bob"],
        "opened_at": [datetime(2024, 3, day, 23) for day in (1, 31)] + [datetime(2024, 4, 1), datetime(2024, 3, 2)],
        "closed_at": [datetime(2024, 3, 31, 23), datetime(2024, 4, 1), datetime(2024, 4, 2), None],
        "rating": [1.0, 2.0, 3.0, None],
        "effort_hours": [4.0, 5.0, 6.0, None],
    },
    "exits": {
        "employee_id": ["bob", "cid", "dan", "eve"],
        "exit_date": [date(2024, 5, 31), date(2024, 5, 31), date(2024, 2, 1), date(2024, 3, 31)],
        "recorded_at": [date(2024, 3, 15), date(2024, 4, 1), date(2024, 4, 5), None],
    },
    "directory": {"employee_id": ["ann", "bob", "cid"], "name": ["Ann", "Bob", "Cid"]},
}


@pytest.fixture
def exported(tmp_path: Path) -> Path:
    company = tmp_path / "company"
    company.mkdir()
    for name, columns in TABLES.items():
        pl.DataFrame(columns).write_parquet(company / f"{name}.parquet")
    (company / "truth.parquet").touch()
    (company / "source.toml").write_text('name = "simulated"\ncomplete_until = 2024-12-31\n\n[surveys.mood]\n')
    export_on(company, MARCH, tmp_path / "march")
    return tmp_path / "march"


def column(exported: Path, table: str, name: str) -> list[object]:
    return pl.read_parquet(exported / f"{table}.parquet")[name].to_list()


def test_a_row_is_exported_once_it_took_place_and_was_recorded(exported: Path) -> None:
    assert column(exported, "compensation", "base_pay") == [100.0]
    assert column(exported, "employees", "employee_id") == ["ann", "bob"]


def test_names_are_those_of_people_hired_by_then(exported: Path) -> None:
    assert column(exported, "directory", "name") == ["Ann", "Bob"]


def test_notice_of_a_later_exit_is_exported_and_an_exit_recorded_later_is_not(exported: Path) -> None:
    assert column(exported, "exits", "employee_id") == ["bob", "eve"]


def test_a_service_that_is_still_open_has_no_end_rating_or_hours(exported: Path) -> None:
    assert column(exported, "collaboration", "client_id") == ["ann", "ann", "bob"]
    assert column(exported, "collaboration", "closed_at") == [datetime(2024, 3, 31, 23), None, None]
    assert column(exported, "collaboration", "rating") == [1.0, None, None]
    assert column(exported, "collaboration", "effort_hours") == [4.0, None, None]


def test_the_records_end_on_the_day_and_the_truth_stays_behind(exported: Path) -> None:
    settings = (exported / "source.toml").read_text()
    assert settings == 'name = "simulated"\ncomplete_until = 2024-03-31\n\n[surveys.mood]\n'
    assert {path.stem for path in exported.glob("*.parquet")} == set(TABLES)


def test_notices_are_those_recorded_after_one_day_and_by_another(exported: Path) -> None:
    company = exported.parent / "company"
    assert notices(company, date(2024, 3, 15), date(2024, 4, 1)) == {
        "cid": date(2024, 4, 1),
        "eve": date(2024, 3, 31),
    }


def test_the_export_of_the_last_day_is_the_whole_company(tmp_path: Path) -> None:
    simulate(tmp_path / "company", 60, 14, 3)
    export_on(tmp_path / "company", LAST_DAY, tmp_path / "export")
    tables = {path.stem for path in (tmp_path / "company").glob("*.parquet")} - {"truth"}
    assert tables == {path.stem for path in (tmp_path / "export").glob("*.parquet")}
    for table in tables:
        whole, exported = (pl.read_parquet(tmp_path / name / f"{table}.parquet") for name in ("company", "export"))
        assert exported.equals(whole), table
    assert (tmp_path / "export" / "source.toml").read_text() == (tmp_path / "company" / "source.toml").read_text()
