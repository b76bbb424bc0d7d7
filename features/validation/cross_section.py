"""Data without dates: one row per person, with features and outcome, from `[cross_section]` of `source.toml`."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import duckdb
import polars as pl

from features.contract.ids import is_nameable
from features.contract.sensitive_words import Subject
from features.contract.vocabulary import CONTEXT, Driver, is_protected, resembles
from features.errors import Finding
from features.reading.column_names import shown_names
from features.reading.data_hash import data_hash
from features.reading.definition.source_definition import FILE_NAME, SourceDefinition, did_you_mean
from features.reading.definition.source_toml import CrossSectionDefinition
from features.reading.queries.duckdb_errors import duckdb_finding
from features.reading.queries.read_only import refusal
from features.reading.queries.sql_statement import Query, Statement
from features.reading.raw_tables import Raw, read_cross_section_text, read_queries
from features.sql import connect, parquet
from features.validation.casting import to_canonical
from features.validation.plausibility.leaks import count_leaks
from features.validation.rules import UNNAMEABLE_ID, looks_like
from features.validation.sensitive_values import subject_of_categories, subject_of_years, years
from features.validation.validate import Report

TABLE: Final = "cross_section"
CATEGORY_SHARE: Final = 0.5
"""A text column with more distinct values than this share of the rows holds free text or names, not categories."""
CATEGORIES_OF_FEW: Final = 20
"""A text column with up to this number of values is a category, however few the rows."""

OUTCOME: Final = "it shows who left"
CONSTANT: Final = "it is the same for everyone"


@dataclass(frozen=True)
class CrossSection:
    """One row per person; `frame`, `employee_id`, `left` and `protected` have the same order.

    frame: the feature columns, Float64 or String (categories), null where unknown. left: true for those who left
    voluntarily. drivers: the driver of every feature column, context unless listed. report: counts, refusals, notes.
    directory: names and addresses, of a file beside the source; None without one.
    """

    name: str
    frame: pl.DataFrame
    employee_id: pl.Series
    left: pl.Series
    protected: pl.DataFrame | None
    drivers: Mapping[str, Driver]
    ignore: frozenset[str]
    data_hash: str
    report: Report
    directory: pl.DataFrame | None = None


def read_cross_section(
    definition: SourceDefinition, declared: CrossSectionDefinition, work: Path
) -> CrossSection | Report:
    """Reads and checks a cross-section; returns a Report if it has errors. Nothing in `work` is needed afterwards.

    `left` is DuckDB's SQL over the columns of the query, wherever the query itself runs. Left out with a note: columns
    that `left` names, constant ones, dates, and text that is not a category. Identical rows are allowed.
    """
    raw = read_queries(definition, [Query(TABLE, TABLE, "query", declared.query.rstrip().removesuffix(";"))], work)
    if raw.errors:
        return Report(errors=tuple(raw.errors), refused=tuple(raw.refused))
    left = _left(definition, declared.left, raw.tables[TABLE])
    apart = (declared.employee_id, *declared.ignore, *definition.settings.ignore)
    dates = read_cross_section_text(definition, TABLE, raw, apart)
    people = pl.read_parquet(raw.tables[TABLE])
    findings = raw.errors + _unknown_names(
        declared, [*people.columns, *(place.partition(".")[2] for place in raw.refused)]
    )
    findings += left if isinstance(left, list) else []
    findings += _wrong_rows(people, declared.employee_id)
    if findings or isinstance(left, list):
        return Report(errors=tuple(findings), refused=tuple(raw.refused))
    return _cross_section(definition, declared, people, left, raw, dates)


def _cross_section(
    definition: SourceDefinition,
    declared: CrossSectionDefinition,
    people: pl.DataFrame,
    left: pl.Series,
    raw: Raw,
    dates: Sequence[str],
) -> CrossSection | Report:
    numbers = [name for name, dtype in people.schema.items() if dtype.is_numeric() or dtype == pl.Boolean]
    kinds = {name: pl.Float64() if name in numbers else pl.String() for name in people.columns}
    values, _ = to_canonical(people, kinds | {declared.employee_id: pl.String()})
    ignore = frozenset({*declared.ignore, *definition.settings.ignore})
    listed_protected = {*declared.protected, *definition.settings.protected}
    protected = [name for name in people.columns if is_protected(name) or name in listed_protected]
    kept = [name for name in people.columns if name not in {declared.employee_id, *ignore, *protected}]
    unfit = _unfit(people.select(kept), values, declared.left, dates)
    frame = values.select(name for name in kept if name not in unfit)
    allowed = {*declared.allow, *definition.settings.allow}
    questions = _questions(people.select(name for name in kept if name not in allowed), frame, unfit)
    report = Report(
        errors=(*questions, *(() if frame.width or questions else (_no_features(),))),
        warnings=(*raw.warnings, *count_leaks(TABLE, frame, left)),
        refused=tuple(raw.refused),
        tables={TABLE: people.height},
        people=people.height,
        voluntary_exits=int(left.sum()),
        versions=raw.versions,
        notes_of_reading=tuple(raw.notes),
        notes=(
            *raw.notes,
            *_notes(unfit, [name for name in people.columns if name in ignore and name not in protected], protected),
        ),
    )
    if report.errors:
        return report
    listed: dict[str, Driver] = {name: driver for driver, names in declared.drivers.items() for name in names}
    return CrossSection(
        name=definition.name,
        frame=frame,
        employee_id=values[declared.employee_id].alias("employee_id"),
        left=left,
        protected=values.select(protected) if protected else None,
        drivers={name: listed.get(name, CONTEXT) for name in frame.columns},
        ignore=ignore,
        data_hash=data_hash(raw.tables, raw.tables[TABLE].parent),
        report=report,
    )


def _left(definition: SourceDefinition, expression: str, people: Path) -> pl.Series | list[Finding]:
    """True for those who left, in the order of the rows; or what is wrong with the expression."""
    opening = "select ("
    text = f'{opening}{expression}) as "left" from {parquet(people)}'
    query = Query(TABLE, TABLE, "left", expression)
    statement = Statement(definition, text, ((len(opening), query),))
    alone = Statement(definition, f"select {expression}", ((len("select "), query),))
    try:
        with connect(people.parent) as connection:
            if refused := refusal(connection, alone):
                return [refused]
            left = pl.DataFrame(connection.sql(statement.text).to_arrow_table())["left"]
    except duckdb.Error as error:
        return [duckdb_finding(error, statement)]
    if left.dtype != pl.Boolean:
        return [_wrong("left", "not true or false", "Write a condition, such as Attrition = 'Yes'")]
    if unknown := left.null_count():
        return [
            _wrong("left", "neither true nor false", "Make it true or false in every row, say by coalesce", unknown)
        ]
    return left


def _unknown_names(declared: CrossSectionDefinition, columns: Sequence[str]) -> list[Finding]:
    """Findings for names in source.toml that are not columns of the query."""
    named = [("employee_id", declared.employee_id)]
    for key in ("ignore", "protected", "allow"):
        named += [(key, name) for name in getattr(declared, key)]
    named += [(f"drivers.{driver}", name) for driver, names in declared.drivers.items() for name in names]
    remedy = "Name a column of the query"
    return [
        _wrong(key, f"'{name}' is not a column", f"{did_you_mean(name, columns)}{remedy}")
        for key, name in named
        if name not in columns
    ]


def _wrong_rows(people: pl.DataFrame, employee_id: str) -> list[Finding]:
    if people.is_empty():
        return [_wrong("query", "no rows", "Write a query that returns one row per person")]
    if employee_id not in people.columns:
        return []
    ids = people[employee_id]
    text, _ = to_canonical(people.select(employee_id), {employee_id: pl.String()})
    unnameable = text.filter(~is_nameable(pl.col(employee_id))).height
    repeated = int(ids.drop_nulls().is_duplicated().sum())
    rules = [
        (ids.null_count(), "an employee_id that is empty", "Give everyone an id, or leave such rows out in the query"),
        (repeated, "an employee_id on several rows", "Keep one row per person; with dates, use [tables] instead"),
        (unnameable, UNNAMEABLE_ID.sentence, UNNAMEABLE_ID.remedy),
    ]
    return [Finding(rule, TABLE, employee_id, rows, remedy) for rows, rule, remedy in rules if rows]


def _unfit(people: pl.DataFrame, values: pl.DataFrame, left: str, dates: Sequence[str]) -> dict[str, str]:
    """The columns that cannot be features, each with the reason."""
    unfit = {}
    for name, dtype in people.schema.items():
        different = values[name].n_unique()
        if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", left, re.IGNORECASE):
            unfit[name] = OUTCOME
        elif different < 2:
            unfit[name] = CONSTANT
        elif dtype.is_temporal() or name in dates:
            unfit[name] = "it is a date, and a cross-section has none"
        elif dtype == pl.String and different > max(CATEGORIES_OF_FEW, CATEGORY_SHARE * people.height):
            unfit[name] = "it differs from person to person, so it is not a category"
    return unfit


def _questions(people: pl.DataFrame, frame: pl.DataFrame, unfit: Mapping[str, str]) -> list[Finding]:
    """An error for each undeclared column of `people` that looks like protected or refused data.

    The names of all columns count, apart from those that show who left and those that are the same for everyone; the
    values only of those that are features.
    """
    of_names = {name: resembles(name) for name in people.columns if unfit.get(name) not in (OUTCOME, CONSTANT)}
    latest = pl.Series([max((year for column in people if (year := years(column).max())), default=None)])
    subjects = {
        name: of_names[name] or (_subject_of_values(people[name], frame[name], latest) if name in frame else None)
        for name in of_names
    }
    rows = {name: people[name].drop_nulls().len() for name in subjects}
    return [
        looks_like(subject, TABLE).at(TABLE, name, rows[name], is_error=True)
        for name, subject in subjects.items()
        if subject
    ]


def _subject_of_values(given: pl.Series, canonical: pl.Series, latest: pl.Series) -> Subject | None:
    return subject_of_categories(canonical) or subject_of_years(given, latest)


def _notes(unfit: Mapping[str, str], ignored: Sequence[str], protected: Sequence[str]) -> tuple[str, ...]:
    """Notes on the columns for the report."""
    notes = [f"{TABLE}.{shown_names({name: name})[0]}: left out: {why}." for name, why in unfit.items()]
    if protected:
        notes.append(f"{TABLE}: {', '.join(protected)}: protected, read for the fairness review only.")
    if ignored:
        notes.append(f"{TABLE}: {', '.join(ignored)}: dropped, as `ignore` in source.toml asks.")
    return tuple(notes)


def _no_features() -> Finding:
    return _wrong("query", "no column is left as a feature", "Add columns to the query, or shorten `ignore`")


def _wrong(key: str, rule: str, remedy: str, rows: int = 0) -> Finding:
    return Finding(rule, FILE_NAME, f"{TABLE}.{key}", rows, remedy)
