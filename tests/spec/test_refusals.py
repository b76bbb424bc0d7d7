"""What scoring refuses to publish: each rule at its boundary, by hand, and all of them at once."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import polars as pl
import pytest

from features.calendar import month_end
from features.catalogue.feature import Feature
from features.errors import Finding
from pipeline.data_counts import DataCounts
from pipeline.model.learned_from import LearnedFeature, LearnedFrom, TableMonths
from pipeline.scoring.month import Month
from pipeline.scoring.refusals import refusals

DAY = date(2025, 6, 30)
FEATURES = {
    "pay_level": Feature("pay_level", "pay", "Pay", "", "now", ""),
    "overtime": Feature("overtime", "conditions", "Overtime", "", "now", ""),
    "mood_last": Feature("mood_last", "conditions", "Mood: last", "", "now", "", item="Mood"),
    "mood_trend": Feature("mood_trend", "conditions", "Mood: trend", "", "now", "", item="Mood"),
    "remote": Feature("remote", "conditions", "Remote", "", "now", ""),
}
NEEDS = {
    "pay_level": ("compensation",),
    "overtime": ("working_time.overtime_hours",),
    "mood_last": ("surveys",),
    "mood_trend": ("surveys",),
    "remote": ("working_time.remote_days",),
}
LEAST_KNOWN = {"pay_level": 1.0, "overtime": 0.9, "mood_last": 0.6, "mood_trend": 0.5, "remote": 0.4}
ROWS = {"compensation": 1000, "working_time": 4000, "surveys": 800, "employees": 200, "exits": 100}


def learned(**changes: Any) -> LearnedFrom:
    """Twelve months of 200 people; every table whole, except surveys, of which validation left out a fifth."""
    features = {
        name: LearnedFeature(LEAST_KNOWN[name], LEAST_KNOWN[name], NEEDS[name], (1.0,), {0: 1200, 1: 1200}, 0.0)
        for name in FEATURES
    }
    used = ROWS | {"surveys": 640}
    values: dict[str, Any] = {
        "first": date(2024, 1, 31),
        "last": date(2024, 12, 31),
        "rows": 2400,
        "least_people": 200,
        "rates": (0.05, 0.06),
        "base_rate": 0.055,
        "features": features,
        "counts": DataCounts(ROWS, used),
        "months": {"working_time": TableMonths({1: 190, 4: 800}, 0)},
        "months_from": date(2023, 1, 31),
    }
    return LearnedFrom(**values | changes)


def known_for(share: float) -> list[float | None]:
    return [1.0 if person < share * 200 else None for person in range(200)]


def features_of(**shares: float) -> pl.DataFrame:
    """200 people; each feature is known for its share of them, by default as in training."""
    return pl.DataFrame({name: known_for(share) for name, share in (LEAST_KNOWN | shares).items()})


def by_month(**rows: int) -> Mapping[date, int]:
    """15 months up to the snapshot date with 200 rows each, or as given, as `m0` for the last month, `m1` before …"""
    return {month_end(DAY, -back): rows.get(f"m{back}", 200) for back in reversed(range(15))}


def month(**changes: Any) -> Month:
    values: dict[str, Any] = {
        "day": DAY,
        "X": features_of(),
        "counts": DataCounts(ROWS, ROWS | {"surveys": 640}),
        "gone": frozenset(),
        "months": {"working_time": by_month()},
        "rate": 0.055,
        "earlier": (0.05,),
    }
    return Month(**values | changes)


def found(scored: Month, of: LearnedFrom | None = None) -> list[Finding]:
    return refusals(of or learned(), FEATURES, scored)


def used(**rows: int) -> DataCounts:
    return DataCounts(ROWS, ROWS | {"surveys": 640} | rows)


def test_a_month_like_those_of_training_is_published() -> None:
    assert found(month()) == []


def test_a_table_of_which_no_row_is_used_is_refused_once_and_not_again_for_its_features() -> None:
    [result] = found(month(counts=used(compensation=0), X=features_of(pay_level=0.0)))
    assert (result.place, result.rows) == ("compensation", 1000)
    assert "none of its 1,000 rows can be used; in training 100.0% of its rows were used (limit 50.0%)" in result.rule
    assert "1 feature of the model" in result.rule
    assert "--despite" in result.remedy


@pytest.mark.parametrize(("rows", "is_refused"), [(499, True), (500, False)])
def test_half_of_the_share_kept_in_training_must_be_kept(rows: int, is_refused: bool) -> None:
    assert [each.table for each in found(month(counts=used(compensation=rows)))] == ["compensation"] * is_refused


@pytest.mark.parametrize(("rows", "is_refused"), [(319, True), (320, False)])  # training kept 80 %: 40 % of 800 is 320
def test_a_source_that_was_untidy_in_training_may_be_so_again(rows: int, is_refused: bool) -> None:
    assert [each.table for each in found(month(counts=used(surveys=rows)))] == ["surveys"] * is_refused


WITHOUT_PAY = {name: rows for name, rows in ROWS.items() if name != "compensation"}


@pytest.mark.parametrize("tables", [WITHOUT_PAY, WITHOUT_PAY | {"compensation": 0}])
def test_a_table_that_is_missing_or_emptied_is_named(tables: dict[str, int]) -> None:
    counts = DataCounts(tables, {**tables, "surveys": 640})
    gone = frozenset({"compensation"})
    [result] = found(month(counts=counts, gone=gone, X=features_of().drop("pay_level")))
    assert result.place == "compensation"
    assert "missing or empty" in result.rule


def test_a_table_that_no_feature_needs_may_be_lost() -> None:
    extra = learned(counts=DataCounts({**ROWS, "directory": 200}, {**ROWS, "directory": 200}))
    assert found(month(counts=used(surveys=800)), extra) == []


def test_a_column_that_is_gone_is_named_with_its_feature_and_a_lost_item_by_its_name() -> None:
    X = features_of().drop("overtime", "mood_last", "mood_trend")
    [item, column] = sorted(found(month(X=X, gone=frozenset({"working_time.overtime_hours"}))), key=lambda f: f.table)
    assert (item.place, column.place) == ("surveys.item", "working_time.overtime_hours")
    assert "the item 'Mood', and the source no longer has it" in item.rule
    assert "Mood: last (mood_last) and 1 more feature" in item.rule
    assert "Overtime (overtime)" in column.rule


@pytest.mark.parametrize(("share", "is_refused"), [(0.445, True), (0.45, False)])  # at least 90 %: half is 45 %
def test_a_feature_known_for_most_must_be_known_for_half_as_many(share: float, is_refused: bool) -> None:
    places = [each.place for each in found(month(X=features_of(overtime=share)))]
    assert places == ["working_time.overtime_hours"] * is_refused


def test_a_feature_known_for_nobody_is_refused_with_figure_limit_and_people() -> None:
    [result] = found(month(X=features_of(overtime=0.0)))
    assert (
        "known for 0.0% of 200 people, in training for at least 90.0% (limit 45.0%): Overtime (overtime)" in result.rule
    )
    assert result.rows == 200


def test_a_feature_known_for_few_in_some_month_of_training_may_be_unknown() -> None:
    assert found(month(X=features_of(remote=0.0))) == []


@pytest.mark.parametrize(("people", "is_refused"), [(19, False), (20, True)])
def test_among_fewer_than_twenty_people_shares_are_chance(people: int, is_refused: bool) -> None:
    X = features_of(overtime=0.0).head(people)
    places = [each.place for each in found(month(X=X), learned(least_people=10))]
    assert ("working_time.overtime_hours" in places) == is_refused


@pytest.mark.parametrize(("day", "is_refused"), [(date(2023, 12, 31), False), (date(2024, 1, 31), True)])
def test_before_the_year_that_is_kept_the_records_may_not_reach_back_far_enough(day: date, is_refused: bool) -> None:
    scored = month(day=day, X=features_of(overtime=0.0), months={})
    assert [each.place for each in found(scored)] == ["working_time.overtime_hours"] * is_refused


WARNING = Finding("a manager who is nobody", "working_time", "employee_id", 0, "Correct the ids.")


@pytest.mark.parametrize(
    ("rows", "before", "is_refused"), [(2001, 0, True), (2000, 0, False), (4000, 1000, True), (4000, 1001, False)]
)
def test_a_rule_that_most_rows_break_is_refused_if_it_is_new(rows: int, before: int, is_refused: bool) -> None:
    """Of 4,000 rows half may break it; a quarter of them, 1,000, broke it in training."""
    warned = DataCounts(ROWS, ROWS | {"surveys": 640}, (replace(WARNING, rows=rows),))
    then = DataCounts(
        ROWS, ROWS | {"surveys": 640}, (Finding("another wording", "working_time", "employee_id", before),)
    )
    places = [each.place for each in found(month(counts=warned), learned(counts=then))]
    assert places == ["working_time.employee_id"] * is_refused


@pytest.mark.parametrize(("rows", "is_refused"), [(47, True), (48, False)])  # never fewer than 190: a quarter is 47.5
@pytest.mark.parametrize("back", [0, 5, 11])
def test_a_month_without_rows_is_refused_also_if_it_is_not_the_last(rows: int, is_refused: bool, back: int) -> None:
    result = found(month(months={"working_time": by_month(**{f"m{back}": rows})}))
    assert [each.place for each in result] == ["working_time"] * is_refused
    if is_refused:
        assert f"47 rows dated in {month_end(DAY, -back):%Y-%m}; in training never fewer than 190" in result[0].rule


def test_features_look_back_a_year_so_an_older_gap_does_not_count() -> None:
    assert found(month(months={"working_time": by_month(m12=0)})) == []


def test_a_table_that_was_late_in_training_may_be_late_again() -> None:
    late = learned(months={"working_time": TableMonths({1: 190}, 1)})
    assert found(month(months={"working_time": by_month(m0=0)}), late) == []
    assert len(found(month(months={"working_time": by_month(m0=0, m1=0)}), late)) == 1


@pytest.mark.parametrize(
    ("rows", "is_refused"), [(49, True), (50, False)]
)  # at least 800 in 4 months: a quarter is 200
def test_a_table_without_its_newest_rows_is_refused_over_several_months(rows: int, is_refused: bool) -> None:
    rounds = learned(months={"surveys": TableMonths({4: 800}, 0)})
    result = found(month(months={"surveys": by_month(m0=rows, m1=50, m2=50, m3=50)}), rounds)
    assert [each.place for each in result] == ["surveys"] * is_refused
    if is_refused:
        assert "199 rows dated in the 4 months to 2025-06" in result[0].rule


@pytest.mark.parametrize(("people", "is_refused"), [(99, True), (100, False)])
def test_half_of_the_people_must_be_there(people: int, is_refused: bool) -> None:
    places = [each.place for each in found(month(X=features_of().head(people).with_columns(pl.all().fill_null(1.0))))]
    assert places == ["employees"] * is_refused


@pytest.mark.parametrize(
    ("rate", "is_refused"),
    [(0.0249, True), (0.0251, False), (0.1199, False), (0.1201, True)],  # half of 5 %, twice 6 %
)
def test_the_expected_rate_may_be_half_of_the_lowest_and_twice_the_highest(rate: float, is_refused: bool) -> None:
    assert [each.place for each in found(month(rate=rate))] == ["scores.risk"] * is_refused


def test_the_published_months_widen_the_range_of_rates() -> None:
    assert found(month(rate=0.19, earlier=(0.05, 0.1))) == []


def test_everything_is_reported_at_once() -> None:
    broken = month(
        X=features_of(overtime=0.0, pay_level=0.0), counts=used(compensation=0), rate=0.3,
        months={"working_time": by_month(m0=0)},
    )  # fmt: skip
    places = [each.place for each in found(broken)]
    assert places == ["compensation", "working_time.overtime_hours", "working_time", "scores.risk"]


def test_features_that_need_one_column_are_one_refusal_that_names_it() -> None:
    """Everything that needs the manager is unknown; the column is named, not the tables that are whole."""
    needs = {
        "pay_level": ("compensation", "assignments.manager_id"),
        "overtime": ("assignments.manager_id", "working_time.overtime_hours"),
        "mood_last": ("surveys", "assignments.manager_id"),
    }
    of = learned()
    features = {name: replace(feature, needs=needs.get(name, ())) for name, feature in of.features.items()}
    X = features_of(pay_level=0.0, overtime=0.0, mood_last=0.0)
    [result] = found(month(X=X), replace(of, features=features))
    assert (result.place, "and 2 more features" in result.rule) == ("assignments.manager_id", True)
