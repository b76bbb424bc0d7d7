"""The simulated company: a plausible history in the contract's terms, and the true hazards of its exits."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from features.errors import BadInput
from features.simulation.hazard import intercept_for
from features.simulation.run import simulate
from features.simulation.seats import first_day, level_for, month_of_year
from features.source import check_source

START, END = date(2023, 1, 1), date(2025, 12, 31)
SHARES = ["pay", "conditions", "relationships", "growth", "context"]
Tables = Mapping[str, pl.DataFrame]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("simulated") / "company"
    simulate(out, employees=1500, months=36, seed=3)
    return out


@pytest.fixture(scope="module")
def tables(folder: Path) -> Tables:
    return {path.stem: pl.read_parquet(path) for path in folder.glob("*.parquet")}


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


# ---- the truth


def test_driver_shares_and_the_intercept_sum_to_the_log_odds_of_the_hazard(tables: Tables) -> None:
    truth = tables["truth"]
    assert truth.columns == ["employee_id", "snapshot_date", "hazard", "intercept", *SHARES]
    log_odds = truth.select((pl.col("hazard") / (1 - pl.col("hazard"))).log()).to_series()
    assert np.allclose(log_odds, truth.select(pl.sum_horizontal("intercept", *SHARES)).to_series(), atol=1e-6)


def test_the_truth_has_one_row_for_each_person_present_at_each_month_end(tables: Tables) -> None:
    spells = tables["employees"].sort("hire_date").select("employee_id", "hire_date")
    ends = tables["exits"].sort("exit_date").select("employee_id", "exit_date")
    spells = spells.join_asof(ends, left_on="hire_date", right_on="exit_date", by="employee_id", strategy="forward")
    month_ends = pl.DataFrame({"snapshot_date": pl.date_range(START, END, "1mo", eager=True).dt.month_end()})
    hired = pl.col("hire_date") <= pl.col("snapshot_date")
    not_gone = pl.col("exit_date").is_null() | (pl.col("exit_date") > pl.col("snapshot_date"))
    present = spells.join(month_ends, how="cross").filter(hired & not_gone).select("employee_id", "snapshot_date")
    truth = tables["truth"].select("employee_id", "snapshot_date")
    assert present.sort(pl.all()).equals(truth.sort(pl.all()))


def test_the_number_of_exits_agrees_with_the_hazard(tables: Tables) -> None:
    foretold = tables["truth"].filter(pl.col("snapshot_date") < END)["hazard"]
    first_foretold_exit = date(2023, 2, 1)
    voluntary = tables["exits"].filter(pl.col("kind") == "voluntary", pl.col("exit_date") >= first_foretold_exit)
    standard_deviation = (foretold * (1 - foretold)).sum() ** 0.5
    assert abs(voluntary.height - foretold.sum()) < 3 * standard_deviation


def test_twelve_to_eighteen_percent_leave_voluntarily_in_a_year(tables: Tables) -> None:
    voluntary = tables["exits"].filter(pl.col("kind") == "voluntary").height
    assert 0.12 <= voluntary / (tables["truth"].height / 12) <= 0.18


def test_each_driver_has_a_clear_share(tables: Tables) -> None:
    spread = tables["truth"].select(pl.col("pay", "conditions", "relationships", "growth").std()).row(0)
    assert all(0.35 <= share <= 0.75 for share in spread)


def test_hazards_persist_so_that_they_can_be_learned(tables: Tables) -> None:
    def at(day: date) -> pl.DataFrame:
        return tables["truth"].filter(pl.col("snapshot_date") == day).select("employee_id", pl.col("hazard").log())

    both = at(date(2025, 1, 31)).join(at(date(2025, 7, 31)), on="employee_id")
    assert both.select(pl.corr("hazard", "hazard_right")).item() > 0.75


def test_the_intercept_gives_the_requested_mean_hazard() -> None:
    assert intercept_for(np.zeros(4), 0.5) == pytest.approx(0)
    assert intercept_for(np.full(4, 2.0), 0.5) == pytest.approx(-2)


# ---- the history


def test_the_data_end_with_2025_and_cover_the_requested_months(tables: Tables, folder: Path) -> None:
    assert tables["truth"]["snapshot_date"].min() == date(2023, 1, 31)
    assert tables["truth"]["snapshot_date"].max() == END
    settings = (folder / "source.toml").read_text()
    assert "complete_from = 2023-01-01" in settings
    assert "complete_until = 2025-12-31" in settings


def test_people_present_at_the_start_were_hired_before_and_are_observed_from_it(tables: Tables) -> None:
    before = tables["employees"].filter(pl.col("hire_date") < START)
    assert before.height > 1400
    assert (before["observed_from"] == START).all()
    later = tables["employees"].filter(pl.col("hire_date") >= START)
    assert (later["observed_from"] == later["hire_date"]).all()


def test_everyone_has_an_assignment_and_pay_from_the_first_day(tables: Tables) -> None:
    hired = tables["employees"].select("employee_id", effective_date="hire_date")
    placed = tables["assignments"].filter(pl.col("reason") == "hire", pl.col("department").is_not_null())
    assert hired.join(placed, on=["employee_id", "effective_date"], how="anti").is_empty()
    assert hired.join(tables["compensation"], on=["employee_id", "effective_date"], how="anti").is_empty()


def test_leavers_are_replaced(tables: Tables) -> None:
    heads = tables["truth"].group_by("snapshot_date").len()["len"]
    assert heads.min() >= 1425
    assert heads.max() <= 1575


def test_some_leavers_come_back_under_their_old_id(tables: Tables) -> None:
    spells = tables["employees"].sort("hire_date").group_by("employee_id").agg("hire_date", pl.col("gender").n_unique())
    again = spells.filter(pl.col("hire_date").list.len() > 1)
    assert again.height > 5
    assert (again["gender"] == 1).all()


def test_a_managers_span_is_mostly_five_to_twelve(tables: Tables) -> None:
    known = tables["assignments"].filter(pl.col("manager_id").is_not_null())
    last = known.sort("effective_date").group_by("employee_id").agg(pl.col("manager_id").last())
    here = tables["truth"].filter(pl.col("snapshot_date") == END).select("employee_id")
    spans = last.join(here, on="employee_id").group_by("manager_id").len()["len"]
    assert spans.is_between(4, 13).mean() > 0.85


def test_levels_run_from_one_to_six_and_pay_rises_with_them(tables: Tables) -> None:
    hired = tables["assignments"].filter(pl.col("reason") == "hire").select("employee_id", "effective_date", "level")
    pay = hired.join(tables["compensation"], on=["employee_id", "effective_date"])
    pay = pay.filter(pl.col("effective_date") >= START)
    median = pay.group_by("level").agg(pl.col("base_pay").median()).sort("level")
    assert tables["assignments"]["level"].drop_nulls().unique().sort().to_list() == [1, 2, 3, 4, 5, 6]
    assert median["base_pay"].is_sorted()


def test_most_raises_and_promotions_come_in_april(tables: Tables) -> None:
    promotions = tables["assignments"].filter(pl.col("reason") == "promotion", pl.col("effective_date") >= START)
    raises = tables["compensation"].filter(pl.col("effective_date") >= START)
    assert (promotions["effective_date"].dt.month() == 4).mean() > 0.5
    assert (raises["effective_date"].dt.month() == 4).mean() > 0.5


def test_every_reason_of_the_contract_for_an_assignment_occurs(tables: Tables) -> None:
    reasons = {"hire", "promotion", "transfer", "manager_change", "reorganisation", "other"}
    assert set(tables["assignments"]["reason"]) == reasons


def test_every_kind_of_exit_occurs(tables: Tables) -> None:
    assert set(tables["exits"]["kind"]) == {"voluntary", "involuntary", "other"}


def test_surveys_come_each_quarter_and_about_three_in_four_answer(tables: Tables) -> None:
    surveys = tables["surveys"].with_columns(month=pl.col("survey_date").dt.month())
    wave = surveys.filter(pl.col("month") == 5, pl.col("survey_date").dt.year() == 2025)
    people = tables["truth"].filter(pl.col("snapshot_date") == date(2025, 5, 31)).height
    assert 0.65 <= wave["employee_id"].n_unique() / people <= 0.85
    assert {2, 5, 8, 11} <= set(surveys["month"])
    assert surveys["item"].n_unique() == 6


def test_bad_interfaces_are_rated_lowest(tables: Tables) -> None:
    hired = (
        tables["assignments"]
        .filter(pl.col("reason") == "hire")
        .unique("employee_id")
        .select("employee_id", "department")
    )
    services = tables["collaboration"].drop_nulls("rating")
    services = services.join(hired, left_on="client_id", right_on="employee_id")
    services = services.join(hired, left_on="provider_id", right_on="employee_id", suffix="_of_provider")
    pair = pl.concat_list("department", "department_of_provider").list.sort().list.join(" and ")
    ratings = services.group_by(pair.alias("pair")).agg(pl.col("rating").mean(), pl.len()).filter(pl.col("len") > 100)
    worst = ratings.sort("rating").head(3)["pair"]
    assert set(worst) == {"Finance and Sales", "Production and Sales", "Logistics and Production"}


def test_two_to_four_services_are_given_per_person_and_month(tables: Tables) -> None:
    assert 2 <= tables["collaboration"].height / tables["truth"].height <= 4


def test_some_services_are_open_and_an_open_one_has_neither_rating_nor_hours(tables: Tables) -> None:
    is_open = tables["collaboration"].filter(pl.col("closed_at").is_null())
    assert is_open.height > 50
    assert is_open["rating"].null_count() == is_open["effort_hours"].null_count() == is_open.height


def test_ids_do_not_reveal_the_hire_date(tables: Tables) -> None:
    people = tables["employees"].select(
        pl.col("employee_id").str.tail(6).cast(pl.Int64), pl.col("hire_date").to_physical()
    )
    assert abs(people.select(pl.corr("employee_id", "hire_date", method="spearman")).item()) < 0.06


# ---- what became known late


def test_pay_corrections_take_effect_on_an_earlier_day(tables: Tables) -> None:
    corrected = tables["compensation"].filter(pl.col("recorded_at") > pl.col("effective_date"))
    assert corrected.height > 20


def test_most_exits_are_known_before_they_happen_and_some_after(tables: Tables) -> None:
    exits = tables["exits"]
    assert (exits["recorded_at"] < exits["exit_date"]).mean() > 0.5
    assert (exits["recorded_at"] > exits["exit_date"]).sum() > 10
    given_before_the_month = exits["recorded_at"] < exits["exit_date"].dt.month_start()
    assert given_before_the_month.sum() > 10


def test_nothing_is_known_after_the_data_end(tables: Tables) -> None:
    for name, table in tables.items():
        if "recorded_at" in table.columns:
            latest = table["recorded_at"].max()
            assert latest is None or latest <= END, name


# ---- the dirt


def test_the_planted_dirt_gives_warnings_and_no_errors(folder: Path, tmp_path: Path) -> None:
    report = check_source(folder, tmp_path / "staging")
    assert report.errors == ()
    values = {(warning.table, warning.column): warning.rows for warning in report.warnings}
    assert values[("surveys", "")] == 8
    assert values[("surveys", "employee_id")] == 6
    assert values[("surveys", "survey_date")] == 5
    assert values[("compensation", "")] == 4
    assert values[("collaboration", "")] == 12
    assert values[("collaboration", "closed_at")] == 6
    assert values[("working_time", "employee_id")] == 3
    assert values[("performance", "review_date")] == 5
    assert values[("assignments", "manager_id")] == 4
    assert ("exits", "exit_date") not in values


# ---- the command


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(tmp_path: Path) -> None:
    for name, seed in (("one", 5), ("again", 5), ("other", 6)):
        simulate(tmp_path / name, employees=60, months=12, seed=seed)
    assert contents(tmp_path / "one") == contents(tmp_path / "again")
    assert contents(tmp_path / "one")["truth.parquet"] != contents(tmp_path / "other")["truth.parquet"]


def test_simulate_returns_the_rows_of_each_table(tmp_path: Path) -> None:
    rows = simulate(tmp_path / "company", employees=60, months=12)
    assert rows == {path.stem: pl.read_parquet(path).height for path in (tmp_path / "company").glob("*.parquet")}


def test_progress_is_reported_at_each_month_end(tmp_path: Path) -> None:
    result: list[date] = []
    simulate(tmp_path / "company", employees=60, months=12, progress=result.append)
    assert result[0] == date(2025, 1, 31)
    assert result[-1] == END
    assert len(result) == 12


def test_a_simulated_company_is_replaced_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    out = tmp_path / "company"
    simulate(out, employees=60, months=12, seed=1)
    before = contents(out)
    simulate(out, employees=60, months=12, seed=2)
    assert contents(out)["truth.parquet"] != before["truth.parquet"]
    assert [path.name for path in tmp_path.iterdir()] == ["company"]


def test_a_folder_that_holds_something_else_is_left_alone(tmp_path: Path) -> None:
    out = tmp_path / "own"
    simulate(out, employees=60, months=12)
    (out / "notes.md").write_text("mine")
    before = contents(out)
    with pytest.raises(BadInput, match="holds something that is not a simulated company"):
        simulate(out, employees=60, months=12, seed=2)
    assert contents(out) == before


def test_a_file_where_the_folder_belongs_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(BadInput):
        simulate(tmp_path / "file", employees=60, months=12)
    assert (tmp_path / "file").read_text() == "mine"


def test_an_empty_folder_is_used(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    simulate(tmp_path / "empty", employees=60, months=12)
    assert (tmp_path / "empty" / "truth.parquet").exists()


def test_all_wrong_arguments_are_reported_at_once_and_nothing_is_written(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as error:
        simulate(tmp_path / "company", employees=49, months=11, seed=-1)
    assert [finding.column for finding in error.value.findings] == ["employees", "months", "seed"]
    assert list(tmp_path.iterdir()) == []


# ---- the smallest parts


def test_months_are_counted_back_from_december_2025() -> None:
    assert first_day(0, 12) == (date(2025, 1, 1) - date(1970, 1, 1)).days
    assert first_day(-1, 12) == (date(2024, 12, 1) - date(1970, 1, 1)).days
    assert month_of_year(11, 12) == 12
    assert month_of_year(-1, 12) == 12


def test_a_seat_limits_the_level_of_its_holder() -> None:
    work, lead, manager, head = 0, 1, 2, 8
    layers = np.array([work, work, lead, lead, manager, head])
    assert level_for(layers, np.array([0, 5, 2, 6, 3, 2])).tolist() == [1, 4, 4, 5, 5, 6]
