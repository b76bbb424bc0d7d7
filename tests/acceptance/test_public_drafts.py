"""Public data as it was downloaded, drafted with answers, compared with the mapping that was written by hand."""

import os
import shutil
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from features.drafting.draft import Draft, draft_source
from features.errors import BadInput
from features.source import Source, check_source, load_source

DATA = Path(os.environ.get("RETENTION_DATA", Path(__file__).parents[3] / "shared" / "data"))

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the public data is not here (RETENTION_DATA names it)")

ANSWERS: dict[str, dict[str, Any]] = {
    "jobathon": {
        "exit_kinds": {"(empty)": "voluntary"},
        "missing_people": "not an exit",
        "picture_day": "first day",
        "complete_from": "2016-01-01",
        "complete_until": "2017-12-31",
        "measures": ["train.Total Business Value"],
    },
    "baltimore": {"missing_people": "voluntary"},
    "ibm_hr": {},
}
"""What only the owner of the data knows; everything else is as the draft suggests."""


def drafted(name: str, folder: Path) -> Draft:
    """The draft of the raw files, written to `folder/source.toml`."""
    export = folder / "export"
    export.mkdir()
    for file in DATA.joinpath(name).glob("*.csv*"):
        shutil.copy(file, export)
    given = dict(ANSWERS.get(name, {}))
    for attempt in ("first", "second", "third"):
        (folder / attempt).mkdir()
        draft = draft_source(export, folder / "source.toml", given, folder / attempt, lambda _: None)
        if not draft.open:
            break
        given |= dict.fromkeys(draft.open, "suggested")
    assert draft.open == []
    (folder / "source.toml").write_text(draft.text, encoding="utf-8")
    return draft


def tables(path: Path, staging: Path) -> dict[str, pl.DataFrame]:
    source = load_source(path, staging)
    assert isinstance(source, Source)
    found = {name: source.scan(name) for name in ("employees", "exits", "compensation", "performance", "measures")}
    return {name: frame.collect() for name, frame in found.items() if isinstance(frame, pl.LazyFrame)}


def same_rows(by_hand: pl.DataFrame, draft: pl.DataFrame, *columns: str) -> int:
    """The rows of the mapping by hand that the draft has too."""
    return by_hand.select(columns).unique().join(draft.select(columns).unique(), on=columns, nulls_equal=True).height


def test_monthly_rows_of_a_sales_force_are_drafted_as_by_hand(tmp_path: Path) -> None:
    draft = drafted("jobathon", tmp_path)
    ours, theirs = tables(tmp_path / "source.toml", tmp_path / "a"), tables(DATA / "jobathon", tmp_path / "b")
    assert same_rows(theirs["employees"], ours["employees"], "employee_id", "hire_date") == 2381
    assert same_rows(theirs["exits"], ours["exits"], "employee_id", "exit_date", "kind") == 1616
    assert len(ours["exits"]) == 1616
    assert same_rows(theirs["compensation"], ours["compensation"], "employee_id", "effective_date", "base_pay") > 17_500
    assert {"train.Age", "train.Gender"} == set(draft.protected)
    assert set(draft.tables) == {"employees", "assignments", "compensation", "performance", "measures", "exits"}


def test_yearly_files_with_renamed_columns_are_one_payroll(tmp_path: Path) -> None:
    """The mapping by hand leaves the young people of the summer out; the draft does not know them from the others."""
    draft = drafted("baltimore", tmp_path)
    ours, theirs = tables(tmp_path / "source.toml", tmp_path / "a"), tables(DATA / "baltimore", tmp_path / "b")
    assert dict(draft.layout) == {"fy": "month"}
    hires = theirs["employees"].join(ours["employees"], on="employee_id", suffix="_drafted")
    assert len(hires) == 25_108
    differ = hires.filter(pl.col("hire_date") != pl.col("hire_date_drafted"))
    assert len(differ) == 732  # hired after 30 June of the file's year: the mapping by hand reads a century before
    assert (differ["hire_date_drafted"] > differ["hire_date"]).all()
    assert same_rows(theirs["exits"], ours["exits"], "employee_id", "exit_date", "kind") >= 11_300
    assert (
        same_rows(theirs["compensation"], ours["compensation"], "employee_id", "effective_date", "base_pay") > 110_000
    )
    assert set(ours["compensation"]["currency"]) == {"USD"}
    assert "directory" not in draft.tables


def test_a_cross_section_is_drafted_as_by_hand(tmp_path: Path) -> None:
    draft = drafted("ibm_hr", tmp_path)
    ours, theirs = (
        check_source(path, tmp_path / name).as_dict()
        for name, path in (("a", tmp_path / "source.toml"), ("b", DATA / "ibm_hr"))
    )
    assert (ours["people"], ours["voluntary_exits"]) == (theirs["people"], theirs["voluntary_exits"]) == (1470, 237)
    assert {"ibm_hr.Age", "ibm_hr.Gender", "ibm_hr.MaritalStatus"} <= set(draft.protected)


def test_votes_without_any_date_of_hire_are_refused_with_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as refused:
        drafted("happyforce", tmp_path)
    assert "dates of hire" in refused.value.findings[0].remedy
