"""The first pass over a raw table: every check that needs no other table.

A table is read in batches, cast to canonical types, checked against its class in `tables.py`, and written to an interim
Parquet file with a key for each row. What the second pass and `period.py` need (how often each day occurs, when each
person's facts start, which rows occur twice) is collected on the way, so memory grows with people and days, and with
rows by 18 bytes each: by 65 at the end of a table in which one of two contradicting rows is preferred.
"""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Final

import polars as pl

from features.contract.ids import is_nameable
from features.contract.tables import (
    ALSO_IN_KEY,
    CLOSED_LISTS,
    CRITICALITY,
    DIRECTORY,
    ITEM_COLUMN,
    KEY_OF_OTHERS,
    MARKET_RATES,
    OWN_DATE,
    PREFERRED,
    TABLES,
    column_order,
    column_type,
    date_columns,
    may_be_empty,
    people_columns,
    required_columns,
)
from features.contract.vocabulary import snake_case
from features.validation.batches import BatchWriter, column_names, read_batches
from features.validation.casting import to_canonical
from features.validation.checked_table import (
    FACT_KEY,
    ROW_KEY,
    CheckedTable,
    find_repeated,
    gather,
    gather_people,
    keys_of,
)
from features.validation.columns import Columns, sort_columns
from features.validation.directory_checks import with_usable_entries
from features.validation.expectations import Expectations
from features.validation.rules import (
    CLOSED_BEFORE_OPENED,
    EMPTY,
    NO_ANSWER,
    NO_COLUMN,
    NO_EXIT,
    NO_ID,
    NO_ROLE,
    NO_WEIGHT,
    NOT_A_DATE,
    NOT_A_NUMBER,
    NOT_TEXT,
    NOT_TRUE_OR_FALSE,
    NOT_WHOLE,
    OWN_RATING,
    OWN_SERVICE,
    SENTINEL_ROW,
    SENTINEL_VALUE,
    TWICE,
    UNNAMEABLE_ID,
    Rule,
    Tally,
    looks_like,
    rule_of_column,
)

PLACEHOLDERS: Final = tuple(
    map(
        date.fromisoformat,
        "0001-01-01 1111-11-11 1600-01-01 1753-01-01 1800-01-01 1899-12-30 1899-12-31 1900-01-01 1900-01-02 1901-01-01 "
        "1970-01-01 2099-12-31 2100-01-01 2199-12-31 2200-01-01 2222-02-22 2262-04-11 2299-12-31 2500-12-31 2900-12-31 "
        "2999-01-01 2999-12-31 3000-01-01 3000-12-31 3999-12-31 4712-12-31 5999-12-31 8888-12-31 9999-01-01 "
        "9999-12-30 9999-12-31".split(),
    )
)
"""Days that systems write for 'none' or 'for ever': the zero days of Excel, SQL Server and Unix, and maximum dates."""

NAME_LENGTH: Final = 40


def check_table(table: str, raw: Path, interim: Path, expectations: Expectations, tally: Tally) -> CheckedTable:
    """Check one raw Parquet file against its class, and write the usable rows to `interim`.

    Broken rules are counted in `tally`. Raises pyarrow's errors and OSError where the file cannot be read.
    """
    columns = checked_columns(table, column_names(raw), expectations, tally)
    checked = CheckedTable(table, [interim], columns)
    keys = []
    with BatchWriter(interim, compression="lz4") as writer:
        for batch in read_batches(raw, columns.read | columns.unused):
            frame = check_batch(checked, batch, expectations, tally)
            keys.append(keys_of(frame))
            writer.write(frame)
    find_repeated(checked, keys)
    return checked


def checked_columns(table: str, names: Sequence[str], expectations: Expectations, tally: Tally) -> Columns:
    """The columns of a raw table, sorted by use; those that are missing or occur twice are counted in `tally`."""
    columns = sort_columns(table, names, expectations)
    for column in columns.missing:
        tally.missing(NO_COLUMN, table, column)
    for column in columns.twice:
        tally.missing(TWICE, table, column)
    return columns


def check_batch(checked: CheckedTable, raw: pl.DataFrame, expectations: Expectations, tally: Tally) -> pl.DataFrame:
    """The usable rows of a part of a raw table, with their keys; what the second pass needs is noted in `checked`."""
    checked.rows += len(raw)
    tally.read(checked.table, len(raw))
    frame = _usable(checked, raw, expectations, tally)
    gather(checked, frame)
    return frame


def _usable(checked: CheckedTable, raw: pl.DataFrame, expectations: Expectations, tally: Tally) -> pl.DataFrame:
    allowed = _without_forbidden_items(checked, raw, expectations, tally)
    tally.drop_items(checked.table, raw.height - allowed.height)
    raw = allowed
    frame = _cast(checked, raw, tally)
    frame = _normalise(checked.table, frame)
    given = frame
    frame = _without_placeholders(checked.table, frame, tally)
    frame = _without_impossible_values(checked.table, frame, tally)
    frame = frame.drop_nulls([name for name in required_columns(checked.table) if name in frame.columns])
    if checked.table == "employees" and "employee_id" in frame.columns:
        tally.add(UNNAMEABLE_ID, "employees", "employee_id", frame.filter(~is_nameable(pl.col("employee_id"))).height)
        gather_people(checked, given, frame)
    if checked.table == "collaboration":
        frame = _without_impossible_services(frame, tally)
    if checked.table == DIRECTORY:
        frame = with_usable_entries(frame, tally)
    if checked.table == CRITICALITY:
        frame = _with_role_and_weight(frame, tally)
    return _with_fact_key(checked.table, frame)


def _with_fact_key(table: str, frame: pl.DataFrame) -> pl.DataFrame:
    own_date = (OWN_DATE[table],) if table in OWN_DATE else ()
    if table not in PREFERRED or not {*own_date, *required_columns(table)} - {*PREFERRED[table]} <= set(frame.columns):
        return frame
    key = KEY_OF_OTHERS.get(table, ("employee_id", *own_date, *ALSO_IN_KEY.get(table, ())))
    names = [name for name in key if name in frame.columns]
    recorded = pl.coalesce("recorded_at", *own_date).alias("recorded")
    return frame.with_columns(frame.select(*names, recorded).hash_rows().alias(FACT_KEY))


def _without_forbidden_items(
    checked: CheckedTable, raw: pl.DataFrame, expectations: Expectations, tally: Tally
) -> pl.DataFrame:
    """The rows without refused and ignored items: surveys, measures and competencies have one item per row.

    An item that looks protected or refused and is not declared is an error.
    """
    item = ITEM_COLUMN.get(checked.table)
    if item not in raw.columns:
        return raw
    names, _ = to_canonical(raw.select(item), {item: pl.String()})
    dropped = []
    for given in names[item].drop_nulls().unique():
        name = snake_case(given)
        if expectations.forbids(name):
            checked.refused_items.add(name[:NAME_LENGTH])
            dropped.append(given)
        elif expectations.ignores(checked.table, name):
            checked.ignored_items.add(name[:NAME_LENGTH])
            dropped.append(given)
        elif subject := expectations.asks_about(checked.table, name):
            rows = int((names[item] == given).sum())
            tally.add(looks_like(subject), checked.table, name[:NAME_LENGTH], rows)
    return raw.filter(~names[item].is_in(dropped).fill_null(value=False)) if dropped else raw


def _cast(checked: CheckedTable, raw: pl.DataFrame, tally: Tally) -> pl.DataFrame:
    """Canonical columns and the row key, which covers unused columns too: exact duplicates agree in all of them."""
    table, columns = checked.table, checked.columns
    types = {name: column_type(table, name) for name in columns.contract}
    attributes = dict.fromkeys((*columns.features, *columns.protected), pl.String())
    frame, unreadable = to_canonical(raw, types | attributes)
    for name, dtype in types.items():
        tally.add(_not_read(dtype), table, name, unreadable[name])
        if name in required_columns(table):
            _count_empty(table, name, frame[name].null_count() - unreadable[name], tally)
    unused = raw.select(name for name in columns.unused if not raw.schema[name].is_nested())
    key = pl.concat([frame, unused], how="horizontal").hash_rows()
    if "recorded_at" not in frame.columns:
        never = pl.DataFrame({"recorded_at": pl.repeat(None, raw.height, dtype=pl.Date, eager=True)})
        frame = pl.concat([frame, never], how="horizontal")
    order = [name for name in column_order(table) if name in frame.columns]
    return frame.select(*order, *attributes, key.alias(ROW_KEY))


def _not_read(dtype: pl.DataType) -> Rule:
    if dtype.is_temporal():
        return NOT_A_DATE
    if dtype.is_integer():
        return NOT_WHOLE
    if dtype == pl.Boolean:
        return NOT_TRUE_OR_FALSE
    return NOT_A_NUMBER if dtype.is_numeric() else NOT_TEXT


def _count_empty(table: str, column: str, rows: int, tally: Tally) -> None:
    if may_be_empty(table, column):
        tally.add(NO_EXIT if table == "exits" else NO_ANSWER, table, column, rows)
    else:
        tally.add(NO_ID if column in people_columns(table) else EMPTY, table, column, rows)


def _normalise(table: str, frame: pl.DataFrame) -> pl.DataFrame:
    """Words of the contract in its spelling; a month as its last day, since its figures are not known before."""
    words = [name for name in CLOSED_LISTS.get(table, ()) if name in frame.columns]
    frame = frame.with_columns(pl.col(words).str.to_lowercase().str.replace_all(r"[\s-]+", "_")) if words else frame
    if table in ("working_time", MARKET_RATES) and "month" in frame.columns:
        frame = frame.with_columns(pl.col("month").dt.month_end())
    return frame


def _without_placeholders(table: str, frame: pl.DataFrame, tally: Tally) -> pl.DataFrame:
    for column in date_columns(table):
        if column not in frame.columns:
            continue
        is_placeholder = frame[column].cast(pl.Date).is_in(PLACEHOLDERS).fill_null(value=False)
        if not (rows := int(is_placeholder.sum())):
            continue
        if column in required_columns(table):
            tally.add(NO_EXIT if table == "exits" else SENTINEL_ROW, table, column, rows)
            frame = frame.filter(~is_placeholder)
        else:
            tally.add(SENTINEL_VALUE, table, column, rows)
            frame = frame.with_columns(pl.when(~is_placeholder).then(pl.col(column)).alias(column))
    return frame


def _without_impossible_values(table: str, frame: pl.DataFrame, tally: Tally) -> pl.DataFrame:
    """The rows that fit the class in `tables.py`. Empty values were counted when they were read."""
    columns = {name: column for name, column in TABLES[table].columns.items() if name in frame.columns}
    rules = [
        (rule_of_column(column), name, possible)
        for name, column in columns.items()
        if (possible := column.possible(name)) is not None
    ]
    if table == "collaboration" and {"client_id", "provider_id", "rating"} <= set(columns):
        rules.append(
            (OWN_RATING, "rating", (pl.col("client_id") != pl.col("provider_id")) | pl.col("rating").is_null())
        )
    if not rules:
        return frame
    is_possible = frame.select(possible.fill_null(value=True).alias(str(at)) for at, (*_, possible) in enumerate(rules))
    for at, (rule, name, _) in enumerate(rules):
        tally.add(rule, table, name, frame.height - int(is_possible[str(at)].sum()))
    return frame.filter(is_possible.select(pl.all_horizontal(pl.all())).to_series())


def _without_impossible_services(frame: pl.DataFrame, tally: Tally) -> pl.DataFrame:
    """The frame without services of one person to themselves or closed before they were opened.

    A rated service to oneself is an error, found by the class; an unrated one carries nothing about colleagues.
    """
    own = pl.col("client_id") == pl.col("provider_id")
    backwards = (pl.col("closed_at") < pl.col("opened_at")).fill_null(value=False)
    unrated = pl.col("rating").is_null() if "rating" in frame.columns else pl.lit(value=True)
    if {"client_id", "provider_id"} <= set(frame.columns):
        tally.add(OWN_SERVICE, "collaboration", "provider_id", frame.filter(own & unrated).height)
        frame = frame.filter(~own)
    if {"opened_at", "closed_at"} <= set(frame.columns):
        tally.add(CLOSED_BEFORE_OPENED, "collaboration", "closed_at", frame.filter(backwards).height)
        frame = frame.filter(~backwards)
    return frame


def _with_role_and_weight(frame: pl.DataFrame, tally: Tally) -> pl.DataFrame:
    """The frame without weights of nobody and nothing, and without rows that hold no weight."""
    needs = ((NO_ROLE, "job", ("employee_id", "job")), (NO_WEIGHT, "weight", ("weight", "months_to_replace")))
    for rule, column, either in needs:
        given = [pl.col(name).is_not_null() for name in either if name in frame.columns]
        kept = frame.filter(pl.any_horizontal(given)) if given else frame.clear()
        tally.add(rule, CRITICALITY, column, frame.height - kept.height)
        frame = kept
    return frame
