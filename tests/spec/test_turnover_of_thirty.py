"""Every figure of turnover, compared with a count by hand of a company of thirty.

Twenty-four months, 2022-01-01 to 2023-12-31; `complete_from` is the first day.

- P01 … P20: Plant, Welders, level 1, Riga, permanent, hired on 2019-01-01, report to P01 (P01 to nobody).
- S01 … S10: Sales, Sellers, level 2, Oslo, hired on 2021-01-01, report to S01, who reports to P01. S10 is on a fixed
  term.

Exits: P02 voluntary 2022-03-31 (pay), P03 voluntary 2022-06-15 (pay), P04 involuntary 2022-09-30 (conduct),
P05 voluntary 2023-02-28 (pay, regrettable), P06 voluntary 2023-04-10 (move), P07 other 2023-05-31 (retired),
P08 voluntary 2023-08-31 (pay, not regrettable), S02 voluntary 2023-05-31 (career, regrettable), S03 involuntary
2023-08-31, S04 voluntary 2023-10-16 (career).
Hires: P21 2022-05-01, P22 2022-07-01, P23 2023-06-01, all Plant, Welders; S11 2023-07-01, Sales, Seller; he leaves
voluntarily on 2023-08-29, his sixtieth day.
Moves: S05 becomes a Welder of Plant on 2023-11-16. P09 is observed only from 2022-02-15.
"""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from features.source import Source, load_source
from pipeline.turnover.happened import happened
from pipeline.turnover.report import CohortRow, GroupRow, MonthRow, Turnover
from pipeline.turnover.staff.observed import observed_in

PLANT = [f"P{number:02}" for number in range(1, 21)]
SALES = [f"S{number:02}" for number in range(1, 11)]
HIRED = {"P21": "2022-05-01", "P22": "2022-07-01", "P23": "2023-06-01", "S11": "2023-07-01"}
EXITS = """P02,2022-03-31,voluntary,pay,
P03,2022-06-15,voluntary,pay,
P04,2022-09-30,involuntary,conduct,
P05,2023-02-28,voluntary,pay,true
P06,2023-04-10,voluntary,move,
P07,2023-05-31,other,retired,
P08,2023-08-31,voluntary,pay,false
S02,2023-05-31,voluntary,career,true
S03,2023-08-31,involuntary,,
S04,2023-10-16,voluntary,career,
S11,2023-08-29,voluntary,career,
"""


def hire_of(person: str) -> str:
    return HIRED.get(person, "2019-01-01" if person.startswith("P") else "2021-01-01")


def post_of(person: str) -> str:
    manager = {"P01": "", "S01": "P01"}.get(person, "P01" if person.startswith("P") else "S01")
    where = "Plant,Welder,1,Riga" if person.startswith("P") else "Sales,Seller,2,Oslo"
    contract = "fixed_term" if person == "S10" else "permanent"
    return f"{person},{hire_of(person)},{where},{contract},{manager}"


def write_company(folder: Path, market: str = "") -> Path:
    everyone = [*PLANT, *SALES, *HIRED]
    observed = {"P09": "2022-02-15"}
    employees = [f"{person},{hire_of(person)},{observed.get(person, '')}" for person in everyone]
    posts = [*map(post_of, everyone), "S05,2023-11-16,Plant,Welder,1,Riga,,P01"]
    tables = {
        "employees": ["employee_id,hire_date,observed_from", *employees],
        "assignments": ["employee_id,effective_date,department,job,level,location,contract,manager_id", *posts],
        "exits": ["employee_id,exit_date,kind,reason,regrettable", *EXITS.splitlines()],
    }
    if market:
        tables["market_rates"] = ["month,group,voluntary_rate", *market.splitlines()]
    for name, lines in tables.items():
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n")
    toml = 'name = "thirty"\ncomplete_from = 2022-01-01\ncomplete_until = 2023-12-31\n'
    toml += "[tables]\n" + "".join(f"{name} = \"from '{name}.csv'\"\n" for name in tables)
    (folder / "source.toml").write_text(toml)
    return folder / "source.toml"


@pytest.fixture
def company(tmp_path: Path) -> Source:
    folder = tmp_path / "thirty"
    folder.mkdir()
    market = "2023-03-31,,0.10\n2023-09-30,,0.14\n2022-09-30,,0.90\n2023-06-30,Plant,0.2"
    loaded = load_source(write_company(folder, market), tmp_path / "tables")
    assert isinstance(loaded, Source)
    return loaded


@pytest.fixture
def found(company: Source) -> Turnover:
    return happened(observed_in(company)).turnover


@pytest.fixture
def month(found: Turnover) -> Callable[..., MonthRow]:
    rows = {(row.by, row.group, f"{row.month:%Y-%m}"): row for row in found.months}
    return lambda month, by="everyone", group=None: rows[by, group, month]


@pytest.fixture
def group(found: Turnover) -> Callable[..., GroupRow]:
    rows = {(row.by, row.group): row for row in found.groups}
    return lambda by="everyone", group=None: rows[by, group]


def test_head_counts_at_month_ends(month: Callable[..., MonthRow]) -> None:
    # 30 less P09, not observed yet; then 30; P02 leaves on 31 March and is not counted on that day
    assert [month(each).people for each in ("2022-01", "2022-02", "2022-03")] == [29, 30, 29]
    # up to the end of 2022: 30 + P21 + P22 − P02 − P03 − P04 = 29
    assert month("2022-12").people == 29
    # 2023: + P23 + S11 − P05 − P06 − P07 − P08 − S02 − S03 − S04 − S11 = 23
    assert month("2023-12").people == 23
    # Sales: 10 − S02 − S03 − S04 − S05 who moved; Plant: 17 + P21 + P22 + P23 + S05 − P05 … P08 = 17
    assert (month("2023-12", "department", "Sales").people, month("2023-12", "department", "Plant").people) == (6, 17)


def test_person_months_respect_delayed_entry_and_the_days_of_a_month(month: Callable[..., MonthRow]) -> None:
    assert month("2022-01").person_months == 29  # without P09
    assert month("2022-02").person_months == 29.5  # P09 from the 15th to the 28th: 14 of 28 days
    assert month("2022-03").person_months == 30  # P02 worked on the last day
    assert month("2022-06").person_months == 29.5 + 0  # 30 + P21 − P02 = 30, and P03 15 of 30 days: 29.5
    # November 2023: S05 for 15 of 30 days in Sales (with S01, S06 … S10), and 15 of 30 in Plant
    assert month("2023-11", "department", "Sales").person_months == 6.5
    assert month("2023-11", "department", "Plant").person_months == 16.5


def test_months_of_few_exits_are_silent_about_kinds_and_quiet_months_are_not(month: Callable[..., MonthRow]) -> None:
    march = month("2022-03")
    assert (march.exits, march.voluntary, march.involuntary) == (1, None, None)
    january = month("2022-01")
    assert (january.exits, january.voluntary, january.involuntary, january.other) == (0, 0, 0, 0)
    # P08, S03 and S11; but beside the years of the departments, months would reveal how one or two left
    assert (month("2023-08").exits, month("2023-08").voluntary) == (3, None)


def test_the_company_over_twelve_months(group: Callable[..., GroupRow]) -> None:
    row = group()
    assert (row.people_start, row.people_end, row.hires, row.exits, row.moves) == (29, 23, 2, 8, 0)
    assert (row.voluntary, row.involuntary, row.other) == (6, 1, 1)
    # person-months of 2023: 29 people × 12 = 348; less P05 10, P06 20/30 + 8, P07 7, P08 4, S02 7, S03 4,
    # S04 15/31 + 2; plus P23 7, S11 1 + 29/31
    worked = 348 - 10 - (20 / 30 + 8) - 7 - 4 - 7 - 4 - (15 / 31 + 2) + 7 + (1 + 29 / 31)
    assert row.person_months == pytest.approx(worked, abs=1e-3)
    assert row.voluntary_rate is not None
    assert row.voluntary_rate.value == pytest.approx(6 * 12 / worked)
    # Garwood's interval of a count of 6 is 2.2019 to 13.0595 (tables of the Poisson distribution)
    assert row.voluntary_rate.low == pytest.approx(2.2019 * 12 / worked, rel=1e-4)
    assert row.voluntary_rate.high == pytest.approx(13.0595 * 12 / worked, rel=1e-4)
    # ISO 30414: the mean of the thirteen head counts from December 2022 to December 2023
    counts = [29, 29, 28, 28, 27, 25, 26, 27, 24, 24, 23, 23, 23]
    assert row.headcount_rate == pytest.approx(6 / (sum(counts) / 13))


def test_regret_is_as_recorded_and_of_voluntary_exits_only(group: Callable[..., GroupRow], found: Turnover) -> None:
    assert found.regret == "recorded"
    assert (group().regretted, group().judged) == (2, 3)  # P05 and S02, of these and P08


def test_the_year_before_is_compared_by_the_exact_ratio(group: Callable[..., GroupRow]) -> None:
    compared = group().year_before
    assert compared is not None
    # 2022: 2 voluntary exits. 30 people × 12 = 360, less P09 1 + 14/28, P02 9, P03 15/30 + 6, P04 3; plus P21 8, P22 6
    before = 360 - 1.5 - 9 - 6.5 - 3 + 8 + 6
    now = group().person_months
    assert now is not None
    assert compared.ratio == pytest.approx((6 / now) / (2 / before), rel=1e-4)
    assert compared.low < 1 < (compared.high or 0)
    assert group().is_more_than_expected is False  # 6 after 2 is no clear rise


def test_departments_show_how_people_left_only_as_years(
    group: Callable[..., GroupRow], month: Callable[..., MonthRow]
) -> None:
    plant, sales = group("department", "Plant"), group("department", "Sales")
    assert (plant.exits, plant.voluntary, plant.involuntary, plant.other) == (4, 3, 0, 1)
    assert (sales.exits, sales.voluntary, sales.involuntary, sales.other) == (4, 3, 1, 0)
    assert (plant.moves, sales.moves) == (1, -1)
    assert (plant.people_start, plant.people_end, plant.hires) == (19, 17, 1)
    assert month("2023-08", "department", "Plant").voluntary is None


def test_groups_under_five_show_nothing(group: Callable[..., GroupRow]) -> None:
    assert group("contract", "fixed_term") == GroupRow("contract", "fixed_term")
    assert group("contract", "permanent").people_end is None  # the total less it would be the one of the fixed term


def test_lines_count_everyone_below(group: Callable[..., GroupRow]) -> None:
    head, seller = group("manager", "P01"), group("manager", "S01")
    assert (head.people_end, head.exits, head.voluntary) == (22, 8, 6)  # everyone but P01
    assert (seller.people_end, seller.exits, seller.voluntary) == (5, 4, 3)  # S06 … S10


def test_reasons_below_three_are_added_up(found: Turnover) -> None:
    assert [(row.reason, row.exits) for row in found.reasons] == [("career", 3), (None, 3)]  # pay twice, move once
    assert [row.share for row in found.reasons] == [0.5, 0.5]


def test_four_hires_are_too_few_for_a_cohort(found: Turnover) -> None:
    assert found.cohorts == (CohortRow(None), CohortRow("2022"), CohortRow("2023"))


def test_places_are_filled_by_the_next_arrival_in_the_same_department_and_job(company: Source) -> None:
    from pipeline.turnover.replacement import replacements, vacancies_of

    vacancies = vacancies_of(observed_in(company).episodes)
    welders = vacancies.filter(vacancies["job"] == "Welder").sort("day")
    # P02 31 March -> P21 1 May: 31 days. P03 15 June -> P22 1 July: 16. P04 30 September 2022 -> P23 1 June 2023: 244.
    # P05 28 February 2023 -> S05 16 November: 261. P06, P07, P08: nobody until 31 December.
    assert welders["days"].to_list() == [31, 16, 244, 261, 265, 214, 122]
    assert welders["is_followed"].to_list() == [True, True, True, True, False, False, False]
    # Kaplan-Meier: 7 at risk: 6/7 at 16, 5/7 at 31; one censored at 122 and one at 214; 3 at risk: 10/21 < 1/2 at 244
    assert replacements(vacancies, "job")["Welder"].median_days == 244


def test_the_market_is_that_of_the_same_months(group: Callable[..., GroupRow]) -> None:
    assert group().market_rate == pytest.approx(0.12)  # the mean of 0.10 and 0.14; 0.90 is of the year before
    assert group("department", "Plant").market_rate == 0.2
    assert group("department", "Sales").market_rate is None


def test_readers_of_large_groups_see_none_under_ten(company: Source) -> None:
    large = happened(observed_in(company)).large_groups
    shown: dict[Any, Any] = {(row.by, row.group): row.people_end for row in large.groups}
    assert shown["everyone", None] == 23
    assert shown["department", "Sales"] is None  # six to ten people
    assert shown["department", "Plant"] is None  # the total less it would be Sales
    assert not [row for row in large.groups if row.by == "manager"]


def test_a_person_hired_again_has_two_stays(tmp_path: Path) -> None:
    folder = tmp_path / "again"
    folder.mkdir()
    write_company(folder)
    with (folder / "employees.csv").open("a") as file:
        file.write("P02,2023-01-01,\n")
    loaded = load_source(folder / "source.toml", tmp_path / "tables")
    assert isinstance(loaded, Source)
    rows = {(row.by, row.group, row.month): row for row in happened(observed_in(loaded)).turnover.months}
    assert rows["everyone", None, date(2022, 12, 31)].people == 29
    assert rows["everyone", None, date(2023, 1, 31)].people == 30
    assert rows["everyone", None, date(2023, 1, 31)].hires == 1
