"""Division by zero gives null: in a company of zeros no feature is infinite or NaN."""

from datetime import date

import polars as pl
import pytest
from polars import selectors as cs

from features.build import feature_table
from features.catalogue.catalogue import families
from features.collaboration.known_services import services_in
from features.collaboration.monthly_sums import sum_months
from features.known.codes import with_codes
from features.known.facts import known_on, prepare

DAY = date(2024, 6, 30)
ZEROS = {
    "employees": """
        employee_id hire_date
        ann         2020-01-01
        bob         2020-01-01
        zed         2024-06-30
        old         2020-01-01""",
    "assignments": """
        employee_id effective_date department job   level manager_id location fte reason
        ann         2020-01-01     sales      clerk 0     zed        here     0   hire
        bob         2020-01-01     shop       clerk 0     -          here     0   hire
        zed         2024-06-30     new        chief 0     -          here     0   hire""",
    "compensation": """
        employee_id effective_date base_pay market_pay bonus_target
        ann         2020-01-01     1        -          0
        bob         2020-01-01     1        1          0
        bob         2024-01-01     1        1          0""",
    # contracted for nothing, and on leave on every day of the month
    "working_time": """
        employee_id month      contracted_hours worked_hours overtime_hours leave_days remote_days
        ann         2023-12-31 0                0            0              31         0
        ann         2024-06-30 0                0            0              31         0
        bob         2024-06-30 0                0            5              31         2""",
    # in the year there is but the answer to what bob had asked before it; zed never asked nor answered
    "collaboration": """
        client_id provider_id opened_at        closed_at        rating effort_hours kind
        old       ann         2022-01-01T09:00 2022-01-01T09:00 1      0            data
        bob       ann         2023-06-15T09:00 2024-06-10T09:00 1      0            data""",
    "surveys": """
        employee_id survey_date item score
        ann         2024-06-15  pay  0""",
    "competencies": """
        employee_id assessed_at competency score
        ann         2024-06-15  coaching   0""",
    "performance": """
        employee_id review_date rating
        ann         2024-03-01  0
        ann         2023-03-01  0""",
    "measures": """
        employee_id measured_at name value
        ann         2024-06-15  bugs 0""",
    "exits": """
        employee_id exit_date  kind
        old         2023-01-31 voluntary""",
}
UNKNOWN = {
    "ann": "overtime_now overtime_12m overtime_trend high_overtime_months_12m remote_share_3m remote_share_change "
    "service_balance_12m unanswered_requests_3m service_kind_concentration_12m provider_time_share_12m "
    "tie_closeness_12m service_across_share_12m team_exits_12m pay_against_market pay_growth_against_company_24m",
    "bob": "overtime_now remote_share_3m service_balance_12m tie_closeness_12m service_across_share_12m "
    "department_exits_12m provider_rating_12m provider_hours_12m provider_effort_12m last_raise",
    "zed": "client_rating_12m client_hours_12m client_effort_12m service_balance_12m mutual_service_share_12m "
    "partners_left_share_12m department_growth_12m department_pair_rating_12m survey_missed_12m",
}


@pytest.fixture(scope="module")
def source(source_of):
    return source_of(ZEROS)


def test_no_feature_definition_divides_without_a_guard_against_zero(source, tmp_path):
    """Checked before the table is written: writing makes such values null, but another engine may fail on them."""
    (tmp_path / "months").mkdir()
    months = sum_months(source, tmp_path / "months")
    coded = with_codes(source, pl.read_parquet(months / "people.parquet"), tmp_path)
    known = known_on(coded, DAY, prepare(coded, services=services_in(months)))
    for family in families(coded):
        table = family.define(known).collect("polars").to_polars().select(cs.float())
        wrong = [name for name in table.columns if not table[name].drop_nulls().is_finite().all()]
        assert not wrong


def test_zero_denominators_give_null_and_all_else_is_finite(source, tmp_path):
    [path] = feature_table(source, [DAY], tmp_path)
    table = pl.read_parquet(path)
    numbers = table.select(cs.numeric())
    assert numbers.width > 100
    assert not [name for name in numbers.columns if not numbers[name].drop_nulls().is_finite().all()]
    people = {row["employee_id"]: row for row in table.iter_rows(named=True)}
    values = {(who, name): people[who][name] for who, names in UNKNOWN.items() for name in names.split()}
    assert {key: value for key, value in values.items() if value is not None} == {}
