"""What the simulated company's HR system would have exported on a day: only what was recorded by then."""

from datetime import date
from pathlib import Path
from typing import Final

import polars as pl

from features.contract.tables import DIRECTORY, OWN_DATE
from features.simulation.company_tables import NEVER_CLOSED
from features.simulation.run import SOURCE_TOML

_KNOWN_AT_CLOSING: Final = ("closed_at", "rating", "effort_hours")
_PERIOD_END: Final = "complete_until = "


def export_on(company: Path, day: date, out: Path) -> None:
    """Writes a simulated company as known at the end of a day to the new folder `out`: a source like any other.

    A row is there if its own date and `recorded_at` are on or before the day; notice of a later exit is there once it
    is recorded. A service that was still open has no hours, rating or end. Nothing of the true hazard is exported.
    """
    out.mkdir(parents=True)
    tables = {table: _recorded_by(company, table, day) for table in OWN_DATE if (company / f"{table}.parquet").exists()}
    for table, rows in tables.items():
        rows.write_parquet(out / f"{table}.parquet")
    names = company / f"{DIRECTORY}.parquet"
    if names.exists():
        hired = tables["employees"].select("employee_id")
        pl.read_parquet(names).join(hired, on="employee_id", how="semi").write_parquet(out / names.name)
    settings = (company / SOURCE_TOML).read_text(encoding="utf-8").splitlines()
    until = [f"{_PERIOD_END}{day}" if line.startswith(_PERIOD_END) else line for line in settings]
    (out / SOURCE_TOML).write_text("\n".join(until) + "\n", encoding="utf-8")


def _recorded_by(company: Path, table: str, day: date) -> pl.DataFrame:
    rows = pl.read_parquet(company / f"{table}.parquet")
    own = pl.col(OWN_DATE[table]).dt.date()
    if "recorded_at" in rows.columns:
        recorded = pl.col("recorded_at")
        is_known = pl.coalesce(recorded, own) <= day
        rows = rows.filter(is_known if table == "exits" else is_known & (own <= day))
    else:
        rows = rows.filter(own <= day)
    if table != "collaboration":
        return rows
    is_open = (pl.col("closed_at").dt.date() > day) & (pl.col("closed_at") != NEVER_CLOSED)
    return rows.with_columns(pl.when(~is_open.fill_null(False)).then(pl.col(name)) for name in _KNOWN_AT_CLOSING)


def notices(company: Path, after: date, until: date) -> dict[str, date]:
    """The day on which an exit was recorded, by person, in (after, until]: notice given, or gone."""
    exits = pl.read_parquet(company / "exits.parquet")
    recorded = pl.coalesce("recorded_at", "exit_date") if "recorded_at" in exits.columns else pl.col("exit_date")
    rows = exits.select("employee_id", day=recorded).filter(pl.col("day") > after, pl.col("day") <= until)
    return dict(rows.iter_rows())
