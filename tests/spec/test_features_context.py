import hashlib
from datetime import date
from math import log

import polars as pl
import pytest

from features.build import feature_table, organisation
from features.catalogue.catalogue import catalogue
from features.errors import BadInput
from features.source import Item

JUNE = "2024-06-30"


def test_a_rehire_restarts_tenure(features_of):
    people = features_of(JUNE, {
        "employees": "employee_id hire_date\nann 2010-01-01\nann 2024-01-01\nbob 2024-06-30",
        "exits": "employee_id exit_date kind\nann 2020-01-01 voluntary",
    })  # fmt: skip
    assert people["ann"]["tenure_months"] == pytest.approx(181 / 30.4375)
    assert (people["ann"]["spell"], people["bob"]["spell"], people["bob"]["tenure_months"]) == (2, 1, 0)
    assert people["ann"]["season"] == "Q2"


def test_department_and_its_size_and_growth(features_of):
    people = features_of(JUNE, {
        "employees": "employee_id hire_date\nann 2020-01-01\nbob 2020-01-01\ncid 2024-01-01\n"
        "dan 2020-01-01\neve 2024-01-01",
        "assignments": """
            employee_id effective_date department job   level location reason
            ann         2020-01-01     sales      clerk 3     riga     hire
            bob         2020-01-01     sales      clerk 1     riga     hire
            cid         2024-01-01     sales      clerk 1     riga     reorganisation
            dan         2020-01-01     sales      clerk 1     riga     hire
            eve         2024-01-01     sales      clerk 1     riga     hire""",
        "exits": "employee_id exit_date kind\ndan 2024-01-31 voluntary",
    })  # fmt: skip
    ann = people["ann"]
    assert (ann["department"], ann["job"], ann["level"], ann["location"]) == ("sales", "clerk", 3, "riga")
    assert ann["department_size"] == 4
    assert ann["department_growth_12m"] == pytest.approx(log(4 / 3))
    assert ann["reorganised_12m"] == pytest.approx(1 / 4)


def test_a_reorganisation_is_unknown_if_the_records_begin_within_the_window(features_of):
    places = "employee_id effective_date department reason\nann 2023-07-01 sales hire\nann 2024-01-01 - reorganisation"
    assert features_of(JUNE, {"assignments": places})["ann"]["reorganised_12m"] is None
    reaching = places + "\nbob 2023-06-30 sales hire"
    people = features_of(JUNE, {"assignments": reaching})
    assert (people["ann"]["reorganised_12m"], people["bob"]["reorganised_12m"]) == (0.5, 0.5)


def test_employee_features_keep_their_name_unless_it_clashes(features_of):
    table = pl.DataFrame({
        "employee_id": ["ann"], "hire_date": [date(2020, 1, 1)], "education": ["college"], "level": ["A"],
        "commute": [3.5], "recorded_at": pl.Series([None], dtype=pl.Date),
    })  # fmt: skip
    tables = {"employees": table, "assignments": "employee_id effective_date level\nann 2020-01-01 2"}
    ann = features_of(JUNE, tables, employee_features=("education", "level", "commute"))["ann"]
    assert (ann["education"], ann["employee_level"], ann["commute"], ann["level"]) == ("college", "A", 3.5, 2)


def test_a_column_not_listed_in_employee_features_is_not_a_feature(features_of):
    table = pl.DataFrame({
        "employee_id": ["ann"], "hire_date": [date(2020, 1, 1)], "shoe_size": [38],
        "recorded_at": pl.Series([None], dtype=pl.Date),
    })  # fmt: skip
    assert "shoe_size" not in features_of(JUNE, {"employees": table})["ann"]


def test_a_missing_table_or_column_removes_its_features(source_of):
    bare = source_of({"exits": "employee_id exit_date kind\nann 2024-01-01 voluntary"})
    assert list(catalogue(bare)) == ["tenure_months", "spell", "season"]
    with_pay = source_of({"compensation": "employee_id effective_date base_pay\nann 2024-01-01 100"})
    pay = [name for name, feature in catalogue(with_pay).items() if feature.driver == "pay"]
    assert pay == [
        "pay_level", "pay_growth_against_company_12m", "pay_growth_against_company_24m",
        "months_since_raise", "last_raise",
    ]  # fmt: skip


def test_ignored_features_are_left_out_of_catalogue_and_table(source_of, features_of):
    tables = {"compensation": "employee_id effective_date base_pay\nann 2024-01-01 100"}
    ignore = frozenset({"pay_level", "last_raise", "months_since_raise"})
    assert not ignore & set(catalogue(source_of(tables, ignore=ignore)))
    assert not ignore & set(features_of(JUNE, tables, ignore=ignore)["ann"])


def test_items_have_the_driver_and_label_given_by_the_source(source_of):
    tables = {"surveys": "employee_id survey_date item score\nann 2024-01-01 Fair_Pay 5\nann 2024-01-01 other 5"}
    entries = catalogue(source_of(tables, items={"surveys": {"Fair_Pay": Item(driver="pay", label="Fair pay")}}))
    assert (entries["survey_fair_pay_last"].driver, entries["survey_fair_pay_last"].label) == ("pay", "Fair pay: last")
    assert (entries["survey_other_last"].driver, entries["survey_other_last"].label) == ("conditions", "Other: last")


def test_items_whose_names_differ_only_in_case_stay_separate(source_of, features_of):
    tables = {"surveys": "employee_id survey_date item score\nann 2024-06-01 Mood 5\nann 2024-06-01 mood 7"}
    ann = features_of(JUNE, tables)["ann"]
    marked = {item: f"survey_mood_{hashlib.sha256(item.encode()).hexdigest()[:6]}_last" for item in ("Mood", "mood")}
    assert (ann[marked["Mood"]], ann[marked["mood"]]) == (5, 7)


def test_the_table_has_the_columns_and_types_of_the_catalogue_and_is_sorted(source_of, tmp_path):
    source = source_of(
        {"assignments": "employee_id effective_date department level\nbob 2020-01-01 sales 1\nann 2020-01-01 sales 1"}
    )
    done = []
    paths = feature_table(source, [date(2024, 5, 31), date(2024, 6, 30)], tmp_path / "new", done.append)
    assert [path.name for path in paths] == ["features-2024-05-31.parquet", "features-2024-06-30.parquet"]
    assert done == [date(2024, 5, 31), date(2024, 6, 30)]
    assert sorted(tmp_path.glob("new/*")) == paths
    table = pl.read_parquet(paths[0])
    entries = catalogue(source)
    assert table.columns == ["employee_id", "snapshot_date", *entries]
    assert table["employee_id"].to_list() == ["ann", "bob"]
    types = {"number": pl.Float64, "category": pl.String}
    assert [table.schema[name] for name in entries] == [types[entry.kind] for entry in entries.values()]


def test_a_date_that_is_not_a_month_end_is_refused(source_of, tmp_path):
    source = source_of({"exits": "employee_id exit_date kind\nann 2024-01-01 voluntary"})
    with pytest.raises(BadInput, match=r"2024-06-29 is not the last day of a month.*Ask for 2024-06-30"):
        feature_table(source, [date(2024, 6, 29)], tmp_path / "none")
    assert not (tmp_path / "none").exists()


def test_organisation_gives_the_post_of_people_at_risk_and_null_if_not_recorded(source_of):
    source = source_of({
        "assignments": "employee_id effective_date department level manager_id\nann 2020-01-01 sales 2 max\n"
        "bob 2020-01-01 sales 1 max\nann 2024-07-01 finance - -",
        "exits": "employee_id exit_date kind\nbob 2024-01-01 voluntary",
    })  # fmt: skip
    table = organisation(source, date(2024, 6, 30))
    assert table.schema == {"employee_id": pl.String, "department": pl.String, "level": pl.Int64, "job": pl.String,
                            "location": pl.String, "manager_id": pl.String}  # fmt: skip
    assert table.rows() == [("ann", "sales", 2, None, None, "max"), ("max", None, None, None, None, None)]
