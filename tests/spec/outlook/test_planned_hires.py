"""A plan of hires: what is refused, and what it adds to which group."""

from datetime import date
from pathlib import Path

import pytest

from features.errors import BadInput
from pipeline.outlook.planned import read_planned, unplaced, with_hires
from pipeline.outlook.report import OutlookRow, PlannedHires

DAY = date(2026, 9, 30)
PLAN = (
    PlannedHires("2026-09", 50, "Sales"),  # before the outlook begins
    PlannedHires("2026-10", 3, "Sales", "Riga"),
    PlannedHires("2026-12", 2, "Sales"),
    PlannedHires("2027-01", 4),
    PlannedHires("2027-03", 7, "Research"),
)


def row(by: str, group: str | None, months: int, people: int | None = 20) -> OutlookRow:
    if people is None:
        return OutlookRow(by, group, months)
    return OutlookRow(by, group, months, people, 2.0, 0, 4, head_count=18.0, head_count_low=16, head_count_high=20)


def test_hires_count_in_the_groups_they_name_until_the_horizon_ends() -> None:
    rows = [row(*each) for each in (("everyone", None, 3), ("everyone", None, 6), ("department", "Sales", 3))]
    rows += [row("location", "Riga", 12), row("department", None, 12), row("department", "Legal", 12, None)]
    found = with_hires(rows, PLAN, DAY)
    assert [each.planned_hires for each in found] == [5, 16, 5, 3, 0, None]
    assert (found[1].head_count, found[1].head_count_low, found[1].head_count_high) == (34.0, 32, 36)
    assert found[5].is_suppressed
    assert with_hires(rows, (), DAY) == tuple(rows)


def test_hires_of_no_shown_group_are_counted() -> None:
    rows = [row("everyone", None, 6), row("department", "Sales", 6)]
    assert unplaced(rows, PLAN, DAY) == 4 + 7


def test_a_plan_is_read(tmp_path: Path) -> None:
    file = tmp_path / "plan.csv"
    file.write_text("month,number,department\n2026-10, 3,Sales\n2026-11,2,\n,,\n")
    assert read_planned(file) == (PlannedHires("2026-10", 3, "Sales"), PlannedHires("2026-11", 2))


def test_everything_wrong_is_named_at_once_with_its_remedy(tmp_path: Path) -> None:
    file = tmp_path / "plan.csv"
    file.write_text("month,number,team\n2026-13,3,A\n2026-10,-1,A\n2026-11,1.5,A\n2026-10,2,A\n")
    with pytest.raises(BadInput) as refused:
        read_planned(file)
    found = {(each.column, each.rule, each.rows) for each in refused.value.findings}
    assert found == {
        ("team", "not a column of a plan of hires", 0),
        ("month", "not a month", 1),
        ("number", "not a whole number", 2),
        ("month", "rows of the same month and groups", 2),
    }
    assert all(each.remedy and each.table == "plan.csv" for each in refused.value.findings)
    with pytest.raises(BadInput, match="does not exist"):
        read_planned(tmp_path / "none.csv")
    file.write_text("month\n2026-10\n")
    with pytest.raises(BadInput, match="a required column is missing"):
        read_planned(file)
