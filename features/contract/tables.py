"""The data contract: one class per HR table, with the type, the range and the meaning of every column.

`validation` enforces these classes, and a test compares the documentation of the sources with them. A column without
`| None` is required. Values are canonical: identifiers and categories are text; scores, ratings, pay and hours are
Float64; days are Date.
"""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Annotated, Any, Final

import pandera.polars as pa
import polars as pl

from features.contract.vocabulary import ASSIGNMENT_REASONS, EXIT_KINDS, SERVICE_KINDS

YEAR: Final = timedelta(days=366)
PLANNING: Final = timedelta(days=3653)
"""How far past `complete_until` a planned change may lie: ten years, as fixed-term contracts do."""

HOURS_IN_A_MONTH: Final = 744
DAYS_IN_A_MONTH: Final = 31

Moment = Annotated[pl.Datetime, "us", None]


def _text(description: str, kinds: Iterable[str] | None = None, **metadata: Any) -> Any:
    return pa.Field(nullable=False, description=description, isin=kinds and list(kinds), metadata=metadata)


def _optional_text(description: str, kinds: Iterable[str] | None = None) -> Any:
    return pa.Field(nullable=True, description=description, isin=kinds and list(kinds), metadata={})


def _day(description: str, ahead: timedelta = YEAR, *, may_be_empty: bool = False) -> Any:
    return pa.Field(nullable=False, description=description, metadata={"ahead": ahead, "may_be_empty": may_be_empty})


def _optional_day(description: str, ahead: timedelta = PLANNING) -> Any:
    return pa.Field(nullable=True, description=description, metadata={"ahead": ahead})


def _number(
    description: str, low: float | None = None, high: float | None = None, *, above: float | None = None
) -> Any:
    """An optional number from `low` to `high`, both allowed, or strictly above `above`."""
    between = None if high is None else {"min_value": low, "max_value": high}
    at_least = low if high is None else None
    return pa.Field(nullable=True, description=description, in_range=between, ge=at_least, gt=above, metadata={})


def _answer(description: str, low: float | None = None, high: float | None = None) -> Any:
    """The number that a row exists for: a row without it is left out."""
    between = None if high is None else {"min_value": low, "max_value": high}
    return pa.Field(nullable=False, description=description, in_range=between, metadata={"may_be_empty": True})


class Table(pa.DataFrameModel):
    """The columns that every table may have."""

    recorded_at: pl.Date | None = _optional_day("the day the row became known; empty = known on its own date")


class Employees(Table):
    """One spell of employment. A rehire is a second row with the same employee_id and a later hire_date."""

    employee_id: pl.String = _text("who; the same text in every table")
    hire_date: pl.Date = _day("first day of the spell")
    observed_from: pl.Date | None = _optional_day(
        "first day for which the source holds the person's records (delayed entry); empty = hire_date"
    )


class Assignments(Table):
    """A change of post. An empty value means unchanged since the previous row."""

    employee_id: pl.String = _text("who")
    effective_date: pl.Date = _day("first day of the new post", PLANNING)
    department: pl.String | None = _optional_text("department")
    job: pl.String | None = _optional_text("job or title")
    level: pl.Int64 | None = _number("seniority; higher is more senior")
    manager_id: pl.String | None = _optional_text("employee_id of the manager")
    location: pl.String | None = _optional_text("place of work")
    contract: pl.String | None = _optional_text("kind of contract")
    fte: pl.Float64 | None = _number("share of full time; 1 is full time", 0, 2)
    reason: pl.String | None = _optional_text(
        "why; without it a rise in level is a promotion, a new department a transfer, a new manager a manager change",
        ASSIGNMENT_REASONS,
    )


class Compensation(Table):
    """A change of pay."""

    employee_id: pl.String = _text("who")
    effective_date: pl.Date = _day("first day of the new pay", PLANNING)
    base_pay: pl.Float64 = pa.Field(nullable=False, gt=0, description="for a year of full time", metadata={})
    currency: pl.String | None = _optional_text("currency of the pay")
    market_pay: pl.Float64 | None = _number("the market's median for that work on that day, for a year", above=0)
    bonus_target: pl.Float64 | None = _number("target bonus", 0)


class Surveys(Table):
    """One answer to one item."""

    employee_id: pl.String = _text("who answered")
    survey_date: pl.Date = _day("when")
    item: pl.String = _text("which question")
    score: pl.Float64 = _answer("0 to 10; higher is better", 0, 10)


class Collaboration(Table):
    """One internal service: the provider answers a request of the client. Metadata only, no content.

    On a snapshot date before closed_at the service is still open: its hours, rating and effort are not known yet.
    """

    client_id: pl.String = _text("who asked")
    provider_id: pl.String = _text("who answered")
    opened_at: Moment = _day("when it was asked for")
    closed_at: Moment | None = _optional_day("when it was done; empty = still open", YEAR)
    kind: pl.String | None = _optional_text("what was asked for", SERVICE_KINDS)
    rating: pl.Float64 | None = _number("the client's, 1 to 5; higher is better", 1, 5)
    effort_hours: pl.Float64 | None = _number("hours that it cost the client", 0)

    @pa.check("rating", name="own_rating")
    @classmethod
    def rated_by_another(cls, data: pa.PolarsData) -> pl.LazyFrame:
        """Nobody rates their own service."""
        can_tell = {"client_id", "provider_id"} <= set(data.lazyframe.collect_schema().names())
        by_another = (pl.col("client_id") != pl.col("provider_id")) | pl.col("rating").is_null()
        return data.lazyframe.select(by_another if can_tell else pl.lit(value=True))


class Competencies(Table):
    """One assessment of how a person serves colleagues."""

    employee_id: pl.String = _text("who is assessed")
    assessed_at: pl.Date = _day("when")
    competency: pl.String = _text("mutual_benefit, benefit_search, coaching or another")
    score: pl.Float64 = _answer("0 to 5; higher is better", 0, 5)
    assessor_id: pl.String | None = _optional_text("employee_id of the assessor")


class Performance(Table):
    """One review."""

    employee_id: pl.String = _text("who is reviewed")
    review_date: pl.Date = _day("when")
    rating: pl.Float64 = _answer("on the source's own scale; higher is better")


class WorkingTime(Table):
    """One month of one person."""

    employee_id: pl.String = _text("who")
    month: pl.Date = _day("last day of the month; any other day of it is moved there")
    contracted_hours: pl.Float64 | None = _number("hours by contract", 0, HOURS_IN_A_MONTH)
    worked_hours: pl.Float64 | None = _number("hours worked", 0, HOURS_IN_A_MONTH)
    overtime_hours: pl.Float64 | None = _number("hours of overtime", 0, HOURS_IN_A_MONTH)
    leave_days: pl.Float64 | None = _number("days of leave", 0, DAYS_IN_A_MONTH)
    remote_days: pl.Float64 | None = _number("days worked elsewhere than at the workplace", 0, DAYS_IN_A_MONTH)


class Measures(Table):
    """Any other dated number about a person."""

    employee_id: pl.String = _text("who")
    measured_at: pl.Date = _day("when")
    name: pl.String = _text("what was measured")
    value: pl.Float64 = _answer("the number, in the measure's own unit")


class Exits(Table):
    """The end of a spell of employment."""

    employee_id: pl.String = _text("who")
    exit_date: pl.Date = _day("last day of the spell", PLANNING, may_be_empty=True)
    kind: pl.String = _text("how it ended", EXIT_KINDS)
    reason: pl.String | None = _optional_text("why, in the source's words")
    regrettable: pl.Boolean | None = pa.Field(
        nullable=True, description="whether the company would have liked to keep the person", metadata={}
    )


class Directory(Table):
    """How a person is called, for people who may see the person's id. Kept apart from all else: no feature reads it."""

    employee_id: pl.String = _text("who")
    name: pl.String = _text("the person's name, as colleagues write it")
    email: pl.String | None = _optional_text("address for mails of the product")
    language: pl.String | None = _optional_text("code of the language that the person is written to in, such as en")


class Criticality(Table):
    """How hard a job is to fill again, or a person to replace, from a day on."""

    employee_id: pl.String | None = _optional_text("who; empty = everyone in the job")
    job: pl.String | None = _optional_text("job as in assignments; empty = the person alone")
    effective_date: pl.Date = _day("first day on which the weight holds", PLANNING)
    weight: pl.Float64 = pa.Field(
        nullable=False, gt=0, description="1 is usual; 2 is twice as hard to replace", metadata={}
    )


class MarketRates(Table):
    """The market's turnover in one month, to compare with."""

    month: pl.Date = _day("last day of the month; any other day of it is moved there")
    group: pl.String | None = _optional_text("department, job or location that it is about; empty = the whole company")
    voluntary_rate: pl.Float64 = _answer("voluntary exits a year per person, 0 to 2; 0.12 is 12 % a year", 0, 2)


DIRECTORY: Final = "directory"
"""Says what holds today, without an own date: it is never read as known on a day, and is no fact."""
CRITICALITY: Final = "criticality"
MARKET_RATES: Final = "market_rates"
"""Like the directory, criticality and market rates are no facts about people: no feature is made of them."""

TABLES: Final[Mapping[str, type[Table]]] = {
    "employees": Employees,
    "assignments": Assignments,
    "compensation": Compensation,
    "surveys": Surveys,
    "collaboration": Collaboration,
    "competencies": Competencies,
    "performance": Performance,
    "working_time": WorkingTime,
    "measures": Measures,
    "exits": Exits,
    DIRECTORY: Directory,
    CRITICALITY: Criticality,
    MARKET_RATES: MarketRates,
}
REQUIRED_TABLES: Final = ("employees", "exits")

UNKNOWN: Final = ""
"""In `assignments`, where an empty value means unchanged: known to have changed to something that is not known."""

OWN_DATE: Final[Mapping[str, str]] = {
    "employees": "hire_date",
    "assignments": "effective_date",
    "compensation": "effective_date",
    "surveys": "survey_date",
    "collaboration": "opened_at",
    "competencies": "assessed_at",
    "performance": "review_date",
    "working_time": "month",
    "measures": "measured_at",
    "exits": "exit_date",
}
"""The date on which a row's fact took place, for the tables that hold facts about people."""

ALSO_IN_KEY: Final[Mapping[str, tuple[str, ...]]] = {
    "surveys": ("item",),
    "competencies": ("competency", "assessor_id"),
    "measures": ("name",),
}
"""What tells the facts of one person and day apart. `collaboration` has no key: each row is a service of its own."""

KEY_OF_OTHERS: Final[Mapping[str, tuple[str, ...]]] = {
    DIRECTORY: ("employee_id",),
    CRITICALITY: ("employee_id", "job", "effective_date"),
    MARKET_RATES: ("month", "group"),
}
"""What a row is about, in the tables that hold no facts about people."""

PREFERRED: Final[Mapping[str, tuple[str, ...]]] = {
    "assignments": ("fte", "level"),
    "compensation": ("base_pay",),
    "surveys": ("score",),
    "competencies": ("score",),
    "performance": ("rating",),
    "working_time": ("contracted_hours", "worked_hours"),
    "measures": ("value",),
    "exits": (),
    DIRECTORY: (),
    CRITICALITY: ("weight",),
    MARKET_RATES: ("voluntary_rate",),
}
"""Of rows that contradict each other about one fact, the one with the highest figure here counts, whole: the main one
of two jobs held at once is that with the higher fte. The other columns, in their order, decide between equals."""

CURRENCY: Final = "currency"
"""The column of compensation that says in which currency the amounts of a row are."""

TOLD_IN_PARTS: Final[Mapping[str, str]] = {"assignments": "reason"}
"""Rows about one person and day may each state a part, with a reason of its own in this column: a promotion and a new
manager, say. They contradict each other only where both have a value and the values differ."""

ITEM_COLUMN: Final[Mapping[str, str]] = {"surveys": "item", "measures": "name", "competencies": "competency"}
"""The column that names the item, for tables with one item per row."""

CLOSED_LISTS: Final[Mapping[str, tuple[str, ...]]] = {
    "assignments": ("reason",),
    "collaboration": ("kind",),
    "exits": ("kind",),
}
"""Columns whose values are words of the contract; upper case, spaces and hyphens in the source do not matter."""


def people_columns(table: str) -> tuple[str, ...]:
    """The columns that identify the people whom a row of the table is about."""
    if table == MARKET_RATES:
        return ()
    return ("client_id", "provider_id") if table == "collaboration" else ("employee_id",)


def column_order(table: str) -> tuple[str, ...]:
    """A table's columns in the contract's order; recorded_at, which every table may have, is last."""
    return (*(name for name in TABLES[table].to_schema().columns if name != "recorded_at"), "recorded_at")


def required_columns(table: str) -> tuple[str, ...]:
    """The columns that a source must have."""
    return tuple(name for name, column in TABLES[table].to_schema().columns.items() if column.required)


def column_type(table: str, column: str) -> pl.DataType:
    """The canonical type of a column."""
    dtype: pl.DataType = TABLES[table].to_schema().columns[column].dtype.type
    return dtype


def date_columns(table: str) -> tuple[str, ...]:
    """The columns that hold a day or a time."""
    return tuple(name for name in column_order(table) if column_type(table, name).is_temporal())


def days_ahead(table: str, column: str) -> timedelta:
    """How far past `complete_until` a date of this column may lie."""
    ahead: timedelta = TABLES[table].to_schema().columns[column].metadata["ahead"]
    return ahead


def may_be_empty(table: str, column: str) -> bool:
    """True for a required column where an empty value makes the row meaningless rather than wrong."""
    return bool(TABLES[table].to_schema().columns[column].metadata.get("may_be_empty"))


def largest_value(table: str, column: str) -> float | None:
    """The largest value that the contract allows in a column of numbers; None where it sets no limit."""
    checks = TABLES[table].to_schema().columns[column].checks
    limits = [check.statistics["max_value"] for check in checks if "max_value" in check.statistics]
    return float(min(limits)) if limits else None
