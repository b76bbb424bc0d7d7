"""What a model says of each row of features by itself: on this machine, or on the machines of an engine."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from features.engine.protocol import Engine
from pipeline.model.calibration import risk_of
from pipeline.model.posterior import Errors
from pipeline.model.stored_model import StoredModel
from pipeline.scoring.encoded import encoded_figures

Floats = NDArray[np.float64]

_RISK: Final = "risk_"
_ENCODED: Final = "encoded_"


@dataclass(frozen=True)
class RowScores:
    """Scores of n rows, aligned with them; log-odds are those of the requested horizon.

    contributions: (n, features), which with `base` add up to `log_odds` (n,). risks: (n,) at each horizon, never
    falling with time. errors: of the log-odds; None if the model does not know them. share_of_other: (n,), of
    each row's categories. encoded: the figures as the model reads them.
    """

    base: float
    contributions: Floats
    log_odds: Floats
    risks: Mapping[int, Floats]
    errors: Errors | None
    share_of_other: Floats
    encoded: pl.DataFrame


def row_scores(model: StoredModel, X: pl.DataFrame, engine: Engine) -> RowScores:
    """The scores of rows of the model's features, as `typed_records` gives them."""
    table = engine.map_rows(X, partial(scored_rows, model))
    risks = {months: table[f"{_RISK}{months}"].to_numpy() for months in model.blends}
    names = [name for name in table.columns if name.startswith(_ENCODED)]
    return RowScores(
        base=model.asked.contributions(X.head(0))[0],
        contributions=table["contributions"].to_numpy(),
        log_odds=table["log_odds"].to_numpy(),
        risks=risks,
        errors=Errors(table["sd"].to_numpy(), table["draws"].to_numpy()) if "sd" in table.columns else None,
        share_of_other=table["share_of_other"].to_numpy(),
        encoded=table.select(pl.col(name).alias(name.removeprefix(_ENCODED)) for name in names),
    )


def scored_rows(model: StoredModel, X: pl.DataFrame) -> pl.DataFrame:
    """The same as a table, a row for each row of features: what travels between machines."""
    asked = model.asked
    base, contributions = asked.contributions(X)
    log_odds = base + contributions.sum(axis=1)  # so that the factors sum exactly to the score
    errors = asked.errors(X)
    of_errors = {"sd": errors.sd, "draws": _rows(errors.draws)} if errors else {}
    risks = {f"{_RISK}{months}": risk for months, risk in model.curve(X, risk_of(log_odds)).items()}
    table = pl.DataFrame(
        {
            "contributions": _rows(contributions),
            "log_odds": log_odds,
            **risks,
            **of_errors,
            "share_of_other": asked.encoding.share_of_other(X),
        }
    )
    return table.hstack(encoded_figures(asked, X).select(pl.all().name.prefix(_ENCODED)))


def _rows(matrix: NDArray[Any]) -> pl.Series:
    """A matrix (n, columns) as a column of n arrays."""
    inner = pl.Float32 if matrix.dtype == np.float32 else pl.Float64
    return pl.Series(np.ascontiguousarray(matrix), dtype=pl.Array(inner, matrix.shape[1]))
