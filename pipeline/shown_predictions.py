"""The out-of-time predictions of single people that may leave a training."""

from collections.abc import Iterable
from datetime import date

import polars as pl

from features.source import CrossSection, Source
from pipeline.informed import WHERE_AND_SINCE
from pipeline.notice import notice_in_force
from pipeline.scoring.population import employment_of
from pipeline.settings import Settings
from pipeline.store.store import Store


def shown_predictions(
    rows: pl.DataFrame, loaded: Source | CrossSection, settings: Settings, today: date
) -> pl.DataFrame:
    """The rows (employee_id, snapshot_date and others) of people who do not object to being scored, and who have been
    informed by `today`."""
    with Store.of(settings) as store, store.reading() as scores:
        objected = scores.objections.among(loaded.name, rows["employee_id"].unique())
    left_out = pl.Series([*objected, *people_not_informed(loaded, rows, settings, today)], dtype=pl.String)
    return rows.filter(~pl.col("employee_id").is_in(left_out.implode()))


def people_not_informed(
    loaded: Source | CrossSection, rows: pl.DataFrame, settings: Settings, today: date
) -> Iterable[str]:
    """The people of the rows who have not been informed, by their post and hire date on the last date predicted.

    In a cross-section nothing is known of those who have left, not even where they worked.
    """
    notice = notice_in_force(settings, loaded.name, today)
    if notice is None or notice.is_to_everyone:
        return ()
    last = rows.select("employee_id", "snapshot_date").sort("snapshot_date").unique("employee_id", keep="last")
    days = last["snapshot_date"].unique().drop_nulls()
    known = [employment_of(loaded, day).with_columns(snapshot_date=pl.lit(day)) for day in days]
    nobody = pl.DataFrame(schema={**WHERE_AND_SINCE, "snapshot_date": pl.Date})
    where = pl.concat([nobody, *known])
    people = last.join(where, on=["employee_id", "snapshot_date"], how="left")
    return notice.not_informed(people)["employee_id"]
