"""The randomised roll-out and its estimate of the lists' effect; figures by hand."""

import math
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from stores import month_of_scores

from features.errors import BadInput
from pipeline.listing.rules import ListRules
from pipeline.lists.rollout import allocate, allocations, assign, strata, waiting_managers
from pipeline.lists.trial.comparison import Plan
from pipeline.lists.trial.effect import NO_TRIAL, Part, comparison, eligible, plan_of
from pipeline.lists.written.month_folder import write_lists
from pipeline.settings import Settings
from pipeline.store.publication import Publication
from pipeline.store.reading import LISTABLE
from pipeline.store.settings_ledger import record
from pipeline.store.store import Store


def managers(number: int, stratum: str = "Sales, up to 4") -> pl.DataFrame:
    return pl.DataFrame({"manager_id": [f"M{n:04}" for n in range(number)], "stratum": stratum})


def test_each_stratum_gets_its_share() -> None:
    rows = pl.concat([managers(40, "a"), managers(20, "b").with_columns(pl.col("manager_id") + "b")])
    drawn = assign(rows, 0.25, 7, "month")
    assert drawn.group_by("stratum").agg(pl.col("gets_lists").sum()).sort("stratum").rows() == [("a", 10), ("b", 5)]


def test_the_same_seed_allocates_alike_in_any_row_order_and_another_seed_differently() -> None:
    rows = managers(60)
    assert assign(rows, 0.5, 7, "m").equals(assign(rows.reverse(), 0.5, 7, "m"))
    assert not assign(rows, 0.5, 7, "m").equals(assign(rows, 0.5, 8, "m"))


def test_one_manager_strata_get_the_share_on_average() -> None:
    rows = pl.DataFrame({"manager_id": [f"M{n}" for n in range(2000)], "stratum": [f"s{n}" for n in range(2000)]})
    assert assign(rows, 0.3, 1, "m")["gets_lists"].mean() == pytest.approx(0.3, abs=0.04)  # four standard errors


def test_a_stratum_is_the_department_of_most_reports_and_the_team_size() -> None:
    rows = [(f"P{n}", "M1", 0.1, "enough", "Sales" if n else "Plant", None, None, None, None) for n in range(5)]
    rows += [("Q", "M2", 0.1, "enough", None, None, None, None, None)]
    result = strata(pl.DataFrame(rows, schema=LISTABLE, orient="row"))
    assert result.rows() == [("M1", "Sales, 5 to 9"), ("M2", "unknown, up to 4")]


PLAN = Plan("2024-03", 3)


def rows(*teams: tuple[bool, int, int], risk: float = 0.3, month: str = "2024-03") -> pl.DataFrame:
    """Teams of (gets lists, people, of whom left)."""
    people = [
        (f"P{team}-{person}", f"M{team}", gets, person < left, risk, month)
        for team, (gets, size, left) in enumerate(teams)
        for person in range(size)
    ]
    names = ["employee_id", "manager_id", "gets_lists", "left", "risk", "month"]
    return pl.DataFrame(people, schema=names, orient="row")


def test_the_effect_is_a_difference_of_shares_with_an_interval_over_managers() -> None:
    # with lists: half of 20 teams of 2 lose one: 10 of 40. Without: all 20 lose one: 20 of 40, without any spread
    teams = [(True, 2, n % 2) for n in range(20)] + [(False, 2, 1)] * 20
    result = comparison(rows(*teams), PLAN, "2024-05")
    assert result.parts["with_lists"] == Part(managers=20, people=40, left=10, share=0.25)
    # residuals ±0.5: variance 20/19 · 20 · 0.25 / 40² = 0.0032895; t(38) at .975 is 2.0244, everyone's risk is the same
    assert result.difference is not None
    assert result.difference.value == pytest.approx(-0.25)
    assert result.difference.high - result.difference.value == pytest.approx(2.0244 * 0.0573539, rel=1e-4)
    assert result.detectable == pytest.approx((2.0244 + 0.8416) * 0.0573539, rel=1e-4)
    assert (result.unadjusted, result.narrowed, result.found_in) == (result.difference, 0, "2024-05")
    assert result.verdict.startswith("The lists keep people: 25.0 percentage points fewer of the listed left")


def test_no_effect_is_claimed_if_the_interval_contains_zero() -> None:
    teams = [(True, 2, n % 2) for n in range(20)] + [(False, 2, (n + 1) % 2) for n in range(20)]
    result = comparison(rows(*teams), PLAN, "2024-05")
    assert result.verdict.startswith("No effect can be distinguished from chance")
    assert result.detectable is not None
    assert f"{100 * result.detectable:.1f} percentage points four times" in result.verdict


def test_a_difference_of_published_risk_is_no_effect() -> None:
    # both parts leave as published: 1 of 5 at a risk of 0.2, 3 of 5 at 0.6; with lists there are more of the second
    kinds = [(True, 0.2)] * 10 + [(True, 0.6)] * 20 + [(False, 0.2)] * 20 + [(False, 0.6)] * 10
    teams = [rows((gets, 5, round(5 * risk)), risk=risk) for gets, risk in kinds]
    named = [team.with_columns(manager_id=pl.lit(f"M{number}")) for number, team in enumerate(teams)]
    result = comparison(pl.concat(named), PLAN, "2024-05")
    assert result.unadjusted is not None
    assert result.unadjusted.value == pytest.approx(14 / 30 - 10 / 30)
    assert result.difference is not None
    assert result.difference.value == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize(
    "teams",
    [[(True, 2, 1)] * 19 + [(False, 2, 1)] * 50, [(True, 2, 0)] * 30 + [(False, 2, 0)] * 21 + [(False, 9, 9)]],
)
def test_too_little_data_gives_no_figure_and_says_so(teams: list[tuple[bool, int, int]]) -> None:
    result = comparison(rows(*teams), PLAN, "2024-05")
    assert (result.difference, result.is_enough) == (None, False)
    assert result.verdict.startswith("Too little data")


def test_association_without_a_roll_out_is_not_an_effect() -> None:
    result = comparison(rows(*[(True, 2, 1)] * 40), None, "2024-05")
    assert (result.difference, result.verdict) == (None, NO_TRIAL)


def test_there_is_no_figure_between_the_looks_and_none_after_the_plan() -> None:
    teams = [(True, 2, n % 2) for n in range(20)] + [(False, 2, 1)] * 20
    later = rows(*teams, month="2024-10").with_columns(pl.col("employee_id") + "later", left=pl.lit(True))
    plan, known = Plan("2024-03", 7), pl.concat([rows(*teams), later])
    early = comparison(known, plan, "2024-04")
    assert (early.difference, early.looks) == (None, [])
    assert early.verdict.startswith("The first look is due once the lists of 2024-05 have matured")
    assert [look.month for look in comparison(known, plan, "2024-07").looks] == ["2024-05"]
    last = comparison(known, plan, "2024-12")
    assert [look.month for look in last.looks] == ["2024-05", "2024-08", "2024-09"]
    assert last.parts["with_lists"].left == 10
    assert "2024-09, 7 of 7 planned months" in last.verdict


def scored(day: date) -> Publication:
    """H1 to H40 lead one person each who stands out: P1 to P40."""
    log_odds = {f"P{n}": 0.0 for n in range(40)} | {f"H{n}": math.log(0.05 / 0.95) for n in range(40)}
    return month_of_scores(day, log_odds, {f"P{n}": f"H{n}" for n in range(40)}, source="company")


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    with Store(url) as store:
        for day in (date(2024, 3, 31), date(2024, 4, 30)):
            store.publish(scored(day))
        yield store


def head(store: Store, month: str) -> Any:
    with store.reading() as scores:
        return scores.of_month(month)


def half(tmp_path: Path, **more: Any) -> Settings:
    return Settings(var=tmp_path, rollout_share=0.5, listed_from=1.5, **more)


def test_waiting_managers_get_no_list_and_the_allocation_is_recorded_first(store: Store, tmp_path: Path) -> None:
    allocate(store, half(tmp_path), head(store, "2024-03"))
    with store.reading() as scores:
        waiting = waiting_managers(scores, head(store, "2024-03"))
        known = allocations(scores.connection, "company")
    assert (len(known), len(waiting)) == (40, 20)
    written = write_lists(store, tmp_path / "lists", ListRules(4, 1.5), "2024-03")
    assert {path.stem for path in written.folder.glob("H*.html")} == {each.manager_id for each in known} - waiting


def test_the_allocation_is_followed_until_all_managers_get_lists(store: Store, tmp_path: Path) -> None:
    first = allocate(store, half(tmp_path), head(store, "2024-03"))
    assert allocate(store, half(tmp_path).model_copy(update={"rollout_share": 0.9}), head(store, "2024-04")) == first
    with pytest.raises(BadInput, match="another seed"):
        allocate(store, half(tmp_path, rollout_seed=2), head(store, "2024-04"))
    allocate(store, Settings(var=tmp_path), head(store, "2024-04"))
    with store.reading() as scores:
        assert len(waiting_managers(scores, head(store, "2024-03"))) == 20
        assert waiting_managers(scores, head(store, "2024-04")) == set()


def test_everyone_counts_once_by_allocation_and_outcome_within_the_horizon(
    store: Store, tmp_path: Path, source_of: Any
) -> None:
    parts = allocate(store, half(tmp_path), head(store, "2024-03"))
    exits = "employee_id exit_date kind\nP0 2024-05-10 voluntary\nP1 2024-05-10 involuntary\nP2 2024-12-10 voluntary"
    people = "\n".join(f"{kind}{n} 2010-01-01" for kind in "PH" for n in range(40))
    source = source_of({"employees": f"employee_id hire_date\n{people}", "exits": exits})
    with store.reading() as scores:
        result = eligible(source, scores, parts, ListRules(4, 1.5))
    assert (result.height, result["employee_id"].n_unique()) == (40, 40)
    assert result.filter("left")["employee_id"].to_list() == ["P0"]
    part_of = {each.manager_id: each.gets_lists for each in parts}
    assert [gets == part_of[f"H{person[1:]}"] for person, gets in result.select("employee_id", "gets_lists").rows()]
    assert result.select("risk", "month").unique().rows() == [(0.5, "2024-03")]
    assert comparison(result, Plan("2024-03", 3), "2024-05").verdict.startswith("Too little data")


def test_the_plan_is_what_the_ledger_held_when_the_first_managers_were_allocated(store: Store, tmp_path: Path) -> None:
    settings = half(tmp_path, rollout_months=6)
    record(store, settings, "commands", "retention monthly")
    parts = allocate(store, settings, head(store, "2024-03"))
    later = settings.model_copy(update={"rollout_months": 24})
    record(store, later, "commands", "retention monthly")
    with store.reading() as scores:
        assert plan_of(scores, parts, later) == Plan("2024-03", 6)
        assert plan_of(scores, [], later) is None
