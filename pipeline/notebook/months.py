"""`publish` and `what_happened`: as `retention score` and `retention turnover` do."""

from collections.abc import Collection, Sequence
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from features.errors import BadInput, Finding
from features.source import load_source, source_name
from pipeline.dataset.reading import engine_to_read
from pipeline.dataset.workspace import tables_folder, workspace
from pipeline.scoring.job import score_and_publish, score_columns
from pipeline.settings import Settings
from pipeline.store.settings_ledger import on_record
from pipeline.store.store import Store
from pipeline.turnover.groups.monthly import DIMENSIONS, EVERYONE
from pipeline.turnover.publishing import publish_turnover, source_with_dates
from pipeline.turnover.turnover_json import as_json


def publish(
    source: str | Path,
    *,
    snapshot_date: date | None = None,
    version: str | None = None,
    settings: Settings | None = None,
) -> pl.DataFrame:
    """Score everyone at risk and publish the month to the store, as ``retention score`` does.

    Parameters
    ----------
    source
        The source that the model was trained on.
    snapshot_date
        The day to score; by default the latest snapshot date.
    version
        Version in the registry; by default the champion.
    settings
        Where state is stored; from the environment by default.

    Returns
    -------
    polars.DataFrame
        A row for each person who is scored and does not object: employee_id, snapshot_date, model_version, risk,
        risk_3m, risk_6m, risk_12m, risk_low, risk_high, evidence, base_log_odds, log_odds.

    Raises
    ------
    BadInput
        If there is no such model or date, or the model was trained on another source.
    Refused
        If people have not been informed that they are scored, the system is halted, or the month is far from what the
        model learned from.

    Examples
    --------
    >>> publish("path/to/source")["risk"].sum()  # doctest: +SKIP
    41.3
    """
    settings = settings or Settings()
    with on_record(settings, "score"):
        return score_columns(score_and_publish(Path(source), settings, snapshot_date, version, date.today()))


def what_happened(
    source: str | Path,
    *,
    by: Sequence[str] = (),
    first: str | None = None,
    last: str | None = None,
    settings: Settings | None = None,
) -> dict[str, Any]:
    """Count who left, where, when and why, and publish it for the server, as ``retention turnover`` does.

    Parameters
    ----------
    source
        A folder of HR tables, or a ``source.toml``.
    by
        Dimensions of groups: department, level, location, job, tenure, cohort, contract, or manager (a manager's line);
        by default all but manager.
    first, last
        Months of ``months``, YYYY-MM; by default all.
    settings
        Where state is stored; from the environment by default.

    Returns
    -------
    dict
        The JSON of ``retention turnover --json``. A figure that may not be shown, or is not defined, is None.

    Raises
    ------
    BadInput
        If the source has errors or no dates, or for a dimension that is none.

    Examples
    --------
    >>> happened = what_happened("path/to/source", by=["department"])  # doctest: +SKIP
    >>> happened["groups"][0]["voluntary_rate"]  # doctest: +SKIP
    {'value': 0.112, 'low': 0.091, 'high': 0.136}
    """
    _require_dimensions(by)
    settings = settings or Settings()
    with workspace(settings) as folder, closing(Store.of(settings)) as store:
        read_at = store.moment()
        stored = tables_folder(settings, source_name(Path(source)))
        with engine_to_read(Path(source), folder, settings) as engine:
            loaded = load_source(Path(source), folder / "tables", settings.directory, stored=stored, engine=engine)
        found = publish_turnover(store, source_with_dates(loaded), read_at).turnover
    return as_json(found, [EVERYONE, *by] if by else None, first, last)


def _require_dimensions(by: Collection[str]) -> None:
    if unknown := set(by) - {EVERYONE, *DIMENSIONS}:
        remedy = f"Use any of: {', '.join(DIMENSIONS)}."
        raise BadInput(Finding("not a way to group people", "what_happened", "by", len(unknown), remedy))
