"""`score`: records of features, scored and explained without publishing anything."""

from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import date
from typing import Any

import polars as pl

from features.errors import BadInput, Finding, Refused
from pipeline.dataset.everyone import KEYS
from pipeline.model.stored_model import StoredModel
from pipeline.notice import not_informed, require_notice
from pipeline.scoring.explanation import Scored
from pipeline.scoring.records import faults, score_records
from pipeline.settings import Settings
from pipeline.store.store import Store

_UNDATED = date.min
"""Nothing is published here, so the snapshot date does not matter."""


def score(
    model: StoredModel,
    records: pl.DataFrame | Sequence[Mapping[str, float | str | None]],
    *,
    settings: Settings | None = None,
) -> Scored:
    """Score records of features and explain each score; nothing is published.

    Parameters
    ----------
    model
        The result of `load_model`, or `Trained.model`.
    records
        A frame with a column for each feature, or mappings from feature name to value. Null or missing means unknown.
        From a feature table, the model reads ``table.select(*model.features)``.
    settings
        Whether people must be informed before; from the environment by default.

    Returns
    -------
    Scored
        A record's ``base_log_odds`` plus the sum of its ``contribution`` is its ``log_odds``. ``explanation()`` gives
        the factors in the form that the plots of shap take.

    Raises
    ------
    BadInput
        For names that are not features of the model, and impossible values; it names feature and rule.
    Refused
        If the people of the model's source have not been informed that they are scored, or of a frame with employee_id
        some have not, or the system is halted.

    Examples
    --------
    >>> scored = score(model, [{"tenure_months": 38.0, "months_since_raise": 20.0}])  # doctest: +SKIP
    >>> scored.scores["risk"].item()  # doctest: +SKIP
    0.083
    """
    settings = settings or Settings()
    source, today = str(model.manifest.get("source", "")), date.today()
    require_notice(settings, source, today)
    with closing(Store.of(settings)) as store:
        store.require_running()
        _require_informed(store, settings, source, records, today)
    rows = records.drop(KEYS, strict=False).to_dicts() if isinstance(records, pl.DataFrame) else list(records)
    errors = sorted({(fault.feature, fault.rule) for fault in faults(rows, model.features)})
    if errors:
        remedy = "Use the names in model.features."
        raise BadInput([Finding(rule, "records", feature, remedy=remedy) for feature, rule in errors])
    publication = score_records(model, "", rows, _UNDATED)
    return Scored(publication.scores, publication.factors)


def _require_informed(store: Store, settings: Settings, source: str, records: Any, today: date) -> None:
    """Records are of nobody, unless a frame says whose they are."""
    if not isinstance(records, pl.DataFrame) or "employee_id" not in records.columns:
        return
    with store.reading() as scores:
        staff = scores.staff(source, records["employee_id"].cast(pl.String).unique().to_list())
    left_out = not_informed(settings, source, staff, today)
    if not left_out.is_empty():
        rule, remedy = "people have not been informed that they are scored", "Leave out their rows, or inform them."
        raise Refused(Finding(rule, "records", "employee_id", left_out.height, remedy))
