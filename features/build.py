"""The feature table: what was known about everyone at risk, one Parquet file per snapshot date."""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

import polars as pl

from features.calendar import Frame, month_end
from features.catalogue.catalogue import families
from features.catalogue.feature import Family
from features.catalogue.own_check import check_own_features
from features.collaboration.known_services import services_in
from features.collaboration.monthly_sums import sum_months
from features.collaboration.sum_store import month_folder
from features.engine.polars import POLARS
from features.engine.protocol import Engine
from features.errors import BadInput, Finding
from features.files import write_whole
from features.known.codes import everyone, numbered, with_codes, with_ids
from features.known.facts import Known, Prepared, known_on, prepare
from features.known.posts import posts
from features.known.snapshots import at_risk, present
from features.known.source_columns import holds

if TYPE_CHECKING:
    from features.source import Source

DECIMALS: Final = 9
DIGITS: Final = 12
"""The last digits of a sum of floats depend on the order of the rows; features are rounded to digits that do not."""
GUARD_DECIMALS: Final = 3
"""Rounded to this many more decimals first, a sum one last digit beside a tie (such as 1/1024) rounds like the tie."""
CUT_BY_DIGITS_FROM: Final = 10 ** (DIGITS - DECIMALS)
PEOPLE_AT_A_TIME: Final = 60_000
"""Over all dates computed in parallel, in some 0.8 GB: more memory costs more than the cores' short waits."""
ORGANISATION: Final = ("department", "level", "job", "location", "manager_id")


def feature_table(
    source: "Source",
    dates: Sequence[date],
    out_dir: Path,
    progress: Callable[[date], None] | None = None,
    months_dir: Path | None = None,
    engine: Engine = POLARS,
) -> list[Path]:
    """Write `features-YYYY-MM-DD.parquet` for each snapshot date: one row per person at risk, sorted by employee_id.

    Columns: employee_id, snapshot_date, then the catalogue's features in its order (Float64, or String for categories;
    null is unknown). A file appears whole or not at all. `progress` is called after each date.
    `months_dir` keeps the monthly sums of internal services between runs, so that a run sums only the months whose
    services have changed. Without it, all months are summed and the sums are deleted at the end.
    With Spark, all its machines must see `out_dir` and `months_dir`.
    Raises BadInput for a date that is not the last of a month, and Refused for a feature of the company's own that sees
    the future.
    """
    _check(dates)
    out_dir.mkdir(parents=True, exist_ok=True)
    wanted = families(source)
    paths = []
    with (
        _prepared(source, months_dir, out_dir, engine) as (coded, people, prepared),
        ThreadPoolExecutor(max(1, min(engine.at_a_time, PEOPLE_AT_A_TIME // max(1, len(people))))) as pool,
    ):
        check_own_features(coded, [each for each in wanted if each.features[0].is_own], dates, out_dir)

        def write(day: date) -> Path:
            path = out_dir / f"features-{day}.parquet"
            rows = features_on(known_on(coded, day, prepared, engine), wanted)
            write_whole(path, partial(with_ids(rows, people).write_parquet, compression="lz4"))
            engine.release()
            return path

        for day, path in zip(dates, pool.map(write, dates), strict=True):
            paths.append(path)
            if progress:
                progress(day)
    return paths


def features_on(known: Known, wanted: Sequence[Family]) -> pl.DataFrame:
    """The rows of one snapshot date, as `feature_table` describes them."""

    def plan(rows: Frame, *names: str) -> pl.LazyFrame:
        return known.engine.to_polars(rows.select("employee_id", *names))

    of_families = [plan(family.define(known), *(feature.name for feature in family.features)) for family in wanted]
    plans = [plan(present(known)), plan(at_risk(known)), *of_families]
    people, those_at_risk, *tables = pl.collect_all(plans, engine="in-memory")
    table = pl.concat([people, *(_in_order(table, people) for table in tables)], how="horizontal")
    table = table.join(those_at_risk, on="employee_id", how="semi").sort("employee_id")
    features = [feature for family in wanted for feature in family.features]
    table = _rounded(table, [feature.name for feature in features if feature.kind == "number"])
    table = table.with_columns(pl.col(feature.name).cast(pl.String) for feature in features if feature.kind != "number")
    snapshot_date = pl.lit(known.snapshot_date).alias("snapshot_date")
    return table.select("employee_id", snapshot_date, *(feature.name for feature in features))


def _in_order(table: pl.DataFrame, people: pl.DataFrame) -> pl.DataFrame:
    """The columns of a table in the order of `people`. Most definitions start from that order and need no join."""
    if not table["employee_id"].equals(people["employee_id"]):
        table = people.join(table, on="employee_id", how="left", maintain_order="left")
    return table.drop("employee_id")


def _rounded(table: pl.DataFrame, names: Sequence[str]) -> pl.DataFrame:
    """The named columns as Float64: finite, never -0.0 (whose bytes differ), rounded to DECIMALS and to DIGITS.

    Below `CUT_BY_DIGITS_FROM` a number with DECIMALS has no more than DIGITS, so the slower rounding is skipped.
    """
    number, rounded = pl.col(names).cast(pl.Float64), pl.col(names)
    number = pl.when(number.is_finite()).then(number)
    table = table.with_columns(number.round(DECIMALS + GUARD_DECIMALS).round(DECIMALS).name.keep())
    largest = table.select(rounded.abs().max()).row(0, named=True)
    large = [name for name, most in largest.items() if most is not None and most >= CUT_BY_DIGITS_FROM]
    table = table.with_columns(pl.col(large).round_sig_figs(DIGITS))
    return table.with_columns(pl.when(rounded == 0).then(0.0).otherwise(rounded).name.keep())


def organisation(source: "Source", snapshot_date: date) -> pl.DataFrame:
    """The post of everyone at risk on the date: employee_id, department, level, job, location, manager_id.

    Sorted by employee_id. Columns that the source does not record are null; level is Int64, the others String.
    """
    known = known_on(source, snapshot_date)
    rows = at_risk(known).select("employee_id")
    recorded = [name for name in ORGANISATION if holds(source, f"assignments.{name}")]
    if recorded:
        rows = rows.join(posts(known).select("employee_id", *recorded), on="employee_id", how="left")
    table = rows.collect("polars").to_polars().sort("employee_id")
    types = {name: pl.Int64 if name == "level" else pl.String for name in ORGANISATION}
    return table.select(
        "employee_id",
        *((pl.col(name) if name in recorded else pl.lit(None).alias(name)).cast(types[name]) for name in ORGANISATION),
    )


def hire_dates(source: "Source", snapshot_date: date) -> pl.DataFrame:
    """employee_id and hire_date, of the spell that runs, of everyone at risk on the date; sorted by employee_id."""
    rows = at_risk(known_on(source, snapshot_date)).select("employee_id", "hire_date")
    return rows.collect("polars").to_polars().sort("employee_id")


def _check(dates: Sequence[date]) -> None:
    wrong = [day for day in dates if day != month_end(day)]
    if wrong:
        rule = f"{wrong[0]} is not the last day of a month"
        raise BadInput(Finding(rule, "snapshot_date", "", 0, f"Ask for {month_end(wrong[0])}."))


@contextmanager
def _prepared(
    source: "Source", months_dir: Path | None, out_dir: Path, engine: Engine
) -> Iterator[tuple["Source", pl.DataFrame, Prepared]]:
    """The source with people as codes, the codes, and what is computed once for all dates."""
    with (
        month_folder(months_dir, out_dir) as folder,
        tempfile.TemporaryDirectory(prefix=".coded-", dir=out_dir) as work,
    ):
        has_services = holds(source, "collaboration")
        months = sum_months(source, folder, engine, is_persistent=folder == months_dir) if has_services else None
        people = pl.read_parquet(months / "people.parquet") if months else numbered(everyone(source))
        coded = with_codes(source, people, Path(work))
        yield coded, people, prepare(coded, engine, services_in(months, engine) if months else None)
