"""A source as a whole: read, validated, and written completely or not at all."""

from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from features.errors import BadInput
from features.source import Item, Source, check_source, load_source

EMPLOYEES = "employee_id,hire_date,gender,education,sick_days\na,2020-01-15,f,MSc,3\nb,2020-02-15,m,BSc,0\n"
EXITS = "employee_id,exit_date,kind\nb,2021-03-05,voluntary\n"
SURVEYS = "employee_id,survey_date,item,score\na,2020-06-30,mood,7\na,2020-09-30,mood,8\nb,2020-06-30,mood,3\n"
TOML = """
name = "tiny"
complete_until = 2021-06-30
horizon_months = 3
snapshot_every_months = 2
employee_features = ["education"]
ignore = ["mood_trend"]

[surveys.mood]
driver = "conditions"

[measures.business_value]
driver = "pay"
label = "Business value brought in"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    source = tmp_path / "company"
    source.mkdir()
    for name, text in {"employees": EMPLOYEES, "exits": EXITS, "surveys": SURVEYS}.items():
        (source / f"{name}.csv").write_text(text)
    (source / "source.toml").write_text(TOML)
    return source


def load(source: Path, staging: Path) -> Source:
    loaded = load_source(source, staging)
    assert isinstance(loaded, Source)
    return loaded


def everything_in(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def test_a_source_has_the_settings_of_its_source_toml(folder: Path, tmp_path: Path) -> None:
    source = load(folder, tmp_path / "staging")
    assert (source.name, source.horizon_months, source.snapshot_every_months) == ("tiny", 3, 2)
    assert (source.complete_from, source.complete_until) == (date(2021, 3, 1), date(2021, 6, 30))
    assert source.ignore == {"mood_trend"}
    assert source.items == {
        "surveys": {"mood": Item("conditions", "Mood")},
        "measures": {"business_value": Item("pay", "Business value brought in")},
        "competencies": {},
    }
    assert (source.employee_features, source.protected_names) == (("education",), ("gender",))
    assert source.report.refused == ("employees.sick_days",)


def test_canonical_tables_hold_the_contents_of_the_files(folder: Path, tmp_path: Path) -> None:
    source = load(folder, tmp_path / "staging")
    employees, surveys = source.scan("employees"), source.scan("surveys")
    assert employees is not None
    assert surveys is not None
    assert employees.sort("employee_id").collect().rows(named=True) == [
        {"employee_id": "a", "hire_date": date(2020, 1, 15), "education": "MSc", "recorded_at": None},
        {"employee_id": "b", "hire_date": date(2020, 2, 15), "education": "BSc", "recorded_at": None},
    ]
    assert surveys.select("score").collect()["score"].to_list() == [7.0, 8.0, 3.0]
    assert source.scan("compensation") is None


def test_protected_attributes_are_stored_separately(folder: Path, tmp_path: Path) -> None:
    source = load(folder, tmp_path / "staging")
    assert source.protected is not None
    assert pl.read_parquet(source.protected).sort("employee_id").rows() == [
        ("a", date(2020, 1, 15), "f"),
        ("b", date(2020, 2, 15), "m"),
    ]
    for table in source.tables:
        assert "gender" not in pl.read_parquet_schema(source.tables[table])


def test_a_source_can_list_more_protected_attributes(folder: Path, tmp_path: Path) -> None:
    (folder / "source.toml").write_text('protected = ["education"]')
    assert set(load(folder, tmp_path / "staging").protected_names) == {"gender", "education"}


def test_staging_contains_only_the_tables(folder: Path, tmp_path: Path) -> None:
    load(folder, tmp_path / "var" / "staging")
    assert everything_in(tmp_path / "var") == [
        "staging",
        "staging/employees.parquet",
        "staging/exits.parquet",
        "staging/protected.parquet",
        "staging/surveys.parquet",
    ]


def test_loading_again_replaces_all_tables(folder: Path, tmp_path: Path) -> None:
    load(folder, tmp_path / "var" / "staging")
    (folder / "surveys.csv").unlink()
    load(folder, tmp_path / "var" / "staging")
    assert "staging/surveys.parquet" not in everything_in(tmp_path / "var")


def test_nothing_is_written_when_there_is_an_error(folder: Path, tmp_path: Path) -> None:
    (folder / "surveys.csv").write_text(SURVEYS.replace("7", "70"))
    before = everything_in(tmp_path)
    with pytest.raises(BadInput):
        load_source(folder, tmp_path / "var" / "deep" / "staging")
    assert everything_in(tmp_path) == before


def test_an_error_leaves_the_tables_of_the_last_good_run(folder: Path, tmp_path: Path) -> None:
    load(folder, tmp_path / "staging")
    before = {name: (tmp_path / "staging" / name).read_bytes() for name in everything_in(tmp_path / "staging")}
    (folder / "employees.csv").write_text("")
    with pytest.raises(BadInput):
        load_source(folder, tmp_path / "staging")
    assert {name: (tmp_path / "staging" / name).read_bytes() for name in everything_in(tmp_path / "staging")} == before


def test_reading_and_validation_errors_are_reported_together(folder: Path, tmp_path: Path) -> None:
    (folder / "compensation.csv").write_text("")
    (folder / "surveys.csv").write_text(SURVEYS.replace("7", "70").replace("2020-06-30", "03/04/2020"))
    (folder / "exits.csv").write_text(EXITS.replace("voluntary", "unknown"))
    places = {finding.place for finding in check_source(folder, tmp_path / "staging").errors}
    assert places == {"compensation.csv", "surveys.survey_date", "surveys.score", "exits.kind"}


def test_an_unreadable_table_is_not_also_reported_missing(folder: Path, tmp_path: Path) -> None:
    (folder / "employees.csv").write_text("")
    assert [finding.place for finding in check_source(folder, tmp_path / "staging").errors] == ["employees.csv"]


def test_checking_reports_what_loading_reports_and_writes_nothing(folder: Path, tmp_path: Path) -> None:
    before = everything_in(tmp_path)
    report = check_source(folder, tmp_path / "var" / "staging")
    assert everything_in(tmp_path) == before
    assert report == load(folder, tmp_path / "var" / "staging").report
    (folder / "exits.csv").write_text("employee_id\n")
    with pytest.raises(BadInput) as bad:
        load_source(folder, tmp_path / "staging")
    assert tuple(bad.value.findings) == check_source(folder, tmp_path / "staging").errors


def test_checking_a_missing_source_creates_no_folder(tmp_path: Path) -> None:
    (finding,) = check_source(tmp_path / "nowhere", tmp_path / "var" / "staging").errors
    assert str(finding) == "nowhere: the source does not exist. Name a folder or a source.toml"
    assert everything_in(tmp_path) == []


def test_the_source_is_never_replaced_by_its_tables(folder: Path, tmp_path: Path) -> None:
    before = everything_in(tmp_path)
    with pytest.raises(BadInput, match="the source is where its tables would be written"):
        load_source(folder, folder)
    assert everything_in(tmp_path) == before


@pytest.mark.parametrize("change", ["order of rows", "Parquet", "SQL", "path of source.toml"])
def test_the_hash_depends_only_on_the_data(change: str, folder: Path, tmp_path: Path) -> None:
    first = load(folder, tmp_path / "staging").data_hash
    source = folder
    if change == "order of rows":
        head, *rows = SURVEYS.splitlines(keepends=True)
        (folder / "surveys.csv").write_text("".join([head, *reversed(rows)]))
    elif change == "Parquet":
        pl.read_csv(folder / "surveys.csv", try_parse_dates=True).write_parquet(folder / "surveys.parquet")
        (folder / "surveys.csv").unlink()
    elif change == "SQL":
        queries = "".join(f"{table} = \"from '{table}.csv'\"\n" for table in ("employees", "exits", "surveys"))
        (folder / "source.toml").write_text(f"{TOML}\n[tables]\n{queries}")
    else:
        source = folder / "source.toml"
    assert load(source, tmp_path / "staging").data_hash == first


@pytest.mark.parametrize("changed", [("7", "6"), ("mood,3", "pay,3"), ("b,2020-06-30,mood,3\n", "")])
def test_the_hash_changes_with_the_data(changed: tuple[str, str], folder: Path, tmp_path: Path) -> None:
    first = load(folder, tmp_path / "staging").data_hash
    (folder / "surveys.csv").write_text(SURVEYS.replace(*changed))
    assert load(folder, tmp_path / "staging").data_hash != first


def test_a_symlink_to_a_source_is_a_source(folder: Path, tmp_path: Path, monkeypatch: Any) -> None:
    (tmp_path / "link").symlink_to(folder, target_is_directory=True)
    monkeypatch.chdir(tmp_path)
    assert load(Path("link"), Path("staging")).name == "tiny"
    assert (tmp_path / "staging" / "employees.parquet").exists()
