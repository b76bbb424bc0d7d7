"""The simulated company's rows as tables of the contract: names for codes, random ids, some dirt. No I/O."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from features.contract.tables import DIRECTORY
from features.contract.vocabulary import ASSIGNMENT_REASONS, EXIT_KINDS, SERVICE_KINDS
from features.simulation.company import Company
from features.simulation.events import COMPETENCIES, NO_DAY, SURVEY_ITEMS, Columns
from features.simulation.names import directory
from features.simulation.recorded import Recorded
from features.simulation.seats import DEPARTMENTS, GRADES, LOCATIONS, NOBODY, first_day
from features.simulation.table_parts import TableParts

TRUTH: Final = "truth"
SOURCE_NAME: Final = "simulated"
Mask = NDArray[np.bool_]
EXIT_REASONS: Final = (
    "better offer", "career elsewhere", "relocation", "workload", "not stated",
    "performance", "position closed", "retirement or end of contract",
)  # fmt: skip
EDUCATION: Final = ("vocational", "degree", "higher degree")


def _job_titles() -> list[str]:
    """The titles in the order of `job_codes`."""
    titles = []
    for department in DEPARTMENTS:
        above = [f"{department.name} team lead", f"{department.name} manager", f"Head of {department.name}"]
        for trade in department.trades:
            titles += [grade.format(trade).capitalize() for grade in GRADES] + [*above, "Managing director"]
    return titles


_NAMES: Final[Mapping[str, Sequence[str]]] = {
    "job": _job_titles(),
    "department": [department.name for department in DEPARTMENTS],
    "location": LOCATIONS,
    "contract": ("permanent", "fixed_term"),
    "item": SURVEY_ITEMS,
    "competency": COMPETENCIES,
}
_NAMES_BY_TABLE: Final[Mapping[str, Mapping[str, Sequence[str]]]] = {
    "exits": {"kind": EXIT_KINDS, "reason": EXIT_REASONS},
    "collaboration": {"kind": SERVICE_KINDS},
    "assignments": {"reason": ASSIGNMENT_REASONS},
}
_POST: Final = ("department", "job", "level", "manager_id", "location", "contract", "fte")
_IDS: Final = ("employee_id", "manager_id", "client_id", "provider_id", "assessor_id")
_DAYS: Final = (
    "effective_date", "survey_date", "assessed_at", "review_date", "month", "exit_date", "recorded_at", "snapshot_date",
)  # fmt: skip
_MINUTES: Final = ("opened_at", "closed_at")
NEVER_CLOSED: Final = datetime(9999, 12, 31)
_DAYS_AFTER_EXIT: Final = 45
_ITEMS: Final = (
    ("surveys", "workload", "conditions", "Manageable workload"),
    ("surveys", "manager_support", "relationships", "Support from the manager"),
    ("surveys", "recognition", "relationships", "Recognition"),
    ("surveys", "career", "growth", "Career prospects"),
    ("surveys", "fairness_of_pay", "pay", "Fairness of pay"),
    ("surveys", "collaboration", "relationships", "Collaboration with colleagues"),
    ("competencies", "mutual_benefit", "relationships", "Works for mutual benefit"),
    ("competencies", "benefit_search", "relationships", "Looks for what benefits colleagues"),
    ("competencies", "coaching", "growth", "Coaches others"),
)


def tables_of(
    company: Company, recorded: Recorded, folder: Path | None, seed_of_names: int | None = None
) -> dict[str, TableParts]:
    """Every table by name, the truth among them. Only people who were employed within the data are included.

    Without a seed for names there is no directory. `recorded` is empty afterwards: a large company's rows are not held
    twice, and its tables are in files of `folder` if it has recorded more than fits in memory.
    """
    start, end = first_day(0, company.months), first_day(company.months, company.months) - 1
    included = company.people["exit_day"] >= start
    ids = _ids(company)
    tables = {"employees": TableParts.of(_employees(company, ids, included, start))}
    for name in recorded.tables:
        parts = (_of_included(part, included) for part in recorded.taken(name))
        if folder is None or recorded.is_in_memory:
            tables[name] = TableParts.of(_frame(name, _joined(list(parts)), ids, included, end))
        else:
            frames = (_frame(name, part, ids, included, end) for part in parts)
            tables[name] = TableParts.written(frames, folder, name)
    truth = tables.pop(TRUTH)
    named = {} if seed_of_names is None else {DIRECTORY: _directory(company, ids, included, seed_of_names)}
    names = {name: TableParts.of(frame) for name, frame in named.items()}
    return _soiled(tables, company.persons, company.rng) | names | {TRUTH: truth}


def _of_included(part: Columns, included: Mask) -> Columns:
    """The rows about people who are included; the first column is about them."""
    rows = included[next(iter(part.values()))]
    return part if rows.all() else {name: values[rows] for name, values in part.items()}


def _joined(parts: list[Columns]) -> Columns:
    """The parts one after the other; each column of theirs is freed once it is joined."""
    return {name: np.concatenate([part.pop(name) for part in parts]) for name in list(parts[0])}


def source_toml(months: int) -> str:
    """The source's settings: the period with complete exits, and the drivers of its items."""
    start, end = first_day(0, months), first_day(months, months) - 1
    head = f'name = "{SOURCE_NAME}"\ncomplete_from = {_date(start)}\ncomplete_until = {_date(end)}\n'
    items = [f'\n[{kind}.{item}]\ndriver = "{driver}"\nlabel = "{label}"\n' for kind, item, driver, label in _ITEMS]
    return head + "".join(items)


def _date(day: int) -> date:
    return date.fromordinal(date(1970, 1, 1).toordinal() + day)


def _ids(company: Company) -> pl.Series:
    """An id for every spell, allocated at random, so that the order reveals nothing; a rehire keeps the old one."""
    numbers = 1 + company.rng.permutation(company.persons)
    return _written(pl.Series(numbers[company.people["person"]]))


def _written(numbers: pl.Series) -> pl.Series:
    return "E" + numbers.cast(pl.String).str.zfill(6)


def _employees(company: Company, ids: pl.Series, included: Mask, start: int) -> pl.DataFrame:
    people = company.people[included]
    return pl.DataFrame(
        {
            "employee_id": ids.filter(pl.Series(included)),
            "hire_date": _days(people["hire_day"]),
            "observed_from": _days(np.maximum(people["hire_day"], start)),
            "gender": _named(people["woman"], ("man", "woman")),
            "birth_year": people["birth_year"],
            "education": _named(people["education"], EDUCATION),
        }
    ).sort("employee_id", "hire_date")


def _directory(company: Company, ids: pl.Series, included: Mask, seed: int) -> pl.DataFrame:
    """Everyone is named, so that a name does not depend on who is included; those who are not are then left out."""
    _, first = np.unique(company.people["person"], return_index=True)
    everyone = directory(ids.gather(first), company.people["woman"][first] == 1, seed)
    return everyone.join(ids.filter(pl.Series(included)).to_frame("employee_id"), on="employee_id", how="semi").sort(
        "employee_id"
    )


def _frame(table: str, columns: Columns, ids: pl.Series, included: Mask, end: int) -> pl.DataFrame:
    """Columns of codes, spells and days in the contract's types. A manager who left before the data is null."""
    names = {**_NAMES, **_NAMES_BY_TABLE.get(table, {})}
    series: dict[str, pl.Series] = {}
    for name, values in columns.items():
        if name in _IDS:
            series[name] = ids.gather(_index(np.where(included[values], values, NOBODY)))
        elif name in _DAYS:
            series[name] = _days(np.minimum(values, end))
        elif name in _MINUTES:
            minutes = pl.Series(values.astype(np.int64))
            series[name] = (minutes.set(minutes == NO_DAY, None) * 60_000_000).cast(pl.Datetime("us"))
        elif name in names:
            series[name] = _named(values, names[name])
        elif name == "level":
            series[name] = _index(values)
        else:
            series[name] = pl.Series(values.astype(np.float64)).fill_nan(None)
    frame = pl.DataFrame(series)
    if table == "compensation":
        frame.insert_column(3, pl.Series("currency", ["EUR"]).new_from_index(0, frame.height))
    if table == "assignments":
        frame = frame.filter(pl.any_horizontal(pl.col(_POST).is_not_null()))
    return frame


def _index(values: NDArray[Any]) -> pl.Series:
    """Whole numbers, with null in place of those below 0."""
    numbers = pl.Series(values.astype(np.int64))
    return numbers.set(numbers < 0, None)


def _named(codes: NDArray[Any], names: Sequence[str]) -> pl.Series:
    return pl.Series(names, dtype=pl.String).gather(_index(codes))


def _days(values: NDArray[Any]) -> pl.Series:
    days = pl.Series(values.astype(np.int32))
    return days.set(days == NO_DAY, None).cast(pl.Date)


def _soiled(tables: Mapping[str, TableParts], persons: int, rng: np.random.Generator) -> dict[str, TableParts]:
    """The tables with the dirt of real exports: a few rows of each kind, which validation leaves out and counts."""

    def some(table: str, rows: int) -> pl.DataFrame:
        whole = tables[table]
        return whole.rows(rng.choice(whole.height, min(rows, whole.height), replace=False))

    def about(table: str, ids: pl.Series) -> pl.DataFrame:
        return some(table, len(ids)).with_columns(employee_id=ids)

    def strangers(count: int) -> pl.Series:
        return _written(pl.Series(persons + 1 + np.arange(count)))

    still_open = some("collaboration", 6).with_columns(
        closed_at=pl.lit(NEVER_CLOSED), rating=pl.lit(None, pl.Float64), effort_hours=pl.lit(None, pl.Float64)
    )
    lost = some("assignments", 4)
    lost = lost.with_columns(pl.lit(None).cast(lost.schema[column]).alias(column) for column in _POST)
    gone = _gone(tables["employees"].frame(), tables["exits"].frame())
    added = {
        "surveys": [
            some("surveys", 8),
            about("surveys", strangers(6)),
            _afterwards(some, "surveys", "survey_date", gone),
        ],
        "compensation": [some("compensation", 4)],
        "collaboration": [some("collaboration", 12), still_open],
        "working_time": [about("working_time", strangers(3))],
        "performance": [_afterwards(some, "performance", "review_date", gone)],
        "assignments": [lost.with_columns(manager_id=strangers(lost.height), reason=pl.lit("manager_change"))],
    }
    return {name: whole.with_more(added.get(name, [])) for name, whole in tables.items()}


def _gone(employees: pl.DataFrame, exits: pl.DataFrame) -> pl.DataFrame:
    """A few people who left long before the data end and did not come back, with their exit dates."""
    once = employees.filter(pl.len().over("employee_id") == 1).select("employee_id")
    early = exits.filter(pl.col("exit_date").dt.offset_by(f"{_DAYS_AFTER_EXIT}d") <= exits["exit_date"].max())
    return early.join(once, on="employee_id", maintain_order="left").select("employee_id", "exit_date").head(5)


def _afterwards(some: Callable[[str, int], pl.DataFrame], table: str, day: str, gone: pl.DataFrame) -> pl.DataFrame:
    rows = some(table, gone.height)
    later = gone["exit_date"].head(rows.height).dt.offset_by(f"{_DAYS_AFTER_EXIT}d")
    no_day = pl.lit(None, pl.Date)
    return rows.with_columns(gone["employee_id"].head(rows.height), later.alias(day), recorded_at=no_day)
