"""The four public sources load; their known traps are reported."""

import os
from pathlib import Path

import pytest

from features.source import CrossSection, Source, load_source

DATA = Path(os.environ.get("RETENTION_DATA", Path(__file__).parents[3] / "shared" / "data"))

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the public data are not here (RETENTION_DATA names them)")


def load(name: str, staging: Path) -> Source:
    loaded = load_source(DATA / name, staging)
    assert isinstance(loaded, Source)
    return loaded


def test_jobathon_loads_and_its_late_exits_are_reported(tmp_path: Path) -> None:
    source = load("jobathon", tmp_path / "staging")
    assert (source.report.people, source.report.voluntary_exits) == (2381, 1616)
    assert source.report.tables["assignments"] == 19104
    assert {finding.rows for finding in source.report.warnings if finding.table == "assignments"} == {277}
    assert source.protected_names == ("gender", "birth_year")


def test_baltimore_loads(tmp_path: Path) -> None:
    source = load("baltimore", tmp_path / "staging")
    assert source.report.tables["compensation"] == 111_189
    assert source.report.people == 25_108


def test_happyforce_loads_and_exits_after_its_end_are_reported(tmp_path: Path) -> None:
    source = load("happyforce", tmp_path / "staging")
    assert source.report.tables["employees"] == 3355
    assert source.report.tables["exits"] == 660
    assert any(finding.table == "exits" and finding.rows >= 24 for finding in source.report.warnings)


def test_ibm_hr_loads_as_a_cross_section(tmp_path: Path) -> None:
    book = load_source(DATA / "ibm_hr", tmp_path / "staging")
    assert isinstance(book, CrossSection)
    assert book.frame.shape == (1470, 27)
    assert int(book.left.sum()) == 237
    assert book.protected is not None
    assert book.protected.columns == ["Age", "Gender", "MaritalStatus"]
    assert not {"Attrition", "EmployeeNumber", "Over18", "Age"} & set(book.frame.columns)
