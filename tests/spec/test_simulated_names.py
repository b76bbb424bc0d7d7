"""The names of the simulated company: of several scripts, and nothing else depends on them."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from features.simulation.names import DOMAIN, directory
from features.simulation.run import simulate
from features.source import Source, check_source, load_source


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("named") / "company"
    simulate(out, employees=120, months=12, seed=3)
    return out


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_company_without_names_is_the_same_company(company: Path, tmp_path: Path) -> None:
    simulate(tmp_path / "company", employees=120, months=12, seed=3, with_names=False)
    named = contents(company)
    del named["directory.parquet"]
    assert contents(tmp_path / "company") == named


def test_every_person_has_one_name_and_an_address_that_nobody_can_have(company: Path, tmp_path: Path) -> None:
    people = pl.read_parquet(company / "employees.parquet")["employee_id"].unique().sort()
    names = pl.read_parquet(company / "directory.parquet")
    assert names["employee_id"].equals(people)
    assert names["email"].is_unique().all()
    assert names["email"].str.ends_with(f"@{DOMAIN}").all()
    source = load_source(company, tmp_path / "staging")
    assert isinstance(source, Source)
    assert source.directory
    assert pl.read_parquet(source.directory).height == people.len()


def test_the_directory_breaks_no_rule(company: Path, tmp_path: Path) -> None:
    report = check_source(company, tmp_path / "staging")
    assert [finding for finding in (*report.errors, *report.warnings) if finding.table == "directory"] == []


def test_names_are_of_several_scripts_and_follow_the_seed() -> None:
    ids = "E" + pl.Series(range(1, 2001)).cast(pl.String).str.zfill(6)
    is_woman = np.arange(2000) % 2 == 1
    names = directory(ids, is_woman, seed=1)
    assert names.equals(directory(ids, is_woman, seed=1))
    assert not names.equals(directory(ids, is_woman, seed=2))
    for script in (r"\p{Latin}", r"\p{Cyrillic}", r"\p{Arabic}"):
        assert 20 < names["name"].str.contains(script).sum() < 1800
    assert set(names["language"]) == {"en", "ru", "de", "pl", "es", "ar"}
    assert names["name"].n_unique() > 1500


def test_a_russian_family_name_follows_the_gender() -> None:
    ids = "E" + pl.Series(range(1, 1001)).cast(pl.String).str.zfill(6)
    ends = {
        woman: directory(ids, np.full(1000, woman), seed=1).filter(language="ru")["name"].str.contains("(а|ая)$")
        for woman in (True, False)
    }
    assert ends[True].all()
    assert not ends[False].any()
