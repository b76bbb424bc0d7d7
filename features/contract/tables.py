"""The data contract: one class per HR table, with the type, the range and the meaning of every column.

`validation` enforces these classes, and a test compares the documentation of the sources with them. Values are
canonical: identifiers and categories are text; scores, ratings, pay and hours are Float64; days are Date.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

import polars as pl

from features.contract.columns import (
    PLANNING,
    YEAR,
    Column,
    Table,
    answer,
    day,
    number,
    optional_day,
    optional_text,
    text,
)
from features.contract.vocabulary import ASSIGNMENT_REASONS, EXIT_KINDS, SERVICE_KINDS

HOURS_IN_A_MONTH: Final = 744
DAYS_IN_A_MONTH: Final = 31

MOMENT: Final = pl.Datetime("us")


class Employees(Table):
    """One spell of employment. A rehire is a second row with the same employee_id and a later hire_date."""

    employee_id = text("who; the same text in every table")
    hire_date = day("first day of the spell")
    observed_from = optional_day(
        "first day for which the source holds the person's records (delayed entry); empty = hire_date"
    )


class Assignments(Table):
    """A change of post. An empty value means unchanged since the previous row."""

    employee_id = text("who")
    effective_date = day("first day of the new post", PLANNING)
    department = optional_text("department")
    job = optional_text("job or title")
    level = number("seniority; higher is more senior", dtype=pl.Int64())
    manager_id = optional_text("employee_id of the manager")
    location = optional_text("place of work")
    contract = optional_text("kind of contract")
    fte = number("share of full time; 1 is full time", 0, 2)
    reason = optional_text(
        "why; without it a rise in level is a promotion, a new department a transfer, a new manager a manager change",
        ASSIGNMENT_REASONS,
    )


class Compensation(Table):
    """A change of pay."""

    employee_id = text("who")
    effective_date = day("first day of the new pay", PLANNING)
    base_pay = number("for a year of full time", above=0, is_required=True)
    currency = optional_text("currency of the pay")
    market_pay = number("the market's median for that work on that day, for a year", above=0)
    bonus_target = number("target bonus", 0)


class Surveys(Table):
    """One answer to one item."""

    employee_id = text("who answered")
    survey_date = day("when")
    item = text("which question")
    score = answer("0 to 10; higher is better", 0, 10)


class Collaboration(Table):
    """One internal service: the provider answers a request of the client. Metadata only, no content.

    On a snapshot date before closed_at the service is still open: its hours, rating and effort are not known yet.
    """

    client_id = text("who asked")
    provider_id = text("who answered")
    opened_at = day("when it was asked for", dtype=MOMENT)
    closed_at = optional_day("when it was done; empty = still open", YEAR, dtype=MOMENT)
    kind = optional_text("what was asked for", SERVICE_KINDS)
    rating = number("the client's, 1 to 5; higher is better", 1, 5)
    effort_hours = number("hours that it cost the client", 0)


class Competencies(Table):
    """One assessment of how a person serves colleagues."""

    employee_id = text("who is assessed")
    assessed_at = day("when")
    competency = text("mutual_benefit, benefit_search, coaching or another")
    score = answer("0 to 5; higher is better", 0, 5)
    assessor_id = optional_text("employee_id of the assessor")


class Performance(Table):
    """One review."""

    employee_id = text("who is reviewed")
    review_date = day("when")
    rating = answer("on the source's own scale; higher is better")


class WorkingTime(Table):
    """One month of one person."""

    employee_id = text("who")
    month = day("last day of the month; any other day of it is moved there")
    contracted_hours = number("hours by contract", 0, HOURS_IN_A_MONTH)
    worked_hours = number("hours worked", 0, HOURS_IN_A_MONTH)
    overtime_hours = number("hours of overtime", 0, HOURS_IN_A_MONTH)
    leave_days = number("days of leave", 0, DAYS_IN_A_MONTH)
    remote_days = number("days worked elsewhere than at the workplace", 0, DAYS_IN_A_MONTH)


class Measures(Table):
    """Any other dated number about a person."""

    employee_id = text("who")
    measured_at = day("when")
    name = text("what was measured")
    value = answer("the number, in the measure's own unit")


class Exits(Table):
    """The end of a spell of employment."""

    employee_id = text("who")
    exit_date = day("last day of the spell", PLANNING, may_be_empty=True)
    kind = text("how it ended", EXIT_KINDS)
    reason = optional_text("why, in the source's words")
    regrettable = Column(pl.Boolean(), "whether the company would have liked to keep the person", is_required=False)


class Directory(Table):
    """How a person is called, for people who may see the person's id. Kept apart from all else: no feature reads it."""

    employee_id = text("who")
    name = text("the person's name, as colleagues write it")
    email = optional_text("address for mails of the product")
    language = optional_text("code of the language that the person is written to in, such as en")


class Criticality(Table):
    """How hard a job is to fill again, or a person to replace, from a day on."""

    employee_id = optional_text("who; empty = everyone in the job")
    job = optional_text("job as in assignments; empty = the person alone")
    department = optional_text("department in which the job is meant; empty = in all")
    effective_date = optional_day("first day on which the row holds; empty = always")
    months_to_replace = number("months until somebody new does the work as well", 0, 36)
    weight = number("1 is usual; 2 is twice as hard to replace; empty = from months_to_replace", 1, 5)


class MarketRates(Table):
    """The market's turnover in one month, to compare with."""

    month = day("last day of the month; any other day of it is moved there")
    group = optional_text("department, job or location that it is about; empty = the whole company")
    voluntary_rate = answer("voluntary exits a year per person, 0 to 2; 0.12 is 12 % a year", 0, 2)


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
    CRITICALITY: ("employee_id", "job", "department", "effective_date"),
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
    CRITICALITY: ("weight", "months_to_replace"),
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
    return tuple(TABLES[table].columns)


def required_columns(table: str) -> tuple[str, ...]:
    """The columns that a source must have."""
    return tuple(name for name, column in TABLES[table].columns.items() if column.is_required)


def column_type(table: str, column: str) -> pl.DataType:
    """The canonical type of a column."""
    return TABLES[table].columns[column].dtype


def date_columns(table: str) -> tuple[str, ...]:
    """The columns that hold a day or a time."""
    return tuple(name for name, column in TABLES[table].columns.items() if column.dtype.is_temporal())


def days_ahead(table: str, column: str) -> timedelta:
    """How far past `complete_until` a date of this column may lie."""
    return TABLES[table].columns[column].ahead


def may_be_empty(table: str, column: str) -> bool:
    """True for a required column where an empty value makes the row meaningless rather than wrong."""
    return TABLES[table].columns[column].may_be_empty


def largest_value(table: str, column: str) -> float | None:
    """The largest value that the contract allows in a column of numbers; None where it sets no limit."""
    high = TABLES[table].columns[column].high
    return None if high is None else float(high)
