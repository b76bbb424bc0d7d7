"""A company of 200 people whose tables are plausible, and what a wrong mapping makes of them, rule by rule.

A person joins every 14.5 days from 2014-01-15 on. The records begin on 2018-01-01; from 2018-02-10 on somebody leaves
every 20 days: 56 of 70 resign or move away, 7 are dismissed, 7 retire. The first 16 people are managers.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Final

import polars as pl

from features.validation.plausibility import rules
from features.validation.rules import Rule

PEOPLE, MANAGERS, LEAVERS = 200, 16, 70
FIRST_HIRE, START, UNTIL = date(2014, 1, 15), date(2018, 1, 1), date(2021, 12, 31)
PERIOD: Final = (START, UNTIL)

Tables = dict[str, pl.DataFrame]


def hire(person: int) -> date:
    return FIRST_HIRE + timedelta(days=29 * person // 2)


def seen(person: int) -> date:
    return max(hire(person), START)


def exit_of(person: int) -> date | None:
    """Persons 16, 18, 20 ... 154 leave."""
    number, rest = divmod(person - MANAGERS, 2)
    return date(2018, 2, 10) + timedelta(days=20 * number) if rest == 0 and 0 <= number < LEAVERS else None


def name(person: int) -> str:
    return str(1001 + person)


def is_there(person: int, day: date) -> bool:
    gone = exit_of(person)
    return hire(person) <= day and (gone is None or day < gone)


def company() -> Tables:
    return {
        "employees": pl.DataFrame(
            [(name(each), hire(each), seen(each)) for each in range(PEOPLE)],
            schema=["employee_id", "hire_date", "observed_from"],
            orient="row",
        ),
        "exits": _exits(),
        "assignments": _assignments(),
        "compensation": _compensation(),
        "working_time": _working_time(),
    }


def _exits() -> pl.DataFrame:
    ends = [("voluntary", "resignation"), ("voluntary", "relocation")] * 4
    ends += [("involuntary", "dismissal"), ("other", "retirement")]
    rows = [
        (name(MANAGERS + 2 * number), day, *ends[number % 10], day - timedelta(days=40))
        for number in range(LEAVERS)
        if (day := exit_of(MANAGERS + 2 * number))
    ]
    return pl.DataFrame(rows, schema=["employee_id", "exit_date", "kind", "reason", "recorded_at"], orient="row")


def _assignments() -> pl.DataFrame:
    rows = []
    for each in range(PEOPLE):
        level = 3 if each < MANAGERS else 1
        manager = None if each < MANAGERS else name(each % MANAGERS)
        share = 0.5 if each % 5 == 4 else 1.0
        reason = "hire" if hire(each) >= START else "other"
        rows.append((name(each), seen(each), f"department {each % 4}", f"job {level}", level, manager, share, reason))
        promoted, moved = seen(each) + timedelta(days=200), seen(each) + timedelta(days=300)
        if level == 1 and each % 3 == 0 and is_there(each, promoted) and promoted < UNTIL:
            rows.append((name(each), promoted, None, "job 2", 2, None, None, "promotion"))
        if level == 1 and each % 7 == 0 and is_there(each, moved) and moved < UNTIL:
            rows.append((name(each), moved, None, None, None, name((each + 1) % MANAGERS), None, "manager_change"))
    columns = ["employee_id", "effective_date", "department", "job", "level", "manager_id", "fte", "reason"]
    return pl.DataFrame(rows, schema=columns, orient="row", infer_schema_length=None)


def _compensation() -> pl.DataFrame:
    rows = []
    for each in range(PEOPLE):
        base = (54_000 if each < MANAGERS else 38_000) + 10.0 * each
        rows.append((name(each), seen(each), base, "EUR"))
        springs = [date(year, 4, 1) for year in range(2018, 2022)]
        raises = [day for day in springs if is_there(each, day) and day > seen(each)]
        rows += [(name(each), day, base * 1.03 ** (1 + number), "EUR") for number, day in enumerate(raises)]
    return pl.DataFrame(rows, schema=["employee_id", "effective_date", "base_pay", "currency"], orient="row")


def _working_time() -> pl.DataFrame:
    ends = pl.date_range(START, UNTIL, "1mo", eager=True).dt.month_end().to_list()
    rows = [(name(each), day, 160.0) for each in range(PEOPLE) for day in ends if is_there(each, day)]
    return pl.DataFrame(rows, schema=["employee_id", "month", "worked_hours"], orient="row")


def write(folder: Path, tables: Mapping[str, pl.DataFrame], period: tuple[date, date]) -> Path:
    for table, frame in tables.items():
        frame.write_parquet(folder / f"{table}.parquet")
    text = f"complete_from = {period[0]}\ncomplete_until = {period[1]}\n"
    (folder / "source.toml").write_text(text)
    return folder


@dataclass(frozen=True)
class Wrong:
    """What a wrong mapping makes of the company; with the tables as they are, the finding is not there.

    rows: the rows of the finding, where they can be counted by hand.
    """

    rule: Rule
    place: str
    rows: int | None = None
    change: Callable[[Tables], Tables] = field(default=lambda tables: {})
    period: tuple[date, date] = PERIOD


def _exits_with(*columns: pl.Expr) -> Callable[[Tables], Tables]:
    return lambda tables: {"exits": tables["exits"].with_columns(*columns)}


def _with(table: str, *columns: pl.Expr, **named: pl.Expr) -> Callable[[Tables], Tables]:
    return lambda tables: {table: tables[table].with_columns(*columns, **named)}


def _only(table: str, *conditions: pl.Expr) -> Callable[[Tables], Tables]:
    return lambda tables: {table: tables[table].filter(*conditions)}


def _plus(table: str, *rows: Mapping[str, object]) -> Callable[[Tables], Tables]:
    return lambda tables: {table: pl.concat([tables[table], pl.DataFrame(rows)], how="diagonal")}


def _first_rows(table: str) -> Callable[[Tables], Tables]:
    return lambda tables: {table: tables[table].sort("effective_date").unique("employee_id", keep="first")}


def _payments(tables: Tables) -> Tables:
    """One row a month, with overtime in every other."""
    months = tables["working_time"].select("employee_id", effective_date="month")
    return {"compensation": months.with_columns(base_pay=40_000.0 + 3_000 * (pl.col("effective_date").dt.month() % 2))}


def _hired_earlier(tables: Tables) -> Tables:
    earlier = pl.col("employee_id").is_in([name(each) for each in (171, 173, 175, 177)])
    days = pl.when(earlier).then(pl.lit(timedelta(days=200))).otherwise(pl.lit(timedelta()))
    return {"employees": tables["employees"].with_columns(pl.col("hire_date", "observed_from") - days)}


def _leavers_and_five_managers(tables: Tables) -> Tables:
    left = pl.col("employee_id").is_in(tables["exits"]["employee_id"].implode())
    return {"employees": tables["employees"].filter(left | (pl.col("employee_id") < name(5)))}


def _back_within_a_week(tables: Tables) -> Tables:
    gone, back = date(2020, 3, 1), date(2020, 3, 5)
    hires = [{"employee_id": each, "hire_date": back, "observed_from": back} for each in STAYERS]
    exits = [{"employee_id": each, "exit_date": gone, "kind": "voluntary"} for each in STAYERS]
    return _plus("employees", *hires)(tables) | _plus("exits", *exits)(tables)


EXIT, PERSON, PAY = pl.col("exit_date"), pl.col("employee_id"), pl.col("base_pay")
WITH_REASON = {
    kind: pl.when(pl.col("reason") == kind).then(pl.lit("voluntary")).otherwise("kind").alias("kind")
    for kind in ("retirement", "dismissal")
}
STAYERS: Final = [name(each) for each in (17, 19, 21, 23, 25)]
UPSIDE_DOWN = _with("assignments", (4 - pl.col("level")).alias("level"))

WRONG: Final = [
    Wrong(rules.REASON_OF_OTHER, "exits.kind", 7, _exits_with(WITH_REASON["retirement"])),
    Wrong(rules.REASON_OF_EMPLOYER, "exits.kind", 7, _exits_with(WITH_REASON["dismissal"])),
    Wrong(rules.REASON_OF_EMPLOYEE, "exits.kind", 56, _exits_with(pl.lit("other").alias("kind"))),
    Wrong(rules.ONE_KIND, "exits.kind", 70, _exits_with(pl.lit("voluntary").alias("kind"))),
    Wrong(
        rules.WITHOUT_NOTICE,
        "exits.recorded_at",
        2,
        _exits_with(pl.when(~PERSON.is_in([name(16), name(18)])).then("recorded_at").alias("recorded_at")),
    ),
    Wrong(rules.NOTICE_AS_EXIT, "exits.recorded_at", 70, _exits_with(EXIT.alias("recorded_at"))),
    Wrong(rules.FIRST_OF_MONTH, "exits.exit_date", 70, _exits_with(EXIT.dt.month_start())),
    Wrong(rules.RECORDED_LATER, "exits.recorded_at", 70, _exits_with((EXIT + timedelta(40)).alias("recorded_at"))),
    Wrong(rules.RECORDED_TOGETHER, "exits.recorded_at", 70, _exits_with(pl.lit(UNTIL).alias("recorded_at"))),
    Wrong(
        rules.FAR_PLANNED,
        "exits.exit_date",
        5,
        _plus("exits", *({"employee_id": each, "exit_date": date(2022, 12, 31), "kind": "other"} for each in STAYERS)),
    ),
    Wrong(rules.EARLY_START, "source.toml.complete_from", period=(FIRST_HIRE, UNTIL)),
    Wrong(rules.LATE_END, "source.toml.complete_until", period=(START, date(2023, 6, 30))),
    Wrong(rules.NO_FACTS_AT_THE_END, "source.toml.complete_until", period=(START, date(2023, 6, 30))),
    Wrong(
        rules.PAUSE,
        "exits.exit_date",
        change=_only("exits", ~EXIT.is_between(date(2019, 6, 1), date(2020, 5, 31))),
    ),
    Wrong(
        rules.TWO_SPELLINGS,
        "employees.employee_id",
        2,
        _plus("employees", {"employee_id": "01018", "hire_date": date(2018, 3, 5), "observed_from": date(2018, 3, 5)}),
    ),
    Wrong(
        rules.SPELT_ELSEWHERE,
        "exits.employee_id",
        1,
        _exits_with(pl.when(name(16) == PERSON).then(pl.lit("0" + name(16))).otherwise(PERSON).alias("employee_id")),
    ),
    Wrong(
        rules.VANISHED,
        "working_time.month",
        5,
        _only("working_time", ~(PERSON.is_in(STAYERS) & (pl.col("month") > date(2021, 6, 30)))),
    ),
    Wrong(
        rules.INTERRUPTED,
        "working_time.month",
        5,
        _only(
            "working_time",
            ~(PERSON.is_in(STAYERS) & pl.col("month").is_between(date(2019, 5, 1), date(2019, 8, 31))),
        ),
    ),
    Wrong(rules.NOT_IN_TABLE, "compensation.employee_id", 5, _only("compensation", ~PERSON.is_in(STAYERS))),
    Wrong(rules.HIRED_LONG_BEFORE, "employees.hire_date", 4, _hired_earlier),
    Wrong(rules.HIRED_ELSEWHEN, "assignments.effective_date", 4, _hired_earlier),
    Wrong(
        rules.UNOBSERVED,
        "employees.observed_from",
        75,  # hired up to 2016-12-30: the persons up to number 74, who joined 1,073 days after the first
        lambda tables: {"employees": tables["employees"].drop("observed_from")},
    ),
    Wrong(
        rules.HIRED_TOGETHER,
        "employees.hire_date",
        60,
        _with("employees", pl.max_horizontal("hire_date", pl.lit(hire(59))).alias("hire_date")),
    ),
    Wrong(rules.NOBODY_STAYS, "exits.exit_date", 70, _leavers_and_five_managers),
    Wrong(rules.HIRED_AGAIN, "exits.exit_date", 5, _back_within_a_week),
    Wrong(
        rules.BEFORE_HIRE,
        "employees.hire_date",
        5,
        _with("employees", hire_date=pl.when(PERSON.is_in(STAYERS)).then(date(2021, 3, 5)).otherwise("hire_date")),
    ),
    Wrong(rules.NEVER_CHANGES, "assignments.job", change=_first_rows("assignments")),
    Wrong(rules.NEVER_CHANGES, "compensation.base_pay", change=_first_rows("compensation")),
    Wrong(rules.FALLING_LEVEL, "assignments.level", change=UPSIDE_DOWN),
    Wrong(rules.LEVEL_BELOW_REPORTS, "assignments.level", PEOPLE - MANAGERS, UPSIDE_DOWN),
    Wrong(rules.PAID_LESS, "assignments.level", PEOPLE, UPSIDE_DOWN),
    Wrong(rules.EMPTY_TABLE, "compensation", 0, lambda tables: {"compensation": tables["compensation"].clear()}),
    Wrong(rules.EMPTY_COLUMN, "assignments.location", change=_with("assignments", location=pl.lit(None, pl.String))),
    Wrong(
        rules.FEW_MANAGED,
        "assignments.manager_id",
        156,  # the 16 managers, and the 140 people from number 60 on
        _with("assignments", manager_id=pl.when(PERSON.cast(pl.Int64) < 1061).then("manager_id")),
    ),
    Wrong(
        rules.MIXED_UNITS,
        "compensation.base_pay",
        change=_with(
            "compensation", pl.col("base_pay") / pl.when(PERSON.cast(pl.Int64) % 2 == 0).then(12).otherwise(1)
        ),
    ),
    Wrong(
        rules.PAY_JUMPS,
        "compensation.base_pay",
        change=_with(
            "compensation",
            pl.col("base_pay") / pl.when(pl.col("effective_date") > date(2020, 1, 1)).then(12).otherwise(1),
        ),
    ),
    Wrong(rules.NOT_A_YEAR, "compensation.base_pay", change=_with("compensation", pl.col("base_pay") / 12)),
    Wrong(
        rules.NOT_FULL_TIME,
        "compensation.base_pay",
        40,  # every fifth works half the hours
        _with("compensation", pl.col("base_pay") * pl.when(PERSON.cast(pl.Int64) % 5 == 0).then(0.5).otherwise(1)),
    ),
    Wrong(rules.PAYMENTS, "compensation.base_pay", change=_payments),
    Wrong(
        rules.FAR_FROM_MARKET,
        "compensation.market_pay",
        change=_with("compensation", market_pay=pl.col("base_pay") / 12),
    ),
]

OF_DRAFTS: Final = (
    rules.OTHER_EXIT_DAY,
    rules.OTHER_HIRE,
    rules.MARKED_PEOPLE,
    rules.MARKED_EXITS,
    rules.LESS_EXITS,
    rules.MORE_EXITS,
    rules.UNUSED_CURRENCY,
    rules.OTHER_KIND,
    rules.OTHER_UNIT,
    rules.UNUSED_DAY_OF_ENTRY,
)
"""The rules that compare a mapping with a draft."""
