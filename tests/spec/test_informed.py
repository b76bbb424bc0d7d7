"""Who has been informed that they are scored, worked out by hand."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from pydantic import ValidationError

from features.errors import BadInput, Refused
from features.source import Source
from pipeline.acknowledgements import acknowledged
from pipeline.informed import WHERE_AND_SINCE, NoticeInForce
from pipeline.notice import not_informed, require_notice, uncovered
from pipeline.notices import Notice
from pipeline.scoring.population import employment_of
from pipeline.settings import Settings
from pipeline.shown_predictions import people_not_informed

TODAY = date(2026, 10, 1)
PEOPLE = pl.DataFrame(
    [
        ("old in Sales", "Sales", "Riga", date(2020, 5, 1)),
        ("hired that day", "Sales", "Riga", date(2026, 9, 1)),
        ("hired after it", "Sales", "Riga", date(2026, 9, 2)),
        ("old in Plant", "Plant", "Riga", date(2020, 5, 1)),
        ("new in Plant", "Plant", "Oslo", date(2026, 9, 20)),
        ("post unknown", None, None, date(2020, 5, 1)),
        ("all unknown", None, None, None),
    ],
    schema=WHERE_AND_SINCE,
    orient="row",
)


def left_out(**settings: object) -> list[str]:
    """Those of `PEOPLE` who have not been informed by settings for the source acme."""
    return sorted(not_informed(Settings(**settings), "acme", PEOPLE, TODAY)["employee_id"])  # type: ignore[arg-type]


def given(*notices: object) -> dict[str, object]:
    return {"notice_given": {"acme": list(notices)}}


def test_without_the_setting_and_without_a_notice_nobody_is_left_out() -> None:
    assert left_out() == []
    assert left_out(notice_given={"other": "2026-12-01"}) == []


def test_a_day_is_a_notice_to_everyone_hired_until_then() -> None:
    assert left_out(notice_given={"acme": "2026-09-01"}) == ["hired after it", "new in Plant"]
    assert left_out(notice_given={"acme": date(2026, 9, 1)}) == ["hired after it", "new in Plant"]
    assert left_out(notice_given={"acme": {"given": "2026-09-01"}}) == ["hired after it", "new in Plant"]


def test_a_notice_with_the_contract_covers_everyone_hired_since() -> None:
    assert left_out(**given({"given": "2026-09-01", "at_hire": True})) == []


def test_a_notice_to_an_establishment_covers_nobody_elsewhere_and_nobody_whose_post_is_unknown() -> None:
    sales = {"given": "2026-09-01", "department": "Sales"}
    elsewhere = ["all unknown", "new in Plant", "old in Plant", "post unknown"]
    assert left_out(**given(sales)) == sorted([*elsewhere, "hired after it"])
    assert left_out(**given(sales | {"at_hire": True})) == elsewhere
    oslo = {"given": "2026-09-30", "location": "Oslo", "department": "Plant"}
    assert left_out(**given(sales | {"at_hire": True}, oslo)) == ["all unknown", "old in Plant", "post unknown"]


def test_a_later_notice_to_new_people_only_covers_them_alone() -> None:
    new = {"given": "2026-09-30", "hired_from": "2026-09-02"}
    old = ["all unknown", "hired that day", "old in Plant", "old in Sales", "post unknown"]
    assert left_out(**given(new)) == old
    assert left_out(**given(new | {"hired_until": "2026-09-10"})) == sorted([*old, "new in Plant"])
    assert left_out(**given({"given": "2026-09-01"}, new)) == []


def test_a_notice_of_a_later_day_covers_nobody_yet() -> None:
    everyone = sorted(PEOPLE["employee_id"])
    assert left_out(notice_given={"acme": "2026-10-02"}) == everyone
    assert left_out(notice_required=True) == everyone


def test_an_acknowledgement_informs_one_person_from_its_day_on(tmp_path: Path) -> None:
    file = tmp_path / "acknowledged.csv"
    file.write_text(
        "employee_id,acknowledged_on,source\n"
        "new in Plant,2026-09-30,\nhired after it,2026-10-02,acme\nold in Plant,2026-09-01,other\n"
    )
    assert left_out(notice_given={"acme": "2026-09-01"}, acknowledgements=file) == ["hired after it"]
    assert left_out(notice_required=True, acknowledgements=file) == sorted({*PEOPLE["employee_id"]} - {"new in Plant"})
    assert left_out(acknowledgements=file) == []  # where no notice is required, nobody is left out
    require_notice(Settings(notice_required=True, acknowledgements=file), "acme", TODAY)
    with pytest.raises(Refused):
        require_notice(Settings(notice_required=True, acknowledgements=file), "acme", date(2026, 9, 1))


def test_a_file_that_changes_is_read_again(tmp_path: Path) -> None:
    file = tmp_path / "acknowledged.csv"
    file.write_text("employee_id,acknowledged_on\nA,2026-09-01\n")
    assert acknowledged(file, "acme", TODAY) == {"A"}
    file.write_text("employee_id,acknowledged_on\nA,2026-09-01\nB,2026-09-01\n")
    assert acknowledged(file, "acme", TODAY) == {"A", "B"}


def test_parquet_holds_dates_as_they_are(tmp_path: Path) -> None:
    file = tmp_path / "acknowledged.parquet"
    pl.DataFrame({"employee_id": [7], "acknowledged_on": [date(2026, 9, 1)]}).write_parquet(file)
    assert acknowledged(file, "acme", TODAY) == {"7"}


@pytest.mark.parametrize(
    ("content", "findings"),
    [
        ("employee_id\nA\n", ["acknowledged.csv.acknowledged_on: a required column is missing"]),
        (
            "employee_id,acknowledged_on\n,2026-09-01\nA,1.9.2026\nB,2026-02-30\n",
            [
                "acknowledged.csv.employee_id: a row has no employee id (1 row)",
                "acknowledged.csv.acknowledged_on: not a date as YYYY-MM-DD (2 rows)",
            ],
        ),
        (None, ["acknowledged.csv: the file does not exist"]),
    ],
)
def test_an_unusable_file_names_every_rule_and_place(tmp_path: Path, content: str | None, findings: list[str]) -> None:
    file = tmp_path / "acknowledged.csv"
    if content is not None:
        file.write_text(content)
    with pytest.raises(BadInput) as bad:
        acknowledged(file, "acme", TODAY)
    assert [str(each).partition(". ")[0] for each in bad.value.findings] == findings
    assert all(each.remedy for each in bad.value.findings)
    assert "1.9.2026" not in str(bad.value)


@pytest.mark.parametrize(
    "wrong", ["yesterday", {"given": "2026-09-01", "departmnt": "Sales"}, [{"department": "Sales"}]]
)
def test_a_wrong_notice_is_one_error(wrong: object) -> None:
    with pytest.raises(ValidationError) as error:
        Settings(notice_given={"acme": wrong})  # type: ignore[dict-item]
    assert error.value.error_count() == 1


def test_days_of_hire_in_the_wrong_order_are_an_error() -> None:
    with pytest.raises(ValidationError, match="hired_from is later than hired_until"):
        Notice(given=TODAY, hired_from=date(2026, 9, 2), hired_until=date(2026, 9, 1))


def test_only_a_notice_at_hire_without_limits_is_to_everyone() -> None:
    assert NoticeInForce((Notice(given=TODAY, at_hire=True),)).is_to_everyone
    assert not NoticeInForce((Notice(given=TODAY),)).is_to_everyone
    assert not NoticeInForce((Notice(given=TODAY, at_hire=True, location="Riga"),)).is_to_everyone


def test_establishments_with_fewer_than_five_are_counted_together() -> None:
    places = [("Sales", "Riga")] * 5 + [("Plant", "Riga")] * 4 + [(None, None)] * 2
    people = pl.DataFrame(places, schema={"department": pl.String, "location": pl.String}, orient="row")
    counts = uncovered(people)
    assert (counts.people, counts.by_establishment, counts.elsewhere) == (11, {("Sales", "Riga"): 5}, 6)
    assert str(counts) == "Sales, Riga 5; in establishments with fewer than 5 of them 6"


def test_hire_date_and_establishment_are_those_of_the_snapshot_date(source_of: Callable[..., Source]) -> None:
    """B was hired again in 2024: the notice of the first spell is not one of the second. C has left."""
    source = source_of(
        {
            "employees": "employee_id hire_date\nA 2020-02-01\nB 2015-01-01\nB 2024-03-01\nC 2020-02-01",
            "exits": "employee_id exit_date kind\nB 2020-01-01 voluntary\nC 2024-01-31 voluntary",
            "assignments": "employee_id effective_date department location level manager_id\n"
            "A 2020-02-01 Sales Riga 1 -\nA 2024-06-15 Plant Riga 1 -\nB 2024-03-01 Plant Oslo 1 -",
        }
    )
    assert employment_of(source, date(2024, 5, 31)).rows() == [
        ("A", "Sales", "Riga", date(2020, 2, 1)),
        ("B", "Plant", "Oslo", date(2024, 3, 1)),
    ]
    assert employment_of(source, date(2024, 6, 30))["department"].to_list() == ["Plant", "Plant"]


def test_predictions_are_of_informed_people_only(source_of: Callable[..., Source]) -> None:
    """A is in Sales on the last date predicted; B was hired after the notice; C left, so only the id is known."""
    source = source_of(
        {
            "employees": "employee_id hire_date\nA 2010-01-01\nB 2024-03-01\nC 2010-01-01",
            "exits": "employee_id exit_date kind\nC 2024-04-30 voluntary",
            "assignments": "employee_id effective_date department\n"
            "A 2010-01-01 Plant\nA 2024-06-01 Sales\nB 2024-03-01 Sales",
        }
    )
    days = [date(2024, 3, 31), date(2024, 6, 30)]
    rows = pl.DataFrame({"employee_id": ["A", "A", "B", "C"], "snapshot_date": [*days, days[1], days[1]]})

    def dropped(**notice: object) -> list[str]:
        settings = Settings(notice_given={source.name: {"given": "2024-02-01", **notice}})  # type: ignore[dict-item]
        return sorted(people_not_informed(source, rows, settings, TODAY))

    assert dropped() == ["B"]
    assert dropped(department="Sales") == ["B", "C"]
    assert dropped(at_hire=True) == []
